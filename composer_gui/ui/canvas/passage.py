"""Draws what makes a bypassed node look so: it is hatched, and a line leads through it."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QPainter, QPainterPath

from composer_gui.core.document import DOWN
from composer_gui.ui.canvas.faces import Face
from composer_gui.ui.canvas.geometry import BAR, FULL_DETAIL, PADDING, RIGHT, NodeLayout, Slot
from composer_gui.ui.canvas.glyphs import NO_BRUSH
from composer_gui.ui.canvas.ink import Ink

HATCH = 9.0
"""Distance of the strokes."""
BESIDE = 5.0
"""How far from the card's edge the line runs, where no words are."""


def paint_passage(painter: QPainter, ink: Ink, face: Face, layout: NodeLayout) -> None:
    """Hatch a card, and lead a line through it from its first ring in to its first ring out."""
    painter.setPen(ink.hatch_pen)
    painter.drawLines(_strokes(layout.width, layout.height))
    if painter.worldTransform().m11() < FULL_DETAIL:
        return  # the words are larger there, and have the room in which the line would run
    if layout.inputs and layout.outputs:
        painter.setPen(ink.ring_pen)
        painter.setBrush(NO_BRUSH)
        lead = _lead_down if face.flow == DOWN else _lead_right
        painter.drawPath(lead(layout, layout.inputs[0], layout.outputs[0]))


@cache
def _strokes(width: float, height: float) -> list[QLineF]:
    """Return slanted lines over a card, from its stripe to its right edge."""
    lines = []
    for number in range(1, int((width + height) / HATCH) + 1):
        right = HATCH * number  # where the line would meet the upper edge, one pixel in
        start = QPointF(min(right, width - 1), 1 + max(0.0, right - width + 1))
        left = right - height + 2
        end = QPointF(max(left, BAR), height - 1 - max(0.0, BAR - left))
        if start.x() > end.x():
            lines.append(QLineF(start, end))
    return lines


def _lead_right(layout: NodeLayout, first: Slot, last: Slot) -> QPainterPath:
    left, right, y = PADDING - 6, layout.width - RIGHT / 2, layout.height - BESIDE + 1
    path = QPainterPath(QPointF(first.x, first.y))
    path.quadTo(left, first.y, left, first.y + 8)
    path.lineTo(left, y - 6)
    path.quadTo(left, y, left + 6, y)
    path.lineTo(right - 6, y)
    path.quadTo(right, y, right, y - 6)
    path.lineTo(right, last.y + 8)
    path.quadTo(right, last.y, last.x, last.y)
    return path


def _lead_down(layout: NodeLayout, first: Slot, last: Slot) -> QPainterPath:
    x, top, bottom = layout.width - BESIDE - 1, BESIDE, layout.height - BESIDE
    path = QPainterPath(QPointF(first.x, first.y))
    path.quadTo(first.x, top, first.x + 8, top)
    path.lineTo(x - 6, top)
    path.quadTo(x, top, x, top + 6)
    path.lineTo(x, bottom - 6)
    path.quadTo(x, bottom, x - 6, bottom)
    path.lineTo(last.x + 8, bottom)
    path.quadTo(last.x, bottom, last.x, last.y)
    return path
