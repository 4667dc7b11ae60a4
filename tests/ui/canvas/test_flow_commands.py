"""Bypass, pull out, pin, frame and fold what is selected; select by wires. Each is one step."""

import pytest
from PySide6.QtCore import Qt

from composer_gui.core import edits
from composer_gui.core.document import Dot, Frame


@pytest.fixture
def chain(design):
    """An input, three layers and an output, one behind the other."""
    image = design.input(0, 0)
    layers = [design.layer("Dense", 300 * n, 0) for n in (1, 2, 3)]
    out = design.output(1200, 0)
    for source, node in zip([image, *layers], [*layers, out], strict=True):
        design.wire(source, node)
    return [image, *layers, out]


def is_one_step(session, act):
    """Do something, and undo it: return whether the design is as it was."""
    before = session.document
    act()
    assert session.document is not before
    session.undo()
    return session.document.nodes == before.nodes


def test_a_bypass_can_be_set_and_ended(view, session, chain):
    view.select(chain[:3])
    view.act("bypass")
    nodes = session.document.nodes
    assert nodes[chain[1]].bypassed and nodes[chain[2]].bypassed and not nodes[chain[3]].bypassed
    assert "bypassed" in view.abilities()
    view.act("bypass")
    assert not any(session.document.nodes[node].bypassed for node in chain[1:3])
    assert is_one_step(session, lambda: view.act("bypass"))


def test_of_several_of_which_one_acts_all_are_bypassed(view, session, chain):
    view.select([chain[1]])
    view.act("bypass")
    view.select(chain[1:3])
    assert "bypassed" not in view.abilities()
    view.act("bypass")
    assert all(session.document.nodes[node].bypassed for node in chain[1:3])


def test_what_is_pulled_out_stays_and_the_wire_goes_round_it(view, session, design, chain):
    view.select([chain[2]])
    view.act("pull_out")
    assert chain[2] in session.document.nodes
    assert not session.document.nodes[chain[2]].inputs
    assert design.sources(chain[3]) == [chain[1]]
    session.undo()
    assert is_one_step(session, lambda: view.act("pull_out"))


def test_a_pin_can_be_set_and_let_go(view, session, design, chain):
    note = design.add(edits.add_note, 0, 400)
    view.select([chain[1], note])
    view.act("pin")
    assert session.document.nodes[chain[1]].pinned
    assert "pinned" in view.abilities()
    view.act("pin")
    assert not session.document.nodes[chain[1]].pinned


def test_a_frame_is_put_around_what_is_selected(view, session, chain):
    view.select(chain[1:3])
    view.act("frame_selection")
    (frame,) = view.selected()
    assert isinstance(session.document.nodes[frame], Frame)
    items = view.scene().nodes
    assert all(items[frame].card().contains(items[node].card()) for node in chain[1:3])
    assert not items[frame].card().intersects(items[chain[0]].card())


def test_a_frame_is_folded_with_what_it_holds_and_unfolded(view, session, chain):
    view.select(chain[1:3])
    view.act("frame_selection")
    (frame,) = view.selected()
    view.act("fold")
    assert set(session.document.nodes[frame].folded) == set(chain[1:3])
    assert "folded" in view.abilities()
    view.act("fold")
    assert session.document.nodes[frame].folded == ()
    assert is_one_step(session, lambda: view.act("fold"))


def test_an_empty_frame_cannot_be_folded_and_says_why(view, session, design, qtbot):
    frame = design.add(edits.add_frame, 0, 0, 300, 200)
    view.select([frame])
    with qtbot.waitSignal(session.noticed) as told:
        view.act("fold")
    assert "Nothing lies in this frame" in told.args[0]


def test_enter_unfolds_a_folded_frame(hand, view, session, chain):
    view.select(chain[1:3])
    view.act("frame_selection")
    view.act("fold")
    hand.key(Qt.Key.Key_Return)
    assert session.document.nodes[view.selected()[0]].folded == ()


def test_what_lies_before_behind_and_between_is_selected(view, chain):
    view.select([chain[2]])
    view.act("select_upstream")
    assert view.selected() == tuple(chain[:3])
    view.select([chain[2]])
    view.act("select_downstream")
    assert view.selected() == tuple(chain[2:])
    view.select([chain[1], chain[4]])
    view.act("select_between")
    assert view.selected() == tuple(chain[1:])


def test_where_nothing_more_lies_that_is_said(view, session, chain, qtbot):
    view.select([chain[0]])
    with qtbot.waitSignal(session.noticed) as told:
        view.act("select_upstream")
    assert told.args == ["That is all: nothing more lies there."]
    assert view.selected() == (chain[0],)


def test_what_can_be_done_is_told_by_the_kinds_of_nodes(view, session, design, chain):
    note = design.add(edits.add_note, 0, 400)
    dot = design.add(edits.add_dot, 600, 400)
    assert isinstance(session.document.nodes[dot], Dot)
    view.select([note])
    assert not {"wired", "several", "frame"} & view.abilities()
    view.select([dot])
    assert "wired" in view.abilities() and "several" not in view.abilities()
    view.select(chain[:2])
    assert {"wired", "several"} <= view.abilities()
