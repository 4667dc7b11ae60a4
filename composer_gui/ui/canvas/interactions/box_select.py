"""Gesture: draw a rectangle over what is to be selected; Shift adds it, Ctrl takes it away."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsRectItem

from composer_gui.core.change import Change
from composer_gui.ui.canvas.ink import screen_pen
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.plates import Plate

ADDING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class BoxSelect:
    """Selects nodes that the rectangle touches, frames and notes that lie inside it."""

    def __init__(self, view, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._view = view
        self._scene = view.scene()
        self._start = at
        self._level = self._shown_level()
        self._before = (self._scene.selected_nodes, self._scene.selected_wires)
        self._kept = self._scene.selected_nodes if modifiers & ADDING else frozenset()
        self._takes_away = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        self._band: QGraphicsRectItem | None = None
        if not modifiers & ADDING:
            self._scene.select()

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Stretch the rectangle to `at` and show what it selects."""
        if self._band is None:
            self._band = self._new_band()
        rect = QRectF(self._start, at).normalized()
        self._band.setRect(rect)
        inside = self._inside(rect)
        chosen = self._kept - inside if self._takes_away else self._kept | inside
        self._scene.select(chosen, self._before[1] if self._takes_away else ())

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Keep what is selected."""
        self._drop_band()

    def cancel(self) -> None:
        """Select what was selected before, if the level is shown where that is."""
        self._drop_band()
        if self._shown_level() == self._level:
            self._scene.select(*self._before)

    def _shown_level(self) -> tuple:
        session = self._scene.session
        return session.history, session.place

    def survives(self, change: Change) -> bool:
        """A change of the design does not disturb it."""
        return True

    def _inside(self, rect: QRectF) -> set[str]:
        touched = self._scene.items_near(rect)
        return {
            item.node_id
            for item in touched
            if (isinstance(item, NodeItem) and rect.intersects(item.card()))
            or (isinstance(item, Plate) and rect.contains(item.card()))
        }

    def _new_band(self) -> QGraphicsRectItem:
        accent = self._scene.ink.theme.accent
        ground = QColor(accent)
        ground.setAlphaF(0.12)
        band = QGraphicsRectItem()
        band.setPen(screen_pen(accent, 1.0, self._view.devicePixelRatioF()))
        band.setBrush(ground)
        band.setZValue(100)
        self._scene.addItem(band)
        return band

    def _drop_band(self) -> None:
        if self._band is not None:
            self._scene.removeItem(self._band)
            self._band = None
