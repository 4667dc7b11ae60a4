"""The nodes and wires of a document as a graph: who feeds whom, what lies before and behind."""

from __future__ import annotations

from collections.abc import Iterable

from composer_gui.core.change import Change, between
from composer_gui.core.document import Call, Document, Wire, number_of
from composer_gui.core.reach import reached


class Graph:
    """Adjacency of a document's nodes, kept in step by `follow` at the cost of what changed.

    Frames and notes are in it too, without neighbours. Answers are in the order in which nodes
    were made, so they do not depend on how the graph came about.
    """

    def __init__(self, document: Document) -> None:
        # Several wires may join the same two nodes, so each neighbour has a count.
        self._sources: dict[str, dict[str, int]] = {}
        self._consumers: dict[str, dict[str, int]] = {}
        self._layers: dict[str, str] = {}
        self._callers: dict[str, set[str]] = {}
        self.follow(between(Document(), document), document)

    def __contains__(self, node_id: str) -> bool:
        return node_id in self._sources

    def __len__(self) -> int:
        return len(self._sources)

    def sources(self, node_id: str) -> list[str]:
        """Return the nodes that feed `node_id`."""
        return sorted(self._sources[node_id], key=number_of)

    def consumers(self, node_id: str) -> list[str]:
        """Return the nodes that `node_id` feeds."""
        return sorted(self._consumers[node_id], key=number_of)

    def callers(self, layer_id: str) -> list[str]:
        """Return the nodes that call a layer."""
        return sorted(self._callers.get(layer_id, ()), key=number_of)

    def upstream(self, ids: Iterable[str]) -> set[str]:
        """Return the nodes from which wires lead to any of `ids`, and `ids` themselves."""
        return reached(ids, self._sources.__getitem__)

    def downstream(self, ids: Iterable[str]) -> set[str]:
        """Return the nodes to which wires lead from any of `ids`, and `ids` themselves."""
        return reached(ids, self._consumers.__getitem__)

    def order(self, ids: Iterable[str] | None = None) -> list[str]:
        """Return all nodes, or those in `ids`, each behind what feeds it.

        Where the wires leave a choice, what was made first comes first. Raises
        `networkx.NetworkXUnfeasible` where the wires close a loop.
        """
        import networkx  # here, because the window is painted before networkx is imported

        chosen = self._sources.keys() if ids is None else set(ids)
        graph = networkx.DiGraph()
        graph.add_nodes_from(chosen)
        graph.add_edges_from(
            (node_id, consumer)
            for node_id in chosen
            for consumer in self._consumers[node_id]
            if consumer in chosen
        )
        return list(networkx.lexicographical_topological_sort(graph, key=number_of))

    def follow(self, change: Change, document: Document) -> None:
        """Take over what `change` says; `document` is what it led to."""
        for wire in change.wires_removed:
            self._count(wire, -1)
        # What only became another kind of node keeps those wires that are as they were
        for node_id in change.removed - change.added:
            del self._sources[node_id], self._consumers[node_id]
            self._set_layer(node_id, None)
        for node_id in change.added - change.removed:
            self._sources[node_id], self._consumers[node_id] = {}, {}
        for node_id in change.added | change.changed:
            node = document.nodes[node_id]
            self._set_layer(node_id, node.layer if isinstance(node, Call) else None)
        for wire in change.wires_added:
            self._count(wire, 1)

    def _count(self, wire: Wire, step: int) -> None:
        start, end = wire.source.node, wire.node
        pairs = ((self._sources[end], start), (self._consumers[start], end))
        for neighbours, neighbour in pairs:
            count = neighbours.get(neighbour, 0) + step
            if count:
                neighbours[neighbour] = count
            else:
                del neighbours[neighbour]

    def _set_layer(self, node_id: str, layer_id: str | None) -> None:
        before = self._layers.pop(node_id, None)
        if before is not None:
            self._callers[before].discard(node_id)
            if not self._callers[before]:
                del self._callers[before]
        if layer_id is not None:
            self._layers[node_id] = layer_id
            self._callers.setdefault(layer_id, set()).add(node_id)
