"""Arranges what is on a canvas: one step of undo, beside the window where it is much, and eased.

The document changes once, at the beginning; the items then glide from where they were to where it
has them. Whatever the user does in the meantime ends that at once.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QRectF, Qt, QTimer, Signal

from composer_gui.core import layout
from composer_gui.core.document import DOWN, RIGHT, Document
from composer_gui.core.layout import Arrangement
from composer_gui.ui import preferences
from composer_gui.ui.canvas.geometry import lay_out
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.words import count_of

if TYPE_CHECKING:
    from composer_gui.ui.canvas.scene import CanvasScene
    from composer_gui.ui.canvas.view import CanvasView

LABELS = {RIGHT: "Arrange", DOWN: "Arrange from above to below"}
MUCH = 300
"""Designs of more nodes are arranged in a thread of their own."""
AT_ONCE = 400
"""So many more nodes, that are not seen to move, are put at their new places in one turn."""
MOST = 600
"""When more nodes are seen to move, they are at their new places at once."""
DURATION = 260
"""Milliseconds from the old places to the new ones."""
FRAME = 16

Places = Mapping[str, tuple[float, float]]

_ENDING = frozenset(
    (
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.Wheel,
        QEvent.Type.NativeGesture,
        QEvent.Type.Gesture,
        QEvent.Type.TouchBegin,
        QEvent.Type.KeyPress,
        QEvent.Type.DragEnter,
        QEvent.Type.ContextMenu,
    )
)


class Arranging(QObject):
    """Arranges the design of a view, or what is selected in it."""

    _found = Signal(object, object, object)

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self.glide = Glide(view)
        self._thread: threading.Thread | None = None
        self._collects = True
        self._found.connect(self._take)

    @property
    def is_busy(self) -> bool:
        """Whether places are still being looked for."""
        return self._thread is not None

    def arrange(self, flow: str | None = None) -> None:
        """Arrange several selected nodes, else all; `flow` is the way in which all shall run.

        What is selected is arranged along the wires of the design around it.
        """
        if self.is_busy:
            return
        scene = self._view.scene()
        document = scene.session.document
        chosen = scene.selected_nodes if len(scene.selected_nodes) > 1 else None
        if flow is None or chosen is not None:
            flow = document.flow
        sizes = {node_id: self._size(node_id, flow) for node_id in document.nodes}
        work = (document, sizes, chosen, scene.session.catalog, flow)
        if len(chosen or document.nodes) <= MUCH:
            found = _arranged(*work)
            self._take(document, found, layout.put_in_order(document, found))
            return
        count = count_of(len(chosen or document.nodes), "node")
        scene.session.noticed.emit(f"Arranging {count}…")
        self._thread = threading.Thread(target=self._work, args=work, daemon=True)
        self._collects = gc.isenabled()
        gc.disable()  # garbage of the window must not be collected in another thread
        self._thread.start()

    def _work(self, document: Document, *work) -> None:
        found = after = None
        try:
            found = _arranged(document, *work)
            after = layout.put_in_order(document, found)
        finally:
            try:
                self._found.emit(document, found, after)
            except RuntimeError:  # the canvas was closed in the meantime
                self._collect_again()

    def _collect_again(self) -> None:
        if self._collects:
            gc.enable()

    def _size(self, node_id: str, flow: str) -> tuple[float, float]:
        """Return how large a node is when the wires run as `flow` says."""
        scene = self._view.scene()
        item = scene.nodes.get(node_id)
        if isinstance(item, NodeItem) and item.face.flow != flow:
            turned = lay_out(replace(item.face, flow=flow), scene.ink.measure)
            return turned.width, turned.height
        return scene.size_of(node_id)

    def _take(self, document: Document, found: Arrangement | None, after: Document | None) -> None:
        """Let the design be as it was found to be best, if it is still the same design."""
        if self._thread is not None:
            self._thread = None
            self._collect_again()
        scene = self._view.scene()
        session = scene.session
        if found is None or after is None:
            session.noticed.emit("The design could not be arranged, and is as it was.")
            return
        if session.document is not document:
            session.noticed.emit(
                "The design was changed before its arrangement was found. Arrange it again."
            )
            return
        if not found.places and not found.sizes and found.flow == document.flow:
            session.noticed.emit("Everything is in its place already.")
            return
        before = {
            node_id: (item.x(), item.y())
            for node_id in found.places
            if (item := scene.nodes.get(node_id)) is not None
        }
        label = LABELS[found.flow] if found.flow != document.flow else LABELS[RIGHT]
        session.apply(label, _instead, after)
        self.glide.begin(before)


def to_the_right(view: CanvasView) -> None:
    """Arrange a view's design from left to right, or what is selected as the rest runs."""
    view.arranging.arrange(RIGHT)


