"""Runs a function in a thread of the pool and brings its result back to who asked."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from composer_gui.core.errors import ComposerError


class _Answer(QObject):
    """Carries what a thread found to the thread that asked."""

    ready = Signal(object)


_under_way: dict[int, _Answer] = {}
"""Kept until Qt has deleted them: a QObject must not be freed by the thread that worked."""
_numbers = itertools.count()


class _Work(QRunnable):
    """One function run in a thread of the pool, its result or its ComposerError handed back."""

    def __init__(self, function: Callable[[], object], answer: _Answer) -> None:
        super().__init__()
        self._function = function
        self._answer = answer

    def run(self) -> None:
        try:
            result = self._function()
        except ComposerError as error:
            result = error
        # When the program ends meanwhile, Qt takes what would carry the answer
        with contextlib.suppress(RuntimeError):
            self._answer.ready.emit(result)


def in_thread(function: Callable[[], object], receive: Callable[[object], None]) -> QObject:
    """Run `function` in a thread and call `receive`, a bound method of a QObject, with its result.

    `receive` runs on the thread of its object, and not at all once that is gone. A ComposerError
    raised by `function` is handed over as the result. Returns what carries the answer; the caller
    may keep it to know that work is under way, and need not.
    """
    answer, number = _Answer(), next(_numbers)
    _under_way[number] = answer
    answer.destroyed.connect(lambda: _under_way.pop(number))
    answer.ready.connect(receive)
    answer.ready.connect(answer.deleteLater)
    QThreadPool.globalInstance().start(_Work(function, answer))
    return answer
