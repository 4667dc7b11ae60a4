"""Source that is made of saved models: run with Keras, it gives what the models by hand give."""

import hashlib
import json
import zipfile
from dataclasses import replace

import numpy
import pytest
from immutables import Map

from composer_gui.core import edits, inside_reader, opening
from composer_gui.core.codegen import keras_script
from composer_gui.core.document import (
    CodeFile,
    Construct,
    Cut,
    Operation,
    SavedInterface,
    SavedModel,
    SavedPort,
    SavedWeights,
    Slice,
    Slot,
    Source,
    Submodel,
    Wire,
    put,
)
from composer_gui.core.errors import CannotGenerate
from composer_gui.core.freezing import frozen_paths
from composer_gui.core.saved_files import saved_files
from composer_gui.engine import keras_facts
from composer_gui.storage import keras_archive
from tests.drawing import Drawing

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
layers = keras.layers


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with an encoder in it, in which another model and an operation lie."""
    keras.utils.set_random_seed(1)
    folder = tmp_path_factory.mktemp("models")
    picture = keras.Input((8, 8, 3), name="picture")
    x = layers.Conv2D(4, 3, activation="relu", name="conv")(picture)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.Dropout(0.5, name="drop")(x)
    x = layers.Conv2D(6, 3, name="deep")(x)
    x = layers.GlobalAveragePooling2D(name="gap")(x)
    encoder = keras.Model(picture, layers.Dense(5, name="dense")(x), name="encoder")
    norm = encoder.get_layer("norm")
    norm.set_weights([numpy.random.random(weight.shape) for weight in norm.get_weights()])
    encoder.save(folder / "encoder.keras")
    outer = keras.Input((8, 8, 3), name="outer")
    inner = keras.Sequential(
        [keras.Input((5,)), layers.Dense(4, name="a"), layers.Dense(3, name="b")], name="head"
    )
    y = inner(encoder(outer))
    keras.Model(outer, keras.ops.add(y, 1.0), name="nested").save(folder / "nested.keras")
    return folder


class Saved(Drawing):
    """A drawing of layers that come out of saved models."""

    def __init__(self, folder, name="design"):
        super().__init__(name)
        self.folder = folder

    def whole(self, file, name, *sources, **fields):
        """Add a saved model, used as `fields` say."""
        path = str(self.folder / f"{file}.keras")
        node_id = self.model(name, keras_archive.read(path), path=path)
        layer = replace(self.document.layers[self.document.nodes[node_id].layer], **fields)
        self.document = put(self.document, layer)
        self._wire(node_id, sources)
        return node_id

    def part(self, file, part, name, *sources, shapes, **fields):
        """Add a part of a saved model that takes and gives one tensor of these shapes."""
        path = str(self.folder / f"{file}.keras")
        taken, given = ((SavedPort("x", (None, *shape)),) for shape in shapes)
        interface = SavedInterface("Functional", taken, given)
        node_id = self.model(name, interface, path=path)
        layer = self.document.layers[self.document.nodes[node_id].layer]
        self.document = put(self.document, replace(layer, part=part, **fields))
        self._wire(node_id, sources)
        return node_id

    def kept(self, file, part, name, class_name, *sources, now=None, trainable=True, **saved):
        """Add a layer with weights; `now` are parameters that it has come to have since."""
        path = str(self.folder / f"{file}.keras")
        weights = SavedWeights(path, "", part, class_name, Map(saved))
        node_id = self.layer(class_name, name, *sources, **saved | (now or {}))
        layer = self.document.layers[self.document.nodes[node_id].layer]
        layer = replace(layer, weights=weights, trainable=trainable)
        self.document = put(self.document, layer)
        return node_id

    def called(self, layer, *sources):
        """Add a call of a layer of any kind, made with an id of its own."""
        node_id = self.layer("Dense", "taken", units=1)
        layer_id = self.document.nodes[node_id].layer
        self.document = put(self.document, replace(layer, id=layer_id))
        self._wire(node_id, sources)
        return node_id

    def layer_id(self, node_id):
        """Return the id of the layer that a node calls."""
        return self.document.nodes[node_id].layer

    def insides(self):
        """Return what the saved models of the design are made of."""
        found = {}
        for path, _ in saved_files(self.document):
            with zipfile.ZipFile(path) as archive:
                found[path] = inside_reader.read(json.loads(archive.read("config.json")))
        return found

    def text(self, anew=(), insides=None):
        """Return the source, with the ids of layers that start anew."""
        paths = {path: path for path, _ in saved_files(self.document)}
        return keras_script.generate(
            self.document,
            self.catalog,
            paths,
            insides=self.insides() if insides is None else insides,
            anew=frozenset(anew),
        ).text


def built(text, tmp_path, custom=None):
    """Return the model of a source, which is the same to the bit when saved and loaded again.

    `custom` are classes that are not Keras's, for loading it.
    """
    model = keras_facts.built(text, "script.py")
    arrays = keras_facts.sample_input(model, 4)
    wanted = keras_facts.outputs_of(model, arrays)
    model.save(tmp_path / "whole.keras")
    path = tmp_path / "whole.keras"
    again = keras.models.load_model(path, custom_objects=custom, compile=False)
    for one, other in zip(wanted, keras_facts.outputs_of(again, arrays), strict=True):
        numpy.testing.assert_array_equal(one, other)
    assert [x.trainable for x in again.layers] == [x.trainable for x in model.layers]
    return model


def assert_same(model, expected):
    """Assert that two models give the same."""
    arrays = keras_facts.sample_input(expected, 4)
    pairs = zip(
        keras_facts.outputs_of(model, arrays),
        keras_facts.outputs_of(expected, arrays),
        strict=True,
    )
    for one, other in pairs:
        numpy.testing.assert_array_equal(one, other)


def load(folder, name):
    """Return a saved model."""
    return keras.models.load_model(folder / f"{name}.keras", compile=False)


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


# Saved models as they are used --------------------------------------------------------------------


def tap(address, *shape):
    """Return the port of a tap."""
    return SavedPort(address, (None, *shape), address=address)


def two_heads(folder):
    """Return the second design of the house: tapped, frozen, and the last layer replaced."""
    drawing = Saved(folder, "two-heads")
    picture = drawing.input("picture", 8, 8, 3)
    taps = (tap("deep", 4, 4, 6), tap("gap", 6))
    backbone = drawing.whole("encoder", "backbone", picture, taps=taps, trainable=False)
    kind = drawing.kept(
        "encoder", "dense", "kind", "Dense", (backbone, "gap"), now={"units": 10}, units=5
    )
    mask = drawing.layer("Conv2D", "mask", (backbone, "deep"), filters=1, kernel_size=1)
    drawing.output("kind", kind)
    drawing.output("mask", mask)
    return drawing, drawing.layer_id(kind)


def test_taps_come_out_of_a_model_without_the_layers_behind_them(folder, tmp_path):
    drawing, new = two_heads(folder)
    text = drawing.text(anew=[new])
    assert "keras.Model(" in text and 'get_layer("gap").output' in text
    model, source = built(text, tmp_path), load(folder, "encoder")
    backbone = model.get_layer("backbone")
    assert [layer.name for layer in backbone.layers][-1] == "gap"
    assert len(model.trainable_weights) == 4
    until = [source.get_layer(name).output for name in ("deep", "gap")]
    assert_same(backbone, keras.Model(source.input, until))


def test_taps_and_the_whole_are_one_model_that_may_be_called_twice(folder, tmp_path):
    """A model and a tap of it in two containers would be saved and could not be loaded."""
    drawing = Saved(folder)
    one, other = drawing.input("one", 8, 8, 3), drawing.input("other", 8, 8, 3)
    first = drawing.whole("encoder", "encoder", one, taps=(tap("gap", 6),))
    again = drawing.again(first, other)
    port = drawing.document.nodes[first]
    output = drawing.document.layers[port.layer].outputs[0].name
    sums = drawing.layer("Add", "", (first, output), (again, output))
    drawing.output("sum", sums)
    drawing.output("gap", (again, "gap"))
    model, source = built(drawing.text(), tmp_path), load(folder, "encoder")
    assert len(model.weights) == len(source.weights)
    a, b = keras.Input((8, 8, 3), name="one"), keras.Input((8, 8, 3), name="other")
    tapped = keras.Model(source.input, [source.output, source.get_layer("gap").output])
    (x, _), (y, gap) = tapped(a), tapped(b)
    assert_same(model, keras.Model([a, b], {"sum": x + y, "gap": gap}))


def test_a_stretch_beside_the_whole_is_a_copy_with_weights_of_its_own(folder, tmp_path):
    drawing = Saved(folder)
    picture = drawing.input("picture", 8, 8, 3)
    whole = drawing.whole("encoder", "encoder", picture)
    stretch = drawing.whole("encoder", "encoder", picture, taps=(tap("gap", 6),))
    drawing.output("whole", whole)
    drawing.output("gap", (stretch, "gap"))
    model, source = built(drawing.text(), tmp_path), load(folder, "encoder")
    tapped = {"whole": source.output, "gap": source.get_layer("gap").output}
    assert_same(model, keras.Model(source.input, tapped))
    assert len(model.weights) == len(source.weights) + 8


def test_other_inputs_go_into_a_model_with_its_weights(folder, tmp_path):
    drawing = Saved(folder)
    picture = drawing.input("picture", 16, 12, 3)
    name = keras_archive.read(str(folder / "encoder.keras")).inputs[0].name
    reinput = (SavedPort(name, (None, 16, 12, 3)),)
    drawing.output("result", drawing.whole("encoder", "encoder", picture, reinput=reinput))
    text = drawing.text()
    assert "saved for 8x8x3" in text
    model, source = built(text, tmp_path), load(folder, "encoder")
    x = wide = keras.Input((16, 12, 3))
    for layer in source.layers[1:]:
        x = layer(x)
    assert_same(model, keras.Model(wide, x))


def test_patterns_freeze_the_layers_they_mean(folder, tmp_path):
    drawing = Saved(folder)
    picture = drawing.input("picture", 8, 8, 3)
    frozen = ("encoder/*", "Dense", "!encoder/d*", "!b")
    drawing.output("result", drawing.whole("nested", "nested", picture, frozen=frozen))
    model = built(drawing.text(), tmp_path)
    nested = model.get_layer("nested")
    leaves = [("encoder/", x) for x in nested.get_layer("encoder").layers[1:]]
    leaves += [("head/", x) for x in nested.get_layer("head").layers]
    found = {path + layer.name for path, layer in leaves if not layer.trainable}
    assert found == set(
        frozen_paths(frozen, [(path + x.name, type(x).__name__) for path, x in leaves])
    )
    assert found == {"encoder/conv", "encoder/norm", "encoder/gap", "head/a"}


def test_for_inference_only_nothing_trains_and_nothing_is_dropped(folder, tmp_path):
    drawing = Saved(folder)
    picture = drawing.input("picture", 8, 8, 3)
    drawing.output("result", drawing.whole("nested", "nested", picture, inference=True))
    built(drawing.text(), tmp_path)
    model = load(tmp_path, "whole")
    assert not model.trainable_weights
    array = numpy.random.random((3, 8, 8, 3)).astype("float32")
    numpy.testing.assert_allclose(model(array, training=True), model(array), rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "class_name", "parameters"),
    [
        ("lstm", "LSTM", {"units": 3, "dropout": 0.5, "recurrent_dropout": 0.5}),
        ("noise", "GaussianNoise", {"stddev": 1.0}),
        ("spatial", "SpatialDropout1D", {"rate": 0.5}),
        ("heads", "MultiHeadAttention", {"num_heads": 2, "key_dim": 2, "dropout": 0.5}),
        ("attention", "Attention", {"dropout": 0.5}),
    ],
)
def test_what_drops_in_training_is_silenced(name, class_name, parameters, tmp_path):
    steps = keras.Input((4, 3), name="steps")
    layer = getattr(layers, class_name)(**parameters, name=name)
    asks = "Attention" in class_name
    result = layers.Bidirectional(layer, name="both") if name == "lstm" else layer
    given = [steps, steps] if class_name == "Attention" else (steps,)
    y = result(given) if class_name == "Attention" else result(*given, *([steps] if asks else []))
    keras.Model(steps, y, name=name).save(tmp_path / f"{name}.keras")
    drawing = Saved(tmp_path)
    drawing.output("result", drawing.whole(name, name, drawing.input("x", 4, 3), inference=True))
    model = built(drawing.text(), tmp_path)
    assert not model.trainable_weights
    model = load(tmp_path, "whole")  # where Keras lets the inside of an attention layer train again
    array = numpy.random.random((2, 4, 3)).astype("float32")
    numpy.testing.assert_allclose(model(array, training=True), model(array), rtol=1e-5)


def test_three_copies_of_one_file_reload(folder, tmp_path):
    drawing = Saved(folder)
    picture = drawing.input("picture", 8, 8, 3)
    ends = [drawing.whole("encoder", "写真 encoder", picture) for _ in range(3)]
    drawing.output("result", drawing.layer("Concatenate", "", *ends))
    model, source = built(drawing.text(), tmp_path), load(folder, "encoder")
    assert len(model.weights) == 3 * len(source.weights)
    picture = source.input
    joined = keras.ops.concatenate([source(picture)] * 3, axis=-1)
    assert_same(model, keras.Model(picture, joined))


# What only layers one by one can say --------------------------------------------------------------


def test_a_deep_tap_comes_out_of_the_model_that_it_lies_in(folder, tmp_path):
    drawing = Saved(folder)
    picture = drawing.input("picture", 8, 8, 3)
    taps = (tap("encoder/gap", 6), tap("head/a", 4))
    nested = drawing.whole("nested", "nested", picture, taps=taps)
    drawing.output("gap", (nested, "encoder/gap"))
    drawing.output("a", (nested, "head/a"))
    model, source = built(drawing.text(), tmp_path), load(folder, "nested")
    encoder = source.get_layer("encoder")
    deep = keras.Model(encoder.input, [encoder.output, encoder.get_layer("gap").output])
    picture = keras.Input((8, 8, 3))
    encoded, gap = deep(picture)
    a = source.get_layer("head").get_layer("a")(encoded)
    assert_same(model, keras.Model(picture, {"gap": gap, "a": a}))


def test_a_deep_tap_and_the_whole_reload_together_with_a_second_call(folder, tmp_path):
    drawing = Saved(folder)
    one, other = drawing.input("one", 8, 8, 3), drawing.input("other", 8, 8, 3)
    first = drawing.whole("nested", "nested", one, taps=(tap("encoder/gap", 6),))
    again = drawing.again(first, other)
    layer = drawing.document.layers[drawing.layer_id(first)]
    sums = drawing.layer("Add", "", *((n, layer.outputs[0].name) for n in (first, again)))
    drawing.output("sum", sums)
    drawing.output("gap", (again, "encoder/gap"))
    model, source = built(drawing.text(), tmp_path), load(folder, "nested")
    assert len(model.weights) == len(source.weights)
    a, b = keras.Input((8, 8, 3), name="one"), keras.Input((8, 8, 3), name="other")
    encoder = source.get_layer("encoder")
    gap = keras.Model(encoder.input, encoder.get_layer("gap").output)(b)
    assert_same(model, keras.Model([a, b], {"sum": source(a) + source(b), "gap": gap}))


@pytest.mark.parametrize(
    ("begin", "end", "shape"),
    [("conv", "gap", (6, 6, 4)), ("norm", "dense", (6, 6, 4)), ("picture", "gap", (8, 8, 3))],
)
def test_a_cut_is_the_stretch_between_two_layers(folder, tmp_path, begin, end, shape):
    drawing = Saved(folder)
    cut = Cut((tap(begin, *shape),), (tap(end, 6),))
    features = drawing.input("features", *shape)
    stretch = drawing.whole("encoder", "stretch", cut=cut)
    drawing.document = edits.connect(
        drawing.document, drawing.catalog, Wire(Source(features), stretch, begin)
    )
    drawing.output("result", (stretch, end))
    model, source = built(drawing.text(), tmp_path), load(folder, "encoder")
    names = [layer.name for layer in source.layers]
    x = start = keras.Input(shape)
    for layer in source.layers[names.index(begin) + 1 : names.index(end) + 1]:
        x = layer(x)
    assert_same(model, keras.Model(start, x))


def test_other_inputs_go_into_a_model_with_models_in_it(folder, tmp_path):
    drawing = Saved(folder)
    picture = drawing.input("picture", 11, 9, 3)
    name = keras_archive.read(str(folder / "nested.keras")).inputs[0].name
    reinput = (SavedPort(name, (None, 11, 9, 3)),)
    taps = (tap("encoder/gap", 6),)
    nested = drawing.whole("nested", "nested", picture, reinput=reinput, taps=taps)
    drawing.output("gap", (nested, "encoder/gap"))
    model, source = built(drawing.text(), tmp_path), load(folder, "nested")
    x = wide = keras.Input((11, 9, 3))
    for layer in source.get_layer("encoder").layers[1:-1]:
        x = layer(x)
    assert_same(model, keras.Model(wide, x))


@pytest.mark.parametrize("file", ["encoder", "nested"])
def test_what_is_opened_gives_what_it_gave(folder, tmp_path, file):
    drawing = Saved(folder)
    path = str(folder / f"{file}.keras")
    layer = SavedModel("l1", file, path, "", keras_archive.read(path))
    drawing.document = put(drawing.document, layer)
    (inside,) = drawing.insides().values()
    for all_levels in (False, True):
        drawing.document = opening.opened(inside, layer, drawing.catalog, all_levels=all_levels)
        text = drawing.text()
        assert text.count("load_model(") == 1
        assert_same(built(text, tmp_path), load(folder, file))


def test_the_script_waits_for_what_is_not_read_yet(folder):
    drawing = Saved(folder)
    picture = drawing.input("picture", 8, 8, 3)
    nested = drawing.whole("nested", "nested", picture, taps=(tap("encoder/gap", 6),))
    drawing.output("gap", (nested, "encoder/gap"))
    with pytest.raises(CannotGenerate) as raised:
        drawing.text(insides={})
    assert raised.value.node == nested and "not been read yet" in str(raised.value)
    assert "not been read yet" in drawing.script(partial=True).text


@pytest.mark.parametrize(
    ("class_name", "parameters"),
    [
        ("Bidirectional", {"layer": Construct("layer", "LSTM", Map({"units": 2}))}),
        ("TimeDistributed", {"layer": Construct("layer", "Dense", Map({"units": 2}))}),
        ("RNN", {"cell": Construct("layer", "GRUCell", Map({"units": 2}))}),
        ("LSTM", {"units": 2}),
    ],
)
def test_a_frozen_layer_is_frozen_throughout(class_name, parameters, tmp_path):
    drawing = Saved(tmp_path)
    node = drawing.layer(class_name, "layer", drawing.input("x", 4, 3), **parameters)
    drawing.freeze(node)
    drawing.output("result", node)
    assert not built(drawing.text(), tmp_path).trainable_weights
    assert not load(tmp_path, "whole").trainable_weights


def test_a_frozen_attention_layer_is_frozen_throughout(tmp_path):
    drawing = Saved(tmp_path)
    x = drawing.input("x", 4, 3)
    node = drawing.layer("MultiHeadAttention", "heads", x, x, num_heads=2, key_dim=2)
    drawing.freeze(node)
    drawing.output("result", node)
    assert not built(drawing.text(), tmp_path).trainable_weights


# Classes that are not Keras's ---------------------------------------------------------------------

SCALE = """
import keras


