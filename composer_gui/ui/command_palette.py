"""The command palette: a field over the window in which a few letters and Enter do anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from composer_gui.ui import command_rows, theme
from composer_gui.ui.command_rows import Found, Row
from composer_gui.ui.controls import draw_sign
from composer_gui.ui.words import Line

if TYPE_CHECKING:
    from composer_gui.ui.main_window import MainWindow

RECENT_KEY, RECENT_LENGTH = "commands/recent", 8
WIDTH, ROW, ROWS = 620, 32, 12
TOP = 52
"""How far below the upper edge of the window the palette begins, in pixels."""

NODES, LAYERS = "@", "+"
"""What one begins with to go to a node, or to add a layer."""

PROMPT = "Search commands. @ goes to a node, + adds a layer"
_NO_DESIGN = "No design is on the screen, so there are no nodes and nowhere to add a layer."
_NOTHING = "Nothing is called so."
_STEPS = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: 1 - ROWS,
    Qt.Key.Key_PageDown: ROWS - 1,
}


class CommandPalette(QFrame):
    """A child of the window. Up and Down choose, Enter does it, Escape closes.

    What cannot be done now is listed with its reason, and stays undone.
    """

    closed = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._focus: QWidget | None = None
        self._rows: dict[str, list[Row]] = {}
        self.field = _Field(self)
        self.model = _Rows(self)
        self.list = QListView(self)
        self.hint = Line(px=12, tone="secondary")
        self._set_up()
        self._connect()
        self.hide()

    def _set_up(self) -> None:
        self.setObjectName("commandPalette")
        self.setAutoFillBackground(True)
        self.setAccessibleName("Command palette")
        self.field.setAccessibleName("Command")
        self.field.setPlaceholderText(PROMPT)
        self.field.setFont(theme.font(14))
        self.list.setAccessibleName("Commands")
        self.list.setModel(self.model)
        self.list.setItemDelegate(_RowDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.viewport().setAutoFillBackground(False)
        self.hint.setContentsMargins(8, 0, 8, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        for widget in (self.field, self.list, self.hint):
            column.addWidget(widget)

    def _connect(self) -> None:
        self.field.textChanged.connect(self._search)
        self.field.accepted.connect(self.accept)
        self.field.cancelled.connect(self.close_palette)
        self.field.stepped.connect(self._step)
        self.field.left.connect(self._leave)
        self.list.clicked.connect(self._accept_clicked)
        self.list.selectionModel().currentChanged.connect(self._tell)
        self._window.installEventFilter(self)

    # Opening and closing -------------------------------------------------------------------------

    def open_palette(self, text: str = "") -> None:
        """Open with what may be done now; `text` is what the field says at first."""
        if self.isHidden():
            self._focus = QApplication.focusWidget()
        now = theme.current()
        self.setStyleSheet(
            f"#commandPalette {{ background: {now.panel.name()}; border-radius: 8px;"
            f" border: 1px solid {now.card_line.name()}; }}"
            " QListView { background: transparent; }"
        )
        self._rows = {}
        self.field.setText(text)
        self._search(text)
        self._put()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_palette(self) -> None:
        """Close without doing anything; who had the keys has them again."""
        if self.isHidden():
            return
        before, self._focus = self._focus, None
        had_focus = self.field.hasFocus()
        self.hide()  # gives the keys to whichever widget is next
        if had_focus and before is not None and shiboken6.isValid(before):
            before.setFocus()
        self._rows = {}
        self.closed.emit()

    def _leave(self) -> None:
        """Close where another widget has taken the keys."""
        self._focus = None
        self.close_palette()

    def _put(self) -> None:
        room = self._window.size()
        width = min(WIDTH, room.width() - 40)
        height = min(ROWS * ROW + 92, room.height() - TOP - 20)
        self.setGeometry((room.width() - width) // 2, TOP, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._put()
        return False

    # Searching -----------------------------------------------------------------------------------

    def titles(self) -> list[str]:
        """Return what is listed now, in order."""
        return [found.row.title for found in self.model.found]

    def _search(self, text: str) -> None:
        kind = text[:1] if text[:1] in (NODES, LAYERS) else ""
        if kind not in self._rows:
            self._rows[kind] = self._made(kind)
        recent = () if kind else self._recent()
        found = command_rows.find(self._rows[kind], text[len(kind) :], recent)
        self.model.show(found)
        self.list.setCurrentIndex(self.model.index(0))
        if not found:
            needs_design = kind and not self._window.is_working
            self._say(_NO_DESIGN if needs_design else _NOTHING, "secondary")

    def _made(self, kind: str) -> list[Row]:
        window = self._window
        if not kind:
            made = command_rows.action_rows(window.actions_by_id, frozenset({"command_palette"}))
            paths = window.files.recent()
            return made + command_rows.recent_rows(paths, window.files.open_path)
        if not window.is_working:
            return []
        if kind == NODES:
            return command_rows.node_rows(window.canvas)
        return command_rows.layer_rows(window.canvas)

    def _step(self, rows: int) -> None:
        count = self.model.rowCount()
        if count:
            row = self.list.currentIndex().row() + rows
            # One step beyond an end goes round, a page stops there
            row = row % count if abs(rows) == 1 else min(max(row, 0), count - 1)
            self.list.setCurrentIndex(self.model.index(row))

    def _tell(self, current: QModelIndex) -> None:
        """Say about the chosen row what is to be said, to eyes and ears."""
        if not current.isValid():
            return
        row = self.model.found[current.row()].row
        self._say(row.why_not or row.tip, "warning" if row.why_not else "secondary")
        if self.isVisible():
            spoken = current.data(Qt.ItemDataRole.AccessibleTextRole)
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.field, spoken))

    def _say(self, sentence: str, tone: str) -> None:
        self.hint.setText(sentence)
        self.hint.set_tone(tone)

    # Doing ---------------------------------------------------------------------------------------

    def _accept_clicked(self, index: QModelIndex) -> None:
        self.list.setCurrentIndex(index)
        self.accept()

    def accept(self) -> None:
        """Do what is chosen; what cannot be done now is not, and the palette stays."""
        at = self.list.currentIndex().row()
        if not 0 <= at < self.model.rowCount():
            return
        row = self.model.found[at].row
        if row.why_not:
            return
        self.close_palette()
        if row.id:
            self._remember(row.id)
        row.run()

    def _recent(self) -> list[str]:
        settings = self._window.settings
        return settings.names(RECENT_KEY) if settings is not None else []

    def _remember(self, name: str) -> None:
        if self._window.settings is not None:
            used = [name, *(other for other in self._recent() if other != name)]
            self._window.settings.remember(RECENT_KEY, used[:RECENT_LENGTH])


class _Rows(QAbstractListModel):
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


class _Field(QLineEdit):
    """A line that hands the keys of the list on."""

    stepped = Signal(int)
    accepted = Signal()
    cancelled = Signal()
    left = Signal()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab walks the list."""
        self.stepped.emit(1 if forward else -1)
        return True

    def keyPressEvent(self, event) -> None:
        if event.key() in _STEPS:
            self.stepped.emit(_STEPS[event.key()])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accepted.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        if event.reason() not in _PASSING:
            self.left.emit()


