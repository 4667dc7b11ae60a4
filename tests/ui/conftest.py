"""A session with an engine that says what the test says, and windows that go away for good."""

import json
import zipfile
from functools import partial
from pathlib import Path

import pytest
import shiboken6
from immutables import Map
from PySide6.QtCore import QCoreApplication, QEvent

from composer_gui.core import edits
from composer_gui.core.document import OUTPUT_PORT, Source, Wire
from composer_gui.core.layer_kinds import SavedInterface, SavedPort
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.trials import TrialResult
from composer_gui.core.verdicts import FINE, Verdict
from composer_gui.session.gallery import Gallery
from composer_gui.session.session import Session
from composer_gui.session.settings import Settings
from composer_gui.storage import resources
from composer_gui.ui import file_dialogs, preferences, theme
from composer_gui.ui.main_window import MainWindow
from tests.silent_engine import SilentEngine


class Design:
    """Builds a design through the session, and says what the engine would."""

    def __init__(self, session):
        self.session = session
        self.answered = set()

    @property
    def document(self):
        return self.session.document

    def add(self, edit, *args, **kwargs):
        """Apply an edit that adds a node; return its id."""
        change = self.session.apply("Add", partial(edit, **kwargs), *args)
        return next(item for item in change.added if item in self.document.nodes)

    def input(self, x=0, y=0, **fields):
        return self.add(edits.add_input, x, y, **fields)

    def layer(self, class_name="Dense", x=0, y=0, name="", **parameters):
        fields = {"name": name, "parameters": Map(parameters)}
        return self.add(edits.add_keras_layer, class_name, x, y, **fields)

    def output(self, x=0, y=0, **fields):
        return self.add(edits.add_output, x, y, **fields)

    def model(self, path="/models/encoder.keras", x=0, y=0, takes=(8, 8, 3)):
        """Add a saved model that takes images of a shape; `path` need not be a real archive."""
        ports = ((SavedPort("image", (None, *takes)),), (SavedPort("code", (None, 16)),))
        interface = SavedInterface("Functional", *ports, layer_count=4, parameters=1234)
        return self.add(edits.add_saved_model, str(path), "00", interface, x, y)

    def wire(self, source, node, port=None, index=0, out="output"):
        """Draw a wire, by default into the node's first port; return it."""
        wire = Wire(Source(source, out), node, port or self.port(node), index)
        self.session.apply("Connect", edits.connect, self.session.catalog, wire)
        return wire

    def port(self, node):
        """Return the name of the first input port."""
        layer = self.document.layers.get(getattr(self.document.nodes[node], "layer", ""))
        if layer is None:
            return OUTPUT_PORT
        return self.session.catalog.layer(layer.class_name).inputs[0].name

    def called(self, node):
        """Return the layer that a node calls."""
        return self.document.layers[self.document.nodes[node].layer]

    def sources(self, node, port=None):
        """Return the ids of the nodes wired to a port, in order."""
        found = self.document.nodes[node].inputs.get(port or self.port(node), ())
        return [source.node for source in found]

    def judge(self, **verdicts):
        """Let the engine give these verdicts, by node id."""
        session = self.session
        session.engine.analyzed.emit(session.design, session.revision, verdicts)

    def try_repairs(self, **touched):
        """Let the engine try what is asked of it till nothing more is, and find all of it good.

        `touched` are the verdicts that it then has of nodes.
        """
        session, engine = self.session, self.session.engine
        engine.state = "ready"
        engine.analyzed.emit(session.design, session.revision, {})
        gone = tuple(session.problems())
        while True:
            for _ in range(4):  # a row asks in one turn, and the session in the next
                QCoreApplication.processEvents()
            open_tickets = [t for t in engine.trials if t not in self.answered]
            if not open_tickets:
                return
            for ticket in open_tickets:
                self.answered.add(ticket)
                results = tuple(TrialResult(touched, gone) for _ in engine.trials[ticket][2])
                engine.tried.emit(session.design, ticket, results)

    def fine(self, *shape, dtype="float32", parameters=0, trainable=None):
        spec = TensorSpec((None, *shape), dtype)
        trains = parameters if trainable is None else trainable
        outputs = (("output", spec),)
        return Verdict(FINE, outputs, parameters=parameters, trainable_parameters=trains)


@pytest.fixture(scope="session")
def dark(qapp):
    theme.apply(qapp, "dark")


@pytest.fixture
def session(dark):
    return Session(SilentEngine(), resources.catalog())


@pytest.fixture
def design(session):
    return Design(session)


@pytest.fixture
def settings(tmp_path):
    """Settings of the test's own, by which all go that ask for what is chosen."""
    made = Settings(tmp_path / "composer.ini")
    preferences.current().use(made)
    yield made
    preferences.current().use(None)


@pytest.fixture
def answers(monkeypatch):
    """What the user answers when asked for files and about unsaved changes; edit as needed."""
    given = {"keep": file_dialogs.DISCARD, "save": None, "open": [], "models": [], "asked": []}

    def keep(parent, name):
        given["asked"].append(name)
        return given["keep"]

    def keep_all(parent, names):
        given["asked"].append(tuple(names))
        return given["keep"]

    monkeypatch.setattr(file_dialogs, "keep_all_changes", keep_all)
    monkeypatch.setattr(file_dialogs, "keep_changes", keep)
    monkeypatch.setattr(file_dialogs, "save_design", lambda parent, suggested: given["save"])
    monkeypatch.setattr(file_dialogs, "open_files", lambda parent, folder: given["open"])
    monkeypatch.setattr(file_dialogs, "models", lambda parent, folder: given["models"])
    return given


@pytest.fixture
def show(qtbot, dark, answers):  # a window that is closed at the end may still ask
    """Show a widget that is gone for good after the test.

    Without a running event loop Qt would keep what is to be deleted later until the very end.
    """
    shown = []

    def show(widget, width=600, height=700):
        shown.append(widget)
        widget.resize(width, height)
        with qtbot.waitExposed(widget):
            widget.show()
        return widget

    yield show
    for widget in filter(shiboken6.isValid, shown):  # some dialogs are gone by themselves
        widget.close()
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def window(session, settings, show, answers):
    """A window on the gallery."""
    gallery = Gallery(session.engine)
    return show(MainWindow(session, gallery=gallery, settings=settings), 1280, 800)


@pytest.fixture
def working(window):
    """A window on an empty design."""
    window.files.new()
    return window


@pytest.fixture
def write_model():
    """Write an archive that holds what the reader looks at, and weights of no size."""

    def write(path):
        batch_shape = {"batch_shape": [None, 4], "dtype": "float32", "name": "image"}
        layer = {"class_name": "InputLayer", "module": "keras.layers", "config": batch_shape}
        config = {"layers": [layer | {"name": "image"}]}
        model = {"module": "keras", "class_name": "Sequential", "config": config}
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("config.json", json.dumps(model))
            archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.0"}))
            archive.writestr("model.weights.h5", b"\x89HDF\r\n\x1a\n" + bytes(64))
        return path

    return write


@pytest.fixture(scope="session")
def examples_folder() -> Path:
    return resources.folder() / "examples"
