"""What every gesture is: an object with a beginning, a cancel and an end."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, Qt

from composer_gui.core.change import Change


class Gesture(Protocol):
    """Follows the mouse from a press to a release. Making it is its beginning.

    Places are in the scene. Nothing of the document changes before `finish`, and after `cancel`
    the picture is as it was. `survives` tells whether the gesture can go on after a change that
    came from elsewhere, and takes note of it.
    """

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Follow the mouse to `at`."""

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """End where the button was released."""

    def cancel(self) -> None:
        """End as if it had never begun."""

    def survives(self, change: Change) -> bool:
        """Return whether it can go on after `change`."""
