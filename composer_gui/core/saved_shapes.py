"""Tells the shape of what a model's last layer gives, where its configuration alone says enough.

A `.keras` file holds the shape of every tensor but the final ones. These few readings fill the gap
until the engine has asked Keras, whose word replaces them; each is compared with Keras in
tests/conformance/test_interfaces.py. What is not listed here stays unknown.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from composer_gui.core.document import Shape
from composer_gui.core.layers.families import ELEMENTWISE, KEEPS_SHAPE

Config = dict[str, Any]
Shapes = list[Shape]

_KEEPS_DTYPE = {"Flatten", "Identity", "Reshape"}


def output_shape(layer: Config, inputs: Shapes, index: int = 0) -> Shape | None:
    """Return the shape, batch axis first, of a layer's output number `index`, None if unsure.

    `layer` is the layer's entry in `config.json`; `inputs` are the shapes of its tensors.
    """
    name, config = layer["class_name"], layer["config"]
    if layer.get("module") not in ("keras.layers", "keras.src.layers") or not inputs:
        return None
    if name in KEEPS_SHAPE:
        return inputs[0]
    if name in ELEMENTWISE:
        return inputs[0] if all(shape == inputs[0] for shape in inputs) else None
    rule = _RULES.get(name)
    return None if rule is None else rule(config, inputs, index)


def output_dtype(layer: Config, inputs: list[str]) -> str:
    """Return the dtype of a layer's output: what it computes in, unless it hands tensors on."""
    if layer.get("class_name") in _KEEPS_DTYPE and inputs:
        return inputs[0]
    return compute_dtype(layer["config"].get("dtype"))


def compute_dtype(policy: Any) -> str:
    """Return the dtype in which a layer of this dtype policy computes, as Keras names it."""
    if isinstance(policy, dict):
        config = policy.get("config") or {}
        inner = config.get("name") or config.get("source_name") or config.get("default_policy")
        return compute_dtype(inner)
    if not isinstance(policy, str):
        return "float32"
    name = policy.rpartition("_from_")[2]  # "int8_from_mixed_bfloat16" computes as its source
    return name.removeprefix("mixed_")


# One reading for each kind of layer ---------------------------------------------------------------


def _dense(config: Config, inputs: Shapes, index: int) -> Shape:
    return (*inputs[0][:-1], config["units"])


def _embedding(config: Config, inputs: Shapes, index: int) -> Shape:
    return (*inputs[0], config["output_dim"])


def _flatten(config: Config, inputs: Shapes, index: int) -> Shape:
    batch, *sizes = inputs[0]
    return (batch, None if None in sizes else math.prod(sizes))


def _reshape(config: Config, inputs: Shapes, index: int) -> Shape | None:
    target = tuple(config["target_shape"])
    if -1 not in target:
        return (inputs[0][0], *target)
    sizes = inputs[0][1:]
    known = math.prod(size for size in target if size != -1)
    if None in sizes or not known:
        return None
    return (inputs[0][0], *(math.prod(sizes) // known if s == -1 else s for s in target))


def _repeat_vector(config: Config, inputs: Shapes, index: int) -> Shape:
    return (inputs[0][0], config["n"], inputs[0][1])


def _concatenate(config: Config, inputs: Shapes, index: int) -> Shape | None:
    axis = config.get("axis", -1) % len(inputs[0])
    others = {(shape[:axis], shape[axis + 1 :]) for shape in inputs}
    if len(others) != 1:
        return None
    sizes = [shape[axis] for shape in inputs]
    total = None if None in sizes else sum(sizes)
    return (*inputs[0][:axis], total, *inputs[0][axis + 1 :])


def _recurrent(config: Config, inputs: Shapes, index: int) -> Shape:
    batch, steps, _ = inputs[0]
    if index == 0 and config.get("return_sequences"):
        return (batch, steps, config["units"])
    return (batch, config["units"])


def _channels_first(config: Config) -> bool:
    return config.get("data_format") == "channels_first"


def _from_last(shape: Shape, config: Config) -> Shape:
    """Return a shape with its channels moved to the end, whatever the layer's data format."""
    return (shape[0], *shape[2:], shape[1]) if _channels_first(config) else shape


def _to_format(batch: Any, sizes: list[Any], channels: Any, config: Config) -> Shape:
    return (batch, channels, *sizes) if _channels_first(config) else (batch, *sizes, channels)


def _slid(size: int | None, window: int, stride: int, padding: str) -> int | None:
    """Return at how many places a window stops along an axis; raises ValueError for none."""
    if size is None:
        return None
    places = -(-size // stride) if padding != "valid" else (size - window) // stride + 1
    if places < 1:
        raise ValueError("the window is larger than the tensor")
    return places


def _each(value: Any, rank: int) -> list[int]:
    return list(value) if isinstance(value, list | tuple) else [value] * rank


def _convolution(config: Config, inputs: Shapes, index: int) -> Shape:
    batch, *sizes, _ = _from_last(inputs[0], config)
    rank = len(sizes)
    dilations = _each(config.get("dilation_rate", 1), rank)
    windows = [
        (kernel - 1) * dilation + 1
        for kernel, dilation in zip(_each(config["kernel_size"], rank), dilations, strict=True)
    ]
    strides = _each(config["strides"], rank)
    places = [_slid(*axis, config["padding"]) for axis in zip(sizes, windows, strides, strict=True)]
    return _to_format(batch, places, config["filters"], config)


def _pooling(config: Config, inputs: Shapes, index: int) -> Shape:
    batch, *sizes, channels = _from_last(inputs[0], config)
    windows = _each(config["pool_size"], len(sizes))
    strides = _each(config.get("strides") or windows, len(sizes))
    places = [_slid(*axis, config["padding"]) for axis in zip(sizes, windows, strides, strict=True)]
    return _to_format(batch, places, channels, config)


def _global_pooling(config: Config, inputs: Shapes, index: int) -> Shape:
    batch, *sizes, channels = _from_last(inputs[0], config)
    if config.get("keepdims"):
        return _to_format(batch, [1] * len(sizes), channels, config)
    return (batch, channels)


_RULES: dict[str, Callable[[Config, Shapes, int], Shape | None]] = {
    "Dense": _dense,
    "Embedding": _embedding,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "RepeatVector": _repeat_vector,
    "Concatenate": _concatenate,
    "LSTM": _recurrent,
    "GRU": _recurrent,
    "SimpleRNN": _recurrent,
    **{f"Conv{rank}D": _convolution for rank in (1, 2, 3)},
    **{
        f"{kind}Pooling{rank}D": _pooling if kind in ("Max", "Average") else _global_pooling
        for kind in ("Max", "Average", "GlobalMax", "GlobalAverage")
        for rank in (1, 2, 3)
    },
}
