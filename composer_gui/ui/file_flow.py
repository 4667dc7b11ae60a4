"""How designs are opened, saved and left: asks before anything is lost, tells what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from composer_gui.core.errors import ComposerError
from composer_gui.session.session import Session
from composer_gui.session.settings import Settings
from composer_gui.ui import file_dialogs
from composer_gui.ui.file_dialogs import (
    CODE_SUFFIX,
    DESIGN_SUFFIX,
    DISCARD,
    MODEL_SUFFIXES,
    SAVE,
)
from composer_gui.ui.notices import NoticeBar
from composer_gui.ui.panels import code_consent


class FileFlow(QObject):
    """Opens and saves for one window. `opened()` when a design is on the session to be shown;
    `models_wanted(list of Path)` when saved models are to be put on the canvas."""

    opened = Signal()
    models_wanted = Signal(list)

    def __init__(
        self,
        session: Session,
        settings: Settings | None,
        notices: NoticeBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._notices = notices
        self._window = window

    # Leaving what is open ------------------------------------------------------------------------

    def may_leave(self) -> bool:
        """Ask about unsaved changes; return whether what is open may go."""
        if self._session.is_clean:
            return True
        answer = file_dialogs.keep_changes(self._window, self._session.title)
        if answer == SAVE:
            return self.save()
        return answer == DISCARD

    # Opening -------------------------------------------------------------------------------------

    def new(self) -> bool:
        """Begin an empty design; return whether it was begun."""
        if not self.may_leave():
            return False
        self._session.new()
        self._notices.clear()
        self.opened.emit()
        return True

    def ask_and_open(self) -> None:
        """Ask for files and open them."""
        self.open_paths(file_dialogs.open_files(self._window, self.folder()))

    def open_paths(self, paths: Iterable[Path]) -> None:
        """Open the first design among `paths`, put saved models on the canvas, ask about code."""
        paths = [Path(path) for path in paths]
        models = [path for path in paths if path.suffix.lower() in MODEL_SUFFIXES]
        code = [path for path in paths if path.suffix.lower() == CODE_SUFFIX]
        designs = [path for path in paths if path not in models and path not in code]
        if designs and not self.open_path(designs[0]):
            return
        if models:
            self.models_wanted.emit(models)
        for path in code:
            self.name_code(path)

    def name_code(self, path: Path) -> None:
        """Ask whether a Python file may be run for the classes that it defines."""
        layers = self._session.root.layers.values()
        interfaces = (getattr(layer, "interface", None) for layer in layers)
        foreign = {name for found in interfaces if found is not None for name in found.foreign}
        classes = ", ".join(sorted(foreign)) or "its classes"
        if code_consent.may_run(self._window, path, classes):
            self._session.allow_code(path)

    def open_path(self, path: Path) -> bool:
        """Open a design; return whether it was opened. What was open stays where it cannot be."""
        if not self.may_leave():
            return False
        try:
            self._session.open(path)
        except ComposerError as error:
            self._notices.tell_problem(error)
            return False
        self._notices.clear()
        self._remember(path)
        self.opened.emit()
        return True

    def open_document(self, document, path: Path | None = None) -> None:
        """Show a document that was made elsewhere, such as an example of the gallery."""
        self._session.replace(document, path)
        self._notices.clear()
        self.opened.emit()

    def ask_for_models(self) -> None:
        """Ask for saved models and put them on the canvas."""
        paths = file_dialogs.models(self._window, self.folder())
        if paths:
            self.models_wanted.emit(paths)

    # Saving --------------------------------------------------------------------------------------

    def save(self) -> bool:
        """Write the design to its file, asking for one where it has none; return success."""
        if self._session.path is None:
            return self.save_as()
        return self._write(self._session.path)

    def save_as(self) -> bool:
        """Ask for a file and write the design to it; return success."""
        path = file_dialogs.save_design(self._window, self._suggested())
        return path is not None and self._write(path)

    def _write(self, path: Path) -> bool:
        try:
            self._session.save(path)
        except ComposerError as error:
            again: tuple[tuple[str, Callable], ...] = (("Save As…", self.save_as),)
            self._notices.tell_problem(error, again)
            return False
        self._remember(self._session.path)
        self._session.noticed.emit(f"Saved {path.name}.")
        return True

    def _suggested(self) -> Path:
        if self._session.path is not None:
            return self._session.path
        name = as_file_name(self._session.document.name)
        return (self.folder() or Path.home()) / f"{name}{DESIGN_SUFFIX}"

    # Folders and recent files --------------------------------------------------------------------

    def folder(self) -> Path | None:
        """Return the folder of the design, or of the one that was open last."""
        if self._session.path is not None:
            return self._session.path.parent
        recent = self.recent()
        return recent[0].parent if recent else None

    def recent(self) -> list[Path]:
        """Return the designs that were open last, newest first."""
        return self._settings.recent() if self._settings else []

    def _remember(self, path: Path) -> None:
        if self._settings:
            self._settings.remember_recent(Path(path).absolute())


def as_file_name(name: str) -> str:
    """Return a design's name without what no file system takes."""
    kept = "".join("-" if char in '<>:"/\\|?*' or ord(char) < 32 else char for char in name)
    return kept.strip(" .") or "design"
