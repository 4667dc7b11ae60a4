"""Double clicks on a wire and on a frame: reroute dots, folding and unfolding."""

import pytest
from PySide6.QtCore import QPointF, Qt

from composer_gui.core import edits
from composer_gui.core.document import Dot


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
