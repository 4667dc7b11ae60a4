"""What there is to say of a problem, in the same words wherever it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from composer_gui.core import kinds_of_warnings
from composer_gui.core.problem_table import KINDS
from composer_gui.core.problems import ERROR, Problem
from composer_gui.core.verdicts import Verdict
from composer_gui.session.session import Session
from composer_gui.ui.severity import UNFINISHED

SILENCE_TIP = "Warn of this no more at this node. The design remembers it."

CAUSE = "Cause:"


def can_be_silenced(problem: Problem) -> bool:
    """Return whether the user may want to hear no more of a problem: of warnings about a design.

    What is wrong with files is no such warning: it goes with what is wrong.
    """
    return problem.node is not None and problem.code in kinds_of_warnings.KINDS


def told(verdict: Verdict) -> list[Problem]:
    """Return the problems of a node in the order in which they are told: errors first."""
    return sorted(verdict.problems, key=lambda problem: problem.severity != ERROR)


@dataclass(frozen=True, slots=True)
class Telling:
    """What there is to say of a problem.

    `origin` is the sentence on where the value was set that makes it wrong, and `set_at` the node
    to go to there, empty where that is the node itself. `usual` is what usually is meant. It is
    number `place` of the `count` problems of its node.
    """

    problem: Problem
    origin: str = ""
    set_at: str = ""
    usual: str = ""
    place: int = 0
    count: int = 1

    @property
    def cause(self) -> str:
        """The sentence on the origin, or nothing; it may begin with a label, which stays so."""
        return f"{CAUSE} {self.origin.removesuffix('.')}." if self.origin else ""

    @property
    def usually(self) -> str:
        """The sentence on what usually is meant, or nothing."""
        return f"Usually: {self.usual}" if self.usual else ""


def telling_of(session: Session, problem: Problem, place: int = 0, count: int = 1) -> Telling:
    """Return what there is to say of a problem now."""
    kind = KINDS.get(problem.code)
    # What is not there yet was set nowhere: the message says so already
    origin = session.origin(problem) if problem.code not in UNFINISHED else None
    elsewhere = origin is not None and origin.node != problem.node
    set_at = origin.node if elsewhere and origin.node in session.document.nodes else ""
    return Telling(
        problem,
        origin.sentence if origin is not None else "",
        set_at,
        kind.usual if kind is not None else "",
        place,
        count,
    )
