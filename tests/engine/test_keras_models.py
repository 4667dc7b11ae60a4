"""Ghosts of saved models are compared with the models themselves, loaded with their weights."""

import json
import os
import zipfile

import keras
import pytest
from immutables import Map
from keras import layers
from keras.src.backend.common import global_state

from composer_gui.core.document import EMPTY
from composer_gui.core.layer_kinds import SavedInterface, SavedModel, SavedPort
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.engine.keras_models import KerasModels
from composer_gui.engine.keras_shapes import KerasShapes
from composer_gui.engine.keras_specs import count, spec_of
from composer_gui.storage import keras_archive, resources

CATALOG = resources.catalog()


def base():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1), name="image"),
            layers.Conv2D(8, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Conv2D(16, 3),
            layers.MaxPooling2D(),
        ]
    )


def head():
    given = keras.Input((6, 6, 16), name="features")
    return keras.Model(given, layers.Dense(10)(layers.Flatten()(given)))


def text():
    given = keras.Input((100,), dtype="int32", name="tokens")
    return keras.Model(given, layers.LSTM(8)(layers.Embedding(50, 4)(given)))


def twin():
    left, right = keras.Input((3,), name="left"), keras.Input((4,), name="right")
    near = layers.Dense(2, name="near")(left)
    return keras.Model(
        {"b": right, "a": left},
        {"z": near, "y": [layers.Dense(5, name="far")(right), near + 1.0]},
    )


def nested():
    inner = base()
    inner.trainable = False
    given = keras.Input((28, 28, 1))
    result = keras.ops.relu(layers.Flatten()(inner(given)))
    return keras.Model(given, layers.Dense(3)(result))


def wide():
    given = keras.Input((None, None, 1), name="image")
    return keras.Model(given, layers.Conv2D(2, 3)(given))


def rest():
    """Options that leave their mark in the description of a model."""
    given = keras.Input((8,))
    result = layers.Dense(
        6,
        kernel_regularizer="l2",
        bias_constraint=keras.constraints.MaxNorm(2),
        activation=keras.activations.gelu,
        dtype="mixed_float16",
    )(given)
    result = layers.Activation(keras.ops.relu)(result)[:, :3]
    model = keras.Model(given, layers.GaussianNoise(0.1, seed=3)(result))
    model.compile("adam", "mse", metrics=["mae"])
    return model


def unbuilt():
    return keras.Sequential([layers.Dense(4)])


MODELS = (base, head, text, twin, nested, wide, rest)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("models")
    for make in (*MODELS, unbuilt):
        make().save(found / f"{make.__name__}.keras")
    return found


@pytest.fixture(scope="module")
def shapes():
    return KerasShapes(CATALOG, KerasModels())


def saved(path, interface=None, trainable=True):
    interface = interface or keras_archive.read(path)
    return SavedModel("l1", "model", str(path), "", interface, trainable)


def specs_for(layer):
    return {p.name: (TensorSpec(p.shape, p.dtype),) for p in layer.interface.inputs}


@pytest.mark.parametrize("name", [make.__name__ for make in MODELS])
def test_a_ghost_tells_what_the_loaded_model_gives(folder, shapes, name):
    layer = saved(folder / f"{name}.keras")
    outcome = shapes.infer(layer, EMPTY, specs_for(layer))
    assert outcome.problems == ()
    model = keras.models.load_model(layer.path)
    outputs = keras.tree.flatten(model.outputs)
    assert [spec for _, spec in outcome.outputs] == [spec_of(tensor) for tensor in outputs]
    assert [port for port, _ in outcome.outputs] == [p.name for p in layer.interface.outputs]
    assert outcome.parameters == count(model.weights)
    assert outcome.trainable_parameters == count(model.trainable_weights)
    assert global_state.get_global_attribute("uninitialized_variables") == []


def test_a_ghost_has_no_weights(folder):
    model = KerasModels().ghost(str(folder / "base.keras"))
    assert model.variables
    assert all(variable._value is None for variable in model.variables)


def test_a_frozen_model_trains_nothing(folder, shapes):
    layer = saved(folder / "base.keras", trainable=False)
    outcome = shapes.infer(layer, EMPTY, specs_for(layer))
    assert outcome.trainable_parameters == 0
    assert outcome.parameters > 0


def test_another_size_gives_another_shape(folder, shapes):
    layer = saved(folder / "wide.keras")
    for size, result in ((28, 26), (64, 62), (None, None)):
        given = {"image": (TensorSpec((5, size, 40, 1)),)}
        outcome = shapes.infer(layer, EMPTY, given)
        assert outcome.outputs[0][1] == TensorSpec((5, result, 38, 2))


