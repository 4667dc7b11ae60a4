"""The sheet of all shortcuts as they are now, grouped by menu; to read, to copy and to print."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from composer_gui.ui import keymap
from composer_gui.ui.canvas_keys import MOUSE
from composer_gui.ui.controls import button_row, push_button
from composer_gui.ui.words import Hairline, Head, Line

INSIDE_KEYS = (
    ("Tap the layer", "T, or Enter"),
    ("Freeze it, or let it train", "F"),
    ("Open and close a model", "Right and Left"),
    ("Begin or end there", "right mouse button"),
)
"""What keys and mouse do in the inspector's list of the layers inside a saved model."""

LIST_KEYS = (
    ("Choose a row", "Up and Down"),
    ("Do what the row is for", "Enter"),
    ("Next field or button", "Tab"),
)
"""What keys do in panels and dialogs."""

KEYS_WIDTH = 190
"""Width of the column of keys, in pixels."""

Pairs = list[tuple[str, str]]


def groups() -> list[tuple[str, Pairs]]:
    """Return the heads with what keys and mouse do and how; commands without keys are left out."""
    keys = keymap.current()
    found: dict[str, Pairs] = {}
    for command in keymap.commands().values():
        shown = keys.shown(command.id)
        if shown:
            head = command.group.partition("/")[0]
            found.setdefault(head, []).append((command.text.rstrip("…"), shown))
    listed = [(head, pairs) for head, pairs in found.items() if head != keymap.CANVAS]
    listed.append((f"{keymap.CANVAS}, by keys", found.get(keymap.CANVAS, [])))
    listed.append((f"{keymap.CANVAS}, by mouse", list(MOUSE)))
    listed.append(("In the list of layers inside", list(INSIDE_KEYS)))
    listed.append(("In panels and dialogs", list(LIST_KEYS)))
    return [(head, pairs) for head, pairs in listed if pairs]


def as_text() -> str:
    """Return the sheet as plain text, each group below its head, keys in a column."""
    wide = max(len(name) for _, pairs in groups() for name, _ in pairs)
    parts = ["Composer: keyboard shortcuts"]
    for head, pairs in groups():
        lines = [f"{name.ljust(wide)}  {keys}" for name, keys in pairs]
        parts.append("\n".join([head, "-" * len(head), *lines]))
    return "\n\n".join(parts) + "\n"


class ShortcutSheet(QDialog):
    """Lists the keys that hold. `change_wanted()` when somebody would like others."""

    change_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keyboard Shortcuts")
        self.copy = push_button("Copy as text")
        self.change = push_button("Change keys…")
        self.done_button = push_button("Close", role="primary")
        self._scroll = QScrollArea()
        self._lay_out()
        self._connect()
        self._fill()

    def _lay_out(self) -> None:
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setAccessibleName("Shortcuts")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scroll, 1)
        column.addWidget(Hairline())
        left = (self.copy, self.change)
        column.addLayout(button_row(self.done_button, left=left, margin=28))
        self.done_button.setDefault(True)
        self.resize(1040, 680)

    def _connect(self) -> None:
        self.copy.clicked.connect(self._copy)
        self.change.clicked.connect(self.change_wanted)
        self.done_button.clicked.connect(self.accept)
        keymap.current().changed.connect(self._fill)

    def _fill(self) -> None:
        inside = QWidget()
        inside.setAutoFillBackground(False)
        columns = QHBoxLayout(inside)
        columns.setContentsMargins(28, 20, 28, 24)
        columns.setSpacing(44)
        for listed in _halves(groups()):
            column = QVBoxLayout()
            column.setSpacing(7)
            for head, pairs in listed:
                column.addWidget(Head(head))
                column.addLayout(_table(pairs))
                column.addSpacing(12)
            column.addStretch(1)
            columns.addLayout(column, 1)
        self._scroll.setWidget(inside)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(as_text())
        self.copy.setText("Copied")


def _halves(listed: list[tuple[str, Pairs]]) -> tuple[list, list]:
    """Return the groups in two columns that are about as long as each other."""
    lengths = [len(pairs) + 2 for _, pairs in listed]
    half, cut = sum(lengths) / 2, 0
    while cut < len(listed) and sum(lengths[: cut + 1]) <= half + lengths[cut] / 2:
        cut += 1
    return listed[:cut], listed[cut:]


def _table(pairs: Pairs) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(5)
    for number, (name, keys) in enumerate(pairs):
        grid.addWidget(Line(name, tone="secondary"), number, 0)
        line = Line(keys)
        line.setMinimumWidth(line.sizeHint().width())  # the names give way first
        grid.addWidget(line, number, 1)
    grid.setColumnMinimumWidth(1, KEYS_WIDTH)
    grid.setColumnStretch(0, 1)
    return grid
