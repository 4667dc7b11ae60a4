"""Layers are set, frozen and shared; wires of ports that vanish go with them."""

import pytest
from immutables import Map

from composer_gui.core import edits, fragment
from composer_gui.core.document import Source, put
from composer_gui.core.errors import EditRefused
from composer_gui.core.layer_kinds import Construct, KerasLayer, Operation, Slot


@pytest.fixture
def drawn(sketch):
    return sketch(a="Input", dense="Dense a", lstm="LSTM a")


def parameters(document, drawn, name="dense"):
    return document.layers[drawn.node(name).layer].parameters


def set_on(drawn, catalog, name, value, node="dense"):
    layer_id = drawn.node(node).layer
    return edits.set_parameter(drawn.document, catalog, layer_id, name, value)


# Parameters -------------------------------------------------------------------------------------


def test_a_parameter_is_set(drawn, catalog):
    after = set_on(drawn, catalog, "units", 10)
    assert parameters(after, drawn) == Map(units=10)


def test_the_default_is_not_kept(drawn, catalog):
    on = set_on(drawn, catalog, "use_bias", False)
    assert parameters(on, drawn)["use_bias"] is False
    off = edits.set_parameter(on, catalog, drawn.node("dense").layer, "use_bias", True)
    assert "use_bias" not in parameters(off, drawn)


def test_a_required_parameter_is_kept_even_where_it_is_the_default(drawn, catalog):
    assert "units" in parameters(set_on(drawn, catalog, "units", 64), drawn)


def test_the_same_value_changes_nothing(drawn, catalog):
    assert set_on(drawn, catalog, "units", 64) is drawn.document
    assert set_on(drawn, catalog, "activation", None) is drawn.document


def test_what_is_written_otherwise_is_another_value(sketch, catalog):
    """1 and 1.0 are equal in Python, but a reader and Keras may tell them apart."""
    drawn = sketch(drop="Dropout")
    layer_id = drawn.node("drop").layer
    whole = edits.set_parameter(drawn.document, catalog, layer_id, "rate", 1)
    real = edits.set_parameter(whole, catalog, layer_id, "rate", 1.0)
    assert type(real.layers[layer_id].parameters["rate"]) is float


def test_nonsense_is_refused_with_the_sentence_of_the_catalog(drawn, catalog):
    with pytest.raises(EditRefused, match="units wants a whole number"):
        set_on(drawn, catalog, "units", "many")
    with pytest.raises(EditRefused, match="activation wants"):
        set_on(drawn, catalog, "activation", "rleu")


def test_a_parameter_that_does_not_exist_is_refused(drawn, catalog):
    with pytest.raises(EditRefused, match="dense has no parameter named filters"):
        set_on(drawn, catalog, "filters", 3)


def test_a_nested_value_is_set(drawn, catalog):
    value = Construct("initializer", "Constant", Map(value=0.5))
    after = set_on(drawn, catalog, "kernel_initializer", value)
    assert parameters(after, drawn)["kernel_initializer"] == value


def test_a_parameter_is_reset(drawn, catalog):
    layer_id = drawn.node("dense").layer
    after = edits.reset_parameter(drawn.document, catalog, layer_id, "units")
    assert parameters(after, drawn) == Map()
    assert edits.reset_parameter(after, catalog, layer_id, "units") is after


def test_saved_models_and_unknown_classes_have_no_parameters_to_set(sketch, catalog):
    drawn = sketch(model="Saved", odd="FromTheFuture")
    for name, words in (("model", "is a saved model"), ("odd", "is not in the catalog")):
        with pytest.raises(EditRefused, match=words):
            set_on(drawn, catalog, "units", 3, node=name)


# Outputs that come and go -----------------------------------------------------------------------


def with_states(sketch, catalog):
    """Return two calls of one LSTM, and nodes on the states of the second."""
    drawn = sketch(a="Input", first="LSTM a", second="Again first a", sum="Add first second")
    layer_id = drawn.layer("first").id
    document = edits.set_parameter(drawn.document, catalog, layer_id, "return_state", True)
    for state in ("state_h", "state_c"):
        wire = drawn.wire("second", "sum", index=99)
        wire = type(wire)(Source(drawn["second"], state), wire.node, wire.port, 99)
        document = edits.connect(document, catalog, wire)
    return drawn, layer_id, document


def test_wires_of_outputs_that_vanish_go(sketch, catalog):
    drawn, layer_id, document = with_states(sketch, catalog)
    kept = (Source(drawn["first"]), Source(drawn["second"]))
    off = edits.set_parameter(document, catalog, layer_id, "return_state", False)
    assert off.nodes[drawn["sum"]].inputs["inputs"] == kept
    reset = edits.reset_parameter(document, catalog, layer_id, "return_state")
    assert reset.nodes[drawn["sum"]].inputs["inputs"] == kept


def test_wires_of_outputs_that_stay_stay(sketch, catalog):
    drawn, layer_id, document = with_states(sketch, catalog)
    after = edits.set_parameter(document, catalog, layer_id, "units", 3)
    assert after.nodes[drawn["sum"]] is document.nodes[drawn["sum"]]


