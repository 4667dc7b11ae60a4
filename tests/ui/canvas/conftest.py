"""A canvas in a window of its own, an engine that says what the test says, and a hand."""

from functools import partial

import pytest
from immutables import Map
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF
from PySide6.QtTest import QTest
from shiboken6 import isValid

from composer_gui.core import edits
from composer_gui.core.document import OUTPUT_PORT, SavedInterface, SavedPort, Source, Wire
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import FINE, Verdict
from composer_gui.session.session import Session
from composer_gui.storage import resources
from composer_gui.ui.canvas.view import CanvasView
from tests.hand import Hand
from tests.silent_engine import SilentEngine


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
    for view in filter(isValid, views):  # a window may have taken its canvas with it
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
