"""A machine plays the hand: whatever is pressed, dragged and given up, all stays in step.

Each gesture leaves the picture that the document says, and at most one step to undo; one that is
given up leaves nothing at all.
"""

import random

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLineEdit

from composer_gui.core import edits
from composer_gui.ui.canvas.wire_item import WireItem

NONE, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT, RIGHT, MIDDLE = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.RightButton,
    Qt.MouseButton.MiddleButton,
)
KEYS = (NONE, NONE, NONE, ALT, CTRL, SHIFT, CTRL | ALT)
GESTURES = 30


@pytest.fixture
def played(design, session):
    """A design with a bit of everything."""
    source = design.input(0, 0, shape=(8,))
    layers = [design.layer("Dense", 260 * n, 24 * n, units=4) for n in (1, 2)]
    merge, output = design.layer("Add", 800, 0), design.output(1060, 0)
    design.layer("Dropout", 300, 300, rate=0.5)
    design.add(edits.add_note, 0, 300)
    design.add(edits.add_frame, 220, -40, 560, 240)
    wire = design.wire(source, layers[0])
    design.wire(layers[0], layers[1])
    design.wire(layers[1], merge, index=0)
    design.wire(source, merge, index=1)
    design.wire(merge, output)
    session.apply("Dot", edits.dot_on_wire, session.catalog, wire, 200, 60)
    return session.document


class Machine:
    """Makes gestures at random and looks at what they leave."""

    def __init__(self, hand, seed):
        self.hand, self.view = hand, hand.view
        self.scene, self.session = hand.view.scene(), hand.view.session
        self.dice = random.Random(seed)

    def play(self):
        for _ in range(GESTURES):
            before, steps = self.session.document, len(self.session.history)
            given_up = self.double_click() if self.dice.random() < 0.2 else self.gesture()
            self.close_what_opened()
            assert not given_up or self.session.document is before
            assert len(self.session.history) <= steps + 1
            self.look()

    def gesture(self):
        """Press, move and release, or give up on the way; return whether it was given up."""
        dice, hand = self.dice, self.hand
        button = dice.choice((LEFT,) * 8 + (MIDDLE, RIGHT))
        keys = CTRL if button == RIGHT else dice.choice(KEYS)
        start = self.place()
        hand.press(start, button, keys)
        before = self.session.document
        at = start
        for _ in range(dice.randrange(6)):
            at = self.place() if dice.random() < 0.5 else at + QPointF(dice.uniform(-90, 90), 30)
            keys = dice.choice((keys, keys, NONE, ALT, CTRL))
            hand.move(at, button, keys)
            assert self.session.document is before
        if dice.random() < 0.25:
            hand.key(Qt.Key.Key_Escape)
            hand.release(at, button, keys)
            return self.session.document is before or pytest.fail("Escape changed the design")
        hand.release(at, button, keys)
        return False

    def double_click(self):
        """Click twice, write nothing on what opens; return whether nothing was to change."""
        self.hand.double_click(self.place())
        for field in self.view.viewport().findChildren(QLineEdit):
            if field.isVisible() and field is not self.view.search.field:
                self.hand.key(Qt.Key.Key_Escape, widget=field)
                return True
        return False

    def place(self):
        """Return a place in the view where something is, as a rule."""
        dice, scene = self.dice, self.scene
        item = dice.choice([i for i in scene.items() if i.isVisible()] or [None])
        if item is None or dice.random() < 0.2:
            return QPointF(dice.uniform(0, 900), dice.uniform(-60, 500))
        if isinstance(item, WireItem):
            return item.mapToScene(item.path().pointAtPercent(dice.random()))
        rect = item.sceneBoundingRect()
        x, y = dice.choice((0.02, 0.5, 0.98)), dice.choice((0.05, 0.5, 0.95))
        return QPointF(rect.x() + x * rect.width(), rect.y() + y * rect.height())

    def close_what_opened(self):
        self.view.search.close_search()
        menu = getattr(self.view, "menu", None)
        if menu is not None:
            menu.close()
            del self.view.menu

    def look(self):
        """Compare the picture with the document."""
        document, scene = self.session.document, self.scene
        assert self.view.gesture is None
        assert scene.nodes.keys() == set(document.nodes)
        for node_id, item in scene.nodes.items():
            node = document.nodes[node_id]
            assert (item.x(), item.y()) == (node.x, node.y)
            assert item.opacity() == 1.0
            assert item.isVisible() is not scene.folds.hides(node_id)
        for wire, item in scene.wires.items():
            assert item.isVisible() is not scene.folds.hides_wire(wire)
            assert item.opacity() == 1.0
            assert item.mark in (("lit",) if wire in scene.selected_wires else ("", "hot"))
        left = {item for item in scene.items() if item.parentItem() is None}
        assert left == {*scene.nodes.values(), *scene.wires.values()}
        assert not self.view.notice.isVisible()
        assert self.view.pointer.editor is None
        assert not self.view.pointer.auto_scroll.is_running


@pytest.mark.parametrize("seed", range(12))
def test_any_gestures_in_a_row_leave_all_in_step(hand, session, played, seed):
    Machine(hand, seed).play()
    last, steps = session.document, 0
    while session.document != played and steps < 2 * GESTURES:
        session.undo()
        steps += 1
    assert session.document == played
    for _ in range(steps):
        session.redo()
    assert session.document == last
