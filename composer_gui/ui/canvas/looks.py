"""From where one looked at each level of a design: what is left is found again as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from composer_gui.ui.canvas.view_history import Look

if TYPE_CHECKING:
    from composer_gui.ui.canvas.view import CanvasView


class Looks:
    """Remembers zoom and middle of a view by level, as long as the same design is open."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._level = (view.session.history, view.session.place)
        self._looks: dict[tuple[str, ...], tuple[float, QPointF]] = {}

    def open_level(self) -> None:
        """Look at a level from where one looked at it last; select what one comes out of."""
        view, session = self._view, self._view.session
        history, left = self._level
        self._level = (session.history, session.place)
        if session.history is not history:
            self._looks.clear()
            view.fit()
            view.keyboard.views.begin()
            return
        zoom, middle = self._looks[left] = (view.camera.zoom, view.center())
        look = self._looks.get(session.place)
        with view.keyboard.views.leap(Look(left, zoom, middle.x(), middle.y())):
            if look is None:
                view.fit()
            else:
                view.look(*look)
        depth = len(session.place)
        if left[:depth] == session.place and len(left) > depth:
            view.select(session.graph.callers(left[depth])[:1])
