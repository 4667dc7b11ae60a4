"""The table that puts Keras's refusals into words: each rule knows one kind of text.

A rule takes a `Refused` and returns `Words`, or None where it has nothing to say. The first that
has something wins, so what is more particular stands further up; the last always has something.
"""

from __future__ import annotations

import math
import re

from composer_gui.core import merge_rules, parameter_rules, preparation_rules, rank_rules
from composer_gui.core.differences import axis_name, differing, named, where
from composer_gui.core.misfits import sent
from composer_gui.core.refused import (
    Arriving,
    Refused,
    Rule,
    Words,
    first_line,
    say,
    shape_in,
    when,
)
from composer_gui.core.shapes.tensor_spec import show_shape
from composer_gui.core.window_sizes import channels_axis, least
from composer_gui.core.wording import counted, listed

# Shared layers ----------------------------------------------------------------------------------


def _shared(refused: Refused) -> Words | None:
    """A layer whose weights another call made for another shape."""
    if refused.first is None or refused.built_on is None or not refused.class_name:
        return None
    for wire in refused.wires:
        made_for = refused.built_on.get(wire.port, ())[wire.index : wire.index + 1]
        if made_for and differing(made_for[0].shape, wire.shape):
            return _made_for(refused, wire, made_for[0].shape)
    return None


def _made_for(refused: Refused, wire: Arriving, wanted: tuple) -> Words:
    axes = differing(wanted, wire.shape)
    words = {
        "first": refused.first if refused.first != refused.label else "another call of it",
        "wanted": show_shape(wanted),
        "where": f" ({where(wanted, wire.shape)})",
    }
    expected = show_shape(wanted)
    fields = {"expected": expected, "wanted": wanted, "axes": axes}
    return say("shared_shape", refused, words, wire, **fields)


# Sizes ------------------------------------------------------------------------------------------


@when(r"expected shape=(\([^)]*\)), found shape=(\([^)]*\))")
def _model_shape(match: re.Match, refused: Refused) -> Words | None:
    """A saved model that was made for another shape."""
    return _other_shape(refused, match[1], match[2])


@when(r"Expected shape (\([^)]*\)), but input has incompatible shape (\([^)]*\))")
def _model_rank(match: re.Match, refused: Refused) -> Words | None:
    """A saved model that was made for another number of axes."""
    return _other_shape(refused, match[1], match[2])


def _other_shape(refused: Refused, wanted: str, found: str) -> Words:
    expected, given = shape_in(wanted), shape_in(found)
    wire = refused.wire_with(given)
    difference = where(expected, given)
    words = {
        "wanted": show_shape(expected),
        "source": "what is wired",
        "given": show_shape(given),
        "where": f": {difference}" if difference else "",
    }
    if wire is not None:
        words["source"] = wire.name
    fields = {"expected": show_shape(expected), "actual": show_shape(given), "given": given}
    axes = differing(expected, given)
    return say("shape", refused, words, wire, **fields, wanted=expected, axes=axes)


@when(r"expected axis (-?\d+) of input shape to have value (\d+)")
def _axis_size(match: re.Match, refused: Refused) -> Words | None:
    """One axis of a size that the layer does not take."""
    axis, size = int(match[1]), int(match[2])
    wire = next((w for w in refused.wires if _size_on(w, axis) not in (None, size)), None)
    return None if wire is None else of_size(refused, wire, axis, size)


def of_size(refused: Refused, wire: Arriving, axis: int, size: int) -> Words:
    """Return the words for a wire that is not of `size` on an axis."""
    at = axis % len(wire.shape)
    wanted = (*wire.shape[:at], size, *wire.shape[at + 1 :])
    words = {"size": size, "axis": axis_name(axis)}
    fields = {"expected": str(size), "wanted": wanted, "axes": (at,)}
    return say("axis_size", refused, words, wire, **fields)


def _size_on(wire: Arriving, axis: int) -> int | None:
    return wire.shape[axis] if -len(wire.shape) <= axis < len(wire.shape) else None


