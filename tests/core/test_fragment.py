"""A piece of a design is copied, pasted and written on the clipboard as a small design."""

import json
from dataclasses import replace

import pytest
from immutables import Map

from composer_gui.core import edits, fragment
from composer_gui.core.document import CodeFile, Document, Note, Source, put
from composer_gui.core.errors import EditRefused


@pytest.fixture
def drawn(sketch):
    return sketch(
        photo="Input",
        first="Dense photo",
        second="Again first photo",
        sum="Add first photo second",
        out="Output sum",
        note="Note",
    )


def pasted(document, piece, **options):
    """Return the document after pasting and the new nodes in the order of their ids."""
    after = fragment.paste(document, piece, 10, 20, **options)
    new = sorted(set(after.nodes) - set(document.nodes), key=lambda node_id: int(node_id[1:]))
    return after, new


def test_a_copy_holds_the_wires_among_its_nodes(drawn):
    piece = fragment.copy(drawn.document, [drawn["first"], drawn["second"], drawn["sum"]])
    assert set(piece.nodes) == {drawn["first"], drawn["second"], drawn["sum"]}
    assert piece.nodes[drawn["sum"]].inputs["inputs"] == (
        Source(drawn["first"]),
        Source(drawn["second"]),
    )
    assert piece.nodes[drawn["first"]].inputs == Map()
    assert set(piece.layers) == {drawn.layer("first").id, drawn.layer("sum").id}
    assert piece.inputs == piece.outputs == ()


def test_a_copy_of_nothing_is_empty(drawn):
    piece = fragment.copy(drawn.document, ["n99"])
    assert not piece.nodes and not piece.layers
    assert fragment.paste(drawn.document, piece, 0, 0) is drawn.document


def test_what_is_pasted_has_fresh_ids_and_lies_aside(drawn):
    piece = fragment.copy(drawn.document, [drawn["sum"], drawn["note"]])
    after, (summed, note) = pasted(drawn.document, piece)
    assert (after.nodes[note].x, after.nodes[note].y) == (10, 20)
    assert after.label(note) == "note"
    assert after.nodes[summed].layer not in drawn.document.layers
    assert after.label(summed) == "sum_1"
    assert {k: after.nodes[k] for k in drawn.document.nodes} == dict(drawn.document.nodes)


def test_wires_and_sharing_are_pasted_along(drawn):
    after, new = pasted(drawn.document, fragment.copy(drawn.document, drawn.document.nodes))
    photo, first, second, summed, out, _ = new
    assert after.nodes[first].layer == after.nodes[second].layer != drawn.node("first").layer
    assert after.nodes[summed].inputs["inputs"] == (Source(first), Source(photo), Source(second))
    assert after.nodes[out].inputs["input"] == (Source(summed),)


def test_what_is_silenced_stays_so_in_a_copy(drawn, catalog):
    document = edits.silence(drawn.document, drawn["first"], "no_effect")
    text = fragment.to_text(fragment.copy(document, [drawn["first"]]))
    after, (again,) = pasted(document, fragment.from_text(text, catalog))
    assert after.nodes[again].silenced == ("no_effect",)


def test_inputs_and_outputs_join_the_signature(drawn):
    after, new = pasted(drawn.document, fragment.copy(drawn.document, drawn.document.nodes))
    assert after.inputs == (drawn["photo"], new[0])
    assert after.outputs == (drawn["out"], new[4])
    assert [after.label(node_id) for node_id in after.inputs] == ["photo", "photo_1"]


def test_shared_pasting_calls_the_same_layers(drawn):
    piece = fragment.copy(drawn.document, [drawn["first"], drawn["photo"]])
    after, (_, again) = pasted(drawn.document, piece, shared=True)
    assert after.nodes[again].layer == drawn.node("first").layer
    assert after.layers == drawn.document.layers


def test_a_layer_that_has_changed_since_is_not_shared(drawn, catalog):
    piece = fragment.copy(drawn.document, [drawn["first"]])
    layer_id = drawn.layer("first").id
    document = edits.set_parameter(drawn.document, catalog, layer_id, "units", 3).settled()
    after, (new,) = pasted(document, piece, shared=True)
    assert after.nodes[new].layer != layer_id
    assert after.layers[after.nodes[new].layer].parameters["units"] == 64


