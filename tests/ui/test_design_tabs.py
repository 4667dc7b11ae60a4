"""Several designs in one window: a tab and a session each, opened, turned to, moved and closed."""

import weakref

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabBar

from composer_gui.core import edits
from composer_gui.core.errors import FileProblem
from composer_gui.ui import file_dialogs

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def titles(window):
    tabs = window.top.tabs
    return [tabs.tabText(place) for place in range(tabs.count())]


def add_note(session):
    session.apply("Add note", edits.add_note, 0, 0)


@pytest.fixture
def file(working, tmp_path):
    """Write a design with one note to a file and return its path."""

    def write(name):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        session = working.designs.blank()
        session.new()
        add_note(session)
        session.save(path)
        session.new()
        return path

    return write


@pytest.fixture
def two(working, file):
    """A window on two designs from files, the second in front."""
    working.open_path(file("one.composer"))
    working.open_path(file("two.composer"))
    return working


def click(window, place, button=LEFT):
    tabs = window.top.tabs
    QTest.mouseClick(tabs, button, pos=tabs.tabRect(place).center())


def test_a_design_from_a_file_takes_the_tab_of_an_empty_one(working, session, file):
    path = file("one.composer")
    assert working.open_path(path)
    assert titles(working) == ["one.composer"]
    assert working.session is session
    assert session.path == path


def test_a_second_design_gets_a_tab_and_a_session_of_its_own(two, session):
    assert titles(two) == ["one.composer", "two.composer"]
    assert two.session is not session
    assert two.session.engine is session.engine
    assert two.windowTitle() == "two.composer[*] - Composer"


def test_a_press_on_a_tab_shows_its_canvas_and_its_panels(two, session):
    late = two.workspace
    click(two, 0)
    assert two.session is session
    assert two.canvas.session is session
    assert two.canvas.isVisible() and not late.canvas.isVisible()
    for name in ("palette", "inspector", "python"):
        assert two.workspace.panels[name].isVisible(), name
        assert not late.panels[name].isVisible(), name
    assert two.windowTitle() == "one.composer[*] - Composer"


def test_menus_act_on_the_design_in_front(two, session):
    add_note(two.session)
    click(two, 0)
    assert not two.actions_by_id["undo"].isEnabled()
    click(two, 1)
    two.actions_by_id["undo"].trigger()
    assert len(two.session.document.nodes) == 1
    assert len(session.document.nodes) == 1


def test_what_the_status_bar_says_is_of_the_design_in_front(two, session):
    session.noticed.emit("of the other")
    two.session.noticed.emit("of this one")
    assert two.status.said.text() == "of this one"
    click(two, 0)
    session.noticed.emit("now of the first")
    assert two.status.said.text() == "now of the first"


def test_keys_go_from_tab_to_tab_and_round(two, session):
    two.canvas.setFocus()
    QTest.keyClick(two.canvas, Qt.Key.Key_Tab, CONTROL)
    assert two.session is session
    QTest.keyClick(two.canvas, Qt.Key.Key_PageDown, CONTROL)
    assert two.session is not session
    QTest.keyClick(two.canvas, Qt.Key.Key_PageUp, CONTROL)
    assert two.session is session


def test_the_focus_stays_on_the_tabs_while_one_goes_along_them(two, session):
    tabs = two.top.tabs
    tabs.setFocus()
    QTest.keyClick(tabs, Qt.Key.Key_Left)
    assert two.session is session
    assert tabs.hasFocus()
    click(two, 1)
    two.canvas.setFocus()
    click(two, 0)
    assert two.canvas.hasFocus()


def test_a_file_that_is_open_is_gone_to_and_not_opened_again(two, session):
    two.open_path(session.path)
    assert two.session is session
    assert titles(two) == ["one.composer", "two.composer"]


def test_a_file_that_cannot_be_read_makes_no_tab(two, tmp_path):
    path = tmp_path / "bad.composer"
    path.write_text("not a design")
    assert not two.open_path(path)
    assert titles(two) == ["one.composer", "two.composer"]
    assert two.notices.notices


def test_two_files_of_one_name_say_their_folders(working, file, tmp_path):
    working.open_path(file("a/one.composer"))
    working.open_path(file("b/one.composer"))
    assert titles(working) == ["one.composer · a", "one.composer · b"]


def test_designs_without_a_name_are_numbered_and_keep_their_numbers(working):
    working.files.new()
    working.files.new()
    assert titles(working) == ["untitled", "untitled 2", "untitled 3"]
    working.top.tabs.moveTab(0, 2)
    assert titles(working) == ["untitled 2", "untitled 3", "untitled"]


