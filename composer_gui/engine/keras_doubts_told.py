"""Problems of what Keras lets pass, with the two shapes and the axes that differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from composer_gui.core.differences import differing, named, where
from composer_gui.core.kinds_of_doubts import KINDS
from composer_gui.core.layer_kinds import Shape
from composer_gui.core.misfits import NODE, SOURCE
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.outcome import Inputs
from composer_gui.core.shapes.tensor_spec import TensorSpec, show_shape


def first_wire(inputs: Inputs) -> tuple[str, TensorSpec]:
    """Return the port and spec of the first wire, which is what a layer works on."""
    return next((port, specs[0]) for port, specs in inputs.items() if specs)


def misfit(
    code: str,
    port: str,
    wanted: Shape,
    given: Shape,
    axes: tuple[int, ...],
    words: Mapping[str, Any],
) -> Problem:
    """Return a problem about shapes, of the one wire at a port."""
    said = _where(wanted, given, axes)
    problem = KINDS[code].problem(
        port=port,
        words={
            "node": NODE,
            "source": SOURCE,
            "given": show_shape(given),
            "where": said,
            "Where": said[:1].upper() + said[1:],
            **words,
        },
    )
    return with_shapes(problem, wanted, given, axes, show_shape(wanted))


def with_shapes(
    problem: Problem, wanted: Shape, given: Shape, axes: tuple[int, ...], expected: str
) -> Problem:
    """Return a problem of the first wire at its port with the shapes, of which `axes` differ."""
    return replace(
        problem,
        expected=expected,
        actual=show_shape(given),
        index=0,
        wanted=wanted,
        given=given,
        axes=axes,
    )


def _where(wanted: Shape, given: Shape, axes: tuple[int, ...]) -> str:
    """Return in words where two shapes differ, the batch included."""
    if len(wanted) == len(given) and axes[0] == 0:
        return f"{named((0,), len(given))} is {given[0]}, not {wanted[0]}"
    return where(wanted, given)


def differing_anywhere(wanted: Shape, given: Shape) -> tuple[int, ...]:
    """Return the axes in which two shapes differ, the batch included."""
    same_rank = len(wanted) == len(given)
    batch = same_rank and wanted and None not in (wanted[0], given[0]) and wanted[0] != given[0]
    return (0,) if batch else differing(wanted, given)


def told(code: str, port: str, item: TensorSpec, words: Mapping[str, Any]) -> Problem:
    """Return a problem of what comes on the first wire of a port, not of its shape alone."""
    known = {"node": NODE, "source": SOURCE, "given": item.show(), **words}
    fields = {"actual": item.show(), "given": item.shape, "index": 0}
    return KINDS[code].problem(port=port, words=known, **fields)
