"""Fixes of what trains and what is frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from composer_gui.core import edits
from composer_gui.core.document import Document, wires_into
from composer_gui.core.fix_sight import Sight
from composer_gui.core.fix_table import FIX_KINDS, Fix
from composer_gui.core.layer_kinds import SavedModel
from composer_gui.core.reach import consumers
from composer_gui.core.resolved import resolved
from composer_gui.core.wording import listed

MOST_NAMED = 3
"""How many layers a title names."""


def freeze_normalization(sight: Sight) -> Iterator[Fix]:
    """Offer to freeze a normalization that trains."""
    layer = sight.layer
    if layer is not None and layer.trainable and sight.category == "normalization":
        edit = _training({layer.id: False})
        yield FIX_KINDS["freeze_normalization"].fix(edit, node=sight.label)


def freeze_normalizations_inside(sight: Sight) -> Iterator[Fix]:
    """Offer to freeze every normalization in a saved model of which patterns freeze layers."""
    layer = sight.layer
    if isinstance(layer, SavedModel) and layer.frozen:
        patterns = (*layer.frozen, "BatchNormalization")
        edit = partial(edits.set_frozen, layer_id=layer.id, patterns=patterns)
        yield FIX_KINDS["freeze_normalizations_inside"].fix(edit, node=sight.label)


def unfreeze_normalization(sight: Sight) -> Iterator[Fix]:
    """Offer to let the frozen layers around a normalization train, as it does."""
    if sight.category == "normalization":
        frozen = _stretch(sight)
        if frozen:
            names = listed([sight.document.layers[key].name for key in frozen], MOST_NAMED)
            edit = _training({**dict.fromkeys(frozen, True), sight.layer.id: True})
            words = {"layers": names, "node": sight.label}
            yield FIX_KINDS["unfreeze_normalization"].fix(edit, **words)


def thaw(sight: Sight) -> Iterator[Fix]:
    """Offer to let a frozen layer train, and all frozen ones before it."""
    layer = sight.layer
    if layer is None or layer.trainable:
        return
    yield FIX_KINDS["thaw"].fix(_training({layer.id: True}), layers=sight.label)
    frozen = list(dict.fromkeys((layer.id, *_stretch(sight))))
    if len(frozen) > 1:
        names = listed([sight.document.layers[key].name for key in frozen], MOST_NAMED)
        edit = _training(dict.fromkeys(frozen, True))
        yield FIX_KINDS["thaw"].fix(edit, layers=names)


def _training(chosen: dict[str, bool]) -> Callable[[Document], Document]:
    def edit(document: Document) -> Document:
        for layer_id, trainable in chosen.items():
            document = edits.set_trainable(document, layer_id, trainable)
        return document

    return edit


def _stretch(sight: Sight) -> list[str]:
    """Return the frozen layers that are joined to the node without one between that trains.

    What has no weights to train, such as an activation, does not end a stretch.
    """
    document = resolved(sight.document, sight.catalog)
    fed = consumers(document)
    seen, waiting, found = {sight.node.id}, [sight.node.id], []
    for node_id in waiting:
        node = document.nodes[node_id]
        near = [wire.source.node for wire in wires_into(node)] + fed.get(node_id, [])
        for other in near:
            layer = sight.layer_of(other)
            verdict = sight.verdicts.get(other)
            idle = verdict is not None and not verdict.parameters
            if other in seen or layer is None or (layer.trainable and not idle):
                continue
            seen.add(other)
            waiting.append(other)
            if not layer.trainable:
                found.append(layer.id)
    return list(dict.fromkeys(found))
