"""Which wires would fit: with an engine that is told what to say, and with Keras."""

from dataclasses import replace

import pytest
from immutables import Map
from PySide6.QtCore import QCoreApplication

from composer_gui.core import edits, fixes
from composer_gui.core.document import OUTPUT_PORT, Source, Wire
from composer_gui.core.fix_table import Fix
from composer_gui.core.problems import Problem
from composer_gui.core.trials import TrialResult
from composer_gui.core.verdicts import BLOCKED, FINE, WRONG, Verdict
from composer_gui.session.fitting import BATCH, CANNOT, FITS, MENDABLE, Fit
from composer_gui.session.session import Session
from composer_gui.storage import resources
from tests.silent_engine import SilentEngine

WAIT = 120_000


def take_turns():
    """Let the event loop do what is due, and what that makes due."""
    for _ in range(4):
        QCoreApplication.processEvents()


def added(change):
    (node,) = change.added
    return node


def layer(session, class_name, **parameters):
    return added(
        session.apply("Add", edits.add_keras_layer, class_name, 0, 0, parameters=Map(parameters))
    )


def start(session, *shape, **fields):
    return added(session.apply("Add", edits.add_input, 0, 0, shape=shape, **fields))


def to(node, source, port="inputs", index=0):
    return Wire(Source(source), node, port, index)


# With an engine that says what it is told ---------------------------------------------------------


class Played:
    """A session with an Input and many layers, and an engine that answers when it is told to."""

    def __init__(self):
        self.engine = SilentEngine()
        self.engine.state = "ready"
        self.session = Session(self.engine, resources.catalog())
        self.start = start(self.session, 3)
        self.layers = [layer(self.session, "Flatten") for _ in range(BATCH + 2)]
        self.wires = [to(node, self.start) for node in self.layers]
        self.answer()
        self.told = []
        self.session.fitting.found.connect(lambda: self.told.append(self.known()))

    def answer(self):
        nodes = [self.start, *self.layers]
        verdicts = {node: Verdict(FINE) for node in nodes if node in self.session.document.nodes}
        self.engine.analyzed.emit(self.session.design, self.session.revision, verdicts)

    def ask(self, wires, **more):
        self.session.fitting.ask([(wire, False) for wire in wires], **more)

    def known(self):
        return {wire: fit for wire in self.wires if (fit := self.session.fitting.of(wire))}

    def say(self, ticket, *results):
        self.engine.tried.emit(self.session.design, ticket, results)

    def tried(self, ticket):
        """Return the wires that a ticket's trials draw."""
        return [next(iter(change.wires_added)) for _, change in self.engine.trials[ticket][2]]


@pytest.fixture
def played(qapp):
    made = Played()
    yield made
    made.session.close()


def fine(wire):
    return TrialResult(touched={wire.node: Verdict(FINE)})


def wrong(wire, code="unheard_of"):
    problem = Problem(code, "It takes no such thing.", wire.node, wire.port, title="No")
    verdict = Verdict(WRONG, problems=(problem,))
    return TrialResult(touched={wire.node: verdict}, found=(problem,))


def test_wires_are_tried_in_batches_in_the_order_asked_and_told_as_they_come(played, qtbot):
    played.ask(played.wires)
    assert played.known() == {}
    qtbot.waitUntil(lambda: 1 in played.engine.trials)
    assert played.tried(1) == played.wires[:BATCH]
    played.say(1, *map(fine, played.wires[:BATCH]))
    assert played.told == [dict.fromkeys(played.wires[:BATCH], Fit(FITS))]
    qtbot.waitUntil(lambda: 2 in played.engine.trials)
    assert played.tried(2) == played.wires[BATCH:]
    played.say(2, *map(fine, played.wires[BATCH:]))
    assert played.known() == dict.fromkeys(played.wires, Fit(FITS))


def test_what_comes_into_view_goes_before_what_waits_and_nothing_is_tried_twice(played, qtbot):
    played.ask(played.wires[:-1])
    played.ask([played.wires[-1], played.wires[0]])
    qtbot.waitUntil(lambda: 1 in played.engine.trials)
    assert played.tried(1) == [played.wires[-1], *played.wires[: BATCH - 1]]


def test_a_wire_that_is_refused_cannot_be_and_says_why_without_the_engine(played, qtbot):
    node, other = played.layers[:2]
    played.session.apply("Wire", edits.connect, played.session.catalog, to(other, node))
    played.answer()
    loop = to(node, other)
    played.ask([loop])
    qtbot.waitUntil(lambda: bool(played.told))
    fit = played.session.fitting.of(loop)
    assert fit.kind == CANNOT and fit.sentence and not played.engine.trials


