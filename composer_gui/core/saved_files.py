"""The saved models that a design is made of, at whatever depth: their files, found and moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from immutables import Map

from composer_gui.core.document import Document, in_order
from composer_gui.core.layer_kinds import KerasLayer, Layer, Operation, SavedModel, Submodel

SavedFile = tuple[str, str]
"""The path of a saved model's file and the SHA-256 that it had when it was added."""


def file_of(layer: Layer) -> SavedFile | None:
    """Return the file that a layer has its weights from, None for one that has none or several."""
    if isinstance(layer, SavedModel):
        return layer.path, layer.sha256
    if isinstance(layer, KerasLayer) and layer.weights is not None:
        return layer.weights.path, layer.weights.sha256
    return None


def files_of(layer: Layer) -> Iterator[SavedFile]:
    """Yield the files that a layer has its weights from, those inside a submodel included."""
    if isinstance(layer, Submodel):
        yield from saved_files(layer.design)
    elif (file := file_of(layer)) is not None:
        yield file


def saved_files(document: Document) -> tuple[SavedFile, ...]:
    """Return the files of all saved models in a design, each once, in the order of making."""
    layers = {key: layer for key, layer in document.layers.items() if may_have_files(layer)}
    found = (file for layer in in_order(layers) for file in files_of(layer))
    return tuple(dict.fromkeys(found))


def may_have_files(layer: Layer) -> bool:
    """Return whether a layer is of a kind that may have weights from files; quick to tell."""
    if isinstance(layer, KerasLayer):
        return layer.weights is not None
    return isinstance(layer, SavedModel | Submodel)


def with_paths(document: Document, moved: Callable[[str], str]) -> Document:
    """Return `document` with every path of a file in it, of code too, replaced by `moved(path)`."""
    layers = {layer.id: layer_with_paths(layer, moved) for layer in document.layers.values()}
    code = tuple(replace(file, path=moved(file.path)) for file in document.code)
    return replace(document, layers=Map(layers), code=code)


def layer_with_paths(layer: Layer, moved: Callable[[str], str]) -> Layer:
    """Return `layer` with the paths of its files, at whatever depth, replaced by `moved(path)`."""
    if isinstance(layer, SavedModel):
        return replace(layer, path=moved(layer.path))
    if isinstance(layer, KerasLayer) and layer.weights is not None:
        weights = replace(layer.weights, path=moved(layer.weights.path))
        return replace(layer, weights=weights)
    if isinstance(layer, Submodel):
        return replace(layer, design=with_paths(layer.design, moved))
    return layer


def has_frozen(document: Document) -> bool:
    """Return whether anything in a design, at whatever depth, does not train as its kind would."""
    return any(_is_frozen(layer) for layer in document.layers.values())


def _is_frozen(layer: Layer) -> bool:
    if not layer.trainable and not isinstance(layer, Operation):
        return True
    if isinstance(layer, SavedModel):
        return layer.inference or bool(layer.frozen)
    return isinstance(layer, Submodel) and (layer.inference or has_frozen(layer.design))
