"""What calls cost, from the shapes that a ghost of the layer or model was called on and gave."""

from __future__ import annotations

import json
import math
import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import keras

from composer_gui.core.cost import FILE_CALL, UNSAID, Cost, bytes_of, together
from composer_gui.core.flops import FACTS, Called, flops
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.engine.keras_inside import graph_of
from composer_gui.engine.keras_specs import spec_of

CONFIG = 300
"""Bytes of the configuration of what does not tell its own, such as most functions."""

ENTRY = 400
"""Bytes around a configuration: module, name, the shape it was built on, where it is called."""

OPERATION = 300
"""The same for a function of `keras.ops`."""

GROUP, VARIABLE = 1_880, 400
"""Bytes that HDF5 takes for each layer, or layer in a layer, and for each of their variables."""

Specs = Sequence[TensorSpec]
Step = tuple[Any, Specs, Specs]
"""A layer or operation, what it gets and what it gives."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one pass through something takes, whatever it holds."""

    flops: int | None
    activations: int | None


def of_call(layer: Any, given: Specs, made: Specs) -> Cost:
    """Return what a call of a layer or operation costs; never raises.

    `given` is what comes in, in the order of the layer's ports.
    """
    try:
        return replace(_held([layer]), **asdict(_run(layer, given, made)))
    except Exception:  # whatever it is: for want of a figure no verdict is held back
        return UNSAID


def of_function(result: Any, given: Specs, made: Specs) -> Cost:
    """Return what a call of a function of `keras.ops` costs, by its symbolic result."""
    try:
        (operation,) = {x._keras_history.operation for x in keras.tree.flatten(result)}
        return of_call(operation, given, made)
    except (AttributeError, ValueError):
        return UNSAID


def of_model(model: Any, given: Specs, made: Specs) -> Cost:
    """Return what a call of a saved model, or of one layer of it, costs; never raises.

    `given` is in the order of the model's own inputs.
    """
    try:
        return replace(_weighed(model, None), **asdict(_run(model, given, made)))
    except Exception:
        return UNSAID


def of_steps(model: Any, steps: Iterable[Step], used: Iterable[Any] | None) -> Cost:
    """Return what it costs to go through some of a model's layers; never raises.

    `used` are the layers that a cut leaves, None where there is none.
    """
    try:
        run = _sum(_run(*step) for step in steps)
        return replace(_weighed(model, used), **asdict(run))
    except Exception:
        return UNSAID


# One pass ---------------------------------------------------------------------------------------


def _run(layer: Any, given: Specs, made: Specs) -> Run:
    graph = graph_of(layer)
    if graph is not None:
        return _through(graph, given)
    sizes = [bytes_of(spec.shape, spec.dtype) for spec in made]
    held = None if None in sizes else sum(sizes)
    return Run(_flops(layer, given, made), held)


def _flops(layer: Any, given: Specs, made: Specs) -> int | None:
    wrapped = WRAPPED.get(type(layer).__name__) if isinstance(layer, keras.layers.Layer) else None
    if wrapped is not None:
        return wrapped(layer, given, made)
    return flops(called(layer, given, made))


def called(layer: Any, given: Specs, made: Specs) -> Called:
    """Return a call as the formulas want it."""
    is_layer = isinstance(layer, keras.layers.Layer)
    name = type(layer).__name__
    if not type(layer).__module__.startswith("keras."):  # a class of the user's own
        name = f"?{name}"
    facts = {fact: getattr(layer, fact) for fact in FACTS if hasattr(layer, fact)}
    if "activation" in facts:
        facts["activation"] = getattr(facts["activation"], "__name__", "")
    if name in ("RNN", "StackedRNNCells"):
        facts["cells"] = list(_cells(layer))
    return Called(
        name if is_layer else f"ops.{name.lower()}",
        tuple(_short(spec) for spec in given),
        tuple(_short(spec) for spec in made),
        tuple((w.name, tuple(w.shape)) for w in layer.weights) if is_layer else (),
        facts,
    )


def _short(spec: TensorSpec) -> tuple:
    """Return a shape without the batch axis."""
    return tuple(spec.shape[1:])


def _cells(layer: Any) -> Iterator[tuple[str, int]]:
    cell = getattr(layer, "cell", layer)
    for one in getattr(cell, "cells", (cell,)):
        yield type(one).__name__, one.units


# Layers around layers ---------------------------------------------------------------------------


def _in_time(layer: Any, given: Specs, made: Specs) -> int | None:
    """The wrapped layer's operations at each step."""
    steps = given[0].shape[1]
    each = _run(layer.layer, [_step(given[0])], [_step(made[0])]).flops
    return None if steps is None or each is None else steps * each


def _step(spec: TensorSpec) -> TensorSpec:
    return TensorSpec((None, *spec.shape[2:]), spec.dtype)


def _both_ways(layer: Any, given: Specs, made: Specs) -> int | None:
    """Both layers' operations, and one an element where their results are merged by numbers."""
    found = 0 if layer.merge_mode in ("concat", None) else math.prod(made[0].shape[1:])
    for inner in (layer.forward_layer, layer.backward_layer):
        shape = inner.compute_output_shape(given[0].shape)
        first = shape[0] if isinstance(shape[0], tuple | list) else shape
        each = _flops(inner, given, [TensorSpec(tuple(first), made[0].dtype)])
        if each is None:
            return None
        found += each
    return found


def _wrapped(layer: Any, given: Specs, made: Specs) -> int | None:
    return _run(layer.layer, given, made).flops


