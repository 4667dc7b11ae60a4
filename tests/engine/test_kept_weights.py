"""Layers, parts and submodels in a source: run with Keras, they compute with the saved weights."""

import numpy
import pytest
from immutables import Map

from composer_gui.core.layer_kinds import Operation, Slice, Slot, Submodel
from tests.drawing import Drawing
from tests.saved_drawing import Saved, assert_same, built, keras, layers, load

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


# Layers with weights ------------------------------------------------------------------------------


def opened_encoder(folder, **changes):
    """Return the encoder laid out layer by layer, and the ids of its nodes by name."""
    drawing = Saved(folder, "opened")
    x = drawing.input("picture", 8, 8, 3)
    made = {}
    rows = [
        ("conv", "Conv2D", {"filters": 4, "kernel_size": 3, "activation": "relu"}),
        ("norm", "BatchNormalization", {}),
        ("drop", "Dropout", {"rate": 0.5}),
        ("deep", "Conv2D", {"filters": 6, "kernel_size": 3}),
        ("gap", "GlobalAveragePooling2D", {}),
        ("dense", "Dense", {"units": 5}),
    ]
    for name, class_name, saved in rows:
        x = drawing.kept("encoder", name, name, class_name, x, now=changes.get(name), **saved)
        made[name] = x
    drawing.output("result", x)
    return drawing, made


def test_a_model_that_was_opened_gives_what_it_gave(folder, tmp_path):
    drawing, _ = opened_encoder(folder)
    text = drawing.text(insides={})
    assert text.count("load_model") == 1 and "set_random_seed" not in text
    assert_same(built(text, tmp_path), load(folder, "encoder"))


def test_a_changed_layer_keeps_weights_that_fit(folder, tmp_path):
    drawing, _ = opened_encoder(folder, conv={"activation": "tanh"}, drop={"rate": 0.1})
    text = drawing.text(insides={})
    assert 'activation "relu" became "tanh"' in text
    source = load(folder, "encoder")
    source.get_layer("conv").activation = keras.activations.tanh
    expected = keras.models.clone_model(source, clone_function=lambda layer: layer)
    assert_same(built(text, tmp_path), expected)


def test_a_layer_that_starts_anew_says_what_it_replaces(folder, tmp_path):
    drawing, made = opened_encoder(folder, dense={"units": 7})
    text = drawing.text(anew=[drawing.layer_id(made["dense"])], insides={})
    said = '# Replaces "dense" of encoder.keras: units 5 became 7, so its weights start anew'
    assert said in text and "set_random_seed" in text
    built(text, tmp_path)
    model, source = load(tmp_path, "whole"), load(folder, "encoder")
    assert model.output_shape == (None, 7)
    until = keras.Model(source.input, source.get_layer("gap").output)
    assert_same(keras.Model(model.input, model.get_layer("gap").output), until)


def test_copies_of_one_layer_have_weights_of_their_own(folder, tmp_path):
    drawing = Saved(folder)
    x = drawing.input("x", 6)
    ends = [drawing.kept("encoder", "dense", "dense", "Dense", x, units=5) for _ in range(3)]
    drawing.output("sum", drawing.layer("Add", "", *ends))
    text = drawing.text(insides={})
    assert text.count("load_model(") == 3
    model = built(text, tmp_path)
    assert len(model.weights) == 6
    assert {"dense", "dense_1", "dense_2"} <= {layer.name for layer in model.layers}


def test_names_that_change_hands_lead_to_the_right_layers(folder, tmp_path):
    """The layer `a` comes to be called `b`, and `b` is called `a`."""
    drawing = Saved(folder)
    x = drawing.input("x", 5)
    a = drawing.kept("nested", "head/a", "b", "Dense", x, units=4)
    b = drawing.kept("nested", "head/b", "a", "Dense", a, units=3)
    drawing.output("result", b)
    model = built(drawing.text(insides={}), tmp_path)
    assert_same(model, load(folder, "nested").get_layer("head"))
    assert [layer.name for layer in model.layers[1:]] == ["b", "a"]


def test_frozen_layers_are_frozen_where_they_are_loaded(folder, tmp_path):
    drawing, made = opened_encoder(folder)
    for name in ("conv", "norm", "drop", "deep"):
        drawing.freeze(made[name])
    model = built(drawing.text(insides={}), tmp_path)
    assert [x.name for x in model.layers[1:] if not x.trainable] == ["conv", "norm", "drop", "deep"]
    drawing.freeze(made["gap"])
    drawing.freeze(made["dense"])
    assert not built(drawing.text(insides={}), tmp_path).trainable_weights


