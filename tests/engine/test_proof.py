"""A proof finds every difference between a model, its file and its source, and says it in words."""

import errno
import hashlib
import json
import sys
import zipfile

import h5py
import numpy
import pytest
from immutables import Map

from composer_gui.core.errors import ExportFailed
from composer_gui.core.layer_kinds import Construct
from composer_gui.engine import keras_facts, proof
from tests.drawing import Drawing

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SCRIPT = """import keras


def build_model():
    x = keras.Input((4,), name="x")
    return keras.Model(x, keras.layers.Dense(2, {})(x), name="small")
"""


def quiet(text, part):
    assert text and 0 <= part <= 1


class Proof:
    """The three steps on one script, in this process."""

    def __init__(self, folder):
        self.folder = folder
        self.models = []
        self.files = {name: str(folder / name) for name in ("facts", "ready")}
        self.files |= {name: str(folder / f"{name}.npz") for name in ("inputs", "outputs")}

    def build(self, text, **more):
        """Run the source, save its model, write down the evidence."""
        path, target = str(self.folder / "script.py"), str(self.folder / "model.keras")
        request = {"op": "build", "text": text, "path": path, "models": self.models}
        return proof.run(request | {"target": target} | self.files | more, quiet)

    def reload(self):
        """Return the checks of the file, by name."""
        request = {"op": "reload", "target": str(self.folder / "model.keras")} | self.files
        return self.by_name(proof.run(request, quiet))

    def run_script(self, text):
        """Return the checks of the source, by name."""
        script = self.folder / "script.py"
        script.write_text(text, encoding="utf-8")
        request = {"op": "run_script", "script": str(script)} | self.files
        return self.by_name(proof.run(request, quiet))

    def by_name(self, result):
        """Return checks by name; each says something."""
        assert all(check["detail"].endswith(".") for check in result["checks"])
        return {check["name"]: check["ok"] for check in result["checks"]}


@pytest.fixture
def proved(tmp_path):
    """Return the steps of a proof in a folder of its own."""
    return Proof(tmp_path)


def test_a_sound_model_is_the_same_in_every_respect(proved):
    text = SCRIPT.format('kernel_initializer="ones"')
    facts = proved.build(text)
    assert (facts["name"], facts["total"], facts["trainable"]) == ("small", 10, 10)
    assert facts["inputs"] == [["x", [None, 4], "float32"]]
    assert proved.reload() == dict.fromkeys(["outputs", "names", "parameters", "weights"], True)
    assert set(proved.run_script(text).values()) == {True}


def test_a_source_that_builds_something_else_is_found_out(proved):
    proved.build(SCRIPT.format('kernel_initializer="ones"'))
    found = proved.run_script(SCRIPT.format('kernel_initializer="zeros"'))
    assert found == {"source_outputs": False, "source_weights": False, "source_config": False}
    found = proved.run_script(SCRIPT.format('kernel_initializer="ones", trainable=False'))
    assert found == {"source_outputs": True, "source_weights": True, "source_config": False}


def test_a_file_that_holds_something_else_is_found_out(proved):
    proved.build(SCRIPT.format(""))
    x = keras.Input((4,))
    other = keras.Model(x, keras.layers.Dense(2, trainable=False)(x), name="another")
    other.save(proved.folder / "model.keras")
    found = proved.reload()
    assert not any(found.values())


def test_the_line_at_which_keras_refuses_is_told(proved):
    text = SCRIPT.format('activation="relu"').replace("(4,)", "()")
    with pytest.raises(ExportFailed) as failure:
        proved.build(text)
    assert failure.value.line == 6
    assert "\x1b" not in str(failure.value) and "Arguments received" not in str(failure.value)


def test_a_model_that_is_built_but_does_not_run_is_told(proved):
    """Keras accepts a uint8 picture symbolically, and fails when numbers flow."""
    text = (
        "import keras\n\n\ndef build_model():\n"
        '    x = keras.Input((8, 8, 3), dtype="uint8")\n'
        "    return keras.Model(x, keras.layers.Conv2D(2, 3)(x))\n"
    )
    with pytest.raises(ExportFailed, match="does not run"):
        proved.build(text)


