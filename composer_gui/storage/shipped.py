"""Finds what Composer ships with, as text: examples, fonts, and what reads the rest by name."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent.parent


@functools.cache
def folder() -> Path:
    """Return the folder of the resources: inside an installed package, beside it in a checkout."""
    installed = _PACKAGE / "resources"
    return installed if installed.is_dir() else _PACKAGE.parent / "resources"


def text(name: str) -> str:
    """Return the text of a resource, by its path below the folder of the resources."""
    return (folder() / name).read_text(encoding="utf-8")


@functools.cache
def _gallery() -> dict[str, Any]:
    return json.loads(text("examples/index.json"))


def example_index() -> tuple[dict[str, Any], ...]:
    """Return the gallery's entries in order, as the fields of `session.examples.Example`."""
    return tuple(_gallery()["examples"])


def gallery_edition() -> str:
    """Return what changes whenever the gallery's saved models have to be made anew."""
    return _gallery()["edition"]


def example_names() -> tuple[str, ...]:
    """Return the names of the examples in the order of the gallery."""
    return tuple(entry["name"] for entry in example_index())


def example_design(name: str) -> Path:
    """Return where the design of an example is, without the saved models it uses."""
    return folder() / "examples" / f"{name}.composer"
