"""Things that can wait a moment: one of them in a turn of the event loop, and never all at once.

After a large change every panel has something to do. Timers that are due together would run one
after the other before the window looks at mouse and keys again.
"""

from __future__ import annotations

import functools

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal


class Turn(QObject):
    """Used as a QTimer of one shot: `timeout()` comes after the interval, in a turn of its own."""

    timeout = Signal()

    def __init__(self, parent: QObject, interval: int = 0) -> None:
        super().__init__(parent)
        self._wait = QTimer(self, singleShot=True, interval=interval)
        self._wait.timeout.connect(self._queue)

    def start(self, interval: int | None = None) -> None:
        """Wait for the interval anew, or for another one, and then for a turn."""
        queue().leave(self)
        if interval is None:
            self._wait.start()
        else:
            self._wait.start(interval)

    def stop(self) -> None:
        """Let it not come."""
        self._wait.stop()
        queue().leave(self)

    def isActive(self) -> bool:
        """Whether it is still to come."""
        return self._wait.isActive() or queue().has(self)

    def _queue(self) -> None:
        queue().enter(self)


class Queue(QObject):
    """Whose turn it is, first come, first served."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: dict[int, Turn] = {}
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._call)

    def enter(self, turn: Turn) -> None:
        """Put a turn at the end."""
        self._waiting[id(turn)] = turn
        if not self._next.isActive():
            self._next.start()

    def leave(self, turn: Turn) -> None:
        """Take a turn out, if it is there."""
        self._waiting.pop(id(turn), None)

    def has(self, turn: Turn) -> bool:
        """Whether a turn waits."""
        return id(turn) in self._waiting

    def _call(self) -> None:
        turn = next(iter(self._waiting.values()), None)
        if turn is None:
            return
        self.leave(turn)
        if self._waiting:
            self._next.start()
        if shiboken6.isValid(turn):  # it goes with its panel, which may be closed by now
            turn.timeout.emit()


@functools.cache
def queue() -> Queue:
    """Return the queue of this program."""
    return Queue()
