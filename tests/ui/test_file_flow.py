"""Opening and saving: nothing is lost without a question, and what fails is told with a way on."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton

from composer_gui.core import edits
from composer_gui.ui import file_dialogs
from composer_gui.ui.file_flow import as_file_name
from composer_gui.ui.panels import code_consent


@pytest.fixture
def dirty(working, session):
    session.apply("Add note", edits.add_note, 0, 0)
    return working


def test_a_new_design_takes_a_tab_of_its_own(dirty, session, answers):
    dirty.files.new()
    assert dirty.session is not session
    assert session.document.nodes
    assert answers["asked"] == []


def test_cancelling_the_question_keeps_what_is_open(dirty, session, answers):
    answers["keep"] = file_dialogs.CANCEL
    dirty.actions_by_id["close_design"].trigger()
    assert dirty.session is session


def test_after_a_file_that_cannot_be_opened_the_menus_still_follow_what_is_shown(
    dirty, session, tmp_path
):
    (tmp_path / "broken.composer").write_text("{")
    assert not dirty.open_path(tmp_path / "broken.composer")
    session.undo()
    assert dirty.session is session
    assert not dirty.actions_by_id["undo"].isEnabled()
    assert dirty.actions_by_id["redo"].isEnabled()


def test_saving_before_leaving_writes_the_file(dirty, session, answers, tmp_path):
    answers.update(keep=file_dialogs.SAVE, save=tmp_path / "kept.composer")
    dirty.actions_by_id["close_design"].trigger()
    assert (tmp_path / "kept.composer").exists()
    assert dirty.session is not session


def test_leaving_is_given_up_when_no_file_is_chosen_to_save_to(dirty, session, answers):
    answers.update(keep=file_dialogs.SAVE, save=None)
    dirty.actions_by_id["close_design"].trigger()
    assert dirty.session is session


def test_a_design_is_not_saved_over_another_that_is_open(dirty, answers, examples_folder):
    dirty.files.open_path(examples_folder / "functional-mlp.composer")
    before = (examples_folder / "functional-mlp.composer").read_text()
    dirty.files.new()
    answers["save"] = examples_folder / "functional-mlp.composer"
    assert not dirty.files.save()
    assert "open in another tab" in dirty.notices.notices[0].sentence
    assert (examples_folder / "functional-mlp.composer").read_text() == before


def test_saving_remembers_the_file_and_says_so(dirty, session, settings, answers, tmp_path):
    path = tmp_path / "first.composer"
    answers["save"] = path
    dirty.actions_by_id["save"].trigger()
    assert session.is_clean
    assert settings.recent() == [path]
    assert dirty.status.said.text() == "Saved first.composer."


def test_a_file_that_cannot_be_written_is_told_with_another_way(dirty, session, tmp_path, answers):
    answers["save"] = tmp_path / "no such folder" / "a.composer"
    dirty.actions_by_id["save"].trigger()
    assert not session.is_clean
    notice = dirty.notices.notices[0]
    assert [button.text() for button in notice.findChildren(QPushButton)] == ["Save As…"]


def test_a_file_that_cannot_be_read_leaves_what_is_open(dirty, session, tmp_path, answers):
    path = tmp_path / "bad.composer"
    path.write_text("not a design")
    document = session.document
    assert not dirty.open_path(path)
    assert session.document is document
    assert dirty.notices.notices


def test_opening_asks_for_files_and_opens_the_first_design(window, examples_folder, answers):
    answers["open"] = [examples_folder / "functional-mlp.composer"]
    window.actions_by_id["open"].trigger()
    assert window.is_working
    assert window.files.recent()[0].name == "functional-mlp.composer"


def test_saved_models_among_the_files_are_put_on_the_canvas(window, session, monkeypatch):
    added = []
    monkeypatch.setattr(session, "add_models", lambda paths, x, y: added.append(paths))
    window.files.open_paths(["/a/one.keras", "/a/two.KERAS"])
    assert [path.name for path in added[0]] == ["one.keras", "two.KERAS"]


def test_recent_designs_can_be_opened_and_forgotten(window, settings, examples_folder, tmp_path):
    settings.remember_recent(examples_folder / "functional-mlp.composer")
    settings.remember_recent(tmp_path / "gone.composer")
    menu = window.menus["File/Open Recent"]
    menu.aboutToShow.emit()
    gone, there, *_ = menu.actions()
    assert not gone.isEnabled()
    there.trigger()
    assert window.is_working
    menu.aboutToShow.emit()
    menu.actions()[-1].trigger()
    assert settings.recent() == []


@pytest.mark.parametrize(
    ("name", "file_name"),
    [
        ("twins", "twins"),
        ("a/b: c?", "a-b- c-"),
        ("...", "design"),
        ("image_and_text", "image_and_text"),
    ],
)
def test_a_file_is_named_after_the_design(name, file_name):
    assert as_file_name(name) == file_name


def test_the_suffix_is_added_behind_what_was_typed(tmp_path):
    assert file_dialogs.with_suffix(tmp_path / "v1.2", ".composer").name == "v1.2.composer"
    assert file_dialogs.with_suffix(tmp_path / "a.composer", ".composer").name == "a.composer"


@pytest.mark.parametrize(
    ("button", "answer"),
    [
        (QMessageBox.StandardButton.Save, file_dialogs.SAVE),
        (QMessageBox.StandardButton.Discard, file_dialogs.DISCARD),
        (QMessageBox.StandardButton.Cancel, file_dialogs.CANCEL),
    ],
)
def test_the_question_about_changes_names_the_file(qapp, monkeypatch, button, answer):
    seen = []

    def press(box):
        seen.append(box.text())
        assert box.textFormat() == Qt.TextFormat.PlainText
        return button

    monkeypatch.setattr(QMessageBox, "exec", press)
    assert file_dialogs.keep_changes(None, "<b>twins</b>.composer") == answer
    assert seen == ["Save the changes to <b>twins</b>.composer?"]


def test_a_python_file_is_taken_only_if_the_user_agrees(window, session, monkeypatch):
    asked, allowed, answer = [], [], []
    monkeypatch.setattr(session, "allow_code", allowed.append)

    def may_run(parent, path, classes):
        asked.append((path.name, classes))
        return answer[0]

    monkeypatch.setattr(code_consent, "may_run", may_run)
    for answer[:] in ([False], [True]):
        window.files.open_paths([Path("/m/my_layers.py")])
    assert asked == [("my_layers.py", "its classes")] * 2
    assert allowed == [Path("/m/my_layers.py")]


def test_an_old_h5_goes_where_saved_models_go(window, qtbot):
    wanted = []
    window.files.models_wanted.disconnect()
    window.files.models_wanted.connect(wanted.extend)
    window.files.open_paths([Path("/m/old.h5"), Path("/m/older.HDF5")])
    assert [path.name for path in wanted] == ["old.h5", "older.HDF5"]
