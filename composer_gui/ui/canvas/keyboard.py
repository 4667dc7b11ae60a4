"""The keys on the canvas: which command each one means, and where they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, partial

from PySide6.QtCore import QEvent, QObject, Qt

from composer_gui.core.change import Change
from composer_gui.core.document import Frame
from composer_gui.ui import keymap, theme
from composer_gui.ui.canvas import commands, flow_commands, layer_commands
from composer_gui.ui.canvas.connect_mode import ConnectMode
from composer_gui.ui.canvas.ears import Ears
from composer_gui.ui.canvas.find_bar import FindBar
from composer_gui.ui.canvas.focus_mark import FocusMark
from composer_gui.ui.canvas.geometry import SNAP
from composer_gui.ui.canvas.inline_editor import edit_value
from composer_gui.ui.canvas.interactions.move_nodes import nudge
from composer_gui.ui.canvas.spotlight import Spotlight
from composer_gui.ui.canvas.view_history import ViewHistory
from composer_gui.ui.canvas.walking import DOWNWARDS, LEFT, RIGHT, UPWARDS, Walker
from composer_gui.ui.canvas.wire_walking import WireWalker, selected_wire

BY_KEYS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
"""Why a canvas has the focus when no mouse gave it."""
FAR = 4
"""How much further a far nudge goes."""
PAN = 4
"""How much further the view goes than what is selected would."""

_STANDARD = {
    "copy": "copy",
    "cut": "cut",
    "paste": "paste",
    "select_all": "select_all",
    "delete": "delete_selection",
}

_WAYS = {LEFT: (-SNAP, 0.0), RIGHT: (SNAP, 0.0), UPWARDS: (0.0, -SNAP), DOWNWARDS: (0.0, SNAP)}


class Keyboard(QObject):
    """Does what keys mean on a canvas, and shows where they are as long as they are used."""

    def __init__(self, view) -> None:
        super().__init__(view)
        self._view = view
        self.walker = Walker(view)
        self.wires = WireWalker(view, self.walker)
        self.mark = FocusMark(view)
        self.views = ViewHistory(view)
        self.spotlight = Spotlight(view)
        self.ears = Ears(view)
        self._commands = self._table()
        view.installEventFilter(self)
        self._connect()

    def _connect(self) -> None:
        scene = self._view.scene()
        scene.followed.connect(self._follow)
        scene.moved.connect(self._follow_moved)
        scene.judged.connect(self._follow_moved)
        scene.selection_changed.connect(self._follow_selection)
        theme.watch().changed.connect(self._follow_theme)

    def _table(self) -> dict[str, Callable[[], object]]:
        view, walker = self._view, self.walker
        table: dict[str, Callable[[], object]] = {
            "next_node": partial(walker.turn, 1),
            "previous_node": partial(walker.turn, -1),
            "first_node": partial(walker.go_to_end, 0),
            "last_node": partial(walker.go_to_end, -1),
            "step_back": self._step_back,
            "edit": self.edit,
            "rename": view.rename,
            "quick_add": view.quick_add,
            "erase": view.delete_selection,
            "connect": partial(self._wire, "out"),
            "connect_into": partial(self._wire, "in"),
            "wire_on": partial(self.wires.take, 1),
            "wire_into": partial(self.wires.take, -1),
            "let_go": walker.let_go,
        }
        # What a window usually gives to its actions; here for a canvas that stands alone
        table |= {name: getattr(view, method) for name, method in _STANDARD.items()}
        table |= {name: partial(view.act, name) for name in commands.COMMANDS}
        for way, (dx, dy) in _WAYS.items():
            table[f"walk_{way}"] = partial(self._walk, way)
            table[f"take_{way}"] = partial(walker.step, way, adding=True)
            table[f"nudge_{way}"] = partial(self._nudge, dx, dy)
            table[f"nudge_{way}_far"] = partial(self._nudge, dx * FAR, dy * FAR)
            table[f"size_{way}"] = partial(flow_commands.resize_by, view, dx, dy)
        return table

    # Keys ----------------------------------------------------------------------------------------

    def press(self, event) -> bool:
        """Do what a key means on the canvas; return whether it means anything."""
        name = keymap.current().command(event)
        if name == "repairs":
            return self._look_at_repairs()
        command = self._commands.get(name)
        if command is None:
            return False
        command()
        if self._view.hasFocus():
            self._show()
        return True

    @cached_property
    def connect(self) -> ConnectMode:
        """The field in which the other end of a wire is chosen."""
        return ConnectMode(self._view)

    @cached_property
    def find(self) -> FindBar:
        """The bar in which one finds nodes of the design."""
        return FindBar(self._view)

    def _wire(self, side: str) -> None:
        wire = selected_wire(self._view.scene())
        if wire is not None:
            self.connect.open_to_move(wire, side)
        else:
            self.connect.open_for(self.walker.stand(), side)

    def _walk(self, way: str) -> None:
        if not self.wires.step(way):
            self.walker.step(way)

    def _nudge(self, dx: float, dy: float) -> None:
        """Move what is selected; where nothing is, the view."""
        view = self._view
        if view.scene().selected_nodes:
            nudge(view.scene(), dx, dy)
        else:
            view.camera.pan(-dx * PAN, -dy * PAN)

    def _look_at_repairs(self) -> bool:
        """Go to the repairs on the card; of a wire, to those of the node that it leads to."""
        wire = selected_wire(self._view.scene())
        if wire is not None:
            self.walker.put(self._view.scene().folds.shown(wire.node))
        return self._view.card.take_keys()

    def edit(self) -> None:
        """Enter: the first repair where the card has it, else the inside, else what is written.

        Of a wire its end is chosen anew.
        """
        view = self._view
        if selected_wire(view.scene()) is not None:
            self._wire("out")
            return
        if view.card.apply_first() or layer_commands.enter(view):
            return
        chosen = view.selected()
        if len(chosen) != 1:
            return
        node = view.session.document.nodes[chosen[0]]
        if isinstance(node, Frame) and node.folded:
            flow_commands.fold(view)
        else:
            edit_value(view, node.id)

    def _step_back(self) -> None:
        """Escape: away with the card, the search, the selection; else leave the submodel."""
        view, scene = self._view, self._view.scene()
        if view.card.isVisible():
            view.card.dismiss()
        elif self.spotlight.is_on:
            self.find.close_bar()
        elif scene.selected_nodes or scene.selected_wires:
            scene.select()
        else:
            layer_commands.leave(view)

    # Where the keys are --------------------------------------------------------------------------

    def hand_used(self) -> None:
        """The mouse is used now: where the keys are is no matter."""
        if self.mark.is_shown:
            self.mark.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn and event.reason() in BY_KEYS:
            self._show()
        elif event.type() == QEvent.Type.FocusOut:
            self.hand_used()
        elif event.type() == QEvent.Type.Resize:
            self._follow_size()
        return False

    def _follow_size(self) -> None:
        if self.mark.is_shown:
            self._view.viewport().update()
        if "find" in self.__dict__:
            self.find.place()

    def _follow_theme(self) -> None:
        self.mark.follow()

    def _show(self) -> None:
        """Mark the canvas, and what is at hand: the one wire that is selected, or a node."""
        wire = selected_wire(self._view.scene())
        here = self.walker.stand() if wire is None else ""
        self.mark.show(here, wire)
        self.ears.focus(here)

    def _follow_selection(self) -> None:
        if self.mark.is_shown:
            self._show()

    def _follow(self, change: Change) -> None:
        if self.mark.node in change.removed:
            self._show()
        else:
            self._follow_moved(change.changed)

    def _follow_moved(self, node_ids: Iterable[str]) -> None:
        wire = self.mark.wire
        marked = {self.mark.node} if wire is None else {wire.source.node, wire.node}
        if not marked.isdisjoint(node_ids):
            self.mark.follow()
