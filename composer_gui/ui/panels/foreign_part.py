"""Says which classes of a saved model are not Keras's, as long as nobody else says it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from composer_gui.core import safety
from composer_gui.core.verdicts import FINE
from composer_gui.core.wording import listed
from composer_gui.ui.controls import ElidedButton
from composer_gui.ui.panels import code_consent
from composer_gui.ui.panels.fields import Column
from composer_gui.ui.words import Paragraph

if TYPE_CHECKING:
    from composer_gui.ui.panels.call_view import CallView

MOST_NAMED = 4


class ForeignPart(Column):
    """What a saved model holds that is not Keras's: said before the model is wired at all.

    A class that a Python file may define comes with a button that asks for the file, and with the
    file's name once it is allowed. Code in the model itself is not run, and no file helps there.
    Once the model is judged, its verdict tells what is missing, and this goes away.
    """

    def __init__(self, view: CallView) -> None:
        super().__init__(spacing=4)
        self._view = view
        self.words = Paragraph(px=12, tone="secondary")
        self.name = ElidedButton(code_consent.deed(view.session))
        self.name.clicked.connect(self._name_code)
        self.add(self.words, self.row(self.name, stretched=False))

    def _classes(self) -> list[str]:
        """Return what a Python file may define."""
        names = dict.fromkeys(map(safety.bare, self._view.layer.interface.foreign))
        own = [name for name in names if name.isidentifier() and name not in safety.RUNS_CODE]
        return own[:MOST_NAMED]

    def _running(self) -> list[str]:
        """Return the layers of Keras in it that run code."""
        names = dict.fromkeys(map(safety.bare, self._view.layer.interface.foreign))
        return [name for name in names if name in safety.RUNS_CODE][:MOST_NAMED]

    def follow(self) -> None:
        """Show what is missing now."""
        session = self._view.session
        verdict = session.verdict(self._view.node_id)
        is_told = verdict.kind == FINE or any(
            problem.code in code_consent.TELLING for problem in verdict.problems
        )
        classes, running, allowed = self._classes(), self._running(), session.allowed_code()
        self.name.setText(code_consent.deed(session))
        self.name.parentWidget().setVisible(not running and not allowed)
        if running:
            verbs = ("is", "runs") if len(running) == 1 else ("are", "run")
            words = "{} {} in it, which {} code of the file. Composer does not run that."
            words = words.format(listed(running), *verbs)
        elif allowed:
            files = dict.fromkeys(Path(file.path).name for file in allowed)
            words = f"{listed(classes)}: looked for in {listed(list(files))}."
        else:
            verb = "is" if len(classes) == 1 else "are"
            words = f"{listed(classes)} {verb} in it, which Keras does not have."
        self.words.setText(words)
        is_mended = bool(classes and allowed and not running)
        self.setVisible(is_mended or (bool(classes or running) and not is_told))

    def _name_code(self) -> None:
        folder = Path(self._view.layer.path).parent
        near = folder if folder.is_dir() else None
        code_consent.name_code(self, self._view.session, listed(self._classes()), near)
