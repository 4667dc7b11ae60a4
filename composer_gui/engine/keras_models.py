"""Calls saved models, and parts of them, on specs: ghosts of them, for no weight is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import keras
from immutables import Map

from composer_gui.core import freezing
from composer_gui.core.cost import Cost
from composer_gui.core.differences import differing
from composer_gui.core.document import EMPTY
from composer_gui.core.kinds_of_files import KINDS
from composer_gui.core.layer_kinds import SavedModel, SavedPort, SavedWeights, Structure
from composer_gui.core.misfits import NODE, is_lost, other_dtype, other_shape
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.outcome import Inputs, Outcome
from composer_gui.core.shapes.tensor_spec import TensorSpec, kind_of
from composer_gui.engine import keras_awake
from composer_gui.engine.keras_cost import Step, of_model, of_steps
from composer_gui.engine.keras_doubts_memory import refuse_model_beyond_memory
from composer_gui.engine.keras_doubts_models import (
    adjusted_inputs,
    called_adjusted,
    refuse_other_inputs,
)
from composer_gui.engine.keras_ghosts import KEPT, ClassMissing, Code, Ghosts
from composer_gui.engine.keras_inside import Inside, graph_of, leaves, unmarked
from composer_gui.engine.keras_specs import (
    CannotCall,
    count,
    ghosts,
    specs_of,
    tensors,
)


class KerasModels:
    """Calls saved models on specs. A file is read again when its time or size is another."""

    def __init__(self, kept: int = KEPT) -> None:
        self._ghosts = Ghosts(kept)

    def call(
        self,
        layer: SavedModel,
        inputs: Inputs,
        arguments: Mapping[str, Any] = EMPTY,
        code: Code = (),
        built_on: Inputs | None = None,
    ) -> Outcome:
        """Return what the model puts out; raises CannotCall, or what Keras raises.

        A model that has no shapes yet takes them from `built_on`, else from this call.
        `code` are Python files that may be run for the classes that Keras does not have; without
        them the model is taken at the word of its file.
        """
        try:
            model = self._ghosts.part(layer.path, layer.part, code)
        except ClassMissing as error:
            return _placeholder(layer, inputs, error.problem)
        if not layer.cut:
            refuse_other_inputs(layer.interface, graph_of(model))
        _refuse_dtypes(layer, model, inputs)
        with ghosts():
            if built_on is not None and not model.built:
                _build(layer, model, built_on)
            if layer.taps or layer.cut or layer.reinput:
                found, used, steps = _seen_inside(layer, model, inputs)
                cost = of_steps(model, steps, used)
            else:
                found, used = _called_whole(layer, model, inputs, arguments), None
                cost = of_model(model, _in_order(layer, inputs), found)
            names = (port.name for port in layer.outputs)
            parameters, trainable = _counted(layer, model, used)
            refuse_model_beyond_memory(model, parameters, inputs, found)
            kept = _leaves(model, used) if layer.frozen else ()
            awake = keras_awake.warnings(layer, model, [one for _, one in kept])
            return Outcome(
                outputs=tuple(zip(names, found, strict=True)),
                problems=awake,
                parameters=parameters,
                trainable_parameters=trainable,
                cost=cost,
            )

    def ghost(self, path: str, code: Code = ()) -> Any:
        """Return the model without weights, from the store or newly made; raises CannotCall."""
        return self._ghosts.whole(path, code)

    def weights(self, saved: SavedWeights, code: Code = ()) -> list[Any] | None:
        """Return the variables of a layer in a file, without values; raises CannotCall.

        None where Keras does not have the layer's class.
        """
        try:
            return list(self._ghosts.part(saved.path, saved.part, code).weights)
        except ClassMissing:
            return None


# Calling the whole ------------------------------------------------------------------------------


def _called_whole(
    layer: SavedModel, model: Any, inputs: Inputs, arguments: Mapping[str, Any]
) -> list[TensorSpec]:
    interface = layer.interface
    is_model = isinstance(model, keras.Model)

    def run(wired: dict[str, tuple]) -> list[Any]:
        names = [port.name for port in interface.inputs]
        given = _filled(interface.input_structure, names, wired)
        with unmarked(model):
            result = model(given, **arguments)
        if not is_model:  # its ports are what is used of what comes out
            return keras.tree.flatten(result)[: len(interface.outputs)]
        ports: dict[int, Any] = {}
        _take_apart(interface.output_structure, result, ports)
        return [ports[index] for index in range(len(interface.outputs))]

    def called(given: Inputs) -> list[TensorSpec]:
        return specs_of(run({port: tuple(tensors(specs)) for port, specs in given.items()}))

    if not is_model or graph_of(model) is None:
        return called(inputs)
    adjusted = adjusted_inputs(interface.inputs, inputs)
    return called(inputs) if adjusted is None else called_adjusted(called, adjusted, inputs)


def _in_order(layer: SavedModel, inputs: Inputs) -> list[TensorSpec]:
    """Return what comes in as Keras flattens the structure that the model wants."""
    names = [port.name for port in layer.interface.inputs]
    return keras.tree.flatten(_filled(layer.interface.input_structure, names, inputs))


def _filled(structure: Structure, names: list[str], wired: dict[str, Any]) -> Any:
    """Return the tensors in the structure in which the model wants them."""
    if isinstance(structure, Map):
        return {key: _filled(item, names, wired) for key, item in structure.items()}
    if isinstance(structure, tuple):
        return [_filled(item, names, wired) for item in structure]
    return wired[names[structure]][0]


def _take_apart(structure: Structure, result: Any, ports: dict[int, Any]) -> None:
    """Put the tensors of `result` into `ports` by the number that the structure gives them."""
    if isinstance(structure, Map):
        for key, item in structure.items():
            _take_apart(item, result[key], ports)
    elif isinstance(structure, tuple):
        for item, part in zip(structure, result, strict=True):
            _take_apart(item, part, ports)
    else:
        ports[structure] = result


# Taps, cuts, other inputs -----------------------------------------------------------------------


def _seen_inside(
    layer: SavedModel, model: Any, inputs: Inputs
) -> tuple[list[TensorSpec], list[Any] | None, list[Step]]:
    """Return what comes out of a model that is looked into, what a cut leaves, and the way."""
    given = [inputs[port.name][0] for port in layer.inputs]
    asked = [TensorSpec(port.shape, port.dtype) for port in layer.reinput]
    is_known = asked and all(spec.shape is not None for spec in asked)
    if is_known and asked != given and graph_of(model) is not None:
        _through(layer, model, asked)  # it is built on these, whatever is wired then
    for port, spec in zip(layer.inputs, given, strict=True):
        _refuse_shape(port, spec)
    # Keras casts to the dtypes of the inputs first
    given = [replace(s, dtype=p.dtype) for p, s in zip(layer.inputs, given, strict=True)]
    if not model.built:
        names = (port.name for port in layer.inputs)
        _build(layer, model, {name: (spec,) for name, spec in zip(names, given, strict=True)})
    if graph_of(model) is None:
        raise CannotCall(_sealed())
    return _through(layer, model, given)


def _build(layer: SavedModel, model: Any, inputs: Inputs) -> None:
    """Give a Sequential that was never called the shape of what it gets."""
    wired = {port: tuple(tensors(specs)) for port, specs in inputs.items()}
    names = [port.name for port in layer.inputs]
    with unmarked(model):
        model(_filled(layer.interface.input_structure, names, wired))


def _through(
    layer: SavedModel, model: Any, given: list[TensorSpec]
) -> tuple[list[TensorSpec], list[Any] | None, list[Step]]:
    cut = layer.cut
    inside = Inside(model, every=bool(layer.reinput))
    taps = [inside.tensor(tap.address) for tap in layer.taps]
    if cut is None:
        order: dict[int, TensorSpec] = {}
        _by_flat_index(layer.interface.input_structure, given, order)
        inside.start(order[index] for index in sorted(order))
        wanted = _in_order_of_ports(layer.interface.output_structure, inside.outputs())
    else:
        for port, spec in zip(cut.inputs, given, strict=True):
            inside.start_at(port.address or port.name, spec)
        wanted = [inside.tensor(port.address or port.name) for port in cut.outputs]
    found = inside.find([*wanted, *taps])
    used = list(inside.called.values()) if cut is not None else None
    return found, used, inside.steps


def _by_flat_index(structure: Structure, given: list[TensorSpec], order: dict) -> None:
    """Number specs as Keras flattens the structure they are handed over in."""
    for index, port in enumerate(keras.tree.flatten(_plain(structure))):
        order[index] = given[port]


def _in_order_of_ports(structure: Structure, flat: list[Any]) -> list[Any]:
    """Return what Keras flattened in the order of the ports."""
    ports = keras.tree.flatten(_plain(structure))
    return [flat[ports.index(port)] for port in range(len(ports))]


def _plain(structure: Structure) -> Any:
    if isinstance(structure, Map):
        return {key: _plain(item) for key, item in structure.items()}
    if isinstance(structure, tuple):
        return [_plain(item) for item in structure]
    return structure


def _refuse_shape(port: SavedPort, spec: TensorSpec) -> None:
    """Raise CannotCall for a shape that is not the port's."""
    if differing(port.shape, spec.shape):
        raise CannotCall(other_shape(port.name, port.shape, spec.shape))


