"""What both canvases of the benchmark share: one graph, one hand, and how a frame is timed.

Needs nothing but PySide6, so that it runs where NodeGraphQt is installed as well.
"""

from __future__ import annotations

import gc
import random
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QGraphicsView

SIZE = (1600, 1000)
COLUMN, ROW = 240.0, 148.0
"""Distance of the nodes: some 240 of them are in view at 43 %, and 45 at 100 %."""
SECOND = 0.3
"""How many of the nodes have a second wire, so that there are 1.3 a node."""
ZOOMS = {"fit": None, "43": 0.43, "100": 1.0}
MOST, LEAST, ENOUGH = 40, 5, 4.0
"""Frames of a kind at most and at least, and the seconds after which there are enough."""
MANY = 1000
"""How many nodes are dragged at once."""

Plan = list[tuple[float, float, tuple[int, ...]]]
"""Of every node its place, and the numbers of those that are wired to it."""

NO_KEY = Qt.KeyboardModifier.NoModifier
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
NO_BUTTON = Qt.MouseButton.NoButton


def layered(count: int) -> Plan:
    """Return a random graph in layers, the same one every time: wires lead to the right."""
    dice = random.Random(20260101 + count)
    rows = max(2, round((count * COLUMN / ROW * SIZE[1] / SIZE[0]) ** 0.5))
    plan: Plan = []
    for number in range(count):
        column, row = divmod(number, rows)
        sources: list[int] = []
        wanted = 0 if column == 0 else 1 + (dice.random() < SECOND)
        while len(sources) < wanted:
            back = 1 if not sources else dice.randint(1, 3)
            beside = min(max(row + dice.randint(-2, 2), 0), rows - 1)
            source = max(column - back, 0) * rows + beside
            if source not in sources:
                sources.append(source)
        plan.append((column * COLUMN, row * ROW, tuple(sources)))
    return plan


class Side(Protocol):
    """One of the two canvases, with the plan drawn on it."""

    view: QGraphicsView

    def build(self, plan: Plan) -> None:
        """Draw a plan."""

    def fit(self) -> None:
        """Show everything."""

    def look(self, zoom: float) -> None:
        """Look at the middle of the design from so near."""

    def place(self, number: int) -> QPointF:
        """Return where a node's middle is in the scene."""

    def rest(self) -> None:
        """Do all that is left to be done."""

    def select(self, numbers: list[int]) -> None:
        """Select these nodes and nothing else."""


def timed_build(side: Side, plan: Plan) -> tuple[float, float, float]:
    """Draw a plan on a canvas that is empty; return what that took.

    In seconds, in seconds of the processor's work, and how many mebibytes were in use before.
    """
    QApplication.processEvents()
    gc.collect()
    before = resident_mib()
    start, work = time.perf_counter(), time.process_time()
    side.build(plan)
    QApplication.processEvents()
    return time.perf_counter() - start, time.process_time() - work, before


