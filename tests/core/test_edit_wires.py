"""Wires are drawn, replaced, ordered and led through nodes; refusals leave all as it was."""

from dataclasses import replace

import pytest

from composer_gui.core import edits
from composer_gui.core.document import Source
from composer_gui.core.errors import EditRefused


@pytest.fixture
def drawn(sketch):
    return sketch(
        a="Input", b="Input", c="Input", sum="Add a b", dense="Dense a", out="Output dense"
    )


def starts(drawn, document, name, port="inputs"):
    names = {node_id: key for key, node_id in drawn.ids.items()}
    sources = document.nodes[drawn[name]].inputs.get(port, ())
    return [names[source.node] for source in sources]


@pytest.mark.parametrize(("index", "order"), [(0, "cab"), (1, "acb"), (2, "abc"), (99, "abc")])
def test_a_wire_takes_its_place_among_the_others(drawn, catalog, index, order):
    wire = drawn.wire("c", "sum", index=index)
    after = edits.connect(drawn.document, catalog, wire)
    assert starts(drawn, after, "sum") == list(order)


def test_a_wire_that_may_not_be_drawn_is_refused_in_words(drawn, catalog):
    with pytest.raises(EditRefused, match=r"^dense takes one tensor\. Remove its wire first\.$"):
        edits.connect(drawn.document, catalog, drawn.wire("b", "dense"))


def test_a_wire_may_take_the_place_of_another(drawn, catalog):
    after = edits.replace_wire(drawn.document, catalog, drawn.wire("b", "dense"))
    assert starts(drawn, after, "dense") == ["b"]
    after = edits.replace_wire(drawn.document, catalog, drawn.wire("c", "sum", index=1))
    assert starts(drawn, after, "sum") == ["a", "c"]


def test_replacing_draws_where_nothing_is(sketch, catalog):
    drawn = sketch(a="Input", dense="Dense")
    after = edits.replace_wire(drawn.document, catalog, drawn.wire("a", "dense"))
    assert starts(drawn, after, "dense") == ["a"]


def test_replacing_is_no_way_around_a_loop(drawn, catalog):
    behind = edits.connect(drawn.document, catalog, drawn.wire("dense", "sum", index=2))
    with pytest.raises(EditRefused, match="close a loop"):
        edits.replace_wire(behind, catalog, drawn.wire("sum", "dense"))


def test_the_other_wires_keep_their_order(drawn, catalog):
    full = edits.connect(drawn.document, catalog, drawn.wire("c", "sum", index=2))
    after = edits.disconnect(full, drawn.wire("b", "sum", index=1))
    assert starts(drawn, after, "sum") == ["a", "c"]


def test_the_last_wire_leaves_no_trace(drawn):
    after = edits.disconnect(drawn.document, drawn.wire("a", "dense"))
    assert "inputs" not in after.nodes[drawn["dense"]].inputs


def test_a_wire_that_is_gone_cannot_be_taken_away(drawn):
    for wire in (drawn.wire("b", "dense"), drawn.wire("a", "sum", index=1)):
        with pytest.raises(EditRefused, match="no longer in the design"):
            edits.disconnect(drawn.document, wire)
    with pytest.raises(EditRefused, match="no longer in the design"):
        edits.disconnect(drawn.document, replace(drawn.wire("a", "dense"), node="n99"))


def test_wires_are_put_in_another_order(drawn, catalog):
    full = edits.connect(drawn.document, catalog, drawn.wire("c", "sum", index=2))
    after = edits.reorder(full, drawn["sum"], "inputs", (2, 0, 1))
    assert starts(drawn, after, "sum") == ["c", "a", "b"]
    assert edits.reorder(full, drawn["sum"], "inputs", (0, 1, 2)) is full


@pytest.mark.parametrize("order", [(0,), (0, 0), (0, 1, 2), (1, 2)])
def test_an_order_that_does_not_fit_is_refused(drawn, order):
    with pytest.raises(EditRefused, match="Order them again"):
        edits.reorder(drawn.document, drawn["sum"], "inputs", order)


def test_a_node_is_put_on_a_wire(drawn, catalog):
    document = edits.add_keras_layer(drawn.document, "Dropout", 0, 0, name="drop")
    drawn.ids["drop"] = next(iter(set(document.nodes) - set(drawn.document.nodes)))
    wire = drawn.wire("a", "sum", index=0)
    after = edits.insert_on_wire(document, catalog, wire, drawn["drop"])
    assert starts(drawn, after, "sum") == ["drop", "b"]
    assert starts(drawn, after, "drop") == ["a"]


def test_a_node_with_several_inputs_is_entered_where_it_must_be(sketch, catalog):
    drawn = sketch(a="Input", q="Input", attention="MultiHeadAttention q", out="Output a")
    wire = drawn.wire("a", "out")
    after = edits.insert_on_wire(drawn.document, catalog, wire, drawn["attention"])
    assert starts(drawn, after, "attention", "value") == ["a"]
    assert starts(drawn, after, "out", "input") == ["attention"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("c", "c cannot stand in the middle of a wire"),
        ("out", "out cannot stand in the middle of a wire"),
        ("other", "other has no free input. Remove its wire first."),
        ("behind", "behind already leads to sum: this wire would close a loop."),
        ("sum", "sum cannot lead to itself."),
    ],
)
def test_a_node_that_does_not_fit_on_a_wire_is_refused(sketch, catalog, name, words):
    drawn = sketch(
        a="Input", c="Input", behind="Add c", other="Dense a", sum="Add a behind", out="Output sum"
    )
    wire = drawn.wire("sum", "out") if name == "behind" else drawn.wire("a", "sum")
    if name == "behind":
        wire = replace(wire, source=Source(drawn["sum"]))
    with pytest.raises(EditRefused) as caught:
        edits.insert_on_wire(drawn.document, catalog, wire, drawn[name])
    assert str(caught.value).startswith(words)
