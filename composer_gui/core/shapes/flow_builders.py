"""Which nodes call each layer, and which of these calls makes its weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from composer_gui.core.document import Call, Node
from composer_gui.core.shapes.flow_order import FlowOrder


class FlowBuilders:
    """The calls of every layer, and the one that builds it.

    That is the first one, in the order of the walk, that succeeds. Calls that are bypassed are
    kept apart, in `bypassed`: they build nothing and are not judged.
    """

    def __init__(self, order: FlowOrder) -> None:
        self.calls: dict[str, set[str]] = {}
        self.bypassed: dict[str, set[str]] = {}
        self._order = order
        self._builders: dict[str, str] = {}

    def copy(self, order: FlowOrder) -> FlowBuilders:
        """Return the same in another `order`, to be changed without these."""
        other = FlowBuilders(order)
        other.calls = {layer_id: set(calls) for layer_id, calls in self.calls.items()}
        other.bypassed = {layer_id: set(calls) for layer_id, calls in self.bypassed.items()}
        other._builders = dict(self._builders)
        return other

    def rebuild(self, nodes: Mapping[str, Node]) -> None:
        """Note all calls afresh; nobody has built anything."""
        self.calls, self.bypassed, self._builders = {}, {}, {}
        for node in nodes.values():
            if isinstance(node, Call):
                calls = self.bypassed if node.bypassed else self.calls
                calls.setdefault(node.layer, set()).add(node.id)

    def follow(self, node_id: str, before: Node | None, after: Node | None) -> set[str]:
        """Take over one node; return the calls that may come out otherwise."""
        for node in (before, after):
            if isinstance(node, Call) and node.bypassed:
                known = self.bypassed.setdefault(node.layer, set())
                known.discard(node_id)
                if node is after:
                    known.add(node_id)
                if not known:
                    del self.bypassed[node.layer]
        was, now = acting(before), acting(after)
        return set() if was == now else self.moved(node_id, was, now)

    def moved(self, node_id: str, was: str | None, now: str | None) -> set[str]:
        """Note that a node calls another layer; return the calls that may come out otherwise."""
        waiting: set[str] = set()
        if was is not None:
            self.calls[was].discard(node_id)
            waiting |= self.forget(was)
            if not self.calls[was]:
                del self.calls[was]
        if now is not None:
            self.calls.setdefault(now, set()).add(node_id)
            waiting |= self.forget(now)
        return waiting

    def forget(self, layer_id: str) -> set[str]:
        """Forget which call built a layer; return its calls."""
        self._builders.pop(layer_id, None)
        return set(self.calls[layer_id])

    def of(self, layer_id: str) -> str | None:
        """Return the call that builds a layer, if one does."""
        return self._builders.get(layer_id)

    def before(self, layer_id: str, node_id: str) -> str | None:
        """Return the call that builds a layer before this one does, if there is one."""
        builder = self._builders.get(layer_id)
        if builder is None or builder == node_id:
            return None
        is_behind = self._order.position(builder) > self._order.position(node_id)
        return None if is_behind else builder

    def note(self, layer_id: str, node_id: str, *, is_fine: bool) -> Iterable[str]:
        """Note whether a call builds its layer; return the calls for which that is news."""
        calls = self.calls[layer_id]
        if len(calls) < 2:
            return ()
        position = self._order.position(node_id)
        later = (call for call in calls if self._order.position(call) > position)
        builder = self._builders.get(layer_id)
        if is_fine and (builder is None or self._order.position(builder) > position):
            self._builders[layer_id] = node_id
            return later
        if builder != node_id:
            return ()
        if not is_fine:
            del self._builders[layer_id]
        return later


def acting(node: Node | None) -> str | None:
    """Return the layer that a node calls, None where it calls none or is bypassed."""
    return node.layer if isinstance(node, Call) and not node.bypassed else None
