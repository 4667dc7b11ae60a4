"""What the window loads once it is on the screen: importing it takes as long as all the rest."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from composer_gui.ui.command_palette import CommandPalette
    from composer_gui.ui.desk import Desk
    from composer_gui.ui.export_dialog import ExportDialog
    from composer_gui.ui.help_dialogs import AboutDialog
    from composer_gui.ui.hint_bubble import HintGiver
    from composer_gui.ui.picture_dialog import PictureDialog
    from composer_gui.ui.problem_page import ProblemPage
    from composer_gui.ui.settings_dialog import SettingsDialog
    from composer_gui.ui.shortcut_sheet import ShortcutSheet
    from composer_gui.ui.workspace import Workspace


IN_PIECES = (
    "core.document",
    "core.change",
    "core.verdicts",
    "core.trials",
    "core.structure",
    "core.edit_splice",
    "core.fragment",
    "session.model_files",
    "session.arrivals",
    "session.session",
    "session.gallery",
    "ui.canvas.node_item",
    "core.origins",
    "ui.canvas.scene",
    "session.fitting",
    "ui.canvas.quick_search",
    "ui.canvas.command_view",
    "ui.canvas.connect_mode",
    "ui.canvas.ears",
    "ui.canvas.overview",
    "ui.canvas.problem_card",
    "ui.canvas.view",
    "ui.panels.node_view",
    "ui.panels.ports_part",
    "ui.panels.call_view",
    "ui.panels.inspector",
    "ui.panels.palette",
    "core.codegen.naming",
    "core.codegen.expressions",
    "core.codegen.alignment",
    "core.codegen.blocks",
    "core.codegen.keras_script",
    "ui.panels.source_preview",
    "ui.workspace",
    "ui.desk",
)
"""What the workspace needs, in an order in which each brings little more than itself."""


def pieces() -> Iterator[ModuleType]:
    """Bring what the workspace needs, a piece with every step; none takes long."""
    for name in IN_PIECES:
        yield importlib.import_module(f"composer_gui.{name}")


def totals() -> ModuleType:
    """Return the module that adds up what a design holds."""
    from composer_gui.ui import totals

    return totals


def severity() -> ModuleType:
    """Return the module that tells what is wrong from what is not done yet."""
    from composer_gui.ui import severity

    return severity


def hints() -> ModuleType:
    """Return the module of what is said once to somebody new."""
    from composer_gui.ui import hints

    return hints


def code_consent() -> ModuleType:
    """Return the module that asks whether a Python file may be run."""
    from composer_gui.ui.panels import code_consent

    return code_consent


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


def hint_giver() -> type[HintGiver]:
    """Return the class of what gives hints."""
    from composer_gui.ui.hint_bubble import HintGiver

    return HintGiver


def settings_dialog() -> type[SettingsDialog]:
    """Return the class of the dialog of all settings."""
    from composer_gui.ui.settings_dialog import SettingsDialog

    return SettingsDialog


def shortcut_sheet() -> type[ShortcutSheet]:
    """Return the class of the sheet of shortcuts."""
    from composer_gui.ui.shortcut_sheet import ShortcutSheet

    return ShortcutSheet


def problem_page() -> type[ProblemPage]:
    """Return the class of the page on what problems mean."""
    from composer_gui.ui.problem_page import ProblemPage

    return ProblemPage


def about_dialog() -> type[AboutDialog]:
    """Return the class of the dialog that names versions and licences."""
    from composer_gui.ui.help_dialogs import AboutDialog

    return AboutDialog
