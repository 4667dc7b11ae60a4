"""All settings in one dialog: they hold at once, and Cancel takes them back."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from composer_gui.ui import hints, keymap, preferences, theme
from composer_gui.ui.controls import ChoiceBox
from composer_gui.ui.preferences import PREFERENCES
from composer_gui.ui.settings_dialog import KEYBOARD, SettingsDialog
from composer_gui.ui.shortcut_sheet import ShortcutSheet

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def dialog(window, qtbot):
    """The dialog of a window, opened by its keys."""
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_Comma, CONTROL)
    (found,) = window.findChildren(SettingsDialog)
    qtbot.waitUntil(found.isVisible)
    yield found
    preferences.current().use(None)
    theme.apply(QApplication.instance(), "dark")


def click(qtbot, widget):
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def tick(qtbot, dialog, key):
    box = dialog.editors[key].editor
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().center())


def pick(dialog, key, value):
    """Pick a line of a choice, as the keys and the mouse do in its list."""
    box = dialog.editors[key].editor
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def test_every_choice_is_there_with_a_name(dialog):
    assert list(dialog.editors) == [preference.key for preference in PREFERENCES]
    for preference in PREFERENCES:
        editor = dialog.editors[preference.key].editor
        assert editor.accessibleName() == preference.text
        assert editor.accessibleDescription() == preference.tip


def test_a_choice_holds_at_once_and_is_kept(dialog, settings, qtbot):
    tick(qtbot, dialog, preferences.SNAP)
    assert preferences.current().value(preferences.SNAP) is False
    pick(dialog, preferences.STYLE, "scratch")
    assert settings.value(preferences.STYLE) == "scratch"
    click(qtbot, dialog.done_button)
    assert settings.value(preferences.SNAP) == "false"


def test_the_theme_is_worn_at_once(dialog, window):
    pick(dialog, preferences.THEME, "light")
    assert theme.current() is theme.named("light")
    assert window.actions_by_id["theme_light"].isChecked()


@pytest.mark.parametrize("way", ["button", "escape", "close"])
def test_cancel_takes_back_what_was_chosen(dialog, window, settings, way, qtbot):
    tick(qtbot, dialog, preferences.MINIMAP)
    pick(dialog, preferences.THEME, "light")
    keymap.current().assign("save", ["Ctrl+9"])
    hints.current().dismiss("wire")
    if way == "button":
        click(qtbot, dialog.cancel_button)
    elif way == "escape":
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    else:
        dialog.close()
    assert preferences.current().value(preferences.MINIMAP) is True
    assert preferences.current().value(preferences.THEME) == "system"
    assert keymap.current().keys("save") == ("Ctrl+S",)
    assert hints.current().dismissed == frozenset()
    assert window.actions_by_id["save"].shortcut().toString() == "Ctrl+S"


def test_a_number_out_of_bounds_is_not_taken(dialog, qtbot):
    line = dialog.editors[preferences.BATCH].editor
    line.clear()
    qtbot.keyClicks(line, "64")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert preferences.current().value(preferences.BATCH) == 64
    line.clear()
    qtbot.keyClicks(line, "0")
    line.clearFocus()
    dialog.editors[preferences.SNAP].editor.setFocus()
    assert preferences.current().value(preferences.BATCH) == 64
    assert dialog.isVisible()


def test_a_choice_made_elsewhere_is_shown(dialog):
    preferences.current().choose(preferences.WIRE_SPECS, preferences.ON_HOVER)
    box = dialog.editors[preferences.WIRE_SPECS].editor
    assert isinstance(box, ChoiceBox) and box.currentData() == preferences.ON_HOVER


def test_dismissed_hints_can_be_had_again(dialog, window, qtbot):
    assert not dialog.again.isEnabled()
    dialog.reject()
    hints.current().dismiss("wire")
    window.actions_by_id["settings"].trigger()
    (again,) = [found for found in window.findChildren(SettingsDialog) if found.isVisible()]
    click(qtbot, again.again)
    assert hints.current().dismissed == frozenset()


def test_the_sheet_of_shortcuts_leads_to_the_keys(window, qtbot):
    window.actions_by_id["shortcuts"].trigger()
    (sheet,) = window.findChildren(ShortcutSheet)
    click(qtbot, sheet.change)
    (dialog,) = window.findChildren(SettingsDialog)
    assert dialog.tabs.currentIndex() == KEYBOARD
