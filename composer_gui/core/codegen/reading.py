"""In what order a person would read a design, and what they would keep in a variable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from composer_gui.core import structure
from composer_gui.core.codegen.naming import has_telling_name, saved_name, telling_outputs
from composer_gui.core.codegen.wiring import Wiring
from composer_gui.core.document import EMPTY, Call, Document, Source, in_order, label_of
from composer_gui.core.layer_kinds import KerasLayer, Layer, Operation, SavedModel, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.resolved import resolved

LONG_CHAIN = 3
"""Calls from which a chain is written with one running variable."""

TAKE_NO_TRAINABLE = frozenset(
    ["Discretization", "Pipeline", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"]
)
"""Classes whose constructor has no `trainable`; it has to be set on the layer."""

FROZEN_WHEN_BUILT = frozenset(
    {"Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "GroupQueryAttention"}
    | {"MultiHeadAttention", "RNN", "SpectralNormalization", "TimeDistributed", "Wrapper"}
)
"""Classes of layers with others in them, which a `trainable` in the constructor does not reach."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The calls of a design in reading order.

    `waiting` maps the calls that cannot be written yet to what they wait for; calls behind them
    are left out of `calls`. `uses` counts the wires from each source. `held` are the layers that
    stand in a variable of their own, `running` the calls whose result needs no name of its own.
    `anew` are the layers whose saved weights do not fit any more.
    """

    wiring: Wiring
    calls: tuple[str, ...]
    waiting: Mapping[str, str]
    uses: Mapping[Source, int]
    held: frozenset[str]
    running: frozenset[str]
    anew: frozenset[str] = frozenset()

    def takes_weights(self, layer: Layer) -> bool:
        """Return whether a layer has its weights out of a saved model."""
        is_kept = isinstance(layer, KerasLayer) and layer.weights is not None
        return isinstance(layer, SavedModel) or (is_kept and layer.id not in self.anew)

    def is_fetched(self, layer: Layer) -> bool:
        """Return whether a layer is taken out of a saved model as it is."""
        is_whole = not isinstance(layer, KerasLayer) or layer.is_as_saved
        return self.takes_weights(layer) and is_whole

    def used_ports(self, layer_id: str) -> tuple[int, ...]:
        """Return the numbers of the outputs of a layer that are wanted; all, if none is wired."""
        nodes = self.wiring.document.nodes
        callers = [node_id for node_id in self.calls if nodes[node_id].layer == layer_id]
        ports = tuple(enumerate(self.wiring.outputs(callers[0])))
        wired = (n for n, port in ports if any(Source(c, port) in self.uses for c in callers))
        return tuple(wired) or tuple(n for n, _ in ports)

    @property
    def ready(self) -> list[str]:
        """The calls that can be written."""
        return [node_id for node_id in self.calls if node_id not in self.waiting]

    def depth(self) -> int:
        """Return how many calls stand one behind the other at most."""
        deep: dict[str, int] = {}
        for node_id in self.calls:
            before = (deep.get(source.node, 0) for source in self.wiring.sources(node_id))
            deep[node_id] = 1 + max(before, default=0)
        return max(deep.values(), default=0)


def read(
    document: Document,
    catalog: Catalog,
    names: Mapping[str, str],
    *,
    partial: bool,
    anew: frozenset[str] = frozenset(),
    unready: Mapping[str, str] = EMPTY,
) -> Reading:
    """Return the calls that lead to an Output, branch by branch; if `partial`, all calls.

    `unready` says by layer what it waits for itself.
    """
    wiring = Wiring(document, catalog)
    roots = [*document.outputs, *(_loose_ends(document) if partial else ())]
    calls, waiting = _ready(wiring, _depth_first(wiring, roots), unready)
    uses = Counter(s for node_id in (*calls, *document.outputs) for s in wiring.sources(node_id))
    ready = [node_id for node_id in calls if node_id not in waiting]
    return Reading(
        wiring=wiring,
        calls=tuple(calls),
        waiting=waiting,
        uses=uses,
        held=_held(document, ready, names, anew),
        running=frozenset(_running(wiring, names, ready, uses)),
        anew=anew,
    )


def dead_ends(document: Document, catalog: Catalog) -> list[str]:
    """Return the calls that lead to no Output and so are no part of the model.

    Those that are bypassed are no part of it either, and are not told.
    """
    document = resolved(document, catalog)
    wanted = set(_depth_first(Wiring(document, catalog), document.outputs))
    calls = (node.id for node in in_order(document.nodes) if isinstance(node, Call))
    return [node_id for node_id in calls if node_id not in wanted]


def _depth_first(wiring: Wiring, roots: Iterable[str]) -> list[str]:
    """Return the calls behind `roots`, each after its sources, one branch after the other."""
    nodes = wiring.document.nodes
    found: list[str] = []
    seen: set[str] = set()
    stack = [(root, False) for root in reversed(list(roots)) if root in nodes]
    while stack:
        node_id, is_complete = stack.pop()
        if is_complete:
            if isinstance(nodes[node_id], Call):
                found.append(node_id)
        elif node_id not in seen:
            seen.add(node_id)
            stack.append((node_id, True))
            for source in reversed(wiring.sources(node_id)):
                if source.node in nodes:
                    stack.append((source.node, False))
    return found


def _loose_ends(document: Document) -> list[str]:
    """Return the calls that nothing is wired to, then all others: a loop has no end at all."""
    used = {
        source.node
        for node in document.nodes.values()
        for port in node.inputs.values()
        for source in port
    }
    calls = [node.id for node in in_order(document.nodes) if isinstance(node, Call)]
    return [*(c for c in calls if c not in used), *(c for c in calls if c in used)]


# What is ready ----------------------------------------------------------------------------------


def _ready(
    wiring: Wiring, order: list[str], unready: Mapping[str, str]
) -> tuple[list[str], dict[str, str]]:
    """Return the calls that can be written or wait for something themselves, and those waiting."""
    calls: list[str] = []
    waiting: dict[str, str] = {}
    given = {Source(node_id) for node_id in wiring.document.inputs}
    for node_id in order:
        node = wiring.document.nodes[node_id]
        layer_id = node.layer if isinstance(node, Call) else ""
        reason = reason_to_wait(wiring, node_id) or unready.get(layer_id)
        if reason is not None:
            calls.append(node_id)
            waiting[node_id] = reason
        elif all(source in given for source in wiring.sources(node_id)):
            calls.append(node_id)
            given.update(Source(node_id, port) for port in wiring.outputs(node_id))
    return calls, waiting


def reason_to_wait(wiring: Wiring, node_id: str) -> str | None:
    """Return in one sentence why a node cannot be written yet, or None where it can."""
    document = wiring.document
    node = document.nodes[node_id]
    if isinstance(node, Call):
        layer = document.layers[node.layer]
        if isinstance(layer, KerasLayer) and layer.class_name == "InputLayer":
            return f"{label_of(document, node)} is an InputLayer; an Input node takes its place."
    found = structure.problems(document, wiring.catalog, node_id)
    return found[0].message if found else None


# What is kept in a variable -----------------------------------------------------------------------


def _held(
    document: Document, calls: Iterable[str], names: Mapping[str, str], anew: frozenset[str]
) -> frozenset[str]:
    """Return the layers that are loaded, renamed, called more than once, or done after a call."""
    callers = Counter(document.nodes[node_id].layer for node_id in calls)
    layers = ((document.layers[layer_id], count) for layer_id, count in callers.items())
    return frozenset(
        layer.id
        for layer, count in layers
        if not isinstance(layer, Operation)
        and (count > 1 or _wants_variable(layer, names[layer.id], is_new=layer.id in anew))
    )


def _wants_variable(layer: Layer, name: str, *, is_new: bool) -> bool:
    """Return whether more has to be said of a layer than its constructor, or where to find it."""
    if isinstance(layer, SavedModel):
        return not is_plain_part(layer) or name != saved_name(layer)
    if isinstance(layer, Submodel):
        return True
    if layer.weights is not None and not is_new:
        return not layer.is_as_saved or name != saved_name(layer)
    return not layer.trainable and layer.class_name in TAKE_NO_TRAINABLE | FROZEN_WHEN_BUILT


def is_tapped(layer: SavedModel) -> bool:
    """Return whether other tensors come out of a saved model than its outputs."""
    return bool(layer.taps or layer.cut)


def is_plain_part(layer: SavedModel) -> bool:
    """Return whether a layer is a part of a saved model and nothing else is said of it."""
    more = layer.taps or layer.cut or layer.reinput or layer.frozen or layer.inference
    return bool(layer.part) and not more


def _running(
    wiring: Wiring, names: Mapping[str, str], calls: list[str], uses: Mapping[Source, int]
) -> Iterator[str]:
    """Yield the calls inside long chains, and those whose name says no more than their class."""
    document = wiring.document
    silent = {n for n in calls if not has_telling_name(document, names, n)}
    for chain in _chains(wiring, silent, calls, uses):
        if len(chain) >= LONG_CHAIN:
            yield from chain[:-1]
    outputs = telling_outputs(document)
    for node_id in silent:
        if node_id not in outputs and len(wiring.outputs(node_id)) == 1:
            yield node_id


def _chains(
    wiring: Wiring, silent: set[str], calls: list[str], uses: Mapping[Source, int]
) -> Iterator[list[str]]:
    """Yield the stretches in which each call works on nothing but the result before it."""
    chain: list[str] = []
    for node_id in calls:
        sources = wiring.sources(node_id)
        follows = (
            bool(chain)
            and [source.node for source in sources] == chain[-1:]
            and uses[sources[0]] == 1
            and len(wiring.outputs(chain[-1])) == 1
        )
        if chain and not follows:
            yield chain
            chain = []
        if follows or len(sources) == 1 or node_id in silent:
            chain.append(node_id)
    if chain:
        yield chain
