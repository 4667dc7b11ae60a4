"""What menu entries about the program itself do: finding commands, settings, help."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from composer_gui.ui import later, preferences

if TYPE_CHECKING:
    from composer_gui.ui.command_palette import CommandPalette
    from composer_gui.ui.main_window import MainWindow


class ProgramCommands(QObject):
    """The commands of one window that need no design."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def handlers(self) -> dict[str, Callable[..., None]]:
        """Return who does what each menu entry says."""
        return {
            "command_palette": self._open_palette,
            "shortcuts": self._show_shortcuts,
            "about": self._show_about,
            "wire_specs": self._choose_wire_specs,
        }

    @cached_property
    def palette(self) -> CommandPalette:
        """The command palette of the window; made when it is first wanted."""
        return later.command_palette()(self._window)

    def _open_palette(self, *_: object) -> None:
        self._window.commands.enable()
        self.palette.open_palette()

    def _choose_wire_specs(self, is_always: bool) -> None:
        choice = preferences.ALWAYS if is_always else preferences.ON_HOVER
        preferences.current().choose(preferences.WIRE_SPECS, choice)

    def _show_shortcuts(self, *_: object) -> None:
        _, shortcuts = later.help_dialogs()
        shortcuts(self._window).open()

    def _show_about(self, *_: object) -> None:
        about, _ = later.help_dialogs()
        about(self._window.session, self._window).open()
