"""The dialog that names the versions at work and the licences."""

from __future__ import annotations

import importlib.metadata
import platform

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from composer_gui.session.session import Session
from composer_gui.ui.controls import push_button
from composer_gui.ui.words import Line, Paragraph

_LICENCES = (
    "Composer is under the Apache Licence 2.0. It uses Qt and PySide6 under the LGPL 3, and the "
    "typefaces Inter and JetBrains Mono under the SIL Open Font License."
)


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
