"""Where an axis of what a layer gives comes from: a parameter, or an axis of what it gets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from composer_gui.core.layer_kinds import Construct, KerasLayer, Shape
from composer_gui.core.layers.families import CONV_LSTM, DOT_ATTENTION, ELEMENTWISE


@dataclass(frozen=True, slots=True)
class Called:
    """A call of a layer: its values, what comes in by port, and the shape that comes out."""

    layer: KerasLayer
    values: Mapping[str, Any]
    inputs: Mapping[str, Sequence[Shape]]
    output: Shape

    @property
    def first(self) -> tuple[str, Shape]:
        """The first port with a wire, and the shape that comes there."""
        ports = ("inputs", "sequences", "query", "data", "x")
        port = next((p for p in (*ports, *self.inputs) if self.inputs.get(p)), "")
        return port, self.inputs[port][0] if port else ()

    @property
    def channels(self) -> int:
        """The axis of the channels in what comes out."""
        is_first = self.values.get("data_format") == "channels_first"
        return 1 if is_first else len(self.output) - 1


@dataclass(frozen=True, slots=True)
class Onward:
    """The axis comes from one of what the layer gets on a wire."""

    port: str
    index: int
    axis: int


@dataclass(frozen=True, slots=True)
class SetHere:
    """The size is what a parameter says."""

    parameter: str


@dataclass(frozen=True, slots=True)
class Made:
    """The size is worked out by the layer: of what, and by which parameter if it is one."""

    of: tuple[int | None, ...] = ()
    parameter: str = ""


Step = Onward | SetHere | Made

_SIZES = {
    "CenterCrop": ("height", "width"),
    "RandomCrop": ("height", "width"),
    "Resizing": ("height", "width"),
}
_EDGES = {"Cropping": "cropping", "UpSampling": "size", "ZeroPadding": "padding"}
_RECURRENT = ("GRU", "LSTM", "SimpleRNN")


def step_back(called: Called, axis: int) -> Step:
    """Return where axis number `axis` of what a layer gives comes from, the batch being 0."""
    name = called.layer.class_name
    if axis == 0:
        return Onward(called.first[0], 0, 0) if called.first[0] else Made()
    rule = _rule_of(name)
    return (rule(called, axis) if rule is not None else None) or _kept(called, axis)


@cache
def _rule_of(name: str) -> Callable[[Called, int], Step | None] | None:
    """Return the rule of a class; a long way upstream meets the same few again and again."""
    return next((rule for pattern, rule in _RULES if re.fullmatch(pattern, name)), None)


def _kept(called: Called, axis: int) -> Step:
    """Return the same axis of what comes in, where it is of the same size."""
    port, shape = called.first
    if len(shape) == len(called.output) and shape[axis] == called.output[axis]:
        return Onward(port, 0, axis)
    return Made(tuple(shape[1:]))


def _last_is(parameter: str) -> Callable[[Called, int], Step | None]:
    return lambda called, axis: SetHere(parameter) if axis == len(called.output) - 1 else None


def _embedded(called: Called, axis: int) -> Step:
    is_last = axis == len(called.output) - 1
    return SetHere("output_dim") if is_last else Onward(called.first[0], 0, axis)


def _convolution(called: Called, axis: int) -> Step | None:
    if axis == called.channels:
        if "filters" in called.values:
            return SetHere("filters")
        depth = called.values.get("depth_multiplier", 1)
        return SetHere("depth_multiplier") if depth != 1 else Onward(called.first[0], 0, axis)
    return _window(called, axis)


def _window(called: Called, axis: int) -> Step | None:
    """What a window leaves of an axis, or nothing to say where that is all of it."""
    shape = called.first[1]
    if len(shape) != len(called.output) or shape[axis] == called.output[axis]:
        return None
    strides = called.values.get("strides")
    jumps = strides is not None and any(s != 1 for s in _flat(strides))
    named = ("strides",) if jumps else ("pool_size", "output_size", "kernel_size")
    parameter = next((name for name in named if name in called.values), "")
    return Made((shape[axis],), parameter)


def _global(called: Called, axis: int) -> Step | None:
    port, shape = called.first
    if len(called.output) == 2:
        is_first = called.values.get("data_format") == "channels_first"
        return Onward(port, 0, 1 if is_first else len(shape) - 1)
    return None


def _edges(called: Called, axis: int) -> Step | None:
    shape = called.first[1]
    if len(shape) == len(called.output) and shape[axis] != called.output[axis]:
        name = next(value for key, value in _EDGES.items() if key in called.layer.class_name)
        return Made((shape[axis],), name)
    return None


def _resized(called: Called, axis: int) -> Step | None:
    first = 2 if called.values.get("data_format") == "channels_first" else 1
    names = _SIZES[called.layer.class_name]
    return SetHere(names[axis - first]) if 0 <= axis - first < 2 else None


def _permuted(called: Called, axis: int) -> Step | None:
    dims = called.values.get("dims")
    if isinstance(dims, tuple) and axis <= len(dims):
        return Onward(called.first[0], 0, dims[axis - 1])
    return None


def _repeated(called: Called, axis: int) -> Step:
    return SetHere("n") if axis == 1 else Onward(called.first[0], 0, 1)


def _wrapped(called: Called, axis: int) -> Step | None:
    """What a layer in another one makes of the last axis."""
    inner = called.values.get("layer", called.values.get("cell"))
    shape = called.first[1]
    is_last = axis == len(called.output) - 1
    if is_last and isinstance(inner, Construct) and {"units", "filters"} & set(inner.parameters):
        return Made((), "layer" if "layer" in called.values else "cell")
    if len(shape) != len(called.output) or shape[axis] != called.output[axis]:
        return Made(tuple(shape[1:]), "layer" if "layer" in called.values else "cell")
    return None


def _attention(called: Called, axis: int) -> Step | None:
    if axis == len(called.output) - 1:
        if called.values.get("output_shape") is not None:
            return SetHere("output_shape")
        if called.layer.class_name in DOT_ATTENTION:
            shape = called.inputs["value"][0] if called.inputs.get("value") else ()
            return Onward("value", 0, len(shape) - 1) if shape else None
    return None


def _merged(called: Called, axis: int) -> Step | None:
    """The first wire that brings this size there; shorter shapes end on the same axis."""
    port, _ = called.first
    for index, shape in enumerate(called.inputs.get(port, ())):
        there = axis - (len(called.output) - len(shape))
        if there > 0 and shape[there] == called.output[axis]:
            return Onward(port, index, there)
    return None


def _joined(called: Called, axis: int) -> Step | None:
    joined = called.values.get("axis", -1)
    if not isinstance(joined, int) or axis != joined % len(called.output):
        return None
    shapes = called.inputs.get(called.first[0], ())
    return Made(tuple(shape[axis] for shape in shapes if axis < len(shape)), "axis")


_RULES: tuple[tuple[str, Callable[[Called, int], Step | None]], ...] = (
    (r"Dense", _last_is("units")),
    (r"EinsumDense", lambda called, axis: SetHere("output_shape")),
    (r"(Reversible)?Embedding", _embedded),
    (r"(Separable|Depthwise)?Conv\dD(Transpose)?", _convolution),
    (r"ConvLSTM\dD", _convolution),
    (r"Global\w+Pooling\dD", _global),
    (r"\w+Pooling\dD", _window),
    (r"(Cropping|UpSampling|ZeroPadding)\dD", _edges),
    (r"CenterCrop|RandomCrop|Resizing", _resized),
    (r"Reshape", lambda called, axis: SetHere("target_shape")),
    (r"Permute", _permuted),
    (r"RepeatVector", _repeated),
    (r"GRU|LSTM|SimpleRNN", _last_is("units")),
    (r"Bidirectional|RNN|TimeDistributed", _wrapped),
    (r"\w*Attention", _attention),
    ("|".join(sorted(ELEMENTWISE)), _merged),
    (r"Concatenate", _joined),
    (r"CategoryEncoding", _last_is("num_tokens")),
    (r"Flatten", lambda called, axis: Made(tuple(called.first[1][1:]))),
)
"""Class by pattern -> where an axis comes from, None where it is what came in."""


def step_of_rank(called: Called) -> Step:
    """Return where the number of axes of what a layer gives comes from."""
    name = called.layer.class_name
    port, shape = called.first
    if len(shape) == len(called.output) and name != "Reshape":
        return Onward(port, 0, len(shape) - 1)
    if name in CONV_LSTM or name in _RECURRENT:
        return Made(tuple(shape[1:]), "return_sequences")
    if name == "Bidirectional":
        return Made(tuple(shape[1:]), "layer")
    if name == "Reshape":
        return SetHere("target_shape")
    return Made(tuple(shape[1:]))


def _flat(value: Any) -> tuple:
    return value if isinstance(value, tuple) else (value,)
