"""Paints the canvas when it is too small to be read: all nodes and wires in one batch."""

from __future__ import annotations

import math
from collections.abc import Set
from itertools import chain

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF, QRegion
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem

from composer_gui.core.change import Change
from composer_gui.core.document import Wire
from composer_gui.ui.canvas.backlog import AT_ONCE
from composer_gui.ui.canvas.geometry import GRID, NARROWEST
from composer_gui.ui.canvas.ghosts import GhostCard
from composer_gui.ui.canvas.ink import FARTHEST_TITLE, screen_pen
from composer_gui.ui.canvas.outlines import Outlines, Part
from composer_gui.ui.canvas.scene import CanvasScene

LEGIBLE = 9.0
"""Smallest height of a label on the screen, in pixels, at which items paint themselves."""
CARDS_FROM = 30.0
"""Least width of a node on the screen, in pixels, at which it is a card, not a blot of colour."""
CLOSEST_DOTS = 20.0
"""Least distance of the grid's dots on the screen, in pixels."""
BLOCK = 16
"""Dots are made in blocks of so many across and down."""
MOST = 0.4
"""Share of the view from which on everything is painted, and not what is there looked for."""
AROUND = 4.0
"""How far around its item a border or a line may reach, in pixels of the screen."""
FEW, LITTLE = 20, 4000
"""Rectangles of a region that are painted one by one; of more the rectangle around them is. And so
many pixels between two of them are painted as well, rather than to look twice for what is there."""


