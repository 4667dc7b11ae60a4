"""Drawing wires: from either end, refused with a reason, replaced, inserted, picked up."""

from itertools import combinations

import pytest
from PySide6.QtCore import QPointF, Qt

from composer_gui.core import edits
from composer_gui.core.document import Source, Wire
from composer_gui.session.fitting import Fit
from composer_gui.ui.canvas.ring_marks import TARGETS


@pytest.fixture
def chain(design):
    """An Input and two Dense layers side by side, not wired."""
    return design.input(0, 0), design.layer("Dense", 300, 0), design.layer("Dense", 600, 0)


def test_a_drag_from_output_to_input_connects(hand, design, chain):
    source, dense, _ = chain
    hand.drag(hand.output(source), hand.input(dense))
    assert design.sources(dense) == [source]


def test_a_drag_from_input_back_to_output_connects(hand, design, chain):
    source, dense, _ = chain
    hand.drag(hand.input(dense), hand.output(source))
    assert design.sources(dense) == [source]


def test_a_drop_on_the_body_takes_the_first_free_port(hand, design, chain):
    source, *_ = chain
    attention = design.layer("MultiHeadAttention", 300, 300, num_heads=2, key_dim=4)
    design.wire(source, attention, "query")
    hand.drag(hand.output(source), hand.middle(attention))
    assert design.sources(attention, "value") == [source]


def test_a_wire_is_one_undo_step(hand, design, session, chain):
    source, dense, _ = chain
    hand.drag(hand.output(source), hand.input(dense))
    assert session.history.undo_label == "Connect"
    session.undo()
    assert design.sources(dense) == []


def test_a_loop_is_refused_at_the_cursor_and_its_path_is_lit(hand, view, scene, design, chain):
    _, first, second = chain
    wire = design.wire(first, second)
    hand.press(hand.output(second))
    hand.move(hand.output(second) + QPointF(20, 20))
    hand.move(hand.input(first))
    assert view.notice.isVisible()
    assert "loop" in view.notice.text()
    assert scene.nodes[first].lit and scene.nodes[second].lit
    assert scene.wires[wire].mark == "wrong"
    hand.release(hand.input(first))
    assert design.sources(first) == []
    assert not view.notice.isVisible()
    assert not scene.nodes[first].lit
    assert scene.wires[wire].mark == ""


def test_a_loop_through_what_is_not_seen_leaves_no_dim_node(hand, view, scene, design, chain):
    _, first, last = chain
    far = design.layer("Dense", 300, 5000)
    design.wire(first, far)
    design.wire(far, last)
    hand.press(hand.output(last))
    hand.move(hand.output(last) + QPointF(20, 20))
    hand.move(hand.input(first))
    assert scene.nodes[far].lit
    hand.key(Qt.Key.Key_Escape)
    assert scene.nodes[far].opacity() == 1.0


def test_the_refusal_is_said_in_the_status_bar_too(hand, session, design, chain, qtbot):
    _, first, second = chain
    design.wire(first, second)
    with qtbot.waitSignal(session.noticed) as said:
        hand.drag(hand.output(second), hand.input(first))
    assert "loop" in said.args[0]


def test_candidates_are_ringed_and_what_would_loop_is_dimmed(hand, scene, design, chain):
    source, first, second = chain
    design.wire(source, first)
    hand.press(hand.output(first))
    hand.move(hand.output(first) + QPointF(30, 60))
    assert scene.nodes[second].ringed == {("in", 0): "candidate"}
    assert scene.nodes[source].opacity() < 1
    hand.key(Qt.Key.Key_Escape)
    assert scene.nodes[second].ringed == {}
    assert scene.nodes[source].opacity() == 1


def test_escape_in_the_middle_changes_nothing(hand, scene, session, chain):
    source, dense, _ = chain
    before = session.document
    hand.press(hand.output(source))
    hand.move(hand.input(dense) + QPointF(-30, 0))
    hand.key(Qt.Key.Key_Escape)
    hand.release(hand.input(dense))
    assert session.document is before
    assert len(scene.items()) == len(scene.nodes)


def test_a_drop_on_an_occupied_single_port_replaces_its_wire(hand, design, chain):
    source, dense, _ = chain
    other = design.input(0, 200)
    design.wire(source, dense)
    hand.drag(hand.output(other), hand.input(dense))
    assert design.sources(dense) == [other]


def test_many_ports_show_a_ring_for_each_wire_and_a_free_one(hand, scene, design, chain):
    source, dense, _ = chain
    merge = design.layer("Concatenate", 300, 300)
    assert len(scene.nodes[merge].layout.inputs) == 1
    hand.drag(hand.output(source), hand.input(merge))
    hand.drag(hand.output(dense), hand.input(merge, index=1))
    assert design.sources(merge) == [source, dense]
    assert len(scene.nodes[merge].layout.inputs) == 3


