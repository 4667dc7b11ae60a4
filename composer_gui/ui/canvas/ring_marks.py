"""How rings stand out while a wire is drawn: by colour, and by their form for who sees none."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from composer_gui.ui.canvas.geometry import RING
from composer_gui.ui.canvas.ink import Ink

CANDIDATE, TARGET = "candidate", "target"

TARGETS = {mark: f"{TARGET} {mark}" for mark in ("fits", "mendable", "cannot")}
"""The marks of the ring at which the wire would end, by what is known of the wire there.

A "candidate" takes wires as far as is known and is a ring in the accent colour. One that "fits" has
a dot in it, a "mendable" one, which would after a repair, is amber and dashed, and one that
"cannot" is faint and struck through.
"""

FAINT = 0.6


def draw_marked(painter: QPainter, ink: Ink, centre: QPointF, mark: str) -> None:
    """Draw a ring with a mark; the brush is that of the canvas."""
    first, _, known = mark.rpartition(" ")
    is_target = TARGET in (first, mark)
    radius = RING + 2 if is_target else RING - (known == "cannot")
    painter.save()
    if known == "cannot":
        painter.setOpacity(painter.opacity() * FAINT)
    painter.setPen(_pen(ink, known))
    painter.drawEllipse(centre, radius, radius)
    if known == "fits":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink.theme.accent)
        painter.drawEllipse(centre, radius - 3.4, radius - 3.4)
    elif known == "cannot":
        reach = radius * 0.6
        painter.drawLine(centre + QPointF(-reach, reach), centre + QPointF(reach, -reach))
    painter.restore()


def _pen(ink: Ink, known: str) -> QPen:
    now = ink.theme
    if known == "mendable":
        pen = QPen(now.warning, 2.6)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)  # else the caps would close the gaps
        pen.setDashPattern([1.3, 0.8])
        return pen
    return QPen(now.tertiary, 1.6) if known == "cannot" else ink.candidate_pen
