"""The table that puts Keras's refusals into words: each rule knows one kind of text.

A rule takes a `Refused` and returns `Words`, or None where it has nothing to say. The first that
has something wins, so what is more particular stands further up; the last always has something.
"""

from __future__ import annotations

import math
import re

from composer_gui.core import rank_rules
from composer_gui.core.refused import (
    Refused,
    Rule,
    Words,
    axis_name,
    listed,
    shape_in,
    short,
    when,
)
from composer_gui.core.shapes.tensor_spec import show_shape

# Shared layers ----------------------------------------------------------------------------------


def _shared(refused: Refused) -> Words | None:
    """A layer whose weights another call made for another shape."""
    if refused.first is None or refused.built_on is None or not refused.class_name:
        return None
    was = listed([show_shape(s.shape) for specs in refused.built_on.values() for s in specs])
    message = (
        f"{refused.label} shares its weights with {refused.first}, which gets {was}. "
        f"Here {refused.gives()}, and the weights do not fit that."
    )
    return Words("shared_shape", "Shared weights do not fit", message, was, refused.given)


# Sizes ------------------------------------------------------------------------------------------


@when(r"expected shape=(\([^)]*\)), found shape=(\([^)]*\))")
def _model_shape(match: re.Match, refused: Refused) -> Words:
    """A saved model that was made for another shape."""
    return _other_shape(refused, match[1], match[2])


@when(r"Expected shape (\([^)]*\)), but input has incompatible shape (\([^)]*\))")
def _model_rank(match: re.Match, refused: Refused) -> Words:
    """A saved model that was made for another number of axes."""
    return _other_shape(refused, match[1], match[2])


def _other_shape(refused: Refused, wanted: str, found: str) -> Words:
    expected, actual = show_shape(shape_in(wanted)), show_shape(shape_in(found))
    wire = refused.wire_with(shape_in(found))
    port, name = (wire[0], wire[1]) if wire else (None, "What is wired")
    message = f"{refused.label} wants {expected}. {name} gives {actual}."
    return Words("shape", "The shapes do not fit", message, expected, actual, port)


@when(r"expected axis (-?\d+) of input shape to have value (\d+)")
def _axis_size(match: re.Match, refused: Refused) -> Words:
    """One axis of a size that the layer does not take."""
    where = axis_name(int(match[1]))
    message = f"{refused.label} wants {match[2]} on {where}. {refused.gives()}."
    return Words(
        "axis_size", "The shapes do not fit", message, match[2], refused.given, refused.port
    )


@when(r"must be fully-defined|NoneType|must have a known shape")
def _free_size(match: re.Match, refused: Refused) -> Words | None:
    """Weights whose shape hangs on a size that is free."""
    free = [wire for wire in refused.wires if None in (wire[2].shape or ())[1:]]
    if not free:
        return None
    port, name, spec = free[0]
    message = (
        f"{refused.label} makes its weights to measure. {name} gives {spec.show()}, where ? may "
        "be any size. Set that size at the Input."
    )
    return Words("free_size", "A size is not known", message, "a fixed size", spec.show(), port)


@when(r"output size would be zero or negative|[Nn]egative dimension size")
def _nothing_left(match: re.Match, refused: Refused) -> Words:
    """A window larger than what it slides over."""
    window = refused.parameter("kernel_size") or refused.parameter("pool_size")
    size = f" of {_sizes(window)}" if window is not None else ""
    message = (
        f"{refused.label} slides a window{size} over something smaller: {refused.gives()}. "
        "Make the window smaller, or set padding to same."
    )
    return Words("nothing_left", "Nothing is left", message, "a larger input", refused.given)


@when(r"[Cc]ropping.*(?:should|must) be smaller")
def _cropped_away(match: re.Match, refused: Refused) -> Words:
    """More cut off than there is."""
    message = f"{refused.label} cuts off all there is: {refused.gives()}. Cut off less."
    return Words("nothing_left", "Nothing is left", message, "a larger input", refused.given)


@when(r"total size of the tensor must be unchanged")
def _reshape(match: re.Match, refused: Refused) -> Words:
    """A Reshape to another number of values."""
    target = refused.parameter("target_shape") or ()
    shape = "×".join("?" if size == -1 else str(size) for size in target) or "its target"
    values = math.prod(size for size in (refused.specs[0].shape or ())[1:] if size)
    message = (
        f"{refused.label} cannot make {shape} of {refused.given}: {refused.given} is {values} "
        f"values{_needed(target)}."
    )
    return Words("reshape", "The sizes do not match", message, shape, refused.given)


