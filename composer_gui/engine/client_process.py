"""A child process that speaks the protocol, and how the engine is started."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QStandardPaths, QTimer, Signal

from composer_gui.engine import protocol

QUIT_WITHIN = 400
"""Milliseconds that a process gets to end by itself."""

KEPT_LINES = 40
LONGEST_LINE = 256 << 20


class ChildProcess(QObject):
    """A child process that speaks the protocol; what it says besides is kept for its obituary.

    Signals: `received(dict)` for each message, lines that are none being passed over; `ended(str)`
    once when it is gone or could not be started, with the last line on its standard error.
    """

    received = Signal(dict)
    ended = Signal(str)

    def __init__(self, command: list[str], parent: QObject) -> None:
        super().__init__(parent)
        self._command = command
        self._partial = bytearray()
        self._lines: deque[bytes] = deque()
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._tell_next)
        self._said: deque[str] = deque(maxlen=KEPT_LINES)
        self._has_ended = False
        self.process = QProcess(self)
        self.process.setProcessEnvironment(_environment())
        self.process.readyReadStandardOutput.connect(self._read)
        self.process.readyReadStandardError.connect(self._read_error)
        self.process.finished.connect(self._end)
        self.process.errorOccurred.connect(self._error)

    def start(self) -> None:
        """Start the child."""
        self.process.start(self._command[0], self._command[1:])

    @property
    def is_running(self) -> bool:
        """Whether there is a child to end."""
        return self.process.state() != QProcess.ProcessState.NotRunning

    def send(self, message: dict) -> None:
        """Send a message; a child that is still starting gets it then."""
        self.process.write(protocol.encode(message))

    def kill(self) -> None:
        """End the child at once."""
        self.process.kill()

    def end_soon(self) -> None:
        """Let the child end by itself within a moment, then kill it; does not wait."""
        self.process.closeWriteChannel()
        QTimer.singleShot(QUIT_WITHIN * 5, self.process, self.process.kill)

    def _read(self) -> None:
        self._partial += self.process.readAllStandardOutput().data()
        if b"\n" not in self._partial:
            if len(self._partial) > LONGEST_LINE:
                self._partial.clear()
            return
        *lines, rest = self._partial.split(b"\n")
        self._partial = bytearray(rest)
        self._lines.extend(map(bytes, lines))
        if not self._more.isActive():
            self._tell_next()

    def _tell_next(self) -> None:
        """Tell one message in a turn: a long answer in many parts must not hold the window up."""
        while self._lines:
            message = protocol.decode(self._lines.popleft())
            if message is not None:
                if self._lines:
                    self._more.start()
                self.received.emit(message)
                return

    def _read_error(self) -> None:
        text = self.process.readAllStandardError().data().decode(errors="replace")
        self._said.extend(line for line in text.splitlines() if line.strip())

    def _error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._said.append(self.process.errorString())
            self._end()

    def _end(self, *_exit: object) -> None:
        if not self._has_ended:
            self._has_ended = True
            self._read()
            while self._lines:
                self._tell_next()
            self._read_error()
            self.ended.emit(self._said[-1].strip()[:200] if self._said else "")
            self.deleteLater()


def end_all(processes: list[ChildProcess]) -> None:
    """Ask all to quit, then kill those that did not, so that none is left behind."""
    for process in processes:
        process.blockSignals(True)
        process.send(protocol.quit_request())
        process.process.closeWriteChannel()
    deadline = time.monotonic() + QUIT_WITHIN / 1000
    for process in processes:
        left = max(1, int((deadline - time.monotonic()) * 1000))
        running = process.process.state() != QProcess.ProcessState.NotRunning
        if running and not process.process.waitForFinished(left):
            process.process.kill()
            process.process.waitForFinished(QUIT_WITHIN)
        process.deleteLater()


# How the engine is started ------------------------------------------------------------------------


def engine_command() -> list[str]:
    """Return the command line of the analysis process; "job" after it makes one for jobs."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--engine"]
    # -P: a keras.py in the folder where Composer was started must not be imported
    return [sys.executable, "-P", "-m", "composer_gui", "--engine"]


def clean_command() -> list[str]:
    """Return the command line of an interpreter that looks for modules only where Keras is."""
    return [sys.executable, "-I", str(Path(__file__).with_name("keras_facts.py"))]


def _environment() -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("KERAS_BACKEND", "tensorflow")
    environment.insert("TF_CPP_MIN_LOG_LEVEL", "3")
    if not environment.contains("KERAS_HOME") and not Path.home().joinpath(".keras").exists():
        # Keras makes that folder otherwise; who has one already has settings in it to be honoured
        cache = QStandardPaths.writableLocation(
            QStandardPaths.StandardLocation.GenericCacheLocation
        )
        environment.insert("KERAS_HOME", f"{cache}/composer-gui/keras")
    folder = Path(__file__).resolve().parents[2]
    if folder.name not in ("site-packages", "dist-packages"):
        known = environment.value("PYTHONPATH")
        environment.insert("PYTHONPATH", os.pathsep.join(filter(None, [str(folder), known])))
    return environment
