"""Large changes are judged and sent in turns of their own; what comes between is not lost."""

import pytest

from composer_gui.core import edits
from composer_gui.core.document import Document
from composer_gui.core.verdicts import PENDING, WRONG
from composer_gui.session import analysis
from composer_gui.session.session import Session
from composer_gui.storage import resources
from tests.session.test_session import fine
from tests.silent_engine import SilentEngine

MANY = analysis.LARGE + 50


@pytest.fixture
def engine(qapp):
    return SilentEngine()


@pytest.fixture
def session(engine):
    return Session(engine, resources.catalog())


def many(document=None):
    """Return a design of many layers that lack a wire and a parameter."""
    document = document or Document()
    for number in range(MANY):
        document = edits.add_keras_layer(document, "Dense", number * 10.0, 0)
    return document


def kinds(session):
    return {session.verdict(node).kind for node in session.document.nodes}


def test_a_large_change_is_pending_first_and_judged_soon(session, qtbot):
    session.apply("Add", many)
    assert kinds(session) == {PENDING}
    qtbot.waitUntil(lambda: kinds(session) == {WRONG})
    codes = {problem.code for problem in session.problems()}
    assert {"missing_wire", "missing_parameter"} <= codes


def test_what_the_engine_has_said_meanwhile_stays(session, engine, qtbot):
    session.apply("Add", many)
    qtbot.waitUntil(lambda: bool(engine.asked))
    session.apply("Name", edits.set_name, "other")
    verdicts = {node: fine(3) for node in session.document.nodes}
    engine.analyzed.emit(session.design, session.revision, verdicts)
    qtbot.waitUntil(lambda: not session._analysis.book.has_unjudged)
    assert all(session.verdict(node) == fine(3) for node in session.document.nodes)


def test_the_engine_is_asked_about_a_large_change_a_turn_later(session, engine, qtbot):
    change = session.apply("Add", many)
    assert not engine.asked
    qtbot.waitUntil(lambda: bool(engine.asked))
    assert engine.asked == [(session.design, session.revision, session.document, change)]


def test_an_edit_that_comes_before_that_is_asked_along(session, engine, qtbot):
    session.apply("Add", many)
    session.apply("Add", edits.add_input, 0, 0, shape=(3,))
    assert not engine.asked and not session.is_settled
    qtbot.waitUntil(lambda: bool(engine.asked))
    assert engine.asked == [(session.design, session.revision, session.document, None)]


def test_a_design_that_is_opened_before_that_is_what_the_engine_gets(session, engine, qtbot):
    session.apply("Add", many)
    session.replace(edits.add_input(Document(), 0, 0, shape=(3,)), None)
    qtbot.waitUntil(lambda: bool(engine.asked))
    assert [asked[2] for asked in engine.asked] == [session.document]
    qtbot.waitUntil(lambda: not session._analysis.book.has_unjudged)
    assert set(session.verdicts) == set(session.document.nodes)


# The second opinion -----------------------------------------------------------------------------


@pytest.fixture
def small(session, engine):
    """A session with one Input, of which the engine has given its first verdict."""
    session.apply("Add", edits.add_input, 0, 0, shape=(3,))
    answer(session, engine)
    return session


def answer(session, engine, spec=3):
    verdicts = {node: fine(spec) for node in session.document.nodes}
    engine.analyzed.emit(session.design, session.revision, verdicts)


def second(session, engine, spec, *, is_last, behind=0):
    verdicts = {node: fine(spec) for node in session.document.nodes}
    revision = session.revision - behind
    engine.reconsidered.emit(session.design, revision, verdicts, is_last)


def test_a_second_opinion_overturns_the_first_and_reaches_the_screen(small, engine, qtbot):
    heard = []
    small.analyzed.connect(lambda nodes: heard.append(set(nodes)))
    small.confirmed.connect(lambda: heard.append("confirmed"))
    assert small.is_settled and not small.is_confirmed
    second(small, engine, 4, is_last=False)
    (node,) = small.document.nodes
    assert small.verdict(node) == fine(4)
    assert not small.is_confirmed
    second(small, engine, 4, is_last=True)
    assert small.is_confirmed
    assert heard == [{node}, "confirmed"]


def test_one_of_an_older_revision_is_never_shown(small, engine):
    small.apply("Name", edits.set_name, "other")
    second(small, engine, 4, is_last=True, behind=1)
    (node,) = small.document.nodes
    assert small.verdict(node) == fine(3)
    assert not small.is_confirmed


def test_what_an_older_one_told_is_not_told_again_and_shown_with_the_next_answer(small, engine):
    small.apply("Name", edits.set_name, "other")
    second(small, engine, 4, is_last=True, behind=1)
    engine.analyzed.emit(small.design, small.revision, {})
    (node,) = small.document.nodes
    assert small.verdict(node) == fine(4)


def test_one_of_another_design_is_not_taken(small, engine):
    engine.reconsidered.emit(small.design + 1, small.revision, {"n1": fine(9)}, True)
    assert small.verdict("n1") == fine(3)
    assert not small.is_confirmed


def test_after_an_edit_and_after_a_new_start_of_the_engine_it_is_waited_for_again(small, engine):
    second(small, engine, 3, is_last=True)
    assert small.is_confirmed
    answer(small, engine)
    assert small.is_settled and not small.is_confirmed, "an engine that died says it all again"
    second(small, engine, 3, is_last=True)
    small.apply("Name", edits.set_name, "other")
    assert not small.is_confirmed
