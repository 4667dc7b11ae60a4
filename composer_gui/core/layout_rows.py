"""In which row each node of a piece stands, so that chains and passing wires run straight."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import pairwise

from composer_gui.core.layout_columns import Piece

SNAP = 12.0
"""Centres of rows are multiples of this, in pixels."""

ROUNDS = 12
BESIDE_A_WIRE = 24.0
"""Free height in pixels between a node and a wire that passes it, or between two such wires."""

LENGTHS = (10**9, 16, 8, 4, 2, 1)
TALLER = 1.5
STEEPEST = 0.4
"""Long bars that interlock make stairs. How many vertices a bar has at most is lowered until the
whole is at most so many times as high as it would be without bars, or as it is wide."""

CLEARLY = 2
"""By how many columns a way has to be the longer one to count as the main way."""


class Bar:
    """Vertices in neighbouring columns that stand in one row: a chain, or a wire that passes."""

    __slots__ = ("above", "below", "links", "y")

    def __init__(self) -> None:
        self.y = 0.0
        self.above: dict[Bar, float] = {}
        self.below: dict[Bar, float] = {}
        self.links: list[tuple[Bar, float]] = []


def rows(piece: Piece, gap: float, width: float) -> list[float]:
    """Return the y of every vertex's centre, in pixels; nodes are at least `gap` apart.

    `width` is how far the columns reach: a wide piece may be a high one.
    """
    straight = list(_straight(piece))
    least = _lowest_row(_downwards(_bars(piece, straight, 1, gap)))
    room = max(TALLER * least, STEEPEST * width)
    for longest in LENGTHS:
        bar_of = _bars(piece, straight, longest, gap)
        order = _downwards(bar_of)
        if _lowest_row(order) <= room:
            break
    _link(piece, bar_of)
    _spread_evenly(order)
    for round_number in range(ROUNDS):
        _settle(order if round_number % 2 == 0 else reversed(order))
    _snap(order)
    return [bar.y for bar in bar_of]


# What stands in one row ---------------------------------------------------------------------------


def _bars(piece: Piece, straight: list[tuple[int, int]], longest: int, gap: float) -> list[Bar]:
    """Return the bar of each vertex; none has more than `longest` vertices."""
    left_of = {end: start for start, end in straight}
    bar_of: list[Bar] = [Bar() for _ in piece.before]
    length = [1] * len(bar_of)
    for column in piece.columns:
        for vertex in column:
            start = left_of.get(vertex)
            if start is not None and length[start] < longest:
                bar_of[vertex] = bar_of[start]
                length[vertex] = length[start] + 1
    _keep_apart(piece, bar_of, gap)
    return bar_of


def _straight(piece: Piece) -> Iterator[tuple[int, int]]:
    """Yield the pairs of neighbours to be put in one row: no two share an end, none cross.

    Wires that pass other nodes come first, then their ends, then main ways. Where a branch joins
    others again it stays free to be anywhere between them.
    """
    place = {v: i for column in piece.columns for i, v in enumerate(column)}
    column_of = {v: i for i, column in enumerate(piece.columns) for v in column}
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    chosen: list[list[tuple[int, int]]] = [[] for _ in piece.columns]
    for start, end in _wishes(piece):
        pair = place[start], place[end]
        others = chosen[column_of[start]]
        at = bisect_left(others, pair)
        free = start not in taken_left and end not in taken_right
        crossed = (at > 0 and others[at - 1][1] > pair[1]) or (
            at < len(others) and others[at][1] < pair[1]
        )
        if free and not crossed:
            others.insert(at, pair)
            taken_left.add(start)
            taken_right.add(end)
            yield start, end


def _wishes(piece: Piece) -> Iterable[tuple[int, int]]:
    """Return neighbours that should stand in one row, the most urgent first."""
    main_before = _main_ways(piece.before, _depths(piece.columns, piece.before))
    main_after = _main_ways(piece.after, _depths(piece.columns[::-1], piece.after))
    passing, ends, ways = [], [], []
    for column in piece.columns:
        for start in column:
            for end in piece.after[start]:
                if piece.is_waypoint(start) and piece.is_waypoint(end):
                    passing.append((start, end))
                elif piece.is_waypoint(end) or (
                    piece.is_waypoint(start) and len(piece.after[_origin(piece, start)]) > 1
                ):
                    ends.append((start, end))
                elif main_after[start] == end and main_before[end] == start:
                    ways.append((start, end))
    return [*passing, *ends, *ways]


def _origin(piece: Piece, vertex: int) -> int:
    """Return the node that the wire through a waypoint comes from."""
    while piece.is_waypoint(vertex):
        vertex = piece.before[vertex][0]
    return vertex


def _depths(columns: list[list[int]], before: list[list[int]]) -> list[int]:
    """Return for each vertex how many nodes the longest way to it has."""
    depth = [0] * len(before)
    for column in columns:
        for vertex in column:
            depth[vertex] = max((depth[start] for start in before[vertex]), default=0) + 1
    return depth


def _main_ways(near: list[list[int]], depth: list[int]) -> list[int | None]:
    """Return for each vertex the neighbour on the clearly longest way, None where none is."""
    found: list[int | None] = []
    for neighbours in near:
        longest = sorted(neighbours, key=depth.__getitem__, reverse=True)
        clear = len(longest) == 1 or (
            len(longest) > 1 and depth[longest[0]] - depth[longest[1]] >= CLEARLY
        )
        found.append(longest[0] if clear else None)
    return found


# What keeps rows apart, and what draws them together ----------------------------------------------


def _keep_apart(piece: Piece, bar_of: list[Bar], gap: float) -> None:
    for column in piece.columns:
        for upper, lower in pairwise(column):
            apart = math.ceil(_distance(piece, upper, lower, gap) / SNAP) * SNAP
            above, below = bar_of[upper], bar_of[lower]
            above.below[below] = below.above[above] = max(apart, above.below.get(below, 0.0))


def _distance(piece: Piece, upper: int, lower: int, gap: float) -> float:
    passing = piece.is_waypoint(upper) or piece.is_waypoint(lower)
    halves = sum(piece.heights[v] / 2 for v in (upper, lower) if not piece.is_waypoint(v))
    return halves + (BESIDE_A_WIRE if passing else gap)


def _link(piece: Piece, bar_of: list[Bar]) -> None:
    for start, ends in enumerate(piece.after):
        for end in ends:
            one, other = bar_of[start], bar_of[end]
            if one is not other:
                passing = piece.is_waypoint(start) and piece.is_waypoint(end)
                weight = 4.0 if passing else 1.0
                one.links.append((other, weight))
                other.links.append((one, weight))


def _downwards(bar_of: list[Bar]) -> list[Bar]:
    """Return the bars from the top down. Bars do not cross, so "above" runs in no circle."""
    bars = list(dict.fromkeys(bar_of))
    missing = {bar: len(bar.above) for bar in bars}
    order = [bar for bar in bars if not bar.above]
    for bar in order:
        for below in bar.below:
            missing[below] -= 1
            if not missing[below]:
                order.append(below)
    return order


def _lowest_row(order: list[Bar]) -> float:
    """Move every bar as far up as it goes; return the y of the lowest."""
    for bar in order:
        bar.y = max((above.y + apart for above, apart in bar.above.items()), default=0.0)
    return max(bar.y for bar in order)


def _spread_evenly(order: list[Bar]) -> None:
    """Put each bar halfway between the highest and the lowest row that it may have."""
    bottom = _lowest_row(order)
    lowest: dict[Bar, float] = {}
    for bar in reversed(order):
        lowest[bar] = min((lowest[down] - d for down, d in bar.below.items()), default=bottom)
    for bar in order:
        bar.y = (bar.y + lowest[bar]) / 2


def _settle(order: Iterable[Bar]) -> None:
    """Move each bar to the middle of what it is linked to, as far as its neighbours let it."""
    for bar in order:
        if not bar.links:
            continue
        total = wish = 0.0
        for other, weight in bar.links:
            total += weight
            wish += other.y * weight
        wish /= total
        for above, apart in bar.above.items():
            if wish < above.y + apart:
                wish = above.y + apart
        for below, apart in bar.below.items():
            if wish > below.y - apart:
                wish = below.y - apart
        bar.y = wish


def _snap(order: list[Bar]) -> None:
    """Put each bar on a multiple of SNAP; the distances are multiples too, so none gets smaller."""
    for bar in order:
        wish = round(bar.y / SNAP) * SNAP
        bar.y = max((above.y + apart for above, apart in bar.above.items()), default=wish)
        bar.y = max(bar.y, wish)
