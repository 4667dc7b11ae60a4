"""Drawings, and the ports of saved models that do not exist."""

import pytest

from composer_gui.core.layer_kinds import SavedInterface, SavedPort
from tests.drawing import Drawing


@pytest.fixture
def draw():
    """Return a function that begins a drawing."""
    return Drawing


@pytest.fixture
def interface():
    """Return a function that makes the ports of a saved model: a shape or a dict of shapes."""

    def ports(given, default):
        named = given if isinstance(given, dict) else {default: given}
        return tuple(SavedPort(name, (None, *shape)) for name, shape in named.items())

    def make(inputs, outputs, taken=0, given=0):
        sides = ports(inputs, "input"), ports(outputs, "output")
        return SavedInterface("Functional", *sides, taken, given)

    return make