def downwards(view: CanvasView) -> None:
    """Arrange a view's design from above to below, or what is selected as the rest runs."""
    view.arranging.arrange(DOWN)


def _instead(_: Document, after: Document) -> Document:
    """Return what became of a design, found out beside the window."""
    return after


def _arranged(document, sizes, chosen, catalog, flow) -> Arrangement:
    return layout.arrangement(document, sizes, chosen, catalog=catalog, flow=flow)


def _there(scene: CanvasScene, node_ids: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Return where the document has nodes, without those that are gone or not drawn."""
    nodes = scene.session.document.nodes
    return {i: (nodes[i].x, nodes[i].y) for i in node_ids if i in nodes and i in scene.nodes}


class Glide(QObject):
    """Lets items go from where they were to where the document has them.

    Only those that are seen before or after; the others are there at once, and all are when motion
    is to be reduced, when there are very many, and as soon as the user does anything.
    """

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self._from: Places = {}
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=FRAME, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._step)
        view.scene().followed.connect(self._follow)

    @property
    def is_under_way(self) -> bool:
        """Whether items are not yet where the document has them."""
        return self._timer.isActive()

    def begin(self, before: Places) -> None:
        """Begin at the places `before`, of items that the document has elsewhere by now."""
        self.finish()
        scene, view = self._view.scene(), self._view
        moving = self._moving(before)
        there = _there(scene, before.keys() - moving.keys())
        if len(there) <= AT_ONCE:  # else the scene has them on its list, and the window stays awake
            scene.place({i: at for i, at in there.items() if at != before[i]})
        if not moving:
            return
        self._from = moving
        scene.gliding = frozenset(moving)
        scene.place(dict(moving))
        view.installEventFilter(self)
        view.viewport().installEventFilter(self)
        self._clock.start()
        self._timer.start()

    def _moving(self, before: Places) -> Places:
        """Return from where items glide: all that are seen, or none."""
        view = self._view
        if preferences.current().value(preferences.REDUCE_MOTION) or not view.isVisible():
            return {}
        seen = view.camera.seen()
        moving = {}
        for node_id, at in before.items():
            if self._is_seen(node_id, at, seen):
                moving[node_id] = at
                if len(moving) > MOST:
                    return {}
        return moving

    def _is_seen(self, node_id: str, at: tuple[float, float], seen: QRectF) -> bool:
        scene = self._view.scene()
        node = scene.session.document.nodes[node_id]
        width, height = scene.size_of(node_id)
        places = (at, (node.x, node.y))
        return any(seen.intersects(QRectF(x, y, width, height)) for x, y in places)

    def finish(self) -> None:
        """Put all items where the document has them."""
        if not self._timer.isActive():
            return
        self._timer.stop()
        self._view.removeEventFilter(self)
        self._view.viewport().removeEventFilter(self)
        scene = self._view.scene()
        scene.gliding = frozenset()
        scene.place(self._places(1.0))
        self._from = {}
        self._view.minimap.renew()

    def _step(self) -> None:
        share = self._clock.elapsed() / DURATION
        if share >= 1.0:
            self.finish()
        else:
            self._view.scene().place(self._places(1.0 - (1.0 - share) ** 3))

    def _places(self, share: float) -> dict[str, tuple[float, float]]:
        """Return where the items are when so much of the way is done."""
        places = {}
        for node_id, (x, y) in _there(self._view.scene(), self._from).items():
            left, top = self._from[node_id]
            places[node_id] = left + (x - left) * share, top + (y - top) * share
        return places

    def _follow(self) -> None:
        """Another change, such as an undo, ends it."""
        self.finish()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What the user does finds everything in its place; Escape means only to get there."""
        if event.type() not in _ENDING:
            return False
        self.finish()
        return event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape
