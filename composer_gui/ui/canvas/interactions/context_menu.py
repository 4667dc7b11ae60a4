"""The menus of the right button: for the canvas, for nodes, for a wire."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QMenu

from composer_gui.core import edits
from composer_gui.core.document import Call, Document, Input, Note, Output, Wire
from composer_gui.ui.canvas import layer_commands
from composer_gui.ui.canvas.commands import (
    clipboard_fragment,
    delete_all,
    duplicate_shared,
    paste_shared,
)
from composer_gui.ui.canvas.geometry import FRAME_TITLE, GRID
from composer_gui.ui.canvas.hits import Hit
from composer_gui.ui.canvas.interactions.menu_repairs import MenuRepairs
from composer_gui.ui.reasons import allow

NO_PASTE = "The clipboard holds no nodes. Copy some first, here or in another design."
EMPTY_CANVAS = "The canvas is empty."
ONE_NODE = "There is only one node."
NO_WIRES = "No wire leads to or from what is selected."


def open_menu(view, event) -> QMenu:
    """Open the menu of what is under the mouse, or of the selected node when a key asks for it."""
    place, chosen = QPointF(event.pos()), view.selected()
    if event.reason() == event.Reason.Keyboard and chosen:
        place = view.camera.screen_at(view.scene().nodes[chosen[0]].card().center())
    at = view.camera.scene_at(place)
    menu = menu_for(view, view.hit(at), at)
    menu.popup(view.viewport().mapToGlobal(place.toPoint()))
    return menu


def menu_for(view, hit: Hit, at: QPointF) -> QMenu:
    """Return the menu for what was hit at `at`, in the scene; it deletes itself when it closes."""
    menu = QMenu(view)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    if hit.kind == "wire":
        _fill_for_wire(menu, view, hit.wire, at)
    elif hit.node:
        if hit.node not in view.scene().selected_nodes:
            view.select((hit.node,))
        _fill_for_nodes(menu, view, hit.node)
    else:
        _fill_for_canvas(menu, view, at)
    return menu


def _add(menu: QMenu, text: str, command, *args, why_not: str = "", **kwargs) -> None:
    # partial, not lambda: it keeps what it was given, and drops the signal's own arguments
    action = menu.addAction(text)
    allow(action, why_not)
    action.triggered.connect(partial(_run, partial(command, *args, **kwargs)))


def _run(command, _checked: bool = False) -> None:
    command()


# The canvas ---------------------------------------------------------------------------------------


def _fill_for_canvas(menu: QMenu, view, at: QPointF) -> None:
    if view.session.trail:
        _add(menu, "Leave this submodel\tEsc", layer_commands.leave, view)
        menu.addSeparator()
    _add(menu, "Add…\tTab", view.quick_add, at)
    for text, edit in (
        ("Add Input", edits.add_input),
        ("Add Output", edits.add_output),
        ("Add note", edits.add_note),
    ):
        _add(menu, text, _put, view, text, edit, at)
    _add(menu, "Add frame", _put, view, "Add frame", _frame_here, at)
    menu.addSeparator()
    no_paste = "" if clipboard_fragment() is not None else NO_PASTE
    _add(menu, "Paste\tCtrl+V", view.paste_at, at, why_not=no_paste)
    label = "Paste sharing weights\tCtrl+Shift+V"
    _add(menu, label, paste_shared, view, why_not=no_paste)
    count = len(view.scene().nodes)
    nothing = "" if count else EMPTY_CANVAS
    _add(menu, "Select all\tCtrl+A", view.select_all, why_not=nothing)
    menu.addSeparator()
    _add(menu, "Arrange", view.arrange, why_not="" if count > 1 else nothing or ONE_NODE)
    _add(menu, "Fit into view", view.fit, why_not=nothing)


def _put(view, label: str, edit, at: QPointF) -> None:
    change = view.session.try_apply(label, edit, at.x(), at.y())
    if change is not None:
        view.show_added(change.added)


def _frame_here(document: Document, x: float, y: float) -> Document:
    return edits.add_frame(document, x, y, 480.0, 288.0, label="frame")


# Nodes --------------------------------------------------------------------------------------------


def _fill_for_nodes(menu: QMenu, view, node_id: str) -> None:
    document, chosen = view.session.document, view.selected()
    node = document.nodes[node_id]
    alone = len(chosen) == 1
    if alone:
        MenuRepairs(menu, view, view.session.verdict(node_id).problems)
        _add(menu, "Edit text" if isinstance(node, Note) else "Rename\tF2", view.rename, node_id)
    calls = [i for i in chosen if isinstance(document.nodes[i], Call)]
    if calls:
        _add_layer_entries(menu, view, calls, alone)
    menu.addSeparator()
    _add(menu, "Cut\tCtrl+X", view.cut)
    _add(menu, "Copy\tCtrl+C", view.copy)
    _add(menu, "Duplicate\tCtrl+D", view.duplicate)
    if calls:
        _add(menu, "Duplicate sharing weights\tCtrl+Shift+D", duplicate_shared, view)
    _add(menu, "Delete\tDel", view.delete_selection)
    if calls:
        _add(menu, "Delete and heal\tCtrl+Del", layer_commands.delete_and_heal, view)
    menu.addSeparator()
    wires = _wires_at(view, chosen)
    _add(menu, "Disconnect", _disconnect, view, wires, why_not="" if wires else NO_WIRES)
    if any(isinstance(document.nodes[i], Input | Call | Output) for i in chosen):
        _add(menu, "Put a frame around", _frame_around, view, chosen)
    if len(chosen) > 1:
        _add(menu, "Arrange", view.arrange)
    _add(menu, "Zoom to selection", view.fit_selection)


def _add_layer_entries(menu: QMenu, view, calls: list[str], alone: bool) -> None:
    can = layer_commands.abilities(view)
    if "submodel" in can:
        _add(menu, "Enter\tEnter", layer_commands.enter, view)
        _add(menu, "Ungroup\tCtrl+Shift+G", layer_commands.ungroup, view)
    if "saved model" in can:
        layer = layer_commands.called(view, calls[0])
        why = view.session.why_sealed(layer)
        _add(menu, "Open up\tCtrl+U", layer_commands.open_up, view, why_not=why)
    _add(menu, "Group into submodel\tCtrl+G", layer_commands.group, view)
    if alone:
        _add(menu, "Replace with…\tCtrl+R", layer_commands.replace_with, view)
        menu.addSeparator()
        label = "Use again with shared weights\tCtrl+Shift+U"
        _add(menu, label, layer_commands.use_again, view)
        if "shared" in can:
            _add(menu, "Make independent\tCtrl+I", layer_commands.make_independent, view)
    if "weights" in can:
        label = "Freeze" if layer_commands.any_trains(view) else "Thaw"
        _add(menu, f"{label}\tCtrl+T", layer_commands.freeze, view)
    if "model" in can:
        label = "Inference only" if layer_commands.any_learns(view) else "Train as usual"
        _add(menu, f"{label}\tCtrl+Shift+T", layer_commands.inference_only, view)


def _wires_at(view, node_ids: Iterable[str]) -> set[Wire]:
    return set().union(*(view.scene().wires_at[node_id] for node_id in node_ids))


def _disconnect(view, wires: set[Wire]) -> None:
    view.session.try_apply("Disconnect", delete_all, frozenset(), wires)


def _frame_around(view, node_ids: Iterable[str]) -> None:
    rect = view.scene().content_rect(node_ids)
    rect.adjust(-GRID, -GRID - FRAME_TITLE, GRID, GRID)
    change = view.session.try_apply("Add frame", _frame_of, rect)
    if change is not None:
        view.show_added(change.added)


def _frame_of(document: Document, rect) -> Document:
    return edits.add_frame(document, rect.x(), rect.y(), rect.width(), rect.height(), label="frame")


# A wire -------------------------------------------------------------------------------------------


def _fill_for_wire(menu: QMenu, view, wire: Wire, at: QPointF) -> None:
    session = view.session
    view.scene().select((), (wire,))
    _add(menu, "Insert a layer…", view.quick_add, at, wire=wire)
    _add(menu, "Remove\tDel", session.try_apply, "Disconnect", edits.disconnect, wire)
    menu.addSeparator()
    for node_id in (wire.source.node, wire.node):
        _add(menu, f"Go to {session.document.label(node_id)}", view.show_node, node_id)
