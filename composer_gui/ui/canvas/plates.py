"""Draws what has no effect on the model: frames around nodes and notes."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from composer_gui.core.document import Frame, Note
from composer_gui.ui.canvas.geometry import FRAME_TITLE, FULL_DETAIL, GRIP, LABEL_ONLY, RADIUS
from composer_gui.ui.canvas.ink import Ink

FRAME_GROUND = 0.07
"""How much of a frame's colour its ground has."""
_MARGIN = 3.0
_PADDING = 14.0
_WRAPPED = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


class Plate(QGraphicsItem):
    """A rectangle with words on it, as large as its node says."""

    def __init__(self, node: Frame | Note, ink: Ink) -> None:
        super().__init__()
        self.node_id = node.id
        self.ink = ink
        self.node = node
        self.selected = False
        self.size = (node.width, node.height)

    @property
    def category(self) -> str:
        """The kind of plate: "frame" or "note"."""
        return "frame" if isinstance(self.node, Frame) else "note"

    def show_node(self, node: Frame | Note) -> None:
        """Show the node as it is now."""
        self.node = node
        self.set_size(node.width, node.height)
        self.update()

    def refresh(self) -> None:
        """Take the colours that hold now."""
        self.update()

    def set_size(self, width: float, height: float) -> None:
        """Take another size, as while it is being dragged."""
        self.prepareGeometryChange()
        self.size = (width, height)

    def mark(self, *, selected: bool | None = None, **_: object) -> None:
        """Show whether it is selected; the other marks of nodes mean nothing here."""
        if selected is not None and selected != self.selected:
            self.selected = selected
            self.update()

    def shows_all(self, zoom: float) -> bool:
        """Return whether there is room for all its words, as large as they are at a zoom."""
        raise NotImplementedError

    def card(self) -> QRectF:
        """Return the rectangle in the scene."""
        return QRectF(self.x(), self.y(), *self.size)

    def grip(self) -> QRectF:
        """Return the corner, in the scene, by which it is resized."""
        card = self.card()
        return QRectF(card.right() - GRIP, card.bottom() - GRIP, GRIP, GRIP)

    def boundingRect(self) -> QRectF:
        width, height = self.size
        return QRectF(-_MARGIN, -_MARGIN, width + 2 * _MARGIN, height + 2 * _MARGIN)

    def _paint_border(self, painter: QPainter, colour: QColor, width: float) -> None:
        pen = QPen(self.ink.theme.accent, 2.0) if self.selected else QPen(colour, width)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inset = pen.widthF() / 2
        rect = QRectF(0, 0, *self.size).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)

    def _paint_grip(self, painter: QPainter) -> None:
        width, height = self.size
        painter.setPen(QPen(self.ink.theme.tertiary, 1.2))
        for step in (5.0, 9.0):
            painter.drawLine(QPointF(width - step, height - 4), QPointF(width - 4, height - step))


class FrameItem(Plate):
    """A frame: a tinted ground with a title; nodes and wires lie above it."""

    def __init__(self, node: Frame, ink: Ink) -> None:
        super().__init__(node, ink)
        self.setZValue(-20)

    def paint(self, painter: QPainter, option, widget=None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self.ink.frame(self.node.color)
        ground = QColor(colour)
        ground.setAlphaF(FRAME_GROUND)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(0, 0, *self.size), RADIUS, RADIUS)
        border = QColor(colour)
        border.setAlphaF(self.ink.border_alpha)
        self._paint_border(painter, border, 1.0)
        self._paint_grip(painter)
        style = at_zoom(painter.worldTransform().m11(), "frame", "far", "farthest")
        painter.setFont(self.ink.fonts[style])
        painter.setPen(self.ink.theme.secondary)
        title = self.ink.elided(style, self.node.label, self.size[0] - 2 * _PADDING)
        painter.drawText(QPointF(_PADDING, self.ink.baseline(style, FRAME_TITLE / 2 + 1)), title)

    def shows_all(self, zoom: float) -> bool:
        style = at_zoom(zoom, "frame", "far", "farthest")
        return self.ink.measure(style, self.node.label) <= self.size[0] - 2 * _PADDING


class NoteItem(Plate):
    """A note: free text on a quiet ground, wrapped."""

    def __init__(self, node: Note, ink: Ink) -> None:
        super().__init__(node, ink)
        self.setZValue(5)

    def paint(self, painter: QPainter, option, widget=None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = self.ink.theme
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(now.panel)
        painter.drawRoundedRect(QRectF(0, 0, *self.size), RADIUS, RADIUS)
        self._paint_border(painter, now.card_line, 1.0)
        self._paint_grip(painter)
        style = at_zoom(painter.worldTransform().m11(), "note", "far_note", "farthest_note")
        painter.setFont(self.ink.fonts[style])
        painter.setPen(now.secondary if self.node.text else now.tertiary)
        room = self._room()
        line = painter.fontMetrics().lineSpacing()
        room.setHeight(max(1, room.height() // line) * line)  # no line is cut through
        painter.save()
        painter.setClipRect(room)
        painter.drawText(room, _WRAPPED, self.node.text or "Double-click to write")
        painter.restore()

    def shows_all(self, zoom: float) -> bool:
        room, style = self._room(), at_zoom(zoom, "note", "far_note", "farthest_note")
        return self.ink.height(style, self.node.text, room.width(), _WRAPPED) <= room.height()

    def _room(self) -> QRectF:
        return QRectF(_PADDING, 10, self.size[0] - 2 * _PADDING, self.size[1] - 20)


def at_zoom(zoom: float, near: str, far: str, farthest: str) -> str:
    """Return in which of three styles words can be read from where one looks."""
    return near if zoom >= FULL_DETAIL else far if zoom >= LABEL_ONLY else farthest
