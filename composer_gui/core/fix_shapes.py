"""Layers on a wire that bring one shape to another: flattened, pooled, reshaped, widened."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice, permutations

from composer_gui.core.document import Shape
from composer_gui.core.fix_insertions import Recipe, layer
from composer_gui.core.fix_order import CHANNELS
from composer_gui.core.fix_sight import Misfit, Sight, class_of, fits
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.layers.families import ELEMENTWISE
from composer_gui.core.shapes.tensor_spec import show_shape
from composer_gui.core.wording import counted

SMALLEST_MAP, MOST_MAPS = 4, 2
"""The edge from which on a row of values may be a stack of maps, and how many ways are offered."""

MOST_REPEATED = 10
"""How often a vector is repeated where nothing says how many steps are wanted."""


def flatten(sight: Sight, misfit: Misfit) -> Iterator[Recipe]:
    """A Flatten, where all values of a sample in one row are wanted."""
    row = _flat(misfit.shape)
    if _wants_row(misfit) and (misfit.wanted is None or misfit.wanted[-1] in (None, row)):
        yield Recipe((layer("Flatten"),))


def global_pooling(sight: Sight, misfit: Misfit) -> Iterator[Recipe]:
    """An average over all places, where one vector is wanted."""
    pool = _pool(misfit.shape)
    wanted = misfit.wanted
    if pool and _wants_row(misfit) and (wanted is None or wanted[-1] in (None, misfit.shape[-1])):
        yield Recipe((pool,), {"class_name": pool.class_name})


def _wants_row(misfit: Misfit) -> bool:
    return len(misfit.shape) > 2 and (misfit.wanted is None or len(misfit.wanted) == 2)


def _pool(shape: Shape) -> KerasLayer | None:
    count = len(shape) - 2
    return layer(f"GlobalAveragePooling{count}D") if count in (1, 2, 3) else None


def _flat(shape: Shape) -> int | None:
    """Return the number of values in one sample, None where a size is free."""
    return None if None in shape[1:] else math.prod(shape[1:])


# Reshape and Permute ----------------------------------------------------------------------------


def reshape(sight: Sight, misfit: Misfit) -> Iterator[Recipe]:
    """A Reshape to what is wanted, as far as the number of values allows it."""
    shape, wanted = misfit.shape, misfit.wanted
    if wanted is None:
        return
    for target in dict.fromkeys(_reshaped(sight, shape, wanted)):
        after = (shape[0], *target)
        if fits(after, wanted) and target != shape[1:] and target.count(None) < 2:
            parameter = tuple(-1 if size is None else size for size in target)
            words = {"given": show_shape(shape), "shape": show_shape((None, *target))}
            yield Recipe((layer("Reshape", target_shape=parameter),), words)


def _reshaped(sight: Sight, shape: Shape, wanted: Shape) -> Iterator[Shape]:
    """Yield what the sizes of a sample could become, the likeliest first.

    A number of axes that stays is left to Permute, which does not mix up what is on them, and one
    single axis to Flatten.
    """
    sizes, goal, total = shape[1:], wanted[1:], _flat(shape)
    if len(goal) == len(sizes) or (len(goal) == 1 and len(sizes) > 1):
        return
    if len(goal) == len(sizes) + 1:
        if sight.class_name.startswith("ConvLSTM") and sizes[-1] in CHANNELS:
            yield (1, *sizes)  # a single picture of a film
        if sight.category == "attention" and len(sight.misfits) == 1:
            yield (1, *sizes)  # a single step
        yield (*sizes, 1)
        if len(goal) == 2 or sight.class_name.startswith(("ConvLSTM", "TimeDistributed")):
            yield (1, *sizes)
    if total is not None and goal.count(None) <= 1:
        known = math.prod(size for size in goal if size is not None)
        if known and total % known == 0 and (None in goal or total == known):
            yield tuple(total // known if size is None else size for size in goal)
    if 0 < len(goal) < len(sizes):
        if len(goal) == 2 and len(sizes) == 4 and None not in sizes[1:]:
            yield (sizes[0], math.prod(sizes[1:]))  # each picture of a film is a step
        kept = tuple(size for size in sizes if size != 1)
        if len(kept) == len(goal):
            yield kept
        front = len(sizes) - len(goal) + 1
        merged = None if None in sizes[:front] else math.prod(sizes[:front])
        yield (merged, *sizes[front:])
    if len(sizes) == 1 and len(goal) == 3 and sizes[0] is not None:
        made = any(class_of(sight.layer_of(n)) == "Dense" for n in _starts(sight))
        pictures, maps = list(_pictures(sizes[0])), list(islice(_maps(sizes[0]), MOST_MAPS))
        yield from (*maps, *pictures) if made else (*pictures, *maps)


def _starts(sight: Sight) -> Iterator[str]:
    return (misfit.wire.source.node for misfit in sight.misfits)


def _pictures(total: int) -> Iterator[Shape]:
    """Yield the square pictures of as many values."""
    for channels in CHANNELS:
        side = math.isqrt(total // channels)
        if side > 1 and side * side * channels == total:
            yield (side, side, channels)


def _maps(total: int) -> Iterator[Shape]:
    """Yield small square maps of as many values, of as many channels as are usual for them."""
    for side in range(SMALLEST_MAP, math.isqrt(total) + 1):
        channels = total // (side * side)
        if side * side * channels == total and channels >= 8 and channels.bit_count() == 1:
            yield (side, side, channels)


def permute(sight: Sight, misfit: Misfit) -> Iterator[Recipe]:
    """A Permute under which the axes fit, or that puts the channels of a picture last."""
    shape, wanted = misfit.shape, misfit.wanted
    if wanted is None or len(shape) != len(wanted) or not 3 <= len(shape) <= 5:
        return
    axes = range(1, len(shape))
    if any(wanted[1:]):
        if not fits(shape, wanted):
            for order in permutations(axes):
                turned = (shape[0], *(shape[axis] for axis in order))
                if fits(turned, wanted) and turned != shape:
                    yield _permuted(shape, order)
    elif len(shape) > 3 and shape[1] in CHANNELS and shape[-1] not in CHANNELS:
        yield _permuted(shape, (*axes[1:], 1))
    elif len(shape) == 3:
        yield _permuted(shape, (2, 1))


def _permuted(shape: Shape, order: tuple[int, ...]) -> Recipe:
    turned = show_shape((None, *(shape[axis] for axis in order)))
    words = {"given": show_shape(shape), "shape": turned}
    return Recipe((layer("Permute", dims=tuple(order)),), words)


# Width ------------------------------------------------------------------------------------------


def dense(sight: Sight, misfit: Misfit) -> Iterator[Recipe]:
    """A Dense to the width that is wanted, behind a Flatten or pooling where it takes one.

    Images get a convolution instead, and the terms of a sum a projection.
    """
    shape, wanted = misfit.shape, misfit.wanted
    units = wanted[-1] if wanted else None
    if units is None or len(shape) < 2 or misfit.given.dtype == "string":
        return
    wide, said = layer("Dense", units=units), f"a Dense of {counted(units, 'unit')}"
    if differ_in_width_only(shape, wanted):
        if len(shape) < 4 and sight.class_name not in ELEMENTWISE:
            yield Recipe((wide,), {"layers": said})
    elif len(wanted) == 2 and len(shape) > 2:
        pool = _pool(shape)
        if pool is not None and shape[-1] != units:
            yield Recipe((pool, wide), {"layers": f"a {pool.class_name} and {said}"})
        if _flat(shape) not in (None, units):
            yield Recipe((layer("Flatten"), wide), {"layers": f"a Flatten and {said}"})
    elif len(wanted) == 3 and len(shape) == 2 and wanted[1] is not None and shape[-1] != units:
        repeat = layer("RepeatVector", n=wanted[1])
        yield Recipe((wide, repeat), {"layers": f"{said} and a RepeatVector"})


def convolution(sight: Sight, misfit: Misfit) -> Iterator[Recipe]:
    """A convolution with a window of one point to the number of channels that is wanted.

    Images of which each place is one number get an axis for the channels before.
    """
    shape, wanted = misfit.shape, misfit.wanted
    channels = wanted[-1] if wanted else None
    if channels is None or sight.class_name in ELEMENTWISE:
        return
    count = len(wanted) - 2
    if count not in (2, 3):
        return
    words = {"layers": f"a {'×'.join('1' * count)} convolution to {counted(channels, 'channel')}"}
    if differ_in_width_only(shape, wanted):
        yield Recipe((point_convolution(count, channels),), words)
    elif len(shape) == count + 1 and None not in shape[1:] and fits(shape, wanted[:-1]):
        one = layer("Reshape", target_shape=(*shape[1:], 1))
        words = {"layers": f"a Reshape and {words['layers']}"}
        yield Recipe((one, point_convolution(count, channels)), words)


def point_convolution(count: int, channels: int, name: str = "", **parameters) -> KerasLayer:
    """Return a convolution over `count` axes with a window of one point."""
    return layer(f"Conv{count}D", name, filters=channels, kernel_size=1, **parameters)


def differ_in_width_only(shape: Shape, wanted: Shape) -> bool:
    """Return whether the last axis, and nothing else that is known, is of another size."""
    if len(shape) != len(wanted) or len(shape) < 2:
        return False
    pairs = zip(shape[1:-1], wanted[1:-1], strict=True)
    same = all(a == b or None in (a, b) for a, b in pairs)
    return same and bool(wanted[-1]) and shape[-1] != wanted[-1]


def repeat(sight: Sight, misfit: Misfit) -> Iterator[Recipe]:
    """A RepeatVector, where a sequence of vectors is wanted and one comes."""
    shape, wanted = misfit.shape, misfit.wanted
    if wanted is None or len(shape) != 2 or len(wanted) != 3:
        return
    if wanted[-1] in (None, shape[-1]) and misfit.given.dtype != "string":
        count = wanted[1] or MOST_REPEATED
        times = "once" if count == 1 else f"{count} times"
        yield Recipe((layer("RepeatVector", n=count),), {"times": times})


# Skips ------------------------------------------------------------------------------------------


def skip(sight: Sight, misfit: Misfit) -> Iterator[Recipe]:
    """A layer that brings a term of a sum to the others: the projection of a residual skip."""
    shape, wanted = misfit.shape, misfit.wanted
    if (
        sight.class_name not in ELEMENTWISE
        or not wanted
        or len(shape) != len(wanted)
        or not wanted[-1]
    ):
        return
    words = {"shape": show_shape(wanted)}
    count = len(shape) - 2
    if differ_in_width_only(shape, wanted) and count < 2:
        yield Recipe((layer("Dense", "projection", units=wanted[-1]),), words | _class("Dense"))
    if count not in (1, 2, 3) or shape == wanted:
        return
    strides = _strides(shape[1:-1], wanted[1:-1])
    if strides is None or (count == 1 and strides == (1,)):
        return
    more = {} if set(strides) == {1} else {"strides": strides, "padding": "same"}
    one = point_convolution(count, wanted[-1], "projection", **more)
    name = f"{'×'.join('1' * count)} convolution" if count > 1 else "Conv1D"
    yield Recipe((one,), words | _class(name))


def _class(name: str) -> dict[str, str]:
    return {"class_name": name}


def _strides(sizes: Shape, wanted: Shape) -> tuple[int, ...] | None:
    """Return the strides that bring sizes to those that are wanted with padding "same", if any.

    Keras gives ceil(size / stride) then.
    """
    strides = []
    for have, want in zip(sizes, wanted, strict=True):
        if have == want:
            strides.append(1)
            continue
        stride = math.ceil(have / want) if have and want else 0
        if not stride or math.ceil(have / stride) != want:
            return None
        strides.append(stride)
    return tuple(strides)
