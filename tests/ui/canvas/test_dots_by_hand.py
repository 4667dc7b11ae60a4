"""Double clicks on a wire and on a frame: reroute dots, folding and unfolding."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from composer_gui.core import edits
from composer_gui.core.document import Dot, wires_into
from composer_gui.ui.canvas.interactions.draw_wire import FOLDED


@pytest.fixture
def wired(design):
    source, dense = design.input(0, 0), design.layer("Dense", 500, 100)
    return source, dense, design.wire(source, dense)


def middle_of(hand, wired):
    return (hand.output(wired[0]) + hand.input(wired[1])) / 2


def the_dot(session):
    (dot,) = (node for node in session.document.nodes.values() if isinstance(node, Dot))
    return dot


def test_a_double_click_on_a_wire_puts_a_dot_there(hand, view, session, design, wired):
    source, dense, _ = wired
    at = middle_of(hand, wired)
    hand.double_click(at)
    dot = the_dot(session)
    assert (dot.x, dot.y) == (at.x(), at.y())
    assert (design.sources(dense), design.sources(dot.id, "input")) == ([dot.id], [source])
    assert view.selected() == (dot.id,)


def test_a_dot_is_one_undo_step(hand, session, wired):
    before = session.document
    hand.double_click(middle_of(hand, wired))
    session.undo()
    assert session.document == before


def test_a_dot_is_dragged_like_a_node(hand, scene, session, wired):
    at = middle_of(hand, wired)
    hand.double_click(at)
    hand.drag(at, at + QPointF(0, 96))
    moved = the_dot(session)
    assert moved.y > at.y() + 80
    session.undo()
    assert the_dot(session).y == at.y()


def test_escape_puts_a_dragged_dot_back(hand, scene, session, wired):
    at = middle_of(hand, wired)
    hand.double_click(at)
    before = session.document
    hand.press(at)
    hand.move(at + QPointF(0, 96))
    hand.key(Qt.Key.Key_Escape)
    assert session.document is before
    assert scene.nodes[the_dot(session).id].y() == at.y()


@pytest.fixture
def frame(design):
    """A frame and the node in it."""
    inside = design.layer("Dense", 48, 60)
    return design.add(edits.add_frame, 0, 0, 300, 240), inside


def test_a_double_click_on_a_frames_border_folds_it_and_another_unfolds(hand, session, frame):
    frame_id, inside = frame
    hand.double_click((2, 150))
    assert session.document.nodes[frame_id].folded == (inside,)
    hand.double_click(hand.view.scene().nodes[frame_id].card().center())
    assert session.document.nodes[frame_id].folded == ()


def test_folding_is_one_undo_step(hand, session, frame):
    before = session.document
    hand.double_click((2, 150))
    session.undo()
    assert session.document == before


def test_a_folded_frame_takes_along_what_is_in_it(hand, view, session, frame):
    frame_id, inside = frame
    hand.double_click((2, 150))
    grip = view.scene().nodes[frame_id].card().topLeft() + QPointF(40, 12)
    hand.drag(grip, grip + QPointF(120, 48))
    nodes = session.document.nodes
    assert (nodes[frame_id].x, nodes[frame_id].y) == (120, 48)
    assert (nodes[inside].x, nodes[inside].y) == (168, 108)


# Wires at dots and at folded frames -------------------------------------------------------------


def test_a_wire_is_drawn_from_beside_a_dot(hand, session, design, wired):
    at = middle_of(hand, wired)
    hand.double_click(at)
    third = design.layer("Dense", 500, 300)
    dot = the_dot(session).id
    hand.drag(hand.output(dot) + QPointF(6, 0), hand.input(third))
    assert design.sources(third) == [dot]


def test_a_wire_ends_at_a_dot_without_one(hand, session, design, wired):
    source, *_ = wired
    hand.double_click(middle_of(hand, wired))
    dot = the_dot(session).id
    session.apply("Disconnect", edits.disconnect, next(iter_wires(session, dot)))
    hand.drag(hand.output(source), QPointF(the_dot(session).x, the_dot(session).y))
    assert design.sources(dot, "input") == [source]


def iter_wires(session, node):
    return (wire for wire in wires_into(session.document.nodes[node]))


@pytest.fixture
def folded(hand, session, design, frame):
    """A folded frame, the node in it, an Input that feeds it and a Dense that it feeds."""
    frame_id, inside = frame
    source, after = design.input(-400, 60), design.layer("Dense", 500, 60)
    design.wire(source, inside)
    design.wire(inside, after)
    session.apply("Fold", edits.fold, frame_id, [inside])
    return frame_id, inside, source, after


def test_a_wire_is_drawn_from_a_folded_frame(hand, design, folded):
    _, inside, _, _ = folded
    third = design.layer("Dense", 500, 300)
    hand.drag(hand.output(inside), hand.input(third))
    assert design.sources(third) == [inside]


def test_a_wire_into_a_folded_frame_is_picked_up(hand, session, design, folded):
    _, inside, source, _ = folded
    hand.drag(hand.input(inside), (200, 500))
    assert design.sources(inside) == []
    session.undo()
    assert design.sources(inside) == [source]


def test_a_wire_takes_the_place_of_one_into_a_folded_frame(hand, scene, design, folded):
    frame_id, inside, *_ = folded
    other = design.input(-400, 300)
    hand.press(hand.output(other))
    hand.move(hand.output(other) + QPointF(40, 0))
    hand.move(hand.input(inside))
    assert any(mark.startswith("target") for mark in scene.nodes[frame_id].ringed.values())
    hand.release(hand.input(inside))
    assert design.sources(inside) == [other]


def test_the_body_of_a_folded_frame_takes_no_wire_and_says_what_to_do(
    hand, view, session, design, folded
):
    frame_id, _, _, _ = folded
    other = design.input(-400, 300)
    before = session.document
    hand.press(hand.output(other))
    hand.move(hand.output(other) + QPointF(40, 0))
    hand.move(hand.middle(frame_id))
    assert view.notice.text() == FOLDED.format("This frame")
    hand.release(hand.middle(frame_id))
    assert session.document is before


def test_delete_takes_a_dot_away_and_leaves_the_wire(hand, session, design, wired):
    source, dense, _ = wired
    before = session.document
    hand.double_click(middle_of(hand, wired))
    hand.key(Qt.Key.Key_Delete)
    assert design.sources(dense) == [source]
    assert session.document.nodes == before.nodes
    session.undo()
    assert the_dot(session).id in session.document.nodes


def test_a_dot_deleted_with_what_feeds_it_takes_the_wire_along(hand, view, session, design, wired):
    source, dense, _ = wired
    hand.double_click(middle_of(hand, wired))
    view.select((source, the_dot(session).id))
    hand.key(Qt.Key.Key_Delete)
    assert set(session.document.nodes) == {dense}
    assert not session.document.nodes[dense].inputs


def test_a_wire_dropped_on_the_empty_canvas_may_end_in_a_dot(hand, view, session, design):
    source = design.input(0, 0, shape=(4,))
    hand.drag(hand.output(source), (420, 300))
    QTest.keyClicks(view.search.field, "reroute")
    QTest.keyClick(view.search.field, Qt.Key.Key_Return)
    assert design.sources(the_dot(session).id, "input") == [source]
