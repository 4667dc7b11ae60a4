"""The command palette: every action by a few letters, with its keys and why it cannot be done."""

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAccessible

from composer_gui.core import edits
from composer_gui.ui.actions import ACTIONS
from composer_gui.ui.command_palette import RECENT_KEY

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def open_palette(qtbot):
    """Press Ctrl+Shift+P in a window and return its palette."""

    def open_it(window):
        window.activateWindow()
        qtbot.keyClick(window, Qt.Key.Key_P, CONTROL | SHIFT)
        palette = window.commands.of_program.palette
        assert palette.isVisible()
        return palette

    return open_it


def type_in(qtbot, palette, text):
    qtbot.keyClicks(palette.field, text)


def press(qtbot, palette, key):
    qtbot.keyClick(palette.field, key)


def row(palette, title):
    return next(found.row for found in palette.model.found if found.row.title == title)


def test_it_lists_every_entry_of_the_menus(working, open_palette):
    palette = open_palette(working)
    listed = {found.row.id for found in palette.model.found}
    wanted = {a.id for a in ACTIONS if not a.submenu} - {"command_palette"}
    assert wanted <= listed


def test_a_few_letters_and_enter_do_it(working, design, open_palette, qtbot):
    palette = open_palette(working)
    type_in(qtbot, palette, "addin")
    assert palette.titles()[0] == "Add Input"
    press(qtbot, palette, Qt.Key.Key_Return)
    assert palette.isHidden()
    assert len(design.document.inputs) == 1


def test_the_keys_go_back_to_who_had_them(working, open_palette, qtbot):
    working.canvas.setFocus()
    palette = open_palette(working)
    assert palette.field.hasFocus()
    press(qtbot, palette, Qt.Key.Key_Escape)
    assert palette.isHidden() and working.canvas.hasFocus()


def test_up_and_down_choose_and_go_round(working, design, open_palette, qtbot):
    palette = open_palette(working)
    type_in(qtbot, palette, "add")
    press(qtbot, palette, Qt.Key.Key_Up)
    assert palette.list.currentIndex().row() == palette.model.rowCount() - 1
    press(qtbot, palette, Qt.Key.Key_Down)
    press(qtbot, palette, Qt.Key.Key_Tab)
    assert palette.list.currentIndex().row() == 1


def test_what_cannot_be_done_says_why_and_is_not_done(working, open_palette, qtbot):
    palette = open_palette(working)
    type_in(qtbot, palette, "ungroup")
    assert palette.titles()[0] == "Ungroup"
    assert palette.hint.text().startswith("Select one submodel.")
    press(qtbot, palette, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_without_a_design_the_entries_that_need_one_say_so(window, open_palette, qtbot):
    palette = open_palette(window)
    assert row(palette, "Save").why_not.startswith("No design is on the screen.")
    assert row(palette, "New Design").why_not == ""
    type_in(qtbot, palette, "@")
    assert palette.titles() == [] and "No design" in palette.hint.text()


def test_what_can_be_done_comes_before_what_cannot(working, open_palette, qtbot):
    palette = open_palette(working)
    type_in(qtbot, palette, "fit")
    assert palette.titles()[:2] == ["Fit Design", "Fit Selection"]
    assert row(palette, "Fit Selection").why_not


def test_entries_of_submenus_are_named_with_them(working, open_palette, qtbot):
    palette = open_palette(working)
    type_in(qtbot, palette, "theme dark")
    assert palette.titles()[0] == "Theme: Dark"
    assert row(palette, "Theme: Dark").ticked is not None


def test_the_words_of_the_menu_find_its_entries(working, open_palette, qtbot):
    palette = open_palette(working)
    type_in(qtbot, palette, "layer freeze")
    assert palette.titles()[0] == "Freeze"


def test_what_was_used_lately_is_first_next_time(working, open_palette, settings, qtbot):
    palette = open_palette(working)
    for wanted in ("select all", "add output"):
        type_in(qtbot, palette, wanted)
        press(qtbot, palette, Qt.Key.Key_Return)
        palette = open_palette(working)
    assert palette.titles()[:2] == ["Add Output", "Select All"]
    assert settings.names(RECENT_KEY) == ["add_output", "select_all"]


def test_an_entry_says_what_undo_would_take_back(working, design, open_palette):
    design.session.apply("Fish & chips", edits.add_note, 0, 0)
    assert "Undo “Fish & chips”" in open_palette(working).titles()


def test_at_goes_to_a_node(working, design, open_palette, qtbot):
    design.layer("Dense", name="head")
    far = design.layer("Conv2D", 4000, 3000, name="stem")
    palette = open_palette(working)
    type_in(qtbot, palette, "@ste")
    assert palette.titles() == ["stem"]
    press(qtbot, palette, Qt.Key.Key_Return)
    assert working.canvas.selected() == (far,)
    assert working.canvas.camera.seen().contains(4000, 3000)


def test_plus_adds_a_layer(working, design, open_palette, qtbot):
    palette = open_palette(working)
    type_in(qtbot, palette, "+gap2")
    assert palette.titles()[0] == "GlobalAveragePooling2D"
    press(qtbot, palette, Qt.Key.Key_Return)
    (layer,) = design.document.layers.values()
    assert layer.class_name == "GlobalAveragePooling2D"


def test_a_recent_design_is_opened(working, design, open_palette, settings, tmp_path, qtbot):
    design.input(label="image")
    working.session.save(tmp_path / "caption.composer")
    settings.remember_recent(tmp_path / "caption.composer")
    settings.remember_recent(tmp_path / "gone.composer")
    working.session.new()
    palette = open_palette(working)
    assert not [title for title in palette.titles() if "gone" in title]
    type_in(qtbot, palette, "caption")
    press(qtbot, palette, Qt.Key.Key_Return)
    assert working.session.path == tmp_path / "caption.composer"


def test_a_click_does_what_is_clicked(working, design, open_palette, qtbot):
    palette = open_palette(working)
    type_in(qtbot, palette, "add output")
    place = palette.list.visualRect(palette.model.index(0)).center()
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert len(design.document.outputs) == 1 and palette.isHidden()


def test_it_closes_when_another_widget_takes_the_keys(working, open_palette):
    palette = open_palette(working)
    working.canvas.setFocus()
    assert palette.isHidden() and working.canvas.hasFocus()


def test_it_stays_within_its_window(working, open_palette, qtbot):
    palette = open_palette(working)
    working.resize(700, 500)
    qtbot.waitUntil(lambda: palette.geometry().right() < working.width())
    assert working.rect().contains(palette.geometry())


def test_a_reader_hears_name_menu_keys_and_reason(window, open_palette):
    palette = open_palette(window)
    at = palette.titles().index("Save")
    spoken = palette.model.index(at).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("Save, File, Ctrl+S, No design is on the screen.")
    named = QAccessible.queryAccessibleInterface(palette.field)
    assert named.text(QAccessible.Text.Name) == "Command"


def test_nothing_that_fits_is_said(working, open_palette, qtbot):
    palette = open_palette(working)
    type_in(qtbot, palette, "qqqq")
    assert palette.titles() == [] and palette.hint.text() == "Nothing is called so."
    press(qtbot, palette, Qt.Key.Key_Return)
    assert palette.isVisible() and palette.list.currentIndex() == QModelIndex()