def _needed(target: tuple[int, ...]) -> str:
    known = math.prod(size for size in target if size != -1)
    if not target:
        return ""
    return f", which do not come in {known}s" if -1 in target else f", and that would be {known}"


@when(r"number of groups|[Nn]umber of groups")
def _groups(match: re.Match, refused: Refused) -> Words | None:
    """Channels that do not divide into groups."""
    groups = refused.parameter("groups", 32)
    channels = (refused.specs[0].shape or (None,))[-1]
    message = (
        f"{refused.label} divides the channels into {groups} groups, and {channels} channels do "
        f"not divide so. {refused.gives()}."
    )
    title, expected = "The channels do not divide", f"a multiple of {groups} channels"
    return Words("groups", title, message, expected, f"{channels} channels", refused.port)


@when(r"`strides > 1` not supported in conjunction with `dilation_rate > 1`")
def _strides_and_dilation(match: re.Match, refused: Refused) -> Words:
    """A window that both jumps and is spread."""
    message = (
        f"{refused.label} cannot have strides and dilation_rate above 1. Set one of them to 1."
    )
    return Words("parameters", "Two parameters exclude each other", message)


def _equation(refused: Refused) -> Words | None:
    """An EinsumDense whose equation is for other axes."""
    if refused.class_name != "EinsumDense":
        return None
    equation = short(str(refused.parameter("equation")))
    message = (
        f"{refused.label} cannot use the equation {equation} with its output_shape here. "
        f"{refused.gives()}."
    )
    title = "The equation does not fit"
    return Words("parameters", title, message, equation, refused.given, refused.port)


# Axes by number ---------------------------------------------------------------------------------


@when(r"index out of range|out of bounds")
def _axis_out_of_range(match: re.Match, refused: Refused) -> Words | None:
    """A parameter that names an axis which is not there."""
    value = refused.parameter("axis", refused.parameter("axes"))
    if value is None or not refused.specs:
        return None
    last = min(len(spec.shape or ()) for spec in refused.specs) - 1
    named = value if isinstance(value, tuple) else (value,)
    odd = [axis for axis in named if isinstance(axis, int) and not -last - 1 <= axis <= last]
    if not odd:
        return None
    message = (
        f"{refused.label} works on axis {odd[0]}. {refused.gives()}: its axes are 0, the batch, "
        f"to {last}."
    )
    expected = f"an axis from {-last - 1} to {last}"
    return Words("axis", "There is no such axis", message, expected, str(odd[0]))


# Several inputs ---------------------------------------------------------------------------------

_MERGES = {
    "Add": ("do not add", "equal shapes"),
    "Average": ("have no average", "equal shapes"),
    "Maximum": ("have no maximum", "equal shapes"),
    "Minimum": ("have no minimum", "equal shapes"),
    "Multiply": ("do not multiply", "equal shapes"),
    "Subtract": ("do not subtract", "equal shapes"),
    "Dot": ("have no dot product", "equal sizes on the axes of the product"),
}


@when(r"matching shapes except for the concatenation axis")
def _concatenate(match: re.Match, refused: Refused) -> Words:
    """Shapes that differ elsewhere than where they are joined."""
    axis = refused.parameter("axis", -1)
    ranks = {len(spec.shape or ()) for spec in refused.specs}
    if len(ranks) > 1:
        why = "they have different numbers of axes"
    else:
        why = f"the others have to be equal, and {_difference(refused, axis, ranks.pop())}"
    message = f"{refused.label} joins on {axis_name(axis)}; {why}. {refused.gives()}."
    expected = f"shapes that differ on {axis_name(axis)} only"
    return Words("concatenate", "The shapes do not join", message, expected, refused.given)


def _difference(refused: Refused, axis: int, rank: int) -> str:
    """Return where the shapes differ: `axis 1 is 4 and 5`."""
    for index in range(1, rank):
        sizes = {spec.shape[index] for spec in refused.specs}
        if index != axis % rank and len(sizes) > 1:
            shown = listed([str(spec.shape[index]) for spec in refused.specs])
            return f"axis {index} is {shown}"
    return "they are not"


@when(r"different batch sizes")
def _batch_sizes(match: re.Match, refused: Refused) -> Words:
    """Inputs of different fixed batch sizes."""
    sizes = listed([str(spec.shape[0]) for spec in refused.specs])
    message = (
        f"{refused.label} gets batches of {sizes}. Give the Inputs the same batch size, or none."
    )
    return Words("batch_size", "The batch sizes differ", message, "equal batch sizes", sizes)


