"""The rectangles and lines of all items, for pictures that are painted from far away."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Set
from dataclasses import dataclass
from itertools import chain

from PySide6.QtCore import QLineF, QRectF

from composer_gui.core.change import Change
from composer_gui.core.document import Wire
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.plates import Plate
from composer_gui.ui.canvas.scene import CanvasScene
from composer_gui.ui.canvas.wire_item import WireItem

STRIPE = 22.0
"""Width of the stripe in the category's colour, in pixels of the scene."""


class Outlines:
    """Rectangles and lines of all items, kept in step by the scene's signals.

    `cards` and `stripes` are kept by category and node, `lines` by wire, in `led` those of wires
    that are led around nodes; `wrong` are the nodes at which an error is shown. `revision` grows
    with every change. Ask `catch_up` before looking.
    """

    def __init__(self, scene: CanvasScene) -> None:
        self.cards: dict[str, dict[str, QRectF]] = {}
        self.stripes: dict[str, dict[str, QRectF]] = {}
        self.lines: dict[Wire, QLineF] = {}
        self.led: dict[Wire, list[QLineF]] = {}
        self.wrong: set[str] = set()
        self._led_at: dict[str, set[Wire]] = {}
        self.revision = 0
        self._scene = scene
        self._category: dict[str, str] = {}
        self._places: dict[str, tuple[NodeItem | Plate, QRectF, QRectF, float, float]] = {}
        self._stale_nodes: set[str] = set(scene.nodes)
        self._stale_wires: set[Wire] = set(scene.wires)
        self._moved: dict[str, None] = {}
        self._bounds: QRectF | None = None
        self._connect()

    def _connect(self) -> None:
        self._scene.followed.connect(self._follow)
        self._scene.moved.connect(self._note_moved)
        self._scene.drawn.connect(self._note_judged)
        self._scene.judged.connect(self._note_judged)
        self._scene.ways.led.connect(self._note_led)

    def _follow(self, change: Change) -> None:
        # What the scene has still to draw or to look at anew, it tells of when it has done so
        backlog = self._scene.backlog
        self._stale_nodes |= change.nodes - backlog.nodes.keys() - backlog.stale.keys()
        self._stale_wires |= change.wires_added | change.wires_removed
        self.revision += 1

    def _note_moved(self, node_ids: list[str]) -> None:
        if node_ids:
            self._moved.update(dict.fromkeys(node_ids))
            self.revision += 1

    def _note_led(self, wires: list[Wire]) -> None:
        self._stale_wires.update(wires)
        self.revision += 1

    def _note_judged(self, node_ids: Iterable[str]) -> None:
        self._stale_nodes.update(node_ids)
        self.revision += 1
        if not self._scene.is_drawn:
            self.catch_up()  # with every slice a little, and not all of it when it is painted

    def catch_up(self) -> None:
        """Bring rectangles and lines in step with the items that have changed since."""
        for node_id in self._moved:
            self._move_node(node_id)
            if node_id in self._led_at:
                self._stale_wires |= self._led_at[node_id]
        for node_id in self._stale_nodes:
            self._stale_wires |= self._scene.wires_at.get(node_id, set())
            self._put_node(node_id)
        for wire in self._stale_wires:
            item = self._scene.wires.get(wire)
            if self.led.pop(wire, None) is not None:
                self._led_at[wire.node].discard(wire)
                self._led_at[wire.source.node].discard(wire)
            self.lines.pop(wire, None)
            # Not whether its item is seen: one whose end is being moved is hidden for the moment
            if item is None or self._scene.folds.hides_wire(wire):
                continue
            if item.is_led:
                self.led[wire] = item.lines()
                self._led_at.setdefault(wire.node, set()).add(wire)
                self._led_at.setdefault(wire.source.node, set()).add(wire)
            else:
                self.lines[wire] = item.line  # which the item keeps where the wire is
        self._moved.clear()
        self._stale_nodes.clear()
        self._stale_wires.clear()

    def _move_node(self, node_id: str) -> None:
        known = self._places.get(node_id)
        if known is None or not known[0].isVisible():  # it was folded away or is there again
            self._stale_nodes.add(node_id)
            return
        item, card, stripe, left, top = known
        x, y = item.x() + left, item.y() + top
        self._take_off(card)
        card.moveTo(x, y)
        stripe.moveTo(x, y)
        self._put_on(card)

    def _put_node(self, node_id: str) -> None:
        item = self._scene.nodes.get(node_id)
        known = self._places.pop(node_id, None)
        if known is not None:
            self._take_off(known[1])
        before = self._category.pop(node_id, None)
        if before is not None:
            del self.cards[before][node_id]
            del self.stripes[before][node_id]
        self.wrong.discard(node_id)
        if item is None or not item.isVisible():
            return
        category = item.category
        self._category[node_id] = category
        card = item.card()
        stripe = QRectF(card.left(), card.top(), min(STRIPE, card.width()), card.height())
        self.cards.setdefault(category, {})[node_id] = card
        self.stripes.setdefault(category, {})[node_id] = stripe
        offset = card.left() - item.x(), card.top() - item.y()
        self._places[node_id] = item, card, stripe, *offset
        self._put_on(card)
        if isinstance(item, NodeItem) and item.face.state == "wrong":
            self.wrong.add(node_id)

    def _put_on(self, card: QRectF) -> None:
        if self._bounds is not None:
            self._bounds = self._bounds.united(card)

    def _take_off(self, card: QRectF) -> None:
        """Forget how far the cards reach where this one, which goes, reaches furthest."""
        if self._bounds is not None and not self._bounds.adjusted(1, 1, -1, -1).contains(card):
            self._bounds = None

    def bounds(self) -> QRectF:
        """Return the rectangle around all cards, as they are now."""
        self.catch_up()
        if self._bounds is None:
            cards = (card for _, card, *_ in self._places.values())
            self._bounds = functools.reduce(QRectF.united, cards, QRectF())
        return QRectF(self._bounds)

    def card(self, node_id: str) -> QRectF | None:
        """Return a node's rectangle, None where it is not seen."""
        known = self._places.get(node_id)
        return None if known is None else known[1]

    def of(self, node_ids: Iterable[str]) -> dict[str, list[QRectF]]:
        """Return the rectangles of these nodes by category, but for frames."""
        found: dict[str, list[QRectF]] = {}
        for node_id in node_ids:
            category = self._category.get(node_id)
            if category is not None and category != "frame":
                found.setdefault(category, []).append(self.cards[category][node_id])
        return found

    def whole(self) -> Part:
        """Return the outlines of all items."""
        return Part(
            {category: list(rects.values()) for category, rects in self.cards.items()},
            {category: list(rects.values()) for category, rects in self.stripes.items()},
            [*self.lines.values(), *chain.from_iterable(self.led.values())],
            list(self.cards.get("frame", ())),
        )

    def within(self, rect: QRectF) -> Part:
        """Return the outlines of the items whose bounds meet `rect` of the scene."""
        part = Part({}, {}, [], [], set())
        for item in self._scene.items_near(rect):
            if isinstance(item, WireItem):
                part.lines.extend(item.lines())
            elif isinstance(item, NodeItem | Plate):
                self._take(part, item)
        return part

    def _take(self, part: Part, item: NodeItem | Plate) -> None:
        node_id = item.node_id
        category = self._category.get(node_id)
        if category is None:
            return
        part.nodes.add(node_id)
        part.cards.setdefault(category, []).append(self.cards[category][node_id])
        part.stripes.setdefault(category, []).append(self.stripes[category][node_id])
        if category == "frame":
            part.frames.append(node_id)


@dataclass(frozen=True, slots=True)
class Part:
    """What is painted at once: cards and stripes by category, lines, and the ids of frames.

    `nodes` are the ids of the nodes among them, or None for all there are.
    """

    cards: dict[str, list[QRectF]]
    stripes: dict[str, list[QRectF]]
    lines: list[QLineF]
    frames: list[str]
    nodes: set[str] | None = None

    def among(self, node_ids: Set[str]) -> Set[str]:
        """Return which of these nodes are in it."""
        return node_ids if self.nodes is None else node_ids & self.nodes
