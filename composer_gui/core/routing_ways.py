"""Finds the way of one wire beside the nodes that lie across it.

Everything here is in the coordinates of a design that runs to the right: where wires run down, x
and y were exchanged before (`routing`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

Place = tuple[float, float]
Rect = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels."""
Curve = tuple[Place, Place, Place]
"""The two control points and the end of a cubic Bézier curve that begins where the last ended."""

TOUCH = 4.0
"""How close in pixels a plain curve may come to a node."""
CLEAR = 12.0
"""How far in pixels a wire that was led around a node stays away from it, where there is room."""
LEAST = 5.0
"""How close it comes where there is little."""
LANES = (0.0, 8.0, 16.0)
"""What is added to `CLEAR`, by the node that a wire comes from, so that few wires run in one."""
PASSAGE = 24.0
"""How wide in pixels the room between two columns has to be for a wire to change its row in it."""
TURN = 12.0
"""What one change of the row costs: as much as so many pixels up or down."""
SIGHT = (160.0, 640.0, 2560.0)
"""How far in pixels above and below its ends a way is looked for, one after the other."""
SIDE = 48.0
"""How far in pixels a wire that runs back reaches over its ends, at most."""
SAMPLES = 24

Obstacles = Callable[[Rect], Sequence[Rect]]
"""Returns the rectangles that overlap a rectangle."""


# The course of a wire -----------------------------------------------------------------------------


def handles(dx: float, dy: float) -> float:
    """Return how far a plain wire from (0, 0) to (dx, dy) runs straight before it turns."""
    if dx >= 0:
        return min(max(dx * 0.5, min(30.0, abs(dy) * 0.5)), 160.0)
    return min(60.0 + abs(dx) * 0.3, 220.0)


def course(start: Place, end: Place, way: Sequence[Place]) -> list[Curve]:
    """Return the curves of a wire through the ends of its straight runs, two and two.

    It leaves `start` to the right and comes to `end` from the left, and every run is entered and
    left in its own direction, so that there is no corner anywhere.
    """
    curves: list[Curve] = []
    at, ahead = start, 1.0
    for first, last in zip(way[::2], way[1::2], strict=True):
        heading = 1.0 if last[0] >= first[0] else -1.0
        curves.append(_bend(at, ahead, first, heading))
        curves.append(_line(first, last))
        at, ahead = last, heading
    curves.append(_bend(at, ahead, end, 1.0))
    return curves


def _line(start: Place, end: Place) -> Curve:
    dx, dy = (end[0] - start[0]) / 3, (end[1] - start[1]) / 3
    return (start[0] + dx, start[1] + dy), (end[0] - dx, end[1] - dy), end


def _bend(start: Place, leaving: float, end: Place, arriving: float) -> Curve:
    """Return the curve between two places; the directions are 1 to the right and -1 to the left."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    if leaving == arriving:
        reach = handles(dx * leaving, dy)
        return (start[0] + leaving * reach, start[1]), (end[0] - arriving * reach, end[1]), end
    reach = min(max(abs(dy) * 0.55, 16.0), SIDE / 0.75)
    return (start[0] + leaving * reach, start[1]), (end[0] - arriving * reach, end[1]), end


def bounds(start: Place, end: Place) -> Rect:
    """Return a rectangle around a plain wire."""
    reach = handles(end[0] - start[0], end[1] - start[1])
    return (
        min(start[0], end[0] - reach),
        min(start[1], end[1]) - TOUCH,
        max(end[0], start[0] + reach),
        max(start[1], end[1]) + TOUCH,
    )


# Whether it is free -------------------------------------------------------------------------------


def is_free(start: Place, end: Place, rects: Sequence[Rect]) -> bool:
    """Return whether a plain wire touches none of the rectangles."""
    if not rects:
        return True
    dx, dy = end[0] - start[0], end[1] - start[1]
    reach = handles(dx, dy)
    if 0 <= reach <= dx:
        return not any(_meets_forward(start, dx, dy, reach, rect) for rect in rects)
    points = [_point(start, end, reach, number / SAMPLES) for number in range(SAMPLES + 1)]
    return not any(
        left - TOUCH < x < right + TOUCH and top - TOUCH < y < bottom + TOUCH
        for left, top, right, bottom in rects
        for x, y in points
    )


def _point(start: Place, end: Place, reach: float, t: float) -> Place:
    s = 1 - t
    a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
    x = (a + b) * start[0] + (c + d) * end[0] + (b - c) * reach
    return x, (a + b) * start[1] + (c + d) * end[1]


def _meets_forward(start: Place, dx: float, dy: float, reach: float, rect: Rect) -> bool:
    """A wire that runs to the right all the way also rises or falls all the way: look at its ends
    within the rectangle's width."""
    left, right = rect[0] - TOUCH - start[0], rect[2] + TOUCH - start[0]
    if right <= 0 or left >= dx:
        return False
    first = _height(left, dx, dy, reach) if left > 0 else 0.0
    last = _height(right, dx, dy, reach) if right < dx else dy
    low, high = (first, last) if first < last else (last, first)
    return rect[1] - TOUCH - start[1] < high and low < rect[3] + TOUCH - start[1]


