"""What a machine that plays does with the mouse: on the canvas, and dragging things to it."""

import json

import shiboken6
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QHelpEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QApplication,
)

from composer_gui.ui.canvas.interactions.drop import PALETTE
from tests.hand import Hand
from tests.window_stage import (
    ALT,
    CTRL,
    HELD,
    LEFT,
    MIDDLE,
    NO_BUTTON,
    NONE,
    RIGHT,
    SHIFT,
    Stage,
)


class ByMouse(Stage):
    """The mouse on the canvas. Whatever is missing for it, nothing is done."""

    def gesture(self, dice):
        """Press, drag with keys that come and go, and things in the middle; release or give up."""
        view = self.view
        if view is None:
            return
        hand, button = Hand(view), dice.choice((LEFT,) * 8 + (MIDDLE, RIGHT))
        keys = CTRL if button == RIGHT else dice.choice(HELD)
        at = self.place(view, dice)
        hand.press(at, button, keys)
        for _ in range(dice.randrange(7)):
            near = at + QPointF(dice.uniform(-120, 120), dice.uniform(-60, 60))
            at = self.place(view, dice) if dice.random() < 0.5 else near
            keys = dice.choice((keys, keys, NONE, ALT, CTRL))
            hand.move(at, button, keys)
            if dice.random() < 0.15:
                self._disturb(view, dice)
                if not shiboken6.isValid(view):
                    return
        if dice.random() < 0.25:
            hand.key(Qt.Key.Key_Escape)
        hand.release(at, button, keys)

    def _disturb(self, view, dice):
        """Do in the middle of a gesture what has nothing to do with it."""
        what = dice.randrange(8)
        if what == 0:
            self.session.undo()
        elif what == 1:
            self.wheel(dice)
        elif what == 2:
            self.judge(dice)
        elif what == 3:
            self.command_key(dice)
        elif what == 4:
            self.theme(dice)
        elif what == 5:
            self.press(view, self.place(view, dice), dice.choice((MIDDLE, RIGHT)), dice)
        elif what == 6:
            self.switch_tab(dice)
        else:
            self.resize(dice)
        QApplication.processEvents()

    def press(self, view, at, button, dice):
        Hand(view).press(at, button, dice.choice(HELD))
        Hand(view).release(at, button)

    def wire(self, dice):
        """Drag from a ring to where another node takes wires, or just somewhere."""
        view = self.view
        if view is None:
            return
        ends = list(view.scene().wires)
        rings = [
            item.centre_of(slot)
            for item in view.scene().nodes.values()
            if item.isVisible() and hasattr(item, "layout")
            for slot in (*item.layout.inputs, *item.layout.outputs)
        ]
        if not rings:
            return
        start, end = dice.choice(rings), dice.choice(rings)
        if ends and dice.random() < 0.3:
            wire = view.scene().wires[dice.choice(sorted(ends, key=repr))]
            start = wire.ends()[dice.randrange(2)]
        Hand(view).drag(start, end if dice.random() < 0.8 else self.place(view, dice))

    def shake(self, dice):
        view, node = self.view, self.window.is_working and self._node(dice)
        if view is None or not node or not view.scene().nodes[node].isVisible():
            return
        hand, at = Hand(view), view.scene().nodes[node].card().center()
        hand.press(at)
        for turn in range(dice.randrange(3, 9)):
            hand.move(at + QPointF((80, -80)[turn % 2], dice.uniform(-9, 9)))
        if dice.random() < 0.3:
            hand.key(Qt.Key.Key_Escape)
        hand.release(at)

    def double_click(self, dice):
        if self.view is not None:
            Hand(self.view).double_click(self.place(self.view, dice))

    def click(self, dice):
        if self.view is not None:
            Hand(self.view).click(self.place(self.view, dice), keys=dice.choice(HELD[:-1]))

    def hover(self, dice):
        view = self.view
        if view is not None:
            at = self.place(view, dice)
            Hand(view).hover(at)
            place = view.camera.screen_at(at).toPoint()
            self._tip(view.viewport(), place)

    def _tip(self, widget, place):
        there = widget.mapToGlobal(place)
        QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, place, there))

    def context_menu(self, dice):
        view = self.view
        if view is None:
            return
        place = view.camera.screen_at(self.place(view, dice)).toPoint()
        reasons = QContextMenuEvent.Reason
        reason = dice.choice((reasons.Mouse, reasons.Mouse, reasons.Keyboard))
        there = view.viewport().mapToGlobal(place)
        QApplication.sendEvent(view.viewport(), QContextMenuEvent(reason, place, there))

    def wheel(self, dice):
        view = self.view
        if view is None:
            return
        place = QPointF(dice.randrange(view.width()), dice.randrange(view.height()))
        pixels = QPoint(dice.randrange(-40, 40), dice.randrange(-40, 40))
        angle = QPoint(0, dice.choice((-120, -120, 120, 120, 360, -360)))
        event = QWheelEvent(
            place, QPointF(view.viewport().mapToGlobal(place.toPoint())),
            pixels if dice.random() < 0.3 else QPoint(), angle, NO_BUTTON,
            dice.choice((NONE, NONE, CTRL, SHIFT)), Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(view.viewport(), event)

    def pinch(self, dice):
        view = self.view
        if view is None:
            return
        place = QPointF(view.width() / 2, view.height() / 2)
        event = QNativeGestureEvent(
            Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2,
            place, place, place, dice.uniform(-0.3, 0.3), QPointF(),
        )  # fmt: skip
        QApplication.sendEvent(view.viewport(), event)

    # Drops ---------------------------------------------------------------------------------------

    def drop(self, dice):
        """Drag something over the canvas from outside, and drop it or not."""
        view = self.view
        if view is None or self._is_full():
            return
        data, viewport = self._dragged(dice), view.viewport()
        place = view.camera.screen_at(self.place(view, dice))
        given = Qt.DropAction.CopyAction, data, LEFT, dice.choice((NONE, NONE, ALT))
        enter = QDragEnterEvent(place.toPoint(), *given)
        QApplication.sendEvent(viewport, enter)
        if not enter.isAccepted():
            return
        QApplication.sendEvent(viewport, QDragMoveEvent(place.toPoint(), *given))
        if dice.random() < 0.15:
            self._disturb(view, dice)
        if not shiboken6.isValid(view):
            return
        if dice.random() < 0.15:
            QApplication.sendEvent(viewport, QDragLeaveEvent())
        else:
            QApplication.sendEvent(viewport, QDropEvent(place, *given))

    def _dragged(self, dice):
        data = QMimeData()
        files = sorted(path for path in self.folder.iterdir() if path.is_file())
        if files and dice.random() < 0.25:
            chosen = dice.sample(files, min(len(files), dice.choice((1, 1, 2))))
            data.setUrls([QUrl.fromLocalFile(str(path)) for path in chosen])
        else:
            what = dice.choice(("layer", "layer", "layer", "input", "output", "note", "frame"))
            names = ("Dense", "Add", "Dropout", "Conv2D", "Concatenate", "LSTM", "Embedding")
            plain = {"what": what, "class_name": dice.choice(names)}
            data.setData(PALETTE, json.dumps(plain).encode())
        return data
