"""The bar above the canvas: hidden outside, the way to the level inside, each step a button."""

import pytest
from PySide6.QtCore import Qt

from composer_gui.core import edits
from composer_gui.core.document import Call
from composer_gui.ui import theme
from composer_gui.ui.canvas.level_bar import LevelBar
from composer_gui.ui.words import Line


@pytest.fixture
def bar(session, qtbot):
    bar = LevelBar(session)
    qtbot.addWidget(bar)
    return bar


def nest(design, session, depth):
    """Put a layer into submodels, one in the other, and enter all of them."""
    node = design.layer("Dense", 0, 0, units=2)
    for number in range(depth):
        node = design.add(edits.group, session.catalog, [node], name=f"level & {number}")
    for _ in range(depth):
        session.enter(node)
        calls = [i for i, n in session.document.nodes.items() if isinstance(n, Call)]
        (node,) = calls


def words(bar):
    row = bar.layout().itemAt(0).widget().layout()
    shown = (row.itemAt(number).widget() for number in range(row.count()))
    return [w.text() for w in shown if isinstance(w, Line)]


def test_outside_there_is_no_bar(bar, design):
    design.layer("Dense", 0, 0)
    assert bar.isHidden()


def test_inside_each_level_around_is_a_button(bar, design, session, qtbot):
    nest(design, session, 2)
    assert not bar.isHidden()
    assert [step.text() for step in bar.steps] == ["untitled", "level && 1"]
    assert "level & 0" in words(bar)
    qtbot.mouseClick(bar.steps[0], Qt.MouseButton.LeftButton)
    assert not session.trail
    assert bar.isHidden()


def test_a_step_in_the_middle_leaves_only_what_is_below(bar, design, session, qtbot):
    nest(design, session, 3)
    qtbot.mouseClick(bar.steps[1], Qt.MouseButton.LeftButton)
    assert [name for _, name in session.trail] == ["level & 2"]


def test_of_a_long_way_the_middle_is_left_out(bar, design, session):
    nest(design, session, 8)
    assert bar.steps[0].text() == "untitled"
    assert len(bar.steps) < 8
    assert any("…" in word for word in words(bar))


def test_the_bar_has_the_ground_of_a_panel(bar, design, session):
    nest(design, session, 1)
    bar.resize(600, bar.height())
    picture, now = bar.grab().toImage(), theme.current()
    column = [picture.pixelColor(300, y) for y in range(bar.height())]
    assert column == [now.panel] * (bar.height() - 1) + [now.line]
