"""What is selected on a canvas, and which nodes stand out with it: other calls of its layers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from composer_gui.core.change import Change
from composer_gui.core.document import Wire
from composer_gui.ui.canvas.backlog import AT_ONCE
from composer_gui.ui.canvas.node_item import NodeItem

if TYPE_CHECKING:
    from composer_gui.ui.canvas.scene import CanvasScene


class Selection:
    """The selected nodes and wires of a scene, marked on their items.

    `kin` are the other calls of the layers that selected nodes call, `twins` those of the node
    under the mouse. `awaited` are the nodes to be selected as soon as all of them are drawn.
    """

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self.nodes: frozenset[str] = frozenset()
        self.wires: frozenset[Wire] = frozenset()
        self.awaited: frozenset[str] = frozenset()
        self.kin: set[str] = set()
        self.twins: set[str] = set()

    def put(self, nodes: Iterable[str], wires: Iterable[Wire], to_draw: Iterable[str]) -> bool:
        """Select exactly these; return whether others are selected now.

        Where some of the nodes are among those still `to_draw` they are selected later.
        """
        scene = self._scene
        nodes, wires = frozenset(nodes), frozenset(wires) & set(scene.wires)
        self.awaited = frozenset() if nodes.isdisjoint(to_draw) else nodes
        nodes &= set(scene.nodes)
        if (nodes, wires) == (self.nodes, self.wires):
            return False
        self._mark(nodes ^ self.nodes, nodes)
        for wire in wires ^ self.wires:
            if wire in scene.wires:
                scene.wires[wire].set_mark("lit" if wire in wires else "")
        self.nodes, self.wires = nodes, wires
        self.light_kin()
        return True

    def _mark(self, differing: frozenset[str], nodes: frozenset[str]) -> None:
        """Mark what is selected now; in the place of what a folded frame hides, the frame."""
        scene, folds = self._scene, self._scene.folds
        if folds.hidden:
            differing = {folds.shown(node_id) for node_id in differing} | differing
            nodes = {folds.shown(node_id) for node_id in nodes}
        for node_id in differing:
            if node_id in scene.nodes:
                scene.nodes[node_id].mark(selected=node_id in nodes)

    def light_kin(self) -> None:
        """Mark the other calls of the layers that selected nodes call; of very many, none."""
        kin: set[str] = set()
        for node_id in self.nodes if len(self.nodes) <= AT_ONCE else ():
            kin |= self._scene.twins(node_id)
        kin -= self.nodes
        for node_id in kin ^ self.kin:
            item = self._scene.nodes.get(node_id)
            if isinstance(item, NodeItem):
                item.mark(kin=node_id in kin)
        self.kin = kin

    def meets(self, change: Change) -> bool:
        """Whether a change took away something that is selected."""
        return bool(change.removed & self.nodes or change.wires_removed & self.wires)
