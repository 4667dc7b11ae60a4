"""The messages between the window and the engine: one JSON object a line, built and read here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from typing import Any

from immutables import Map

from composer_gui.core.change import Change
from composer_gui.core.cost import NOTHING, Cost
from composer_gui.core.document import Document, Node
from composer_gui.core.layer_kinds import Layer
from composer_gui.core.plain import (
    code_from_plain,
    document_from_plain,
    document_to_plain,
    head_to_plain,
    layer_from_plain,
    layer_to_plain,
    node_from_plain,
    node_to_plain,
)
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.trials import TrialResult
from composer_gui.core.verdicts import Verdict

Message = dict[str, Any]

Trials = Sequence[tuple[Document, Change]]
"""Documents that there might be, and how each differs from the one that there is."""

JOB_OPERATIONS = ("build", "reload", "run_script", "weights", "convert", "make_examples")


def encode(message: Message) -> bytes:
    """Return a message as the line that is sent."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> Message | None:
    """Return the message in a line, None for anything else."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


# To the worker ----------------------------------------------------------------------------------


def analyze_whole(design: int, revision: int, document: Document) -> Message:
    """Return the request to look at a whole document."""
    return {
        "op": "analyze",
        "design": design,
        "revision": revision,
        "document": document_to_plain(document),
    }


def analyze_change(
    design: int,
    revision: int,
    document: Document,
    *,
    base: int,
    nodes: Iterable[str],
    layers: Iterable[str],
) -> Message:
    """Return the request to look at what became of `nodes` and `layers` since revision `base`."""
    return {
        "op": "analyze",
        "design": design,
        "revision": revision,
        "base": base,
        "change": _change_to_plain(document, nodes, layers),
    }


def try_out(design: int, revision: int, ticket: int, trials: Trials) -> Message:
    """Return the request to say what would come of changes, each to the document of `revision`."""
    return {
        "op": "try_out",
        "design": design,
        "revision": revision,
        "ticket": ticket,
        "trials": [_change_to_plain(after, c.nodes, c.layers) for after, c in trials],
    }


def leave(ticket: int) -> Message:
    """Return the request not to try out what a ticket is for."""
    return {"op": "leave", "ticket": ticket}


def forget(design: int) -> Message:
    """Return the request to forget a design."""
    return {"op": "forget", "design": design}


def quit_request() -> Message:
    """Return the request to end."""
    return {"op": "quit"}


def _change_to_plain(document: Document, nodes: Iterable[str], layers: Iterable[str]) -> Message:
    """Return what became of nodes and layers in a document."""
    return {
        "nodes": {k: _plain(document.nodes.get(k), node_to_plain) for k in nodes},
        "layers": {k: _plain(document.layers.get(k), layer_to_plain) for k in layers},
        "head": head_to_plain(document),
    }


def _plain(item: Node | Layer | None, to_plain: Any) -> Any:
    return None if item is None else to_plain(item)


# In the worker ----------------------------------------------------------------------------------


def whole_document(message: Message) -> Document:
    """Return the document of an `analyze_whole`; raises NotPlain."""
    return document_from_plain(message["document"])


def changed_document(plain: Message, document: Document) -> tuple[Document, Change]:
    """Apply the change of an `analyze_change`, or one of a `try_out`, to `document`.

    The Change returned has no wires: the walk compares the nodes themselves. Raises NotPlain.
    """
    nodes = {k: None if v is None else node_from_plain(k, v) for k, v in plain["nodes"].items()}
    layers = {k: None if v is None else layer_from_plain(k, v) for k, v in plain["layers"].items()}
    present = {k for k, node in nodes.items() if node is not None}
    known = {k for k in nodes if k in document.nodes}
    change = Change(
        added=frozenset(present - known),
        removed=frozenset(known - present),
        changed=frozenset(known & present),
        layers=frozenset(layers),
        head=True,
    )
    head = plain["head"]
    return Document(
        name=head["name"],
        seed=head["seed"],
        nodes=_updated(document.nodes, nodes),
        layers=_updated(document.layers, layers),
        inputs=tuple(head["inputs"]),
        outputs=tuple(head["outputs"]),
        code=code_from_plain(head.get("code", [])),
        next_number=document.next_number,
    ), change


def _updated(items: Map, news: Mapping[str, Any]) -> Map:
    with items.mutate() as mutation:
        for key, item in news.items():
            if item is not None:
                mutation[key] = item
            elif key in mutation:
                del mutation[key]
        return mutation.finish()


def starting() -> Message:
    """Return the worker's first sign of life."""
    return {"event": "starting"}


def ready(keras: str, tensorflow: str) -> Message:
    """Return the news that the worker takes requests, with the versions it runs."""
    return {"event": "ready", "keras": keras, "tensorflow": tensorflow}


def analyzed(
    design: int, revision: int, verdicts: Mapping[str, Verdict], *, part: bool = False
) -> Message:
    """Return the verdicts that differ; a `part` is followed by more for the same revision."""
    plain = {node_id: _verdict_to_plain(verdict) for node_id, verdict in verdicts.items()}
    message = {"event": "analyzed", "design": design, "revision": revision, "verdicts": plain}
    return message | ({"part": True} if part else {})


