"""A person's hand on the canvas: mouse and keys sent as events, with places given in its scene."""

from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

NO_KEY = Qt.KeyboardModifier.NoModifier
LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
COPY = Qt.DropAction.CopyAction


class Hand:
    """Mouse and keys on a canvas, with places given in its scene."""

    def __init__(self, view):
        self.view = view

    def screen(self, at):
        """Return the place in the viewport of a place in the scene."""
        return self.view.camera.screen_at(QPointF(*at) if isinstance(at, tuple) else at)

    def send(self, kind, at, button=LEFT, keys=NO_KEY, held=None):
        """Send one mouse event, synchronously, with an exact position."""
        place = self.screen(at)
        held = button if held is None else held
        viewport = self.view.viewport()
        there = QPointF(viewport.mapToGlobal(place.toPoint()))
        event = QMouseEvent(kind, place, there, button, held, keys)
        QApplication.sendEvent(viewport, event)

    def press(self, at, button=LEFT, keys=NO_KEY):
        self.send(QEvent.Type.MouseButtonPress, at, button, keys)

    def move(self, at, button=LEFT, keys=NO_KEY):
        self.send(QEvent.Type.MouseMove, at, NO_BUTTON, keys, held=button)

    def release(self, at, button=LEFT, keys=NO_KEY):
        self.send(QEvent.Type.MouseButtonRelease, at, button, keys, held=NO_BUTTON)

    def drag(self, start, end, button=LEFT, keys=NO_KEY):
        """Press, move in three steps, and release."""
        start, end = (QPointF(*p) if isinstance(p, tuple) else p for p in (start, end))
        self.press(start, button, keys)
        for part in (0.3, 0.7, 1.0):
            self.move(start + (end - start) * part, button, keys)
        self.release(end, button, keys)

    def click(self, at, button=LEFT, keys=NO_KEY):
        self.press(at, button, keys)
        self.release(at, button, keys)

    def double_click(self, at):
        self.click(at)
        self.send(QEvent.Type.MouseButtonDblClick, at)
        self.release(at)

    def hover(self, at):
        self.move(at, button=NO_BUTTON)

    def key(self, key, keys=NO_KEY, widget=None):
        QTest.keyClick(widget or self.view, key, keys)

    def key_down(self, key):
        QTest.keyPress(self.view, key)

    def key_up(self, key):
        QTest.keyRelease(self.view, key)

    PRESS, MOVE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove
    RELEASE = QEvent.Type.MouseButtonRelease

    def send_to_screen(self, place, button=LEFT, kind=QEvent.Type.MouseMove):
        """Send a mouse event with the button held, at a place of the viewport."""
        viewport = self.view.viewport()
        pressed = LEFT if kind == self.PRESS else (NO_BUTTON if kind == self.MOVE else button)
        there = QPointF(viewport.mapToGlobal(place.toPoint()))
        QApplication.sendEvent(viewport, QMouseEvent(kind, place, there, pressed, button, NO_KEY))

    # Places --------------------------------------------------------------------------------------

    def middle(self, node):
        """Return the middle of a node's card."""
        return self.view.scene().nodes[node].card().center()

    def title(self, node):
        """Return a place on a node's label."""
        return self.view.scene().nodes[node].card().topLeft() + QPointF(30, 12)

    def output(self, node, port="output"):
        return self.view.scene().ring_centre(node, "out", port)

    def input(self, node, port="inputs", index=0):
        return self.view.scene().ring_centre(node, "in", port, index)

    # Things dropped ------------------------------------------------------------------------------

    def drop_files(self, paths, at):
        """Drop files from a file manager at a place in the scene."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        self.drop(data, at)

    def drop(self, data, at):
        """Enter, move and drop, as Qt does for a drag from outside."""
        viewport, place = self.view.viewport(), self.screen(at)
        enter = QDragEnterEvent(place.toPoint(), COPY, data, LEFT, NO_KEY)
        QApplication.sendEvent(viewport, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(viewport, QDragMoveEvent(place.toPoint(), COPY, data, LEFT, NO_KEY))
        QApplication.sendEvent(viewport, QDropEvent(place, COPY, data, LEFT, NO_KEY))
