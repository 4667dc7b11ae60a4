"""The ways of wires: beside nodes where the plain curve would run under one.

A route is the ends of straight runs, two and two; `curves` says how they are joined. It is
empty where the plain curve is free, and where there is no way. Coordinates are those of the canvas,
in pixels; in a design whose wires run down everything is seen with x and y exchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from composer_gui.core.document import RIGHT, Wire, number_of
from composer_gui.core.routing_ways import (
    LANES,
    Curve,
    Place,
    Rect,
    bounds,
    course,
    handles,
    is_free,
    way_around,
)

__all__ = ["CELL", "Curve", "Place", "Rect", "Routes", "curves", "handles", "route"]

CELL = 384.0
"""Side in pixels of the squares by which nodes and wires are found."""

Cell = tuple[int, int]
Ends = tuple[Place, Place]


def route(
    start: Place, end: Place, obstacles: Iterable[Rect], flow: str = RIGHT
) -> tuple[Place, ...]:
    """Return the route of one wire; `obstacles` are (left, top, right, bottom), without its nodes.

    For many wires that are to be kept in step, see `Routes`.
    """
    rects = [_turned_rect(rect, flow) for rect in obstacles]
    first, last = _turned(start, flow), _turned(end, flow)
    if is_free(first, last, rects):
        return ()
    way, _ = way_around(first, last, lambda seen: [r for r in rects if _overlap(r, seen)], (), 0.0)
    return tuple(_turned(place, flow) for place in way)


def curves(start: Place, end: Place, way: tuple[Place, ...] = (), flow: str = RIGHT) -> list[Curve]:
    """Return the cubic curves of a wire from `start`: two control points and the end of each.

    They leave `start` and reach `end` in the direction of the flow and have no corners.
    """
    if flow == RIGHT:
        return course(start, end, way)
    turned = course(start[::-1], end[::-1], [place[::-1] for place in way])
    return [(one[::-1], other[::-1], last[::-1]) for one, other, last in turned]


def _turned(place: Place, flow: str) -> Place:
    return place if flow == RIGHT else (place[1], place[0])


def _turned_rect(rect: Rect, flow: str) -> Rect:
    return rect if flow == RIGHT else (rect[1], rect[0], rect[3], rect[2])


def _overlap(one: Rect, other: Rect) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


class Routes:
    """The routes of all wires of a design, kept in step with where nodes and ends of wires are.

    A node that moves costs what is near: only the wires that ran, or looked for their way, where
    it was and where it is now are routed anew. With `most` only so many are, and the others wait
    for `work`; until then they have the route that they had.
    """

    def __init__(self, flow: str = RIGHT) -> None:
        self.flow = flow
        self._rects: dict[str, Rect] = {}
        self._rects_in: dict[Cell, set[str]] = {}
        self._known: dict[Wire, _Known] = {}
        self._wires_in: dict[Cell, set[_Known]] = {}
        self._stale: dict[_Known, None] = {}

    def of(self, wire: Wire) -> tuple[Place, ...]:
        """Return the route of a wire: () where its plain curve is free or it is not known yet."""
        known = self._known.get(wire)
        return () if known is None else known.way

    @property
    def is_done(self) -> bool:
        """Whether no wire waits to be routed."""
        return not self._stale

    def update(
        self,
        rects: Mapping[str, Rect | None] | None = None,
        wires: Mapping[Wire, Ends | None] | None = None,
        most: int | None = None,
    ) -> set[Wire]:
        """Take what changed and return the wires whose route is another one now.

        `rects` has the rectangles of nodes that came or moved, `wires` the ends of wires, and None
        stands for what is gone. Nodes that are not seen, frames and notes are no concern here.
        """
        for node_id, rect in (rects or {}).items():
            self._put_rect(node_id, None if rect is None else _turned_rect(rect, self.flow))
        for wire, ends in (wires or {}).items():
            if ends is None:
                self._forget(wire)
                continue
            known = self._known.get(wire)
            if known is None:
                known = self._known[wire] = _Known(wire)
            turned = _turned(ends[0], self.flow), _turned(ends[1], self.flow)
            if known.ends != turned:
                known.ends = turned
                self._stale[known] = None
        return self.work(most)

    def work(self, most: int | None = None) -> set[Wire]:
        """Route at most so many of the wires that wait; return those whose route is another one."""
        if most is None or most >= len(self._stale):
            batch = list(self._stale)
        else:
            batch = [known for known, _ in zip(self._stale, range(most), strict=False)]
        return {known.wire for known in batch if self._route(known)}

    # One wire -------------------------------------------------------------------------------------

    def _route(self, known: _Known) -> bool:
        """Find the route of a wire anew; return whether it is another one."""
        self._stale.pop(known, None)
        start, end = known.ends
        ids = (known.wire.source.node, known.wire.node)
        looked = bounds(start, end)
        near = self._near(looked, ids)
        is_back = end[0] <= start[0]
        own = [self._rects[key] for key in ids if key in self._rects] if is_back else []
        way: tuple[Place, ...] = ()
        if not is_free(start, end, [*near, *(_shrunk(rect) for rect in own)]):
            lane = LANES[number_of(ids[0]) % len(LANES)]
            way, seen = way_around(start, end, lambda at: self._near(at, ids), own, lane)
            looked = _union(looked, seen)
        self._look(known, looked)
        before, known.way = known.way, tuple(_turned(place, self.flow) for place in way)
        return known.way != before

    def _near(self, seen: Rect, but: tuple[str, str]) -> list[Rect]:
        """Return the rectangles that overlap `seen`, without those of two nodes."""
        left, top, right, bottom = seen
        found: dict[str, Rect] = {}
        for cell in _cells(seen):
            for node_id in self._rects_in.get(cell, ()):
                rect = self._rects[node_id]
                if rect[0] < right and left < rect[2] and rect[1] < bottom and top < rect[3]:
                    found[node_id] = rect
        for node_id in but:
            found.pop(node_id, None)
        return list(found.values())

    # What is where --------------------------------------------------------------------------------

    def _put_rect(self, node_id: str, rect: Rect | None) -> None:
        before = self._rects.get(node_id)
        if before == rect:
            return
        if before is not None:
            self._note_stale(before)
            del self._rects[node_id]
            for cell in _cells(before):
                self._rects_in[cell].discard(node_id)
        if rect is not None:
            self._note_stale(rect)
            self._rects[node_id] = rect
            for cell in _cells(rect):
                self._rects_in.setdefault(cell, set()).add(node_id)

    def _note_stale(self, rect: Rect) -> None:
        """Let the wires be routed anew that looked at where something came or went."""
        for cell in _cells(rect):
            for known in self._wires_in.get(cell, ()):
                if known not in self._stale and _overlap(known.looked, rect):
                    self._stale[known] = None

    def _look(self, known: _Known, looked: Rect) -> None:
        if known.looked == looked:
            return
        self._unlook(known)
        known.looked = looked
        for cell in _cells(looked):
            self._wires_in.setdefault(cell, set()).add(known)

    def _unlook(self, known: _Known) -> None:
        for cell in _cells(known.looked) if known.looked else ():
            self._wires_in[cell].discard(known)

    def _forget(self, wire: Wire) -> None:
        known = self._known.pop(wire, None)
        if known is not None:
            self._stale.pop(known, None)
            self._unlook(known)


class _Known:
    """What is known of a wire: its ends, its way, and where was looked for that.

    It is told from others by being itself, which is faster than by what a wire is made of.
    """

    __slots__ = ("ends", "looked", "way", "wire")

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.ends: Ends | tuple[()] = ()
        self.way: tuple[Place, ...] = ()
        self.looked: Rect | tuple[()] = ()


def _cells(rect: Rect) -> list[Cell]:
    columns = range(int(rect[0] // CELL), int(rect[2] // CELL) + 1)
    rows = range(int(rect[1] // CELL), int(rect[3] // CELL) + 1)
    return [(column, row) for column in columns for row in rows]


def _shrunk(rect: Rect) -> Rect:
    """Return a wire's own node without its edges, on which the wire ends."""
    return rect[0] + 8, rect[1] + 8, rect[2] - 8, rect[3] - 8


def _union(one: Rect, other: Rect) -> Rect:
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )
