"""A selection becomes a submodel and comes out of it again; a submodel's design is edited."""

import pytest
from immutables import Map

from composer_gui.core import edits
from composer_gui.core.connections import check
from composer_gui.core.document import (
    Call,
    CodeFile,
    Document,
    Dot,
    Frame,
    Note,
    Source,
    in_order,
    put,
)
from composer_gui.core.errors import EditRefused
from composer_gui.core.layer_kinds import KerasLayer, Submodel
from composer_gui.core.plain import DEEPEST, document_from_plain, document_to_plain
from composer_gui.core.resolved import resolved
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import FINE, Verdict


@pytest.fixture
def drawn(sketch):
    """A stem, a block with a way around it, and what comes behind."""
    return sketch(
        photo="Input",
        stem="Dense photo",
        first="Dense stem",
        second="Dense first",
        sum="Add second stem",
        head="Dense sum",
        out="Output head",
        aside="Output sum",
    )


@pytest.fixture
def grouped(drawn, catalog):
    """The block as a submodel, and the node that calls it."""
    block = [drawn[name] for name in ("first", "second", "sum")]
    document = edits.group(drawn.document, catalog, block, "block").settled()
    return document, new_nodes(drawn.document, document)[0]


def new_nodes(before, after):
    return [node.id for node in in_order(after.nodes) if node.id not in before.nodes]


def by_label(document, label):
    """Return the one call of a label."""
    calls = [node for node in document.nodes.values() if isinstance(node, Call)]
    (node,) = (n for n in calls if document.label(n.id) == label)
    return node


def test_a_selection_becomes_one_node_that_calls_a_submodel(drawn, grouped):
    document, node_id = grouped
    call = document.nodes[node_id]
    layer = document.layers[call.layer]
    assert isinstance(layer, Submodel) and layer.name == "block"
    assert call.inputs == Map(stem=(Source(drawn["stem"]),))
    assert document.nodes[drawn["head"]].inputs == Map(inputs=(Source(node_id, "sum"),))
    assert document.nodes[drawn["aside"]].inputs == Map(input=(Source(node_id, "sum"),))
    kept = {drawn[name] for name in ("photo", "stem", "head", "out", "aside")}
    assert set(document.nodes) == kept | {node_id}


def test_the_design_of_a_submodel_is_whole(grouped, catalog):
    document, node_id = grouped
    design = document.layers[document.nodes[node_id].layer].design
    assert check(design, catalog) is design
    (entry,), (end,) = design.inputs, design.outputs
    assert by_label(design, "first").inputs == Map(inputs=(Source(entry),))
    second = by_label(design, "second").id
    assert by_label(design, "sum").inputs == Map(inputs=(Source(second), Source(entry)))
    assert design.label(entry) == "stem" and design.nodes[end].label == "sum"
    assert set(design.layers).isdisjoint(document.layers)


def test_inputs_have_the_shapes_that_the_verdicts_tell(drawn, catalog):
    spec = TensorSpec((None, 7, 3), "float16")
    verdicts = {drawn["stem"]: Verdict(FINE, (("output", spec),))}
    document = edits.group(drawn.document, catalog, [drawn["first"]], verdicts=verdicts)
    (node_id,) = new_nodes(drawn.document, document)
    design = document.layers[document.nodes[node_id].layer].design
    entry = design.nodes[design.inputs[0]]
    assert (entry.shape, entry.dtype, entry.batch_size) == ((7, 3), "float16", None)


def test_an_input_that_feeds_a_group_gives_its_own_shape(drawn, catalog):
    document = edits.group(drawn.document, catalog, [drawn["stem"]])
    (node_id,) = new_nodes(drawn.document, document)
    design = document.layers[document.nodes[node_id].layer].design
    assert design.nodes[design.inputs[0]].shape == (8,)


