"""Saved models opened as designs compute what they computed before, bit for bit."""

import json

import numpy as np
import pytest

pytest.importorskip("keras")

import keras

from composer_gui.core import connections, opening
from composer_gui.core.plain import document_from_plain, document_to_plain
from composer_gui.storage import keras_archive, resources
from tests.conformance import realized, zoo

CATALOG = resources.catalog()
SHA = "0" * 64


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return a function that saves a model of the zoo once: its path, and what it is made of."""
    folder, made = tmp_path_factory.mktemp("zoo"), {}

    def save(name):
        if name not in made:
            path = folder / f"{name}.keras"
            zoo.build(name).save(path)
            made[name] = path, keras_archive.contents(path)
        return made[name]

    return save


def whole(inside, path):
    return opening.model_of(inside, "", path=str(path), sha256=SHA)


def sample(model, batch=2):
    """Return random inputs for a model, by its flattened inputs."""
    random, given = np.random.default_rng(5), []
    for tensor in keras.tree.flatten(model.inputs):
        shape = [size or (batch if axis == 0 else 3) for axis, size in enumerate(tensor.shape)]
        if tensor.dtype == "string":
            words = random.choice(["the cat", "red", "a dog", "blue"], shape)
            given.append(keras.ops.convert_to_tensor(words.astype(object)))
        elif tensor.dtype == "bool":
            given.append(random.random(shape) > 0.3)
        elif "int" in tensor.dtype:
            given.append(random.integers(0, 4, shape).astype(tensor.dtype))
        else:
            given.append(random.normal(size=shape).astype(tensor.dtype))
    return given


def computed(model, given):
    """Return what a model gives, flattened; its inputs are handed over as it wants them."""
    structure = keras.tree.pack_sequence_as(model._inputs_struct, given)
    return [np.asarray(result) for result in keras.tree.flatten(model(structure, training=False))]


def functional(model):
    """Return a model with a graph, of a Sequential as well."""
    return model if hasattr(model, "_inputs_struct") else keras.Model(model.inputs, model.outputs)


def assert_same(model, other, given=None):
    model = functional(model)
    given = sample(model) if given is None else given
    expected, found = computed(model, given), computed(other, given)
    assert len(expected) == len(found)
    for one, two in zip(expected, found, strict=True):
        assert one.dtype == two.dtype
        assert np.array_equal(one, two, equal_nan=one.dtype.kind == "f")


@pytest.mark.parametrize("all_levels", [False, True])
@pytest.mark.parametrize("name", zoo.MODELS)
def test_an_opened_model_computes_the_same_bit_for_bit(saved, name, all_levels):
    path, inside = saved(name)
    design = opening.opened(inside, whole(inside, path), CATALOG, all_levels=all_levels)
    source = keras.models.load_model(path)
    assert_same(keras.models.load_model(path), realized.model_of(design, CATALOG, source))


@pytest.mark.parametrize("name", zoo.MODELS)
def test_an_opened_design_is_sound_and_reads_back_from_its_file(saved, name):
    path, inside = saved(name)
    design = opening.opened(inside, whole(inside, path), CATALOG)
    assert document_from_plain(json.loads(json.dumps(document_to_plain(design)))) == design
    assert connections.check(design, CATALOG) == design
