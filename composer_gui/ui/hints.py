"""The hints: what is said once to somebody new, as data, and which were dismissed for good."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from composer_gui.core.document import Document, Frame, Note, wires_into
from composer_gui.session.settings import Settings
from composer_gui.ui import keymap, preferences

DISMISSED_KEY = "hints/dismissed"
MANY_STEPS = 15
"""After how many steps somebody has learned enough to hear of a quicker way."""

BELOW, ABOVE, RIGHT = "below", "above", "right"
"""Where on the canvas a hint is looked for room first."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a hint looks at: the level shown, what is known of it, and what is seen.

    `is_right` tells that Keras has answered and found nothing wrong. `is_whole` that all nodes are
    in the view. `steps` are those of the history.
    """

    document: Document
    is_right: bool = False
    is_whole: bool = True
    steps: int = 0

    @property
    def nodes(self) -> int:
        """How many nodes there are that can have wires."""
        plain = (Frame, Note)
        return sum(not isinstance(node, plain) for node in self.document.nodes.values())

    @property
    def has_wires(self) -> bool:
        """Whether anything is wired."""
        return any(wires_into(node) for node in self.document.nodes.values() if node.inputs)


@dataclass(frozen=True, slots=True)
class Hint:
    """A sentence or two, and when it helps. `{id}` in it becomes the keys of a command."""

    id: str
    text: str
    helps: Callable[[Moment], bool]
    place: str = BELOW

    def words(self) -> str:
        """Return the text with the keys that hold now; a sentence whose keys are gone is left out.

        What is left may be nothing.
        """
        sentences = re.split(r"(?<=\.) ", self.text)
        return " ".join(filter(None, map(_with_keys, sentences)))


def _with_keys(sentence: str) -> str:
    names = re.findall(r"\{(\w+)\}", sentence)
    keys = {name: keymap.current().shown(name, most=1) for name in names}
    return sentence.format_map(keys) if all(keys.values()) else ""


HINTS = (
    Hint("wire", "To draw a wire, drag from a ring to another. {connect} at a selected node does "
                 "it with keys.",
         lambda now: not now.has_wires and now.nodes > 1),
    Hint("export", "Everything fits. {export} makes the model and its Python source, with a proof "
                   "that the two compute the same.",
         lambda now: now.is_right and bool(now.document.outputs), RIGHT),
    Hint("view", "Not all of it is seen. {fit} shows the whole design; drag with the middle "
                 "button to move the view.",
         lambda now: not now.is_whole, ABOVE),
    Hint("insert", "To put a node into a wire, drop it on the wire.",
         lambda now: now.has_wires and now.steps >= MANY_STEPS // 3),
    Hint("palette", "{command_palette} finds every command by a few letters of its name.",
         lambda now: now.steps >= MANY_STEPS, ABOVE),
)  # fmt: skip
"""All there are, the most helpful first. Few, since nobody reads many."""


class Hints(QObject):
    """Which hints were dismissed for good; `changed()` when others are."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._settings: Settings | None = None
        self.dismissed: frozenset[str] = frozenset()

    def use(self, settings: Settings | None) -> None:
        """Take what is kept in `settings`, and keep there what is dismissed from now on."""
        self._settings = settings
        kept = settings.names(DISMISSED_KEY) if settings is not None else ()
        self._set(frozenset(kept))

    @property
    def are_left(self) -> bool:
        """Whether hints are wanted and one was not dismissed yet."""
        wanted = bool(preferences.current().value(preferences.HINTS))
        return wanted and any(hint.id not in self.dismissed for hint in HINTS)

    def next(self, now: Moment) -> Hint | None:
        """Return the hint that helps most now, None where none does or none are wanted."""
        if not self.are_left:
            return None
        open_ones = (hint for hint in HINTS if hint.id not in self.dismissed)
        return next((hint for hint in open_ones if hint.helps(now) and hint.words()), None)

    def dismiss(self, name: str) -> None:
        """Say a hint never again."""
        self.restore(self.dismissed | {name})

    def restore(self, dismissed: Iterable[str]) -> None:
        """Let exactly these hints be dismissed."""
        self._set(frozenset(dismissed))
        if self._settings is not None:
            self._settings.remember(DISMISSED_KEY, sorted(self.dismissed))

    def _set(self, dismissed: frozenset[str]) -> None:
        if dismissed != self.dismissed:
            self.dismissed = dismissed
            self.changed.emit()


@functools.cache
def current() -> Hints:
    """Return the hints of this program."""
    return Hints()
