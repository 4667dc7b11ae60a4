"""The course of a wire: plain curves, ways around nodes, and the gap in which its label stands.

A wire begins at (0, 0) and ends at (dx, dy); its way is made of places between these (see
`core/routing.py`). Everything is in pixels of the scene.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from composer_gui.core.document import DOWN, RIGHT
from composer_gui.core.routing import Place, curves, handles
from composer_gui.ui.canvas.geometry import RING

Way = tuple[Place, ...]
Segment = tuple[Place, Place, Place, Place]
"""A cubic curve: where it begins, its two control points, where it ends."""

START: Place = (0.0, 0.0)
MIDDLE, BEHIND = 0.5, 0.68
"""Where a label stands on a plain curve: in the middle, or behind it, beside another's label."""
_BESIDE = 18.0
"""Least of a wire that a label leaves to be seen, at both ends together."""
_CARD = 84.0
"""How far above or below a ring a card and a label may still meet."""
_CLEAR = 4.0
"""Least room between a label and a card beside it."""
_LINE = 18.0
"""Height of a label with the gaps above and below it."""


def plain(dx: float, dy: float, flow: str = RIGHT) -> Segment:
    """Return the curve of a wire that is not led around anything."""
    if flow == DOWN:
        reach = handles(dy, dx)
        return START, (0.0, reach), (dx, dy - reach), (dx, dy)
    reach = handles(dx, dy)
    return START, (reach, 0.0), (dx - reach, dy), (dx, dy)


def segments(dx: float, dy: float, flow: str = RIGHT, way: Way = ()) -> list[Segment]:
    """Return the curves of a wire, one after the other."""
    if not way:
        return [plain(dx, dy, flow)]
    found: list[Segment] = []
    at = START
    for one, other, last in curves(START, (dx, dy), way, flow):
        found.append((at, one, other, last))
        at = last
    return found


def wire_path(dx: float, dy: float, flow: str = RIGHT, way: Way = ()) -> QPainterPath:
    """Return the course of a wire: it leaves and arrives in the direction of the flow."""
    path = QPainterPath()  # begins at (0, 0)
    for _, (x1, y1), (x2, y2), (x3, y3) in segments(dx, dy, flow, way):
        path.cubicTo(x1, y1, x2, y2, x3, y3)
    return path


def wire_bounds(dx: float, dy: float, flow: str = RIGHT, way: Way = ()) -> QRectF:
    """Return a rectangle around a wire, with the thickest pen."""
    if not way and flow == RIGHT:  # as most wires are
        reach = handles(dx, dy)
        left, right = min(0.0, dx - reach), max(dx, reach)
        return QRectF(left - 3, min(0.0, dy) - 3, right - left + 6, abs(dy) + 6)
    places = [place for segment in segments(dx, dy, flow, way) for place in segment]
    xs, ys = zip(*places, strict=True)
    left, top = min(xs), min(ys)
    return QRectF(left - 3, top - 3, max(xs) - left + 6, max(ys) - top + 6)


# Labels -------------------------------------------------------------------------------------------


def label_segment(course: Sequence[Segment]) -> int:
    """Return which of the curves has the label: the only one, else the longest straight run."""
    if len(course) == 1:
        return 0
    return max(range(1, len(course), 2), key=lambda number: math.dist(*course[number][::3]))


def label_place(segment: Segment, t: float = MIDDLE) -> Place:
    """Return where the middle of a label is: at a part `t` of the curve."""
    return _split(segment, t)[0][3]


def label_room(course: Sequence[Segment], flow: str = RIGHT, t: float = MIDDLE) -> float:
    """Return how wide a label at a part `t` of a wire may be; 0 where the wire runs back."""
    (x0, y0), _, _, (x3, y3) = course[label_segment(course)]
    ahead = y3 - y0 if flow == DOWN else x3 - x0
    if len(course) == 1 and ahead <= 0:
        return 0.0
    length = math.hypot(x3 - x0, y3 - y0) - 2 * RING
    if flow == DOWN:  # it lies across the wire, which has to be a line of words longer
        return math.inf if length > 2 * _LINE + 8 else 0.0
    if len(course) == 1 and abs(y3 - y0) / 2 < _CARD:  # it lies between two cards
        at, _ = label_place(course[0], t)
        return min(length - _BESIDE, 2 * (min(at - x0, x3 - at) - RING - _CLEAR))
    return length - _BESIDE


def wire_path_with_gap(
    course: Sequence[Segment], width: float, t: float = MIDDLE
) -> tuple[QPainterPath, tuple[Place, Place]]:
    """Return a wire's course with room for a label so wide around `t`, and where that room ends."""
    chosen = label_segment(course)
    path, gap = QPainterPath(), (START, START)
    for number, segment in enumerate(course):
        if number != chosen:
            _add(path, segment)
            continue
        half = _half_gap(segment, width, t)
        before, after = _split(segment, t - half)[0], _split(segment, t + half)[1]
        _add(path, before)
        _add(path, after)
        gap = before[3], after[0]
    return path, gap


def _half_gap(segment: Segment, width: float, t: float) -> float:
    """Return which part of a curve half of a label covers."""
    most = min(t, 1 - t) - 0.05
    across, down = _speed(segment, t)
    length = math.hypot(across, down)
    if not length:
        return most
    by_width = width * length / abs(across) if across else math.inf
    by_height = _LINE * length / abs(down) if down else math.inf
    return min(most, min(by_width, by_height) / 2 / length)


def _add(path: QPainterPath, segment: Segment) -> None:
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = segment
    path.moveTo(QPointF(x0, y0))
    path.cubicTo(x1, y1, x2, y2, x3, y3)


def _speed(segment: Segment, t: float) -> Place:
    """Return the derivative of a cubic curve at `t`."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = segment
    a, b, c = 3 * (1 - t) * (1 - t), 6 * (1 - t) * t, 3 * t * t
    return (
        a * (x1 - x0) + b * (x2 - x1) + c * (x3 - x2),
        a * (y1 - y0) + b * (y2 - y1) + c * (y3 - y2),
    )


def _split(segment: Segment, t: float) -> tuple[Segment, Segment]:
    """Cut a cubic curve at `t` after de Casteljau; return the two curves."""
    a, b, c, d = segment
    ab, bc, cd = _between(a, b, t), _between(b, c, t), _between(c, d, t)
    abc, bcd = _between(ab, bc, t), _between(bc, cd, t)
    middle = _between(abc, bcd, t)
    return (a, ab, abc, middle), (middle, bcd, cd, d)


def _between(p: Place, q: Place, t: float) -> Place:
    return p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t
