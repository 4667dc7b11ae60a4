"""The wire below a node that is dragged, which a release would lead through it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt

from composer_gui.core import edits
from composer_gui.core.document import Call, Document, Dot, Wire
from composer_gui.core.errors import EditRefused
from composer_gui.ui.canvas.scene import CanvasScene
from composer_gui.ui.canvas.wire_item import WireItem

CORE = 0.5
"""Share of a card's width and height, around its middle, that has to be over a wire."""
_SAMPLES = 24


class WireBelow:
    """Lights the wire that a node would be put on; only a node without wires is put on one."""

    def __init__(self, view) -> None:
        self._view = view
        self._scene: CanvasScene = view.scene()
        self.wire: Wire | None = None
        self._refused: tuple[Document, Wire] | None = None

    def look(self, node_id: str, base: Document, at: QPointF) -> None:
        """Light what is below `node_id`, if it may stand there in the design `base`.

        `at` is where the mouse is, beside which is said what a release would do.
        """
        node = base.nodes.get(node_id)
        fits = isinstance(node, Call | Dot) and not node.inputs and not self._feeds(node_id, base)
        wire = self._nearest(node_id) if fits else None
        if wire is not None and wire != self.wire and not self._takes(base, wire, node_id):
            wire = None
        self._light(wire)
        self._view.notice.say(self._prospect(wire), at, tone="accent")

    def clear(self) -> None:
        """Light nothing, and say nothing."""
        self._light(None)
        self._view.notice.say("")

    def _feeds(self, node_id: str, base: Document) -> bool:
        """Return whether the node still feeds one that is not pulled out from behind it."""
        consumers = {wire.node for wire in self._scene.wires_at[node_id]} - {node_id}
        return any(
            source.node == node_id
            for consumer in consumers
            if consumer in base.nodes
            for sources in base.nodes[consumer].inputs.values()
            for source in sources
        )

    def _nearest(self, node_id: str) -> Wire | None:
        card = self._scene.nodes[node_id].card()
        across, down = max(card.width() * CORE, 12), max(card.height() * CORE, 12)
        middle = card.center()
        core = QRectF(middle.x() - across / 2, middle.y() - down / 2, across, down)
        found = self._scene.items(core, Qt.ItemSelectionMode.IntersectsItemShape)
        known = self._scene.wires
        wires = [
            item
            for item in found
            if isinstance(item, WireItem)
            and known.get(item.wire) is item
            and node_id not in (item.wire.node, item.wire.source.node)
        ]
        if len(wires) > 1:
            wires.sort(key=lambda item: _distance(item, middle))
        return wires[0].wire if wires else None

    def _takes(self, base: Document, wire: Wire, node_id: str) -> bool:
        if self._refused == (base, wire):
            return False
        try:
            edits.insert_on_wire(base, self._scene.session.catalog, wire, node_id)
        except EditRefused:
            self._refused = (base, wire)
            return False
        return True

    def _light(self, wire: Wire | None) -> None:
        if wire != self.wire:
            self._scene.mark_wire(self.wire, "")
            self._scene.mark_wire(wire, "lit")
            self.wire = wire

    def _prospect(self, wire: Wire | None) -> str:
        if wire is None:
            return ""
        label = self._scene.session.document.label
        return f"goes between {label(wire.source.node)} and {label(wire.node)}"


def _distance(item: WireItem, place: QPointF) -> float:
    """Return about how far a wire is from a place, in the scene."""
    path, near = item.path(), item.mapFromScene(place)
    points = (path.pointAtPercent(n / _SAMPLES) for n in range(_SAMPLES + 1))
    return min((point - near).manhattanLength() for point in points)


def seen_sizes(scene: CanvasScene) -> dict[str, tuple[float, float]]:
    """Return the sizes, in pixels, of the nodes that are shown; those folded away have none."""
    return {i: scene.size_of(i) for i, item in scene.nodes.items() if item.isVisible()}
