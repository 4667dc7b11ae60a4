"""Rules for refusals of what comes in on several wires and does not go together."""

from __future__ import annotations

import re

from composer_gui.core.differences import axis_name, count_of_axes, differing, named, where
from composer_gui.core.layer_kinds import Shape
from composer_gui.core.refused import Arriving, Refused, Words, say, when
from composer_gui.core.shapes.tensor_spec import show_shape
from composer_gui.core.wording import listed

_MERGES = {
    "Add": ("do not add", "equal shapes"),
    "Average": ("have no average", "equal shapes"),
    "Maximum": ("have no maximum", "equal shapes"),
    "Minimum": ("have no minimum", "equal shapes"),
    "Multiply": ("do not multiply", "equal shapes"),
    "Subtract": ("do not subtract", "equal shapes"),
    "Dot": ("have no dot product", "equal sizes on the axes of the product"),
}


_FUNCTIONS = {
    **{name.lower(): name for name in ("Add", "Average", "Maximum", "Minimum", "Multiply")},
    **{"subtract": "Subtract", "concatenate": "Concatenate"},
}
"""Functions of `keras.ops` that do what a layer does."""


def _name(refused: Refused) -> str:
    return refused.class_name or _FUNCTIONS.get(refused.function, "")


@when(
    r"same shape except on the|matching shapes except for the concatenation axis|same rank|"
    r"ConcatOp|same number of dim"
)
def concatenate(match: re.Match, refused: Refused) -> Words | None:
    """Shapes that differ elsewhere than where they are joined."""
    if _name(refused) != "Concatenate":
        return None
    axis = refused.parameter("axis", -1)
    wire, wanted, axes = _odd_one(refused, _joined_like(refused, axis))
    if wire is None:
        return None
    if len(wanted) != len(wire.shape):
        why = "all that it joins has to have the same number of axes"
    else:
        sizes = [str(one.shape[axes[0]]) for one in refused.wires]
        axis_at = named(axes[:1], len(wanted))
        why = f"all other axes have to be equal: {axis_at} is {listed(sizes)}"
    words = {"axis": axis_name(axis), "why": why, "gives": refused.gives()}
    fields = {
        "expected": f"shapes that differ on {axis_name(axis)} only",
        "actual": refused.given,
        "wanted": wanted,
        "axes": axes,
    }
    return say("concatenate", refused, words, wire, **fields)


def _joined_like(refused: Refused, axis: int) -> list[Shape]:
    """Return each shape with the axis free on which they are joined."""
    return [
        tuple(None if i == axis % len(wire.shape) else size for i, size in enumerate(wire.shape))
        for wire in refused.wires
        if wire.shape
    ]


def _odd_one(
    refused: Refused, shapes: list[Shape]
) -> tuple[Arriving | None, Shape, tuple[int, ...]]:
    """Return the wire that differs from the most others, what those have, and on which axes.

    Where none stands alone it is the later one.
    """
    best: tuple[int, int] = (0, -1)
    found: tuple[Arriving | None, Shape, tuple[int, ...]] = (None, (), ())
    for index, (wire, shape) in enumerate(zip(refused.wires, shapes, strict=True)):
        others = [(i, one) for i, one in enumerate(shapes) if i != index and differing(one, shape)]
        if (len(others), index) > best and others:
            best = (len(others), index)
            found = (wire, others[0][1], differing(others[0][1], shape))
    return found


@when(r"different batch sizes|batch size|concatenation axis")
def batch_sizes(match: re.Match, refused: Refused) -> Words | None:
    """Inputs of different fixed batch sizes."""
    fixed = [wire for wire in refused.wires if wire.shape and wire.shape[0] is not None]
    if len({wire.shape[0] for wire in fixed}) < 2:
        return None
    first = fixed[0].shape[0]
    odd = next(wire for wire in fixed if wire.shape[0] != first)
    return _of_batches(refused, odd, first, [str(wire.shape[0]) for wire in fixed])