{decorator}
class {name}(keras.layers.Layer):
    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), initializer="random_normal")

    def call(self, x):
        return x * self.scale
"""


def coded(folder, module, name, decorator=""):
    """Write a Python file with a layer and a model that uses it; return the file."""
    path = folder / f"{module}.py"
    path.write_text(SCALE.format(name=name, decorator=decorator))
    file = CodeFile(str(path), hashlib.sha256(path.read_bytes()).hexdigest())
    made = keras_facts.run_code(file.path, file.sha256)
    x = keras.Input((3,), name="x")
    keras.Model(x, made[name](name="scale")(x), name=module).save(folder / f"{module}.keras")
    return file


@pytest.mark.parametrize("decorator", ["", '@keras.saving.register_keras_serializable("mine")'])
def test_the_file_that_defines_a_class_is_imported(tmp_path, decorator):
    file = coded(tmp_path, "my_layers", "Scale", decorator)
    drawing = Saved(tmp_path)
    x = drawing.input("x", 3)
    drawing.output("result", drawing.whole("my_layers", "scaled", x))
    scale = drawing.part("my_layers", "scale", "scale", x, shapes=[(3,), (3,)])
    drawing.output("again", scale)
    drawing.document = edits.set_code(drawing.document, [file])
    text = drawing.text()
    assert "from my_layers import Scale" in text
    made = keras_facts.admit_code([{"path": file.path, "sha256": file.sha256}])
    model = built(text, tmp_path, made)
    result = model.predict(numpy.ones((1, 3)), verbose=0)
    assert result["result"].any()
    numpy.testing.assert_array_equal(result["result"], result["again"])


def test_the_classes_of_several_files_are_gathered(tmp_path):
    files = [coded(tmp_path, "first_layers", "First"), coded(tmp_path, "other_layers", "Other")]
    drawing = Saved(tmp_path)
    x = drawing.input("x", 3)
    first = drawing.whole("first_layers", "first", x)
    drawing.output("result", drawing.whole("other_layers", "other", first))
    drawing.document = edits.set_code(drawing.document, files)
    text = drawing.text()
    assert "CUSTOM = {**vars(first_layers), **vars(other_layers)}" in text
    made = keras_facts.admit_code([{"path": f.path, "sha256": f.sha256} for f in files])
    assert len(built(text, tmp_path, made).weights) == 2


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
