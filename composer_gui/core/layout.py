"""Arranges nodes from left to right: where each one stands when the user asks for order.

The layered method of Sugiyama: every node gets a column behind its sources, long wires get
waypoints in the columns that they pass (`layout_columns`), columns are ordered so that few wires
cross (`layout_order`), and rows are found in which chains and passing wires run straight
(`layout_rows`). The result depends on nothing but the design.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from composer_gui.core.document import (
    Call,
    Document,
    Frame,
    Node,
    Note,
    Wire,
    in_order,
    number_of,
    wires_into,
)
from composer_gui.core.layer_kinds import SavedModel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layout_columns import Piece, column_of_each, in_columns
from composer_gui.core.layout_order import put_in_order
from composer_gui.core.layout_rows import SNAP, rows
from composer_gui.core.ports import input_ports

GRID = 24.0
BETWEEN_COLUMNS = 96.0
BETWEEN_ROWS = 36.0
BETWEEN_PIECES = 72.0
WIDEST_ROW = 1200.0
"""How far nodes without wires go to the right before another row of them begins, at least."""

Size = tuple[float, float]
Place = tuple[float, float]


def arrange(
    document: Document,
    sizes: Mapping[str, Size],
    ids: Iterable[str] | None = None,
    *,
    catalog: Catalog | None = None,
) -> dict[str, Place]:
    """Return the place of the top left corner, in pixels, of all nodes or of those in `ids`.

    `sizes` holds widths and heights in pixels. What is arranged keeps its top left corner;
    frames and notes stay where they are and are not in the result. With a catalog the wires into
    a layer are told apart in the order of its ports, else by name. Centres of rows lie on half
    the grid, so that wires between nodes of different heights are straight.
    """
    wanted = document.nodes.keys() if ids is None else set(ids)
    nodes = [
        node
        for node in _by_signature(document)
        if node.id in wanted and not isinstance(node, Frame | Note)
    ]
    if not nodes:
        return {}
    boxes = [_box(document, piece, sizes, catalog) for piece in _pieces(nodes)]
    joined = [box for box in boxes if len(box.places) > 1]
    alone = [box for box in boxes if len(box.places) == 1]
    return _anchored(_stacked(joined, alone), nodes, sizes)


def _by_signature(document: Document) -> list[Node]:
    """Return the nodes in the order in which they were made, inputs and outputs as in the model."""
    rank = {node_id: index for index, node_id in enumerate((*document.inputs, *document.outputs))}
    slots = sorted((number_of(node_id) for node_id in rank), reverse=False)
    numbers = dict(zip(sorted(rank, key=rank.__getitem__), slots, strict=True))
    nodes = in_order(document.nodes)
    return sorted(nodes, key=lambda node: numbers.get(node.id, number_of(node.id)))


# Pieces that no wire joins ------------------------------------------------------------------------


def _pieces(nodes: list[Node]) -> list[list[Node]]:
    """Return the nodes in groups that wires join, each group and each node in the order given."""
    index = {node.id: place for place, node in enumerate(nodes)}
    near: list[list[int]] = [[] for _ in nodes]
    for place, node in enumerate(nodes):
        for wire in wires_into(node):
            source = index.get(wire.source.node)
            if source is not None:
                near[place].append(source)
                near[source].append(place)
    piece_of = [-1] * len(nodes)
    count = 0
    for start in range(len(nodes)):
        if piece_of[start] < 0:
            _flood(start, count, near, piece_of)
            count += 1
    pieces: list[list[Node]] = [[] for _ in range(count)]
    for place, node in enumerate(nodes):
        pieces[piece_of[place]].append(node)
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
class Box:
    """A piece arranged: places of its nodes, from its own top left corner, and its size."""

    places: dict[str, Place]
    width: float
    height: float


def _box(
    document: Document, nodes: list[Node], sizes: Mapping[str, Size], catalog: Catalog | None
) -> Box:
    index = {node.id: place for place, node in enumerate(nodes)}
    sources = []
    for node in nodes:
        starts = (index.get(wire.source.node) for wire in _wires(document, node, catalog))
        sources.append(list(dict.fromkeys(start for start in starts if start is not None)))
    heights = [float(sizes[node.id][1]) for node in nodes]
    column = column_of_each(sources)
    piece = in_columns(sources, column, heights)
    put_in_order(piece)
    left = _lefts(piece, [sizes[node.id][0] for node in nodes])
    centre = rows(piece, BETWEEN_ROWS, left[-1])
    tops = [centre[place] - heights[place] / 2 for place in range(len(nodes))]
    first = min(tops)
    places = {
        node.id: (left[column[place]], tops[place] - first) for place, node in enumerate(nodes)
    }
    bottom = max(top + height for top, height in zip(tops, heights, strict=True))
    width = max(places[node.id][0] + sizes[node.id][0] for node in nodes)
    return Box(places, width, bottom - first)


def _wires(document: Document, node: Node, catalog: Catalog | None) -> list[Wire]:
    """Return the wires into `node`, from its upper ports to its lower ones."""
    wires = list(wires_into(node))
    if not isinstance(node, Call) or len(node.inputs) < 2:
        return wires
    if catalog is not None:
        names = [port.name for port in input_ports(document, catalog, node)]
    else:
        layer = document.layers[node.layer]
        ports = layer.inputs if isinstance(layer, SavedModel) else ()
        names = [port.name for port in ports]
    rank = {name: place for place, name in enumerate(names)}
    return sorted(wires, key=lambda wire: rank.get(wire.port, len(rank)))


def _lefts(piece: Piece, widths: list[float]) -> list[float]:
    """Return where each column begins, on the grid."""
    lefts, left = [], 0.0
    for column in piece.columns:
        lefts.append(left)
        widest = max(widths[vertex] for vertex in column if vertex < len(widths))
        left += math.ceil((widest + BETWEEN_COLUMNS) / GRID) * GRID
    return lefts


# All pieces together ------------------------------------------------------------------------------


def _stacked(joined: list[Box], alone: list[Box]) -> dict[str, Place]:
    """Return the places with the pieces one below the other, and below them the nodes alone."""
    places: dict[str, Place] = {}
    y = 0.0
    for box in joined:
        _put(places, box, 0.0, y)
        y = _below(y + box.height)
    widest = max([WIDEST_ROW, *(box.width for box in joined)])
    x = row = 0.0
    for box in alone:
        if x and x + box.width > widest:
            x, y, row = 0.0, _below(y + row), 0.0
        _put(places, box, x, y)
        x += math.ceil((box.width + BETWEEN_ROWS) / GRID) * GRID
        row = max(row, box.height)
    return places


def _put(places: dict[str, Place], box: Box, x: float, y: float) -> None:
    for node_id, (left, top) in box.places.items():
        places[node_id] = (left + x, top + y)


def _below(bottom: float) -> float:
    return math.ceil((bottom + BETWEEN_PIECES) / SNAP) * SNAP


def _anchored(
    places: dict[str, Place], nodes: list[Node], sizes: Mapping[str, Size]
) -> dict[str, Place]:
    """Return the places moved so that the top left corner of them all stays about where it was."""
    dx = round(min(node.x for node in nodes) / GRID) * GRID
    # The first row's centre comes to lie on the grid, and stays there when one arranges again.
    first = min(places, key=lambda node_id: (places[node_id][1], number_of(node_id)))
    half = sizes[first][1] / 2
    dy = round((min(node.y for node in nodes) + half) / SNAP) * SNAP - half
    return {node_id: (x + dx, y + dy) for node_id, (x, y) in places.items()}
