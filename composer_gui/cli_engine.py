"""What every command needs: an engine for its length, an open design, waiting, progress."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from composer_gui.core.errors import ComposerError, EngineFailed, FileProblem
from composer_gui.engine.client import EngineClient
from composer_gui.session.session import Session
from composer_gui.session.settings import Settings
from composer_gui.storage import resources

FINE, WRONG, UNREADABLE = 0, 1, 2
"""Exit codes of every command: fine, something is wrong, a file cannot be read."""

ENGINE_PATIENCE = 300_000
"""Milliseconds to wait for the engine before giving up; a cold disk makes it slow to start."""


class Engine:
    """An engine for the length of one command."""

    def __enter__(self) -> EngineClient:
        self._client = EngineClient()
        self._client.start()
        return self._client

    def __exit__(self, *exception: object) -> None:
        self._client.stop()


def wait(signal, done: Callable[[], bool], engine: EngineClient, also=None) -> None:
    """Run the event loop until `done`, asked at each emission; raises EngineFailed."""
    loop = QEventLoop()
    sentences: list[str] = []

    def look(*_arguments: object) -> None:
        if done():
            loop.quit()

    def engine_changed(state: str, sentence: str) -> None:
        if state == "stopped":
            sentences.append(sentence)
            loop.quit()

    signals = [signal] if also is None else [signal, also]
    for one in signals:
        one.connect(look)
    engine.state_changed.connect(engine_changed)
    patience = QTimer(singleShot=True, interval=ENGINE_PATIENCE)
    patience.timeout.connect(loop.quit)
    patience.start()
    if not done():
        loop.exec()
    for one in signals:
        one.disconnect(look)
    engine.state_changed.disconnect(engine_changed)
    if not done():
        sentence = sentences[0] if sentences else "The engine did not answer in five minutes."
        raise EngineFailed(sentence, "Run composer-gui again; see whether memory is short.")


def opened(engine: EngineClient, path: Path, code: Sequence[Path]) -> Session:
    """Return a session with the design open, the Python files allowed, and all said of it."""
    session = Session(engine, resources.catalog(), settings=Settings())
    failures: list[ComposerError] = []
    session.failed.connect(failures.append)
    session.open(path)
    for file in code:
        session.allow_code(file)
    wait(session.confirmed, lambda: session.is_confirmed or bool(failures), engine, session.failed)
    if failures:
        raise failures[0]
    return session


def add_code(parser: argparse.ArgumentParser) -> None:
    """Let a command take the Python files that may be run."""
    parser.add_argument(
        "--code",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a Python file that may be run for the classes that it defines",
    )


def refuse_existing(target: Path, *, force: bool) -> None:
    """Raise FileProblem for a file that is there and was not said to be overwritten."""
    if target.exists() and not force:
        next_step = "Choose another name, or overwrite: --force."
        raise FileProblem("exists", f"{target.name} exists already.", next_step)


def settle(session: Session) -> None:
    """Wait until nothing is left to be said of a design as it is now; raises EngineFailed."""
    wait(session.confirmed, lambda: session.is_confirmed, session.engine)


def complain(error: ComposerError) -> int:
    """Say on standard error what a command failed of; return its exit code."""
    print(f"composer-gui: {error.whole}", file=sys.stderr)
    return UNREADABLE if isinstance(error, FileProblem) else WRONG


class Progress:
    """One line that is written over again on a terminal, and nothing in a pipe."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()

    def show(self, text: str, part: float) -> None:
        """Say what is being done, and how far it is from 0 to 1."""
        if self._on:
            print(f"\r\x1b[K{part:4.0%} {text}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Take the line away."""
        if self._on:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
