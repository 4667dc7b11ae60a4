"""The dialogs of the Help menu: which versions are at work, and which keys do what."""

from __future__ import annotations

import importlib.metadata
import platform

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from composer_gui.session.session import Session
from composer_gui.ui import actions
from composer_gui.ui.controls import push_button
from composer_gui.ui.words import Hairline, Head, Line, Paragraph

_LICENCES = (
    "Composer is under the Apache Licence 2.0. It uses Qt and PySide6 under the LGPL 3, and the "
    "typefaces Inter and JetBrains Mono under the SIL Open Font License."
)

CANVAS_KEYS = (
    ("Search for a layer to add", "Tab"),
    ("Search at the mouse", "double-click"),
    ("Move the view", "middle button, or Space and drag"),
    ("Zoom", "wheel"),
    ("Move what is selected", "arrow keys"),
    ("Select several", "drag a box, or Shift and click"),
    ("Enter a submodel", "double-click, or Enter"),
    ("Apply the first repair of the node that is wrong", "Enter"),
    ("See the repairs one by one", "Ctrl and dot, then arrow keys"),
    ("Give up what one is about to do, or leave a submodel", "Esc"),
)
"""What the canvas does with keys and mouse, besides the menus."""

INSIDE_KEYS = (
    ("Tap the layer", "T, or Enter"),
    ("Freeze it, or let it train", "F"),
    ("Open and close a model", "right and left arrow"),
    ("Begin or end there", "right mouse button"),
)
"""What keys and mouse do in the inspector's list of the layers inside a saved model."""

_LEFT = ("File", "Edit")
"""The menus in the left column of the shortcuts."""


def versions(session: Session) -> list[tuple[str, str]]:
    """Return what is at work, by name and version; the engine's once it is ready."""
    engine = getattr(session.engine, "versions", {}) or {}
    found = [
        ("Composer", _version("composer-gui")),
        ("Keras", str(engine.get("keras") or _version("keras"))),
        ("TensorFlow", str(engine.get("tensorflow") or _version("tensorflow"))),
        ("PySide6", PySide6.__version__),
        ("Python", platform.python_version()),
        ("System", platform.platform(terse=True)),
    ]
    return [(name, version) for name, version in found if version]


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


class AboutDialog(QDialog):
    """Names the versions and licences, to read and to copy."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("About Composer")
        self._versions = versions(session)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 20)
        column.setSpacing(8)
        column.addWidget(Line("Composer", px=20, weight=600))
        column.addWidget(Paragraph("New Keras models out of saved ones.", tone="secondary"))
        column.addSpacing(6)
        column.addLayout(_pairs(self._versions))
        column.addSpacing(6)
        column.addWidget(Paragraph(_LICENCES, px=12, tone="tertiary"))
        column.addSpacing(8)
        column.addLayout(self._buttons())
        self.setFixedWidth(440)

    def _buttons(self) -> QHBoxLayout:
        self.copy = push_button("Copy versions")
        self.done_button = push_button("Close", role="primary")
        self.done_button.setDefault(True)
        self.copy.clicked.connect(self._copy)
        self.done_button.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addWidget(self.copy)
        row.addStretch(1)
        row.addWidget(self.done_button)
        return row

    def _copy(self) -> None:
        text = "\n".join(f"{name} {version}" for name, version in self._versions)
        QGuiApplication.clipboard().setText(text)
        self.copy.setText("Copied")


class ShortcutsDialog(QDialog):
    """Lists the keys of all menu entries, made from the table of actions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keyboard Shortcuts")
        inside = QWidget()
        columns = QHBoxLayout(inside)
        columns.setContentsMargins(28, 20, 28, 24)
        columns.setSpacing(44)
        for groups in _groups():
            column = QVBoxLayout()
            column.setSpacing(7)
            for head, pairs in groups:
                column.addWidget(Head(head))
                column.addLayout(_pairs(pairs))
                column.addSpacing(12)
            column.addStretch(1)
            columns.addLayout(column, 1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        close = push_button("Close", role="primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(scroll, 1)
        column.addWidget(Hairline())
        foot = QHBoxLayout()
        foot.setContentsMargins(28, 12, 28, 12)
        foot.addStretch(1)
        foot.addWidget(close)
        column.addLayout(foot)
        self.resize(820, 600)


def _groups() -> list[list[tuple[str, list[tuple[str, str]]]]]:
    """Return the heads with their entries, in two columns."""
    by_menu = {}
    for name in actions.MENUS:
        entries = [e for e in actions.ACTIONS if e.menu.split("/")[0] == name and e.keys]
        by_menu[name] = [(entry.text, shown_keys(entry.keys)) for entry in entries]
    left = [(name, by_menu[name]) for name in _LEFT]
    right = [(name, entries) for name, entries in by_menu.items() if name not in _LEFT and entries]
    left.append(("In the list of layers inside", list(INSIDE_KEYS)))
    return [left, [*right, ("On the canvas", list(CANVAS_KEYS))]]


def shown_keys(keys: tuple[str, ...]) -> str:
    """Return shortcuts as the system writes them."""
    form = QKeySequence.SequenceFormat.NativeText
    return " or ".join(QKeySequence(key).toString(form) for key in keys[:2])


def _pairs(pairs: list[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(5)
    for number, (name, value) in enumerate(pairs):
        grid.addWidget(Line(name, tone="secondary"), number, 0)
        grid.addWidget(Line(value), number, 1)
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(1, 1)
    return grid