def test_a_wire_that_does_not_fit_and_has_no_fix_says_why(played, qtbot, monkeypatch):
    monkeypatch.setattr(fixes, "fixes_for", lambda *_: ())
    wire = played.wires[0]
    played.ask([wire])
    qtbot.waitUntil(lambda: 1 in played.engine.trials)
    played.say(1, wrong(wire))
    assert played.known() == {}
    qtbot.waitUntil(lambda: bool(played.known()))
    assert played.known() == {wire: Fit(CANNOT, "It takes no such thing.")}


def moving(node, *titles):
    """Return fixes that put a node somewhere else."""
    edit = lambda document: edits.move(document, {node: (7, 7)})  # noqa: E731
    return tuple(Fix("move", title, edit) for title in titles)


def test_the_title_of_the_first_fix_that_mends_is_told_and_no_more_are_tried(
    played, qtbot, monkeypatch
):
    wire = played.wires[0]
    offered = moving(wire.node, "breaks it", "no", "mends it", "too", "late")
    monkeypatch.setattr(fixes, "fixes_for", lambda *_: offered)
    played.ask([wire])
    qtbot.waitUntil(lambda: 1 in played.engine.trials)
    played.say(1, wrong(wire))
    qtbot.waitUntil(lambda: 2 in played.engine.trials)
    (after, change), _ = played.engine.trials[2][2]
    assert change.wires_added == {wire} and after.nodes[wire.node].x == 7
    broken = Problem("broken", "It breaks.", played.layers[1])
    played.say(2, replace(fine(wire), found=(broken,)), wrong(wire))
    qtbot.waitUntil(lambda: 3 in played.engine.trials)
    assert played.known() == {}
    played.say(3, fine(wire), fine(wire))
    take_turns()
    assert played.known() == {wire: Fit(MENDABLE, "mends it")}
    assert len(played.engine.trials) == 3


def test_what_a_wire_breaks_behind_its_target_is_no_fault_of_the_fix(played, qtbot, monkeypatch):
    wire = played.wires[0]
    monkeypatch.setattr(fixes, "fixes_for", lambda *_: moving(wire.node, "mends it"))
    behind = Problem("broken", "It breaks.", played.layers[1])
    played.ask([wire])
    qtbot.waitUntil(lambda: 1 in played.engine.trials)
    alone = wrong(wire)
    played.say(1, replace(alone, found=(*alone.found, behind)))
    qtbot.waitUntil(lambda: 2 in played.engine.trials)
    played.say(2, replace(fine(wire), found=(behind,)))
    assert played.known() == {wire: Fit(MENDABLE, "mends it")}


def test_nothing_is_said_of_a_wire_into_a_node_that_waits_for_another(played, qtbot):
    wire = played.wires[0]
    played.ask([wire])
    qtbot.waitUntil(lambda: 1 in played.engine.trials)
    played.say(1, TrialResult(touched={wire.node: Verdict(BLOCKED, blocked_by=played.start)}))
    take_turns()
    assert played.known() == {}


def test_lacking_wires_and_warnings_do_not_keep_a_wire_from_fitting(played, qtbot):
    one, other = played.wires[:2]
    careful = Problem("careful", "Hm.", other.node, severity="warning")
    cautioned = Verdict(FINE, problems=(careful,))
    played.ask([one, other])
    qtbot.waitUntil(lambda: 1 in played.engine.trials)
    warned = TrialResult(touched={other.node: cautioned}, found=(careful,))
    played.say(1, wrong(one, "missing_wire"), warned)
    assert played.known() == {one: Fit(FITS), other: Fit(FITS)}


def test_the_end_of_the_gesture_and_a_change_forget_everything(played, qtbot):
    played.ask(played.wires)
    qtbot.waitUntil(lambda: 1 in played.engine.trials)
    played.session.fitting.stop()
    assert played.engine.left == [1]
    played.say(1, *map(fine, played.wires[:BATCH]))
    take_turns()
    assert played.known() == {} and played.told == [] and len(played.engine.trials) == 1
    played.ask(played.wires[:2])
    qtbot.waitUntil(lambda: 2 in played.engine.trials)
    played.say(2, *map(fine, played.wires[:2]))
    assert len(played.known()) == 2
    played.session.apply("Move", edits.move, {played.start: (9, 9)})
    assert played.known() == {}


