"""Normalizations that go on learning inside a saved model, between layers that are frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import keras

from composer_gui.core import freezing
from composer_gui.core.kinds_of_warnings import KINDS
from composer_gui.core.layer_kinds import SavedModel
from composer_gui.core.misfits import NODE
from composer_gui.core.problems import Problem
from composer_gui.engine.keras_inside import graph_of, leaves

NORMALIZES = keras.layers.BatchNormalization

Step = Callable[[Any], Iterable[Any]]


def warnings(layer: SavedModel, model: Any, used: Iterable[Any]) -> tuple[Problem, ...]:
    """Return a warning if patterns freeze the layers around a BatchNormalization and not itself.

    `used` are the layers that a cut leaves of the model. What a pattern thaws by name is meant.
    """
    if not layer.frozen or not layer.trainable or layer.inference or graph_of(model) is None:
        return ()
    classes = [(path, type(one).__name__) for path, one in leaves(model)]
    frozen = freezing.frozen_paths(layer.frozen, classes)
    thaws = [pattern for pattern in layer.frozen if pattern.startswith(freezing.THAWS)]
    found = [
        path
        for path in _between(model, "", frozen, {id(one) for one in used})
        if not any(freezing.matches(pattern, path, "BatchNormalization") for pattern in thaws)
    ]
    if not found:
        return ()
    more = f", as {len(found) - 1:,} more do" if len(found) > 1 else ""
    words = {"node": NODE, "inner": found[0], "more": more}
    words["them"] = "them" if len(found) > 1 else "it"
    return (KINDS["normalization_trains_inside"].problem(words=words, inner=found[0]),)


def _between(model: Any, before: str, frozen: frozenset[str], used: set[int]) -> Iterator[str]:
    """Yield the paths of normalizations between frozen layers, at every depth."""
    graph = graph_of(model)
    ahead: dict[int, list[Any]] = {}
    behind: dict[int, list[Any]] = {}
    for node in (node for level in graph._nodes_by_depth.values() for node in level):
        for parent in node.parent_nodes:
            ahead.setdefault(id(node.operation), []).append(parent.operation)
            behind.setdefault(id(parent.operation), []).append(node.operation)

    def is_frozen(one: Any) -> bool:
        path = f"{before}{one.name}"
        if graph_of(one) is None:
            return path in frozen or not one.trainable_weights
        inner = (at for at in leaves(one, f"{path}/") if not isinstance(at[1], NORMALIZES))
        return all(where in frozen or not leaf.trainable_weights for where, leaf in inner)

    def learns(one: Any) -> bool:
        if graph_of(one) is not None:
            return any(learns(leaf) for _, leaf in leaves(one))
        adapted = isinstance(one, keras.layers.Normalization)
        return id(one) in used and not adapted and bool(getattr(one, "weights", ()))

    for one in model.layers:
        path = f"{before}{one.name}"
        if graph_of(one) is not None:
            yield from _between(one, f"{path}/", frozen, used)
        elif isinstance(one, NORMALIZES) and learns(one):
            first = _nearest(one, lambda at: ahead.get(id(at), ()), learns)
            last = _nearest(one, lambda at: behind.get(id(at), ()), learns)
            stretch = first and all(map(is_frozen, first)) and any(map(is_frozen, last))
            if stretch and not is_frozen(one):
                yield path


def _nearest(start: Any, step: Step, stops: Callable[[Any], bool]) -> list[Any]:
    """Return the first layers that learn on all ways from one."""
    waiting, seen, reached = [start], {id(start)}, []
    while waiting:
        for one in step(waiting.pop()):
            if id(one) not in seen:
                seen.add(id(one))
                (reached if stops(one) else waiting).append(one)
    return reached
