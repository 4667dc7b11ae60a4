"""Sources from layers alone build the saved model again, and with its weights compute the same.

A few applications, small, and models with what the applications lack. All forty are rebuilt by
tests/benchmarks/bench_applications.py.
"""

import ast
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import layers

from composer_gui.core.codegen.keras_script import generate
from composer_gui.core.errors import CannotGenerate
from composer_gui.core.opening import model_of, opened
from composer_gui.storage import keras_archive, resources
from tests.benchmarks import application_steps as steps

CATALOG = resources.catalog()
SMALL = {"input_shape": (32, 32, 3), "classes": 10}

APPLICATIONS = {
    "MobileNetV2": {**SMALL, "alpha": 0.35},
    "MobileNetV3Small": SMALL,
    "EfficientNetV2B0": SMALL,
    "ConvNeXtTiny": SMALL,
}


@pytest.mark.parametrize("name", APPLICATIONS)
def test_an_application_is_built_again_from_both_sources(name, tmp_path):
    keras.backend.clear_session()
    made = steps.make(name, tmp_path, APPLICATIONS[name])
    written = steps.write(tmp_path)
    keras.backend.clear_session()
    found = steps.build(tmp_path) | steps.reload(tmp_path)
    assert found == {
        "built_equal": True,
        "scratch_config": "",
        "scratch_equal": True,
        "reloaded_equal": True,
    }
    assert written["scratch_lines"] < made["layers"]
    assert complaints(tmp_path / steps.SCRATCH) == ["", ""]


def complaints(script):
    """Return what ruff has to say about a source: how it is laid out, and what is in it."""
    commands = (["format", "--quiet", "--diff"], ["check", "--quiet"])
    return [
        subprocess.run(
            [
                sys.executable,
                "-m",
                "ruff",
                *command,
                "--no-cache",
                "--isolated",
                "--line-length=100",
                script,
            ],
            capture_output=True,
            text=True,
        ).stdout
        for command in commands
    ]


# Models with what the applications lack -----------------------------------------------------------


def vocabulary(count):
    return [f"word{number}" for number in range(count)]


def of_words(count):
    text = keras.Input((), dtype="string", name="text")
    numbers = layers.TextVectorization(vocabulary=vocabulary(count), name="words")(text)
    x = layers.Embedding(count + 2, 4, name="embedding")(numbers)
    return keras.Model(text, layers.GlobalAveragePooling1D(name="mean")(x), name="of_words")


def nested():
    inner_input = keras.Input((8,), name="inner_input")
    inner = layers.Dense(4, activation="relu", name="deep")(inner_input)
    inner = keras.Model(inner_input, [inner, inner_input], name="inner")
    outer = keras.Input((8,), name="outer_input")
    one, other = inner(outer)
    two, _ = inner(other)
    head = keras.Sequential([keras.Input((4,)), layers.Dense(2, name="last")], name="head")
    head.layers[0].trainable = False
    return keras.Model(outer, head(layers.Add(name="both")([one, two])), name="outer")


def scaled():
    from keras.src.applications.inception_resnet_v2 import CustomScaleLayer

    given = keras.Input((3,), name="given")
    other = layers.Dense(3, name="other")(given)
    return keras.Model(given, CustomScaleLayer(0.17, name="scaled")([given, other]), name="sum")


def normalized():
    given = keras.Input((3,), name="given")
    layer = layers.Normalization(name="normalized")
    layer.adapt(np.arange(12.0).reshape(4, 3))
    return keras.Model(given, layer(given), name="normalized_model")


MODELS = {
    "few words": (lambda: of_words(5), np.array(["word1 word3", "unknown word4"])),
    "many words": (lambda: of_words(300), np.array(["word1 word299", "unknown word4"])),
    "nested": (nested, np.linspace(-1, 1, 16).reshape(2, 8)),
    "a class that is not exported": (scaled, np.linspace(-1, 1, 6).reshape(2, 3)),
    "statistics": (normalized, np.linspace(-1, 1, 6).reshape(2, 3)),
}


def scratch_of(model, folder):
    """Return the script from layers alone for a saved model, written beside it."""
    path = folder / "model.keras"
    model.save(path)
    inside = keras_archive.contents(path)
    fingerprint = keras_archive.fingerprint(path)
    whole = model_of(inside, "", path=str(path), sha256=fingerprint, layer_id="l1")
    design = opened(inside, whole, CATALOG)
    script = generate(design, CATALOG, {}, insides={str(path): inside}, style="scratch")
    for name, text in {"script.py": script.text, **script.side_files}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return script


@pytest.mark.parametrize("name", MODELS)
def test_a_model_from_scratch_computes_the_same_with_the_same_weights(name, tmp_path):
    make, given = MODELS[name]
    keras.backend.clear_session()
    model = make()
    wanted = np.array(model(keras.ops.convert_to_tensor(given)))
    script = scratch_of(model, tmp_path)
    assert "load_model" not in script.text
    again = steps.run(tmp_path / "script.py")
    again.load_weights(tmp_path / "model.keras")
    (output,) = keras.tree.flatten(again(keras.ops.convert_to_tensor(given)))
    np.testing.assert_array_equal(np.array(output), wanted)
    assert again.count_params() == model.count_params()
    assert len(again.trainable_weights) == len(model.trainable_weights)


def test_a_long_vocabulary_lies_beside_the_source(tmp_path):
    script = scratch_of(of_words(300), tmp_path)
    assert script.side_files == {"words_vocabulary.txt": "\n".join(vocabulary(300))}
    assert 'vocabulary=read_words("words_vocabulary.txt")' in script.text
    assert scratch_of(of_words(5), tmp_path).side_files == {}


def test_a_model_that_was_saved_as_a_sequential_is_one_again(tmp_path):
    script = scratch_of(nested(), tmp_path)
    assert "head = keras.Sequential(" in script.text
    assert "def build_inner() -> keras.Model:" in script.text


def test_a_class_that_keras_does_not_export_is_written_out_and_not_imported(tmp_path):
    script = scratch_of(scaled(), tmp_path)
    assert "class CustomScaleLayer(layers.Layer):" in script.text
    tree = ast.parse(script.text)
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules == {"keras"}


def test_a_model_from_scratch_is_saved_and_loaded(tmp_path):
    model = scaled()
    scratch_of(model, tmp_path)
    again = steps.run(tmp_path / "script.py")
    again.save(tmp_path / "again.keras")
    loaded = keras.models.load_model(tmp_path / "again.keras")
    given = np.ones((1, 3), "float32")
    np.testing.assert_array_equal(np.array(loaded(given)), np.array(again(given)))


@keras.saving.register_keras_serializable(package="tests")
class Doubled(layers.Layer):
    def call(self, inputs):
        return inputs * 2


def test_a_class_of_somebody_else_is_refused_in_a_sentence(tmp_path):
    given = keras.Input((3,), name="given")
    model = keras.Model(given, Doubled(name="twice")(given))
    with pytest.raises(CannotGenerate, match=r"twice is a Doubled") as refused:
        scratch_of(model, tmp_path)
    assert refused.value.node is not None
