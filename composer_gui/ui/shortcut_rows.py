"""The rows of the shortcut editor: every command under the head of its menu, with its keys."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate

from composer_gui.ui import keymap, theme
from composer_gui.ui.keymap import Command
from composer_gui.ui.row_paint import paint_ground, paint_keys

ROW = 30
ID = Qt.ItemDataRole.UserRole
"""The role under which a row tells the command that it is about, "" for a head."""


@dataclass(frozen=True, slots=True)
class ShortcutRow:
    """A head, or a command with its keys; `own` where they are not the defaults."""

    text: str
    command: str = ""
    keys: tuple[str, ...] = ()
    own: bool = False


def rows(wanted: str = "") -> list[ShortcutRow]:
    """Return the commands that fit, by name or by key, each below the head of its group."""
    found: list[ShortcutRow] = []
    head = None
    for command in keymap.commands().values():
        row = _row(command)
        if not _fits(row, command, wanted):
            continue
        if command.group != head:
            head = command.group
            found.append(ShortcutRow(head.replace("/", ", ")))
        found.append(row)
    return found


def _row(command: Command) -> ShortcutRow:
    keys = keymap.current().keys(command.id)
    own = keymap.current().is_changed(command.id)
    text = command.text.rstrip("…")
    return ShortcutRow(text, command.id, tuple(map(keymap.shown, keys)), own)


def _fits(row: ShortcutRow, command: Command, wanted: str) -> bool:
    typed = wanted.strip().lower()
    if any(typed == key.lower() for key in row.keys):
        return True
    words = f"{row.text} {command.group}".lower()
    return all(word in words for word in typed.split())


class ShortcutModel(QAbstractListModel):
    """The rows that fit what is searched for; heads cannot be chosen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows = rows()
        self._wanted = ""
        keymap.current().changed.connect(self.refresh)

    def search(self, wanted: str) -> None:
        """List what fits, all where nothing is wanted."""
        self.beginResetModel()
        self._wanted, self.rows = wanted, rows(wanted)
        self.endResetModel()

    def refresh(self) -> None:
        """Show the keys that hold now."""
        known = {row.command: row for row in rows()}
        self.rows = [known.get(row.command, row) if row.command else row for row in self.rows]
        self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))

    def row_of(self, command: str) -> int:
        """Return the row of a command, -1 where it is not listed."""
        return next((n for n, row in enumerate(self.rows) if row.command == command), -1)

    def first(self) -> QModelIndex:
        """Return the first command that is listed."""
        return self.index(next((n for n, row in enumerate(self.rows) if row.command), -1))

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        if index.isValid() and not self.rows[index.row()].command:
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not 0 <= index.row() < len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == ID:
            return row.command
        if role == Qt.ItemDataRole.AccessibleTextRole and row.command:
            own = "changed" if row.own else ""
            return ", ".join(filter(None, (row.text, " or ".join(row.keys) or "no keys", own)))
        return None


class ShortcutDelegate(QStyledItemDelegate):
    """Draws a row: the name, a dot where the keys are one's own, the keys at the right."""

    def sizeHint(self, option, index) -> QSize:
        return QSize(200, ROW)

    def paint(self, painter: QPainter, option, index) -> None:
        now, row = theme.current(), index.model().rows[index.row()]
        rect, middle = option.rect, Qt.AlignmentFlag.AlignVCenter
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not row.command:
            painter.setFont(theme.font(11, 600))
            painter.setPen(now.tertiary)
            head = rect.adjusted(12, 0, -12, -5)
            painter.drawText(head, Qt.AlignmentFlag.AlignBottom, row.text.upper())
            painter.restore()
            return
        paint_ground(painter, option, rect.adjusted(2, 1, -2, -1))
        room = rect.adjusted(12, 0, -12, 0)
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        for number, key in enumerate(reversed(row.keys)):
            if number:
                room.setRight(room.right() - _paint_word(painter, room, "or"))
            room.setRight(room.right() - paint_keys(painter, room, key) - 6)
        if not row.keys:
            room.setRight(room.right() - _paint_word(painter, room, "no keys"))
        painter.setFont(theme.font(theme.BODY, 500 if is_chosen else 400))
        painter.setPen(now.text)
        metrics = painter.fontMetrics()
        text = metrics.elidedText(row.text, Qt.TextElideMode.ElideRight, room.width() - 16)
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, text)
        if row.own:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.accent)
            left = room.left() + metrics.horizontalAdvance(text) + 8
            painter.drawEllipse(QRect(left, rect.center().y() - 2, 6, 6))
        painter.restore()


def _paint_word(painter: QPainter, room: QRect, word: str) -> int:
    now = theme.current()
    painter.setFont(theme.font(11))
    painter.setPen(now.secondary)
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, word)
    return painter.fontMetrics().horizontalAdvance(word) + 6
