"""Repairs for the problems that somebody looks at, tried in the engine before they are offered."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from composer_gui.core import fixes
from composer_gui.core.change import between
from composer_gui.core.declined import Declined, declined
from composer_gui.core.document import Document
from composer_gui.core.errors import EditRefused
from composer_gui.core.fix_table import Fix
from composer_gui.core.problems import Problem
from composer_gui.core.trials import Offer, TrialResult, best
from composer_gui.session.trials import Results, Trials

if TYPE_CHECKING:
    from composer_gui.session.shown import ShownDesign

MOST = 12
"""Candidates for one problem that are tried."""

ATTEMPTS = 2
"""How often a problem's candidates are tried where the engine ends over it."""


class Repairs(QObject):
    """The offers for the problems of what is shown.

    Only problems that were asked about are looked at, the one asked about last first, one after
    the other. What was found is kept until the design is another. `found(problem)` tells that the
    offers for a problem are known now.
    """

    found = Signal(object)

    def __init__(self, trials: Trials, shown: ShownDesign) -> None:
        super().__init__(shown)
        self._trials = trials
        self._shown = shown
        self._revision = -1
        self._known: dict[Problem, tuple[Offer, ...]] = {}
        self._declined: dict[Problem, tuple[Declined, ...]] = {}
        self._wished: dict[Problem, None] = {}
        self._tried: Problem | None = None
        self._attempts: dict[Problem, int] = {}
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._go_on)
        trials.became_possible.connect(self._soon.start)

    def offers(self, problem: Problem) -> tuple[Offer, ...]:
        """Return what is offered for a problem; nothing yet while `is_trying` is true of it."""
        self._keep_up()
        if problem in self._known:
            return self._known[problem]
        if problem != self._tried:
            self._wished.pop(problem, None)
            self._wished[problem] = None  # the newest last
            self._soon.start()
        return ()

    def declined(self, problem: Problem) -> tuple[Declined, ...]:
        """Return the repairs that were tried for a problem and do not do, with the reasons."""
        self._keep_up()
        return self._declined.get(problem, ())

    def is_trying(self, problem: Problem) -> bool:
        """Whether repairs for a problem that was asked about are still being tried."""
        self._keep_up()
        asked = problem == self._tried or problem in self._wished
        return asked and not self._trials.are_hopeless

    def _keep_up(self) -> None:
        """Forget what is known of an earlier revision."""
        if self._revision != self._trials.revision:
            self._revision = self._trials.revision
            self._tried = None
            self._known.clear()
            self._declined.clear()
            self._wished.clear()
            self._attempts.clear()

    def _go_on(self) -> None:
        """Have the candidates for the problem asked about last tried."""
        self._keep_up()
        if self._tried is not None or not self._wished or not self._trials.are_possible:
            return
        problem, _ = self._wished.popitem()
        candidates = self._candidates(problem)
        if not candidates:
            self._settle(problem, ())
            return
        self._tried = problem
        self._attempts[problem] = self._attempts.get(problem, 0) + 1
        trials = [(offer.after, offer.change) for offer in candidates]
        self._trials.make(trials, partial(self._take, self._revision, problem, candidates))

    def _candidates(self, problem: Problem) -> list[Offer]:
        shown = self._shown
        document = shown.document
        found: dict[str, Offer] = {}
        for fix in fixes.fixes_for(document, shown.catalog, shown.verdicts, problem):
            offer = None if fix.title in found else candidate(document, fix, problem)
            if offer is not None:
                found[fix.title] = offer
            if len(found) == MOST:
                break
        return list(found.values())

    def _take(
        self, revision: int, problem: Problem, candidates: list[Offer], results: Results
    ) -> None:
        self._keep_up()
        if revision != self._revision:
            return
        self._tried = None
        untried = all(result is None for result in results)
        if untried and self._attempts[problem] < ATTEMPTS:
            self._wished = {problem: None, **self._wished}  # behind all others
            self._soon.start()
            return
        self._declined[problem] = declined(candidates, results)
        self._settle(problem, best(candidates, results))

    def _settle(self, problem: Problem, offers: tuple[Offer, ...]) -> None:
        self._known[problem] = offers
        self._soon.start()
        self.found.emit(problem)


def candidate(document: Document, fix: Fix, problem: Problem) -> Offer | None:
    """Return an offer that was not tried yet; None where the fix is refused or changes nothing."""
    try:
        after = fix.edit(document)
    except EditRefused:
        return None
    change = between(document, after)
    return None if change.is_empty else Offer(fix, problem, after, change, TrialResult())
