"""A window that pictures are made of, and what somebody's hands would do in it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from immutables import Map
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from composer_gui.core import edits
from composer_gui.core.document import Source, Wire
from composer_gui.core.ports import input_ports, output_ports
from composer_gui.ui.main_window import MainWindow

NONE = Qt.KeyboardModifier.NoModifier
ALT, CONTROL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
NO_BUTTON = Qt.MouseButton.NoButton


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

    # Designs -------------------------------------------------------------------------------------

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

    def layer(self, class_name: str, x: float, y: float, **values: object) -> str:
        """Add a layer of Keras; return its id."""
        return self.add(edits.add_keras_layer, class_name, x, y, parameters=Map(values), name="")

    def connect(self, source: str, node: str, index: int = 0) -> Wire:
        """Draw a wire from a node into another's first port; return it."""
        port = input_ports(self.session.document, self.session.catalog, self.nodes[node])[0]
        given = output_ports(self.session.document, self.session.catalog, self.nodes[source])[0]
        wire = Wire(Source(source, given), node, port.name, index)
        self.session.apply("Connect", edits.connect, self.session.catalog, wire)
        return wire

    @property
    def nodes(self):
        """The nodes of the design, by their ids."""
        return self.session.document.nodes

    def named(self, label: str) -> str:
        """Return the id of the node that is called so."""
        return next(i for i in self.nodes if self.session.document.label(i) == label)

    def settle(self) -> None:
        """Wait till Keras has said what it thinks of the design."""
        self.wait(lambda: self.session.is_settled)
        self.rest(300)

    def resnet(self) -> None:
        """Open a ResNet50 up on an empty canvas: more than a hundred layers."""
        self.blank()
        self.session.add_models([_resnet()], 0.0, 0.0)
        self.wait(lambda: bool(self.nodes) and self.session.is_settled)
        node = next(i for i, node in self.nodes.items() if hasattr(node, "layer"))
        self.session.apply("Name", edits.set_name, "resnet50")
        answer = self.add(edits.add_output, 600, 0, label="kind")
        self.connect(node, answer)
        self.session.open_up(node)
        self.wait(lambda: len(self.nodes) > 50 and self.session.is_settled)
        self.rest(500)
        self.canvas.select(())

    # Hands ---------------------------------------------------------------------------------------

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

    def middle(self, node: str) -> QPointF:
        """Return the middle of a node, in the scene."""
        return self.canvas.scene().nodes[node].card().center()

    def do(self, action: str) -> None:
        """Do what a menu entry says."""
        self.window.actions_by_id[action].trigger()
        self.rest(200)

    def key(self, key: Qt.Key, keys=NONE, widget: QWidget | None = None) -> None:
        """Press a key on the canvas, or in a field."""
        QTest.keyClick(widget or self.canvas, key, keys)
        self.rest(100)

    def type(self, field: QWidget, text: str) -> None:
        """Write into a field."""
        QTest.keyClicks(field, text)
        self.rest(300)


def _resnet() -> Path:
    """Return a saved ResNet50 with random weights; it is made once by a process of its own."""
    path = Path(tempfile.gettempdir()) / "composer-screenshots" / "resnet50.keras"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        code = f"import keras; keras.applications.ResNet50(weights=None).save({str(path)!r})"
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return path
