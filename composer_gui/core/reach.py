"""What lies before some nodes, behind them and between them, along the wires."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from composer_gui.core.document import Document


def upstream(document: Document, ids: Iterable[str]) -> frozenset[str]:
    """Return these nodes and all from which wires lead to them."""
    nodes = document.nodes

    def sources(node_id: str) -> Iterable[str]:
        return (source.node for wired in nodes[node_id].inputs.values() for source in wired)

    return _reached((node_id for node_id in ids if node_id in nodes), sources)


def downstream(document: Document, ids: Iterable[str]) -> frozenset[str]:
    """Return these nodes and all to which wires lead from them."""
    consumers: dict[str, list[str]] = {}
    for node in document.nodes.values():
        for sources in node.inputs.values():
            for source in sources:
                consumers.setdefault(source.node, []).append(node.id)
    return _reached(
        (node_id for node_id in ids if node_id in document.nodes),
        lambda node_id: consumers.get(node_id, ()),
    )


def between(document: Document, ids: Iterable[str]) -> frozenset[str]:
    """Return these nodes and all that lie on a way of wires from one of them to another."""
    chosen = list(ids)
    return upstream(document, chosen) & downstream(document, chosen)


def _reached(ids: Iterable[str], neighbours: Callable[[str], Iterable[str]]) -> frozenset[str]:
    found = set(ids)
    waiting = list(found)
    for node_id in waiting:
        for neighbour in neighbours(node_id):
            if neighbour not in found:
                found.add(neighbour)
                waiting.append(neighbour)
    return frozenset(found)
