"""Asks for files: designs, saved models, folders, and whether changes are to be saved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from composer_gui.core.wording import listed

DESIGN_SUFFIX = ".composer"
MODEL_SUFFIXES = (".keras", ".h5", ".hdf5")
CODE_SUFFIX = ".py"

_DESIGNS = "Composer designs (*.composer)"
_MODELS = "Saved Keras models (*.keras *.h5 *.hdf5)"
_BOTH = "Designs and saved models (*.composer *.keras *.h5 *.hdf5)"
_ALL = "All files (*)"

SAVE, DISCARD, CANCEL = "save", "discard", "cancel"


def open_files(parent: QWidget, folder: Path | None) -> list[Path]:
    """Ask for a design or for saved models; an empty list when the user thinks better of it."""
    filters = ";;".join((_BOTH, _DESIGNS, _MODELS, _ALL))
    names, _ = QFileDialog.getOpenFileNames(parent, "Open", str(folder or ""), filters)
    return [Path(name) for name in names]


def models(parent: QWidget, folder: Path | None) -> list[Path]:
    """Ask for saved models to add."""
    title = "Add Saved Models"
    names, _ = QFileDialog.getOpenFileNames(parent, title, str(folder or ""), f"{_MODELS};;{_ALL}")
    return [Path(name) for name in names]


def one_model(parent: QWidget, title: str, near: Path | None) -> Path | None:
    """Ask for one saved model."""
    name, _ = QFileDialog.getOpenFileName(parent, title, str(near or ""), f"{_MODELS};;{_ALL}")
    return Path(name) if name else None


def folder(parent: QWidget, title: str, near: Path | None) -> Path | None:
    """Ask for a folder."""
    name = QFileDialog.getExistingDirectory(parent, title, str(near or ""))
    return Path(name) if name else None


def save_design(parent: QWidget, suggested: Path) -> Path | None:
    """Ask where to save a design; the suffix is added where it was left out."""
    name, _ = QFileDialog.getSaveFileName(parent, "Save Design", str(suggested), _DESIGNS)
    return with_suffix(Path(name), DESIGN_SUFFIX) if name else None


def save_picture(parent: QWidget, suggested: Path, kinds: Sequence[str]) -> Path | None:
    """Ask where to write a picture; of its `kinds`, which are suffixes, the first is added."""
    filters = ";;".join(f"{kind.upper()[1:]} (*{kind})" for kind in kinds)
    start = str(suggested.with_name(suggested.name + kinds[0]))
    name, _ = QFileDialog.getSaveFileName(parent, "Save Picture", start, filters)
    if not name:
        return None
    path = Path(name)
    return path if path.suffix.lower() in kinds else with_suffix(path, kinds[0])


def with_suffix(path: Path, suffix: str) -> Path:
    """Return `path` with the suffix, added behind what was typed."""
    return path if path.suffix == suffix else path.with_name(path.name + suffix)


def keep_changes(parent: QWidget, name: str) -> str:
    """Ask what shall become of unsaved changes to `name`: SAVE, DISCARD or CANCEL."""
    lost = "What was changed since it was last saved is lost otherwise."
    return _kept(parent, name, lost, QMessageBox.StandardButton.Save)


def keep_all_changes(parent: QWidget, names: Sequence[str]) -> str:
    """Ask what shall become of unsaved changes to several designs: SAVE, DISCARD or CANCEL."""
    lost = "What was changed since they were last saved is lost otherwise."
    return _kept(parent, listed(list(names)), lost, QMessageBox.StandardButton.SaveAll)


def _kept(parent: QWidget, names: str, lost: str, save: QMessageBox.StandardButton) -> str:
    box = QMessageBox(parent)
    box.setWindowTitle("Composer")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(f"Save the changes to {names}?")
    box.setInformativeText(lost)
    kinds = QMessageBox.StandardButton
    box.setStandardButtons(save | kinds.Discard | kinds.Cancel)
    box.setDefaultButton(save)
    answers = {save: SAVE, kinds.Discard: DISCARD}
    return answers.get(kinds(box.exec()), CANCEL)
