"""Which keys do what: the defaults of the tables, and what the user has set in their place.

Menus and canvas share one space of keys: no key means two things. Everything that reacts to keys
asks here, so that a changed shortcut holds in every window at once.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence

from composer_gui.session.settings import Settings
from composer_gui.ui.actions import ACTIONS
from composer_gui.ui.canvas_keys import CANVAS_KEYS

CANVAS = "On the canvas"
"""The group of what keys do on the canvas only."""

_FOLDER = "keys"
_BETWEEN = " | "
_PORTABLE = QKeySequence.SequenceFormat.PortableText
_NATIVE = QKeySequence.SequenceFormat.NativeText
_MODIFIERS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.ShiftModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


@dataclass(frozen=True, slots=True)
class Command:
    """Something that keys can be given to; `group` is its menu's path, or `CANVAS`."""

    id: str
    text: str
    group: str
    defaults: tuple[str, ...]
    tip: str = ""


@functools.cache
def commands() -> Mapping[str, Command]:
    """Return all that keys can be given to, by id, in the order of the tables."""
    found = {
        entry.id: Command(entry.id, entry.text, entry.menu, _tidied(entry.keys), entry.tip)
        for entry in ACTIONS
        if not entry.submenu
    }
    for key in CANVAS_KEYS:
        found[key.id] = Command(key.id, key.text, CANVAS, _tidied(key.keys), key.tip)
    return found


def _tidied(keys: Sequence[str]) -> tuple[str, ...]:
    """Return keys in the one notation in which they are compared; what is no key is left out."""
    found = (QKeySequence(key).toString(_PORTABLE) for key in keys)
    return tuple(dict.fromkeys(key for key in found if key))


def shown(key: str) -> str:
    """Return a key as the system writes it."""
    return QKeySequence(key).toString(_NATIVE)


def key_of(event: QKeyEvent) -> str:
    """Return what was pressed, in the notation of the tables; "" for a modifier alone."""
    key = Qt.Key(event.key())
    if key in _MODIFIER_KEYS:
        return ""
    held = event.modifiers() & _MODIFIERS
    if key == Qt.Key.Key_Backtab:
        key, held = Qt.Key.Key_Tab, held | Qt.KeyboardModifier.ShiftModifier
    return QKeySequence(int(key) | held.value).toString(_PORTABLE)


_MODIFIER_KEYS = (
    *(Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr),
    *(Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock, Qt.Key.Key_ScrollLock, Qt.Key.Key_unknown),
)


class Keymap(QObject):
    """The keys that hold now. `changed()` when others do."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._settings: Settings | None = None
        self._own: dict[str, tuple[str, ...]] = {}
        self._keys: dict[str, tuple[str, ...]] = {}
        self._owners: dict[str, str] = {}
        self._join()

    def use(self, settings: Settings | None) -> None:
        """Take the keys that are kept in `settings`, and keep there what is changed from now on."""
        self._settings = settings
        own = {}
        for command in commands() if settings is not None else ():
            kept = settings.value(f"{_FOLDER}/{command}")
            if kept is not None:
                own[command] = _tidied(str(kept).split(_BETWEEN))
        if own != self._own:
            self._own = own
            self._join()
            self.changed.emit()

    def _join(self) -> None:
        """Give every key to one command: what the user has set goes before the defaults."""
        self._owners = {}
        for command, keys in self._own.items():
            for key in keys:
                self._owners.setdefault(key, command)
        for command in commands().values():
            if command.id not in self._own:
                for key in command.defaults:
                    self._owners.setdefault(key, command.id)
        self._keys = dict.fromkeys(commands(), ())
        for command in commands().values():
            wanted = self._own.get(command.id, command.defaults)
            self._keys[command.id] = tuple(k for k in wanted if self._owners[k] == command.id)

    # Asking --------------------------------------------------------------------------------------

    def keys(self, command: str) -> tuple[str, ...]:
        """Return the keys of a command, the first is the one to show; raises KeyError."""
        return self._keys[command]

    def shown(self, command: str, most: int = 2) -> str:
        """Return the keys of a command as the system writes them, "" where it has none."""
        return " or ".join(shown(key) for key in self.keys(command)[:most])

    def owner(self, key: str) -> str:
        """Return the command that a key belongs to, "" where it is free."""
        return self._owners.get(key, "")

    def command(self, event: QKeyEvent) -> str:
        """Return the command whose key was pressed, "" where it is nobody's."""
        return self.owner(key_of(event))

    def is_changed(self, command: str) -> bool:
        """Whether a command's keys are not its defaults."""
        return self.keys(command) != commands()[command].defaults

    # Changing ------------------------------------------------------------------------------------

    def assign(self, command: str, keys: Sequence[str]) -> None:
        """Give keys to a command, in the place of those it has; who had them has them no more."""
        keys = _tidied(keys)
        for other in {self.owner(key) for key in keys} - {"", command}:
            self._put(other, tuple(key for key in self.keys(other) if key not in keys))
        self._put(command, keys)
        self._join()
        self.changed.emit()

    def reset(self, command: str) -> None:
        """Give a command its defaults; who has them meanwhile has them no more."""
        self.assign(command, commands()[command].defaults)

    def reset_all(self) -> None:
        """Give every command its defaults."""
        self.restore({})

    def own(self) -> Mapping[str, tuple[str, ...]]:
        """Return the keys that are not the defaults, by command, for `restore`."""
        return dict(self._own)

    def restore(self, own: Mapping[str, tuple[str, ...]]) -> None:
        """Take the keys that `own` told once."""
        for command in list(self._own):
            if command not in own:
                self._put(command, commands()[command].defaults)
        for command, keys in own.items():
            self._put(command, keys)
        self._join()
        self.changed.emit()

    def _put(self, command: str, keys: tuple[str, ...]) -> None:
        name = f"{_FOLDER}/{command}"
        if keys == commands()[command].defaults:
            self._own.pop(command, None)
            if self._settings is not None:
                self._settings.forget(name)
            return
        self._own[command] = keys
        if self._settings is not None:
            self._settings.remember(name, _BETWEEN.join(keys))


@functools.cache
def current() -> Keymap:
    """Return the keys that hold in this program."""
    return Keymap()


class Shortcuts(QObject):
    """Keeps the shortcuts of a window's actions what the keymap says; lives as long as `owner`."""

    def __init__(self, owner: QObject, made: Mapping[str, QAction]) -> None:
        super().__init__(owner)
        self._made = made
        current().changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        for command, action in self._made.items():
            keys = [QKeySequence(key) for key in current().keys(command)]
            if keys != action.shortcuts():
                action.setShortcuts(keys)
