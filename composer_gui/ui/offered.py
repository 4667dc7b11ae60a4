"""What is offered for problems, by a session that tries it, or that does not yet."""

from __future__ import annotations

from composer_gui.core.change import between
from composer_gui.core.errors import EditRefused
from composer_gui.core.trials import Offer, TrialResult


def offers(session, problem):
    """Return what is offered for a problem."""
    found = []
    for one in session.fixes(problem):
        if isinstance(one, Offer):
            found.append(one)
            continue
        try:
            after = one.edit(session.document)
        except EditRefused:
            continue
        change = between(session.document, after)
        found.append(Offer(one, problem, after, change, TrialResult()))
    return tuple(found)


def is_trying(session, problem):
    """Return whether repairs are being tried."""
    return hasattr(session, "is_trying") and session.is_trying(problem)


def origin(session, problem):
    """Return where the value was set."""
    return session.origin(problem) if hasattr(session, "origin") else None


def when_found(session, slot):
    """Have `slot(problem)` called when repairs are known."""
    if hasattr(session, "fixes_found"):
        session.fixes_found.connect(slot)
