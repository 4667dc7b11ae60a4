"""The message bar: says what happened, what to do next, and goes when it is told to."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from composer_gui.core.errors import FileProblem
from composer_gui.ui.controls import SignButton
from composer_gui.ui.notices import MOST, NoticeBar


@pytest.fixture
def bar(show):
    bar = show(NoticeBar(), 600, 200)
    bar.hide()
    return bar


def test_nothing_is_there_while_there_is_nothing_to_say(bar):
    assert not bar.isVisible()


def test_a_problem_shows_its_sentence_and_the_next_step(bar):
    notice = bar.tell_problem(FileProblem("truncated", "a.keras is cut off.", "Copy it again."))
    assert bar.isVisible()
    assert notice.accessibleName() == "a.keras is cut off. Copy it again."


def test_the_cross_takes_a_message_away(bar, qtbot):
    notice = bar.tell("Something happened.")
    qtbot.mouseClick(notice.findChild(SignButton), Qt.MouseButton.LeftButton)
    assert bar.notices == []
    assert not bar.isVisible()


def test_a_button_does_what_it_says_and_closes_the_message(bar, qtbot):
    done = []
    notice = bar.tell("It cannot be saved.", choices=(("Save As…", lambda: done.append(1)),))
    qtbot.mouseClick(notice.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert done == [1]
    assert bar.notices == []


def test_saying_the_same_twice_shows_it_once(bar):
    bar.tell("The disk is full.")
    bar.tell("The disk is full.")
    assert len(bar.notices) == 1


def test_the_oldest_message_goes_when_there_are_too_many(bar):
    for number in range(MOST + 1):
        bar.tell(f"Message {number}.")
    assert [notice.sentence for notice in bar.notices] == ["Message 3.", "Message 2.", "Message 1."]


def test_no_message_is_called_an_error(bar):
    bar.tell_problem(FileProblem("absent", "x.keras is not there."))
    assert "error" not in bar.notices[0].accessibleName().lower()
