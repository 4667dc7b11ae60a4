"""Lines that show what a dragged node stands in line with, and pull it there."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import QGraphicsPathItem

from composer_gui.core.alignment import Guide, Lines
from composer_gui.ui import preferences
from composer_gui.ui.canvas.geometry import snapped
from composer_gui.ui.canvas.ink import screen_pen
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.plates import Plate

REACH = 6.0
"""How near, in pixels of the screen, an edge or a middle has to come to be pulled in line."""
BEYOND = 10.0
"""How far a line goes beyond what it lines up, in pixels of the screen."""
MOST = 600
"""Of more nodes in view nobody sees the lines; then there are none."""


class AlignmentGuides:
    """Where a box that is dragged comes to lie: in line with what is seen, else on the grid.

    Who has chosen no grid has only the lines.

    `moving` are the nodes that go along, with which nothing is lined up.
    """

    def __init__(self, view, moving: Collection[str]) -> None:
        self._view = view
        self._moving = frozenset(moving)
        self._on_grid = bool(preferences.current().value(preferences.SNAP))
        self._lines: Lines | None = None
        self._items: list[QGraphicsPathItem] = []

    def look_again(self) -> None:
        """Take note that something else is seen."""
        self._lines = None

    def settled(self, box: QRectF, dx: float, dy: float) -> tuple[float, float]:
        """Return by how much `box` is moved that the hand moves by (dx, dy), and show why."""
        if self._lines is None:
            self._lines = Lines(self._seen())
        there = (box.x() + dx, box.y() + dy, box.width(), box.height())
        snap = self._lines.snap(there, REACH / self._view.camera.zoom)
        self._show(snap.guides)
        across = dx + snap.dx if snap.across else self._stop(box.x() + dx) - box.x()
        down = dy + snap.dy if snap.down else self._stop(box.y() + dy) - box.y()
        return across, down

    def _stop(self, value: float) -> float:
        """Return where a coordinate stops: at the grid, or where it is for who wants none."""
        return snapped(value) if self._on_grid else value

    def clear(self) -> None:
        """Take the lines away."""
        self._show(())

    def _seen(self) -> Iterable[tuple[float, float, float, float]]:
        view = self._view
        if view.overview.holds(view):
            return ()
        near = view.scene().items_near(view.camera.seen())
        items = [i for i in near if isinstance(i, NodeItem | Plate)]
        cards = [i.card() for i in items if i.node_id not in self._moving]
        return [card.getRect() for card in cards] if len(cards) <= MOST else ()

    def _show(self, guides: tuple[Guide, ...]) -> None:
        while len(self._items) > len(guides):
            self._view.scene().removeItem(self._items.pop())
        # An item for each: around all of them there is much that would be painted anew
        self._items += [self._new_item() for _ in guides[len(self._items) :]]
        beyond = BEYOND / self._view.camera.zoom
        for item, guide in zip(self._items, guides, strict=True):
            start, end = guide.start - beyond, guide.end + beyond
            ends = ((guide.at, start), (guide.at, end)) if guide.upright else (
                (start, guide.at), (end, guide.at))  # fmt: skip
            path = QPainterPath(QPointF(*ends[0]))
            path.lineTo(*ends[1])
            item.setPath(path)

    def _new_item(self) -> QGraphicsPathItem:
        item = QGraphicsPathItem()
        view = self._view
        item.setPen(screen_pen(view.ink.theme.accent, 1.0, view.devicePixelRatioF()))
        item.setZValue(-10)  # below nodes, so that it crosses no words, and above frames
        self._view.scene().addItem(item)
        return item
