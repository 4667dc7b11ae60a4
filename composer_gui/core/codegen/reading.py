"""In what order a person would read a design, and what they would keep in a variable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from composer_gui.core import structure
from composer_gui.core.codegen.naming import has_telling_name, telling_outputs
from composer_gui.core.document import (
    Call,
    Document,
    KerasLayer,
    Node,
    SavedModel,
    Source,
    in_order,
    label_of,
)
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.ports import input_ports, layer_output_ports

LONG_CHAIN = 3
"""Calls from which a chain is written with one running variable."""

TAKE_NO_TRAINABLE = frozenset(
    ["Discretization", "Pipeline", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"]
)
"""Classes whose constructor has no `trainable`; it has to be set on the layer."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The calls of a design in reading order.

    `waiting` maps the calls that cannot be written yet to what they wait for; calls behind them
    are left out of `calls`. `uses` counts the wires from each source. `held` are the layers that
    stand in a variable of their own, `running` the calls whose result needs no name of its own.
    """

    calls: tuple[str, ...]
    waiting: Mapping[str, str]
    uses: Mapping[Source, int]
    held: frozenset[str]
    running: frozenset[str]


def read(
    document: Document, catalog: Catalog, names: Mapping[str, str], *, partial: bool
) -> Reading:
    """Return the calls that lead to an Output, branch by branch; if `partial`, all calls."""
    roots = [*document.outputs, *(_loose_ends(document) if partial else ())]
    calls, waiting = _ready(document, catalog, _depth_first(document, catalog, roots))
    uses = _uses(document, [*calls, *document.outputs])
    ready = [node_id for node_id in calls if node_id not in waiting]
    return Reading(
        calls=calls,
        waiting=waiting,
        uses=uses,
        held=_held(document, ready),
        running=frozenset(_running(document, catalog, names, ready, uses)),
    )


def dead_ends(document: Document, catalog: Catalog) -> list[str]:
    """Return the calls that lead to no Output and so are no part of the model."""
    wanted = set(_depth_first(document, catalog, document.outputs))
    calls = (node.id for node in in_order(document.nodes) if isinstance(node, Call))
    return [node_id for node_id in calls if node_id not in wanted]


def depth(document: Document, catalog: Catalog, calls: Iterable[str]) -> int:
    """Return how many of these calls, which are in reading order, stand one behind the other."""
    deep: dict[str, int] = {}
    for node_id in calls:
        sources = sources_of(document, catalog, document.nodes[node_id])
        deep[node_id] = 1 + max((deep.get(source.node, 0) for source in sources), default=0)
    return max(deep.values(), default=0)


def sources_of(document: Document, catalog: Catalog, node: Node) -> list[Source]:
    """Return what is wired to a node, port by port in the order in which they are handed over."""
    ports = input_ports(document, catalog, node)
    return [source for port in ports for source in node.inputs.get(port.name, ())]


def _depth_first(document: Document, catalog: Catalog, roots: Iterable[str]) -> list[str]:
    """Return the calls behind `roots`, each after its sources, one branch after the other."""
    found: list[str] = []
    seen: set[str] = set()
    stack = [(root, False) for root in reversed(list(roots)) if root in document.nodes]
    while stack:
        node_id, is_complete = stack.pop()
        node = document.nodes[node_id]
        if is_complete:
            if isinstance(node, Call):
                found.append(node_id)
        elif node_id not in seen:
            seen.add(node_id)
            stack.append((node_id, True))
            for source in reversed(sources_of(document, catalog, node)):
                if source.node in document.nodes:
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
    document: Document, catalog: Catalog, order: list[str]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the calls that can be written or wait for something themselves, and those waiting."""
    calls: list[str] = []
    waiting: dict[str, str] = {}
    given = {Source(node_id) for node_id in document.inputs}
    for node_id in order:
        node = document.nodes[node_id]
        reason = reason_to_wait(document, catalog, node)
        if reason is not None:
            calls.append(node_id)
            waiting[node_id] = reason
        elif all(source in given for source in sources_of(document, catalog, node)):
            calls.append(node_id)
            ports = layer_output_ports(catalog, document.layers[node.layer], node) or ()
            given.update(Source(node_id, port) for port in ports)
    return tuple(calls), waiting


def reason_to_wait(document: Document, catalog: Catalog, node: Node) -> str | None:
    """Return in one sentence why a node cannot be written yet, or None where it can."""
    if isinstance(node, Call):
        layer = document.layers[node.layer]
        if isinstance(layer, KerasLayer) and layer.class_name == "InputLayer":
            return f"{label_of(document, node)} is an InputLayer; an Input node takes its place."
    found = structure.problems(document, catalog, node.id)
    return found[0].message if found else None


# What is kept in a variable -----------------------------------------------------------------------


def _uses(document: Document, consumers: Iterable[str]) -> dict[Source, int]:
    uses: dict[Source, int] = {}
    for node_id in consumers:
        for port in document.nodes[node_id].inputs.values():
            for source in port:
                uses[source] = uses.get(source, 0) + 1
    return uses


def _held(document: Document, calls: Iterable[str]) -> frozenset[str]:
    """Return the layers that are loaded, called more than once, or frozen after they are made."""
    callers: dict[str, int] = {}
    for node_id in calls:
        layer_id = document.nodes[node_id].layer
        callers[layer_id] = callers.get(layer_id, 0) + 1
    return frozenset(
        layer_id
        for layer_id, count in callers.items()
        if count > 1 or _wants_variable(document.layers[layer_id])
    )


def _wants_variable(layer: KerasLayer | SavedModel) -> bool:
    if isinstance(layer, SavedModel):
        return True
    return not layer.trainable and layer.class_name in TAKE_NO_TRAINABLE


def _running(
    document: Document,
    catalog: Catalog,
    names: Mapping[str, str],
    calls: list[str],
    uses: Mapping[Source, int],
) -> Iterator[str]:
    """Yield the calls inside long chains, and those whose name says no more than their class."""
    for chain in _chains(document, catalog, names, calls, uses):
        if len(chain) >= LONG_CHAIN:
            yield from chain[:-1]
    outputs = telling_outputs(document)
    for node_id in calls:
        speaks = node_id in outputs or has_telling_name(document, names, node_id)
        if not speaks and _has_one_output(document, catalog, node_id):
            yield node_id


def _chains(document, catalog, names, calls, uses) -> Iterator[list[str]]:
    """Yield the stretches in which each call works on nothing but the result before it."""
    chain: list[str] = []
    for node_id in calls:
        node = document.nodes[node_id]
        sources = sources_of(document, catalog, node)
        follows = (
            bool(chain)
            and [source.node for source in sources] == chain[-1:]
            and uses[sources[0]] == 1
            and _has_one_output(document, catalog, chain[-1])
        )
        if chain and not follows:
            yield chain
            chain = []
        if follows or len(sources) == 1 or not has_telling_name(document, names, node_id):
            chain.append(node_id)
    if chain:
        yield chain


def _has_one_output(document: Document, catalog: Catalog, node_id: str) -> bool:
    node = document.nodes[node_id]
    ports = layer_output_ports(catalog, document.layers[node.layer], node)
    return ports is not None and len(ports) == 1
