"""Choosing: clicks, Shift and Ctrl, rectangles, all and none."""

import pytest
from PySide6.QtCore import QPointF, Qt

from composer_gui.core import edits

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def three(design):
    return [design.layer("Dense", x, 0) for x in (0, 300, 600)]


def test_a_click_selects_one_node(hand, view, three):
    hand.click(hand.middle(three[0]))
    hand.click(hand.middle(three[1]))
    assert view.selected() == (three[1],)


@pytest.mark.parametrize("keys", [SHIFT, CTRL])
def test_shift_and_ctrl_add_and_take_away(hand, view, three, keys):
    hand.click(hand.middle(three[0]))
    hand.click(hand.middle(three[1]), keys=keys)
    assert view.selected() == (three[0], three[1])
    hand.click(hand.middle(three[0]), keys=keys)
    assert view.selected() == (three[1],)


def test_a_click_on_one_of_several_selects_it_alone(hand, view, three):
    view.select_all()
    hand.click(hand.middle(three[2]))
    assert view.selected() == (three[2],)


def test_a_click_on_the_canvas_selects_nothing(hand, view, three):
    view.select_all()
    hand.click((300, 400))
    assert view.selected() == ()


def test_a_rectangle_selects_what_it_touches(hand, view, three):
    hand.drag((-40, 200), (400, 40))
    assert view.selected() == (three[0], three[1])


def test_a_rectangle_with_shift_adds(hand, view, three):
    view.select([three[2]])
    hand.drag((-40, 200), (100, 40), keys=SHIFT)
    assert view.selected() == (three[0], three[2])


def test_a_rectangle_with_ctrl_takes_away(hand, view, three):
    view.select_all()
    hand.drag((-40, 200), (100, 40), keys=CTRL)
    assert view.selected() == (three[1], three[2])


def test_a_rectangle_with_ctrl_that_draws_back_takes_away_no_more(hand, view, three):
    view.select_all()
    hand.press((-40, 200), keys=CTRL)
    hand.move((400, 40), keys=CTRL)
    hand.move((100, 40), keys=CTRL)
    hand.release((100, 40), keys=CTRL)
    assert view.selected() == (three[1], three[2])


def test_escape_takes_back_a_rectangle(hand, view, scene, three):
    view.select([three[2]])
    hand.press((-40, 200))
    hand.move((400, 40))
    hand.key(Qt.Key.Key_Escape)
    assert view.selected() == (three[2],)
    assert len(scene.items()) == len(three)


def test_the_selection_is_told_in_order_of_making(view, three, qtbot):
    with qtbot.waitSignal(view.selection_changed) as told:
        view.select(reversed(three))
    assert told.args == [tuple(three)]


def test_what_is_deleted_is_not_selected_any_more(hand, view, three, qtbot):
    view.select(three[:2])
    hand.key(Qt.Key.Key_Delete)
    assert view.selected() == ()
    assert set(view.scene().nodes) == {three[2]}


def test_delete_is_one_undo_step_for_nodes_and_wires(hand, view, scene, session, design, three):
    merge = design.layer("Concatenate", 300, 300)
    wires = [design.wire(node, merge, index=i) for i, node in enumerate(three)]
    scene.select([three[0]], wires[1:])
    hand.key(Qt.Key.Key_Delete)
    assert not session.document.nodes[merge].inputs
    session.undo()
    assert design.sources(merge) == three


def test_escape_selects_nothing(hand, view, three):
    view.select_all()
    hand.key(Qt.Key.Key_Escape)
    assert view.selected() == ()


def test_show_node_selects_it_and_brings_it_into_view(view, design):
    far = design.layer("Dense", 9000, 9000)
    view.show_node(far)
    assert view.selected() == (far,)
    assert view.camera.seen().contains(view.scene().nodes[far].card())


def test_a_selected_frame_stays_so_under_the_mouse(hand, view, scene, design):
    frame = design.add(edits.add_frame, 0, 0, 300, 200)
    hand.click((100, 12))
    for place in ((120, 12), (500, 400), (100, 12)):
        hand.hover(place)
    assert view.selected() == (frame,)
    assert scene.nodes[frame].selected


def test_twins_are_lit_under_the_mouse(hand, scene, session, design, three):
    layer = session.document.nodes[three[0]].layer
    twin = design.add(edits.add_call, layer, 0, 300)
    assert scene.nodes[three[0]].face.shared and scene.nodes[twin].face.shared
    hand.hover(hand.middle(three[0]) + QPointF(0, 4))
    assert scene.nodes[twin].twin
    assert not scene.nodes[three[1]].twin
    hand.hover((300, 400))
    assert not scene.nodes[twin].twin


def test_a_rectangle_ends_with_the_level_it_was_drawn_on(hand, view, session, design):
    node = design.layer("Dense", 300, 100)
    group = design.add(edits.group, session.catalog, [node])
    session.enter(group)
    hand.press((0, 0))
    hand.move((200, 200))
    session.leave()
    assert view.gesture is None
    assert view.selected() == (group,)  # as whenever a level is left
