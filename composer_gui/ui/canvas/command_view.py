"""What a view of the canvas shows, from how near, and the commands it hands on."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsView

from composer_gui.ui.canvas import commands, layer_commands
from composer_gui.ui.canvas.camera import STEP
from composer_gui.ui.canvas.hits import Hit, hit_at
from composer_gui.ui.canvas.interactions.rename import write_on
from composer_gui.ui.canvas.quick_search import selected_anchor
from composer_gui.ui.canvas.wire_walking import selected_wire


class CommandView(QGraphicsView):
    """A view that can be asked and told, by menus and by others; it knows nothing of events."""

    _fits_when_shown = False

    def _look_around(self) -> None:
        raise NotImplementedError

    # Asking --------------------------------------------------------------------------------------

    def hit(self, at: QPointF) -> Hit:
        """Return what is at a place of the scene."""
        return hit_at(self.scene(), at, self.camera.zoom, rings=not self.overview.holds(self))

    def center(self) -> QPointF:
        """Return the middle of what is seen, in the scene."""
        return self.camera.seen().center()

    def selected(self) -> tuple[str, ...]:
        """Return the ids of the selected nodes, in order of making."""
        return commands.in_order(self.scene().selected_nodes)

    # Looking -------------------------------------------------------------------------------------

    def select(self, ids: Iterable[str]) -> None:
        """Select these nodes and nothing else."""
        self.scene().select(ids)

    def show_node(self, node_id: str) -> None:
        """Select a node and bring it into view."""
        if node_id in self.scene().nodes:
            with self.keyboard.views.leap():
                if self.overview.holds(self):
                    self.zoom_by(1 / self.camera.zoom)
                self.show_added((node_id,))

    def look(self, zoom: float, center: QPointF) -> None:
        """Look at a place of the scene from so near."""
        self.camera.zoom_to(zoom)
        self.camera.look_at(center)
        self._after_zoom()

    def show_added(self, ids: Iterable[str]) -> None:
        """Select nodes and bring them into view without zooming; of many, where they begin."""
        nodes = self.session.document.nodes
        ids = [node_id for node_id in ids if node_id in nodes]
        self.select(ids)
        self.setFocus()
        if ids:
            first = min(ids, key=lambda node_id: nodes[node_id].x)
            self.camera.show(self.scene().content_rect(ids), self.scene().content_rect([first]))

    def fit(self) -> None:
        """Show the whole design; before the view has its size, as soon as it has."""
        self._fits_when_shown = not self.isVisible()
        self.camera.fit(self.scene().content_rect())
        self._after_zoom()

    def fit_selection(self) -> None:
        """Show what is selected, or all where nothing is."""
        self.camera.fit(self.scene().content_rect(self.selected() or None), largest=1.5)
        self._after_zoom()

    def zoom_in(self) -> None:
        """Come nearer by a step."""
        self.zoom_by(STEP)

    def zoom_out(self) -> None:
        """Go back by a step."""
        self.zoom_by(1 / STEP)

    def zoom_reset(self) -> None:
        """Show everything at 100 %."""
        self.zoom_by(1 / self.camera.zoom)

    def zoom_by(self, factor: float, anchor: QPointF | None = None) -> None:
        """Zoom by a factor around a place of the viewport, else around its middle."""
        self.camera.zoom_by(factor, anchor)
        self._after_zoom()

    def _after_zoom(self) -> None:
        self._look_around()
        self.many_moves.end()
        self.card.follow_view()
        self.keyboard.mark.follow()
        self.viewport().update()
        self.zoomed.emit(self.camera.zoom)

    # Changing ------------------------------------------------------------------------------------

    def select_all(self) -> None:
        """Select every node."""
        self.select(self.scene().nodes)

    def delete_selection(self) -> None:
        """Delete the selected nodes and wires."""
        commands.delete(self.scene())

    def copy(self) -> None:
        """Put the selected nodes on the clipboard."""
        commands.copy(self.scene())

    def cut(self) -> None:
        """Put the selected nodes on the clipboard and delete them."""
        commands.cut(self.scene())

    def paste(self) -> None:
        """Add what is on the clipboard, beside the original or in the middle of the view."""
        commands.paste(self.scene(), self.camera.seen())

    def paste_at(self, at: QPointF) -> None:
        """Add what is on the clipboard around a place of the scene."""
        commands.paste(self.scene(), QRectF(at, at))

    def duplicate(self) -> None:
        """Add a copy of the selected nodes beside them."""
        commands.duplicate(self.scene())

    def act(self, name: str) -> None:
        """Do what an entry of the Layer menu, or one that shares or heals, says by its id."""
        commands.COMMANDS[name](self)

    def abilities(self) -> frozenset[str]:
        """Return what can be done with the layers of what is selected."""
        return layer_commands.abilities(self)

    def arrange(self) -> None:
        """Put the selected nodes in order as the wires run, or all where nothing is selected."""
        self.arranging.arrange()

    def rename(self, node_id: str | None = None) -> None:
        """Open a field over a node's label; without an id over that of the one selected."""
        chosen = self.selected()
        if node_id or len(chosen) == 1:
            write_on(self, node_id or chosen[0])

    def quick_add(self, pos: QPointF | None = None, *, anchor=None, wire=None) -> None:
        """Open the quick search at a place of the scene.

        What it adds is wired to `anchor` or put on `wire`; without a place it goes on the one wire
        or behind the one node that is selected, or where the mouse is.
        """
        chosen = selected_wire(self.scene()) if pos is None else None
        if chosen is not None:
            pos, wire = self.scene().wires[chosen].middle(), chosen
        if pos is not None:
            self.search.open_at(pos, anchor=anchor, wire=wire)
            return
        behind = selected_anchor(self)
        if behind is not None:
            pos = self.scene().ring_centre(behind.node, "out", behind.port)
        self.search.open_at(pos or self._mouse_or_middle(), anchor=behind, behind=True)

    def _mouse_or_middle(self) -> QPointF:
        mouse = self.viewport().mapFromGlobal(self.cursor().pos())
        inside = self.viewport().rect().contains(mouse) and self.viewport().underMouse()
        return self.camera.scene_at(QPointF(mouse)) if inside else self.center()
