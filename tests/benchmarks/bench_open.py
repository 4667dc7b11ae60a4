"""NASNetLarge opened up in the real window: against `load_model`, and how long the window sleeps.

A timer ticks all the while; the longest gap between two ticks is how long the window did not
answer. Then undo, redo, a submodel of it all entered and left, and one edit to its verdict in the
opened model, against the same edit in an opened model of 100 layers: with a rest after each edit,
and one upon the other.
Run: python tests/benchmarks/bench_open.py [NASNETLARGE.keras]
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from measure import QUIET, median, process_output, process_seconds, ratio, report

os.environ.update(QUIET)

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from composer_gui.app import Composer
from composer_gui.core import edits
from composer_gui.core.document import Call
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.session.settings import Settings
from composer_gui.ui import theme
from composer_gui.ui.main_window import MainWindow

SAVE_LARGE = """
import sys
import keras
keras.applications.NASNetLarge(weights=None).save(sys.argv[1])
"""

SAVE_SMALL = """
import sys
import keras
from keras import layers
x = features = keras.Input((32,))
for _ in range(33):
    y = layers.Dense(32)(x)
    y = layers.BatchNormalization()(y)
    x = layers.Add()([x, y])
keras.Model(features, x).save(sys.argv[1])
"""

LOAD = """
import sys
import time
import keras
start = time.perf_counter()
keras.models.load_model(sys.argv[1], compile=False)
print(time.perf_counter() - start)
"""

LOADS, EDITS = 3, 9
AFTER = 1500
"""Milliseconds between two edits, in which the source is written anew, as while one thinks."""
PATIENCE = 90.0
"""Seconds after which something that was waited for is taken to have failed."""


class Watch(QObject):
    """Ticks every millisecond and remembers the longest gap between two ticks, in seconds.

    `held` is the longest without the time in which the thread could have run, but no processor was
    free: what is left when nothing else runs on the machine. `busiest` is the most that the thread
    itself worked; the rest of `held` it waited for other threads.
    """

    def __init__(self) -> None:
        super().__init__()
        path = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self._queue = path.open() if path.exists() else None  # Linux tells, others do not
        self.reset()
        self._timer = QTimer(self, interval=1, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        before, self._last = self._last, self._now()
        gap, worked, queued = (b - a for a, b in zip(before, self._last, strict=True))
        self.longest = max(self.longest, gap)
        self.held = max(self.held, worked, gap - queued)
        self.busiest = max(self.busiest, worked)

    def _now(self) -> tuple[float, float, float]:
        """Return the time, that in which the thread worked and that in which it might have."""
        queued = 0
        if self._queue is not None:
            self._queue.seek(0)
            queued = int(self._queue.read().split()[1])
        return time.perf_counter(), time.thread_time(), queued / 1e9

    def reset(self) -> None:
        """Begin anew."""
        self.longest = self.held = self.busiest = 0.0
        self._last = self._now()


class Stage:
    """The window with one saved model in it."""

    def __init__(self, composer: Composer, window: MainWindow) -> None:
        self.composer, self.window = composer, window
        self.session, self.canvas = window.session, window.canvas
        self.watch = Watch()

    def open(self, path: Path) -> str:
        """Begin a design with a saved model; return the node that calls it."""
        self.session.new()
        self.window.show_workspace()
        self.session.add_models([path], 0.0, 0.0)
        self.rest_until(lambda: bool(self._calls()) and self.is_still())
        (node,) = self._calls()
        return node

    def _calls(self) -> list[str]:
        nodes = self.session.document.nodes.values()
        return [node.id for node in nodes if isinstance(node, Call)]

    def is_still(self) -> bool:
        """Whether every node is drawn and has its verdict."""
        return self.session.is_settled and self.canvas.scene().is_drawn

    def measured(
        self, name: str, act: Callable[[], object], done: Callable[[], bool]
    ) -> dict[str, float]:
        """Do something; return seconds until `done`, and the longest gap until all is still."""
        rest(300)
        self.watch.reset()
        start = time.perf_counter()
        act()
        self.rest_until(done)
        taken = time.perf_counter() - start
        self.rest_until(self.is_still)
        rest(500)
        watch = self.watch
        found = {"": taken, "_gap": watch.longest, "_held": watch.held, "_busy": watch.busiest}
        return {f"{name}{what}_s": round(value, 4) for what, value in found.items()}

    def rest_until(self, done: Callable[[], bool]) -> None:
        """Run the event loop until `done`; raises SystemExit when it takes too long."""
        end = time.perf_counter() + PATIENCE
        while not done():
            rest(5)
            if time.perf_counter() > end:
                raise SystemExit("The window did not come to rest.")

    def edit_seconds(self, after: int = AFTER) -> float:
        """Return the median seconds from an edit in the middle of the design to its verdict.

        Between two edits there are `after` milliseconds.
        """
        self.canvas.select(())
        layers = self.session.document.layers.values()
        found = [
            layer.id
            for layer in layers
            if isinstance(layer, KerasLayer) and layer.class_name == "BatchNormalization"
        ]
        layer = found[len(found) // 2]
        return median([self._edit(layer, 0.002 * (run + 1), after) for run in range(EDITS)])

    def _edit(self, layer: str, epsilon: float, after: int) -> float:
        loop = QEventLoop()
        self.session.settled.connect(loop.quit)
        start = time.perf_counter()
        catalog = self.session.catalog
        self.session.apply("Set", edits.set_parameter, catalog, layer, "epsilon", epsilon)
        while not self.session.is_settled:
            loop.exec()
        taken = time.perf_counter() - start
        self.session.settled.disconnect(loop.quit)
        rest(after)
        return taken


def rest(milliseconds: int) -> None:
    """Run the event loop for a moment."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def main(given: list[str]) -> None:
    """Make the models, load one with Keras, open both up in the window."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, large = folder / "small.keras", Path(given[0] if given else folder / "large.keras")
        process_seconds(SAVE_SMALL, str(small))
        if not large.exists():
            process_seconds(SAVE_LARGE, str(large))
        loads = [_load_seconds(large) for _ in range(LOADS)]
        application = QApplication([])
        theme.apply(application, "dark")
        composer = Composer(application, Settings(folder / "composer.ini"))
        window = composer.open_window()
        window.resize(1600, 1000)
        composer.start_engine()
        window.files.new()
        stage = Stage(composer, window)
        stage.open(small)
        figures = _figures(stage, small, large)
        composer.engine.stop()
    load = median(loads)
    report("open", load_model_s=load, **figures, open_to_load=ratio(figures["open_s"], load))


def _load_seconds(path: Path) -> float:
    return float(process_output(LOAD, str(path)))


def _figures(stage: Stage, small: Path, large: Path) -> dict[str, float]:
    session, canvas = stage.session, stage.canvas
    scene = canvas.scene()

    def many() -> bool:
        return len(session.document.nodes) > 1000 and scene.is_drawn

    def few() -> bool:
        return len(session.document.nodes) < 1000 and scene.is_drawn

    stage.canvas.select([stage.open(small)])
    open_up = stage.window.actions_by_id["open_up"].trigger
    stage.measured("small", open_up, lambda: len(session.document.nodes) > 90)
    edit_small, typed_small = stage.edit_seconds(), stage.edit_seconds(0)
    canvas.select([stage.open(large)])
    figures = stage.measured("open", open_up, many) | {"nodes": len(session.document.nodes)}
    figures |= stage.measured("undo", session.undo, few)
    figures |= stage.measured("redo", session.redo, many)
    edit_large, typed_large = stage.edit_seconds(), stage.edit_seconds(0)
    figures |= stage.measured("fit", canvas.fit, many)
    canvas.select_all()
    figures |= stage.measured("group", lambda: canvas.act("group"), few)
    (group,) = canvas.selected()
    figures |= stage.measured("enter", lambda: session.enter(group), many)
    figures |= stage.measured("leave", session.leave, few)
    return figures | {
        "edit_100_s": edit_small,
        "edit_opened_s": edit_large,
        "edit_opened_to_100": ratio(edit_large, edit_small),
        "edit_upon_edit_100_s": typed_small,
        "edit_upon_edit_opened_s": typed_large,
        "edit_upon_edit_opened_to_100": ratio(typed_large, typed_small),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
