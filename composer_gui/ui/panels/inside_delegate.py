"""How a row of "Layers inside" looks, and what is where in it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from composer_gui.ui import theme
from composer_gui.ui.canvas import glyphs
from composer_gui.ui.controls import chevron
from composer_gui.ui.panels.inside_rows import InsideRow
from composer_gui.ui.totals import show_parameters

ROW_HEIGHT = 40
STEP = 14
"""How far the rows of a nested model are moved to the right, in pixels."""

ZONE = 26
"""Width of what is pressed to tap or freeze, in pixels."""

TAP, FREEZE, FOLD = "tap", "freeze", "fold"
ROW_ROLE = Qt.ItemDataRole.UserRole
STATE_ROLE = Qt.ItemDataRole.UserRole + 1

_MIDDLE = Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class RowState:
    """What is marked of one row. `fixed` freezing cannot be changed by the row's own lock."""

    tapped: bool = False
    frozen: bool = False
    partly: bool = False
    fixed: bool = False
    matched: bool = False
    begins: bool = False
    ends: bool = False
    opened: bool = False
    unused: bool = False
    whole_path: bool = False


def zone_at(rect: QRect, at: QPoint, row: InsideRow, *, whole_path: bool) -> str:
    """Return what of a row is at a place: TAP, FREEZE, FOLD, or nothing."""
    right = rect.right() - at.x()
    if 0 <= right < ZONE:
        return FREEZE if row.can_freeze else ""
    if ZONE <= right < 2 * ZONE:
        return TAP if row.can_tap else ""
    left = at.x() - rect.left() - _indent(row, whole_path)
    return FOLD if row.is_folder and -4 <= left < STEP else ""


def _indent(row: InsideRow, whole_path: bool) -> int:
    return 6 if whole_path else 6 + row.level * STEP


