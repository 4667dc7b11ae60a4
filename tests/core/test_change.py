"""A Change says what differs, whichever way one document came about from the other."""

from dataclasses import replace

import pytest

from composer_gui.core import edits
from composer_gui.core.change import Change, between
from composer_gui.core.document import Document, Input, Output, Source, Wire, put


@pytest.fixture
def drawn(sketch):
    return sketch(photo="Input", dense="Dense photo", out="Output dense")


def test_the_same_document_differs_in_nothing(drawn):
    assert between(drawn.document, drawn.document).is_empty


def test_a_new_node_is_added_with_its_layer(drawn):
    after = edits.add_keras_layer(drawn.document, "Dropout", 0, 0)
    assert between(drawn.document, after) == Change(
        added=frozenset({"n6"}), layers=frozenset({"l5"})
    )


def test_a_wire_changes_its_consumer_only(drawn, catalog):
    wire = drawn.wire("photo", "out")
    without = edits.disconnect(drawn.document, drawn.wire("dense", "out"))
    change = between(without.settled(), edits.connect(without.settled(), catalog, wire))
    assert change == Change(changed=frozenset({drawn["out"]}), wires_added=frozenset({wire}))


def test_deleting_tells_of_the_wires_on_both_sides(drawn):
    change = between(drawn.document, edits.delete(drawn.document, [drawn["dense"]]))
    assert change.removed == {drawn["dense"]} and change.changed == {drawn["out"]}
    assert change.wires_removed == {drawn.wire("photo", "dense"), drawn.wire("dense", "out")}
    assert change.layers == {drawn.layer("dense").id} and not change.wires_added


def test_wires_that_move_up_in_their_port_are_other_wires(sketch):
    drawn = sketch(a="Input", b="Input", sum="Add a b")
    change = between(
        drawn.document, edits.disconnect(drawn.document, drawn.wire("a", "sum", index=0))
    )
    assert change.wires_removed == {drawn.wire("a", "sum"), drawn.wire("b", "sum", index=1)}
    assert change.wires_added == {drawn.wire("b", "sum", index=0)}


def test_a_renamed_design_differs_in_its_head_only(drawn):
    assert between(drawn.document, edits.set_name(drawn.document, "other")) == Change(head=True)


def test_a_node_of_another_kind_is_removed_and_added():
    before = put(Document(), Input("n1", "x")).settled()
    change = between(before, put(before, Output("n1", "x")))
    assert change == Change(added=frozenset({"n1"}), removed=frozenset({"n1"}))


def test_edits_and_a_full_comparison_tell_the_same(drawn, catalog):
    before = drawn.document
    after = edits.add_keras_layer(before, "Add", 5, 5)
    after = edits.connect(after, catalog, Wire(Source(drawn["photo"]), "n6", "inputs"))
    after = edits.delete(after, [drawn["dense"]])
    assert after.origin is before
    assert between(before, after) == between(before, after.settled())


def test_an_edit_that_is_taken_back_differs_in_nothing(drawn):
    there = edits.add_note(drawn.document, 0, 0)
    assert between(drawn.document, edits.delete(there, ["n5"])).is_empty


def test_edits_from_the_first_on_remember_where_they_began(drawn):
    """Also those that begin with a fresh id: the difference must not cost the whole design."""
    assert edits.add_input(drawn.document, 0, 0).origin is drawn.document


def test_only_touched_nodes_are_compared(drawn, catalog):
    after = edits.rename(drawn.document, drawn["photo"], "other")
    # What was touched is believed: this node differs as well, but no edit put it.
    sneaked = replace(after, nodes=after.nodes.delete(drawn["out"]))
    assert between(drawn.document, sneaked).changed == {drawn["photo"]}
    assert not between(drawn.document, sneaked).removed


def test_inverted_twice_is_the_same(drawn):
    change = between(drawn.document, edits.delete(drawn.document, [drawn["dense"]]))
    assert change.inverted().inverted() == change
    assert change.inverted() == between(
        edits.delete(drawn.document, [drawn["dense"]]).settled(), drawn.document
    )


STEPS = {
    "added, then changed": [
        lambda d: edits.add_note(d, 0, 0, text="a"),
        lambda d: edits.set_text(d, "n5", "b"),
    ],
    "added, then removed": [lambda d: edits.add_note(d, 0, 0), lambda d: edits.delete(d, ["n5"])],
    "changed, then removed": [
        lambda d: edits.rename(d, "n1", "b"),
        lambda d: edits.delete(d, ["n1"]),
    ],
    "removed, then another added": [
        lambda d: edits.delete(d, ["n1"]),
        lambda d: edits.add_note(d, 0, 0),
    ],
    "two different ones": [
        lambda d: edits.rename(d, "n1", "b"),
        lambda d: edits.set_name(edits.set_trainable(d, "l2", False), "c"),
    ],
}


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_one_change_then_another_is_the_difference_of_the_ends(drawn, steps):
    before, middle = drawn.document, steps[0](drawn.document).settled()
    after = steps[1](middle).settled()
    together = between(before, middle).then(between(middle, after))
    assert together == between(before, after)


def test_a_wire_that_is_drawn_and_taken_away_is_in_neither_list(drawn, catalog):
    wire, other = drawn.wire("photo", "out"), drawn.wire("dense", "out")
    free = edits.disconnect(drawn.document, other).settled()
    one = edits.connect(free, catalog, wire).settled()
    two = edits.replace_wire(one, catalog, other).settled()
    together = between(free, one).then(between(one, two))
    assert together == between(free, two)
    assert together.wires_added == {other} and not together.wires_removed


def test_a_change_and_its_inverse_leave_no_wires_and_no_nodes(drawn):
    change = between(drawn.document, edits.delete(drawn.document, [drawn["dense"]]))
    together = change.then(change.inverted())
    assert not together.wires_added and not together.wires_removed
    assert together.added == together.removed == {drawn["dense"]}
