"""What lights up while a wire is drawn: rings that would take it, nodes that cannot, a loop."""

from __future__ import annotations

from itertools import pairwise

from composer_gui.core.connections import Refusal
from composer_gui.core.document import Input, Output
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.scene import CanvasScene

DIM = 0.4


class WireMarks:
    """Rings the candidates and dims the rest, among the nodes that are seen; `clear` ends it.

    Only what would close a loop or has no port on the right side is dimmed: the rest is judged
    when the mouse is there.
    """

    def __init__(self, view, anchor) -> None:
        self._view = view
        self._scene: CanvasScene = view.scene()
        self._side = "in" if anchor.side == "out" else "out"
        leads = self._scene.upstream if anchor.side == "out" else self._scene.downstream
        self._forbidden = leads(anchor.node) | {anchor.node}
        self._anchor_node = anchor.node
        self._marked: set[str] = set()
        self._target: tuple[str, str, int] | None = None
        self._lit_nodes: tuple[str, ...] = ()
        self._lit_wires: list = []
        self.mark_seen()

    def mark_seen(self) -> None:
        """Mark the nodes in view that are not marked yet."""
        for item in self._scene.items_in(self._view.camera.seen(), NodeItem):
            if item.node_id not in self._marked:
                self._marked.add(item.node_id)
                if self._takes_wires(item.node_id):
                    item.mark(ringed=self._candidates(item))
                elif item.node_id != self._anchor_node:
                    item.setOpacity(DIM)

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
        return {(self._side, n): "candidate" for n in range(len(self._slots(item)))}

    def _show_target(self, target) -> None:
        before = self._target
        self._target = target
        if before == target:
            return
        if before is not None and before[0] in self._scene.nodes:
            item = self._scene.nodes[before[0]]
            item.mark(ringed=self._candidates(item))
        if target is not None:
            item = self._scene.nodes[target[0]]
            rings = self._candidates(item)
            for number, slot in enumerate(self._slots(item)):
                if (slot.ring.port, slot.ring.index) == target[2:]:
                    rings[(self._side, number)] = "target"
            item.mark(ringed=rings)

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
        return self._takes_wires(node_id) or node_id == self._anchor_node
