"""Times NodeGraphQt 0.6.44; run by bench_canvas.py in an environment that it made.

Run: python canvas_nodegraphqt.py COUNT, or `wiring BLOCKS`. Prints one line of JSON.
"""

import gc
import json
import sys
import time

from canvas_frames import SIZE, frame_times, layered, resident_mib, timed_build
from NodeGraphQt import BaseNode, NodeGraph
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication


class One(BaseNode):
    """A node with one input."""

    __identifier__ = "bench"
    NODE_NAME = "dense"

    def __init__(self) -> None:
        super().__init__()
        self.add_input("inputs")
        self.add_output("output")


class Two(BaseNode):
    """A node with two inputs."""

    __identifier__ = "bench"
    NODE_NAME = "add"

    def __init__(self) -> None:
        super().__init__()
        self.add_input("first")
        self.add_input("second")
        self.add_output("output")


class Theirs:
    """A graph of NodeGraphQt in a window of the size that the benchmark has."""

    def __init__(self) -> None:
        self.graph = NodeGraph()
        self.graph.register_nodes([One, Two])
        self.graph.set_acyclic(False)  # its search for loops would never end
        self.view = self.graph.viewer()
        self.graph.widget.resize(*SIZE)
        self.view.resize(*SIZE)
        self.graph.widget.show()
        self.nodes = []

    def build(self, plan) -> None:
        """Make nodes and wires."""
        for x, y, sources in plan:
            kind = "bench.Two" if len(sources) > 1 else "bench.One"
            node = self.graph.create_node(kind, pos=[x, y], selected=False, push_undo=False)
            self.nodes.append(node)
            for index, source in enumerate(sources):
                self.nodes[source].set_output(0, node.input(index))

    def rest(self) -> None:
        """Do all that is left to be done: nothing is."""

    def fit(self) -> None:
        """Show everything."""
        self.graph.clear_selection()
        self.graph.fit_to_selection()

    def look(self, zoom: float) -> None:
        """Look at the middle of the design from so near."""
        self.view.scale(*[zoom / self.view.transform().m11()] * 2)

    def place(self, number: int) -> QPointF:
        """Return where a node's middle is in the scene."""
        return self.nodes[number].view.sceneBoundingRect().center()

    def select(self, numbers) -> None:
        """Select these nodes and nothing else."""
        self.graph.clear_selection()
        for number in numbers:
            self.nodes[number].set_selected(True)


def measure(count: int) -> dict[str, float]:
    """Build the graph and time its frames."""
    plan = layered(count)
    side = Theirs()
    built, worked, before = timed_build(side, plan)
    side.fit()
    side.view.viewport().repaint()
    gc.collect()
    memory = resident_mib() - before
    assert len(side.view.all_pipes()) == sum(len(sources) for *_, sources in plan)
    frames = frame_times(side, plan)
    figures = {"build_s": built, "build_cpu_s": worked, "memory_mib": memory}
    return {name: round(value, 4) for name, value in figures.items()} | frames


def wiring(blocks: int) -> dict[str, float]:
    """Ask once whether a chain of residual blocks may have a wire more at its begin; it may."""
    side = Theirs()
    rows: list[tuple[int, ...]] = [()]
    for _ in range(blocks):
        last = len(rows) - 1
        rows += [(last,), (last, last + 1)]
    side.build([(240.0 * n, 0.0, sources) for n, sources in enumerate(rows)])
    source, target = side.nodes[0].view.outputs[0], side.nodes[1].view.inputs[0]
    start = time.perf_counter()
    assert side.view.acyclic_check(source, target)
    return {"wiring_s": round(time.perf_counter() - start, 5)}


if __name__ == "__main__":
    application = QApplication([])
    gc.disable()
    given = sys.argv[1:]
    found = wiring(int(given[1])) if given[0] == "wiring" else measure(int(given[0]))
    print(json.dumps(found), flush=True)
