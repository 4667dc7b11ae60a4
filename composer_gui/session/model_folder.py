"""A folder of saved models: which there are, and their ports, read in a thread as files change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from composer_gui.core.errors import ComposerError
from composer_gui.core.layer_kinds import SavedInterface
from composer_gui.session import model_files
from composer_gui.storage import keras_archive

MOST = 500
"""How many files of a folder are looked at."""

SETTLE = 400
"""Milliseconds to wait while a folder is still changing."""


@dataclass(frozen=True, slots=True)
class FolderModel:
    """One file of the folder: its ports, or the sentence that says why they cannot be read.

    Both are empty while the file has not been read yet.
    """

    path: Path
    interface: SavedInterface | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a thread found in a folder: each file with its time of change, and what was read."""

    number: int
    models: tuple[tuple[FolderModel, int], ...]


class ModelFolder(QObject):
    """Lists the `.keras` files of one folder. `changed()` when the list or an entry is another.

    Files are read as data, in a thread, and again only when their time of change is another.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder: Path | None = None
        self.models: tuple[FolderModel, ...] = ()
        self._known: dict[Path, tuple[FolderModel, int]] = {}
        self._number = 0
        self._watcher = QFileSystemWatcher(self)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE)
        self._connect()

    def _connect(self) -> None:
        self._watcher.directoryChanged.connect(self._settle.start)
        self._settle.timeout.connect(self.reload)

    def set_folder(self, folder: Path | None) -> None:
        """Look at another folder, or at none."""
        if self._watcher.directories():
            self._watcher.removePaths(self._watcher.directories())
        self.folder = folder
        self.models = ()
        self._known.clear()
        if folder is not None and folder.is_dir():
            self._watcher.addPath(str(folder))
        self.changed.emit()
        self.reload()

    def reload(self) -> None:
        """Read the folder again."""
        self._number += 1
        if self.folder is None:
            return
        number, folder, known = self._number, self.folder, dict(self._known)
        model_files.in_thread(lambda: _look(number, folder, known), self._take)

    def _take(self, found: _Found) -> None:
        if found.number != self._number:
            return
        self._known = {model.path: (model, time) for model, time in found.models}
        models = tuple(model for model, _ in found.models)
        if models != self.models:
            self.models = models
            self.changed.emit()


def _look(number: int, folder: Path, known: dict[Path, tuple[FolderModel, int]]) -> _Found:
    """Return the models of a folder; those whose file has not changed come from `known`."""
    models = []
    for path in _paths(folder)[:MOST]:
        time = _time(path)
        earlier = known.get(path)
        fresh = earlier is None or earlier[1] != time
        models.append((_read(path), time) if fresh else earlier)
    return _Found(number, tuple(models))


def _paths(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("*.keras"), key=lambda path: path.name.lower())
    except OSError:
        return []


def _time(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _read(path: Path) -> FolderModel:
    try:
        return FolderModel(path, keras_archive.read(path))
    except ComposerError as error:
        return FolderModel(path, sentence=error.whole)
