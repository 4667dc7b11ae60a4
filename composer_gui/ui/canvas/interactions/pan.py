"""Gesture: drag the canvas with the middle button, or with Space held."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from composer_gui.core.change import Change


class Pan:
    """Moves the view with the hand; cancelling goes back to where it was."""

    def __init__(self, view, at: QPointF) -> None:
        self._view = view
        self._held = at
        self._before = view.camera.seen().center()
        view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Keep the held place of the scene under the mouse."""
        zoom = self._view.camera.zoom
        self._view.camera.pan((at.x() - self._held.x()) * zoom, (at.y() - self._held.y()) * zoom)

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Let go."""
        self._view.viewport().unsetCursor()

    def cancel(self) -> None:
        """Look again at what was seen before."""
        self._view.camera.look_at(self._before)
        self._view.viewport().unsetCursor()

    def survives(self, change: Change) -> bool:
        """A change of the design does not disturb it."""
        return True