def test_a_shape_that_does_not_fit_is_told_with_both_shapes(folder, shapes):
    layer = saved(folder / "head.keras")
    outcome = shapes.infer(layer, EMPTY, {"features": (TensorSpec((None, 5, 5, 16)),)})
    text = outcome.problems[0].detail
    assert "(None, 6, 6, 16)" in text
    assert "(None, 5, 5, 16)" in text


def test_an_axis_too_many_is_found_though_the_symbolic_call_lets_it_pass(tmp_path, shapes):
    path = tmp_path / "flat.keras"
    keras.Sequential([keras.Input((8,), name="flat"), layers.Dense(2)]).save(path)
    layer = saved(path)
    assert shapes.infer(layer, EMPTY, {"flat": (TensorSpec((None, 8, 3)),)}).is_error
    # Keras announces (None, 8, 2) and gives (None, 2): a layer behind it would not fit
    (problem,) = shapes.infer(layer, EMPTY, {"flat": (TensorSpec((None, 8, 1)),)}).problems
    assert problem.message == (
        "{node} wants 8. {source} gives 8×1, that is 2 axes, not 1; Keras drops a last axis of 1 "
        "when the model runs, but not when it is built, and what is behind would not fit."
    )


def test_a_single_number_is_not_taken_for_many(tmp_path, shapes):
    """Keras drops a last axis of 1 before it compares shapes, so it takes 1 where 8 is wanted."""
    path = tmp_path / "wide.keras"
    keras.Sequential([keras.Input((8,), name="wide"), layers.Dense(2)]).save(path)
    outcome = shapes.infer(saved(path), EMPTY, {"wide": (TensorSpec((None, 1)),)})
    assert outcome.is_error and not outcome.outputs


