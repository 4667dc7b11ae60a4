"""What Composer says of a design of the corpus, and whether its repairs keep their promise."""

from dataclasses import dataclass

from PySide6.QtCore import QEventLoop, QTimer

from composer_gui.core import edits
from composer_gui.core.problem_table import KINDS
from composer_gui.core.problems import ERROR, Problem
from composer_gui.core.shapes.tensor_spec import show_shape
from composer_gui.core.trials import Offer, is_unasked
from composer_gui.session.session import Session
from composer_gui.storage import resources

PATIENCE = 120_000
"""Milliseconds until a wait is given up."""


@dataclass(frozen=True)
class Judged:
    """The problems that a design has, and what is offered for each, in the order of the session."""

    problems: tuple[Problem, ...]
    offers: tuple[tuple[Offer, ...], ...]

    @property
    def errors(self):
        """The problems that are in the way of a model."""
        return [problem for problem in self.problems if problem.severity == ERROR]

    @property
    def warnings(self):
        """The problems that are not."""
        return [problem for problem in self.problems if problem.severity != ERROR]

    def offers_for(self, problem):
        """Return what is offered for one of the problems."""
        return self.offers[self.problems.index(problem)]


class Judge:
    """Opens designs in a session with a real engine, one after the other."""

    def __init__(self, engine):
        self.session = Session(engine, resources.catalog())

    def close(self):
        """Let go of the engine."""
        self.session.close()

    def judged(self, document, *, repairs=True):
        """Return what is said of a document, second opinion and all."""
        session = self.session
        session.replace(document.settled(), None)
        self._until_confirmed()
        problems = tuple(session.problems())
        offers = tuple(self.offered(problem) if repairs else () for problem in problems)
        return Judged(problems, offers)

    def offered(self, problem):
        """Return the repairs offered for a problem of the design that is open."""
        session = self.session
        found = session.fixes(problem)
        if session.is_trying(problem):
            _wait(session.fixes_found, lambda: not session.is_trying(problem))
            found = session.fixes(problem)
        return found

    def left_by(self, document, offer):
        """Return why a repair, applied to a document, broke its promise; "" where it kept it."""
        session = self.session
        session.replace(document.settled(), None)
        self._until_confirmed()
        before = {problem.key for problem in session.problems()}
        unasked = {k for k, verdict in session.verdicts.items() if is_unasked(verdict)}
        session.apply(offer.title, offer.edit)
        self._until_confirmed()
        after = session.problems()
        if offer.problem.key in {problem.key for problem in after}:
            return f"{offer.title}: it is still there"
        new = [p for p in after if p.key not in before and p.node not in unasked]
        return f"{offer.title}: {new[0].message}" if new else ""

    def left_when_silenced(self, document, warnings):
        """Return what is still said once warnings of a document are silenced where they stand."""
        session = self.session
        session.replace(document.settled(), None)
        for warning in warnings:
            session.apply("Silence", edits.silence, warning.node, warning.code)
        self._until_confirmed()
        return [problem.message for problem in session.problems()]

    def _until_confirmed(self):
        session = self.session
        if not session.is_confirmed:
            _wait(session.confirmed, lambda: session.is_confirmed)


def unsaid(document, problem):
    """Return what a problem's words leave out: the node, the two specs, the axis."""
    kind = KINDS.get(problem.code)
    if kind is None:
        return [f"{problem.code} is not in the table"]
    left = []
    words = f"{problem.title} {problem.message}"
    if problem.node is not None and document.label(problem.node) not in words:
        left.append("node")
    if kind.shapes:
        shapes = {"wanted": problem.wanted, "given": problem.given}
        left += [name for name, shape in shapes.items() if shape is None]
        given = problem.given is not None and show_shape(problem.given) in words
        left += [] if given else ["given in words"]
        left += [] if problem.axes else ["axes"]
        named = any(word in words.lower() for word in ("axis", "axes", "batch"))
        left += [] if named else ["axis in words"]
    noise = ("'None'", "``", "\x1b", "Traceback", "composer_gui", "keras.src", "this_layer")
    left += [word for word in noise if word in f"{words} {problem.detail}"]
    return left


def _wait(signal, done):
    loop, timer = QEventLoop(), QTimer(singleShot=True)

    def look(*_):
        if done():
            loop.quit()

    signal.connect(look)
    timer.timeout.connect(loop.quit)
    timer.start(PATIENCE)
    if not done():
        loop.exec()
    signal.disconnect(look)
    if not done():
        raise TimeoutError("the engine did not answer")
