"""The files of an export: which may be written, where saved models go, and how it is all undone."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from composer_gui.core.codegen import reading
from composer_gui.core.document import Call, CodeFile, Document, in_order
from composer_gui.core.errors import ComposerError, ExportFailed, FileProblem
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.resolved import resolved
from composer_gui.core.saved_files import SavedFile, files_of
from composer_gui.session.code_files import IMPORTED, LARGEST
from composer_gui.storage import files
from composer_gui.storage.document_file import relative_path

KERAS, PYTHON, WEIGHTS = ".keras", ".py", ".weights.h5"
MODELS = "models"
"""The folder beside a script that saved models from elsewhere are copied to."""

PIECE = 1 << 20


class TargetExists(ExportFailed):
    """Files that are there already; `paths` are to be overwritten only when the user says so."""

    code = "exists"

    def __init__(self, paths: list[Path]) -> None:
        names = " and ".join(path.name for path in paths)
        verb = "exists" if len(paths) == 1 else "exist"
        super().__init__(f"{names} {verb} already.", "Choose another name, or overwrite: --force.")
        self.paths = paths


class Cancelled(Exception):
    """The user wants no export any more."""


def check_targets(targets: Iterable[Path], *, force: bool) -> None:
    """Raise ExportFailed unless each target can be written: its kind, its folder, what is there."""
    targets = list(targets)
    if not targets:
        raise ExportFailed("No file is named to export to.", "Name a .keras or a .py file.")
    for target in targets:
        if target.suffix.lower() not in (KERAS, PYTHON):
            kind = f"{target.suffix} files" if target.suffix else "files without a suffix"
            raise ExportFailed(
                f"Composer does not write {kind}: {target.name}.", "Use .keras or .py."
            )
        if not target.parent.is_dir():
            raise ExportFailed(
                f"The folder {target.parent} is not there.", "Export to a folder that exists."
            )
        if target.suffix.lower() == PYTHON and target.stem in IMPORTED:
            raise ExportFailed(
                f"Run from its folder, {target.name} would be imported in the place of "
                f"the module {target.stem}.",
                "Choose another name.",
            )
    kinds = [target.suffix.lower() for target in targets]
    if len(set(kinds)) < len(kinds):
        raise ExportFailed("Two files of one kind are named.", "Name one .keras and one .py file.")
    refuse_existing(targets, force=force)


def refuse_existing(paths: Iterable[Path], *, force: bool) -> None:
    """Raise TargetExists or ExportFailed for files that are there already, or that are locked."""
    paths = list(paths)
    existing = [path for path in paths if os.path.lexists(path)]
    if existing and not force:
        raise TargetExists(existing)
    for path in paths:
        with told():
            files.refuse_locked(path)


def refuse_own_models(targets: Iterable[Path], models: Iterable[SavedFile]) -> None:
    """Raise ExportFailed for a target that is one of the saved models of the design itself."""
    own = {os.path.realpath(path) for path, _ in models}
    for target in targets:
        if os.path.realpath(target) in own:
            raise ExportFailed(
                f"{target.name} is one of the saved models that this design is made of.",
                "Choose another name, so that it can be built again.",
            )


@contextlib.contextmanager
def told():
    """Turn a FileProblem into an ExportFailed that says the same."""
    try:
        yield
    except FileProblem as problem:
        raise ExportFailed(str(problem), problem.next_step) from problem


def told_by_value(work: Callable[[], Any]) -> Callable[[], Any]:
    """Return a function for a thread that gives what goes wrong instead of raising it."""

    def told_work() -> Any:
        try:
            return work()
        except ComposerError as error:
            return error
        except OSError as error:
            return ExportFailed(f"A file could not be used: {error}.")

    return told_work


# Saved models -------------------------------------------------------------------------------------


@dataclass
class Gathered:
    """Saved models where the script finds them; `paths` holds, by file, what it writes.

    `sources` are the files that are loaded, `copied` those that were made for it. `changed` are
    the sentences about files that are others than when they came into the design.
    """

    paths: dict[str, str] = field(default_factory=dict)
    sources: list[Path] = field(default_factory=list)
    copied: list[Path] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _made_folder: Path | None = None

    def undo(self) -> None:
        """Remove the copies, and their folder if it was made for them; may be called again."""
        for path in tuple(self.copied):
            path.unlink(missing_ok=True)
        if self._made_folder is not None:
            with contextlib.suppress(OSError):
                self._made_folder.rmdir()

    def make_folder(self, folder: Path) -> None:
        """Make the folder for copies unless it is there."""
        if not folder.is_dir():
            folder.mkdir()
            self._made_folder = folder


def called_files(document: Document, catalog: Catalog) -> tuple[SavedFile, ...]:
    """Return the files that a model is made of; what leads to no Output is not in it."""
    document = resolved(document, catalog)
    left_out = set(reading.dead_ends(document, catalog))
    called = {
        node.layer
        for node in document.nodes.values()
        if isinstance(node, Call) and node.id not in left_out
    }
    layers = (layer for layer in in_order(document.layers) if layer.id in called)
    return tuple(dict.fromkeys(file for layer in layers for file in files_of(layer)))


def gather(
    models: Iterable[SavedFile],
    folder: Path | None,
    cancelled: threading.Event,
    gathered: Gathered,
) -> None:
    """Find out where a script in `folder` finds the models; those outside it are copied into it.

    Without a folder they stay where they are and go by their absolute paths. Raises ExportFailed,
    or Cancelled; then nothing was copied. `gathered` is filled as it goes, so that another thread
    can undo it.
    """
    known: dict[Path, tuple[Path, str]] = {}
    try:
        with told():
            for path, expected in models:
                source = Path(path)
                if source not in known:
                    known[source] = _placed(source, folder, gathered, cancelled)
                place, sha256 = known[source]
                gathered.paths[path] = _written(place, folder)
                if expected and sha256 != expected:
                    gathered.changed.append(
                        f"{files.shown(source)} has changed since it was added to the design; it "
                        "was used as it is now."
                    )
    except BaseException:
        gathered.undo()
        raise
    gathered.sources = list(dict.fromkeys(place for place, _ in known.values()))
    return gathered


def gather_code(code: Iterable[CodeFile], folder: Path | None, gathered: Gathered) -> None:
    """Put the Python files that a script in `folder` imports beside it, unless they are there.

    Raises ExportFailed for a file that is not the one that was allowed, and for another one of its
    name; `gathered` is filled as it goes.
    """
    with told():
        for file in code:
            source = Path(file.path)
            data = files.read_bytes(source, LARGEST)
            if hashlib.sha256(data).hexdigest() != file.sha256:
                raise ExportFailed(
                    f"{files.shown(source)} has changed since it was allowed to be run.",
                    "Look at it, then name it again.",
                )
            if folder is None or source.parent == folder:
                continue
            place = folder / source.name
            if os.path.lexists(place):
                if files.read_bytes(place, LARGEST) != data:
                    raise ExportFailed(
                        f"Beside the script there is another {files.shown(place)} than the one "
                        "that it has to import.",
                        "Export to another folder.",
                    )
                continue
            files.write_atomically(place, data)
            gathered.copied.append(place)
            gathered.warnings.append(
                f"The script imports {files.shown(source)}, so it was copied beside it."
            )


def _written(place: Path, folder: Path | None) -> str:
    return place.as_posix() if folder is None else relative_path(str(place), folder)


def _placed(
    source: Path, folder: Path | None, gathered: Gathered, cancelled: threading.Event
) -> tuple[Path, str]:
    """Return the file to load in the place of `source`, copied if need be, and its SHA-256."""
    sha256 = _digest(source, cancelled)
    if folder is None or not relative_path(str(source), folder).startswith(("..", "/")):
        return source, sha256
    place = _free_place(source, sha256, folder / MODELS, cancelled)
    if not place.exists():
        gathered.make_folder(place.parent)
        gathered.copied.append(place)
        try:
            _copy(source, place, cancelled)
        except OSError as error:
            raise files.cannot_write(place, error) from error
        gathered.warnings.append(
            f"{files.shown(source)} lies outside the script's folder, so it was copied to "
            f"{MODELS}/{files.shown(place)}."
        )
    return place, sha256


def _free_place(source: Path, sha256: str, folder: Path, cancelled: threading.Event) -> Path:
    """Return where the copy goes: a free name, or that of a file that is the same to the bit."""
    place, number = folder / source.name, 0
    while os.path.lexists(place) and not (place.is_file() and _digest(place, cancelled) == sha256):
        number += 1
        place = folder / f"{source.stem}_{number}{source.suffix}"
    return place


def _digest(path: Path, cancelled: threading.Event) -> str:
    digest = hashlib.sha256()
    with files.open_to_read(path) as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            if cancelled.is_set():
                raise Cancelled
    return digest.hexdigest()


def _copy(source: Path, place: Path, cancelled: threading.Event) -> None:
    with files.open_to_read(source) as file, open(place, "xb") as copy:
        while piece := file.read(PIECE):
            copy.write(piece)
            if cancelled.is_set():
                raise Cancelled
        copy.flush()
        os.fsync(copy.fileno())


# Files on their way -------------------------------------------------------------------------------


class Stage:
    """The unfinished files of an export: under names of their own, removed by `clear`.

    They lie beside what they are to become, so that they only have to be renamed.
    """

    def __init__(self, targets: Mapping[str, Path]) -> None:
        """Prepare to write `targets`, the files by suffix."""
        self.targets = dict(targets)
        self._token = secrets.token_hex(4)
        self._companions: list[str] = []
        self._folder: Path | None = None
        self._script: Path | None = None

    @property
    def beside(self) -> Path:
        """The folder in which the script stands, or would stand."""
        return (self.targets.get(PYTHON) or self.targets[KERAS]).parent

    @property
    def companions(self) -> tuple[Path, ...]:
        """The files that the script reads and that are written with it."""
        names = self._companions if PYTHON in self.targets else ()
        return tuple(self.beside / name for name in names)

    def add_companion(self, name: str, text: str | None = None) -> Path:
        """Return where a file goes meanwhile that the script finds beside it; write its text."""
        self._companions.append(name)
        place = self._staged(name)
        if text is not None:
            with told():
                files.write_atomically(place, text.encode())
        return place

    def _staged(self, name: str) -> Path:
        return self.beside / f".~export-{self._token}-{name}"

    def to_run(self, text: str) -> str:
        """Return a script that is run before everything has its name: it reads unfinished files."""
        for name in self._companions:
            text = text.replace(f'"{name}"', f'"{self._staged(name).name}"')
        return text

    @property
    def model(self) -> Path:
        """Where the model is to be saved until it gets its name."""
        return self._folder / f"model{KERAS}"

    def make_folder(self) -> Path:
        """Make a hidden folder beside the model to be saved; raises ExportFailed."""
        target = self.targets.get(KERAS) or self.targets[PYTHON]
        folder = target.parent / f".~export-{self._token}"
        try:
            folder.mkdir()
        except OSError as error:
            problem = files.cannot_write(target, error)
            raise ExportFailed(str(problem), problem.next_step) from error
        self._folder = folder
        return folder

    def write_script(self, text: str) -> Path:
        """Write the script beside its place, where it finds its saved models; return the file."""
        script = self.targets[PYTHON].with_name(f".~export-{self._token}{PYTHON}")
        self._script = script
        with told():
            files.write_atomically(script, self.to_run(text).encode())
        return script

    def put_in_place(self, text: str) -> None:
        """Give the finished files their names; raises FileProblem."""
        for target in (*self.targets.values(), *self.companions):
            files.refuse_locked(target)
        for place in self.companions:
            files.move_into_place(self._staged(place.name), place)
        if KERAS in self.targets:
            files.move_into_place(self.model, self.targets[KERAS])
        if PYTHON in self.targets:
            files.write_atomically(self.targets[PYTHON], text.encode())

    def clear(self) -> None:
        """Remove all that is left; may be called while another process still writes into it."""
        if self._script is not None:
            self._script.unlink(missing_ok=True)
        for name in self._companions:
            self._staged(name).unlink(missing_ok=True)
        for _ in range(3):
            if self._folder is not None and self._folder.exists():
                shutil.rmtree(self._folder, ignore_errors=True)
