"""Parameters that Keras takes and cannot work with on what comes, or on anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from composer_gui.core.explanations import to_be_worded
from composer_gui.core.kinds_of_doubts import KINDS
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.misfits import NODE
from composer_gui.core.problems import Problem
from composer_gui.core.refused import short
from composer_gui.core.shapes.outcome import Inputs
from composer_gui.core.shapes.tensor_spec import TensorSpec, show_shape
from composer_gui.engine.keras_doubts_told import first_wire, misfit, told, with_shapes
from composer_gui.engine.keras_specs import CannotCall

_NORMS = ("BatchNormalization", "LayerNormalization", "RMSNormalization")

NO_ACTIVATIONS = {
    "glu": "halves what it gets, while Keras announces the whole of it",
    "threshold": "needs two more values that a layer cannot give it",
}
"""Activations that no layer can have, and why."""


def refuse_settings(name: str, layer: KerasLayer, inputs: Inputs) -> None:
    """Raise CannotCall for a parameter of a class that cannot work on what comes."""
    parameters = layer.parameters
    _refuse_any(parameters)
    _refuse_axis(name, parameters, inputs)
    _refuse_channel_values(name, parameters, inputs)
    if parameters.get("stateful") is True:
        _refuse_free_batch(inputs)
    if name.startswith("AdaptiveMaxPooling"):
        _refuse_pooling_of_one(parameters, *first_wire(inputs))


def _refuse_pooling_of_one(parameters: Mapping, port: str, item: TensorSpec) -> None:
    """Raise CannotCall for what TensorFlow ends the program over."""
    first = parameters.get("data_format") == "channels_first"
    if 1 in _as_tuple(parameters.get("output_size")):
        instead = "Take a GlobalMaxPooling, or an output_size of 2 or more"
        words = {"pools": "to a size of 1", "instead": instead}
    elif 1 in (item.shape[2:] if first else item.shape[1:-1]):
        words = {"pools": "over an axis of size 1", "instead": "Take it away"}
    else:
        return
    raise CannotCall(told("crashes", port, item, words))


def _refuse_axis(name: str, parameters: Mapping, inputs: Inputs) -> None:
    """Raise CannotCall for an axis that is not there, or that is the batch."""
    port, item = first_wire(inputs)
    count = len(item.shape)
    if name == "Softmax":
        for axis in _as_tuple(parameters.get("axis", -1)):
            if not -count <= axis < count:
                text = f"Axis {axis} is out of bounds for input shape {item.shape}."
                raise CannotCall(to_be_worded(text, port=port))
    parameter = {"Dot": "axes", **dict.fromkeys(_NORMS, "axis")}.get(name)
    may_do = item.shape[0] is not None and name in ("BatchNormalization", "LayerNormalization")
    for axis in _as_tuple(parameters.get(parameter)) if parameter and not may_do else ():
        if axis in (0, -count):
            others = "1" if count == 2 else "1 or 2" if count == 3 else f"one of 1 to {count - 1}"
            words = {"axis": axis, "name": parameter, "others": others}
            problem = told("batch_axis", port, item, words)
            raise CannotCall(replace(problem, parameter=parameter))


_FOR_EACH_CHANNEL = {"Normalization": ("mean", "variance"), "Rescaling": ("scale", "offset")}
"""Parameters that hold one value for all, or one for each place on the last axis."""


def _refuse_channel_values(name: str, parameters: Mapping, inputs: Inputs) -> None:
    """Raise CannotCall for several values of a parameter, as many as there are no channels."""
    port, item = first_wire(inputs)
    elsewhere = parameters.get("axis", -1) != -1
    if elsewhere or parameters.get("data_format") == "channels_first" or len(item.shape) < 2:
        return
    for parameter in _FOR_EACH_CHANNEL.get(name, ()):
        value = parameters.get(parameter)
        count = len(value) if isinstance(value, tuple) else 1
        if count > 1 and item.shape[-1] not in (None, count):
            wanted = (*item.shape[:-1], count)
            words = {"name": parameter, "count": count, "wanted": show_shape(wanted)}
            axes = (len(wanted) - 1,)
            raise CannotCall(misfit("channel_values", port, wanted, item.shape, axes, words))


def _refuse_any(parameters: Mapping) -> None:
    """Raise CannotCall for values that no layer can work with, whatever it gets."""
    if parameters.get("flash_attention") is True:
        raise CannotCall(_setting("flash_attention", "True", "TensorFlow does not have"))
    if parameters.get("use_cudnn") is True:
        raise CannotCall(_setting("use_cudnn", "True", "needs a graphics card by NVIDIA"))
    bounds = parameters.get("bin_boundaries")
    if isinstance(bounds, tuple) and list(bounds) != sorted(bounds):
        shown = f"({', '.join(map(str, bounds))})"
        raise CannotCall(
            _setting("bin_boundaries", short(shown), "has to rise from each to the next")
        )
    for name in ("activation", "recurrent_activation"):
        value = parameters.get(name)
        if isinstance(value, str) and value in NO_ACTIVATIONS:
            words = {"node": NODE, "name": value, "does": NO_ACTIVATIONS[value]}
            fields = {"actual": value, "parameter": name}
            raise CannotCall(KINDS["activation"].problem(words=words, **fields))


def _refuse_free_batch(inputs: Inputs) -> None:
    port, item = first_wire(inputs)
    if item.shape[0] is None:
        problem = told("stateful_batch", port, item, {})
        wanted = (1, *item.shape[1:])
        raise CannotCall(with_shapes(problem, wanted, item.shape, (0,), "a batch size"))


def _setting(name: str, value: str, does: str) -> Problem:
    words = {"node": NODE, "name": name, "value": value, "does": does}
    return KINDS["setting"].problem(words=words, actual=value, parameter=name)


def _as_tuple(value: Any) -> tuple[int, ...]:
    items = value if isinstance(value, tuple) else (value,)
    return tuple(item for item in items if isinstance(item, int))
