"""Gesture: cut wires with a stroke across them; one undo step for all of them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import QGraphicsPathItem

from composer_gui.core.change import Change
from composer_gui.core.document import Wire
from composer_gui.core.wording import counted
from composer_gui.ui.canvas.commands import delete_all
from composer_gui.ui.canvas.ink import screen_pen
from composer_gui.ui.canvas.scene import CanvasScene
from composer_gui.ui.canvas.wire_item import WireItem


class CutWires:
    """Follows the mouse with a line; what it crosses is red, and is cut at the release.

    Going back over the line spares nothing: a wire that was crossed is cut.
    """

    def __init__(self, view, at: QPointF) -> None:
        self._view = view
        self._scene: CanvasScene = view.scene()
        self._last = at
        self._path = QPainterPath(at)
        self._stroke: QGraphicsPathItem | None = None
        self.crossed: set[Wire] = set()

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Draw the line on to `at` and mark what it crosses there."""
        if self._stroke is None:
            self._stroke = self._new_stroke()
        self._path.lineTo(at)
        self._stroke.setPath(self._path)
        for wire in self._crossed_by(self._last, at) - self.crossed:
            self.crossed.add(wire)
            self._scene.mark_wire(wire, "wrong")
        self._last = at
        self._view.notice.say(self._prospect(), at)

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Take away the wires that were crossed."""
        wires = {wire for wire in self.crossed if wire in self._scene.wires}
        self.cancel()
        if wires:
            self._scene.session.try_apply("Cut wires", delete_all, frozenset(), wires)

    def cancel(self) -> None:
        """Take the line away; the wires are as they were."""
        for wire in self.crossed:
            self._scene.mark_wire(wire, "")
        self.crossed.clear()
        if self._stroke is not None:
            self._scene.removeItem(self._stroke)
            self._stroke = None
        self._view.notice.say("")

    def survives(self, change: Change) -> bool:
        """It goes on without the wires that went."""
        self.crossed -= change.wires_removed
        return True

    def _crossed_by(self, start: QPointF, end: QPointF) -> set[Wire]:
        line = QPainterPath(start)
        line.lineTo(end)
        # A path with no area meets nothing, so it is given a little
        line.lineTo(end + QPointF(0.5, 0.5))
        line.closeSubpath()
        found = self._scene.items(line, Qt.ItemSelectionMode.IntersectsItemShape)
        wires = self._scene.wires
        return {i.wire for i in found if isinstance(i, WireItem) and wires.get(i.wire) is i}

    def _prospect(self) -> str:
        return f"cuts {counted(len(self.crossed), 'wire')}" if self.crossed else ""

    def _new_stroke(self) -> QGraphicsPathItem:
        stroke = QGraphicsPathItem()
        ratio, dashed = self._view.devicePixelRatioF(), Qt.PenStyle.DashLine
        stroke.setPen(screen_pen(self._scene.ink.theme.wrong, 1.6, ratio, dashed))
        stroke.setZValue(100)
        self._scene.addItem(stroke)
        return stroke