def batches(refused: Refused) -> Words | None:
    """Inputs of which some have a fixed batch size, where all have to have it."""
    sizes = [wire.shape[0] if wire.shape else None for wire in refused.wires]
    fixed = next((size for size in sizes if size is not None), None)
    if fixed is None or len(set(sizes)) < 2:
        return None
    odd = next(w for w, size in zip(refused.wires, sizes, strict=True) if size != fixed)
    said = list(dict.fromkeys("any size" if size is None else str(size) for size in sizes))
    return _of_batches(refused, odd, fixed, said)


def _of_batches(refused: Refused, odd: Arriving, wanted: int, sizes: list[str]) -> Words:
    said = listed(sizes)
    words = {"sizes": said, "gives": refused.gives()}
    fields = {"expected": "equal batch sizes", "actual": said, "wanted": (wanted, *odd.shape[1:])}
    return say("batch_size", refused, words, odd, **fields, axes=(0,))


@when(r"[Ii]ncompatible (input )?shapes|axis values \d+|[Dd]imensions must be equal|broadcast")
def merge(match: re.Match, refused: Refused) -> Words | None:
    """Shapes that a merge layer does not take together."""
    name = _name(refused)
    if len(refused.specs) < 2 or not (name in _MERGES or refused.function):
        return None
    verb, expected = _MERGES.get(name, ("do not go together", "equal shapes"))
    product = name == "Dot"
    wire, wanted, axes = _of_a_product(refused) if product else _odd_one_out(refused)
    if wire is None:
        return None
    words = {
        "shapes": refused.given,
        "verb": verb,
        "where": where(wanted, wire.shape) or _open(wire, wanted, axes),
        "gives": refused.gives(),
    }
    fields = {"expected": expected, "actual": refused.given, "wanted": wanted, "axes": axes}
    return say("merge", refused, words, wire, **fields)


def _open(wire: Arriving, wanted: Shape, axes: tuple[int, ...]) -> str:
    """Return which size of a wire is free and has to be a certain one."""
    at = named(axes, len(wire.shape))
    sizes = listed([str(wanted[axis]) for axis in axes if axis < len(wanted)])
    return f"{at} of {wire.name} may be of any size, and has to be {sizes}"


def _odd_one_out(refused: Refused) -> tuple[Arriving | None, Shape, tuple[int, ...]]:
    """Return the wire to bring into line, leaving alone what an axis of 1 or none stretches to.

    Keras stretches an axis of 1, and puts further axes in front of a shape with fewer of them.
    """
    length = max(len(wire.shape) for wire in refused.wires)
    shapes = []
    for wire in refused.wires:
        batch, *sizes = wire.shape or (None,)
        filled = (batch, *(None,) * (length - len(wire.shape)), *sizes)
        shapes.append(tuple(None if size == 1 else size for size in filled))
    wire, wanted, axes = _odd_one(refused, shapes)
    if wire is None:
        return wire, wanted, axes
    shift = length - len(wire.shape)
    kept = zip(wanted[shift + 1 :], wire.shape[1:], strict=True)
    sizes = (have if want is None or have == 1 else want for want, have in kept)
    return wire, (wire.shape[0], *sizes), tuple(axis - shift for axis in axes)


def _of_a_product(refused: Refused) -> tuple[Arriving | None, Shape, tuple[int, ...]]:
    """Return the second factor of a Dot, and what it would be with the sizes of the first.

    It is the first where that is free.
    """
    first, second = refused.wires[:2]
    axes = refused.parameter("axes", -1)
    one, other = axes if isinstance(axes, tuple) and len(axes) == 2 else (axes, axes)
    if not isinstance(one, int) or not isinstance(other, int):
        return None, (), ()
    if not (abs(one) < len(first.shape) and abs(other) < len(second.shape)):
        return None, (), ()
    if first.shape[one] is None:
        return first, *_with_size(first.shape, one, second.shape[other])
    return second, *_with_size(second.shape, other, first.shape[one])


