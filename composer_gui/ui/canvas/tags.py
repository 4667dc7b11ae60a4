"""Puts the tags of wrong wires where no node is, as what is seen and where nodes lie change."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, QTimer

from composer_gui.core.document import Wire
from composer_gui.ui.canvas.mismatch import LEAST_ZOOM, free_place
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.wire_item import WireItem

AROUND = 2.0
"""How far around a wire nodes are looked for, in sizes of its tag."""


class Tags(QObject):
    """Places the tags that are seen, once in a turn, and only where something has changed."""

    def __init__(self, view) -> None:
        super().__init__(view)
        self._view = view
        self._scene = view.scene()
        self._later = QTimer(self, singleShot=True, interval=0)
        self._connect()
        self.soon()

    def _connect(self) -> None:
        scene = self._scene
        for signal in (scene.judged, scene.followed, scene.drawn, scene.moved):
            signal.connect(self.renew)
        self._view.zoomed.connect(self.soon)
        self._later.timeout.connect(self.place)

    def renew(self, _: object = None) -> None:
        """Place all of them anew: a node may lie where one stands."""
        if self._scene.tagged:
            for wire in self._scene.tagged:
                self._scene.wires[wire].tag.placed_for = None
            self.soon()

    def soon(self, _: object = None) -> None:
        """Place the tags that are seen before the next picture."""
        if self._scene.tagged and not self._later.isActive():
            self._later.start()

    def place(self) -> None:
        """Place the tags that are seen and stand elsewhere, or for another zoom."""
        self._later.stop()
        zoom, seen = self._view.camera.zoom, self._view.camera.seen()
        if zoom < LEAST_ZOOM:
            return
        done: list[QRectF] = self._covered()
        for wire in sorted(self._scene.tagged, key=lambda wire: (wire.node, wire.port, wire.index)):
            item = self._scene.wires[wire]
            if not item.isVisible() or not item.mapRectToScene(item.boundingRect()).intersects(
                seen
            ):
                continue
            key = (round(zoom, 3), item.ends())
            if item.tag.placed_for != key:
                self._put(item, zoom, seen, done, key)
            done.append(item.tag.area())

    def _covered(self) -> list[QRectF]:
        """Return what lies above the picture where somebody reads: the card of a problem."""
        card, camera = self._view.card, self._view.camera
        if not card.isVisible():
            return []
        corners = (card.geometry().topLeft(), card.geometry().bottomRight())
        return [QRectF(*(camera.scene_at(QPointF(corner)) for corner in corners))]

    def _put(
        self, item: WireItem, zoom: float, seen: QRectF, done: list[QRectF], key: tuple
    ) -> None:
        middle, size = item.middle(), item.tag.size_at(zoom)
        across, down = size[0] * AROUND, size[1] * 6
        around = QRectF(middle.x() - across, middle.y() - down, 2 * across, 2 * down)
        room = 6.0
        cards = [
            node.card().adjusted(-room, -room, room, room)
            for node in self._scene.items_in(around, NodeItem)
        ]
        within = seen if seen.contains(middle) else None
        centre = free_place(middle, size, [*cards, *done], within)
        start = item.pos()
        item.tag.put(centre - start, QPointF(middle - start), zoom, key)


def _in_order(wire: Wire) -> tuple:
    return wire.node, wire.port, wire.index
