"""What the menu entries of a window do, by the ids of the table in `actions`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from composer_gui.ui import actions, later, preferences, theme
from composer_gui.ui.program_commands import ProgramCommands
from composer_gui.ui.reasons import allow

if TYPE_CHECKING:
    from composer_gui.ui.designs import OpenDesign
    from composer_gui.ui.main_window import MainWindow
    from composer_gui.ui.panels.inspector import Inspector


class WindowCommands(QObject):
    """The commands of one window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._told: dict[str, str] = {}
        self.of_program = ProgramCommands(window)

    def handlers(self) -> dict[str, Callable[..., None]]:
        """Return who does what each menu entry says."""
        tables = (
            (_ON_WINDOW, self._on_window),
            (_ON_CANVAS, self._on_canvas),
            (dict(zip(_ON_LAYERS, _ON_LAYERS, strict=True)), self._on_layers),
            (_PLACED, self._place),
            ({f"show_{name}": name for name in _PANELS}, self._show_panel),
            ({f"bars_{name}": name for name in _BARS}, self._show_bars),
            ({f"theme_{name}": name for name in theme.NAMES}, self._use_theme),
        )
        found = {
            action: partial(act, given) for table, act in tables for action, given in table.items()
        }
        return found | {
            "export": self._plainly(self.export),
            "export_picture": self._plainly(self.export_picture),
            "quit": self._plainly(_quit),
            "find_in_palette": self._plainly(self._find),
            "next_problem": partial(self._go_to_problem, 1),
            "previous_problem": partial(self._go_to_problem, -1),
            "set_name": self._plainly(self._edit_name),
            "set_seed": self._plainly(self._edit_seed),
            **self.of_program.handlers(),
        }

    def _plainly(self, act: Callable[[], object]) -> Callable[..., None]:
        """Return `act` without the argument that Qt's `triggered` brings."""

        def done(*_: object) -> None:
            act()

        return done

    # Enabling ------------------------------------------------------------------------------------

    def enable(self) -> None:
        """Let those entries be used that make sense now, and say what undo would take back."""
        window = self._window
        history = window.session.history if window.designs.has_session else None
        undone, redone = (
            (history.undo_label, history.redo_label) if history is not None else (None, None)
        )
        present = {"tab"} if window.top.tabs.count() else set()
        present |= {"tabs"} if window.top.tabs.count() > 1 else set()
        if window.is_working:
            present.add("design")
            present |= {"selection"} if window.canvas.selected() else set()
            present |= window.canvas.abilities()
            present |= {"undo"} if undone else set()
            present |= {"redo"} if redone else set()
        made = window.actions_by_id
        actions.enable(made, frozenset(present), self._told)
        if window.is_working:
            made[f"bars_{window.workspace.bars.figure or 'none'}"].setChecked(True)
            self._tick_panels()
        made["freeze"].setText("Thaw" if "frozen" in present else "Freeze")
        made["bypass"].setText("End Bypass" if "bypassed" in present else "Bypass")
        made["pin"].setText("Let Go of the Place" if "pinned" in present else "Pin in Place")
        made["fold"].setText("Unfold Frame" if "folded" in present else "Fold Frame")
        text = "Train as Usual" if "inference only" in present else "Inference Only"
        made["inference_only"].setText(text)
        made["undo"].setText(f"Undo {_quiet(undone)}".strip())
        made["redo"].setText(f"Redo {_quiet(redone)}".strip())
        self.of_program.tick()
        self.of_program.look_for_hints()

    def fill_recent(self) -> None:
        """List the designs that were open last."""
        menu = self._window.menus["File/Open Recent"]
        menu.clear()
        menu.setToolTipsVisible(True)
        for path in self._window.files.recent():
            # An ampersand in a menu underlines the next letter
            entry = menu.addAction(str(path).replace("&", "&&"))
            allow(entry, "" if path.exists() else f"{path} is not there now.")
            entry.triggered.connect(partial(self._open_recent, path))
        if menu.isEmpty():
            allow(
                menu.addAction("No designs yet"),
                "Designs that were saved or opened are listed here.",
            )
            return
        menu.addSeparator()
        menu.addAction("Forget These").triggered.connect(self._forget_recent)

    def _open_recent(self, path: Path, *_: object) -> None:
        self._window.files.open_path(path)

    def _forget_recent(self, *_: object) -> None:
        self._window.settings.forget_recent()
        self._window.gallery_page.show_recent([])

    # Doing ---------------------------------------------------------------------------------------

    def _on_window(self, way: str, *_: object) -> None:
        # Found when it is wanted: which session and which canvas that is changes with the tab
        attrgetter(way)(self._window)()

    def _on_canvas(self, method: str, *_: object) -> None:
        getattr(self._window.canvas, method)()

    def _on_layers(self, name: str, *_: object) -> None:
        self._window.canvas.act(name)

    def _place(self, what: str, *_: object) -> None:
        self._window.workspace.add_node(what)

    def _find(self) -> None:
        self._window.desk.open_dock("palette")
        self._window.workspace.layer_palette.find()

    def _go_to_problem(self, step: int, *_: object) -> None:
        self._window.workspace.next_problem(step)

    def show_problems(self) -> None:
        """Bring the list of problems to the front."""
        self._window.desk.open_dock("problems")

    def _show_panel(self, name: str, *_: object) -> None:
        self._window.desk.toggle_dock(name)
        self._tick_panels()

    def _tick_panels(self) -> None:
        """Tick the docks that are there."""
        docks, made = self._window.desk.docks, self._window.actions_by_id
        for name in _PANELS:
            made[f"show_{name}"].setChecked(docks[name].is_open)
        made["show_bottom"].setChecked(self._window.desk.has_bottom)

    def _show_bars(self, figure: str, *_: object) -> None:
        self._window.workspace.bars.show(figure)

    def _use_theme(self, name: str, *_: object) -> None:
        preferences.current().choose(preferences.THEME, name)

    def tick_theme(self, name: str) -> None:
        """Tick the theme that holds."""
        action = self._window.actions_by_id.get(f"theme_{name}")
        if action is not None:
            action.setChecked(True)

    def export(self) -> None:
        """Ask what to export where, do it, and show the proof; one works on meanwhile."""
        window, design = self._window, self._window.designs.current
        if design.exporting is None:
            design.exporting = dialog = later.export_dialog()(
                window.session, window.files.folder(), window.settings, window
            )
            dialog.node_chosen.connect(partial(self._show_node, design))
            dialog.finished.connect(design.end_export)
            dialog.show()
        design.exporting.raise_()
        design.exporting.activateWindow()

    def _show_node(self, design: OpenDesign, node_id: str) -> None:
        self._window.designs.show(design.session)
        self._window.canvas.show_node(node_id)

    def export_picture(self) -> None:
        """Ask what of the design to draw into which file, and draw it."""
        window = self._window
        chosen, folder = window.canvas.selected(), window.files.folder()
        dialog = later.picture_dialog()(window.session, chosen, folder, window.settings, window)
        dialog.written.connect(self._tell_written)
        dialog.open()

    def _tell_written(self, path: Path) -> None:
        self._window.status.say(f"{path.name} is written.")

    def _edit_name(self) -> None:
        self._show_inspector().edit_design("name")

    def _edit_seed(self) -> None:
        self._show_inspector().edit_design("seed")

    def _show_inspector(self) -> Inspector:
        """Bring the inspector to the front, on the design as a whole."""
        self._window.desk.open_dock("inspector")
        self._window.canvas.select(())
        return self._window.workspace.inspector


