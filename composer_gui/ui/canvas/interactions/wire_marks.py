"""What lights up while a wire is drawn: rings that would take it, nodes that cannot, a loop."""

from __future__ import annotations

from itertools import pairwise

from composer_gui.core.connections import Refusal
from composer_gui.core.document import Input, Output, Wire
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.ring_marks import CANDIDATE, TARGET, TARGETS
from composer_gui.ui.canvas.scene import CanvasScene

DIM = 0.4
MOST_ASKED = 240
"""So many rings in view are asked about; who sees more of them sees none of them well."""


class WireMarks:
    """Rings the candidates and dims the rest, among the nodes that are seen; `clear` ends it.

    What would close a loop or has no port on the right side is dimmed at once. The engine is asked
    about the other rings, those nearest to the anchor first: which would fit, which would after a
    repair and which cannot is shown as it becomes known (`refresh`).
    """

    def __init__(self, view, gesture) -> None:
        self._view = view
        self._scene: CanvasScene = view.scene()
        self._gesture = gesture
        anchor = gesture.anchor
        self._side = "in" if anchor.side == "out" else "out"
        leads = self._scene.upstream if anchor.side == "out" else self._scene.downstream
        self._forbidden = leads(anchor.node) | {anchor.node}
        self._anchor_node = anchor.node
        self._marked: set[str] = set()
        self._wires: dict[str, tuple[Wire, ...]] = {}
        self._target: tuple[str, str, int] | None = None
        self._lit_nodes: tuple[str, ...] = ()
        self._lit_wires: list = []
        self.mark_seen()

    def mark_seen(self) -> None:
        """Mark the nodes in view that are not marked yet."""
        new = []
        for item in self._scene.items_in(self._view.camera.seen(), NodeItem):
            if item.node_id not in self._marked:
                self._marked.add(item.node_id)
                if self._takes_wires(item.node_id):
                    new.append(item)
                    item.mark(ringed=self._candidates(item))
                elif item.node_id != self._anchor_node:
                    item.setOpacity(DIM)
        self._ask(new)

    def refresh(self) -> None:
        """Mark the rings anew of which more is known now."""
        for node_id in self._wires:
            item = self._scene.nodes.get(node_id)
            if item is not None:
                item.mark(ringed=self._rings(item))

    def _ask(self, items: list[NodeItem]) -> None:
        """Have the engine find out which rings of these nodes would take the wire."""
        if not items or self._view.overview.holds(self._view):
            return
        anchor = self._scene.nodes[self._anchor_node].card().center()
        items.sort(key=lambda item: (item.card().center() - anchor).manhattanLength())
        asked: list[tuple[Wire, bool]] = []
        for item in items:
            if len(asked) >= MOST_ASKED:
                break
            loud = [self._gesture.wire_to(item.node_id, slot) for slot in self._slots(item)]
            self._wires[item.node_id] = tuple(wire for wire, _ in loud)
            asked += loud
        self._scene.session.fitting.ask(asked, self._gesture.loose)

    def show(self, target, refused: Refusal | None) -> None:
        """Light the ring `target` (node, side, port, index), and the loop that `refused` tells."""
        self._show_target(target)
        self._show_loop(refused.path if refused else ())

    def clear(self) -> None:
        """Take all marks away."""
        self._show_loop(())
        for node_id in self._marked:
            item = self._scene.nodes.get(node_id)
            if item is not None:
                item.mark(ringed={})
                item.setOpacity(1.0)
        self._marked.clear()

    def _takes_wires(self, node_id: str) -> bool:
        node = self._scene.session.document.nodes.get(node_id)
        without = Input if self._side == "in" else Output
        return node_id not in self._forbidden and not isinstance(node, without)

    def _slots(self, item: NodeItem):
        return item.layout.inputs if self._side == "in" else item.layout.outputs

    def _candidates(self, item: NodeItem) -> dict[tuple[str, int], str]:
        """Return a mark for each ring: what is known of the wire to it."""
        wires = self._wires.get(item.node_id, ())
        rings = {(self._side, n): CANDIDATE for n in range(len(self._slots(item)))}
        for number, wire in enumerate(wires):
            fit = self._scene.session.fitting.of(wire)
            if fit is not None:
                rings[self._side, number] = fit.kind
        return rings

    def _rings(self, item: NodeItem) -> dict[tuple[str, int], str]:
        """Return the marks of a node's rings, the one at which the wire would end among them."""
        rings, target = self._candidates(item), self._target
        if target is not None and self._scene.folds.shown(target[0]) == item.node_id:
            for number, slot in enumerate(self._slots(item)):
                ring = slot.ring
                if (ring.node or item.node_id, ring.port, ring.index) == (target[0], *target[2:]):
                    known = rings[self._side, number]
                    rings[self._side, number] = TARGETS.get(known, TARGET)
        return rings

    def _show_target(self, target) -> None:
        before, self._target = self._target, target
        if before == target:
            return
        for shown in (before, target):
            card = self._scene.folds.shown(shown[0]) if shown is not None else ""
            if card in self._scene.nodes:
                item = self._scene.nodes[card]
                item.mark(ringed=self._rings(item))

    def _show_loop(self, path: tuple[str, ...]) -> None:
        if path == self._lit_nodes:
            return
        scene = self._scene
        for node_id in self._lit_nodes:
            if node_id in scene.nodes:
                scene.nodes[node_id].mark(lit=False)
                scene.nodes[node_id].setOpacity(1.0 if self._is_clear(node_id) else DIM)
        for item in self._lit_wires:
            scene.mark_wire(item.wire, "")
        self._lit_nodes = path
        self._lit_wires = [
            scene.wires[wire]
            for first, second in pairwise(path)
            for wire in scene.wires_at[first]
            if (wire.source.node, wire.node) == (first, second)
        ]
        for node_id in path:
            scene.nodes[node_id].mark(lit=True)
            scene.nodes[node_id].setOpacity(1.0)
        for item in self._lit_wires:
            item.set_mark("wrong")

    def _is_clear(self, node_id: str) -> bool:
        """Return whether a node is as bright as ever; one that is not seen is not marked at all."""
        is_anchor = node_id == self._anchor_node
        return is_anchor or node_id not in self._marked or self._takes_wires(node_id)
