"""Asks for the Python file that defines a class of a saved model, and whether it may be run."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from composer_gui.core.document import CodeFile
from composer_gui.session.session import Session
from composer_gui.ui.totals import MISSING_CLASS
from composer_gui.ui.words import breakable

TELLING = (MISSING_CLASS, "missing_class_inputs", "refused_classes")
"""Codes of problems that say what in a saved model is not Keras's."""

MOST_SHOWN = 40_000
"""Characters of a file that can be read before it is allowed."""


def deed(session: Session) -> str:
    """Return what the button says that mends a missing class."""
    waiting = session.code_to_allow()
    return f"Allow {Path(waiting[0].path).name}…" if waiting else "Name its Python file…"


def name_code(parent: QWidget, session: Session, classes: str, near: Path | None) -> None:
    """Ask which Python file defines `classes`, unless the design tells, and whether it may run."""
    waiting = session.code_to_allow()
    path = _known(waiting) or python_file(parent, f"Python File of {classes}", near)
    if path is not None and may_run(parent, path, classes):
        session.allow_code(path)


def _known(waiting: tuple[CodeFile, ...]) -> Path | None:
    """Return the first file that a design brought along and that is there."""
    return next((path for path in (Path(file.path) for file in waiting) if path.is_file()), None)


def python_file(parent: QWidget, title: str, near: Path | None) -> Path | None:
    """Ask for a Python file."""
    kinds = "Python files (*.py)"
    name, _ = QFileDialog.getOpenFileName(parent, title, str(near or ""), kinds)
    return Path(name) if name else None


def may_run(parent: QWidget, path: Path, classes: str) -> bool:
    """Ask whether a Python file may be run, with all that has to be known to answer."""
    box = consent_box(parent, path, classes)
    box.exec()
    return box.clickedButton() is box.run


def consent_box(parent: QWidget, path: Path, classes: str) -> QMessageBox:
    """Return the dialog that asks; its button `run` says yes, and Enter says no."""
    box = QMessageBox(parent)
    box.setWindowTitle("Composer")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(f"Run {path.name} to find {classes}?")
    box.setInformativeText(
        "It may do whatever you may do on this computer. Composer runs it in the engine’s own "
        "process, when it needs the classes that it defines, and never in this window. Say yes "
        "only to a file that you or somebody you trust wrote. The answer holds on this computer "
        f"until the file changes.\n\n{breakable(str(path))}"
    )
    box.setDetailedText(_beginning(path))
    box.run = box.addButton("Run It", QMessageBox.ButtonRole.AcceptRole)
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    return box


def _beginning(path: Path) -> str:
    """Return what is written in a file, to be read before it is allowed."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(MOST_SHOWN)
    except OSError as error:
        return f"It cannot be read: {error.strerror}."
