"""What a machine that plays does to designs: tabs, levels, history, verdicts, what to play with."""

import contextlib
import itertools

from PySide6.QtTest import QTest

from composer_gui.core import edits
from composer_gui.core.document import Call, Frame, Source, Wire
from composer_gui.core.errors import EditRefused
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import BLOCKED, FINE, WRONG, Verdict
from composer_gui.ui import preferences
from tests.window_stage import (
    SHAPES,
    Stage,
)


class OnDesigns(Stage):
    """What leads from one design, level or step to another, and what makes designs rich."""

    def switch_tab(self, dice):
        tabs = self.window.top.tabs
        if self._modal() is None and tabs.count():
            tabs.setCurrentIndex(dice.randrange(tabs.count()))

    def move_tab(self, dice):
        tabs = self.window.top.tabs
        if self._modal() is None and tabs.count() > 1:
            tabs.moveTab(dice.randrange(tabs.count()), dice.randrange(tabs.count()))

    def close_tab(self, dice):
        tabs = self.window.top.tabs
        if self._modal() is None and tabs.count() > 1:
            tabs.close_wanted.emit(tabs.at(dice.randrange(tabs.count())))

    def open_file(self, dice):
        paths = sorted(self.folder.glob("*.composer"))
        if paths and self._modal() is None and self.window.top.tabs.count() < 5:
            self.window.open_path(dice.choice(paths))

    def new_design(self, _dice):
        if self._modal() is None and self.window.top.tabs.count() < 4:
            self.window.files.new()

    def level(self, dice):
        """Go into a submodel, out of one, or make one."""
        view = self.view
        if view is None:
            return
        node = self._node(dice, Call)
        if node and dice.random() < 0.6 and self.session.enter(node):
            return
        view.act(dice.choice(("leave", "group", "ungroup", "fold")))

    def theme(self, dice):
        choices = preferences.PREFERENCES
        chosen = dice.choice(choices)
        if chosen.choices:
            value = dice.choice([value for value, _ in chosen.choices])
        elif isinstance(chosen.default, bool):
            value = dice.random() < 0.5
        else:
            value = dice.randint(chosen.least, chosen.most)
        self.log.append(f"  {chosen.key} {value}")
        preferences.current().choose(chosen.key, value)

    def resize(self, dice):
        self.window.resize(dice.choice((700, 1000, 1280, 1500)), dice.choice((420, 600, 800, 950)))

    def undo(self, dice):
        for _ in range(dice.randrange(1, 6)):
            self.session.undo()

    def redo(self, dice):
        for _ in range(dice.randrange(1, 6)):
            self.session.redo()

    def go_to_step(self, dice):
        self.session.go_to_step(dice.randrange(len(self.session.history)))

    def time(self, dice):
        """Let some time pass, less or more than what glides takes."""
        QTest.qWait(dice.choice((1, 20, 60)))

    # What makes designs worth playing with -------------------------------------------------------

    def build(self, dice):
        """Add a little chain with all its wires, a frame around some nodes, or a dot."""
        if not self.window.is_working or self._is_full():
            return
        session, x, y = self.session, dice.randrange(0, 1200, 12), dice.randrange(0, 700, 12)
        before = set(self.document.nodes)
        session.try_apply("Add", edits.add_input, x, y, shape=dice.choice(SHAPES))
        for number, name in enumerate(dice.choices(("Dense", "Dropout", "ReLU", "Flatten"), k=2)):
            session.try_apply("Add", edits.add_keras_layer, name, x + 240 * number + 240, y)
        session.try_apply("Add", edits.add_output, x + 720, y)
        added = sorted(set(self.document.nodes) - before, key=_number)
        for start, end in itertools.pairwise(added):
            port = "input" if self._is_output(end) else "inputs"
            wire = Wire(Source(start), end, port, 0)
            with contextlib.suppress(EditRefused, KeyError):
                session.apply("Connect", edits.connect, session.catalog, wire)
        if dice.random() < 0.4:
            session.try_apply("Frame", edits.add_frame, x - 40, y - 40, 700, 300)
        frame = self._node(dice, Frame)
        if frame and dice.random() < 0.5:
            session.try_apply("Fold", edits.fold, frame, tuple(added[1:3]))

    def _is_output(self, node_id):
        return not isinstance(self.document.nodes[node_id], Call)

    def judge(self, dice):
        """Let the engine say something of nodes, where it is a silent one."""
        if not self._judges or not self.window.is_working:
            return
        session, nodes = self.session, sorted(self.document.nodes)
        verdicts = {}
        for node_id in nodes:
            if dice.random() < 0.6:
                verdicts[node_id] = self._verdict(node_id, nodes, dice)
        session.engine.analyzed.emit(session.design, session.revision, verdicts)

    def _verdict(self, node_id, nodes, dice):
        kind = dice.choice((FINE, FINE, BLOCKED, WRONG))
        if kind == BLOCKED:
            return Verdict(BLOCKED, blocked_by=dice.choice(nodes))
        if kind == WRONG:
            problem = Problem("wrong_shape", "Its input has another shape.", node_id)
            return Verdict(WRONG, problems=(problem,))
        spec = TensorSpec(
            (None, *(dice.randrange(1, 9) for _ in range(dice.randrange(3)))), "float32"
        )
        return Verdict(FINE, (("output", spec),), parameters=dice.randrange(99))


def _number(node_id):
    return int(node_id[1:])
