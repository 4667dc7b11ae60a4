"""Dragging, nudging and resizing: one undo step, Escape puts back, frames carry."""

from PySide6.QtCore import QPointF, Qt

from composer_gui.core import edits
from composer_gui.ui import preferences


def test_a_drag_moves_a_node_on_the_grid_as_one_step(hand, session, design):
    node = design.layer("Dense", 0, 0)
    hand.drag(hand.middle(node), hand.middle(node) + QPointF(101, 50))
    moved = session.document.nodes[node]
    assert (moved.x, moved.y) == (96, 48)
    session.undo()
    assert session.document.nodes[node].x == 0


def test_the_wires_follow_while_the_node_is_dragged(hand, scene, design):
    source, node = design.input(0, 0), design.layer("Dense", 300, 0)
    wire = design.wire(source, node)
    hand.press(hand.middle(node))
    hand.move(hand.middle(node) + QPointF(0, 120))
    assert scene.wires[wire].ends()[1] == hand.input(node)
    hand.key(Qt.Key.Key_Escape)


def test_the_document_waits_for_the_end_of_the_drag(hand, session, design):
    node = design.layer("Dense", 0, 0)
    before = session.document
    hand.press(hand.middle(node))
    hand.move(hand.middle(node) + QPointF(120, 0))
    assert session.document is before
    hand.release(hand.middle(node))
    assert session.document is not before


def test_escape_puts_the_nodes_back(hand, scene, session, design):
    node = design.layer("Dense", 0, 0)
    before = session.document
    hand.press(hand.middle(node))
    hand.move(hand.middle(node) + QPointF(120, 0))
    hand.key(Qt.Key.Key_Escape)
    assert scene.nodes[node].x() == 0
    assert session.document is before


def test_everything_selected_moves_together(hand, view, session, design):
    one, other = design.layer("Dense", 0, 0), design.layer("Dense", 300, 0)
    view.select_all()
    hand.drag(hand.middle(one), hand.middle(one) + QPointF(24, 24))
    assert (session.document.nodes[other].x, session.document.nodes[other].y) == (324, 24)


def test_ctrl_leaves_the_grid(hand, session, design):
    node = design.layer("Dense", 0, 0)
    start = hand.middle(node)
    hand.press(start)
    hand.move(start + QPointF(30, 0), keys=Qt.KeyboardModifier.ControlModifier)
    hand.release(start + QPointF(31, 0), keys=Qt.KeyboardModifier.ControlModifier)
    assert session.document.nodes[node].x == 31


def test_who_wants_no_grid_drags_freely(hand, session, design, settings):
    node = design.layer("Dense", 0, 0)
    preferences.current().use(settings)
    preferences.current().choose(preferences.SNAP, False)
    hand.drag(hand.middle(node), hand.middle(node) + QPointF(31, 5))
    preferences.current().use(None)
    assert (session.document.nodes[node].x, session.document.nodes[node].y) == (31, 5)


def test_a_press_without_a_drag_moves_nothing(hand, session, design):
    node = design.layer("Dense", 7, 7)
    before = session.document
    hand.click(hand.middle(node))
    assert session.document is before


def test_nudges_in_a_row_are_one_step(hand, view, session, design):
    node = design.layer("Dense", 0, 0)
    view.select([node])
    for _ in range(3):
        hand.key(Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert session.document.nodes[node].x == 36
    session.undo()
    assert session.document.nodes[node].x == 0


def test_a_frame_carries_what_is_inside(hand, session, design):
    inside, outside = design.layer("Dense", 48, 60), design.layer("Dense", 600, 60)
    frame = design.add(edits.add_frame, 0, 0, 300, 240)
    hand.drag((100, 12), (100, 60))
    nodes = session.document.nodes
    assert (nodes[frame].y, nodes[inside].y, nodes[outside].y) == (48, 108, 60)


def test_the_inside_of_a_frame_is_canvas(hand, view, design):
    design.add(edits.add_frame, 0, 0, 300, 240)
    hand.click((150, 150))
    assert view.selected() == ()


def test_a_corner_resizes_a_frame(hand, session, design):
    frame = design.add(edits.add_frame, 0, 0, 300, 240)
    hand.drag((296, 236), (344, 284))
    assert (session.document.nodes[frame].width, session.document.nodes[frame].height) == (348, 288)


def test_escape_takes_back_a_resize(hand, scene, session, design):
    note = design.add(edits.add_note, 0, 0)
    before = scene.nodes[note].size
    hand.press((before[0] - 4, before[1] - 4))
    hand.move((400, 300))
    assert scene.nodes[note].size != before
    hand.key(Qt.Key.Key_Escape)
    assert scene.nodes[note].size == before
    assert session.history.undo_label == "Add"


def test_a_drag_ends_when_its_node_goes(hand, view, session, design):
    node = design.layer("Dense", 0, 0)
    hand.press(hand.middle(node))
    hand.move((200, 200))
    session.undo()
    assert view.gesture is None
    hand.release((200, 200))
    assert node not in session.document.nodes


def test_what_moves_in_the_design_while_it_is_dragged_is_where_the_design_has_it(
    hand, scene, session, design
):
    node = design.layer("Dense", 0, 0)
    session.apply("Move", edits.move, {node: (240, 0)})
    hand.press(hand.middle(node))
    hand.move(hand.middle(node) + QPointF(120, 60))
    session.undo()
    assert hand.view.gesture is None
    assert (scene.nodes[node].x(), scene.nodes[node].y()) == (0, 0)
    hand.release(hand.middle(node))
    assert (scene.nodes[node].x(), scene.nodes[node].y()) == (0, 0)


def test_a_frame_that_is_resized_otherwise_meanwhile_is_as_large_as_the_design_has_it(
    hand, scene, session, design
):
    frame = design.add(edits.add_frame, 0, 0, 400, 300)
    session.apply("Resize", edits.resize, frame, 480, 360)
    corner = scene.nodes[frame].card().bottomRight() - QPointF(4, 4)
    hand.press(corner)
    hand.move(corner + QPointF(96, 96))
    session.undo()
    assert hand.view.gesture is None
    assert scene.nodes[frame].size == (400, 300)
    hand.release(corner)
    assert scene.nodes[frame].size == (400, 300)


def test_a_verdict_that_comes_meanwhile_leaves_a_dragged_node_under_the_hand(hand, scene, design):
    source, node = design.input(0, 0), design.layer("Dense", 300, 0)
    wire = design.wire(source, node)
    hand.press(hand.middle(node))
    hand.move(hand.middle(node) + QPointF(0, 120))
    there = scene.nodes[node].pos()
    design.judge(**{node: design.fine(64, parameters=640)})
    assert scene.nodes[node].pos() == there
    assert scene.wires[wire].ends()[1] == hand.input(node)
    hand.key(Qt.Key.Key_Escape)
    assert scene.nodes[node].y() == 0


def test_a_dragged_node_that_is_let_go_is_where_the_design_has_it_again(hand, scene, design):
    node = design.layer("Dense", 0, 0)
    hand.drag(hand.middle(node), hand.middle(node) + QPointF(120, 0))
    design.session.apply("Move", edits.move, {node: (480.0, 240.0)})
    assert scene.nodes[node].pos() == QPointF(480, 240)
