"""Frames, the view and the selection by keys: sizes, colours, what is seen, what is let go."""

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt

from composer_gui.core import edits
from composer_gui.ui.canvas.flow_commands import FRAME_COLOURS
from composer_gui.ui.canvas.geometry import SMALLEST_FRAME, SNAP

K = Qt.Key
CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.fixture
def frame(design, view):
    frame = design.add(edits.add_frame, 0, 0, 480, 288, label="head")
    view.select([frame])
    return frame


def size(session, node_id):
    node = session.document.nodes[node_id]
    return node.width, node.height


def test_keys_make_a_frame_larger_as_one_step(hand, session, frame):
    before = session.document
    for key in (K.Key_Right, K.Key_Right, K.Key_Down):
        hand.key(key, ALT | SHIFT)
    assert size(session, frame) == (480 + 2 * SNAP, 288 + SNAP)
    hand.key(K.Key_Left, ALT | SHIFT)
    hand.key(K.Key_Up, ALT | SHIFT)
    assert size(session, frame) == (480 + SNAP, 288)
    session.undo()
    assert session.document is before


def test_it_gets_no_smaller_than_a_hand_could_make_it(session, view, design):
    note = design.add(edits.add_note, 0, 400, text="more")
    view.select([note])
    for _ in range(100):
        view.keyboard._commands["size_left"]()
        view.keyboard._commands["size_up"]()
    assert size(session, note) == SMALLEST_FRAME


def test_what_has_no_size_says_so(hand, view, design, session, qtbot):
    view.select([design.layer("Dense", 0, 0)])
    before = session.document
    with qtbot.waitSignal(session.noticed) as said:
        hand.key(K.Key_Right, ALT | SHIFT)
    assert "frame or a note" in said.args[0]
    assert session.document is before


def test_a_key_goes_through_the_colours_of_a_frame(hand, session, frame, qtbot):
    before = session.document
    first = before.nodes[frame].color
    seen = []
    for _ in FRAME_COLOURS:
        with qtbot.waitSignal(session.noticed) as said:
            hand.key(K.Key_C, CTRL | ALT)
        seen.append(session.document.nodes[frame].color)
        words = dict(FRAME_COLOURS)[seen[-1]]
        assert said.args == [f"The frame is {words.lower()} now."]
    assert set(seen) == {name for name, _ in FRAME_COLOURS} and seen[-1] == first
    hand.key(K.Key_C, CTRL | ALT)
    session.undo()
    assert session.document.nodes[frame].color == first


def test_with_nothing_selected_the_keys_move_what_is_seen(hand, view, session, design):
    design.layer("Dense", 0, 0)
    view.select([])
    before, document = view.center(), session.document
    hand.key(K.Key_Right, CTRL)
    assert view.center().x() > before.x() and view.center().y() == pytest.approx(before.y(), abs=1)
    hand.key(K.Key_Left, CTRL)
    hand.key(K.Key_Down, CTRL | SHIFT)
    assert view.center().x() == pytest.approx(before.x(), abs=1)
    assert view.center().y() > before.y()
    assert session.document is document


def test_any_nodes_are_selected_together_by_taking_along_and_letting_go(hand, view, design):
    chain = [design.layer("Dense", 300 * place, 0) for place in range(3)]
    for source, node in pairwise(chain):
        design.wire(source, node)
    view.select([chain[0]])
    hand.key(K.Key_Right, SHIFT)
    hand.key(K.Key_Right, SHIFT)
    hand.key(K.Key_Left, SHIFT)
    hand.key(K.Key_Space, SHIFT)
    assert view.selected() == (chain[0], chain[2])
    hand.key(K.Key_Space, SHIFT)
    hand.key(K.Key_Space, SHIFT)
    hand.key(K.Key_Space, SHIFT)
    assert view.selected() == ()