def test_a_call_argument_belongs_to_one_node(sketch, catalog):
    drawn = sketch(a="Input", first="MultiHeadAttention a value=a", second="Again first a value=a")
    name = "return_attention_scores"
    document = edits.set_argument(drawn.document, catalog, drawn["first"], name, True)
    assert document.nodes[drawn["first"]].arguments == Map({name: True})
    assert document.nodes[drawn["second"]].arguments == Map()
    document = edits.add_output(document, 0, 0)
    out = document.outputs[0]
    wire = type(drawn.wire("a", "first"))(Source(drawn["first"], "attention_scores"), out, "input")
    document = edits.connect(document, catalog, wire)
    for off in (
        edits.set_argument(document, catalog, drawn["first"], name, False),
        edits.reset_argument(document, catalog, drawn["first"], name),
    ):
        assert off.nodes[drawn["first"]].arguments == Map()
        assert off.nodes[out].inputs == Map()


def test_only_calls_have_arguments(drawn, catalog):
    with pytest.raises(EditRefused, match="a calls no layer"):
        edits.set_argument(drawn.document, catalog, drawn["a"], "training", True)
    with pytest.raises(EditRefused, match="dense has no parameter named"):
        edits.set_argument(drawn.document, catalog, drawn["dense"], "use_causal_mask", True)


# Freezing and sharing ---------------------------------------------------------------------------


def test_a_layer_is_frozen_and_thawed(drawn):
    layer_id = drawn.node("dense").layer
    frozen = edits.set_trainable(drawn.document, layer_id, False)
    assert not frozen.layers[layer_id].trainable
    assert edits.set_trainable(frozen, layer_id, True).layers == drawn.document.layers


def test_a_shared_layer_becomes_a_copy_with_a_name_of_its_own(sketch):
    drawn = sketch(first="Dense", second="Again first")
    after = edits.make_independent(drawn.document, drawn["second"])
    one, other = (after.layers[after.nodes[drawn[name]].layer] for name in ("first", "second"))
    assert one.id != other.id and one.parameters == other.parameters
    assert (one.name, other.name) == ("first", "first_1")


def test_an_own_label_becomes_the_name_of_the_copy(sketch):
    drawn = sketch(first="Dense", second="Again first")
    document = edits.rename(drawn.document, drawn["second"], "right")
    after = edits.make_independent(document, drawn["second"])
    assert after.nodes[drawn["second"]].label == ""
    assert after.label(drawn["second"]) == "right"


def test_a_layer_that_is_not_shared_cannot_become_a_copy(drawn):
    for name in ("dense", "a"):
        with pytest.raises(EditRefused, match="shares its weights with no other node"):
            edits.make_independent(drawn.document, drawn[name])


def test_a_copy_becomes_a_shared_layer_again(sketch):
    drawn = sketch(first="Dense", second="Again first")
    apart = edits.make_independent(drawn.document, drawn["second"])
    again = edits.share_layer(apart, drawn["second"], drawn.layer("first").id)
    assert (again.nodes, again.layers) == (drawn.document.nodes, drawn.document.layers)


def test_only_layers_that_differ_in_weights_alone_are_shared(sketch, catalog):
    drawn = sketch(a="Dense", b="Dense", c="LSTM", m="Saved", n="Saved", i="Input")
    document = edits.set_parameter(drawn.document, catalog, drawn.layer("b").id, "units", 3)
    for node, layer in (("a", "b"), ("a", "c"), ("m", "a"), ("i", "a")):
        with pytest.raises(EditRefused, match="differ in more than their weights"):
            edits.share_layer(document, drawn[node], drawn.layer(layer).id)
    shared = edits.share_layer(document, drawn["m"], drawn.layer("n").id)
    assert drawn.layer("m").id not in shared.layers


def test_submodels_that_differ_in_weights_alone_are_shared(sketch, catalog):
    drawn = sketch(photo="Input", one="Dense photo", two="Dense photo", three="Dense two")
    document = edits.group(drawn.document, catalog, [drawn["one"]], "block").settled()
    (first,) = (n.id for n in document.nodes.values() if document.label(n.id) == "block")
    twice = fragment.duplicate(document, [first], 0, 0)
    (copy,) = set(twice.nodes) - set(document.nodes)
    assert len(twice.layers) == len(document.layers) + 1
    shared = edits.share_layer(twice, copy, twice.nodes[first].layer)
    assert len(shared.layers) == len(document.layers)
    assert edits.make_independent(shared, copy).nodes[copy].layer not in shared.layers
    with pytest.raises(EditRefused, match="differ in more"):
        edits.share_layer(twice, copy, drawn.layer("two").id)


def test_what_is_in_a_model_is_not_set_from_outside(sketch, catalog):
    drawn = sketch(photo="Input", model="Saved photo", one="Dense model")
    grouped = edits.group(drawn.document, catalog, [drawn["one"]], "block")
    (block,) = (x.id for x in grouped.layers.values() if x.name == "block")
    with pytest.raises(EditRefused, match="block is a submodel: enter it"):
        edits.set_parameter(grouped, catalog, block, "units", 1)
    with pytest.raises(EditRefused, match="model is a saved model: open it up"):
        edits.set_parameter(grouped, catalog, drawn.layer("model").id, "units", 1)
    doubled = put(grouped, Operation(block, "twice", "add", (Slot(0), Slot(0))))
    with pytest.raises(EditRefused, match="twice is an operation"):
        edits.set_parameter(doubled, catalog, block, "units", 1)


def test_an_unknown_class_can_be_renamed_frozen_and_shared(sketch):
    drawn = sketch(a="FromTheFuture")
    layer = drawn.layer("a")
    assert isinstance(layer, KerasLayer)
    document = edits.set_trainable(drawn.document, layer.id, False)
    document = edits.add_call(edits.rename_layer(document, layer.id, "odd"), layer.id, 0, 0)
    (again,) = set(document.nodes) - {drawn["a"]}
    assert document.label(again) == "odd"
    assert put(document, document.layers[layer.id]).layers == document.layers
