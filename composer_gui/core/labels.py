"""The names that new nodes and layers get: like Keras's own, each one only once in a design."""

from __future__ import annotations

import re
from collections.abc import Iterable

from composer_gui.core.document import Document


def default_label(class_name: str) -> str:
    """Return a class's name as Keras writes it for its layers: "conv2d", "max_pooling2d"."""
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", class_name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


def stem_of(label: str) -> str:
    """Return a label without the number that tells it from others like it."""
    return re.sub(r"_\d{1,9}$", "", label)


class Labels:
    """Labels that are taken; `unique` gives one that is free, and takes it."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._next: dict[str, int] = {}

    @classmethod
    def of(cls, document: Document) -> Labels:
        """Return the labels of a document's layers and inputs, which become layers of one model."""
        labels = cls(layer.name for layer in document.layers.values())
        labels._taken.update(document.nodes[node_id].label for node_id in document.inputs)
        return labels

    @classmethod
    def of_outputs(cls, document: Document) -> Labels:
        """Return the labels of a document's outputs.

        They become the keys of what the model gives, so an Output may be called as a layer is.
        """
        return cls(document.nodes[node_id].label for node_id in document.outputs)

    def all_unique(self, wanted: Iterable[str]) -> list[str]:
        """Return a label for each of `wanted`: itself where it is free, however the others go."""
        wanted = list(wanted)
        free = set(wanted) - self._taken
        self._taken |= free
        labels = []
        for label in wanted:
            labels.append(label if label in free else self.unique(label))
            free.discard(label)
        return labels

    def unique(self, wanted: str) -> str:
        """Return `wanted`, or where that is taken its stem with the next free number."""
        label = wanted
        stem = stem_of(wanted)
        while label in self._taken:
            number = self._next.get(stem, 1)
            self._next[stem] = number + 1
            label = f"{stem}_{number}"
        self._taken.add(label)
        return label


def unique_label(document: Document, wanted: str) -> str:
    """Return `wanted` or a label made from it that no layer or input of `document` has yet."""
    return Labels.of(document).unique(wanted)
