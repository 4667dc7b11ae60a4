"""Cutting wires with a stroke: Alt on the empty canvas, or Ctrl and the right button anywhere."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
RIGHT = Qt.MouseButton.RightButton


@pytest.fixture
def fan(design):
    """An Input that feeds three Dense layers; their wires, from top to bottom."""
    source = design.input(0, 0)
    denses = [design.layer("Dense", 400, y) for y in (-150, 0, 150)]
    return source, denses, [design.wire(source, dense) for dense in denses]


def gap(hand, source, dense, part=0.75):
    start, end = hand.output(source), hand.input(dense)
    return start + (end - start) * part


def test_the_wires_that_a_stroke_crosses_are_cut(hand, design, fan):
    source, (first, second, third), _ = fan
    top = gap(hand, source, first) - QPointF(0, 40)
    hand.drag(top, gap(hand, source, second) + QPointF(0, 30), keys=ALT)
    assert [design.sources(dense) for dense in (first, second, third)] == [[], [], [source]]


def test_a_stroke_is_one_undo_step(hand, session, design, fan):
    source, denses, _ = fan
    before = session.document
    line = gap(hand, source, denses[0]) - QPointF(0, 40), gap(hand, source, denses[2])
    hand.drag(line[0], line[1] + QPointF(0, 40), keys=ALT)
    assert session.history.undo_label == "Cut wires"
    session.undo()
    assert session.document == before


def test_what_will_be_cut_is_red_and_counted(hand, view, scene, fan):
    source, denses, wires = fan
    hand.press(gap(hand, source, denses[0]) - QPointF(0, 40), keys=ALT)
    hand.move(gap(hand, source, denses[1]) + QPointF(0, 30), keys=ALT)
    assert [scene.wires[wire].mark for wire in wires] == ["wrong", "wrong", ""]
    assert view.notice.text() == "cuts 2 wires"
    hand.key(Qt.Key.Key_Escape)


def test_escape_spares_them(hand, view, scene, session, fan):
    source, denses, wires = fan
    before, items = session.document, len(scene.items())
    hand.press(gap(hand, source, denses[0]) - QPointF(0, 40), keys=ALT)
    hand.move(gap(hand, source, denses[1]) + QPointF(0, 30), keys=ALT)
    hand.key(Qt.Key.Key_Escape)
    hand.release(gap(hand, source, denses[2]), keys=ALT)
    assert session.document is before
    assert {scene.wires[wire].mark for wire in wires} == {""}
    assert len(scene.items()) == items
    assert not view.notice.isVisible()


def test_the_right_button_with_ctrl_cuts_from_anywhere(hand, design, fan):
    source, denses, _ = fan
    start, below = hand.title(denses[0]), gap(hand, source, denses[0], 0.9) + QPointF(0, 30)
    hand.drag(start, below, button=RIGHT, keys=CTRL)
    assert design.sources(denses[0]) == []


def ask_for_menu(hand, at):
    """Do what the system does when the right button goes down, or on others comes up."""
    place = hand.screen(at).toPoint()
    viewport = hand.view.viewport()
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(
        viewport, QContextMenuEvent(reason, place, viewport.mapToGlobal(place), CTRL)
    )


@pytest.mark.parametrize("when", ["press", "release"])
def test_no_menu_comes_in_the_way_of_a_stroke(hand, view, design, fan, when):
    source, denses, _ = fan
    start = gap(hand, source, denses[0]) - QPointF(0, 40)
    end = gap(hand, source, denses[0]) + QPointF(0, 40)
    hand.press(start, RIGHT, CTRL)
    if when == "press":
        ask_for_menu(hand, start)
    hand.move(end, RIGHT, CTRL)
    hand.release(end, RIGHT, CTRL)
    if when == "release":
        ask_for_menu(hand, end)
    assert not hasattr(view, "menu")
    assert design.sources(denses[0]) == []


def test_a_mere_right_click_with_ctrl_opens_the_menu(hand, view, fan):
    hand.press((200, 400), RIGHT, CTRL)
    ask_for_menu(hand, (200, 400))
    hand.release((200, 400), RIGHT, CTRL)
    assert view.menu.isVisible()
    view.menu.close()


def test_a_stroke_over_nothing_changes_nothing(hand, session, fan):
    before = session.document
    hand.drag((0, 400), (400, 420), keys=ALT)
    assert session.document is before


def test_a_wire_that_goes_meanwhile_is_no_matter(hand, scene, session, design, fan):
    source, denses, _ = fan
    hand.press(gap(hand, source, denses[1]) - QPointF(0, 30), keys=ALT)
    hand.move(gap(hand, source, denses[2]) + QPointF(0, 30), keys=ALT)
    session.undo()  # the last wire was drawn last
    hand.release(gap(hand, source, denses[2]) + QPointF(0, 30), keys=ALT)
    assert [design.sources(dense) for dense in denses] == [[source], [], []]
