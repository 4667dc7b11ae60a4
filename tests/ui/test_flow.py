"""Widgets side by side: what has no more room begins another line, what is too wide wraps."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel, QWidget

from composer_gui.ui.flow import Flow


class Block(QWidget):
    """Asks for a size and takes less."""

    def __init__(self, width, height):
        super().__init__()
        self._size = QSize(width, height)
        self.setMinimumSize(10, 10)

    def sizeHint(self):
        return self._size


@pytest.fixture
def flow(qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    yield Flow(holder, across=10, down=4)
    holder.hide()


def put(flow, *sizes):
    blocks = [Block(*size) for size in sizes]
    for block in blocks:
        flow.addWidget(block)
    return blocks


def arranged(flow, width):
    flow.parentWidget().resize(width, flow.heightForWidth(width))
    flow.activate()
    flow.setGeometry(flow.parentWidget().rect())


def test_what_has_room_stands_on_one_line(flow):
    one, two = put(flow, (100, 20), (50, 20))
    arranged(flow, 160)
    assert (one.x(), two.x()) == (0, 110)
    assert flow.heightForWidth(160) == 20


def test_what_has_no_room_begins_another_line_at_the_left(flow):
    one, two = put(flow, (100, 20), (50, 30))
    arranged(flow, 159)
    assert (two.x(), two.y()) == (0, 24)
    assert flow.heightForWidth(159) == 54
    assert one.y() == 0


def test_words_that_are_wider_than_the_line_wrap_in_it(flow):
    words = QLabel("a repair with a name that is very long " * 4)
    words.setWordWrap(True)
    words.setMinimumWidth(20)
    flow.addWidget(words)
    arranged(flow, 80)
    assert words.width() <= 80
    assert words.height() >= words.heightForWidth(words.width())


def test_what_is_hidden_takes_no_room(flow):
    one, two, three = put(flow, (40, 20), (40, 20), (40, 20))
    two.hide()
    arranged(flow, 100)
    assert (one.x(), three.x()) == (0, 50)


def test_a_widget_can_be_put_before_another(flow):
    (last,) = put(flow, (40, 20))
    first = Block(30, 20)
    flow.insertWidget(0, first)
    arranged(flow, 200)
    assert (first.x(), last.x()) == (0, 40)


def test_without_widgets_it_is_nothing_high(flow):
    assert flow.heightForWidth(100) == 0
