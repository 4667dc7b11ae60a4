"""Which wires would fit, before one is drawn: tried in the engine while the hand is on its way."""

from __future__ import annotations

from collections import ChainMap, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from composer_gui.core import edits, fixes
from composer_gui.core.change import Change, between
from composer_gui.core.document import Document, Wire
from composer_gui.core.errors import EditRefused
from composer_gui.core.fix_table import Fix
from composer_gui.core.passing import hands_on, takers
from composer_gui.core.problems import Problem, errors
from composer_gui.core.trials import TrialResult
from composer_gui.core.verdicts import BLOCKED, UNKNOWN
from composer_gui.session.trials import Results, Trials

if TYPE_CHECKING:
    from composer_gui.session.shown import ShownDesign

FITS, MENDABLE, CANNOT = "fits", "mendable", "cannot"

LACKING = "missing_wire"
"""The code of the problem that wires are lacking."""

BATCH = 8
"""Wires that are tried at once, so that a turn of the event loop and an answer stay short."""

MOST_MENDS = 8
"""Candidates that are tried for a wire that does not fit."""

MISFITS = 2
"""Wires that do not fit for which fixes are tried at once: what they would do is found out in the
thread of the window, within a frame."""

AT_ONCE = 2
"""Fixes for one of them that are tried at once: most often the first one will do, and its title is
all that is told."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What would come of a wire: `kind` is "fits", "mendable" or "cannot".

    `sentence` says why it cannot be, or is the title of the fix that would make it fit.
    """

    kind: str
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A wire that was asked about, and the design with it, `change` being what differs."""

    wire: Wire
    after: Document
    change: Change


@dataclass(slots=True)
class _Misfit:
    """A draft whose target has a problem then, and what came of trying it.

    `untried` are the fixes that may still make it fit, likeliest first; None before any were
    looked for.
    """

    draft: _Draft
    problem: Problem
    result: TrialResult
    untried: deque[Fix] | None = None


class Fitting(QObject):
    """Tells of the wires that a gesture could draw which would fit.

    `found()` tells that more is known. A wire fits when its target has no new error with it;
    warnings do not count. Of one that does not, the fixes for the target's error are tried on top.
    Nothing is known of a wire while the engine is not there, or where the target waits for
    another node.
    """

    found = Signal()

    def __init__(self, trials: Trials, shown: ShownDesign) -> None:
        super().__init__(shown)
        self._trials = trials
        self._shown = shown
        self._revision = -1
        self._without: Wire | None = None
        self._asked: dict[Wire, bool] = {}
        self._known: dict[Wire, Fit] = {}
        self._waiting: deque[Wire] = deque()
        self._misfits: deque[_Misfit] = deque()
        self._ticket: int | None = None
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._go_on)
        trials.became_possible.connect(self._soon.start)

    def ask(self, wires: Sequence[tuple[Wire, bool]], without: Wire | None = None) -> None:
        """Find out about wires, each told with whether it takes another's place; first ones first.

        They come before those that were asked about earlier and are not known yet. `without` is
        the wire that the gesture has picked up, which is to be gone from the design.
        """
        self._keep_up()
        if without != self._without:
            self.stop()
            self._without = without
        new = [wire for wire, replacing in wires if self._asked.get(wire) is not replacing]
        self._asked.update(wires)
        self._waiting = deque([*new, *(wire for wire in self._waiting if wire not in set(new))])
        if self._waiting:
            self._soon.start()

    def of(self, wire: Wire) -> Fit | None:
        """Return what would come of a wire, None while that is not known."""
        self._keep_up()
        return self._known.get(wire)

    def stop(self) -> None:
        """Forget everything: the gesture has ended."""
        if self._ticket is not None:
            self._trials.leave(self._ticket)
            self._ticket = None
        self._without = None
        self._asked.clear()
        self._known.clear()
        self._waiting.clear()
        self._misfits.clear()

    def _keep_up(self) -> None:
        if self._revision != self._trials.revision:
            self._revision = self._trials.revision
            self.stop()

    def _go_on(self) -> None:
        self._keep_up()
        if self._ticket is not None or not self._trials.are_possible:
            return
        if self._waiting:
            self._try_wires()
        elif self._misfits:
            self._try_mending()

    # Wires as they are ---------------------------------------------------------------------------

    def _try_wires(self) -> None:
        some = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
        drafts = [draft for wire in some if (draft := self._draft(wire)) is not None]
        if drafts:
            trials = [(draft.after, draft.change) for draft in drafts]
            self._send(trials, partial(self._take_wires, drafts))
        else:
            self._soon.start()
        if len(drafts) < len(some):
            self.found.emit()

    def _draft(self, wire: Wire) -> _Draft | None:
        """Return the design with a wire; None where that is known without trying it."""
        document, catalog = self._shown.document, self._shown.catalog
        edit = edits.replace_wire if self._asked[wire] else edits.connect
        try:
            base = edits.disconnect(document, self._without) if self._without else document
            after = edit(base, catalog, wire)
        except EditRefused as refused:
            self._known[wire] = Fit(CANNOT, refused.whole)
            return None
        change = between(document, after)
        if change.is_empty:
            self._known[wire] = Fit(FITS)
            return None
        return _Draft(wire, after, change)

    def _take_wires(self, drafts: list[_Draft], results: Results) -> None:
        for draft, result in zip(drafts, results, strict=True):
            if result is None:
                self._asked.pop(draft.wire, None)  # it may be asked about again
                continue
            wrong = self._wrong_with(draft.wire, result)
            if wrong:
                self._misfits.append(_Misfit(draft, wrong[0], result))
            elif not _is_blocked(draft.wire.node, result):
                self._known[draft.wire] = Fit(FITS)

    def _wrong_with(self, wire: Wire, result: TrialResult) -> list[Problem]:
        """Return the errors that a target would have and that are more than it has now.

        What is wrong now may stay wrong with another wire: then it says something else or is about
        this very port. That wires are lacking is no fault of one that comes. A dot or bypassed
        call takes anything: there those count that work on what it hands on.
        """
        document = self._shown.document
        if hands_on(document.nodes[wire.node]):
            behind = takers(document, self._shown.catalog, wire.node)
            found = (problem for problem in errors(result.found) if problem.node in behind)
            return [problem for problem in found if problem.code != LACKING]
        now = set(self._shown.verdict(wire.node).problems)
        then = errors(result.touched.get(wire.node, UNKNOWN).problems)
        return [
            problem
            for problem in then
            if problem.code != LACKING and (problem not in now or problem.port == wire.port)
        ]

    # Mending those that do not fit ---------------------------------------------------------------

    def _try_mending(self) -> None:
        """Try the next fixes for the first misfits."""
        some = [self._misfits.popleft() for _ in range(min(MISFITS, len(self._misfits)))]
        mended: list[tuple[_Misfit, Fix]] = []
        trials: list[tuple[Document, Change]] = []
        for misfit in some:
            if misfit.untried is None:
                misfit.untried = self._candidates(misfit)
            for _ in range(min(AT_ONCE, len(misfit.untried))):
                fix = misfit.untried.popleft()
                try:
                    after = fix.edit(misfit.draft.after)
                except EditRefused:
                    continue
                mended.append((misfit, fix))
                trials.append((after, between(self._shown.document, after)))
        if trials:
            self._send(trials, partial(self._take_mending, some, mended))
        elif self._settle(some):
            self.found.emit()
        self._soon.start()

    def _candidates(self, misfit: _Misfit) -> deque[Fix]:
        after, catalog = misfit.draft.after, self._shown.catalog
        verdicts = ChainMap(dict(misfit.result.touched), self._shown.verdicts)
        found = fixes.fixes_for(after, catalog, verdicts, misfit.problem)
        return deque(found[:MOST_MENDS])

    def _take_mending(
        self, some: list[_Misfit], mended: list[tuple[_Misfit, Fix]], results: Results
    ) -> None:
        for (misfit, fix), result in zip(mended, results, strict=True):
            wire = misfit.draft.wire
            if wire not in self._known and result is not None and self._makes_fit(misfit, result):
                self._known[wire] = Fit(MENDABLE, fix.title)
        self._settle(some)

    def _settle(self, some: list[_Misfit]) -> bool:
        """Have the other fixes for misfits tried next; return whether one has none left."""
        unknown = [misfit for misfit in some if misfit.draft.wire not in self._known]
        hopeless = [misfit for misfit in unknown if not misfit.untried]
        for misfit in hopeless:
            self._known[misfit.draft.wire] = Fit(CANNOT, misfit.problem.message)
        self._misfits.extendleft(reversed([misfit for misfit in unknown if misfit.untried]))
        return bool(hopeless)

    def _makes_fit(self, misfit: _Misfit, result: TrialResult) -> bool:
        """Return whether the target is fine after a fix that brings no error of its own.

        What the wire alone brings behind its target is none of the fix.
        """
        wire = misfit.draft.wire
        known = {problem.key for problem in errors(misfit.result.found)} - {misfit.problem.key}
        brought = [problem for problem in errors(result.brings) if problem.key not in known]
        return not (brought or self._wrong_with(wire, result) or _is_blocked(wire.node, result))

    # Both ----------------------------------------------------------------------------------------

    def _send(self, trials: list[tuple[Document, Change]], take: Callable[[Results], None]) -> None:
        self._ticket = self._trials.make(trials, partial(self._take, self._revision, take))

    def _take(self, revision: int, take: Callable[[Results], None], results: Results) -> None:
        self._keep_up()
        if revision != self._revision:
            return
        self._ticket = None
        take(results)
        self._soon.start()
        self.found.emit()


def _is_blocked(node_id: str, result: TrialResult) -> bool:
    return result.touched.get(node_id, UNKNOWN).kind == BLOCKED
