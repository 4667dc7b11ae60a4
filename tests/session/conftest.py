"""What many tests of the session need: a real engine, started once for a module."""

import pytest

from composer_gui.engine.client import EngineClient


@pytest.fixture(scope="module")
def engine(qapp):
    client = EngineClient()
    client.start()
    yield client
    client.stop()
