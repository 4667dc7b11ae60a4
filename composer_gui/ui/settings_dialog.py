"""All settings in one dialog: what is chosen holds at once, and Cancel takes it back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from composer_gui.ui import hints, keymap, preferences
from composer_gui.ui.controls import ChoiceBox, Tabs, TextField, TickBox, button_row, push_button
from composer_gui.ui.panels.fields import Field
from composer_gui.ui.preferences import PREFERENCES, Preference, Value
from composer_gui.ui.reasons import allow
from composer_gui.ui.shortcut_editor import ShortcutEditor
from composer_gui.ui.words import Hairline, Head, Paragraph

GENERAL, KEYBOARD = 0, 1
_ALL_SHOWN = "No hint was dismissed."


class PreferenceEditor(QWidget):
    """One choice with its caption; follows when it is made elsewhere."""

    def __init__(self, preference: Preference, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preference = preference
        self.editor = self._made()
        self._field = Field(
            "" if isinstance(self.editor, TickBox) else preference.text,
            self.editor,
            tip=preference.tip,
        )
        self.editor.setAccessibleName(preference.text)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._field)
        if preference.tip:
            says = Paragraph(f"{preference.tip}.", px=12, tone="tertiary")
            row = QHBoxLayout()
            row.setContentsMargins(136, 2, 0, 4)
            row.addWidget(says)
            column.addLayout(row)
        preferences.current().changed.connect(self._follow)
        self._show()

    def _made(self) -> QWidget:
        preference = self.preference
        if preference.choices:
            box = ChoiceBox()
            for value, words in preference.choices:
                box.addItem(words, value)
            box.activated.connect(self._take_choice)
            return box
        if isinstance(preference.default, bool):
            tick = TickBox(preference.text)
            tick.clicked.connect(self._choose)
            return tick
        line = TextField(mono=True)
        line.setValidator(QIntValidator(preference.least, preference.most, line))
        line.setMaximumWidth(110)
        line.editingFinished.connect(self._take_number)
        return line

    def _take_choice(self, index: int) -> None:
        self._choose(self.editor.itemData(index))

    def _take_number(self) -> None:
        if self.editor.hasAcceptableInput():
            self._choose(int(self.editor.text()))
        self._show()

    def _choose(self, value: Value) -> None:
        preferences.current().choose(self.preference.key, value)

    def _follow(self, key: str) -> None:
        if key == self.preference.key:
            self._show()

    def _show(self) -> None:
        value, editor = preferences.current().value(self.preference.key), self.editor
        if isinstance(editor, ChoiceBox):
            editor.setCurrentIndex(editor.findData(value))
        elif isinstance(editor, TickBox):
            editor.setChecked(bool(value))
        else:
            editor.setText(str(value))


class SettingsDialog(QDialog):
    """Two pages: what Composer looks like and does, and what its keys do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Settings")
        chosen = preferences.current()
        self._before = {p.key: chosen.value(p.key) for p in PREFERENCES}
        self._keys_before = keymap.current().own()
        self._dismissed_before = hints.current().dismissed
        self.editors: dict[str, PreferenceEditor] = {}
        self.shortcuts = ShortcutEditor()
        self.again = push_button("Show all hints again")
        self.tabs = Tabs()
        self.pages = QStackedWidget()
        self.cancel_button = push_button("Cancel")
        self.done_button = push_button("Done", role="primary")
        self._lay_out()
        self._connect()
        self._look()

    def _lay_out(self) -> None:
        self.tabs.setAccessibleName("Pages of the settings")
        keyboard = QWidget()
        inside = QVBoxLayout(keyboard)
        inside.setContentsMargins(24, 14, 24, 14)
        inside.addWidget(self.shortcuts)
        for name, page in (("General", self._general()), ("Keyboard", keyboard)):
            self.tabs.addTab(name)
            self.pages.addWidget(page)
        top = QHBoxLayout()
        top.setContentsMargins(12, 4, 12, 0)
        top.addWidget(self.tabs)
        top.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(Hairline())
        column.addWidget(self.pages, 1)
        column.addWidget(Hairline())
        column.addLayout(button_row(self.cancel_button, self.done_button))
        self.resize(640, 640)

    def _general(self) -> QScrollArea:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(24, 18, 24, 18)
        column.setSpacing(6)
        group = None
        for preference in PREFERENCES:
            if preference.group != group:
                if group is not None:
                    column.addSpacing(10)
                group = preference.group
                column.addWidget(Head(group))
            self.editors[preference.key] = PreferenceEditor(preference)
            column.addWidget(self.editors[preference.key])
            if preference.key == preferences.HINTS:
                row = QHBoxLayout()
                row.setContentsMargins(136, 0, 0, 0)
                row.addWidget(self.again)
                row.addStretch(1)
                column.addLayout(row)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setAccessibleName("General settings")
        scroll.setWidget(inside)
        scroll.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        return scroll

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self.pages.setCurrentIndex)
        self.cancel_button.clicked.connect(self.reject)
        self.done_button.clicked.connect(self.accept)
        self.again.clicked.connect(self._show_hints_again)

    def _look(self) -> None:
        allow(self.again, "" if hints.current().dismissed else _ALL_SHOWN)

    def _show_hints_again(self) -> None:
        hints.current().restore(())
        preferences.current().choose(preferences.HINTS, True)
        self._look()

    def show_keyboard(self, command: str = "") -> None:
        """Show the page of the keys, on a command where one is named."""
        self.tabs.setCurrentIndex(KEYBOARD)
        if command:
            self.shortcuts.choose(command)

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # a field takes its value by it; the dialog stays
            return
        super().keyPressEvent(event)

    def reject(self) -> None:
        """Take back what was chosen here."""
        for key, value in self._before.items():
            preferences.current().choose(key, value)
        if keymap.current().own() != self._keys_before:
            keymap.current().restore(self._keys_before)
        hints.current().restore(self._dismissed_before)
        super().reject()