def test_a_last_axis_of_one_may_come_where_a_scalar_is_wanted(tmp_path, shapes):
    path = tmp_path / "scalar.keras"
    keras.Sequential([keras.Input((), name="number"), layers.Reshape((1,))]).save(path)
    outcome = shapes.infer(saved(path), EMPTY, {"number": (TensorSpec((None, 1)),)})
    assert outcome.outputs[0][1].shape == (None, 1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such pipes")
def test_a_pipe_is_not_waited_for(tmp_path, shapes):
    os.mkfifo(tmp_path / "pipe.keras")
    port = SavedPort("x", None)
    interface = SavedInterface("Functional", (port,), (port,))
    layer = SavedModel("l1", "pipe", str(tmp_path / "pipe.keras"), "", interface)
    (problem,) = shapes.infer(layer, EMPTY, {"x": (TensorSpec((None, 8)),)}).problems
    assert problem.code == "file_unreadable" and "pipe" in problem.message


def test_numbers_with_a_fraction_are_refused_where_whole_ones_are_wanted(folder, shapes):
    layer = saved(folder / "text.keras")
    (problem,) = shapes.infer(layer, EMPTY, {"tokens": (TensorSpec((None, 100)),)}).problems
    assert (problem.code, problem.port) == ("dtype", "tokens")
    assert problem.message == "{node} wants whole numbers. {source} sends 100 float32."


def test_whole_numbers_do_where_any_number_is_wanted(folder, shapes):
    layer = saved(folder / "head.keras")
    outcome = shapes.infer(layer, EMPTY, {"features": (TensorSpec((None, 6, 6, 16), "uint8"),)})
    assert outcome.problems == ()


def test_a_model_that_was_never_built_takes_the_shape_of_each_call(folder, shapes):
    port = SavedPort("input", None)
    interface = SavedInterface("Sequential", (port,), (SavedPort("output", None),))
    layer = saved(folder / "unbuilt.keras", interface)
    for width in (3, 7):
        outcome = shapes.infer(layer, EMPTY, {"input": (TensorSpec((None, width)),)})
        assert outcome.problems == ()
        assert outcome.parameters == width * 4 + 4


def test_calls_leave_nothing_behind_in_a_ghost_that_is_kept(folder):
    models = KerasModels()
    layer = saved(folder / "head.keras")
    model = models.ghost(layer.path)
    before = len(model._inbound_nodes)
    for _ in range(5):
        models.call(layer, specs_for(layer))
    assert len(model._inbound_nodes) == before
    assert models.ghost(layer.path) is model


def test_a_file_that_changed_is_read_again(tmp_path):
    path = tmp_path / "model.keras"
    keras.Sequential([keras.Input((8,), name="x"), layers.Dense(2)]).save(path)
    models = KerasModels()
    first = models.ghost(str(path))
    keras.Sequential([keras.Input((8,), name="x"), layers.Dense(3)]).save(path)
    os.utime(path, (1, 1))
    assert models.ghost(str(path)) is not first


def test_only_so_many_ghosts_are_kept(folder):
    models = KerasModels(kept=1)
    first = models.ghost(str(folder / "head.keras"))
    models.ghost(str(folder / "text.keras"))
    assert models.ghost(str(folder / "head.keras")) is not first


# Files that are not what they should be -----------------------------------------------------------


def rewritten(source, target, config):
    """Copy an archive with another description in it."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.namelist():
            data = old.read(member)
            new.writestr(member, json.dumps(config) if member == "config.json" else data)
    return target


def config_of(path):
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("config.json"))


def problem_of(shapes, path):
    interface = SavedInterface("Sequential", (SavedPort("x", (None, 8)),), (SavedPort("y", None),))
    layer = saved(path, interface)
    outcome = shapes.infer(layer, EMPTY, {"x": (TensorSpec((None, 8)),)})
    (problem,) = outcome.problems
    return problem, outcome


def test_a_class_that_keras_does_not_have_is_named_and_its_file_believed(tmp_path, shapes):
    class Scale(layers.Layer):
        def call(self, inputs):
            return inputs * 2

    path = tmp_path / "custom.keras"
    keras.Sequential([keras.Input((8,)), Scale()]).save(path)
    problem, outcome = problem_of(shapes, path)
    assert (problem.code, problem.severity) == ("missing_class", "warning")
    assert "uses Scale, which Keras does not have" in problem.message
    assert not outcome.is_error


def test_a_lambda_is_refused_before_keras_sees_it(tmp_path, shapes, monkeypatch):
    path = tmp_path / "lambda.keras"
    keras.Sequential([keras.Input((8,)), layers.Lambda(lambda x: x * 2)]).save(path)
    seen = []
    monkeypatch.setattr(keras.saving, "deserialize_keras_object", lambda *a, **k: seen.append(a))
    problem, _ = problem_of(shapes, path)
    assert "Lambda" in problem.actual
    assert seen == []


def test_a_function_with_side_effects_is_never_called(tmp_path, shapes):
    path = tmp_path / "honest.keras"
    keras.Sequential([keras.Input((8,)), layers.Activation("relu")]).save(path)
    config = config_of(path)
    config["config"]["layers"][1]["config"]["activation"] = {
        "module": "keras.config",
        "class_name": "function",
        "config": "set_epsilon",
        "registered_name": "set_epsilon",
    }
    before = keras.config.epsilon()
    problem, _ = problem_of(shapes, rewritten(path, tmp_path / "doctored.keras", config))
    assert "keras.config.set_epsilon" in problem.message
    assert keras.config.epsilon() == before


def test_a_description_that_keras_cannot_build_is_a_problem_with_its_reason(tmp_path, shapes):
    path = tmp_path / "honest.keras"
    keras.Sequential([keras.Input((8,)), layers.Dense(2)]).save(path)
    config = config_of(path)
    config["config"]["layers"][1]["config"]["units"] = "many"
    problem, _ = problem_of(shapes, rewritten(path, tmp_path / "broken.keras", config))
    assert problem.code == "model_broken"
    assert problem.detail


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "file_unreadable"), (b"PK rubbish", "file_unreadable"), (None, "file_absent")],
)
def test_a_file_that_is_no_archive_is_a_problem_that_is_looked_at_again(
    tmp_path, shapes, content, code
):
    path = tmp_path / "odd.keras"
    if content is not None:
        path.write_bytes(content)
    problem, outcome = problem_of(shapes, path)
    assert problem.code == code
    assert not outcome.lasting


def test_an_archive_bomb_is_not_unpacked(tmp_path, shapes):
    path = tmp_path / "bomb.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * (32 << 20))
    problem, _ = problem_of(shapes, path)
    assert "too large" in problem.message


def test_a_description_nested_without_end_is_not_followed(tmp_path, shapes):
    path = tmp_path / "deep.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", '{"a":' * 5000 + "1" + "}" * 5000)
    problem, _ = problem_of(shapes, path)
    assert problem.code == "file_unreadable"


def test_absurd_sizes_cost_nothing_and_are_told(tmp_path, shapes):
    path = tmp_path / "honest.keras"
    keras.Sequential([keras.Input((8,), name="x"), layers.Dense(2)]).save(path)
    config = config_of(path)
    config["config"]["layers"][1]["config"]["units"] = 2_000_000_000
    layer = saved(
        rewritten(path, tmp_path / "huge.keras", config),
        SavedInterface("Sequential", (SavedPort("x", (None, 8)),), (SavedPort("y", None),)),
    )
    outcome = shapes.infer(layer, Map(), {"x": (TensorSpec((None, 8)),)})
    (problem,) = outcome.problems
    assert (problem.code, problem.actual) == ("weights_too_large", "72.0 GB")
