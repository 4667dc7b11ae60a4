"""A session whose repairs are what the test says, and are known when the test says."""

from composer_gui.core.change import between
from composer_gui.core.fixes import Fix
from composer_gui.core.trials import Offer, TrialResult


def offer(session, problem, title, edit, *, kind="set_parameter", **touched):
    """Return an offer to do `edit` in the design as it is now; `touched` are verdicts then."""
    after = edit(session.document)
    change = between(session.document, after)
    return Offer(Fix(kind, title, edit), problem, after, change, TrialResult(touched))


class Tried:
    """Stands in for the trials of a session: `find` tells what came of them."""

    def __init__(self, session, monkeypatch):
        self.session = session
        self.known = {}
        self.trying = set()
        monkeypatch.setattr(session, "fixes", lambda problem: self.known.get(problem.key, ()))
        monkeypatch.setattr(
            session, "is_trying", lambda problem: problem.key in self.trying, raising=False
        )

    def begin(self, problem):
        """Let the repairs of a problem be under way."""
        self.known.pop(problem.key, None)
        self.trying.add(problem.key)

    def find(self, problem, *offers):
        """Let these be what was found for a problem."""
        self.trying.discard(problem.key)
        self.known[problem.key] = offers
        self.session.fixes_found.emit(problem)
