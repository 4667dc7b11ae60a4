"""Saved models in the older `.h5` files: converted by the engine, beside the file, to `.keras`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from composer_gui.core.document import CodeFile
from composer_gui.core.errors import ComposerError
from composer_gui.engine.client import EngineClient, Job

OLDER = (".h5", ".hdf5")
"""Suffixes of what Keras 2, and Keras 3 on request, saves models in."""


def is_older(path: Path) -> bool:
    """Return whether a file has to be converted before it can be used."""
    return path.suffix.lower() in OLDER


class Conversion(QObject):
    """Converts the older ones among some files, one after the other.

    `ended(list)` gives for each file the one to use, or the error that says why there is none. It
    does not come before the caller is back in the event loop, and not after `cancel`.
    """

    ended = Signal(object)

    def __init__(
        self, engine: EngineClient, paths: Sequence[Path], code: Sequence[CodeFile], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._found: list[Path | ComposerError] = list(paths)
        self._waiting = [index for index, path in enumerate(paths) if is_older(path)]
        self._code = [{"path": file.path, "sha256": file.sha256} for file in code]
        self._job: Job | None = None

    def start(self) -> None:
        """Convert the next file, or tell what came of all of them."""
        if not self._waiting:
            self.ended.emit(self._found)
            self.deleteLater()
            return
        index = self._waiting.pop(0)
        source = self._found[index].absolute()
        target = free_name(source)
        request = {"op": "convert", "source": str(source), "target": str(target)}
        self._job = job = self._engine.job(request | {"code": self._code})
        job.done.connect(partial(self._take, index, target))
        job.failed.connect(partial(self._take, index))

    def cancel(self) -> None:
        """End it; what was converted stays."""
        if self._job is not None:
            self._job.cancel()
        self.deleteLater()

    def _take(self, index: int, found: Path | ComposerError, _result: object = None) -> None:
        self._found[index] = found
        self.start()


def free_name(source: Path) -> Path:
    """Return the name of a `.keras` file beside an older file that nothing has yet."""
    target, number = source.with_suffix(".keras"), 0
    while os.path.lexists(target):
        number += 1
        target = source.with_name(f"{source.stem}_{number}.keras")
    return target