def test_shared_pasting_into_another_design_copies(drawn):
    piece = fragment.copy(drawn.document, [drawn["first"]])
    other = edits.add_keras_layer(Document(), "Add", 0, 0).settled()
    after, (new,) = pasted(other, piece, shared=True)
    assert after.layers[after.nodes[new].layer].class_name == "Dense"


def test_pasting_into_an_empty_design_may_give_the_same_ids(sketch):
    """The layer has to come along although its id stays the same."""
    drawn = sketch(dense="Dense")
    piece = fragment.copy(drawn.document, drawn.document.nodes)
    after = fragment.paste(Document(), piece, 0, 0)
    assert (after.nodes, after.layers) == (piece.nodes, piece.layers)


def test_pasting_is_the_same_every_time(drawn):
    """However the maps happen to be ordered."""
    piece = fragment.copy(drawn.document, drawn.document.nodes)
    turned = replace(piece, nodes=Map({k: piece.nodes[k] for k in sorted(piece.nodes)[::-1]}))
    assert fragment.paste(Document(), piece, 1, 1) == fragment.paste(Document(), turned, 1, 1)
    once, new = pasted(Document(), piece)
    assert [type(once.nodes[k]) for k in new] == [
        type(piece.nodes[k]) for k in sorted(piece.nodes, key=lambda k: int(k[1:]))
    ]


def test_duplicating_is_copying_and_pasting(drawn):
    ids = [drawn["first"], drawn["sum"]]
    piece = fragment.copy(drawn.document, ids)
    assert fragment.duplicate(drawn.document, ids, 5, 6) == fragment.paste(
        drawn.document, piece, 5, 6
    )


def test_nothing_is_pasted_out_of_bounds(drawn):
    piece = fragment.copy(drawn.document, [drawn["note"]])
    with pytest.raises(EditRefused, match="that far away"):
        fragment.paste(drawn.document, piece, 1e12, 0)


def test_python_files_come_along_with_the_models_that_need_them(drawn, catalog, interface):
    document = edits.set_code(drawn.document, [CodeFile("/a.py", "1")])
    foreign = replace(interface(), foreign=("Scale",))
    document = edits.add_saved_model(document, "/m.keras", "0", foreign, 0, 0, name="model")
    (model,) = (n.id for n in document.nodes.values() if document.label(n.id) == "model")
    piece = fragment.copy(edits.group(document, catalog, [model]), ["n99"])
    assert piece.code == fragment.copy(document, [drawn["first"]]).code == ()
    piece = fragment.copy(document, [model])
    after, _ = pasted(edits.set_code(Document(), [CodeFile("/b.py", "2")]), piece)
    assert after.code == (CodeFile("/b.py", "2"), CodeFile("/a.py", "1"))
    assert fragment.from_text(fragment.to_text(piece), catalog) == piece


# On the clipboard -------------------------------------------------------------------------------


def test_a_fragment_survives_the_clipboard(drawn, catalog):
    piece = fragment.copy(drawn.document, drawn.document.nodes)
    assert fragment.from_text(fragment.to_text(piece), catalog) == piece
    assert fragment.from_text(fragment.to_text(piece)) == piece


def test_any_text_can_be_copied(drawn):
    """Half of a surrogate pair is text in Python, and cannot be encoded."""
    document = edits.set_text(drawn.document, drawn["note"], "\ud800 größe")
    piece = fragment.copy(document, [drawn["note"]])
    assert fragment.from_text(fragment.to_text(piece).encode().decode()) == piece


@pytest.mark.parametrize(
    "text",
    [
        "",
        "composer_fragment",
        "[1, 2]",
        '"composer_fragment"',
        '{"composer_fragment": 2}',
        '{"composer_fragment": 1}',
        '{"composer_fragment": 1, "nodes": []}',
        '{"composer_fragment": ' + "[" * 100_000,
    ],
)
def test_other_text_is_no_fragment(text):
    assert fragment.from_text(text) is None


def altered(drawn, **entries):
    plain = json.loads(fragment.to_text(fragment.copy(drawn.document, drawn.document.nodes)))
    for key, value in entries.items():
        if value is None:
            del plain["nodes"][drawn[key]]
        else:
            plain["nodes"][drawn[key]].update(value)
    return json.dumps(plain)


