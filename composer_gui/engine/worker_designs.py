"""What the worker knows of one open design, and of the changes to it that are to be tried."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from composer_gui.core import structure
from composer_gui.core.cautions import Cautions
from composer_gui.core.change import Change
from composer_gui.core.document import Document
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.questions import Infer
from composer_gui.core.shapes.shape_flow import Report, ShapeFlow
from composer_gui.core.trials import TrialResult, compared
from composer_gui.core.verdicts import Verdict
from composer_gui.engine import protocol
from composer_gui.engine.protocol import Message

WARNED_AT_ONCE = 500
"""Nodes up to which warnings come with the first verdicts, so that none goes and comes again."""

Warnings = Mapping[str, tuple[Problem, ...]]


@dataclass(slots=True)
class Ticket:
    """Changes to one revision that are to be tried, and what came of the first of them."""

    number: int
    trials: list[Message]
    results: list[TrialResult | None] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Whether all were tried."""
        return len(self.results) == len(self.trials)


class Design:
    """One open design: its flow, its warnings, and what the other side was told of it.

    The flow's verdicts are those of Keras and of the rules of structure; what is told has the
    warnings as well. `is_confirmed` says that nothing is left to be told of this revision.
    """

    def __init__(self, number: int, flow: ShapeFlow, catalog: Catalog) -> None:
        self.number = number
        self.flow = flow
        self.document = Document()
        self.revision = -1
        self.told: dict[str, Verdict] = {}
        self.told_at = 0.0
        self.tickets: list[Ticket] = []
        self.is_confirmed = False
        self._warnings: Warnings = {}
        self._news: set[str] = set()
        self._cautions = Cautions(catalog)
        self._cautions_beside = Cautions(catalog)  # for the other thread alone

    # Requests ------------------------------------------------------------------------------------

    def take_whole(self, revision: int, document: Document, report: Report) -> dict[str, Verdict]:
        """Take in a whole document; return the verdicts of all its nodes, but those reported."""
        self.told, self._warnings, self._news = {}, {}, set()
        return self._taken(revision, document, None, report)

    def take_change(
        self, revision: int, document: Document, change: Change, report: Report
    ) -> dict[str, Verdict]:
        """Take in a change; return the verdicts that differ and those of the nodes it names.

        The other side has set these to pending, so it waits for them even if nothing differs.
        """
        for node_id in change.removed:
            self.told.pop(node_id, None)
        return self._taken(revision, document, change, report)

    def _taken(
        self, revision: int, document: Document, change: Change | None, report: Report
    ) -> dict[str, Verdict]:
        self.is_confirmed, self.tickets = False, []
        self.document, self.revision = document, revision
        differing = self.flow.update(document, change, report)
        self._news |= differing.keys()
        if self.is_small:
            self._warn(_found(self._cautions, document, self.flow.verdicts))
        else:
            self._warnings = {k: v for k, v in self._warnings.items() if k not in self._news}
        if change is not None:
            for node_id in change.added | change.changed:
                self.told.pop(node_id, None)
                self._news.add(node_id)
        return self.news()

    # Telling -------------------------------------------------------------------------------------

    @property
    def has_news(self) -> bool:
        """Whether there may be something that the other side was not told."""
        return bool(self._news)

    def news(self) -> dict[str, Verdict]:
        """Return the verdicts that are other than those told, taking them as told from now on."""
        found = {}
        for node_id in self._news:
            verdict = self.flow.verdicts.get(node_id)
            if verdict is None:
                continue
            verdict = _warned(verdict, self._warnings.get(node_id, ()))
            if self.told.get(node_id) != verdict:
                found[node_id] = self.told[node_id] = verdict
        self._news = set()
        return found

    @property
    def is_small(self) -> bool:
        """Whether looking for warnings takes no time to speak of."""
        return len(self.document.nodes) <= WARNED_AT_ONCE

    def news_with_warnings(self, warnings: Warnings | None = None) -> dict[str, Verdict]:
        """Take over the warnings, or look for them; return all that is news then."""
        if warnings is None:
            warnings = _found(self._cautions, self.document, self.flow.verdicts)
        self._warn(warnings)
        return self.news()

    def search_for_warnings(self) -> Callable[[], Warnings]:
        """Return what looks for the warnings there are now, to be called in the other thread."""
        return partial(_found, self._cautions_beside, self.document, dict(self.flow.verdicts))

    def reconsider(self, node_id: str) -> None:
        """Judge a node anew of which there was doubt, and what hangs on it."""
        self._news |= self.flow.reconsider(node_id).keys()

    def _warn(self, warnings: Warnings) -> None:
        before, self._warnings = self._warnings, warnings
        both = before.keys() | self._warnings.keys()
        self._news |= {k for k in both if before.get(k, ()) != self._warnings.get(k, ())}

    # Trials --------------------------------------------------------------------------------------

    def trial(self, ticket: Ticket, infer: Infer) -> Trial:
        """Return what tries out the next change of a ticket, elsewhere, where `infer` answers."""
        return Trial(
            plain=ticket.trials[len(ticket.results)],
            flow=self.flow.copy(infer),
            document=self.document,
            before=dict(self.told),
            cautions=self._cautions_beside,
        )


@dataclass(frozen=True, slots=True)
class Trial:
    """A change that is to be tried on a copy of a design that holds no doubts any more."""

    plain: Message
    flow: ShapeFlow
    document: Document
    before: dict[str, Verdict]
    cautions: Cautions

    def result(self) -> TrialResult:
        """Return how the design would differ; raises NotPlain and what bad changes lead to."""
        document, change = protocol.changed_document(self.plain, self.document)
        self.flow.update(document, change)
        warnings = _found(self.cautions, document, self.flow.verdicts)
        after = {k: _warned(v, warnings.get(k, ())) for k, v in self.flow.verdicts.items()}
        return compared(
            self.before,
            after,
            sorted(change.added | change.changed),
            problems_before=structure.design_problems(self.document),
            problems_after=structure.design_problems(document),
        )


def _found(cautions: Cautions, document: Document, verdicts: Mapping[str, Verdict]) -> Warnings:
    """Return the warnings by node; without them, where they cannot be found, the rest stands."""
    try:
        return cautions.found(document, verdicts)
    except Exception:
        traceback.print_exc()
        return {}


def _warned(verdict: Verdict, warnings: Iterable[Problem]) -> Verdict:
    return replace(verdict, problems=(*verdict.problems, *warnings)) if warnings else verdict