def test_what_comes_from_a_node_with_one_output_is_called_as_the_node(grouped, drawn, catalog):
    document, node_id = grouped
    behind = edits.group(document, catalog, [drawn["head"]], "behind")
    call = by_label(behind, "behind")
    assert call.inputs == Map(block=(Source(node_id, "sum"),))


def test_a_number_without_a_batch_axis_cannot_enter_a_submodel(drawn, catalog):
    verdicts = {drawn["stem"]: Verdict(FINE, (("output", TensorSpec(())),))}
    with pytest.raises(EditRefused, match="Select stem as well"):
        edits.group(drawn.document, catalog, [drawn["first"]], verdicts=verdicts)


def test_a_group_in_a_loop_with_another_node_is_refused(drawn, catalog):
    with pytest.raises(EditRefused, match="Select second as well"):
        edits.group(drawn.document, catalog, [drawn["first"], drawn["sum"]])


def test_a_layer_cannot_be_called_inside_and_outside(sketch, catalog):
    drawn = sketch(photo="Input", one="Dense photo", two="Again one one")
    with pytest.raises(EditRefused, match="Two nodes one share their weights"):
        edits.group(drawn.document, catalog, [drawn["two"]])
    both = edits.group(drawn.document, catalog, [drawn["one"], drawn["two"]])
    (node_id,) = new_nodes(drawn.document, both)
    design = both.layers[both.nodes[node_id].layer].design
    assert len(design.layers) == 1


def test_without_a_layer_there_is_nothing_to_group(drawn, catalog):
    with pytest.raises(EditRefused, match="at least one"):
        edits.group(drawn.document, catalog, [drawn["photo"], drawn["out"], "n999"])


def test_what_leads_nowhere_yet_becomes_an_output(sketch, catalog):
    drawn = sketch(photo="Input", one="Dense photo")
    document = edits.group(drawn.document, catalog, [drawn["one"]])
    (node_id,) = new_nodes(drawn.document, document)
    design = document.layers[document.nodes[node_id].layer].design
    assert [design.nodes[end].label for end in design.outputs] == ["one"]


def test_frames_and_notes_go_along(drawn, catalog):
    document = edits.add_frame(drawn.document, 0, 0, 100, 100, label="the block")
    document = edits.add_note(document, 0, 0, text="look").settled()
    extra = [n.id for n in document.nodes.values() if isinstance(n, Frame | Note)]
    after = edits.group(document, catalog, [drawn["first"], *extra])
    (node_id,) = new_nodes(document, after)
    design = after.layers[after.nodes[node_id].layer].design
    assert set(extra) <= set(design.nodes) and set(extra).isdisjoint(after.nodes)


def test_ungrouping_gives_back_what_was_grouped(drawn, grouped, catalog):
    document, node_id = grouped
    after = edits.ungroup(document, node_id)
    assert check(after, catalog) is after
    stem, second = drawn["stem"], by_label(after, "second").id
    assert by_label(after, "sum").inputs == Map(inputs=(Source(second), Source(stem)))
    assert after.nodes[drawn["head"]].inputs["inputs"] == (Source(by_label(after, "sum").id),)
    assert {layer.name for layer in after.layers.values()} == {
        layer.name for layer in drawn.document.layers.values()
    }
    assert [type(layer) for layer in after.layers.values()] == [KerasLayer] * 5


def test_only_submodels_are_ungrouped(drawn):
    with pytest.raises(EditRefused, match="stem is no submodel"):
        edits.ungroup(drawn.document, drawn["stem"])


# An edited design ---------------------------------------------------------------------------------


def edited(grouped, edit, *args, **kwargs):
    """Return the outer document after an edit inside its submodel."""
    document, node_id = grouped
    layer = document.layers[document.nodes[node_id].layer]
    return edits.with_design(document, layer.id, edit(layer.design, *args, **kwargs))


