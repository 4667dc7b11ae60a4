"""What the walk over a design makes of dots and bypassed calls: they give what they get."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from composer_gui.core.document import Document, Dot, Node
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.passing import handed_on, hands_on
from composer_gui.core.shapes.flow_order import sources_of

Consumers = Mapping[str, Iterable[str]]
"""The nodes that each node feeds, by its id."""


def unfed_sources(document: Document, node: Node | None) -> set[str]:
    """Return what should hand a tensor on to a node and gets none.

    That is wrong only as long as somebody takes it, so it hangs on its consumers.
    """
    sources = sources_of(node) if node is not None else ()
    nodes = (document.nodes[key] for key in sources if key in document.nodes)
    return {source.id for source in nodes if hands_on(source) and not source.inputs}


def is_leaned_on(document: Document, catalog: Catalog, consumers: Consumers, node: Node) -> bool:
    """Return whether something takes what a dot or bypassed call hands on."""
    for key in consumers.get(node.id, ()):
        consumer = document.nodes.get(key)
        if consumer is None:
            continue
        taken = handed_on(document, catalog, consumer)
        if not hands_on(consumer) or (taken is not None and taken.node == node.id):
            return True
    return False


def naming(document: Document, consumers: Consumers, node_id: str) -> set[str]:
    """Return the nodes whose problems name this one as what feeds them; dots have its name."""
    found, waiting = set(), [node_id]
    for key in waiting:
        for consumer in consumers.get(key, ()):
            if consumer not in found:
                found.add(consumer)
                if isinstance(document.nodes.get(consumer), Dot):
                    waiting.append(consumer)
    return found
