"""Words for what came out of saved models: whose weights a layer has, what is computed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from composer_gui.core.layer_kinds import (
    Dots,
    KerasLayer,
    Layer,
    Operation,
    SavedModel,
    Slice,
    Slot,
    Submodel,
)
from composer_gui.core.layers.parameters import show
from composer_gui.core.ports import operation_ports
from composer_gui.core.verdicts import FINE, Verdict
from composer_gui.ui.words import count_of


def weights_words(layer: KerasLayer, verdict: Verdict) -> tuple[str, str]:
    """Return whose weights a layer keeps, or why it starts anew, and the tone to say it in.

    Both are empty for a layer that never was part of a saved model.
    """
    saved = layer.weights
    if saved is None:
        return "", "secondary"
    whose = f"{saved.part} in {Path(saved.path).name}"
    if verdict.anew:
        return f"Starts anew: {verdict.anew.rstrip('.')}. It was {whose}.", "warning"
    if verdict.kind == FINE and not verdict.parameters:  # nothing to keep, nothing to lose
        return (f"It is {whose}." if layer.is_as_saved else f"It was {whose}."), "secondary"
    if layer.is_as_saved:
        return f"Weights of {whose}, kept.", "secondary"
    if verdict.kind == FINE:
        return f"Changed since it was saved; the weights of {whose} still fit and are kept.", (
            "secondary"
        )
    return f"Weights of {whose}, kept if they still fit.", "secondary"


def kind_words(layer: Layer) -> list[str]:
    """Return what a layer is, in a few words each, for the line below its label."""
    if isinstance(layer, Operation):
        return ["operation", layer.function]
    if isinstance(layer, Submodel):
        return ["submodel", count_of(len(layer.design.nodes), "node")]
    if isinstance(layer, KerasLayer):
        return [layer.class_name]
    found = layer.interface
    whole = "saved model" if not layer.part else f"{layer.part} of {Path(layer.path).name}"
    words = [whole, found.class_name]
    if found.layer_count:
        words.append(count_of(found.layer_count, "layer"))
    return words


def use_words(layer: SavedModel) -> list[str]:
    """Return what is done with a saved model besides calling it, in a few words each."""
    words = []
    if layer.taps:
        words.append(count_of(len(layer.taps), "tap"))
    if layer.cut is not None:
        words.append("cut")
    if layer.reinput:
        words.append("other input size")
    return words


def expression(layer: Operation) -> str:
    """Return what an operation computes, as Python says it: `keras.ops.add(x, 1.0)`, `x[:, 0]`."""
    names = [port.name for port in operation_ports(layer)]
    if layer.function == "getitem" and len(layer.arguments) == 2:
        tensor, key = layer.arguments
        inside = key if isinstance(key, tuple) else (key,)
        return f"{_written(tensor, names)}[{', '.join(_index(item, names) for item in inside)}]"
    given = [_written(value, names) for value in layer.arguments]
    given += [f"{name}={_written(layer.keywords[name], names)}" for name in sorted(layer.keywords)]
    return f"keras.ops.{layer.function}({', '.join(given)})"


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