# Counting ---------------------------------------------------------------------------------------


def _counted(layer: SavedModel, model: Any, used: list[Any] | None) -> tuple[int, int]:
    """Return how many parameters are in use, and how many of them train."""
    found = _leaves(model, used)
    parameters = {id(weight): weight for _, one in found for weight in one.weights}
    if not layer.trainable or layer.inference:
        return count(parameters.values()), 0
    classes = [(path, type(one).__name__) for path, one in found]
    frozen = freezing.frozen_paths(layer.frozen, classes) if layer.frozen else frozenset()
    trainable = {
        id(weight): weight
        for path, one in found
        if path not in frozen
        for weight in one.trainable_weights
    }
    return count(parameters.values()), count(trainable.values())


def _leaves(model: Any, used: list[Any] | None) -> list[tuple[str, Any]]:
    """Return path and layer of what has weights: the whole model, or what a cut left of it."""
    if graph_of(model) is None:
        return [("", model)]
    found = list(leaves(model))
    if used is None:
        return found
    kept = {id(one) for one in used}
    for one in used:
        if graph_of(one) is not None:
            kept.update(id(inner) for _, inner in leaves(one))
    return [(path, one) for path, one in found if id(one) in kept]


# Dtypes and shapes that Keras takes too easily --------------------------------------------------


