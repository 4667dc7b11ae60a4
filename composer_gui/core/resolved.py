"""A design as the model has it: without reroute dots and bypassed calls."""

from __future__ import annotations

from dataclasses import replace

from immutables import Map

from composer_gui.core.connections import with_designs
from composer_gui.core.document import Call, Document, Node, Source, drop, put
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.passing import handed_on, hands_on, origin


def resolved(document: Document, catalog: Catalog) -> Document:
    """Return a design in which wires lead past what only hands tensors on, at every depth.

    Layers that nothing calls then are left out, and wires that come from nowhere. A design without
    dots and bypassed calls is returned itself.
    """
    document = with_designs(document, lambda design: resolved(design, catalog))
    passed = {key for key, node in document.nodes.items() if hands_on(node)}
    if not passed:
        return document
    behind = (
        node
        for node in document.nodes.values()
        if node.id not in passed
        and any(source.node in passed for sources in node.inputs.values() for source in sources)
    )
    nodes = [_led_past(document, catalog, node) for node in behind]
    called = {
        node.layer
        for node in document.nodes.values()
        if isinstance(node, Call) and not node.bypassed
    }
    idle = (layer_id for layer_id in document.layers if layer_id not in called)
    return drop(put(document, *nodes), *passed, *idle)


def _led_past(document: Document, catalog: Catalog, node: Node) -> Node:
    """Return a node with its wires beginning where their tensors are made."""
    inputs: dict[str, tuple[Source, ...]] = {}
    for port, sources in node.inputs.items():
        starts = (origin(document, catalog, source) for source in sources)
        if kept := tuple(start for start in starts if start is not None):
            inputs[port] = kept
    return replace(node, inputs=Map(inputs))


def gap(document: Document, catalog: Catalog) -> str | None:
    """Return a dot or bypassed call that should hand a tensor on to an Output and gets none."""
    waiting = list(document.outputs)
    seen = set(waiting)
    for node_id in waiting:
        node = document.nodes[node_id]
        if hands_on(node):
            source = handed_on(document, catalog, node)
            if source is None:
                return node_id
            sources = [source]
        else:
            sources = [source for wired in node.inputs.values() for source in wired]
        for source in sources:
            if source.node not in seen and source.node in document.nodes:
                seen.add(source.node)
                waiting.append(source.node)
    return None
