"""What of the picture has to be looked at anew after a change, and what of it first."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF

from composer_gui.core.change import Change
from composer_gui.core.document import Document
from composer_gui.ui.canvas.portraits import Portraits


def stale_after(
    portraits: Portraits, document: Document, change: Change, *, turns: bool
) -> set[str]:
    """Return the nodes that may show something else after a change; takes note of their layers.

    With `turns` the wires of the design run another way than before.
    """
    kin, folds = portraits.kinship, portraits.folds
    layers = set(change.layers)
    for node_id in change.removed:
        layers |= kin.forget(node_id)
    for node_id in change.added | change.changed:
        layers |= kin.call(document.nodes[node_id])
    layers |= kin.follow(document, change.layers)
    stale = set(change.changed)
    if turns:
        stale.update(document.nodes)
    for layer_id in layers:
        stale |= kin.calls(layer_id)
    wires = change.wires_added | change.wires_removed
    stale.update(wire.node for wire in wires)
    if folds.hidden:
        stale |= {folds.shown(end) for wire in wires for end in (wire.node, wire.source.node)}
    for node_id in (*stale, *change.removed, *change.added):
        stale |= portraits.waiting_for(node_id)
    return {node_id for node_id in stale if node_id in document.nodes}


def nearest(document: Document, node_ids: Iterable[str], seen: QRectF) -> list[str]:
    """Return nodes in the order of how far they are from the middle of what is seen."""
    centre, across, down = seen.center(), seen.width() or 1.0, seen.height() or 1.0
    x, y = centre.x(), centre.y()
    nodes = document.nodes

    def distance(node_id: str) -> float:
        node = nodes[node_id]
        return max(abs(node.x - x) / across, abs(node.y - y) / down)

    return sorted((node_id for node_id in node_ids if node_id in nodes), key=distance)
