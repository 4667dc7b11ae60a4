"""Warnings about what is frozen: layers that never learn anything, and what still learns between.

That frozen layers have nothing trainable before or behind them is no reason for a warning by
itself: a saved backbone has its place before a new head, a saved model that judges stands behind a
new one, and models that are only put together need not train at all. Nor is a frozen layer whose
weights start anew, before something that trains: random features are of use, and weights may be put
in later. But where nothing behind such a layer trains, what comes out is by chance and stays so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from composer_gui.core.caution_sight import gives
from composer_gui.core.document import Call, Document, number_of
from composer_gui.core.kinds_of_warnings import KINDS
from composer_gui.core.layer_kinds import Construct, KerasLayer, Layer, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.flow_order import sources_of
from composer_gui.core.verdicts import FINE, Verdict

Neighbours = Callable[[str], Iterable[str]]

_CHOSEN = frozenset(
    ("constant", "identity", "identityinitializer", "ones", "stft", "stftinitializer", "zeros")
)
"""Initializers that give chosen numbers, by their names without underscores."""


def is_frozen_anew(catalog: Catalog, layer: Layer, verdict: Verdict) -> bool:
    """Return whether a layer is frozen although its weights start anew."""
    if verdict.kind != FINE or not verdict.parameters:
        return False
    if isinstance(layer, Submodel):
        return (not layer.trainable or layer.inference) and _is_new(layer)
    frozen = isinstance(layer, KerasLayer) and not layer.trainable
    return frozen and (layer.weights is None or bool(verdict.anew)) and _learns(catalog, layer)


def _is_new(layer: Layer) -> bool:
    """Return whether a layer is one of Keras, or made of such alone, without saved weights."""
    if isinstance(layer, Submodel):
        inner = layer.design.layers
        return bool(inner) and all(map(_is_new, inner.values()))
    return isinstance(layer, KerasLayer) and layer.weights is None


def _learns(catalog: Catalog, layer: KerasLayer) -> bool:
    """Return whether the weights of a layer of this class are learnt, and not set or adapted."""
    known = catalog.layers.get(layer.class_name)
    return known is not None and known.category != "preprocessing" and _is_drawn_by_chance(layer)


def _is_drawn_by_chance(layer: KerasLayer) -> bool:
    """Return whether the weights of a new layer begin as random numbers, or as the usual ones.

    An initializer that was chosen for the numbers that it gives is not by chance: it may well be
    meant to stay.
    """
    chosen = (value for name, value in layer.parameters.items() if name.endswith("_initializer"))
    return not any(_gives_its_numbers(value) for value in chosen)


def _gives_its_numbers(value: Any) -> bool:
    name = value.class_name if isinstance(value, Construct) else str(value)
    return name.replace("_", "").casefold() in _CHOSEN


def is_awake(layer: Layer, verdict: Verdict) -> bool:
    """Return whether a node is a BatchNormalization that trains."""
    normalizes = isinstance(layer, KerasLayer) and layer.class_name == "BatchNormalization"
    return normalizes and layer.trainable and verdict.kind == FINE and verdict.parameters > 0


def sign(layer: Layer, verdict: Verdict) -> tuple[Any, ...]:
    """Return what of a layer and its verdict decides what is said about freezing."""
    counts = verdict.parameters, verdict.trainable_parameters
    if isinstance(layer, KerasLayer):
        return layer.trainable, layer.weights is None, bool(verdict.anew), *counts
    return layer.trainable, False, False, *counts


def found(
    document: Document,
    catalog: Catalog,
    verdicts: Mapping[str, Verdict],
    *,
    anew: Iterable[str],
    awake: Iterable[str],
    consumers: Neighbours,
) -> Iterator[Problem]:
    """Yield the warnings about layers that are frozen `anew`, and normalizations `awake`.

    Both are ids of nodes. Of frozen layers one behind the other the last is told, and of several
    calls of a layer the one that was made first.
    """
    told: set[str] = set()
    for node_id in _last(document, verdicts, set(anew)):
        layer_id = document.nodes[node_id].layer
        if layer_id not in told:
            told.add(layer_id)
            yield _frozen_anew(document, node_id, verdicts[node_id])
    for node_id in sorted(awake, key=number_of):
        problem = _between(document, catalog, verdicts, node_id, consumers)
        if problem is not None:
            yield problem


def _last(document: Document, verdicts: Mapping[str, Verdict], anew: set[str]) -> list[str]:
    """Return those of some frozen nodes behind which none of them and nothing that trains is."""
    if not anew:
        return []
    learning = (
        node_id
        for node_id, node in document.nodes.items()
        if isinstance(node, Call) and _trains(verdicts.get(node_id))
    )
    before = _all_before(document, anew.union(learning))
    return sorted(anew - before, key=number_of)


def _all_before(document: Document, ids: Iterable[str]) -> set[str]:
    """Return the nodes that others hang on."""
    found, waiting = set(), list(ids)
    while waiting:
        for at in sources_of(document.nodes[waiting.pop()]):
            if at not in found:
                found.add(at)
                waiting.append(at)
    return found


def _trains(verdict: Verdict | None) -> bool:
    """Return whether something of a node trains, or may do so once it is known."""
    return verdict is None or verdict.kind != FINE or verdict.trainable_parameters > 0


def _frozen_anew(document: Document, node_id: str, verdict: Verdict) -> Problem:
    words = {
        "node": document.label(node_id),
        "count": f"{verdict.parameters:,}",
        "given": gives(verdict),
    }
    return KINDS["frozen_anew"].problem(node_id, words=words, actual=words["given"])


def _between(
    document: Document,
    catalog: Catalog,
    verdicts: Mapping[str, Verdict],
    node_id: str,
    consumers: Neighbours,
) -> Problem | None:
    """Return a warning if the next layers with weights are frozen, all before and one behind."""

    def sources(at: str) -> Iterable[str]:
        return sources_of(document.nodes[at])

    def has_weights(at: str) -> bool:
        return _weighs(document, catalog, at, verdicts)

    before = _nearest(node_id, sources, has_weights)
    if not before or not all(_is_frozen(verdicts[at]) for at in before):
        return None
    behind = [at for at in _nearest(node_id, consumers, has_weights) if _is_frozen(verdicts[at])]
    if not behind:
        return None
    words = {
        "node": document.label(node_id),
        "before": document.label(before[0]),
        "after": document.label(behind[0]),
        "given": gives(verdicts[node_id]),
    }
    return KINDS["normalization_trains"].problem(node_id, words=words, actual=words["given"])


def _nearest(node_id: str, step: Neighbours, stops: Callable[[str], bool]) -> list[str]:
    """Return the first nodes with weights on all ways from a node, in order of making."""
    waiting, seen, reached = [node_id], {node_id}, []
    while waiting:
        for at in step(waiting.pop()):
            if at not in seen:
                seen.add(at)
                if stops(at):
                    reached.append(at)
                else:
                    waiting.append(at)
    return sorted(reached, key=number_of)


def _weighs(
    document: Document, catalog: Catalog, node_id: str, verdicts: Mapping[str, Verdict]
) -> bool:
    """Return whether a node's layer has weights that are learnt."""
    node, verdict = document.nodes[node_id], verdicts.get(node_id)
    if not isinstance(node, Call) or verdict is None or not verdict.parameters:
        return False
    layer = document.layers[node.layer]
    known = catalog.layers.get(layer.class_name) if isinstance(layer, KerasLayer) else None
    return known is None or known.category != "preprocessing"


def _is_frozen(verdict: Verdict) -> bool:
    return verdict.trainable_parameters == 0
