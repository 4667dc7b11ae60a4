"""Gesture: drag the corner of a frame or note."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from composer_gui.core import edits
from composer_gui.core.change import Change
from composer_gui.ui.canvas.geometry import SMALLEST_FRAME, snapped
from composer_gui.ui.canvas.plates import Plate


class Resize:
    """Makes a frame or note as large as the hand says, on the grid."""

    def __init__(self, view, node_id: str, at: QPointF) -> None:
        self._scene = view.scene()
        self._item: Plate = self._scene.nodes[node_id]
        self._before = self._item.size
        self._start = at
        self._scene.select({node_id})

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Show the size; the document waits for the end."""
        self._item.set_size(*self._size(at, modifiers))
        self._scene.moved.emit([self._item.node_id])

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Set the size in the document."""
        size = self._size(at, modifiers)
        self._scene.session.try_apply("Resize", edits.resize, self._item.node_id, *size)

    def cancel(self) -> None:
        """Take the size that the document has."""
        node_id = self._item.node_id
        if self._scene.nodes.get(node_id) is self._item:
            node = self._scene.session.document.nodes[node_id]
            self._item.set_size(node.width, node.height)
            self._scene.moved.emit([node_id])

    def survives(self, change: Change) -> bool:
        """It ends when the node goes or becomes another."""
        return self._item.node_id not in change.removed | change.changed

    def _size(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> tuple[float, float]:
        width = self._before[0] + at.x() - self._start.x()
        height = self._before[1] + at.y() - self._start.y()
        if not modifiers & Qt.KeyboardModifier.ControlModifier:
            width, height = snapped(width), snapped(height)
        return max(width, SMALLEST_FRAME[0]), max(height, SMALLEST_FRAME[1])
