"""Edits of what tensors pass through unchanged: reroute dots, bypassed calls, nodes pulled out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from immutables import Map

from composer_gui.core.document import (
    DOT_PORT,
    Call,
    Document,
    Dot,
    Frame,
    Note,
    Source,
    Wire,
    new_id,
    put,
)
from composer_gui.core.edit_nodes import delete, place
from composer_gui.core.edit_wires import connect, disconnect, with_ends
from composer_gui.core.errors import EditRefused
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.ports import output_ports, wired_ports

# Dots -------------------------------------------------------------------------------------------


def add_dot(document: Document, x: float, y: float) -> Document:
    """Add a reroute dot whose middle is at (x, y) pixels."""
    return _dotted(document, x, y)[0]


def _dotted(document: Document, x: float, y: float) -> tuple[Document, str]:
    document, node_id = new_id(document, "n")
    x, y = place(x, y)
    return put(document, Dot(node_id, x=x, y=y)), node_id


def dot_on_wire(document: Document, catalog: Catalog, wire: Wire, x: float, y: float) -> Document:
    """Lead `wire` through a new dot whose middle is at (x, y) pixels."""
    without = disconnect(document, wire)
    dotted, node_id = _dotted(without, x, y)
    dotted = connect(dotted, catalog, Wire(wire.source, node_id, DOT_PORT))
    return connect(dotted, catalog, Wire(Source(node_id), wire.node, wire.port, wire.index))


def dissolve(document: Document, catalog: Catalog, ids: Iterable[str]) -> Document:
    """Take dots away and lead what came into each on to where it went; other nodes stay."""
    dots = [key for key in ids if isinstance(document.nodes.get(key), Dot)]
    return delete(pull_out(document, catalog, dots), dots)


# Out of the way ---------------------------------------------------------------------------------


def set_bypassed(document: Document, ids: Iterable[str], bypassed: bool) -> Document:
    """Let calls hand their first tensor on as if they were not there, or act again."""
    calls = [node for key in ids if isinstance(node := document.nodes.get(key), Call)]
    if not calls:
        raise EditRefused("Only layers can be bypassed. Select at least one.")
    altered = (replace(call, bypassed=bypassed) for call in calls if call.bypassed != bypassed)
    return put(document, *altered)


def pull_out(document: Document, catalog: Catalog, ids: Iterable[str]) -> Document:
    """Take nodes out of the flow; they stay where they are, with the wires among themselves.

    What came first into each, in the order of its ports, leads on to all that it fed; where
    nothing came in, its consumers lose their wires.
    """
    chosen = {
        key
        for key in ids
        if key in document.nodes and not isinstance(document.nodes[key], Frame | Note)
    }
    first = {key: _first(document, catalog, key) for key in chosen}
    starts = (
        Source(key, port)
        for key in chosen
        for port in output_ports(document, catalog, document.nodes[key])
    )
    ends = {start: _outside(start, first) for start in starts}
    outer = (node for key, node in document.nodes.items() if key not in chosen)
    healed = [led for node in outer if (led := with_ends(node, ends)) is not node]
    return put(document, *healed, *_cut_off(document, chosen))


def _first(document: Document, catalog: Catalog, node_id: str) -> Source | None:
    node = document.nodes[node_id]
    ports = wired_ports(document, catalog, node)
    return node.inputs[ports[0]][0] if ports else None


def _outside(start: Source, first: dict[str, Source | None]) -> Source | None:
    end: Source | None = start
    while end is not None and end.node in first:
        end = first[end.node]
    return end


def _cut_off(document: Document, chosen: set[str]) -> Iterable[Call]:
    """Yield the chosen nodes that have wires from others, without these."""
    for key in chosen:
        node = document.nodes[key]
        kept = {
            port: tuple(source for source in sources if source.node in chosen)
            for port, sources in node.inputs.items()
        }
        kept = {port: sources for port, sources in kept.items() if sources}
        if kept != dict(node.inputs):
            yield replace(node, inputs=Map(kept))
