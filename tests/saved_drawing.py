"""Designs of what comes out of saved models, and what their sources build."""

import json
import zipfile
from dataclasses import replace

import numpy
import pytest
from immutables import Map

from composer_gui.core import inside_reader
from composer_gui.core.codegen import keras_script
from composer_gui.core.document import put
from composer_gui.core.layer_kinds import SavedInterface, SavedPort, SavedWeights
from composer_gui.core.saved_files import saved_files
from composer_gui.engine import keras_facts
from composer_gui.storage import keras_archive
from tests.drawing import Drawing

keras = pytest.importorskip("keras")
layers = keras.layers


def make_models(folder):
    """Save an encoder in a folder, and a model in which it lies before another and an operation."""
    keras.utils.set_random_seed(1)
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


def tap(address, *shape):
    """Return the port of a tap."""
    return SavedPort(address, (None, *shape), address=address)
