"""Back and forward through what one looked at: places of jumps, on every level of a design."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from composer_gui.core.document import Call
from composer_gui.session import levels

if TYPE_CHECKING:
    from composer_gui.ui.canvas.view import CanvasView

MOST = 100
"""Looks that are remembered on each side."""


@dataclass(frozen=True, slots=True)
class Look:
    """From where something is looked at: the level, the zoom and the middle."""

    place: tuple[str, ...]
    zoom: float
    x: float
    y: float

    def is_near(self, other: Look) -> bool:
        """Whether one sees about the same from both."""
        if self.place != other.place or not 0.95 < self.zoom / other.zoom < 1.05:
            return False
        return max(abs(self.x - other.x), abs(self.y - other.y)) * self.zoom < 40


class ViewHistory:
    """Remembers from where one jumped. Panning and zooming are no jumps and are not remembered.

    It goes with the design: another one begins anew.
    """

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._back: list[Look] = []
        self._forward: list[Look] = []
        self._leaping = False

    @property
    def can_go_back(self) -> bool:
        """Whether there is a look to go back to."""
        return bool(self._back)

    @property
    def can_go_forward(self) -> bool:
        """Whether there is a look that was gone back from."""
        return bool(self._forward)

    def now(self) -> Look:
        """Return from where one looks now."""
        view, middle = self._view, self._view.center()
        return Look(view.session.place, view.camera.zoom, middle.x(), middle.y())

    @contextmanager
    def leap(self, before: Look | None = None) -> Iterator[None]:
        """Remember where one was, `before` or now, if what is done within leads elsewhere."""
        if self._leaping:
            yield
            return
        before, self._leaping = before or self.now(), True
        try:
            yield
        finally:
            self._leaping = False
            if not before.is_near(self.now()):
                self._remember(before)

    def begin(self) -> None:
        """Another design is open."""
        self._back, self._forward = [], []

    def _remember(self, look: Look) -> None:
        self._forward = []
        if not self._back or not self._back[-1].is_near(look):
            self._back = [*self._back[1 - MOST :], look]

    # Going ---------------------------------------------------------------------------------------

    def back(self) -> None:
        """Look from where one looked before the last jump."""
        self._go(self._back, self._forward, "There is no earlier view.")

    def forward(self) -> None:
        """Look from where one looked before going back."""
        self._go(self._forward, self._back, "There is no later view.")

    def _go(self, there: list[Look], here: list[Look], none: str) -> None:
        now = self.now()
        while there:
            look = there.pop()
            if look.is_near(now):
                continue
            self._leaping = True
            try:
                arrived = self._enter(look.place)
                if arrived:
                    self._view.look(look.zoom, QPointF(look.x, look.y))
            finally:
                self._leaping = False
            if arrived:
                here.append(now)
                return
        self._view.session.noticed.emit(none)

    def _enter(self, place: tuple[str, ...]) -> bool:
        """Show a level; return whether it is there still, and change nothing where it is not."""
        session = self._view.session
        if session.place == place:
            return True
        shared = 0
        while session.place[: shared + 1] == place[: shared + 1] and shared < len(place):
            shared += 1
        if levels.at(session.root, place) is None:
            return False
        if len(session.place) > shared:
            session.leave(len(session.place) - shared)
        for layer_id in place[shared:]:
            nodes = session.document.nodes.values()
            calls = (n.id for n in nodes if isinstance(n, Call) and n.layer == layer_id)
            session.enter(next(calls, ""))
        return session.place == place