_PASSING = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class _RowDelegate(QStyledItemDelegate):
    """Draws a row: its name with the typed letters marked, where it is found, and its keys."""

    def sizeHint(self, option, index) -> QSize:
        return QSize(200, ROW)

    def paint(self, painter: QPainter, option, index) -> None:
        now, found = theme.current(), index.data(Qt.ItemDataRole.UserRole)
        rect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = option.state
        is_chosen = state & QStyle.StateFlag.State_Selected
        if is_chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.selection if is_chosen else now.hover)
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 5, 5)
        if found.row.ticked:
            centre = rect.topLeft().toPointF()
            centre.setX(centre.x() + 15)
            centre.setY(rect.center().y() + 0.5)
            draw_sign(painter, "tick", centre, now.accent)
        room = rect.adjusted(28, 0, -12, 0)
        room.setRight(room.right() - self._paint_keys(painter, room, found.row.keys))
        used = _paint_title(painter, room, found)
        self._paint_where(painter, room.adjusted(used + 12, 0, 0, 0), found)
        painter.restore()

    @staticmethod
    def _paint_keys(painter: QPainter, room, keys: str) -> int:
        """Draw the keys at the right end in a frame; return how much room they take."""
        if not keys:
            return 0
        now = theme.current()
        painter.setFont(theme.font(11, 500))
        width = painter.fontMetrics().horizontalAdvance(keys) + 14
        frame = room.adjusted(room.width() - width, 7, 0, -7)
        painter.setPen(QPen(now.card_line, 1))
        painter.setBrush(now.card)
        painter.drawRoundedRect(frame.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(now.secondary)
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, keys)
        return width + 10

    @staticmethod
    def _paint_where(painter: QPainter, room, found: Found) -> None:
        now, row = theme.current(), found.row
        where = f"{row.where}, used lately" if found.recent else row.where
        painter.setFont(theme.font(12))
        painter.setPen(now.tertiary)
        shown = painter.fontMetrics().elidedText(
            where, Qt.TextElideMode.ElideMiddle, max(0, room.width())
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def _paint_title(painter: QPainter, room, found: Found) -> int:
    """Draw a row's name, the typed letters in the accent; return how wide it is."""
    now = theme.current()
    usual, typed = theme.font(theme.BODY), theme.font(theme.BODY, 600)
    plain = now.tertiary if found.row.why_not else now.text
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
