"""Saved model files read off the GUI thread: ports, fingerprints, and whether they changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from composer_gui.core.errors import ComposerError
from composer_gui.core.inside import Inside
from composer_gui.core.layer_kinds import SavedInterface
from composer_gui.session.threads import in_thread
from composer_gui.storage import keras_archive

__all__ = (
    "FileState",
    "ModelFile",
    "changed_files",
    "fingerprint",
    "in_thread",
    "read_inside",
    "read_models",
)

FileState = tuple[str, str]
"""The path of a saved model's file and the SHA-256 that it had when it was added."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A saved model as its file tells: absolute `path`, SHA-256 and ports."""

    path: str
    sha256: str
    interface: SavedInterface


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