def test_before_the_engine_is_ready_nothing_is_known_and_then_it_is_tried(played, qtbot):
    played.engine.state = "restarting"
    played.ask(played.wires[:1])
    take_turns()
    assert not played.engine.trials and played.known() == {}
    played.engine.state = "ready"
    played.answer()
    qtbot.waitUntil(lambda: 1 in played.engine.trials)
    played.say(1, None)
    assert played.known() == {}
    played.ask(played.wires[:1])
    qtbot.waitUntil(lambda: 2 in played.engine.trials)


def test_a_wire_that_is_picked_up_is_not_there_while_others_are_tried(played, qtbot):
    session, (loose, other, *_) = played.session, played.wires
    session.apply("Wire", edits.connect, session.catalog, loose)
    played.answer()
    played.ask([other], without=loose)
    qtbot.waitUntil(lambda: 1 in played.engine.trials)
    ((after, change),) = played.engine.trials[1][2]
    assert (change.wires_removed, change.wires_added) == ({loose}, {other})
    assert "inputs" not in after.nodes[loose.node].inputs


# Through Keras -----------------------------------------------------------------------------------


@pytest.fixture
def session(engine):
    made = Session(engine, resources.catalog())
    yield made
    made.close()


def fits(qtbot, session, *wires, replacing=False):
    """Return what would come of these wires, once it is known of all of them."""
    qtbot.waitUntil(lambda: session.is_settled, timeout=WAIT)
    fitting = session.fitting
    fitting.ask([(wire, replacing) for wire in wires])
    qtbot.waitUntil(lambda: all(fitting.of(wire) for wire in wires), timeout=WAIT)
    return [fitting.of(wire) for wire in wires]


def test_rings_that_fit_that_fit_after_a_fix_and_that_cannot_are_told_apart(qtbot, session):
    numbers = start(session, 10)
    wide = layer(session, "Dense", units=64)
    session.apply("Wire", edits.connect, session.catalog, to(wide, numbers))
    dense = layer(session, "Dense", units=2)
    total = layer(session, "Add")
    session.apply("Wire", edits.connect, session.catalog, to(total, wide))
    convolution = layer(session, "Conv2D", filters=4, kernel_size=(3, 3))
    looped = to(wide, wide)
    found = fits(
        qtbot,
        session,
        to(dense, numbers),
        to(total, numbers, index=1),
        to(total, wide, index=1),
        looped,
        to(convolution, numbers),
    )
    assert [fit.kind for fit in found][:4] == [FITS, MENDABLE, FITS, CANNOT]
    assert "64" in found[1].sentence
    assert found[4].kind != FITS and found[4].sentence
    assert session.history.undo_label == "Add"


def test_another_wire_into_a_port_that_is_wrong_now_is_judged_by_itself(qtbot, session):
    numbers, image = start(session, 10), start(session, 8, 8, 3)
    others = start(session, 11)
    convolution = layer(session, "Conv2D", filters=4, kernel_size=(3, 3))
    session.apply("Wire", edits.connect, session.catalog, to(convolution, numbers))
    found = fits(qtbot, session, to(convolution, image), to(convolution, others), replacing=True)
    assert found[0].kind == FITS
    assert found[1].kind != FITS


def test_an_output_takes_whatever_comes(qtbot, session):
    numbers = start(session, 10)
    out = added(session.apply("Add", edits.add_output, 0, 0))
    assert fits(qtbot, session, to(out, numbers, OUTPUT_PORT)) == [Fit(FITS)]


def test_a_dot_takes_what_the_nodes_behind_it_take(qtbot, session):
    numbers, image = start(session, 10), start(session, 8, 8, 3)
    convolution = layer(session, "Conv2D", filters=4, kernel_size=(3, 3))
    dot = added(session.apply("Add", edits.add_dot, 0, 0))
    idle = layer(session, "ReLU")
    session.apply("Bypass", edits.set_bypassed, [idle], True)
    for wire in (to(idle, dot), to(convolution, idle)):
        session.apply("Wire", edits.connect, session.catalog, wire)
    found = fits(qtbot, session, to(dot, image, "input"), to(dot, numbers, "input"))
    assert found[0].kind == FITS
    assert found[1].kind != FITS and found[1].sentence
    alone = added(session.apply("Add", edits.add_dot, 0, 0))
    assert fits(qtbot, session, to(alone, numbers, "input")) == [Fit(FITS)]
