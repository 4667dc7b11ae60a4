"""A thread beside the one that answers requests, for what can wait."""

from __future__ import annotations

import queue
import traceback
from collections.abc import Callable
from typing import Any

from composer_gui.core.shapes.outcome import Outcome
from composer_gui.core.shapes.questions import Infer

Piece = tuple[Callable[[], Any], Callable[[Any], None]]
"""What is to be done, and what then gets the result in the thread that answers requests."""


class Beside:
    """Does pieces of work one after the other in a thread of its own.

    `prepare` is called there first and returns what `infer` is in that thread: Keras's state is
    one for each thread, and ghosts are no good to two at once. `hand_back` brings a function to
    the thread that answers requests, which calls it. `is_called` says whether a request waits, for
    work that can be left for later.
    """

    def __init__(
        self,
        prepare: Callable[[], Infer],
        hand_back: Callable[[Callable[[], None]], None],
        is_called: Callable[[], bool],
    ) -> None:
        self.is_called = is_called
        self._prepare = prepare
        self._hand_back = hand_back
        self._pieces: queue.SimpleQueue[Piece] = queue.SimpleQueue()
        self._infer: Infer | None = None

    def infer(self, *args: Any, **kwargs: Any) -> Outcome:
        """Answer as `infer` does, but only within a piece of work."""
        return self._infer(*args, **kwargs)

    def do(self, work: Callable[[], Any], finish: Callable[[Any], None]) -> None:
        """Do `work` and hand what it returns to `finish`, None where it raises an exception."""
        self._pieces.put((work, finish))

    def serve(self) -> None:
        """Work for ever: what the thread does."""
        self._infer = self._prepare()
        while True:
            work, finish = self._pieces.get()
            self._hand_back(_done(work, finish))


def _done(work: Callable[[], Any], finish: Callable[[Any], None]) -> Callable[[], None]:
    try:
        result = work()
    except Exception:
        traceback.print_exc()
        result = None
    return lambda: finish(result)
