"""What is inside the saved models of the open design, read in threads and remembered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, Signal

from composer_gui.core.errors import ComposerError
from composer_gui.core.inside import Inside, NotOpenable
from composer_gui.core.layer_kinds import SavedModel
from composer_gui.core.saved_files import SavedFile
from composer_gui.session import later, model_files

READING = "reading"

Known = Inside | Exception | str
"""What is inside a file, why that cannot be told, or `READING` while a thread looks."""


class Insides(QObject):
    """Remembers by path and SHA-256 what is inside; `arrived()` when more is known.

    `number` is another one whenever something else is known.
    """

    arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: dict[SavedFile, Known] = {}
        self.number = 0

    def forget(self) -> None:
        """Forget everything: another design is open."""
        self._known = {}
        self.number += 1

    def learn(self, file: SavedFile, found: Inside) -> None:
        """Remember what was read elsewhere."""
        if self._known.get(file) is not found:
            self._known[file] = found
            self.number += 1

    def whole(self, file: SavedFile) -> Inside | None:
        """Return what is inside a file, None while it is read and where it cannot be told."""
        known = self._look(file)
        return known if isinstance(known, Inside) else None

    def of(self, layer: SavedModel) -> Inside | None:
        """Return what is inside the part of its file that a layer is, None as for `whole`."""
        whole = self.whole((layer.path, layer.sha256))
        try:
            return None if whole is None else later.opening().part_inside(whole, layer.part)
        except NotOpenable:
            return None

    def why_sealed(self, layer: SavedModel) -> str:
        """Return the sentence that says why nothing inside can be used; "" where it can."""
        known = self._look((layer.path, layer.sha256))
        if isinstance(known, ComposerError):
            return known.whole
        if isinstance(known, Exception):
            return f"What is inside {layer.name} cannot be read: its file is damaged."
        if not isinstance(known, Inside):
            return ""
        try:
            later.opening().part_inside(known, layer.part)
        except NotOpenable as error:
            return error.whole
        return ""

    def known(self, files: tuple[SavedFile, ...]) -> Mapping[str, Inside]:
        """Return by path what is inside those files of which it is known; read the others."""
        found = {path: self.whole((path, sha256)) for path, sha256 in files}
        return {path: inside for path, inside in found.items() if inside is not None}

    def _look(self, file: SavedFile) -> Known:
        if file not in self._known:
            self._known[file] = READING
            model_files.in_thread(partial(_read, self._known, file), self._take)
        return self._known[file]

    def _take(self, answer: tuple[dict[SavedFile, Known], SavedFile, Known]) -> None:
        known, file, found = answer
        if known is self._known:
            known[file] = found
            self.number += 1
            self.arrived.emit()


def _read(
    known: dict[SavedFile, Known], file: SavedFile
) -> tuple[dict[SavedFile, Known], SavedFile, Known]:
    try:
        return known, file, model_files.read_inside(file[0])
    except Exception as error:  # whatever a stranger's file does to the reader, it is told
        return known, file, error
