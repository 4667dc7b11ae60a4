"""The dialog of Export Picture: what can be chosen, what is remembered, what it says."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from composer_gui.ui import file_dialogs
from composer_gui.ui.picture_dialog import SELECTION, WHOLE, PictureDialog
from tests.greys import greys_without_reason


@pytest.fixture
def pair(design):
    return design.input(0, 0, label="image"), design.output(400, 0, label="answer")


@pytest.fixture
def new_dialog(session, settings, show, tmp_path):
    return lambda chosen=(): show(PictureDialog(session, chosen, tmp_path, settings), 460, 300)


@pytest.fixture
def chosen_file(monkeypatch, tmp_path):
    """The file that the user names; what was suggested is noted."""
    given = {"path": tmp_path / "a.svg", "suggested": None, "suffix": None}

    def save(parent, suggested, kinds):
        given.update(suggested=suggested, suffix=kinds[0])
        return given["path"]

    monkeypatch.setattr(file_dialogs, "save_picture", save)
    return given


def test_return_draws_the_whole_design_and_closes(pair, new_dialog, chosen_file, qtbot):
    dialog = new_dialog()
    with qtbot.waitSignal(dialog.written) as written:
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert written.args == [chosen_file["path"]]
    assert "answer" in chosen_file["path"].read_text(encoding="utf-8")


def test_several_selected_nodes_are_what_is_drawn_unless_said_otherwise(pair, new_dialog):
    assert new_dialog(pair).part.currentIndex() == SELECTION
    assert new_dialog(pair[:1]).part.currentIndex() == WHOLE


def test_the_selection_alone_is_drawn(pair, new_dialog, chosen_file, qtbot):
    dialog = new_dialog(pair[:1])
    dialog.part.setCurrentIndex(SELECTION)
    with qtbot.waitSignal(dialog.written):
        dialog.save_button.click()
    assert "answer" not in chosen_file["path"].read_text(encoding="utf-8")


def test_without_a_selection_there_is_none_to_choose_and_it_says_why(pair, new_dialog):
    dialog = new_dialog()
    entry = dialog.part.model().item(SELECTION)
    assert not entry.isEnabled()
    assert "nothing is selected" in entry.text()
    assert greys_without_reason(dialog) == []


def test_format_and_colours_are_remembered(pair, new_dialog, chosen_file, tmp_path, qtbot):
    dialog = new_dialog()
    dialog.kind.setCurrentIndex(dialog.kind.findData(".png"))
    dialog.look.setCurrentIndex(dialog.look.findData("light"))
    dialog.ground.setChecked(False)
    chosen_file["path"] = tmp_path / "a.png"
    with qtbot.waitSignal(dialog.written):
        dialog.save_button.click()
    assert QImage(str(tmp_path / "a.png")).pixelColor(2, 2).alpha() == 0
    again = new_dialog()
    assert (again.kind.currentData(), again.look.currentData()) == (".png", "light")
    assert not again.ground.isChecked()


def test_the_name_suggested_is_that_of_the_design(pair, new_dialog, chosen_file, tmp_path, qtbot):
    chosen_file["path"] = None
    new_dialog().save_button.click()
    assert chosen_file["suggested"] == tmp_path / "untitled"
    assert list(tmp_path.glob("*.svg")) == []


def test_what_goes_wrong_is_said_and_can_be_tried_again(
    pair, new_dialog, chosen_file, tmp_path, qtbot
):
    chosen_file["path"] = tmp_path / "gone" / "a.svg"
    dialog = new_dialog()
    dialog.save_button.click()
    qtbot.wait_until(dialog.sentence.isVisible)
    assert "gone" in dialog.sentence.text()
    chosen_file["path"] = tmp_path / "a.svg"
    with qtbot.waitSignal(dialog.written):
        dialog.save_button.click()


def test_escape_while_drawing_writes_nothing(pair, new_dialog, chosen_file, tmp_path, qtbot):
    dialog = new_dialog()
    dialog.start(tmp_path / "a.svg")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert not (tmp_path / "a.svg").exists()


def test_the_menu_draws_what_is_on_the_canvas(working, pair, chosen_file, qtbot):
    working.actions_by_id["export_picture"].trigger()
    dialog = working.findChild(PictureDialog)
    with qtbot.waitSignal(dialog.written):
        dialog.save_button.click()
    assert chosen_file["path"].exists()
    assert "a.svg is written." in working.status.said.text()
