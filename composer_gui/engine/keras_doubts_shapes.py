"""Sizes and numbers of axes that Keras announces a result for, and stumbles over when it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import keras

from composer_gui.core.differences import count_of_axes, differing, where
from composer_gui.core.explanations import to_be_worded
from composer_gui.core.kinds_of_calls import KINDS as CALLS
from composer_gui.core.kinds_of_doubts import KINDS
from composer_gui.core.layer_kinds import Construct, KerasLayer, Shape
from composer_gui.core.layers.families import (
    CONV_LSTM,
    DOT_ATTENTION,
    HEAD_ATTENTION,
    SEQUENCES,
)
from composer_gui.core.layers.layer_spec import LayerSpec
from composer_gui.core.misfits import NODE, SOURCE
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.outcome import Inputs
from composer_gui.core.shapes.tensor_spec import TensorSpec, show_shape
from composer_gui.core.window_sizes import window_axes
from composer_gui.engine.keras_doubts_told import (
    differing_anywhere,
    first_wire,
    misfit,
    with_shapes,
)
from composer_gui.engine.keras_specs import CannotCall

_CELLS = frozenset({"GRUCell", "LSTMCell", "SimpleRNNCell"})


def refuse_shapes(spec: LayerSpec, layer: KerasLayer, inputs: Inputs) -> None:
    """Raise CannotCall for sizes and axes that the layer cannot work on."""
    name, parameters = spec.class_name, layer.parameters
    for port in spec.inputs:
        if not port.many and len(inputs.get(port.name, ())) > 1:
            raise CannotCall(_one_wire(port.name, len(inputs[port.name])))
    _refuse_rank(name, parameters, inputs)
    if spec.category == "attention":
        _refuse_attention(name, inputs)
    _refuse_masks(name, inputs)


def without_states(instance: Any) -> None:
    """Have a recurrent layer keep no states, which would be variables made in the middle of a call.

    What comes out of it is the same.
    """
    inner = (getattr(instance, name, None) for name in ("forward_layer", "backward_layer"))
    for one in (instance, *inner):
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
    port, item = first_wire(inputs)
    count = len(item.shape)
    if name.startswith("Adaptive") and count != window_axes(name) + 2:
        raise CannotCall(_other_rank("ndim", window_axes(name) + 2, count))
    elif name == "RNN" and not _is_convolutional(parameters) and count != 3:
        raise CannotCall(_other_rank("ndim", 3, count))
    elif name == "SpectralNormalization" and _inner(parameters) == "Dense" and count < 2:
        raise CannotCall(_other_rank("min_ndim", 2, count))
    elif name in _CELLS:
        if count != 2:
            raise CannotCall(_other_rank("ndim", 2, count))
        _refuse_cell_states(parameters, inputs)
    elif name in COLOURED:
        _refuse_colours(name, parameters, port, item)
    elif name == "MelSpectrogram":
        _refuse_short(parameters, port, item)
    elif name == "TextVectorization" and (count > 2 or item.shape[1:] not in ((), (1,), (None,))):
        wanted = (None, 1)
        text = f"expected shape={wanted}, found shape={item.shape}"
        raise CannotCall(to_be_worded(text, port=port))


def _refuse_cell_states(parameters: Mapping, inputs: Inputs) -> None:
    """Raise CannotCall for states that are not of the width of a cell."""
    for index, item in enumerate(inputs.get("states", ())):
        wanted = (None, parameters.get("units"))
        if differing(wanted, item.shape):
            said = where(wanted, item.shape)
            words = {"wanted": show_shape(wanted), "given": item.show(), "where": f": {said}"}
            words |= {"node": NODE, "source": SOURCE}
            problem = CALLS["shape"].problem(port="states", words=words)
            axes = differing(wanted, item.shape)
            problem = with_shapes(problem, wanted, item.shape, axes, show_shape(wanted))
            raise CannotCall(replace(problem, index=index))


COLOURED = {
    **dict.fromkeys(("AugMix", "RandAugment", "RandomGrayscale"), (1, 3)),
    **dict.fromkeys(("RandomHue", "RandomSaturation"), (3,)),
}
"""Layers that work on colours, and how many channels they take; Keras looks when it runs."""


def _refuse_colours(name: str, parameters: Mapping, port: str, item: TensorSpec) -> None:
    first = parameters.get("data_format") == "channels_first"
    channels = item.shape[1 if first else -1] if len(item.shape) == 4 else None
    if channels is not None and channels not in COLOURED[name]:
        raise CannotCall(to_be_worded("images must have 3 channels", port=port))


def _refuse_short(parameters: Mapping, port: str, item: TensorSpec) -> None:
    """Raise CannotCall for sounds that are too short to be mirrored at their ends."""
    least = parameters.get("fft_length", 2048) // 2 + 1
    length = item.shape[-1]
    if len(item.shape) < 2:
        raise CannotCall(_other_rank("min_ndim", 2, len(item.shape)))
    if length is None or length >= least:
        return
    wanted, size = (*item.shape[:-1], least), f"at least {least}"
    words = {"size": size, "axis": "the last axis", "given": item.show()}
    problem = CALLS["axis_size"].problem(port=port, words={"node": NODE, "source": SOURCE, **words})
    raise CannotCall(with_shapes(problem, wanted, item.shape, (len(wanted) - 1,), size))


def _is_convolutional(parameters: Mapping) -> bool:
    cell = parameters.get("cell")
    return isinstance(cell, Construct) and "Conv" in cell.class_name


def _other_rank(bound: str, wanted: int, found: int) -> Problem:
    """Return the problem of another number of axes, the batch among them, as Keras tells it."""
    return to_be_worded(f"expected {bound}={wanted}, found ndim={found}")


def _inner(parameters: Mapping) -> str:
    inner = parameters.get("layer")
    return inner.class_name if isinstance(inner, Construct) else ""


# Attention --------------------------------------------------------------------------------------


def _refuse_attention(name: str, inputs: Inputs) -> None:
    """Raise CannotCall for a query, value and key that cannot be compared.

    Keras would take fewer axes than steps×features in an Attention, and compare the samples of a
    batch with each other; and it does not look at the widths.
    """
    query, value = inputs["query"][0].shape, inputs["value"][0].shape
    key = inputs["key"][0].shape if inputs.get("key") else value
    other = "key" if inputs.get("key") else "value"
    for shape in (query, value, key):
        if len(shape) < 3 or (name == "GroupQueryAttention" and len(shape) != 3):
            bound = "ndim" if name == "GroupQueryAttention" else "min_ndim"
            raise CannotCall(_other_rank(bound, 3, len(shape)))
    _compare("value", "its query", "its value", _like(query, value, _shared(name)), value)
    if inputs.get("key"):
        _compare("key", "its key", "its value", (*value[:-1], key[-1]), key)
    if name in DOT_ATTENTION:
        _compare(other, "its query", f"its {other}", (*key[:-1], query[-1]), key)


def _shared(name: str) -> slice:
    """Return the axes that query and value share: the batch, or all before the steps."""
    return slice(0, 1) if name in HEAD_ATTENTION else slice(0, -2)


def _like(query: Shape, value: Shape, shared: slice) -> Shape:
    """Return what the value would be if its shared axes were those of the query."""
    if len(query) != len(value):
        return (*query[:-2], *value[-2:])
    return (*query[shared], *value[len(query[shared]) :])


def _compare(port: str, one: str, other: str, wanted: Shape, given: Shape) -> None:
    axes = differing_anywhere(wanted, given)
    if not axes:
        return
    words = {"one": one, "other": other, "port": port, "wanted": show_shape(wanted)}
    raise CannotCall(misfit("attention", port, wanted, given, axes, words))


# Masks ------------------------------------------------------------------------------------------

_EACH_STEP = "true where a step counts"
_EACH_PAIR = "true where a step of the query may look at a step of the value"


def _refuse_masks(name: str, inputs: Inputs) -> None:
    """Raise CannotCall for a mask that is not of the sizes of what it masks."""
    for port, specs in inputs.items():
        if "mask" not in port or len(specs) != 1:
            continue
        given = specs[0].shape
        wanted, meaning = _mask_for(name, port, inputs, given)
        axes = differing_anywhere(wanted, given) if wanted is not None else ()
        if axes:
            words = {"meaning": meaning, "port": port, "wanted": show_shape(wanted)}
            raise CannotCall(misfit("mask", port, wanted, given, axes, words))


def _mask_for(name: str, port: str, inputs: Inputs, given: Shape) -> tuple[Shape | None, str]:
    """Return the shape of a mask that would fit at this port, None where any may."""
    _, first = first_wire(inputs)
    batch, shape = (None,), first.shape
    if name in HEAD_ATTENTION:
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
    if name in SEQUENCES | CONV_LSTM or name == "GlobalAveragePooling1D":
        return (*batch, shape[1]), _EACH_STEP
    if name == "TimeDistributed":
        return (*batch, shape[1], *given[2:]), _EACH_STEP
    if name == "BatchNormalization":
        return (*batch, *shape[1:-1]), "true where a value counts"
    return None, ""


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
