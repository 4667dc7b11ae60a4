"""What every test starts from: an offscreen Qt, a quiet TensorFlow, settings of its own."""

import gc
import os
import tempfile

import pytest

# Set on import, because Qt and TensorFlow read them once, when they are imported themselves.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")


@pytest.fixture(autouse=True, scope="session")
def own_settings():
    """Keep the settings, recovery copies and Keras configuration of the person who runs the tests.

    The cache stays theirs: what it holds can be made again, and making it takes TensorFlow.
    """
    names = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "KERAS_HOME")
    with (
        tempfile.TemporaryDirectory(prefix="composer-tests-") as home,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name in names:
            patch.setenv(name, os.path.join(home, name.lower()))
        yield


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
