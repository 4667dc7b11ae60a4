"""A layer of another class in a node's place; a node taken out of the way of its wires."""

from dataclasses import replace

import pytest
from immutables import Map

from composer_gui.core import edits
from composer_gui.core.connections import check
from composer_gui.core.document import Source, put
from composer_gui.core.errors import EditRefused
from composer_gui.core.layer_kinds import KerasLayer, SavedWeights


@pytest.fixture
def drawn(sketch):
    return sketch(
        photo="Input",
        conv="Conv2D photo",
        dense="Dense conv",
        sum="Add conv dense",
        out="Output sum",
    )


def replaced(drawn, catalog, name, class_name):
    """Return the design, the node and the layer after another class has come."""
    document = edits.replace_class(drawn.document, catalog, drawn[name], class_name)
    assert check(document, catalog) is document
    node = document.nodes[drawn[name]]
    return document, node, document.layers[node.layer]


# Another class ----------------------------------------------------------------------------------


def test_parameters_that_both_classes_have_stay(drawn, catalog):
    layer_id = drawn.layer("conv").id
    drawn.document = edits.set_parameter(drawn.document, catalog, layer_id, "padding", "same")
    _, node, layer = replaced(drawn, catalog, "conv", "SeparableConv2D")
    before = drawn.layer("conv").parameters
    assert layer.class_name == "SeparableConv2D"
    assert {name: layer.parameters[name] for name in ("filters", "kernel_size", "padding")} == {
        name: before[name] for name in ("filters", "kernel_size", "padding")
    }
    assert node.inputs == drawn.node("conv").inputs


def test_parameters_that_the_new_class_has_not_go(drawn, catalog):
    _, _, layer = replaced(drawn, catalog, "dense", "Dropout")
    assert layer.parameters == Map()


def test_a_layer_called_after_its_class_is_called_after_the_new_one(drawn, catalog):
    document = edits.rename_layer(drawn.document, drawn.layer("dense").id, "dense_3")
    renamed = edits.replace_class(document, catalog, drawn["dense"], "Dropout")
    assert renamed.label(drawn["dense"]) == "dropout"
    document = edits.rename_layer(drawn.document, drawn.layer("dense").id, "block1_fc")
    kept = edits.replace_class(document, catalog, drawn["dense"], "Dropout")
    assert kept.label(drawn["dense"]) == "block1_fc"


def test_only_as_many_wires_stay_as_there_is_room_for(drawn, catalog):
    document, node, _ = replaced(drawn, catalog, "sum", "Dense")
    assert node.inputs == Map(inputs=(Source(drawn["conv"]),))
    assert document.nodes[drawn["out"]].inputs == Map(input=(Source(drawn["sum"]),))


def test_wires_lead_from_first_port_to_first_port(drawn, catalog):
    entry = catalog.layers["MultiHeadAttention"].inputs[0].name
    _, node, _ = replaced(drawn, catalog, "dense", "MultiHeadAttention")
    assert entry != "inputs" and node.inputs == Map({entry: (Source(drawn["conv"]),)})


def test_wires_of_outputs_that_are_gone_go(sketch, catalog):
    drawn = sketch(photo="Input", lstm="LSTM photo")
    document = edits.set_parameter(
        drawn.document, catalog, drawn.layer("lstm").id, "return_state", True
    )
    for port in ("output", "state_c"):
        document = edits.add_output(document, 0, 0)
        wire = type(drawn.wire("photo", "lstm"))(
            Source(drawn["lstm"], port), document.outputs[-1], "input"
        )
        document = edits.connect(document, catalog, wire)
    after = edits.replace_class(document.settled(), catalog, drawn["lstm"], "Dense")
    first, second = (after.nodes[key].inputs for key in after.outputs)
    assert first == Map(input=(Source(drawn["lstm"]),)) and second == Map()
    assert check(after, catalog) is after


def test_the_saved_weights_go_on_being_named(drawn, catalog):
    saved = drawn.layer("conv")
    weights = SavedWeights("/m.keras", "0", "conv", "Conv2D", saved.parameters)
    drawn.document = put(drawn.document, replace(saved, weights=weights)).settled()
    document, _, layer = replaced(drawn, catalog, "conv", "SeparableConv2D")
    assert layer.weights == weights and not layer.is_as_saved
    back = edits.replace_class(document, catalog, drawn["conv"], "Conv2D")
    assert back.layers[layer.id].is_as_saved


def test_all_calls_of_a_layer_change_together(sketch, catalog):
    drawn = sketch(photo="Input", one="Dense photo", two="Again one one", sum="Add one two")
    document, _, layer = replaced(drawn, catalog, "two", "Dropout")
    assert document.layers[document.nodes[drawn["one"]].layer] is layer
    assert document.nodes[drawn["sum"]] is drawn.node("sum")


def test_a_saved_model_may_give_way_to_a_layer(sketch, catalog):
    drawn = sketch(photo="Input", model="Saved photo", out="Output model")
    document, node, layer = replaced(drawn, catalog, "model", "Dense")
    assert isinstance(layer, KerasLayer) and layer.name == "model"
    assert node.inputs["inputs"] == (Source(drawn["photo"]),)
    assert document.nodes[drawn["out"]].inputs["input"] == (Source(drawn["model"]),)


def test_what_cannot_be_replaced_is_told_in_words(drawn, catalog):
    with pytest.raises(EditRefused, match="Nobody is not in the catalog"):
        edits.replace_class(drawn.document, catalog, drawn["dense"], "Nobody")
    with pytest.raises(EditRefused, match="photo calls no layer"):
        edits.replace_class(drawn.document, catalog, drawn["photo"], "Dense")
    same = edits.replace_class(drawn.document, catalog, drawn["dense"], "Dense")
    assert same is drawn.document


# What lies before it ----------------------------------------------------------------------------


def healed(drawn, catalog, *names):
    document = edits.delete_and_heal(drawn.document, catalog, [drawn[name] for name in names])
    assert check(document, catalog) is document
    return document


def test_wires_are_led_on_where_a_node_is_deleted(drawn, catalog):
    document = healed(drawn, catalog, "dense")
    conv = Source(drawn["conv"])
    assert document.nodes[drawn["sum"]].inputs == Map(inputs=(conv, conv))
    assert drawn.layer("dense").id not in document.layers


def test_wires_are_led_on_through_all_that_is_deleted(drawn, catalog):
    document = healed(drawn, catalog, "dense", "conv")
    photo = Source(drawn["photo"])
    assert document.nodes[drawn["sum"]].inputs == Map(inputs=(photo, photo))


def test_a_node_with_several_wires_leaves_a_gap(drawn, catalog):
    document = healed(drawn, catalog, "sum")
    assert document.nodes[drawn["out"]].inputs == Map()


def test_an_input_leaves_a_gap_behind_all_that_is_deleted(drawn, catalog):
    document = healed(drawn, catalog, "photo", "conv", "dense")
    assert document.nodes[drawn["sum"]].inputs == Map()
    assert document.inputs == ()


def test_healing_nothing_changes_nothing(drawn, catalog):
    assert healed(drawn, catalog) is drawn.document
