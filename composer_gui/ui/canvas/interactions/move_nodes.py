"""Gesture: drag nodes, notes and frames; one undo step however far they go."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, Qt

from composer_gui.core import edits
from composer_gui.core.change import Change
from composer_gui.ui.canvas.geometry import snapped
from composer_gui.ui.canvas.hits import Hit
from composer_gui.ui.canvas.plates import FrameItem
from composer_gui.ui.canvas.scene import CanvasScene

ADDING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class MoveNodes:
    """Drags what is selected, on the grid; Ctrl held while dragging leaves the grid.

    A press selects the node under the mouse. A release without a drag is a click: it selects that
    node alone, or with Shift or Ctrl takes it out again. A click on its mark tells what is wrong.
    """

    def __init__(self, view, hit: Hit, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._view = view
        self._scene: CanvasScene = view.scene()
        self._node_id = node_id = hit.node
        self._on_mark = hit.on_mark
        self._start = at
        self._was_selected = node_id in self._scene.selected_nodes
        self._adding = bool(modifiers & ADDING)
        self._from: dict[str, tuple[float, float]] = {}
        self._moving = False
        self._select_pressed()

    def _select_pressed(self) -> None:
        scene = self._scene
        if self._was_selected:
            return
        kept = scene.selected_nodes if self._adding else frozenset()
        scene.select(kept | {self._node_id}, scene.selected_wires if self._adding else ())

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Put the items where the hand is; the document waits for the end."""
        if not self._moving:
            self._moving = True
            nodes = self._scene.nodes
            carried = with_carried(self._scene, self._scene.selected_nodes)
            self._from = {node_id: (nodes[node_id].x(), nodes[node_id].y()) for node_id in carried}
        self._scene.place(self._places(at, modifiers))

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Move the nodes in the document, or treat the press as a click."""
        if not self._moving:
            self._click()
            return
        places = self._places(at, modifiers)
        if self._scene.session.try_apply("Move", edits.move, places) is None:
            self._scene.place(self._from)

    def cancel(self) -> None:
        """Put the items back."""
        if self._moving:
            self._scene.place({i: p for i, p in self._from.items() if i in self._scene.nodes})

    def survives(self, change: Change) -> bool:
        """It ends when something that is being dragged goes or moves by itself."""
        return not (set(self._from) & (change.removed | change.changed))

    def _click(self) -> None:
        scene = self._scene
        if self._on_mark and not self._adding:
            scene.select({self._node_id})
            self._view.card.show_for(self._node_id)
        elif not self._was_selected:
            return
        elif self._adding:
            scene.select(scene.selected_nodes - {self._node_id}, scene.selected_wires)
        else:
            scene.select({self._node_id})

    def _places(self, at: QPointF, modifiers: Qt.KeyboardModifier):
        dx, dy = at.x() - self._start.x(), at.y() - self._start.y()
        if not modifiers & Qt.KeyboardModifier.ControlModifier:
            x, y = self._from[self._node_id]
            dx, dy = snapped(x + dx) - x, snapped(y + dy) - y
        return {node_id: (x + dx, y + dy) for node_id, (x, y) in self._from.items()}


def with_carried(scene: CanvasScene, node_ids: Iterable[str]) -> set[str]:
    """Return these nodes and all that lies inside the frames among them."""
    carried = set(node_ids)
    for node_id in tuple(carried):
        frame = scene.nodes[node_id]
        if isinstance(frame, FrameItem):
            card = frame.card()
            inside = scene.items_near(card)
            carried |= {
                item.node_id
                for item in inside
                if hasattr(item, "node_id") and card.contains(item.card())
            }
    return carried


def nudge(scene: CanvasScene, dx: float, dy: float) -> None:
    """Move what is selected by (dx, dy) pixels; nudges in a row are one undo step."""
    carried = with_carried(scene, scene.selected_nodes)
    nodes = scene.session.document.nodes
    places = {node_id: (nodes[node_id].x + dx, nodes[node_id].y + dy) for node_id in carried}
    if places:
        scene.session.try_apply("Move", edits.move, places, merge=("nudge", frozenset(carried)))
