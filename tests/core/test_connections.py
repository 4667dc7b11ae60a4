"""One rule says whether a wire may be drawn; files are mended or refused by `check`."""

from dataclasses import replace

import pytest
from immutables import Map

from composer_gui.core import edits
from composer_gui.core.connections import Refusal, check, path_between, refusal
from composer_gui.core.document import Call, Document, Dot, Frame, Output, Source, Wire, head, put
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.plain import NotPlain


@pytest.fixture
def drawn(sketch):
    return sketch(
        photo="Input",
        dense="Dense photo",
        head="Dense dense",
        fusion="Concatenate head photo",
        out="Output fusion",
        free="Dense",
        frame="Frame",
        note="Note",
    )


def sentence(drawn, catalog, wire, **options):
    found = refusal(drawn.document, catalog, wire, **options)
    return found and found.sentence


def test_a_wire_that_fits_is_not_refused(drawn, catalog):
    assert refusal(drawn.document, catalog, drawn.wire("photo", "free")) is None


def test_a_node_that_is_gone_is_told(drawn, catalog):
    gone = replace(drawn.wire("photo", "free"), node="n99")
    assert sentence(drawn, catalog, gone) == "One end of this wire is no longer in the design."


def test_frames_and_notes_take_no_wires(drawn, catalog):
    assert sentence(drawn, catalog, drawn.wire("photo", "frame")) == "A frame takes no wires."
    assert sentence(drawn, catalog, drawn.wire("note", "free")) == "A note takes no wires."


def test_a_node_cannot_lead_to_itself(drawn, catalog):
    found = refusal(drawn.document, catalog, drawn.wire("free", "free"))
    assert found == Refusal("free cannot lead to itself.", (drawn["free"],))


@pytest.mark.parametrize(
    ("start", "end", "port", "words"),
    [
        ("out", "free", "inputs", "out is an output of the whole model: nothing comes after it."),
        ("free", "photo", "input", "photo is an input of the whole model: nothing comes before"),
        ("photo.state", "free", "inputs", "photo has no output named state."),
        ("photo", "free", "other", "free has no input named other."),
    ],
)
def test_both_ports_have_to_exist(drawn, catalog, start, end, port, words):
    assert sentence(drawn, catalog, drawn.wire(start, end, port)).startswith(words)


def test_a_loop_is_refused_with_the_path_that_closes_it(drawn, catalog):
    found = refusal(drawn.document, catalog, drawn.wire("fusion", "dense"))
    assert found == Refusal(
        "dense already leads to fusion: this wire would close a loop.",
        (drawn["dense"], drawn["head"], drawn["fusion"]),
    )


def test_a_loop_is_told_before_a_port_that_is_taken(drawn, catalog):
    for replacing in (False, True):
        found = refusal(drawn.document, catalog, drawn.wire("head", "dense"), replacing=replacing)
        assert found.path == (drawn["dense"], drawn["head"])


def test_the_path_is_a_shortest_one(sketch, catalog):
    drawn = sketch(a="Add", b="Dense a", c="Dense b", d="Add a c", e="Dense d")
    assert refusal(drawn.document, catalog, drawn.wire("e", "a")).path == tuple(
        drawn[name] for name in "ade"
    )


def test_no_path_is_empty(drawn):
    assert path_between(drawn.document, drawn["out"], drawn["photo"]) == ()


def test_a_taken_port_says_how_to_make_room(drawn, catalog):
    wire = drawn.wire("photo", "head")
    assert sentence(drawn, catalog, wire) == "head takes one tensor. Remove its wire first."
    assert refusal(drawn.document, catalog, wire, replacing=True) is None


def test_a_taken_port_of_several_is_named(sketch, catalog):
    drawn = sketch(a="Input", b="Input", lstm="LSTM a")
    words = sentence(drawn, catalog, drawn.wire("b", "lstm"))
    assert words == "sequences of lstm takes one tensor. Remove its wire first."


