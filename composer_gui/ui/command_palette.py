"""The command palette: a field over the window in which a few letters and Enter do anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from composer_gui.ui import command_rows, theme
from composer_gui.ui.command_list import ROW, FoundDelegate, FoundModel
from composer_gui.ui.command_rows import Row
from composer_gui.ui.search_field import SearchField, list_below, plate
from composer_gui.ui.words import Line

if TYPE_CHECKING:
    from composer_gui.ui.main_window import MainWindow

RECENT_KEY, RECENT_LENGTH = "commands/recent", 8
WIDTH, ROWS = 620, 12
TOP = 52
"""How far below the upper edge of the window the palette begins, in pixels."""

NODES, LAYERS = "@", "+"
"""What one begins with to go to a node, or to add a layer."""

PROMPT = "Search commands. @ goes to a node, + adds a layer"
_NO_DESIGN = "No design is on the screen, so there are no nodes and nowhere to add a layer."
_NOTHING = "Nothing is called so."


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
        self.field = SearchField(self, ROWS)
        self.model = FoundModel(self)
        self.list = list_below(self)
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
        self.list.setItemDelegate(FoundDelegate(self.list))
        foot = QHBoxLayout()
        foot.setContentsMargins(10, 0, 10, 0)
        foot.addWidget(self.hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.field)
        column.addWidget(self.list)
        column.addLayout(foot)

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
        self.setStyleSheet(plate("commandPalette"))
        self._rows = {}
        self.field.setText(text)
        self._search(text)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

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
        others = self.field.sizeHint().height() + self.hint.sizeHint().height() + 28
        rows = min(max(self.model.rowCount(), 1), ROWS, (room.height() - TOP - 20 - others) // ROW)
        self.list.setFixedHeight(rows * ROW)
        self.setGeometry((room.width() - width) // 2, TOP, width, others + rows * ROW)

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
        self._put()
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
