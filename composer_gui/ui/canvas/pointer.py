"""The mouse on the canvas: which gesture it is in, when a press becomes a drag, wheel and pinch."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QWidget

from composer_gui.core.change import Change
from composer_gui.ui.canvas.camera import STEP
from composer_gui.ui.canvas.hits import NOTHING
from composer_gui.ui.canvas.interactions.auto_scroll import AutoScroll
from composer_gui.ui.canvas.interactions.choose import gesture_for
from composer_gui.ui.canvas.interactions.cut_wires import CutWires
from composer_gui.ui.canvas.interactions.gesture import Gesture
from composer_gui.ui.canvas.interactions.pan import Pan
from composer_gui.ui.canvas.minimap import Navigate


class Pointer(QObject):
    """Hands the mouse to one gesture at a time; a second button or Escape cancels it.

    `editor` is the field that writes on a node now, or None; it follows the view.
    """

    def __init__(self, view) -> None:
        super().__init__(view)
        self._view = view
        self.gesture: Gesture | None = None
        self._pressed_at = QPointF()
        self._dragging = False
        self._space_held = False
        self._keeps_menu_away = False
        self.editor: QWidget | None = None
        self.auto_scroll = AutoScroll(view)
        self._connect()

    def _connect(self) -> None:
        self.auto_scroll.scrolled.connect(self._drag_on)

    # Buttons -------------------------------------------------------------------------------------

    def press(self, event) -> None:
        """Begin the gesture that the button asks for."""
        if self.gesture is not None:
            self.cancel()
            return
        view, place, button = self._view, event.position(), event.button()
        at = view.camera.scene_at(place)
        cuts = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        self._keeps_menu_away = bool(cuts) and button == Qt.MouseButton.RightButton
        pans = button == Qt.MouseButton.LeftButton and self._space_held
        if pans or button == Qt.MouseButton.MiddleButton:
            self._begin(Pan(view, at), place)
        elif self._keeps_menu_away:
            self._begin(CutWires(view, at), place)
        elif button == Qt.MouseButton.LeftButton:
            if view.minimap.rect().contains(place.toPoint()):
                self._begin(Navigate(view, place), place)
            else:
                self._begin(gesture_for(view, view.hit(at), at, event.modifiers()), place)

    def _begin(self, gesture: Gesture, place: QPointF) -> None:
        self.gesture = gesture
        self._pressed_at = place
        self._dragging = False

    def move(self, event) -> None:
        """Lead the gesture on, or light what the mouse is over."""
        place = event.position()
        if self.gesture is None:
            self.hover(place)
            return
        travelled = (place - self._pressed_at).manhattanLength()
        if self._dragging or travelled >= QApplication.startDragDistance():
            self._dragging = True
            if not isinstance(self.gesture, Pan | Navigate):
                self.auto_scroll.follow(place)
            self.gesture.move(self._view.camera.scene_at(place), event.modifiers())

    def hover(self, place: QPointF) -> None:
        """Light what is at a place of the viewport."""
        view = self._view
        on_map = view.minimap.rect().contains(place.toPoint())
        view.hover.move(NOTHING if on_map else view.hit(view.camera.scene_at(place)))

    def release(self, event) -> None:
        """End the gesture."""
        gesture, self.gesture = self.gesture, None
        self.auto_scroll.stop()
        if gesture is not None:
            gesture.finish(self._view.camera.scene_at(event.position()), event.modifiers())
        if isinstance(gesture, CutWires) and self._keeps_menu_away and not self._dragging:
            self._open_menu(event)

    def takes_menu(self, event) -> bool:
        """Return whether the right button that asks for a menu was pressed to cut wires.

        Some systems ask at the press, others after the release; a mere click gets its menu then.
        """
        return self._keeps_menu_away and event.reason() == QContextMenuEvent.Reason.Mouse

    def _open_menu(self, event) -> None:
        self._keeps_menu_away = False
        there = QContextMenuEvent(
            QContextMenuEvent.Reason.Other,
            event.position().toPoint(),
            event.globalPosition().toPoint(),
        )
        self._view.contextMenuEvent(there)

    def cancel(self) -> None:
        """End the gesture as if it had never begun."""
        gesture, self.gesture = self.gesture, None
        self.auto_scroll.stop()
        if gesture is not None:
            gesture.cancel()

    def follow(self, change: Change) -> None:
        """Cancel a gesture that cannot go on after a change."""
        if self.gesture is not None and not self.gesture.survives(change):
            self.cancel()

    def scrolled(self) -> None:
        """Tell the gesture that something else is seen."""
        if hasattr(self.gesture, "scrolled"):
            self.gesture.scrolled()
        if self.editor is not None:
            self.editor.place()

    def _drag_on(self, place: QPointF) -> None:
        """Let the gesture follow a view that moves under a resting mouse."""
        if self.gesture is not None and self._dragging:
            at = self._view.camera.scene_at(place)
            self.gesture.move(at, QApplication.keyboardModifiers())

    # Space ---------------------------------------------------------------------------------------

    def hold_space(self) -> None:
        """Let the left button pan from now on."""
        self._space_held = True
        self._view.viewport().setCursor(Qt.CursorShape.OpenHandCursor)

    def let_space_go(self) -> None:
        """Let the left button do what it usually does."""
        if self._space_held:
            self._space_held = False
            self._view.viewport().unsetCursor()

    # Wheel and touchpad --------------------------------------------------------------------------

    def wheel(self, event) -> None:
        """Zoom with a wheel and with Ctrl, pan with a touchpad and with Shift."""
        held, camera = event.modifiers(), self._view.camera
        pixels, angle = event.pixelDelta(), event.angleDelta()
        if held & Qt.KeyboardModifier.ControlModifier:
            self._view.zoom_by(STEP ** (angle.y() / 120), event.position())
        elif not pixels.isNull():
            camera.pan(pixels.x(), pixels.y())
        elif held & Qt.KeyboardModifier.ShiftModifier or not angle.y():
            camera.pan(angle.x() or angle.y(), 0)
        else:
            self._view.zoom_by(STEP ** (angle.y() / 120), event.position())
        if not isinstance(self.gesture, Pan | Navigate):
            self._drag_on(event.position())  # what is dragged stays under the hand

    def pinch(self, event) -> bool:
        """Zoom with two fingers, on a touchpad or on a screen; return whether that was meant."""
        if event.type() == QEvent.Type.NativeGesture:
            if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
                return False
            self._view.zoom_by(1 + event.value(), event.position())
            return True
        pinch = event.gesture(Qt.GestureType.PinchGesture)
        if pinch is not None:
            self._view.zoom_by(pinch.scaleFactor(), QPointF(pinch.centerPoint()))
        return pinch is not None
