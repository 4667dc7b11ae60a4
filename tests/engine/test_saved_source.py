"""Saved models however they are used: the source gives what the models by hand give."""

import hashlib

import numpy
import pytest
from immutables import Map

from composer_gui.core import edits, opening
from composer_gui.core.document import CodeFile, Source, Wire, put
from composer_gui.core.errors import CannotGenerate
from composer_gui.core.freezing import frozen_paths
from composer_gui.core.layer_kinds import Construct, Cut, SavedModel, SavedPort
from composer_gui.engine import keras_facts
from composer_gui.storage import keras_archive
from tests.saved_drawing import Saved, assert_same, built, keras, layers, load, tap

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


# Saved models as they are used --------------------------------------------------------------------


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


STRETCH = Cut((tap("picture", 8, 8, 3),), (tap("gap", 6),))
WIDE = (SavedPort("picture", (None, 16, 12, 3)),)


@pytest.mark.parametrize(
    "fields",
    [
        {"cut": STRETCH, "reinput": WIDE, "frozen": ("*", "!deep", "!b*", "[!d]o?m")},
        {"cut": STRETCH, "taps": (tap("conv", 6, 6, 4),), "reinput": WIDE, "trainable": False},
        {"taps": (tap("deep", 4, 4, 6), tap("norm", 6, 6, 4)), "reinput": WIDE},
        {"cut": STRETCH, "taps": (tap("conv", 6, 6, 4),), "frozen": ("Conv2D", "!de*")},
        {"cut": STRETCH, "reinput": WIDE, "inference": True},
    ],
)
def test_a_stretch_from_the_inputs_is_said_in_two_lines_and_is_the_same(folder, tmp_path, fields):
    drawing = Saved(folder)
    height, width, channels = (fields.get("reinput") or STRETCH.inputs)[0].shape[1:]
    picture = drawing.input("picture", height, width, channels)
    node = drawing.whole("encoder", "stretch", picture, **fields)
    layer = drawing.document.layers[drawing.layer_id(node)]
    for port in layer.outputs:
        drawing.output(port.name, (node, port.name))
    text = drawing.text()
    assert text.count("def build_") == 1 and "encoder.input," in text
    model = built(text, tmp_path)
    (inside,) = drawing.insides().values()
    drawing.document = opening.opened(inside, layer, drawing.catalog)
    opened = built(drawing.text(), tmp_path)
    assert_same(model, opened)
    trained = [sorted(weight.path for weight in x.trainable_weights) for x in (model, opened)]
    assert trained[0] == trained[1]


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
    "used", [{"trainable": False}, {"inference": True}, {"frozen": ("heads",)}, {"frozen": ("*",)}]
)
def test_a_layer_that_was_saved_frozen_is_frozen_throughout(used, tmp_path):
    """Keras makes the layers in it anew when it loads it, and lets them train."""
    steps = keras.Input((4, 3), name="steps")
    heads = layers.MultiHeadAttention(2, 2, name="heads")
    result = heads(steps, steps)
    heads.trainable = False
    keras.Model(steps, result, name="frozen").save(tmp_path / "frozen.keras")
    drawing = Saved(tmp_path)
    drawing.output("result", drawing.whole("frozen", "frozen", drawing.input("x", 4, 3), **used))
    assert not keras_facts.built(drawing.text(), "script.py").trainable_weights
    kept = Saved(tmp_path)
    x, given = kept.input("x", 4, 3), {"num_heads": 2, "key_dim": 2}
    node = kept.kept(
        "frozen", "heads", "heads", "MultiHeadAttention", x, x, trainable=False, **given
    )
    kept.output("result", node)
    assert not keras_facts.built(kept.text(), "script.py").trainable_weights


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
