"""Folded frames: which nodes are not seen, and what the card shows that stands in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from composer_gui.core.change import Change
from composer_gui.core.document import Document, Frame, Note, Source, Wire, number_of, wires_into
from composer_gui.ui.canvas.faces import Face, Ring, state_of
from composer_gui.ui.words import count_of

if TYPE_CHECKING:
    from composer_gui.session.session import Session

CATEGORY = "frame "
"""What the category of a folded frame begins with; the name of its colour follows."""

_GRAVITY = ("fine", "warning", "pending", "blocked", "unfinished", "wrong")
"""The states of nodes, the one that a frame around several shows last."""


class Folds:
    """Knows in which folded frame a node is hidden, in step with a document."""

    def __init__(self) -> None:
        self._folded: dict[str, tuple[str, ...]] = {}
        self._within: dict[str, str] = {}

    @property
    def hidden(self) -> Iterable[str]:
        """The nodes that are not seen."""
        return self._within.keys()

    @property
    def folded(self) -> Iterable[str]:
        """The frames that are folded."""
        return self._folded.keys()

    def shown(self, node_id: str) -> str:
        """Return what is seen of a node: the node itself, or the folded frame that hides it."""
        return self._within.get(node_id, node_id)

    def hides(self, node_id: str) -> bool:
        """Return whether a node is not seen."""
        return node_id in self._within

    def hides_wire(self, wire: Wire) -> bool:
        """Return whether a wire is not seen because both its ends are in one folded frame."""
        start = self._within.get(wire.source.node)
        return start is not None and start == self._within.get(wire.node)

    def cards(self, node_ids: Iterable[str]) -> set[str]:
        """Return the folded frames among nodes, and those that hide some of them."""
        if not self._folded:
            return set()
        shown = {self.shown(node_id) for node_id in node_ids}
        return {node_id for node_id in shown if node_id in self._folded}

    def members(self, frame_id: str) -> list[str]:
        """Return the nodes that a folded frame hides."""
        return [node_id for node_id, frame in self._within.items() if frame == frame_id]

    def follow(self, document: Document, change: Change) -> set[str]:
        """Take note of a change; return the nodes that are hidden elsewhere, or seen, by now."""
        folded = dict(self._folded)
        for node_id in change.nodes:
            node = document.nodes.get(node_id)
            if isinstance(node, Frame) and node.folded:
                folded[node_id] = node.folded
            else:
                folded.pop(node_id, None)
        if folded == self._folded:
            return set()
        self._folded, before = folded, self._within
        self._within = _outermost(folded)
        either = self._within.keys() | before.keys()
        return {i for i in either if self._within.get(i) != before.get(i)}


def _outermost(folded: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Return for every hidden node the frame in whose place it is seen; of two the later one."""
    frames = sorted(folded, key=number_of)
    within = {node_id: frame for frame in frames for node_id in folded[frame]}
    for node_id in within:
        seen = {node_id}
        while (outer := within.get(within[node_id])) is not None and outer not in seen:
            seen.add(outer)
            within[node_id] = outer
    return within


# Its card -----------------------------------------------------------------------------------------


def folded_face(session: Session, folds: Folds, frame_id: str) -> Face:
    """Return the face of a folded frame: its title, how much it holds, the worst state in it.

    Each ring stands for a port of a node in it that is wired to one outside.
    """
    document = session.document
    frame = document.nodes[frame_id]
    members = [node_id for node_id in folds.members(frame_id) if node_id in document.nodes]
    members.sort(key=lambda node_id: (document.nodes[node_id].y, document.nodes[node_id].x))
    nodes = [i for i in members if not isinstance(document.nodes[i], Frame | Note)]
    states = (state_of(session.verdict(node_id)) for node_id in nodes)
    state = max(states, key=_GRAVITY.index, default="fine")
    return Face(
        kind="frame",
        category=CATEGORY + frame.color,
        label=frame.label or "Frame",
        kind_text=f"frame · {count_of(len(nodes), 'node')}",
        inputs=tuple(dict.fromkeys(_rings_in(document, folds, frame_id, nodes))),
        outputs=tuple(dict.fromkeys(_rings_out(session, folds, frame_id, nodes))),
        state=state,
        foot=_FEET.get(state, "folded"),
        flow=document.flow,
    )


_FEET = {
    "wrong": "something in it is wrong",
    "unfinished": "something in it is not done",
    "blocked": "something in it waits",
}


def _rings_in(document: Document, folds: Folds, frame_id: str, ids: list[str]) -> Iterator[Ring]:
    for node_id in ids:
        for wire in wires_into(document.nodes[node_id]):
            if folds.shown(wire.source.node) != frame_id:
                yield Ring(wire.port, wire.index, wired=True, node=node_id)


def _rings_out(session: Session, folds: Folds, frame_id: str, ids: list[str]) -> Iterator[Ring]:
    nodes = session.document.nodes
    for node_id in ids:
        for consumer in session.graph.consumers(node_id):
            if folds.shown(consumer) == frame_id:
                continue
            for wire in wires_into(nodes[consumer]):
                if wire.source.node == node_id:
                    yield ring_of(wire.source)


def ring_of(source: Source) -> Ring:
    """Return the ring of a folded frame at which the wires from `source` begin."""
    return Ring(source.port, node=source.node)
