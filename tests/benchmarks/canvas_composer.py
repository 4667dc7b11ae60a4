"""Times the real canvas of Composer; run by bench_canvas.py, each time in a process of its own.

Run: python canvas_composer.py COUNT, or `build COUNT`, `edit COUNT` or `wiring BLOCKS`. Prints one
line of JSON.
"""

import gc
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from canvas_frames import SIZE, Mouse, frame_times, layered, resident_mib, timed_build
from immutables import Map
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from composer_gui.core import connections, edits
from composer_gui.core.document import Call, Document, Input, Source, Wire, put
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import FINE, Verdict
from composer_gui.session.session import Session
from composer_gui.session.settings import Settings
from composer_gui.storage import resources
from composer_gui.ui import theme
from composer_gui.ui.canvas.view import CanvasView
from composer_gui.ui.main_window import MainWindow
from tests.silent_engine import SilentEngine

UNITS = 64
EDITS = 60
REST = 1.2
"""Seconds after an edit in which all that it leads to has been done."""
PAUSE = 0.1
"""Seconds between two edits, in which all has been done but what waits for the design to rest."""


def designed(plan) -> Document:
    """Return the plan as a design: Inputs, Dense layers, and Adds where two wires meet."""
    items = []
    for number, (x, y, sources) in enumerate(plan, 1):
        layer = f"l{number}"
        wires = Map({"inputs": tuple(Source(f"n{source + 1}") for source in sources)})
        if not sources:
            items.append(Input(f"n{number}", f"features_{number}", (UNITS,), x=x, y=y))
            continue
        if len(sources) > 1:
            items.append(KerasLayer(layer, f"add_{number}", "Add", Map()))
        else:
            items.append(KerasLayer(layer, f"dense_{number}", "Dense", Map(units=UNITS)))
        items.append(Call(f"n{number}", layer, inputs=wires, x=x, y=y))
    inputs = tuple(f"n{n}" for n, (_, _, sources) in enumerate(plan, 1) if not sources)
    return put(Document(inputs=inputs, next_number=len(plan) + 1), *items).settled()


def judged(document: Document) -> dict[str, Verdict]:
    """Return for every node what the engine would say of it."""
    outputs = (("output", TensorSpec((None, UNITS), "float32")),)
    parameters = UNITS * UNITS + UNITS
    dense = Verdict(FINE, outputs, parameters=parameters, trainable_parameters=parameters)
    other = Verdict(FINE, outputs)
    found = {}
    for node in document.nodes.values():
        layer = document.layers[node.layer] if isinstance(node, Call) else None
        found[node.id] = dense if layer is not None and layer.class_name == "Dense" else other
    return found


def judge(session: Session, verdicts: dict[str, Verdict]) -> None:
    """Let the engine give verdicts."""
    session.engine.analyzed.emit(session.design, session.revision, verdicts)


class Ours:
    """A canvas in a window of the size that the benchmark has."""

    def __init__(self) -> None:
        self.session = Session(SilentEngine(), resources.catalog())
        self.view = CanvasView(self.session)
        self.view.resize(*SIZE)
        self.view.show()

    def build(self, plan) -> None:
        """Make the design and show it."""
        self.session.replace(designed(plan), None)
        self.view.scene().finish()

    def judge(self) -> None:
        """Show the verdicts."""
        judge(self.session, judged(self.session.document))
        self.view.scene().finish()

    def rest(self) -> None:
        """Do all that is done beside everything else, as leading wires around the nodes."""
        self.view.scene().finish()
        self.view.scene().ways.finish()
        self.view.scene().unseen.finish()
        self.view.many_moves.end()
        QApplication.processEvents()

    def fit(self) -> None:
        """Show everything."""
        self.view.fit()

    def look(self, zoom: float) -> None:
        """Look at the middle of the design from so near."""
        self.view.zoom_by(zoom / self.view.camera.zoom)

    def place(self, number: int) -> QPointF:
        """Return where a node's middle is in the scene."""
        return self.view.scene().nodes[f"n{number + 1}"].card().center()

    def select(self, numbers) -> None:
        """Select these nodes and nothing else."""
        self.view.select({f"n{number + 1}" for number in numbers})


def build(count: int) -> tuple[Ours, dict[str, float]]:
    """Build the graph once; return its canvas, and what it took."""
    plan = layered(count)
    side = Ours()
    built, worked, before = timed_build(side, plan)
    start = time.perf_counter()
    side.judge()
    QApplication.processEvents()
    shown = time.perf_counter() - start
    start = time.perf_counter()
    side.rest()
    routed = time.perf_counter() - start
    side.fit()
    side.view.viewport().repaint()
    gc.collect()
    memory = resident_mib() - before
    assert len(side.view.scene().wires) == sum(len(sources) for *_, sources in plan)
    figures = {
        "build_s": built,
        "build_cpu_s": worked,
        "verdicts_s": shown,
        "ways_s": routed,
        "memory_mib": memory,
    }
    return side, {name: round(value, 4) for name, value in figures.items()}


def measure(count: int) -> dict[str, float]:
    """Build the graph and time its frames."""
    side, found = build(count)
    gc.freeze()  # as the program does after a collection
    return found | frame_times(side, layered(count))


def sharp(count: int) -> dict[str, float]:
    """Time what shall be smooth on a screen with two pixels to the point."""
    side, _ = build(count)
    assert side.view.devicePixelRatioF() == 2.0
    return frame_times(side, layered(count), only=("repaint", "pan", "drag"))