def test_a_drop_at_a_rings_place_inserts_there(hand, design, chain):
    source, first, second = chain
    merge = design.layer("Concatenate", 300, 300)
    design.wire(source, merge)
    design.wire(first, merge, index=1)
    hand.drag(hand.output(second), hand.input(merge, index=1))
    assert design.sources(merge) == [source, second, first]


def test_the_cursor_tells_what_a_release_would_do(hand, view, design, chain):
    source, first, second = chain
    merge = design.layer("Concatenate", 300, 300)
    design.wire(source, merge)
    design.wire(source, first)
    attention = design.layer("MultiHeadAttention", 600, 300, num_heads=1, key_dim=2)
    hand.press(hand.output(second))
    hand.move(hand.output(second) + QPointF(30, 30))
    assert not view.notice.isVisible()
    for place, words in (
        (hand.input(first), "takes the place of input"),
        (hand.input(merge, index=0), "place 1 of 2"),
        (hand.input(attention, "value"), "value"),
        (hand.middle(attention), "query"),
    ):
        hand.move(place)
        assert view.notice.text() == words
    hand.key(Qt.Key.Key_Escape)
    assert not view.notice.isVisible()


def test_an_end_that_is_picked_up_can_be_put_elsewhere(hand, session, design, chain):
    source, first, second = chain
    design.wire(source, first)
    hand.drag(hand.input(first), hand.input(second))
    assert (design.sources(first), design.sources(second)) == ([], [source])
    assert session.history.undo_label == "Move wire"


def test_an_end_that_is_put_back_is_seen_from_afar_whatever_was_said_meanwhile(
    hand, view, scene, session, design
):
    source, node = design.input(0, 0), design.layer("Dense", 300, 0)
    wire = design.wire(source, node)
    hand.press(hand.input(node))
    hand.move((200, 200))
    design.judge(**{source: design.fine(8), node: design.fine(4)})
    view.overview.outlines.catch_up()
    hand.key(Qt.Key.Key_Escape)
    view.overview.outlines.catch_up()
    assert scene.wires[wire].isVisible()
    assert wire in view.overview.outlines.lines


def test_a_wire_whose_end_is_put_back_stays_folded_away(hand, scene, session, design):
    source, node = design.input(0, 0), design.layer("Dense", 300, 0)
    wire, frame = design.wire(source, node), design.add(edits.add_frame, -50, -50, 700, 300)
    hand.press(hand.input(node))
    hand.move((200, 200))
    session.apply("Fold", edits.fold, frame, (source, node))
    hand.key(Qt.Key.Key_Escape)
    assert not scene.wires[wire].isVisible()


def test_an_end_that_is_picked_up_and_dropped_on_nothing_is_gone(hand, session, design, chain):
    source, first, _ = chain
    design.wire(source, first)
    hand.drag(hand.input(first), (450, 250))
    assert design.sources(first) == []
    assert session.history.undo_label == "Disconnect"


def test_an_end_that_is_put_back_leaves_no_undo_step(hand, session, design, chain):
    source, first, _ = chain
    design.wire(source, first)
    before = session.document
    hand.press(hand.input(first))
    hand.move(hand.input(first) + QPointF(-40, 40))
    hand.move(hand.input(first))
    hand.release(hand.input(first))
    assert session.document is before


def test_wires_of_a_merge_change_places_by_their_ends(hand, design, chain):
    source, first, second = chain
    merge = design.layer("Concatenate", 300, 300)
    for index, node in enumerate(chain):
        design.wire(node, merge, index=index)
    hand.drag(hand.input(merge, index=2), hand.input(merge, index=0))
    assert design.sources(merge) == [second, source, first]


def test_the_start_of_a_wire_can_be_moved_too(hand, design, chain):
    source, first, _ = chain
    other = design.input(0, 200)
    design.wire(source, first)
    hand.drag(hand.output(source) + QPointF(16, 0), hand.output(other))
    assert design.sources(first) == [other]


def test_a_dragged_wire_does_not_outlive_its_node(hand, view, scene, session, chain):
    source = chain[0]
    hand.press(hand.output(source))
    hand.move(hand.output(source) + QPointF(60, 60))
    session.undo()
    session.undo()
    session.undo()
    assert view.gesture is None
    assert not scene.nodes
    hand.release((200, 200))


def test_what_a_drop_would_do_is_judged_as_the_drop_is(hand, view, design, chain):
    source, dense, _ = chain
    design.wire(source, dense)
    hand.press(hand.output(source))
    hand.move(hand.output(source) + QPointF(30, 30))
    hand.move(hand.input(dense))
    assert "already wired" in view.notice.text()
    hand.release(hand.input(dense))
    assert design.session.document.nodes[dense].inputs["inputs"] == (Source(source),)


