"""Which weights of a model come from which file, and how they get from one model to another."""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from composer_gui.core.wording import listed
from composer_gui.engine import keras_facts
from composer_gui.engine.keras_facts import check
from composer_gui.engine.keras_inside import leaves
from composer_gui.engine.proof_training import digest, fingerprint

MOST_NAMED = 3

MEMBER = "model.weights.h5"


class Unlike(Exception):
    """Two models that should be made of the same layers and are not; the text says where."""


# Kept and new -----------------------------------------------------------------------------------


@contextmanager
def watched() -> Iterator[list[Any]]:
    """Yield a list of the models that Keras loads in the block."""
    import keras

    loaded: list[Any] = []
    load = keras.models.load_model

    def load_and_note(*arguments: Any, **more: Any) -> Any:
        loaded.append(load(*arguments, **more))
        return loaded[-1]

    keras.models.load_model = load_and_note
    try:
        yield loaded
    finally:
        keras.models.load_model = load


def origins(
    model: Any,
    paths: Iterable[str],
    loaded: Sequence[Any] = (),
    own: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return how many weights of a model are those in the files, and which layers' are new.

    A layer is kept when it comes out of the `loaded` models and its weights are in the files, or
    when all of them are those of one layer there, bit for bit. One of nothing but constants, as a
    normalization is in the beginning, is like any other of its kind and so has to be the very one.
    What Keras fills with a constant when it loads, as for LoRA, is in no file. Where nothing was
    loaded, as in a source of layers alone, the files are, and the weights by themselves tell.
    `own` are the classes that are not Keras's.
    """
    import keras

    sources = loaded or [
        keras.models.load_model(path, custom_objects=own, compile=False) for path in paths
    ]
    known = {mark for path in paths for mark in _marks(path)}
    same = {id(weight) for source in loaded for weight in source.weights}
    known_layers = _KnownLayers(sources)
    kept = new = 0
    names = []
    for path, layer in leaves(model):
        weights = list({id(weight): weight for weight in layer.weights}.values())
        if not weights:
            continue
        count = sum(map(keras_facts.size_of, weights))
        if all(id(weight) in same for weight in weights):
            is_kept = all(digest(weight) in known or _is_constant(weight) for weight in weights)
        else:
            # in a source of layers alone, constants can only be told by themselves
            is_telling = not loaded or not all(map(_is_constant, weights))
            is_kept = is_telling and weights in known_layers
        if is_kept:
            kept += count
        else:
            new += count
            names.append(path)
    return {"kept": kept, "new": new, "new_layers": names}


class _KnownLayers:
    """The layers in some models; `weights in known` says whether one of them has these weights.

    Only of layers whose shapes are asked for are the weights looked at, and once.
    """

    def __init__(self, models: Iterable[Any]) -> None:
        self._by_shapes: dict[Any, list[list[Any]]] = defaultdict(list)
        self._marks: dict[Any, set[tuple[bytes, ...]]] = {}
        for model in models:
            for layer in model._flatten_layers(include_self=False):
                if layer.weights:
                    self._by_shapes[self._shapes(layer.weights)].append(layer.weights)

    @staticmethod
    def _shapes(weights: Iterable[Any]) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(weight.shape) for weight in weights)

    def __contains__(self, weights: list[Any]) -> bool:
        shapes = self._shapes(weights)
        if shapes not in self._marks:
            alike = self._by_shapes.get(shapes, ())
            self._marks[shapes] = {tuple(map(digest, others)) for others in alike}
        return tuple(map(digest, weights)) in self._marks[shapes]


def _is_constant(weight: Any) -> bool:
    import keras

    array = keras.ops.convert_to_numpy(weight)
    return bool((array == array.flat[0]).all()) if array.size else True


def check_of(found: dict[str, Any]) -> dict[str, Any]:
    """Return the sentence on what `origins` found, as something that was checked."""
    kept, new, names = found["kept"], found["new"], found["new_layers"]
    where = listed(names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        where = f"{', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED} more layers"
    if not new:
        text = f"All {kept:,} weights are those of the saved models, bit for bit."
    elif not kept:
        text = f"All {new:,} weights are new."
    else:
        text = (
            f"{kept:,} weights are those of the saved models, bit for bit; {new:,} are new, "
            f"in {where}."
        )
    return check("kept", True, text, "")


def _marks(path: str) -> Iterator[bytes]:
    """Yield the fingerprints of all weights in a file."""
    import h5py
    import numpy

    with zipfile.ZipFile(path) as archive:
        data = io.BytesIO(archive.read(MEMBER))
    found: list[bytes] = []

    def visit(_: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found.append(fingerprint(numpy.ascontiguousarray(item[()])))

    with h5py.File(data, "r") as file:
        file.visititems(visit)
    yield from found


# From one model to another ----------------------------------------------------------------------


def transfer(source: Any, target: Any) -> None:
    """Give the weights of `source` to `target`, layer by layer; raises Unlike.

    Layers are found by their names within each model, and what has no such name by its class, in
    order. Each layer writes and reads its weights itself, for some compute something from them.
    """
    for one, other in _pairs(_children(source), _children(target)):
        inner = _children(one)
        if inner or _children(other):
            transfer(one, other)
        _copy(one, other)


def _children(layer: Any) -> list[Any]:
    return list(layer._flatten_layers(include_self=False, recursive=False))


def _pairs(these: list[Any], those: list[Any]) -> Iterator[tuple[Any, Any]]:
    by_name = {layer.name: layer for layer in those}
    left: dict[str, list[Any]] = defaultdict(list)
    taken = set()
    unnamed = []
    for layer in these:
        other = by_name.get(layer.name)
        if other is not None and type(other).__name__ == type(layer).__name__:
            taken.add(id(other))
            yield layer, other
        else:
            unnamed.append(layer)
    for layer in those:
        if id(layer) not in taken:
            left[type(layer).__name__].append(layer)
    for layer in unnamed:
        same = left[type(layer).__name__]
        if same:
            yield layer, same.pop(0)
        elif layer.weights:
            raise Unlike(f"{layer.name} has no counterpart")


def _copy(one: Any, other: Any) -> None:
    store: dict[str, Any] = {}
    one.save_own_variables(store)
    if store:
        other.load_own_variables(store)
