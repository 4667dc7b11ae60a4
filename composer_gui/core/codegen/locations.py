"""How a script finds its saved models: beside itself, in one folder where they share one."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PureWindowsPath

from composer_gui.core.codegen.expressions import Atom, Binary, Expression, assignment, call
from composer_gui.core.codegen.literals import literal

_BESIDE_SCRIPT = Atom("Path(__file__).parent")


@dataclass(frozen=True)
class Locations:
    """`constant` are the lines that define MODELS or HERE, `beside` says in words where that is.

    `expressions` holds, by the keys of the paths, what stands for them.
    """

    constant: list[str]
    beside: str
    expressions: Mapping[str, Expression]


def locate(paths: Mapping[str, str]) -> Locations:
    """Return how to write these posix paths, which are absolute or relative to the script."""
    if not paths:
        return Locations([], "", {})
    folders = {posixpath.dirname(path) for path in paths.values()}
    if len(folders) == 1:
        (folder,) = folders
        return Locations(
            assignment("MODELS", _folder(folder)),
            _in_words(folder),
            {key: _joined("MODELS", posixpath.basename(path)) for key, path in paths.items()},
        )
    relative = any(not _is_absolute(path) for path in paths.values())
    return Locations(
        assignment("HERE", _BESIDE_SCRIPT) if relative else [],
        "at the paths below",
        {
            key: _folder(path) if _is_absolute(path) else _joined("HERE", path)
            for key, path in paths.items()
        },
    )


def _is_absolute(path: str) -> bool:
    """Return whether a path with forward slashes begins at a root, on any system."""
    return path.startswith("/") or PureWindowsPath(path).is_absolute()


def _folder(path: str) -> Expression:
    if _is_absolute(path):
        return call("Path", literal(path))
    return Binary(_BESIDE_SCRIPT, "/", literal(path)) if path else _BESIDE_SCRIPT


def _joined(constant: str, path: str) -> Expression:
    return Binary(Atom(constant), "/", literal(path))


def _in_words(folder: str) -> str:
    if _is_absolute(folder):
        return "in the folder below"
    return f"in {folder}/" if folder and not folder.startswith("..") else "beside this file"
