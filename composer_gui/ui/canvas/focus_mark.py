"""Where the keys are, made visible: a ring around the canvas, and one around the node at hand."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QRegion
from PySide6.QtWidgets import QGraphicsRectItem

from composer_gui.core.document import Wire
from composer_gui.ui import theme

ROOM = 6.0
"""Between a node's card and the ring around it, in pixels of the screen."""
WIDTH = 2


class FocusMark:
    """A dashed ring around a node, and a border of two pixels within the canvas.

    Both are there while the keys are used, and go with the mouse or when the focus goes. The ring
    is dashed and outside the card, so that it is told from the border of what is selected. At a
    wire it is around the middle, where its words stand.
    """

    def __init__(self, view) -> None:
        self._view = view
        self._item: QGraphicsRectItem | None = None
        self.node = ""
        self.wire: Wire | None = None
        self.is_shown = False

    def show(self, node_id: str, wire: Wire | None = None) -> None:
        """Mark the canvas and a node or a wire, or with "" the canvas alone."""
        if not self.is_shown:
            self.is_shown = True
            self.update()
        self.node, self.wire = node_id, wire
        self.follow()

    def hide(self) -> None:
        """Take both marks away."""
        self.node, self.wire = "", None
        self.follow()
        if self.is_shown:
            self.update()
            self.is_shown = False

    def follow(self) -> None:
        """Put the ring around the node or the wire as it is now."""
        marked = self._marked()
        if marked is None:
            if self._item is not None:
                self._view.scene().removeItem(self._item)
                self._item = None
            return
        if self._item is None:
            self._item = QGraphicsRectItem()
            self._item.setZValue(95)
            self._view.scene().addItem(self._item)
        self._item.setPen(self._pen())
        self._item.setRect(self._around(marked))

    def _marked(self) -> QRectF | None:
        """Return what the ring is around, in the scene; None for nothing that is seen."""
        scene = self._view.scene()
        wire, item = scene.wires.get(self.wire), scene.nodes.get(self.node)
        if wire is not None and wire.isVisible():
            return wire.words_rect()
        return item.card() if item is not None and item.isVisible() else None

    def update(self) -> None:
        """Have the border of the canvas painted anew."""
        self._view.viewport().update(self._border())

    def scrolled(self, dx: int, dy: int) -> None:
        """Paint the border anew where its pixels were moved to, and where it belongs."""
        if self.is_shown:
            border = self._border()
            self._view.viewport().update(border + border.translated(dx, dy))

    # Painting ------------------------------------------------------------------------------------

    def paint_far(self, painter: QPainter) -> None:
        """Paint the ring into a picture of the scene whose items do not paint themselves."""
        if self._item is not None:
            painter.setPen(self._item.pen())
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self._item.rect())

    def paint_border(self, region: QRegion) -> None:
        """Paint the border within the viewport, above everything."""
        if self.is_shown and region.intersects(self._border()):
            painter = QPainter(self._view.viewport())
            for strip in self._strips():
                painter.fillRect(strip, theme.current().accent)
            painter.end()

    def _pen(self) -> QPen:
        pen = QPen(theme.current().text, WIDTH, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([2.5, 2.0])
        pen.setCosmetic(True)
        return pen

    def _around(self, card: QRectF) -> QRectF:
        by = (ROOM if self.wire is None else 0.0) / max(self._view.camera.zoom, 0.01)
        return card.adjusted(-by, -by, by, by)

    def _strips(self) -> tuple[QRect, ...]:
        room = self._view.viewport().rect()
        across, down = room.width(), room.height()
        return (
            QRect(0, 0, across, WIDTH),
            QRect(0, down - WIDTH, across, WIDTH),
            QRect(0, 0, WIDTH, down),
            QRect(across - WIDTH, 0, WIDTH, down),
        )

    def _border(self) -> QRegion:
        region = QRegion()
        for strip in self._strips():
            region += QRegion(strip)
        return region
