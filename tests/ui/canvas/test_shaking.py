"""Shaking a node: it comes out of the flow and the wires close behind it."""

import pytest
from PySide6.QtCore import QPointF, Qt

from composer_gui.ui.canvas.interactions.shaking import LONGEST, Shake


@pytest.fixture
def chain(design):
    """Input, Dense and Output in a row; their ids."""
    source, dense = design.input(0, 0), design.layer("Dense", 300, 0)
    output = design.output(600, 0)
    design.wire(source, dense)
    design.wire(dense, output)
    return source, dense, output


def shake(hand, node):
    """Drag a node to and fro, and then down; return where the hand is."""
    end = QPointF(0, 150)
    start = hand.middle(node)
    hand.press(start)
    for step in (40, -40, 40, -40):
        hand.move(start + QPointF(step, 60))
    hand.move(start + end)
    return start + end


def test_a_shaken_node_is_pulled_out_and_the_wires_close(hand, design, chain):
    source, dense, output = chain
    hand.release(shake(hand, dense))
    assert design.sources(dense) == []
    assert design.sources(output) == [source]
    assert design.document.nodes[dense].y > 100


def test_it_is_one_undo_step_with_the_move(hand, session, chain):
    before = session.document
    hand.release(shake(hand, chain[1]))
    assert session.history.undo_label == "Pull out"
    session.undo()
    assert session.document == before


def test_escape_leaves_it_in_the_flow(hand, scene, session, chain):
    before = session.document
    shake(hand, chain[1])
    assert min(item.opacity() for item in scene.wires.values()) < 0.5
    hand.key(Qt.Key.Key_Escape)
    assert session.document is before
    assert {item.opacity() for item in scene.wires.values()} == {1.0}


def test_the_document_waits_for_the_release(hand, session, chain):
    before = session.document
    end = shake(hand, chain[1])
    assert session.document is before
    hand.release(end)


def test_shaken_off_it_can_be_put_on_another_wire(hand, session, design, chain):
    source, dense, output = chain
    other, end = design.input(0, 400), design.output(500, 400)
    design.wire(other, end)
    start = shake(hand, dense)
    at = (hand.output(other) + hand.input(end, "input")) / 2
    hand.move((start + at) / 2)
    hand.move(at)
    hand.release(at)
    assert (design.sources(output), design.sources(dense)) == ([source], [other])
    assert design.sources(end) == [dense]


def test_a_drag_straight_on_pulls_nothing_out(hand, design, chain):
    source, dense, _ = chain
    hand.drag(hand.middle(dense), hand.middle(dense) + QPointF(40, 200))
    assert design.sources(dense) == [source]


def test_a_node_without_wires_can_be_shaken_in_vain(hand, session, design):
    loose = design.layer("Dense", 0, 300)
    hand.release(shake(hand, loose))
    assert session.history.undo_label == "Move"


def path(*places):
    """Follow a hand through (x, milliseconds); return whether it ever shakes."""
    hand = Shake()
    return any(hand.follow(x, 0, time) for x, time in places)


def test_three_turns_in_a_short_time_are_a_shake():
    assert path((0, 0), (40, 50), (0, 100), (40, 150), (0, 200))
    assert not path((0, 0), (40, 50), (0, 100), (40, 150))


def test_slow_turns_are_none():
    slow = LONGEST // 2 + 10
    assert not path(*((40 * (n % 2), n * slow) for n in range(8)))


def test_a_trembling_hand_is_none():
    assert not path(*((100 + 8 * (n % 2), n * 20) for n in range(20)))
