"""Entries of the menus of the right button, each with the key that does the same."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from composer_gui.ui import keymap
from composer_gui.ui.reasons import allow


def add(
    menu: QMenu, text: str, command, *args, key: str = "", why_not: str = "", **kwargs
) -> QAction:
    """Put an entry into a menu that calls `command` with the arguments; return it.

    `key` is the id of what the keymap has keys for that do the same.
    """
    keys = keymap.current().shown(key, 1) if key else ""
    action = menu.addAction(f"{text}\t{keys}" if keys else text)
    allow(action, why_not)
    # partial, not lambda: it keeps what it was given, and drops the signal's own arguments
    action.triggered.connect(partial(_run, partial(command, *args, **kwargs)))
    return action


def submenu(menu: QMenu, text: str) -> QMenu:
    """Put a menu into a menu, whose grey entries say why they are."""
    inner = menu.addMenu(text)
    inner.setToolTipsVisible(True)
    return inner


def _run(command, _checked: bool = False) -> None:
    command()
