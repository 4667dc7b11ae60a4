"""Puts what was chosen in the palette in the middle of the canvas."""

from __future__ import annotations

from composer_gui.ui.canvas.offers import offer_for
from composer_gui.ui.canvas.view import CanvasView

TYPICAL = (190.0, 96.0)
"""Width and height of a node, in pixels: its middle shall be the middle of the canvas."""

GRID = 24


def place(view: CanvasView, what: str, class_name: str = "") -> None:
    """Add a "layer", "input", "output", "frame" or "note" where there is room, and select it."""
    session = view.session
    offer = offer_for(session.catalog, what, class_name)
    x, y = view.scene().free_place(*middle(view))
    change = session.try_apply(f"Add {offer.title}", offer.add, x, y)
    if change is not None:
        view.show_added(change.added & set(session.document.nodes))


def middle(view: CanvasView) -> tuple[float, float]:
    """Return where a node has its corner when it is in the middle of the canvas, on the grid."""
    centre = view.center()
    x, y = centre.x() - TYPICAL[0] / 2, centre.y() - TYPICAL[1] / 2
    return round(x / GRID) * GRID, round(y / GRID) * GRID
