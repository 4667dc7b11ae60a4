"""Every kind of problem is told, traced and mended past reroute dots as it is without them."""

import shutil

import pytest

from composer_gui.core.fixes import fixes_for
from composer_gui.session.session import Session
from composer_gui.storage import resources
from tests.conformance.provoked import PROVOKED, Provoking
from tests.littered import dotted
from tests.saved_drawing import make_models

WAIT = 120_000
CATALOG = resources.catalog()
APART = {"code_changed", "loop"}
"""Comes of what is done to a file, and so once only; and is on dots as on other nodes."""


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    made = tmp_path_factory.mktemp("models")
    make_models(made)
    return made


@pytest.fixture
def session(engine):
    made = Session(engine, CATALOG)
    yield made
    made.close()


@pytest.mark.parametrize("code", sorted(set(PROVOKED) - APART))
def test_a_problem_is_the_same_past_dots(qtbot, session, models, tmp_path, code):
    for path in models.iterdir():
        shutil.copy(path, tmp_path)
    draw = Provoking(tmp_path)
    plain = PROVOKED[code](draw)
    told = []
    for document in (plain, dotted(plain)):
        session.replace(document, None)
        for step in draw.then:
            qtbot.waitUntil(lambda: session.is_confirmed, timeout=WAIT)
            step(session)
        qtbot.waitUntil(lambda: session.is_confirmed, timeout=WAIT)
        told.append([_said(session, problem) for problem in session.problems()])
    for one, other in zip(told[1], told[0], strict=True):
        for part, expected in zip(one, other, strict=True):
            assert part == expected


def _said(session, problem):
    """Return a problem with where it comes from and what is offered for it."""
    origin = session.origin(problem)
    fixes = fixes_for(session.document, CATALOG, session.verdicts, problem)
    return problem, origin, sorted(fix.title for fix in fixes)