def _height(x: float, dx: float, dy: float, reach: float) -> float:
    """Return how far down a plain wire has come at `x`, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(9):
        t = (low + high) / 2
        s = 1 - t
        if 3 * s * t * (reach * s + (dx - reach) * t) + dx * t * t * t < x:
            low = t
        else:
            high = t
    t = (low + high) / 2
    return dy * t * t * (3 - 2 * t)


# A way around what is there -----------------------------------------------------------------------


def way_around(
    start: Place, end: Place, obstacles: Obstacles, own: Sequence[Rect], lane: float
) -> tuple[tuple[Place, ...], Rect]:
    """Return the runs of a wire whose plain curve is not free, and where was looked for them.

    `own` are the rectangles of the two nodes at its ends, which are not among the obstacles. No
    runs mean that there is no way.
    """
    forward = end[0] - start[0] > PASSAGE
    top, bottom = min(start[1], end[1]), max(start[1], end[1])
    seen: Rect = (0.0, 0.0, 0.0, 0.0)
    for sight in SIGHT:
        if forward:
            seen = (start[0], top - sight, end[0], bottom + sight)
            way = _ahead(start, end, obstacles(seen), seen, lane)
        else:
            seen = (end[0] - SIDE, top - sight, start[0] + SIDE, bottom + sight)
            way = _back(start, end, [*obstacles(seen), *own], seen, lane)
        if way:
            return way, seen
    return (), seen


def _ahead(
    start: Place, end: Place, rects: Sequence[Rect], seen: Rect, lane: float
) -> tuple[Place, ...]:
    """Return the way to the right: in each column of obstacles the row that costs least in all."""
    columns = _columns(start, end, rects)
    if not columns:
        return ()
    blocked = [_blocked(rects_there) for _, _, rects_there in columns]
    rows = _rows(start, end, blocked, seen, lane)
    place_of = {row: place for place, row in enumerate(rows)}
    first_is_free = columns[0][0] - start[0] >= PASSAGE
    last_is_free = end[0] - columns[-1][1] >= PASSAGE
    costs = [math.inf] * len(rows)
    costs[place_of[start[1]]] = 0.0
    came: list[list[int]] = []
    for number, intervals in enumerate(blocked):
        costs, origin = _step(rows, costs, may_turn=number > 0 or first_is_free)
        for place in _inside(rows, intervals):
            costs[place] = math.inf
        came.append(origin)
    costs, origin = _step(rows, costs, may_turn=last_is_free)
    place = place_of[end[1]]
    if costs[place] == math.inf:
        return ()
    chosen = []
    for step in (origin, *reversed(came)):
        place = step[place]
        chosen.append(place)
    heights = [rows[place] for place in reversed(chosen[:-1])]
    return _runs(start, end, columns, heights)


def _columns(
    start: Place, end: Place, rects: Sequence[Rect]
) -> list[tuple[float, float, list[Rect]]]:
    """Return the obstacles in columns between which a wire can pass, each with left and right."""
    columns: list[tuple[float, float, list[Rect]]] = []
    for rect in sorted(rects):
        left, right = max(rect[0], start[0]), min(rect[2], end[0])
        if columns and left < columns[-1][1] + PASSAGE:
            first, last, held = columns[-1]
            held.append(rect)
            columns[-1] = (first, max(last, right), held)
        else:
            columns.append((left, right, [rect]))
    return columns


def _blocked(rects: Sequence[Rect]) -> list[tuple[float, float]]:
    """Return from where to where no wire may run, from the top down, without overlaps."""
    intervals: list[tuple[float, float]] = []
    for top, bottom in sorted((rect[1] - LEAST, rect[3] + LEAST) for rect in rects):
        if intervals and top <= intervals[-1][1]:
            intervals[-1] = (intervals[-1][0], max(intervals[-1][1], bottom))
        else:
            intervals.append((top, bottom))
    return intervals


def _rows(
    start: Place, end: Place, blocked: list[list[tuple[float, float]]], seen: Rect, lane: float
) -> list[float]:
    """Return the heights worth a run: those of the ends, and beside every obstacle."""
    rows = {start[1], end[1]}
    for intervals in blocked:
        above = -math.inf
        for top, bottom in intervals:
            rows.update(_beside(above, top, lane))
            above = bottom
        rows.update(_beside(above, math.inf, lane))
    return sorted(row for row in rows if seen[1] <= row <= seen[3])


def _beside(top: float, bottom: float, lane: float) -> tuple[float, ...]:
    """Return the heights at the two sides of a free gap, or its middle if it is a narrow one."""
    away = CLEAR - LEAST + lane
    if bottom - top < 2 * away:
        return ((top + bottom) / 2,)
    return tuple(row for row in (top + away, bottom - away) if math.isfinite(row))


def _step(
    rows: list[float], costs: list[float], *, may_turn: bool
) -> tuple[list[float], list[int]]:
    """Return what each row costs at least one column on, and from which row one came to it."""
    costs, origin = list(costs), list(range(len(rows)))
    if not may_turn:
        return costs, origin
    stay = list(costs)
    for places in (range(len(rows)), range(len(rows) - 1, -1, -1)):
        best, source = math.inf, -1
        before = 0.0
        for place in places:
            best += abs(rows[place] - before)
            before = rows[place]
            if best + TURN < costs[place]:
                costs[place], origin[place] = best + TURN, source
            if stay[place] < best:
                best, source = stay[place], place
    return costs, origin


def _inside(rows: list[float], intervals: list[tuple[float, float]]) -> list[int]:
    """Return the places of the rows that lie in one of the intervals."""
    found, number = [], 0
    for place, row in enumerate(rows):
        while number < len(intervals) and intervals[number][1] <= row:
            number += 1
        if number < len(intervals) and intervals[number][0] < row:
            found.append(place)
    return found


def _runs(
    start: Place,
    end: Place,
    columns: list[tuple[float, float, list[Rect]]],
    heights: list[float],
) -> tuple[Place, ...]:
    """Return the two ends of each run; neighbouring columns passed in one row are one run."""
    runs: list[list[float]] = []
    for (left, right, _), height in zip(columns, heights, strict=True):
        if runs and runs[-1][2] == height:
            runs[-1][1] = right
        else:
            runs.append([left, right, height])
    places: list[Place] = []
    for left, right, height in runs:
        places += [(max(left - LEAST, start[0]), height), (min(right + LEAST, end[0]), height)]
    return tuple(places)


def _back(
    start: Place, end: Place, rects: Sequence[Rect], seen: Rect, lane: float
) -> tuple[Place, ...]:
    """Return the way of a wire whose end lies before its start: one run back, where it is free."""
    rows: list[tuple[float, float]] = []
    above = -math.inf
    wanted = (start[1] + end[1]) / 2
    away = 2 * CLEAR - LEAST + lane
    for top, bottom in [*_blocked(rects), (math.inf, math.inf)]:
        narrow = max(0.0, 2 * away - (top - above))
        if narrow:
            row = (above + top) / 2
        else:
            row = min(max(wanted, above + away), top - away)
        above = bottom
        if seen[1] <= row <= seen[3]:
            rows.append((abs(row - start[1]) + abs(row - end[1]) + 2 * narrow, row))
    for _, row in sorted(rows):
        turns = (_bend(start, 1.0, (start[0], row), -1.0), _bend((end[0], row), -1.0, end, 1.0))
        if _misses(start, turns[0], rects) and _misses((end[0], row), turns[1], rects):
            return (start[0], row), (end[0], row)
    return ()


def _misses(start: Place, curve: Curve, rects: Sequence[Rect]) -> bool:
    """Return whether a curve from `start` runs over none of the rectangles."""
    one, other, last = curve
    for number in range(SAMPLES + 1):
        t = number / SAMPLES
        s = 1 - t
        a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
        x = a * start[0] + b * one[0] + c * other[0] + d * last[0]
        y = a * start[1] + b * one[1] + c * other[1] + d * last[1]
        if any(left < x < right and top < y < bottom for left, top, right, bottom in rects):
            return False
    return True
