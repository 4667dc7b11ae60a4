"""Models with classes that Keras does not have: taken at their word, or built with the user's."""

import hashlib
from dataclasses import replace

import keras
import pytest
from keras import layers
from keras.src.backend.common import global_state

from composer_gui.core.document import EMPTY, CodeFile
from composer_gui.core.layer_kinds import (
    KerasLayer,
    SavedInterface,
    SavedModel,
    SavedPort,
    SavedWeights,
)
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.engine.keras_models import KerasModels
from composer_gui.engine.keras_shapes import KerasShapes
from composer_gui.storage import keras_archive, resources

CATALOG = resources.catalog()

CODE = '''"""Layers of somebody's own."""

import keras


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.factor = self.add_weight(shape=(input_shape[-1],), name="factor")

    def call(self, inputs):
        return inputs * self.factor


@keras.saving.register_keras_serializable("mine")
class Twice(keras.layers.Layer):
    def __init__(self, times=2, **kwargs):
        super().__init__(**kwargs)
        self.times = times

    def get_config(self):
        return super().get_config() | {"times": self.times}

    def call(self, inputs):
        return keras.ops.concatenate([inputs] * self.times, axis=-1)


@keras.saving.register_keras_serializable("mine")
class Whole(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(3)

    def call(self, inputs):
        return self.dense(inputs)


@keras.saving.register_keras_serializable("mine")
def half(x):
    return x / 2
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with models of own classes, saved by a Python that is then forgotten."""
    found = tmp_path_factory.mktemp("models")
    (found / "own_layers.py").write_text(CODE)
    registered = dict(keras.saving.get_custom_objects())
    own = {"__name__": "own_layers"}
    exec(CODE, own)
    x = keras.Input((4,), name="x")
    scaled = own["Scale"](name="scale")(layers.Dense(6, name="before")(x))
    y = own["Twice"](name="twice")(scaled)
    keras.Model(x, layers.Dense(2, activation=own["half"], name="after")(y)).save(
        found / "own.keras"
    )
    whole = own["Whole"](name="whole")
    whole(x)
    z = keras.Input((4,), name="z")
    keras.Model(z, whole(z)).save(found / "holder.keras")
    keras.saving.get_custom_objects().clear()
    keras.saving.get_custom_objects().update(registered)
    return found


@pytest.fixture
def shapes():
    return KerasShapes(CATALOG, KerasModels())


@pytest.fixture
def code(folder):
    path = folder / "own_layers.py"
    return (CodeFile(str(path), hashlib.sha256(path.read_bytes()).hexdigest()),)


def saved(folder, name="own", **fields):
    path = folder / f"{name}.keras"
    return SavedModel("l1", name, str(path), "", keras_archive.read(path), **fields)


def specs_for(layer):
    return {p.name: (TensorSpec(p.shape, p.dtype),) for p in layer.inputs}


def test_a_model_with_classes_that_are_not_there_is_taken_at_its_word(folder, shapes):
    layer = saved(folder, taps=(SavedPort("twice", (None, 12), "float32", "twice"),))
    layer = replace(layer, interface=replace(layer.interface, parameters=62))
    outcome = shapes.infer(layer, EMPTY, {"x": (TensorSpec((9, 4)),)})
    (problem,) = outcome.problems
    assert (problem.code, problem.severity) == ("missing_class", "warning")
    assert set(problem.actual.split(", ")) == {"Scale", "Twice", "half"}
    assert "Name the Python file that defines them" in problem.message
    assert outcome.outputs[1] == ("twice", TensorSpec((9, 12)))
    assert outcome.parameters == 62


def test_a_placeholder_refuses_what_its_inputs_are_not(folder, shapes):
    layer = saved(folder)
    outcome = shapes.infer(layer, EMPTY, {"x": (TensorSpec((None, 5)),)})
    (problem,) = outcome.problems
    assert (problem.code, problem.wanted, problem.given) == ("shape", (None, 4), (None, 5))
    outcome = shapes.infer(layer, EMPTY, {"x": (TensorSpec((None, 4), "string"),)})
    assert outcome.problems[0].code == "dtype"


def test_a_placeholder_cannot_say_what_it_makes_of_other_sizes(folder, shapes):
    layer = saved(folder, reinput=(SavedPort("x", (None, 9)),))
    outcome = shapes.infer(layer, EMPTY, {"x": (TensorSpec((None, 9)),)})
    assert outcome.is_error and "nobody can say" in outcome.problems[0].message


def test_with_its_python_file_a_model_is_whole(folder, shapes, code):
    layer = saved(folder, taps=(SavedPort("twice", None, "float32", "twice"),))
    before = dict(keras.saving.get_custom_objects())
    outcome = shapes.infer(layer, EMPTY, specs_for(layer), code=code)
    assert outcome.problems == ()
    assert [spec.shape for _, spec in outcome.outputs] == [(None, 2), (None, 12)]
    assert outcome.parameters == 4 * 6 + 6 + 6 + 12 * 2 + 2
    assert keras.saving.get_custom_objects() == before
    assert global_state.get_global_attribute("uninitialized_variables") == []


def test_a_model_made_of_code_can_be_used_and_not_looked_into(folder, shapes, code):
    layer = saved(folder, "holder")
    outcome = shapes.infer(layer, EMPTY, specs_for(layer), code=code)
    assert (outcome.problems, outcome.parameters) == ((), 15)
    assert outcome.outputs[0][1].shape == (None, 3)
    inner = replace(layer, part="whole")
    assert shapes.infer(inner, EMPTY, specs_for(layer), code=code).parameters == 15
    tapped = replace(inner, taps=(SavedPort("dense", None, "float32", "dense"),))
    outcome = shapes.infer(tapped, EMPTY, specs_for(layer), code=code)
    assert outcome.problems[0].code == "sealed"


def test_a_file_that_is_not_the_one_that_was_allowed_is_not_run(folder, shapes, code, tmp_path):
    other = tmp_path / "own_layers.py"
    other.write_text("raise SystemExit")
    layer = saved(folder)
    for path in (other, tmp_path / "absent.py"):
        outcome = shapes.infer(
            layer, EMPTY, specs_for(layer), code=(replace(code[0], path=str(path)),)
        )
        assert outcome.problems[0].code == "code_changed"
        assert not outcome.lasting


@pytest.mark.parametrize("text", ["1 / 0", "raise SystemExit('over')", "def (", "import nosuch"])
def test_a_file_that_python_cannot_run_is_told_with_the_reason(folder, shapes, tmp_path, text):
    broken = tmp_path / "broken.py"
    broken.write_text(f"import keras\n{text}\n")
    file = CodeFile(str(broken), hashlib.sha256(broken.read_bytes()).hexdigest())
    layer = saved(folder)
    (problem,) = shapes.infer(layer, EMPTY, specs_for(layer), code=(file,)).problems
    assert problem.code == "code_failed"
    assert problem.detail.split(":")[0] in (
        *("ZeroDivisionError", "SystemExit", "SyntaxError", "ModuleNotFoundError"),
    )
    reason = problem.detail.rstrip(".")
    assert problem.message == (
        f"{{node}} needs {broken}, and Python could not run that file: {reason}. "
        "Mend the file, and name it once more."
    )


def test_a_part_that_is_all_keras_needs_no_code(folder, shapes):
    layer = replace(saved(folder), part="before")
    outcome = shapes.infer(layer, EMPTY, specs_for(layer))
    assert (outcome.problems, outcome.parameters) == ((), 30)
    assert outcome.outputs[0][1].shape == (None, 6)


def test_weights_of_a_layer_beside_a_missing_class_are_known(folder, shapes):
    path = str(folder / "own.keras")
    for part, units, anew in (
        ("before", 6, ""),
        ("before", 7, "its kernel was 4×6 and is now 4×7"),
    ):
        given = EMPTY.set("units", units)
        weights = SavedWeights(path, "", part, "Dense", given)
        layer = KerasLayer("l1", "d", "Dense", given, weights=weights)
        outcome = shapes.infer(layer, EMPTY, {"inputs": (TensorSpec((None, 4)),)})
        assert (outcome.problems, outcome.anew) == ((), anew)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: layers.Lambda(lambda x: x * 2), "a Lambda layer, which holds Python code"),
        (lambda: _named("TFSMLayer"), "a TFSMLayer, which points to a folder"),
        (lambda: _named("TorchModuleWrapper"), "a TorchModuleWrapper, which wraps a module"),
        (lambda: _named("JaxLayer"), "a JaxLayer, which wraps a function of JAX"),
        (lambda: _named("FlaxLayer"), "a FlaxLayer, which wraps a module of Flax"),
    ],
)
def test_layers_that_run_code_of_others_are_refused_each_in_its_sentence(
    tmp_path, shapes, code, make, words
):
    keras.Sequential([keras.Input((4,), name="x"), make()]).save(tmp_path / "m.keras")
    port = (SavedPort("x", (None, 4)),)
    interface = SavedInterface("Sequential", port, port)
    layer = SavedModel("l1", "m", str(tmp_path / "m.keras"), "", interface)
    (problem,) = shapes.infer(layer, EMPTY, specs_for(layer), code=code).problems
    assert words in problem.message
    assert "Composer does not run that" in problem.message


def _named(name):
    """Return a layer that is written down as one of Keras's that runs code."""
    return type(name, (layers.Layer,), {"call": lambda self, x: x, "__module__": "keras.layers"})()
