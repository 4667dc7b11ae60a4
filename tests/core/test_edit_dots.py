"""Dots are led into wires and dissolved, calls are bypassed and pulled out of the flow."""

from dataclasses import replace

import pytest

from composer_gui.core import edits
from composer_gui.core.document import Document, Dot, Frame, Source, Wire, put, wires_into
from composer_gui.core.errors import EditRefused
from composer_gui.core.layer_kinds import SavedInterface, SavedPort


@pytest.fixture
def chain(sketch):
    return sketch(
        a="Input", b="Input", first="Dense a", sum="Add first b", relu="ReLU sum", out="Output relu"
    )


def dotted(drawn, catalog, start, end, index=0):
    """Return a sketch's document with a dot on a wire, and the dot's id."""
    after = edits.dot_on_wire(drawn.document, catalog, drawn.wire(start, end, index=index), 5, 6)
    (dot,) = set(after.nodes) - set(drawn.document.nodes)
    return after, dot


def starts(document, node_id, port="inputs"):
    return [source.node for source in document.nodes[node_id].inputs.get(port, ())]


def test_a_dot_splits_a_wire_at_its_place(chain, catalog):
    after, dot = dotted(chain, catalog, "b", "sum", 1)
    assert starts(after, chain["sum"]) == [chain["first"], dot]
    assert starts(after, dot, "input") == [chain["b"]]
    assert (after.nodes[dot].x, after.nodes[dot].y) == (5, 6)


def test_a_dot_is_called_by_what_it_hands_on(chain, catalog):
    after, dot = dotted(chain, catalog, "b", "sum", 1)
    assert after.label(dot) == "b"
    lone = edits.add_dot(after, 0, 0)
    assert lone.label(f"n{after.next_number}") == "reroute dot"


def test_a_loop_of_dots_in_a_broken_file_has_a_name():
    dots = [
        Dot("n1", Dot("x").inputs.set("input", (Source("n2"),))),
        Dot("n2", Dot("x").inputs.set("input", (Source("n1"),))),
        Dot("n3", Dot("x").inputs.set("input", (Source("n9"),))),
    ]
    document = put(Document(), *dots)
    assert [document.label(dot.id) for dot in dots] == ["reroute dot"] * 3


def test_a_dot_takes_one_wire(chain, catalog):
    after, dot = dotted(chain, catalog, "b", "sum", 1)
    wire = replace(chain.wire("a", "first"), node=dot, port="input")
    with pytest.raises(EditRefused, match=r"^This dot takes one tensor\. Remove its wire first\.$"):
        edits.connect(after, catalog, wire)


def test_dots_in_a_row_dissolve_to_the_wire_that_was(chain, catalog):
    once, first = dotted(chain, catalog, "b", "sum", 1)
    (onward,) = [w for w in wires_into(once.nodes[chain["sum"]]) if w.source.node == first]
    twice = edits.dot_on_wire(once, catalog, onward, 7, 8)
    (second,) = set(twice.nodes) - set(once.nodes)
    for ids in ([first, second], [second, first]):
        assert edits.dissolve(twice, catalog, ids).nodes == chain.document.nodes
    assert edits.dissolve(twice, catalog, [second]).nodes == once.nodes


def test_only_dots_dissolve(chain, catalog):
    document = chain.document
    assert edits.dissolve(document, catalog, [chain["relu"], "n99"]) is document


def test_a_dot_that_is_deleted_with_healing_leaves_its_wire(chain, catalog):
    after, dot = dotted(chain, catalog, "b", "sum", 1)
    assert edits.delete_and_heal(after, catalog, [dot]).nodes == chain.document.nodes
    assert starts(edits.delete(after, [dot]), chain["sum"]) == [chain["first"]]


def test_a_dot_has_no_name_and_no_warnings_of_its_own(chain, catalog):
    after, dot = dotted(chain, catalog, "b", "sum", 1)
    with pytest.raises(EditRefused, match="called by what it hands on"):
        edits.rename(after, dot, "knee")
    with pytest.raises(EditRefused, match="no warning"):
        edits.silence(after, dot, "loose_end")


def test_calls_are_bypassed_and_act_again(chain):
    document = chain.document
    ids = [chain["relu"], chain["first"], chain["a"]]
    off = edits.set_bypassed(document, ids, True)
    assert [n.id for n in off.nodes.values() if getattr(n, "bypassed", False)] == [
        key for key in off.nodes if key in (chain["relu"], chain["first"])
    ]
    assert edits.set_bypassed(off, ids, True) is off
    assert edits.set_bypassed(off, ids, False).nodes == document.nodes
    with pytest.raises(EditRefused, match="Only layers can be bypassed"):
        edits.set_bypassed(document, [chain["a"], chain["out"]], True)


def test_a_node_that_is_pulled_out_leaves_its_first_wire_behind(chain, catalog):
    after = edits.pull_out(chain.document, catalog, [chain["sum"]])
    assert starts(after, chain["relu"]) == [chain["first"]]
    assert after.nodes[chain["sum"]].inputs == chain.node("a").inputs
    assert edits.pull_out(after, catalog, [chain["sum"]]) is after


def test_a_stretch_that_is_pulled_out_stays_wired_in_itself(chain, catalog):
    after = edits.pull_out(chain.document, catalog, [chain["sum"], chain["relu"]])
    assert starts(after, chain["out"], "input") == [chain["first"]]
    assert starts(after, chain["relu"]) == [chain["sum"]]
    assert starts(after, chain["sum"]) == []


def test_what_nothing_comes_into_leaves_a_gap(chain, catalog):
    after = edits.pull_out(chain.document, catalog, [chain["a"], "n99"])
    assert starts(after, chain["first"]) == []
    assert chain["a"] in after.inputs


def test_frames_are_not_pulled_out(sketch, catalog):
    drawn = sketch(frame="Frame")
    assert isinstance(drawn.node("frame"), Frame)
    assert edits.pull_out(drawn.document, catalog, [drawn["frame"]]) is drawn.document


def test_an_input_that_feeds_a_model_over_dots_follows_its_size(catalog):
    interface = SavedInterface("Functional", (SavedPort("image", (None, 8, 8, 3)),), ())
    document = edits.add_input(Document(), 0, 0, label="photo", shape=(8, 8, 3))
    document = edits.add_saved_model(document, "/m/flat.keras", "00", interface, 200, 0)
    photo, flat = sorted(document.nodes)
    wire = Wire(Source(photo), flat, "image")
    document = edits.connect(document, catalog, wire)
    document = edits.dot_on_wire(document, catalog, wire, 0, 0)
    ports = (SavedPort("image", (None, 16, 16, 3)),)
    after = edits.use_inputs(document, document.nodes[flat].layer, ports)
    assert after.nodes[photo].shape == (16, 16, 3)
