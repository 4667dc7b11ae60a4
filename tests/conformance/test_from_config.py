"""The parameters found in a saved configuration make a layer of that very configuration."""

import json

import pytest

pytest.importorskip("keras")

import keras
from immutables import Map

from composer_gui.core import inside_reader
from composer_gui.core.layer_kinds import Construct
from composer_gui.core.layers.from_config import layer_parameters, parameters
from composer_gui.storage import resources
from tests.conformance import realized, zoo

CATALOG = resources.catalog()
APPLICATIONS = [
    *("ConvNeXtTiny", "EfficientNetV2B0", "InceptionResNetV2"),
    *("MobileNetV3Small", "NASNetMobile", "ResNet50"),
]
BY_CHANCE = {"RandomCrop"}
"""Layers that make up a seed when none is given."""

SEALED = {"CustomScaleLayer", "LayerScale"}


def serialized(thing):
    return json.loads(json.dumps(keras.saving.serialize_keras_object(thing)))


def plain(value):
    """Return a configuration without what says nothing: names inside, marks of sharing, builds."""
    if isinstance(value, dict):
        silent = ("shared_object_id", "build_config", "name", "trainable", "vocabulary_size")
        return {key: plain(item) for key, item in value.items() if key not in silent}
    return [plain(item) for item in value] if isinstance(value, list) else value


def assert_round_trip(entry):
    """Build a layer from the parameters found in `entry` and compare its configuration."""
    found = layer_parameters(entry, CATALOG)
    assert found is not None, entry["class_name"]
    made = realized.layer_of(entry["class_name"], found)
    if entry["class_name"] == "LayerNormalization":
        made.build(entry["build_config"]["input_shape"])  # which makes a list of its axis
    assert plain(serialized(made)["config"]) == plain(entry["config"])
    return found


@pytest.mark.parametrize("name", sorted(CATALOG.layers.keys() - {"InputLayer", *BY_CHANCE}))
def test_a_layer_of_the_catalog_is_read_back_as_it_was_written(name):
    sample = CATALOG.layer(name).sample
    entry = serialized(realized.layer_of(name, sample))
    found = layer_parameters(entry, CATALOG)
    made = realized.layer_of(name, found)
    assert plain(serialized(made)["config"]) == plain(entry["config"])


@pytest.mark.parametrize("name", zoo.MODELS)
def test_every_layer_of_a_saved_model_is_made_again_by_its_parameters(name):
    inside = inside_reader.read(serialized(zoo.build(name)))
    sealed = {"quantized": {"first"}, "low_rank": {"adapted"}}.get(name, set())
    for path, part in inside.leaves():
        if path in sealed:
            assert layer_parameters(part.config, CATALOG) is None
        else:
            assert_round_trip(part.config)


@pytest.mark.parametrize("name", APPLICATIONS)
def test_every_layer_of_an_application_is_made_again_by_its_parameters(name):
    inside = inside_reader.read(serialized(getattr(keras.applications, name)(weights=None)))
    checked = set()
    for _, part in inside.leaves():
        alike = json.dumps([part.class_name, plain(part.config["config"])], sort_keys=True)
        if alike not in checked and part.class_name not in SEALED:
            checked.add(alike)
            assert_round_trip(part.config)
    assert len(checked) > 10


# What a person would have written -----------------------------------------------------------------

WRITTEN = [
    ("Dense", {"units": 4}),
    ("Dense", {"units": 4, "activation": "relu", "use_bias": False}),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}),
    ("Conv2D", {"filters": 4, "kernel_size": (3, 1), "dtype": "mixed_float16"}),
    ("MaxPooling2D", {"pool_size": 3, "strides": 1}),
    ("MaxPooling2D", {}),
    ("AveragePooling1D", {"pool_size": 2}),
    ("ZeroPadding2D", {"padding": ((0, 1), (0, 1))}),
    ("ZeroPadding2D", {"padding": 3}),
    ("Cropping2D", {"cropping": ((1, 0), (1, 0))}),
    ("LSTM", {"units": 3, "return_sequences": True}),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 4}),
    ("RandomRotation", {"factor": 0.1}),
    ("Normalization", {"mean": (1.0, 2.0), "variance": (1.0, 4.0)}),
    ("Dense", {"units": 2, "kernel_regularizer": "l2"}),
    ("Dense", {"units": 2, "kernel_initializer": Construct("initializer", "Constant", Map())}),
    (
        "Dense",
        {"units": 2, "bias_initializer": Construct("initializer", "HeNormal", Map({"seed": 4}))},
    ),
    ("Bidirectional", {"layer": Construct("layer", "GRU", Map({"units": 3}))}),
    (
        "RNN",
        {
            "cell": Construct(
                "layer",
                "StackedRNNCells",
                Map({"cells": (Construct("layer", "LSTMCell", Map({"units": 3})),)}),
            )
        },
    ),
    ("TimeDistributed", {"layer": Construct("layer", "Dense", Map({"units": 3}))}),
]


@pytest.mark.parametrize(("name", "written"), WRITTEN)
def test_the_defaults_are_left_out_and_the_rest_is_as_one_writes_it(name, written):
    entry = serialized(realized.layer_of(name, Map(written)))
    assert layer_parameters(entry, CATALOG) == Map(written)


# What stays sealed --------------------------------------------------------------------------------


def test_what_the_catalog_cannot_say_exactly_is_not_said():
    entry = serialized(keras.layers.Dense(4))
    config = entry["config"]
    assert layer_parameters(entry, CATALOG) == Map({"units": 4})
    unsayable = [
        {**entry, "module": "mine"},
        {**entry, "module": None, "registered_name": "mine>Dense"},
        {**entry, "class_name": "Denser"},
        {**entry, "config": {**config, "lora_rank": 2}},
        {**entry, "config": {**config, "quantization_config": {"class_name": "X"}}},
        {**entry, "config": {**config, "something_new": 1}},
        {**entry, "config": {**config, "units": -4}},
        {**entry, "config": {**config, "units": float("nan")}},
        {**entry, "config": {**config, "kernel_initializer": {"class_name": "Mine"}}},
        {**entry, "config": {**config, "activation": {"class_name": "ReLU", "config": {}}}},
        {**entry, "config": {**config, "dtype": {"class_name": "QuantizedDTypePolicy"}}},
    ]
    assert [layer_parameters(one, CATALOG) for one in unsayable] == [None] * len(unsayable)


def test_a_frozen_layer_inside_a_layer_is_not_said():
    inner = keras.layers.Dense(4, trainable=False)
    assert layer_parameters(serialized(keras.layers.TimeDistributed(inner)), CATALOG) is None


def test_layers_within_layers_without_end_are_not_said():
    config = {"layer": serialized(keras.layers.Dense(4))}
    for _ in range(60):
        config = {"layer": {"module": "keras.layers", "class_name": "Wrapper", "config": config}}
    assert parameters("Wrapper", config, CATALOG) is None
