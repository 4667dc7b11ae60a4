"""Writes pictures of designs that were drawn elsewhere."""

from __future__ import annotations

from pathlib import Path

from composer_gui.core.errors import FileProblem
from composer_gui.storage.files import shown, write_atomically

SVG, PNG, PDF = ".svg", ".png", ".pdf"
SUFFIXES = (SVG, PNG, PDF)
"""The kinds of pictures, by the suffixes of their files."""


def kind_of(path: Path) -> str:
    """Return the suffix that says what kind of picture a file is; raises FileProblem."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise FileProblem(
            "misnamed",
            f"{shown(path)} is not the name of a picture.",
            "Name it .svg, .png or .pdf.",
        )
    return suffix


def write(path: Path, data: bytes) -> None:
    """Put a picture in the place of a file; raises FileProblem, and then the old one stays."""
    write_atomically(path, data)
