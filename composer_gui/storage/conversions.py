"""Notes in a `.keras` file which older file it was converted from, and finds that note again.

The note is the comment of the zip archive, which stands at the very end of it: Keras reads past it,
and whoever saves the model anew takes it away.
"""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path

from composer_gui.core.errors import FileProblem
from composer_gui.storage.files import open_to_read

_MARK = b"Composer: converted from SHA-256 "
_END = re.compile(b"PK\x05\x06.{16}\x61\x00" + _MARK + b"([0-9a-f]{64})", re.DOTALL)
"""The end record of an archive with a note: the two bytes before it are the comment's length."""

_LENGTH = 22 + len(_MARK) + 64


def note_origin(path: str | os.PathLike, sha256: str) -> None:
    """Note in a `.keras` file the SHA-256 of the older file; raises OSError and BadZipFile."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = _MARK + sha256.encode()


def origin(path: str | os.PathLike) -> str:
    """Return the SHA-256 of the older file that a file was converted from, "" if it is not told."""
    try:
        with open_to_read(path) as file:
            file.seek(max(0, file.seek(0, 2) - _LENGTH))
            found = _END.fullmatch(file.read())
    except (OSError, FileProblem):
        return ""
    return found[1].decode() if found else ""


def names_beside(source: Path) -> tuple[list[Path], Path]:
    """Return the files that may have been made of an older file, and the first free name."""
    target, taken = source.with_suffix(".keras"), []
    while os.path.lexists(target):
        taken.append(target)
        target = source.with_name(f"{source.stem}_{len(taken)}.keras")
    return taken, target
