"""Words for what came out of saved models: whose weights a layer has, what is computed."""

from __future__ import annotations

from pathlib import Path

from composer_gui.core.layer_kinds import (
    KerasLayer,
    Layer,
    Operation,
    SavedModel,
    Submodel,
)
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
