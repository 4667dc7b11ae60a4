"""Leads a wire through a node, and lets its neighbours make room for it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from composer_gui.core.document import (
    DOWN,
    Document,
    Dot,
    Frame,
    Node,
    Wire,
    in_order,
    number_of,
    put,
)
from composer_gui.core.edit_nodes import move
from composer_gui.core.edit_wires import insert_on_wire
from composer_gui.core.folding import with_folded
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layout_rows import SNAP
from composer_gui.core.reach import downstream
from composer_gui.core.room import MARGIN

Size = tuple[float, float]

BEHIND, BESIDE = 48.0, 24.0
"""What is left free, in pixels, between a node and one that made room behind or beside it."""

CLOSE = 8.0
"""Nodes nearer to each other than this, in pixels, count as covered."""

CELL = 256.0
"""Side of the squares, in pixels, by which neighbours are found."""

FORWARD, BEFORE, AFTER = range(3)
"""Ways in which a node makes room: with the flow, and aside to either of the two sides."""


def insert_with_room(
    document: Document, catalog: Catalog, wire: Wire, node_id: str, sizes: Mapping[str, Size]
) -> Document:
    """Lead `wire` through a node as `insert_on_wire` does, and move what would be covered.

    `sizes` holds widths and heights, in pixels, of what is seen; the rest is in nobody's way. What
    lies behind the node moves on along the flow, everything else aside, each only where something
    covers it. Pinned nodes stay, folded frames take along what they hold, and frames grow with
    what moves in them.
    """
    inserted = insert_on_wire(document, catalog, wire, node_id)
    places = _Crowd(inserted, node_id, sizes).made_room()
    if not places:
        return inserted
    moved = dict(places)
    for key, (x, y) in places.items():
        node = inserted.nodes[key]
        for inner in with_folded(inserted, [key]) - places.keys():
            at = inserted.nodes[inner]
            moved[inner] = at.x + x - node.x, at.y + y - node.y
    return _with_frames(inserted, move(inserted, moved), places, sizes)


class _Crowd:
    """Rectangles by node, as seen along the flow: start, end, and where they lie across it."""

    def __init__(self, document: Document, node_id: str, sizes: Mapping[str, Size]) -> None:
        self._document, self._node_id, self._sizes = document, node_id, sizes
        self._down = document.flow == DOWN
        solid = (
            node
            for node in in_order(document.nodes)
            if node.id in sizes and not (isinstance(node, Frame) and not node.folded)
        )
        self._boxes = {node.id: self._box(node) for node in solid}
        self._cells: dict[tuple[int, int], set[str]] = {}
        for key in self._boxes:
            self._enter(key)
        self._behind = downstream(document, [node_id]) - {node_id}

    def _box(self, node: Node) -> list[float]:
        left, top, right, bottom = rectangle(node, self._sizes[node.id])
        return [top, bottom, left, right] if self._down else [left, right, top, bottom]

    def made_room(self) -> dict[str, tuple[float, float]]:
        """Return the new places of the nodes that have to move."""
        if self._node_id not in self._boxes:
            return {}
        before = {key: tuple(box) for key, box in self._boxes.items()}
        ways = {key: self._way(key) for key in self._boxes}
        waiting = [self._node_id]
        # Each pass moves nodes away from the middle only; the bound is for the mind, not the run.
        for pusher in _bounded(waiting, 50 * len(self._boxes)):
            for key in self._covered(pusher):
                if key != self._node_id and not getattr(self._document.nodes[key], "pinned", False):
                    self._push(key, pusher, ways[key])
                    waiting.append(key)
                elif pusher != self._node_id:  # what cannot move is passed by
                    self._push(pusher, key, ways[pusher])
                    waiting.append(pusher)
        moved = (key for key, box in self._boxes.items() if tuple(box) != before[key])
        return {key: self._place(key, before[key]) for key in moved}

    def _way(self, key: str) -> int:
        center, own = _center(self._boxes[self._node_id]), _center(self._boxes[key])
        if key in self._behind and own[0] >= center[0]:
            return FORWARD
        return BEFORE if own[1] < center[1] else AFTER

    def _cells_of(self, key: str) -> Iterator[tuple[int, int]]:
        left, right, top, bottom = self._boxes[key]
        for column in range(int((left - CLOSE) // CELL), int((right + CLOSE) // CELL) + 1):
            for row in range(int((top - CLOSE) // CELL), int((bottom + CLOSE) // CELL) + 1):
                yield column, row

    def _enter(self, key: str) -> None:
        for cell in self._cells_of(key):
            self._cells.setdefault(cell, set()).add(key)

    def _leave(self, key: str) -> None:
        for cell in self._cells_of(key):
            self._cells[cell].discard(key)

    def _covered(self, pusher: str) -> list[str]:
        """Return what a node covers, in the order in which nodes were made."""
        near = {key for cell in self._cells_of(pusher) for key in self._cells.get(cell, ())}
        return sorted((key for key in near if self._covers(pusher, key)), key=number_of)

    def _covers(self, one: str, other: str) -> bool:
        if one == other:
            return False
        a, b = self._boxes[one], self._boxes[other]
        return (
            a[0] < b[1] + CLOSE
            and b[0] < a[1] + CLOSE
            and a[2] < b[3] + CLOSE
            and b[2] < a[3] + CLOSE
        )

    def _push(self, key: str, pusher: str, way: int) -> None:
        self._leave(key)
        box, other = self._boxes[key], self._boxes[pusher]
        if way == FORWARD:
            step = _up(other[1] + BEHIND - box[0])
            box[0], box[1] = box[0] + step, box[1] + step
        else:
            step = _up(other[3] + BESIDE - box[2])
            if way == BEFORE:
                step = -_up(box[3] - (other[2] - BESIDE))
            box[2], box[3] = box[2] + step, box[3] + step
        self._enter(key)

    def _place(self, key: str, before: tuple[float, ...]) -> tuple[float, float]:
        node, box = self._document.nodes[key], self._boxes[key]
        along, across = box[0] - before[0], box[2] - before[2]
        dx, dy = (across, along) if self._down else (along, across)
        return node.x + dx, node.y + dy


def _bounded(waiting: list[str], most: int) -> Iterator[str]:
    for count, key in enumerate(waiting):
        if count >= most:
            return
        yield key


def _center(box: list[float]) -> tuple[float, float]:
    return (box[0] + box[1]) / 2, (box[2] + box[3]) / 2


def _up(length: float) -> float:
    return SNAP * math.ceil(length / SNAP)


def rectangle(node: Node, size: Size) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a node, in pixels; a dot's place is its middle."""
    width, height = size
    left, top = (
        (node.x - width / 2, node.y - height / 2) if isinstance(node, Dot) else (node.x, node.y)
    )
    return left, top, left + width, top + height


def _with_frames(
    before: Document,
    after: Document,
    moved: Mapping[str, tuple[float, float]],
    sizes: Mapping[str, Size],
) -> Document:
    """Return `after` with open frames that held what has moved so large that they still do."""
    grown = []
    for node in in_order(after.nodes):
        if not isinstance(node, Frame) or node.folded:
            continue
        left, top = node.x, node.y
        right, bottom = left + node.width, top + node.height
        for key in moved:
            was = rectangle(before.nodes[key], sizes[key])
            if node.x <= was[0] and was[2] <= right and node.y <= was[1] and was[3] <= bottom:
                now = rectangle(after.nodes[key], sizes[key])
                left = left if left <= now[0] else now[0] - MARGIN
                top = top if top <= now[1] else now[1] - MARGIN
                right = right if now[2] <= right else now[2] + MARGIN
                bottom = bottom if now[3] <= bottom else now[3] + MARGIN
        box = left, top, right - left, bottom - top
        if box != (node.x, node.y, node.width, node.height):
            grown.append(replace(node, x=box[0], y=box[1], width=box[2], height=box[3]))
    return put(after, *grown)