@when(
    r"must be fully-defined|NoneType|must have a known shape|should be defined|"
    r"defined dimension|statically known|static input shapes|`None`"
)
def _free_size(match: re.Match, refused: Refused) -> Words | None:
    """Weights whose shape hangs on a size that is free, or on an axis that is not there."""
    free = [wire for wire in refused.wires if None in wire.shape[1:]]
    if free:
        return rank_rules.rank_of_a_window(refused) or free_size(refused, free[0])
    return rank_rules.nothing_but_the_batch(refused)


def free_size(refused: Refused, wire: Arriving) -> Words:
    """Return the words for a wire of which a size is free that a layer needs."""
    open_axes = tuple(axis for axis, size in enumerate(wire.shape) if axis and size is None)
    channels = channels_axis(refused, len(wire.shape))
    axes = (channels,) if channels in open_axes else open_axes
    is_measured = not refused.class_name.startswith("Adaptive")
    needs = "has to know that size to make its weights" if is_measured else "needs known sizes"
    words = {"axis": named(axes, len(wire.shape)), "needs": needs}
    fields = {"expected": "a fixed size", "wanted": wire.shape, "axes": axes}
    return say("free_size", refused, words, wire, **fields)


@when(r"output size would be zero or negative|[Nn]egative dimension size")
def _nothing_left(match: re.Match, refused: Refused) -> Words:
    """A window larger than what it slides over."""
    window = refused.parameter("kernel_size") or refused.parameter("pool_size")
    size = f" of {_sizes(window)}" if window is not None else ""
    does = f"slides a window{size} over something smaller"
    return _too_small(refused, does, "Make the window smaller, or set padding to same.")


@when(r"[Cc]ropping.*(?:should|must) be smaller|[Ii]nvalid `?cropping`?")
def _cropped_away(match: re.Match, refused: Refused) -> Words:
    """More cut off than there is."""
    return _too_small(refused, "cuts off all there is", "Cut off less.")


def _too_small(refused: Refused, does: str, advice: str) -> Words:
    wire = refused.wires[0]
    wanted = least(refused, wire.shape)
    axes = differing(wanted, wire.shape) or tuple(range(1, len(wire.shape) - 1)) or (1,)
    on = named(axes, len(wire.shape))
    words = {
        "does": does,
        "advice": advice,
        "needed": f"more is needed on {on}",
    }
    if wanted != wire.shape:
        words["needed"] = f"at least {show_shape(wanted)} is needed ({on})"
    fields = {"expected": "a larger input", "wanted": wanted, "axes": axes}
    if wanted != wire.shape:
        fields["expected"] = show_shape(wanted)
    return say("nothing_left", refused, words, wire, **fields)


@when(r"total size of the tensor must be unchanged|Cannot reshape a tensor")
def _reshape(match: re.Match, refused: Refused) -> Words:
    """A Reshape to another number of values."""
    target = refused.parameter("target_shape") or ()
    shape = "×".join("?" if size == -1 else str(size) for size in target) or "its target"
    wire = refused.wires[0]
    values = math.prod(size for size in wire.shape[1:] if size)
    words = {"wanted": shape, "values": counted(values, "value"), "needed": _needed(target)}
    wanted = (wire.shape[0], *(None if size == -1 else size for size in target))
    axes = tuple(range(1, len(wire.shape))) or (0,)
    return say("reshape", refused, words, wire, expected=shape, wanted=wanted, axes=axes)


def _needed(target: tuple[int, ...]) -> str:
    known = math.prod(size for size in target if size != -1)
    if not target:
        return "which is another number"
    if -1 in target:
        return f"which cannot be divided by {known}"
    return f"and those of its target hold {known}"