def reconsidered(
    design: int, revision: int, verdicts: Mapping[str, Verdict], *, part: bool = False
) -> Message:
    """Return the verdicts that differ once Keras has gone through what was doubtful.

    They include the warnings. A `part` is followed by more, unless the design changes first.
    """
    return analyzed(design, revision, verdicts, part=part) | {"event": "reconsidered"}


def tried(
    design: int, revision: int, ticket: int, results: Iterable[TrialResult | None]
) -> Message:
    """Return what came of trials, in their order; None for one that could not be made."""
    plain = [None if result is None else _result_to_plain(result) for result in results]
    return {
        "event": "tried",
        "design": design,
        "revision": revision,
        "ticket": ticket,
        "results": plain,
    }


def failed(sentence: str, next_step: str = "", **more: Any) -> Message:
    """Return the news that a request came to nothing; `more` may tell design, revision or line."""
    return {"event": "failed", "sentence": sentence, "next_step": next_step, **more}


def progress(text: str, part: float) -> Message:
    """Return how far a job is: `part` runs from 0 to 1."""
    return {"event": "progress", "text": text, "part": part}


def done(result: Message) -> Message:
    """Return what a job came to."""
    return {"event": "done", "result": result}


# In the window ----------------------------------------------------------------------------------


def verdicts_of(message: Message) -> dict[str, Verdict]:
    """Return the verdicts in an `analyzed`; raises KeyError, TypeError or ValueError."""
    return {node_id: _verdict_from_plain(v) for node_id, v in message["verdicts"].items()}


def results_of(message: Message) -> tuple[TrialResult | None, ...]:
    """Return the results in a `tried`; raises KeyError, TypeError or ValueError."""
    return tuple(
        None if result is None else _result_from_plain(result) for result in message["results"]
    )


# Verdicts as JSON -------------------------------------------------------------------------------


def _verdict_to_plain(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as JSON."""
    plain = {
        "kind": verdict.kind,
        "outputs": [
            [port, None if spec.shape is None else list(spec.shape), spec.dtype]
            for port, spec in verdict.outputs
        ],
        "problems": [_problem_to_plain(problem) for problem in verdict.problems],
        "blocked_by": verdict.blocked_by,
        "parameters": verdict.parameters,
        "trainable_parameters": verdict.trainable_parameters,
    }
    if verdict.cost != NOTHING:
        plain["cost"] = astuple(verdict.cost)
    if verdict.anew:
        plain["anew"] = verdict.anew
    if verdict.anew_inside:
        plain["anew_inside"] = [list(pair) for pair in verdict.anew_inside]
    return plain


def _problem_to_plain(problem: Problem) -> dict[str, Any]:
    """Return a problem as JSON."""
    return {name: getattr(problem, name) for name in Problem.__dataclass_fields__}


def _problem_from_plain(plain: dict[str, Any]) -> Problem:
    """Return a problem from JSON."""
    known = {name: plain[name] for name in ("wanted", "given") if plain.get(name) is not None}
    shapes = {name: tuple(shape) for name, shape in known.items()}
    return Problem(**(plain | shapes | {"axes": tuple(plain.get("axes", ()))}))


def _verdict_from_plain(plain: dict[str, Any]) -> Verdict:
    """Return a verdict from JSON."""
    return Verdict(
        kind=plain["kind"],
        outputs=tuple(
            (port, TensorSpec(None if shape is None else tuple(shape), dtype))
            for port, shape, dtype in plain["outputs"]
        ),
        problems=tuple(map(_problem_from_plain, plain["problems"])),
        blocked_by=plain["blocked_by"],
        parameters=plain["parameters"],
        trainable_parameters=plain["trainable_parameters"],
        cost=Cost(*plain["cost"]) if "cost" in plain else NOTHING,
        anew=plain.get("anew", ""),
        anew_inside=tuple((key, why) for key, why in plain.get("anew_inside", ())),
    )


def _result_to_plain(result: TrialResult) -> dict[str, Any]:
    """Return the result of a trial as JSON; what is revealed by its places among what is found."""
    revealed = set(result.revealed)
    return {
        "touched": {node_id: _verdict_to_plain(v) for node_id, v in result.touched.items()},
        "gone": [_problem_to_plain(problem) for problem in result.gone],
        "found": [_problem_to_plain(problem) for problem in result.found],
        "revealed": [i for i, problem in enumerate(result.found) if problem in revealed],
    }


def _result_from_plain(plain: dict[str, Any]) -> TrialResult:
    """Return the result of a trial from JSON."""
    found = tuple(map(_problem_from_plain, plain["found"]))
    return TrialResult(
        touched={node_id: _verdict_from_plain(v) for node_id, v in plain["touched"].items()},
        gone=tuple(map(_problem_from_plain, plain["gone"])),
        found=found,
        revealed=tuple(found[index] for index in plain["revealed"]),
    )
