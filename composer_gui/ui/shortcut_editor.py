"""Where every shortcut can be changed: a list to search, and a field that takes the new keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListView, QVBoxLayout, QWidget

from composer_gui.ui import keymap, theme
from composer_gui.ui.controls import TextField, push_button
from composer_gui.ui.key_field import KeyField
from composer_gui.ui.reasons import allow
from composer_gui.ui.shortcut_rows import ID, ShortcutDelegate, ShortcutModel
from composer_gui.ui.words import Hairline, Paragraph

_CHOOSE = "Choose what the keys shall do first."
_BY_DEFAULT = "These are the keys it has from the beginning."
_NO_KEYS = "It has no keys."
_ALL_DEFAULT = "All keys are as they were in the beginning."


class ShortcutEditor(QWidget):
    """Changes the keymap at once. Keys that belong to another command are asked about first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._adds = False
        self._wanted = ""
        self.search = TextField()
        self.list = QListView()
        self.model = ShortcutModel(self)
        self.field = KeyField()
        self.sentence = Paragraph(px=12, tone="secondary")
        self.change = push_button("Change keys")
        self.add = push_button("Add keys")
        self.remove = push_button("Remove keys")
        self.reset = push_button("Reset")
        self.reset_all = push_button("Reset all")
        self.take = push_button("Take them", role="primary")
        self.leave = push_button("Leave them")
        self._set_up()
        self._connect()
        self.list.setCurrentIndex(self.model.first())
        self._look()

    def _set_up(self) -> None:
        self.search.setPlaceholderText("Search by name, or by keys such as Ctrl+K")
        self.search.setAccessibleName("Search for a command")
        self.search.setClearButtonEnabled(True)
        self.list.setAccessibleName("Commands and their keys")
        self.list.setModel(self.model)
        self.list.setItemDelegate(ShortcutDelegate(self.list))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.viewport().setAutoFillBackground(False)
        self._buttons = (self.change, self.add, self.remove, self.reset, self.reset_all)
        self._asked = (self.take, self.leave)
        for button in (*self._buttons, *self._asked):
            button.setAutoDefault(False)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field)
        for button in (*self._asked, *self._buttons[:-1]):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.reset_all)
        self.sentence.setMinimumHeight(34)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.search, self.list, Hairline(), self.sentence):
            column.addWidget(widget, int(widget is self.list))
        column.addLayout(row)
        self._ask("")
        self._capture(False)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._search)
        self.list.selectionModel().currentChanged.connect(self._look)
        self.list.activated.connect(self._begin)
        self.change.clicked.connect(self._begin)
        self.add.clicked.connect(self._begin_adding)
        self.remove.clicked.connect(self._remove)
        self.reset.clicked.connect(self._reset)
        self.reset_all.clicked.connect(self._reset_all)
        self.field.pressed_keys.connect(self._take_keys)
        self.field.given_up.connect(self._end)
        self.take.clicked.connect(self._take_from_other)
        self.leave.clicked.connect(self._end)
        keymap.current().changed.connect(self._look)
        theme.watch().changed.connect(self.list.viewport().update)

    # What is chosen ------------------------------------------------------------------------------

    @property
    def chosen(self) -> str:
        """The command that is chosen, "" for none."""
        return self.list.currentIndex().data(ID) or ""

    def choose(self, command: str) -> None:
        """Choose a command; every one is listed then."""
        self.search.clear()
        index = self.model.index(self.model.row_of(command))
        self.list.setCurrentIndex(index)
        self.list.scrollTo(index, QListView.ScrollHint.PositionAtCenter)

    def _search(self, text: str) -> None:
        self.model.search(text)
        self.list.setCurrentIndex(self.model.first())
        self._look()

    def _look(self, *_: object) -> None:
        """Say about the chosen command what is to be said, and let be used what can be."""
        if self._wanted:
            return
        command = keymap.commands().get(self.chosen)
        has_keys = command is not None and bool(keymap.current().keys(command.id))
        is_changed = command is not None and keymap.current().is_changed(command.id)
        none = "" if command is not None else _CHOOSE
        allow(self.change, none)
        allow(self.add, none)
        allow(self.remove, none or ("" if has_keys else _NO_KEYS))
        allow(self.reset, none or ("" if is_changed else _BY_DEFAULT))
        allow(self.reset_all, "" if keymap.current().own() else _ALL_DEFAULT)
        self._say((command.tip and f"{command.tip}.") if command is not None else "")

    def _say(self, sentence: str, tone: str = "secondary") -> None:
        self.sentence.setText(sentence)
        self.sentence.set_tone(tone)

    # Taking keys ---------------------------------------------------------------------------------

    def _begin(self, *_: object) -> None:
        if self.chosen:
            self._adds = False
            self._capture(True)

    def _begin_adding(self) -> None:
        self._begin()
        self._adds = True

    def _capture(self, begins: bool) -> None:
        """Show the field that takes keys in the place of the buttons, or these again."""
        had_keys = self.field.hasFocus()
        for button in self._buttons[:-1]:
            button.setVisible(not begins)
        self.field.setVisible(begins)
        if begins:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        elif had_keys:
            self.list.setFocus()

    def _take_keys(self, key: str) -> None:
        other = keymap.current().owner(key)
        self._capture(False)
        if other in ("", self.chosen):
            self._give(key)
        else:
            self._wanted = key
            self._ask(other)

    def _ask(self, other: str) -> None:
        """Ask whether keys may be taken from another command, or ask no more."""
        for button in self._buttons[:-1]:
            button.setVisible(not other)
        for button in self._asked:
            button.setVisible(bool(other))
        if other:
            theirs = keymap.commands()[other].text.rstrip("…")
            own = keymap.commands()[self.chosen].text.rstrip("…")
            key = keymap.shown(self._wanted)
            self._say(f"{key} is for “{theirs}” now. Take it for “{own}”?", "warning")
            self.take.setFocus()

    def _take_from_other(self) -> None:
        key, self._wanted = self._wanted, ""
        self._ask("")
        self._give(key)

    def _give(self, key: str) -> None:
        before = keymap.current().keys(self.chosen) if self._adds else ()
        keymap.current().assign(self.chosen, (*before, key))
        self.list.setFocus()

    def _end(self) -> None:
        self._wanted = ""
        self._ask("")
        self._capture(False)
        self._look()
        self.list.setFocus()

    @property
    def is_taking(self) -> bool:
        """Whether the next keys are waited for, or a question about them is open."""
        return self.field.isVisible() or bool(self._wanted)

    # Without keys, with the first ones -----------------------------------------------------------

    def _remove(self) -> None:
        keymap.current().assign(self.chosen, ())

    def _reset(self) -> None:
        keymap.current().reset(self.chosen)

    def _reset_all(self) -> None:
        keymap.current().reset_all()

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape and self.is_taking:
            self._end()
        else:
            super().keyPressEvent(event)
