"""What every test starts from: an offscreen Qt, a quiet TensorFlow, settings of its own."""

import gc
import os
import tempfile

import pytest
from hypothesis import settings

# All of it is set on import: Qt, TensorFlow and Keras read it once, when they are imported, and
# that may be while the tests are still being collected.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

# The settings and recovery copies of whoever runs the tests stay theirs. Their cache is used: what
# it holds can be made again, but making it takes TensorFlow.
HOME = tempfile.TemporaryDirectory(prefix="composer-tests-")
for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "KERAS_HOME"):
    os.environ[name] = os.path.join(HOME.name, name.lower())

# The same examples every time, however slow the machine is. `tests/playing.py` plays others too.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def no_collection_during_a_qt_test(request):
    """Collect garbage after a test with a QApplication, never within it.

    A collection that falls between two events may delete a Qt object on which C++ is still at work.
    """
    if "qapp" not in request.fixturenames:
        yield
        return
    gc.disable()
    yield
    gc.enable()
    gc.collect()


@pytest.fixture(scope="session", autouse=True)
def qt_is_left_tidily():
    """Empty the offscreen clipboard, which Qt frees after Python's end: ours in it would crash."""
    yield
    from PySide6.QtGui import QGuiApplication

    if QGuiApplication.instance() is not None:
        QGuiApplication.clipboard().clear()


@pytest.fixture(scope="module")
def kept_engine(qapp):
    """An engine that all commands of a module use, so that Keras is started once."""
    from composer_gui.engine.client import EngineClient

    client = EngineClient()
    client.start()
    yield client
    client.stop()


@pytest.fixture
def engine_of_commands(kept_engine, monkeypatch):
    from composer_gui import cli_engine

    monkeypatch.setattr(cli_engine.Engine, "__enter__", lambda self: kept_engine)
    monkeypatch.setattr(cli_engine.Engine, "__exit__", lambda self, *exception: None)