@when(r"number of groups|[Nn]umber of groups|of `?groups`?|`num_groups`|divisible by")
def _groups(match: re.Match, refused: Refused) -> Words | None:
    """Channels that do not divide into groups."""
    if not refused.wires or not refused.class_name:
        return None
    groups = refused.parameter("groups", 32 if refused.class_name == "GroupNormalization" else 1)
    wire = refused.wires[0]
    axis = refused.parameter("axis", channels_axis(refused, len(wire.shape)))
    if not isinstance(axis, int) or not -len(wire.shape) <= axis < len(wire.shape):
        return None
    axis %= len(wire.shape)
    channels = wire.shape[axis]
    if not channels or channels % groups == 0:
        return parameter_rules.filters_and_groups(refused, groups)
    nearest = max(groups, round(channels / groups) * groups)
    wanted = (*wire.shape[:axis], nearest, *wire.shape[axis + 1 :])
    words = {"groups": groups, "channels": channels, "nearest": nearest}
    words["axis"] = named((axis,), len(wire.shape))
    fields = {"expected": f"a multiple of {groups} channels", "actual": f"{channels} channels"}
    return say("groups", refused, words, wire, **fields, wanted=wanted, axes=(axis,))


# Axes by number ---------------------------------------------------------------------------------


@when(r"index out of range|out of bounds|out of range|[Ii]nvalid (?:value for )?.?axis|\baxis\b")
def _axis_out_of_range(match: re.Match, refused: Refused) -> Words | None:
    """A parameter that names an axis which is not there."""
    names = ("axis", "axes", "shared_axes", "attention_axes")
    name = next((name for name in names if refused.parameter(name) is not None), None)
    if name is None or not refused.wires:
        return None
    value = refused.parameter(name)
    wire = min(refused.wires, key=lambda wire: wire.rank)
    last = wire.rank
    asked = value if isinstance(value, tuple) else (value,)
    odd = [axis for axis in asked if isinstance(axis, int) and not -last - 1 <= axis <= last]
    if not odd:
        return None
    alike = len({one.rank for one in refused.wires}) == 1
    whose = "its" if len(refused.wires) == 1 else "their" if alike else f"{wire.name}’s"
    words = {"axis": odd[0], "gives": refused.gives(), "whose": whose, "last": last}
    fields = {"expected": f"an axis from {-last - 1} to {last}", "actual": str(odd[0])}
    return say("axis", refused, words, wire, **fields, parameter=name)


@when(r"images must have (\d+) channels")
def _channels(match: re.Match, refused: Refused) -> Words | None:
    """Images with another number of channels than a layer knows the colours of."""
    wire = next((wire for wire in refused.wires if wire.rank > 1), None)
    if wire is None:
        return None
    axis = channels_axis(refused, len(wire.shape))
    return of_size(refused, wire, -1 if axis == wire.rank else axis, int(match[1]))


@when(r"to tokenize strings, the input rank must be 1|last shape dimension must be 1")
def _text_alone(match: re.Match, refused: Refused) -> Words | None:
    """Several texts for each sample."""
    wire = next((wire for wire in refused.wires if wire.rank and wire.shape[-1] != 1), None)
    return None if wire is None else of_size(refused, wire, -1, 1)


# Several inputs ---------------------------------------------------------------------------------


def _states(refused: Refused) -> Words | None:
    """States to start from that are not those of the recurrent layer."""
    states = [wire for wire in refused.wires if wire.port == "initial_state"]
    if not states:
        return None
    if "enters the loop with shape" in refused.text:
        return merge_rules.batches(refused)
    count, units = _states_of(refused)
    number = {None: "the states of its cells", 1: "1 state"}.get(count, f"{count} states")
    expected = number if units is None or count is None else f"{number} of {units}"
    if isinstance(units, int):
        for wire in states:
            wanted = (None, units)
            if differing(wanted, wire.shape):
                words = {"wanted": expected, "where": f": {where(wanted, wire.shape)}"}
                axes = differing(wanted, wire.shape)
                fields = {"expected": expected, "wanted": wanted, "axes": axes}
                return say("states", refused, words, wire, **fields)
    actual = listed([wire.spec.show() for wire in states])
    fields = {"expected": expected, "actual": actual, "port": "initial_state"}
    return say("state_count", refused, {"wanted": expected, "given": actual}, **fields)


_STATES = {"GRU": 1, "LSTM": 2, "SimpleRNN": 1}


