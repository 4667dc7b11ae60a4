"""Draws the words on a wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsRectItem

from composer_gui.ui.canvas.geometry import FULL_DETAIL, LABEL_ONLY
from composer_gui.ui.canvas.glyphs import NO_PEN
from composer_gui.ui.canvas.ink import SMALL

if TYPE_CHECKING:
    from composer_gui.ui.canvas.wire_item import WireItem

LABEL_GROWTH = 1.65
"""How much larger a label is at most when it is seen from afar."""
LEAST_LABEL = 8.5
"""Height in pixels of the screen below which a line is drawn in the place of a label."""
_ASIDE = 9.0
"""Room left and right of a label that is seen from afar: a dash beside a figure is no minus."""
_STUBS = 12.0
"""What is left to be seen of a wire beside a label that is larger, in pixels of the scene."""


class WireLabel(QGraphicsRectItem):
    """The words on a wire, in the gap that is left for them; from afar larger, where that fits."""

    def __init__(self, wire: WireItem) -> None:
        super().__init__(wire)
        self.words = ""
        self._colour = QColor()
        self._size = QSizeF()
        self._gap = (QPointF(), QPointF())
        self._largest = 1.0
        self._ink = wire.ink
        self.setPen(NO_PEN)

    def set_words(self, words: str, colour: QColor) -> None:
        """Show these words in a colour; `put` has then to say where they stand."""
        self.words = words
        self._size = QSizeF(self._ink.measure("label", words), self._ink.line("label"))
        self.set_colour(colour)

    def set_colour(self, colour: QColor) -> None:
        """Show the words in a colour."""
        self._colour = colour
        self.update()

    def put(self, middle: QPointF, room: float, gap: tuple[QPointF, QPointF]) -> None:
        """Stand around `middle`; there are `room` pixels along the wire, which ends at the gap."""
        own = QRectF(QPointF(), self._size)
        self._largest = max(1.0, min(LABEL_GROWTH, (room - _STUBS) / own.width()))
        self.setPos(middle - own.center())
        by = (self._largest - 1) / 2
        across, down = own.width() * by + _ASIDE, own.height() * by + 2
        self.setRect(own.adjusted(-across, -down, across, down))
        self._gap = (gap[0] - self.pos(), gap[1] - self.pos())

    def paint(self, painter: QPainter, option, widget=None) -> None:
        zoom = painter.worldTransform().m11()
        if zoom >= FULL_DETAIL:
            self._write(painter)
            return
        if zoom < LABEL_ONLY or self._largest * SMALL * zoom < LEAST_LABEL:
            painter.setPen(self.parentItem().pen())
            painter.drawLine(*self._gap)
            return
        painter.fillRect(self.rect(), self._ink.canvas)
        centre = self.rect().center()
        painter.save()
        painter.translate(centre)
        painter.scale(self._largest, self._largest)
        painter.translate(-centre)
        self._write(painter)
        painter.restore()

    def _write(self, painter: QPainter) -> None:
        ink = self._ink
        painter.setFont(ink.fonts["label"])
        painter.setPen(self._colour)
        painter.drawText(QPointF(0.0, ink.ascent("label")), self.words)