def test_the_very_same_wire_is_not_drawn_again(drawn, catalog):
    for replacing in (False, True):
        words = sentence(drawn, catalog, drawn.wire("dense", "head"), replacing=replacing)
        assert words == "dense is already wired to head."


def test_a_tensor_may_be_merged_with_itself(drawn, catalog):
    assert refusal(drawn.document, catalog, drawn.wire("head", "fusion", index=2)) is None


def test_a_full_port_of_many_counts(sketch, catalog):
    drawn = sketch(a="Input", b="Input", c="Input", difference="Subtract a b")
    wire = drawn.wire("c", "difference", index=1)
    words = "difference takes 2 tensors. Remove one of its wires first."
    assert sentence(drawn, catalog, wire) == words
    assert refusal(drawn.document, catalog, wire, replacing=True) is None
    beyond = replace(wire, index=2)
    assert sentence(drawn, catalog, beyond, replacing=True) == words


def test_a_very_long_chain_is_no_trouble(catalog):
    """A walk by recursion would overflow."""
    nodes = [Call("n1", "l1")]
    for number in range(2, 5001):
        inputs = Map({"inputs": (Source(f"n{number - 1}"),)})
        nodes.append(Call(f"n{number}", "l1", inputs=inputs))
    document = put(Document(), KerasLayer("l1", "add", "Add"), *nodes)
    assert len(refusal(document, catalog, Wire(Source("n5000"), "n1", "inputs")).path) == 5000
    assert check(document, catalog) is document


# What was read from a file ------------------------------------------------------------------------


def test_a_sound_document_comes_back_as_it_is(drawn, catalog):
    assert check(drawn.document, catalog) is drawn.document
    assert check(drawn.document, None) is drawn.document


def test_a_wire_from_nowhere_is_left_out(drawn, catalog):
    fusion = drawn.node("fusion")
    sources = (Source("n99"), *fusion.inputs["inputs"], Source(drawn["note"]))
    odd = put(drawn.document, replace(fusion, inputs=Map({"inputs": sources})))
    for known in (catalog, None):
        assert check(odd, known).nodes == drawn.document.nodes


def test_wires_to_and_from_ports_that_do_not_exist_are_left_out(drawn, catalog):
    free = drawn.node("free")
    inputs = Map({"other": (Source("n1"),), "inputs": (Source("n1", "state"),)})
    odd = put(drawn.document, replace(free, inputs=inputs))
    assert check(odd, catalog).nodes == drawn.document.nodes


def test_wires_beyond_what_a_port_takes_are_left_out(drawn, catalog):
    free = drawn.node("free")
    both = (Source(drawn["photo"]), Source(drawn["dense"]))
    odd = put(drawn.document, replace(free, inputs=Map({"inputs": both})))
    assert check(odd, catalog).nodes[free.id].inputs == Map({"inputs": both[:1]})


def test_an_unknown_class_keeps_its_wires(drawn, catalog):
    layer = replace(drawn.layer("dense"), class_name="FromTheFuture")
    odd = put(drawn.document, layer)
    assert check(odd, catalog) is odd


def test_a_layer_that_nothing_calls_is_left_out(drawn, catalog):
    odd = put(drawn.document, KerasLayer("l99", "idle", "Dense"))
    assert check(odd, catalog).layers == drawn.document.layers


def test_the_lists_of_inputs_and_outputs_are_made_whole(drawn, catalog):
    second = put(drawn.document, Output("n98", "second"))
    photo, out, note = (drawn[name] for name in ("photo", "out", "note"))
    odd = replace(second, inputs=(photo, photo, "n77", {}, note), outputs=())
    mended = check(odd, catalog)
    assert (mended.inputs, mended.outputs) == ((photo,), (out, "n98"))


def test_the_order_of_the_signature_is_kept(sketch, catalog):
    drawn = sketch(a="Input", b="Input")
    turned = edits.reorder_inputs(drawn.document, [drawn["b"], drawn["a"]])
    assert check(turned, catalog).inputs == (drawn["b"], drawn["a"])


