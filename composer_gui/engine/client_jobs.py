"""Pieces of work that the engine does in a process of their own, as the window sees them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from composer_gui.core.errors import ExportFailed
from composer_gui.engine.client_process import ChildProcess


class JobFailed(ExportFailed):
    """A job that came to nothing; `line` is the line of its script that failed, if one did."""

    def __init__(self, sentence: str, next_step: str = "", line: int | None = None) -> None:
        super().__init__(sentence, next_step)
        self.line = line


class Job(QObject):
    """One piece of work in a process of its own.

    Signals: `progressed(str, float)`, what it is at and how far from 0 to 1; then either
    `done(dict)` or `failed(ExportFailed)`, whose `line` may tell the line of the script. After
    `cancel` there are none.
    """

    progressed = Signal(str, float)
    done = Signal(dict)
    failed = Signal(object)
    over = Signal(object)

    def __init__(self, process: ChildProcess, request: dict, parent: QObject) -> None:
        super().__init__(parent)
        self._process: ChildProcess | None = process
        process.received.connect(self._take)
        process.ended.connect(self._died)
        process.send(request)

    def cancel(self) -> None:
        """Kill the process; nothing is emitted any more."""
        process = self.abandon()
        if process is not None:
            process.kill()

    def abandon(self) -> ChildProcess | None:
        """Do as `cancel`, but leave the process, if there is one still, to the caller."""
        if self._process is None:
            return None
        process = self._let_go()
        self.over.emit(self)
        return process

    def _take(self, message: dict) -> None:
        event = message.get("event")
        if event == "progress":
            text, part = str(message.get("text", "")), message.get("part")
            self.progressed.emit(text, float(part) if isinstance(part, int | float) else 0.0)
        elif event == "done":
            result = message.get("result")
            self._finish(self.done, result if isinstance(result, dict) else {})
        elif event == "failed":
            line = message.get("line")
            sentence, next_step = str(message.get("sentence", "")), message.get("next_step")
            line = line if isinstance(line, int) else None
            self._finish(self.failed, JobFailed(sentence, str(next_step or ""), line))

    def _died(self, trace: str) -> None:
        reason = f" The last it said: {trace}" if trace else ""
        sentence = f"The process that did the work ended unexpectedly.{reason}"
        next_step = "Most often memory was short: close other programs and try again."
        self._finish(self.failed, JobFailed(sentence, next_step))

    def _finish(self, signal, value: object) -> None:
        if self._process is not None:
            self._let_go().end_soon()
            self.over.emit(self)
            signal.emit(value)

    def _let_go(self) -> ChildProcess:
        process, self._process = self._process, None
        process.received.disconnect(self._take)
        process.ended.disconnect(self._died)
        return process
