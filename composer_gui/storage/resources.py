"""What Composer ships with: the layer catalog, and by name what `shipped` finds as text."""

from __future__ import annotations

import functools
import json

from composer_gui.core.layers.catalog import Catalog
from composer_gui.storage.shipped import (
    example_design,
    example_index,
    example_names,
    folder,
    gallery_edition,
    text,
)

__all__ = (
    "catalog",
    "example_design",
    "example_index",
    "example_names",
    "folder",
    "gallery_edition",
    "text",
)


@functools.cache
def catalog() -> Catalog:
    """Return the layers of Keras that a design may use, read once."""
    return Catalog.from_plain(json.loads(text("layers.json")))
