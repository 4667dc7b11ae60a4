"""Draws one Input, Call or Output node; it holds what it shows and nothing that is true."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem

from composer_gui.core.document import DOWN
from composer_gui.ui.canvas import glyphs
from composer_gui.ui.canvas.faces import Face
from composer_gui.ui.canvas.geometry import (
    BADGE,
    FOOT,
    FULL_DETAIL,
    LABEL_ONLY,
    NAMES,
    PADDING,
    RADIUS,
    RIGHT,
    RING,
    ROW,
    NodeLayout,
    Slot,
    bar_path,
    lay_out,
    times,
)
from composer_gui.ui.canvas.glyphs import NO_PEN
from composer_gui.ui.canvas.ink import Ink
from composer_gui.ui.canvas.marks import ANEW, BYPASSED, JOINT
from composer_gui.ui.canvas.passage import paint_passage
from composer_gui.ui.canvas.ring_marks import draw_marked

TITLE_AT, KIND_AT = 17.0, 34.0
"""Heights of the middle of the label and of the line below it."""
FAR_LINE, FARTHEST_LINE = 23.0, 28.0
"""From line to line where there are only a few."""
_MARGIN = 9.0


class NodeItem(QGraphicsRectItem):
    """A node's card. The scene hands it faces; gestures set its marks; it answers nothing else.

    Its rectangle is what it paints in: Qt asks for that all the time, and need not ask Python.
    """

    def __init__(self, node_id: str, face: Face, ink: Ink) -> None:
        super().__init__()
        self.node_id = node_id
        self.ink = ink
        self.selected = False
        self.lit = False
        self.twin = False
        self.kin = False
        self.hovered = False
        self.ringed: dict[tuple[str, int], str] = {}
        """Rings that stand out while a wire is drawn: (side, number) -> mark (`ring_marks`)."""
        self.face = face
        self.layout = self._new_layout(face)
        self.setPen(NO_PEN)
        self.setRect(self._new_bounds())
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.setZValue(10)

    @property
    def category(self) -> str:
        """The category whose colour the node has."""
        return self.face.category

    def set_face(self, face: Face) -> bool:
        """Show another face; return whether the rings or the size are other ones now."""
        layout = self.layout if face.form == self.face.form else self._new_layout(face)
        moved = layout != self.layout
        self.face = face
        if moved:
            self.layout = layout
            self.setRect(self._new_bounds())
        self.update()
        return moved

    def refresh(self) -> bool:
        """Take the fonts and colours that hold now; return whether the rings are elsewhere."""
        layout = self._new_layout(self.face)
        moved = layout != self.layout
        self.layout = layout
        self.setRect(self._new_bounds())
        self.update()
        return moved

    def _new_layout(self, face: Face) -> NodeLayout:
        return lay_out(face, self.ink.measure)

    def mark(self, **marks: object) -> None:
        """Set `selected`, `lit`, `twin`, `kin`, `hovered` or `ringed`; repaint if that differs."""
        differs = False
        for name, value in marks.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
                differs = True
        if differs:
            self.update()

    def card(self) -> QRectF:
        """Return the card's rectangle in the scene."""
        size = self.layout
        return QRectF(self.x() + size.left, self.y() + size.top, size.width, size.height)

    def holds(self, at: QPointF, reach: float) -> bool:
        """Return whether the mouse at `at` means the node itself, however near its rings are."""
        return False

    def centre_of(self, slot: Slot) -> QPointF:
        """Return where a ring's centre lies in the scene."""
        return QPointF(self.x() + slot.x, self.y() + slot.y)

    def _new_bounds(self) -> QRectF:
        size, by = self.layout, _MARGIN
        corner = size.left - by, size.top - by
        return QRectF(*corner, size.width + 2 * by, size.height + 2 * by)

    # Painting ------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, option, widget=None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_card(painter)
        if self.face.bypassed:
            paint_passage(painter, self.ink, self.face, self.layout)
        zoom = painter.worldTransform().m11()
        if zoom >= FULL_DETAIL:
            self._paint_head(painter)
            self._paint_rows(painter)
            self._paint_foot(painter)
        elif zoom >= LABEL_ONLY:
            self._paint_far(painter)
        else:
            self._paint_farthest(painter)
        self._paint_rings(painter)

    def _paint_card(self, painter: QPainter) -> None:
        ink, size = self.ink, self.layout
        card = QRectF(0, 0, size.width, size.height)
        painter.setPen(NO_PEN)
        if ink.shadow is not None:
            painter.setBrush(ink.shadow)
            painter.drawRoundedRect(card.translated(0, 1.5), RADIUS, RADIUS)
        painter.setBrush(ink.card)
        if self.face.kind == "frame":  # a second card behind it: there is more than one in here
            painter.setPen(ink.card_pen)
            painter.drawRoundedRect(card.adjusted(4.5, 4.5, 4.5, 4.5), RADIUS, RADIUS)
        pen = self._border()
        painter.setPen(pen)
        inset = 0.0 if pen.widthF() > 1 else 0.5
        painter.drawRoundedRect(card.adjusted(inset, inset, -inset, -inset), RADIUS, RADIUS)
        painter.setPen(NO_PEN)
        painter.setBrush(ink.category(self.face.category))
        painter.drawPath(bar_path(size.height, pen.widthF() / 2 if inset == 0.0 else 0.0))

    def _border(self):
        state = self.face.state
        if self.lit or state == "wrong":
            return self.ink.wrong_pen if not self.selected or self.lit else self.ink.wrong_focus_pen
        if self.selected:
            return self.ink.selected_pen
        if self.twin or self.kin:
            return self.ink.twin_pen
        return self.ink.warning_pen if state == "warning" else self.ink.card_pen

    def _paint_far(self, painter: QPainter) -> None:
        """Paint, larger, the label and what flows out: the rest could not be read from here."""
        ink, size, brief = self.ink, self.layout, self.face.brief
        room = size.width - PADDING - RIGHT
        lines = ink.lines("far", self.face.label, room - BADGE)
        y = (size.height - FAR_LINE * (len(lines) - 1 + bool(brief))) / 2
        self._paint_verdict(painter, size.width - RIGHT - 6, y)
        painter.setFont(ink.fonts["far"])
        painter.setPen(self._tone(ink.theme.text))
        for line in lines:
            painter.drawText(QPointF(PADDING, ink.baseline("far", y)), line)
            y += FAR_LINE
        painter.setFont(ink.fonts["far_foot"])
        painter.setPen(self._foot_colour())
        text = ink.elided("far_foot", brief, room)
        painter.drawText(QPointF(PADDING, ink.baseline("far_foot", y)), text)

    def _paint_farthest(self, painter: QPainter) -> None:
        """Paint the label as large as it can be, and the verdict unless all is well."""
        ink, size = self.ink, self.layout
        middle = size.height / 2
        room = size.width - PADDING - RIGHT / 2
        if self.face.state not in ("fine", "pending"):
            self._paint_verdict(painter, size.width - RIGHT - 2, 14)
        painter.setFont(ink.fonts["farthest"])
        painter.setPen(self._tone(ink.theme.text))
        lines = ink.lines("farthest", self.face.label, room)
        y = middle - FARTHEST_LINE / 2 * (len(lines) - 1)
        for line in lines:
            painter.drawText(QPointF(PADDING, ink.baseline("farthest", y)), line)
            y += FARTHEST_LINE

    def _paint_head(self, painter: QPainter) -> None:
        ink, face = self.ink, self.face
        title_at, kind_at = TITLE_AT + self.layout.head_top, KIND_AT + self.layout.head_top
        right = self.layout.width - RIGHT
        self._paint_verdict(painter, right - 6, title_at)
        right -= BADGE + 2
        if face.locked:
            closed = face.frozen
            glyphs.draw_lock(painter, ink.theme.secondary, right - 6, title_at - 1, closed=closed)
            right -= BADGE
        if face.pinned:
            glyphs.draw_pin(painter, ink.theme.secondary, right - 6, title_at)
            right -= BADGE
        right = self._paint_sharing(painter, right, title_at)
        painter.setFont(ink.fonts["title"])
        painter.setPen(self._tone(ink.theme.text))
        title = ink.elided("title", face.label, right - PADDING)
        painter.drawText(QPointF(PADDING, ink.baseline("title", title_at)), title)
        top = kind_at - glyphs.SIZE / 2
        glyphs.draw_category(painter, face.category, ink.category(face.category), PADDING, top)
        painter.setFont(ink.fonts["kind"])
        painter.setPen(self._tone(ink.theme.secondary))
        left = PADDING + BADGE
        room = self.layout.width - RIGHT - left
        aside = BYPASSED if face.bypassed else face.origin
        origin = f"{JOINT}{aside}" if aside else ""
        kind = ink.elided("kind", face.kind_text, room - ink.measure("kind", origin))
        baseline = ink.baseline("kind", kind_at)
        painter.drawText(QPointF(left, baseline), kind)
        if origin:
            painter.setPen(self._aside_colour(aside))
            painter.drawText(QPointF(left + ink.measure("kind", kind), baseline), origin)

    def _tone(self, colour: QColor) -> QColor:
        """Return the colour of words; those of a bypassed node step back."""
        return self.ink.theme.tertiary if self.face.bypassed else colour

    def _aside_colour(self, aside: str) -> QColor:
        now = self.ink.theme
        if aside == BYPASSED:
            return now.text
        return now.warning if aside == ANEW else now.tertiary

    def _paint_sharing(self, painter: QPainter, right: float, at: float) -> float:
        """Paint the marks of shared and of copied weights; return how far the label may go."""
        ink, face = self.ink, self.face
        if face.shared:
            text = times(face.shared)
            width = ink.measure("count", text)
            painter.setFont(ink.fonts["count"])
            painter.setPen(ink.theme.accent)
            painter.drawText(QPointF(right - width, ink.baseline("count", at)), text)
            glyphs.draw_shared(painter, ink.theme.accent, right - width - 9, at)
            right -= BADGE + width + 6
        if face.copies:
            glyphs.draw_copy(painter, ink.theme.secondary, right - 6, at)
            right -= BADGE
        return right

    def _paint_verdict(self, painter: QPainter, x: float, y: float) -> None:
        now = self.ink.theme
        state = self.face.state
        if state == "fine" and self.face.bypassed:
            glyphs.draw_bypass(painter, now.secondary, x, y)
        elif state == "fine":
            glyphs.draw_tick(painter, now.right, x, y)
        elif state == "blocked":
            glyphs.draw_dash(painter, now.secondary, x, y)
        elif state == "wrong":
            glyphs.draw_mark(painter, now.wrong, now.card, x, y)
        elif state == "warning":
            glyphs.draw_mark(painter, now.warning, now.card, x, y)
        elif state == "unfinished":
            glyphs.draw_open(painter, now.warning, x, y)
        else:
            glyphs.draw_dots(painter, now.tertiary, x, y)

    def _paint_rows(self, painter: QPainter) -> None:
        ink, size = self.ink, self.layout
        self._paint_port_names(painter)
        y = size.rows_top + ROW / 2
        for name, value in self.face.rows:
            label, shown = self._row(name, value)
            width = ink.measure("value", shown)
            painter.setFont(ink.fonts["name"])
            painter.setPen(self._tone(ink.theme.secondary))
            painter.drawText(QPointF(PADDING, ink.baseline("name", y)), label)
            painter.setFont(ink.fonts["value"])
            painter.setPen(self._tone(ink.theme.text))
            at = QPointF(size.width - RIGHT - width, ink.baseline("value", y))
            painter.drawText(at, shown)
            y += ROW

    def _row(self, name: str, value: str) -> tuple[str, str]:
        """Return a parameter's name and value as there is room for them."""
        ink = self.ink
        room = self.layout.width - PADDING - RIGHT
        left = room - ink.measure("name", name) - 10
        shown = ink.elided("value", value, max(left, room * 0.62))
        return ink.elided("name", name, room - ink.measure("value", shown) - 10), shown

    def shortened_rows(self) -> list[tuple[str, str]]:
        """Return the parameters whose name or value is not shown in full."""
        return [row for row in self.face.rows if self._row(*row) != row]

    def _paint_port_names(self, painter: QPainter) -> None:
        ink, size, face = self.ink, self.layout, self.face
        if not (face.names_inputs or face.names_outputs):
            return
        painter.setFont(ink.fonts["name"])
        painter.setPen(ink.theme.secondary)
        both = face.names_inputs and face.names_outputs
        room = (size.width - PADDING - RIGHT) * (0.48 if both else 1.0)
        if face.flow == DOWN:
            self._paint_names_across(painter)
            return
        for slot in size.inputs:
            if slot.named and slot.ring.index == 0:
                text = ink.elided("name", slot.ring.port, room)
                painter.drawText(QPointF(PADDING, ink.baseline("name", slot.y)), text)
        for slot in size.outputs:
            if slot.named:
                text = ink.elided("name", slot.ring.port, room)
                x = size.width - RIGHT - ink.measure("name", text)
                painter.drawText(QPointF(x, ink.baseline("name", slot.y)), text)

    def _paint_names_across(self, painter: QPainter) -> None:
        """Write the names of ports where the wires come in above and go out below."""
        ink, size = self.ink, self.layout
        below = size.height - NAMES / 2 - 2
        for slots, y in ((size.inputs, NAMES / 2 + 3), (size.outputs, below)):
            for slot in slots:
                if slot.named and (slot.ring.index == 0 or y == below):
                    x = slot.x - ink.measure("name", slot.ring.port) / 2
                    painter.drawText(QPointF(x, ink.baseline("name", y)), slot.ring.port)

    def _paint_foot(self, painter: QPainter) -> None:
        ink, size, face = self.ink, self.layout, self.face
        top = size.foot_top
        painter.setPen(ink.hairline)
        painter.drawLine(QPointF(PADDING, top), QPointF(size.width - RIGHT, top))
        centre = top + FOOT / 2
        style = "sentence" if face.state in ("blocked", "wrong", "unfinished") else "foot"
        room = size.width - PADDING - RIGHT
        count = ink.measure("count", face.count) if face.count else 0.0
        wanted = ink.measure(style, face.foot)
        if (count and wanted + 10 + count <= room) or not wanted:
            painter.setFont(ink.fonts["count"])
            painter.setPen(ink.theme.tertiary)
            at = QPointF(size.width - RIGHT - count, ink.baseline("count", centre))
            painter.drawText(at, face.count)
        text = face.short if face.state == "blocked" and wanted > room else face.foot
        painter.setFont(ink.fonts[style])
        painter.setPen(self._foot_colour())
        at = QPointF(PADDING, ink.baseline(style, centre))
        painter.drawText(at, ink.elided(style, text, room))

    def _foot_colour(self) -> QColor:
        now = self.ink.theme
        if self.face.state == "wrong":
            return now.wrong
        if self.face.state == "unfinished":
            return now.warning
        return now.secondary if self.face.state in ("fine", "warning") else now.tertiary

    def _paint_rings(self, painter: QPainter) -> None:
        painter.setBrush(self.ink.canvas)
        for side, slots in (("in", self.layout.inputs), ("out", self.layout.outputs)):
            for number, slot in enumerate(slots):
                mark = self.ringed.get((side, number))
                if mark is not None:
                    draw_marked(painter, self.ink, QPointF(slot.x, slot.y), mark)
                    continue
                pen, radius = self._ring(slot)
                painter.setPen(pen)
                painter.drawEllipse(QPointF(slot.x, slot.y), radius, radius)

    def _ring(self, slot: Slot):
        if slot.ring.quiet and not self.hovered:
            return self.ink.quiet_ring_pen, 2.6
        return self.ink.ring_pen, RING - 0.6


def edge_middle(card: QRectF, side: str, flow: str) -> QPointF:
    """Return the middle of the edge of a card at which wires come "in" or go "out"."""
    if flow == DOWN:
        return QPointF(card.center().x(), card.bottom() if side == "out" else card.top())
    return QPointF(card.right() if side == "out" else card.left(), card.center().y())
