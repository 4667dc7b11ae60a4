"""The two shapes on a wire that is wrong: what comes and what is wanted, each axis by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from composer_gui.core.layer_kinds import Shape
from composer_gui.core.origins import ABOUT_DTYPES
from composer_gui.core.problems import ERROR, Problem
from composer_gui.core.shapes.tensor_spec import MOST_SHOWN, TensorSpec
from composer_gui.ui.canvas.ink import Ink

SENDS, WANTS, MEETS = "sends", "wants", "meets"

LONGEST = 26
"""Letters of a word in the place of a shape, such as a dtype; the rest is in the tooltip."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One axis, or a word in its place; `differs` where it is what is wrong."""

    text: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What a wire sends and what its end wants, as rows of a word and cells.

    `rows` are one or two; where both have as many axes, axis stands under axis. `joint` stands
    between the cells of a row, `tone` names the colour of the theme in which they are marked.
    """

    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    joint: str = "×"
    tone: str = "wrong"

    @property
    def words(self) -> str:
        """The rows as lines of text, the cells that differ between brackets."""
        return "\n".join(
            f"{word} " + self.joint.join(f"[{c.text}]" if c.differs else c.text for c in cells)
            for word, cells in self.rows
        )


def mismatch_of(problem: Problem, spec: TensorSpec | None) -> Mismatch | None:
    """Return what to show of `problem` on one of its wires, on which `spec` comes.

    A problem of several wires together names no wire: each then shows what it sends, with the axes
    marked in which they differ. A warning is about what meets there: nothing is wanted.
    """
    found = _found(problem, spec)
    if found is None or problem.severity == ERROR:
        return found
    rows = tuple((MEETS if word == WANTS else word, cells) for word, cells in found.rows)
    return replace(found, rows=rows, tone="warning") if len(rows) > 1 else None


def _found(problem: Problem, spec: TensorSpec | None) -> Mismatch | None:
    if problem.inner:
        return None  # its shapes are those of a wire inside
    given = problem.given
    alone = problem.index is not None or given is None or spec is None or spec.shape == given
    if problem.wanted is not None and given is not None and alone:
        return Mismatch(_two_shapes(given, problem.wanted, problem.axes))
    if problem.axes and spec is not None and spec.shape is not None:
        return Mismatch(((SENDS, _cells(spec.shape, problem.axes, _shows_batch(spec.shape))),))
    if problem.code in ABOUT_DTYPES and problem.expected and spec is not None:
        # Text instead of shapes: a dtype is one word, and all of it differs
        sends = (Cell(spec.show()), Cell(spec.dtype, True))
        return Mismatch(((SENDS, sends), (WANTS, (Cell(_short(problem.expected), True),))), " ")
    return None


def _two_shapes(given: Shape, wanted: Shape, axes: tuple[int, ...]):
    batch = _shows_batch(given) or _shows_batch(wanted) or 0 in axes
    if len(given) == len(wanted):
        return (SENDS, _cells(given, axes, batch)), (WANTS, _cells(wanted, axes, batch))
    longer = max(len(given), len(wanted))  # only there an axis that is named is the one meant
    sends, wants = (_cells(s, axes if len(s) == longer else (), batch) for s in (given, wanted))
    sends = (*sends, Cell(_count(len(sends)), True))
    wants = (*wants, Cell(_count(len(wants)), True))
    return (SENDS, sends), (WANTS, wants)


def _count(axes: int) -> str:
    return f"({axes} {'axis' if axes == 1 else 'axes'})"


def _shows_batch(shape: Shape) -> bool:
    return bool(shape) and shape[0] is not None


def _cells(shape: Shape, axes: Iterable[int], batch: bool) -> tuple[Cell, ...]:
    """Return a shape axis by axis; a very long one without its middle, as `show_shape` does."""
    first = 0 if batch else 1
    marked = set(axes)
    cells = [
        Cell("?" if size is None else str(size), axis in marked)
        for axis, size in enumerate(shape)
        if axis >= first
    ]
    if len(cells) > MOST_SHOWN:
        left_out = cells[MOST_SHOWN // 2 : -1]
        cells[MOST_SHOWN // 2 : -1] = [Cell("…", any(cell.differs for cell in left_out))]
    return tuple(cells) or (Cell("one number"),)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


# On the wire -------------------------------------------------------------------------------------

LINE = 16.0
PAD = 7.0
WORD_GAP = 7.0
MOST_GROWTH = 2.0
"""How much larger the tag is at most when it is seen from afar: so far it is as legible."""
LEAST_ZOOM = 0.39
"""Below this the tag is not painted: it would cover more than it tells."""


def growth(zoom: float) -> float:
    """Return by how much a tag is enlarged so that it can be read at a zoom."""
    return min(MOST_GROWTH, max(1.0, 1.0 / zoom))


class MismatchTag(QGraphicsItem):
    """A small plate on a wire with the rows of a `Mismatch`; it lies where no node is.

    Its position is that of its middle, from the wire's start. It is no target of the mouse but
    stands for its wire.
    """

    def __init__(self, ink: Ink, parent: QGraphicsItem) -> None:
        super().__init__(parent)
        self.ink = ink
        self.content: Mismatch | None = None
        self.placed_for: tuple | None = None
        self.is_placed = False
        self._grown = 1.0
        self._anchor = QPointF()
        self._columns: list[float] = []
        self._word = 0.0
        self._size = (0.0, 0.0)
        self._bounds = QRectF()

    def show_content(self, content: Mismatch) -> None:
        """Show these rows."""
        if content != self.content:
            self.content = content
            self.refresh()

    def refresh(self) -> None:
        """Take the fonts that hold now."""
        self.prepareGeometryChange()
        ink, rows = self.ink, self.content.rows
        self._word = max(ink.measure("label", word) for word, _ in rows) + WORD_GAP
        aligned = len({len(cells) for _, cells in rows}) == 1
        widest = max(len(cells) for _, cells in rows)
        measured = [[self._width(cell) for cell in cells] for _, cells in rows]
        if aligned:
            self._columns = [max(row[n] for row in measured) for n in range(widest)]
            across = sum(self._columns)
        else:
            self._columns = []
            across = max(map(sum, measured))
        joints = ink.measure("label", self.content.joint) * (widest - 1)
        self._size = (self._word + across + joints + 2 * PAD, LINE * len(rows) + 6)
        self._bounds = self._new_bounds()
        self.placed_for = None
        self.update()

    def _width(self, cell: Cell) -> float:
        return self.ink.measure("marked" if cell.differs else "label", cell.text)

    def size_at(self, zoom: float) -> tuple[float, float]:
        """Return width and height in the scene when seen at a zoom."""
        by = growth(zoom)
        return self._size[0] * by, self._size[1] * by

    def put(self, centre: QPointF, anchor: QPointF, zoom: float, key: tuple) -> None:
        """Stand around `centre`, from the wire's start, as it looks at a zoom.

        A thin line leads to `anchor`, the place of the wire that is meant, where that is elsewhere.
        """
        self.prepareGeometryChange()
        self._grown = growth(zoom)
        self._anchor = anchor - centre
        self._bounds = self._new_bounds()
        self.placed_for = key
        self.is_placed = True
        self.setPos(centre)
        self.update()

    def area(self) -> QRectF:
        """Return the rectangle that its plate takes up in the scene."""
        return self.mapRectToScene(self._plate())

    def _plate(self) -> QRectF:
        width, height = (side * self._grown for side in self._size)
        return QRectF(-width / 2, -height / 2, width, height)

    def boundingRect(self) -> QRectF:
        return self._bounds

    def _new_bounds(self) -> QRectF:
        whole = self._plate().united(QRectF(self._anchor, self._anchor).adjusted(0, 0, 0.1, 0.1))
        return whole.adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, option, widget=None) -> None:
        if not self.is_placed or painter.worldTransform().m11() < LEAST_ZOOM:
            return
        now = self.ink.theme
        tone = getattr(now, self.content.tone)
        width, height = self._size
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._plate().contains(self._anchor):
            painter.setPen(QPen(tone, 1.0, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(0, 0), self._anchor)
        painter.save()
        painter.scale(self._grown, self._grown)
        painter.setPen(QPen(tone, 1.2))
        painter.setBrush(now.panel)
        plate = QRectF(-width / 2, -height / 2, width, height).adjusted(0.6, 0.6, -0.6, -0.6)
        painter.drawRoundedRect(plate, 5, 5)
        for number, (word, cells) in enumerate(self.content.rows):
            self._paint_row(painter, word, cells, -height / 2 + 3 + LINE * (number + 0.5))
        painter.restore()

    def _paint_row(self, painter: QPainter, word: str, cells: tuple[Cell, ...], y: float) -> None:
        ink, now = self.ink, self.ink.theme
        x = -self._size[0] / 2 + PAD
        baseline = ink.baseline("label", y)
        self._write(painter, word, "label", now.secondary, QPointF(x, baseline))
        x += self._word
        for number, cell in enumerate(cells):
            if number:
                joint = "" if cell.text.startswith("(") else self.content.joint
                self._write(painter, joint, "label", now.secondary, QPointF(x, baseline))
                x += ink.measure("label", self.content.joint)
            room, own = self._room(number, cell), self._width(cell)
            at = QPointF(x + room - own, baseline)  # figures stand under figures, at the right
            if cell.differs:
                self._write(painter, cell.text, "marked", getattr(now, self.content.tone), at)
                line = baseline + 2.5
                painter.drawLine(QPointF(at.x(), line), QPointF(at.x() + own, line))
            else:
                self._write(painter, cell.text, "label", now.text, at)
            x += room

    def _room(self, number: int, cell: Cell) -> float:
        return self._columns[number] if self._columns else self._width(cell)

    def _write(self, painter: QPainter, text: str, style: str, colour: QColor, at: QPointF) -> None:
        painter.setFont(self.ink.fonts[style])
        painter.setPen(QPen(colour, 1.4) if style == "marked" else QPen(colour))
        painter.drawText(at, text)


Box = tuple[float, float, float, float]
"""Left, top, right and bottom. Plain numbers: many are compared, again with every zoom."""


def box_of(rect: QRectF) -> Box:
    """Return a rectangle as a box."""
    return rect.left(), rect.top(), rect.right(), rect.bottom()


def free_place(
    middle: QPointF, size: tuple[float, float], taken: Iterable[Box], within: Box | None
) -> QPointF:
    """Return the centre nearest to `middle` at which a rectangle of `size` covers nothing `taken`.

    It goes up and down first, then to the sides; `within` is what is seen, which it does not leave
    where there is another place. Where all is taken, the place that covers least.
    """
    width, height = size
    reach = _around(middle, 2 * FARTHEST[0] * width + width, 2 * FARTHEST[1] * height + height)
    near = [box for box in taken if _common(box, reach)]
    best, best_cost = middle, float("inf")
    for distance, (across, down) in _STEPS:
        at = QPointF(middle.x() + across * width, middle.y() + down * height)
        box = _around(at, width, height)
        cost = sum(_common(box, other) for other in near)
        if within is not None:
            cost += width * height - _common(box, within)
        if cost <= 1e-6:
            return at
        if cost + distance < best_cost:
            best, best_cost = at, cost + distance
    return best


def _around(centre: QPointF, width: float, height: float) -> Box:
    x, y = centre.x(), centre.y()
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _common(one: Box, other: Box) -> float:
    """Return the area of what two boxes have in common."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    if across <= 0.0:
        return 0.0
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across * down if down > 0.0 else 0.0


FARTHEST = (1.0, 4.5)
_STEPS = sorted(
    (abs(across) * 2.2 + abs(down), (across, down))
    for across in (0.0, -0.5, 0.5, -1.0, 1.0)
    for down in (0.0, -0.8, 0.8, -1.4, 1.4, -2.2, 2.2, -3.2, 3.2, -4.5, 4.5)
)
"""How far from the wire a tag may stand, in its own widths and heights, the nearest first."""