def test_a_click_on_a_wire_selects_it_and_delete_removes_it(hand, scene, design, chain):
    source, dense, _ = chain
    wire = design.wire(source, dense)
    hand.click((hand.output(source) + hand.input(dense)) / 2)
    assert scene.selected_wires == {Wire(Source(source), dense, "inputs")} == {wire}
    hand.key(Qt.Key.Key_Delete)
    assert not scene.wires


# Which rings fit ----------------------------------------------------------------------------------


@pytest.fixture
def fits(session, monkeypatch):
    """What is known of wires: by target node, a Fit; `asked` is what was asked about."""
    known, asked = {}, []
    monkeypatch.setattr(session.fitting, "ask", lambda wires, loose=None: asked.extend(wires))
    monkeypatch.setattr(
        session.fitting, "of", lambda wire: known.get((wire.node, wire.source.node))
    )
    known["asked"] = asked
    return known


def begin(hand, source):
    hand.press(hand.output(source))
    hand.move(hand.output(source) + QPointF(30, 60))


def test_the_rings_in_view_are_asked_about_the_nearest_first(hand, design, fits, chain):
    source, first, second = chain
    begin(hand, source)
    wires = [wire for wire, replacing in fits["asked"] if not replacing]
    assert [wire.node for wire in wires] == [first, second]
    assert wires[0] == Wire(Source(source), first, "inputs")


def test_what_is_known_later_is_shown_on_the_rings(hand, scene, session, fits, chain):
    source, first, second = chain
    begin(hand, source)
    assert scene.nodes[first].ringed == {("in", 0): "candidate"}
    fits[first, source] = Fit("fits")
    fits[second, source] = Fit("cannot", "It will not do.")
    session.fitting.found.emit()
    assert scene.nodes[first].ringed == {("in", 0): "fits"}
    assert scene.nodes[second].ringed == {("in", 0): "cannot"}
    hand.key(Qt.Key.Key_Escape)
    assert scene.nodes[first].ringed == {}


@pytest.mark.parametrize(
    ("fit", "words", "mark"),
    [
        (Fit("fits"), "", "target fits"),
        (
            Fit("mendable", "Insert a Flatten before dense"),
            "Fits after a repair: Insert a Flatten before dense",
            "target mendable",
        ),
        (Fit("cannot", "dense wants numbers."), "dense wants numbers.", "target cannot"),
        (None, "", "target"),
    ],
)
def test_the_cursor_tells_why_not_and_what_would_help(
    hand, view, scene, session, fits, chain, fit, words, mark
):
    source, first, _ = chain
    fits[first, source] = fit
    begin(hand, source)
    hand.move(hand.input(first))
    assert view.notice.text() == words or (not words and not view.notice.isVisible())
    assert scene.nodes[first].ringed == {("in", 0): mark}


def test_what_is_found_under_a_resting_mouse_is_said(hand, view, session, fits, chain):
    source, first, _ = chain
    begin(hand, source)
    hand.move(hand.input(first))
    assert not view.notice.isVisible()
    fits[first, source] = Fit("cannot", "It will not do.")
    session.fitting.found.emit()
    assert view.notice.text() == "It will not do."
    hand.release(hand.input(first))
    session.fitting.found.emit()  # what comes after the gesture is nobody's


def test_a_wire_that_would_not_fit_may_be_drawn_all_the_same(hand, design, fits, chain):
    source, first, _ = chain
    fits[first, source] = Fit("cannot", "It will not do.")
    hand.drag(hand.output(source), hand.input(first))
    assert design.sources(first) == [source]


def test_a_drop_on_the_body_takes_the_port_that_fits(hand, design, session, chain, monkeypatch):
    source, *_ = chain
    attention = design.layer("MultiHeadAttention", 300, 300, num_heads=2, key_dim=4)
    known = {"query": Fit("cannot", "No."), "value": Fit("fits")}
    monkeypatch.setattr(session.fitting, "of", lambda wire: known.get(wire.port))
    begin(hand, source)
    hand.move(hand.middle(attention))
    assert not session.document.nodes[attention].inputs
    hand.release(hand.middle(attention))
    assert design.sources(attention, "value") == [source]


def test_nothing_is_asked_where_rings_cannot_be_seen(hand, view, design, fits, chain):
    view.look(0.2, QPointF(400, 100))
    begin(hand, chain[0])
    assert fits["asked"] == []


def test_every_mark_of_a_ring_is_painted(view, scene, chain):
    marks = ("candidate", "fits", "mendable", "cannot", "target", *TARGETS.values())
    pictures = []
    for mark in marks:
        scene.nodes[chain[1]].mark(ringed={("in", 0): mark})
        pictures.append(view.grab().toImage())
    assert all(one != other for one, other in combinations(pictures, 2))
