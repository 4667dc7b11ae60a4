"""What has still to be done on the canvas after a large change: taken in slices.

So the window stays awake: between two slices it answers mouse and keys, and paints.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QGraphicsItem

from composer_gui.core.document import Wire

T = TypeVar("T")

AT_ONCE = 64
"""So many nodes are drawn or looked at anew in the turn in which they are named."""
SLICE = 0.008
"""Seconds of drawing between two looks at what the user does."""
STEP = 8
"""So many are drawn or taken away between two looks at the clock."""


class Backlog(QObject):
    """Items to take away, nodes without an item, wires that wait for them, nodes to look at anew.

    What it is given does the work, for a few at a time: `remove(items)`, `add(ids)` makes items,
    `refresh(ids)` looks anew. `nearest(ids)` puts ids in the order in which they are wanted.
    """

    def __init__(
        self,
        remove: Callable[[list[QGraphicsItem]], None],
        add: Callable[[list[str]], None],
        refresh: Callable[[list[str]], None],
        nearest: Callable[[Iterable[str]], list[str]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._remove, self._add, self._refresh, self._nearest = remove, add, refresh, nearest
        self.doomed: dict[QGraphicsItem, None] = {}
        self.nodes: dict[str, None] = {}
        self.stale: dict[str, None] = {}
        self._wires: dict[str, set[Wire]] = {}
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self.work)

    @property
    def is_empty(self) -> bool:
        """Whether everything is drawn."""
        return not self.nodes and not self.stale and not self.doomed

    def want(self, nodes: Iterable[str], stale: Iterable[str]) -> None:
        """Put nodes to be drawn, and nodes to be looked at anew, on the list."""
        self.nodes.update(dict.fromkeys(nodes))
        self.stale.update(dict.fromkeys(stale))

    def hold(self, wire: Wire) -> bool:
        """Keep a wire until both its ends are drawn; return whether it has to wait."""
        lacking = [end for end in (wire.source.node, wire.node) if end in self.nodes]
        for end in lacking:
            self._wires.setdefault(end, set()).add(wire)
        return bool(lacking)

    def release(self, node_id: str) -> set[Wire]:
        """Return the wires that waited for a node that is drawn now."""
        return self._wires.pop(node_id, set())

    def forget(self, node_id: str) -> bool:
        """Let go of a node that is no more; return whether it had still to be drawn."""
        self.stale.pop(node_id, None)
        self._wires.pop(node_id, None)
        return self.nodes.pop(node_id, node_id) is None

    def forget_wire(self, wire: Wire) -> None:
        """Let go of a wire that is no more."""
        for end in (wire.source.node, wire.node):
            waiting = self._wires.get(end)
            if waiting is not None:
                waiting.discard(wire)

    def begin(self) -> None:
        """Put what is nearest before the rest, and begin in the next turn."""
        self.nodes = dict.fromkeys(self._nearest(self.nodes))
        self.stale = dict.fromkeys(self._nearest(self.stale))
        self._timer.start()

    def finish(self) -> None:
        """Draw all that is left, however long it takes."""
        self._timer.stop()
        while not self.is_empty:
            self._step(max(map(len, (self.nodes, self.stale, self.doomed))))

    def work(self) -> None:
        """Draw for as long as a slice lasts, then let the window have a turn."""
        end = time.perf_counter() + SLICE
        while not self.is_empty:
            self._step(STEP)
            if time.perf_counter() >= end:
                break
        if not self.is_empty:
            self._timer.start()

    def _step(self, count: int) -> None:
        if self.doomed:
            self._remove(_taken(self.doomed, count))
        elif self.nodes:
            added = _taken(self.nodes, count)
            for node_id in added:
                self.stale.pop(node_id, None)
            self._add(added)
        else:
            self._refresh(_taken(self.stale, count))


def _taken(waiting: dict[T, None], count: int) -> list[T]:
    """Take the first `count` off a list."""
    first = list(itertools.islice(waiting, count))
    for item in first:
        del waiting[item]
    return first