def test_a_dot_says_that_a_design_is_not_saved(two):
    button = two.top.tabs.tabButton(1, QTabBar.ButtonPosition.RightSide)
    assert not button.has_dot
    add_note(two.session)
    assert button.has_dot
    assert two.top.tabs.accessibleTabName(1) == "two.composer, not saved"
    two.files.save()
    assert not button.has_dot


def test_a_press_on_the_cross_closes_the_tab(two):
    button = two.top.tabs.tabButton(0, QTabBar.ButtonPosition.RightSide)
    QTest.mouseClick(button, LEFT)
    assert titles(two) == ["two.composer"]


def test_the_middle_button_closes_a_tab(two):
    click(two, 0, MIDDLE)
    assert titles(two) == ["two.composer"]


def test_a_key_closes_the_tab_in_front_and_the_gallery_is_left(two):
    for _ in range(2):
        QTest.keyClick(two, Qt.Key.Key_W, CONTROL)
    assert titles(two) == []
    assert not two.is_working
    assert two.gallery_page.isVisible()
    assert two.isVisible()


def test_closing_a_tab_asks_about_what_is_not_saved(two, answers):
    add_note(two.session)
    answers["keep"] = file_dialogs.CANCEL
    click(two, 1, MIDDLE)
    assert answers["asked"] == ["two.composer"]
    assert titles(two) == ["one.composer", "two.composer"]


def test_closing_the_window_asks_once_for_all_that_is_not_saved(two, session, answers):
    add_note(two.session)
    add_note(session)
    answers["keep"] = file_dialogs.CANCEL
    assert not two.close()
    assert answers["asked"] == [("one.composer", "two.composer")]
    answers["keep"] = file_dialogs.SAVE
    second = two.session
    assert two.close()
    assert session.is_clean
    assert second.is_clean


def test_tabs_are_dragged_to_another_place(two, session):
    tabs = two.top.tabs
    start, end = tabs.tabRect(0).center(), tabs.tabRect(1).center() + QPoint(30, 0)
    QTest.mousePress(tabs, LEFT, pos=start)
    for part in (0.2, 0.6, 1.0):
        QTest.mouseMove(tabs, start + (end - start) * part)
        QApplication.processEvents()
    QTest.mouseRelease(tabs, LEFT, pos=end)
    assert titles(two) == ["two.composer", "one.composer"]
    assert two.session is session
    click(two, 0)
    assert two.session is not session


def test_the_menu_of_a_tab_closes_the_others_and_copies_the_path(two, session):
    entries = {entry.text(): entry for entry in two.top.tabs.menu(0).actions()}
    entries["Copy Path"].trigger()
    assert QGuiApplication.clipboard().text() == str(session.path)
    entries["Close Others"].trigger()
    assert titles(two) == ["one.composer"]
    assert two.session is session


def test_the_menu_says_why_a_path_cannot_be_copied(working):
    entries = {entry.text(): entry for entry in working.top.tabs.menu(0).actions()}
    assert not entries["Copy Path"].isEnabled()
    assert "not saved yet" in entries["Copy Path"].toolTip()


def test_the_gallery_is_a_tab_beside_designs_and_goes_when_one_is_opened_there(two, file):
    two.actions_by_id["gallery"].trigger()
    assert titles(two) == ["one.composer", "two.composer", "Gallery"]
    assert not two.is_working
    assert not two.actions_by_id["save"].isEnabled()
    two.gallery_page.recent_chosen.emit(file("three.composer"))
    assert titles(two) == ["one.composer", "two.composer", "three.composer"]
    assert two.is_working


def test_the_gallerys_tab_can_be_closed(two):
    two.actions_by_id["gallery"].trigger()
    QTest.keyClick(two, Qt.Key.Key_W, CONTROL)
    assert titles(two) == ["one.composer", "two.composer"]
    assert two.is_working


def test_what_is_copied_in_one_tab_is_pasted_in_another(two, session):
    two.canvas.select_all()
    two.actions_by_id["copy"].trigger()
    click(two, 0)
    two.actions_by_id["paste"].trigger()
    assert len(session.document.nodes) == 2


def test_the_engine_forgets_a_design_that_is_closed(two, monkeypatch):
    forgotten = []
    monkeypatch.setattr(two.session.engine, "forget", forgotten.append)
    number = two.session.design
    click(two, 1, MIDDLE)
    assert forgotten == [number]


def test_nothing_of_a_closed_design_is_left(two):
    kept = [
        weakref.ref(part) for part in (two.session, two.workspace, two.canvas, two.canvas.scene())
    ]
    click(two, 1, MIDDLE)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert [ref() for ref in kept if ref() is not None and shiboken6.isValid(ref())] == []


def test_work_that_fails_behind_is_told_too(two, session):
    session.failed.emit(FileProblem("truncated", "a.keras is cut off.", "Copy it again."))
    assert two.notices.notices[0].sentence == "a.keras is cut off."