def _with_size(shape: Shape, axis: int, size: int | None) -> tuple[Shape, tuple[int, ...]]:
    """Return a shape with another size on an axis, and that axis counted from the first."""
    at = axis % len(shape)
    return (*shape[:at], size, *shape[at + 1 :]), (at,)


@when(
    r"must be equal, but are (\d+)(?: and|,) (\d+)|`value` and `key`.*must be equal|"
    r"[Ii]ncompatible shapes|[Ii]nvalid shapes|must match|same size|must have the same shape"
)
def together(match: re.Match, refused: Refused) -> Words | None:
    """Inputs that do not go together, found when Keras went through the layer's code."""
    if len(refused.specs) < 2:
        return None
    wire, wanted, axes = _unequal(refused, match[1], match[2])
    if wire is None:
        return None
    if match[1]:
        difference = f"{match[1]} and {match[2]} have to be equal on {named(axes, len(wire.shape))}"
        expected = f"equal sizes, not {match[1]} and {match[2]}"
    elif len(wanted) != len(wire.shape):
        difference = f"{wire.name} gives {count_of_axes(wire.rank)}, not {len(wanted) - 1}"
        expected = "equal numbers of axes"
    else:
        difference, expected = where(wanted, wire.shape), "equal sizes"
    words = {"where": difference, "gives": refused.gives()}
    fields = {"expected": expected, "actual": refused.given, "wanted": wanted, "axes": axes}
    return say("together", refused, words, wire, **fields)


def _unequal(
    refused: Refused, one: str | None, other: str | None
) -> tuple[Arriving | None, Shape, tuple[int, ...]]:
    """Return the wire to change, to what, and on which axes, by the two sizes if they are told."""
    if one and other:
        last_first = refused.wires[::-1]
        for wire in sorted(last_first, key=lambda wire: not wire.port.endswith("mask")):
            for size, wanted in ((int(other), int(one)), (int(one), int(other))):
                at = [i for i, n in enumerate(wire.shape) if i and n == size]
                if at:
                    axis = at[-1]
                    shape = (*wire.shape[:axis], wanted, *wire.shape[axis + 1 :])
                    return wire, shape, (axis,)
    first = refused.wires[0]
    for wire in reversed(refused.wires[1:]):
        if differing(first.shape, wire.shape):
            return wire, first.shape, differing(first.shape, wire.shape)
    return None, (), ()


@when(r"Inner dimensions .* must be equal")
def inner(match: re.Match, refused: Refused) -> Words | None:
    """Matrices that do not multiply."""
    if len(refused.wires) != 2 or min(wire.rank for wire in refused.wires) < 2:
        return None
    first, second = refused.wires
    at = len(second.shape) - 2
    wanted = (*second.shape[:at], first.shape[-1], *second.shape[at + 1 :])
    words = {
        "where": f"{where(wanted, second.shape)}, the last axis of {first.name}",
        "gives": refused.gives(),
    }
    fields = {"expected": show_shape(wanted), "actual": refused.given, "wanted": wanted}
    return say("together", refused, words, second, **fields, axes=(at,))


@when(r"identical shapes|inputs should have shape")
def crossing(match: re.Match, refused: Refused) -> Words:
    """Features that cannot be crossed."""
    wanted = (None, 1)
    wire = next((w for w in refused.wires if w.shape[1:] not in ((), (1,))), refused.wires[-1])
    axes = differing(wanted, wire.shape) or (len(wire.shape) - 1,)
    words = {
        "where": "it crosses single values, so that the axis of a feature is 1",
        "gives": refused.gives(),
    }
    fields = {"expected": "one value each", "actual": refused.given, "wanted": wanted}
    return say("together", refused, words, wire, **fields, axes=axes)
