"""Wires whose courses nobody sees: drawn when somebody looks there, or when there is time."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, QTimer

if TYPE_CHECKING:
    from composer_gui.ui.canvas.wire_item import WireItem

SLICE = 0.006
"""Seconds of drawing in one turn; what is left comes in the next."""
REST = 120
"""Milliseconds after which what moves is taken to have come to rest."""
AROUND = 120.0
"""How far beyond what is seen wires are drawn, in pixels of the scene: their labels reach over."""


class Unseen(QObject):
    """Knows what is seen of a scene, and the wires that were not drawn because they are not.

    From afar, where wires are painted as lines, none is seen.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._seen = QRectF()
        self._waiting: dict[WireItem, None] = {}
        self._later = QTimer(self, singleShot=True, interval=REST)
        self._later.timeout.connect(self.work)

    @property
    def is_empty(self) -> bool:
        """Whether all wires are drawn."""
        return not self._waiting

    def awaits(self, item: WireItem) -> bool:
        """Whether a wire has still to be drawn."""
        return item in self._waiting

    def takes(self, item: WireItem) -> bool:
        """Put a wire on the list, unless it is seen; return whether it is on it."""
        if self._seen.intersects(item.sceneBoundingRect()):
            self._waiting.pop(item, None)
            return False
        if not self._waiting:
            self._later.start(REST)
        self._waiting[item] = None
        return True

    def forget(self, item: WireItem) -> None:
        """Let go of a wire that is drawn, or is no more."""
        self._waiting.pop(item, None)

    def look(self, seen: QRectF) -> None:
        """Draw what is seen now and was not; with an empty rectangle, none is."""
        if not seen.isEmpty():
            seen = seen.adjusted(-AROUND, -AROUND, AROUND, AROUND)
        if seen == self._seen:
            return
        self._seen = seen
        for item in [i for i in self._waiting if seen.intersects(i.sceneBoundingRect())]:
            item.draw()

    def wait(self) -> None:
        """Something moves: what is not seen has time until it has come to rest."""
        if self._waiting:
            self._later.start(REST)

    def work(self) -> None:
        """Draw for as long as a slice lasts, then let the window have a turn."""
        end = time.perf_counter() + SLICE
        while self._waiting and time.perf_counter() < end:
            for item in list(itertools.islice(self._waiting, 8)):
                item.draw()
        if self._waiting:
            self._later.start(0)

    def finish(self) -> None:
        """Draw all wires, however long it takes."""
        for item in list(self._waiting):
            item.draw()
