"""What goes on beside the window is said in the status bar, and can be cancelled."""

import threading

import pytest
from PySide6.QtCore import Qt, QThreadPool
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from composer_gui.core import edits
from composer_gui.session import model_files
from composer_gui.ui import file_flow, work_line
from composer_gui.ui.work_line import WorkLine


@pytest.fixture
def line(show, monkeypatch):
    monkeypatch.setattr(work_line, "PATIENCE", 0)
    return show(WorkLine(), 400, 29)


@pytest.fixture
def gate(monkeypatch):
    """Files are read once the test opens this."""
    gate = threading.Event()
    read_models = model_files.read_models

    def wait(paths):
        gate.wait(20)
        return read_models(paths)

    monkeypatch.setattr(model_files, "read_models", wait)
    yield gate
    gate.set()


def test_work_is_shown_while_it_goes_on(line, qtbot):
    line.hide()
    line.begin("a", "Reading encoder.keras", list)
    qtbot.waitUntil(line.isVisible)
    assert line.words.text() == "Reading encoder.keras"
    line.end("a")
    assert not line.isVisible()


def test_the_work_that_began_last_is_shown_and_then_the_one_before(line):
    line.begin("a", "first", list)
    line.begin("b", "second", list)
    assert line.words.text() == "second"
    line.end("b")
    assert line.words.text() == "first"


def test_a_press_on_the_cross_cancels_what_is_shown(line):
    cancelled = []
    line.begin("a", "first", list)
    line.begin("b", "second", lambda: cancelled.append("b"))
    QTest.mouseClick(line.stop, Qt.MouseButton.LeftButton)
    assert cancelled == ["b"]
    assert line.words.text() == "first"


def test_a_model_that_is_read_can_be_given_up(working, session, gate, write_model, tmp_path, qtbot):
    path = write_model(tmp_path / "encoder.keras")
    working.add_models([path])
    assert session.task == "Reading encoder.keras"
    assert not session.is_settled
    qtbot.waitUntil(working.status.work.isVisible)
    QTest.mouseClick(working.status.work.stop, Qt.MouseButton.LeftButton)
    assert session.task == ""
    assert "given up" in working.status.said.text()
    gate.set()
    QThreadPool.globalInstance().waitForDone()
    QApplication.processEvents()
    assert not working.status.work.isVisible()
    assert not session.document.nodes


def test_a_large_design_is_read_in_a_thread(working, session, tmp_path, monkeypatch, qtbot):
    path = large(working, tmp_path)
    monkeypatch.setattr(file_flow, "LARGE", 10)
    assert working.open_path(path)
    assert not session.document.nodes
    qtbot.waitUntil(lambda: bool(session.document.nodes))
    assert session.path == path
    assert working.files.recent()[0] == path


def test_opening_a_large_design_can_be_cancelled(working, session, tmp_path, monkeypatch, qtbot):
    path, other = large(working, tmp_path), large(working, tmp_path, "other.composer")
    monkeypatch.setattr(file_flow, "LARGE", 10)
    working.open_path(path)
    working.status.work.cancel()
    working.open_path(other)
    qtbot.waitUntil(lambda: working.session.path == other)
    assert [design.path for design in working.designs] == [other]


def test_a_large_file_that_is_no_design_is_told(working, tmp_path, monkeypatch, qtbot):
    monkeypatch.setattr(file_flow, "LARGE", 10)
    path = tmp_path / "bad.composer"
    path.write_text("this is not a design at all")
    working.open_path(path)
    qtbot.waitUntil(lambda: bool(working.notices.notices))
    assert not working.status.work.isVisible()


def large(window, folder, name="large.composer"):
    """Write a design to a file and return its path; it is large where the test says so."""
    session = window.designs.blank()
    session.new()
    session.apply("Add note", edits.add_note, 0, 0)
    session.save(folder / name)
    session.new()
    return folder / name
