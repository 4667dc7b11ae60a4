"""Repairs are offered once they were tried: with an engine that is told what to say, and Keras."""

import os
import signal
from dataclasses import replace

import pytest
from immutables import Map
from PySide6.QtCore import QCoreApplication

from composer_gui.core import edits, fixes
from composer_gui.core.document import OUTPUT_PORT, Source, Wire
from composer_gui.core.errors import EditRefused
from composer_gui.core.fix_table import Fix
from composer_gui.core.problems import Problem, errors
from composer_gui.core.trials import TrialResult
from composer_gui.core.verdicts import FINE, WRONG, Verdict
from composer_gui.session.repairs import MOST
from composer_gui.session.session import Session
from composer_gui.storage import resources
from tests.silent_engine import SilentEngine

WAIT = 120_000


def take_turns():
    """Let the event loop do what is due, and what that makes due."""
    for _ in range(4):
        QCoreApplication.processEvents()


def problem_of(node, code="odd"):
    return Problem(code, "It is odd.", node, title="It is odd")


class Played:
    """A session whose engine and whose fixes say what the test wants them to say."""

    def __init__(self, monkeypatch):
        self.engine = SilentEngine()
        self.engine.state = "ready"
        self.session = Session(self.engine, resources.catalog())
        self.titles = {}
        self.found = []
        self.session.fixes_found.connect(self.found.append)
        monkeypatch.setattr(fixes, "fixes_for", self._fixes_for)
        change = self.session.apply("Add", edits.add_keras_layer, "Flatten", 0, 0)
        (self.node,) = change.added
        self.problem = problem_of(self.node)

    def _fixes_for(self, document, catalog, verdicts, problem):
        titles = self.titles.get(problem.code, ["Move it"])
        return tuple(Fix("move", title, self._edit(title)) for title in titles)

    def _edit(self, title):
        if title == "Do nothing":
            return lambda document: document
        return lambda document: edits.move(document, {self.node: (1, 1)})

    def answer(self):
        """Have the engine answer for the newest revision."""
        verdicts = {self.node: Verdict(WRONG, problems=(self.problem,))}
        self.engine.analyzed.emit(self.session.design, self.session.revision, verdicts)

    def say(self, ticket, *results):
        """Have the engine say what came of a ticket's trials."""
        self.engine.tried.emit(self.session.design, ticket, results)


@pytest.fixture
def played(monkeypatch, qapp):
    made = Played(monkeypatch)
    yield made
    made.session.close()


def good(problem):
    return TrialResult(gone=(problem,), touched={problem.node: Verdict(FINE)})


def test_only_fixes_that_were_tried_and_are_good_are_offered(played, qtbot):
    played.titles["odd"] = ["First", "Second", "Third"]
    played.answer()
    session, problem = played.session, played.problem
    assert session.fixes(problem) == () and session.is_trying(problem)
    qtbot.waitUntil(lambda: 1 in played.engine.trials)
    design, revision, trials = played.engine.trials[1]
    assert (design, revision, len(trials)) == (session.design, session.revision, 3)
    assert all(change.changed == {played.node} for _, change in trials)
    played.say(1, TrialResult(), good(problem), good(problem))
    assert played.found == [problem]
    assert not session.is_trying(problem)
    offers = session.fixes(problem)
    assert [offer.title for offer in offers] == ["Second", "Third"]
    assert offers[0].after.nodes[played.node].x == 1
    assert offers[0].result == good(problem)
    assert len(played.engine.trials) == 1


def test_nothing_is_tried_before_the_engine_has_answered(played, qtbot):
    session = played.session
    assert session.fixes(played.problem) == ()
    take_turns()
    assert session.is_trying(played.problem) and not played.engine.trials
    played.answer()
    qtbot.waitUntil(lambda: 1 in played.engine.trials)


def test_the_problem_asked_about_last_comes_first_and_one_after_the_other(played, qtbot):
    played.answer()
    asked = [problem_of(played.node, code) for code in ("a", "b", "c")]
    played.titles.update({problem.code: [problem.code] for problem in asked})
    for problem in (*asked, asked[0]):
        played.session.fixes(problem)
    for ticket in (1, 2, 3):
        qtbot.waitUntil(lambda ticket=ticket: ticket in played.engine.trials)
        assert len(played.engine.trials) == ticket
        played.say(ticket, TrialResult())
    assert played.found == [asked[0], asked[2], asked[1]]


def test_a_change_of_the_design_drops_what_was_found_and_what_is_on_its_way(played, qtbot):
    played.answer()
    session, problem = played.session, played.problem
    session.fixes(problem)
    qtbot.waitUntil(lambda: 1 in played.engine.trials)
    session.apply("Move", edits.move, {played.node: (5, 5)})
    assert not session.is_trying(problem)
    played.say(1, good(problem))
    assert played.found == [] and session.fixes(problem) == ()
    played.answer()
    qtbot.waitUntil(lambda: 2 in played.engine.trials)
    played.say(2, good(problem))
    assert len(session.fixes(problem)) == 1
    session.undo()
    assert session.fixes(problem) == ()


def test_a_problem_without_candidates_is_known_without_the_engine(played, qtbot):
    played.titles["odd"] = ["Do nothing"]
    played.answer()
    played.session.fixes(played.problem)
    qtbot.waitUntil(lambda: played.found == [played.problem])
    assert played.session.fixes(played.problem) == () and not played.engine.trials
    assert not played.session.is_trying(played.problem)


