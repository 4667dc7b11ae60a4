"""What the canvas does at a key or a menu entry: clipboard, delete, and a table of more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QMimeData, QRectF
from PySide6.QtGui import QGuiApplication

from composer_gui.core import edits, fragment
from composer_gui.core.change import between
from composer_gui.core.document import Call, Document, Wire, number_of
from composer_gui.core.layers.catalog import Catalog
from composer_gui.ui.canvas import arranging, flow_commands, layer_commands, lining_up
from composer_gui.ui.canvas.geometry import GRID, snapped
from composer_gui.ui.canvas.interactions.wire_below import seen_sizes
from composer_gui.ui.canvas.offers import TYPICAL, put_on_wire
from composer_gui.ui.canvas.scene import CanvasScene
from composer_gui.ui.canvas.wire_walking import selected_wire

NO_PASTE = "The clipboard holds no nodes. Copy some first, here or in another design."
BESIDE = 2 * GRID
"""How far from the original a copy is put, in pixels, both across and down."""


def in_order(node_ids: Iterable[str]) -> tuple[str, ...]:
    """Return ids in the order in which the nodes were made."""
    return tuple(sorted(node_ids, key=number_of))


def delete(scene: CanvasScene) -> None:
    """Delete the selected nodes and wires as one step.

    Dots leave their wires behind, led straight: they are about the course of a wire, and nothing
    that the model knows of goes with them.
    """
    nodes, wires = scene.selected_nodes, scene.selected_wires
    if nodes or wires:
        scene.session.try_apply("Delete", _delete, scene.session.catalog, nodes, wires)


def _delete(
    document: Document, catalog: Catalog, nodes: frozenset[str], wires: frozenset[Wire]
) -> Document:
    document = delete_all(document, frozenset(), wires)
    document = edits.dissolve(document, catalog, nodes)
    rest = nodes & set(document.nodes)
    return edits.delete(document, rest) if rest else document


def delete_all(document: Document, nodes: frozenset[str], wires: frozenset[Wire]) -> Document:
    """Take wires and nodes away; the last wires of a port first, so places stay what they are."""
    for wire in sorted(wires, key=lambda wire: -wire.index):
        document = edits.disconnect(document, wire)
    return edits.delete(document, nodes) if nodes else document


# Clipboard ----------------------------------------------------------------------------------------


def copy(scene: CanvasScene) -> None:
    """Put the selected nodes on the clipboard, in our own form and as text."""
    if not scene.selected_nodes:
        return
    copied = fragment.copy(scene.session.document, scene.selected_nodes, outside=True)
    text = fragment.to_text(copied)
    data = QMimeData()
    data.setData(fragment.MIME, text.encode())
    data.setText(text)
    QGuiApplication.clipboard().setMimeData(data)


def cut(scene: CanvasScene) -> None:
    """Copy, then delete."""
    copy(scene)
    delete(scene)


def clipboard_fragment(catalog: Catalog | None = None) -> Document | None:
    """Return the nodes on the clipboard, or None where there are none.

    With a catalog, wires to ports that do not exist here are left out: anyone may have made them.
    """
    data = QGuiApplication.clipboard().mimeData()
    if data is None:
        return None
    own = bytes(data.data(fragment.MIME).data()).decode(errors="replace")
    return fragment.from_text(own or data.text(), catalog)


def paste(scene: CanvasScene, seen: QRectF, *, shared: bool = False, outside: bool = False) -> None:
    """Add the clipboard's nodes: beside the originals when these are seen, else in the middle.

    With `shared` they call the layers that they were copied from, and with `outside` wires lead to
    them from the nodes that they were wired to, where these are here. A single layer is put on the
    wire that is selected, if one is.
    """
    copied = clipboard_fragment(scene.session.catalog)
    if copied is None or not copied.nodes:
        scene.session.noticed.emit(NO_PASTE)
        return
    is_place = seen.isEmpty()  # then it was said where, and not on which wire
    wire = selected_wire(scene) if not outside and not is_place else None
    if wire is not None and _is_layer(copied):
        _paste_on_wire(scene, copied, wire, shared)
        return
    label = "Paste sharing weights" if shared else "Paste with wires" if outside else "Paste"
    more = {"shared": shared, "outside": outside, "catalog": scene.session.catalog}
    _add(scene, label, copied, *_offset(scene, copied, seen), **more)


def _is_layer(copied: Document) -> bool:
    nodes = tuple(copied.nodes.values())
    return len(nodes) == 1 and isinstance(nodes[0], Call)


def _paste_on_wire(scene: CanvasScene, copied: Document, wire: Wire, shared: bool) -> None:
    (node,), middle = copied.nodes.values(), scene.wires[wire].middle()
    width, height = TYPICAL
    x, y = snapped(middle.x() - width / 2), snapped(middle.y() - height / 2)
    place = x - node.x, y - node.y
    session, sizes = scene.session, seen_sizes(scene)
    given = session.catalog, copied, place, wire, sizes, shared
    change = session.try_apply("Paste on the wire", _pasted_on, *given)
    if change is not None:
        scene.select(change.added)


def _pasted_on(
    document: Document,
    catalog: Catalog,
    copied: Document,
    place: tuple[float, float],
    wire: Wire,
    sizes: Mapping[str, tuple[float, float]],
    shared: bool,
) -> Document:
    after = fragment.paste(document, copied, *place, shared=shared, catalog=catalog)
    (added,) = between(document, after).added
    return put_on_wire(after, added, catalog, wire, sizes)


def duplicate(scene: CanvasScene, *, shared: bool = False) -> None:
    """Add a copy of what is selected beside it, or with `shared` further calls of its layers."""
    if scene.selected_nodes:
        copied = fragment.copy(scene.session.document, scene.selected_nodes)
        label = "Duplicate sharing weights" if shared else "Duplicate"
        _add(scene, label, copied, BESIDE, BESIDE, shared=shared)


def duplicate_shared(view) -> None:
    """Add the selected nodes once more, calling the very layers that they call."""
    duplicate(view.scene(), shared=True)


def paste_shared(view) -> None:
    """Add what is on the clipboard, calling the layers it was copied from where they are here."""
    paste(view.scene(), view.camera.seen(), shared=True)


def paste_wired(view) -> None:
    """Add what is on the clipboard with the wires that led into it, where their nodes are here."""
    paste(view.scene(), view.camera.seen(), outside=True)


def _add(
    scene: CanvasScene, label: str, copied: Document, dx: float, dy: float, **more: object
) -> None:
    change = scene.session.try_apply(label, fragment.paste, copied, dx, dy, **more)
    if change is not None:
        scene.select(change.added)


def _offset(scene: CanvasScene, copied: Document, seen: QRectF) -> tuple[float, float]:
    left = min(node.x for node in copied.nodes.values())
    top = min(node.y for node in copied.nodes.values())
    if seen.contains(left, top):
        x, y = scene.free_place(left + BESIDE, top + BESIDE)
        return x - left, y - top
    right = max(node.x for node in copied.nodes.values())
    bottom = max(node.y for node in copied.nodes.values())
    centre = seen.center()
    return snapped(centre.x() - (left + right) / 2), snapped(centre.y() - (top + bottom) / 2)


# Looking ------------------------------------------------------------------------------------------


def fit(view) -> None:
    """Show the whole design; where one was can be gone back to."""
    with view.keyboard.views.leap():
        view.fit()


def fit_selection(view) -> None:
    """Show what is selected; where one was can be gone back to."""
    with view.keyboard.views.leap():
        view.fit_selection()


def view_back(view) -> None:
    """Look from where one looked before the last jump."""
    view.keyboard.views.back()


def view_forward(view) -> None:
    """Look from where one looked before going back."""
    view.keyboard.views.forward()


def find(view) -> None:
    """Open the bar in which one finds nodes of the design."""
    view.keyboard.find.open_bar()


def find_next(view) -> None:
    """Go to the next node that fits what was to be found."""
    view.keyboard.find.step(1)


def find_previous(view) -> None:
    """Go to the node before that fits what was to be found."""
    view.keyboard.find.step(-1)


COMMANDS: Mapping[str, Callable] = {
    "open_up": layer_commands.open_up,
    "group": layer_commands.group,
    "ungroup": layer_commands.ungroup,
    "enter": layer_commands.enter,
    "leave": layer_commands.leave,
    "use_again": layer_commands.use_again,
    "make_independent": layer_commands.make_independent,
    "freeze": layer_commands.freeze,
    "inference_only": layer_commands.inference_only,
    "replace_with": layer_commands.replace_with,
    "delete_and_heal": layer_commands.delete_and_heal,
    "duplicate_shared": duplicate_shared,
    "paste_shared": paste_shared,
    "paste_wired": paste_wired,
    "arrange": arranging.to_the_right,
    "arrange_down": arranging.downwards,
    "bypass": flow_commands.bypass,
    "pull_out": flow_commands.pull_out,
    "pin": flow_commands.pin,
    "frame_selection": flow_commands.frame_selection,
    "frame_colour": flow_commands.next_colour,
    "reroute": flow_commands.reroute,
    "fold": flow_commands.fold,
    "select_upstream": flow_commands.select_upstream,
    "select_downstream": flow_commands.select_downstream,
    "select_between": flow_commands.select_between,
    **lining_up.COMMANDS,
    "fit": fit,
    "fit_selection": fit_selection,
    "view_back": view_back,
    "view_forward": view_forward,
    "find": find,
    "find_next": find_next,
    "find_previous": find_previous,
}
"""What the entries of the menus do with what is selected on a view, by their ids."""
