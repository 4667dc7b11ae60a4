"""Wires by keys: one is selected from the node it leads from or to, and those beside it in turn."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from composer_gui.core.document import DOWN, Wire
from composer_gui.core.verdicts import Verdict
from composer_gui.ui.canvas.scene import CanvasScene
from composer_gui.ui.canvas.walking import DOWNWARDS, LEFT, RIGHT, TURNED, Walker
from composer_gui.ui.canvas.wire_item import problem_of

SEEN = 60.0
"""How much around the middle of a selected wire is brought into view, in pixels."""

NO_NODE = "Select a node, or a wire: then the wires on that side are selected in turn."


def selected_wire(scene: CanvasScene) -> Wire | None:
    """Return the wire that is all that is selected, None where it is something else."""
    wires = scene.selected_wires
    return next(iter(wires)) if len(wires) == 1 and not scene.selected_nodes else None


class WireWalker:
    """Selects wires: from the node at hand, then one after the other on the same side of it.

    At a selected wire the arrows along the wires lead to the nodes at its ends, and those across
    to the wires beside it.
    """

    def __init__(self, view, walker: Walker) -> None:
        self._view = view
        self._scene: CanvasScene = view.scene()
        self._walker = walker
        self._by = 1

    def take(self, by: int) -> None:
        """Select a wire that leads on (1) from the node at hand or into it (-1), or the next one.

        A wire that is selected already is followed by the next on that side of its node.
        """
        wire = selected_wire(self._scene)
        if wire is not None:
            self._by = by
            self._go_on(wire, 1)
            return
        here = self._walker.stand()
        if not here:
            self._scene.session.noticed.emit(NO_NODE)
            return
        wires = self._bundle(here, by)
        if wires:
            self._by = by
            self._put(wires[0])
        else:
            label = self._scene.session.document.label(here)
            leads = f"on from {label}" if by > 0 else f"to {label}"
            self._scene.session.noticed.emit(f"No wire leads {leads}.")

    def step(self, way: str) -> bool:
        """Take a step from a selected wire; return whether one is selected."""
        wire = selected_wire(self._scene)
        if wire is None:
            return False
        if self._scene.session.document.flow == DOWN:
            way = TURNED[way]
        if way in (LEFT, RIGHT):
            end = wire.source.node if way == LEFT else wire.node
            self._walker.put(self._scene.folds.shown(end))
        else:
            self._go_on(wire, 1 if way == DOWNWARDS else -1)
        return True

    def _go_on(self, wire: Wire, by: int) -> None:
        end = wire.source.node if self._by > 0 else wire.node
        wires = self._bundle(self._scene.folds.shown(end), self._by)
        at = wires.index(wire) + by if wire in wires else 0
        if wires:
            self._put(wires[at % len(wires)])

    def _bundle(self, node_id: str, by: int) -> list[Wire]:
        """Return the wires on one side of a node, in the order in which they lie there."""
        scene, folds = self._scene, self._scene.folds
        nodes = {node_id, *folds.members(node_id)}
        wires = {wire for i in nodes for wire in scene.wires_at.get(i, ())}
        ends = ((wire.source.node if by > 0 else wire.node, wire) for wire in wires)
        found = (wire for end, wire in ends if end in nodes and not folds.hides_wire(wire))
        return sorted(found, key=self._rank)

    def _rank(self, wire: Wire) -> tuple:
        start, end = self._scene.wires[wire].ends()
        is_down = self._scene.session.document.flow == DOWN
        start_at, end_at = (start.x(), end.x()) if is_down else (start.y(), end.y())
        ends = (start_at, end_at) if self._by > 0 else (end_at, start_at)
        return *ends, wire.node, wire.port, wire.index

    def _put(self, wire: Wire) -> None:
        """Select a wire, bring it into view, and say what it is."""
        self._scene.select((), (wire,))
        middle = self._scene.wires[wire].middle()
        around = QRectF(middle - QPointF(SEEN, SEEN), middle + QPointF(SEEN, SEEN))
        self._view.camera.reveal(around)
        self._view.keyboard.ears.say(words_of(self._scene, wire))


def words_of(scene: CanvasScene, wire: Wire) -> str:
    """Return what a wire leads from and to, what flows in it, and what is wrong with it."""
    session = scene.session
    label = session.document.label
    told = f"Wire from {label(wire.source.node)} to {label(wire.node)}"
    source: Verdict = session.verdict(wire.source.node)
    spec = dict(source.outputs).get(wire.source.port)
    told += f", {spec.show(dtype=True)}." if spec is not None else "."
    problem = problem_of(wire, session.verdict(wire.node))
    return f"{told} Wrong: {problem.message}" if problem is not None else told