@when(r"[Ii]ncompatible (input )?shapes|axis values \d+|[Dd]imensions must be equal")
def _merge(match: re.Match, refused: Refused) -> Words | None:
    """Shapes that a merge layer does not take together."""
    if len(refused.specs) < 2 or refused.class_name not in _MERGES:
        return None
    verb, expected = _MERGES[refused.class_name]
    message = f"{refused.given} {verb}. {refused.gives()}."
    return Words("merge", f"The shapes {verb}", message, expected, refused.given)


@when(r"[Dd]imensions must be equal, but are (\d+) and (\d+)|`value` and `key`.*must be equal")
def _together(match: re.Match, refused: Refused) -> Words | None:
    """Inputs that do not go together, found when Keras went through the layer's code."""
    if len(refused.specs) < 2:
        return None
    sizes = f": {match[1]} and {match[2]} have to be equal" if match[1] else ""
    message = f"What {refused.label} gets does not go together{sizes}. {refused.gives()}."
    expected = f"equal sizes, not {match[1]} and {match[2]}" if match[1] else "equal sizes"
    return Words("together", "The shapes do not fit", message, expected, refused.given)


def _states(refused: Refused) -> Words | None:
    """States to start from that are not those of the recurrent layer."""
    states = refused.inputs.get("initial_state")
    if not states:
        return None
    count = {"GRU": 1, "LSTM": 2, "SimpleRNN": 1}.get(refused.class_name)
    units = refused.parameter("units")
    number = {None: "its own states", 1: "1 state", 2: "2 states"}[count]
    expected = number if units is None or count is None else f"{number} of {units}"
    actual = listed([spec.show() for spec in states])
    message = f"{refused.label} starts from {expected}. Its initial_state gets {actual}."
    title = "The states do not fit"
    return Words("states", title, message, expected, actual, "initial_state")


@when(r"identical shapes|inputs should have shape")
def _crossing(match: re.Match, refused: Refused) -> Words:
    """Features that cannot be crossed."""
    message = f"{refused.label} crosses single values: one for each sample. {refused.gives()}."
    return Words("together", "The shapes do not fit", message, "one value each", refused.given)


@when(r"missing (?:a required|\d+ required positional) argument")
def _missing(match: re.Match, refused: Refused) -> Words | None:
    """An input that Keras cannot do without."""
    name = re.search(r"arguments?: '(\w+)'", refused.text)
    if name is None:
        return None
    message = f"{refused.label} also wants {name[1]}. Wire something to it."
    return Words("missing_input", "An input is missing", message, name[1], "nothing", name[1])


# Dtypes -----------------------------------------------------------------------------------------


@when(r"has DataType (\w+) not in list of allowed values|is not a valid dtype for Keras type")
def _dtype(match: re.Match, refused: Refused) -> Words | None:
    """Whole numbers or text where the layer computes with fractions."""
    odd = [wire for wire in refused.wires if "float" not in wire[2].dtype]
    if not odd:
        return None
    port, name, spec = odd[0]
    sent = f"{spec.show()} text" if spec.dtype == "string" else spec.show(dtype=True)
    wanted = "numbers" if spec.dtype == "string" else "floating-point numbers"
    message = f"{refused.label} wants {wanted}. {name} sends {sent}."
    title = f"{refused.label} wants {wanted}"
    return Words("dtype", title, message, wanted, sent, port)


# Whatever is left -------------------------------------------------------------------------------


def _generic(refused: Refused) -> Words:
    """Keras's own first line."""
    lines = refused.text.strip().splitlines() or ["it gave no reason"]
    given = f" with {refused.given}" if refused.specs else ""
    message = f"{refused.label} cannot be called{given}. Keras says: {short(lines[0])}"
    return Words("keras", "Keras refuses this call", message, None, refused.given or None)


RULES: tuple[Rule, ...] = (
    _shared,
    rank_rules.rank,
    rank_rules.convolution_rank,
    rank_rules.pooling_rank,
    rank_rules.transposed_rank,
    rank_rules.time_distributed_rank,
    _model_shape,
    _model_rank,
    _axis_size,
    _free_size,
    _nothing_left,
    _cropped_away,
    _reshape,
    _groups,
    _strides_and_dilation,
    _axis_out_of_range,
    _concatenate,
    _batch_sizes,
    _merge,
    _states,
    _together,
    _crossing,
    _missing,
    _dtype,
    rank_rules.sequence_rank,
    _equation,
    _generic,
)


def _sizes(value: int | tuple[int, ...]) -> str:
    """Return the size of a window: `5` or `3×3`."""
    return "×".join(map(str, value)) if isinstance(value, tuple) else str(value)
