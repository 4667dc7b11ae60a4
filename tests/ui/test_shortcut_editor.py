"""Every shortcut can be changed, and no key gets two meanings without a question."""

import pytest
from PySide6.QtCore import Qt

from composer_gui.ui import keymap
from composer_gui.ui.shortcut_editor import ShortcutEditor

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def editor(dark, settings, show):
    keymap.current().use(settings)
    yield show(ShortcutEditor(), 700, 520)
    keymap.current().use(None)


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def keys(command):
    return keymap.current().keys(command)


def listed(editor):
    return [row.command for row in editor.model.rows if row.command]


def test_every_command_is_listed_under_its_menu(editor):
    assert listed(editor) == list(keymap.commands())
    heads = [row.text for row in editor.model.rows if not row.command]
    assert "File" in heads and "View, Theme" in heads and keymap.CANVAS in heads


@pytest.mark.parametrize(
    ("typed", "first"),
    [("save as", "save_as"), ("ctrl+k", "add_layer"), ("F2", "rename"), ("theme dark", None)],
)
def test_a_command_is_found_by_name_or_keys(editor, qtbot, typed, first):
    qtbot.keyClicks(editor.search, typed)
    assert editor.chosen == (first or "theme_dark")


def test_free_keys_are_given_at_once(editor, qtbot):
    editor.choose("duplicate")
    click(qtbot, editor.change)
    assert editor.field.hasFocus()
    qtbot.keyClick(editor.field, Qt.Key.Key_9, CONTROL)
    assert keys("duplicate") == ("Ctrl+9",)
    assert not editor.is_taking and editor.list.hasFocus()


@pytest.mark.parametrize("answer", ["take", "leave", "escape"])
def test_keys_of_another_command_are_asked_about(editor, qtbot, answer):
    editor.choose("duplicate")
    click(qtbot, editor.change)
    qtbot.keyClick(editor.field, Qt.Key.Key_S, CONTROL)
    assert keys("save") == ("Ctrl+S",) and keys("duplicate") == ("Ctrl+D",)
    assert editor.sentence.text() == "Ctrl+S is for “Save” now. Take it for “Duplicate”?"
    if answer == "escape":
        qtbot.keyClick(editor.take, Qt.Key.Key_Escape)
    else:
        click(qtbot, getattr(editor, answer))
    given = answer == "take"
    assert keys("duplicate") == (("Ctrl+S",) if given else ("Ctrl+D",))
    assert keys("save") == (() if given else ("Ctrl+S",))
    assert not editor.is_taking and editor.change.isVisible()


def test_escape_gives_the_press_up(editor, qtbot):
    editor.choose("duplicate")
    click(qtbot, editor.change)
    qtbot.keyClick(editor.field, Qt.Key.Key_Escape)
    assert not editor.is_taking and keys("duplicate") == ("Ctrl+D",)
    assert editor.list.hasFocus()


def test_a_modifier_alone_is_waited_with_and_tab_is_a_key(editor, qtbot):
    editor.choose("connect")
    click(qtbot, editor.change)
    qtbot.keyClick(editor.field, Qt.Key.Key_Control, CONTROL)
    assert editor.is_taking
    qtbot.keyClick(editor.field, Qt.Key.Key_Tab, SHIFT)
    assert keys("connect") == ("Shift+Tab",)


def test_further_keys_are_added(editor, qtbot):
    editor.choose("duplicate")
    click(qtbot, editor.add)
    qtbot.keyClick(editor.field, Qt.Key.Key_9, CONTROL)
    assert keys("duplicate") == ("Ctrl+D", "Ctrl+9")


def test_keys_are_removed_and_reset(editor, qtbot):
    editor.choose("duplicate")
    assert not editor.reset.isEnabled() and editor.reset.toolTip()
    click(qtbot, editor.remove)
    assert keys("duplicate") == () and not editor.remove.isEnabled()
    click(qtbot, editor.reset)
    assert keys("duplicate") == ("Ctrl+D",)
    click(qtbot, editor.remove)
    editor.choose("save")
    click(qtbot, editor.remove)
    click(qtbot, editor.reset_all)
    assert keys("duplicate") == ("Ctrl+D",) and keys("save") == ("Ctrl+S",)
    assert not editor.reset_all.isEnabled()


def test_keys_alone_change_a_shortcut(editor, qtbot):
    editor.search.setFocus()
    qtbot.keyClicks(editor.search, "group into")
    editor.list.setFocus()
    qtbot.keyClick(editor.list, Qt.Key.Key_Return)
    qtbot.keyClick(editor.field, Qt.Key.Key_9, CONTROL)
    assert keys("group") == ("Ctrl+9",)


def test_changed_keys_are_marked_and_heard(editor, qtbot):
    keymap.current().assign("save", ["Ctrl+9"])
    row = editor.model.row_of("save")
    assert editor.model.rows[row].own
    spoken = editor.model.index(row).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Save, Ctrl+9, changed"


def test_heads_cannot_be_chosen(editor):
    heads = [n for n, row in enumerate(editor.model.rows) if not row.command]
    flags = [editor.model.flags(editor.model.index(n)) for n in heads]
    assert set(flags) == {Qt.ItemFlag.NoItemFlags}
