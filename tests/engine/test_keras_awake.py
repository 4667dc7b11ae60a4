"""Normalizations that learn between frozen layers of a saved model are told of, and only these."""

from dataclasses import replace

import keras
import pytest
from immutables import Map

from composer_gui.core.layer_kinds import SavedModel
from composer_gui.core.problems import WARNING
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.engine.keras_models import KerasModels
from composer_gui.storage import keras_archive

layers = keras.layers


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Two blocks of convolution and normalization, the first of them in a model of its own."""
    x = keras.Input((8, 8, 3), name="x")
    y = layers.Conv2D(4, 3, name="one")(x)
    y = layers.BatchNormalization(name="first")(y)
    y = layers.Conv2D(4, 1, name="two")(layers.ReLU()(y))
    stem = keras.Model(x, y, name="stem")
    photo = keras.Input((8, 8, 3), name="photo")
    y = layers.BatchNormalization(name="second")(stem(layers.BatchNormalization(name="in")(photo)))
    y = layers.Conv2D(4, 1, name="three")(y)
    y = layers.BatchNormalization(name="third")(y)
    y = layers.Dense(2, name="dense")(layers.GlobalAveragePooling2D()(y))
    found = tmp_path_factory.mktemp("models") / "blocks.keras"
    keras.Model(photo, y, name="blocks").save(found)
    return found


@pytest.fixture
def warned(path):
    layer = SavedModel("l1", "blocks", str(path), "", keras_archive.read(path))
    models = KerasModels()

    def found(*frozen, **fields):
        used = replace(layer, frozen=frozen, **fields)
        (port,) = used.inputs
        given = {port.name: (TensorSpec((None, 8, 8, 3)),)}
        problems = models.call(used, given, Map()).problems
        assert all(problem.severity == WARNING for problem in problems)
        return [problem.message for problem in problems]

    return found


def test_normalizations_between_frozen_layers_are_told_of_at_every_depth(warned):
    (message,) = warned("Conv2D")
    assert message.startswith("stem/first in {node}")
    assert ", as 1 more do" in message
    (message,) = warned("stem/*", "three")
    assert message.startswith("second in {node}")
    assert "more do" not in message


@pytest.mark.parametrize(
    "frozen",
    [
        (),
        ("*",),
        ("Conv2D", "BatchNormalization"),
        ("Conv2D", "first", "second"),
        ("Conv2D", "!BatchNormalization"),
        ("three",),
        ("stem/one",),
        ("dense",),
    ],
)
def test_what_is_frozen_with_its_normalizations_or_thawed_by_name_is_not(warned, frozen):
    assert warned(*frozen) == []


def test_a_model_that_does_not_train_at_all_is_not(warned):
    assert warned("Conv2D", trainable=False) == []
    assert warned("Conv2D", inference=True) == []
