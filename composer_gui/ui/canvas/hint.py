"""What lies above the picture of the canvas, and what an empty one says: how to begin."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QRegion

from composer_gui.ui import keymap, theme


def lines() -> tuple[tuple[int, int, str, str], ...]:
    """Return what an empty canvas says: size, weight, tone and words of each line."""
    key = keymap.current().shown("quick_add", most=1)
    or_type = f", or press {key} and type its name" if key else ""
    return (
        (16, 500, "secondary", "Drop saved .keras models here"),
        (13, 400, "tertiary", f"or drag a layer from the left{or_type}"),
    )


def paint_hint(painter: QPainter, room: QRect) -> None:
    """Paint the hint in the middle of `room`, in pixels of the viewport."""
    now = theme.current()
    top = room.center().y() - 26
    for px, weight, tone, text in lines():
        painter.setFont(theme.font(px, weight))
        painter.setPen(getattr(now, tone))
        height = painter.fontMetrics().height()
        line = QRect(room.left() + 8, top, room.width() - 16, height)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, shown)
        top += height + 6


def paint_corners(view, region: QRegion) -> None:
    """Paint what lies above the picture of a view: the minimap, and the hint where it is empty."""
    empty = not view.session.document.nodes
    if empty or region.intersects(view.minimap.region()):
        painter = QPainter(view.viewport())
        view.minimap.paint(painter)
        if empty:
            paint_hint(painter, view.viewport().rect())
        painter.end()
