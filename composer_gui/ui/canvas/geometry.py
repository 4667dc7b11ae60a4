"""Where everything lies: sizes of nodes, places of their ports, the course of wires. Pixels."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from composer_gui.core.document import DOWN
from composer_gui.ui.canvas.faces import Face, Ring
from composer_gui.ui.canvas.marks import BYPASSED, JOINT, KEPT

GRID = 24.0
SNAP = 12.0
RADIUS = 8.0
BAR = 5.0
"""Width of the stripe in the colour of the category."""
PADDING = 16.0
"""From the left edge to the text."""
RIGHT = 14.0
"""From the text to the right edge."""
HEADER = 46.0
ROW = 18.0
FOOT = 26.0
NARROWEST, WIDEST = 168.0, 240.0
RING = 5.5
"""Radius of a port's ring."""
REACH = 11.0
"""How far from a ring's centre the mouse still means it."""
BADGE = 16.0
"""Room for one mark right of the label."""
FRAME_TITLE = 30.0
DOT = 6.0
"""Radius of a reroute dot: its wires end at its edge."""
GRIP = 14.0
"""Side of the corner by which frames and notes are resized."""
SMALLEST_FRAME = (120.0, 72.0)

FULL_DETAIL = 0.62
"""Zoom below which of a node only the label is painted, larger, and of a wire no label."""

Measure = Callable[[str, str], float]
"""(style, text) -> width; the styles are "title", "kind", "count", "name" and "value"."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A ring and where its centre lies, from the node's place."""

    ring: Ring
    x: float
    y: float
    named: bool = False


@dataclass(frozen=True, slots=True)
class NodeLayout:
    """The size of a node, its rings, and where its rows of parameters and its foot begin.

    (`left`, `top`) is the card's corner from the node's place: that of a dot is its middle.
    """

    width: float
    height: float
    inputs: tuple[Slot, ...]
    outputs: tuple[Slot, ...]
    rows_top: float = 0.0
    foot_top: float = 0.0
    left: float = 0.0
    top: float = 0.0


def lay_out(face: Face, measure: Measure) -> NodeLayout:
    """Return the layout of a node; it depends on the document only, never on a verdict."""
    if face.kind == "dot":
        return _dot_layout(face)
    loud = [ring for ring in face.inputs if not (ring.quiet and _at_the_bottom(face, ring))]
    quiet = [ring for ring in face.inputs if ring.quiet and _at_the_bottom(face, ring)]
    ports = max(
        len(loud) if face.names_inputs else 0, len(face.outputs) if face.names_outputs else 0
    )
    rows_top = HEADER + ROW * ports
    height = rows_top + ROW * len(face.rows) + FOOT
    height = max(height, ROW * (1 + len(loud)), ROW * (1 + len(face.outputs)))
    width = node_width(face, measure)
    inputs = _column(loud, 0.0, height, named=face.names_inputs)
    inputs += tuple(
        Slot(ring, PADDING + 12 + GRID * number, height) for number, ring in enumerate(quiet)
    )
    outputs = _column(face.outputs, width, height, named=face.names_outputs)
    return NodeLayout(width, height, inputs, outputs, rows_top, height - FOOT)


def _dot_layout(face: Face) -> NodeLayout:
    across, down = (0.0, DOT) if face.flow == DOWN else (DOT, 0.0)
    inputs = tuple(Slot(ring, -across, -down) for ring in face.inputs)
    outputs = tuple(Slot(ring, across, down) for ring in face.outputs)
    return NodeLayout(2 * DOT, 2 * DOT, inputs, outputs, left=-DOT, top=-DOT)


@cache
def bar_path(height: float, inset: float) -> QPainterPath:
    """Return the stripe at a card's left edge: `inset` leaves room for a thick border."""
    card, stripe = QPainterPath(), QPainterPath()
    rect = QRectF(inset, inset, NARROWEST, height - 2 * inset)
    card.addRoundedRect(rect, RADIUS - inset, RADIUS - inset)
    stripe.addRect(QRectF(inset, 0, BAR - inset / 2, height))
    return card.intersected(stripe)


def _at_the_bottom(face: Face, ring: Ring) -> bool:
    """Ports nobody has to wire wait at the lower edge, except one more place among wires."""
    return not any(other.port == ring.port and not other.quiet for other in face.inputs) and (
        len(face.inputs) > 1
    )


def _column(rings, x: float, height: float, *, named: bool) -> tuple[Slot, ...]:
    if named:
        return tuple(
            Slot(ring, x, HEADER + ROW * (number + 0.5), True) for number, ring in enumerate(rings)
        )
    step = height / (len(rings) + 1)
    return tuple(Slot(ring, x, step * (number + 1)) for number, ring in enumerate(rings))


