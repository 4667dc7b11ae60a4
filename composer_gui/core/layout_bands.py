"""Breaks a very long piece into bands that are read like lines of text, one below the other."""

from __future__ import annotations

import math

from composer_gui.core.layout_columns import Piece
from composer_gui.core.layout_rows import SNAP

LONGEST = 9600.0
"""How long a piece may be, in pixels, before it is broken: some forty columns."""

BETWEEN_BANDS = 120.0
"""Free height in pixels between two bands, in which wires run back to where the next begins."""

SLACK = 0.3
"""By which part of a band's length it may be broken earlier or later, where fewer wires pass."""

Place = tuple[float, float]


def in_bands(piece: Piece, corners: list[Place], widths: list[float], aspect: float) -> list[Place]:
    """Return where the nodes of a piece come to lie when it is broken, if it is long enough.

    `corners` are their top left corners as one band, `aspect` is how many times as wide as high
    all bands together shall be.
    """
    heights = piece.heights
    length = max(x + width for (x, _), width in zip(corners, widths, strict=True))
    top = min(y for _, y in corners)
    height = max(y + tall for (_, y), tall in zip(corners, heights, strict=True)) - top
    count = round(math.sqrt(length / (aspect * (height + BETWEEN_BANDS))))
    if length <= LONGEST or count < 2:
        return corners
    band_of = _bands(piece, count)
    placed = list(corners)
    y = top
    for nodes in _nodes(piece, band_of):
        left = min(corners[node][0] for node in nodes)
        upper = min(corners[node][1] for node in nodes)
        lower = max(corners[node][1] + heights[node] for node in nodes)
        down = math.ceil((y - upper) / SNAP) * SNAP
        for node in nodes:
            placed[node] = corners[node][0] - left, corners[node][1] + down
        y = lower + down + BETWEEN_BANDS
    return placed


def _bands(piece: Piece, count: int) -> list[int]:
    """Return the band of each column; breaks are near even ones, where the fewest wires pass."""
    columns = len(piece.columns)
    # The wires of one start count once: a block is left whole, where they begin.
    passing = [sum(bool(piece.after[vertex]) for vertex in column) for column in piece.columns]
    even = columns / count
    starts = [0]
    for number in range(1, count):
        middle = number * even
        first = max(starts[-1] + 1, round(middle - SLACK * even))
        last = min(columns - 1, round(middle + SLACK * even))
        if first <= last:
            near = range(first, last + 1)
            starts.append(min(near, key=lambda at: (passing[at - 1], abs(at - middle))))
    band_of, band = [], -1
    for column in range(columns):
        band += column in starts
        band_of.append(band)
    return band_of


def _nodes(piece: Piece, band_of: list[int]) -> list[list[int]]:
    nodes: list[list[int]] = [[] for _ in range(band_of[-1] + 1)]
    for band, column in zip(band_of, piece.columns, strict=True):
        nodes[band] += [vertex for vertex in column if not piece.is_waypoint(vertex)]
    return nodes
