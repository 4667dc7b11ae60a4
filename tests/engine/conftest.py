"""What tests of the engine share: saved models, and a worker for as long as a module takes."""

import pytest


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Return a folder with an encoder in it, and a model in which the encoder lies."""
    from tests.saved_drawing import make_models  # which imports Keras

    folder = tmp_path_factory.mktemp("models")
    make_models(folder)
    return folder


@pytest.fixture(scope="module")
def worker():
    """Return a worker's process that is ready; what it is asked about is the tests' own."""
    from tests.engine.test_worker import Worker

    made = Worker()
    made._guard.cancel()
    made.versions = made.wait_until_ready()
    yield made
    assert made.end() == 0, "the worker must have lived through all that"
