"""A change that was tried in the engine before it is made: what it mends and what it brings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from composer_gui.core import kinds_of_structure
from composer_gui.core.change import Change
from composer_gui.core.document import EMPTY, Document
from composer_gui.core.problems import Problem, errors
from composer_gui.core.verdicts import BLOCKED, Verdict

if TYPE_CHECKING:
    from composer_gui.core.fix_table import Fix


@dataclass(frozen=True, slots=True)
class TrialResult:
    """How a design would differ after a change.

    `touched` are the verdicts then of the nodes that the change adds or changes. `gone` are
    problems that there are now and would not be, `found` those that there are not now. Of these,
    `revealed` are at nodes that Keras cannot be asked about now, so that nobody can have known.
    """

    touched: Mapping[str, Verdict] = field(default_factory=lambda: EMPTY)
    gone: tuple[Problem, ...] = ()
    found: tuple[Problem, ...] = ()
    revealed: tuple[Problem, ...] = ()

    def mends(self, problem: Problem) -> bool:
        """Return whether this problem is gone and no new one has come with it."""
        return any(is_same(problem, one) for one in self.gone) and not self.brings

    @property
    def brings(self) -> tuple[Problem, ...]:
        """The errors and warnings that the change brings about."""
        revealed = set(self.revealed)
        return tuple(problem for problem in self.found if problem not in revealed)


@dataclass(frozen=True, slots=True)
class Offer:
    """A fix that was tried in the engine and found good.

    `after` is the design that it was tried to make of the one that is shown, `change` what differs
    there, and `result` what the engine said of it.
    """

    fix: Fix
    problem: Problem
    after: Document
    change: Change
    result: TrialResult

    @property
    def kind(self) -> str:
        """The kind of the fix, as in the table of kinds."""
        return self.fix.kind

    @property
    def title(self) -> str:
        """What its button says."""
        return self.fix.title

    @property
    def edit(self) -> Callable[[Document], Document]:
        """What it does to the design; raises EditRefused where its nodes are gone."""
        return self.fix.edit


def best(candidates: Sequence[Offer], results: Sequence[TrialResult | None]) -> tuple[Offer, ...]:
    """Return, in their order, the candidates that mend their problem, with what came of each.

    Of these only those are good that reveal the fewest errors at nodes of which nothing could be
    known until now.
    """
    tried = [
        replace(offer, result=result)
        for offer, result in zip(candidates, results, strict=True)
        if result is not None and result.mends(offer.problem)
    ]
    revealed = [len(errors(offer.result.revealed)) for offer in tried]
    fewest = min(revealed, default=0)
    return tuple(offer for offer, count in zip(tried, revealed, strict=True) if count == fewest)


def compared(
    before: Mapping[str, Verdict],
    after: Mapping[str, Verdict],
    touched: Iterable[str],
    *,
    problems_before: Iterable[Problem] = (),
    problems_after: Iterable[Problem] = (),
) -> TrialResult:
    """Return what a change does, by the verdicts before and after it.

    `problems_before` and `problems_after` are those that no verdict holds: of the design as a
    whole.
    """
    old = [*problems_before, *_problems(before)]
    new = [*problems_after, *_problems(after)]
    gone, found = _unpaired(old, new)
    unasked = {node_id for node_id, verdict in before.items() if is_unasked(verdict)}
    return TrialResult(
        touched={node_id: after[node_id] for node_id in touched if node_id in after},
        gone=gone,
        found=found,
        revealed=tuple(problem for problem in found if problem.node in unasked),
    )


def is_unasked(verdict: Verdict) -> bool:
    """Return whether Keras cannot be asked about a node yet.

    It waits for another node, or lacks a wire or a value itself: what else is wrong there shows
    once that is mended.
    """
    own = (problem.code in kinds_of_structure.KINDS for problem in errors(verdict.problems))
    return verdict.kind == BLOCKED or any(own)


def _unpaired(
    old: Iterable[Problem], new: Iterable[Problem]
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Return the problems of `old` that are gone and those of `new` that are not of the old ones.

    A problem that only says something else than before, such as another size, is the same one.
    """
    left: dict[tuple, list[Problem]] = {}
    for problem in old:
        left.setdefault(problem.key, []).append(problem)
    reworded = []
    for problem in new:
        known = left.get(problem.key, [])
        same = next((one for one in known if is_same(problem, one)), None)
        if same is None:
            reworded.append(problem)
        else:
            known.remove(same)
    found = []
    for problem in reworded:
        known = left.get(problem.key)
        if known:
            known.pop(0)
        else:
            found.append(problem)
    return tuple(problem for known in left.values() for problem in known), tuple(found)


def is_same(one: Problem, other: Problem) -> bool:
    """Return whether these are one problem; two of a node may be told apart by title alone."""
    return one.key == other.key and one.title == other.title


def _problems(verdicts: Mapping[str, Verdict]) -> Iterable[Problem]:
    return (problem for verdict in verdicts.values() for problem in verdict.problems)
