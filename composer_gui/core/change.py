"""The difference between two documents, found in time proportional to what differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from composer_gui.core.document import Document, Node, Wire, wires_into

NONE: frozenset = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """What differs between two documents.

    `added`, `removed` and `changed` hold ids of nodes; a node that became another kind of node is
    in `removed` and in `added`, so screens take away before they add. `layers` holds ids of layers
    that were put, altered or dropped. `head` tells that name, seed, inputs, outputs, code or flow
    differ.
    """

    added: frozenset[str] = NONE
    removed: frozenset[str] = NONE
    changed: frozenset[str] = NONE
    layers: frozenset[str] = NONE
    wires_added: frozenset[Wire] = NONE
    wires_removed: frozenset[Wire] = NONE
    head: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether the two documents are the same."""
        return not (self.nodes or self.layers or self.head)

    @property
    def nodes(self) -> frozenset[str]:
        """The ids of all nodes that differ."""
        return self.added | self.removed | self.changed

    def inverted(self) -> Change:
        """Return the Change that leads back."""
        return Change(
            added=self.removed,
            removed=self.added,
            changed=self.changed,
            layers=self.layers,
            wires_added=self.wires_removed,
            wires_removed=self.wires_added,
            head=self.head,
        )

    def then(self, later: Change) -> Change:
        """Return the Change that does both, this one first.

        What the second takes back of the first may still be told as changed, never the reverse.
        """
        existed = self.removed | self.changed | ((later.removed | later.changed) - self.added)
        exists = later.added | later.changed | ((self.added | self.changed) - later.removed)
        replaced = existed & exists & (self.removed | later.removed)
        return Change(
            added=(exists - existed) | replaced,
            removed=(existed - exists) | replaced,
            changed=(existed & exists) - replaced,
            layers=self.layers | later.layers,
            wires_added=(self.wires_added - later.wires_removed)
            | (later.wires_added - self.wires_removed),
            wires_removed=(self.wires_removed - later.wires_added)
            | (later.wires_removed - self.wires_added),
            head=self.head or later.head,
        )


def between(old: Document, new: Document) -> Change:
    """Return what differs, by identity of nodes and layers.

    When `new` was made from `old` by edits, only what they touched is looked at.
    """
    if new is old:
        return Change()
    known = new.origin is old
    nodes = _differing(old.nodes, new.nodes, new.touched if known else None)
    layers = _differing(old.layers, new.layers, new.touched if known else None)
    before = {node_id: old.nodes[node_id] for node_id in nodes if node_id in old.nodes}
    after = {node_id: new.nodes[node_id] for node_id in nodes if node_id in new.nodes}
    same_kind = {
        node_id
        for node_id in before.keys() & after.keys()
        if type(before[node_id]) is type(after[node_id])
    }
    # Most changes of many nodes move them, and their wires are as they were
    rewired = {
        node_id
        for node_id in nodes
        if node_id not in same_kind or before[node_id].inputs is not after[node_id].inputs
    }
    wires_before, wires_after = _wires(before, rewired), _wires(after, rewired)
    return Change(
        added=frozenset(after.keys() - same_kind),
        removed=frozenset(before.keys() - same_kind),
        changed=frozenset(same_kind),
        layers=frozenset(layers),
        wires_added=wires_after - wires_before,
        wires_removed=wires_before - wires_after,
        head=_head(old) != _head(new),
    )


def _differing(old, new, touched: Iterable[str] | None) -> list[str]:
    """Return the keys whose items are not the same object in both maps."""
    if old is new:
        return []
    if touched is None:
        touched = {**old, **new}
    return [key for key in touched if old.get(key) is not new.get(key)]


def _wires(nodes: Mapping[str, Node], ids: Iterable[str]) -> frozenset[Wire]:
    found = (nodes[node_id] for node_id in ids if node_id in nodes)
    return frozenset(wire for node in found if node.inputs for wire in wires_into(node))


def _head(document: Document) -> tuple:
    signature = document.inputs, document.outputs
    return document.name, document.seed, *signature, document.code, document.flow
