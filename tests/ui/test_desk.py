"""Panels are docks of the window: closed, floated, brought to the front, kept, and put back."""

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabBar

from composer_gui.ui.desk import DOCKS, HISTORY_HEIGHT, WIDTHS, Desk
from composer_gui.ui.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def make(session, settings, show):
    """Make a desk with a workspace on it."""

    def make():
        desk = Desk(settings)
        desk.lay_out(QSize(1280, 800))
        workspace = Workspace(session, settings, desk)
        desk.take_in(workspace)
        desk.show_workspace(workspace)
        show(desk, 1280, 800)
        QApplication.processEvents()
        return desk

    return make


@pytest.fixture
def desk(make):
    return make()


def bar_of(desk):
    """Return the tab bar of the docks below the canvas."""
    bars = desk.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return next(bar for bar in bars if bar.isVisible())


def test_at_first_the_palette_is_left_the_inspector_right_and_the_rest_below(desk):
    left, right, below = (
        desk.docks[name].geometry() for name in ("palette", "inspector", "python")
    )
    stage = desk.stages.geometry()
    assert left.right() < stage.left() and stage.right() < right.left()
    assert below.top() > stage.bottom()
    assert left.bottom() == right.bottom() == below.bottom()
    assert {name: desk.docks[name].width() for name in WIDTHS} == WIDTHS
    assert not desk.docks["history"].is_open


def test_a_dock_is_closed_by_its_cross_and_comes_back_where_it_was(desk):
    dock = desk.docks["inspector"]
    place = dock.geometry()
    QTest.mouseClick(dock.head.close_button, LEFT)
    assert not dock.is_open
    desk.toggle_dock("inspector")
    QApplication.processEvents()
    assert dock.geometry() == place


def test_a_dock_floats_and_is_put_back_by_its_button(desk):
    dock = desk.docks["palette"]
    QTest.mouseClick(dock.head.detach, LEFT)
    assert dock.isFloating()
    assert dock.isWindow()
    QTest.mouseClick(dock.head.detach, LEFT)
    assert not dock.isFloating()


def test_a_dock_is_dragged_out_by_its_head(desk):
    dock = desk.docks["palette"]
    start = dock.head.name.rect().center()
    QTest.mousePress(dock.head.name, LEFT, pos=start)
    for step in (20, 120, 300):
        QTest.mouseMove(dock.head.name, start + QPoint(step, step))
        QApplication.processEvents()
    QTest.mouseRelease(dock.head.name, LEFT)
    QApplication.processEvents()
    assert dock.isFloating()


def test_docks_that_share_a_place_have_tabs_and_no_heads(desk):
    bar = bar_of(desk)
    names = [bar.tabText(place).split()[0] for place in range(bar.count())]
    assert names == ["Python", "Problems", "Cost"]
    assert not desk.docks["python"].head.isVisible()
    assert desk.docks["palette"].head.isVisible()


def test_a_press_on_a_tab_brings_its_dock_to_the_front(desk):
    bar = bar_of(desk)
    QTest.mouseClick(bar, LEFT, pos=bar.tabRect(1).center())
    QApplication.processEvents()
    assert desk.docks["problems"].is_seen
    assert not desk.docks["python"].is_seen


def test_a_dock_that_is_left_alone_gets_its_head_back(desk):
    for name in ("problems", "cost"):
        desk.docks[name].close()
    QApplication.processEvents()
    assert desk.docks["python"].head.isVisible()


def test_toggling_a_dock_behind_another_brings_it_to_the_front_first(desk):
    desk.toggle_dock("cost")
    QApplication.processEvents()
    assert desk.docks["cost"].is_seen
    desk.toggle_dock("cost")
    assert not desk.docks["cost"].is_open


def test_all_below_the_canvas_goes_and_comes_with_one_key(desk):
    high = desk.stages.height()
    desk.toggle_bottom()
    QApplication.processEvents()
    assert desk.stages.height() > high + 150
    desk.toggle_bottom()
    QApplication.processEvents()
    assert desk.stages.height() == high
    assert desk.docks["python"].is_seen


def test_the_count_of_problems_stands_on_the_tab(desk, design, qtbot):
    design.layer("Dense", units=4)
    qtbot.waitUntil(lambda: bar_of(desk).tabText(1) == "Problems  3")


def test_the_menu_of_a_tab_lets_its_dock_float(desk):
    dock = desk.docks["cost"]
    entries = {entry.text(): entry for entry in dock.menu().actions()}
    entries["Float"].trigger()
    assert dock.isFloating()
    QApplication.processEvents()
    assert bar_of(desk).count() == 2


def test_where_the_docks_are_is_remembered(desk, make):
    desk.resizeDocks([desk.docks["palette"]], [310], Qt.Orientation.Horizontal)
    desk.docks["inspector"].close()
    desk.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, desk.docks["cost"])
    desk.open_dock("history")
    desk.remember()
    again = make()
    left = Qt.DockWidgetArea.LeftDockWidgetArea
    assert again.docks["palette"].width() == 310
    assert not again.docks["inspector"].is_open
    assert again.docks["history"].is_open
    assert again.dockWidgetArea(again.docks["cost"]) == left


def test_a_layout_that_cannot_be_read_is_as_at_first(settings, make):
    settings.remember("window/docks", "nonsense")
    assert make().docks["palette"].is_open


def test_the_layout_is_reset(desk):
    before = {name: dock.geometry() for name, dock in desk.docks.items() if dock.is_seen}
    desk.docks["palette"].setFloating(True)
    desk.docks["python"].close()
    desk.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, desk.docks["cost"])
    desk.open_dock("history")
    desk.reset()
    QApplication.processEvents()
    after = {name: dock.geometry() for name, dock in desk.docks.items() if dock.is_seen}
    assert after == before


def test_docks_that_float_go_with_the_desk_and_come_back_with_it(desk):
    dock = desk.docks["palette"]
    dock.setFloating(True)
    desk.hide()
    assert not dock.isVisible()
    desk.show()
    assert dock.isVisible()


def test_no_dock_widens_the_window_beyond_a_small_screen(desk):
    assert desk.minimumSizeHint().width() <= 900
    assert desk.minimumSizeHint().height() <= 600


def test_every_dock_has_a_name_to_be_read_out(desk):
    for name, title, _ in DOCKS:
        assert desk.docks[name].accessibleName() == title
        assert title in desk.docks[name].head.close_button.accessibleName()


def test_the_history_has_room_when_it_is_first_opened_and_what_it_was_given_later(desk):
    history = desk.docks["history"]
    desk.open_dock("history")
    QApplication.processEvents()
    at_first = history.height()
    assert 200 <= at_first <= HISTORY_HEIGHT
    desk.resizeDocks([history], [150], Qt.Orientation.Vertical)
    history.close()
    desk.open_dock("history")
    QApplication.processEvents()
    assert history.height() < at_first