_PANELS = ("palette", "inspector", "python", "problems", "cost", "history")
"""The docks; what shows one is called after it, such as "show_palette"."""

_PLACED = {"add_input": "input", "add_output": "output"}

_BARS = ("none", "parameters", "activations", "flops")

_ON_WINDOW = {
    "new": "files.new",
    "new_window": "new_window_requested.emit",
    "open": "files.ask_and_open",
    "gallery": "show_gallery",
    "close_design": "close_tab",
    "next_design": "next_design",
    "previous_design": "previous_design",
    "add_model": "files.ask_for_models",
    "save": "files.save",
    "save_as": "files.save_as",
    "close": "close",
    "undo": "session.undo",
    "redo": "session.redo",
    "next_panel": "desk.focus_next",
    "reset_layout": "desk.reset",
    "show_bottom": "desk.toggle_bottom",
    "explain_problem": "workspace.explain_problem",
}
"""What is called, from the window on."""

_ON_CANVAS = {
    "cut": "cut",
    "copy": "copy",
    "paste": "paste",
    "duplicate": "duplicate",
    "delete": "delete_selection",
    "select_all": "select_all",
    "zoom_in": "zoom_in",
    "zoom_out": "zoom_out",
    "zoom_reset": "zoom_reset",
    "add_layer": "quick_add",
}


_ON_LAYERS = (
    "open_up",
    "group",
    "ungroup",
    "enter",
    "leave",
    "use_again",
    "make_independent",
    "freeze",
    "inference_only",
    "replace_with",
    "delete_and_heal",
    "duplicate_shared",
    "paste_shared",
    "paste_wired",
    "arrange",
    "arrange_down",
    "bypass",
    "pull_out",
    "pin",
    "frame_selection",
    "frame_colour",
    "reroute",
    "fold",
    "select_upstream",
    "select_downstream",
    "select_between",
    "align_left",
    "align_centre",
    "align_right",
    "align_top",
    "align_middle",
    "align_bottom",
    "distribute_across",
    "distribute_down",
    "fit",
    "fit_selection",
    "view_back",
    "view_forward",
    "find",
    "find_next",
    "find_previous",
)


def _quiet(label: str | None) -> str:
    """Return what an edit is called in the middle of a sentence; names keep their capitals."""
    return f"“{label}”".replace("&", "&&") if label else ""


def _quit() -> None:
    QApplication.closeAllWindows()