def test_wires_follow_a_port_that_was_renamed(drawn, grouped):
    document, node_id = grouped
    design = document.layers[document.nodes[node_id].layer].design
    after = edited(grouped, edits.rename, design.inputs[0], "left")
    assert after.nodes[node_id].inputs == Map(left=(Source(drawn["stem"]),))
    after = edited(grouped, edits.rename, design.outputs[0], "result")
    assert after.nodes[drawn["head"]].inputs["inputs"] == (Source(node_id, "result"),)


def test_wires_go_with_a_port_that_is_deleted(drawn, grouped):
    document, node_id = grouped
    design = document.layers[document.nodes[node_id].layer].design
    after = edited(grouped, edits.delete, [design.inputs[0], design.outputs[0]])
    assert after.nodes[node_id].inputs == Map()
    assert after.nodes[drawn["head"]].inputs == Map()


def test_an_edit_inside_that_leaves_the_ports_touches_the_submodel_only(grouped, catalog):
    after = edited(grouped, edits.add_keras_layer, "Dense", 0, 0)
    document, node_id = grouped
    assert after.touched == {document.nodes[node_id].layer}


def test_a_submodel_holds_no_memory_of_how_it_came_about(grouped):
    after = edited(grouped, edits.add_keras_layer, "Dense", 0, 0)
    (layer,) = (x for x in after.layers.values() if isinstance(x, Submodel))
    assert layer.design.origin is None and not layer.design.touched


def test_python_files_named_inside_are_named_outside(grouped):
    after = edited(grouped, edits.set_code, [CodeFile("/a.py", "1")])
    assert after.code == (CodeFile("/a.py", "1"),)
    (layer,) = (x for x in after.layers.values() if isinstance(x, Submodel))
    assert layer.design.code == ()


def test_submodels_lie_only_so_deep_as_a_file_can_hold(sketch, catalog):
    drawn = sketch(photo="Input", one="Dense photo")
    document = drawn.document
    with pytest.raises(EditRefused, match="deep at most"):
        for _ in range(DEEPEST + 1):
            (call,) = (node.id for node in document.nodes.values() if isinstance(node, Call))
            document = edits.group(document, catalog, [call]).settled()
    assert document_from_plain(document_to_plain(document)) == document
    (outer,) = document.layers.values()
    deeper = edits.add_keras_layer(document, "Dense", 0, 0)
    with pytest.raises(EditRefused, match="deep at most"):
        edits.with_design(document, outer.id, deeper)


def test_a_design_is_given_to_submodels_only(drawn):
    with pytest.raises(EditRefused, match="no longer"):
        edits.with_design(drawn.document, drawn.layer("stem").id, Document())


def test_the_same_design_changes_nothing(grouped):
    assert edited(grouped, lambda design: design) is grouped[0]


def test_ports_that_change_names_with_each_other_keep_their_wires(sketch, catalog):
    drawn = sketch(a="Input", b="Input", sum="Add a b", out="Output sum")
    document = edits.group(drawn.document, catalog, [drawn["sum"]]).settled()
    (node_id,) = new_nodes(drawn.document, document)
    layer = document.layers[document.nodes[node_id].layer]
    one, two = (layer.design.nodes[key] for key in layer.design.inputs)
    design = edits.rename(edits.rename(layer.design, one.id, "b"), two.id, "a")
    after = edits.with_design(document, layer.id, design)
    assert after.nodes[node_id].inputs == Map(a=(Source(drawn["b"]),), b=(Source(drawn["a"]),))


def test_a_submodel_used_twice_is_ungrouped_at_both_places(grouped, drawn, catalog):
    document, node_id = grouped
    layer_id = document.nodes[node_id].layer
    again = edits.add_call(document, layer_id, 900, 0)
    (other,) = new_nodes(document, again)
    call = again.nodes[other]
    again = put(again, Call(other, layer_id, inputs=Map(stem=(Source(node_id, "sum"),)), x=call.x))
    after = edits.ungroup(again.settled(), other)
    assert check(after, catalog) is after
    assert len(after.layers) == 5
    assert sorted(after.label(n.id) for n in after.nodes.values()).count("first") == 2
    sums = [n for n in in_order(after.nodes) if after.label(n.id) == "sum" and isinstance(n, Call)]
    assert sums[1].inputs["inputs"][1] == Source(sums[0].id)


