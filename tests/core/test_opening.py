"""Saved models opened, tapped and cut, from configurations made by hand."""

from dataclasses import replace

import pytest
from immutables import Map

from composer_gui.core import cutting, inside_reader, opening, unfolding
from composer_gui.core.errors import EditRefused
from composer_gui.core.inside import LAYER, NotOpenable, Part
from composer_gui.core.layer_kinds import KerasLayer, SavedModel, SavedPort, Submodel
from tests.saved_configs import functional, input_layer, layer, tensor


def chain(*middle, outputs=("b", 0, 0), **config):
    """Return what a model of an input, "a", these layers and "b" behind "a" is made of."""
    layers = [input_layer("x", **config), layer("a", [tensor("x")]), *middle]
    layers.append(layer("b", [tensor("a")]))
    return inside_reader.read(functional(layers, ["x", 0, 0], list(outputs)))


def whole(inside):
    return opening.model_of(inside, "", path="/m.keras", sha256="0")


def opened(inside, catalog, **fields):
    return opening.opened(inside, replace(whole(inside), **fields), catalog)


def by_name(design):
    return {layer.name: layer for layer in design.layers.values()}


# Opening ------------------------------------------------------------------------------------------


def test_a_layer_keeps_its_class_parameters_and_where_its_weights_are(catalog):
    design = opened(chain(), catalog)
    found = by_name(design)["a"]
    assert (found.class_name, found.parameters) == ("Dense", Map({"units": 4}))
    assert (found.weights.path, found.weights.part) == ("/m.keras", "a")
    assert found.is_as_saved
    assert [design.label(node) for node in design.inputs] == ["x"]
    assert [design.label(node) for node in design.outputs] == ["b"]
    places = [design.nodes[key].x for key in sorted(design.nodes, key=lambda key: int(key[1:]))]
    assert places == sorted(places)


def test_a_layer_of_an_unknown_class_stays_sealed(catalog):
    mine = layer("mine", [[tensor("a"), tensor("x")]], class_name="Mine", module="mine")
    inside = chain(mine, outputs=("mine", 0, 0))
    sealed = by_name(opened(inside, catalog))["mine"]
    assert isinstance(sealed, SavedModel) and sealed.part == "mine"
    assert [port.name for port in sealed.inputs] == ["a", "x"]
    assert sealed.interface.input_structure == (0, 1)
    assert sealed.interface.foreign == ("Mine",)


def test_a_sealed_layer_with_several_results_has_a_port_for_each_that_is_used(catalog):
    mine = layer("mine", [tensor("a")], class_name="Mine", module="mine")
    last = layer("c", [tensor("mine", 0, 2)])
    sealed = by_name(opened(chain(mine, last, outputs=("c", 0, 0)), catalog))["mine"]
    assert [port.name for port in sealed.outputs] == ["output_1", "output_2", "output_3"]


@pytest.mark.parametrize(
    ("odd", "sentence"),
    [
        (
            layer("m", [tensor("a"), tensor("x")], class_name="Mine", module="mine"),
            "m .Mine. is called with several arguments",
        ),
        (
            layer("m", [tensor("a")], class_name="Dropout", rate=0.5, keywords={"training": True}),
            "m is called with training=True",
        ),
        (
            layer("m", [tensor("a")], class_name="Add", module="keras.src.ops.nobody"),
            "The operation m .Add. cannot be written down",
        ),
    ],
)
def test_what_a_design_cannot_say_is_refused_with_a_sentence(catalog, odd, sentence):
    inside = chain(odd, outputs=("m", 0, 0))
    with pytest.raises(NotOpenable, match=sentence) as caught:
        opened(inside, catalog)
    assert caught.value.next_step == "The model can be used as a whole."


def test_an_input_that_a_design_cannot_say_is_refused(catalog):
    with pytest.raises(NotOpenable, match="The input x is optional"):
        opened(chain(optional=True), catalog)


def test_a_row_that_was_never_built_wants_to_know_its_input(catalog):
    config = {"name": "row", "layers": [layer("a"), layer("b")]}
    inside = inside_reader.read({"module": "keras", "class_name": "Sequential", "config": config})
    with pytest.raises(NotOpenable, match="input of row has no stated shape"):
        opened(inside, catalog)
    design = opened(inside, catalog, reinput=(SavedPort("input", (None, 7)),))
    assert design.nodes[design.inputs[0]].shape == (7,)


def test_ports_that_no_longer_fit_the_file_are_refused(catalog):
    inside = chain()
    ports = whole(inside).interface
    with pytest.raises(NotOpenable, match="other outputs"):
        opened(inside, catalog, interface=replace(ports, outputs=ports.outputs * 2))
    with pytest.raises(NotOpenable, match="other inputs"):
        opened(inside, catalog, interface=replace(ports, inputs=ports.inputs * 2))
    with pytest.raises(NotOpenable, match="There is no nobody"):
        opening.opened(inside, replace(whole(inside), part="nobody"), catalog)
    with pytest.raises(NotOpenable, match="a is one Dense layer"):
        opening.opened(inside, replace(whole(inside), part="a"), catalog)


def nested():
    inner = functional(
        [input_layer("i"), layer("d", [tensor("i")])],
        ["i", 0, 0],
        ["d", 0, 0],
        "inner",
        calls=([tensor("x")], [tensor("inner")]),
    )
    layers = [input_layer("x"), inner]
    return inside_reader.read(functional(layers, ["x", 0, 0], ["inner", 2, 0]))


