"""From a problem to what is said of it on the page: from the card, the list and by key."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from composer_gui.core.problems import Problem
from composer_gui.core.verdicts import WRONG, Verdict
from composer_gui.ui.canvas.problem_words import EXPLAIN
from composer_gui.ui.problem_page import ProblemPage

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def wrong(working, design):
    """A node in the window of which the engine says that its shapes do not fit."""
    node = design.layer("Dense", 0, 0, name="head", units=4)
    design.wire(design.input(-300, 0, label="photo", shape=(4,)), node)
    problem = Problem("rank", "head wants two axes.", node, "inputs", detail="Keras says more.")
    design.judge(**{node: Verdict(WRONG, problems=(problem,))})
    working.activateWindow()
    return node


@pytest.fixture
def pages(working):
    """The pages that are open; closed for good in the end."""

    def pages():
        return working.findChildren(ProblemPage)

    yield pages
    for page in pages():
        page.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def place(page):
    return page.text.textCursor().block().text()


def test_the_card_leads_to_the_page(working, wrong, pages):
    working.canvas.select([wrong])
    (link,) = (b for b in working.canvas.card.findChildren(QPushButton) if b.text() == EXPLAIN)
    link.click()
    (page,) = pages()
    assert page.isVisible() and place(page) == "Too few axes (rank)"


def test_an_open_page_goes_there_and_no_second_is_opened(working, wrong, pages):
    working.actions_by_id["problem_help"].trigger()
    working.canvas.select([wrong])
    working.actions_by_id["explain_problem"].trigger()
    (page,) = pages()
    assert place(page) == "Too few axes (rank)"


def test_a_key_explains_the_selected_problem_and_else_the_first(working, wrong, pages, qtbot):
    qtbot.waitUntil(working.isActiveWindow)
    working.canvas.setFocus()
    working.canvas.select([])
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F1, SHIFT)
    (page,) = pages()
    assert place(page) == "Too few axes (rank)"


def test_where_nothing_is_wrong_that_is_said(working, design, pages, qtbot):
    session = working.session
    chain = [
        design.input(0, 0, label="photo", shape=(4,)),
        design.layer("Dense", 300, 0, name="head", units=4),
        design.output(600, 0, label="digit"),
    ]
    for source, node in pairwise(chain):
        design.wire(source, node)
    design.judge(**{node: design.fine(4) for node in chain})
    with qtbot.waitSignal(session.noticed) as said:
        working.actions_by_id["explain_problem"].trigger()
    assert said.args == ["Nothing is wrong with any node."]
    assert pages() == []


def test_a_row_of_the_list_leads_to_the_page_once_it_is_unfolded(working, wrong, pages):
    working.desk.open_dock("problems")
    panel = working.workspace.panels["problems"]
    row = next(row for row in panel.rows if row.problem.node == wrong)
    row.look_for_fixes()
    assert EXPLAIN not in [b.text() for b in row.findChildren(QPushButton)]
    (more,) = (b for b in row.findChildren(QPushButton) if b.text() == "More")
    more.click()
    (link,) = (b for b in row.findChildren(QPushButton) if b.text() == EXPLAIN)
    assert link.isVisibleTo(row)
    link.click()
    (page,) = pages()
    assert place(page) == "Too few axes (rank)"
