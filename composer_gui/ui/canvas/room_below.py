"""Where the next call of a node's layer has room below it, whatever lies there already."""

from __future__ import annotations

import math

from composer_gui.core.document import Document, Frame, Node, Note
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.verdicts import UNKNOWN
from composer_gui.ui.canvas.faces import face
from composer_gui.ui.canvas.geometry import GRID, SNAP, WIDEST, lay_out

GAP = 2 * GRID
"""Between a node and its twin below, in pixels."""


def place_below(document: Document, catalog: Catalog, node_id: str) -> tuple[float, float]:
    """Return the first place below a node where a node like it would cover no other one.

    A node counts with the greatest width that nodes have. Frames are no matter: nodes lie in them.
    """
    node = document.nodes[node_id]
    height = _height(document, catalog, node)
    y = _snapped_up(node.y + height + GAP)
    others = [n for n in document.nodes.values() if _is_in_the_way(n, node.x)]
    for other in sorted(others, key=lambda other: other.y):
        if other.y >= y + height + GRID:
            break  # so are all that come behind it
        bottom = other.y + _height(document, catalog, other)
        if bottom + GRID > y:
            y = _snapped_up(bottom + GRID)
    return node.x, y


def _is_in_the_way(other: Node, x: float) -> bool:
    width = other.width if isinstance(other, Note) else WIDEST
    return not isinstance(other, Frame) and other.x - WIDEST < x < other.x + width


def _height(document: Document, catalog: Catalog, node: Node) -> float:
    if isinstance(node, Note):
        return node.height
    shown = face(document, catalog, lambda _: UNKNOWN, node.id)
    return lay_out(shown, lambda _style, _text: 0.0).height


def _snapped_up(y: float) -> float:
    return SNAP * math.ceil(y / SNAP)
