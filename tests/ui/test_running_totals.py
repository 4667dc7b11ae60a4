"""Running totals are those that one would count anew, whatever is done."""

import pytest

from composer_gui.core import edits
from composer_gui.core.verdicts import BLOCKED, Verdict
from composer_gui.ui.running_totals import RunningTotals
from composer_gui.ui.totals import totals


@pytest.fixture
def running(session):
    """Totals that are compared with those that are counted anew, each time they are asked for."""
    kept = RunningTotals(session)

    def running():
        found = kept.now()
        assert found == totals(session.document, session.verdicts)
        return found

    return running


def test_they_follow_edits_verdicts_and_undo(running, session, design):
    assert running().nodes == 0
    source = design.input(shape=(4,))
    first, second = design.layer(units=4), design.layer(units=8)
    design.wire(source, first)
    design.wire(first, second)
    assert (running().nodes, running().wires, running().is_whole) == (3, 2, False)
    design.judge(**{source: design.fine(4), first: design.fine(4, parameters=20)})
    assert running().parameters == 20
    design.judge(**{second: Verdict(BLOCKED, blocked_by=first)})
    assert running().waiting == 1
    design.judge(**{second: design.fine(8, parameters=40, trainable=30)})
    assert (running().parameters, running().trainable, running().is_whole) == (60, 50, True)
    session.apply("Delete", edits.delete, [first])
    assert running().nodes == 2
    session.undo()
    assert (running().nodes, running().wires) == (3, 2)


def test_a_shared_layer_counts_once_and_a_bypassed_call_not_at_all(running, session, design):
    first, second = design.layer(units=4), design.layer(units=4)
    design.judge(**{first: design.fine(4, parameters=20), second: design.fine(4, parameters=20)})
    assert (running().parameters, running().shared) == (40, 0)
    layer = session.document.nodes[first].layer
    session.apply("Share", edits.share_layer, second, layer)
    design.judge(**{first: design.fine(4, parameters=20), second: design.fine(4, parameters=20)})
    assert (running().parameters, running().shared) == (20, 1)
    session.apply("Bypass", edits.set_bypassed, [first, second], True)
    assert (running().parameters, running().shared) == (0, 0)


def test_they_are_those_of_the_level_that_is_shown(running, session, design):
    first, second = design.layer(units=4), design.layer(units=4)
    design.wire(first, second)
    grouped = session.apply("Group", edits.group, session.catalog, {first, second})
    assert running().nodes == 1
    session.enter(next(i for i in grouped.added if i in session.document.nodes))
    assert running().nodes == len(session.document.nodes)
    session.leave()
    assert running().nodes == 1
    session.new()
    assert running().nodes == 0
