"""Warnings from inside a submodel are told where it is called, and mended where they are."""

import pytest

from composer_gui.core import edits
from composer_gui.core.document import Call
from composer_gui.session.session import Session
from composer_gui.storage import resources
from tests.drawing import Drawing

WAIT = 60_000


@pytest.fixture
def session(engine):
    opened = Session(engine, resources.catalog())
    yield opened
    opened.close()


@pytest.fixture
def confirmed(session, qtbot):
    def wait():
        qtbot.waitUntil(lambda: session.is_confirmed, timeout=WAIT)

    return wait


@pytest.fixture
def grouped(session, confirmed):
    """A Dropout of rate 0 behind a Dense, both in a submodel; returns the node that calls it."""
    drawing = Drawing()
    hidden = drawing.layer("Dense", "hidden", drawing.input("x", 4), units=3)
    quiet = drawing.layer("Dropout", "quiet", hidden, rate=0.0)
    drawing.output("y", quiet)
    session.replace(drawing.document.settled(), None)
    session.apply("Group", edits.group, session.catalog, [hidden, quiet], "block")
    confirmed()
    (block,) = (n.id for n in session.document.nodes.values() if isinstance(n, Call))
    return block


def test_a_warning_from_inside_is_told_with_the_name_of_the_layer(session, grouped, qtbot):
    (warning,) = session.problems()
    assert (warning.code, warning.node, warning.inner) == ("no_effect", grouped, "quiet")
    assert warning.message.startswith("Inside block: quiet puts out 3 float32")
    session.fixes(warning)
    qtbot.waitUntil(lambda: not session.is_trying(warning), timeout=WAIT)
    assert session.fixes(warning) == ()


def test_inside_it_is_told_and_can_be_mended(session, grouped, confirmed, qtbot):
    session.enter(grouped)
    confirmed()
    (warning,) = session.problems()
    session.fixes(warning)
    qtbot.waitUntil(lambda: bool(session.fixes(warning)), timeout=WAIT)
    session.apply_offer(session.fixes(warning)[0])
    session.leave()
    confirmed()
    assert session.problems() == []


@pytest.mark.parametrize("inside", [False, True])
def test_silenced_inside_or_where_it_is_called_it_is_told_no_more(
    session, grouped, confirmed, inside
):
    where = grouped
    if inside:
        session.enter(grouped)
        calls = (n.id for n in session.document.nodes.values() if isinstance(n, Call))
        (where,) = (node for node in calls if session.document.label(node) == "quiet")
    session.apply("Silence", edits.silence, where, "no_effect")
    if inside:
        session.leave()
    confirmed()
    assert session.problems() == []
