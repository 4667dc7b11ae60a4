"""What hands a tensor on without changing it: reroute dots and bypassed calls."""

from __future__ import annotations

from composer_gui.core.document import DOT_PORT, Call, Document, Dot, Node, Source
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.ports import wired_ports
from composer_gui.core.reach import consumers


def hands_on(node: Node) -> bool:
    """Return whether a node is neither in the model nor in its source, but stands for its wire."""
    return isinstance(node, Dot) or (isinstance(node, Call) and node.bypassed)


def handed_on(document: Document, catalog: Catalog, node: Node) -> Source | None:
    """Return where the tensor that a dot or bypassed call hands on comes from.

    A call hands the first of its wired tensors on, in the order of its ports, whichever of its
    outputs is asked. None where nothing is wired, and for nodes that make what they give.
    """
    if isinstance(node, Dot):
        ports = [DOT_PORT]
    elif isinstance(node, Call) and node.bypassed:
        ports = wired_ports(document, catalog, node)
    else:
        return None
    return next((source for port in ports for source in node.inputs.get(port, ())), None)


def past_dots(document: Document, source: Source) -> Source | None:
    """Return where a wire begins when dots are left out; None where nothing comes into them."""
    seen: set[str] = set()
    start: Source | None = source
    while start is not None and isinstance(dot := document.nodes.get(start.node), Dot):
        if dot.id in seen:  # only in a broken file, whose wires close a loop
            return None
        seen.add(dot.id)
        start = next(iter(dot.inputs.get(DOT_PORT, ())), None)
    return start


def origin(document: Document, catalog: Catalog, source: Source) -> Source | None:
    """Return the output port at which the tensor of a wire is made, back past dots and bypasses.

    None where nothing comes in at the end of them.
    """
    seen: set[str] = set()
    start: Source | None = source
    while start is not None and (node := document.nodes.get(start.node)) and hands_on(node):
        if start.node in seen:  # only in a broken file, whose wires close a loop
            return None
        seen.add(start.node)
        start = handed_on(document, catalog, node)
    return start


def takers(document: Document, catalog: Catalog, node_id: str) -> set[str]:
    """Return the nodes that work on what a dot or bypassed call hands on."""
    fed = consumers(document)
    found, seen, waiting = set(), {node_id}, [node_id]
    for key in waiting:
        for consumer in fed.get(key, ()):
            node = document.nodes[consumer]
            taken = handed_on(document, catalog, node)
            if not hands_on(node):
                found.add(node.id)
            elif taken is not None and taken.node == key and node.id not in seen:
                seen.add(node.id)
                waiting.append(node.id)
    return found
