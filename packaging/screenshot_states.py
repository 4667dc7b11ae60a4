"""The states of the window that pictures are made of: each is brought about as a user would."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from immutables import Map
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from composer_gui.core import edits
from composer_gui.core.document import Source, Wire
from composer_gui.core.ports import input_ports
from composer_gui.core.verdicts import WRONG
from composer_gui.ui.main_window import MainWindow

NONE = Qt.KeyboardModifier.NoModifier
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@dataclass(frozen=True)
class Stage:
    """A window, and a way to wait for it."""

    window: MainWindow
    wait: Callable[[Callable[[], bool]], None]
    rest: Callable[[int], None]

    @property
    def canvas(self):
        """The canvas of the design that is shown."""
        return self.window.canvas

    @property
    def session(self):
        """The session of the design that is shown."""
        return self.window.session

    def open(self, name: str) -> None:
        """Open an example of the gallery and wait until all is known of it."""
        self.window.open_example(name)
        self.wait(lambda: self.session.document.name == name and self.session.is_settled)
        self.rest(300)
        self.canvas.fit()
        self.rest(200)

    def blank(self) -> None:
        """Begin an empty design."""
        self.window.files.new()
        self.rest(200)
        self.canvas.look(1.0, QPointF(420, 200))

    def add(self, edit, *args, **kwargs) -> str:
        """Apply an edit that adds one node; return its id."""
        before = set(self.session.document.nodes)
        self.session.apply("Add", edit, *args, **kwargs)
        (added,) = set(self.session.document.nodes) - before
        return added

    def mouse(self, kind: QEvent.Type, at: QPointF, *, held: bool = False, keys=NONE) -> None:
        """Send a mouse event with the left button, at a place of the scene."""
        view = self.canvas
        place = view.camera.screen_at(at)
        button = Qt.MouseButton.LeftButton if kind != QEvent.Type.MouseMove else NO_BUTTON
        down = Qt.MouseButton.LeftButton if held else NO_BUTTON
        there = QPointF(view.viewport().mapToGlobal(place.toPoint()))
        QApplication.sendEvent(view.viewport(), QMouseEvent(kind, place, there, button, down, keys))

    def drag(self, start: QPointF, end: QPointF, keys=NONE) -> None:
        """Press at one place and move to another; the button stays down."""
        self.mouse(QEvent.Type.MouseButtonPress, start, held=True, keys=keys)
        for part in (0.2, 0.5, 0.8, 1.0):
            self.mouse(QEvent.Type.MouseMove, start + (end - start) * part, held=True, keys=keys)

    def do(self, action: str) -> None:
        """Do what a menu entry says."""
        self.window.actions_by_id[action].trigger()
        self.rest(200)

    def key(self, key: Qt.Key, keys=NONE) -> None:
        """Press a key on the canvas."""
        QTest.keyClick(self.canvas, key, keys)
        self.rest(100)


NO_BUTTON = Qt.MouseButton.NoButton


def gallery(stage: Stage) -> None:
    """The welcome page."""


def example(name: str) -> Callable[[Stage], None]:
    """Return the state in which an example is open and its last saved model selected."""

    def arrange(stage: Stage) -> None:
        stage.open(name)
        stage.canvas.select(_chosen(stage.session))
        stage.rest(500)
        if any(problem.node for problem in stage.session.problems()):
            stage.wait(lambda: bool(stage.canvas.card.buttons))
            stage.canvas.card.take_keys()  # what the first repair would do is seen

    return arrange


def _chosen(session) -> list[str]:
    """Return the node to select: the wrong one, else the last saved model."""
    wrong = [node for node, verdict in session.verdicts.items() if verdict.kind == WRONG]
    document = session.document
    models = [
        node
        for node in document.nodes
        if hasattr(document.layers.get(getattr(document.nodes[node], "layer", "")), "interface")
    ]
    return wrong[:1] or sorted(models)[-1:]


def wiring(stage: Stage) -> None:
    """A wire is being drawn: what fits, what does not, and why."""
    stage.open("image-and-text")
    view = stage.canvas
    nodes = view.scene().nodes
    inputs = [i for i in stage.session.document.inputs if i in nodes]
    targets = [i for i in nodes if hasattr(nodes[i], "layout") and i not in inputs]
    start = view.scene().ring_centre(inputs[0], "out", "output")
    end = nodes[targets[-2]].card().center()
    stage.drag(start, end)
    stage.rest(1500)


def quick_add(stage: Stage) -> None:
    """The quick search behind a wire."""
    stage.open("two-branches")
    stage.canvas.select(stage.session.document.inputs[:1])
    stage.key(Qt.Key.Key_Tab)


def large(stage: Stage) -> None:
    """A model of more than a hundred layers, opened up and arranged."""
    _open_large(stage)
    stage.canvas.fit()


def large_near(stage: Stage) -> None:
    """The same from near, where labels can just be read."""
    _open_large(stage)
    stage.canvas.look(0.5, stage.canvas.scene().content_rect().center())


def _open_large(stage: Stage) -> None:
    stage.blank()
    stage.session.add_models([_resnet()], 0.0, 0.0)
    stage.wait(lambda: bool(stage.session.document.nodes) and stage.session.is_settled)
    node = next(
        i for i in stage.session.document.nodes if hasattr(stage.session.document.nodes[i], "layer")
    )
    stage.session.open_up(node)
    stage.wait(lambda: len(stage.session.document.nodes) > 50 and stage.session.is_settled)
    stage.rest(500)
    stage.canvas.select(())
    stage.canvas.arrange()
    stage.rest(1500)


def _resnet() -> Path:
    """Return a saved ResNet50 with random weights; it is made once by a process of its own."""
    path = Path(tempfile.gettempdir()) / "composer-screenshots" / "resnet50.keras"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        code = f"import keras; keras.applications.ResNet50(weights=None).save({str(path)!r})"
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return path


def marks(stage: Stage) -> None:
    """Dots, a bypassed layer, a pinned node, a frame, a folded frame and a note."""
    stage.blank()
    session, catalog = stage.session, stage.session.catalog
    image = stage.add(edits.add_input, 0, 96, label="image", shape=(64, 64, 3))
    chain = [image]
    for place, (name, values) in enumerate(_LAYERS, 1):
        node = stage.add(
            edits.add_keras_layer, name, 264 * place, 96, parameters=Map(values), name=""
        )
        session.apply("Connect", edits.connect, catalog, _wire(session, chain[-1], node))
        chain.append(node)
    answer = stage.add(edits.add_output, 264 * (len(_LAYERS) + 1), 96, label="answer")
    session.apply("Connect", edits.connect, catalog, _wire(session, chain[-1], answer))
    session.apply("Bypass", edits.set_bypassed, [chain[2]], True)
    session.apply("Pin", edits.set_pinned, [chain[3]], True)
    wire = _wire(session, chain[-1], answer)
    session.apply("Reroute", edits.dot_on_wire, catalog, wire, 1440, 300)
    frame = stage.add(edits.add_frame, 240, 24, 528, 240, label="stem")
    session.apply("Colour", edits.set_frame_color, frame, "convolution")
    folded = stage.add(edits.add_frame, 1032, 24, 560, 240, label="head")
    session.apply("Fold", edits.fold, folded, chain[4:6])
    note = stage.add(edits.add_note, 0, 312)
    session.apply("Write", edits.set_text, note, "Dots lead wires around. What is bypassed stays.")
    stage.wait(lambda: session.is_settled)
    stage.canvas.fit()


_LAYERS = (
    ("Conv2D", {"filters": 32, "kernel_size": (3, 3), "activation": "relu"}),
    ("Dropout", {"rate": 0.2}),
    ("MaxPooling2D", {}),
    ("Flatten", {}),
    ("Dense", {"units": 64, "activation": "relu"}),
)


def _wire(session, source: str, node: str):
    port = input_ports(session.document, session.catalog, session.document.nodes[node])[0]
    return Wire(Source(source), node, port.name)


STATES: Mapping[str, Callable[[Stage], None]] = {
    "gallery": gallery,
    "image-and-text": example("image-and-text"),
    "mismatch": example("mismatch"),
    "wiring": wiring,
    "quick-add": quick_add,
    "marks": marks,
    "large": large,
    "large-near": large_near,
}