def wiring(blocks: int) -> dict[str, float]:
    """Draw wires to the begin of a chain of residual blocks: from its end, which may not be, and
    from the node before, which may."""
    rows: list[tuple[int, ...]] = [()]
    for _ in range(blocks):
        last = len(rows) - 1
        rows += [(last,), (last, last + 1)]
    side = Ours()
    side.build([(240.0 * n, 148.0 * (n % 2), sources) for n, sources in enumerate(rows)])
    side.judge()
    side.rest()
    document, catalog = side.session.document, side.session.catalog
    checks = []
    for source, is_fine in ((len(rows), False), (1, True)):
        wire = Wire(Source(f"n{source}"), "n5", "inputs", 2 * is_fine)
        times = []
        for _ in range(200):
            start = time.perf_counter()
            reason = connections.refusal(document, catalog, wire)
            times.append(time.perf_counter() - start)
        assert is_fine == (not reason)
        checks.append(statistics.median(times))
    side.fit()
    side.view.zoom_by(1 / side.view.camera.zoom)
    hovers = _hovers(side, len(rows))
    return {
        "wiring_s": round(max(checks), 7),
        "wiring_hover_s": round(statistics.median(hovers), 6),
    }


def _hovers(side: Ours, last: int) -> list[float]:
    """Drag a wire's end on and off a ring upstream; return the seconds of each event upon it."""
    view, scene, mouse = side.view, side.view.scene(), Mouse(side.view)

    def screen(place: QPointF) -> QPointF:
        return view.viewportTransform().map(place)

    start, end = scene.ring_centre(f"n{last}", "out", "output"), f"n{last - 20}"
    view.camera.look_at((start + scene.nodes[end].card().center()) / 2)
    view.camera.fit(scene.content_rect([f"n{last}", end]))
    QApplication.processEvents()
    goal = screen(scene.ring_centre(end, "in", "inputs"))
    mouse.press(screen(start))
    times = []
    for _ in range(60):
        mouse.move(goal + QPointF(0.0, 90.0))
        QApplication.processEvents()
        begin = time.perf_counter()
        mouse.move(goal)
        times.append(time.perf_counter() - begin)
        QApplication.processEvents()
    assert view.gesture is not None
    view.pointer.cancel()
    return times


def edit(count: int) -> dict[str, float]:
    """Set a parameter in the whole window, again and again; return what the window has to do."""
    settings = Settings(Path(tempfile.mkdtemp()) / "composer.ini")
    session = Session(SilentEngine(), resources.catalog(), settings=settings)
    window = MainWindow(session, settings=settings)
    window.resize(*SIZE)
    window.show()
    window.files.new()
    plan = layered(count)
    session.replace(designed(plan), None)
    window.show_workspace()
    scene = window.canvas.scene()
    scene.finish()
    verdicts = judged(session.document)
    judge(session, verdicts)
    scene.finish()
    scene.ways.finish()
    window.canvas.fit()
    window.canvas.zoom_by(1 / window.canvas.camera.zoom)
    rest()
    gc.collect()
    gc.freeze()
    middle = f"n{len(plan) // 2}"
    node = next(
        node
        for node in sorted(session.document.nodes.values(), key=lambda node: node.id)
        if node.id >= middle and isinstance(node, Call) and verdicts[node.id].parameters
    )
    window.canvas.show_node(node.id)
    source, script = window.workspace.source, session.script().text.rstrip()
    while source.toPlainText() != script:
        rest()
    at_once = []
    for n in range(EDITS):
        at_once.append(_edit(session, node, verdicts, UNITS + 1 + n))
        rest(PAUSE)
    later = [_later(session, node, verdicts, 10 * UNITS + n) for n in range(5)]
    return {
        "edit_s": round(statistics.median(at_once), 6),
        "edit_and_after_s": round(statistics.median(whole for whole, _ in later), 6),
        "longest_turn_after_s": round(statistics.median(longest for _, longest in later), 6),
    }


def _edit(session, node, verdicts, units: int) -> float:
    """Set the units and take in the verdict; return the seconds that the processor worked."""
    start = time.thread_time()
    session.apply("Set", edits.set_parameter, session.catalog, node.layer, "units", units)
    QApplication.processEvents()
    outputs = (("output", TensorSpec((None, units), "float32")),)
    judge(session, {node.id: Verdict(FINE, outputs, parameters=units, trainable_parameters=units)})
    QApplication.processEvents()
    return time.thread_time() - start


def _later(session, node, verdicts, units: int) -> tuple[float, float]:
    """Do as `_edit`, with all that comes a moment later; return also what its longest turn took."""
    rest()
    idle = sum(rest())
    at_once, turns = _edit(session, node, verdicts, units), rest()
    return at_once + sum(turns) - idle, max(turns)


def rest(seconds: float = REST) -> list[float]:
    """Let the window do what it still has to; return how long the processor worked, by turns."""
    end, turns = time.perf_counter() + seconds, []
    while time.perf_counter() < end:
        start = time.thread_time()
        QApplication.processEvents()
        turns.append(time.thread_time() - start)
        time.sleep(0.002)
    return turns


MODES = {"edit": edit, "wiring": wiring, "build": lambda count: build(count)[1], "sharp": sharp}

if __name__ == "__main__":
    application = QApplication([])
    theme.apply(application, "dark")
    gc.disable()  # as the program does, which collects between two events
    given = sys.argv[1:]
    mode = MODES.get(given[0])
    print(json.dumps(mode(int(given[1])) if mode else measure(int(given[0]))), flush=True)
