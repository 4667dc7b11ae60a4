"""Small drawings that stand for a category, a lock, a shared layer and a verdict."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

NO_PEN, NO_BRUSH = Qt.PenStyle.NoPen, Qt.BrushStyle.NoBrush
"""Looked up once: in a paint routine an enumeration's member costs as much as a stroke."""
SIZE = 11.0
"""Side of the square in which a category's glyph is drawn."""

# Strokes in a square of 10 by 10: a list of polylines. They have to be told apart at 11 pixels.
_STROKES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "input": (((0, 5), (6, 5)), ((3.5, 2), (6.5, 5), (3.5, 8)), ((9, 1), (9, 9))),
    "output": (((1, 1), (1, 9)), ((3, 5), (9, 5)), ((6.5, 2), (9.5, 5), (6.5, 8))),
    "saved model": (((1, 3), (5, 1), (9, 3), (9, 7), (5, 9), (1, 7), (1, 3), (5, 5), (9, 3)),
                    ((5, 5), (5, 9))),
    "submodel": (((0.5, 0.5), (9.5, 0.5), (9.5, 9.5), (0.5, 9.5), (0.5, 0.5)),
                 ((3.5, 3.5), (6.5, 3.5), (6.5, 6.5), (3.5, 6.5), (3.5, 3.5))),
    "core": (((5, 0.5), (9.5, 5), (5, 9.5), (0.5, 5), (5, 0.5)),),
    "convolution": (((1, 1), (9, 1), (9, 9), (1, 9), (1, 1)), ((1, 5), (9, 5)), ((5, 1), (5, 9))),
    "pooling": (((0.5, 1), (9.5, 1), (6.5, 5.5), (6.5, 9), (3.5, 9), (3.5, 5.5), (0.5, 1)),),
    "recurrent": (((8.5, 2.5), (5, 1), (1.8, 2.5), (1, 5), (1.8, 7.5), (5, 9), (8.5, 7.5)),
                  ((8.7, 0), (8.7, 3), (5.7, 3))),
    "attention": (((5, 0.5), (5, 9.5)), ((1, 2.8), (9, 7.2)), ((9, 2.8), (1, 7.2))),
    "merge": (((0.5, 1.5), (4.5, 5), (0.5, 8.5)), ((4.5, 5), (9.5, 5))),
    "normalization": (((0.5, 9), (3, 8), (5, 1), (7, 8), (9.5, 9)),),
    "regularization": (((1, 1), (4, 1)), ((6, 1), (9, 1), (9, 4)), ((9, 6), (9, 9), (6, 9)),
                       ((4, 9), (1, 9), (1, 6)), ((1, 4), (1, 1))),
    "reshaping": (((0.5, 0.5), (6, 0.5), (6, 6), (0.5, 6), (0.5, 0.5)),
                  ((8, 3.5), (9.5, 3.5), (9.5, 9.5), (3.5, 9.5), (3.5, 8))),
    "activation": (((0.5, 8), (5, 8), (9.5, 1)),),
    "preprocessing": (((0.5, 2), (9.5, 2)), ((0.5, 5), (6.5, 5)), ((0.5, 8), (3.5, 8))),
    "frame": (((3, 0.5), (0.5, 0.5), (0.5, 3)), ((7, 0.5), (9.5, 0.5), (9.5, 3)),
              ((9.5, 7), (9.5, 9.5), (7, 9.5)), ((3, 9.5), (0.5, 9.5), (0.5, 7)),
              ((3.5, 5), (6.5, 5))),
    "wrapper": (((3, 0.5), (1, 0.5), (1, 9.5), (3, 9.5)), ((7, 0.5), (9, 0.5), (9, 9.5), (7, 9.5)),
                ((5, 4), (5, 6))),
}  # fmt: skip


@cache
def category_path(category: str) -> QPainterPath:
    """Return the glyph of a category, drawn in strokes from (0, 0) to (SIZE, SIZE)."""
    path = QPainterPath()
    scale = SIZE / 10
    known = "frame" if category.startswith("frame ") else category
    for line in _STROKES.get(known, _STROKES["core"]):
        path.moveTo(line[0][0] * scale, line[0][1] * scale)
        for x, y in line[1:]:
            path.lineTo(x * scale, y * scale)
    return path


@cache
def _tick() -> QPainterPath:
    path = QPainterPath(QPointF(-5, 0))
    path.lineTo(-1.5, 4)
    path.lineTo(5, -4)
    return path


@cache
def _shackle() -> QPainterPath:
    path = QPainterPath(QPointF(-3, 0))
    path.lineTo(-3, -2.5)
    path.arcTo(QRectF(-3, -5.5, 6, 6), 180, -180)
    path.lineTo(3, 0)
    return path


@cache
def _pin() -> QPainterPath:
    path = QPainterPath(QPointF(-2.6, -5.5))
    path.lineTo(2.6, -5.5)
    for start, end in (((-1.8, -5.5), (-2.2, 0)), ((1.8, -5.5), (2.2, 0))):
        path.moveTo(*start)
        path.lineTo(*end)
    path.moveTo(-4.4, 0.4)
    path.lineTo(4.4, 0.4)
    path.moveTo(0, 0.6)
    path.lineTo(0, 6)
    return path


