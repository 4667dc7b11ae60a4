"""Remembers what came of calls, by all that decides it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from immutables import Map

from composer_gui.core.document import Document
from composer_gui.core.layer_kinds import (
    Construct,
    KerasLayer,
    Layer,
    Operation,
    SavedModel,
    Submodel,
)
from composer_gui.core.plain import document_to_plain
from composer_gui.core.shapes.outcome import Inputs, Outcome


class CallMemo:
    """Outcomes by call; those not asked about for longest are forgotten when there are too many.

    `misses` counts the calls that were not remembered. What is not remembered here is looked for
    in the memo `under` this one, which is left as it is.
    """

    def __init__(self, size: int, under: CallMemo | None = None) -> None:
        self.misses = 0
        self._size = size
        self._under = under
        self._outcomes: dict[Any, Outcome] = {}

    def get(self, key: Any) -> Outcome | None:
        """Return what came of a call; it counts as asked about just now."""
        outcome = self._outcomes.pop(key, None)
        if outcome is not None:
            self._outcomes[key] = outcome
        elif self._under is not None:
            return self._under._outcomes.get(key)
        return outcome

    def above(self) -> CallMemo:
        """Return a memo over this one, for who works elsewhere at the same time."""
        return CallMemo(self._size, self)

    def take_over(self, above: CallMemo) -> None:
        """Remember what a memo over this one has found."""
        for key, outcome in above._outcomes.items():
            self.put(key, outcome)

    def put(self, key: Any, outcome: Outcome) -> None:
        """Remember what came of a call, unless that may be another next time."""
        self.misses += 1
        if outcome.lasting:
            self._outcomes[key] = outcome
            if len(self._outcomes) > self._size:
                del self._outcomes[next(iter(self._outcomes))]


def layer_key(layer: Layer) -> Any:
    """Return what decides what comes of calling a layer: all but its id and name."""
    if isinstance(layer, KerasLayer):
        saved = layer.weights
        weights = None if saved is None else (saved.path, saved.part, saved.class_name)
        return layer.class_name, exact(layer.parameters), layer.trainable, weights
    if isinstance(layer, Operation):
        keywords = exact(layer.keywords)
        return "operation", layer.function, exact(layer.arguments), keywords, layer.outputs
    if isinstance(layer, Submodel):
        return "submodel", design_key(layer.design), layer.trainable, layer.inference
    return replace(layer, id="", name="")


def is_of_files(layer: Layer) -> bool:
    """Return whether what comes of a layer may hang on files, and so on the code for them."""
    if isinstance(layer, KerasLayer):
        return layer.weights is not None
    return isinstance(layer, SavedModel | Submodel)


def design_key(design: Document) -> str:
    """Return a key for all of a design but where its nodes lie."""
    plain = document_to_plain(design)
    waiting = [plain]
    while waiting:
        level = waiting.pop()
        for node in level["nodes"].values():
            del node["at"]
            node.pop("pinned", None)
        waiting.extend(la["design"] for la in level["layers"].values() if "design" in la)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"))


def inputs_key(inputs: Inputs) -> tuple:
    """Return a key for the specs that come in."""
    return tuple(sorted(inputs.items(), key=lambda item: item[0]))


def exact(value: Any) -> Any:
    """Return a key for a value that tells 1, 1.0 and True apart, which are equal to Python."""
    if isinstance(value, Construct):
        return value.kind, value.class_name, exact(value.parameters)
    if isinstance(value, Map):
        return tuple(sorted((name, exact(item)) for name, item in value.items()))
    if isinstance(value, tuple):
        return tuple(exact(item) for item in value)
    return type(value).__name__, value