# Layers that were changed -------------------------------------------------------------------------


def test_statistics_go_over_to_a_changed_normalization(tmp_path):
    """Its weights alone are not enough: what it computes with is made of them."""
    layer = layers.Normalization(name="norm")
    layer.adapt(numpy.random.default_rng(1).normal(3, 2, (50, 4)))
    x = keras.Input((4,), name="x")
    keras.Model(x, layer(x), name="norm").save(tmp_path / "norm.keras")
    drawing = Saved(tmp_path)
    x = drawing.input("x", 4)
    changed = {"invert": True}
    norm = drawing.kept("norm", "norm", "norm", "Normalization", x, now=changed)
    drawing.output("result", norm)
    model = built(drawing.text(), tmp_path)
    array = numpy.random.random((3, 4)).astype("float32")
    again = load(tmp_path, "norm")(model(array))
    numpy.testing.assert_allclose(again, array, rtol=1e-4)


def test_the_scale_of_a_changed_attention_layer_goes_over(tmp_path):
    x = keras.Input((4, 3), name="x")
    attend = layers.Attention(use_scale=True, name="attend")
    model = keras.Model(x, attend([x, x]), name="attention")
    attend.set_weights([numpy.float32(3)])
    model.save(tmp_path / "attention.keras")
    drawing = Saved(tmp_path)
    x, now = drawing.input("x", 4, 3), {"dropout": 0.25}
    node = drawing.kept("attention", "attend", "attend", "Attention", x, x, now=now, use_scale=True)
    drawing.output("result", node)
    assert_same(built(drawing.text(), tmp_path), model)


def test_a_changed_layer_that_is_called_twice_is_filled_once(folder, tmp_path):
    drawing = Saved(folder)
    a, b = drawing.input("a", 6), drawing.input("b", 6)
    changed = {"activation": "relu"}
    first = drawing.kept("encoder", "dense", "dense", "Dense", a, now=changed, units=5)
    again = drawing.again(first, b)
    drawing.output("sum", drawing.layer("Add", "", first, again))
    text = drawing.text()
    assert text.count("set_weights") == 1
    model, dense = built(text, tmp_path), load(folder, "encoder").get_layer("dense")
    a, b = keras.Input((6,), name="a"), keras.Input((6,), name="b")
    relu = layers.ReLU()
    assert_same(model, keras.Model([a, b], relu(dense(a)) + relu(dense(b))))


def test_a_layer_that_starts_anew_inside_a_submodel_is_named_by_its_way(folder, tmp_path):
    inner = Saved(folder, "inner")
    node = inner.kept("encoder", "dense", "dense", "Dense", inner.input("x", 9), units=5)
    inner.output("result", node)
    drawing = Saved(folder)
    called = drawing.called(Submodel("", "inner", inner.document), drawing.input("x", 9))
    drawing.output("result", called)
    text = drawing.text(anew=[f"{drawing.layer_id(called)}/{inner.layer_id(node)}"])
    assert "its weights start anew" in text and "load_model" not in text
    assert built(text, tmp_path).output_shape == (None, 5)


# Parts, operations, submodels ---------------------------------------------------------------------


def test_parts_of_a_model_are_taken_out_and_called(folder, tmp_path):
    drawing = Saved(folder)
    x = drawing.input("picture", 8, 8, 3)
    encoded = drawing.part("nested", "encoder", "encoder", x, shapes=[(8, 8, 3), (5,)])
    a = drawing.kept("nested", "head/a", "a", "Dense", encoded, units=4)
    b = drawing.kept("nested", "head/b", "b", "Dense", a, units=3)
    add = Operation("", "add", "add", (Slot(0), 1.0))
    drawing.output("result", drawing.called(add, b))
    text = drawing.text(insides={})
    assert text.count("load_model(") == 1
    assert_same(built(text, tmp_path), load(folder, "nested"))


