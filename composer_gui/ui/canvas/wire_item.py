"""Draws one wire and its label, in C++: no curve here is painted by Python."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsPathItem

from composer_gui.core.document import RIGHT, Wire
from composer_gui.core.origins import ABOUT_DTYPES
from composer_gui.core.problems import ERROR, Problem
from composer_gui.core.verdicts import WRONG, Verdict
from composer_gui.ui.canvas.courses import (
    MIDDLE,
    Way,
    label_place,
    label_room,
    label_segment,
    segments,
    wire_bounds,
    wire_path,
    wire_path_with_gap,
)
from composer_gui.ui.canvas.ink import Ink
from composer_gui.ui.canvas.mismatch import Mismatch, MismatchTag, mismatch_of
from composer_gui.ui.canvas.unseen import Unseen
from composer_gui.ui.canvas.wire_label import WireLabel
from composer_gui.ui.severity import UNFINISHED

GRAB = 12.0
"""Width of the strip along a wire in which the mouse means it."""


BARE = 4.0
"""How much of a wire without words is taken for its middle, in pixels each way."""


@dataclass(frozen=True, slots=True)
class WireLook:
    """How a wire is drawn: `state` is "fine", "warning", "waiting" or "wrong".

    `label` stands on it. A wrong one shows what comes and what is wanted in its place, where it is
    known, one with a warning what meets.
    """

    rank: int | None = None
    dtype: str = "float32"
    state: str = "waiting"
    label: str = ""
    mismatch: Mismatch | None = None


def wire_look(wire: Wire, source: Verdict, consumer: Verdict) -> WireLook:
    """Return how `wire` looks under the verdicts of the nodes at its two ends."""
    spec = source.spec(wire.source.port)
    problem = problem_of(wire, consumer)
    known = spec is not None and spec.shape is not None
    if problem is not None:
        label = spec.show(dtype=problem.code in ABOUT_DTYPES) if spec else ""
        flows = (spec.rank, spec.dtype) if spec else (None, "float32")
        return WireLook(*flows, "wrong", label, mismatch_of(problem, spec))
    if not known:
        return WireLook()
    caution = caution_of(wire, consumer)
    shown = mismatch_of(caution, spec) if caution is not None else None
    state = "fine" if shown is None else "warning"
    return WireLook(spec.rank, spec.dtype, state, spec.show(), shown)


ABOUT_ALL_WIRES = frozenset(
    ("shape", "rank", "dtype", "axis_size", "batch_size", "merge", "concatenate", "together")
)
"""Codes of errors that, where they name no port, are about all tensors that come in."""


def problem_of(wire: Wire, consumer: Verdict) -> Problem | None:
    """Return the error of the consumer that is about this wire, or None."""
    if consumer.kind != WRONG:
        return None
    for problem in consumer.problems:
        here = problem.index in (None, wire.index)
        named = problem.port == wire.port and here and problem.code not in UNFINISHED
        if problem.severity == ERROR and (
            named or (problem.port is None and problem.code in ABOUT_ALL_WIRES)
        ):
            return problem
    return None


def caution_of(wire: Wire, consumer: Verdict) -> Problem | None:
    """Return the warning of the consumer that is about this wire, or None."""
    for problem in consumer.problems:
        here = problem.port == wire.port and problem.index in (None, wire.index)
        if problem.severity != ERROR and here:
            return problem
    return None


class WireItem(QGraphicsPathItem):
    """A wire. Its path begins at its own position, so moving both ends only moves the item.

    The course of a wire that is not seen is drawn later: until then its path is a mere line.
    """

    def __init__(self, wire: Wire, look: WireLook, ink: Ink, unseen: Unseen) -> None:
        super().__init__()
        self._unseen = unseen
        self._is_drawn = False
        self.wire = wire
        self.ink = ink
        self.look = look
        self.mark = ""
        self._span = (0.0, 0.0)
        self._flow = RIGHT
        self._way: Way = ()
        self._label_at = MIDDLE
        self.line = QLineF()
        """From end to end, in the scene; always the same object."""
        self._outline: QPainterPath | None = None
        self._bounds = QRectF()
        self._is_measured = False
        self._text: WireLabel | None = None
        self.tag: MismatchTag | None = None
        self._take_pen()
        self._take_tag()

    def set_ends(self, start: QPointF, end: QPointF, flow: str = RIGHT) -> None:
        """Run from `start` to `end`, in the scene, through what it is led through."""
        span = (end.x() - start.x(), end.y() - start.y())
        self.line.setPoints(start, end)
        before = self.pos()
        self.setPos(start)
        if (span, flow) == (self._span, self._flow):
            return
        if self._way:
            x, y = before.x() - start.x(), before.y() - start.y()
            led = tuple((px + x, py + y) for px, py in self._way)
            self._way = led if flow == self._flow else ()
        self._span, self._flow = span, flow
        self._renew()

    def shift(self, dx: float, dy: float) -> None:
        """Move both ends by (dx, dy)."""
        self.line.translate(dx, dy)
        self.moveBy(dx, dy)

    def set_way(self, way: Way) -> bool:
        """Be led through these places of the scene, or with () run as a plain curve.

        Return whether that is another way.
        """
        if way:
            x, y = self.x(), self.y()
            way = tuple((px - x, py - y) for px, py in way)
        if way == self._way:
            return False
        self._way = way
        self._renew()
        return True

    def put_label(self, t: float) -> None:
        """Have the label at a part `t` of the plain curve."""
        if t != self._label_at:
            self._label_at = t
            self._renew()

    @property
    def is_led(self) -> bool:
        """Whether the wire is led around something."""
        return bool(self._way)

    def lines(self) -> list[QLineF]:
        """Return the wire as it is seen from far away: straight from run to run, in the scene."""
        if not self._way:
            return [self.line]
        places = [self.line.p1(), *(self.mapToScene(*place) for place in self._way), self.line.p2()]
        return [QLineF(start, end) for start, end in pairwise(places)]

    def set_look(self, look: WireLook) -> None:
        """Be drawn as `look` says."""
        before, self.look = self.look, look
        self._take_pen()
        self._take_tag()
        if (before.label, before.mismatch) != (look.label, look.mismatch):
            self._renew()

    def set_mark(self, mark: str) -> None:
        """Stand out: "lit" selected, "hot" under the mouse, "wrong" on a closing path, or ""."""
        if mark != self.mark:
            had_label = self._shown_label()
            self.mark = mark
            self._take_pen()
            self._take_height()
            if self._shown_label() != had_label:
                self._renew()

    def show_specs(self) -> None:
        """Show what flows in the wire at rest, or only when it stands out, as the ink says."""
        self._renew()

    def recolour(self) -> None:
        """Take the colours that hold now."""
        self._take_pen()
        if self.tag is not None:
            self.tag.update()

    def refresh(self) -> None:
        """Take the colours and fonts that hold now."""
        self._take_pen()
        if self.tag is not None:
            self.tag.refresh()
        self._renew()

    def middle(self) -> QPointF:
        """Return the middle of the wire, where its words stand, in the scene."""
        if not self._way:
            return QPointF(self.x() + self._span[0] / 2, self.y() + self._span[1] / 2)
        course = segments(*self._span, self._flow, self._way)
        return self.pos() + QPointF(*label_place(course[label_segment(course)]))

    def words_rect(self) -> QRectF:
        """Return where the words on the wire stand, in the scene; without any, its middle."""
        if self._text is not None and self._text.isVisible():
            return self._text.sceneBoundingRect()
        middle = self.middle()
        return QRectF(middle.x() - BARE, middle.y() - BARE, 2 * BARE, 2 * BARE)

    def ends(self) -> tuple[QPointF, QPointF]:
        """Return where the wire begins and ends, in the scene."""
        return self.pos(), QPointF(self.x() + self._span[0], self.y() + self._span[1])

    def _measure(self) -> None:
        """Let Qt know the bounds, which it keeps: to find them it would stroke the whole path."""
        self._is_measured = True
        super().boundingRect()
        self._is_measured = False

    def _across(self) -> QPainterPath:
        """Return the simplest path that has the bounds."""
        path = QPainterPath(self._bounds.topLeft())
        path.lineTo(self._bounds.bottomRight())
        return path

    def setPen(self, pen: QPen) -> None:
        super().setPen(pen)
        if not self._bounds.isNull():
            self._measure()

    def setPath(self, path: QPainterPath) -> None:
        super().setPath(path)
        self._measure()

    def shape(self) -> QPainterPath:
        if self._is_measured:
            return self._across()
        if self._outline is None:
            stroker = QPainterPathStroker()
            stroker.setWidth(GRAB)
            path = wire_path(*self._span, self._flow, self._way)
            self._outline = stroker.createStroke(path)
        return self._outline

    def _take_tag(self) -> None:
        """Have a tag with the two shapes, or none; where it stands is for others to say."""
        shown = self.look.mismatch
        if shown is not None and self.tag is None:
            self.tag = MismatchTag(self.ink, self)
        if self.tag is not None and shown is not None:
            self.tag.show_content(shown)
        if self.tag is not None:
            self.tag.setVisible(shown is not None)
        self._take_height()

    def _take_height(self) -> None:
        tagged = self.tag is not None and self.look.mismatch is not None
        # What a tag says is above notes, and below nodes
        self.setZValue(6 if tagged else 2 if self.mark else 0)

    def _take_pen(self) -> None:
        look = self.look
        state = self.mark or look.state
        self.setPen(self.ink.wire_pen(look.rank, look.dtype, state))
        if self._text is not None:
            self._text.set_colour(self._text_colour())

    def _text_colour(self):
        now = self.ink.theme
        if "wrong" in (self.look.state, self.mark):
            return now.wrong
        if self.look.state == "warning" and not self.mark:
            return now.warning
        return now.accent if self.mark == "lit" else now.secondary

    def path(self) -> QPainterPath:
        if not self._is_drawn:
            self.draw()
        return super().path()

    @property
    def text(self) -> WireLabel | None:
        """The words on the wire, None where there never were any."""
        if not self._is_drawn:
            self.draw()
        return self._text

    def _renew(self) -> None:
        """Run elsewhere or look otherwise: have the course drawn, now or when it is seen."""
        self._outline = None
        self._bounds = wire_bounds(*self._span, self._flow, self._way)
        self._is_drawn = False
        self.setPath(self._across())
        if not self._unseen.takes(self):
            self.draw()

    def draw(self) -> None:
        """Draw the course, with a gap for the label where there is room for it."""
        self._is_drawn = True
        self._unseen.forget(self)
        label = self._shown_label()
        width = self.ink.measure("label", label) if label else 0.0
        course = segments(*self._span, self._flow, self._way) if width else []
        at = MIDDLE if self._way else self._label_at
        room = label_room(course, self._flow, at) if width else 0.0
        if not width or width > room:
            self.setPath(wire_path(*self._span, self._flow, self._way))
            if self._text is not None:
                self._text.hide()
            return
        path, gap = wire_path_with_gap(course, width + 8, at)
        self.setPath(path)
        middle = QPointF(*label_place(course[label_segment(course)], at))
        self._place_text(middle, room, tuple(QPointF(*place) for place in gap))

    def _shown_label(self) -> str:
        """Return the words on the wire as it is now."""
        look = self.look
        shows = self.ink.specs_at_rest or self.mark or look.state == "wrong"
        return look.label if shows and look.mismatch is None else ""

    def _place_text(self, middle: QPointF, room: float, gap: tuple[QPointF, QPointF]) -> None:
        if self._text is None:
            self._text = WireLabel(self)
        self._text.set_words(self.look.label, self._text_colour())
        self._text.put(middle, room, gap)
        self._text.show()
