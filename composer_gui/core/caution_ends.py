"""Warnings about where a design ends too early, or without a size that is wanted further on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from composer_gui.core.caution_sight import Sight, gives
from composer_gui.core.document import Call, Document, Input, Node
from composer_gui.core.kinds_of_warnings import KINDS
from composer_gui.core.layer_kinds import Shape
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import FINE, WRONG, Verdict

FLATTENS = frozenset({"Flatten", "Reshape"})


def end(document: Document, node: Input | Call, verdict: Verdict) -> Problem | None:
    """Return the warning about a node that nothing takes anything from."""
    if verdict.kind != FINE:
        return None
    words = {"node": document.label(node.id), "given": gives(verdict)}
    code = "unused_input" if isinstance(node, Input) else "loose_end"
    return KINDS[code].problem(node.id, words=words, actual=words["given"])


def has_outputs(document: Document) -> bool:
    """Return whether some Output is wired: before that every design has loose ends."""
    return any(document.nodes[node_id].inputs for node_id in document.outputs)


UNWIRED = frozenset({"missing_wire", "output_without_wire"})
"""Problems of nodes that wait for wires: what is loose may be meant for them."""


def is_unwired(node: Node, verdict: Verdict) -> bool:
    """Return whether a node still waits for a wire."""
    if verdict.kind != WRONG:
        return False
    return not node.inputs or any(problem.code in UNWIRED for problem in verdict.problems)


def unknown_size(sight: Sight) -> Problem | None:
    """Return the warning about numbers that are laid out in a row of free length."""
    if sight.class_name not in FLATTENS or not sight.arrivals:
        return None
    one, result = sight.arrivals[0], sight.result
    if len(one.shape) < 3 or not _is_free_row(result):
        return None
    free = tuple(axis for axis, size in enumerate(one.shape) if axis and size is None)
    return sight.warn("unknown_size", one, axes=free)


def _is_free_row(spec: TensorSpec | None) -> bool:
    shape: Shape = spec.shape or () if spec is not None else ()
    return len(shape) == 2 and shape[1] is None and "float" in spec.dtype


def is_told_behind(
    node_id: str, verdicts: Mapping[str, Verdict], consumers: Callable[[str], Iterable[str]]
) -> bool:
    """Return whether a node that gets a row of free length is wrong already."""
    waiting, seen = [node_id], {node_id}
    while waiting:
        for behind in consumers(waiting.pop()):
            verdict = verdicts.get(behind)
            if behind in seen or verdict is None:
                continue
            seen.add(behind)
            if verdict.kind != FINE:
                return True
            if any(_is_free_row(spec) for _, spec in verdict.outputs):
                waiting.append(behind)
    return False