# Dots, bypasses and folded frames -----------------------------------------------------------------


def dotted(drawn, catalog, start, end):
    """Return a sketch's document with a dot on a wire, and the dot."""
    document = edits.dot_on_wire(drawn.document, catalog, drawn.wire(start, end), 0, 0)
    return document, new_nodes(drawn.document, document)[0]


def test_a_dot_goes_along_and_comes_out_again(drawn, catalog):
    document, dot = dotted(drawn, catalog, "first", "second")
    block = [drawn[name] for name in ("first", "second", "sum")]
    inside = edits.group(document, catalog, [*block, dot], "block").settled()
    call = by_label(inside, "block")
    design = inside.layers[call.layer].design
    assert check(design, catalog) is design
    assert isinstance(design.nodes[dot], Dot)
    out = edits.ungroup(inside, call.id)
    assert check(out, catalog) is out
    assert resolved(out, catalog).nodes.keys() != out.nodes.keys()
    second = by_label(out, "second")
    (source,) = second.inputs["inputs"]
    assert isinstance(out.nodes[source.node], Dot)
    assert out.label(source.node) == "first"


def test_a_dot_at_the_border_is_where_a_tensor_leaves(drawn, catalog):
    document, dot = dotted(drawn, catalog, "sum", "head")
    block = [drawn[name] for name in ("first", "second", "sum")]
    after = edits.group(document, catalog, [*block, dot], "block")
    design = after.layers[by_label(after, "block").layer].design
    assert [design.nodes[k].label for k in design.outputs] == ["sum", "sum_1"]
    assert check(after, catalog) is after


def test_what_comes_through_a_dot_has_the_shape_of_what_feeds_it(drawn, catalog):
    document, _ = dotted(drawn, catalog, "photo", "stem")
    after = edits.group(document, catalog, [drawn["stem"]], "block")
    design = after.layers[by_label(after, "block").layer].design
    (entry,) = (design.nodes[key] for key in design.inputs)
    assert (entry.label, entry.shape) == ("photo", (8,))


def test_a_bypassed_submodel_is_not_taken_apart(grouped):
    document, node_id = grouped
    with pytest.raises(EditRefused, match="block is bypassed"):
        edits.ungroup(edits.set_bypassed(document, [node_id], True), node_id)


def test_a_folded_frame_holds_the_submodel_in_place_of_what_went_into_it(drawn, catalog):
    document = edits.add_frame(drawn.document, 0, 0, 100, 100)
    (frame,) = new_nodes(drawn.document, document)
    document = edits.fold(document, frame, [drawn["first"], drawn["head"]])
    after = edits.group(document, catalog, [drawn["first"], drawn["second"], drawn["sum"]], "block")
    call = by_label(after, "block")
    assert after.nodes[frame].folded == (drawn["head"], call.id)
    out = edits.ungroup(after.settled(), call.id)
    assert out.nodes[frame].folded[0] == drawn["head"]
    assert set(out.nodes[frame].folded[1:]) == set(new_nodes(after, out))


def test_a_folded_frame_goes_along_with_what_it_holds(drawn, catalog):
    document = edits.add_frame(drawn.document, 0, 0, 100, 100)
    (frame,) = new_nodes(drawn.document, document)
    document = edits.fold(document, frame, [drawn["first"], drawn["head"]])
    block = [drawn[name] for name in ("first", "second", "sum")]
    after = edits.group(document, catalog, [*block, frame], "block").settled()
    call = by_label(after, "block")
    assert after.layers[call.layer].design.nodes[frame].folded == (drawn["first"],)
    out = edits.ungroup(after, call.id)
    (brought,) = (n for n in out.nodes.values() if isinstance(n, Frame))
    assert brought.folded == (by_label(out, "first").id,)
