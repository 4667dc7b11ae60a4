"""The whole program for a journey: a real window, a real engine, the gallery's real models."""

import os
import signal

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from composer_gui.app import Composer
from composer_gui.core.problems import ERROR
from composer_gui.session.settings import Settings
from composer_gui.ui import theme
from tests.greys import greys_without_reason
from tests.hand import Hand

Tab, Enter = Qt.Key.Key_Tab, Qt.Key.Key_Return

WAIT = 60_000
"""Milliseconds after which a journey is given up; a cold engine starts slowly on a busy machine."""


@pytest.fixture(scope="session")
def engine_of_all(qapp, tmp_path_factory):
    """One program for all journeys, so that Keras is imported once."""
    theme.apply(qapp, "dark")
    composer = Composer(qapp, Settings(tmp_path_factory.mktemp("settings") / "composer.ini"))
    composer.start_engine()
    yield composer
    composer.engine.stop()


class Trip:
    """A window and a hand on it, and questions about what came of it."""

    def __init__(self, composer, qtbot):
        self.composer = composer
        self.qtbot = qtbot
        self.window = composer.open_window()
        self.window.resize(1440, 900)

    @property
    def session(self):
        return self.window.session

    @property
    def canvas(self):
        return self.window.canvas

    @property
    def hand(self):
        return Hand(self.canvas)

    def until(self, condition):
        self.qtbot.waitUntil(condition, timeout=WAIT)

    def settle(self):
        """Wait until the engine has said all it has to say."""
        self.until(lambda: self.session.is_settled)

    def open_example(self, name):
        """Open an example of the gallery and wait for its verdicts."""
        self.window.open_example(name)
        self.until(lambda: self.session.document.name == name)
        self.settle()

    def new_design(self):
        """Press the gallery's button for an empty design."""
        self.window.gallery_page.new_wanted.emit()
        self.until(lambda: self.window.is_working)
        self.canvas.camera.look_at(QPointF(500, 200))
        self.canvas.setFocus()

    def type_new(self, text):
        """Add a node with the keyboard alone; return its id."""
        before = set(self.session.document.nodes)
        self.canvas.setFocus()
        self.hand.key(Tab)
        QTest.keyClicks(self.canvas.search.field, text)
        QTest.keyClick(self.canvas.search.field, Enter)
        (added,) = set(self.session.document.nodes) - before
        return added

    def wire(self, source, target, port, out="output", index=0):
        """Draw a wire with the mouse."""
        self.hand.drag(self.hand.output(source, out), self.hand.input(target, port, index))

    def place(self, node, x, y):
        """Drag a node by its title so that its corner comes to a place of the scene."""
        item = self.session.document.nodes[node]
        grip = self.hand.title(node)
        self.hand.drag(grip, grip + QPointF(x - item.x, y - item.y))

    def arrange(self):
        """Arrange the design, and wait until every node has come to its new place."""
        self.window.actions_by_id["arrange"].trigger()
        self.come_to_rest()

    def come_to_rest(self):
        """Wait until what was arranged lies where it belongs: a hand would miss it before."""
        arranging = self.canvas.arranging
        self.until(lambda: not (arranging.is_busy or arranging.glide.is_under_way))

    def named(self, label):
        """Return the id of the node with this label."""
        document = self.session.document
        (found,) = (n for n in document.nodes if document.label(n) == label)
        return found

    def errors(self):
        return [problem for problem in self.session.problems() if problem.severity == ERROR]

    def kill_engine(self):
        """Kill the analysis process from outside, as the system does when memory is short."""
        os.kill(self.composer.engine.process_id, signal.SIGKILL)

    def undo_all(self):
        while self.session.history.undo_label is not None:
            self.window.actions_by_id["undo"].trigger()


@pytest.fixture
def trip(engine_of_all, qtbot):
    made = Trip(engine_of_all, qtbot)
    yield made
    grey = greys_without_reason(made.window)
    for design in made.window.designs:
        design.session.history.mark_clean()
    made.window.close()
    assert grey == []  # wherever a journey ends