def _pipeline(layer: Any, given: Specs, made: Specs) -> int | None:
    """The operations of its layers, one after the other."""
    found = 0
    specs = list(given)
    for inner in layer.layers:
        shape = inner.compute_output_shape(specs[0].shape)
        after = [TensorSpec(tuple(shape), specs[0].dtype)]
        each = _run(inner, specs, after).flops
        if each is None:
            return None
        found, specs = found + each, after
    return found


WRAPPED = {
    "TimeDistributed": _in_time,
    "Bidirectional": _both_ways,
    "SpectralNormalization": _wrapped,
    "Wrapper": _wrapped,
    "Pipeline": _pipeline,
}


# Models -----------------------------------------------------------------------------------------

_RUNS: weakref.WeakKeyDictionary[Any, dict[tuple, Run]] = weakref.WeakKeyDictionary()
"""Passes through models that are kept, by what they were given: they are often called alike."""

_REMEMBERED = 16
"""Passes that are remembered of one model."""


def _through(graph: Any, given: Specs) -> Run:
    given = given[: len(graph.inputs)]  # masks come behind
    key = tuple((spec.shape[1:], spec.dtype) for spec in given)
    known = _RUNS.setdefault(graph, {})
    if key not in known:
        if len(known) >= _REMEMBERED:
            known.clear()
        own = tuple(tuple(tensor.shape[1:]) for tensor in graph.inputs)
        is_own = own == tuple(spec.shape[1:] for spec in given)
        steps = _as_made(graph) if is_own else _anew(graph, given)
        known[key] = _sum(_run(*step) for step in steps)
    return known[key]


def _as_made(graph: Any) -> Iterator[Step]:
    """Yield the steps of a model on the inputs that it was made with."""
    for nodes in graph._nodes_by_depth.values():
        for node in nodes:
            if not node.is_input:
                yield (
                    node.operation,
                    [spec_of(tensor) for tensor in node.input_tensors],
                    [spec_of(tensor) for tensor in node.outputs],
                )


def _anew(graph: Any, given: Specs) -> list[Step]:
    """Return the steps of a model on inputs of other sizes, by the way Keras takes itself."""
    steps: list[Step] = []

    def noted(operation: Any) -> Any:
        def run(*args: Any, **kwargs: Any) -> Any:
            made = operation.compute_output_spec(*args, **kwargs)
            steps.append((operation, _specs((args, kwargs)), _specs(made)))
            return made

        return run

    fresh = [
        keras.KerasTensor(spec.shape, keras.backend.standardize_dtype(own.dtype))
        for spec, own in zip(given, graph.inputs, strict=True)
    ]
    graph._run_through_graph(fresh, operation_fn=noted)
    return steps


def _specs(value: Any) -> list[TensorSpec]:
    return [spec_of(x) for x in keras.tree.flatten(value) if isinstance(x, keras.KerasTensor)]


def _sum(runs: Iterable[Run]) -> Run:
    found = together(Cost(run.flops, run.activations) for run in runs)
    return Run(found.flops, found.activations)


# What is held and stored ------------------------------------------------------------------------

_WEIGHED: weakref.WeakKeyDictionary[Any, Cost] = weakref.WeakKeyDictionary()
"""What models that are kept hold, each as a whole."""


def _weighed(model: Any, used: Iterable[Any] | None) -> Cost:
    """Return the weights of a saved model, or of what a cut leaves of it, and their file."""
    if used is not None:
        return _held([part for step in used for part in _parts(step)])
    if graph_of(model) is None:
        return _held([model])
    if model not in _WEIGHED:
        _WEIGHED[model] = _held(list(_parts(model)))
    return _WEIGHED[model]


def _parts(layer: Any) -> Iterator[Any]:
    """Yield a layer or operation, and for a model all that is in it, at every depth."""
    yield layer
    graph = graph_of(layer)
    for operation in () if graph is None else graph._operations:
        yield from _parts(operation)


def _held(parts: Iterable[Any]) -> Cost:
    """Return the bytes of the weights in layers, each counted once, and of their file."""
    weights: dict[int, Any] = {}
    file = 0
    for part in {id(one): one for one in parts}.values():
        graph = graph_of(part)
        if graph is not None:  # what is in it is among the parts
            calls = sum(map(len, graph._nodes_by_depth.values())) - len(graph._operations)
            file += ENTRY + GROUP + FILE_CALL * calls
            continue
        file += _config_size(part) + (ENTRY if isinstance(part, keras.layers.Layer) else OPERATION)
        if isinstance(part, keras.layers.Layer):
            weights.update((id(weight), weight) for weight in part.weights)
            file += GROUP * len(part._flatten_layers())
    size = sum(_bytes(weight) for weight in weights.values())
    return Cost(weights=size, file=file + size + VARIABLE * len(weights))


def _bytes(variable: Any) -> int:
    return bytes_of((None, *variable.shape), keras.backend.standardize_dtype(variable.dtype)) or 0


_CONFIGS: dict[type, int] = {}
"""How long configurations are, by class: that differs little from layer to layer."""


def _config_size(layer: Any) -> int:
    """Return the bytes of a layer's configuration, a guess where it does not tell."""
    kind = type(layer)
    if kind not in _CONFIGS:
        try:
            size = len(json.dumps(layer.get_config(), default=str))
        except Exception:  # a class may refuse, or need what a ghost does not have
            size = CONFIG
        if ".preprocessing." in kind.__module__ or hasattr(layer, "layer"):
            return size  # it holds a vocabulary, or another layer
        _CONFIGS[kind] = size
    return _CONFIGS[kind]
