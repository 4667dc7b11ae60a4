"""What is known about a node now: pending, fine, blocked behind another, or wrong."""

from __future__ import annotations

from dataclasses import dataclass

from composer_gui.core.cost import NOTHING, Cost
from composer_gui.core.problems import WARNING, Problem
from composer_gui.core.shapes.tensor_spec import TensorSpec

PENDING = "pending"
FINE = "fine"
BLOCKED = "blocked"
WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the engine and the structural rules say of one node.

    `outputs` pairs each output port with its spec, in order. `blocked_by` is the id of the node
    that has to be mended first. `parameters` counts the weights' elements of the node's layer, and
    `cost` is what the call costs. A fine node may carry warnings in `problems`. `anew` says in a
    few words why the node's layer cannot keep the weights that it was saved with, and is empty
    where it can; `anew_inside` says it for layers of a submodel, by their ids, those on the way
    joined by "/".
    """

    kind: str = PENDING
    outputs: tuple[tuple[str, TensorSpec], ...] = ()
    problems: tuple[Problem, ...] = ()
    blocked_by: str | None = None
    parameters: int = 0
    trainable_parameters: int = 0
    cost: Cost = NOTHING
    anew: str = ""
    anew_inside: tuple[tuple[str, str], ...] = ()

    def spec(self, port: str) -> TensorSpec | None:
        """Return the spec of an output port, or None while it is not known."""
        return next((spec for name, spec in self.outputs if name == port), None)

    @property
    def has_warnings(self) -> bool:
        """Whether something besides errors is worth telling."""
        return any(problem.severity == WARNING for problem in self.problems)


UNKNOWN = Verdict()
