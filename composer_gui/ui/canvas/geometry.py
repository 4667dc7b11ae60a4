"""Where everything lies: sizes of nodes and places of their ports. Pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QRectF
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
NAMES = 16.0
"""Height of a line of port names at the upper or lower edge."""
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

FULL_DETAIL = 0.8
"""Zoom below which of a node only the label and what flows out is painted, larger."""
LABEL_ONLY = 0.5
"""Zoom below which it is the label only, larger still, and of a wire no label."""

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

    (`left`, `top`) is the card's corner from the node's place: that of a dot is its middle. The
    label stands `head_top` lower than usual, below the names of inputs at the upper edge.
    """

    width: float
    height: float
    inputs: tuple[Slot, ...]
    outputs: tuple[Slot, ...]
    rows_top: float = 0.0
    foot_top: float = 0.0
    left: float = 0.0
    top: float = 0.0
    head_top: float = 0.0


def lay_out(face: Face, measure: Measure) -> NodeLayout:
    """Return the layout of a node; it depends on the document only, never on a verdict."""
    if face.kind == "dot":
        return _dot_layout(face)
    return _lay_out_down(face, measure) if face.flow == DOWN else _lay_out_right(face, measure)


def _lay_out_right(face: Face, measure: Measure) -> NodeLayout:
    loud, quiet = _parted(face)
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


def _lay_out_down(face: Face, measure: Measure) -> NodeLayout:
    """Inputs are at the upper edge and outputs at the lower, with their names where these fit."""
    loud, quiet = _parted(face)
    above = face.names_inputs and _fits_across(loud, measure)
    below = face.names_outputs and _fits_across(face.outputs, measure)
    wanted = [node_width(face, measure)]
    wanted += [_across(loud, measure)] if above else [ROW * (1 + len(loud))]
    wanted += [_across(face.outputs, measure)] if below else [ROW * (1 + len(face.outputs))]
    width = math.ceil(max(wanted) / GRID) * GRID
    head_top = NAMES * above
    rows_top = head_top + HEADER
    foot_top = rows_top + ROW * len(face.rows)
    height = foot_top + FOOT + NAMES * below
    inputs = _row(loud, 0.0, width, named=above)
    step = min(GRID, height / (1 + len(quiet)))
    inputs += tuple(Slot(ring, 0.0, step * (1 + number)) for number, ring in enumerate(quiet))
    outputs = _row(face.outputs, height, width, named=below)
    return NodeLayout(width, height, inputs, outputs, rows_top, foot_top, head_top=head_top)


def _parted(face: Face) -> tuple[list[Ring], list[Ring]]:
    """Return the rings that lie where wires come in, and those that wait out of the way."""
    quiet = [ring for ring in face.inputs if ring.quiet and _at_the_bottom(face, ring)]
    return [ring for ring in face.inputs if ring not in quiet], quiet


def _across(rings: Sequence[Ring], measure: Measure) -> float:
    """Return how wide a node has to be for the names of its rings to stand side by side."""
    return len(rings) * (max(measure("name", ring.port) for ring in rings) + 10) + 2 * BAR


def _fits_across(rings: Sequence[Ring], measure: Measure) -> bool:
    return _across(rings, measure) <= WIDEST


def _row(rings: Sequence[Ring], y: float, width: float, *, named: bool) -> tuple[Slot, ...]:
    if named:
        step = (width - 2 * BAR) / len(rings)
        return tuple(Slot(ring, BAR + step * (n + 0.5), y, True) for n, ring in enumerate(rings))
    step = width / (len(rings) + 1)
    return tuple(Slot(ring, step * (number + 1), y) for number, ring in enumerate(rings))


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
    if face.flow != DOWN and (face.names_inputs or face.names_outputs):
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
