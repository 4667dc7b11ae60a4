"""Whether a layer can have the weights that it was saved with, by their shapes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from composer_gui.core.document import Shape
from composer_gui.core.shapes.outcome import Weights
from composer_gui.core.wording import listed


def weights_of(variables: Iterable[Any]) -> Weights:
    """Return names and shapes of variables."""
    return tuple((variable.name, tuple(variable.shape)) for variable in variables)


def why_anew(saved: Weights, now: Weights) -> str:
    """Return why one layer's weights cannot be given to another, nothing where they can."""
    if len(saved) != len(now):
        return f"it had {_weights(saved)} and now has {_weights(now)}"
    for (name, was), (other, is_now) in zip(saved, now, strict=True):
        if was != is_now:
            was, is_now = show_weight(was), show_weight(is_now)
            if name == other:
                return f"its {name} was {was} and is now {is_now}"
            return f"its {name} was {was}, and its {other} is {is_now}"
    return ""


def show_weight(shape: Shape) -> str:
    """Return the shape of a weight for a sentence: `128×10`."""
    return "×".join(str(size) for size in shape) or "one number"


def _weights(weights: Weights) -> str:
    if not weights:
        return "no weights"
    names = list(dict.fromkeys(name for name, _ in weights))
    if len(names) != len(weights) or len(names) > 4:
        return f"{len(weights)} weights"
    return listed(names)
