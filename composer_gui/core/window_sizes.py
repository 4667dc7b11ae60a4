"""The least size that a layer with a window or a cropping leaves anything of, axis by axis."""

from __future__ import annotations

import re
from typing import Any

from composer_gui.core.layer_kinds import Shape
from composer_gui.core.refused import Refused


def window_axes(class_name: str) -> int:
    """Return the number in a class's name, such as 2 for Conv2D, 0 where there is none."""
    found = re.search(r"([123])D", class_name)
    return int(found[1]) if found else 0


def channels_axis(refused: Refused, rank: int) -> int:
    """Return the axis of the channels, the batch being axis 0, of a shape with `rank` axes."""
    return 1 if refused.parameter("data_format") == "channels_first" else rank - 1


def least(refused: Refused, shape: Shape) -> Shape:
    """Return `shape`, batch first, with each axis that is too small at the least that would do.

    Where nothing is known of the window, it is `shape`.
    """
    count = window_axes(refused.class_name)
    steps = 1 if refused.class_name.startswith("ConvLSTM") else 0
    if not count or len(shape) != count + 2 + steps:
        return shape
    first = steps + (2 if refused.parameter("data_format") == "channels_first" else 1)
    needed = _cropped(refused, count) if "Cropping" in refused.class_name else _slid(refused, count)
    found = list(shape)
    for axis, size in enumerate(needed, start=first):
        if found[axis] is not None and found[axis] < size:
            found[axis] = size
    return tuple(found)


def _slid(refused: Refused, count: int) -> list[int]:
    window = refused.parameter("kernel_size", refused.parameter("pool_size", 2))
    spread = _each(refused.parameter("dilation_rate", 1), count)
    sizes = zip(_each(window, count), spread, strict=True)
    return [(size - 1) * rate + 1 for size, rate in sizes]


def _cropped(refused: Refused, count: int) -> list[int]:
    both = refused.parameter("cropping", 1 if count != 2 else 0)
    if count == 1 and isinstance(both, tuple):
        return [sum(both) + 1]
    pairs = _each(both, count)
    return [1 + (sum(pair) if isinstance(pair, tuple) else 2 * pair) for pair in pairs]


def _each(value: Any, count: int) -> tuple:
    """Return a value for each axis, as Keras reads a single one for all."""
    if isinstance(value, tuple) and len(value) == count:
        return value
    return ((value[0] if isinstance(value, tuple) and value else value) or 1,) * count
