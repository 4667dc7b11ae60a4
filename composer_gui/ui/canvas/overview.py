"""Paints the canvas when it is too small to be read: all nodes and wires in one batch."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import chain

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QGraphicsRectItem

from composer_gui.core.change import Change
from composer_gui.core.document import Wire
from composer_gui.ui.canvas.geometry import GRID, NARROWEST
from composer_gui.ui.canvas.ghosts import GhostCard
from composer_gui.ui.canvas.ink import FARTHEST_TITLE
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.scene import CanvasScene

LEGIBLE = 9.0
"""Smallest height of a label on the screen, in pixels, at which items paint themselves."""
CARDS_FROM = 30.0
"""Least width of a node on the screen, in pixels, at which it is a card, not a blot of colour."""
STRIPE = 22.0
"""Width of the stripe in the category's colour, in pixels of the scene."""
CLOSEST_DOTS = 20.0
"""Least distance of the grid's dots on the screen, in pixels."""
BLOCK = 16
"""Dots are made in blocks of so many across and down."""


class Overview:
    """Knows the rectangles and lines of all items, kept in step by the scene's signals."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._rects: dict[str, dict[str, QRectF]] = {}
        self._stripes: dict[str, dict[str, QRectF]] = {}
        self._category: dict[str, str] = {}
        self._lines: dict[Wire, QLineF] = {}
        self._stale_nodes: set[str] = set(scene.nodes)
        self._stale_wires: set[Wire] = set(scene.wires)
        self._wrong: set[str] = set()
        self._dots: dict[tuple[int, int, float], QPolygonF] = {}
        self._connect()

    def _connect(self) -> None:
        self._scene.followed.connect(self._follow)
        self._scene.moved.connect(self._note_moved)
        self._scene.drawn.connect(self._note_judged)
        self._scene.judged.connect(self._note_judged)

    def _follow(self, change: Change) -> None:
        self._stale_nodes |= change.nodes
        self._stale_wires |= change.wires_added | change.wires_removed

    def _note_moved(self, node_ids: list[str]) -> None:
        self._stale_nodes.update(node_ids)

    def _note_judged(self, node_ids: Iterable[str]) -> None:
        self._stale_nodes.update(node_ids)
        if not self._scene.is_drawn:
            self._catch_up()  # with every slice a little, and not all of it when it is painted

    def holds(self, view) -> bool:
        """Return whether this view is so far away that labels cannot be read."""
        return view.camera.zoom * FARTHEST_TITLE < LEGIBLE

    # The batch -----------------------------------------------------------------------------------

    def paint(self, view, event) -> None:
        """Paint everything into the view's viewport."""
        painter = QPainter(view.viewport())
        painter.setClipRegion(event.region())
        painter.fillRect(event.rect(), self._scene.ink.canvas)
        painter.setWorldTransform(view.viewportTransform())
        self.paint_batch(painter, view.camera.zoom)
        view.keyboard.spotlight.paint_far(painter)
        self._paint_gestures(painter)
        view.keyboard.mark.paint_far(painter)
        painter.resetTransform()
        self._title_frames(painter, view)
        painter.end()

    def paint_batch(self, painter: QPainter, zoom: float) -> None:
        """Paint frames, wires and nodes at a scale of `zoom`; the minimap uses it too."""
        self._catch_up()
        ink = self._scene.ink
        self._paint_frames(painter)
        painter.setPen(_hairline(ink.theme.tertiary))
        painter.drawLines(list(self._lines.values()))
        shown = self._rects
        if zoom * NARROWEST >= CARDS_FROM:
            self._paint_cards(painter)
            shown = self._stripes
        painter.setPen(Qt.PenStyle.NoPen)
        for category, rects in shown.items():
            if rects and category != "frame":
                note = category == "note"
                painter.setBrush(ink.theme.card_line if note else ink.category(category))
                painter.drawRects(list(rects.values()))
        self._outline(painter, zoom, self._wrong, ink.theme.wrong)
        chosen = self._scene.selection
        kin = ((chosen.kin | chosen.twins) - chosen.nodes) & self._scene.nodes.keys()
        self._outline(painter, zoom, kin, ink.theme.accent, Qt.PenStyle.DashLine)
        self._outline(painter, zoom, chosen.nodes, ink.theme.accent)

    def paint_some(self, painter: QPainter, node_ids: Iterable[str], zoom: float) -> None:
        """Paint these nodes alone, in the colours of their categories; what is selected marked."""
        painter.setPen(Qt.PenStyle.NoPen)
        for node_id in node_ids:
            category = self._category.get(node_id)
            if category is not None and category != "frame":
                note = category == "note"
                now = self._scene.ink
                painter.setBrush(now.theme.card_line if note else now.category(category))
                painter.drawRect(self._rects[category][node_id])
        chosen = self._scene.selection.nodes
        self._outline(painter, zoom, chosen.intersection(node_ids), self._scene.ink.theme.accent)

    def _paint_cards(self, painter: QPainter) -> None:
        """Paint nodes as quiet cards, whose categories the stripes then tell."""
        now = self._scene.ink.theme
        painter.setPen(_hairline(now.card_line))
        painter.setBrush(now.card)
        cards = (r.values() for category, r in self._rects.items() if category != "frame")
        painter.drawRects(list(chain.from_iterable(cards)))

    def _paint_frames(self, painter: QPainter) -> None:
        for node_id, rect in self._rects.get("frame", {}).items():
            frame = self._scene.nodes[node_id].node
            colour = QColor(self._scene.ink.frame(frame.color))
            painter.setPen(_hairline(colour))
            colour.setAlphaF(0.08)
            painter.setBrush(colour)
            painter.drawRect(rect)

    def _title_frames(self, painter: QPainter, view) -> None:
        """Write the titles of frames, in a size that can be read at any zoom."""
        painter.setFont(self._scene.ink.fonts["frame"])
        painter.setPen(self._scene.ink.theme.secondary)
        for node_id, rect in self._rects.get("frame", {}).items():
            shown = view.viewportTransform().mapRect(rect)
            if shown.width() >= CARDS_FROM and shown.intersects(QRectF(view.viewport().rect())):
                title = self._scene.nodes[node_id].node.label
                text = self._scene.ink.elided("frame", title, shown.width())
                painter.drawText(shown.topLeft() - QPointF(0, 4), text)

    def _outline(
        self,
        painter: QPainter,
        zoom: float,
        node_ids: Iterable[str],
        colour: QColor,
        style: Qt.PenStyle = Qt.PenStyle.SolidLine,
    ) -> None:
        """Draw a border of two pixels on the screen around nodes."""
        pen = QPen(colour, 2.0, style)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        by = 2.0 / zoom
        cards = (self._scene.nodes[node_id].card() for node_id in node_ids)
        painter.drawRects([card.adjusted(-by, -by, by, by) for card in cards])

    def _catch_up(self) -> None:
        """Bring rectangles and lines in step with the items that have changed since."""
        for node_id in self._stale_nodes:
            self._stale_wires |= self._scene.wires_at.get(node_id, set())
            self._put_node(node_id)
        for wire in self._stale_wires:
            item = self._scene.wires.get(wire)
            if item is not None and item.isVisible():
                self._lines[wire] = QLineF(*item.ends())
            else:
                self._lines.pop(wire, None)
        self._stale_nodes.clear()
        self._stale_wires.clear()

    def _put_node(self, node_id: str) -> None:
        item = self._scene.nodes.get(node_id)
        before = self._category.pop(node_id, None)
        if before is not None:
            del self._rects[before][node_id]
            del self._stripes[before][node_id]
        self._wrong.discard(node_id)
        if item is None or not item.isVisible():
            return
        category = item.category
        self._category[node_id] = category
        card = item.card()
        self._rects.setdefault(category, {})[node_id] = card
        stripe = QRectF(card.left(), card.top(), min(STRIPE, card.width()), card.height())
        self._stripes.setdefault(category, {})[node_id] = stripe
        if isinstance(item, NodeItem) and item.face.state == "wrong":
            self._wrong.add(node_id)

    def _paint_gestures(self, painter: QPainter) -> None:
        """Paint what is above everything: a rubber band, a wire being drawn, a repair's preview."""
        for item in self._scene.items(self._scene.itemsBoundingRect()) if self._busy() else ():
            if item.zValue() < 100:
                break
            _paint_item(painter, item)

    def _busy(self) -> bool:
        views = self._scene.views()
        return any(view.gesture is not None or view.preview.offer is not None for view in views)

    # The grid ------------------------------------------------------------------------------------

    def paint_grid(self, painter: QPainter, rect: QRectF, zoom: float) -> None:
        """Paint the dots of the grid within `rect` of the scene; fewer when seen from afar."""
        step = GRID
        while step * zoom < CLOSEST_DOTS:
            step *= 2
        left, top = rect.left() // step * step, rect.top() // step * step
        # Whole blocks of dots, so that a small zoom or another strip finds its points made already
        columns = math.ceil((rect.right() - left) / step / BLOCK + 1e-6) * BLOCK
        rows = math.ceil((rect.bottom() - top) / step / BLOCK + 1e-6) * BLOCK
        pen = QPen(self._scene.ink.theme.grid, 2.0)
        pen.setCosmetic(True)
        pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(pen)
        painter.translate(left, top)
        painter.drawPoints(self._grid_points(columns, rows, step))
        painter.translate(-left, -top)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)

    def _grid_points(self, columns: int, rows: int, step: float) -> QPolygonF:
        key = (columns, rows, step)
        points = self._dots.get(key)
        if points is None:
            if len(self._dots) > 40:
                self._dots.clear()
            places = [QPointF(x * step, y * step) for y in range(rows) for x in range(columns)]
            points = self._dots[key] = QPolygonF(places)
        return points


def _hairline(colour: QColor) -> QPen:
    pen = QPen(colour, 1.0)
    pen.setCosmetic(True)
    return pen


def _paint_item(painter: QPainter, item: QGraphicsItem) -> None:
    if isinstance(item, QGraphicsRectItem):
        painter.setPen(item.pen())
        painter.setBrush(item.brush())
        painter.drawRect(item.rect())
    elif isinstance(item, QGraphicsPathItem):
        painter.translate(item.pos())
        painter.setPen(item.pen())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(item.path())
        painter.translate(-item.pos())
    elif isinstance(item, GhostCard):
        painter.setPen(item.painted.ink.selected_pen)
        painter.setBrush(item.painted.ink.card)
        painter.drawRect(item.card())
