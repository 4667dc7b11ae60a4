"""What is known about a node now: pending, fine, blocked behind another, or wrong."""

from __future__ import annotations

from dataclasses import dataclass

from composer_gui.core.problems import ERROR, Problem
from composer_gui.core.shapes.tensor_spec import TensorSpec

PENDING = "pending"
FINE = "fine"
BLOCKED = "blocked"
WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the engine and the structural rules say of one node.

    `outputs` pairs each output port with its spec, in order. `blocked_by` is the id of the node
    that has to be mended first. `parameters` counts the weights' elements of the node's layer.
    A fine node may carry warnings in `problems`.
    """

    kind: str = PENDING
    outputs: tuple[tuple[str, TensorSpec], ...] = ()
    problems: tuple[Problem, ...] = ()
    blocked_by: str | None = None
    parameters: int = 0
    trainable_parameters: int = 0

    def spec(self, port: str) -> TensorSpec | None:
        """Return the spec of an output port, or None while it is not known."""
        return next((spec for name, spec in self.outputs if name == port), None)

    @property
    def has_warnings(self) -> bool:
        """Whether something besides errors is worth telling."""
        return any(problem.severity != ERROR for problem in self.problems)


UNKNOWN = Verdict()
