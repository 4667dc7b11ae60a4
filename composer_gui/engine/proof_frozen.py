"""Layers that are frozen and train again once a `.keras` file is loaded, which cannot hold it.

Some layers make those inside them only when they are built, or hand nothing on to them. The file
says of such a layer that it is frozen; Keras makes the ones inside it anew, and they train. To
freeze it again it has to be thawed first: what a layer says already, Keras takes for no change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from composer_gui.core.wording import listed
from composer_gui.engine import keras_facts
from composer_gui.engine.keras_inside import leaves

FORGETFUL = frozenset(
    {"ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "GroupedQueryAttention", "MultiHeadAttention"}
)
"""Classes of Keras that do not come back frozen, for where nothing is loaded again."""

MOST_NAMED = 12

States = Mapping[str, int]
"""By the path of a layer, how many of its numbers would be trained."""


def states(model: Any) -> dict[str, int]:
    """Return how much trains in each layer with weights, at every depth."""
    return {path: _training(layer) for path, layer in leaves(model) if layer.weights}


def _training(layer: Any) -> int:
    """Return how much of a layer a model around it trains, whatever the layer says of itself."""
    return sum(keras_facts.size_of(weight) for weight in layer.weights if weight.trainable)


def thawed(built: States, loaded: Any) -> dict[str, int]:
    """Return the layers that are frozen as the file says, and train all the same in `loaded`.

    By path, each with how many numbers train. What differs otherwise is left out.
    """
    found = {}
    for path, layer in leaves(loaded):
        training = 0 if layer.trainable else _training(layer)
        if training and built.get(path) == 0:
            found[path] = training
    return found


def expected(model: Any) -> list[str]:
    """Return the layers of a built model that will train once it is loaded, by what is known."""
    found = []
    for path, layer in leaves(model):
        inner = {type(part).__name__ for part in layer._flatten_layers()}
        if layer.weights and not layer.trainable and inner & FORGETFUL:
            found.append(path)
    return found


def warning(layers: Iterable[str], built: States) -> str:
    """Return what to do about layers that come back trainable.

    `built` are all layers. Where everything in a model inside was frozen, the model is named.
    """
    names = list(dict.fromkeys(_outermost(path, built) for path in layers))
    one = len(names) == 1
    whom = listed(names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        whom = f"{', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED} more"
    first = "".join(f".get_layer({part!r})" for part in names[0].split("/")).replace("'", '"')
    # set to what it is already, Keras would do nothing
    step = f"model{first}.trainable = True and then = False"
    return (
        f"{whom} {'is' if one else 'are'} frozen, but a .keras file cannot keep that: when it is "
        "loaded, Keras makes the layers inside anew, and they train. After load_model, set "
        f"{step}{'' if one else ', and so with each of them'}. The Python source freezes by itself."
    )


def _outermost(path: str, built: States) -> str:
    """Return the outermost model inside that a frozen layer is in, nothing of which trained."""
    parts = path.split("/")
    for depth in range(1, len(parts)):
        outer = "/".join(parts[:depth])
        if not any(count for key, count in built.items() if key.startswith(f"{outer}/")):
            return outer
    return path
