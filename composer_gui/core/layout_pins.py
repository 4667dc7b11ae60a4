"""Keeps what stands fast where it is, and lets the rest step aside so that nothing is covered."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from composer_gui.core.layout_rows import SNAP

APART = 24.0
"""What is left free, in pixels, between two boxes of which one stepped aside."""

CELL = 512.0

Place = tuple[float, float]
Size = tuple[float, float]
Rect = tuple[float, float, float, float]


def around(
    places: Mapping[str, Place], sizes: Mapping[str, Size], fixed: Mapping[str, Place]
) -> dict[str, Place]:
    """Return the places moved so that the fixed ones are nearly right, and then put right.

    All together move by one step, the middle of what each fixed one asks for. A box that would
    then cover another steps aside, across the flow, to the nearest free place.
    """
    dx = _middle([x - places[key][0] for key, (x, _) in fixed.items()])
    dy = _middle([y - places[key][1] for key, (_, y) in fixed.items()])
    found = {key: (x + dx, y + dy) for key, (x, y) in places.items()} | dict(fixed)
    taken = _Taken()
    for key in fixed:
        taken.add(found[key], sizes[key])
    free = [key for key in places if key not in fixed]
    crowded = [key for key in free if any(taken.edges(found[key], sizes[key]))]
    for key in free:
        if key not in crowded:
            taken.add(found[key], sizes[key])
    for key in crowded:
        found[key] = _free_place(found[key], sizes[key], taken)
        taken.add(found[key], sizes[key])
    return found


def _middle(steps: list[float]) -> float:
    return round(sorted(steps)[len(steps) // 2] / SNAP) * SNAP


def _free_place(at: Place, size: Size, taken: _Taken) -> Place:
    """Return the nearest place above or below at which nothing is covered."""
    below = _slid(at, size, taken, 1)
    above = _slid(at, size, taken, -1)
    return below if below[1] - at[1] <= at[1] - above[1] else above


def _slid(at: Place, size: Size, taken: _Taken, way: int) -> Place:
    x, y = at
    while True:
        if way > 0:
            edges = [bottom for _, bottom in taken.edges((x, y), size)]
            if not edges:
                return x, y
            y = -(-(max(edges) + APART) // SNAP) * SNAP
        else:
            edges = [top for top, _ in taken.edges((x, y), size)]
            if not edges:
                return x, y
            y = (min(edges) - APART - size[1]) // SNAP * SNAP


class _Taken:
    """The rectangles that are taken, found by where they are."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[Rect]] = {}

    def add(self, at: Place, size: Size) -> None:
        rect = (*at, at[0] + size[0], at[1] + size[1])
        for cell in _cells(rect):
            self._cells.setdefault(cell, []).append(rect)

    def edges(self, at: Place, size: Size) -> Iterator[tuple[float, float]]:
        """Yield top and bottom of each rectangle that is covered or too near."""
        near = (at[0] - APART, at[1] - APART, at[0] + size[0] + APART, at[1] + size[1] + APART)
        for cell in _cells(near):
            for left, top, right, bottom in self._cells.get(cell, ()):
                if left < near[2] and near[0] < right and top < near[3] and near[1] < bottom:
                    yield top, bottom


def _cells(rect: Rect) -> Collection[tuple[int, int]]:
    return [
        (column, row)
        for column in range(int(rect[0] // CELL), int(rect[2] // CELL) + 1)
        for row in range(int(rect[1] // CELL), int(rect[3] // CELL) + 1)
    ]
