"""States of what is around the canvas: palettes, dialogs, docks, tabs and hints."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialog
from screenshot_stage import Stage

from composer_gui.core import edits
from composer_gui.ui import preferences


def commands(stage: Stage) -> None:
    """The command palette."""
    stage.open("image-and-text")
    stage.do("command_palette")


def commands_found(stage: Stage) -> None:
    """The command palette with a few letters; what cannot be done says why."""
    commands(stage)
    stage.type(QApplication.focusWidget(), "fold")
    stage.key(Qt.Key.Key_Down, widget=QApplication.focusWidget())


def settings(stage: Stage) -> None:
    """All settings but the keys."""
    stage.open("two-branches")
    stage.do("settings")


def settings_keys(stage: Stage) -> None:
    """The page on which every shortcut can be changed."""
    settings(stage)
    _dialog(stage).show_keyboard("bypass")
    stage.rest(300)


def shortcuts(stage: Stage) -> None:
    """The sheet of what keys do."""
    stage.open("two-branches")
    stage.do("shortcuts")


def problems(stage: Stage) -> None:
    """What the problems mean, as a page to read."""
    stage.open("two-branches")
    stage.do("problem_help")
    stage.rest(500)


def about(stage: Stage) -> None:
    """What Composer is."""
    stage.open("two-branches")
    stage.do("about")


def picture(stage: Stage) -> None:
    """What of the design to draw into which file."""
    stage.open("two-branches")
    stage.do("export_picture")


def history(stage: Stage) -> None:
    """Every step as a list, some of them taken back."""
    stage.open("two-branches")
    for label, action in (("score", "pin"), ("joined", "bypass"), ("history", "duplicate")):
        stage.canvas.select([stage.named(label)])
        stage.do(action)
    stage.session.apply("Rename", edits.rename, stage.named("purchase"), "bought")
    stage.do("undo")
    stage.do("undo")
    stage.do("show_history")
    stage.settle()


def problem_list(stage: Stage) -> None:
    """The list of what is wrong."""
    stage.open("residual")
    stage.window.desk.open_dock("problems")
    stage.settle()


def cost(stage: Stage) -> None:
    """The table of what each node costs, and bars below the nodes."""
    stage.open("image-and-text")
    stage.window.desk.open_dock("cost")
    stage.do("bars_parameters")
    stage.settle()


def tabs(stage: Stage) -> None:
    """Several designs, one of them changed."""
    for name in ("two-branches", "ensemble", "image-and-text"):
        stage.open(name)
    stage.add(edits.add_note, 0, 400)
    stage.do("previous_design")


def tabs_many(stage: Stage) -> None:
    """More designs than have room."""
    for _ in range(14):
        stage.do("new")
        stage.add(edits.add_input, 0, 0, label="image", shape=(8, 8, 3))
    stage.open("image-and-text")


def floating(stage: Stage) -> None:
    """A panel in a window of its own."""
    stage.open("image-and-text")
    dock = stage.window.desk.docks["inspector"]
    dock.toggle_floating()
    dock.move(stage.window.mapToGlobal(QPoint(stage.window.width() - 460, 140)))
    stage.rest(300)


def exporting(stage: Stage) -> None:
    """An export runs beside the window."""
    stage.open("image-and-text")
    stage.do("export")
    dialog = _dialog(stage)
    dialog.folder.setText(tempfile.mkdtemp())
    dialog.move(stage.window.mapToGlobal(QPoint(stage.window.width() // 2, 90)))
    dialog.start()
    stage.rest(1200)


def export_ready(stage: Stage) -> None:
    """What to export where."""
    stage.open("image-and-text")
    stage.do("export")
    _dialog(stage).folder.setText(tempfile.gettempdir())


def hint(stage: Stage) -> None:
    """A hint beside what it speaks of."""
    preferences.current().choose(preferences.HINTS, True)
    stage.blank()
    stage.add(edits.add_input, 0, 0, label="image", shape=(8, 8, 3))
    stage.layer("Dense", 320, 0, units=10)
    stage.settle()
    giver = stage.window.commands.of_program.hints
    stage.wait(lambda: giver.bubble is not None and giver.bubble.isVisible())


def empty(stage: Stage) -> None:
    """A design without nodes."""
    stage.blank()


def opening(stage: Stage) -> None:
    """An example is being made, and can be cancelled."""
    stage.open("two-branches")
    stage.window.open_example("ensemble")
    stage.rest(60)


def _dialog(stage: Stage) -> QDialog:
    """Return the dialog that is open."""
    shown = [w for w in stage.window.findChildren(QDialog) if w.isVisible()]
    return shown[-1]


AROUND: Mapping[str, Callable[[Stage], None]] = {
    "commands": commands,
    "commands-found": commands_found,
    "settings": settings,
    "settings-keys": settings_keys,
    "shortcuts": shortcuts,
    "problems": problems,
    "about": about,
    "picture": picture,
    "history": history,
    "problem-list": problem_list,
    "cost": cost,
    "tabs": tabs,
    "tabs-many": tabs_many,
    "floating": floating,
    "export": export_ready,
    "exporting": exporting,
    "hint": hint,
    "empty": empty,
    "opening": opening,
}
