"""Runs the Python files in which the user's own layers are defined, in the engine only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from composer_gui.core.document import CodeFile
from composer_gui.core.kinds_of_files import KINDS
from composer_gui.core.misfits import NODE
from composer_gui.engine import keras_facts
from composer_gui.engine.keras_specs import CannotCall

LONGEST_REASON = 160
"""Characters of what Python says of a file, in a sentence; the detail has more."""


class UserCode:
    """The classes and functions of Python files that the user allowed, each file run once.

    A file is run only while it is the very one that was allowed, by its SHA-256.
    """

    def __init__(self) -> None:
        self._known: dict[CodeFile, dict[str, Any] | CannotCall] = {}

    def objects(self, files: tuple[CodeFile, ...]) -> Mapping[str, Any]:
        """Return what the files define, by name; raises CannotCall with what went wrong."""
        found: dict[str, Any] = {}
        for file in files:
            if file not in self._known:
                self._known[file] = _run(file)
            known = self._known[file]
            if isinstance(known, CannotCall):
                if not known.lasting:
                    del self._known[file]
                raise known
            found |= known
        return found


def _run(file: CodeFile) -> dict[str, Any] | CannotCall:
    try:
        return keras_facts.run_code(file.path, file.sha256)
    except keras_facts.CodeChanged:
        words = {"node": NODE, "path": file.path}
        return CannotCall(KINDS["code_changed"].problem(words=words), lasting=False)
    except (Exception, SystemExit) as error:  # a file that ends Python must not end the engine
        text = f"{type(error).__name__}: {error}"[:2000]
        said = " ".join(text.split())[:LONGEST_REASON]
        words = {"node": NODE, "path": file.path, "said": said.rstrip(".")}
        return CannotCall(KINDS["code_failed"].problem(words=words, detail=text))
