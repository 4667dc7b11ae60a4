"""Lines nodes up: aligns and distributes them, and finds what a dragged one is nearly in line with.

Everything here is about rectangles; nothing is known of what stands in them.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

Box = tuple[float, float, float, float]
"""Left, top, width and height in pixels."""
Place = tuple[float, float]
"""Left and top in pixels."""

LEFT, CENTRE, RIGHT = "left", "centre", "right"
TOP, MIDDLE, BOTTOM = "top", "middle", "bottom"
ACROSS, DOWN = "across", "down"

SHARES = {LEFT: 0.0, CENTRE: 0.5, RIGHT: 1.0, TOP: 0.0, MIDDLE: 0.5, BOTTOM: 1.0}
"""Every line that boxes can be aligned on, and how far along a box it lies."""

NEAREST = 24.0
"""What distributed boxes keep between them at least, in pixels."""

SAME = 0.5
"""Lines that are so close in pixels are one line."""


# Several boxes at once ----------------------------------------------------------------------------


def align(boxes: Mapping[str, Box], line: str, fixed: Collection[str] = ()) -> dict[str, Place]:
    """Return where the boxes come to lie with their `line` in one; only those that move.

    `line` is a key of `SHARES`. The outermost box gives the line for edges, the middle of them all
    for centres; where some are `fixed`, they alone give it and stay.
    """
    share, axis = SHARES[line], 0 if line in (LEFT, CENTRE, RIGHT) else 1
    givers = [boxes[key] for key in boxes if key in fixed] or list(boxes.values())
    if not givers:
        return {}
    first = min(box[axis] for box in givers)
    last = max(box[axis] + box[axis + 2] for box in givers)
    at = first + share * (last - first)
    wanted = {key: at - share * box[axis + 2] for key, box in boxes.items() if key not in fixed}
    return _moved(boxes, wanted, axis)


def distribute(boxes: Mapping[str, Box], axis: str) -> dict[str, Place]:
    """Return where the boxes come to lie with the same room between neighbours; those that move.

    The outermost two stay, unless there is so little room that boxes would cover each other: then
    the first stays and the others follow, `NEAREST` apart. `axis` is `ACROSS` or `DOWN`.
    """
    if len(boxes) < 3:
        return {}
    along = 0 if axis == ACROSS else 1
    order = sorted(boxes, key=lambda key: (_middle(boxes[key], along), key))
    first, last = boxes[order[0]], boxes[order[-1]]
    inner = sum(boxes[key][along + 2] for key in order[1:-1])
    room = last[along] - (first[along] + first[along + 2]) - inner
    gap = max(room / (len(order) - 1), NEAREST)
    wanted, at = {}, first[along]
    for key in order:
        wanted[key] = at
        at += boxes[key][along + 2] + gap
    return _moved(boxes, wanted, along)


def _middle(box: Box, axis: int) -> float:
    return box[axis] + box[axis + 2] / 2


def _moved(boxes: Mapping[str, Box], wanted: Mapping[str, float], axis: int) -> dict[str, Place]:
    places = {}
    for key, at in wanted.items():
        box = boxes[key]
        if not math.isclose(box[axis], at, abs_tol=1e-6):
            places[key] = (at, box[1]) if axis == 0 else (box[0], at)
    return places


# One box that is being dragged --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Guide:
    """A line that shows what is aligned: at `at` on its own axis, from `start` to `end`.

    It is upright where `upright` holds, then `at` is an x and the other two are ys.
    """

    upright: bool
    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Snap:
    """How far a dragged box has to move to be in line, and the lines to be shown then.

    `across` and `down` tell whether it is in line there; if not, dx or dy is 0 and something else,
    such as a grid, may have its way.
    """

    dx: float = 0.0
    dy: float = 0.0
    guides: tuple[Guide, ...] = ()
    across: bool = False
    down: bool = False


class Lines:
    """The edges and centres of boxes that stand still, to be asked while others are dragged.

    Made once when a drag begins; each question costs what is near, not what there is.
    """

    def __init__(self, boxes: Iterable[Box]) -> None:
        kept = list(boxes)
        self._lines = tuple(_sorted_lines(kept, axis) for axis in (0, 1))
        self._keys = tuple([line[0] for line in lines] for lines in self._lines)

    def snap(self, box: Box, reach: float) -> Snap:
        """Return how `box` comes in line with what is at most `reach` pixels away.

        Edges are compared with edges and centres with centres. The smallest step wins, then the
        box that is nearest.
        """
        steps = [self._step(box, axis, reach) for axis in (0, 1)]
        dx, dy = (0.0 if step is None else step for step in steps)
        there = (box[0] + dx, box[1] + dy, box[2], box[3])
        guides: list[Guide] = []
        for axis in (0, 1):
            if steps[axis] is not None:
                guides += self._guides(there, axis)
        return Snap(dx, dy, tuple(guides), steps[0] is not None, steps[1] is not None)

    def _step(self, box: Box, axis: int, reach: float) -> float | None:
        best: tuple[float, float, float] | None = None
        for at, is_centre in _own_lines(box, axis):
            for line, centre, other in self._near(axis, at, reach):
                if centre != is_centre:
                    continue
                away = abs(_middle(other, 1 - axis) - _middle(box, 1 - axis))
                found = (round(abs(line - at), 3), away, line - at)
                best = found if best is None or found < best else best
        return None if best is None else best[2]

    def _guides(self, box: Box, axis: int) -> Iterable[Guide]:
        for at, is_centre in _own_lines(box, axis):
            across = 1 - axis
            start, end = box[across], box[across] + box[across + 2]
            found = False
            for _, centre, other in self._near(axis, at, SAME):
                if centre == is_centre:
                    found = True
                    start = min(start, other[across])
                    end = max(end, other[across] + other[across + 2])
            if found:
                yield Guide(axis == 0, at, start, end)

    def _near(self, axis: int, at: float, reach: float) -> Iterable[tuple[float, bool, Box]]:
        lines = self._lines[axis]
        for place in range(bisect_left(self._keys[axis], at - reach), len(lines)):
            if lines[place][0] > at + reach:
                return
            yield lines[place]


def _own_lines(box: Box, axis: int) -> tuple[tuple[float, bool], ...]:
    """Return the two edges and the centre of a box; whether each is the centre comes with it."""
    start, length = box[axis], box[axis + 2]
    return (start, False), (start + length / 2, True), (start + length, False)


def _sorted_lines(boxes: list[Box], axis: int) -> list[tuple[float, bool, Box]]:
    return sorted((*line, box) for box in boxes for line in _own_lines(box, axis))


def guides(moving: Box, others: Iterable[Box], reach: float) -> Snap:
    """Return how one box comes in line with others: `Lines(others).snap(moving, reach)`."""
    return Lines(others).snap(moving, reach)
