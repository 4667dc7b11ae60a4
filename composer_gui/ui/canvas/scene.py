"""The adapter between session and picture: keeps an item for every node and wire, by id."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QGraphicsItem

from composer_gui.core.change import Change, between
from composer_gui.core.document import Document, Frame, Wire
from composer_gui.ui.canvas.backlog import AT_ONCE, Backlog
from composer_gui.ui.canvas.ink import Ink
from composer_gui.ui.canvas.item_scene import ItemScene
from composer_gui.ui.canvas.node_items import new_item
from composer_gui.ui.canvas.plates import Plate
from composer_gui.ui.canvas.staleness import nearest, stale_after
from composer_gui.ui.canvas.wire_item import WireItem, wire_look
from composer_gui.ui.canvas.wire_ways import WireWays

if TYPE_CHECKING:
    from composer_gui.session.session import Session


RECOLOURED = 500
"""So many wires take the colours of another theme in one turn."""


class CanvasScene(ItemScene):
    """Shows the session's document. Items are made, dropped and refreshed as a Change says.

    Signals: `followed(Change)` after the picture is in step with a change; `opened()` when another
    document or level was opened; `drawn(ids)` when items were made; `judged(ids)` when nodes were
    looked at anew, as after other verdicts.
    """

    followed = Signal(object)
    opened = Signal()
    drawn = Signal(object)
    judged = Signal(object)

    def __init__(self, session: Session, ink: Ink, parent=None) -> None:
        super().__init__(session, ink, parent)
        self._level = (session.history, session.place)
        work = (self._remove_items, self._add_nodes, self._refresh, self._nearest)
        self.backlog = Backlog(*work, self)
        self._uncoloured: Iterator[WireItem] = iter(())
        self._colouring = QTimer(self, singleShot=True, interval=0)
        self._colouring.timeout.connect(self._recolour)
        self._connect()
        self._take(between(Document(), session.document))
        self.ways = WireWays(self)
        self.backlog.begin()

    def _connect(self) -> None:
        self.session.changed.connect(self._follow)
        self.session.analyzed.connect(self._judge)
        self.session.insides_changed.connect(self._count_frozen)

    # Following the session -----------------------------------------------------------------------

    @property
    def is_drawn(self) -> bool:
        """Whether the items are those of the design; after a large change it takes some turns."""
        return self.backlog.is_empty

    def work(self) -> None:
        """Draw a slice of what is left of a large change."""
        self.backlog.work()

    def finish(self) -> None:
        """Draw all that is left of a large change, however long it takes."""
        self.backlog.finish()

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
            self.backlog.begin()  # after `opened`: what is seen now comes first

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
            self.backlog.doomed.update(dict.fromkeys(items))
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
            self.backlog.want(change.added, stale)
        else:
            self._add_nodes(change.added)
        for wire in change.wires_added:
            if not self.backlog.hold(wire):
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
        self.backlog.want((), known)
        self.backlog.begin()

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

    def refresh_all(self, *, same_fonts: bool = False) -> None:
        """Take the theme that holds now; with the `same_fonts` everything stays where it is.

        Colours of wires come in turns of their own: there may be very many.
        """
        if same_fonts:
            for item in self.nodes.values():
                item.update()
            self._uncoloured = iter(list(self.wires.values()))
            self._recolour()
            return
        for item in self.nodes.values():
            item.refresh()
        for item in self.wires.values():
            item.refresh()
        for wire in self.wires:
            self._place_wire(wire)

    def _recolour(self) -> None:
        some = list(itertools.islice(self._uncoloured, RECOLOURED))
        for item in some:
            item.recolour()
        if some:
            self._colouring.start()

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
            for wire in self.backlog.release(node_id):
                if wire.source.node in self.nodes and wire.node in self.nodes:
                    self._add_wire(wire)
        self.drawn.emit(added)
        if self.selection.awaited and not self.backlog.nodes:
            self.select(self.selection.awaited)

    def _add_node(self, node) -> None:
        item = new_item(node, self.portraits, self.ink)
        item.setPos(node.x, node.y)
        item.setVisible(not self.folds.hides(node.id))
        self.nodes[node.id] = item
        self.wires_at.setdefault(node.id, set())
        self._show(item)

    def _drop_node(self, node_id: str) -> QGraphicsItem | None:
        """Let go of a node; return its item, if it had one, which has to be removed."""
        if self.backlog.forget(node_id):
            return None
        item = self.nodes.pop(node_id)
        if not self.wires_at[node_id]:
            del self.wires_at[node_id]
        self.portraits.forget(node_id)
        return item

    def _add_wire(self, wire: Wire) -> None:
        if wire in self.wires:
            return  # both its ends were waited for
        item = WireItem(wire, self._look(wire), self.ink, self.unseen)
        self.wires[wire] = item
        self._carried = None
        self.wires_at[wire.source.node].add(wire)
        self.wires_at[wire.node].add(wire)
        self._place_wire(wire)
        item.setVisible(not self.folds.hides_wire(wire))
        self._show(item)
        self._note_tag(item)

    def _note_tag(self, item: WireItem) -> None:
        note = self.tagged.add if item.look.mismatch is not None else self.tagged.discard
        note(item.wire)

    def _drop_wire(self, wire: Wire) -> QGraphicsItem | None:
        self.backlog.forget_wire(wire)
        item = self.wires.pop(wire, None)
        self._carried = None
        self.tagged.discard(wire)
        if item is not None:
            self.unseen.forget(item)
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

    # Selection -----------------------------------------------------------------------------------

    def _deselect(self, change: Change) -> None:
        if self.selection.meets(change):
            self.select(self.selected_nodes | self.selection.awaited, self.selected_wires)
        elif self.selected_nodes and (change.added or change.changed):
            self.selection.light_kin()
