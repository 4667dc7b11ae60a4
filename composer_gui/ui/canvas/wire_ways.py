"""Leads the wires of a scene around its nodes, in slices, once what moved has come to rest."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from composer_gui.core.change import Change
from composer_gui.core.document import Wire, number_of
from composer_gui.core.routing import Routes
from composer_gui.ui.canvas.courses import BEHIND, MIDDLE
from composer_gui.ui.canvas.node_item import NodeItem

if TYPE_CHECKING:
    from composer_gui.ui.canvas.scene import CanvasScene

SLICE = 0.006
"""Seconds of work in one turn; what is left comes in the next."""
STEP = 24
"""So many wires are routed between two looks at the clock."""
FEW = 12
"""So many nodes may move for wires to find their ways while they are dragged."""
MOST_SIBLINGS = 24
"""Of more wires at a node labels cannot all have room."""
NOW_AND_THEN = 40
"""Milliseconds between two looks for the ways of wires at a node that is dragged."""
REST = 90
"""Milliseconds after which many nodes are taken to have come to rest."""


class WireWays(QObject):
    """Keeps the ways of all wires in step with where the scene's items are.

    Nothing is done in the turn in which something moves: until its way is found, a wire runs as it
    did, or as a plain curve where one of its ends is elsewhere. `led(wires)` tells of wires that go
    another way now.
    """

    led = Signal(list)

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__(scene)
        self._scene = scene
        self._routes = Routes(scene.flow)
        self._nodes: dict[str, None] = dict.fromkeys(scene.nodes)
        self._wires: dict[Wire, None] = dict.fromkeys(scene.wires)
        self._unsettled: dict[Wire, None] = {}
        self._later = QTimer(self, singleShot=True, interval=0)
        self._connect()
        self._later.start()

    def _connect(self) -> None:
        scene = self._scene
        scene.moved.connect(self._note_moved)
        scene.drawn.connect(self._note)
        scene.followed.connect(self._follow)
        scene.opened.connect(self._begin_anew)
        self._later.timeout.connect(self.work)

    @property
    def is_done(self) -> bool:
        """Whether every wire has found its way."""
        return not self._nodes and not self._wires and self._routes.is_done

    def finish(self) -> None:
        """Find all ways now, however long it takes."""
        self._later.stop()
        while not self.is_done:
            self._take(len(self._nodes) + len(self._wires))
            self._apply(self._routes.work())
        self._settle()

    # What is to be looked at ----------------------------------------------------------------------

    def _follow(self, change: Change) -> None:
        if self._routes.flow != self._scene.flow:
            self._begin_anew()
            return
        self._wires.update(dict.fromkeys(change.wires_added | change.wires_removed))
        self._note(change.nodes)

    def _begin_anew(self) -> None:
        self._routes = Routes(self._scene.flow)
        self._unsettled.clear()
        self._nodes = dict.fromkeys(self._scene.nodes)
        self._wires = dict.fromkeys(self._scene.wires)
        self._later.start(0)

    def _note(self, node_ids: Iterable[str]) -> None:
        self._nodes.update(dict.fromkeys(node_ids))
        if not self._later.isActive():
            self._later.start(0)

    def _note_moved(self, node_ids: list[str]) -> None:
        self._nodes.update(dict.fromkeys(node_ids))
        if len(node_ids) > FEW:
            self._later.start(REST)
        elif not self._later.isActive():
            self._later.start(NOW_AND_THEN)

    # Work -----------------------------------------------------------------------------------------

    def work(self) -> None:
        """Find ways for as long as a slice lasts, then let the window have a turn."""
        if not self._scene.is_drawn:
            self._later.start(REST)  # what is not drawn yet will be in the way
            return
        end = time.perf_counter() + SLICE
        while not self.is_done and time.perf_counter() < end:
            if self._nodes or self._wires:
                self._take(4 * STEP)
            else:
                self._apply(self._routes.work(STEP))
        if self.is_done:
            self._settle()
        else:
            self._later.start(0)

    def _take(self, count: int) -> None:
        """Tell the routes where some of the items are that are to be looked at, nodes first."""
        if self._nodes:
            rects = {node_id: self._rect(node_id) for node_id in _first(self._nodes, count)}
            for node_id in rects:
                del self._nodes[node_id]
                self._wires.update(dict.fromkeys(self._scene.wires_at.get(node_id, ())))
            self._routes.update(rects, most=0)
            return
        ends = {wire: self._ends(wire) for wire in _first(self._wires, count)}
        for wire, found in ends.items():
            del self._wires[wire]
            if found is not None:
                self._unsettled[wire] = None
                self._put_label(wire)
        self._routes.update(wires=ends, most=0)

    def _put_label(self, wire: Wire) -> None:
        """Let the labels of wires that begin at one place stand in turn, not on one another."""
        siblings = self._scene.wires_at[wire.source.node]
        if len(siblings) <= MOST_SIBLINGS:
            before = sum(w.source == wire.source and _key(w) < _key(wire) for w in siblings)
            self._scene.wires[wire].put_label(BEHIND if before % 2 else MIDDLE)

    def _ends(self, wire: Wire):
        item = self._scene.wires.get(wire)
        if item is None or self._scene.folds.hides_wire(wire):
            return None
        start, end = item.ends()
        return start.toTuple(), end.toTuple()

    def _rect(self, node_id: str):
        item = self._scene.nodes.get(node_id)
        if not isinstance(item, NodeItem) or not item.isVisible():
            return None
        card = item.card()
        return card.left(), card.top(), card.right(), card.bottom()

    def _settle(self) -> None:
        """Lead the wires whose ends were moved: the way itself may be what it was."""
        self._apply(self._unsettled)
        self._unsettled.clear()

    def _apply(self, wires: Iterable[Wire]) -> None:
        scene, is_told, led = self._scene, False, []
        for wire in wires:
            item = scene.wires.get(wire)
            if item is not None and item.set_way(self._routes.of(wire)):
                is_told = is_told or wire in scene.tagged
                led.append(wire)
        if led:
            self.led.emit(led)
        if is_told:
            scene.moved.emit([])  # tags stand beside their wires


def _first(waiting: dict, count: int) -> list:
    return list(itertools.islice(waiting, count))


def _key(wire: Wire) -> tuple:
    return number_of(wire.node), wire.port, wire.index
