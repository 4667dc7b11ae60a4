"""A canvas in a window of its own, an engine that says what the test says, and a hand."""

from functools import partial

import pytest
from immutables import Map
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from composer_gui.core import edits
from composer_gui.core.document import OUTPUT_PORT, SavedInterface, SavedPort, Source, Wire
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import FINE, Verdict
from composer_gui.session.session import Session
from composer_gui.storage import resources
from composer_gui.ui.canvas.view import CanvasView

NO_KEY = Qt.KeyboardModifier.NoModifier
LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


class SilentEngine(QObject):
    """An engine that only listens."""

    ready = Signal(dict)
    state_changed = Signal(str, str)
    analyzed = Signal(int, int, object)
    analyzed_part = Signal(int, int, object)
    state = "starting"

    def analyze(self, design, revision, document, change=None):
        """Say nothing."""

    def forget(self, design):
        """Have nothing to forget."""


class Design:
    """Builds a design through the session, and says what the engine would."""

    def __init__(self, session):
        self.session = session

    def add(self, edit, *args, **kwargs):
        """Apply an edit that adds a node; return its id."""
        change = self.session.apply("Add", partial(edit, **kwargs), *args)
        return next(iter(change.added))

    def input(self, x=0, y=0, **fields):
        return self.add(edits.add_input, x, y, **fields)

    def layer(self, class_name="Dense", x=0, y=0, name="", **parameters):
        fields = {"name": name, "parameters": Map(parameters)}
        return self.add(edits.add_keras_layer, class_name, x, y, **fields)

    def output(self, x=0, y=0):
        return self.add(edits.add_output, x, y)

    def model(self, path, x=0, y=0, inputs=("a",), outputs=("b",)):
        """Add a saved model whose ports all have width 4; `path` need not be a real archive."""
        ins, outs = (tuple(SavedPort(n, (None, 4)) for n in ns) for ns in (inputs, outputs))
        many = [tuple(range(len(p))) if len(p) > 1 else 0 for p in (ins, outs)]
        interface = SavedInterface("Functional", ins, outs, *many, layer_count=3, parameters=20)
        return self.add(edits.add_saved_model, str(path), "00", interface, x, y)

    def wire(self, source, node, port=None, index=0, out="output"):
        """Draw a wire, by default into the node's first port; return it."""
        wire = Wire(Source(source, out), node, port or self.port(node), index)
        self.session.apply("Connect", edits.connect, self.session.catalog, wire)
        return wire

    def port(self, node):
        """Return the name of the first input port."""
        node = self.session.document.nodes[node]
        layer = self.session.document.layers.get(getattr(node, "layer", ""))
        if layer is None:
            return OUTPUT_PORT
        return self.session.catalog.layer(layer.class_name).inputs[0].name

    def sources(self, node, port=None):
        """Return the ids of the nodes wired to a port, in order."""
        found = self.session.document.nodes[node].inputs.get(port or self.port(node), ())
        return [source.node for source in found]

    def judge(self, **verdicts):
        """Let the engine give these verdicts, by node id."""
        session = self.session
        session.engine.analyzed.emit(session.design, session.revision, verdicts)

    def fine(self, *shape, dtype="float32", parameters=0):
        spec = TensorSpec((None, *shape), dtype)
        return Verdict(FINE, (("output", spec),), parameters=parameters)


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

    def mark(self, node):
        """Return the place of a node's verdict."""
        return self.view.scene().nodes[node].card().topRight() + QPointF(-20, 17)

    def output(self, node, port="output"):
        return self.view.scene().ring_centre(node, "out", port)

    def input(self, node, port="inputs", index=0):
        return self.view.scene().ring_centre(node, "in", port, index)


@pytest.fixture
def session(qapp):
    return Session(SilentEngine(), resources.catalog())


@pytest.fixture
def design(session):
    return Design(session)


@pytest.fixture
def new_view(qapp):
    """Make canvases that are gone for good after the test.

    Without a running event loop Qt would keep what is to be deleted later until the very end.
    """
    views = []

    def new_view(session):
        views.append(CanvasView(session))
        return views[-1]

    yield new_view
    for view in views:
        view.close()
        view.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def view(session, new_view, qtbot):
    view = new_view(session)
    view.resize(1000, 700)
    view.show()
    view.camera.look_at(QPointF(400, 250))
    view.setFocus()
    return view


@pytest.fixture
def scene(view):
    return view.scene()


@pytest.fixture
def hand(view):
    QTest.mouseMove(view.viewport(), QPoint(1, 1))
    return Hand(view)
