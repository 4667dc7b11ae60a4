"""Moves the view while something is dragged near its edge: the nearer, the faster."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QPointF, QTimer, Signal

BAND = 36.0
"""Width of the strip along the edge, in pixels of the screen, in which the view moves."""
FASTEST = 900.0
"""Pixels of the screen in a second, at the very edge."""
LONGEST_STEP = 0.1
"""Seconds that one step counts at most, however late it comes."""


class AutoScroll(QObject):
    """Pans while it runs; `scrolled(place)` tells where the mouse, at rest, is in the viewport."""

    scrolled = Signal(QPointF)

    def __init__(self, view) -> None:
        super().__init__(view)
        self._view = view
        self._at = QPointF()
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(16)
        self._timer.timeout.connect(self._tick)

    @property
    def is_running(self) -> bool:
        """Whether the view moves by itself now."""
        return self._timer.isActive()

    def follow(self, at: QPointF) -> None:
        """Take note of the mouse while something is dragged."""
        self._at = at
        if self._speed().isNull():
            self.stop()
        elif not self._timer.isActive():
            self._clock.start()
            self._timer.start()

    def stop(self) -> None:
        """Let the view rest."""
        self._timer.stop()

    def step(self, seconds: float) -> None:
        """Pan as far as `seconds` at the present speed."""
        speed = self._speed() * min(seconds, LONGEST_STEP)
        self._view.camera.pan(-speed.x(), -speed.y())
        self.scrolled.emit(self._at)

    def _tick(self) -> None:
        self.step(self._clock.restart() / 1000)

    def _speed(self) -> QPointF:
        size = self._view.viewport().size()
        return QPointF(_pull(self._at.x(), size.width()), _pull(self._at.y(), size.height()))


def _pull(at: float, size: int) -> float:
    """Return the speed along one axis: negative at the low edge, zero in the middle."""
    if at < BAND:
        return -FASTEST * min(1.0, (BAND - at) / BAND)
    if at > size - BAND:
        return FASTEST * min(1.0, (at - size + BAND) / BAND)
    return 0.0