def test_many_candidates_are_not_all_tried_and_none_twice(played, qtbot):
    played.titles["odd"] = ["Same", "Same", *map(str, range(50))]
    played.answer()
    played.session.fixes(played.problem)
    qtbot.waitUntil(lambda: 1 in played.engine.trials)
    assert len(played.engine.trials[1][2]) == MOST
    played.say(1, *[good(played.problem)] * MOST)
    assert [offer.title for offer in played.session.fixes(played.problem)][:2] == ["Same", "0"]


def test_an_engine_that_dies_over_a_trial_is_asked_once_more_and_not_again(played, qtbot):
    played.answer()
    session, problem = played.session, played.problem
    session.fixes(problem)
    qtbot.waitUntil(lambda: 1 in played.engine.trials)
    played.engine.state = "restarting"
    played.say(1, None)
    take_turns()
    assert session.is_trying(problem) and len(played.engine.trials) == 1
    played.engine.state = "ready"
    played.answer()
    qtbot.waitUntil(lambda: 2 in played.engine.trials)
    played.say(2, None)
    take_turns()
    assert not session.is_trying(problem) and len(played.engine.trials) == 2
    assert played.found == [problem]


def test_without_an_engine_nothing_is_said_to_be_under_way(played):
    played.engine.state = "stopped"
    assert played.session.fixes(played.problem) == ()
    assert not played.session.is_trying(played.problem)


def test_an_offer_is_one_step_that_bears_its_title_and_may_come_too_late(played, qtbot):
    played.answer()
    session, problem = played.session, played.problem
    session.fixes(problem)
    qtbot.waitUntil(lambda: 1 in played.engine.trials)
    played.say(1, good(problem))
    (offer,) = session.fixes(problem)
    before = session.document
    assert session.apply_offer(offer).changed == {played.node}
    assert session.document == offer.after and session.history.undo_label == "Move it"
    session.undo()
    assert session.document == before
    session.apply("Delete", edits.delete, [played.node])
    said = []
    session.noticed.connect(said.append)

    def refused(document):
        raise EditRefused("It is gone.")

    late = replace(offer, fix=replace(offer.fix, edit=refused))
    assert session.apply_offer(late) is None
    assert said == ["It is gone."]


# Through Keras -----------------------------------------------------------------------------------


@pytest.fixture
def session(engine):
    made = Session(engine, resources.catalog())
    yield made
    made.close()


def added(change):
    (node,) = change.added
    return node


def wire(session, source, target, port="inputs", index=0):
    edge = Wire(Source(source), target, port, index)
    session.apply("Connect", edits.connect, session.catalog, edge)


def offers_for(qtbot, session, problem):
    session.fixes(problem)
    qtbot.waitUntil(lambda: not session.is_trying(problem), timeout=WAIT)
    return session.fixes(problem)


@pytest.fixture
def dense(qtbot, session):
    """A Dense of 64 that is added to 10 numbers; the session has been told that this is wrong."""
    features = added(session.apply("Add", edits.add_input, 0, 0, shape=(10,)))
    change = session.apply(
        "Add", edits.add_keras_layer, "Dense", 200, 0, parameters=Map({"units": 64})
    )
    node = added(change)
    total = added(session.apply("Add", edits.add_keras_layer, "Add", 400, 0))
    out = added(session.apply("Add", edits.add_output, 600, 0))
    wire(session, features, node)
    wire(session, features, total)
    wire(session, node, total, index=1)
    wire(session, total, out, OUTPUT_PORT)
    qtbot.waitUntil(lambda: session.is_settled, timeout=WAIT)
    return node


def test_a_sum_of_two_widths_is_offered_what_mends_it_and_nothing_else(qtbot, session, dense):
    (problem,) = errors(session.problems())
    offers = offers_for(qtbot, session, problem)
    assert offers
    before = session.document
    for offer in offers:
        touched = offer.change.added | offer.change.changed
        assert touched <= set(offer.result.touched)
        session.apply_offer(offer)
        qtbot.waitUntil(lambda: session.is_settled, timeout=WAIT)
        assert not errors(session.problems())
        assert {node: session.verdict(node) for node in touched} == dict(offer.result.touched)
        session.undo()
        assert session.document == before


def test_what_is_edited_while_repairs_are_tried_is_what_they_are_for(qtbot, session, dense):
    layer = session.document.nodes[dense].layer
    for units in range(20, 40):
        (problem,) = errors(session.problems())
        session.fixes(problem)
        take_turns()  # the trials are on their way and cannot be back yet
        session.apply("Set", edits.set_parameter, session.catalog, layer, "units", units)
        qtbot.waitUntil(lambda: session.is_settled, timeout=WAIT)
    (problem,) = errors(session.problems())
    titles = [offer.title for offer in offers_for(qtbot, session, problem)]
    assert any("39" in title for title in titles)
    assert not any(str(units) in title for title in titles for units in (64, *range(20, 39)))


def test_repairs_are_tried_in_the_end_though_the_engine_dies(qtbot, session, dense):
    (problem,) = errors(session.problems())
    session.fixes(problem)
    os.kill(session.engine.process_id, signal.SIGKILL)
    assert session.is_trying(problem)
    offers = offers_for(qtbot, session, problem)
    assert offers and not session.is_trying(problem)
