"""Every kind of problem is provoked through the real engine and session, and says what is wrong."""

import re
import shutil

import pytest

from composer_gui.core.differences import count_of_axes
from composer_gui.core.problem_table import KINDS
from composer_gui.core.problems import ERROR
from composer_gui.core.shapes.tensor_spec import show_shape
from composer_gui.session.session import Session
from composer_gui.storage import resources
from tests.conformance.provoked import PROVOKED, Provoking
from tests.saved_drawing import make_models

WAIT = 120_000
NOISE = ("None", "``", "''", "\x1b", "keras.src", "composer_gui", "Traceback", "{", "this_layer")
"""What no sentence to the user holds."""


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    made = tmp_path_factory.mktemp("models")
    make_models(made)
    return made


@pytest.fixture
def folder(models, tmp_path):
    """Return a folder of the test's own with the models in it."""
    for path in models.iterdir():
        shutil.copy(path, tmp_path)
    return tmp_path


@pytest.fixture
def session(engine):
    made = Session(engine, resources.catalog())
    yield made
    made.close()


def test_every_kind_is_provoked():
    assert set(KINDS) - set(PROVOKED) == set()


def test_every_design_here_provokes_a_kind_of_the_table():
    assert set(PROVOKED) - set(KINDS) == set()


@pytest.mark.parametrize("code", sorted(set(PROVOKED) & set(KINDS)))
def test_a_design_has_this_problem_and_is_told_what_it_is(qtbot, session, folder, code):
    draw = Provoking(folder)
    session.replace(PROVOKED[code](draw), None)
    for step in draw.then:
        qtbot.waitUntil(lambda: session.is_confirmed, timeout=WAIT)
        step(session)
    qtbot.waitUntil(lambda: session.is_confirmed, timeout=WAIT)
    found = session.problems()
    problem = next((one for one in found if one.code == code), None)
    assert problem is not None, [one.code for one in found]
    kind = KINDS[code]
    assert problem.severity == kind.severity
    assert {one.code for one in found if one.severity == ERROR} <= {code} | draw.besides, found
    _says_who_and_what(session, problem)
    if kind.shapes:
        _tells_both_shapes_and_the_axis(problem)
        _says_where_it_was_set(session, problem)


def _says_who_and_what(session, problem):
    assert problem.title
    assert problem.message
    for noise in NOISE:
        assert noise not in problem.message + problem.title
    if problem.node is not None:
        assert session.document.label(problem.node) in problem.message


def _says_where_it_was_set(session, problem):
    found = session.origin(problem)
    assert found is not None
    assert session.document.label(found.node) in found.sentence


def _tells_both_shapes_and_the_axis(problem):
    assert problem.port is not None
    assert problem.given is not None
    assert problem.wanted is not None
    assert problem.axes
    assert show_shape(problem.given) in problem.message
    wanted = problem.wanted
    if len(wanted) != len(problem.given):
        told = (show_shape(wanted), count_of_axes(len(wanted) - 1))
        assert any(words in problem.message for words in told)
    else:
        sizes = [wanted[axis] for axis in problem.axes if axis]
        assert all(size is None or str(size) in problem.message for size in sizes)
    assert re.search(r"\b(axis|axes|batch)\b", problem.message)
