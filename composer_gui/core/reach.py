"""Who feeds whom in a document, and what lies before some nodes, behind them and between them.

`Graph` answers the same for a document that is followed from edit to edit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from composer_gui.core.document import Document


def consumers(document: Document) -> dict[str, list[str]]:
    """Return the nodes that each node feeds, one for every wire; who feeds none is not in it."""
    found: dict[str, list[str]] = {}
    for node in document.nodes.values():
        for sources in node.inputs.values():
            for source in sources:
                found.setdefault(source.node, []).append(node.id)
    return found


def upstream(document: Document, ids: Iterable[str]) -> frozenset[str]:
    """Return these nodes and all from which wires lead to them."""
    nodes = document.nodes

    def sources(node_id: str) -> Iterable[str]:
        return (source.node for wired in nodes[node_id].inputs.values() for source in wired)

    return frozenset(reached((node_id for node_id in ids if node_id in nodes), sources))


def downstream(document: Document, ids: Iterable[str]) -> frozenset[str]:
    """Return these nodes and all to which wires lead from them."""
    fed, there = consumers(document), (node_id for node_id in ids if node_id in document.nodes)
    return frozenset(reached(there, lambda node_id: fed.get(node_id, ())))


def between(document: Document, ids: Iterable[str]) -> frozenset[str]:
    """Return these nodes and all that lie on a way of wires from one of them to another."""
    chosen = list(ids)
    return upstream(document, chosen) & downstream(document, chosen)


def reached(ids: Iterable[str], neighbours: Callable[[str], Iterable[str]]) -> set[str]:
    """Return `ids` and all that one comes to from them, from neighbour to neighbour."""
    found = set(ids)
    waiting = list(found)
    for node_id in waiting:
        for neighbour in neighbours(node_id):
            if neighbour not in found:
                found.add(neighbour)
                waiting.append(neighbour)
    return found
