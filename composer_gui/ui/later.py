"""What the window loads once it is on the screen: importing it takes as long as all the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from composer_gui.ui.command_palette import CommandPalette
    from composer_gui.ui.desk import Desk
    from composer_gui.ui.export_dialog import ExportDialog
    from composer_gui.ui.help_dialogs import AboutDialog, ShortcutsDialog
    from composer_gui.ui.picture_dialog import PictureDialog
    from composer_gui.ui.workspace import Workspace


def desk() -> type[Desk]:
    """Return the class of the desk: the docks around the canvas."""
    from composer_gui.ui.desk import Desk

    return Desk


def workspace() -> type[Workspace]:
    """Return the class of the workspace: canvas, panels and all they need."""
    from composer_gui.ui.workspace import Workspace

    return Workspace


def export_dialog() -> type[ExportDialog]:
    """Return the class of the export dialog."""
    from composer_gui.ui.export_dialog import ExportDialog

    return ExportDialog


def picture_dialog() -> type[PictureDialog]:
    """Return the class of the dialog that asks what to draw into which file."""
    from composer_gui.ui.picture_dialog import PictureDialog

    return PictureDialog


def command_palette() -> type[CommandPalette]:
    """Return the class of the command palette."""
    from composer_gui.ui.command_palette import CommandPalette

    return CommandPalette


def help_dialogs() -> tuple[type[AboutDialog], type[ShortcutsDialog]]:
    """Return the classes of the dialogs of the Help menu."""
    from composer_gui.ui.help_dialogs import AboutDialog, ShortcutsDialog

    return AboutDialog, ShortcutsDialog
