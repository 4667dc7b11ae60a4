"""Paints the canvas when it is too small to be read: all nodes and wires in one batch."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QGraphicsRectItem

from composer_gui.ui.canvas.geometry import GRID
from composer_gui.ui.canvas.ink import FAR_TITLE
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.plates import FrameItem, Plate, frame_colour
from composer_gui.ui.canvas.scene import CanvasScene

LEGIBLE = 6.5
"""Smallest height of a label on the screen, in pixels, at which items paint themselves."""
CLOSEST_DOTS = 18.0
"""Least distance of the grid's dots on the screen, in pixels."""


class Overview:
    """Knows the rectangles and lines of all items, kept in step by the scene's signals."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._rects: dict[str, list[QRectF]] | None = None
        self._lines: list[QLineF] = []
        self._dots: tuple[tuple[int, int, float], QPolygonF] | None = None
        self._connect()

    def _connect(self) -> None:
        self._scene.followed.connect(self._forget)
        self._scene.moved.connect(self._forget)
        self._scene.judged.connect(self._forget)

    def _forget(self, _: object = None) -> None:
        self._rects = None

    def holds(self, view) -> bool:
        """Return whether this view is so far away that labels cannot be read."""
        sharper = 1.0 if view.devicePixelRatioF() < 1.75 else 1.3
        return view.camera.zoom * FAR_TITLE * sharper < LEGIBLE

    # The batch -----------------------------------------------------------------------------------

    def paint(self, view, event) -> None:
        """Paint everything into the view's viewport."""
        painter = QPainter(view.viewport())
        painter.setClipRegion(event.region())
        painter.fillRect(event.rect(), self._scene.ink.canvas)
        painter.setWorldTransform(view.viewportTransform())
        self.paint_batch(painter, view.camera.zoom)
        self._paint_gestures(painter)
        painter.end()

    def paint_batch(self, painter: QPainter, zoom: float) -> None:
        """Paint frames, wires and nodes at a scale of `zoom`; the minimap uses it too."""
        if self._rects is None:
            self._gather()
        ink = self._scene.ink
        self._paint_frames(painter)
        painter.setPen(_hairline(ink.theme.tertiary))
        painter.drawLines(self._lines)
        painter.setPen(Qt.PenStyle.NoPen)
        for category, rects in self._rects.items():
            painter.setBrush(ink.theme.panel if category == "note" else ink.category(category))
            painter.drawRects(rects)
        self._outline_states(painter, zoom)

    def _paint_frames(self, painter: QPainter) -> None:
        for item in self._frames:
            colour = QColor(frame_colour(self._scene.ink, item.node.color))
            painter.setPen(_hairline(colour))
            colour.setAlphaF(0.08)
            painter.setBrush(colour)
            painter.drawRect(item.card())

    def _outline_states(self, painter: QPainter, zoom: float) -> None:
        """Draw a border around what is selected and what is wrong."""
        ink, scene = self._scene.ink, self._scene
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for rects, colour in (
            (self._wrong, ink.theme.wrong),
            ([scene.nodes[i].card() for i in scene.selected_nodes], ink.theme.accent),
        ):
            pen = QPen(colour, 2.0)
            pen.setCosmetic(True)
            painter.setPen(pen)
            grown = 2.0 / zoom
            painter.drawRects([r.adjusted(-grown, -grown, grown, grown) for r in rects])

    def _gather(self) -> None:
        self._rects, self._frames, self._wrong = {}, [], []
        for item in self._scene.nodes.values():
            if isinstance(item, FrameItem):
                self._frames.append(item)
                continue
            card = item.card()
            category = "note" if isinstance(item, Plate) else item.face.category
            self._rects.setdefault(category, []).append(card)
            if isinstance(item, NodeItem) and item.face.state == "wrong":
                self._wrong.append(card)
        self._lines = [QLineF(*item.ends()) for item in self._scene.wires.values()]

    def _paint_gestures(self, painter: QPainter) -> None:
        """Paint what a gesture shows above everything: a rubber band, a wire being drawn."""
        for item in self._scene.items(self._scene.itemsBoundingRect()) if self._busy() else ():
            if item.zValue() < 100:
                break
            _paint_item(painter, item)

    def _busy(self) -> bool:
        return any(view.gesture is not None for view in self._scene.views())

    # The grid ------------------------------------------------------------------------------------

    def paint_grid(self, painter: QPainter, rect: QRectF, zoom: float) -> None:
        """Paint the dots of the grid within `rect` of the scene; fewer when seen from afar."""
        step = GRID
        while step * zoom < CLOSEST_DOTS:
            step *= 2
        left, top = rect.left() // step * step, rect.top() // step * step
        columns = int((rect.right() - left) // step) + 1
        rows = int((rect.bottom() - top) // step) + 1
        pen = QPen(self._scene.ink.theme.grid, 2.0)
        pen.setCosmetic(True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(pen)
        painter.translate(left, top)
        painter.drawPoints(self._grid_points(columns, rows, step))
        painter.translate(-left, -top)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)

    def _grid_points(self, columns: int, rows: int, step: float) -> QPolygonF:
        key = (columns, rows, step)
        if self._dots is None or self._dots[0] != key:
            points = [QPointF(x * step, y * step) for y in range(rows) for x in range(columns)]
            self._dots = (key, QPolygonF(points))
        return self._dots[1]


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