def node_width(face: Face, measure: Measure) -> float:
    """Return the width that the words ask for, on the grid, within the narrowest and widest."""
    marks = BADGE * (1 + face.locked + face.pinned + bool(face.copies)) + 8
    if face.shared:
        marks += BADGE + 6 + measure("count", times(face.shared))
    wanted = [measure("title", face.label) + marks, measure("kind", kind_line(face)) + BADGE]
    wanted += [measure("name", name) + 16 + measure("value", value) for name, value in face.rows]
    if face.names_inputs or face.names_outputs:
        left = [measure("name", ring.port) for ring in face.inputs if not ring.quiet]
        right = [measure("name", ring.port) for ring in face.outputs]
        wanted.append(
            (max(left, default=0) if face.names_inputs else 0)
            + (max(right, default=0) if face.names_outputs else 0)
            + 20
        )
    content = max(wanted) + PADDING + RIGHT
    return min(WIDEST, max(NARROWEST, math.ceil(content / GRID) * GRID))


def times(count: int) -> str:
    """Return how often a layer is called, as it stands beside its rings."""
    return f"×{count}"


def kind_line(face: Face) -> str:
    """Return the longest that the line below the label may become under any verdict."""
    if face.bypassed:
        return f"{face.kind_text}{JOINT}{BYPASSED}"
    return f"{face.kind_text}{JOINT}{KEPT}" if face.is_saved else face.kind_text


def snapped(value: float) -> float:
    """Return the nearest place on the grid of half steps."""
    return round(value / SNAP) * SNAP


# Wires --------------------------------------------------------------------------------------------


def handles(dx: float, dy: float) -> float:
    """Return how far a wire from (0, 0) to (dx, dy) runs straight before it turns."""
    if dx >= 0:
        return min(max(dx * 0.5, min(30.0, abs(dy) * 0.5)), 160.0)
    return min(60.0 + abs(dx) * 0.3, 220.0)


def wire_path(dx: float, dy: float) -> QPainterPath:
    """Return the course of a wire from (0, 0) to (dx, dy): out to the right, in from the left."""
    reach = handles(dx, dy)
    path = QPainterPath()
    path.cubicTo(reach, 0, dx - reach, dy, dx, dy)
    return path


def wire_bounds(dx: float, dy: float) -> QRectF:
    """Return a rectangle around a wire from (0, 0) to (dx, dy), with the thickest pen."""
    reach = handles(dx, dy)
    left, right = min(0.0, dx - reach), max(dx, reach)
    return QRectF(left - 3, min(0.0, dy) - 3, right - left + 6, abs(dy) + 6)


def wire_path_with_gap(dx: float, dy: float, gap: float) -> QPainterPath:
    """Return a wire's course with `gap` pixels left free around its middle, for a label."""
    reach = handles(dx, dy)
    points = ((0.0, 0.0), (reach, 0.0), (dx - reach, dy), (dx, dy))
    speed = _speed_in_the_middle(points)
    half = min(0.45, gap / 2 / speed) if speed else 0.45
    path = QPainterPath()
    first, _ = _split(points, 0.5 - half)
    _, last = _split(points, 0.5 + half)
    for part in (first, last):
        path.moveTo(QPointF(*part[0]))
        path.cubicTo(QPointF(*part[1]), QPointF(*part[2]), QPointF(*part[3]))
    return path


def _speed_in_the_middle(points) -> float:
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points
    return 0.75 * math.hypot(x3 + x2 - x1 - x0, y3 + y2 - y1 - y0)


def _split(points, t: float):
    """Cut a cubic curve at `t` after de Casteljau; return the two curves."""
    a, b, c, d = points
    ab, bc, cd = _between(a, b, t), _between(b, c, t), _between(c, d, t)
    abc, bcd = _between(ab, bc, t), _between(bc, cd, t)
    middle = _between(abc, bcd, t)
    return (a, ab, abc, middle), (middle, bcd, cd, d)


def _between(p, q, t: float):
    return p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t


def room_for_label(dx: float, dy: float) -> float:
    """Return how many pixels of label a wire from (0, 0) to (dx, dy) has room for."""
    return math.hypot(dx, dy) - 2 * RING - 8 if dx > 0 else 0.0


def label_gap(dx: float, dy: float, width: float, height: float) -> float:
    """Return the length of wire that a label of this size covers around the wire's middle."""
    reach = handles(dx, dy)
    points = ((0.0, 0.0), (reach, 0.0), (dx - reach, dy), (dx, dy))
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points
    across, down = abs(x3 + x2 - x1 - x0), abs(y3 + y2 - y1 - y0)
    length = math.hypot(across, down) or 1.0
    by_width = width * length / across if across else math.inf
    by_height = height * length / down if down else math.inf
    return min(by_width, by_height)
