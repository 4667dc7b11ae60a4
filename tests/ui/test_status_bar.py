"""The status bar: the engine in words, and sentences that go by themselves."""

import pytest
from PySide6.QtCore import Qt

from composer_gui.core.problems import WARNING, Problem
from composer_gui.ui.status_bar import StatusBar
from composer_gui.ui.totals import Totals


@pytest.fixture
def bar(show):
    return show(StatusBar(), 1200, 29)


@pytest.mark.parametrize(
    ("state", "sentence", "words", "tone"),
    [
        ("starting", "", "Keras is starting: shapes follow", "secondary"),
        ("ready", "", "Keras ready", "right"),
        ("restarting", "", "Keras is starting again", "warning"),
        ("stopped", "Keras ran out of memory.", "Keras ran out of memory.", "wrong"),
    ],
)
def test_the_engine_is_said_in_words(bar, state, sentence, words, tone):
    bar.show_engine(state, sentence)
    assert (bar.engine.text(), bar.engine.tone) == (words, tone)


def test_a_sentence_goes_by_itself(bar, qtbot):
    bar._forget.setInterval(1)
    bar.say("Saved.")
    assert bar.said.text() == "Saved."
    qtbot.waitUntil(lambda: bar.said.text() == "")


def test_what_is_wrong_is_red_and_what_is_to_be_done_is_not(bar):
    wrong = Problem("dtype", "No.", "n1")
    undone = Problem("missing_wire", "Not yet.", "n1")
    warning = Problem("changed", "It changed.", "n1", severity=WARNING)
    bar.show_totals(Totals(nodes=1), [wrong, undone, warning])
    assert bar.problems.text() == "1 problem, 1 to finish, 1 warning"
    assert bar.problems.tone == "wrong"
    bar.show_totals(Totals(nodes=1), [undone])
    assert bar.problems.tone == "warning"
    bar.show_totals(Totals(nodes=1), [])
    assert not bar.problems.isVisible()


def test_the_count_of_problems_is_pressed_by_mouse_and_key(bar, qtbot):
    bar.show_totals(Totals(nodes=1), [Problem("dtype", "No.", "n1")])
    with qtbot.waitSignal(bar.problems_pressed):
        qtbot.mouseClick(bar.problems, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(bar.problems_pressed):
        qtbot.keyClick(bar.problems, Qt.Key.Key_Return)


def test_everything_fits_a_narrow_window(bar):
    bar.show_engine("stopped", "Keras stopped three times while it looked at one file, " * 4)
    bar.say("A long sentence about what has just happened on the canvas. " * 4)
    assert bar.minimumSizeHint().width() < 400
