"""What menu entries about the program itself do: finding commands, settings, help."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication

from composer_gui.ui import later, preferences, theme

if TYPE_CHECKING:
    from composer_gui.ui.command_palette import CommandPalette
    from composer_gui.ui.hint_bubble import HintGiver
    from composer_gui.ui.main_window import MainWindow
    from composer_gui.ui.settings_dialog import SettingsDialog


class ProgramCommands(QObject):
    """The commands of one window that need no design; keeps the window what was chosen for it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        preferences.current().use(window.settings)
        self._giver: HintGiver | None = None
        preferences.current().changed.connect(self._follow)
        window.gallery_page.keys_wanted.connect(self._show_shortcuts)
        window.gallery_page.problems_wanted.connect(self._show_problem_page)

    def handlers(self) -> dict[str, Callable[..., None]]:
        """Return who does what each menu entry says."""
        return {
            "command_palette": self._open_palette,
            "settings": self._open_settings,
            "shortcuts": self._show_shortcuts,
            "problem_help": self._show_problem_page,
            "about": self._show_about,
            "wire_specs": self._choose_wire_specs,
            "minimap": self._choose_minimap,
        }

    def _follow(self, key: str) -> None:
        """Wear the theme that was chosen, and tick what is chosen now."""
        if key == preferences.THEME:
            name = str(preferences.current().value(key))
            if theme.watch().name != name:
                theme.apply(QApplication.instance(), name)
            self._window.commands.tick_theme(name)
        self.tick()

    @property
    def hints(self) -> HintGiver:
        """What gives hints in the window; made when a design is on the screen."""
        if self._giver is None:
            self._know_hints()
            self._giver = later.hint_giver()(self._window)
        return self._giver

    def _know_hints(self) -> None:
        """Take up which hints were dismissed."""
        later.hints().current().use(self._window.settings)

    def look_for_hints(self) -> None:
        """Have a hint given once work rests."""
        if self._giver is not None or self._window.is_working:
            self.hints.soon()

    def tick(self) -> None:
        """Tick the entries of what is chosen."""
        made, chosen = self._window.actions_by_id, preferences.current()
        at_rest = chosen.value(preferences.WIRE_SPECS) == preferences.ALWAYS
        made["wire_specs"].setChecked(at_rest)
        made["minimap"].setChecked(bool(chosen.value(preferences.MINIMAP)))

    # Commands ------------------------------------------------------------------------------------

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

    def _choose_minimap(self, is_shown: bool) -> None:
        preferences.current().choose(preferences.MINIMAP, is_shown)

    # Dialogs -------------------------------------------------------------------------------------

    def _open_settings(self, *_: object) -> SettingsDialog:
        self._know_hints()
        dialog = later.settings_dialog()(self._window)
        dialog.open()
        return dialog

    def _open_keyboard_settings(self) -> None:
        self._open_settings().show_keyboard()

    def _show_shortcuts(self, *_: object) -> None:
        sheet = later.shortcut_sheet()(self._window)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.change_wanted.connect(sheet.accept)
        sheet.change_wanted.connect(self._open_keyboard_settings)
        sheet.open()

    def _show_problem_page(self, *_: object) -> None:
        page = later.problem_page()(self._window)
        page.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        page.show()

    def _show_about(self, *_: object) -> None:
        later.about_dialog()(self._window.session, self._window).open()
