"""Says which classes of a saved model are not Keras's, as long as nobody else says it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from composer_gui.core import safety
from composer_gui.core.verdicts import FINE
from composer_gui.ui.controls import ElidedButton
from composer_gui.ui.panels import code_consent
from composer_gui.ui.panels.fields import Column
from composer_gui.ui.words import Paragraph, listed

if TYPE_CHECKING:
    from composer_gui.ui.panels.call_view import CallView

MOST_NAMED = 4


class ForeignPart(Column):
    """A sentence and a button that asks for the Python file, before the model is wired at all.

    Once it is judged, its verdict tells, and this goes away.
    """

    def __init__(self, view: CallView) -> None:
        super().__init__(spacing=4)
        self._view = view
        self.words = Paragraph(px=12, tone="secondary")
        self.name = ElidedButton(code_consent.deed(view.session))
        self.name.clicked.connect(self._name_code)
        self.add(self.words, self.row(self.name, stretched=False))

    def _classes(self) -> list[str]:
        names = dict.fromkeys(map(safety.bare, self._view.layer.interface.foreign))
        return list(names)[:MOST_NAMED]

    def follow(self) -> None:
        """Show what is missing now."""
        session = self._view.session
        verdict = session.verdict(self._view.node_id)
        is_told = verdict.kind == FINE or any(
            problem.code == code_consent.MISSING_CLASS for problem in verdict.problems
        )
        classes = self._classes()
        self.setVisible(bool(classes) and not is_told and not session.allowed_code())
        verb = "is" if len(classes) == 1 else "are"
        self.words.setText(f"{listed(classes)} {verb} in it, which Keras does not have.")

    def _name_code(self) -> None:
        folder = Path(self._view.layer.path).parent
        near = folder if folder.is_dir() else None
        code_consent.name_code(self, self._view.session, listed(self._classes()), near)
