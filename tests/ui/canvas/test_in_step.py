"""After any edits of dots, bypasses, folds and flows a canvas is as one that is made now."""

import random
from dataclasses import replace

import pytest

from composer_gui.core import edits
from composer_gui.core.document import DOWN, RIGHT, Call, Dot, Frame, Source, Wire, wires_into
from composer_gui.core.verdicts import BLOCKED, Verdict
from composer_gui.ui.canvas.ink import Ink
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.scene import CanvasScene

STEPS = 45


class Dice:
    """Throws one edit after the other."""

    def __init__(self, design, session, seed):
        self.design, self.session, self.dice = design, session, random.Random(seed)

    @property
    def document(self):
        return self.session.document

    def some(self, kind=object):
        ids = [i for i in sorted(self.document.nodes) if isinstance(self.document.nodes[i], kind)]
        return self.dice.choice(ids) if ids else None

    def place(self):
        return self.dice.randrange(0, 1500, 12), self.dice.randrange(0, 900, 12)

    def throw(self):
        """Do one thing; what is refused is no matter."""
        acts = (self.add, self.wire, self.wire, self.dot, self.bypass, self.fold, self.unfold)
        acts += (self.move, self.delete, self.flow, self.pin, self.judge, self.undo, self.redo)
        self.dice.choice(acts)()

    def apply(self, edit, *args):
        self.session.try_apply(edit.__name__, edit, *args)

    def add(self):
        kind = self.dice.choice(("input", "output", "frame", "Dense", "Add", "Conv2D"))
        if kind == "frame":
            self.apply(edits.add_frame, *self.place(), 400, 300)
        elif kind in ("input", "output"):
            self.apply(getattr(edits, f"add_{kind}"), *self.place())
        else:
            self.apply(edits.add_keras_layer, kind, *self.place())

    def wire(self):
        source, end = self.some(), self.some()
        for port in ("inputs", "input"):
            wire = Wire(Source(source), end, port, self.dice.randrange(2))
            self.apply(edits.connect, self.session.catalog, wire)

    def dot(self):
        wires = [w for node in self.document.nodes.values() for w in wires_into(node)]
        if wires and self.dice.random() < 0.7:
            wire = self.dice.choice(sorted(wires, key=repr))
            self.apply(edits.dot_on_wire, self.session.catalog, wire, *self.place())
        elif self.some(Dot):
            self.apply(edits.dissolve, self.session.catalog, (self.some(Dot),))

    def bypass(self):
        if self.some(Call):
            self.apply(edits.set_bypassed, (self.some(Call),), self.dice.random() < 0.6)

    def fold(self):
        frame = self.some(Frame)
        if frame:
            nodes = self.document.nodes
            inside = [i for i in sorted(nodes) if i != frame and self.dice.random() < 0.4]
            loops = [i for i in inside if frame in getattr(nodes[i], "folded", ())]
            self.apply(edits.fold, frame, [i for i in inside if i not in loops])

    def unfold(self):
        if self.some(Frame):
            self.apply(edits.unfold, self.some(Frame))

    def move(self):
        ids = {self.some() for _ in range(self.dice.randrange(1, 4))}
        self.apply(edits.move, {node_id: self.place() for node_id in ids})

    def delete(self):
        if self.dice.random() < 0.4:
            self.apply(edits.delete, (self.some(),))

    def flow(self):
        self.apply(edits.set_flow, self.dice.choice((RIGHT, DOWN)))

    def pin(self):
        self.apply(edits.set_pinned, (self.some(),), self.dice.random() < 0.5)

    def judge(self):
        size, cause = self.dice.randrange(9), self.some(Call)
        fine, waits = self.design.fine(8, size), Verdict(BLOCKED, blocked_by=cause)
        nodes = sorted(self.document.nodes)
        self.design.judge(**{node_id: self.dice.choice((fine, waits)) for node_id in nodes})

    def undo(self):
        self.session.undo()

    def redo(self):
        self.session.redo()


def shown(scene):
    """Return all that can be seen of a scene, by node and by wire."""
    nodes, wires = {}, {}
    for node_id, item in scene.nodes.items():
        is_card = isinstance(item, NodeItem)
        inner = (_told(item.face), item.layout) if is_card else item.node
        nodes[node_id] = type(item), item.isVisible(), item.card().getRect(), inner
    for wire, item in scene.wires.items():
        wires[wire] = item.isVisible(), item.ends(), item.look
    return nodes, wires


def _told(face):
    """Return a face without what an Output says while it is pending: that of its source, once."""
    return replace(face, foot="") if face.kind == "output" else face


def differences(one, other):
    """Return what is seen of one scene and otherwise, or not at all, of another."""
    found = {}
    for a, b in zip(one, other, strict=True):
        keys = [key for key in a.keys() | b.keys() if a.get(key) != b.get(key)]
        found |= {key: (a.get(key), b.get(key)) for key in keys}
    return found


@pytest.mark.parametrize("seed", range(8))
def test_a_canvas_that_followed_is_as_one_that_is_made_now(scene, session, design, seed):
    dice = Dice(design, session, seed)
    for _ in range(4):
        dice.add()
    for _ in range(STEPS):
        dice.throw()
        scene.finish()
        fresh = CanvasScene(session, Ink())
        fresh.finish()
        assert differences(shown(scene), shown(fresh)) == {}
        fresh.deleteLater()


@pytest.mark.parametrize("seed", range(4))
def test_wires_that_followed_are_led_as_those_that_are_drawn_now(scene, session, design, seed):
    dice = Dice(design, session, seed)
    for _ in range(6):
        dice.add()
    for _ in range(20):
        for _ in range(4):
            dice.throw()
        scene.finish()
        scene.ways.finish()
        fresh = CanvasScene(session, Ink())
        fresh.finish()
        fresh.ways.finish()
        seen = [wire for wire, item in scene.wires.items() if item.isVisible()]
        assert [scene.wires[w].is_led for w in seen] == [fresh.wires[w].is_led for w in seen]
        fresh.deleteLater()
