"""Gesture: drag a copy off the selected nodes, with Alt; one undo step."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QGraphicsItem, QGraphicsItemGroup

from composer_gui.core import fragment
from composer_gui.core.change import Change
from composer_gui.ui.canvas.alignment_guides import AlignmentGuides
from composer_gui.ui.canvas.dot_item import DotItem
from composer_gui.ui.canvas.ghosts import GhostCard, outline
from composer_gui.ui.canvas.hits import Hit
from composer_gui.ui.canvas.interactions.box_select import ADDING
from composer_gui.ui.canvas.interactions.move_nodes import (
    CONTROL,
    box_of,
    press_selects,
    with_carried,
)
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.scene import CanvasScene

MOST_CARDS = 60
"""Of more nodes only the outlines go along."""


class CopyNodes:
    """Shows where the copies would stand, as a drag would place them; the originals stay.

    A copy is one as `fragment.duplicate` makes it: the wires among the nodes are copied too.
    """

    def __init__(self, view, hit: Hit, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._view = view
        self._scene: CanvasScene = view.scene()
        self._node_id = hit.node
        self._start = at
        press_selects(self._scene, hit.node, adding=bool(modifiers & ADDING))
        self._copied: frozenset[str] = frozenset()
        self._ghosts: QGraphicsItemGroup | None = None
        self._guides: AlignmentGuides | None = None
        self._box = QRectF()

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Show where the copies would stand."""
        if self._ghosts is None:
            self._begin()
        self._ghosts.setPos(*self._offset(at, modifiers))

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Add the copies and select them; a click or a way of no length adds none."""
        if self._ghosts is None:
            return
        offset = self._offset(at, modifiers)
        self.cancel()
        if offset == (0.0, 0.0):
            return
        session = self._scene.session
        change = session.try_apply("Duplicate", fragment.duplicate, self._copied, *offset)
        if change is not None:
            self._scene.select(change.added)

    def cancel(self) -> None:
        """Take what is shown away."""
        if self._ghosts is not None:
            self._view.viewport().unsetCursor()
            self._guides.clear()
            self._scene.removeItem(self._ghosts)
            self._ghosts = None

    def survives(self, change: Change) -> bool:
        """It ends when something that is to be copied goes or becomes another."""
        return not self._copied & (change.removed | change.changed)

    def scrolled(self) -> None:
        """Line up with what is seen now."""
        if self._guides is not None:
            self._guides.look_again()

    def _begin(self) -> None:
        scene = self._scene
        self._view.viewport().setCursor(Qt.CursorShape.DragCopyCursor)
        carried = with_carried(scene, scene.selected_nodes)
        self._copied = frozenset(carried)
        self._box = box_of(scene, self._node_id, carried)
        self._guides = AlignmentGuides(self._view, ())
        self._ghosts = QGraphicsItemGroup()
        self._ghosts.setHandlesChildEvents(False)
        self._ghosts.setZValue(101)
        are_few = len(carried) <= MOST_CARDS
        for node_id in carried:
            item = scene.nodes[node_id]
            if item.isVisible():
                self._ghosts.addToGroup(_ghost_of(item, as_card=are_few))
        scene.addItem(self._ghosts)

    def _offset(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> tuple[float, float]:
        dx, dy = at.x() - self._start.x(), at.y() - self._start.y()
        if modifiers & CONTROL:
            self._guides.clear()
            return dx, dy
        return self._guides.settled(self._box, dx, dy)


def _ghost_of(item, *, as_card: bool) -> QGraphicsItem:
    if as_card and isinstance(item, NodeItem) and not isinstance(item, DotItem):
        ghost = GhostCard(item.node_id, item.face, item.ink)
        ghost.setPos(item.pos())
        return ghost
    return outline(item.card(), item.ink)