@cache
def _past() -> QPainterPath:
    path = QPainterPath(QPointF(-6, 3.5))
    path.arcTo(QRectF(-6, -4.5, 12, 12), 170, -160)
    path.moveTo(2.2, 1.2)
    path.lineTo(5.9, 3)
    path.lineTo(7.4, -1)
    return path


def draw_category(painter: QPainter, category: str, colour: QColor, x: float, y: float) -> None:
    """Draw a category's glyph with its top left corner at (x, y)."""
    _draw_line(painter, category_path(category), _stroke(colour, 1.3), x, y)


def draw_tick(painter: QPainter, colour: QColor, x: float, y: float) -> None:
    """Draw a tick around the centre (x, y)."""
    _draw_line(painter, _tick(), _stroke(colour, 2.0), x, y)


def draw_dash(painter: QPainter, colour: QColor, x: float, y: float) -> None:
    """Draw the dash of a node that waits, around the centre (x, y)."""
    painter.setPen(_stroke(colour, 2.0))
    painter.drawLine(QPointF(x - 4.5, y), QPointF(x + 4.5, y))


def draw_dots(painter: QPainter, colour: QColor, x: float, y: float) -> None:
    """Draw the three dots of a node that is being looked at, around the centre (x, y)."""
    painter.setPen(NO_PEN)
    painter.setBrush(colour)
    for step in (-4.5, 0.0, 4.5):
        painter.drawEllipse(QPointF(x + step, y), 1.3, 1.3)


def draw_open(painter: QPainter, colour: QColor, x: float, y: float) -> None:
    """Draw the open circle of a node that is not finished, around the centre (x, y)."""
    painter.setPen(_stroke(colour, 2.0))
    painter.setBrush(NO_BRUSH)
    painter.drawEllipse(QPointF(x, y), 5.0, 5.0)


def draw_mark(painter: QPainter, disc: QColor, mark: QColor, x: float, y: float) -> None:
    """Draw a disc with an exclamation mark around the centre (x, y)."""
    painter.setPen(NO_PEN)
    painter.setBrush(disc)
    painter.drawEllipse(QPointF(x, y), 8.0, 8.0)
    painter.setPen(_stroke(mark, 1.9))
    painter.drawLine(QPointF(x, y - 4), QPointF(x, y + 0.8))
    painter.drawPoint(QPointF(x, y + 4))


def draw_lock(
    painter: QPainter, colour: QColor, x: float, y: float, *, closed: bool = True
) -> None:
    """Draw a lock around the centre (x, y): filled where all is frozen, else half filled."""
    painter.setPen(_stroke(colour, 1.6))
    painter.setBrush(NO_BRUSH)
    painter.translate(x, y)
    painter.drawPath(_shackle())
    if not closed:
        painter.setPen(_stroke(colour, 1.2))
        painter.drawRoundedRect(QRectF(-4.4, -0.2, 8.8, 5.8), 1.2, 1.2)
    painter.setPen(NO_PEN)
    painter.setBrush(colour)
    body = QRectF(-5, -0.8, 10, 7) if closed else QRectF(-4.4, -0.2, 4.4, 5.8)
    painter.drawRoundedRect(body, 1.5, 1.5)
    painter.translate(-x, -y)


def draw_pin(painter: QPainter, colour: QColor, x: float, y: float) -> None:
    """Draw the pin of a node that stays where it is, around the centre (x, y)."""
    _draw_line(painter, _pin(), _stroke(colour, 1.5), x, y)


def draw_bypass(painter: QPainter, colour: QColor, x: float, y: float) -> None:
    """Draw the arrow that leads past a node, around the centre (x, y)."""
    _draw_line(painter, _past(), _stroke(colour, 1.7), x, y)


def draw_shared(painter: QPainter, colour: QColor, x: float, y: float) -> None:
    """Draw the two rings of a layer that is called more than once, around the centre (x, y)."""
    painter.setPen(_stroke(colour, 1.6))
    painter.setBrush(NO_BRUSH)
    painter.drawEllipse(QPointF(x - 2.6, y), 4.0, 4.0)
    painter.drawEllipse(QPointF(x + 2.6, y), 4.0, 4.0)


def draw_copy(painter: QPainter, colour: QColor, x: float, y: float) -> None:
    """Draw two sheets, one behind the other: copies that have weights of their own."""
    painter.setPen(_stroke(colour, 1.4))
    painter.setBrush(NO_BRUSH)
    painter.translate(x, y)
    painter.drawPolyline([QPointF(-1.5, -5), QPointF(5, -5), QPointF(5, 1.5)])
    painter.drawRoundedRect(QRectF(-5, -2, 7, 7), 1.2, 1.2)
    painter.translate(-x, -y)


def _draw_line(painter: QPainter, path: QPainterPath, pen: QPen, x: float, y: float) -> None:
    """Draw a path that is not filled, its place (0, 0) at (x, y)."""
    painter.setPen(pen)
    painter.setBrush(NO_BRUSH)
    painter.translate(x, y)
    painter.drawPath(path)
    painter.translate(-x, -y)


def _stroke(colour: QColor, width: float) -> QPen:
    return _pen(colour.rgba(), width)


@cache
def _pen(rgba: int, width: float) -> QPen:
    pen = QPen(QColor.fromRgba(rgba), width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen
