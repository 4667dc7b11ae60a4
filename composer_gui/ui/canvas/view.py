"""The canvas: hands every event of mouse, wheel and keys to the gesture or command it means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsView, QToolTip

from composer_gui.core.change import Change
from composer_gui.ui import theme
from composer_gui.ui.canvas import commands
from composer_gui.ui.canvas.camera import STEP, Camera
from composer_gui.ui.canvas.hits import Hit, hit_at
from composer_gui.ui.canvas.hover import Hover
from composer_gui.ui.canvas.ink import Ink
from composer_gui.ui.canvas.interactions.choose import gesture_for
from composer_gui.ui.canvas.interactions.gesture import Gesture
from composer_gui.ui.canvas.interactions.pan import Pan
from composer_gui.ui.canvas.notice import CursorNotice
from composer_gui.ui.canvas.overview import Overview
from composer_gui.ui.canvas.scene import CanvasScene

if TYPE_CHECKING:
    from composer_gui.session.session import Session


class CanvasView(QGraphicsView):
    """Shows a session's design and lets it be changed by hand.

    Signals: `selection_changed(tuple)` ids of the selected nodes, in order of making;
    `design_dropped(Path)` when a `.composer` file is dropped; `zoomed(float)`.
    """

    selection_changed = Signal(tuple)
    design_dropped = Signal(object)
    zoomed = Signal(float)

    def __init__(self, session: Session, parent=None) -> None:
        super().__init__(parent)
        self.session = session
        self.ink = Ink()
        self.setScene(CanvasScene(session, self.ink, self))
        self.camera = Camera(self)
        self.overview = Overview(self.scene())
        self.notice = CursorNotice(self)
        self.hover = Hover(self)
        self.gesture: Gesture | None = None
        self._pressed_at: QPointF | None = None
        self._dragging = False
        self._space_held = False
        self._set_up()
        self._connect()

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAcceptDrops(True)
        self.viewport().grabGesture(Qt.GestureType.PinchGesture)
        self.setAccessibleName("Design canvas")
        self.setBackgroundBrush(self.ink.canvas)

    def _connect(self) -> None:
        scene = self.scene()
        scene.selection_changed.connect(self._tell_selection)
        scene.followed.connect(self._follow)
        scene.opened.connect(self.fit)
        theme.watch().changed.connect(self.refresh)

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
            if self.overview.holds(self):
                self.camera.zoom_to(1.0)
            self.select((node_id,))
            self.camera.reveal(self.scene().nodes[node_id].card())

    def fit(self) -> None:
        """Show the whole design."""
        self.camera.fit(self.scene().content_rect())
        self.zoomed.emit(self.camera.zoom)

    def fit_selection(self) -> None:
        """Show what is selected, or all where nothing is."""
        self.camera.fit(self.scene().content_rect(self.selected() or None), largest=1.5)
        self.zoomed.emit(self.camera.zoom)

    def zoom_in(self) -> None:
        """Come nearer by a step."""
        self._zoom_by(STEP)

    def zoom_out(self) -> None:
        """Go back by a step."""
        self._zoom_by(1 / STEP)

    def zoom_reset(self) -> None:
        """Show everything at 100 %."""
        self._zoom_by(1 / self.camera.zoom)

    def _zoom_by(self, factor: float, anchor: QPointF | None = None) -> None:
        self.camera.zoom_by(factor, anchor)
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

    def duplicate(self) -> None:
        """Add a copy of the selected nodes beside them."""
        commands.duplicate(self.scene())

    def arrange(self) -> None:
        """Lay the selected nodes out from left to right, or all where nothing is selected."""
        commands.arrange(self.scene())

    def quick_add(self, pos: QPointF | None = None, *, anchor=None) -> None:
        """Open the quick search at a place of the scene; what it adds is wired to `anchor`."""

    # Events: mouse -------------------------------------------------------------------------------

    def mousePressEvent(self, event) -> None:
        at = self.camera.scene_at(event.position())
        if self.gesture is not None:
            self._cancel_gesture()
            return
        pans = event.button() == Qt.MouseButton.MiddleButton
        pans = pans or (event.button() == Qt.MouseButton.LeftButton and self._space_held)
        if pans:
            self._begin(Pan(self, at), event)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._begin(gesture_for(self, self.hit(at), at, event.modifiers()), event)
        event.accept()

    def _begin(self, gesture: Gesture, event) -> None:
        self.gesture = gesture
        self._pressed_at = event.position()
        self._dragging = False

    def mouseMoveEvent(self, event) -> None:
        at = self.camera.scene_at(event.position())
        if self.gesture is None:
            self.hover.move(self.hit(at))
            return
        travelled = (event.position() - self._pressed_at).manhattanLength()
        if self._dragging or travelled >= QApplication.startDragDistance():
            self._dragging = True
            self.gesture.move(at, event.modifiers())

    def mouseReleaseEvent(self, event) -> None:
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            gesture.finish(self.camera.scene_at(event.position()), event.modifiers())
        event.accept()

    def _cancel_gesture(self) -> None:
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            gesture.cancel()

    def leaveEvent(self, event) -> None:
        self.hover.move(Hit())
        super().leaveEvent(event)

    # Events: wheel and touchpad ------------------------------------------------------------------

    def wheelEvent(self, event) -> None:
        held = event.modifiers()
        pixels, angle = event.pixelDelta(), event.angleDelta()
        if held & Qt.KeyboardModifier.ControlModifier:
            self._zoom_by(STEP ** (angle.y() / 120), event.position())
        elif not pixels.isNull():
            self.camera.pan(pixels.x(), pixels.y())
        elif held & Qt.KeyboardModifier.ShiftModifier or not angle.y():
            self.camera.pan(angle.x() or angle.y(), 0)
        else:
            self._zoom_by(STEP ** (angle.y() / 120), event.position())
        event.accept()

    def viewportEvent(self, event) -> bool:
        kind = event.type()
        if kind == QEvent.Type.NativeGesture:
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self._zoom_by(1 + event.value(), event.position())
                return True
        elif kind == QEvent.Type.Gesture:
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if pinch is not None:
                self._zoom_by(pinch.scaleFactor(), QPointF(pinch.centerPoint()))
                return True
        elif kind == QEvent.Type.ToolTip:
            text = self.hover.explain(self.hit(self.camera.scene_at(QPointF(event.pos()))))
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return super().viewportEvent(event)

    # Events: keys --------------------------------------------------------------------------------

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab opens the quick search; Shift+Tab leaves the canvas."""
        return False if forward else super().focusNextPrevChild(forward)

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape and self.gesture is not None:
            self._cancel_gesture()
        elif event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_held = True
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif not commands.press(self, event):
            event.ignore()

    def keyReleaseEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_held = False
            self.viewport().unsetCursor()
        else:
            super().keyReleaseEvent(event)

    # Painting ------------------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        if self.overview.holds(self):
            self.overview.paint(self, event)
        else:
            super().paintEvent(event)

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        painter.fillRect(rect, self.ink.canvas)
        self.overview.paint_grid(painter, rect, self.camera.zoom)

    # Following -----------------------------------------------------------------------------------

    def _follow(self, change: Change) -> None:
        if self.gesture is not None and not self.gesture.survives(change):
            self._cancel_gesture()
        self.hover.forget(change)

    def _tell_selection(self) -> None:
        self.selection_changed.emit(self.selected())

    def refresh(self) -> None:
        """Take the theme that holds now."""
        self.ink.refresh()
        self.setBackgroundBrush(self.ink.canvas)
        self.scene().refresh_all()
        self.viewport().update()


def background() -> str:
    """Return the colour behind the canvas, for pictures of it."""
    return theme.current().canvas.name()
