"""The entries of a saved model's configuration: what kind each is, its name, its shapes.

All of it is a stranger's plain data and is checked before it is believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from composer_gui.core.document import Shape
from composer_gui.core.inside import INPUT, LAYER, MODEL, OPERATION, NotOpenable
from composer_gui.core.saved_shapes import compute_dtype

Spec = tuple[Shape | None, str]
"""The shape, if known, and the dtype of a tensor."""

_OPERATIONS = ("keras.src.ops", "keras.ops")
_MODELS = ("keras", "keras.models", "keras.src.models.functional", "keras.src.models.sequential")

# What keeps a crafted file from costing more than reading it: far above any honest model.
DEEPEST = 40
MOST_PORTS = 10_000
_LONGEST_NAME = 500
_MOST_AXES = 64


def odd(what: str) -> NotOpenable:
    """Return what to say of a configuration that Keras does not write."""
    text = "".join(c if c.isprintable() else "?" for c in " ".join(what.split()))
    text = text if len(text) <= 160 else f"{text[:160]}…"
    return NotOpenable(
        "The configuration of this model is unusual, so its layers cannot be told.",
        f"What is odd: {text}.",
    )


def too_deep() -> NotOpenable:
    """Return what to say of models nested without end."""
    return NotOpenable(
        f"Models lie within models in it, more than {DEEPEST} deep.",
        "No ordinary model needs that; ask where the file comes from.",
    )


# Kinds of entries ---------------------------------------------------------------------------------


def kind_of(entry: Mapping[str, Any]) -> str:
    """Return what an entry of a configuration is: a LAYER, MODEL, OPERATION or INPUT."""
    class_name, module = entry["class_name"], str(entry.get("module") or "")
    if class_name == "InputLayer":
        return INPUT
    if module.startswith(_OPERATIONS):
        return OPERATION
    ours = class_name in ("Functional", "Model", "Sequential") and module in (*_MODELS, "")
    row = class_name == "Sequential" and "layers" in entry["config"]
    return MODEL if ours and (row or has_graph(entry)) else LAYER


def has_graph(entry: Mapping[str, Any]) -> bool:
    """Return whether an entry is that of a model with a graph, of whatever class."""
    config = entry["config"]
    return "input_layers" in config and "output_layers" in config and "layers" in config


def checked_name(value: Any) -> str:
    """Return a name; raises NotOpenable for what is none."""
    if not isinstance(value, str) or not value or len(value) > _LONGEST_NAME:
        raise odd(f"{str(value)[:80]!r} is not a name")
    return value


def part_name(entry: Mapping[str, Any]) -> str:
    """Return the name of a layer, which may stand in addresses."""
    name = checked_name(entry.get("name") or entry["config"].get("name"))
    if any(character in name for character in "/#:"):
        raise odd(f"{name[:80]!r} is not the name of a layer")
    return name


# Shapes -------------------------------------------------------------------------------------------


def built_shapes(entry: Mapping[str, Any]) -> list[Shape]:
    """Return the shapes that a layer was built with, where they are plain to see."""
    shape = (entry.get("build_config") or {}).get("input_shape")
    return [tuple(shape)] if _is_shape(shape) else []


def input_spec(entry: Mapping[str, Any]) -> Spec:
    """Return what an InputLayer takes; Keras 2 wrote `batch_input_shape`."""
    config = entry["config"]
    shape = config["batch_shape"] if "batch_shape" in config else config["batch_input_shape"]
    if shape is not None:
        shape = checked_shape(list(shape))
    return shape, compute_dtype(config.get("dtype"))


def _is_shape(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= _MOST_AXES
        and all(size is None or (type(size) is int and size >= 0) for size in value)
    )


def checked_shape(value: Any) -> Shape:
    """Return a shape; raises NotOpenable for what is none."""
    if not _is_shape(value):
        raise odd(f"{str(value)[:80]} is not a shape")
    return tuple(value)