def _refuse_dtypes(layer: SavedModel, model: Any, inputs: Inputs) -> None:
    """Raise CannotCall where Keras would cut numbers to whole ones or stumble over text."""
    if layer.cut or layer.reinput:
        dtypes = [port.dtype for port in layer.inputs]
    else:
        dtypes = [tensor.dtype for tensor in getattr(model, "inputs", None) or ()]
    if len(dtypes) != len(layer.inputs):
        return
    for port, dtype in zip(layer.inputs, dtypes, strict=True):
        for item in inputs.get(port.name, ()):
            if is_lost(item.dtype, dtype):
                raise CannotCall(other_dtype(port.name, kind_of(dtype), item))


# Models whose classes are not there -------------------------------------------------------------


def _placeholder(layer: SavedModel, inputs: Inputs, problem: Problem) -> Outcome:
    """Return what a file says of itself, with the warning that not all of it is known."""
    if layer.reinput:
        raise CannotCall(_unknown_for_others(problem))
    for port in layer.inputs:
        for spec in inputs.get(port.name, ()):
            _refuse_shape(port, spec)
            if kind_of(spec.dtype) != kind_of(port.dtype):
                raise CannotCall(other_dtype(port.name, kind_of(port.dtype), spec))
    batches = {s.shape[0] for specs in inputs.values() for s in specs if s.shape}
    batch = batches.pop() if len(batches) == 1 else None
    parameters = 0 if layer.cut else layer.interface.parameters or 0
    return Outcome(
        outputs=tuple((port.name, _recorded(port, batch)) for port in layer.outputs),
        problems=(problem,),
        parameters=parameters,
        trainable_parameters=0 if not layer.trainable or layer.inference else parameters,
        cost=Cost(None, None, 4 * parameters, 4 * parameters),
    )


def _recorded(port: SavedPort, batch: int | None) -> TensorSpec:
    shape = port.shape
    if shape and shape[0] is None:
        shape = (batch, *shape[1:])
    return TensorSpec(shape, port.dtype)


# Problems ---------------------------------------------------------------------------------------


def _sealed() -> Problem:
    return KINDS["sealed"].problem(words={"node": NODE})


def _unknown_for_others(problem: Problem) -> Problem:
    words = {"node": NODE, "classes": problem.actual, "title": problem.title}
    words["them"] = "them" if ", " in (problem.actual or "") else "it"
    return KINDS["missing_class_inputs"].problem(words=words, actual=problem.actual)
