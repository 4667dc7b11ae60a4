"""Repairs that were tried and do not mend, where it is worth knowing why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from composer_gui.core.differences import named
from composer_gui.core.document import Call, Document
from composer_gui.core.layer_kinds import SavedModel
from composer_gui.core.problems import Problem, errors
from composer_gui.core.shapes.tensor_spec import show_shape
from composer_gui.core.trials import Offer, TrialResult
from composer_gui.core.wording import counted, listed

TEACHING = frozenset({"reinput_model", "take_what_comes"})
"""The kinds of fixes that one would think of, and of which the refusal tells something."""


@dataclass(frozen=True, slots=True)
class Declined:
    """A fix that does not mend its problem: what its button would say, and why it is not there.

    `reason` is a sentence without its full stop.
    """

    title: str
    reason: str


def declined(
    candidates: Sequence[Offer], results: Sequence[TrialResult | None]
) -> tuple[Declined, ...]:
    """Return, in their order, the candidates that would bring an error that tells why."""
    found = []
    for offer, result in zip(candidates, results, strict=True):
        if offer.kind not in TEACHING or result is None or result.mends(offer.problem):
            continue
        brought = errors(result.brings)
        own = [problem for problem in brought if problem.node == offer.problem.node]
        if brought:
            found.append(Declined(offer.title, _reason(offer, (own or brought)[0])))
    return tuple(found)


def _reason(offer: Offer, brought: Problem) -> str:
    shapes = _shapes_taken(offer.after, brought.node)
    if shapes and brought.inner:
        label = offer.after.label(brought.node)
        return f"{label} cannot take {shapes}: {_because(brought)}"
    return f"{offer.title} does not do: {brought.message.removesuffix('.')}"


def _shapes_taken(document: Document, node_id: str | None) -> str:
    """Return the shapes that a saved model has now in the place of those it was saved with."""
    node = document.nodes.get(node_id or "")
    layer = document.layers[node.layer] if isinstance(node, Call) else None
    if not isinstance(layer, SavedModel):
        return ""
    pairs = zip(layer.inputs, replace(layer, reinput=()).inputs, strict=True)
    return listed([show_shape(now.shape) for now, saved in pairs if now.shape != saved.shape])


def _because(brought: Problem) -> str:
    """Return what a layer inside was made for and what would come to it, where that is known."""
    wanted, given = brought.wanted, brought.given
    if not wanted or not given or len(wanted) != len(given) or len(brought.axes) != 1:
        return f"{brought.inner} in it refuses. {brought.message.removesuffix('.')}"
    (axis,) = brought.axes
    size, comes = wanted[axis], given[axis]
    if size is None or comes is None:
        return f"its {brought.inner} was made for {show_shape(wanted)}, not {show_shape(given)}"
    on_axis = f"{size} on {named((axis,), len(wanted))}"
    made_for = counted(size, "value") if len(wanted) == 2 else on_axis
    source = brought.inner_source
    comes_from = f"{source} would give it {comes}" if source else f"{comes} would come"
    return f"its {brought.inner} was made for {made_for}, and {comes_from}"