def test_a_nested_model_is_a_part_or_laid_out_or_a_submodel(catalog):
    inside = nested()
    part = by_name(opened(inside, catalog))["inner"]
    assert isinstance(part, SavedModel) and part.part == "inner"
    flat = opening.opened(inside, whole(inside), catalog, all_levels=True)
    assert by_name(flat)["d"].weights.part == "inner/d"
    assert len(flat.layers) == 1 and len(flat.nodes) == 4
    anew = by_name(opening.opened(inside, whole(inside), catalog, keep_weights=False))["inner"]
    assert isinstance(anew, Submodel)
    assert [type(one) for one in anew.design.layers.values()] == [KerasLayer]
    assert by_name(anew.design)["d"].weights is None


def test_a_container_that_does_not_train_holds_nothing_that_does(catalog):
    design = opened(nested(), catalog, trainable=False)
    assert not by_name(design)["inner"].trainable


def test_of_a_nested_model_that_was_saved_frozen_nothing_trains_when_it_is_laid_out(catalog):
    inner = functional([input_layer("i"), layer("d", [tensor("i")])], ["i", 0, 0], ["d", 0, 0])
    inner |= {"name": "inner", "inbound_nodes": [{"args": [tensor("x")], "kwargs": {}}]}
    inner["config"] |= {"name": "inner", "trainable": False}
    layers = [input_layer("x"), inner, layer("e", [tensor("inner")])]
    inside = inside_reader.read(functional(layers, ["x", 0, 0], ["e", 0, 0]))
    flat = opening.opened(inside, whole(inside), catalog, all_levels=True)
    assert {one.name: one.trainable for one in flat.layers.values()} == {"d": False, "e": True}


def test_of_a_model_that_was_saved_frozen_nothing_trains(catalog):
    layers = [input_layer("x"), layer("a", [tensor("x")])]
    model = functional(layers, ["x", 0, 0], ["a", 0, 0])
    model["config"]["trainable"] = False
    assert not by_name(opened(inside_reader.read(model), catalog))["a"].trainable


def test_models_that_multiply_are_not_laid_out_without_end(catalog, monkeypatch):
    monkeypatch.setattr(unfolding, "MOST_CALLS", 1000)
    model = functional([input_layer("x"), layer("d", [tensor("x")])], ["x", 0, 0], ["d", 0, 0], "m")
    for _ in range(20):
        calls = [{"args": [tensor("x")], "kwargs": {}}, {"args": [tensor("m")], "kwargs": {}}]
        inner = {**model, "inbound_nodes": calls}
        model = functional([input_layer("x"), inner], ["x", 0, 0], ["m", 2, 0], "m")
    inside = inside_reader.read(model)
    with pytest.raises(NotOpenable, match="more than 1,000 layers"):
        opening.opened(inside, whole(inside), catalog, all_levels=True)
    assert len(opened(inside, catalog).nodes) == 4


# Cutting ------------------------------------------------------------------------------------------


def test_both_ends_of_a_stretch_belong_to_it():
    stretch = cutting.cut(chain(), ["b"], ["b"])
    assert [(port.name, port.address) for port in stretch.inputs] == [("a", "a")]
    assert [(port.name, port.address) for port in stretch.outputs] == [("b", "b")]
    assert cutting.paths_within(chain(), stretch) == {"b"}


def test_the_model_s_own_inputs_keep_their_names_in_a_stretch():
    stretch = cutting.cut(chain(), [], ["a"])
    assert [port.name for port in stretch.inputs] == ["x"]
    assert cutting.paths_within(chain(), stretch) == {"a"}


@pytest.mark.parametrize(
    ("starts", "stops", "sentence"),
    [
        (["b"], ["a"], "Nothing leads from b to a"),
        (["nobody"], ["a"], "There is no nobody"),
        ([], ["a/b"], "There is no a/b"),
        ([], ["x"], "x is an input"),
    ],
)
def test_ends_that_are_no_stretch_are_refused(starts, stops, sentence):
    with pytest.raises(EditRefused, match=sentence):
        cutting.cut(chain(), starts, stops)


@pytest.mark.parametrize(
    ("address", "shape"), [("x", (None, 4)), ("inner#1/d", (None, 4)), ("inner/i", (None, 4))]
)
def test_a_tap_may_be_at_any_depth_and_at_any_call(address, shape):
    port = opening.tap(nested(), address)
    assert (port.name, port.shape, port.address) == (address[-1], shape, address)


@pytest.mark.parametrize(
    "address",
    ["nobody", "inner#2", "x#1", "inner:1", "inner/nobody", "inner#2/d", "nobody/d", "x/d"],
)
def test_a_tap_that_leads_nowhere_is_refused_with_a_sentence(address):
    with pytest.raises(NotOpenable, match=f"There is no {address} in the saved model"):
        opening.tap(nested(), address)


def test_a_tap_before_the_stretch_is_refused_with_a_sentence(catalog):
    inside = chain()
    stretch = cutting.cut(inside, ["b"], ["b"])
    with pytest.raises(NotOpenable, match="needs x, which lies outside"):
        opened(inside, catalog, cut=replace(stretch), taps=(SavedPort("y", None, address="x"),))


@pytest.mark.parametrize(
    ("dtype", "words"),
    [
        ("float32", "d is one Dense layer, with nothing further inside."),
        ({"config": {"name": "float32"}}, "d is one Dense layer, with nothing further inside."),
        (
            {"class_name": "QuantizedDTypePolicy", "config": {"mode": "int8"}},
            "d is one Dense layer with int8 weights, which is used as it was saved.",
        ),
    ],
)
def test_a_layer_that_cannot_be_looked_into_says_why(dtype, words):
    part = Part("d", LAYER, "Dense", {"class_name": "Dense", "config": {"dtype": dtype}})
    assert opening.why_sealed(part) == words