def test_a_model_file_with_foreign_parts_is_refused_before_anything_runs(proved):
    crafted = proved.folder / "crafted.keras"
    layer = {"module": "keras.layers", "class_name": "Lambda", "config": {}}
    config = {"module": "keras", "class_name": "Sequential", "config": {"layers": [layer]}}
    with zipfile.ZipFile(crafted, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
    proved.models = [str(crafted)]
    with pytest.raises(ExportFailed, match=r"crafted\.keras uses things .*Lambda"):
        proved.build("raise SystemExit('was run')")


def test_a_model_file_that_is_not_there_is_told_by_name(proved):
    proved.models = [str(proved.folder / "gone.keras")]
    with pytest.raises(ExportFailed, match=r"gone\.keras"):
        proved.build("")


@pytest.mark.parametrize("full", ["save", "write_arrays"])
def test_a_full_disk_is_told_with_the_folder_the_user_chose(tmp_path, monkeypatch, full):
    """Not with the hidden one in which unfinished files lie."""
    hidden = tmp_path / ".~export-1234"
    hidden.mkdir()

    def no_room(*_arguments, **_more):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(keras.Model if full == "save" else keras_facts, full, no_room)
    with pytest.raises(ExportFailed, match="No space left on device") as failure:
        Proof(hidden).build(SCRIPT.format(""))
    assert f"saved in {tmp_path}:" in str(failure.value)
    assert failure.value.next_step == "Make room, or choose another folder."


def test_without_a_proof_nothing_is_written_but_the_model(tmp_path):
    target = tmp_path / "m.keras"
    request = {"op": "build", "text": SCRIPT.format(""), "path": "x.py", "models": []}
    proof.run(request | {"target": str(target)}, quiet)
    assert [path.name for path in tmp_path.iterdir()] == ["m.keras"]


# Sample input ------------------------------------------------------------------------------------


def model_of(*inputs, through):
    """Return a model that joins what `through` makes of each input."""
    tensors = [keras.Input(shape, dtype=dtype, name=name) for name, shape, dtype in inputs]
    return keras.Model(tensors, [through[t.name](t) for t in tensors])


def test_sample_input_suits_every_dtype_and_free_axes(tmp_path):
    layers = keras.layers
    model = model_of(
        ("words", (3,), "string"),
        ("tokens", (None,), "int32"),
        ("codes", (2,), "int64"),
        ("flags", (2,), "bool"),
        ("half", (None, 5), "bfloat16"),
        ("double", (), "float64"),
        through={
            "words": layers.StringLookup(vocabulary=["a", "dog"]),
            "tokens": layers.Embedding(7, 2),
            "codes": layers.CategoryEncoding(num_tokens=3),
            "flags": layers.Identity(),
            "half": layers.Dense(2, dtype="bfloat16"),
            "double": layers.Identity(dtype="float64"),
        },
    )
    arrays, results = keras_facts.try_out(model)
    assert all(array.min() >= 0 and array.max() < 3 for array in arrays[1:3])
    path = str(tmp_path / "arrays.npz")
    keras_facts.write_arrays(path, results)
    again = keras_facts.outputs_of(model, arrays)
    assert keras_facts.output_difference(again, keras_facts.read_arrays(path)) == ""


def test_a_batch_of_fixed_size_is_the_size_of_every_batch():
    fixed, free = keras.Input((3,), batch_size=5, name="fixed"), keras.Input((3,), name="free")
    for inputs in ([fixed, free], [free, fixed]):
        arrays, _ = keras_facts.try_out(keras.Model(inputs, keras.layers.Add()(inputs)))
        assert [array.shape for array in arrays] == [(5, 3)] * 2


def test_free_axes_grow_until_the_model_takes_them():
    x = keras.Input((None, None, 1))
    y = x
    for _ in range(5):
        y = keras.layers.MaxPooling2D()(keras.layers.Conv2D(1, 3)(y))
    arrays, _ = keras_facts.try_out(keras.Model(x, y))
    assert arrays[0].shape[1] > 32


def test_images_of_free_size_are_tried_large_and_steps_in_time_short():
    """In images smaller than a window some kernels of TensorFlow compute with what is no number
    of theirs, and give something else each time."""
    image = keras.Input((None, None, 1))
    steps = keras.Input((None, 2))
    inner = keras.layers.DepthwiseConv2D(5, strides=2)(image)
    assert keras_facts.try_out(keras.Model(image, inner))[0][0].shape == (2, 64, 64, 1)
    assert keras_facts.try_out(keras.Model(steps, keras.layers.GRU(2)(steps)))[0][0].shape[1] == 8


def test_a_difference_of_one_bit_is_a_difference_and_nan_is_none():
    one = numpy.array([1.0, numpy.nan], dtype="float32")
    assert keras_facts.output_difference([one], [one.copy()]) == ""
    other = one.copy()
    other[0] = numpy.nextafter(one[0], 2, dtype="float32")
    assert "output 1 differs by up to 1.19e-07" in keras_facts.output_difference([one], [other])
    assert keras_facts.output_difference([one], [-one]) != ""
    assert keras_facts.output_difference([numpy.float32([0.0])], [numpy.float32([-0.0])]) != ""


# Layers of every kind ----------------------------------------------------------------------------


def test_layers_with_random_states_text_and_nested_layers_are_proved(proved):
    """What has seeds, vocabularies, states or layers inside comes back the same as well."""
    lstm = Construct("layer", "LSTM", Map({"units": 4, "return_sequences": True}))
    drawing = Drawing("all kinds")
    words = drawing.input("words", 6, dtype="string")
    photo = drawing.input("photo", 8, 8, 3)
    x = drawing.layer("StringLookup", "lookup", words, vocabulary=("a", "dog", "and"))
    x = drawing.layer("Embedding", "embedding", x, input_dim=9, output_dim=4, mask_zero=True)
    x = drawing.layer("Bidirectional", "both_ways", x, layer=lstm)
    x = drawing.layer("MultiHeadAttention", "attention", x, x, num_heads=2, key_dim=3)
    cells = tuple(Construct("layer", name, Map({"units": 3})) for name in ("LSTMCell", "GRUCell"))
    stacked = Construct("layer", "StackedRNNCells", Map({"cells": cells}))
    states = drawing.layer("RNN", "stacked", x, cell=stacked, return_state=True)
    y = drawing.layer("RandomFlip", "flip", photo)
    y = drawing.layer("SpatialDropout2D", "dropout", y, rate=0.3)
    drawing.freeze(y)
    y = drawing.layer("SeparableConv2D", "conv", y, filters=3, kernel_size=3)
    y = drawing.layer("GlobalAveragePooling2D", "pool", y)
    z = drawing.layer("Concatenate", "joined", (states, "output"), (states, "state_1_c"), y)
    drawing.output("joined", z)
    drawing.output("state", (states, "state_2"))
    text = drawing.script().text
    proved.build(text)
    assert set(proved.reload().values()) == {True}
    assert set(proved.run_script(text).values()) == {True}


# What goes with an export -------------------------------------------------------------------------


def test_what_is_frozen_and_what_is_new_is_told_of_a_model_with_saved_parts(tmp_path):
    x = keras.Input((4,), name="x")
    keras.Model(x, keras.layers.Dense(3, name="dense")(x)).save(tmp_path / "base.keras")
    text = f"""import keras


def build_model():
    base = keras.models.load_model({str(tmp_path / "base.keras")!r}, compile=False)
    base.trainable = False
    return keras.Model(base.inputs, keras.layers.Dense(2, name="head")(base.output))
"""
    steps = Proof(tmp_path)
    steps.models = [str(tmp_path / "base.keras")]
    found = steps.build(text, train=True)
    assert (found["kept"], found["new"], found["new_layers"]) == (15, 8, ["head"])
    assert [(c["name"], c["ok"]) for c in found["checks"]] == [("kept", True), ("training", True)]
    assert (
        "left all 15 frozen weights as they were, and moved others" in found["checks"][1]["detail"]
    )
    assert set(steps.reload().values()) == {True}


def test_where_a_step_cannot_be_taken_the_proof_says_so_and_goes_on(tmp_path):
    text = SCRIPT.format("").replace("keras.layers.Dense(2, )(x)", "keras.ops.argmax(x)")
    found = Proof(tmp_path).build(text, train=True)
    assert found["warnings"] == [
        "A training step could not be tried: no output of it is of real numbers."
    ]


OWN = """import keras


class Scale(keras.layers.Layer):
    def build(self, shape):
        self.factor = self.add_weight(shape=(shape[-1],), initializer="ones", name="factor")

    def call(self, x):
        return x * self.factor
"""

WITH_OWN = """import keras
from own_layers import Scale


def build_model():
    x = keras.Input((4,), name="x")
    return keras.Model(x, Scale(name="scale")(x), name="small")
"""


@pytest.fixture
def own_code(tmp_path):
    """A Python file that defines a layer, allowed to run; its name is forgotten afterwards."""
    path = tmp_path / "own_layers.py"
    path.write_text(OWN)
    yield [{"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}]
    sys.modules.pop("own_layers", None)


def test_a_model_with_a_layer_of_ones_own_is_built_reloaded_and_run(tmp_path, own_code):
    steps = Proof(tmp_path)
    steps.build(WITH_OWN, code=own_code)
    request = {"target": str(tmp_path / "model.keras"), "code": own_code} | steps.files
    assert {c["ok"] for c in proof.run({"op": "reload"} | request, quiet)["checks"]} == {True}
    (tmp_path / "script.py").write_text(WITH_OWN)
    request |= {"op": "run_script", "script": str(tmp_path / "script.py")}
    assert {c["ok"] for c in proof.run(request, quiet)["checks"]} == {True}


def test_a_saved_model_of_own_classes_is_loaded_only_with_their_file(tmp_path, own_code):
    steps = Proof(tmp_path)
    steps.build(WITH_OWN, code=own_code)
    text = f"""import keras


def build_model():
    from own_layers import Scale

    return keras.models.load_model(
        {str(tmp_path / "model.keras")!r}, custom_objects={{"Scale": Scale}}, compile=False
    )
"""
    steps.models = [str(tmp_path / "model.keras")]
    target = str(tmp_path / "again.keras")
    assert steps.build(text, code=own_code, target=target)["kept"] == 4
    with pytest.raises(ExportFailed, match="uses things Composer does not run: Scale"):
        steps.build(text, target=target)


def test_a_python_file_that_changed_is_not_run(tmp_path, own_code):
    own_code[0]["sha256"] = "0" * 64
    with pytest.raises(ExportFailed, match="another file than the one that was allowed"):
        Proof(tmp_path).build(WITH_OWN, code=own_code)


def test_weights_are_written_for_a_source_of_layers_alone(tmp_path):
    x = keras.Input((4,), name="x")
    y = keras.layers.BatchNormalization(name="norm")(keras.layers.Dense(3, name="dense")(x))
    keras.Model(x, y, name="base").save(tmp_path / "base.keras")
    saved = f"""import keras


def build_model():
    return keras.models.load_model({str(tmp_path / "base.keras")!r}, compile=False)
"""
    scratch = """from pathlib import Path

import keras

WEIGHTS = Path(__file__).parent / "base.weights.h5"


def build_model():
    x = keras.Input((4,), name="x")
    y = keras.layers.BatchNormalization(name="norm")(keras.layers.Dense(3, name="dense")(x))
    model = keras.Model(x, y, name="base")
    model.load_weights(WEIGHTS)
    return model
"""
    request = {"op": "weights", "text": saved, "scratch": scratch, "path": str(tmp_path / "s.py")}
    request |= {"models": [str(tmp_path / "base.keras")], "code": []}
    found = proof.run(request | {"target": str(tmp_path / "base.weights.h5")}, quiet)
    assert [(c["name"], c["ok"]) for c in found["checks"]] == [("scratch_weights", True)]
    assert (tmp_path / "base.weights.h5").stat().st_size


def test_weights_that_do_not_go_over_are_told_with_the_layer(tmp_path):
    other = SCRIPT.format("").replace("Dense(2, ", "Conv1D(2, 1")
    request = {"op": "weights", "text": SCRIPT.format(""), "scratch": other, "models": []}
    request |= {"path": str(tmp_path / "s.py"), "target": str(tmp_path / "w.weights.h5")}
    with pytest.raises(ExportFailed):
        proof.run(request, quiet)


# Older files --------------------------------------------------------------------------------------


def convert(source, target, **more):
    request = {"op": "convert", "source": str(source), "target": str(target)}
    return proof.run(request | more, quiet)


def two_inputs():
    """A model with a shared layer, one inside, a normalization and an operation."""
    a, b = keras.Input((6,), name="a"), keras.Input((6,), name="b")
    inner = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4)], name="inner")
    shared = keras.layers.BatchNormalization(name="norm")
    y = keras.layers.Concatenate(name="both")([shared(inner(a)), shared(inner(b))])
    return keras.Model([a, b], keras.layers.Dense(2, activation="relu", name="head")(y))


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5:UserWarning")
def test_an_older_file_becomes_a_keras_file_with_every_weight(tmp_path):
    model = two_inputs()
    model.save(tmp_path / "old.h5")
    (found,) = convert(tmp_path / "old.h5", tmp_path / "new.keras")["checks"]
    assert found["ok"] and found["detail"].startswith("new.keras has every weight of old.h5")
    arrays, results = keras_facts.try_out(model)
    again = keras.models.load_model(tmp_path / "new.keras")
    assert not keras_facts.output_difference(keras_facts.outputs_of(again, arrays), results)
    with pytest.raises(ExportFailed, match=r"new\.keras is there already"):
        convert(tmp_path / "old.h5", tmp_path / "new.keras")


