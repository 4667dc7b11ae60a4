"""Whether a hand shakes what it drags: three turns in a short time, each after a stretch of way."""

from __future__ import annotations

from collections import deque

TURNS = 3
LEG = 18.0
"""Pixels of the screen that the hand goes in one direction at least for it to count."""
LONGEST = 900
"""Milliseconds from the first of the turns to the last, at most."""


class Shake:
    """Follows a hand; what it does along and across is looked at apart."""

    def __init__(self) -> None:
        self._axes = (_Axis(), _Axis())

    def follow(self, x: float, y: float, time: int) -> bool:
        """Take note of where the hand is, in pixels of the screen, at a time in milliseconds.

        Return whether it has been shaken with this; then it begins anew.
        """
        shaken = [axis.follow(at, time) for axis, at in zip(self._axes, (x, y), strict=True)]
        if any(shaken):
            self._axes = (_Axis(), _Axis())
        return any(shaken)


class _Axis:
    """The turns along one axis: `_far` is how far the hand has come in its present direction."""

    def __init__(self) -> None:
        self._far: float | None = None
        self._start = 0.0
        self._way = 0
        self._turns: deque[int] = deque(maxlen=TURNS)

    def follow(self, at: float, time: int) -> bool:
        if self._far is None:
            self._far = self._start = at
        elif not self._way:
            self._begin(at)
        elif (at - self._far) * self._way >= 0:
            self._far = at
        elif abs(at - self._far) >= LEG:
            self._way, self._far = -self._way, at
            self._turns.append(time)
        return len(self._turns) == TURNS and time - self._turns[0] <= LONGEST

    def _begin(self, at: float) -> None:
        if abs(at - self._start) >= LEG:
            self._way, self._far = (1 if at > self._start else -1), at
