"""Who feeds whom, and how deep each node lies, kept in step with the document."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

from composer_gui.core.document import Node, number_of
from composer_gui.core.passing import hands_on

Depth = tuple[int, int]
Position = tuple[int, int, int]

NOWHERE: Depth = (-1, 0)
"""The depth of what is above all nodes."""


class FlowOrder:
    """The consumers and the depth of every node.

    The depth is the length of the longest way to a node from one without wires, so it orders the
    nodes along the wires, and it is a property of the graph alone: two programs that came to the
    same document on different ways agree. What only hands tensors on makes no way longer: it is
    counted apart, so that all other nodes lie as they would without it. Nothing here is recursive.
    """

    def __init__(self) -> None:
        self.consumers: dict[str, set[str]] = {}
        self.circular: frozenset[str] = frozenset()
        self._depth: dict[str, Depth] = {}

    def copy(self) -> FlowOrder:
        """Return an order that can be changed without this one."""
        other = FlowOrder()
        other.consumers = {source: set(nodes) for source, nodes in self.consumers.items()}
        other.circular, other._depth = self.circular, dict(self._depth)
        return other

    def position(self, node_id: str) -> Position:
        """Return where the node stands: sources before their consumers, then as they were made."""
        return (*self._depth[node_id], number_of(node_id))

    def rebuild(self, nodes: Mapping[str, Node]) -> None:
        """Order all nodes afresh; those on a circle, and behind one, are `circular`."""
        self.consumers = {}
        missing: dict[str, int] = {}
        above = {node_id: sources_of(node) for node_id, node in nodes.items()}
        for node_id, sources in above.items():
            missing[node_id] = sum(source in nodes for source in sources)
            for source in sources:
                self.consumers.setdefault(source, set()).add(node_id)
        self._depth = {}
        ready = [node_id for node_id, count in missing.items() if not count]
        for node_id in ready:
            self._depth[node_id] = self._depth_below(above[node_id], nodes[node_id])
            for consumer in self.consumers.get(node_id, ()):
                missing[consumer] -= 1
                if not missing[consumer]:
                    ready.append(consumer)
        self.circular = frozenset(nodes.keys() - self._depth.keys())
        self._depth.update(dict.fromkeys(self.circular, (len(nodes), 0)))

    def _depth_below(self, sources: Iterable[str], node: Node) -> Depth:
        """Return how deep a node lies below its sources."""
        deepest = NOWHERE
        for source in sources:
            depth = self._depth.get(source, NOWHERE)
            if depth > deepest:
                deepest = depth
        if hands_on(node):
            return deepest[0], deepest[1] + 1
        return deepest[0] + 1, 0

    def follow(
        self, old: Mapping[str, Node], new: Mapping[str, Node], touched: Iterable[str]
    ) -> set[str]:
        """Take over the nodes in `touched` from `new`; return those that lie elsewhere now."""
        touched = set(touched)
        if self.circular or len(touched) * 8 > len(new) + 400:
            before = self._depth
            self.rebuild(new)
            return {k for k, depth in self._depth.items() if before.get(k) != depth}
        moved = set()
        for node_id in touched:
            if self._rewire(node_id, old.get(node_id), new.get(node_id)):
                moved.add(node_id)
        return self._sink(new, moved)

    def _rewire(self, node_id: str, before: Node | None, after: Node | None) -> bool:
        """Correct the consumers for one node; return whether its depth may be another."""
        was = sources_of(before) if before is not None else frozenset()
        now = sources_of(after) if after is not None else frozenset()
        for source in was - now:
            known = self.consumers[source]
            known.discard(node_id)
            if not known:
                del self.consumers[source]
        for source in now - was:
            self.consumers.setdefault(source, set()).add(node_id)
        if after is None:
            self._depth.pop(node_id, None)
            return True
        return before is None or was != now or hands_on(before) != hands_on(after)

    def _sink(self, nodes: Mapping[str, Node], moved: set[str]) -> set[str]:
        """Recompute the depth of `moved` and, where it is another, of what is behind."""
        changed: set[str] = set()
        waiting = {k for k in moved if k in nodes}
        for gone in moved - waiting:
            waiting.update(k for k in self.consumers.get(gone, ()) if k in nodes)
        heap = [(self._depth.get(k, NOWHERE), k) for k in waiting]
        heapq.heapify(heap)
        while heap:
            _, node_id = heapq.heappop(heap)
            waiting.discard(node_id)
            depth = self._depth_below(sources_of(nodes[node_id]), nodes[node_id])
            if self._depth.get(node_id) == depth:
                continue
            if max(depth) > len(nodes):  # only a circle is longer than all there is
                self.rebuild(nodes)
                return set(nodes)
            self._depth[node_id] = depth
            changed.add(node_id)
            for consumer in self.consumers.get(node_id, ()):
                if consumer not in waiting and consumer in nodes:
                    waiting.add(consumer)
                    heapq.heappush(heap, (self._depth.get(consumer, NOWHERE), consumer))
        return changed


def sources_of(node: Node) -> frozenset[str]:
    """Return the nodes that `node` takes its wires from."""
    return frozenset(source.node for sources in node.inputs.values() for source in sources)
