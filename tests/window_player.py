"""A machine that plays the user in a whole window: whatever hand and keys can do, at random.

A game is a list of numbers. Each number is one thing done, chosen by dice of its own, so a game
that ends badly can be made shorter by leaving numbers out.
"""

import contextlib
import random
import sys
import traceback

from PySide6.QtCore import qInstallMessageHandler
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QMenu,
)

from tests.window_designs import OnDesigns
from tests.window_keys import ByKeys
from tests.window_mouse import ByMouse
from tests.window_soundness import look, look_at_history, look_beside_a_new_one


class Player(ByMouse, ByKeys, OnDesigns):
    """Plays in one window. What Qt warns of and what is raised anywhere is kept in `faults`."""

    def __init__(self, window, folder, **kwargs):
        super().__init__(window, folder, **kwargs)
        self.faults = []
        self._steps = 0

    def play(self, numbers, every=4):
        """Do what the numbers say, look each `every` steps, and at the end at everything."""
        with self._listening():
            for number in numbers:
                self._step(number)
                self._steps += 1
                if self._steps % every == 0:
                    self._look(number)
            self._rest()
            self._look(0)
            for design in list(self.window.designs):
                look_at_history(design.session)
                if design.workspace is not None:
                    look_beside_a_new_one(design.workspace.canvas)
            self._raise_faults()

    def _step(self, number):
        dice = random.Random(number)
        table = WEIGHTS
        if dice.random() < 0.7:
            table = self._likely()
        (name,) = dice.choices(tuple(table), tuple(table.values()))
        self.log.append(name)
        getattr(self, name)(dice)
        QApplication.processEvents()
        if not self.window.isVisible():
            self.window.show()
        self._raise_faults()

    def _likely(self):
        """Return what one would do now: choose from a menu that is open, answer a dialog."""
        if isinstance(QApplication.activePopupWidget(), QMenu):
            return {"menu_entry": 1}
        if self._modal() is not None:
            return {"widget": 5, "plain_key": 2, "letters": 1, "escape": 2}
        if not self.window.is_working:
            return {"new_design": 2, "open_file": 1, "switch_tab": 3, "widget": 1}
        return {"build": 1} if len(self.document.nodes) < 3 else WEIGHTS

    def _look(self, number):
        look(self.window)
        if self.window.is_working and number % 5 == 0:
            look_beside_a_new_one(self.window.canvas)
        self._raise_faults()

    def _rest(self):
        """Close what is open above the canvas, and let what was put off be done."""
        for _ in range(6):
            if QApplication.activePopupWidget() is None and self._dialog() is None:
                break
            self.escape(random.Random(0))
            QApplication.processEvents()
        QTest.qWait(1)

    @contextlib.contextmanager
    def _listening(self):
        hook = sys.excepthook
        handler = qInstallMessageHandler(self._note_message)
        sys.excepthook = self._note_exception
        try:
            yield
        finally:
            sys.excepthook = hook
            qInstallMessageHandler(handler)

    def _note_exception(self, kind, error, trace):
        self.faults.append("".join(traceback.format_exception(kind, error, trace)))

    def _note_message(self, _kind, context, text):
        if "This plugin does not support" not in text:  # the offscreen platform, of itself
            self.faults.append(f"Qt: {text}")

    def _raise_faults(self):
        faults, self.faults = self.faults, []
        assert not faults, "\n".join(faults)


WEIGHTS = {
    "gesture": 30, "wire": 10, "shake": 3, "double_click": 6, "click": 8, "hover": 4,
    "context_menu": 8, "wheel": 4, "pinch": 1, "drop": 8, "command_key": 14, "canvas_key": 14,
    "letters": 8, "plain_key": 14, "escape": 8, "menu_entry": 20, "command_palette": 4,
    "widget": 24, "switch_tab": 4, "move_tab": 1, "close_tab": 1, "open_file": 1, "new_design": 1,
    "level": 4, "theme": 2, "resize": 1, "undo": 4, "redo": 3, "go_to_step": 1, "time": 4,
    "build": 5, "judge": 6,
}  # fmt: skip


def game(seed, length):
    """Return the numbers of a game."""
    dice = random.Random(seed)
    return [dice.randrange(10**9) for _ in range(length)]


def shorter(numbers, fails):
    """Return a shortest part of a game that still `fails`: stretches of it are left out."""
    size = max(len(numbers) // 2, 1)
    while True:
        left, at = False, 0
        while at < len(numbers):
            fewer = numbers[:at] + numbers[at + size :]
            if fails(fewer):
                numbers, left = fewer, True
            else:
                at += size
        if size == 1 and not left:
            return numbers
        size = max(size // 2, 1)


# Where a game is played --------------------------------------------------------------------------
