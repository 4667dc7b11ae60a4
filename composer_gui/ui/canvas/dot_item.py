"""Draws a reroute dot: a point that wires are led through and branch from."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPen

from composer_gui.ui.canvas.geometry import DOT
from composer_gui.ui.canvas.glyphs import NO_BRUSH, NO_PEN
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.ring_marks import draw_marked

HELD = 0.66
"""Share of the mouse's reach, from the middle, in which a dot is taken hold of and not its ring."""
_DISC, _HALO, _HANDLE = 5.0, 8.0, 2.4


class DotItem(NodeItem):
    """A dot, whose place is its middle. Near the middle it is dragged; beside it, a wire begins."""

    def holds(self, at: QPointF, reach: float) -> bool:
        return (at - self.pos()).manhattanLength() <= max(DOT, reach * HELD)

    def paint(self, painter: QPainter, option, widget=None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(0.0, 0.0)
        marks = list(self.ringed.values())
        if marks:
            painter.setBrush(self.ink.canvas)
            draw_marked(painter, self.ink, middle, marks[0])
        painter.setPen(NO_PEN)
        painter.setBrush(self._colour())
        disc = 2.0 if marks else _DISC
        painter.drawEllipse(middle, disc, disc)
        if self.face.pinned:
            painter.setBrush(self.ink.canvas)
            painter.drawEllipse(middle, 2.0, 2.0)
        if self.selected or self.lit or self.kin:
            painter.setPen(self.ink.wrong_pen if self.lit else self.ink.selected_pen)
            painter.setBrush(NO_BRUSH)
            painter.drawEllipse(middle, _HALO, _HALO)
        elif self.hovered:
            self._paint_handles(painter)

    def _paint_handles(self, painter: QPainter) -> None:
        """Show where a wire begins and ends."""
        painter.setPen(QPen(self.ink.theme.secondary, 1.6))
        painter.setBrush(self.ink.canvas)
        for slot in (*self.layout.inputs, *self.layout.outputs):
            painter.drawEllipse(QPointF(slot.x, slot.y) * 1.7, _HANDLE, _HANDLE)

    def _colour(self) -> QColor:
        now, state = self.ink.theme, self.face.state
        if state == "wrong":
            return now.wrong
        if state in ("warning", "unfinished"):
            return now.warning
        return now.text if self.hovered or self.selected else now.tertiary