@pytest.mark.parametrize(
    "entry",
    [
        {"layer": "l99"},
        {"layer": ["l1"]},
        {"at": [1e300, 0]},
        {"at": [10**400, 0]},
        {"kind": "exec"},
        {"inputs": {"inputs": [["n1"]]}},
        {"inputs": 3},
        {"arguments": {"a b": 1}},
    ],
)
def test_a_crooked_fragment_is_none(drawn, entry):
    assert fragment.from_text(altered(drawn, first=entry)) is None


def test_a_fragment_with_a_loop_is_none(drawn):
    loop = {"inputs": {"inputs": [[drawn["sum"], "output"]]}}
    assert fragment.from_text(altered(drawn, first=loop)) is None


def test_wires_from_outside_are_left_out(drawn, catalog):
    """A fragment is a stranger's data: what it names must be in it."""
    piece = fragment.from_text(altered(drawn, photo=None), catalog)
    assert piece.nodes[drawn["first"]].inputs == Map()
    assert piece.inputs == ()


def test_wires_to_unknown_ports_are_left_out_with_a_catalog(drawn, catalog):
    text = altered(drawn, first={"inputs": {"other": [[drawn["photo"], "output"]]}})
    assert fragment.from_text(text, catalog).nodes[drawn["first"]].inputs == Map()


def test_a_thousand_nodes_of_one_name_are_named_in_a_moment(sketch):
    document = put(sketch(a="Dense").document, *(Note(f"n{i}", "") for i in range(10, 12)))
    for _ in range(9):
        document = fragment.duplicate(document, document.nodes, 1, 1).settled()
    names = {layer.name for layer in document.layers.values()}
    assert names == {"a"} | {f"a_{number}" for number in range(1, 512)}


# Wires from outside -------------------------------------------------------------------------------


def through_clipboard(piece, catalog):
    return fragment.from_text(fragment.to_text(piece), catalog)


def test_wires_from_outside_are_drawn_again_where_their_sources_are(drawn, catalog):
    piece = fragment.copy(drawn.document, [drawn["sum"], drawn["second"]], outside=True)
    piece = through_clipboard(piece, catalog)
    after, (second, add) = pasted(drawn.document, piece, outside=True, catalog=catalog)
    assert after.nodes[second].inputs["inputs"] == (Source(drawn["photo"]),)
    starts = [source.node for source in after.nodes[add].inputs["inputs"]]
    assert starts == [drawn["first"], drawn["photo"], second]
    without, (second, add) = pasted(drawn.document, piece)
    assert without.nodes[add].inputs["inputs"] == (Source(second),)


def test_wires_from_outside_are_not_drawn_from_another_node_of_the_same_id(drawn, sketch, catalog):
    piece = fragment.copy(drawn.document, [drawn["first"]], outside=True)
    other = sketch(picture="Input").document
    assert set(other.nodes) == {drawn["photo"]}
    after, (node,) = pasted(other, piece, outside=True, catalog=catalog)
    assert after.nodes[node].inputs == Map()
    same = sketch(photo="Input").document
    after, (node,) = pasted(same, piece, outside=True, catalog=catalog)
    assert after.nodes[node].inputs["inputs"] == (Source(drawn["photo"]),)


def test_duplicates_may_take_their_wires_along(drawn):
    after = fragment.duplicate(drawn.document, [drawn["first"]], 1, 1, outside=True)
    (new,) = set(after.nodes) - set(drawn.document.nodes)
    assert after.nodes[new].inputs == drawn.node("first").inputs


@pytest.mark.parametrize(
    "wires",
    [
        "no list",
        [["n1"]],
        [[1, "output", "photo", "n3", "inputs", 0]],
        [["n1", "output", "photo", "n3", "inputs", -1]],
        [["n1", "output", "photo", "n3", "inputs", True]],
    ],
)
def test_a_fragment_with_crooked_wires_from_outside_is_none(drawn, wires):
    plain = json.loads(fragment.to_text(fragment.copy(drawn.document, [drawn["first"]])))
    assert fragment.from_text(json.dumps(plain | {"outside": wires})) is None


def test_wires_from_outside_beyond_what_a_port_takes_are_left_out(drawn, catalog):
    plain = json.loads(fragment.to_text(fragment.copy(drawn.document, [drawn["first"]])))
    wire = [drawn["photo"], "output", "photo", drawn["first"], "inputs", 0]
    unknown = [*wire[:4], "other", 0]
    gone = [*wire[:3], "n99", "inputs", 0]
    text = json.dumps(plain | {"outside": [wire, wire, unknown, gone]})
    assert len(fragment.from_text(text, catalog).outside) == 1
