"""Gesture: drag nodes, notes and frames; one undo step however far they go."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QElapsedTimer, QPointF, QRectF, Qt

from composer_gui.core import edits
from composer_gui.core.change import Change
from composer_gui.core.document import Document, Wire
from composer_gui.core.folding import with_folded
from composer_gui.core.layers.catalog import Catalog
from composer_gui.ui.canvas.alignment_guides import AlignmentGuides
from composer_gui.ui.canvas.hits import Hit
from composer_gui.ui.canvas.interactions.box_select import ADDING
from composer_gui.ui.canvas.interactions.shaking import Shake
from composer_gui.ui.canvas.interactions.wire_below import WireBelow, seen_sizes
from composer_gui.ui.canvas.plates import FrameItem
from composer_gui.ui.canvas.scene import CanvasScene

CONTROL = Qt.KeyboardModifier.ControlModifier
PULLED = "pulled out: the wires close behind"
LOOSE = 0.3
"""How much is seen, while it is dragged on, of the wires that a node was shaken off."""


class MoveNodes:
    """Drags what is selected: in line with what is seen, else on the grid; with Ctrl freely.

    A press selects the node under the mouse. A release without a drag is a click: it selects that
    node alone, or with Shift or Ctrl takes it out again. A click on its mark tells what is wrong.

    A node without wires that is let go over a wire is put on it, and its neighbours make room; Alt
    keeps it off. Shaking pulls what is dragged out of the flow. All of it is one undo step.
    """

    def __init__(self, view, hit: Hit, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._view = view
        self._scene: CanvasScene = view.scene()
        self._node_id = hit.node
        self._on_mark = hit.on_mark
        self._start = at
        self._adding = bool(modifiers & ADDING)
        self._was_selected = press_selects(self._scene, hit.node, adding=self._adding)
        self._from: dict[str, tuple[float, float]] = {}
        self._moving = False
        self._box = QRectF()
        self._shake, self._clock = Shake(), QElapsedTimer()
        self._pulled: Document | None = None
        self._below = WireBelow(view)

    # Gesture -------------------------------------------------------------------------------------

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Put the items where the hand is; the document waits for the end."""
        if not self._moving:
            self._begin()
        self._scene.place(self._places(at, modifiers))
        place = self._view.camera.screen_at(at)
        if self._shake.follow(place.x(), place.y(), self._clock.elapsed()):
            self._pull_out()
        self._look_below(at, modifiers)

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Move the nodes in the document, or treat the press as a click."""
        if not self._moving:
            self._click()
            return
        places = self._places(at, modifiers)
        self._scene.place(places)
        self._look_below(at, modifiers)
        wire, pulled = self._below.wire, tuple(self._from) if self._pulled is not None else ()
        self._tidy()
        session = self._scene.session
        if not pulled and wire is None:
            change = session.try_apply("Move", edits.move, places)
        else:
            label = "Insert on the wire" if wire is not None else "Pull out"
            sizes = seen_sizes(self._scene) if wire is not None else {}
            dropped = (session.catalog, places, pulled, wire, self._node_id, sizes)
            change = session.try_apply(label, drop, *dropped)
        if change is None:
            self._put_back()

    def cancel(self) -> None:
        """Put the items back."""
        if self._moving:
            self._tidy()
            self._put_back()

    def survives(self, change: Change) -> bool:
        """It ends when something that is being dragged goes or moves by itself."""
        if set(self._from) & (change.removed | change.changed):
            return False
        return self._pulled is None and self._below.wire not in change.wires_removed

    def scrolled(self) -> None:
        """Line up with what is seen now."""
        if self._moving:
            self._guides.look_again()

    # On the way ----------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._moving = True
        self._clock.start()
        nodes = self._scene.nodes
        carried = with_carried(self._scene, self._scene.selected_nodes)
        self._from = {node_id: (nodes[node_id].x(), nodes[node_id].y()) for node_id in carried}
        self._scene.held = frozenset(carried)
        self._box = box_of(self._scene, self._node_id, carried)
        self._guides = AlignmentGuides(self._view, carried)

    def _places(self, at: QPointF, modifiers: Qt.KeyboardModifier):
        dx, dy = at.x() - self._start.x(), at.y() - self._start.y()
        if modifiers & CONTROL:
            self._guides.clear()
        else:
            dx, dy = self._guides.settled(self._box, dx, dy)
        return {node_id: (x + dx, y + dy) for node_id, (x, y) in self._from.items()}

    def _look_below(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        kept_off = modifiers & Qt.KeyboardModifier.AltModifier
        if len(self._from) > 1 or kept_off or self._view.overview.holds(self._view):
            self._below.clear()
        else:
            self._below.look(self._node_id, self._pulled or self._scene.session.document, at)
        if self._pulled is not None and self._below.wire is None:
            self._view.notice.say(PULLED, at, tone="accent")

    def _pull_out(self) -> None:
        """Take what is dragged out of the flow, once the hand lets go."""
        session = self._scene.session
        pulled = edits.pull_out(session.document, session.catalog, self._from)
        if self._pulled is None and pulled is not session.document:
            self._pulled = pulled
            self._show_outer_wires(LOOSE)

    def _show_outer_wires(self, opacity: float) -> None:
        for node_id in self._from:
            for wire in self._scene.wires_at.get(node_id, ()):
                if wire.node not in self._from or wire.source.node not in self._from:
                    self._scene.wires[wire].setOpacity(opacity)

    # At the end ----------------------------------------------------------------------------------

    def _tidy(self) -> None:
        self._scene.held = frozenset()
        self._guides.clear()
        self._below.clear()
        if self._pulled is not None:
            self._show_outer_wires(1.0)
            self._pulled = None

    def _put_back(self) -> None:
        """Put the items where the document has them: not where they began, if it moved them."""
        nodes, items = self._scene.session.document.nodes, self._scene.nodes
        there = [i for i in self._from if i in nodes and i in items]
        self._scene.place({i: (nodes[i].x, nodes[i].y) for i in there})

    def _click(self) -> None:
        scene = self._scene
        if self._on_mark and not self._adding:
            scene.select({self._node_id})
            self._view.card.show_for(self._node_id)
        elif not self._was_selected:
            return
        elif self._adding:
            scene.select(scene.selected_nodes - {self._node_id}, scene.selected_wires)
        else:
            scene.select({self._node_id})


def drop(
    document: Document,
    catalog: Catalog,
    places: dict[str, tuple[float, float]],
    pulled: tuple[str, ...],
    wire: Wire | None,
    node_id: str,
    sizes: dict[str, tuple[float, float]],
) -> Document:
    """Let nodes go at `places`: those in `pulled` out of the flow, `node_id` on `wire`: one edit.

    `sizes` are those of what is seen, which makes room.
    """
    if pulled:
        document = edits.pull_out(document, catalog, pulled)
    document = edits.move(document, places)
    if wire is None:
        return document
    return edits.insert_with_room(document, catalog, wire, node_id, sizes)


def press_selects(scene: CanvasScene, node_id: str, *, adding: bool) -> bool:
    """Select a node that is pressed, with `adding` besides what is; return whether it was."""
    if node_id in scene.selected_nodes:
        return True
    kept = scene.selected_nodes if adding else frozenset()
    scene.select(kept | {node_id}, scene.selected_wires if adding else ())
    return False


def box_of(scene: CanvasScene, node_id: str, carried: Iterable[str]) -> QRectF:
    """Return what is to be lined up: the node under the hand, or all of several that are dragged.

    A frame alone counts, not what it carries.
    """
    chosen = [i for i in scene.selected_nodes if i in carried] or [node_id]
    return scene.content_rect(chosen)


def with_carried(scene: CanvasScene, node_ids: Iterable[str]) -> set[str]:
    """Return these nodes and all that lies inside the frames among them, seen or folded away."""
    carried, nodes = set(node_ids), scene.session.document.nodes
    for node_id in tuple(carried):
        frame = scene.nodes[node_id]
        if isinstance(frame, FrameItem) and not nodes[node_id].folded:
            card = frame.card()
            inside = scene.items_near(card)
            carried |= {
                item.node_id
                for item in inside
                if hasattr(item, "node_id") and card.contains(item.card())
            }
    return with_folded(scene.session.document, carried) & scene.nodes.keys()


def nudge(scene: CanvasScene, dx: float, dy: float) -> None:
    """Move what is selected by (dx, dy) pixels; nudges in a row are one undo step."""
    carried = with_carried(scene, scene.selected_nodes)
    nodes = scene.session.document.nodes
    places = {node_id: (nodes[node_id].x + dx, nodes[node_id].y + dy) for node_id in carried}
    if places:
        scene.session.try_apply("Move", edits.move, places, merge=("nudge", frozenset(carried)))
