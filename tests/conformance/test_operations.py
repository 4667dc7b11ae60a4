"""The functions that operations in saved models are said to come from are Keras's own."""

import inspect

import pytest

pytest.importorskip("keras")

import keras
from keras.src.ops import core, einops, image, linalg, math, nn, numpy
from keras.src.ops.operation import Operation

from composer_gui.core.operation_table import REQUIRED, class_names, signature

CLASSES = {
    name: found
    for module in (core, einops, image, linalg, math, nn, numpy)
    for name, found in vars(module).items()
    if inspect.isclass(found)
    and issubclass(found, Operation)
    and found.__module__ == module.__name__
}

TAKE_FUNCTIONS = {
    *("AssociativeScan", "Cond", "ForiLoop", "JVP", "Map", "Scan", "Switch"),
    *("VectorizedMap", "WhileLoop"),
}
NO_FUNCTIONS = {"GetItem", "SegmentReduction"}


def test_every_operation_that_takes_no_function_is_known():
    assert set(class_names()) == CLASSES.keys() - TAKE_FUNCTIONS - NO_FUNCTIONS


@pytest.mark.parametrize("name", class_names())
def test_an_operation_is_called_as_its_function(name):
    known = signature(name)
    function = keras.ops
    for step in known.function.split("."):
        function = getattr(function, step)
    expected = {
        parameter.name: REQUIRED if parameter.default is parameter.empty else parameter.default
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind is not parameter.VAR_KEYWORD
    }
    assert known.parameters == expected

    called = [p for p in inspect.signature(CLASSES[name].call).parameters if p != "self"]
    called = [p for p in called if p != "kwargs" and (p in known.parameters or not known.free)]
    assert list(known.called)[: len(called)] == called

    held = [p for p in inspect.signature(CLASSES[name].__init__).parameters if p != "self"]
    held = set(held) - {"name", "kwargs", "args", "rms_scaling"}
    assert held <= known.parameters.keys()
