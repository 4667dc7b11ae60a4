"""Which nodes call the same layer, and which layers are copies of one another."""

from __future__ import annotations

from collections.abc import Iterable

from composer_gui.core.document import Call, Document, Node
from composer_gui.ui.canvas.marks import origin_of


class Kinship:
    """Knows the calls of each layer and the layers of each origin, in step with a document."""

    def __init__(self) -> None:
        self._calls: dict[str, set[str]] = {}
        self._layer_of: dict[str, str] = {}
        self._origin_of: dict[str, tuple[str, str]] = {}
        self._copies: dict[tuple[str, str], set[str]] = {}

    def layer_of(self, node_id: str) -> str:
        """Return the layer that a node calls, "" for one that calls none."""
        return self._layer_of.get(node_id, "")

    def calls(self, layer_id: str) -> frozenset[str] | set[str]:
        """Return the nodes that call a layer."""
        return self._calls.get(layer_id, frozenset())

    def twins(self, node_id: str) -> set[str]:
        """Return the other calls of the node's layer."""
        return set(self.calls(self.layer_of(node_id))) - {node_id}

    def copies(self, layer_id: str) -> set[str]:
        """Return the layers that were made of the same part of the same file, this one included."""
        return self._copies.get(self._origin_of.get(layer_id), set())

    def call(self, node: Node) -> set[str]:
        """Take note of the layer that a node calls; return the layers whose calls differ now."""
        layer = node.layer if isinstance(node, Call) else ""
        before = self.layer_of(node.id)
        if before == layer:
            return set()
        self.forget(node.id)
        if layer:
            self._layer_of[node.id] = layer
            self._calls.setdefault(layer, set()).add(node.id)
        return {before, layer} - {""}

    def forget(self, node_id: str) -> set[str]:
        """Let go of a node; return the layers whose calls differ now."""
        layer = self._layer_of.pop(node_id, "")
        if not layer:
            return set()
        self._calls[layer].discard(node_id)
        if not self._calls[layer]:
            del self._calls[layer]
        return {layer}

    def follow(self, document: Document, layer_ids: Iterable[str]) -> set[str]:
        """Look at layers anew; return those that have fewer or more copies now."""
        touched = set()
        for layer_id in layer_ids:
            layer = document.layers.get(layer_id)
            origin = origin_of(layer) if layer is not None else None
            before = self._origin_of.pop(layer_id, None)
            if origin is not None:
                self._origin_of[layer_id] = origin
            if origin != before:
                touched |= self._move(layer_id, before, origin)
        return touched

    def _move(self, layer_id: str, before, origin) -> set[str]:
        kin = self._copies.get(before, set())
        kin.discard(layer_id)
        touched = set(kin) if len(kin) == 1 else set()
        if before is not None and not kin:
            self._copies.pop(before, None)
        if origin is not None:
            kin = self._copies.setdefault(origin, set())
            kin.add(layer_id)
            touched |= kin if len(kin) == 2 else set()
        return touched
