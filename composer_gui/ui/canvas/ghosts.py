"""What is not there yet: cards, wires and notes of a change that is only looked at."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem

from composer_gui.core.document import RIGHT
from composer_gui.ui.canvas.courses import wire_path
from composer_gui.ui.canvas.dot_item import DotItem
from composer_gui.ui.canvas.faces import Face
from composer_gui.ui.canvas.geometry import RADIUS
from composer_gui.ui.canvas.ink import Ink
from composer_gui.ui.canvas.mismatch import growth
from composer_gui.ui.canvas.node_item import NodeItem, edge_middle

HEIGHT = 101.0
"""Above everything that is there, so that the far view paints it too."""
SEE_THROUGH = 0.94
LINE, PAD = 16.0, 8.0
MOST_LINES = 4


def dashed(ink: Ink, width: float) -> QPen:
    """Return the pen of all that is not there yet."""
    pen = QPen(ink.theme.accent, width)
    pen.setDashPattern([4.0, 2.6])
    return pen


class _Card(NodeItem):
    """A node's card that is never put into a scene: somebody else has it painted."""

    def _border(self) -> QPen:
        return dashed(self.ink, 1.8)


class GhostCard(QGraphicsItem):
    """The card of a node that a change would add. No mouse finds it."""

    def __init__(self, node_id: str, face: Face, ink: Ink) -> None:
        super().__init__()
        self.painted = (DotItem if face.kind == "dot" else _Card)(node_id, face, ink)
        self.painted.selected = face.kind == "dot"
        self.setZValue(HEIGHT + 1)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def card(self) -> QRectF:
        """Return the card's rectangle in the scene."""
        layout = self.painted.layout
        corner = self.x() + layout.left, self.y() + layout.top
        return QRectF(*corner, layout.width, layout.height)

    def ring(self, side: str, port: str, index: int = 0) -> QPointF:
        """Return where a ring lies in the scene; the middle of the edge where there is none."""
        layout = self.painted.layout
        for slot in layout.outputs if side == "out" else layout.inputs:
            if slot.ring.port == port and slot.ring.index == index:
                return self.pos() + QPointF(slot.x, slot.y)
        return edge_middle(self.card(), side, self.painted.face.flow)

    def boundingRect(self) -> QRectF:
        return self.painted.boundingRect()

    def paint(self, painter: QPainter, option, widget=None) -> None:
        painter.setOpacity(SEE_THROUGH)
        self.painted.paint(painter, option, widget)


def ghost_wire(start: QPointF, end: QPointF, ink: Ink, flow: str = RIGHT) -> QGraphicsPathItem:
    """Return a wire that a change would draw."""
    item = QGraphicsPathItem(wire_path(end.x() - start.x(), end.y() - start.y(), flow))
    item.setPos(start)
    item.setPen(dashed(ink, 2.0))
    item.setZValue(HEIGHT)
    return item


def outline(card: QRectF, ink: Ink) -> QGraphicsPathItem:
    """Return a dashed border around a card that a change would alter, or have stand there."""
    path = QPainterPath()
    path.addRoundedRect(card.adjusted(-5, -5, 5, 5), RADIUS + 4, RADIUS + 4)
    item = QGraphicsPathItem(path)
    item.setPen(dashed(ink, 2.0))
    item.setZValue(HEIGHT)
    return item


def cross(centre: QPointF, reach: float, colour: QColor) -> QGraphicsPathItem:
    """Return the sign of what a change would take away."""
    path = QPainterPath()
    for one, other in (((-1, -1), (1, 1)), ((1, -1), (-1, 1))):
        path.moveTo(QPointF(*one) * reach)
        path.lineTo(QPointF(*other) * reach)
    item = QGraphicsPathItem(path)
    item.setPos(centre)
    item.setPen(QPen(colour, 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    item.setZValue(HEIGHT)
    return item


class Remark(QGraphicsItem):
    """A small plate above a card with what changes there, larger from afar.

    Its position is that of its lower left corner.
    """

    def __init__(self, lines: tuple[str, ...], ink: Ink, zoom: float) -> None:
        super().__init__()
        more = len(lines) - MOST_LINES
        self.lines = lines if more <= 0 else (*lines[:MOST_LINES], f"and {more} more")
        self._ink = ink
        self._by = growth(zoom)
        width = max(ink.measure("value", line) for line in self.lines) + 2 * PAD
        height = LINE * len(self.lines) + 8
        self._plate = QRectF(0, -height, width, height)
        self.setZValue(HEIGHT + 2)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        plate = self._plate
        return QRectF(0, plate.top() * self._by, *(s * self._by for s in _size(plate))).adjusted(
            -1, -1, 1, 1
        )

    def paint(self, painter: QPainter, option, widget=None) -> None:
        ink, now = self._ink, self._ink.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._by, self._by)
        painter.setPen(QPen(now.accent, 1.2))
        painter.setBrush(now.panel)
        painter.drawRoundedRect(self._plate.adjusted(0.6, 0.6, -0.6, -0.6), 5, 5)
        painter.setFont(ink.fonts["value"])
        painter.setPen(now.text)
        for number, line in enumerate(self.lines):
            y = self._plate.top() + 4 + LINE * (number + 0.5)
            painter.drawText(QPointF(PAD, ink.baseline("value", y)), line)


def _size(rect: QRectF) -> tuple[float, float]:
    return rect.width(), rect.height()