class InsideDelegate(QStyledItemDelegate):
    """Paints name, class, spec and count of a row, and the ring and lock at its right end."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(120, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        row, state = index.data(ROW_ROLE), index.data(STATE_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option, state)
        left = option.rect.left() + _indent(row, state.whole_path)
        self._paint_mark(painter, option.rect, left, row, state)
        room = QRect(option.rect)
        room.setLeft(left + STEP + 6)
        room.setRight(option.rect.right() - 2 * ZONE - 4)
        now, chosen = theme.current(), option.state & QStyle.StateFlag.State_Selected
        self._paint_words(painter, room, row, state, now.secondary if chosen else now.tertiary)
        self._paint_signs(painter, option, row, state)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option, state: RowState) -> None:
        now = theme.current()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hot = bool(option.state & QStyle.StateFlag.State_MouseOver)
        rect = QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5)
        if chosen or hot:
            focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
            painter.setPen(QPen(now.accent, 1) if chosen and focused else Qt.PenStyle.NoPen)
            painter.setBrush(now.selection if chosen else now.hover)
            painter.drawRoundedRect(rect, 5, 5)
        if state.matched:
            painter.fillRect(QRectF(rect.left(), rect.top() + 5, 2, rect.height() - 10), now.accent)

    def _paint_mark(self, painter, rect: QRect, left: int, row: InsideRow, state) -> None:
        """Paint the square in the category's colour, or the arrow of a nested model."""
        now = theme.current()
        centre = QPointF(left + 5, rect.top() + 13)
        if row.is_folder:
            colour = now.category(row.category)
            chevron(painter, centre, colour, turned=not state.opened)
            return
        if row.is_again:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(now.line if state.unused else now.category(row.category))
        painter.drawRoundedRect(QRectF(left, centre.y() - 5, 10, 10), 2.5, 2.5)

    def _paint_words(self, painter: QPainter, room: QRect, row: InsideRow, state, quiet) -> None:
        """Paint name, class, spec and count; `quiet` is the colour of what steps back."""
        now = theme.current()
        top = QRect(room.left(), room.top() + 3, room.width(), 20)
        foot = QRect(room.left(), room.top() + 20, room.width(), 17)
        painter.setFont(theme.font(theme.BODY))
        tone = now.secondary if row.is_again else now.text
        painter.setPen(quiet if state.unused else tone)
        name = (row.address if row.is_again else row.path) if state.whole_path else row.name
        # Of a path its end is what was looked for
        is_path = state.whole_path and "/" in name
        mode = Qt.TextElideMode.ElideLeft if is_path else Qt.TextElideMode.ElideMiddle
        painter.drawText(top, _MIDDLE, painter.fontMetrics().elidedText(name, mode, top.width()))
        painter.setFont(theme.mono(11))
        painter.setPen(quiet)
        count = show_parameters(row.parameters) if row.parameters and not row.is_again else ""
        used = painter.fontMetrics().horizontalAdvance(count) + 8 if count else 0
        painter.drawText(foot, _MIDDLE | Qt.AlignmentFlag.AlignRight, count)
        self._paint_kind(painter, foot.adjusted(0, 0, -used, 0), row, state, quiet)

    def _paint_kind(self, painter: QPainter, room: QRect, row: InsideRow, state, quiet) -> None:
        """Paint class and spec; the spec has the room that it needs, as long as there is any."""
        now = theme.current()
        ends = " and ".join(
            word for word, holds in (("begins", state.begins), ("ends", state.ends)) if holds
        )
        spec = f"{ends} here" if ends else row.spec
        fonts = theme.font(11), theme.font(11) if ends else theme.mono(11)
        kind, at, shown = kind_and_spec(row.kind_words, spec, room.width(), fonts)
        painter.setFont(fonts[0])
        painter.setPen(quiet)
        painter.drawText(room, _MIDDLE, kind)
        painter.setFont(fonts[1])
        painter.setPen(now.accent if ends else now.secondary)
        painter.drawText(room.adjusted(at, 0, 0, 0), _MIDDLE, shown)

    def _paint_signs(self, painter: QPainter, option, row: InsideRow, state) -> None:
        now = theme.current()
        hot = bool(option.state & QStyle.StateFlag.State_MouseOver)
        middle = option.rect.center().y() + 1
        ring = QPointF(option.rect.right() - 1.5 * ZONE, middle)
        if row.can_tap:
            idle = now.secondary if hot else now.tertiary
            painter.setPen(QPen(now.accent if state.tapped else idle, 1.6))
            painter.setBrush(now.accent if state.tapped else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(ring, 5, 5)
        if row.can_freeze:
            at = option.rect.right() - 0.5 * ZONE
            if state.frozen:
                glyphs.draw_lock(painter, now.tertiary if state.fixed else now.accent, at, middle)
            else:
                colour = now.accent if state.partly else (now.secondary if hot else now.tertiary)
                _draw_open_lock(painter, colour, QPointF(at, middle), half=state.partly)


def kind_and_spec(
    kind: str, spec: str, width: int, fonts: tuple[QFont, QFont]
) -> tuple[str, int, str]:
    """Return a class and a spec as they fit into `width` pixels, and where the spec begins.

    The class gives way first.
    """
    of_kind, of_spec = map(QFontMetrics, fonts)
    wanted = min(of_spec.horizontalAdvance(spec) + 1, width)  # to the pixel Qt finds no room
    right = Qt.TextElideMode.ElideRight
    kind = of_kind.elidedText(kind, right, max(0, width - wanted - 8))
    at = of_kind.horizontalAdvance(kind) + (8 if kind else 0)
    return kind, at, of_spec.elidedText(spec, right, width - at)


def _draw_open_lock(painter: QPainter, colour, centre: QPointF, *, half: bool) -> None:
    """Draw a lock that is not closed; where `half` is, its body is filled to the middle."""
    painter.setPen(QPen(colour, 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    x, y = centre.x(), centre.y()
    painter.drawRoundedRect(QRectF(x - 4.5, y - 0.5, 9, 6.5), 1.5, 1.5)
    if half:
        painter.fillRect(QRectF(x - 4.5, y + 2.5, 9, 3.5), colour)
    painter.drawArc(QRectF(x - 3, y - 6, 6, 6), 10 * 16, 170 * 16)
    painter.drawLine(QPointF(x - 3, y - 3), QPointF(x - 3, y - 0.5))
