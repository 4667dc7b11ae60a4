"""Where the canvas is looked at from: zoom and place of the view."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsView

SMALLEST, LARGEST = 0.005, 4.0
STEP = 1.2
"""How much one click of the wheel or one key zooms."""
MARGIN = 48.0
"""Room left around what is fitted into the view, in pixels of the screen."""
FAR = 1_000_000.0


class Camera:
    """Moves a view over its scene. Its scroll range has no end worth the name."""

    def __init__(self, view: QGraphicsView) -> None:
        self._view = view
        view.setSceneRect(QRectF(-FAR / 2, -FAR / 2, FAR, FAR))

    @property
    def zoom(self) -> float:
        """Pixels on the screen for a pixel of the scene."""
        return self._view.transform().m11()

    def zoom_to(self, zoom: float, anchor: QPointF | None = None) -> None:
        """Set the zoom, keeping what is at `anchor` (in the viewport, else its middle) there."""
        view = self._view
        zoom = min(max(zoom, SMALLEST), LARGEST)
        if anchor is None:
            anchor = QPointF(view.viewport().rect().center())
        before = self.scene_at(anchor)
        view.setTransform(view.transform().fromScale(zoom, zoom))
        self._put(before, anchor)

    def zoom_by(self, factor: float, anchor: QPointF | None = None) -> None:
        """Zoom by a factor around `anchor`."""
        self.zoom_to(self.zoom * factor, anchor)

    def pan(self, dx: float, dy: float) -> None:
        """Move what is seen by (dx, dy) pixels of the screen, as a hand would drag it."""
        across, down = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        across.setValue(across.value() - round(dx))
        down.setValue(down.value() - round(dy))

    def look_at(self, centre: QPointF) -> None:
        """Put a place of the scene in the middle."""
        self._view.centerOn(centre)

    def fit(self, rect: QRectF, *, largest: float = 1.0) -> None:
        """Show all of `rect`, no larger than `largest`."""
        if rect.isEmpty():
            self.zoom_to(1.0)
            self.look_at(QPointF(0, 0))
            return
        room = self._view.viewport().size()
        across = max(50.0, room.width() - 2 * MARGIN) / rect.width()
        down = max(50.0, room.height() - 2 * MARGIN) / rect.height()
        self.zoom_to(min(across, down, largest))
        self.look_at(rect.center())

    def reveal(self, rect: QRectF) -> None:
        """Move as little as it takes to show `rect`; the zoom stays."""
        seen = self.seen()
        room = 24 / self.zoom
        wanted = rect.adjusted(-room, -room, room, room)
        if seen.contains(wanted):
            return
        dx = _shift(seen.left(), seen.right(), wanted.left(), wanted.right())
        dy = _shift(seen.top(), seen.bottom(), wanted.top(), wanted.bottom())
        self.look_at(seen.center() + QPointF(dx, dy))

    def show(self, rect: QRectF, first: QRectF) -> None:
        """Show `rect` without zooming; where it is larger than what is seen, `first` and on."""
        seen = self.seen()
        if rect.width() <= seen.width() and rect.height() <= seen.height():
            self.reveal(rect)
        else:
            self.look_at(first.center() + QPointF(seen.width() / 3, 0))

    def seen(self) -> QRectF:
        """Return the part of the scene that is seen."""
        view = self._view
        return view.mapToScene(view.viewport().rect()).boundingRect()

    def scene_at(self, at: QPointF) -> QPointF:
        """Return the place in the scene of a place in the viewport, to a fraction of a pixel."""
        inverted, _ = self._view.viewportTransform().inverted()
        return inverted.map(at)

    def screen_at(self, at: QPointF) -> QPointF:
        """Return the place in the viewport of a place in the scene."""
        return self._view.viewportTransform().map(at)

    def _put(self, scene_place: QPointF, anchor: QPointF) -> None:
        there = self.screen_at(scene_place)
        self.pan(anchor.x() - there.x(), anchor.y() - there.y())


def _shift(low: float, high: float, wanted_low: float, wanted_high: float) -> float:
    if wanted_high - wanted_low > high - low or wanted_low < low:
        return wanted_low - low
    return max(0.0, wanted_high - high)
