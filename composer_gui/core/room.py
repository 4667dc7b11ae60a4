"""Makes room on the canvas where one node gives way to several."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from composer_gui.core.document import Frame
from composer_gui.core.layout_rows import SNAP

WIDTH, HEIGHT = 240.0, 108.0
"""What a node takes up, in pixels: the widest, and a usual height. The core measures no text."""

MARGIN = 48.0
"""Between what a frame holds and its edge, in pixels, when it grows."""

Place = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom of the top left corners of nodes, in pixels."""

Steps = Mapping[str, float]
"""How far each crowded side moves away, in pixels: "left" and "above" by negative numbers."""


def snapped(length: float) -> float:
    """Return a coordinate or distance on the raster that nodes are moved on."""
    return SNAP * round(length / SNAP)


def box_of(places: Iterable[Place]) -> Box:
    """Return the box around the top left corners of nodes; there must be one."""
    across, down = zip(*places, strict=True)
    return min(across), min(down), max(across), max(down)


def middle(places: Iterable[Place]) -> Place:
    """Return where one node stands for those at `places`, and the other way round."""
    left, top, right, bottom = box_of(places)
    return (left + right) / 2, (top + bottom) / 2


def steps_aside(others: Iterable[Place], newcomers: list[Place], center: Place) -> Steps:
    """Return how far other nodes have to move for newcomers where one node stood at `center`.

    What lies left of it moves to the left, and so on for the four sides: a whole side by one
    distance, so that its order stays, and only where something on it would be covered.
    """
    left, top, right, bottom = box = box_of(newcomers)
    near = [at for at in others if _reaches(box, at)]
    crowded = {_side(at, center) for at in _covered(near, newcomers)}
    steps = {
        "left": SNAP * math.floor((left - center[0]) / SNAP),
        "right": SNAP * math.ceil((right - center[0]) / SNAP),
        "above": SNAP * math.floor((top - center[1]) / SNAP),
        "below": SNAP * math.ceil((bottom - center[1]) / SNAP),
    }
    return {side: step for side, step in steps.items() if side in crowded}


def stepped(at: Place, center: Place, steps: Steps) -> Place:
    """Return where a node at `at` comes to lie when the sides around `center` make these steps."""
    side = _side(at, center)
    step = steps.get(side, 0.0)
    return (at[0] + step, at[1]) if side in ("left", "right") else (at[0], at[1] + step)


def holds(frame: Frame, at: Place) -> bool:
    """Return whether a place lies in a frame."""
    across, down = at[0] - frame.x, at[1] - frame.y
    return 0 <= across <= frame.width and 0 <= down <= frame.height


def grown(frame: Frame, newcomers: Iterable[Place], steps: Steps) -> Frame:
    """Return a frame so large that it holds the newcomers, and what has moved within it."""
    left, top = frame.x + steps.get("left", 0.0), frame.y + steps.get("above", 0.0)
    right = frame.x + frame.width + steps.get("right", 0.0)
    bottom = frame.y + frame.height + steps.get("below", 0.0)
    inner = box_of(newcomers)
    left = left if left <= inner[0] else inner[0] - MARGIN
    top = top if top <= inner[1] else inner[1] - MARGIN
    right = right if inner[2] <= right else inner[2] + WIDTH + MARGIN
    bottom = bottom if inner[3] <= bottom else inner[3] + HEIGHT + MARGIN
    box = (left, top, right - left, bottom - top)
    if box == (frame.x, frame.y, frame.width, frame.height):
        return frame
    return replace(frame, x=box[0], y=box[1], width=box[2], height=box[3])


def _reaches(box: Box, at: Place) -> bool:
    left, top, right, bottom = box
    x, y = at
    return left - WIDTH < x < right + WIDTH and top - HEIGHT < y < bottom + HEIGHT


def _side(at: Place, center: Place) -> str:
    """Return on which side of a node another one lies, measured in sizes of a node."""
    across, down = (at[0] - center[0]) / WIDTH, (at[1] - center[1]) / HEIGHT
    if abs(across) >= abs(down):
        return "left" if across < 0 else "right"
    return "above" if down < 0 else "below"


def _covered(places: Iterable[Place], newcomers: Iterable[Place]) -> list[Place]:
    """Return those places where a node would overlap one of the newcomers, in linear time."""
    cells: dict[tuple[int, int], list[Place]] = {}
    for x, y in newcomers:
        cells.setdefault((int(x // WIDTH), int(y // HEIGHT)), []).append((x, y))

    def is_covered(x: float, y: float) -> bool:
        column, row = int(x // WIDTH), int(y // HEIGHT)
        return any(
            abs(x - other_x) < WIDTH and abs(y - other_y) < HEIGHT
            for near_column in (column - 1, column, column + 1)
            for near_row in (row - 1, row, row + 1)
            for other_x, other_y in cells.get((near_column, near_row), ())
        )

    return [(x, y) for x, y in places if is_covered(x, y)]
