"""The adapter between session and picture: keeps an item for every node and wire, by id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from composer_gui.core.change import Change
from composer_gui.core.document import Call, Frame, Note, Wire, wires_into
from composer_gui.ui.canvas.faces import face
from composer_gui.ui.canvas.geometry import GRID
from composer_gui.ui.canvas.ink import Ink
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.plates import FrameItem, NoteItem, Plate
from composer_gui.ui.canvas.wire_item import WireItem, wire_look

if TYPE_CHECKING:
    from composer_gui.session.session import Session


class CanvasScene(QGraphicsScene):
    """Shows the session's document. Items are made, dropped and refreshed as a Change says.

    Signals: `selection_changed()` when other nodes or wires are selected; `followed(Change)` after
    the picture is in step with a change; `opened()` when another document was opened;
    `moved(list of node ids)` while items are dragged and when they are elsewhere; `judged(ids)`
    when other verdicts are shown.
    """

    selection_changed = Signal()
    followed = Signal(object)
    opened = Signal()
    moved = Signal(list)
    judged = Signal(object)

    def __init__(self, session: Session, ink: Ink, parent=None) -> None:
        super().__init__(parent)
        self.session = session
        self.ink = ink
        self.nodes: dict[str, NodeItem | Plate] = {}
        self.wires: dict[Wire, WireItem] = {}
        self.wires_at: dict[str, set[Wire]] = {}
        self.selected_nodes: frozenset[str] = frozenset()
        self.selected_wires: frozenset[Wire] = frozenset()
        self._calls: dict[str, set[str]] = {}
        self._layer_of: dict[str, str] = {}
        self._waiting_for: dict[str, set[str]] = {}
        self._blocked_by: dict[str, str] = {}
        self._history = session.history
        self._connect()
        self._add_all()

    def _connect(self) -> None:
        self.session.changed.connect(self._follow)
        self.session.analyzed.connect(self._judge)

    # Following the session -----------------------------------------------------------------------

    def _add_all(self) -> None:
        document = self.session.document
        for node in document.nodes.values():
            self._remember_layer(node)
        for node in document.nodes.values():
            self._add_node(node)
        for node in document.nodes.values():
            for wire in wires_into(node):
                self._add_wire(wire)

    def _follow(self, change: Change) -> None:
        """Bring the items in step with `change`, touching only what it names."""
        document = self.session.document
        opened = self._history is not self.session.history
        self._history = self.session.history
        for wire in change.wires_removed:
            self._drop_wire(wire)
        twins = self._layers_of(change.removed)
        for node_id in change.removed:
            self._drop_node(node_id)
        twins |= change.layers
        for node_id in change.added | change.changed:
            twins |= self._layers_of((node_id,))
            self._remember_layer(document.nodes[node_id])
            twins |= self._layers_of((node_id,))
        for node_id in change.added:
            self._add_node(document.nodes[node_id])
        for wire in change.wires_added:
            self._add_wire(wire)
        self._refresh_after(change, twins)
        self._deselect(change)
        self.followed.emit(change)
        if opened:
            self.select(())
            self.opened.emit()

    def _refresh_after(self, change: Change, layers: Iterable[str]) -> None:
        document = self.session.document
        stale = set(change.changed)
        for layer_id in layers:
            stale |= self._calls.get(layer_id, set())
        for wire in (*change.wires_added, *change.wires_removed):
            stale.add(wire.node)
        for node_id in tuple(stale):
            stale |= self._waiting_for.get(node_id, set())
        self.place({i: at for i in change.changed if (at := self._other_place(i)) is not None})
        self._refresh(node_id for node_id in stale if node_id in document.nodes)

    def _judge(self, node_ids: Iterable[str]) -> None:
        """Repaint the nodes whose verdict is another one, and the wires at them."""
        known = [node_id for node_id in node_ids if node_id in self.nodes]
        self._refresh(known)
        self.judged.emit(known)

    def _refresh(self, node_ids: Iterable[str]) -> None:
        """Show nodes as they are now, where that differs from what is shown, and their wires."""
        wires: set[Wire] = set()
        for node_id in node_ids:
            rings_moved = self._refresh_node(node_id)
            wires |= self.wires_at[node_id]
            if rings_moved:
                for wire in self.wires_at[node_id]:
                    self._place_wire(wire)
        for wire in wires:
            item, look = self.wires[wire], self._look(wire)
            if look != item.look:
                item.set_look(look)

    def _refresh_node(self, node_id: str) -> bool:
        """Show one node as it is now; return whether its rings are elsewhere."""
        item = self.nodes[node_id]
        if isinstance(item, Plate):
            node = self.session.document.nodes[node_id]
            if item.node is not node:
                item.show_node(node)
            return False
        self._remember_cause(node_id)
        now = self._face(node_id)
        return now != item.face and item.set_face(now)

    def refresh_all(self) -> None:
        """Take the theme that holds now."""
        for item in self.nodes.values():
            item.refresh()
        for item in self.wires.values():
            item.refresh()
        for wire in self.wires:
            self._place_wire(wire)

    def _face(self, node_id: str):
        session = self.session
        layer = self._layer_of.get(node_id)
        shared = len(self._calls.get(layer, ())) > 1
        return face(session.document, session.catalog, session.verdict, node_id, shared=shared)

    # Nodes and wires -----------------------------------------------------------------------------

    def _add_node(self, node) -> None:
        if isinstance(node, Frame):
            item = FrameItem(node, self.ink)
        elif isinstance(node, Note):
            item = NoteItem(node, self.ink)
        else:
            self._remember_cause(node.id)
            item = NodeItem(node.id, self._face(node.id), self.ink)
        item.setPos(node.x, node.y)
        self.nodes[node.id] = item
        self.wires_at.setdefault(node.id, set())
        self.addItem(item)

    def _drop_node(self, node_id: str) -> None:
        item = self.nodes.pop(node_id)
        if not self.wires_at[node_id]:
            del self.wires_at[node_id]
        self._calls.get(self._layer_of.pop(node_id, ""), set()).discard(node_id)
        self._waiting_for.get(self._blocked_by.pop(node_id, ""), set()).discard(node_id)
        self.removeItem(item)

    def _add_wire(self, wire: Wire) -> None:
        item = WireItem(wire, self._look(wire), self.ink)
        self.wires[wire] = item
        self.wires_at[wire.source.node].add(wire)
        self.wires_at[wire.node].add(wire)
        self._place_wire(wire)
        self.addItem(item)

    def _drop_wire(self, wire: Wire) -> None:
        item = self.wires.pop(wire)
        self.wires_at[wire.source.node].discard(wire)
        self.wires_at[wire.node].discard(wire)
        self.removeItem(item)

    def _look(self, wire: Wire):
        session = self.session
        source, consumer = session.verdict(wire.source.node), session.verdict(wire.node)
        return wire_look(session.document, wire, source, consumer)

    def _place_wire(self, wire: Wire) -> None:
        start = self.ring_centre(wire.source.node, "out", wire.source.port)
        end = self.ring_centre(wire.node, "in", wire.port, wire.index)
        self.wires[wire].set_ends(start, end)

    def ring_centre(self, node_id: str, side: str, port: str, index: int = 0) -> QPointF:
        """Return where a ring lies in the scene; the middle of the edge where there is none."""
        item = self.nodes[node_id]
        slots = item.layout.outputs if side == "out" else item.layout.inputs
        for slot in slots:
            if slot.ring.port == port and slot.ring.index == index:
                return item.centre_of(slot)
        card = item.card()
        return QPointF(card.right() if side == "out" else card.left(), card.center().y())

    def _other_place(self, node_id: str) -> tuple[float, float] | None:
        """Return where the document has the node, or None where its item is there already."""
        item, node = self.nodes[node_id], self.session.document.nodes[node_id]
        return None if (item.x(), item.y()) == (node.x, node.y) else (node.x, node.y)

    def place(self, positions: dict[str, tuple[float, float]]) -> None:
        """Put items at these positions, wires along; the document stays as it is."""
        shifts: dict[str, tuple[float, float]] = {}
        for node_id, (x, y) in positions.items():
            item = self.nodes[node_id]
            shifts[node_id] = (x - item.x(), y - item.y())
            item.setPos(x, y)
        for wire in {wire for node_id in positions for wire in self.wires_at[node_id]}:
            shift = shifts.get(wire.source.node)
            if shift is not None and shift == shifts.get(wire.node):
                self.wires[wire].moveBy(*shift)
            else:
                self._place_wire(wire)
        self.moved.emit(list(positions))

    # What depends on what -------------------------------------------------------------------------

    def _remember_layer(self, node) -> None:
        layer = node.layer if isinstance(node, Call) else ""
        before = self._layer_of.get(node.id, "")
        if before != layer and before:
            self._calls[before].discard(node.id)
        if layer:
            self._layer_of[node.id] = layer
            self._calls.setdefault(layer, set()).add(node.id)

    def _layers_of(self, node_ids: Iterable[str]) -> set[str]:
        return {self._layer_of[node_id] for node_id in node_ids if node_id in self._layer_of}

    def _remember_cause(self, node_id: str) -> None:
        cause = self.session.verdict(node_id).blocked_by or ""
        before = self._blocked_by.get(node_id, "")
        if cause != before:
            self._waiting_for.get(before, set()).discard(node_id)
            self._waiting_for.setdefault(cause, set()).add(node_id)
            self._blocked_by[node_id] = cause

    def twins(self, node_id: str) -> set[str]:
        """Return the other calls of the node's layer."""
        return self._calls.get(self._layer_of.get(node_id, ""), set()) - {node_id}

    def upstream(self, node_id: str) -> set[str]:
        """Return the nodes from which wires lead to this one."""
        return self.session.graph.upstream([node_id]) - {node_id}

    def downstream(self, node_id: str) -> set[str]:
        """Return the nodes to which wires lead from this one."""
        return self.session.graph.downstream([node_id]) - {node_id}

    # Selection -----------------------------------------------------------------------------------

    def select(self, nodes: Iterable[str] = (), wires: Iterable[Wire] = ()) -> None:
        """Select exactly these nodes and wires."""
        nodes, wires = frozenset(nodes) & set(self.nodes), frozenset(wires) & set(self.wires)
        if (nodes, wires) == (self.selected_nodes, self.selected_wires):
            return
        for node_id in nodes ^ self.selected_nodes:
            if node_id in self.nodes:
                self.nodes[node_id].mark(selected=node_id in nodes)
        for wire in wires ^ self.selected_wires:
            if wire in self.wires:
                self.wires[wire].set_mark("lit" if wire in wires else "")
        self.selected_nodes, self.selected_wires = nodes, wires
        self.selection_changed.emit()

    def mark_wire(self, wire: Wire | None, mark: str) -> None:
        """Let a wire stand out, or with "" be as it is at rest; one that is gone is no matter."""
        if wire in self.wires:
            self.wires[wire].set_mark(mark or ("lit" if wire in self.selected_wires else ""))

    def _deselect(self, change: Change) -> None:
        if change.removed & self.selected_nodes or change.wires_removed & self.selected_wires:
            self.select(self.selected_nodes, self.selected_wires)

    # Asking --------------------------------------------------------------------------------------

    def content_rect(self, node_ids: Iterable[str] | None = None) -> QRectF:
        """Return the rectangle around these nodes, or around all; empty where there are none."""
        rect = QRectF()
        for node_id in self.nodes if node_ids is None else node_ids:
            rect = rect.united(self.nodes[node_id].card())
        return rect

    def size_of(self, node_id: str) -> tuple[float, float]:
        """Return a node's width and height in pixels."""
        card = self.nodes[node_id].card()
        return card.width(), card.height()

    def items_in(self, rect: QRectF, kind: type) -> list[QGraphicsItem]:
        """Return the items of a kind whose bounding rectangles meet `rect`, topmost first."""
        found = self.items(rect, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
        return [item for item in found if isinstance(item, kind)]

    def free_place(self, x: float, y: float) -> tuple[float, float]:
        """Return the first place at or below (x, y) that no node's corner occupies."""
        taken = {(round(item.x()), round(item.y())) for item in self.nodes.values()}
        while (round(x), round(y)) in taken:
            x, y = x + GRID, y + GRID
        return x, y
