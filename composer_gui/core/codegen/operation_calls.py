"""Functions of `keras.ops` as they are called, and what stands between brackets."""

from __future__ import annotations

from collections.abc import Sequence
from keyword import iskeyword
from typing import Any

from composer_gui.core.codegen.expressions import Atom, Call, Display, Expression, flat, keyword
from composer_gui.core.codegen.literals import literal
from composer_gui.core.errors import CannotGenerate
from composer_gui.core.layer_kinds import Dots, Operation, Slice, Slot
from composer_gui.core.ports import slots

BRACKETS = "getitem"

_MODULES = frozenset(["image", "linalg", "nn", "numpy"])
"""Modules below `keras.ops` that hold nothing but such functions."""


def operation_call(layer: Operation, tensors: Sequence[Expression]) -> Expression:
    """Return `keras.ops.add(x, 1.0)`, or `x[:, 0]`; `tensors` are what it takes, by slot.

    Raises CannotGenerate for what is no function of `keras.ops`.
    """
    if layer.function == BRACKETS and len(layer.arguments) == 2:
        tensor, index = (layer.arguments[0], layer.arguments[1])
        if isinstance(tensor, Slot):
            return Atom(f"{flat(tensors[tensor.index])}[{_index(index, tensors)}]")
    given = [_argument(value, tensors) for value in layer.arguments]
    named = [
        keyword(_identifier(name, layer), _argument(layer.keywords[name], tensors))
        for name in sorted(layer.keywords)
    ]
    return Call(Atom(f"keras.ops.{_function(layer)}"), (*given, *named))


def _function(layer: Operation) -> str:
    *modules, name = layer.function.split(".")
    if len(modules) > 1 or not _MODULES.issuperset(modules) or name.startswith("_"):
        raise _unknown(layer)
    return ".".join([*modules, _identifier(name, layer)])


def _identifier(name: str, layer: Operation) -> str:
    if not (name.isidentifier() and name.isascii()) or iskeyword(name):
        raise _unknown(layer)
    return name


def _unknown(layer: Operation) -> CannotGenerate:
    return CannotGenerate(f"{layer.name} is not a function of keras.ops.")


def _argument(value: Any, tensors: Sequence[Expression]) -> Expression:
    if isinstance(value, Slot):
        return tensors[value.index]
    if isinstance(value, tuple) and any(True for _ in slots(value)):
        return Display("[]", tuple(_argument(item, tensors) for item in value))
    return literal(value)


def _index(value: Any, tensors: Sequence[Expression]) -> str:
    if isinstance(value, tuple):
        comma = "," if len(value) == 1 else ""
        return ", ".join(_index(item, tensors) for item in value) + comma if value else "()"
    if isinstance(value, Dots):
        return "..."
    if isinstance(value, Slice):
        step = "" if value.step is None else f":{_bound(value.step)}"
        return f"{_bound(value.start)}:{_bound(value.stop)}{step}"
    return flat(_argument(value, tensors))


def _bound(value: int | None) -> str:
    return "" if value is None else flat(literal(value))
