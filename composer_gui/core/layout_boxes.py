"""Puts boxes that wires join in order: piece by piece, each in columns, and long ones in bands.

Everything here runs to the right. Where wires run down, x and y were exchanged before (`layout`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from composer_gui.core.layout_bands import in_bands
from composer_gui.core.layout_columns import Piece, column_of_each, in_columns, without_cycles
from composer_gui.core.layout_order import put_in_order
from composer_gui.core.layout_rows import SNAP, rows

GRID = 24.0
BETWEEN_COLUMNS = 96.0
BETWEEN_ROWS = 36.0
BETWEEN_PIECES = 72.0
WIDEST_ROW = 1200.0
"""How far boxes without wires go to the right before another row of them begins, at least."""

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """Something to be placed: its size, and the boxes that feed it, from upper to lower ports."""

    key: str
    width: float
    height: float
    sources: tuple[str, ...] = ()


def in_order(boxes: Sequence[Box], aspect: float) -> dict[str, Place]:
    """Return where the top left corner of each box lies, in pixels, the first of all near (0, 0).

    Each box has another key. What wires join makes one piece; the pieces stand below each other,
    and what is alone below them. A piece that is very long is broken so that it is about `aspect`
    times as wide as high.
    """
    pieces = [_placed(piece, aspect) for piece in _pieces(boxes)]
    joined = [piece for piece in pieces if len(piece.places) > 1]
    alone = [piece for piece in pieces if len(piece.places) == 1]
    return _stacked(joined, alone)


# Pieces that no wire joins ------------------------------------------------------------------------


def _pieces(boxes: Sequence[Box]) -> list[list[Box]]:
    """Return the boxes in groups that wires join, each group and each box in the order given."""
    index = {box.key: place for place, box in enumerate(boxes)}
    near: list[list[int]] = [[] for _ in boxes]
    for place, box in enumerate(boxes):
        for source in box.sources:
            if source in index:
                near[place].append(index[source])
                near[index[source]].append(place)
    piece_of = [-1] * len(boxes)
    count = 0
    for start in range(len(boxes)):
        if piece_of[start] < 0:
            _flood(start, count, near, piece_of)
            count += 1
    pieces: list[list[Box]] = [[] for _ in range(count)]
    for place, box in enumerate(boxes):
        pieces[piece_of[place]].append(box)
    return pieces


def _flood(start: int, piece: int, near: list[list[int]], piece_of: list[int]) -> None:
    piece_of[start] = piece
    waiting = [start]
    for place in waiting:
        for neighbour in near[place]:
            if piece_of[neighbour] < 0:
                piece_of[neighbour] = piece
                waiting.append(neighbour)


# One piece ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece in order: places of its boxes, from its own top left corner, and its size."""

    places: dict[str, Place]
    width: float
    height: float


def _placed(boxes: list[Box], aspect: float) -> Placed:
    index = {box.key: place for place, box in enumerate(boxes)}
    sources = [
        list(dict.fromkeys(index[key] for key in box.sources if key in index and key != box.key))
        for box in boxes
    ]
    sources = without_cycles(sources)
    heights = [box.height for box in boxes]
    widths = [box.width for box in boxes]
    column = column_of_each(sources)
    piece = in_columns(sources, column, heights)
    put_in_order(piece)
    lefts = _lefts(piece, widths)
    centre = rows(piece, BETWEEN_ROWS, lefts[-1])
    corners = [
        (lefts[column[place]], centre[place] - heights[place] / 2) for place in range(len(boxes))
    ]
    corners = in_bands(piece, corners, widths, aspect)
    first = min(top for _, top in corners)
    places = {box.key: (left, top - first) for box, (left, top) in zip(boxes, corners, strict=True)}
    width = max(places[box.key][0] + box.width for box in boxes)
    height = max(places[box.key][1] + box.height for box in boxes)
    return Placed(places, width, height)


def _lefts(piece: Piece, widths: list[float]) -> list[float]:
    """Return where each column begins, on the grid."""
    lefts, left = [], 0.0
    for column in piece.columns:
        lefts.append(left)
        widest = max(widths[vertex] for vertex in column if vertex < len(widths))
        left += math.ceil((widest + BETWEEN_COLUMNS) / GRID) * GRID
    return lefts


# All pieces together ------------------------------------------------------------------------------


def _stacked(joined: list[Placed], alone: list[Placed]) -> dict[str, Place]:
    """Return the places with the pieces one below the other, and below them the boxes alone."""
    places: dict[str, Place] = {}
    y = 0.0
    for piece in joined:
        _put(places, piece, 0.0, y)
        y = _below(y + piece.height)
    widest = max([WIDEST_ROW, *(piece.width for piece in joined)])
    x = row = 0.0
    for piece in alone:
        if x and x + piece.width > widest:
            x, y, row = 0.0, _below(y + row), 0.0
        _put(places, piece, x, y)
        x += math.ceil((piece.width + BETWEEN_ROWS) / GRID) * GRID
        row = max(row, piece.height)
    return places


def _put(places: dict[str, Place], piece: Placed, x: float, y: float) -> None:
    for key, (left, top) in piece.places.items():
        places[key] = (left + x, top + y)


def _below(bottom: float) -> float:
    return math.ceil((bottom + BETWEEN_PIECES) / SNAP) * SNAP
