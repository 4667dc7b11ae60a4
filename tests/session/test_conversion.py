"""Older saved models: converted beside their file, added, and never over what is there."""

import numpy as np
import pytest

pytest.importorskip("keras")

import keras
from PySide6.QtCore import QObject, Signal

from composer_gui.core.errors import ComposerError
from composer_gui.engine.client import EngineClient
from composer_gui.session.conversion import Conversion, free_name
from composer_gui.session.session import Session
from composer_gui.storage import resources
from tests.silent_engine import SilentEngine

WITHIN = 120_000

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.fixture(scope="module")
def engine(qapp):
    client = EngineClient()
    yield client
    client.stop()


@pytest.fixture
def older(tmp_path):
    """Return the file of a model as Keras 2 wrote them."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="d")], name="old")
    model.save(tmp_path / "old.h5")
    return tmp_path / "old.h5"


def test_an_older_file_is_converted_and_put_on_the_canvas(engine, older, qtbot):
    session = Session(engine, resources.catalog())
    (older.parent / "old.keras").write_text("mine")
    with qtbot.waitSignal(session.changed, timeout=WITHIN):
        session.add_models([older], 0, 0)
        assert not session.is_settled
    (layer,) = session.document.layers.values()
    assert layer.path == str(older.parent / "old_1.keras")
    assert (older.parent / "old.keras").read_text() == "mine"
    data = np.ones((2, 3), "float32")
    one, other = keras.models.load_model(older), keras.models.load_model(layer.path)
    np.testing.assert_array_equal(one(data), other(data))


def test_a_file_that_was_converted_before_is_not_converted_again(engine, older, qtbot):
    session = Session(engine, resources.catalog())
    said = []
    session.noticed.connect(said.append)
    with qtbot.waitSignal(session.changed, timeout=WITHIN):
        session.add_models([older], 0, 0)
    assert said[-1] == "old.h5 was converted to old.keras beside it."
    with qtbot.waitSignal(session.changed, timeout=WITHIN):
        session.add_models([older], 0, 0)
    assert said[-1] == "old.keras beside old.h5 was made of it before and is used."
    assert {layer.path for layer in session.document.layers.values()} == {
        str(older.with_suffix(".keras"))
    }
    assert sorted(path.name for path in older.parent.iterdir()) == ["old.h5", "old.keras"]


def test_a_file_that_is_another_by_now_is_converted_anew(engine, older, qtbot):
    def converted():
        conversion = Conversion(engine, [older], (), engine)
        with qtbot.waitSignal(conversion.ended, timeout=WITHIN) as ended:
            conversion.start()
        return ended.args[0][0].name

    assert converted() == "old.keras"
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)]).save(older)
    assert converted() == "old_1.keras"
    assert converted() == "old_1.keras"


def test_what_is_no_older_model_is_told_and_the_others_come(engine, older, tmp_path, qtbot):
    bad = tmp_path / "bad.h5"
    bad.write_text("nothing")
    with qtbot.waitSignal((conversion := Conversion(engine, [bad, older], (), engine)).ended,
                          timeout=WITHIN) as ended:  # fmt: skip
        conversion.start()
    first, second = ended.args[0]
    assert isinstance(first, ComposerError) and "bad.h5" in str(first)
    assert second == older.with_suffix(".keras") and second.exists()


class HeldJob(QObject):
    """A job that is done when the test says so, and knows whether it was cancelled."""

    done = Signal(dict)
    failed = Signal(object)
    is_cancelled = False

    def cancel(self):
        self.is_cancelled = True


def test_what_is_converted_for_a_design_that_is_closed_is_dropped(older, qtbot):
    engine, job, asked = SilentEngine(), HeldJob(), []
    engine.job = lambda request: asked.append(request) or job
    session = Session(engine, resources.catalog())
    session.add_models([older], 0, 0)
    qtbot.waitUntil(lambda: bool(asked))
    session.new()
    assert job.is_cancelled
    session.add_models([older], 0, 0)
    assert not session.is_settled


def test_a_conversion_that_is_dropped_before_it_began_is_not_begun(older, qtbot):
    engine, asked = SilentEngine(), []
    engine.job = lambda request: asked.append(request) or HeldJob()
    session = Session(engine, resources.catalog())
    session.add_models([older], 0, 0)
    session.new()
    other = older.with_name("other.h5")
    older.rename(other)
    session.add_models([other], 0, 0)
    qtbot.waitUntil(lambda: bool(asked))
    assert [request["source"] for request in asked] == [str(other)]


def test_the_name_of_what_is_converted_is_free(tmp_path):
    assert free_name(tmp_path / "a.h5") == tmp_path / "a.keras"
    (tmp_path / "a.keras").touch()
    (tmp_path / "a_1.keras").symlink_to(tmp_path / "nowhere")
    assert free_name(tmp_path / "a.h5") == tmp_path / "a_2.keras"
