"""Rules for refusals of layers that prepare data: lookups, categories, spectrograms."""

from __future__ import annotations

import re

from composer_gui.core.differences import differing, named, where
from composer_gui.core.parameter_rules import bad_parameter
from composer_gui.core.refused import Refused, Words, say, when
from composer_gui.core.shapes.tensor_spec import show_shape
from composer_gui.core.wording import counted


@when(r"inputs should have equal shape")
def crossed_shapes(match: re.Match, refused: Refused) -> Words | None:
    """Two features that are crossed and are not of one shape."""
    first = refused.wires[0] if refused.wires else None
    odd = [wire for wire in refused.wires[1:] if differing(first.shape, wire.shape)]
    if not odd:
        return None
    words = {"where": where(first.shape, odd[0].shape), "gives": refused.gives()}
    fields = {"expected": show_shape(first.shape), "wanted": first.shape}
    axes = differing(first.shape, odd[0].shape)
    return say("together", refused, words, odd[0], **fields, axes=axes)


@when(r"requires the scipy module")
def windowed(match: re.Match, refused: Refused) -> Words:
    """A window that another package would compute."""
    sentence = "window needs SciPy, a package that does not come with Keras. Set it to no window."
    return bad_parameter(refused, "window", sentence)


@when(r"symbolic .?tf\.Tensor.? as a Python .?bool")
def open_width(match: re.Match, refused: Refused) -> Words | None:
    """Lookups whose result depends on a size that is free."""
    for wire in refused.wires:
        axes = tuple(axis for axis, size in enumerate(wire.shape) if axis and size is None)
        if axes:
            words = {"axis": named(axes, len(wire.shape)), "needs": "needs known sizes"}
            fields = {"expected": "a fixed size", "wanted": wire.shape, "axes": axes}
            return say("free_size", refused, words, wire, **fields)
    return None


@when(r"unsupported operand type\(s\) for \*: 'int' and 'NoneType'")
def sparse(match: re.Match, refused: Refused) -> Words | None:
    """Categories that are to be handed on in a form that most layers do not take."""
    if refused.parameter("sparse") is not True:
        return None
    sentence = "sparse does not work here: what comes out has no shape that is known. Reset it."
    return bad_parameter(refused, "sparse", sentence)


@when(r"Input to reshape is a tensor with (\d+) values|Incompatible shapes: \[")
def normalized(match: re.Match, refused: Refused) -> Words | None:
    """A Normalization by other numbers of values than there are on its axes."""
    if refused.class_name != "Normalization" or not refused.wires:
        return None
    axis = refused.parameter("axis", -1)
    if isinstance(axis, tuple) and len({i % len(refused.wires[0].shape) for i in axis}) < len(axis):
        return bad_parameter(refused, "axis", "axis names one axis twice. Let each be there once.")
    name = next((n for n in ("mean", "variance") if isinstance(refused.parameter(n), tuple)), None)
    if name is None:
        return None
    count = counted(len(refused.parameter(name)), "value")
    sentence = f"{name} has {count}, and there has to be one for each place on the axis that is "
    sentence += f"normalized: {refused.gives()}."
    return bad_parameter(refused, name, sentence)
