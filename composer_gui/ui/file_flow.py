"""How designs are opened, saved and left: asks before anything is lost, tells what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from composer_gui.core.errors import ComposerError
from composer_gui.session.settings import Settings
from composer_gui.session.threads import in_thread
from composer_gui.ui import file_dialogs, later
from composer_gui.ui.designs import Designs, OpenDesign
from composer_gui.ui.file_dialogs import (
    CODE_SUFFIX,
    DESIGN_SUFFIX,
    DISCARD,
    MODEL_SUFFIXES,
    SAVE,
)
from composer_gui.ui.notices import NoticeBar
from composer_gui.ui.work_line import WorkLine

if TYPE_CHECKING:
    from composer_gui.core.document import Document
    from composer_gui.session.session import Session

LARGE = 300_000
"""Bytes of a file from which it is read in a thread: some 1,500 nodes."""


class FileFlow(QObject):
    """Opens and saves for one window. `opened(Session)` when a design is on a session to be shown;
    `models_wanted(list of Path)` when saved models are to be put on the canvas."""

    opened = Signal(object)
    models_wanted = Signal(list)

    def __init__(
        self,
        designs: Designs,
        settings: Settings | None,
        notices: NoticeBar,
        work: WorkLine,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._designs = designs
        self._settings = settings
        self._notices = notices
        self._work = work
        self._reading: set[Path] = set()
        self._window = window

    @property
    def _session(self) -> Session:
        return self._designs.session

    # Leaving what is open ------------------------------------------------------------------------

    def may_leave(self, designs: Iterable[OpenDesign]) -> bool:
        """Ask once about the unsaved changes of designs; return whether they may all go."""
        unsaved = [design for design in designs if not design.is_clean]
        if not unsaved:
            return True
        if len(unsaved) == 1:
            answer = file_dialogs.keep_changes(self._window, unsaved[0].title)
        else:
            titles = [design.title for design in unsaved]
            answer = file_dialogs.keep_all_changes(self._window, titles)
        if answer == SAVE:
            return all(self.save(design.session) for design in unsaved)
        return answer == DISCARD

    # Opening -------------------------------------------------------------------------------------

    def new(self) -> None:
        """Begin an empty design."""
        self._notices.clear()
        self.opened.emit(self._designs.blank())

    def ask_and_open(self) -> None:
        """Ask for files and open them."""
        self.open_paths(file_dialogs.open_files(self._window, self.folder()))

    def open_paths(self, paths: Iterable[Path]) -> None:
        """Open the designs among `paths`, put saved models on the canvas, ask about code."""
        paths = [Path(path) for path in paths]
        models = [path for path in paths if path.suffix.lower() in MODEL_SUFFIXES]
        code = [path for path in paths if path.suffix.lower() == CODE_SUFFIX]
        designs = [path for path in paths if path not in models and path not in code]
        opened = [self.open_path(path) for path in designs]
        if designs and not any(opened):
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
        if later.code_consent().may_run(self._window, path, classes):
            self._session.allow_code(path)

    def open_path(self, path: Path) -> bool:
        """Open a design, or go to it where it is open; return whether it can be seen soon.

        A large file is read in a thread; the window goes on, and one may cancel it.
        """
        path = Path(path).absolute()
        known = self._designs.at(path)
        if known is not None:
            self._designs.show(known.session)
            return True
        if _size(path) > LARGE:
            self._read_large(path)
            return True
        session = self._designs.room()
        try:
            session.open(path)
        except ComposerError as error:
            self._notices.tell_problem(error)
            return False
        self._notices.clear()
        self._remember(session.path)
        self.opened.emit(session)
        return True

    def _read_large(self, path: Path) -> None:
        if path not in self._reading:
            self._reading.add(path)
            self._work.begin(path, f"Opening {path.name}", partial(self._reading.discard, path))
            in_thread(partial(_read, self._session.read, path), self._take_large)

    def _take_large(self, found: tuple[Path, Document | ComposerError]) -> None:
        path, document = found
        if path not in self._reading:  # it was cancelled
            return
        self._reading.discard(path)
        self._work.end(path)
        if isinstance(document, ComposerError):
            self._notices.tell_problem(document)
            return
        self.open_document(document, path)
        self._remember(path)

    def open_document(self, document: Document, path: Path | None = None) -> None:
        """Show a document that was made elsewhere, such as an example of the gallery."""
        session = self._designs.room()
        session.replace(document, path)
        self._notices.clear()
        self.opened.emit(session)

    def ask_for_models(self) -> None:
        """Ask for saved models and put them on the canvas."""
        paths = file_dialogs.models(self._window, self.folder())
        if paths:
            self.models_wanted.emit(paths)

    # Saving --------------------------------------------------------------------------------------

    def save(self, session: Session | None = None) -> bool:
        """Write a design to its file, asking for one where it has none; return success.

        Without `session` it is the design that is shown.
        """
        session = session or self._session
        if session.path is None:
            return self.save_as(session)
        return self._write(session, session.path)

    def save_as(self, session: Session | None = None) -> bool:
        """Ask for a file and write a design to it; return success."""
        session = session or self._session
        path = file_dialogs.save_design(self._window, self._suggested(session))
        return path is not None and self._write(session, path)

    def _write(self, session: Session, path: Path) -> bool:
        again = partial(self.save_as, session)
        other = self._designs.at(path)
        if other is not None and other.session is not session:
            self._notices.tell(
                f"{path.name} is open in another tab, so it was not overwritten.",
                "Choose another name, or close that tab first.",
                choices=(("Save As…", again),),
            )
            return False
        try:
            session.save(path)
        except ComposerError as error:
            self._notices.tell_problem(error, (("Save As…", again),))
            return False
        self._remember(session.path)
        session.noticed.emit(f"Saved {path.name}.")
        return True

    def _suggested(self, session: Session) -> Path:
        if session.path is not None:
            return session.path
        name = as_file_name(session.root.name)
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


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # who reads it will say what is the matter


def _read(read: Callable[[Path], Document], path: Path) -> tuple[Path, Document | ComposerError]:
    try:
        return path, read(path)
    except ComposerError as error:
        return path, error


def as_file_name(name: str) -> str:
    """Return a design's name without what no file system takes."""
    kept = "".join("-" if char in '<>:"/\\|?*' or ord(char) < 32 else char for char in name)
    return kept.strip(" .") or "design"