def _states_of(refused: Refused) -> tuple[int | None, int | None]:
    """Return how many states a recurrent layer has, and of which width; None where unknown."""
    layer, times = refused.layer, 1
    if refused.class_name == "Bidirectional":
        layer, times = refused.parameter("layer"), 2
    elif refused.class_name == "RNN":
        layer = refused.parameter("cell")
    count = _STATES.get(getattr(layer, "class_name", "").removesuffix("Cell"))
    units = layer.parameters.get("units") if count else None
    return (count * times, units) if isinstance(units, int) else (None, None)


@when(r"missing (?:a required|\d+ required positional) argument")
def _missing(match: re.Match, refused: Refused) -> Words | None:
    """An input that Keras cannot do without."""
    name = re.search(r"arguments?: '(\w+)'", refused.text)
    if name is None:
        return None
    fields = {"expected": name[1], "actual": "nothing", "port": name[1]}
    return say("missing_input", refused, {"port": name[1]}, **fields)


@when(r"OOM when allocating|Unable to allocate|[Rr]esource ?[Ee]xhausted|failed to allocate memory")
def _memory(match: re.Match, refused: Refused) -> Words:
    """More than fits into memory."""
    return say("memory", refused, {})


# Dtypes -----------------------------------------------------------------------------------------


@when(
    r"has DataType (\w+) not in list of allowed values|is not a valid dtype for Keras type|"
    r"Cast string to \w+ is not supported|that does not match type|Expected string, but got"
)
def _dtype(match: re.Match, refused: Refused) -> Words | None:
    """Whole numbers or text where the layer computes with fractions."""
    odd = [wire for wire in refused.wires if "float" not in wire.spec.dtype]
    if not odd:
        return None
    wanted = "numbers" if odd[0].spec.dtype == "string" else "floating-point numbers"
    return _of_dtype(refused, odd[0], wanted)


@when(r"should have an integer or string dtype")
def _no_fractions(match: re.Match, refused: Refused) -> Words | None:
    """Fractions where the layer tells values apart."""
    fine = ("int", "string")
    odd = [wire for wire in refused.wires if not any(kind in wire.spec.dtype for kind in fine)]
    return _of_dtype(refused, odd[0], "text or whole numbers") if odd else None


def _of_dtype(refused: Refused, wire: Arriving, wanted: str) -> Words:
    words = {"wanted": wanted, "given": sent(wire.spec)}
    return say("dtype", refused, words, wire, expected=wanted, actual=words["given"])


# Whatever is left -------------------------------------------------------------------------------


def _generic(refused: Refused) -> Words:
    """Keras's own first line."""
    given = f" with {refused.given}" if refused.specs else ""
    words = {"given": given, "said": first_line(refused)}
    return say("keras", refused, words, actual=refused.given or None)


RULES: tuple[Rule, ...] = (
    _memory,
    _shared,
    rank_rules.wrapped_rank,
    rank_rules.rank,
    rank_rules.convolution_rank,
    rank_rules.pooling_rank,
    rank_rules.transposed_rank,
    rank_rules.time_distributed_rank,
    rank_rules.image_rank,
    _text_alone,
    _channels,
    _model_shape,
    _model_rank,
    _axis_size,
    preparation_rules.sparse,
    _free_size,
    preparation_rules.open_width,
    _nothing_left,
    _cropped_away,
    _reshape,
    _groups,
    parameter_rules.strides_and_dilation,
    _axis_out_of_range,
    rank_rules.factor_rank,
    preparation_rules.crossed_shapes,
    preparation_rules.windowed,
    preparation_rules.normalized,
    merge_rules.concatenate,
    merge_rules.batch_sizes,
    merge_rules.merge,
    _states,
    merge_rules.inner,
    merge_rules.together,
    merge_rules.crossing,
    _missing,
    parameter_rules.bad_value,
    _no_fractions,
    _dtype,
    rank_rules.sequence_rank,
    parameter_rules.equation,
    parameter_rules.unused_weights,
    parameter_rules.named_parameter,
    _generic,
)


def _sizes(value: int | tuple[int, ...]) -> str:
    """Return the size of a window: `5` or `3×3`."""
    return "×".join(map(str, value)) if isinstance(value, tuple) else str(value)
