"""Small drawings of designs: nodes as bars in the colours of their categories, wires as curves."""

from __future__ import annotations

import json
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from composer_gui.core.layers.catalog import Catalog
from composer_gui.storage import resources
from composer_gui.ui import theme

NODE = QRectF(0, 0, 190, 84)
"""About how large a node is on the canvas; the drawing is too small to tell more."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """Nodes as (rectangle, category) and wires as (start, end), in the canvas's pixels."""

    nodes: tuple[tuple[QRectF, str], ...]
    wires: tuple[tuple[QPointF, QPointF], ...]

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """Paint the drawing into `room`, as large as it fits, in the middle."""
        if not self.nodes:
            return
        whole = QRectF()
        for rect, _ in self.nodes:
            whole = whole.united(rect)
        scale = min(room.width() / whole.width(), room.height() / whole.height(), 0.22)
        painter.save()
        painter.translate(room.center())
        painter.scale(scale, scale)
        painter.translate(-whole.center())
        self._paint_wires(painter, 1.3 / scale)
        self._paint_nodes(painter, scale)
        painter.restore()

    def _paint_wires(self, painter: QPainter, width: float) -> None:
        painter.setPen(QPen(theme.current().tertiary, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for start, end in self.wires:
            bend = max(40.0, abs(end.x() - start.x()) / 2)
            path = QPainterPath(start)
            path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
            painter.drawPath(path)

    def _paint_nodes(self, painter: QPainter, scale: float) -> None:
        now = theme.current()
        for rect, category in self.nodes:
            painter.setPen(QPen(now.card_line, 1 / scale))
            painter.setBrush(now.card)
            painter.drawRoundedRect(rect, 3 / scale, 3 / scale)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.category(category))
            stripe = QRectF(rect.left(), rect.top(), 4 / scale, rect.height())
            painter.drawRoundedRect(stripe, 1.5 / scale, 1.5 / scale)


def of_example(name: str, catalog: Catalog) -> Thumbnail:
    """Return the drawing of an example of the gallery."""
    return of_plain(json.loads(resources.text(f"examples/{name}.composer")), catalog)


def of_plain(plain: dict, catalog: Catalog) -> Thumbnail:
    """Return the drawing of a design as it stands in its file."""
    layers = plain["layers"]
    rects, nodes = {}, []
    for node_id, node in plain["nodes"].items():
        if node["kind"] in ("frame", "note"):
            continue
        rect = NODE.translated(*node["at"])
        rects[node_id] = rect
        nodes.append((rect, _category(node, layers, catalog)))
    wires = []
    for start, _, end, _ in (wire[:4] for wire in plain["wires"]):
        if start in rects and end in rects:
            one, other = rects[start], rects[end]
            wires.append(
                (QPointF(one.right(), one.center().y()), QPointF(other.left(), other.center().y()))
            )
    return Thumbnail(tuple(nodes), tuple(wires))


def _category(node: dict, layers: dict, catalog: Catalog) -> str:
    if node["kind"] != "call":
        return node["kind"]
    layer = layers[node["layer"]]
    if layer["kind"] != "keras":
        return "saved model"
    spec = catalog.layers.get(layer["class"])
    return spec.category if spec else "unknown"
