"""What lies under the mouse: one answer for hovering, pressing, dropping and menus."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QGraphicsSimpleTextItem

from composer_gui.core.document import Wire
from composer_gui.ui.canvas.geometry import BADGE, FRAME_TITLE, HEADER, REACH, RIGHT, RING, Slot
from composer_gui.ui.canvas.mismatch import MismatchTag
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.plates import FrameItem, NoteItem, Plate
from composer_gui.ui.canvas.scene import CanvasScene
from composer_gui.ui.canvas.wire_item import WireItem

EDGE = 6.0
"""Width of the strip inside a frame's border by which it can be dragged."""
NEAR_START = 34.0
"""How far from a wire's start the mouse still means that end of it."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What is at a place: `kind` is "canvas", "ring", "node", "note", "frame", "grip" or "wire".

    A ring has a `side` ("in" or "out"), its `slot` and its `number` among those of the side.
    `on_title` says that the mouse is on the node's label, `on_mark` on its verdict, `near_start` on
    the first stretch of the wire.
    """

    kind: str = "canvas"
    node: str = ""
    side: str = ""
    slot: Slot | None = None
    number: int = 0
    wire: Wire | None = None
    on_title: bool = False
    on_mark: bool = False
    near_start: bool = False


NOTHING = Hit()


def hit_at(scene: CanvasScene, at: QPointF, zoom: float, *, rings: bool = True) -> Hit:
    """Return what is at `at`, in the scene; `zoom` makes the reach of the mouse a screen's size.

    Where rings are too small to be seen (`rings` false) they are not in the way of nodes.
    """
    reach = min(max(REACH, REACH / zoom), 2 * REACH)
    around = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
    near = scene.items_near(around)
    cards = [item for item in near if isinstance(item, NodeItem)]
    found = _held(cards, at, reach) or (_ring(cards, at, reach) if rings else None)
    return found or _card(cards, at) or _note(near, at) or _wire(scene, at) or _frame(near, at)


def _held(cards: list[NodeItem], at: QPointF, reach: float) -> Hit | None:
    for item in cards:
        if item.holds(at, reach):
            return Hit("node", item.node_id)
    return None


def _ring(cards: list[NodeItem], at: QPointF, reach: float) -> Hit | None:
    best, best_distance, owner = None, reach, ""
    for item in cards:
        for side, slots in (("in", item.layout.inputs), ("out", item.layout.outputs)):
            for number, slot in enumerate(slots):
                centre = item.centre_of(slot)
                distance = (centre - at).manhattanLength()
                if distance < best_distance:
                    best_distance = distance
                    best = Hit("ring", slot.ring.node or item.node_id, side, slot, number)
                    owner = item.node_id
    covered = best and best_distance > RING and _card(cards, at)
    return None if covered and covered.node != owner else best


def _card(cards: list[NodeItem], at: QPointF) -> Hit | None:
    for item in cards:
        card = item.card()
        if card.contains(at):
            on_top = at.y() < card.top() + item.layout.head_top + HEADER / 2
            on_mark = on_top and at.x() > card.right() - RIGHT - BADGE
            on_title = on_top and not on_mark
            return Hit("node", item.node_id, on_title=on_title, on_mark=on_mark)
    return None


def _note(near, at: QPointF) -> Hit | None:
    for item in near:
        if isinstance(item, NoteItem) and item.card().contains(at):
            return _plate(item, at, "note")
    return None


def _frame(near, at: QPointF) -> Hit:
    for item in near:
        if not (isinstance(item, FrameItem) and item.card().contains(at)):
            continue
        inner = item.card().adjusted(EDGE, FRAME_TITLE, -EDGE, -EDGE)
        if item.grip().contains(at) or not inner.contains(at):
            return _plate(item, at, "frame")
    return NOTHING


def _plate(item: Plate, at: QPointF, kind: str) -> Hit:
    if item.grip().contains(at):
        return Hit("grip", item.node_id)
    on_title = kind == "frame" and at.y() < item.card().top() + FRAME_TITLE
    return Hit(kind, item.node_id, on_title=on_title)


def _wire(scene: CanvasScene, at: QPointF) -> Hit | None:
    for item in scene.items(at, Qt.ItemSelectionMode.IntersectsItemShape):
        if isinstance(item, QGraphicsSimpleTextItem | MismatchTag):
            item = item.parentItem()
        if isinstance(item, WireItem) and scene.wires.get(item.wire) is item:
            near = (item.pos() - at).manhattanLength() < NEAR_START
            return Hit("wire", wire=item.wire, near_start=near)
    return None
