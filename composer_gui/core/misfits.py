"""Problems of what comes in at a port and is of another shape or dtype than is wanted there.

`{node}` and `{source}` in them stand for labels, which the walk fills in.
"""

from __future__ import annotations

from composer_gui.core.differences import differing, where
from composer_gui.core.kinds_of_calls import KINDS
from composer_gui.core.layer_kinds import Shape
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.tensor_spec import REAL, WHOLE, TensorSpec, kind_of, show_shape

NODE, SOURCE = "{node}", "{source}"
"""What stands for the label of the node, and of what is wired to the port of a problem."""


def other_shape(port: str, wanted: Shape, given: Shape) -> Problem:
    """Return the problem of a port that was made for another shape, batch first."""
    difference = where(wanted, given)
    return KINDS["shape"].problem(
        port=port,
        words={
            "node": NODE,
            "source": SOURCE,
            "wanted": show_shape(wanted),
            "given": show_shape(given),
            "where": f": {difference}" if difference else "",
        },
        expected=show_shape(wanted),
        actual=show_shape(given),
        index=0,
        wanted=wanted,
        given=given,
        axes=differing(wanted, given),
    )


def other_dtype(port: str, wanted: str, given: TensorSpec) -> Problem:
    """Return the problem of a port that wants values of another kind, such as "whole numbers"."""
    words = {"node": NODE, "source": SOURCE, "wanted": wanted, "given": sent(given)}
    return KINDS["dtype"].problem(
        port=port,
        words=words,
        expected=wanted,
        actual=words["given"],
        index=0,
        given=given.shape,
    )


def is_lost(dtype: str, wanted: str) -> bool:
    """Return whether values of a dtype would be cut, or mean nothing, as those of another."""
    kinds = kind_of(dtype), kind_of(wanted)
    return kinds[0] != kinds[1] and kinds != (WHOLE, REAL)


def sent(spec: TensorSpec) -> str:
    """Return what comes on a wire whose dtype matters: `4 int32`, `text (4 string)`."""
    if spec.dtype != "string":
        return spec.show(dtype=True)
    if not (spec.shape or (None,))[1:]:
        return "one text"
    return f"text ({spec.show(dtype=True)})"
