"""Shows on the canvas what a repair would do, before it is done; the design stays as it is."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtWidgets import QGraphicsItem

from composer_gui.core.document import Frame, Note, Wire
from composer_gui.core.trials import Offer
from composer_gui.core.verdicts import Verdict
from composer_gui.ui.canvas.faces import face
from composer_gui.ui.canvas.ghosts import GhostCard, Remark, cross, ghost_wire, outline
from composer_gui.ui.canvas.mismatch import Box, box_of, free_place
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.what_changes import differences, moved
from composer_gui.ui.canvas.wire_item import WireItem

AROUND = 300.0
"""How far around a remark nodes are looked for that it shall not cover, in the scene."""

FAINT = 0.28
"""How much is left to be seen of what would go."""
MOST = 60
"""So many nodes and wires are shown at most: who repairs that much is not helped by more."""


class Preview(QObject):
    """Puts ghosts of what would come into the scene, fades what would go, outlines what differs.

    `shown(bool)` when there is something of this to be seen, and when there is no more.
    """

    shown = Signal(bool)

    def __init__(self, view) -> None:
        super().__init__(view)
        self._view = view
        self._scene = view.scene()
        self._ghosts: dict[str, GhostCard] = {}
        self._places: dict[str, tuple[float, float]] = {}
        self._items: list[QGraphicsItem] = []
        self._faded: list[QGraphicsItem] = []
        self._hidden: list[WireItem] = []
        self.offer: Offer | None = None
        self._connect()

    def _connect(self) -> None:
        self._scene.followed.connect(self.clear)

    @property
    def ghosts(self) -> dict[str, GhostCard]:
        """The cards of nodes that would come, by the ids that they would have."""
        return self._ghosts

    @property
    def remarks(self) -> list[tuple[str, ...]]:
        """What is said of nodes that would differ."""
        return [item.lines for item in self._items if isinstance(item, Remark)]

    def show(self, offer: Offer | None) -> None:
        """Show what an offer would do; None shows the design as it is."""
        if offer is self.offer:
            return
        self._take_away()
        if offer is not None:
            self.offer = offer
            self._draw(offer)
            self._view.viewport().update()
        self.shown.emit(offer is not None)

    def clear(self, _: object = None) -> None:
        """Show the design as it is."""
        if self.offer is not None:
            self.show(None)

    def _take_away(self) -> None:
        self.offer = None
        for item in (*self._items, *self._ghosts.values()):
            self._scene.removeItem(item)
        for item in self._faded:
            item.setOpacity(1.0)
        for item in self._hidden:
            item.tag.setVisible(item.look.mismatch is not None)
        self._items, self._ghosts, self._faded, self._places = [], {}, [], {}
        self._hidden = []
        self._view.viewport().update()

    # Drawing -------------------------------------------------------------------------------------

    def _draw(self, offer: Offer) -> None:
        before, change = self._view.session.document, offer.change
        self._places = moved(before, offer.after, change)
        for node_id in sorted(change.added)[:MOST]:
            self._add_ghost(offer, node_id)
        for wire in sorted(change.wires_removed, key=_in_order)[:MOST]:
            self._fade_wire(wire)
        for node_id in sorted(change.removed - change.added)[:MOST]:
            self._fade_node(node_id)
        for wire in sorted(change.wires_added, key=_in_order)[:MOST]:
            self._add_wire(wire)
        for node_id in sorted(self._places)[:MOST]:
            self._put(outline(self._card_then(node_id), self._scene.ink))
        words = differences(before, offer.after, change, self._view.session.catalog)
        for node_id, lines in list(words.items())[:MOST]:
            self._remark(node_id, (*lines, *self._flow_then(offer, node_id, lines)))

    def _put(self, item: QGraphicsItem) -> None:
        self._items.append(item)
        self._scene.addItem(item)

    def _add_ghost(self, offer: Offer, node_id: str) -> None:
        node = offer.after.nodes[node_id]
        if isinstance(node, Frame | Note):
            self._put(outline(QRectF(node.x, node.y, node.width, node.height), self._scene.ink))
            return
        ghost = GhostCard(node_id, self._face(offer, node_id), self._scene.ink)
        ghost.setPos(node.x, node.y)
        self._ghosts[node_id] = ghost
        self._scene.addItem(ghost)

    def _face(self, offer: Offer, node_id: str):
        session = self._view.session

        def verdict(other: str) -> Verdict:
            return offer.result.touched.get(other) or session.verdict(other)

        return face(offer.after, session.catalog, verdict, node_id)

    def _add_wire(self, wire: Wire) -> None:
        start = self._ring(wire.source.node, "out", wire.source.port)
        end = self._ring(wire.node, "in", wire.port, wire.index)
        if start is not None and end is not None:
            self._put(ghost_wire(start, end, self._scene.ink, self._scene.flow))

    def _ring(self, node_id: str, side: str, port: str, index: int = 0) -> QPointF | None:
        if node_id in self._ghosts:
            return self._ghosts[node_id].ring(side, port, index)
        if node_id not in self._scene.nodes:
            return None
        item = self._scene.nodes[node_id]
        shift = QPointF(*self._places.get(node_id, (item.x(), item.y()))) - item.pos()
        return self._scene.ring_centre(node_id, side, port, index) + shift

    def _fade_wire(self, wire: Wire) -> None:
        item = self._scene.wires.get(wire)
        if item is not None:
            self._fade(item)
            if item.tag is not None and item.tag.isVisible():  # the cross stands in its place
                item.tag.hide()
                self._hidden.append(item)
            self._put(cross(item.middle(), 6.0, self._scene.ink.theme.text))

    def _fade_node(self, node_id: str) -> None:
        item = self._scene.nodes.get(node_id)
        if item is not None and item.isVisible():
            self._fade(item)
            self._put(cross(item.card().center(), 14.0, self._scene.ink.theme.text))

    def _fade(self, item: QGraphicsItem) -> None:
        item.setOpacity(FAINT)
        self._faded.append(item)

    def _card_then(self, node_id: str) -> QRectF:
        item = self._scene.seen_item(node_id)
        x, y = self._places.get(node_id, (item.x(), item.y()))
        return item.card().translated(x - item.x(), y - item.y())

    def _remark(self, node_id: str, lines: tuple[str, ...]) -> None:
        if node_id not in self._scene.nodes:
            return
        card = self._card_then(node_id)
        if node_id not in self._places:
            self._put(outline(card, self._scene.ink))
        remark = Remark(lines, self._scene.ink, self._view.camera.zoom)
        remark.setPos(card.topLeft() + QPointF(0, -9))
        self._put(remark)
        plate = remark.sceneBoundingRect()
        middle, size = plate.center(), (plate.width(), plate.height())
        remark.setPos(remark.pos() + free_place(middle, size, self._taken(plate), None) - middle)

    def _taken(self, plate: QRectF) -> list[Box]:
        """Return what a remark shall not lie on or below: the card, and what wires say."""
        card, camera = self._view.card, self._view.camera
        found = [box_of(self._scene.wires[wire].tag.area()) for wire in self._scene.tagged]
        found += [box_of(item.sceneBoundingRect()) for item in self._items if _is_remark(item)][:-1]
        if card.isVisible():
            corners = card.geometry().topLeft(), card.geometry().bottomRight()
            found.append(box_of(QRectF(*(camera.scene_at(QPointF(at)) for at in corners))))
        near = plate.adjusted(-AROUND, -AROUND, AROUND, AROUND)
        nodes = (item.card() for item in self._scene.items_in(near, NodeItem))
        return [*found, *map(box_of, nodes)]

    def _flow_then(self, offer: Offer, node_id: str, lines: tuple[str, ...]) -> tuple[str, ...]:
        """Return what would come out of a node, where that is another spec and is not said yet."""
        then, now = offer.result.touched.get(node_id), self._view.session.verdict(node_id)
        if then is None or not then.outputs or then.outputs == now.outputs:
            return ()
        words = then.outputs[0][1].show(dtype=True)
        known = any(line.endswith(part) for line in lines for part in words.split())
        return () if known else (f"sends {words}",)


def _is_remark(item: QGraphicsItem) -> bool:
    return isinstance(item, Remark)


def _in_order(wire: Wire) -> tuple:
    return wire.node, wire.port, wire.index, wire.source.node, wire.source.port
