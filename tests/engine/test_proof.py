"""A proof finds every difference between a model, its file and its source, and says it in words."""

import errno
import json
import zipfile

import numpy
import pytest
from immutables import Map

from composer_gui.core.document import Construct
from composer_gui.core.errors import ExportFailed
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
