"""A saved model laid out as a design of its layers, level by level, while the caller waits."""

from __future__ import annotations

from pathlib import Path

from composer_gui.core import edits, opening
from composer_gui.core.document import Call, Document, in_order
from composer_gui.core.inside import Inside, NotOpenable
from composer_gui.core.layer_kinds import SavedModel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.session import model_files

ALL = 0
"""A depth: every level there is."""


def imported(path: Path, catalog: Catalog, depth: int = 1) -> Document:
    """Return the design of a saved model, with its weights and so many levels laid out, or `ALL`.

    Raises FileProblem, and NotOpenable for a model of which only its code knows what is inside.
    """
    path = path.absolute()
    inside = model_files.read_inside(path)
    sha256 = model_files.fingerprint(path)
    model = opening.model_of(inside, "", path=str(path), sha256=sha256)
    document = opening.opened(inside, model, catalog, all_levels=depth == ALL)
    for _ in range(1, depth):
        document = _one_level_more(document, inside, catalog)
    return document.settled()


def _one_level_more(document: Document, inside: Inside, catalog: Catalog) -> Document:
    callers = {node.layer: node.id for node in in_order(document.nodes) if isinstance(node, Call)}
    for layer in in_order(document.layers):
        if isinstance(layer, SavedModel):
            try:
                design = opening.opened(inside, layer, catalog)
            except NotOpenable:
                continue
            document = edits.splice(document, callers[layer.id], design)
    return document
