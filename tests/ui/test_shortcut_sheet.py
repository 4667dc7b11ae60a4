"""The sheet of shortcuts shows the keys that hold, and can be copied as text."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from composer_gui.ui import keymap
from composer_gui.ui.canvas_keys import MOUSE
from composer_gui.ui.shortcut_sheet import INSIDE_KEYS, ShortcutSheet, as_text, groups


@pytest.fixture
def keys(qapp, settings):
    keymap.current().use(settings)
    yield keymap.current()
    keymap.current().use(None)


def shown(sheet):
    return {label.text() for label in sheet.findChildren(QLabel)}


def test_every_command_that_has_keys_is_listed_with_them(keys, show, dark):
    texts = shown(show(ShortcutSheet(), 1040, 680))
    for command in keymap.commands().values():
        if keys.keys(command.id):
            assert {command.text.rstrip("…"), keys.shown(command.id)} <= texts
    assert {words for words, _ in (*MOUSE, *INSIDE_KEYS)} <= texts


def test_changed_keys_are_shown_at_once(keys, show, dark):
    sheet = show(ShortcutSheet(), 1040, 680)
    keys.assign("save", ["Ctrl+9"])
    keys.assign("bypass", [])
    assert "Ctrl+9" in shown(sheet) and "Ctrl+S" not in shown(sheet)
    assert "Bypass" not in shown(sheet)


def test_the_sheet_is_copied_as_text(keys, show, dark, qtbot):
    sheet = show(ShortcutSheet(), 1040, 680)
    qtbot.mouseClick(sheet.copy, Qt.MouseButton.LeftButton)
    text = QGuiApplication.clipboard().text()
    assert text == as_text()
    lines = text.splitlines()
    assert lines[0] == "Composer: keyboard shortcuts"
    assert any(line.split() == ["Save", "Ctrl+S"] for line in lines)
    assert all(head in lines for head, _ in groups())


def test_nothing_is_clipped(keys, show, dark):
    sheet = show(ShortcutSheet(), 1040, 680)
    clipped = [label.text() for label in sheet.findChildren(QLabel) if label.toolTip()]
    assert clipped == []
