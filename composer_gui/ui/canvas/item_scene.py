"""What a scene of nodes and wires can be asked, where its items are put, and what is selected."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from composer_gui.core.document import Dot, Wire
from composer_gui.ui.canvas.backlog import Backlog
from composer_gui.ui.canvas.geometry import DOT, FOOT, GRID, HEADER, NARROWEST
from composer_gui.ui.canvas.ink import Ink
from composer_gui.ui.canvas.node_item import NodeItem, edge_middle
from composer_gui.ui.canvas.plates import Plate
from composer_gui.ui.canvas.portraits import Portraits
from composer_gui.ui.canvas.selection import Selection
from composer_gui.ui.canvas.unseen import Unseen
from composer_gui.ui.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from composer_gui.session.session import Session

ABOVE = 100.0
"""The height from which on items lie above all nodes."""


class ItemScene(QGraphicsScene):
    """Holds an item for every node and wire, by id; who derives from it makes and drops them.

    Signals: `selection_changed()` when other nodes or wires are selected; `moving(list of node
    ids)` before items are put elsewhere; `moved(list of node ids)` while they are dragged, and when
    they are elsewhere or of another size.
    """

    selection_changed = Signal()
    moving = Signal(object)
    moved = Signal(object)
    backlog: Backlog
    """What is still to be drawn."""

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
        self.unseen = Unseen(self)
        self.gliding: frozenset[str] = frozenset()
        self.held: frozenset[str] = frozenset()
        """Nodes that a hand is dragging: until it lets go they are not where the document says."""
        self.flow = session.document.flow

    # Where items are -----------------------------------------------------------------------------

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
        is_there = (item.x(), item.y()) == (node.x, node.y)
        is_away = node_id in self.gliding or node_id in self.held
        return None if is_there or is_away else (node.x, node.y)

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
        self.unseen.wait()
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

    def _wires_of_card(self, node_id: str) -> set[Wire]:
        """Return the wires that end at a card: at a node's own, or at those that a frame hides."""
        ids = (node_id, *self.folds.members(node_id)) if self.folds.hidden else (node_id,)
        return {wire for i in ids for wire in self.wires_at.get(i, ())}

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
        if self.selection.put(nodes, wires, self.backlog.nodes):
            self.selection_changed.emit()

    def mark_wire(self, wire: Wire | None, mark: str) -> None:
        """Let a wire stand out, or with "" be as it is at rest; one that is gone is no matter."""
        if wire in self.wires:
            self.wires[wire].set_mark(mark or ("lit" if wire in self.selected_wires else ""))

    # What gestures add ---------------------------------------------------------------------------

    def addItem(self, item: QGraphicsItem) -> None:
        """Add what is neither node nor wire, as gestures do."""
        self._others[item] = None
        super().addItem(item)

    def _show(self, item: QGraphicsItem) -> None:
        """Add the item of a node or wire."""
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
        doomed = self.backlog.doomed
        return [i for i in found if i.topLevelItem() not in doomed] if doomed else found

    def free_place(self, x: float, y: float) -> tuple[float, float]:
        """Return the first place at or below (x, y) that no node's corner occupies."""
        nodes = self.session.document.nodes.values()
        taken = {(round(node.x), round(node.y)) for node in nodes}
        while (round(x), round(y)) in taken:
            x, y = x + GRID, y + GRID
        return x, y
