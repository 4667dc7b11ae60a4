"""Sizes and numbers of axes that Keras announces a result for, and stumbles over when it runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from composer_gui.core.differences import count_of_axes, differing, named, where
from composer_gui.core.explanations import to_be_worded
from composer_gui.core.kinds_of_calls import KINDS as CALLS
from composer_gui.core.kinds_of_doubts import KINDS
from composer_gui.core.layer_kinds import Construct, KerasLayer, Shape
from composer_gui.core.layers.layer_spec import LayerSpec
from composer_gui.core.misfits import NODE, SOURCE
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.outcome import Inputs
from composer_gui.core.shapes.tensor_spec import TensorSpec, show_shape
from composer_gui.engine.keras_specs import CannotCall

_DOTS = frozenset({"AdditiveAttention", "Attention"})
_HEADS = frozenset({"GroupQueryAttention", "MultiHeadAttention"})
_SEQUENCES = frozenset({"Bidirectional", "GRU", "LSTM", "RNN", "SimpleRNN"})

_NORMS = ("BatchNormalization", "LayerNormalization", "RMSNormalization")

HALVES = {
    "glu": "halves what it gets, while Keras announces the whole of it",
    "threshold": "needs two more values that a layer cannot give it",
}
"""Activations that no layer can have, and why."""


def refuse_shapes(spec: LayerSpec, layer: KerasLayer, inputs: Inputs) -> None:
    """Raise CannotCall for sizes and axes that the layer cannot work on."""
    name, parameters = spec.class_name, layer.parameters
    for port in spec.inputs:
        if not port.many and len(inputs.get(port.name, ())) > 1:
            raise CannotCall(_one_wire(port.name, len(inputs[port.name])))
    _refuse_activation(parameters)
    _refuse_rank(name, parameters, inputs)
    if spec.category == "attention":
        _refuse_attention(name, parameters, inputs)
    _refuse_masks(name, inputs)
    _refuse_axis(name, parameters, inputs)
    _refuse_channel_values(name, parameters, inputs)
    if parameters.get("stateful") is True:
        _refuse_free_batch(spec, inputs)
    if name.startswith("AdaptiveMaxPooling") and 1 in _as_tuple(parameters.get("output_size")):
        raise CannotCall(_crashes(*_first(inputs)))


def without_states(instance: Any) -> None:
    """Have a recurrent layer keep no states, which would be variables made in the middle of a call.

    What comes out of it is the same.
    """
    for one in (instance, getattr(instance, "forward_layer", None)):
        if getattr(one, "stateful", False) is True:
            one.stateful = False


def refuse_states(instance: Any, inputs: Inputs) -> None:
    """Raise CannotCall for states to start from that are not those of the recurrent layer."""
    given = inputs.get("initial_state")
    sizes = _state_sizes(instance)
    if not given or not sizes:
        return
    if len(given) != len(sizes):
        count = f"{len(sizes)} state" + ("" if len(sizes) == 1 else "s")
        raise CannotCall(_state_count(f"{count} of {sizes[0]}", given))
    rank = len(next(iter(inputs.values()))[0].shape) - 1
    for index, (item, size) in enumerate(zip(given, sizes, strict=True)):
        last = item.shape[-1] if len(item.shape) > 1 else None
        wanted = (None, *(item.shape[1:-1] if len(item.shape) == rank else ()), size)
        if len(item.shape) != rank or last not in (None, size):
            raise CannotCall(_state(index, wanted, item))


def _state_sizes(instance: Any) -> list[int]:
    """Return the widths of the states that a recurrent layer starts from."""
    if isinstance(instance, keras.layers.Bidirectional):
        return _state_sizes(instance.forward_layer) + _state_sizes(instance.backward_layer)
    cell = getattr(instance, "cell", None)
    found = keras.tree.flatten(getattr(cell, "state_size", None))
    return found if all(isinstance(size, int) for size in found) else []


# Number of axes ---------------------------------------------------------------------------------


def _refuse_rank(name: str, parameters: Mapping, inputs: Inputs) -> None:
    """Raise CannotCall where Keras does not count the axes, in the words in which it does."""
    port, item = _first(inputs)
    count = len(item.shape)
    if name.startswith("Adaptive"):
        _need(int(name[-2]) + 2, count)
    elif name == "RNN" and not _is_convolutional(parameters):
        _need(3, count)
    elif name == "SpectralNormalization" and _inner(parameters) == "Dense" and count < 2:
        raise CannotCall(to_be_worded(f"expected min_ndim=2, found ndim={count}"))
    elif name == "TextVectorization" and (count > 2 or item.shape[1:] not in ((), (1,), (None,))):
        wanted = (None, 1)
        text = f"expected shape={wanted}, found shape={item.shape}"
        raise CannotCall(to_be_worded(text, port=port))


def _is_convolutional(parameters: Mapping) -> bool:
    cell = parameters.get("cell")
    return isinstance(cell, Construct) and "Conv" in cell.class_name


def _need(wanted: int, found: int, bound: str = "") -> None:
    if wanted != found:
        raise CannotCall(to_be_worded(f"expected {bound}ndim={wanted}, found ndim={found}"))


def _inner(parameters: Mapping) -> str:
    inner = parameters.get("layer")
    return inner.class_name if isinstance(inner, Construct) else ""


# Attention --------------------------------------------------------------------------------------


def _refuse_attention(name: str, parameters: Mapping, inputs: Inputs) -> None:
    """Raise CannotCall for a query, value and key that cannot be compared.

    Keras would take fewer axes than steps×features in an Attention, and compare the samples of a
    batch with each other; and it does not look at the widths.
    """
    query, value = inputs["query"][0].shape, inputs["value"][0].shape
    key = inputs["key"][0].shape if inputs.get("key") else value
    other = "key" if inputs.get("key") else "value"
    for shape in (query, value, key):
        if len(shape) < 3 or (name == "GroupQueryAttention" and len(shape) != 3):
            bound = "" if name == "GroupQueryAttention" else "min_"
            raise CannotCall(to_be_worded(f"expected {bound}ndim=3, found ndim={len(shape)}"))
    _compare("value", "its query", "its value", _like(query, value, _shared(name)), value)
    if inputs.get("key"):
        _compare("key", "its key", "its value", (*value[:-1], key[-1]), key)
    if name in _DOTS:
        _compare(other, "its query", f"its {other}", (*key[:-1], query[-1]), key)


def _shared(name: str) -> Any:
    """Return which axes a value has in common with the query: the batch, or all before the steps"""
    return slice(0, 1) if name in _HEADS else slice(0, -2)


def _like(query: Shape, value: Shape, shared: slice) -> Shape:
    """Return what the value would be if its shared axes were those of the query."""
    if len(query) != len(value):
        return (*query[:-2], *value[-2:])
    return (*query[shared], *value[len(query[shared]) :])


def _compare(port: str, one: str, other: str, wanted: Shape, given: Shape) -> None:
    axes = _differing(wanted, given)
    if not axes:
        return
    words = {"one": one, "other": other, "port": port, "wanted": show_shape(wanted)}
    raise CannotCall(_misfit("attention", port, wanted, given, axes, words))


# Masks ------------------------------------------------------------------------------------------

_EACH_STEP = "true where a step counts"
_EACH_PAIR = "true where a step of the query may look at a step of the value"


def _refuse_masks(name: str, inputs: Inputs) -> None:
    """Raise CannotCall for a mask that is not of the sizes of what it masks."""
    for port, specs in inputs.items():
        if "mask" not in port or len(specs) != 1:
            continue
        wanted, meaning = _mask_for(name, port, inputs, specs[0].shape)
        if wanted is not None and _differing(wanted, specs[0].shape):
            axes = _differing(wanted, specs[0].shape)
            words = {"meaning": meaning, "port": port, "wanted": show_shape(wanted)}
            given = specs[0].shape
            raise CannotCall(_misfit("mask", port, wanted, given, axes, words))


def _mask_for(name: str, port: str, inputs: Inputs, given: Shape) -> tuple[Shape | None, str]:
    """Return the shape of a mask that would fit at this port, None where any may."""
    _, first = _first(inputs)
    batch, shape = (None,), first.shape
    if name in _HEADS:
        query, value = inputs["query"][0].shape, inputs["value"][0].shape
        if port == "attention_mask":
            if len(query) != 3 or len(given) not in (2, 3) or 1 in given:
                return None, ""
            pairs = (query[1], value[1])
            return (pairs if len(given) == 2 and None not in given[:1] else (*batch, *pairs)), (
                _EACH_PAIR
            )
        if port == "query_mask":
            return ((*batch, *query[1:-1]) if name == "GroupQueryAttention" else None), _EACH_STEP
        return (*batch, *value[1:-1]), _EACH_STEP
    if name in _SEQUENCES or name.startswith("ConvLSTM") or name == "GlobalAveragePooling1D":
        return (*batch, shape[1]), _EACH_STEP
    if name == "TimeDistributed":
        return (*batch, shape[1], *given[2:]), _EACH_STEP
    if name == "BatchNormalization":
        return (*batch, *shape[1:-1]), "true where a value counts"
    return None, ""


# Axes by number ---------------------------------------------------------------------------------


def _refuse_axis(name: str, parameters: Mapping, inputs: Inputs) -> None:
    """Raise CannotCall for an axis that is not there, or that is the batch."""
    port, item = _first(inputs)
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
            words = {"axis": axis, "name": parameter, "last": count - 1}
            raise CannotCall(_told("batch_axis", port, item, words))


def _refuse_channel_values(name: str, parameters: Mapping, inputs: Inputs) -> None:
    """Raise CannotCall for a Rescaling by several values, as many as there are no channels."""
    port, item = _first(inputs)
    if name != "Rescaling" or parameters.get("data_format") == "channels_first":
        return
    for parameter in ("scale", "offset"):
        value = parameters.get(parameter)
        count = len(value) if isinstance(value, tuple) else 1
        if count > 1 and item.shape[-1] not in (None, count):
            wanted = (*item.shape[:-1], count)
            words = {"name": parameter, "count": count, "wanted": show_shape(wanted)}
            axes = (len(wanted) - 1,)
            raise CannotCall(_misfit("channel_values", port, wanted, item.shape, axes, words))


def _refuse_activation(parameters: Mapping) -> None:
    for value in (parameters.get("activation"), parameters.get("recurrent_activation")):
        if isinstance(value, str) and value in HALVES:
            words = {"node": NODE, "name": value, "does": HALVES[value]}
            raise CannotCall(KINDS["activation"].problem(words=words, actual=value))


def _refuse_free_batch(spec: LayerSpec, inputs: Inputs) -> None:
    port, item = _first(inputs)
    if item.shape[0] is None:
        problem = _told("stateful_batch", port, item, {})
        wanted = (1, *item.shape[1:])
        raise CannotCall(_with(problem, wanted, item.shape, (0,), "a batch size"))


# Problems ---------------------------------------------------------------------------------------


def _misfit(
    code: str,
    port: str,
    wanted: Shape,
    given: Shape,
    axes: tuple[int, ...],
    words: Mapping[str, Any],
) -> Problem:
    """Return a problem about shapes, of the one wire at a port."""
    said = _where(wanted, given, axes)
    problem = KINDS[code].problem(
        port=port,
        words={
            "node": NODE,
            "source": SOURCE,
            "given": show_shape(given),
            "where": said,
            "Where": said[:1].upper() + said[1:],
            **words,
        },
    )
    return _with(problem, wanted, given, axes, show_shape(wanted))


def _with(
    problem: Problem, wanted: Shape, given: Shape, axes: tuple[int, ...], expected: str
) -> Problem:
    return Problem(
        problem.code,
        problem.message,
        port=problem.port,
        title=problem.title,
        expected=expected,
        actual=show_shape(given),
        index=0,
        wanted=wanted,
        given=given,
        axes=axes,
    )


def _where(wanted: Shape, given: Shape, axes: tuple[int, ...]) -> str:
    """Return in words where two shapes differ, the batch included."""
    if len(wanted) == len(given) and axes[0] == 0:
        return f"{named((0,), len(given))} is {given[0]}, not {wanted[0]}"
    return where(wanted, given)


def _differing(wanted: Shape, given: Shape) -> tuple[int, ...]:
    """Return the axes in which two shapes differ, the batch included."""
    same_rank = len(wanted) == len(given)
    batch = same_rank and wanted and None not in (wanted[0], given[0]) and wanted[0] != given[0]
    return (0,) if batch else differing(wanted, given)


def _told(code: str, port: str, item: TensorSpec, words: Mapping[str, Any]) -> Problem:
    known = {"node": NODE, "source": SOURCE, "given": item.show(), **words}
    fields = {"actual": item.show(), "given": item.shape, "index": 0}
    return KINDS[code].problem(port=port, words=known, **fields)


def _crashes(port: str, item: TensorSpec) -> Problem:
    return _told("crashes", port, item, {})


def _one_wire(port: str, count: int) -> Problem:
    words = {"node": NODE, "port": port, "count": count}
    fields = {"expected": "1 wire", "actual": f"{count} wires"}
    return KINDS["one_wire"].problem(port=port, words=words, **fields)


def _state(index: int, wanted: Shape, item: TensorSpec) -> Problem:
    axes = differing(wanted, item.shape)
    said = where(wanted, item.shape)
    expected = f"states of {wanted[-1]}"
    return CALLS["states"].problem(
        port="initial_state",
        words={
            "node": NODE,
            "source": SOURCE,
            "wanted": expected,
            "given": item.show(),
            "where": f": {said}",
        },
        expected=expected,
        actual=item.show(),
        index=index,
        wanted=wanted,
        given=item.shape,
        axes=axes,
    )


def _state_count(wanted: str, given: tuple[TensorSpec, ...]) -> Problem:
    came = f"{len(given)}" + (" state" if len(given) == 1 else " states")
    words = {"node": NODE, "wanted": wanted, "given": came}
    return CALLS["state_count"].problem(
        port="initial_state", words=words, expected=wanted, actual=came
    )


# Reading ----------------------------------------------------------------------------------------


def _first(inputs: Inputs) -> tuple[str, TensorSpec]:
    """Return the port and spec of the first wire, which is what a layer works on."""
    return next((port, specs[0]) for port, specs in inputs.items() if specs)


def _as_tuple(value: Any) -> tuple[int, ...]:
    items = value if isinstance(value, tuple) else (value,)
    return tuple(item for item in items if isinstance(item, int))


def no_image(port: str, index: int, item: TensorSpec) -> Problem:
    """Return the problem of what has not the number of axes of a batch of images."""
    wanted, layout = (None, None, None, None), "height×width×channels"
    found, count = len(item.shape) - 1, len(wanted) - 1
    expected = f"images: {count_of_axes(count)} ({layout})"
    return CALLS["rank"].problem(
        port=port,
        words={
            "node": NODE,
            "source": SOURCE,
            "many": "Too few" if found < count else "Too many",
            "wanted": expected,
            "given": item.show(),
            "count": count_of_axes(found),
        },
        expected=expected,
        actual=item.show(),
        index=index,
        wanted=wanted,
        given=item.shape,
        axes=differing(wanted, item.shape),
    )
