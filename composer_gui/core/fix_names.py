"""Fixes of names, and which known name is likest to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from composer_gui.core import edits
from composer_gui.core.document import Document, Dot, Frame, Note
from composer_gui.core.edit_wires import existing
from composer_gui.core.fix_sight import Sight, is_model
from composer_gui.core.fix_table import FIX_KINDS, Fix
from composer_gui.core.labels import unique_label
from composer_gui.core.passing import past_dots


def nearest_names(wanted: str, known: Iterable[str]) -> list[str]:
    """Return the three names most like `wanted`, each once; of those alike the earlier."""
    wanted = wanted.lower()
    return sorted(dict.fromkeys(known), key=lambda name: _unlike(wanted, name.lower()))[:3]


def _unlike(one: str, other: str) -> int:
    """Return how many characters have to be taken out or put in to make one of the other."""
    row = list(range(len(other) + 1))
    for number, a in enumerate(one, start=1):
        before, row[0] = row[0], number
        for at, b in enumerate(other, start=1):
            corner, before = before, row[at]
            row[at] = corner if a == b else 1 + min(row[at], row[at - 1])
    return row[-1]


def rename(sight: Sight) -> Iterator[Fix]:
    """Offer the names of a model's ports for what feeds them, and a free name for a double one."""
    document, node = sight.document, sight.node
    wires = sight.wires() if is_model(sight.layer) else []
    starts = [(past_dots(document, wire.source), wire.port) for wire in wires]
    fed = [(start.node, port) for start, port in starts if start is not None]
    pairs = {node_id: port for node_id, port in fed if document.label(node_id) != port}
    labels = sorted(document.label(node_id) for node_id in pairs)
    if len(pairs) > 1 and labels == sorted(pairs.values()):
        yield _renaming(document, pairs)
    label = sight.label
    named = (n for n in document.nodes.values() if not isinstance(n, Dot))
    same = [n.id for n in named if document.label(n.id) == label]
    if len(same) > 1 and not isinstance(node, Frame | Note | Dot):
        free = unique_label(document, label)
        yield _renaming(document, {node.id: free if free != label else f"{label}_1"})


def _renaming(document: Document, pairs: dict[str, str]) -> Fix:
    def edit(document: Document) -> Document:
        for node_id, label in pairs.items():
            document = edits.rename(document, existing(document, node_id).id, label)
        return document

    said = " and ".join(f"{document.label(node_id)} to {new}" for node_id, new in pairs.items())
    return FIX_KINDS["rename"].fix(edit, pairs=said)