def test_a_file_of_keras_2_becomes_one_of_keras_3(tmp_path):
    """The layout is the same; the description has other words, and tuples of its own."""
    dense = {"name": "dense", "trainable": True, "dtype": "float32", "units": 2}
    dense |= {"activation": "relu", "use_bias": True, "kernel_regularizer": None}
    dense |= {"kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}}}
    dense |= {"bias_initializer": {"class_name": "Zeros", "config": {}}}
    entry = {"batch_input_shape": [None, 3], "dtype": "float32", "sparse": False, "name": "x"}
    layers = [
        {"class_name": "InputLayer", "config": entry, "name": "x", "inbound_nodes": []},
        {
            "class_name": "Dense",
            "config": dense,
            "name": "dense",
            "inbound_nodes": [[["x", 0, 0, {}]]],
        },
    ]
    ends = {"input_layers": [["x", 0, 0]], "output_layers": [["dense", 0, 0]]}
    config = {"class_name": "Functional", "config": {"name": "m", "layers": layers} | ends}
    weights = {"dense/kernel:0": numpy.ones((3, 2), "float32"), "dense/bias:0": numpy.ones(2, "f4")}
    with h5py.File(tmp_path / "two.h5", "w") as file:
        file.attrs["keras_version"], file.attrs["backend"] = "2.4.0", "tensorflow"
        file.attrs["model_config"] = json.dumps(config)
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [b"x", b"dense"]
        group.attrs["keras_version"], group.attrs["backend"] = b"2.4.0", b"tensorflow"
        group.create_group("x").attrs["weight_names"] = []
        inner = group.create_group("dense")
        inner.attrs["weight_names"] = [name.encode() for name in weights]
        for name, array in weights.items():
            inner.create_dataset(name, data=array)
    convert(tmp_path / "two.h5", tmp_path / "three.keras")
    model = keras.models.load_model(tmp_path / "three.keras")
    assert numpy.array_equal(model(numpy.ones((1, 3))), [[4.0, 4.0]])


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5:UserWarning")
def test_older_files_with_code_without_layers_or_damaged_are_refused(tmp_path):
    x = keras.Input((4,))
    keras.Model(x, keras.layers.Lambda(lambda x: x * 2)(x)).save(tmp_path / "lambda.h5")
    two_inputs().save_weights(tmp_path / "only.weights.h5")
    (tmp_path / "broken.h5").write_bytes(b"nothing")
    for name, words in (
        ("lambda.h5", "Lambda"),
        ("only.weights.h5", "holds weights only"),
        ("broken.h5", "cannot be read"),
        ("absent.h5", "cannot be read"),
    ):
        with pytest.raises(ExportFailed, match=words):
            convert(tmp_path / name, tmp_path / "new.keras")
    assert not (tmp_path / "new.keras").exists()
