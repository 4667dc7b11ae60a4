"""The levels of a design: submodels within submodels, and the way to the one that is shown.

A *trail* is the way from the whole design to a level: the ids of the submodels that are entered,
one after the other. The whole design is at the empty trail.
"""

from __future__ import annotations

from collections.abc import Sequence

from composer_gui.core import edits
from composer_gui.core.change import Change
from composer_gui.core.document import Document, wires_into
from composer_gui.core.layer_kinds import Submodel

Trail = tuple[str, ...]


def at(root: Document, trail: Trail) -> Document | None:
    """Return the design of the level that a trail leads to, None where it leads nowhere."""
    for layer_id in trail:
        layer = root.layers.get(layer_id)
        if not isinstance(layer, Submodel):
            return None
        root = layer.design
    return root


def nearest(root: Document, trail: Trail) -> Trail:
    """Return so much of a trail as leads somewhere."""
    while at(root, trail) is None:
        trail = trail[:-1]
    return trail


def names(root: Document, trail: Trail) -> tuple[tuple[str, str], ...]:
    """Return each submodel on a trail with its name; the trail has to lead somewhere."""
    found = []
    for layer_id in trail:
        layer = root.layers[layer_id]
        found.append((layer_id, layer.name))
        root = layer.design
    return tuple(found)


def lifted(root: Document, trail: Trail, design: Document) -> Document:
    """Return `root` with `design` at the end of the trail; it costs what the level holds."""
    if not trail:
        return design
    layer_id, *rest = trail
    inner = lifted(root.layers[layer_id].design, tuple(rest), design)
    return edits.with_design(root, layer_id, inner.settled())


def switched(old: Document, new: Document) -> Change:
    """Return the Change from one level to another: nothing of the one is anything of the other.

    Ids are alike on every level, so what has the same id is not the same node.
    """
    return Change(
        added=frozenset(new.nodes),
        removed=frozenset(old.nodes),
        layers=frozenset(old.layers) | frozenset(new.layers),
        wires_added=frozenset(_wires(new)),
        wires_removed=frozenset(_wires(old)),
        head=True,
    )


def _wires(document: Document) -> Sequence:
    return [wire for node in document.nodes.values() if node.inputs for wire in wires_into(node)]
