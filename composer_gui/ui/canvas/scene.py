"""The adapter between session and picture: keeps an item for every node and wire, by id."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from composer_gui.core.change import Change, between
from composer_gui.core.document import Document, Dot, Frame, Wire
from composer_gui.ui.canvas.backlog import AT_ONCE, Backlog
from composer_gui.ui.canvas.geometry import DOT, FOOT, GRID, HEADER, NARROWEST
from composer_gui.ui.canvas.ink import Ink
from composer_gui.ui.canvas.node_item import NodeItem, edge_middle
from composer_gui.ui.canvas.node_items import new_item
from composer_gui.ui.canvas.plates import Plate
from composer_gui.ui.canvas.portraits import Portraits
from composer_gui.ui.canvas.selection import Selection
from composer_gui.ui.canvas.staleness import nearest, stale_after
from composer_gui.ui.canvas.wire_item import WireItem, wire_look
from composer_gui.ui.canvas.wire_ways import WireWays

if TYPE_CHECKING:
    from composer_gui.session.session import Session

ABOVE = 100.0
"""The height from which on items lie above all nodes."""


class CanvasScene(QGraphicsScene):
    """Shows the session's document. Items are made, dropped and refreshed as a Change says.

    Signals: `selection_changed()` when other nodes or wires are selected; `followed(Change)` after
    the picture is in step with a change; `opened()` when another document or level was opened;
    `moving(list of node ids)` before items are put elsewhere; `moved(list of node ids)` while they
    are dragged, and when they are elsewhere or of another size; `drawn(ids)` when items were made;
    `judged(ids)` when nodes were looked at anew, as after other verdicts.
    """

    selection_changed = Signal()
    followed = Signal(object)
    opened = Signal()
    moving = Signal(list)
    moved = Signal(list)
    drawn = Signal(list)
    judged = Signal(object)

    def __init__(self, session: Session, ink: Ink, parent=None) -> None:
        super().__init__(parent)
        self.session = session
        self.ink = ink
        self.nodes: dict[str, NodeItem | Plate] = {}
        self.wires: dict[Wire, WireItem] = {}
        self.wires_at: dict[str, set[Wire]] = {}
        self.tagged: set[Wire] = set()
        self._carried: tuple[frozenset[str], list[WireItem], list[WireItem]] | None = None
        self._others: dict[QGraphicsItem, None] = {}
        self.selection = Selection(self)
        self.portraits = Portraits(session)
        self.folds = self.portraits.folds
        self.kinship = self.portraits.kinship
        self._level = (session.history, session.place)
        self.flow = session.document.flow
        work = (self._remove_items, self._add_nodes, self._refresh, self._nearest)
        self._backlog = Backlog(*work, self)
        self._connect()
        document = session.document
        self._take(between(Document(), document))
        self.ways = WireWays(self)
        self.gliding: frozenset[str] = frozenset()
        self._backlog.begin()

    def _connect(self) -> None:
        self.session.changed.connect(self._follow)
        self.session.analyzed.connect(self._judge)
        self.session.insides_changed.connect(self._count_frozen)

    # Following the session -----------------------------------------------------------------------

    @property
    def is_drawn(self) -> bool:
        """Whether the items are those of the design; after a large change it takes some turns."""
        return self._backlog.is_empty

    def work(self) -> None:
        """Draw a slice of what is left of a large change."""
        self._backlog.work()

    def finish(self) -> None:
        """Draw all that is left of a large change, however long it takes."""
        self._backlog.finish()

    def _follow(self, change: Change) -> None:
        """Bring the items in step with `change`, touching only what it names."""
        level = (self.session.history, self.session.place)
        opened, self._level = level != self._level, level
        is_much = self._take(change)
        if opened:
            self.select(())
        else:
            self._deselect(change)
        self.followed.emit(change)
        if opened:
            self.opened.emit()
        if is_much:
            self._backlog.begin()  # after `opened`: what is seen now comes first

    def _take(self, change: Change) -> bool:
        """Take away what is gone and draw what came and differs, or put it on the backlog.

        Return whether it is so much that it was put there.
        """
        turned = self.folds.follow(self.session.document, change)
        gone = [self._drop_wire(wire) for wire in change.wires_removed]
        gone += [self._drop_node(node_id) for node_id in change.removed]
        items = [item for item in gone if item is not None]
        is_much = len(items) > AT_ONCE
        if is_much:
            self._backlog.doomed.update(dict.fromkeys(items))
        else:
            self._remove_items(items)
        is_much = self._draw(change) or is_much
        if turned:
            self._fold(turned)
        return is_much

    def _fold(self, node_ids: set[str]) -> None:
        """Hide nodes or show them again, with their wires, as the frames around them are."""
        there = [node_id for node_id in node_ids if node_id in self.nodes]
        self.moving.emit(there)
        for node_id in there:
            self.nodes[node_id].setVisible(not self.folds.hides(node_id))
        self._refresh(self.folds.folded)
        for wire in {wire for node_id in there for wire in self.wires_at[node_id]}:
            self.wires[wire].setVisible(not self.folds.hides_wire(wire))
            self._place_wire(wire)
        self.moved.emit(there)

    def _draw(self, change: Change) -> bool:
        """Draw what came and what differs, or put it on the backlog; return whether it is there."""
        document = self.session.document
        turns, self.flow = document.flow != self.flow, document.flow
        stale = stale_after(self.portraits, document, change, turns=turns)
        is_much = len(change.added) + len(stale - change.added) > AT_ONCE
        if is_much:
            self._backlog.want(change.added, stale)
        else:
            self._add_nodes(change.added)
        for wire in change.wires_added:
            if not self._backlog.hold(wire):
                self._add_wire(wire)
        if not is_much:
            self._refresh(stale)
        return is_much

    def _judge(self, node_ids: Iterable[str]) -> None:
        """Repaint the nodes whose verdict is another one, and the wires at them."""
        known = [node_id for node_id in node_ids if node_id in self.nodes]
        if len(known) <= AT_ONCE:
            self._refresh(known)
            return
        self._backlog.want((), known)
        self._backlog.begin()

    def _count_frozen(self) -> None:
        """Say how much of the saved models is frozen, now that more is known of what they hold."""
        self._judge(self.portraits.partly_frozen())

    def _nearest(self, node_ids: Iterable[str]) -> list[str]:
        """Return nodes in the order of how far they are from what is seen."""
        views = self.views()
        if not views:
            return list(node_ids)
        seen = views[0].mapToScene(views[0].viewport().rect()).boundingRect()
        return nearest(self.session.document, node_ids, seen)

    def _refresh(self, node_ids: Iterable[str]) -> None:
        """Show nodes as they are now, where that differs from what is shown, and their wires."""
        if self.folds.hidden:
            node_ids = set(node_ids)
            node_ids |= {self.folds.shown(node_id) for node_id in node_ids}
        shown = [i for i in node_ids if i in self.nodes and i in self.session.document.nodes]
        self.place({i: at for i in shown if (at := self._other_place(i)) is not None})
        wires: set[Wire] = set()
        resized: list[str] = []
        for node_id in shown:
            rings_moved = self._refresh_node(node_id)
            wires |= self.wires_at[node_id]
            if rings_moved:
                resized.append(node_id)
                for wire in self._wires_of_card(node_id):
                    self._place_wire(wire)
        for wire in wires:
            item, look = self.wires[wire], self._look(wire)
            if look != item.look:
                item.set_look(look)
                self._note_tag(item)
        if resized:
            self.moved.emit(resized)
        self.judged.emit(shown)

    def _refresh_node(self, node_id: str) -> bool:
        """Show one node as it is now; return whether its rings are elsewhere."""
        item = self.nodes[node_id]
        node = self.session.document.nodes[node_id]
        if isinstance(node, Frame) and bool(node.folded) == isinstance(item, Plate):
            self.removeItem(item)
            self._add_node(node)
            self.nodes[node_id].mark(selected=node_id in self.selection.nodes)
            return True
        if isinstance(item, Plate):
            if item.node is not node:
                item.show_node(node)
            return False
        now = self.portraits.face(node_id)
        return now != item.face and item.set_face(now)

    def _wires_of_card(self, node_id: str) -> set[Wire]:
        """Return the wires that end at a card: at a node's own, or at those that a frame hides."""
        ids = (node_id, *self.folds.members(node_id)) if self.folds.hidden else (node_id,)
        return {wire for i in ids for wire in self.wires_at.get(i, ())}

    def refresh_all(self) -> None:
        """Take the theme that holds now."""
        for item in self.nodes.values():
            item.refresh()
        for item in self.wires.values():
            item.refresh()
        for wire in self.wires:
            self._place_wire(wire)

    def show_specs(self, *, at_rest: bool) -> None:
        """Let wires show what flows in them always, or only when they stand out."""
        if self.ink.specs_at_rest != at_rest:
            self.ink.specs_at_rest = at_rest
            for item in self.wires.values():
                item.show_specs()

    # Nodes and wires -----------------------------------------------------------------------------

    def _add_nodes(self, node_ids: Iterable[str]) -> None:
        """Make items for nodes, and for the wires whose ends are all there now."""
        document = self.session.document
        added = [node_id for node_id in node_ids if node_id in document.nodes]
        for node_id in added:
            self._add_node(document.nodes[node_id])
        for node_id in added:
            for wire in self._backlog.release(node_id):
                if wire.source.node in self.nodes and wire.node in self.nodes:
                    self._add_wire(wire)
        self.drawn.emit(added)
        if self.selection.awaited and not self._backlog.nodes:
            self.select(self.selection.awaited)

    def _add_node(self, node) -> None:
        item = new_item(node, self.portraits, self.ink)
        item.setPos(node.x, node.y)
        item.setVisible(not self.folds.hides(node.id))
        self.nodes[node.id] = item
        self.wires_at.setdefault(node.id, set())
        super().addItem(item)

    def _drop_node(self, node_id: str) -> QGraphicsItem | None:
        """Let go of a node; return its item, if it had one, which has to be removed."""
        if self._backlog.forget(node_id):
            return None
        item = self.nodes.pop(node_id)
        if not self.wires_at[node_id]:
            del self.wires_at[node_id]
        self.portraits.forget(node_id)
        return item

    def _add_wire(self, wire: Wire) -> None:
        if wire in self.wires:
            return  # both its ends were waited for
        item = WireItem(wire, self._look(wire), self.ink)
        self.wires[wire] = item
        self._carried = None
        self.wires_at[wire.source.node].add(wire)
        self.wires_at[wire.node].add(wire)
        self._place_wire(wire)
        item.setVisible(not self.folds.hides_wire(wire))
        super().addItem(item)
        self._note_tag(item)

    def _note_tag(self, item: WireItem) -> None:
        note = self.tagged.add if item.look.mismatch is not None else self.tagged.discard
        note(item.wire)

    def _drop_wire(self, wire: Wire) -> QGraphicsItem | None:
        self._backlog.forget_wire(wire)
        item = self.wires.pop(wire, None)
        self._carried = None
        self.tagged.discard(wire)
        if item is not None:
            self.wires_at[wire.source.node].discard(wire)
            self.wires_at[wire.node].discard(wire)
        return item

    def _remove_items(self, items: Iterable[QGraphicsItem]) -> None:
        for item in items:
            self.removeItem(item)

    def _look(self, wire: Wire):
        session = self.session
        source, consumer = session.verdict(wire.source.node), session.verdict(wire.node)
        return wire_look(wire, source, consumer)

    def _place_wire(self, wire: Wire) -> None:
        start = self.ring_centre(wire.source.node, "out", wire.source.port)
        end = self.ring_centre(wire.node, "in", wire.port, wire.index)
        self.wires[wire].set_ends(start, end, self.flow)

    def ring_centre(self, node_id: str, side: str, port: str, index: int = 0) -> QPointF:
        """Return where a ring lies in the scene; the middle of the edge where there is none."""
        card = self.folds.shown(node_id)
        item = self.nodes.get(card) or self.nodes[node_id]
        if isinstance(item, Plate):  # a frame that is still to be folded on the screen
            return edge_middle(item.card(), side, self.flow)
        inner = node_id if card != node_id else ""
        slots = item.layout.outputs if side == "out" else item.layout.inputs
        for slot in slots:
            ring = slot.ring
            if ring.port == port and ring.index == index and ring.node == inner:
                return item.centre_of(slot)
        return edge_middle(item.card(), side, self.flow)

    def _other_place(self, node_id: str) -> tuple[float, float] | None:
        """Return where the document has the node, or None where its item is there already."""
        item, node = self.nodes[node_id], self.session.document.nodes[node_id]
        is_right = (item.x(), item.y()) == (node.x, node.y) or node_id in self.gliding
        return None if is_right else (node.x, node.y)

    def place(self, positions: dict[str, tuple[float, float]]) -> None:
        """Put items at these positions, wires along; the document stays as it is."""
        if not positions:
            return
        self.moving.emit(list(positions))
        shifts: dict[str, tuple[float, float]] = {}
        for node_id, (x, y) in positions.items():
            item = self.nodes[node_id]
            shifts[node_id] = (x - item.x(), y - item.y())
            item.setPos(x, y)
        inner, border = self._wires_around(shifts.keys())
        for item in inner:
            shift = shifts[item.wire.node]
            if shift == shifts[item.wire.source.node]:
                item.shift(*shift)
            else:
                self._place_wire(item.wire)
        for item in border:
            self._place_wire(item.wire)
        for card in self.folds.cards(positions):
            for wire in self._wires_of_card(card):
                self._place_wire(wire)
        self.moved.emit(list(positions))

    def _wires_around(self, node_ids: Set[str]) -> tuple[list[WireItem], list[WireItem]]:
        """Return the wires between these nodes, and those from them to others.

        They are kept for the next time: a drag asks with every step for those of the same nodes.
        """
        if self._carried is None or self._carried[0] != node_ids:
            inner, border = [], []
            for wire in {wire for node_id in node_ids for wire in self.wires_at[node_id]}:
                is_inner = wire.node in node_ids and wire.source.node in node_ids
                (inner if is_inner else border).append(self.wires[wire])
            self._carried = frozenset(node_ids), inner, border
        return self._carried[1:]

    # What depends on what -------------------------------------------------------------------------

    def twins(self, node_id: str) -> set[str]:
        """Return the other calls of the node's layer."""
        return self.kinship.twins(node_id)

    def upstream(self, node_id: str) -> set[str]:
        """Return the nodes from which wires lead to this one."""
        return self.session.graph.upstream([node_id]) - {node_id}

    def downstream(self, node_id: str) -> set[str]:
        """Return the nodes to which wires lead from this one."""
        return self.session.graph.downstream([node_id]) - {node_id}

    # Selection -----------------------------------------------------------------------------------

    @property
    def selected_nodes(self) -> frozenset[str]:
        """The ids of the nodes that are selected."""
        return self.selection.nodes

    @property
    def selected_wires(self) -> frozenset[Wire]:
        """The wires that are selected."""
        return self.selection.wires

    def select(self, nodes: Iterable[str] = (), wires: Iterable[Wire] = ()) -> None:
        """Select exactly these nodes and wires; nodes still to be drawn once they all are."""
        if self.selection.put(nodes, wires, self._backlog.nodes):
            self.selection_changed.emit()

    def mark_wire(self, wire: Wire | None, mark: str) -> None:
        """Let a wire stand out, or with "" be as it is at rest; one that is gone is no matter."""
        if wire in self.wires:
            self.wires[wire].set_mark(mark or ("lit" if wire in self.selected_wires else ""))

    def _deselect(self, change: Change) -> None:
        if self.selection.meets(change):
            self.select(self.selected_nodes | self.selection.awaited, self.selected_wires)
        elif self.selected_nodes and (change.added or change.changed):
            self.selection.light_kin()

    # What gestures add ---------------------------------------------------------------------------

    def addItem(self, item: QGraphicsItem) -> None:
        """Add what is neither node nor wire, as gestures do."""
        self._others[item] = None
        super().addItem(item)

    def removeItem(self, item: QGraphicsItem) -> None:
        """Take an item away."""
        self._others.pop(item, None)
        super().removeItem(item)

    def above(self) -> list[QGraphicsItem]:
        """Return what lies above all nodes: what is being drawn or would come, lowest first."""
        found = [item for item in self._others if item.zValue() >= ABOVE]
        return sorted(found, key=QGraphicsItem.zValue)

    # Asking --------------------------------------------------------------------------------------

    def content_rect(self, node_ids: Iterable[str] | None = None) -> QRectF:
        """Return the rectangle around these nodes, or around all; empty where there are none.

        A node that is still to be drawn counts with the size that nodes have as a rule.
        """
        rect = QRectF()
        for node_id in self.session.document.nodes if node_ids is None else node_ids:
            rect = rect.united(self._card(self.folds.shown(node_id)))
        return rect

    def _card(self, node_id: str) -> QRectF:
        item = self.nodes.get(node_id)
        if item is not None:
            return item.card()
        node = self.session.document.nodes[node_id]
        if isinstance(node, Dot):
            return QRectF(node.x - DOT, node.y - DOT, 2 * DOT, 2 * DOT)
        return QRectF(node.x, node.y, NARROWEST, HEADER + FOOT)

    def seen_item(self, node_id: str) -> NodeItem | Plate | None:
        """Return the item that is seen of a node: its own, or that of the frame that hides it."""
        return self.nodes.get(self.folds.shown(node_id))

    def size_of(self, node_id: str) -> tuple[float, float]:
        """Return a node's width and height in pixels."""
        card = self._card(node_id)
        return card.width(), card.height()

    def items_in(self, rect: QRectF, kind: type) -> list[QGraphicsItem]:
        """Return the items of a kind whose bounding rectangles meet `rect`, topmost first."""
        return [item for item in self.items_near(rect) if isinstance(item, kind)]

    def items_near(self, rect: QRectF) -> list[QGraphicsItem]:
        """Return all items whose bounding rectangles meet `rect`, topmost first."""
        found = self.items(rect, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
        doomed = self._backlog.doomed
        return [i for i in found if i.topLevelItem() not in doomed] if doomed else found

    def free_place(self, x: float, y: float) -> tuple[float, float]:
        """Return the first place at or below (x, y) that no node's corner occupies."""
        nodes = self.session.document.nodes.values()
        taken = {(round(node.x), round(node.y)) for node in nodes}
        while (round(x), round(y)) in taken:
            x, y = x + GRID, y + GRID
        return x, y