def test_a_call_of_a_layer_that_is_not_there_is_refused(drawn, catalog):
    odd = put(drawn.document, Call("n50", "l50"))
    with pytest.raises(NotPlain, match="n50 calls l50"):
        check(odd, catalog)


def test_a_loop_in_a_file_is_refused_with_its_nodes(drawn, catalog):
    dense = drawn.node("dense")
    inputs = Map({"inputs": (Source(drawn["fusion"]),)})
    with pytest.raises(NotPlain, match="from dense to head to fusion to dense"):
        check(put(drawn.document, replace(dense, inputs=inputs)), catalog)


def test_what_hangs_behind_a_loop_is_not_blamed(sketch, catalog):
    drawn = sketch(a="Dense", b="Dense a", c="Dense b", d="Dense c")
    loop = replace(drawn.node("a"), inputs=Map({"inputs": (Source(drawn["b"]),)}))
    with pytest.raises(NotPlain) as caught:
        check(put(drawn.document, loop), catalog)
    assert str(caught.value).endswith("from a to b to a") or str(caught.value).endswith(
        "from b to a to b"
    )


def test_the_design_of_a_submodel_is_mended_before_its_ports_are_asked_for(sketch, catalog):
    drawn = sketch(photo="Input", one="Dense photo", out="Output one")
    document = edits.group(drawn.document, catalog, [drawn["one"]])
    (layer,) = document.layers.values()
    assert check(document, catalog) is document
    crooked = replace(layer, design=head(layer.design, inputs=("n99",), outputs=()))
    mended = check(put(document, crooked), catalog)
    assert mended.layers[layer.id] == layer
    assert mended.nodes == document.nodes


def test_a_loop_in_a_submodel_is_told(sketch, catalog):
    drawn = sketch(photo="Input", one="Dense photo", two="Dense one")
    document = edits.group(drawn.document, catalog, [drawn["one"], drawn["two"]])
    (layer,) = document.layers.values()
    circle = replace(drawn.node("one"), inputs=Map(inputs=(Source(drawn["two"]),)))
    crooked = replace(layer, design=put(layer.design, circle))
    with pytest.raises(NotPlain, match="close a loop"):
        check(put(document, crooked), catalog)


# Dots and folded frames -------------------------------------------------------------------------


def test_of_the_wires_into_a_dot_the_first_is_kept(drawn, catalog):
    wires = Map(
        input=(Source(drawn["dense"]), Source(drawn["photo"])), other=(Source(drawn["photo"]),)
    )
    document = put(drawn.document, Dot("n90", wires))
    for known in (catalog, None):
        mended = check(document, known).nodes["n90"]
        assert mended.inputs == Map(input=(Source(drawn["dense"]),))


def test_a_dot_whose_source_is_gone_stays_without_a_wire(drawn, catalog):
    document = put(drawn.document, Dot("n90", Map(input=(Source("n99"),))))
    assert check(document, catalog).nodes["n90"].inputs == Map()


def test_dots_that_close_a_loop_are_refused_by_name(drawn, catalog):
    wires = [Map(input=(Source("n91"),)), Map(input=(Source("n90"),))]
    document = put(drawn.document, Dot("n90", wires[0]), Dot("n91", wires[1]))
    with pytest.raises(NotPlain, match="from reroute dot to reroute dot"):
        check(document, catalog)


def test_a_dot_cannot_lead_to_itself(drawn, catalog):
    drawn.document = put(drawn.document, Dot("n90"))
    wire = Wire(Source("n90"), "n90", "input")
    assert sentence(drawn, catalog, wire) == "This dot cannot lead to itself."


def test_a_folded_frame_holds_what_is_there_and_neither_itself_nor_its_own_frame(drawn, catalog):
    one = Frame("n90", "one", folded=(drawn["photo"], "n99", "n90", "n91"))
    other = Frame("n91", "other", folded=("n90", drawn["dense"]))
    document = put(drawn.document, one, other)
    mended = check(document, catalog)
    assert mended.nodes["n90"].folded == (drawn["photo"],)
    assert mended.nodes["n91"].folded == ("n90", drawn["dense"])
