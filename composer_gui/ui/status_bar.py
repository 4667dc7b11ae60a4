"""The status bar: the engine in words, counts, what is just said and done, and the totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStatusBar, QWidget

from composer_gui.ui import later, theme
from composer_gui.ui.words import Line, count_of
from composer_gui.ui.work_line import WorkLine

if TYPE_CHECKING:
    from composer_gui.core.problems import Problem
    from composer_gui.ui.totals import Totals

PX = 12
SHOWN_FOR = 8000
"""Milliseconds that a passing sentence stays."""

_ENGINE = {
    "starting": ("Keras is starting: shapes follow", "secondary"),
    "ready": ("Keras ready", "right"),
    "restarting": ("Keras is starting again", "warning"),
    "stopped": ("Keras has stopped", "wrong"),
}


class Clickable(Line):
    """A line that can be pressed, by mouse or keyboard; `pressed()`."""

    pressed = Signal()

    def mouseReleaseEvent(self, event) -> None:
        inside = self.rect().contains(event.position().toPoint())
        if inside and event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)


class StatusBar(QStatusBar):
    """Shows what is handed to it; asks nobody. `problems_pressed()` when the count is pressed."""

    problems_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.engine = Line(px=PX)
        self.counts = Line(px=PX, tone="secondary")
        self.problems = Clickable(px=PX, tone="wrong")
        self.said = Line(px=PX, tone="text")
        self.work = WorkLine()
        self.totals = Line(px=PX, tone="secondary")
        self._forget = QTimer(self, singleShot=True, interval=SHOWN_FOR)
        self._name()
        self._lay_out()
        self._connect()
        self.show_engine("starting", "")

    def _name(self) -> None:
        self.engine.setAccessibleName("State of Keras")
        self.counts.setAccessibleName("Size of the design")
        self.problems.setAccessibleName("Problems")
        self.said.setAccessibleName("What has just happened")
        self.totals.setAccessibleName("Parameters")
        self.problems.setCursor(Qt.CursorShape.PointingHandCursor)

    def _lay_out(self) -> None:
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(24)
        for line in (self.engine, self.counts, self.problems):
            row.addWidget(line)
        row.addWidget(self.said, 1)
        row.addWidget(self.work)
        row.addWidget(self.totals)
        for line in (self.counts, self.problems, self.totals):  # the sentences give way to numbers
            line.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.addWidget(inside, 1)
        self.setFixedHeight(29)

    def _connect(self) -> None:
        self._forget.timeout.connect(self.said.clear)
        self.problems.pressed.connect(self.problems_pressed)
        theme.watch().changed.connect(self.update)

    def show_engine(self, state: str, sentence: str) -> None:
        """Say in what state the engine is; `sentence` says more, where there is more."""
        words, tone = _ENGINE.get(state, (state, "secondary"))
        restarted = state in ("restarting", "stopped")
        self.engine.setText(sentence if sentence and restarted else words)
        self.engine.set_tone(tone)
        self.engine.set_tip(sentence)

    def show_totals(self, found: Totals, problems: list[Problem]) -> None:
        """Say how large the design is and what is wrong with it."""
        self.counts.setText(f"{count_of(found.nodes, 'node')}, {count_of(found.wires, 'wire')}")
        severity = later.severity()
        wrong = sum(map(severity.is_wrong, problems))
        undone = sum(map(severity.is_error, problems)) - wrong
        warnings = len(problems) - wrong - undone
        words = problem_words(wrong, undone, warnings, found.waiting) if found.nodes else ""
        self.problems.setText(words)
        self.problems.set_tone("wrong" if wrong else "warning")
        self.problems.setVisible(bool(words))
        self.totals.setText(parameter_words(found))

    def clear_design(self) -> None:
        """Show no counts: there is no design on the screen."""
        for line in (self.counts, self.problems, self.totals):
            line.clear()

    def say(self, sentence: str) -> None:
        """Show a sentence for a while."""
        self.said.setText(sentence)
        self._forget.start()


def problem_words(wrong: int, undone: int, warnings: int, waiting: int) -> str:
    """Return "1 problem, 2 waiting on it, 3 to finish" and the like; empty where all is well."""
    parts = []
    if wrong:
        parts.append(count_of(wrong, "problem"))
        if waiting:
            parts.append(f"{waiting} waiting on {'it' if wrong == 1 else 'them'}")
    if undone:
        parts.append(f"{undone} to finish")
    if warnings:
        parts.append(count_of(warnings, "warning"))
    return ", ".join(parts)


def parameter_words(found: Totals) -> str:
    """Return "3.9 M parameters so far (1.2 M not trained)"; empty while none are known.

    What is not trained need not be frozen: the averages of a BatchNormalization are not either.
    """
    if not found.nodes or not (found.parameters or found.is_whole):
        return ""
    show_parameters = later.totals().show_parameters
    words = f"{show_parameters(found.parameters)} parameter{'s' * (found.parameters != 1)}"
    if not found.is_whole:
        words += " so far"
    if found.untrained:
        words += f" ({show_parameters(found.untrained)} not trained)"
    return words
