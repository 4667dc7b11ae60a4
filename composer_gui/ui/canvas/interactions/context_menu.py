"""The menus of the right button: for the canvas and for a wire; `node_menu` has that for nodes."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QMenu

from composer_gui.core import edits
from composer_gui.core.document import Document, Wire
from composer_gui.ui.canvas import arranging, layer_commands
from composer_gui.ui.canvas.commands import NO_PASTE, clipboard_fragment, paste_shared
from composer_gui.ui.canvas.hits import Hit
from composer_gui.ui.canvas.interactions.menu_entries import add
from composer_gui.ui.canvas.interactions.node_menu import fill_for_nodes
from composer_gui.ui.canvas.wire_walking import selected_wire

EMPTY_CANVAS = "The canvas is empty."
ONE_NODE = "There is only one node."


def open_menu(view, event) -> QMenu:
    """Open the menu of what is under the mouse, or of what is selected when a key asks for it."""
    place, chosen, hit = QPointF(event.pos()), view.selected(), None
    if event.reason() == event.Reason.Keyboard:
        scene, wire = view.scene(), selected_wire(view.scene())
        if wire is not None:
            hit = Hit("wire", wire=wire)
            place = view.camera.screen_at(scene.wires[wire].middle())
        elif chosen:
            card = scene.nodes[scene.folds.shown(chosen[0])].card()
            place = view.camera.screen_at(card.center())
    at = view.camera.scene_at(place)
    menu = menu_for(view, hit or view.hit(at), at)
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
        fill_for_nodes(menu, view, hit.node)
    else:
        _fill_for_canvas(menu, view, at)
    return menu


# The canvas ---------------------------------------------------------------------------------------


def _fill_for_canvas(menu: QMenu, view, at: QPointF) -> None:
    if view.session.trail:
        add(menu, "Leave this submodel", layer_commands.leave, view, key="leave")
        menu.addSeparator()
    add(menu, "Add…", view.quick_add, at, key="quick_add")
    for text, edit in (
        ("Add Input", edits.add_input),
        ("Add Output", edits.add_output),
        ("Add note", edits.add_note),
    ):
        add(menu, text, _put, view, text, edit, at)
    add(menu, "Add frame", _put, view, "Add frame", _frame_here, at)
    menu.addSeparator()
    no_paste = "" if clipboard_fragment() is not None else NO_PASTE
    add(menu, "Paste", view.paste_at, at, key="paste", why_not=no_paste)
    label = "Paste sharing weights"
    add(menu, label, paste_shared, view, key="paste_shared", why_not=no_paste)
    count = len(view.scene().nodes)
    nothing = "" if count else EMPTY_CANVAS
    add(menu, "Select all", view.select_all, key="select_all", why_not=nothing)
    menu.addSeparator()
    too_few = "" if count > 1 else nothing or ONE_NODE
    add(menu, "Arrange", arranging.to_the_right, view, key="arrange", why_not=too_few)
    label = "Arrange from above to below"
    add(menu, label, arranging.downwards, view, key="arrange_down", why_not=too_few)
    add(menu, "Fit design", view.fit, key="fit", why_not=nothing)


def _put(view, label: str, edit, at: QPointF) -> None:
    change = view.session.try_apply(label, edit, at.x(), at.y())
    if change is not None:
        view.show_added(change.added)


def _frame_here(document: Document, x: float, y: float) -> Document:
    return edits.add_frame(document, x, y, 480.0, 288.0, label="frame")


# A wire -------------------------------------------------------------------------------------------


def _fill_for_wire(menu: QMenu, view, wire: Wire, at: QPointF) -> None:
    session = view.session
    view.scene().select((), (wire,))
    add(menu, "Insert a layer…", view.quick_add, at, wire=wire)
    add(menu, "Add a reroute dot", dot_here, view, wire, at)
    add(menu, "Remove", session.try_apply, "Disconnect", edits.disconnect, wire, key="delete")
    menu.addSeparator()
    for node_id in (wire.source.node, wire.node):
        add(menu, f"Go to {session.document.label(node_id)}", view.show_node, node_id)


def dot_here(view, wire: Wire, at: QPointF) -> None:
    """Lead a wire through a new dot at a place of the scene, and select the dot."""
    session = view.session
    place = session.catalog, wire, at.x(), at.y()
    change = session.try_apply("Add reroute dot", edits.dot_on_wire, *place)
    if change is not None:
        view.select(change.added)
