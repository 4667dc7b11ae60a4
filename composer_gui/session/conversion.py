"""Saved models in the older `.h5` files: converted by the engine, beside the file, to `.keras`."""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from composer_gui.core.document import CodeFile
from composer_gui.core.errors import ComposerError
from composer_gui.engine.client import EngineClient, Job
from composer_gui.session import model_files
from composer_gui.storage import conversions

OLDER = (".h5", ".hdf5")
"""Suffixes of what Keras 2, and Keras 3 on request, saves models in."""


def is_older(path: Path) -> bool:
    """Return whether a file has to be converted before it can be used."""
    return path.suffix.lower() in OLDER


class Conversion(QObject):
    """Converts the older ones among some files, one after the other, each of them once only.

    `told(str)` says what is done. `ended(list)` gives for each file the one to use, or the error
    that says why there is none. It does not come before the caller is back in the event loop, and
    not after `cancel`.
    """

    ended = Signal(object)
    told = Signal(str)

    def __init__(
        self, engine: EngineClient, paths: Sequence[Path], code: Sequence[CodeFile], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._found: list[Path | ComposerError] = list(paths)
        self._waiting = [index for index, path in enumerate(paths) if is_older(path)]
        self._code = [{"path": file.path, "sha256": file.sha256} for file in code]
        self._job: Job | None = None
        self._is_cancelled = False

    def start(self) -> None:
        """Go on with the next file, or tell what came of all of them."""
        if not self._waiting:
            self.ended.emit(self._found)
            self.deleteLater()
            return
        index = self._waiting.pop(0)
        source = self._found[index].absolute()
        self._found[index] = source
        model_files.in_thread(partial(_looked_up, index, source), self._convert)

    def _convert(self, answer: tuple[int, Path | None]) -> None:
        """Convert a file unless that was done before."""
        if self._is_cancelled:
            return
        index, known = answer
        source = self._found[index]
        if known is not None:
            self.told.emit(f"{known.name} beside {source.name} was made of it before and is used.")
            self._take(index, known)
            return
        self.told.emit(f"{source.name} is being converted to .keras.")
        target = free_name(source)
        request = {"op": "convert", "source": str(source), "target": str(target)}
        self._job = job = self._engine.job(request | {"code": self._code})
        job.done.connect(partial(self._note, index, source, target))
        job.failed.connect(partial(self._take, index))

    def _note(self, index: int, source: Path, target: Path, _result: object) -> None:
        """Leave word in a new file what it was made of, in a thread: large files take a while."""
        model_files.in_thread(partial(_noted, index, source, target), self._take_noted)

    def _take_noted(self, answer: tuple[int, Path]) -> None:
        if self._is_cancelled:
            return
        index, target = answer
        self.told.emit(f"{self._found[index].name} was converted to {target.name} beside it.")
        self._take(index, target)

    def cancel(self) -> None:
        """End it; what was converted stays."""
        self._is_cancelled = True
        if self._job is not None:
            self._job.cancel()
        self.deleteLater()

    def _take(self, index: int, found: Path | ComposerError) -> None:
        self._found[index] = found
        self.start()


def free_name(source: Path) -> Path:
    """Return the name of a `.keras` file beside an older file that nothing has yet."""
    _, free = conversions.names_beside(source)
    return free


def _looked_up(index: int, source: Path) -> tuple[int, Path | None]:
    """Return with its index the file that an older one was converted to before, if it is there."""
    taken, _ = conversions.names_beside(source)
    origins = {path: sha for path in taken if (sha := conversions.origin(path))}
    if not origins:
        return index, None
    try:
        sha256 = model_files.fingerprint(source)
    except ComposerError:
        return index, None  # the engine will say what is the matter with it
    return index, next((path for path, sha in origins.items() if sha == sha256), None)


def _noted(index: int, source: Path, target: Path) -> tuple[int, Path]:
    # Without the note, which cannot be had in a folder that is full, say, the file is as good
    with contextlib.suppress(ComposerError, OSError, zipfile.BadZipFile):
        conversions.note_origin(target, model_files.fingerprint(source))
    return index, target
