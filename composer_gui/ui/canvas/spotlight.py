"""A few nodes in full light, and all the rest behind a veil."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem

VEIL = 0.72
"""How much of what is not meant is covered."""


class Spotlight:
    """Lays a veil over a canvas and paints the nodes that are lit once more above it.

    So nothing is changed in the items, and it costs what is lit and seen.
    """

    def __init__(self, view) -> None:
        self._view = view
        self.lit: frozenset[str] = frozenset()
        self.is_on = False

    def light(self, node_ids: Iterable[str]) -> None:
        """Light these nodes and veil the rest."""
        lit = frozenset(node_ids)
        if not self.is_on or lit != self.lit:
            self.lit, self.is_on = lit, True
            self._view.viewport().update()

    def put_out(self) -> None:
        """Show everything as it is."""
        if self.is_on:
            self.lit, self.is_on = frozenset(), False
            self._view.viewport().update()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Paint veil and lit nodes within `rect`, above items that painted themselves."""
        if not self.is_on:
            return
        painter.fillRect(rect, self._veil())
        option = QStyleOptionGraphicsItem()
        nodes = self._view.scene().nodes
        for node_id in self.lit:
            item = nodes.get(node_id)
            if item is None or not item.isVisible():
                continue
            if item.sceneBoundingRect().intersects(rect):
                painter.save()
                painter.translate(item.pos())
                item.paint(painter, option, None)
                painter.restore()
        self._view.keyboard.mark.paint_far(painter)

    def paint_far(self, painter: QPainter) -> None:
        """Paint veil and lit nodes above a picture that was painted in one batch."""
        if self.is_on:
            painter.fillRect(self._view.camera.seen(), self._veil())
            self._view.overview.paint_some(painter, self.lit, self._view.camera.zoom)

    def _veil(self) -> QColor:
        veil = QColor(self._view.ink.theme.canvas)
        veil.setAlphaF(VEIL)
        return veil
