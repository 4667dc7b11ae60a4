"""The corners of the view: a small map of the whole design, and the zoom in per cent."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPen, QPixmap, QRegion, QTransform

from composer_gui.core.change import Change
from composer_gui.ui import preferences, theme

SIZE = QSize(140, 98)
GAP = 12
_ZOOM_SIZE = QSize(64, 22)
_INSET = 6
"""From the edge of the zoom's ground to its words."""
_ROOM = 8.0
_LEAST_VIEW = QSize(420, 300)
LARGE = 300
"""Nodes from which the map is painted only once a design has come to rest."""
REST = 150
"""Milliseconds without a change after which a large design is at rest."""


class Minimap(QObject):
    """Painted by the view over its scene, not a widget: so the view can scroll by moving pixels.

    Its picture is made anew only when the design has changed, not while something is dragged, and
    of a large design a moment later: painting it takes longer than an edit.
    """

    def __init__(self, view) -> None:
        super().__init__(view)
        self._view = view
        self._picture: QPixmap | None = None
        self._to_map = QTransform()
        self.visible = bool(preferences.current().value(preferences.MINIMAP))
        self._later = QTimer(self, singleShot=True, interval=REST)
        self._connect()

    def _connect(self) -> None:
        self._later.timeout.connect(self._forget)
        scene = self._view.scene()
        for told in (scene.followed, scene.drawn, scene.judged, scene.selection_changed):
            told.connect(self._follow)
        scene.ways.led.connect(self._follow_later)  # a few wires at a time
        theme.watch().changed.connect(self._forget)
        preferences.current().changed.connect(self._take_choice)

    def _take_choice(self, key: str) -> None:
        if key == preferences.MINIMAP:
            self.visible = bool(preferences.current().value(key))
            self._picture = None
            self._view.viewport().update()

    def renew(self) -> None:
        """Make the picture anew: items have come to rest elsewhere than where it shows them."""
        self._follow()

    def _follow(self, _: object = None) -> None:
        is_large = len(self._view.session.document.nodes) > LARGE
        if is_large and self._picture is not None:
            self._later.start()
        else:
            self._forget()

    def _follow_later(self, _: object = None) -> None:
        self._later.start()

    def _forget(self, _: object = None) -> None:
        self._picture = None
        self._view.viewport().update(self.rect())

    # Where ---------------------------------------------------------------------------------------

    def rect(self) -> QRect:
        """Return the map's rectangle in the viewport; empty where there is no room or no use."""
        size = self._view.viewport().size()
        too_small = size.width() < _LEAST_VIEW.width() or size.height() < _LEAST_VIEW.height()
        if too_small or not self.visible or len(self._view.scene().nodes) < 2:
            return QRect()
        left, top = size.width() - SIZE.width() - GAP, size.height() - SIZE.height() - GAP
        return QRect(left, top, SIZE.width(), SIZE.height())

    def zoom_rect(self) -> QRect:
        """Return where the zoom is written."""
        height = self._view.viewport().height()
        return QRect(GAP - _INSET, height - _ZOOM_SIZE.height() - 8, *_ZOOM_SIZE.toTuple())

    def region(self) -> QRegion:
        """Return all that is painted over the scene."""
        return QRegion(self.rect()) + QRegion(self.zoom_rect())

    def scene_at(self, at: QPointF) -> QPointF:
        """Return the place of the scene that a place on the map stands for."""
        inverted, _ = self._to_map.inverted()
        return inverted.map(at - QPointF(self.rect().topLeft()))

    # Painting ------------------------------------------------------------------------------------

    def paint(self, painter: QPainter) -> None:
        """Paint map and zoom, in the viewport's pixels."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_zoom(painter)
        rect = self.rect()
        if rect.isEmpty():
            return
        if self._picture is None:
            self._picture = self._new_picture()
        painter.drawPixmap(rect.topLeft(), self._picture)
        seen = self._to_map.mapRect(self._view.camera.seen())
        seen = seen.translated(rect.topLeft()).intersected(QRectF(rect).adjusted(3, 3, -3, -3))
        painter.setPen(QPen(self._view.ink.theme.accent, 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(seen, 2, 2)

    def _paint_zoom(self, painter: QPainter) -> None:
        """Write the zoom on a ground of its own: a node or a wire may lie below it."""
        text = f"{round(self._view.camera.zoom * 100)} %"
        painter.setFont(theme.font(12, 400))
        room = QRectF(self.zoom_rect())
        room.setWidth(painter.fontMetrics().horizontalAdvance(text) + 2 * _INSET)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._view.ink.canvas)
        painter.drawRoundedRect(room, 5, 5)
        painter.setPen(self._view.ink.theme.secondary)
        painter.drawText(room.translated(_INSET, 0), Qt.AlignmentFlag.AlignVCenter, text)

    def _new_picture(self) -> QPixmap:
        view = self._view
        ratio = view.devicePixelRatioF()
        picture = QPixmap(SIZE * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        self._to_map = self._fitted(self._content())
        painter = QPainter(picture)
        try:
            self._paint_picture(painter)
        finally:
            painter.end()
        return picture

    def _paint_picture(self, painter: QPainter) -> None:
        view = self._view
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = view.ink.theme
        painter.setPen(QPen(now.line, 1.0))
        painter.setBrush(now.panel)
        painter.drawRoundedRect(QRectF(0.5, 0.5, SIZE.width() - 1, SIZE.height() - 1), 5, 5)
        painter.setWorldTransform(self._to_map, True)
        view.overview.paint_batch(painter, self._to_map.m11())

    def _content(self) -> QRectF:
        scene = self._view.scene()
        return self._view.overview.outlines.bounds() if scene.is_drawn else scene.content_rect()

    def _fitted(self, content: QRectF) -> QTransform:
        margin = max(content.width(), content.height()) * 0.06
        content = content.adjusted(-margin, -margin, margin, margin)
        across = (SIZE.width() - 2 * _ROOM) / content.width()
        scale = min(across, (SIZE.height() - 2 * _ROOM) / content.height())
        centre = content.center()
        return QTransform(
            scale,
            0,
            0,
            scale,
            SIZE.width() / 2 - centre.x() * scale,
            SIZE.height() / 2 - centre.y() * scale,
        )


class Navigate:
    """Gesture: press or drag on the map to look elsewhere; Escape looks back."""

    def __init__(self, view, at: QPointF) -> None:
        self._view = view
        self._before = view.camera.seen().center()
        self._look(at)

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Look at what is under the mouse on the map."""
        self._look(self._view.camera.screen_at(at))

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Stay here."""

    def cancel(self) -> None:
        """Look again at what was seen before."""
        self._view.camera.look_at(self._before)

    def survives(self, change: Change) -> bool:
        """A change of the design does not disturb it."""
        return True

    def _look(self, at: QPointF) -> None:
        self._view.camera.look_at(self._view.minimap.scene_at(at))
