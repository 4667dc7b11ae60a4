"""The list below the command palette's field: what was found, and how a row of it looks."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate

from composer_gui.ui import theme
from composer_gui.ui.command_rows import Found
from composer_gui.ui.controls import draw_sign
from composer_gui.ui.row_paint import paint_ground, paint_keys

ROW = 32
"""Height of a row in pixels."""


class FoundModel(QAbstractListModel):
    """The rows that were found."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.found: list[Found] = []

    def show(self, found: list[Found]) -> None:
        """List other rows."""
        self.beginResetModel()
        self.found = found
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.found)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not 0 <= index.row() < len(self.found):
            return None
        found = self.found[index.row()]
        row = found.row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.UserRole:
            return found
        if role == Qt.ItemDataRole.AccessibleTextRole:
            on = "" if row.ticked is None else ("on" if row.ticked else "off")
            parts = (row.title, row.where, on, row.keys, row.why_not)
            return ", ".join(part for part in parts if part)
        return None


class FoundDelegate(QStyledItemDelegate):
    """Draws a row: its name with the typed letters marked, where it is found, and its keys."""

    def sizeHint(self, option, index) -> QSize:
        return QSize(200, ROW)

    def paint(self, painter: QPainter, option, index) -> None:
        now, found = theme.current(), index.data(Qt.ItemDataRole.UserRole)
        rect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option, rect.adjusted(0, 1, 0, -1))
        is_chosen = option.state & QStyle.StateFlag.State_Selected
        if found.row.ticked:
            centre = rect.topLeft().toPointF()
            centre.setX(centre.x() + 15)
            centre.setY(rect.center().y() + 0.5)
            draw_sign(painter, "tick", centre, now.accent)
        room = rect.adjusted(28, 0, -12, 0)
        if found.row.keys:
            room.setRight(room.right() - paint_keys(painter, room, found.row.keys) - 10)
        quiet = now.secondary if is_chosen else now.tertiary
        used = _paint_title(painter, room, found, quiet)
        _paint_where(painter, room.adjusted(used + 12, 0, 0, 0), found, quiet)
        painter.restore()


def _paint_where(painter: QPainter, room: QRect, found: Found, colour: QColor) -> None:
    where = f"{found.row.where}, used lately" if found.recent else found.row.where
    painter.setFont(theme.font(12))
    painter.setPen(colour)
    shown = painter.fontMetrics().elidedText(
        where, Qt.TextElideMode.ElideMiddle, max(0, room.width())
    )
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def _paint_title(painter: QPainter, room: QRect, found: Found, quiet: QColor) -> int:
    """Draw a row's name, the typed letters in the accent; return how wide it is."""
    now = theme.current()
    usual, typed = theme.font(theme.BODY), theme.font(theme.BODY, 600)
    plain = quiet if found.row.why_not else now.text
    left = 0
    for text, is_typed in _runs(found.row.title, frozenset(found.letters)):
        painter.setFont(typed if is_typed else usual)
        painter.setPen(now.accent if is_typed and not found.row.why_not else plain)
        metrics = painter.fontMetrics()
        free = room.width() - left
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, free))
        painter.drawText(room.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, shown)
        left += metrics.horizontalAdvance(shown)
    return left


def _runs(title: str, letters: frozenset[int]) -> list[tuple[str, bool]]:
    """Return a name in pieces, each with whether its letters were typed."""
    pieces: list[tuple[str, bool]] = []
    for at, letter in enumerate(title):
        is_typed = at in letters
        if pieces and pieces[-1][1] == is_typed:
            pieces[-1] = (pieces[-1][0] + letter, is_typed)
        else:
            pieces.append((letter, is_typed))
    return pieces
