"""Puts the tags of wrong wires where no node is, as what is seen and where nodes lie change."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QPointF, QRectF, QTimer

from composer_gui.core.document import Wire
from composer_gui.ui.canvas.mismatch import LEAST_ZOOM, Box, MismatchTag, box_of, free_place
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.scene import CanvasScene
from composer_gui.ui.canvas.wire_item import WireItem

AROUND = 300.0
"""How far beyond what is seen nodes are looked for, in pixels of the scene."""
ROOM = 6.0
"""Least distance of a tag from a node, in pixels of the scene."""


SLICE = 0.006
"""Seconds of placing in one turn; what is left comes in the next."""


class Tags(QObject):
    """Places the tags that are seen, once in a turn, and only where something has changed."""

    def __init__(self, view) -> None:
        super().__init__(view)
        self._view = view
        self._scene = view.scene()
        self._round = 0
        self._look: tuple | None = None
        self._left: list[WireItem] = []
        self._standing: list[Box] = []
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
        self._round += 1
        self.soon()

    def soon(self, _: object = None) -> None:
        """Place the tags that are seen before the next picture."""
        if self._scene.tagged and not self._later.isActive():
            self._later.start()

    def place(self) -> None:
        """Place the tags that are seen and stand elsewhere, or for another zoom; in slices."""
        self._later.stop()
        zoom, seen = self._view.camera.zoom, self._view.camera.seen()
        if zoom < LEAST_ZOOM:
            return
        look = self._round, zoom, seen
        if self._look != look:
            self._look = look
            self._plan(zoom, seen)
        end = time.perf_counter() + SLICE
        while self._left:
            item = self._left.pop()
            self._put(item, zoom, seen)
            self._standing.append(box_of(item.tag.area()))
            if time.perf_counter() > end:
                break
        if self._left:
            self._later.start()

    def _plan(self, zoom: float, seen: QRectF) -> None:
        """Find out which tags have to be placed, and what they are not to cover."""
        wires = sorted(self._scene.tagged, key=_in_order, reverse=True)  # the last is taken first
        items = (self._scene.wires[wire] for wire in wires)
        shown = [i for i in items if i.isVisible() and i.sceneBoundingRect().intersects(seen)]
        self._left = [i for i in shown if i.tag.placed_for != self._key(i, zoom)]
        stay = [i.tag for i in shown if i.tag.placed_for == self._key(i, zoom)]
        self._standing = self._taken(seen, stay) if self._left else []

    def _key(self, item: WireItem, zoom: float) -> tuple:
        return self._round, round(zoom, 3), item.ends()

    def finish(self) -> None:
        """Place all that are seen, however long it takes."""
        self.place()
        while self._later.isActive():
            self.place()

    def _taken(self, seen: QRectF, tags: list[MismatchTag]) -> list[Box]:
        """Return what a tag shall not cover: nodes, other tags, and the card of a problem."""
        near = seen.adjusted(-AROUND, -AROUND, AROUND, AROUND)
        cards = (item.card() for item in self._scene.items_in(near, NodeItem))
        found = [box_of(card.adjusted(-ROOM, -ROOM, ROOM, ROOM)) for card in cards]
        found += [box_of(tag.area()) for tag in tags]
        card, camera = self._view.card, self._view.camera
        if card.isVisible():
            corners = (card.geometry().topLeft(), card.geometry().bottomRight())
            found.append(box_of(QRectF(*(camera.scene_at(QPointF(at)) for at in corners))))
        return found

    def _put(self, item: WireItem, zoom: float, seen: QRectF) -> None:
        within = box_of(seen) if seen.contains(item.middle()) else None
        _put(item, zoom, self._standing, within, self._key(item, zoom))


def place_at_rest(scene: CanvasScene) -> None:
    """Place all tags of a scene that nobody looks at, for a zoom of 100 %."""
    standing: list[Box] = []
    for wire in sorted(scene.tagged, key=_in_order):
        item = scene.wires[wire]
        near = QRectF(item.middle(), item.middle()).adjusted(-AROUND, -AROUND, AROUND, AROUND)
        cards = (node.card() for node in scene.items_in(near, NodeItem))
        taken = [box_of(card.adjusted(-ROOM, -ROOM, ROOM, ROOM)) for card in cards]
        _put(item, 1.0, [*taken, *standing], None, ("at rest",))
        standing.append(box_of(item.tag.area()))


def _put(item: WireItem, zoom: float, standing: list[Box], within: Box | None, key: tuple) -> None:
    middle, size = item.middle(), item.tag.size_at(zoom)
    centre = free_place(middle, size, standing, within)
    start = item.pos()
    item.tag.put(centre - start, QPointF(middle - start), zoom, key)


def _in_order(wire: Wire) -> tuple:
    return wire.node, wire.port, wire.index
