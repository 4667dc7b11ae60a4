"""Saved model files read off the GUI thread: ports, fingerprints, and whether they changed."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from composer_gui.core.errors import ComposerError
from composer_gui.core.inside import Inside
from composer_gui.core.layer_kinds import SavedInterface
from composer_gui.storage import keras_archive

FileState = tuple[str, str]
"""The path of a saved model's file and the SHA-256 that it had when it was added."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A saved model as its file tells: absolute `path`, SHA-256 and ports."""

    path: str
    sha256: str
    interface: SavedInterface


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


def read_models(paths: Sequence[str | Path | ComposerError]) -> list[ModelFile | ComposerError]:
    """Return for each path what its archive says, or the sentence that says why it cannot.

    An error in the place of a path stays in its place.
    """
    return [p if isinstance(p, ComposerError) else _read_model(Path(p)) for p in paths]


def _read_model(path: Path) -> ModelFile | ComposerError:
    try:
        interface = keras_archive.read(path)
        return ModelFile(str(path.absolute()), keras_archive.fingerprint(path), interface)
    except ComposerError as error:
        return error


def read_inside(path: str | Path) -> Inside:
    """Return what is inside a saved model; raises FileProblem and NotOpenable."""
    return keras_archive.contents(Path(path))


def fingerprint(path: str | Path) -> str:
    """Return the SHA-256 of a file; raises FileProblem."""
    return keras_archive.fingerprint(Path(path))


def changed_files(known: Iterable[FileState]) -> frozenset[FileState]:
    """Return which of these files hold something else by now.

    A file that cannot be read is not counted here: the engine says what is wrong with it.
    """
    changed = set()
    for path, sha256 in known:
        try:
            if sha256 and keras_archive.fingerprint(Path(path)) != sha256:
                changed.add((path, sha256))
        except ComposerError:
            continue
    return frozenset(changed)
