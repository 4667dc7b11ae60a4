"""Which weights of a model come from which file, and how they get from one model to another."""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from composer_gui.core.refused import listed
from composer_gui.engine import keras_facts
from composer_gui.engine.keras_facts import check
from composer_gui.engine.keras_inside import leaves
from composer_gui.engine.proof_training import digest, fingerprint

MOST_NAMED = 3

MEMBER = "model.weights.h5"


class Unlike(Exception):
    """Two models that should be made of the same layers and are not; the text says where."""


# Kept and new -----------------------------------------------------------------------------------


def origins(model: Any, paths: Iterable[str]) -> dict[str, Any]:
    """Return how many weights of a model are those in the files, and which layers' are new.

    A layer counts as kept when the largest of its weights is in one of the files, bit for bit.
    """
    known = {mark for path in paths for mark in _marks(path)}
    kept = new = 0
    names = []
    for path, layer in leaves(model):
        weights = list({id(weight): weight for weight in layer.weights}.values())
        if not weights:
            continue
        count = sum(map(keras_facts.size_of, weights))
        if digest(max(weights, key=keras_facts.size_of)) in known:
            kept += count
        else:
            new += count
            names.append(path)
    return {"kept": kept, "new": new, "new_layers": names}


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
