"""Calls the functions of `keras.ops` that are found inside saved models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from immutables import Map

from composer_gui.core.layer_kinds import Dots, Operation, Slice, Slot
from composer_gui.core.misfits import NODE
from composer_gui.core.ports import operation_ports
from composer_gui.core.problem_table import KINDS
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.outcome import Inputs, Outcome
from composer_gui.engine.keras_cost import of_function
from composer_gui.engine.keras_specs import CannotCall, merged, specs_of, tensors, trace

ROOMS = {"": keras.ops, "image": keras.ops.image, "linalg": keras.ops.linalg, "nn": keras.ops.nn}
"""The modules below `keras.ops` whose functions may be named, by the part before the dot."""

NOT_ON_TENSORS = frozenset(
    {
        *("associative_scan", "cond", "custom_gradient", "fori_loop", "jvp", "map", "scan"),
        *("switch", "vectorize", "vectorized_map", "while_loop"),
        *("convert_to_numpy", "dtype", "is_tensor", "shape"),
    }
)
"""Functions that take other functions, or give no tensor."""


def call(layer: Operation, inputs: Inputs, *, thorough: bool = True) -> Outcome:
    """Return what an operation gives; raises CannotCall, or what Keras raises.

    Without `thorough` nothing is traced; the Outcome is doubtful where it would have been.
    """
    function = _function(layer.function)
    ports = [port.name for port in operation_ports(layer)]

    def run(wired: dict[str, tuple]) -> Any:
        given = [wired[port][0] for port in ports]
        arguments = [_filled(value, given) for value in layer.arguments]
        keywords = {name: _filled(value, given) for name, value in layer.keywords.items()}
        return function(*arguments, **keywords)

    result = run({port: tuple(tensors(specs)) for port, specs in inputs.items()})
    found = specs_of(result)
    doubtful = any("float" not in spec.dtype for specs in inputs.values() for spec in specs)
    if doubtful and thorough:
        traced = trace(run, inputs)
        found = [merged(one, other) for one, other in zip(found, traced, strict=True)]
    if len(found) != max(1, layer.outputs):
        raise CannotCall(_other_count(layer, len(found)))
    numbers = range(1, layer.outputs + 1)
    names = [f"output_{number}" for number in numbers] if layer.outputs else ["output"]
    cost = of_function(result, [inputs[port][0] for port in ports], found)
    outputs = tuple(zip(names, found, strict=True))
    return Outcome(outputs=outputs, cost=cost, doubtful=doubtful and not thorough)


def _function(name: str) -> Callable[..., Any]:
    """Return the function of that name; raises CannotCall for any but one of `keras.ops`."""
    if name == "getitem":
        return lambda tensor, key: tensor[key]
    room, _, short = name.rpartition(".")
    module = ROOMS.get(room)
    found = getattr(module, short, None) if short not in NOT_ON_TENSORS else None
    if module is None or short.startswith("_") or not callable(found) or isinstance(found, type):
        raise CannotCall(_unknown(name))
    return found


def _filled(value: Any, given: list[Any]) -> Any:
    """Return an argument as Keras takes it: tensors come in lists, numbers in tuples."""
    if isinstance(value, Slot):
        return given[value.index]
    if isinstance(value, Slice):
        return slice(value.start, value.stop, value.step)
    if isinstance(value, Dots):
        return ...
    if isinstance(value, Map):
        return {name: _filled(item, given) for name, item in value.items()}
    if isinstance(value, tuple):
        items = [_filled(item, given) for item in value]
        return items if any(isinstance(item, Slot) for item in value) else tuple(items)
    return value


def _unknown(name: str) -> Problem:
    words = {"node": NODE, "function": name}
    return KINDS["unknown_operation"].problem(words=words, actual=name)


def _other_count(layer: Operation, count: int) -> Problem:
    wanted, given = max(1, layer.outputs), f"{count} output" + ("" if count == 1 else "s")
    words = {"node": NODE, "given": given, "wanted": wanted}
    return KINDS["other_outputs"].problem(words=words, expected=str(wanted), actual=str(count))
