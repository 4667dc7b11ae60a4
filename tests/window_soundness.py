"""What must be true of a window whatever was done in it: picture, document and panels in step."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF

from composer_gui.core.connections import check
from composer_gui.storage import document_file
from composer_gui.ui.canvas.ink import Ink
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.scene import CanvasScene
from tests.greys import greys_without_reason

FOLDER = Path("/designs")
CLOSE = 0.01
"""Pixels by which places that were reached by adding may differ."""


def look(window):
    """Look at every open design of a window, and at what can be used in it."""
    for design in window.designs:
        look_at_document(design.session)
        if design.workspace is not None:
            look_at_canvas(design.workspace.canvas)
    greys = [grey for grey in greys_without_reason(window) if not _is_of_qt(grey)]
    assert not greys, f"grey without a reason: {greys}"
    look_at_tabs(window)


def _is_of_qt(grey):
    """Return whether it is in the menu that Qt gives text fields, or an arrow beside many tabs."""
    words = grey.replace("&", "").partition("\t")[0]
    return words in _MENU_OF_TEXT or words.startswith("QToolButton Scroll ")


_MENU_OF_TEXT = {"Undo", "Redo", "Cut", "Copy", "Paste", "Delete", "Select All"}


def look_at_tabs(window):
    """Compare what is in front with what the window says of it."""
    tabs, designs = window.top.tabs, list(window.designs)
    assert len(set(map(id, designs))) == len(designs)
    in_front = tabs.at(tabs.currentIndex()) if tabs.count() else None
    assert window.is_working == (in_front is not None)
    if in_front is not None:
        assert window.designs.current is in_front
        assert window.session is in_front.session
        assert window.canvas.isVisible()
    if window.is_working:
        made, history = window.actions_by_id, window.session.history
        for name, can_be in (
            ("undo", history.undo_label),
            ("redo", history.redo_label),
            ("copy", window.canvas.selected()),
        ):
            assert made[name].isEnabled() == bool(can_be), f"{name} is {made[name].isEnabled()}"
            assert can_be or made[name].statusTip().endswith("."), f"{name} is grey"


def look_at_document(session):
    """Look at whether a design is sound, and the same when it is written and read."""
    root, catalog = session.root, session.catalog
    assert check(root, catalog) == root
    written = document_file.to_bytes(root, FOLDER)
    assert document_file.to_bytes(document_file.from_bytes(written, FOLDER), FOLDER) == written


def look_at_canvas(view):
    """Compare the picture with the document."""
    view.arranging.glide.finish()
    scene, document = view.scene(), view.session.document
    scene.finish()
    assert view.gesture is None, f"a gesture is left: {view.gesture}"
    assert not view.pointer.auto_scroll.is_running, "the view still moves"
    assert scene.nodes.keys() == set(document.nodes), "other nodes than in the document"
    _look_at_nodes(view, scene, document)
    _look_at_wires(scene, document)
    _look_at_outlines(view, scene)
    assert scene.selected_nodes <= scene.nodes.keys()
    assert scene.selected_wires <= scene.wires.keys()
    map_rect = view.minimap.rect()
    assert map_rect.isEmpty() or view.viewport().rect().contains(map_rect)


def _look_at_nodes(view, scene, document):
    for node_id, item in scene.nodes.items():
        node = document.nodes[node_id]
        assert item.scene() is scene
        assert (item.x(), item.y()) == (node.x, node.y), f"{node_id} is elsewhere"
        hidden = scene.folds.hides(node_id)
        assert item.isVisible() is not hidden, f"{node_id} is {'seen' if hidden else 'hidden'}"
        assert item.opacity() == 1.0 or view.preview.offer is not None, f"{node_id} is faint"


def _look_at_wires(scene, document):
    drawn = {(wire.source, wire.node, wire.port, wire.index) for wire in scene.wires}
    meant = {
        (source, node.id, port, index)
        for node in document.nodes.values()
        for port, sources in getattr(node, "inputs", {}).items()
        for index, source in enumerate(sources)
    }
    assert drawn == meant, "other wires than in the document"
    for wire, item in scene.wires.items():
        assert item.scene() is scene
        assert item.isVisible() is not scene.folds.hides_wire(wire)
        start = scene.ring_centre(wire.source.node, "out", wire.source.port)
        end = scene.ring_centre(wire.node, "in", wire.port, wire.index)
        for is_at, ring in zip(item.ends(), (start, end), strict=True):
            assert _near(is_at, ring), f"{wire} ends beside its ring"
        assert wire in scene.wires_at[wire.source.node] and wire in scene.wires_at[wire.node]


def _look_at_outlines(view, scene):
    outlines = view.overview.outlines
    outlines.catch_up()
    for node_id, item in scene.nodes.items():
        outline = outlines.card(node_id)
        assert (outline is not None) is item.isVisible(), f"the outline of {node_id}"
        if outline is not None:
            assert _alike(outline, item.card()), f"the outline of {node_id} is elsewhere"
    known = {node_id for cards in outlines.cards.values() for node_id in cards}
    assert known <= scene.nodes.keys(), "outlines of nodes that are gone"
    seen = {wire for wire, item in scene.wires.items() if item.isVisible()}
    assert outlines.lines.keys() | outlines.led.keys() == seen
    for wire, line in outlines.lines.items():
        assert line == scene.wires[wire].line


def _near(one: QPointF, other: QPointF) -> bool:
    return (one - other).manhattanLength() < CLOSE


def _alike(one: QRectF, other: QRectF) -> bool:
    return _near(one.topLeft(), other.topLeft()) and _near(one.bottomRight(), other.bottomRight())


def look_beside_a_new_one(view):
    """Compare a canvas that followed with one that is made now."""
    view.arranging.glide.finish()
    scene, fresh = view.scene(), CanvasScene(view.session, Ink())
    fresh.ink.specs_at_rest = view.ink.specs_at_rest
    scene.finish()
    fresh.finish()
    for node_id, item in scene.nodes.items():
        assert _seen_of(item) == _seen_of(fresh.nodes[node_id]), f"{node_id} shows something else"
    for wire, item in scene.wires.items():
        other = fresh.wires[wire]
        assert (item.isVisible(), item.look) == (other.isVisible(), other.look), f"{wire}"
    fresh.deleteLater()


def _seen_of(item):
    if not isinstance(item, NodeItem):
        return item.node, item.isVisible()
    # An Output shows once what its source is pending on
    face = replace(item.face, foot="") if item.face.kind == "output" else item.face
    return face, item.layout, item.isVisible()


def look_at_history(session):
    """Go back to the beginning and forth again, step by step, and find every design as it was."""
    history = session.history
    there = history.present
    for go, numbers in (
        (session.undo, range(there - 1, -1, -1)),
        (session.redo, range(1, len(history))),
    ):
        for number in numbers:
            go()
            assert history.present == number
            expected = history.step(number).document
            assert document_file.to_bytes(session.root, FOLDER) == document_file.to_bytes(
                expected, FOLDER
            )
    session.go_to_step(there)
