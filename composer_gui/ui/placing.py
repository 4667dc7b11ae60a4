"""Puts what was chosen in the palette in the middle of the canvas."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF

from composer_gui.ui.canvas.geometry import GRID
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.offers import TYPICAL, offer_for
from composer_gui.ui.canvas.view import CanvasView

STEP = (10 * GRID, 5 * GRID)
"""How far apart the places are that are looked at for a new node, in pixels."""

FURTHEST = 5
"""How many steps from the middle a new node is put at most."""


def place(view: CanvasView, what: str, class_name: str = "") -> None:
    """Add a "layer", "input", "output", "frame" or "note" where there is room, and select it."""
    session = view.session
    offer = offer_for(session.catalog, what, class_name)
    x, y = free_place(view)
    change = session.try_apply(f"Add {offer.title}", offer.add, x, y)
    if change is not None:
        view.show_added(change.added & set(session.document.nodes))


def free_place(view: CanvasView) -> tuple[float, float]:
    """Return where a node has its corner that covers no other, as near to the middle as there is.

    Where all is full it is the middle, a little aside from whatever has its corner there.
    """
    x, y = middle(view)
    for dx, dy in _AROUND:
        room = QRectF(x + dx, y + dy, *TYPICAL).adjusted(-GRID / 2, -GRID / 2, GRID / 2, GRID / 2)
        near = view.scene().items_in(room, NodeItem)
        if not any(item.card().intersects(room) for item in near):
            return x + dx, y + dy
    return view.scene().free_place(x, y)


def _around() -> list[tuple[float, float]]:
    """Return ways from the middle to the places around it, the nearest first, below and right."""
    across, down = range(-FURTHEST, FURTHEST + 1), range(-FURTHEST, FURTHEST + 1)
    ways = [(STEP[0] * column, STEP[1] * row) for column in across for row in down]
    return sorted(ways, key=lambda way: (math.hypot(*way), -way[1], -way[0]))


def middle(view: CanvasView) -> tuple[float, float]:
    """Return where a node has its corner when it is in the middle of the canvas, on the grid."""
    centre = view.center()
    x, y = centre.x() - TYPICAL[0] / 2, centre.y() - TYPICAL[1] / 2
    return round(x / GRID) * GRID, round(y / GRID) * GRID


_AROUND = _around()
