"""Has changes of the design that is shown tried in the engine, and tells who asked what came."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from composer_gui.core.change import Change
from composer_gui.core.document import Document
from composer_gui.core.trials import TrialResult
from composer_gui.engine.client import READY, STOPPED, EngineClient
from composer_gui.session.analysis import Analysis

Results = tuple[TrialResult | None, ...]
"""What came of trials, in their order; None for one that could not be made."""


class Trials(QObject):
    """The trials under way for one open design.

    `became_possible()` is emitted when the engine has answered for the newest revision, before
    which nothing can be tried.
    """

    became_possible = Signal()

    def __init__(self, engine: EngineClient, analysis: Analysis, parent: QObject) -> None:
        super().__init__(parent)
        self._engine = engine
        self._analysis = analysis
        self._takers: dict[int, Callable[[Results], None]] = {}
        engine.tried.connect(self._take)
        analysis.settled.connect(self.became_possible)

    @property
    def revision(self) -> int:
        """The revision that would be tried on."""
        return self._analysis.revision

    @property
    def are_possible(self) -> bool:
        """Whether the engine knows the newest revision, and runs."""
        return self._engine.state == READY and self._analysis.is_answered

    @property
    def are_hopeless(self) -> bool:
        """Whether the engine is not there and does not come by itself."""
        return self._engine.state == STOPPED

    def make(
        self, trials: Sequence[tuple[Document, Change]], take: Callable[[Results], None]
    ) -> int:
        """Try changes of what is shown, each told with what it makes of it; then call `take`.

        Returns a number with which to `leave`.
        """
        ticket = self._engine.try_out(self._analysis.design, self._analysis.revision, trials)
        self._takers[ticket] = take
        return ticket

    def leave(self, ticket: int) -> None:
        """Give trials up; nothing is called for them any more."""
        if self._takers.pop(ticket, None) is not None:
            self._engine.leave(ticket)

    def _take(self, design: int, ticket: int, results: Results) -> None:
        if design == self._analysis.design:
            take = self._takers.pop(ticket, None)
            if take is not None:
                take(results)
