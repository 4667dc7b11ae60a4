"""Freezing layers inside a saved model by pattern, with what a pattern matches counted live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from composer_gui.core import edits, freezing
from composer_gui.core.layer_kinds import SavedModel
from composer_gui.ui.controls import SignButton, TextField, push_button
from composer_gui.ui.panels.fields import Column
from composer_gui.ui.panels.inside_rows import total
from composer_gui.ui.reasons import allow
from composer_gui.ui.totals import show_parameters
from composer_gui.ui.words import Line, count_of

if TYPE_CHECKING:
    from composer_gui.ui.panels.inside_part import InsidePart

MOST_PATTERNS = 6
NO_PATTERN = "Type a name or a pattern such as block5_* first."
NO_MATCH = "No layer inside has such a name or class."
THAWS = "A pattern that begins with ! thaws."
"""How many patterns are listed; the later ones decide, so these are the last."""


class FreezePart(Column):
    """A field for a pattern, what it matches, and the patterns that hold, each to be taken away.

    `pattern_changed()` when what is typed matches other layers: `matched`, by their paths.
    """

    pattern_changed = Signal()

    def __init__(self, part: InsidePart) -> None:
        super().__init__(spacing=4)
        self._part = part
        self._shown: tuple[str, ...] | None = None
        self.matched: frozenset[str] = frozenset()
        self.field = TextField(mono=True)
        self.field.setPlaceholderText("block[1-3]_*")
        self.field.setAccessibleName("Pattern of layers to freeze")
        self.field.setToolTip(
            "Names, paths or class names; * stands for anything, [1-3] for one of these"
        )
        self.freeze = push_button("Freeze", role="quiet")
        self.thaw = push_button("Thaw", role="quiet")
        self.count = Line(px=12, tone="tertiary")
        self.state = Line(px=12, tone="secondary")
        self.patterns = Column(spacing=0)
        self.add(self.row(self.field, self.freeze, self.thaw, spacing=2))
        self.add(self.count, self.patterns, self.state)
        self.field.textChanged.connect(self._look)
        self.field.returnPressed.connect(lambda: self.add_typed())
        self.freeze.clicked.connect(lambda: self.add_typed())
        self.thaw.clicked.connect(lambda: self.add_typed(thaw=True))
        self._look()

    @property
    def layer(self) -> SavedModel:
        """The saved model that is shown."""
        return self._part.layer

    def follow(self) -> None:
        """Show the patterns that hold, and how much of the model they freeze."""
        self._look()
        patterns = self.layer.frozen
        if patterns != self._shown:
            self._shown = patterns
            self._list(patterns)
        self.state.setText(self._state() if patterns else "")
        self.state.setVisible(bool(patterns))

    def _state(self) -> str:
        """Return "24 of 90 layers frozen, 1.2 M weights"."""
        frozen = self._part.frozen()
        weights = self._weights(frozen)
        of = f"{len(frozen)} of {count_of(len(self._part.leaves), 'layer')} frozen"
        return f"{of}, {weights}" if weights else of

    def _look(self) -> None:
        """Count what the pattern that is being typed matches."""
        pattern = self._typed()
        leaves = self._part.leaves if pattern else ()
        matched = frozenset(path for path, name in leaves if freezing.matches(pattern, path, name))
        self.count.setVisible(bool(pattern))
        thaws = self._thaws()
        words = f"Thaws {pattern}" if thaws else pattern
        self.count.setText(f"{words}: {self._sum(matched)}" if matched else "Matches no layer.")
        unmatched = "" if matched else NO_MATCH if pattern else NO_PATTERN
        allow(self.freeze, unmatched or (THAWS if thaws else ""))
        allow(self.thaw, unmatched)
        self.thaw.setVisible(thaws or bool(self.layer.frozen))
        if matched != self.matched:
            self.matched = matched
            self.pattern_changed.emit()

    def _typed(self) -> str:
        return self.field.text().strip().removeprefix("!")

    def _thaws(self) -> bool:
        """Return whether what is typed says of itself that it thaws."""
        return self.field.text().strip().startswith("!")

    def _sum(self, paths: frozenset[str]) -> str:
        """Return "24 layers, 1.2 M weights"; without the weights where they are not known."""
        words, weights = count_of(len(paths), "layer"), self._weights(paths)
        return f"{words}, {weights}" if weights else words

    def _weights(self, paths: frozenset[str]) -> str:
        inside = self._part.inside
        if inside is None:
            return ""
        found = total(part.parameters for path, part in inside.leaves() if path in paths)
        return "" if found is None else f"{show_parameters(found)} weights"

    def _list(self, patterns: tuple[str, ...]) -> None:
        while self.patterns.column.count():
            widget = self.patterns.column.takeAt(0).widget()
            widget.hide()
            widget.deleteLater()
        for pattern in patterns[-MOST_PATTERNS:]:
            self.patterns.add(self._row(pattern))
        more = len(patterns) - MOST_PATTERNS
        if more > 0:
            self.patterns.add(Line(f"and {more} earlier", px=12, tone="tertiary"))
        self.patterns.setVisible(bool(patterns))

    def _row(self, pattern: str) -> QWidget:
        word = "thaws" if pattern.startswith("!") else "freezes"
        remove = SignButton("close", f"Take {pattern} away")
        remove.setFixedSize(22, 22)
        remove.setProperty("pattern", pattern)
        remove.clicked.connect(self._remove)
        name = Line(pattern.removeprefix("!"), px=12, mono=True)
        name.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        said = Line(word, px=12, tone="tertiary")
        said.setFixedWidth(48)
        return self.row(said, name, remove, spacing=6)

    def remove_buttons(self) -> list[SignButton]:
        """Return the buttons that take the listed patterns away, in their order."""
        return self.patterns.findChildren(SignButton)

    def _remove(self) -> None:
        pattern = self.sender().property("pattern")
        kept = tuple(other for other in self.layer.frozen if other != pattern)
        self._part.change(f"Take {pattern} away", edits.set_frozen, kept)

    def add_typed(self, *, thaw: bool = False) -> None:
        """Freeze, or thaw, what the typed pattern matches."""
        if not self.matched:
            return
        if self.add_pattern(self._typed(), thaw=thaw or self._thaws()):
            self.field.clear()

    def add_pattern(self, pattern: str, *, thaw: bool = False) -> bool:
        """Put a pattern behind those that hold; return whether it could be."""
        kept = tuple(p for p in self.layer.frozen if p.removeprefix("!") != pattern)
        wanted = (*kept, f"!{pattern}" if thaw else pattern)
        return self._part.change(
            f"{'Thaw' if thaw else 'Freeze'} {pattern}", edits.set_frozen, wanted
        )
