"""What is done with where nodes stand in the flow: bypass, pull out, pin, fold, select by wires."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from composer_gui.core import edits, reach
from composer_gui.core.document import (
    Call,
    Document,
    Dot,
    Frame,
    Input,
    Note,
    Output,
    number_of,
)
from composer_gui.core.layers.catalog import Catalog
from composer_gui.ui.canvas.geometry import FRAME_TITLE, GRID, SMALLEST_FRAME
from composer_gui.ui.canvas.interactions.move_nodes import with_carried

FRAME_COLOURS = (
    ("accent", "Blue"),
    ("core", "Indigo"),
    ("convolution", "Green"),
    ("saved model", "Amber"),
    ("merge", "Orange"),
    ("recurrent", "Purple"),
    ("normalization", "Grey"),
)
"""The colours of frames, by their names in the theme. Red is kept for what is wrong."""

# What there is to do ------------------------------------------------------------------------------


def abilities(view) -> set[str]:
    """Return what can be done with the selected nodes, by the needs of the actions' table.

    "bypassed", "pinned" and "folded" say that all of them are so already.
    """
    wired = len(_chosen(view, Input | Call | Output | Dot))
    wires = view.scene().selected_wires
    found = {"wire"} if wires else set()
    found |= {"anything"} if wires or view.scene().selected_nodes else set()
    found |= {"wired"} if wired else set()
    found |= {"several"} if wired > 1 else set()
    found |= {"frame"} if _chosen(view, Frame) else set()
    for name, kinds, is_other in (
        ("bypassed", Call, any_acts),
        ("pinned", Input | Call | Output | Dot, any_loose),
        ("folded", Frame, any_open),
    ):
        if _chosen(view, kinds) and not is_other(view):
            found.add(name)
    return found


def _chosen(view, kinds) -> list:
    nodes = view.session.document.nodes
    return [nodes[i] for i in view.selected() if isinstance(nodes.get(i), kinds)]


# Bypass and pull out ------------------------------------------------------------------------------


def any_acts(view) -> bool:
    """Return whether a bypass would change something: whether a selected call acts now."""
    return any(not node.bypassed for node in _chosen(view, Call))


def bypass(view) -> None:
    """Let the selected calls hand on what comes in, or where all do so already, act again."""
    calls = [node.id for node in _chosen(view, Call)]
    acts = any_acts(view)
    if calls:
        label = "Bypass" if acts else "End bypass"
        view.session.try_apply(label, edits.set_bypassed, calls, acts)


def pull_out(view) -> None:
    """Take the selected nodes out of the flow, and lead the wires on that went through them."""
    chosen = [node.id for node in _chosen(view, Call | Dot)]
    if chosen:
        session = view.session
        session.try_apply("Pull out", edits.pull_out, session.catalog, chosen)


# Pins and frames ----------------------------------------------------------------------------------


def any_loose(view) -> bool:
    """Return whether a pin would change something."""
    return any(not node.pinned for node in _chosen(view, Input | Call | Output | Dot))


def pin(view) -> None:
    """Let the selected nodes stay in place when others are arranged, or take that back."""
    chosen = [node.id for node in _chosen(view, Input | Call | Output | Dot)]
    if chosen:
        pinned = any_loose(view)
        label = "Pin in place" if pinned else "Let go of the place"
        view.session.try_apply(label, edits.set_pinned, chosen, pinned)


def frame_selection(view) -> None:
    """Put a frame around what is selected, and select the frame."""
    chosen = view.selected()
    if not chosen:
        return
    rect = view.scene().content_rect(chosen)
    rect.adjust(-GRID, -GRID - FRAME_TITLE, GRID, GRID)
    change = view.session.try_apply("Add frame", _frame_of, rect)
    if change is not None:
        view.show_added(change.added)


def _frame_of(document: Document, rect) -> Document:
    return edits.add_frame(document, rect.x(), rect.y(), rect.width(), rect.height(), label="frame")


def any_open(view) -> bool:
    """Return whether a selected frame could be folded."""
    return any(not frame.folded for frame in _chosen(view, Frame))


def fold(view) -> None:
    """Show the selected frames as one node each, or where all are, what they hold."""
    frames = _chosen(view, Frame)
    if not frames:
        return
    if any_open(view):
        scene = view.scene()
        held = {f.id: with_carried(scene, (f.id,)) - {f.id} for f in frames if not f.folded}
        view.session.try_apply("Fold", _fold_each, held)
    else:
        view.session.try_apply("Unfold", _unfold_each, [frame.id for frame in frames])


def _fold_each(document: Document, held: dict[str, set[str]]) -> Document:
    for frame_id, inside in held.items():
        if not any(frame_id in others for others in held.values()):
            document = edits.fold(document, frame_id, sorted(inside))
    return document


def _unfold_each(document: Document, frames: Iterable[str]) -> Document:
    for frame_id in frames:
        document = edits.unfold(document, frame_id)
    return document


def resize_by(view, dx: float, dy: float) -> None:
    """Make the selected frames and notes larger by (dx, dy) pixels; one undo step in a row."""
    least_width, least_height = SMALLEST_FRAME
    sizes = {
        plate.id: (max(plate.width + dx, least_width), max(plate.height + dy, least_height))
        for plate in _chosen(view, Frame | Note)
        if not getattr(plate, "folded", ())
    }
    if sizes:
        view.session.try_apply("Resize", _resize_each, sizes, merge=("resize", frozenset(sizes)))
    else:
        view.session.noticed.emit("Select a frame or a note: only these have a size of their own.")


def _resize_each(document: Document, sizes: dict[str, tuple[float, float]]) -> Document:
    for node_id, size in sizes.items():
        document = edits.resize(document, node_id, *size)
    return document


def next_colour(view) -> None:
    """Give the selected frames the next colour, and say which that is."""
    frames = _chosen(view, Frame)
    if not frames:
        return
    names = [name for name, _ in FRAME_COLOURS]
    own = frames[0].color
    at = (names.index(own) + 1) % len(names) if own in names else 0
    name, words = FRAME_COLOURS[at]
    ids = [frame.id for frame in frames]
    view.session.try_apply("Colour frame", _colour_each, ids, name, merge=("colour", tuple(ids)))
    view.session.noticed.emit(f"The frame is {words.lower()} now.")


def _colour_each(document: Document, frames: Iterable[str], color: str) -> Document:
    for frame_id in frames:
        document = edits.set_frame_color(document, frame_id, color)
    return document


# Wires --------------------------------------------------------------------------------------------


def reroute(view) -> None:
    """Lead the selected wires through a new dot each, and select the dots."""
    scene = view.scene()
    wires = sorted(scene.selected_wires, key=lambda wire: (number_of(wire.node), -wire.index))
    places = [(wire, scene.wires[wire].middle()) for wire in wires]
    if places:
        label = "Add reroute dots" if len(places) > 1 else "Add reroute dot"
        change = view.session.try_apply(label, _dot_each, view.session.catalog, places)
        if change is not None:
            view.select(change.added)


def _dot_each(document: Document, catalog: Catalog, places: Iterable[tuple]) -> Document:
    for wire, middle in places:
        document = edits.dot_on_wire(document, catalog, wire, middle.x(), middle.y())
    return document


# Selecting by wires -------------------------------------------------------------------------------


def select_upstream(view) -> None:
    """Select too what leads to the selected nodes."""
    _reach(view, reach.upstream)


def select_downstream(view) -> None:
    """Select too what the selected nodes lead to."""
    _reach(view, reach.downstream)


def select_between(view) -> None:
    """Select too what lies between the selected nodes."""
    _reach(view, reach.between)


def _reach(view, query: Callable[[Document, Iterable[str]], frozenset[str]]) -> None:
    chosen = view.selected()
    if chosen:
        found = query(view.session.document, chosen)
        view.select(found)
        more = len(found) - len(chosen)
        sentence = f"{more} more selected." if more else "That is all: nothing more lies there."
        view.session.noticed.emit(sentence)
