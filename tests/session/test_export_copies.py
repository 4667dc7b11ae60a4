"""Many copies of one saved model in one design, exported through the real engine."""

import numpy
import pytest

pytest.importorskip("keras")

import keras

from composer_gui.engine.client import EngineClient
from composer_gui.session.exports import Export
from composer_gui.storage import keras_archive
from tests.drawing import Drawing
from tests.session.test_exports import Opened, outcome

COPIES = 50


@pytest.fixture
def engine(qapp):
    client = EngineClient()
    yield client
    client.stop()


def test_fifty_copies_of_one_file_export_and_reload(engine, tmp_path):
    path = tmp_path / "encoder.keras"
    layers = [keras.Input((3,)), keras.layers.Dense(2, name="dense")]
    keras.Sequential(layers, name="encoder").save(path)
    drawing, interface = Drawing("ensemble"), keras_archive.read(path)
    features = drawing.input("features", 3)
    copies = [drawing.model("encoder", interface, features, path=str(path)) for _ in range(COPIES)]
    drawing.output("codes", drawing.layer("Concatenate", "all_codes", *copies))

    report = outcome(Export(Opened(drawing, engine), [tmp_path / "all.keras", tmp_path / "all.py"]))
    assert getattr(report, "ok", False), report

    again, encoder = keras.models.load_model(tmp_path / "all.keras"), keras.models.load_model(path)
    inner = [layer for layer in again.layers if isinstance(layer, keras.Model)]
    assert len(inner) == len({layer.name for layer in inner}) == COPIES
    assert len({id(layer.get_layer("dense").kernel) for layer in inner}) == COPIES
    assert again.count_params() == COPIES * encoder.count_params()
    given = keras.random.normal((4, 3), seed=1)
    expected = numpy.tile(encoder(given), (1, COPIES))
    numpy.testing.assert_array_equal(again(given), expected)
