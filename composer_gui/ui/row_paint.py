"""What delegates of lists draw alike: the ground of a row, and keys in a frame."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from composer_gui.ui import theme


def paint_ground(
    painter: QPainter,
    option: QStyleOptionViewItem,
    ground: QRect,
    *,
    is_chosen: bool | None = None,
) -> None:
    """Draw what lies below a row that is chosen, that the mouse is over, or that has the keys.

    Which one is chosen is as `option` says it where nothing else is said.
    """
    now, state = theme.current(), option.state
    if is_chosen is None:
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
    if is_chosen or state & QStyle.StateFlag.State_MouseOver:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(now.selection if is_chosen else now.hover)
        painter.drawRoundedRect(ground, 5, 5)
    if state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(QPen(now.accent, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(ground.adjusted(0, 0, -1, -1), 5, 5)


def paint_keys(painter: QPainter, room: QRect, keys: str) -> int:
    """Draw keys at the right end of `room` in a frame of 18 pixels; return how wide that is."""
    now = theme.current()
    painter.setFont(theme.font(11, 500))
    width = painter.fontMetrics().horizontalAdvance(keys) + 14
    top = room.top() + (room.height() - 18) // 2
    frame = QRect(room.right() + 1 - width, top, width, 18)
    painter.setPen(QPen(now.card_line, 1))
    painter.setBrush(now.card)
    painter.drawRoundedRect(frame.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setPen(now.secondary)
    painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, keys)
    return width
