"""Edits of wires: connect, disconnect, replace, reorder, insert a node on a wire."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from immutables import Map

from composer_gui.core.connections import refusal
from composer_gui.core.document import Document, Node, Source, Wire, put
from composer_gui.core.errors import EditRefused
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.ports import input_port, input_ports, output_ports


def connect(document: Document, catalog: Catalog, wire: Wire) -> Document:
    """Draw `wire`; in a port of many wires it takes the place `wire.index`, or the last."""
    _refuse(document, catalog, wire)
    node = document.nodes[wire.node]
    sources = list(node.inputs.get(wire.port, ()))
    sources.insert(max(0, wire.index), wire.source)
    return put(document, with_sources(node, wire.port, sources))


def replace_wire(document: Document, catalog: Catalog, wire: Wire) -> Document:
    """Draw `wire` in the place of the one that is there; connect it where none is."""
    _refuse(document, catalog, wire, replacing=True)
    node = document.nodes[wire.node]
    port = input_port(document, catalog, node, wire.port)
    sources = list(node.inputs.get(wire.port, ()))
    index = wire.index if port.many else 0
    sources[index : index + 1] = [wire.source]
    return put(document, with_sources(node, wire.port, sources))


def disconnect(document: Document, wire: Wire) -> Document:
    """Take `wire` away; the other wires of its port keep their order."""
    sources = _sources_with(document, wire)
    del sources[wire.index]
    return put(document, with_sources(document.nodes[wire.node], wire.port, sources))


def reorder(document: Document, node_id: str, port: str, order: tuple[int, ...]) -> Document:
    """Put a port's wires in another order: `order[i]` is where the new i-th wire was."""
    node = existing(document, node_id)
    sources = node.inputs.get(port, ())
    if sorted(order) != list(range(len(sources))):
        raise EditRefused("The wires have changed in the meantime. Order them again.")
    ordered = tuple(sources[index] for index in order)
    return document if ordered == sources else put(document, with_sources(node, port, ordered))


def insert_on_wire(document: Document, catalog: Catalog, wire: Wire, node_id: str) -> Document:
    """Lead `wire` through a node: into its first free input and on from its first output."""
    node = existing(document, node_id)
    without = disconnect(document, wire)
    entry, exit_port = _way_through(without, catalog, node)
    into = Wire(wire.source, node_id, entry, len(node.inputs.get(entry, ())))
    onward = Wire(Source(node_id, exit_port), wire.node, wire.port, wire.index)
    return connect(connect(without, catalog, into), catalog, onward)


def _way_through(document: Document, catalog: Catalog, node: Node) -> tuple[str, str]:
    exits = output_ports(document, catalog, node)
    ports = input_ports(document, catalog, node)
    free = [port for port in ports if port.many or port.name not in node.inputs]
    entries = sorted(free, key=lambda port: not port.required)
    label = document.label(node.id)
    if not ports or not exits:
        raise EditRefused(f"{label} cannot stand in the middle of a wire.")
    if not entries:
        raise EditRefused(f"{label} has no free input. Remove its wire first.")
    return entries[0].name, exits[0]


def _refuse(document: Document, catalog: Catalog, wire: Wire, *, replacing: bool = False) -> None:
    refused = refusal(document, catalog, wire, replacing=replacing)
    if refused is not None:
        raise EditRefused(refused.sentence)


def _sources_with(document: Document, wire: Wire) -> list[Source]:
    node = document.nodes.get(wire.node)
    sources = list(node.inputs.get(wire.port, ())) if node is not None else []
    if sources[wire.index : wire.index + 1] != [wire.source]:
        raise EditRefused("This wire is no longer in the design.")
    return sources


# What other edits need of wires -------------------------------------------------------------------


def existing(document: Document, node_id: str) -> Node:
    """Return a node; raises EditRefused where it is gone."""
    node = document.nodes.get(node_id)
    if node is None:
        raise EditRefused("This node is no longer in the design.")
    return node


def with_sources(node: Node, port: str, sources: Iterable[Source]) -> Node:
    """Return `node` with these wires into `port`; a port without wires has no entry."""
    sources = tuple(sources)
    if sources:
        return replace(node, inputs=node.inputs.set(port, sources))
    return replace(node, inputs=node.inputs.delete(port)) if port in node.inputs else node


def with_ends(node: Node, ends: Mapping[Source, Source | None]) -> Node:
    """Return `node` with its wires beginning where `ends` says; None takes a wire away."""
    if not any(source in ends for sources in node.inputs.values() for source in sources):
        return node
    led = ((port, (ends.get(s, s) for s in sources)) for port, sources in node.inputs.items())
    kept = {port: tuple(s for s in sources if s is not None) for port, sources in led}
    return replace(node, inputs=Map({port: sources for port, sources in kept.items() if sources}))


def without_starts(document: Document, gone: Callable[[Source], bool]) -> list[Node]:
    """Return the nodes, without the wires that start where `gone` says, that had such wires."""
    altered = []
    for node in document.nodes.values():
        kept = node
        for port, sources in node.inputs.items():
            if any(gone(source) for source in sources):
                kept = with_sources(kept, port, (s for s in sources if not gone(s)))
        if kept is not node:
            altered.append(kept)
    return altered
