"""A corpus of designs: what is wrong is caught, explained and repaired, and nothing else said."""

import pytest

from composer_gui.core.problems import ERROR
from composer_gui.engine.client import EngineClient
from composer_gui.storage import resources
from tests.corpus import alone, cases, eager, files, written
from tests.corpus.judging import Judge, unsaid


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return files.make_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def judge(qapp):
    engine = EngineClient()
    engine.start()
    found = Judge(engine)
    yield found
    found.close()
    engine.stop()


def test_there_are_as_many_as_were_asked_for():
    assert len(cases.WRONG) + len(cases.ODD) >= 150
    assert len(cases.RIGHT) + len(alone.designs()) >= 150


@pytest.mark.parametrize("name", [*cases.ALL])
def test_keras_does_with_each_what_was_written_down(name, models):
    does, _ = cases.eager()[name]
    if name in cases.TOO_LARGE:
        assert does == "too large"
    else:
        document = written.design(cases.ALL[name], models)
        assert eager.behaviour(document, resources.catalog())[0] == does
    assert (does == eager.RUNS) <= (name not in cases.WRONG or name in cases.CUT_OFF)


@pytest.mark.parametrize("name", [*cases.WRONG])
def test_what_is_wrong_is_caught_explained_and_repaired(name, judge, models):
    document = written.design(cases.WRONG[name], models)
    judged = judge.judged(document)
    assert judged.errors
    assert {p.message: unsaid(document, p) for p in judged.problems if unsaid(document, p)} == {}
    assert any(judged.offers)
    keep_their_promise(judge, document, judged)


@pytest.mark.parametrize("name", [*cases.ODD])
def test_what_is_odd_is_told_and_can_be_silenced(name, judge, models):
    document = written.design(cases.ODD[name], models)
    judged = judge.judged(document)
    assert judged.problems
    assert [unsaid(document, p) for p in judged.problems if unsaid(document, p)] == []
    assert any(judged.offers)
    keep_their_promise(judge, document, judged)
    if not judged.errors:
        assert judge.left_when_silenced(document, judged.warnings) == []


def keep_their_promise(judge, document, judged):
    """Every repair that is offered is applied: its problem is gone, and there is no new one."""
    offers = [offer for found in judged.offers for offer in found]
    assert list(filter(None, (judge.left_by(document, offer) for offer in offers))) == []


@pytest.mark.parametrize("name", [*cases.TOLERATED])
def test_of_what_keras_turns_into_something_else_nothing_is_said_wrongly(name, judge, models):
    document = written.design(cases.TOLERATED[name], models)
    judged = judge.judged(document, repairs=False)
    assert [unsaid(document, p) for p in judged.problems if unsaid(document, p)] == []


@pytest.mark.parametrize("name", [*cases.RIGHT])
def test_of_what_is_right_nothing_is_said(name, judge, models):
    judged = judge.judged(written.design(cases.RIGHT[name], models), repairs=False)
    assert [problem.message for problem in judged.problems] == []


def test_of_layers_that_are_placed_right_nothing_is_said(judge):
    said = {}
    for name, document in alone.designs().items():
        problems = judge.judged(document, repairs=False).problems
        if problems:
            said[name] = [problem.message for problem in problems]
    assert said == {}


def test_no_design_is_called_wrong_that_is_merely_odd(judge, models):
    kinds = {
        name: judge.judged(written.design(text, models), repairs=False).errors
        for name, text in cases.ODD.items()
    }
    wrong = {name for name, errors in kinds.items() if any(e.severity == ERROR for e in errors)}
    assert wrong <= {"adding one"}  # an Add of one input is unfinished