class Paints(QObject):
    """Counts how often a viewport is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, watched, event) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


class Stopwatch:
    """Times frames: from an event until everything that follows from it is done and painted."""

    def __init__(self, view: QGraphicsView) -> None:
        self._viewport = view.viewport()

    def frames(self, act: Callable[[int], object], key: str) -> dict[str, float]:
        """Return the median milliseconds of a frame, and those the processor worked for it.

        Raises RuntimeError where a frame was never painted.
        """
        paints = Paints()
        self._viewport.installEventFilter(paints)
        self._frame(act, 1)
        self._viewport.removeEventFilter(paints)
        if not paints.count:
            raise RuntimeError(f"nothing was painted: {key}")
        walls, works = [], []
        end = time.perf_counter() + ENOUGH
        for number in range(2, MOST + 2):
            wall, work = self._frame(act, number)
            walls.append(wall)
            works.append(work)
            if number > LEAST and time.perf_counter() > end:
                break
        if not len(walls) % 2:  # acts go to and fro
            self._frame(act, len(walls))
        return {key: _milliseconds(walls), f"{key}_cpu": _milliseconds(works)}

    def _frame(self, act: Callable[[int], object], number: int) -> tuple[float, float]:
        start, work = time.perf_counter(), time.process_time()
        act(number)
        QApplication.processEvents()
        return time.perf_counter() - start, time.process_time() - work


def _milliseconds(seconds: list[float]) -> float:
    return round(1000 * statistics.median(seconds), 3)


class Mouse:
    """Real events for a viewport, at places of the viewport."""

    def __init__(self, view: QGraphicsView) -> None:
        self._viewport = view.viewport()

    def press(self, at: QPointF, button=LEFT) -> None:
        """Press a button."""
        self._send(QEvent.Type.MouseButtonPress, at, button, button)

    def move(self, at: QPointF, button=LEFT) -> None:
        """Move with a button held."""
        self._send(QEvent.Type.MouseMove, at, NO_BUTTON, button)

    def release(self, at: QPointF, button=LEFT) -> None:
        """Let the button go."""
        self._send(QEvent.Type.MouseButtonRelease, at, button, NO_BUTTON)

    def wheel(self, at: QPointF, angle: int) -> None:
        """Turn the wheel."""
        there = QPointF(self._viewport.mapToGlobal(at.toPoint()))
        phase = Qt.ScrollPhase.NoScrollPhase
        turned = QPoint(0, angle)
        event = QWheelEvent(at, there, QPoint(), turned, NO_BUTTON, NO_KEY, phase, False)
        QApplication.sendEvent(self._viewport, event)

    def _send(self, kind, at: QPointF, button, held) -> None:
        there = QPointF(self._viewport.mapToGlobal(at.toPoint()))
        QApplication.sendEvent(self._viewport, QMouseEvent(kind, at, there, button, held, NO_KEY))


def frame_times(side: Side, plan: Plan, *, only: tuple[str, ...] = ()) -> dict[str, float]:
    """Return the milliseconds of every kind of frame, from near and from far, by name."""
    found: dict[str, float] = {}
    watch, mouse = Stopwatch(side.view), Mouse(side.view)
    viewport = side.view.viewport()
    middle = QPointF(viewport.width() / 2, viewport.height() / 2)
    for name, zoom in ZOOMS.items():
        _look(side, zoom)
        steps = {
            "repaint": lambda watch, key: watch.frames(lambda _: viewport.update(), key),
            "pan": lambda watch, key: _pan(watch, mouse, middle, key),
            "zoom": lambda watch, key: _zoom(watch, mouse, middle, key),
            "drag": lambda watch, key: _drag(side, watch, mouse, plan, 1, key),
            f"drag_{MANY}": lambda watch, key: _drag(side, watch, mouse, plan, MANY, key),
        }
        for step, timed in steps.items():
            if not only or step in only:
                _look(side, zoom)
                found |= timed(watch, f"{step}_{name}")
    return found


def _look(side: Side, zoom: float | None) -> None:
    side.rest()
    side.fit()
    if zoom is not None:
        side.look(zoom)
    for _ in range(3):
        QApplication.processEvents()


def _pan(watch: Stopwatch, mouse: Mouse, middle: QPointF, key: str) -> dict[str, float]:
    """Drag the view to and fro, in strokes of ten steps."""
    mouse.press(middle, MIDDLE)

    def step(number: int) -> None:
        far = 10 - abs(number % 20 - 10)
        mouse.move(middle + QPointF(23.0, 9.0) * far, MIDDLE)

    found = watch.frames(step, key)
    mouse.release(middle, MIDDLE)
    return found


def _zoom(watch: Stopwatch, mouse: Mouse, middle: QPointF, key: str) -> dict[str, float]:
    """Come nearer and go back by half a click of the wheel."""
    return watch.frames(lambda number: mouse.wheel(middle, 60 if number % 2 else -60), key)


def _drag(
    side: Side, watch: Stopwatch, mouse: Mouse, plan: Plan, count: int, key: str
) -> dict[str, float]:
    """Drag the node in the middle, with the nearest ones selected beside it."""
    seen = side.view.viewport().rect()
    centre = side.view.mapToScene(seen.center())
    order = sorted(range(len(plan)), key=lambda n: (side.place(n) - centre).manhattanLength())
    side.select(order[:count] if count > 1 else [])
    QApplication.processEvents()
    node = order[0]
    at = side.view.viewportTransform().map(side.place(node))
    before = side.place(node)
    mouse.press(at)
    mouse.move(at + QPointF(30.0, 0.0))

    def step(number: int) -> None:
        mouse.move(at + QPointF(30.0 + 13.0 * (number % 2), 13.0 * (number % 2)))

    found = watch.frames(step, key)
    if (side.place(node) - before).manhattanLength() < 1.0:
        raise RuntimeError(f"the node was not dragged: {key}")
    mouse.move(at)
    mouse.release(at)
    side.select([])
    QApplication.processEvents()
    return found


def resident_mib() -> float:
    """Return the memory that the process has now, in MiB; at least its peak where none tells."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20
