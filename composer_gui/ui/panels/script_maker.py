"""Writes the source of a design: at once where it is small, in a thread where it is large."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from composer_gui.core.codegen.keras_script import Script
from composer_gui.core.document import Document
from composer_gui.core.errors import ComposerError
from composer_gui.core.layer_kinds import Submodel
from composer_gui.session import model_files
from composer_gui.session.session import Session

AT_ONCE = 250
"""Nodes up to which writing takes no longer than a few frames."""


class ScriptMaker(QObject):
    """Makes scripts of one session. `made(Script)`; while one is being made the newest waits."""

    made = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._working: QObject | None = None
        self._is_wanted = False

    @property
    def takes_long(self) -> bool:
        """Whether the design is so large that its script is made in a thread."""
        document = self._session.document
        return len(document.nodes) > AT_ONCE or _size(document) > AT_ONCE

    def make(self) -> None:
        """Make the script of the design as it is now."""
        if not self.takes_long:
            self.made.emit(self._at_once())
        elif self._working is not None:
            self._is_wanted = True
        else:
            self._is_wanted = False
            self._working = model_files.in_thread(self._session.script_work(), self._take)

    def _at_once(self) -> Script:
        try:
            return self._session.script()
        except ComposerError as error:
            return sentence_as_script(error)

    def _take(self, script: Script | ComposerError) -> None:
        self._working = None
        if not self.takes_long:  # another design by now, whose script was made at once
            self.make()
            return
        is_script = isinstance(script, Script)
        self.made.emit(script if is_script else sentence_as_script(script))
        if self._is_wanted:
            self.make()


def _size(document: Document) -> int:
    """Return how many nodes a design has, those inside its submodels included."""
    inner = (x.design for x in document.layers.values() if isinstance(x, Submodel))
    return len(document.nodes) + sum(map(_size, inner))


def sentence_as_script(error: ComposerError) -> Script:
    """Return a script that only says why there is none."""
    return Script(f"# {error.whole}\n", {})