class Overview:
    """Paints the outlines of all items, or of those in the part of the view that is asked for.

    A picture that is asked for again, although nothing has changed, is kept and shown as it is.
    """

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self.outlines = Outlines(scene)
        self._kept: QPixmap | None = None
        self._state: tuple | None = None
        self._left: list[QRectF] | None = None
        self._dots: dict[tuple[int, int, float], QPolygonF] = {}
        self._connect()

    def _connect(self) -> None:
        self._scene.followed.connect(self._follow)
        self._scene.moving.connect(self._note_moving)
        self._scene.moved.connect(self._note_moved)
        self._scene.ways.led.connect(self._note_led)

    def holds(self, view) -> bool:
        """Return whether this view is so far away that labels cannot be read."""
        return view.camera.zoom * FARTHEST_TITLE < LEGIBLE

    # What differs: of what Qt did not paint itself it does not know where it was ------------------

    def _follow(self, change: Change) -> None:
        if change.nodes or change.wires_added or change.wires_removed:
            self._renew(None)

    def _note_led(self, wires: list[Wire]) -> None:
        """Have wires painted again where they were led, which the outlines still know, and are."""
        if len(wires) > AT_ONCE:
            self._renew(None)
            return
        known, items = self.outlines.led, self._scene.wires
        lines = [line for wire in wires for line in (*known.get(wire, ()), *items[wire].lines())]
        lines += [items[wire].line for wire in wires]
        self._renew([QRectF(line.p1(), line.p2()).normalized() for line in lines])

    def _note_moving(self, node_ids: list[str]) -> None:
        self._left = self._places(node_ids) if len(node_ids) <= AT_ONCE else None

    def _note_moved(self, node_ids: list[str]) -> None:
        left, self._left = self._left, None
        if node_ids:
            self._renew(None if left is None else left + self._places(node_ids))

    def _places(self, node_ids: list[str]) -> list[QRectF]:
        """Return the rectangles around nodes, and around the wires at them."""
        scene = self._scene
        found = [scene.nodes[node_id].card() for node_id in node_ids]
        wires = {wire for node_id in node_ids for wire in scene.wires_at[node_id]}
        lines = (line for wire in wires for line in scene.wires[wire].lines())
        return found + [QRectF(line.p1(), line.p2()).normalized() for line in lines]

    def _renew(self, places: list[QRectF] | None) -> None:
        """Have these places of the scene painted again, or all of it."""
        for view in self._scene.views():
            if not self.holds(view):
                continue
            if places is None:
                view.viewport().update()
                continue
            on_screen, by = view.viewportTransform(), round(AROUND)
            for place in places:
                rect = on_screen.mapRect(place).toAlignedRect()
                view.viewport().update(rect.adjusted(-by, -by, by, by))

    # The batch -----------------------------------------------------------------------------------

    def paint(self, view, event) -> None:
        """Paint what the event asks for into the view's viewport."""
        self.outlines.catch_up()
        painter = QPainter(view.viewport())
        try:
            self._paint_asked(painter, view, event.region())
        finally:
            painter.end()  # one that is left open on a widget takes the program down

    def _paint_asked(self, painter: QPainter, view, region: QRegion) -> None:
        room, asked = view.viewport().rect(), _rectangles(region)
        if sum(map(_area, asked)) > MOST * _area(room):
            self._paint_whole(painter, view)
        else:
            for rect in asked:
                painter.setClipRect(rect)
                self._paint_within(painter, view, QRectF(rect))
            painter.setClipping(False)
        painter.setWorldTransform(view.viewportTransform())
        view.keyboard.spotlight.paint_far(painter)
        self._paint_above(painter)
        view.keyboard.mark.paint_far(painter)

    def let_go(self) -> None:
        """Keep no picture any longer: from near items paint themselves."""
        self._kept = self._state = None

    def _paint_whole(self, painter: QPainter, view) -> None:
        state = self._state_now(view)
        if state != self._state:
            self._kept, self._state = None, state
            self._paint_into(painter, view)
            return
        if self._kept is None:
            self._kept = self._new_picture(view)
        painter.drawPixmap(0, 0, self._kept)

    def _new_picture(self, view) -> QPixmap:
        ratio = view.devicePixelRatioF()
        picture = QPixmap(view.viewport().size() * ratio)
        picture.setDevicePixelRatio(ratio)
        painter = QPainter(picture)
        try:
            self._paint_into(painter, view)
        finally:
            painter.end()
        return picture

    def _state_now(self, view) -> tuple:
        """Return all that the picture is made of: as long as it is equal, so is the picture."""
        ink, chosen = self._scene.ink, self._scene.selection
        size, ratio = view.viewport().size(), view.devicePixelRatioF()
        lit = frozenset(chosen.kin), frozenset(chosen.twins), chosen.nodes
        return self.outlines.revision, view.viewportTransform(), size, ratio, ink.theme, lit

    def _paint_into(self, painter: QPainter, view) -> None:
        painter.fillRect(view.viewport().rect(), self._scene.ink.canvas)
        painter.setWorldTransform(view.viewportTransform())
        self._paint_part(painter, view.camera.zoom, self.outlines.whole())
        painter.resetTransform()
        self._title_frames(painter, view)

    def _paint_within(self, painter: QPainter, view, rect: QRectF) -> None:
        painter.fillRect(rect, self._scene.ink.canvas)
        to_screen = view.viewportTransform()
        back, _ = to_screen.inverted()
        part = self.outlines.within(back.mapRect(rect.adjusted(-AROUND, -AROUND, AROUND, AROUND)))
        painter.setWorldTransform(to_screen)
        self._paint_part(painter, view.camera.zoom, part)
        painter.resetTransform()
        self._title_frames(painter, view)

    def paint_batch(self, painter: QPainter, zoom: float) -> None:
        """Paint frames, wires and nodes at a scale of `zoom`; the minimap uses it too."""
        self.outlines.catch_up()
        self._paint_part(painter, zoom, self.outlines.whole())

    def _paint_part(self, painter: QPainter, zoom: float, part: Part) -> None:
        ink = self._scene.ink
        self._paint_frames(painter, part)
        painter.setPen(_hairline(ink.theme.tertiary))
        painter.drawLines(part.lines)
        chosen = self._scene.selection
        self._ground(painter, zoom, part.among(self.outlines.wrong), ink.theme.wrong)
        self._ground(painter, zoom, part.among(chosen.nodes), ink.theme.accent)
        shown = part.cards
        if zoom * NARROWEST >= CARDS_FROM:
            self._paint_cards(painter, part)
            shown = part.stripes
        painter.setPen(Qt.PenStyle.NoPen)
        for category, rects in shown.items():
            if rects and category != "frame":
                painter.setBrush(self._colour(category))
                painter.drawRects(rects)
        kin = ((chosen.kin | chosen.twins) - chosen.nodes) & self._scene.nodes.keys()
        self._dash(painter, zoom, part.among(kin), ink.theme.accent)

    def _colour(self, category: str) -> QColor:
        ink = self._scene.ink
        return ink.theme.card_line if category == "note" else ink.category(category)

    def paint_some(self, painter: QPainter, node_ids: Set[str], zoom: float) -> None:
        """Paint these nodes alone, in the colours of their categories; what is selected marked."""
        ink, chosen = self._scene.ink, self._scene.selection.nodes
        self._ground(painter, zoom, chosen.intersection(node_ids), ink.theme.accent)
        painter.setPen(Qt.PenStyle.NoPen)
        for category, rects in self.outlines.of(node_ids).items():
            painter.setBrush(self._colour(category))
            painter.drawRects(rects)

    def _paint_cards(self, painter: QPainter, part: Part) -> None:
        """Paint nodes as quiet cards, whose categories the stripes then tell."""
        now = self._scene.ink.theme
        painter.setPen(_hairline(now.card_line))
        painter.setBrush(now.card)
        cards = (rects for category, rects in part.cards.items() if category != "frame")
        painter.drawRects(list(chain.from_iterable(cards)))

    def _paint_frames(self, painter: QPainter, part: Part) -> None:
        for node_id in part.frames:
            frame = self._scene.nodes[node_id].node
            colour = QColor(self._scene.ink.frame(frame.color))
            painter.setPen(_hairline(colour))
            colour.setAlphaF(0.08)
            painter.setBrush(colour)
            painter.drawRect(self.outlines.cards["frame"][node_id])

    def _title_frames(self, painter: QPainter, view) -> None:
        """Write the titles of frames, in a size that can be read at any zoom."""
        painter.setFont(self._scene.ink.fonts["frame"])
        painter.setPen(self._scene.ink.theme.secondary)
        for node_id, rect in self.outlines.cards.get("frame", {}).items():
            shown = view.viewportTransform().mapRect(rect)
            if shown.width() >= CARDS_FROM and shown.intersects(QRectF(view.viewport().rect())):
                title = self._scene.nodes[node_id].node.label
                text = self._scene.ink.elided("frame", title, shown.width())
                painter.drawText(shown.topLeft() - QPointF(0, 4), text)

    def _ground(self, painter: QPainter, zoom: float, node_ids: Set[str], colour: QColor) -> None:
        """Lay colour under nodes that are painted after, so that they have a border in it.

        To draw a thousand borders takes ten times as long.
        """
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRects(self._around(node_ids, 2.0 / zoom))

    def _dash(self, painter: QPainter, zoom: float, node_ids: Set[str], colour: QColor) -> None:
        pen = QPen(colour, 2.0, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRects(self._around(node_ids, 1.0 / zoom))

    def _around(self, node_ids: Set[str], by: float) -> list[QRectF]:
        cards = (self.outlines.card(node_id) for node_id in node_ids)
        return [card.adjusted(-by, -by, by, by) for card in cards if card is not None]

    def _paint_above(self, painter: QPainter) -> None:
        """Paint what is above everything: a rubber band, a wire being drawn, a repair's preview."""
        for item in self._scene.above():
            if item.isVisible():
                _paint_item(painter, item)

    # The grid ------------------------------------------------------------------------------------

    def paint_grid(self, painter: QPainter, rect: QRectF, zoom: float) -> None:
        """Paint the dots of the grid within `rect` of the scene; fewer when seen from afar."""
        step = GRID
        while step * zoom < CLOSEST_DOTS:
            step *= 2
        left, top = rect.left() // step * step, rect.top() // step * step
        # Whole blocks of dots, so that a small zoom or another strip finds its points made already
        columns = math.ceil((rect.right() - left) / step / BLOCK + 1e-6) * BLOCK
        rows = math.ceil((rect.bottom() - top) / step / BLOCK + 1e-6) * BLOCK
        ratio = painter.device().devicePixelRatioF()
        pen = screen_pen(self._scene.ink.theme.grid, 2.0, ratio)
        pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(pen)
        painter.translate(left, top)
        painter.drawPoints(self._grid_points(columns, rows, step))
        painter.translate(-left, -top)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)

    def _grid_points(self, columns: int, rows: int, step: float) -> QPolygonF:
        key = (columns, rows, step)
        points = self._dots.get(key)
        if points is None:
            if len(self._dots) > 40:
                self._dots.clear()
            places = [QPointF(x * step, y * step) for y in range(rows) for x in range(columns)]
            points = self._dots[key] = QPolygonF(places)
        return points


def _rectangles(region: QRegion) -> list[QRect]:
    """Return a few rectangles that cover a region, and little besides."""
    if region.rectCount() > FEW:
        return [region.boundingRect()]
    found: list[QRect] = []
    for rect in region:
        for number, other in enumerate(found):
            both = rect.united(other)
            if _area(both) <= 1.3 * (_area(rect) + _area(other)) + LITTLE:
                found[number] = both
                break
        else:
            found.append(rect)
    return found


def _area(rect: QRect) -> int:
    return rect.width() * rect.height()


def _hairline(colour: QColor) -> QPen:
    pen = QPen(colour, 1.0)
    pen.setCosmetic(True)
    return pen


def _paint_item(painter: QPainter, item: QGraphicsItem) -> None:
    painter.save()
    painter.setTransform(item.sceneTransform(), True)
    if isinstance(item, GhostCard):  # which could not be read: its outline will do
        painter.setPen(item.painted.ink.selected_pen)
        painter.setBrush(item.painted.ink.card)
        painter.drawRect(item.card().translated(-item.pos()))
    else:
        item.paint(painter, QStyleOptionGraphicsItem(), None)
    painter.restore()
    for child in item.childItems():
        if child.isVisible():
            _paint_item(painter, child)
