"""Small drawings of designs: nodes with the glyphs of their categories, and wires between them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from composer_gui.storage import shipped
from composer_gui.ui import theme
from composer_gui.ui.canvas import glyphs

if TYPE_CHECKING:
    from composer_gui.core.layers.catalog import Catalog

RIGHT, DOWN = "right", "down"
"""Which way a design runs, as its file says it."""

WIDEST, HIGHEST = 46.0, 26.0
"""How large a node is drawn where there is room, in pixels."""

NARROWEST, LOWEST = 8.0, 8.0
CLOSEST = 0.32
"""How many pixels of the drawing a pixel of the canvas is at most."""

FILLED = 0.68
"""How much of the way from a node to the next one the node itself takes."""

ROW = 48.0
"""Nodes whose places differ by less than this stand in one row, or one column, of a drawing."""

_TINT = 0.16
"""How much of its category's colour the body of a node has."""

_PLAIN_KINDS = ("frame", "note")


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """Nodes as {id: (place, category)}, wires as pairs of ids; places are the canvas's pixels.

    A reroute dot has the category "dot".
    """

    nodes: Mapping[str, tuple[QPointF, str]]
    wires: tuple[tuple[str, str], ...]
    flow: str = RIGHT

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """Paint the drawing into `room`, as large as it fits, in the middle."""
        if not self.nodes:
            return
        cards = self.cards(room)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_wires(painter, cards)
        for node_id, card in cards.items():
            _paint_node(painter, card, self.nodes[node_id][1])
        painter.restore()

    def cards(self, room: QRectF) -> dict[str, QRectF]:
        """Return where in `room` each node is drawn: all of one size, none over another."""
        places = {node_id: place for node_id, (place, _) in self.nodes.items()}
        columns = _together(place.x() for place in places.values())
        rows = _together(place.y() for place in places.values())
        across, width = _scale([list(columns.values())], room.width(), WIDEST, NARROWEST)
        stacks: dict[float, list[float]] = {}
        for place in places.values():
            stacks.setdefault(columns[place.x()], []).append(rows[place.y()])
        down, height = _scale(list(stacks.values()), room.height(), HIGHEST, LOWEST)
        middle_x, middle_y = _middle(columns.values()), _middle(rows.values())
        found = {}
        for node_id, place in places.items():
            x = room.center().x() + (columns[place.x()] - middle_x) * across
            y = room.center().y() + (rows[place.y()] - middle_y) * down
            card = QRectF(x - width / 2, y - height / 2, width, height)
            if self.nodes[node_id][1] == "dot":
                card = QRectF(x - 2.5, y - 2.5, 5, 5)
            found[node_id] = card
        return found

    def _paint_wires(self, painter: QPainter, cards: Mapping[str, QRectF]) -> None:
        painter.setPen(QPen(theme.current().tertiary, 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for source, target in self.wires:
            one, other = cards[source], cards[target]
            if self.flow == DOWN:
                start = QPointF(one.center().x(), one.bottom())
                end = QPointF(other.center().x(), other.top())
                bend = QPointF(0, max(8.0, abs(end.y() - start.y()) / 2))
            else:
                start = QPointF(one.right(), one.center().y())
                end = QPointF(other.left(), other.center().y())
                bend = QPointF(max(8.0, abs(end.x() - start.x()) / 2), 0)
            path = QPainterPath(start)
            path.cubicTo(start + bend, end - bend, end)
            painter.drawPath(path)


def _together(values: Iterable[float]) -> dict[float, float]:
    """Return for each coordinate the one that all those near it are drawn at."""
    ordered = sorted(set(values))
    groups: list[list[float]] = []
    for value in ordered:
        if groups and value - groups[-1][-1] < ROW:
            groups[-1].append(value)
        else:
            groups.append([value])
    return {value: sum(group) / len(group) for group in groups for value in group}


def _middle(values: Iterable[float]) -> float:
    values = list(values)
    return (min(values) + max(values)) / 2


def _scale(
    stacks: list[list[float]], room: float, most: float, least: float
) -> tuple[float, float]:
    """Return the scale along one axis, and how long nodes are along it.

    A stack holds the places along the axis of nodes that must not cover each other.
    """
    values = [value for stack in stacks for value in stack]
    span = max(values) - min(values)
    if not span:
        return 1.0, min(most, room)
    ordered = (sorted(set(stack)) for stack in stacks)
    gaps = [b - a for stack in ordered for a, b in pairwise(stack)]
    nearest, size = min(gaps, default=span), most
    for _ in range(4):  # smaller nodes leave more room between them
        scale = min(CLOSEST, max(0.0, room - size) / span)
        size = max(least, min(most, nearest * scale * FILLED))
    return scale, size


def _paint_node(painter: QPainter, card: QRectF, category: str) -> None:
    now = theme.current()
    colour = now.category(category)
    if category == "dot":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(now.tertiary)
        painter.drawEllipse(card)
        return
    painter.setPen(QPen(_mixed(now.card_line, colour, 0.35), 1))
    painter.setBrush(_mixed(now.card, colour, _TINT))
    painter.drawRoundedRect(card, 4, 4)
    if card.width() >= glyphs.SIZE + 6 and card.height() >= glyphs.SIZE + 4:
        left = card.center().x() - glyphs.SIZE / 2
        top = card.center().y() - glyphs.SIZE / 2
        glyphs.draw_category(painter, category, colour, left, top)
    else:
        stripe = QRectF(card.left(), card.top(), 3, card.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(stripe, 1.5, 1.5)


def _mixed(ground: QColor, colour: QColor, part: float) -> QColor:
    """Return `ground` with a part of another colour in it."""
    pairs = zip(ground.getRgbF()[:3], colour.getRgbF()[:3], strict=True)
    return QColor.fromRgbF(*(a + (b - a) * part for a, b in pairs))


# Designs ------------------------------------------------------------------------------------------


def of_example(name: str, catalog: Catalog) -> Thumbnail:
    """Return the drawing of an example of the gallery."""
    return of_plain(json.loads(shipped.text(f"examples/{name}.composer")), catalog)


def of_plain(plain: dict, catalog: Catalog) -> Thumbnail:
    """Return the drawing of a design as it stands in its file."""
    layers = plain["layers"]
    nodes = {
        node_id: (QPointF(*node["at"]), _category(node, layers, catalog))
        for node_id, node in plain["nodes"].items()
        if node["kind"] not in _PLAIN_KINDS
    }
    ends = ((wire[0], wire[2]) for wire in plain["wires"])
    wires = tuple((start, end) for start, end in ends if start in nodes and end in nodes)
    return Thumbnail(nodes, wires, plain.get("flow", RIGHT))


def _category(node: dict, layers: dict, catalog: Catalog) -> str:
    if node["kind"] != "call":
        return node["kind"]
    layer = layers[node["layer"]]
    if layer["kind"] != "keras":
        return "submodel" if layer["kind"] == "submodel" else "saved model"
    spec = catalog.layers.get(layer["class"])
    return spec.category if spec else "unknown"
