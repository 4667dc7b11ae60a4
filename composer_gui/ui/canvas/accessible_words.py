"""What a screen reader is told of a node: what it is called, what comes out, what is with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from composer_gui.core.document import Call, Dot, Frame, Input, Note, Output
from composer_gui.core.verdicts import BLOCKED, FINE, PENDING, WRONG, Verdict
from composer_gui.core.wording import counted, listed

if TYPE_CHECKING:
    from composer_gui.session.session import Session
    from composer_gui.ui.canvas.scene import CanvasScene

MOST = 8
"""Neighbours that are named; of more it is said how many others there are."""


def name_of(session: Session, node_id: str) -> str:
    """Return what a node is called."""
    label = session.document.label(node_id)
    return f"dot on {label}" if isinstance(session.document.nodes[node_id], Dot) else label


def value_of(session: Session, node_id: str) -> str:
    """Return what comes out of a node, as far as it is known; of a note its text."""
    node = session.document.nodes[node_id]
    if isinstance(node, Note):
        return node.text
    outputs = session.verdict(node_id).outputs
    if len(outputs) == 1:
        return outputs[0][1].show(dtype=True)
    return ", ".join(f"{port}: {spec.show(dtype=True)}" for port, spec in outputs)


def description_of(scene: CanvasScene, node_id: str) -> str:
    """Return kind and class of a node, its verdict with the sentence, and what it is wired to."""
    session = scene.session
    node = session.document.nodes[node_id]
    if isinstance(node, Note):
        return "note"
    if isinstance(node, Frame):
        return f"folded frame of {counted(len(node.folded), 'node')}" if node.folded else "frame"
    kind = ", ".join(_kind(scene, node_id))
    return " ".join((f"{kind}.", verdict_of(session, node_id), *_wires(session, node_id)))


def verdict_of(session: Session, node_id: str) -> str:
    """Return what is known of a node now: that it is fine, what it waits for, or what is wrong."""
    verdict = session.verdict(node_id)
    told = " ".join(problem.message for problem in verdict.problems)
    if verdict.kind == WRONG:
        return f"Wrong: {told}" if told else "Wrong."
    if verdict.kind == BLOCKED:
        return f"Waits for {_label(session, verdict)}."
    if verdict.kind == FINE:
        return f"Fine, with a warning: {told}" if told else "Fine."
    return told or "Not checked yet."


def is_pending(session: Session, node_id: str) -> bool:
    """Whether the engine has still to say what is so with a node."""
    return session.verdict(node_id).kind == PENDING


def _label(session: Session, verdict: Verdict) -> str:
    blocking = verdict.blocked_by
    known = blocking in session.document.nodes
    return session.document.label(blocking) if known else "another node"


def _kind(scene: CanvasScene, node_id: str) -> Iterator[str]:
    document = scene.session.document
    node = document.nodes[node_id]
    face = getattr(scene.nodes.get(node_id), "face", None)
    yield face.kind_text if face is not None else type(node).__name__
    if getattr(node, "bypassed", False):
        yield "bypassed"
    if getattr(node, "pinned", False):
        yield "pinned in place"
    if isinstance(node, Call):
        if not document.layers[node.layer].trainable:
            yield "frozen"
        twins = sorted(scene.twins(node_id))
        if twins:
            yield f"weights shared with {listed([document.label(twin) for twin in twins])}"


def _wires(session: Session, node_id: str) -> Iterator[str]:
    graph, node = session.graph, session.document.nodes[node_id]
    if node_id not in graph:
        return
    sources, consumers = graph.sources(node_id), graph.consumers(node_id)
    if sources:
        yield f"Fed by {_named(session, sources)}."
    elif not isinstance(node, Input):
        yield "No wire leads to it."
    if consumers:
        yield f"Feeds {_named(session, consumers)}."
    elif not isinstance(node, Output):
        yield "It feeds nothing."


def _named(session: Session, node_ids: list[str]) -> str:
    return listed([session.document.label(node_id) for node_id in node_ids], MOST)
