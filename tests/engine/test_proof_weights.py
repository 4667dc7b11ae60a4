"""Weights are told apart by where they come from, and find their way into a model of layers."""

import keras
import numpy
import pytest
from keras import layers

from composer_gui.engine import keras_facts, proof_weights
from composer_gui.engine.proof_weights import Unlike

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def encoder():
    x = keras.Input((6,), name="x")
    y = layers.Dense(5, name="one")(x)
    inner = keras.Sequential([keras.Input((5,)), layers.Dense(4, name="two")], name="inner")
    norm = layers.BatchNormalization(name="norm")(inner(y))
    return keras.Model(x, layers.Bidirectional(layers.LSTM(3), name="both")(norm[:, None]))


def test_kept_and_new_weights_are_counted_and_the_new_ones_named(tmp_path):
    encoder().save(tmp_path / "encoder.keras")
    base = keras.models.load_model(tmp_path / "encoder.keras")
    model = keras.Model(base.input, layers.Dense(2, name="head")(base.output))
    found = proof_weights.origins(model, [tmp_path / "encoder.keras"])
    assert found == {"kept": base.count_params(), "new": 14, "new_layers": ["head"]}
    assert proof_weights.check_of(found)["detail"] == (
        f"{base.count_params()} weights are those of the saved models, bit for bit; "
        "14 are new, in head."
    )


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ((1200, 0, []), "All 1,200 weights are those of the saved models, bit for bit."),
        ((0, 7, ["a"]), "All 7 weights are new."),
        ((5, 7, ["a", "b"]), "7 are new, in a and b."),
        ((5, 7, list("abcde")), "7 are new, in a, b, c and 2 more layers."),
    ],
)
def test_what_is_kept_is_told_in_a_sentence(found, words):
    check = proof_weights.check_of(dict(zip(("kept", "new", "new_layers"), found, strict=True)))
    assert check["ok"] and check["detail"].endswith(words)


def test_a_layer_that_was_trained_further_is_new(tmp_path):
    model = encoder()
    model.save(tmp_path / "encoder.keras")
    layer = model.get_layer("one")
    layer.set_weights([weight + 1 for weight in layer.get_weights()])
    found = proof_weights.origins(model, [tmp_path / "encoder.keras"])
    assert found["new_layers"] == ["one"]


def normalized(name, units=5):
    """A model whose normalization is as it is in the beginning."""
    x = keras.Input((units,), name="x")
    y = layers.BatchNormalization(name=f"{name}_norm")(layers.Dense(units, name=name)(x))
    return keras.Model(x, y)


@pytest.fixture
def base(tmp_path):
    """Save a model with a fresh normalization; return its file and a function that extends it."""
    path = tmp_path / "base.keras"
    model = normalized("old")
    model.get_layer("old").bias.assign(numpy.arange(5.0))
    model.save(path)

    def extended(*more):
        with proof_weights.watched() as loaded:
            model = keras.models.load_model(path)
        y = model.output
        for layer in more:
            y = layer(y)
        return keras.Model(model.input, y), loaded

    return path, extended


def test_a_fresh_normalization_is_new_though_it_is_like_a_saved_one(base):
    """All of them begin with ones and zeros; only the one that was loaded was kept."""
    path, extended = base
    model, loaded = extended(layers.BatchNormalization(name="new_norm"))
    assert len(loaded) == 1
    found = proof_weights.origins(model, [path], loaded)
    assert found == {"kept": 50, "new": 20, "new_layers": ["new_norm"]}


def test_a_layer_keeps_its_weights_only_if_it_has_all_of_one_layer(base):
    path, extended = base
    dense = layers.Dense(5, name="dense")
    model, loaded = extended(dense)
    dense.set_weights(loaded[0].get_layer("old").get_weights())
    found = proof_weights.origins(model, [path], loaded)
    assert found == {"kept": 80, "new": 0, "new_layers": []}
    dense.bias.assign(numpy.ones(5))
    found = proof_weights.origins(model, [path], loaded)
    assert found == {"kept": 50, "new": 30, "new_layers": ["dense"]}


def test_what_was_loaded_and_altered_since_is_new(base):
    path, extended = base
    model, loaded = extended()
    old = model.get_layer("old")
    old.bias.assign(old.bias + 1.0)
    assert proof_weights.origins(model, [path], loaded)["new_layers"] == ["old"]


def test_a_model_of_layers_alone_is_compared_with_the_files(base):
    path, _ = base
    model = normalized("other")
    assert proof_weights.origins(model, [path])["new_layers"] == ["other"]
    model.set_weights(keras.models.load_model(path).get_weights())
    assert proof_weights.origins(model, [path]) == {"kept": 50, "new": 0, "new_layers": []}


def test_nobody_notes_what_is_loaded_afterwards(base):
    path, _ = base
    with proof_weights.watched() as loaded, pytest.raises(ValueError, match="gone"):
        keras.models.load_model(path.with_name("gone.keras"))
    keras.models.load_model(path)
    assert loaded == []


def quantized():
    model = encoder()
    model.get_layer("one").quantize("int8")
    return model


def adapted():
    x = keras.Input((3,))
    norm = layers.Normalization(name="norm")
    norm.adapt(numpy.array([[1.0, 2.0, 3.0], [4.0, 5.0, 9.0]]))
    return keras.Model(x, layers.Dense(2, name="dense")(norm(x)))


@pytest.mark.parametrize("make", [encoder, quantized, adapted])
def test_weights_go_over_with_all_that_a_layer_computes_from_them(make):
    source, target = make(), keras.models.clone_model(make())
    arrays, results = keras_facts.try_out(source)
    assert keras_facts.output_difference(keras_facts.outputs_of(target, arrays), results)
    proof_weights.transfer(source, target)
    assert not keras_facts.output_difference(keras_facts.outputs_of(target, arrays), results)


def test_layers_of_other_names_are_found_by_their_class_and_order():
    def chain(*names):
        x = y = keras.Input((4,))
        for name in names:
            y = layers.Dense(4, name=name)(y)
        return keras.Model(x, y)

    source, target = chain("a", "b", "c"), chain("a", "x", "y")
    proof_weights.transfer(source, target)
    arrays, results = keras_facts.try_out(source)
    assert not keras_facts.output_difference(keras_facts.outputs_of(target, arrays), results)


def test_a_layer_without_a_counterpart_is_named():
    x = keras.Input((4,))
    source = keras.Model(x, layers.Dense(4, name="lonely")(x))
    target = keras.Model(x, layers.ReLU(name="other")(x))
    with pytest.raises(Unlike, match="lonely has no counterpart"):
        proof_weights.transfer(source, target)
