"""What the user may choose about Composer, as data, and what is chosen now.

Who goes by a choice asks `current().value(key)` and follows `current().changed`. A choice holds in
every window at once.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from composer_gui.session.settings import Settings

THEME = "theme"
WIRE_SPECS = "canvas/wire_specs"
SNAP = "canvas/snap"
MINIMAP = "canvas/minimap"
REDUCE_MOTION = "canvas/reduce_motion"
HINTS = "hints/shown"
STYLE, WEIGHTS, PROVE = "export/style", "export/weights", "export/prove"
BATCH = "cost/batch"

ALWAYS, ON_HOVER = "always", "hover"
"""When wires show what flows in them."""

Value = str | bool | int

LOOKS, CANVAS, EXPORT, COST = "Looks", "Canvas", "Export", "Cost"


@dataclass(frozen=True, slots=True)
class Preference:
    """One choice: its key among the settings, what it is called, and what can be chosen.

    A `default` that is a truth value is a box to tick, a whole number is typed and lies between
    `least` and `most`, and a text is one of `choices`, each a value with its words.
    """

    key: str
    group: str
    text: str
    default: Value
    choices: tuple[tuple[str, str], ...] = ()
    tip: str = ""
    least: int = 0
    most: int = 0


PREFERENCES = (
    Preference(THEME, LOOKS, "Theme", "system",
               (("system", "As the system"), ("dark", "Dark"), ("light", "Light"),
                ("contrast-dark", "High contrast, dark"),
                ("contrast-light", "High contrast, light"))),
    Preference(REDUCE_MOTION, LOOKS, "Reduce motion", False,
               tip="Nodes are at their new places at once when a design is arranged"),
    Preference(HINTS, LOOKS, "Show hints", True,
               tip="Say once, where it is, what one may not find by oneself"),
    Preference(WIRE_SPECS, CANVAS, "Shapes on wires", ALWAYS,
               ((ALWAYS, "Always"), (ON_HOVER, "Under the mouse")),
               "When wires say the shape and dtype of what flows in them"),
    Preference(SNAP, CANVAS, "Snap to the grid", True,
               tip="Nodes that are dragged stop at the grid, unless Ctrl is held"),
    Preference(MINIMAP, CANVAS, "Show the minimap", True,
               tip="A small map of the whole design in the corner of the canvas"),
    Preference(STYLE, EXPORT, "Source", "saved",
               (("saved", "Loads the saved models"), ("scratch", "Builds everything from scratch")),
               "What the export dialog has chosen at first"),
    Preference(WEIGHTS, EXPORT, "Write weights", True,
               tip="In the style from scratch: a file of weights that the source loads"),
    Preference(PROVE, EXPORT, "Prove each export", True,
               tip="Load what was written in a fresh process, and compare what it computes"),
    Preference(BATCH, COST, "Samples in a batch", 32, least=1, most=1_000_000,
               tip="For how many samples at once the memory of activations is told"),
)  # fmt: skip

_BY_KEY = {preference.key: preference for preference in PREFERENCES}


def of(key: str) -> Preference:
    """Return what can be chosen under a key; raises KeyError."""
    return _BY_KEY[key]


class Preferences(QObject):
    """What is chosen now. `changed(key)` when something else is."""

    changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._settings: Settings | None = None
        self._unkept: dict[str, Value] = {}

    def use(self, settings: Settings | None) -> None:
        """Take what is kept in `settings`, and keep there what is chosen from now on."""
        if settings is self._settings:
            return
        before = {key: self.value(key) for key in _BY_KEY}
        self._settings, self._unkept = settings, {}
        for key, value in before.items():
            if self.value(key) != value:
                self.changed.emit(key)

    def value(self, key: str) -> Value:
        """Return what is chosen, the default where what is kept makes no sense; raises KeyError."""
        preference = _BY_KEY[key]
        if self._settings is None:
            return self._unkept.get(key, preference.default)
        return _read(preference, self._settings.value(key))

    def choose(self, key: str, value: Value) -> None:
        """Choose something; raises ValueError for what cannot be chosen."""
        if _read(_BY_KEY[key], value) != value:
            raise ValueError(f"{value!r} is no choice for {key}")
        if value == self.value(key):
            return
        if self._settings is None:
            self._unkept[key] = value
        else:
            kept = str(value).lower() if isinstance(value, bool) else value
            self._settings.remember(key, kept)
        self.changed.emit(key)


def _read(preference: Preference, kept: object) -> Value:
    """Return a kept value as what it was: an INI file holds texts only."""
    default = preference.default
    text = str(kept).lower() if isinstance(kept, bool) else str(kept)
    if isinstance(default, bool):
        return {"true": True, "false": False}.get(text, default)
    if isinstance(default, int):
        is_number = text.isascii() and text.isdecimal()
        is_within = is_number and preference.least <= int(text) <= preference.most
        return int(text) if is_within else default
    return text if text in dict(preference.choices) else default


@functools.cache
def current() -> Preferences:
    """Return what is chosen in this program."""
    return Preferences()
