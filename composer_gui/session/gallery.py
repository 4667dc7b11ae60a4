"""The gallery: examples that open with real saved models, made once and kept in the cache."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from composer_gui.core.document import Document, in_order, put
from composer_gui.core.errors import ComposerError, FileProblem
from composer_gui.core.layer_kinds import SavedModel
from composer_gui.engine.client import EngineClient, Job
from composer_gui.session.examples import Example, example, examples
from composer_gui.session.settings import cache_folder
from composer_gui.storage import document_file, resources
from composer_gui.storage.files import cannot_write, read_bytes, write_atomically
from composer_gui.storage.keras_archive import fingerprint

STAMP = "made.json"
"""Beside the cached models: the SHA-256 of every file that was made to its end."""
LARGEST = 256 << 20
LEFT_AFTER = 3600.0
"""Seconds after which a folder in which models were being made counts as left behind."""
_MAKING = ".making-"


def write(name: str, design_path: Path, engine: EngineClient) -> Making:
    """Write an example and its saved models, as `Gallery.write` does."""
    return Gallery(engine).write(name, design_path)


class Making(QObject):
    """An example on its way.

    Signals: `progressed(str, float)`, what is done and how far it is, from 0 to 1; then either
    `done(object)` or `failed(ComposerError)`. None comes before the caller is back in the event
    loop, and none after `cancel`.
    """

    progressed = Signal(str, float)
    done = Signal(object)
    failed = Signal(object)

    def __init__(self, gallery: Gallery, finish: Callable[[], object]) -> None:
        super().__init__()
        self._gallery = gallery  # which is kept alive by this
        self._finish = finish
        self._is_over = False

    def cancel(self) -> None:
        """Wait no longer for it; models that are being made are made to their end."""
        self._is_over = True

    def end(self, error: ComposerError | None = None) -> None:
        """Do what is left to do now that the models are there, or tell why they are not."""
        if self._is_over:
            return
        self._is_over = True
        try:
            result = None if error else self._finish()
        except ComposerError as raised:
            error = raised
        if error:
            self.failed.emit(error)
        else:
            self.done.emit(result)

    def tell(self, text: str, part: float) -> None:
        """Pass on how far it is."""
        if not self._is_over:
            self.progressed.emit(text, part)


class Gallery(QObject):
    """Opens and writes examples; makes their saved models the first time one is wanted.

    The models are made in a folder of their own and moved to the others when all are done, and
    only those on the stamp count: a making that was interrupted leaves nothing that is used.
    `folder` replaces the one in the user's cache.
    """

    def __init__(
        self,
        engine: EngineClient,
        parent: QObject | None = None,
        *,
        folder: Path | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._folder = folder
        self._job: Job | None = None
        self._scratch: Path | None = None
        self._temporary: tempfile.TemporaryDirectory | None = None
        self._waiting: list[Making] = []

    def open(self, name: str) -> Making:
        """Make the models of an example, if need be; `done` gives its Document."""
        shown = example(name)
        return self._begin(shown, lambda: self._document(shown))

    def write(self, name: str, design_path: Path) -> Making:
        """Write an example to `design_path` and its models beside it; `done` gives the path.

        Files that are there already and hold something else are left alone: `failed` names one.
        """
        shown, path = example(name), Path(os.path.abspath(design_path))
        return self._begin(shown, lambda: self._write(shown, path))

    # Making --------------------------------------------------------------------------------------

    def _begin(self, shown: Example, finish: Callable[[], object]) -> Making:
        making = Making(self, finish)
        self._waiting.append(making)
        if self._are_made(shown):
            QTimer.singleShot(0, lambda: self._end([making]))
        elif self._job is None:
            QTimer.singleShot(0, self._make)
        return making

    def _make(self) -> None:
        """Start the job that makes the models of all examples: most of its time is its start."""
        if self._job is not None or not self._waiting:
            return
        try:
            self._scratch = self._fresh_folder()
        except OSError as error:
            self._end(self._waiting, cannot_write(self.folder / "models", error))
            return
        names = sorted({name for shown in examples() for name in shown.models})
        request = {"op": "make_examples", "models": names, "folder": str(self._scratch)}
        self._job = self._engine.job(request)
        self._job.progressed.connect(self._tell)
        self._job.done.connect(self._made)
        self._job.failed.connect(self._not_made)
        self._tell("Making the saved models of the examples", 0.0)

    def _tell(self, text: str, part: float) -> None:
        for making in self._waiting:
            making.tell(text, part)

    def _made(self, made: dict) -> None:
        """Move what was made to the cached models, then put it on the stamp."""
        self._job = None
        error = None
        try:
            stamp = self._stamp()
            for name in made:
                os.replace(self._scratch / name, self.folder / name)
                stamp[name] = fingerprint(self.folder / name)
            content = json.dumps(stamp, indent=1, sort_keys=True).encode()
            write_atomically(self.folder / STAMP, content)
        except OSError as raised:
            error = cannot_write(self.folder, raised)
        except ComposerError as raised:
            error = raised
        self._sweep()
        self._end(self._waiting, error)

    def _not_made(self, error: ComposerError) -> None:
        self._job = None
        self._sweep()
        self._end(self._waiting, error)

    def _end(self, makings: list[Making], error: ComposerError | None = None) -> None:
        for making in list(makings):
            if making in self._waiting:
                self._waiting.remove(making)
                making.end(error)

    # The cache -----------------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """Where the models are: a folder for each edition of them and version of Keras."""
        if self._folder is None:
            # The catalog's Keras, not the installed one: asking for that takes 20 ms of every start
            version = resources.catalog().keras_version
            edition = f"{resources.gallery_edition()}-keras-{version}"
            self._folder = cache_folder() / "gallery" / edition
        return self._folder

    def _fresh_folder(self) -> Path:
        """Return an empty folder to make the models in, on the disk on which they will stay."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _remove_leftovers(self.folder)
            scratch = self.folder / f"{_MAKING}{os.getpid()}-{secrets.token_hex(4)}"
            scratch.mkdir()
        except OSError:
            # a home that cannot be written to: the models last as long as the program then
            self._temporary = tempfile.TemporaryDirectory(prefix="composer-gallery-")
            self._folder = Path(self._temporary.name)
            scratch = self._folder / _MAKING
            scratch.mkdir()
        return scratch

    def _sweep(self) -> None:
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    def _stamp(self) -> dict[str, str]:
        try:
            stamp = json.loads(read_bytes(self.folder / STAMP, 1 << 20))
        except (ComposerError, ValueError):
            return {}
        return stamp if isinstance(stamp, dict) else {}

    def _are_made(self, shown: Example) -> bool:
        """Return whether the files of an example are there as they were when they were made."""
        stamp = self._stamp() if shown.models else {}
        with contextlib.suppress(ComposerError):
            return all(
                name in stamp and fingerprint(self.folder / name) == stamp[name]
                for name in shown.models
            )
        return False

    # What the models are made for ----------------------------------------------------------------

    def _document(self, shown: Example) -> Document:
        """Return the design, its models by absolute path with their fingerprints."""
        document = document_file.read(resources.example_design(shown.name))
        models = [item for item in in_order(document.layers) if isinstance(item, SavedModel)]
        cached = [self.folder / Path(model.path).name for model in models]
        settled = [
            replace(model, path=str(path), sha256=fingerprint(path))
            for model, path in zip(models, cached, strict=True)
        ]
        return put(document, *settled).settled()

    def _write(self, shown: Example, design_path: Path) -> Path:
        """Write the models to `models/` beside the design, then the design."""
        document, folder = self._document(shown), design_path.parent / "models"
        models = [item for item in in_order(document.layers) if isinstance(item, SavedModel)]
        files = {folder / Path(model.path).name: Path(model.path) for model in models}
        placed = [replace(m, path=str(folder / Path(m.path).name)) for m in models]
        data = document_file.to_bytes(put(document, *placed), design_path.parent)
        contents = {target: read_bytes(source, LARGEST) for target, source in files.items()}
        contents[design_path] = data
        for path, content in contents.items():
            _refuse_another(path, content)
        try:
            (folder if models else design_path.parent).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(folder, error) from error
        for path, content in contents.items():
            write_atomically(path, content)
        return design_path


def _remove_leftovers(folder: Path) -> None:
    """Remove what an interrupted making left behind, unless somebody may still be at it."""
    for scratch in folder.glob(f"{_MAKING}*"):
        if time.time() - scratch.stat().st_mtime > LEFT_AFTER:
            shutil.rmtree(scratch, ignore_errors=True)


def _refuse_another(path: Path, content: bytes) -> None:
    """Raise FileProblem for a file that is there already and holds something else."""
    try:
        there = read_bytes(path, LARGEST)
    except FileProblem as problem:
        if problem.code in ("absent", "empty"):
            return
        raise
    if there != content:
        raise FileProblem(
            "exists",
            f"{path} is there already and holds something else; it was left as it is.",
            "Write the example to another folder.",
        )
