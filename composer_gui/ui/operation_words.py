"""Operations as a person reads them: on their card and in the inspector."""

from __future__ import annotations

from typing import Any

from composer_gui.core.layer_kinds import Dots, Operation, Slice, Slot
from composer_gui.core.layers.parameters import show
from composer_gui.core.ports import operation_ports


def expression(layer: Operation, module: str = "") -> str:
    """Return what an operation computes, as Python says it: `add(x_1, x_2)`, `x[:, 0]`.

    `module` is what stands before the function's name, such as "keras.ops.".
    """
    names = [port.name for port in operation_ports(layer)]
    if layer.function == "getitem" and len(layer.arguments) == 2:
        tensor, key = layer.arguments
        inside = key if isinstance(key, tuple) else (key,)
        return f"{_written(tensor, names)}[{', '.join(_index(item, names) for item in inside)}]"
    given = [_written(value, names) for value in layer.arguments]
    given += [f"{name}={_written(layer.keywords[name], names)}" for name in sorted(layer.keywords)]
    return f"{module}{layer.function}({', '.join(given)})"


def _written(value: Any, names: list[str]) -> str:
    if isinstance(value, Slot):
        return names[value.index] if value.index < len(names) else f"x_{value.index + 1}"
    if isinstance(value, tuple):
        inside = ", ".join(_written(item, names) for item in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, Slice):
        parts = (value.start, value.stop, value.step)
        return f"slice({', '.join(map(str, parts))})"
    if isinstance(value, Dots):
        return "..."
    return repr(value) if isinstance(value, str) else show(value)


def _index(value: Any, names: list[str]) -> str:
    """Return what stands between brackets for one axis."""
    if not isinstance(value, Slice):
        return _written(value, names)
    start, stop = ("" if end is None else str(end) for end in (value.start, value.stop))
    step = "" if value.step is None else f":{value.step}"
    return f"{start}:{stop}{step}"
