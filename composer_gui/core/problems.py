"""What can be wrong in a user's design, and how it is said."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from composer_gui.core.layer_kinds import Shape

ERROR = "error"
WARNING = "warning"

NOT_WITHOUT = ("missing_class",)
"""Codes of warnings about what a design may lack and a model may not."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in the design, in the user's words.

    `node` and `port` say where, None for the design as a whole; `index` which of the wires at the
    port, None where it is not one of them alone. `expected` and `actual` are short (shapes, dtypes,
    counts). `wanted` and `given` are the shape that would fit and the one that came, batch axis
    first, a free axis None; `axes` the axes in which they differ, the batch being axis 0.
    `parameter` is the one of the node's layer, or the field of an Input, that is at fault. `detail`
    is Keras's own text, cleaned, where Keras was asked. `inner` names the layer inside a model or
    submodel that refuses, where it is not the node itself, and `inner_source` what that layer gets
    them from; shapes and axes are what comes there then.
    """

    code: str
    message: str
    node: str | None = None
    port: str | None = None
    severity: str = ERROR
    title: str = ""
    expected: str | None = None
    actual: str | None = None
    detail: str = ""
    inner: str = ""
    inner_source: str = ""
    index: int | None = None
    wanted: Shape | None = None
    given: Shape | None = None
    axes: tuple[int, ...] = ()
    parameter: str = ""

    @property
    def key(self) -> tuple:
        """What makes this the same problem as another one, whatever it says."""
        return self.code, self.node, self.port, self.index, self.severity


def errors(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return those problems that are more than warnings."""
    return tuple(problem for problem in problems if problem.severity == ERROR)


def obstacles(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return those problems with which no model can be made of a design."""
    return tuple(p for p in problems if p.severity == ERROR or p.code in NOT_WITHOUT)


def heard(problems: Iterable[Problem], silenced: Collection[str]) -> tuple[Problem, ...]:
    """Return problems without the warnings whose codes are silenced."""
    return tuple(p for p in problems if p.severity != WARNING or p.code not in silenced)
