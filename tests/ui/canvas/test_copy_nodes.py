"""Alt and a drag: a copy comes along, the original stays; Escape leaves all as it was."""

import pytest
from PySide6.QtCore import QPointF, Qt

from composer_gui.core import edits
from composer_gui.core.document import Call

ALT = Qt.KeyboardModifier.AltModifier
CTRL_ALT = ALT | Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def dense(design):
    return design.layer("Dense", 0, 0, units=3)


def test_a_copy_lands_where_the_hand_lets_go(hand, view, session, design, dense):
    hand.drag(hand.middle(dense), hand.middle(dense) + QPointF(240, 120), keys=ALT)
    (copy,) = set(session.document.nodes) - {dense}
    nodes = session.document.nodes
    assert (nodes[dense].x, nodes[dense].y) == (0, 0)
    assert (nodes[copy].x, nodes[copy].y) == (240, 120)
    assert design.called(copy).parameters == design.called(dense).parameters
    assert nodes[copy].layer != nodes[dense].layer
    assert view.selected() == (copy,)


def test_it_is_one_undo_step(hand, session, dense):
    before = session.document
    hand.drag(hand.middle(dense), hand.middle(dense) + QPointF(240, 120), keys=ALT)
    assert session.history.undo_label == "Duplicate"
    session.undo()
    assert session.document == before


def test_escape_takes_the_copy_away(hand, scene, session, dense):
    before = session.document
    hand.press(hand.middle(dense), keys=ALT)
    hand.move(hand.middle(dense) + QPointF(240, 120), keys=ALT)
    assert len([item for item in scene.items() if item.parentItem() is None]) == 2
    hand.key(Qt.Key.Key_Escape)
    hand.release((400, 400), keys=ALT)
    assert len(scene.items()) == 1
    assert session.document is before


def test_the_wires_among_the_copied_are_copied(hand, view, session, design, dense):
    second = design.layer("Dense", 300, 0)
    source = design.input(-300, 0)
    design.wire(source, dense)
    design.wire(dense, second)
    view.select([dense, second])
    hand.drag(hand.middle(dense), hand.middle(dense) + QPointF(0, 240), keys=ALT)
    first, last = view.selected()
    assert design.sources(last) == [first]
    assert design.sources(first) == []


def test_a_frame_brings_copies_of_what_is_in_it(hand, session, dense, design):
    design.add(edits.add_frame, -40, -60, 300, 240)
    hand.drag((100, -50), (100, 350), keys=ALT)
    calls = [node for node in session.document.nodes.values() if isinstance(node, Call)]
    assert len(calls) == 2 and len(session.document.nodes) == 4


def test_alt_let_go_on_the_way_still_copies(hand, session, dense):
    hand.press(hand.middle(dense), keys=ALT)
    hand.move(hand.middle(dense) + QPointF(120, 0), keys=ALT)
    hand.move(hand.middle(dense) + QPointF(240, 0))
    hand.release(hand.middle(dense) + QPointF(240, 0))
    assert len(session.document.nodes) == 2


def test_a_click_with_alt_only_selects(hand, view, session, dense):
    before = session.document
    hand.click(hand.middle(dense), keys=ALT)
    assert view.selected() == (dense,)
    assert session.document is before


def test_ctrl_leaves_the_grid_for_a_copy_too(hand, session, dense):
    start = hand.middle(dense)
    hand.press(start, keys=ALT)
    hand.move(start + QPointF(200, 0), keys=CTRL_ALT)
    hand.release(start + QPointF(201, 0), keys=CTRL_ALT)
    assert max(node.x for node in session.document.nodes.values()) == 201


def test_it_ends_when_the_original_goes(hand, view, scene, session, dense):
    hand.press(hand.middle(dense), keys=ALT)
    hand.move(hand.middle(dense) + QPointF(240, 120), keys=ALT)
    session.undo()
    assert view.gesture is None
    assert not scene.items()
