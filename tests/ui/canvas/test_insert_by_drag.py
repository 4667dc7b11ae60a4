"""A node without wires that is dragged over a wire is put on it; Alt keeps it off; one step."""

import pytest
from PySide6.QtCore import QPointF, Qt

from composer_gui.core.document import Wire

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def chain(hand, design):
    """An Input wired to a Dense close behind it, and a loose Dropout far below."""
    source, dense = design.input(0, 0), design.layer("Dense", 300, 0)
    wire = design.wire(source, dense)
    loose = design.layer("Dropout", 120, 400)
    return source, dense, loose, wire


def middle_of(hand, source, dense):
    return (hand.output(source) + hand.input(dense)) / 2


def hold_over(hand, loose, at, keys=Qt.KeyboardModifier.NoModifier):
    start = hand.middle(loose)
    hand.press(start)
    for part in (0.5, 0.9, 1.0):
        hand.move(start + (at - start) * part, keys=keys)


def test_the_wire_below_is_lit_and_what_will_be_is_said(hand, view, scene, chain):
    source, dense, loose, wire = chain
    hold_over(hand, loose, middle_of(hand, source, dense))
    assert scene.wires[wire].mark == "lit"
    assert "between" in view.notice.text() and view.notice.isVisible()
    hand.key(Qt.Key.Key_Escape)
    assert scene.wires[wire].mark == ""
    assert not view.notice.isVisible()


def test_a_release_puts_it_on_the_wire_as_one_step(hand, session, design, chain):
    source, dense, loose, _ = chain
    at = middle_of(hand, source, dense)
    before = session.document
    hold_over(hand, loose, at)
    hand.release(at)
    assert (design.sources(loose), design.sources(dense)) == ([source], [loose])
    session.undo()
    assert session.document == before


def test_the_neighbours_make_room(hand, scene, design, chain):
    source, dense, loose, _ = chain
    at = middle_of(hand, source, dense)
    hold_over(hand, loose, at)
    hand.release(at)
    cards = [scene.nodes[node].card() for node in (source, loose, dense)]
    assert not cards[1].intersects(cards[2])
    assert not cards[1].intersects(cards[0])


def test_alt_pressed_on_the_way_keeps_it_off(hand, scene, session, design, chain):
    source, dense, loose, wire = chain
    at = middle_of(hand, source, dense)
    hold_over(hand, loose, at)
    hand.move(at, keys=ALT)
    assert scene.wires[wire].mark == ""
    hand.release(at, keys=ALT)
    assert design.sources(dense) == [source]
    assert session.history.undo_label == "Move"


def test_escape_puts_it_back(hand, scene, session, chain):
    source, dense, loose, _ = chain
    before = session.document
    hold_over(hand, loose, middle_of(hand, source, dense))
    hand.key(Qt.Key.Key_Escape)
    hand.release(middle_of(hand, source, dense))
    assert session.document is before
    assert scene.nodes[loose].y() == 400


def test_a_node_with_wires_of_its_own_only_moves(hand, scene, design, chain):
    source, dense, loose, wire = chain
    design.wire(source, loose)
    at = middle_of(hand, source, dense)
    hold_over(hand, loose, at)
    assert scene.wires[wire].mark == ""
    hand.release(at)
    assert design.sources(dense) == [source]


@pytest.mark.parametrize("kind", ["input", "output"])
def test_what_only_begins_or_ends_a_design_is_put_on_no_wire(hand, scene, design, chain, kind):
    source, dense, _, wire = chain
    node = getattr(design, kind)(120, 600)
    hold_over(hand, node, middle_of(hand, source, dense))
    assert scene.wires[wire].mark == ""
    hand.key(Qt.Key.Key_Escape)


def test_several_nodes_at_once_are_put_on_no_wire(hand, view, scene, design, chain):
    source, dense, loose, wire = chain
    other = design.layer("Dropout", 120, 600)
    view.select([loose, other])
    hold_over(hand, loose, middle_of(hand, source, dense))
    assert scene.wires[wire].mark == ""
    hand.key(Qt.Key.Key_Escape)


def test_of_two_wires_the_nearer_one_is_meant(hand, scene, design, chain):
    source, _, loose, wire = chain
    below = design.layer("Dense", 300, 120)
    other = design.wire(source, below)
    hold_over(hand, loose, (hand.output(source) + hand.input(below)) / 2 + QPointF(20, 26))
    assert (scene.wires[other].mark, scene.wires[wire].mark) == ("lit", "")
    hand.key(Qt.Key.Key_Escape)


def test_the_drag_ends_when_the_wire_below_goes(hand, view, session, chain):
    source, dense, loose, wire = chain
    hold_over(hand, loose, middle_of(hand, source, dense))
    session.undo()  # the loose node goes
    assert view.gesture is None
    assert isinstance(wire, Wire)
