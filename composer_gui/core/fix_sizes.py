"""Layers on a wire that bring images and sequences to another size."""

from __future__ import annotations

from collections.abc import Iterator

from composer_gui.core.fix_insertions import Recipe, layer
from composer_gui.core.fix_shapes import point_convolution
from composer_gui.core.fix_sight import Misfit, Sight
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.shapes.tensor_spec import show_shape
from composer_gui.core.wording import counted


def resizing(sight: Sight, misfit: Misfit) -> Iterator[Recipe]:
    """A Resizing to the height and width that are wanted, and to the channels where these differ.

    An axis of which any size is wanted keeps its own.
    """
    if not misfit.wanted or len(misfit.wanted) != len(misfit.shape):
        return
    yield from _repeated(misfit)
    if len(misfit.shape) != 4:
        return
    pairs = zip(misfit.shape[1:3], misfit.wanted[1:3], strict=True)
    height, width = (have if want is None else want for have, want in pairs)
    if None in (height, width) or (height, width) == misfit.shape[1:3]:
        return
    steps = (layer("Resizing", height=height, width=width), *_channels(misfit))
    yield Recipe(steps, {"size": _said(misfit, (height, width))})


def _repeated(misfit: Misfit) -> Iterator[Recipe]:
    """Yield an UpSampling, where each size goes into the one that is wanted."""
    count = len(misfit.shape) - 2
    pairs = list(zip(misfit.shape[1:-1], misfit.wanted[1:-1], strict=True))
    if count not in (1, 3) or any(None in pair or pair[1] % pair[0] for pair in pairs):
        return
    times = tuple(want // have for have, want in pairs)
    if set(times) != {1}:
        step = layer(f"UpSampling{count}D", size=times[0] if count == 1 else times)
        goal = tuple(want for _, want in pairs)
        yield Recipe((step, *_channels(misfit)), {"size": _said(misfit, goal)})


def cropping(sight: Sight, misfit: Misfit) -> Iterator[Recipe]:
    """A Cropping of as much as there is too much, equally on both sides."""
    yield from _fitted(misfit, "Cropping", "cropping", -1)


def padding(sight: Sight, misfit: Misfit) -> Iterator[Recipe]:
    """A ZeroPadding of as much as is missing, equally on both sides."""
    yield from _fitted(misfit, "ZeroPadding", "padding", 1)


def _fitted(misfit: Misfit, class_name: str, parameter: str, sign: int) -> Iterator[Recipe]:
    shape, wanted = misfit.shape, misfit.wanted
    count = len(shape) - 2
    if count not in (1, 2, 3) or not wanted or len(wanted) != len(shape):
        return
    goal = tuple(have if want is None else want for have, want in zip(shape, wanted, strict=True))[
        1:-1
    ]
    if None in goal or None in shape[1:-1] or goal == shape[1:-1]:
        return
    gaps = [sign * (want - have) for have, want in zip(shape[1:-1], goal, strict=True)]
    if min(gaps) < 0:
        return
    halves = tuple((gap // 2, gap - gap // 2) for gap in gaps)
    value = halves[0] if count == 1 else halves
    step = layer(f"{class_name}{count}D", **{parameter: value})
    yield Recipe((step, *_channels(misfit)), {"size": _said(misfit, goal)})


def _channels(misfit: Misfit) -> tuple[KerasLayer, ...]:
    """Return what brings the last axis to the size that is wanted too."""
    wanted = misfit.wanted[-1]
    if wanted is None or wanted == misfit.shape[-1]:
        return ()
    return (point_convolution(len(misfit.shape) - 2, wanted),)


def _said(misfit: Misfit, sizes: tuple[int, ...]) -> str:
    """Return sizes, and the channels where these change as well: `32×32 and 3 channels`."""
    shown = show_shape((None, *sizes))
    return f"{shown} and {counted(misfit.wanted[-1], 'channel')}" if _channels(misfit) else shown
