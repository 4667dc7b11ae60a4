"""Second opinions and trials as the window gets them, from an engine that may be late or die."""

import json

import pytest

from composer_gui.core.change import Change, between
from tests.engine.test_client import (  # noqa: F401 (fixtures)
    WAIT,
    document,
    engine,
    is_alive,
    pid_of,
    ready,
)


def heard(signal):
    found = []
    signal.connect(lambda *news: found.append(news))
    return found


def trial(*nodes):
    """Return the design with `nodes` in the place of n1 alone, and how it differs."""
    return document(*nodes), between(document("n1"), document(*nodes))


def settle(client, qtbot, revision=1):
    with qtbot.waitSignal(client.analyzed, timeout=WAIT):
        client.analyze(1, revision, document("n1"))


def tries(client, qtbot, count=1):
    """Return what was heard of trials, after so many answers."""
    found = heard(client.tried)
    qtbot.waitUntil(lambda: len(found) >= count, timeout=WAIT)
    return found


# Second opinions --------------------------------------------------------------------------------


def test_a_second_look_at_the_newest_revision_is_told_part_by_part(ready, qtbot):  # noqa: F811
    client = ready("reconsiders")
    found = heard(client.reconsidered)
    client.analyze(1, 1, document("n1"))
    qtbot.waitUntil(lambda: len(found) == 2, timeout=WAIT)
    assert [(design, revision, last) for design, revision, _, last in found] == [
        (1, 1, False),
        (1, 1, True),
    ]
    assert found[0][2]["second"].spec("output").shape == (None, 9)


def test_one_at_an_older_revision_is_told_with_the_next_answer_only(ready, qtbot):  # noqa: F811
    client = ready("reconsiders_late")
    found, answers = heard(client.reconsidered), heard(client.analyzed)
    settle(client, qtbot)
    client.analyze(1, 2, document("n1"), Change())
    qtbot.waitUntil(lambda: len(answers) == 2, timeout=WAIT)
    assert found == [], "neither it nor that of a design which is not open"
    assert set(answers[1][2]) == {"n2", "second"}


# Trials -----------------------------------------------------------------------------------------


def test_changes_are_tried_and_answered_in_order(ready, qtbot):  # noqa: F811
    client = ready()
    settle(client, qtbot)
    ticket = client.try_out(1, 1, [trial("n1", "n2"), trial()])
    ((design, number, results),) = tries(client, qtbot)
    assert (design, number) == (1, ticket)
    asked = [json.loads(result.found[0].detail) for result in results]
    assert [set(change["nodes"]) for change in asked] == [{"n1", "n2"}, {"n1"}]
    assert asked[1]["nodes"]["n1"] is None
    assert results[0].revealed == results[0].found


def test_what_is_asked_before_the_engine_is_there_waits_for_it(engine, qtbot):  # noqa: F811
    client = engine()
    order = []
    client.analyzed.connect(lambda *news: order.append("analyzed"))
    client.tried.connect(lambda *news: order.append("tried"))
    client.analyze(1, 1, document("n1"))
    client.try_out(1, 1, [trial("n1", "n2")])
    qtbot.waitUntil(lambda: "tried" in order, timeout=WAIT)
    assert order == ["analyzed", "tried"]


@pytest.mark.parametrize("design, revision", [(1, 0), (1, 2), (2, 1)])
def test_what_is_not_the_newest_is_not_tried(ready, qtbot, design, revision):  # noqa: F811
    client = ready()
    settle(client, qtbot)
    found = heard(client.tried)
    ticket = client.try_out(design, revision, [trial("n1", "n2")])
    assert found == [], "nothing is told before it returns"
    qtbot.waitUntil(lambda: len(found) == 1, timeout=WAIT)
    assert found == [(design, ticket, (None,))]


def test_nothing_to_try_is_answered_with_nothing(ready, qtbot):  # noqa: F811
    client = ready()
    settle(client, qtbot)
    ticket = client.try_out(1, 1, [])
    assert tries(client, qtbot) == [(1, ticket, ())]


def test_a_design_that_moves_on_is_answered_with_none_and_only_once(ready, qtbot):  # noqa: F811
    client = ready()
    settle(client, qtbot)
    found = heard(client.tried)
    old = client.try_out(1, 1, [trial("n1", "n2")] * 2)
    client.analyze(1, 2, document("n1"), Change())
    new = client.try_out(1, 2, [trial("n1", "n3")])
    qtbot.waitUntil(lambda: len(found) == 2, timeout=WAIT)
    assert found[0] == (1, old, (None, None))
    assert found[1][1] == new and found[1][2][0] is not None


def test_trials_under_way_when_the_engine_dies_come_to_none(ready, qtbot):  # noqa: F811
    client = ready("dies_of_trials")
    settle(client, qtbot)
    ticket = client.try_out(1, 1, [trial("n1", "n2")])
    assert tries(client, qtbot) == [(1, ticket, (None,))]
    with qtbot.waitSignal(client.analyzed, timeout=WAIT):
        pass  # it is started again and given the design


def test_an_engine_that_never_answers_a_trial_is_killed(ready, qtbot):  # noqa: F811
    client = ready("never_tries")
    settle(client, qtbot)
    client._watch.setInterval(50)
    pid = pid_of(client)
    ticket = client.try_out(1, 1, [trial("n1", "n2")])
    assert tries(client, qtbot) == [(1, ticket, (None,))]
    qtbot.waitUntil(lambda: not is_alive(pid), timeout=WAIT)


def test_stopping_answers_what_is_under_way_with_none(ready, qtbot):  # noqa: F811
    client = ready("never_tries")
    settle(client, qtbot)
    ticket = client.try_out(1, 1, [trial("n1", "n2")])
    client.stop()
    assert tries(client, qtbot) == [(1, ticket, (None,))]


def test_of_a_forgotten_design_and_of_what_is_given_up_nothing_is_told(ready, qtbot):  # noqa: F811
    client = ready("never_tries")
    settle(client, qtbot)
    found = heard(client.tried)
    left = client.try_out(1, 1, [trial("n1", "n2")])
    with qtbot.waitSignal(client._process.received, timeout=WAIT) as told:
        client.leave(left)
    assert told.args == [{"event": "left", "ticket": left}]
    client.try_out(1, 0, [trial("n1", "n2")])
    client.forget(1)
    client.analyze(2, 1, document("n1"))
    with qtbot.waitSignal(client.analyzed, timeout=WAIT):
        pass
    assert found == []
    assert not client._tickets.is_asked


@pytest.mark.parametrize("manner, is_told", [("tries_badly", False), ("tries_twice", True)])
def test_an_answer_that_makes_no_sense_counts_as_none(ready, qtbot, manner, is_told):  # noqa: F811
    client = ready(manner)
    settle(client, qtbot)
    found = heard(client.tried)
    ticket = client.try_out(1, 1, [trial("n1", "n2")])
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT)
    settle(client, qtbot, revision=2)
    ((_, number, results),) = found
    assert number == ticket
    assert (results[0] is not None) is is_told
