"""Saved models for what is made of them."""

import pytest


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Return a folder with an encoder in it, and a model in which the encoder lies."""
    from tests.saved_drawing import make_models  # which imports Keras

    folder = tmp_path_factory.mktemp("models")
    make_models(folder)
    return folder
