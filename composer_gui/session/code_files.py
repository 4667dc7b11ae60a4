"""Python files that define classes of saved models: read, and run only where the user allowed it.

What is allowed is remembered by the file's SHA-256 on this machine, so a design that comes from
elsewhere, or a file that was changed since, runs nothing before somebody says yes to it.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

from composer_gui.core import edits
from composer_gui.core.document import CodeFile, Document
from composer_gui.core.errors import FileProblem
from composer_gui.session.settings import Settings
from composer_gui.storage import files

LARGEST = 4 << 20
"""Bytes that a Python file may have."""

ALLOWED_KEY = "code/allowed"

IMPORTED = {"keras", "tensorflow", "numpy", "h5py", *sys.stdlib_module_names}
"""Names that no script may have: beside it, Python would find it in the place of the module."""


class Consent:
    """Which Python files may be run on this machine; without settings, until the program ends."""

    def __init__(self, settings: Settings | None) -> None:
        self._settings = settings
        self._allowed = frozenset(settings.names(ALLOWED_KEY) if settings is not None else ())

    @property
    def allowed(self) -> frozenset[str]:
        """The SHA-256 of the files that may be run."""
        return self._allowed

    def allow(self, sha256: str) -> None:
        """Remember that a file may be run."""
        if self._settings is not None:
            self._allowed |= frozenset(self._settings.names(ALLOWED_KEY))
        self._allowed |= {sha256}
        if self._settings is not None:
            self._settings.remember(ALLOWED_KEY, sorted(self._allowed))

    def of(self, code: Iterable[CodeFile]) -> tuple[CodeFile, ...]:
        """Return those of these files that may be run."""
        return tuple(file for file in code if file.sha256 in self._allowed)


def read(path: Path) -> CodeFile:
    """Return what a design notes of a Python file, which is not run; raises FileProblem."""
    name = files.shown(path)
    data = files.read_bytes(path, LARGEST)
    if path.suffix != ".py" or not path.stem.isidentifier() or path.stem in IMPORTED:
        raise FileProblem(
            "misnamed",
            f"A script cannot import {name} by its name.",
            "Name it like a Python module of its own, such as my_layers.py.",
        )
    try:
        ast.parse(data, name)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        raise FileProblem(
            "not_python", f"{name} is not sound Python{line}.", "Mend it, then name it again."
        ) from error
    return CodeFile(str(path.absolute()), hashlib.sha256(data).hexdigest())


def with_file(document: Document, file: CodeFile) -> Document:
    """Return a design that knows a Python file, in the place of an earlier state of it."""
    return edits.set_code(document, (*document.code, file))
