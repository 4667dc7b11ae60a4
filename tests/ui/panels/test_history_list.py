"""The history as a list: it follows the session, and a press or a key goes to a step."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible

from composer_gui.core import edits
from composer_gui.core.document import Document
from composer_gui.ui.panels.history_list import AHEAD, BEFORE, NOW, PLACE, STATE, HistoryList


@pytest.fixture
def steps(design, show):
    """A list of a design's history with three steps behind the beginning."""
    found = show(HistoryList(design.session), 260, 300)
    for label in ("Add one", "Add two", "Add three"):
        design.session.apply(label, edits.add_note, 0, 0)
    return found


def rows(steps, role=Qt.ItemDataRole.DisplayRole):
    model = steps.model()
    return [model.index(row).data(role) for row in range(model.rowCount())]


def click(qtbot, steps, row):
    place = steps.visualRect(steps.model().index(row)).center()
    qtbot.mouseClick(steps.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_every_step_is_listed_by_its_name(steps):
    assert rows(steps) == ["Beginning", "Add one", "Add two", "Add three"]
    assert rows(steps, STATE) == [BEFORE, BEFORE, BEFORE, NOW]


def test_a_press_goes_to_the_step_and_what_is_undone_stays_in_the_list(steps, session, qtbot):
    click(qtbot, steps, 1)
    assert len(session.document.nodes) == 1
    assert rows(steps, STATE) == [BEFORE, NOW, AHEAD, AHEAD]
    click(qtbot, steps, 3)
    assert len(session.document.nodes) == 3
    assert steps.currentIndex().row() == 3


def test_keys_choose_and_enter_goes(steps, session, qtbot):
    steps.setFocus()
    qtbot.keyClick(steps, Qt.Key.Key_Up)
    qtbot.keyClick(steps, Qt.Key.Key_Up)
    assert len(session.document.nodes) == 3
    qtbot.keyClick(steps, Qt.Key.Key_Return)
    assert len(session.document.nodes) == 1
    qtbot.keyClick(steps, Qt.Key.Key_Down)
    qtbot.keyClick(steps, Qt.Key.Key_Space)
    assert len(session.document.nodes) == 2


def test_undo_and_redo_move_the_mark(steps, session):
    session.undo()
    assert rows(steps, STATE) == [BEFORE, BEFORE, NOW, AHEAD]
    assert steps.currentIndex().row() == 2
    session.redo()
    assert steps.currentIndex().row() == 3


def test_a_new_edit_takes_the_undone_steps_from_the_list(steps, session):
    session.go_to_step(1)
    session.apply("Add four", edits.add_note, 0, 0)
    assert rows(steps) == ["Beginning", "Add one", "Add four"]


def test_another_design_has_a_list_of_its_own(steps, session):
    session.replace(Document(), None)
    assert rows(steps) == ["Beginning"]
    assert steps.currentIndex().row() == 0


def test_the_saved_step_is_marked(steps, session, tmp_path):
    session.undo()
    session.save(tmp_path / "a.composer")
    assert rows(steps, PLACE) == ["", "", "saved", ""]


def test_a_step_tells_in_which_submodel_it_was_done(design, show):
    dense = design.layer("Dense")
    design.session.apply("Group", edits.group, design.session.catalog, {dense})
    (node,) = design.session.document.nodes
    name = design.session.document.label(node)
    design.session.enter(node)
    design.session.apply("Write", edits.add_note, 0, 0)
    assert rows(HistoryList(design.session), PLACE)[-1] == f"in {name}"


def test_a_reader_hears_which_step_is_the_present_one(steps, session):
    session.undo()
    spoken = rows(steps, Qt.ItemDataRole.AccessibleTextRole)
    assert spoken[2] == "Add two, this is how the design is now"
    assert spoken[3] == "Add three, undone"
    assert QAccessible.queryAccessibleInterface(steps).text(QAccessible.Text.Name) == "History"


def test_a_long_history_scrolls_to_the_present_step(steps, session):
    for number in range(60):
        session.apply(f"Step {number}", edits.add_note, 0, 0)
    rect = steps.visualRect(steps.currentIndex())
    assert steps.viewport().rect().contains(rect)