def test_a_part_and_a_layer_in_it_come_from_two_loads(folder, tmp_path):
    drawing = Saved(folder)
    x = drawing.input("x", 5)
    head = drawing.part("nested", "head", "head", x, shapes=[(5,), (3,)])
    a = drawing.kept("nested", "head/a", "a", "Dense", x, units=4)
    drawing.output("head", head)
    drawing.output("a", a)
    text = drawing.text(insides={})
    assert text.count("load_model(") == 2
    assert set(built(text, tmp_path).output) == {"head", "a"}


def test_operations_are_called_and_no_layer_has_their_names(folder, tmp_path):
    drawing = Saved(folder)
    x = drawing.input("x", 4, 6)
    first = drawing.called(Operation("", "first", "getitem", (Slot(0), (Slice(), 0))), x)
    dots = drawing.called(
        Operation("", "rest", "getitem", (Slot(0), (Slice(), Slice(1, -1, 2), Slice(None, 3)))), x
    )
    flat = drawing.layer("Flatten", "", dots)
    parts = drawing.called(
        Operation("", "split", "split", (Slot(0), 2), Map({"axis": -1}), outputs=2), first
    )
    joined = drawing.called(
        Operation("", "join", "concatenate", ((Slot(0), Slot(1)),), Map({"axis": -1})),
        (parts, "output_2"),
        flat,
    )
    add = drawing.called(Operation("", "add", "add", (Slot(0), 1.5)), joined)
    other = drawing.layer("Dense", "add", add, units=2)
    drawing.output("sum", add)
    drawing.output("dense", drawing.layer("Dense", "add_1", other, units=2))
    text = drawing.text()
    assert "x_tensor[:, 0]" in text and "[:, 1:-1:2, :3]" in text
    model = built(text, tmp_path)
    assert not {"add", "add_1", "get_item", "split"} & {layer.name for layer in model.layers}
    assert sum(layer.name.startswith("add_layer") for layer in model.layers) == 2
    array = numpy.random.random((2, 4, 6)).astype("float32")
    first = array[:, 0]
    wanted = numpy.concatenate([first[:, 3:], array[:, 1:-1:2, :3].reshape(2, -1)], axis=-1) + 1.5
    numpy.testing.assert_array_equal(model.predict(array, verbose=0)["sum"], wanted)


def comparator():
    """Return a design of two inputs and two outputs, with a layer that is called twice."""
    drawing = Drawing("comparator")
    left, right = drawing.input("left", 5), drawing.input("right", 5)
    one = drawing.layer("Dense", "shared", left, units=4)
    other = drawing.again(one, right)
    drawing.output("difference", drawing.layer("Subtract", "", one, other))
    drawing.output("left", left)
    return drawing.document


def test_a_submodel_is_a_function_and_is_called_twice(folder, tmp_path):
    drawing = Saved(folder, "twice")
    a, b = drawing.input("a", 5), drawing.input("b", 5)
    first = drawing.called(Submodel("", "comparator", comparator()), a, b)
    again = drawing.again(first, (first, "left"), (first, "left"))
    drawing.output("one", (first, "difference"))
    drawing.output("two", (again, "difference"))
    text = drawing.text()
    assert text.count("def build_comparator() -> keras.Model:") == 1
    model = built(text, tmp_path)
    assert len(model.weights) == 2
    results = model.predict([numpy.ones((2, 5)), numpy.zeros((2, 5))], verbose=0)
    assert not results["two"].any() and results["one"].any()


def test_submodels_lie_in_submodels_and_load_what_they_keep(folder, tmp_path):
    inner = Saved(folder, "inner")
    x = inner.input("x", 6)
    inner.output("result", inner.kept("encoder", "dense", "dense", "Dense", x, units=5))
    outer = Saved(folder, "outer")
    x = outer.input("x", 6)
    one = outer.called(Submodel("", "inner", inner.document), x)
    other = outer.called(Submodel("", "inner", inner.document, trainable=False), x)
    outer.output("result", outer.layer("Concatenate", "", one, other))
    drawing = Saved(folder)
    x = drawing.input("x", 6)
    drawing.output("result", drawing.called(Submodel("", "outer", outer.document), x))
    model = built(drawing.text(), tmp_path)
    assert len(model.trainable_weights) == 2 and len(model.weights) == 4
    source = load(folder, "encoder").get_layer("dense")
    array = numpy.random.random((2, 6)).astype("float32")
    wanted = keras.ops.concatenate([source(array), source(array)], axis=-1)
    numpy.testing.assert_allclose(model.predict(array, verbose=0), wanted, rtol=1e-6)
