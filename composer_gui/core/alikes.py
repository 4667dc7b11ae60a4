"""Which layers are alike but for their weights, so that one could share those of another."""

from __future__ import annotations

import bisect
from collections.abc import Hashable, Iterable
from itertools import islice

from composer_gui.core.document import Document, number_of
from composer_gui.core.edit_layers import same_kind
from composer_gui.core.layer_kinds import KerasLayer, Layer


class Alikes:
    """The layers of a document by kind, kept in step by `follow` at the cost of what changed.

    Keras layers of one class with the same parameters are of a kind; of other layers it takes
    a closer look, which `others` has.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._kinds: dict[str, Hashable] = {}
        self._numbers: dict[Hashable, list[tuple[int, str]]] = {}
        for layer in document.layers.values():
            kind = self._kinds[layer.id] = _kind(layer)
            self._numbers.setdefault(kind, []).append((number_of(layer.id), layer.id))
        for numbers in self._numbers.values():
            numbers.sort()

    def follow(self, layer_ids: Iterable[str], document: Document) -> None:
        """Take over that these layers are others, have come or gone in `document`."""
        self._document = document
        for layer_id in layer_ids:
            layer, before = document.layers.get(layer_id), self._kinds.pop(layer_id, None)
            entry = number_of(layer_id), layer_id
            if before is not None:
                numbers = self._numbers[before]
                del numbers[bisect.bisect_left(numbers, entry)]
                if not numbers:
                    del self._numbers[before]
            if layer is not None:
                kind = self._kinds[layer_id] = _kind(layer)
                bisect.insort(self._numbers.setdefault(kind, []), entry)

    def others(self, layer: Layer, most: int) -> list[Layer]:
        """Return the first of the other layers whose weights would fit, in the order of making."""
        layers = self._document.layers
        alike = (layers[other] for _, other in self._numbers.get(_kind(layer), ()))
        fitting = (o for o in alike if o.id != layer.id and same_kind(o, layer))
        return list(islice(fitting, most))


def _kind(layer: Layer) -> Hashable:
    if isinstance(layer, KerasLayer):
        return layer.class_name, layer.parameters
    return type(layer)
