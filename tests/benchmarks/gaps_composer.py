"""The longest time that the window's thread is away, for what one does; run by bench_gaps.py.

Run: python gaps_composer.py COUNT. Prints one line of JSON: for each action the longest gap between
two ticks of a timer in milliseconds, and in how many of them the processor worked for the window.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from canvas_composer import designed, judge, judged
from canvas_frames import SIZE, layered
from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from composer_gui import app
from composer_gui.core import edits
from composer_gui.session.settings import Settings
from composer_gui.ui import theme
from tests.silent_engine import SilentEngine

TICK = 4
REST, MOST = 0.7, 60.0
"""Seconds without anything to do after which an action is over, and after which it is anyway."""
FOLDED, PASTED, GROUPED = 500, 1000, 100
WINDOWS = ("export", "export_picture", "shortcuts", "settings", "problem_help", "about")
DOCKS = ("history", "python", "problems", "cost")


class Watchdog(QObject):
    """Notes the longest time between two ticks, by the clock and by the processor."""

    def __init__(self) -> None:
        super().__init__()
        self.wall = self.work = 0.0
        self._timer = QTimer(self, interval=TICK, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.wall = self.work = 0.0
        self._at, self._worked = time.perf_counter(), time.thread_time()

    def _tick(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.wall, self.work = max(self.wall, now - self._at), max(self.work, worked - self._worked)
        self._at, self._worked = now, worked


class Actions:
    """Does one thing after the other in a real window, and notes the gaps."""

    def __init__(self, application: QApplication, count: int) -> None:
        self.composer = app.Composer(application, Settings(_kept()))
        self.composer.engine = SilentEngine()
        self.window = self.composer.open_window()
        self.window.resize(*SIZE)
        self.watchdog = Watchdog()
        self.count = count
        self.found: dict[str, tuple[float, float]] = {}

    def wait(self) -> None:
        """Let the window do all it has to."""
        loop, start = QEventLoop(), time.perf_counter()
        rested = start
        while (now := time.perf_counter()) - rested < REST and now - start < MOST:
            loop.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            if self._is_busy():
                rested = time.perf_counter()

    def _is_busy(self) -> bool:
        if not self.window.is_working:
            return False
        canvas = self.window.canvas
        busy = canvas.arranging.is_busy or canvas.arranging.glide.is_under_way
        return busy or not canvas.scene().is_drawn or not canvas.scene().ways.is_done

    def do(self, name: str, act: Callable[[], object]) -> None:
        """Do it in a turn of the event loop, and note the longest gap until all is done."""
        QTimer.singleShot(0, self.watchdog, self.watchdog.forget)
        QTimer.singleShot(0, self.watchdog, lambda: act() and None)
        self.wait()
        self.found[name] = (
            round(1000 * self.watchdog.wall, 1),
            round(1000 * self.watchdog.work, 1),
        )
        print(name, self.found[name], file=sys.stderr, flush=True)

    def press(self, name: str) -> None:
        """Do what a menu entry does."""
        self.window.actions_by_id[name].trigger()

    def all(self) -> dict[str, tuple[float, float]]:
        """Do everything once; return the gaps."""
        self.do("idle after start", lambda: None)
        self._open()
        self._edit()
        self._large()
        self._look()
        return self.found

    def _open(self) -> None:
        small, large = designed(layered(1000)), designed(layered(self.count))
        self.do("first design of 1,000", lambda: self.window.files.open_document(small))
        verdicts = judged(small)
        self.do("verdicts of 1,000", lambda: judge(self.window.session, verdicts))
        self.window.files.new()
        self.wait()
        self.do("open", lambda: self.window.files.open_document(large))
        verdicts = judged(large)
        self.do("verdicts", lambda: judge(self.window.session, verdicts))
        self.do("next tab", self.window.next_design)
        self.do("previous tab", self.window.previous_design)

    def _edit(self) -> None:
        canvas, session = self.window.canvas, self.window.session
        first = next(iter(canvas.scene().nodes))
        some = [f"n{n}" for n in range(2, PASTED + 2)]
        few = [f"n{n}" for n in range(self.count // 2, self.count // 2 + GROUPED)]
        self.do("select a node", lambda: canvas.select([first]))
        self.do("show a node", lambda: canvas.show_node("n20"))
        self.do("set a parameter", lambda: session.apply(
            "Set", edits.set_parameter, session.catalog, self._dense(), "units", 32))  # fmt: skip
        self.do("fit", canvas.fit)
        self.do("select 1,000", lambda: canvas.select(some))
        self.do("copy 1,000", canvas.copy)
        self.do("paste 1,000", canvas.paste)
        self.do("undo paste", session.undo)
        self.do("select 100", lambda: canvas.select(few))
        self.do("group 100", lambda: canvas.act("group"))
        self.do("enter", lambda: canvas.act("enter"))
        self.do("leave", lambda: canvas.act("leave"))
        self.do("undo group", session.undo)
        self.do("select 500", lambda: canvas.select(some[:FOLDED]))
        self.do("frame 500", lambda: canvas.act("frame_selection"))
        self.do("fold 500", lambda: canvas.act("fold"))
        self.do("unfold 500", lambda: canvas.act("fold"))

    def _dense(self) -> str:
        layers = self.window.session.document.layers.values()
        return min(layer.id for layer in layers if layer.class_name == "Dense")

    def _large(self) -> None:
        canvas, session = self.window.canvas, self.window.session
        self.do("select all", canvas.select_all)
        self.do("delete all", canvas.delete_selection)
        self.do("undo delete", session.undo)
        self.do("redo delete", session.redo)
        session.undo()
        self.wait()
        self.do("select none", lambda: canvas.select([]))
        self.do("arrange", lambda: canvas.act("arrange"))
        self.do("undo arrange", session.undo)

    def _look(self) -> None:
        window, canvas = self.window, self.window.canvas
        self.do("find bar", lambda: canvas.act("find"))
        bar = canvas.keyboard.find
        self.do("find", lambda: bar.field.setText("dense_9"))
        self.do("find all", lambda: bar.field.setText("d"))
        self.do("find next", lambda: canvas.act("find_next"))
        self.do("close find bar", bar.close_bar)
        for dock in DOCKS:
            self.do(f"dock {dock}", lambda dock=dock: window.desk.open_dock(dock))
        for name in WINDOWS:
            self.do(name, lambda name=name: self.press(name))
            self._close()
        palette = window.commands.of_program
        self.do("command palette", lambda: self.press("command_palette"))
        self.do("letters in it", lambda: palette.palette.field.setText("arr"))
        palette.palette.close_palette()
        for name in ("light", "dark"):
            self.do(f"theme {name}", lambda name=name: self.press(f"theme_{name}"))

    def _close(self) -> None:
        for widget in QApplication.topLevelWidgets():
            if widget is not self.window and widget.isVisible():
                widget.close()
        self.wait()


def _kept() -> Path:
    return Path(tempfile.mkdtemp()) / "composer.ini"


if __name__ == "__main__":
    application = QApplication([])
    theme.apply(application, "dark")
    print(json.dumps(Actions(application, int(sys.argv[1])).all()), flush=True)
    os._exit(0)  # what is left of windows is nobody's any more
