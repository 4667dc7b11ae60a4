"""Rules for refusals of sizes: of one axis, of a window, of channels, or that are not known."""

from __future__ import annotations

import math
import re

from composer_gui.core import parameter_rules, rank_rules
from composer_gui.core.differences import axis_name, differing, named, where
from composer_gui.core.refused import Arriving, Refused, Words, say, shape_in, when
from composer_gui.core.shapes.tensor_spec import show_shape
from composer_gui.core.window_sizes import channels_axis, least
from composer_gui.core.wording import counted


@when(r"expected shape=(\([^)]*\)), found shape=(\([^)]*\))")
def model_shape(match: re.Match, refused: Refused) -> Words | None:
    """A saved model that was made for another shape."""
    return _other_shape(refused, match[1], match[2])


@when(r"Expected shape (\([^)]*\)), but input has incompatible shape (\([^)]*\))")
def model_rank(match: re.Match, refused: Refused) -> Words | None:
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
def axis_size(match: re.Match, refused: Refused) -> Words | None:
    """One axis of a size that the layer does not take."""
    axis, size = int(match[1]), int(match[2])
    wire = next((w for w in refused.wires if _size_on(w, axis) not in (None, size)), None)
    return None if wire is None else _of_size(refused, wire, axis, size)


def _of_size(refused: Refused, wire: Arriving, axis: int, size: int) -> Words:
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
def unknown_size(match: re.Match, refused: Refused) -> Words | None:
    """Weights whose shape hangs on a size that is free, or on an axis that is not there."""
    free = [wire for wire in refused.wires if None in wire.shape[1:]]
    if free:
        return rank_rules.rank_of_a_window(refused) or _free_size(refused, free[0])
    return rank_rules.nothing_but_the_batch(refused)


def _free_size(refused: Refused, wire: Arriving) -> Words:
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
def nothing_left(match: re.Match, refused: Refused) -> Words:
    """A window larger than what it slides over."""
    window = refused.parameter("kernel_size") or refused.parameter("pool_size")
    size = f" of {_sizes(window)}" if window is not None else ""
    does = f"slides a window{size} over something smaller"
    return _too_small(refused, does, "Make the window smaller, or set padding to same.")


@when(r"[Cc]ropping.*(?:should|must) be smaller|[Ii]nvalid `?cropping`?")
def cropped_away(match: re.Match, refused: Refused) -> Words:
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
def reshape(match: re.Match, refused: Refused) -> Words:
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
def channel_groups(match: re.Match, refused: Refused) -> Words | None:
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


@when(r"images must have (\d+) channels")
def colours(match: re.Match, refused: Refused) -> Words | None:
    """Images with another number of channels than a layer knows the colours of."""
    wire = next((wire for wire in refused.wires if wire.rank > 1), None)
    if wire is None:
        return None
    axis = channels_axis(refused, len(wire.shape))
    return _of_size(refused, wire, -1 if axis == wire.rank else axis, int(match[1]))


@when(r"to tokenize strings, the input rank must be 1|last shape dimension must be 1")
def text_alone(match: re.Match, refused: Refused) -> Words | None:
    """Several texts for each sample."""
    wire = next((wire for wire in refused.wires if wire.rank and wire.shape[-1] != 1), None)
    return None if wire is None else _of_size(refused, wire, -1, 1)


def _sizes(value: int | tuple[int, ...]) -> str:
    """Return the size of a window: `5` or `3×3`."""
    return "×".join(map(str, value)) if isinstance(value, tuple) else str(value)
