"""What the worker does with what can wait, step by step: Keras is played, and so is the thread."""

import pytest
from immutables import Map

from composer_gui.core import document as doc
from composer_gui.core.cautions import Cautions
from composer_gui.core.change import between
from composer_gui.core.document import Call, Document, Input, Source
from composer_gui.core.explanations import REFUSED
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.problems import WARNING, Problem
from composer_gui.core.shapes.outcome import Outcome
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import BLOCKED, FINE, WRONG
from composer_gui.engine import protocol, worker_designs
from composer_gui.engine.worker_analysis import Analysis
from composer_gui.storage import resources

CATALOG = resources.catalog()


class Keras:
    """Says yes to everything at first; a thorough look refuses a Softmax and flattens a Dense.

    What it was asked thoroughly is in `asked`, by the names of layers.
    """

    def __init__(self):
        self.asked = []
        self.lasts = True
        self.fails = False

    def quick(self, layer, arguments, inputs, *, thorough=True, **more):
        assert not thorough
        spec = next(iter(inputs.values()))[0]
        doubtful = layer.class_name in ("Softmax", "Dense")
        return Outcome((("output", spec),), doubtful=doubtful)

    def thorough(self, layer, arguments, inputs, *, thorough=True, **more):
        assert thorough
        self.asked.append(layer.name)
        if self.fails:
            raise RuntimeError("a bug")
        spec = next(iter(inputs.values()))[0]
        if layer.class_name == "Softmax":
            problem = Problem(REFUSED, "", detail="No.")
            return Outcome(problems=(problem,), lasting=self.lasts)
        if layer.class_name == "Dense":
            spec = TensorSpec((None, 1))
        return Outcome((("output", spec),), lasting=self.lasts)


class Beside:
    """Holds what is to be done, until the test says so."""

    def __init__(self, infer):
        self.infer = infer
        self.pieces = []
        self.called = False

    def is_called(self):
        return self.called

    def do(self, work, finish):
        self.pieces.append((work, finish))

    def work_on(self):
        """Do the one piece that was begun; return what hands its result back."""
        ((work, finish),) = self.pieces
        self.pieces.clear()
        try:
            result = work()
        except RuntimeError:
            result = None
        return lambda: finish(result)


class Worker:
    """An analysis that is told what to do and remembers what it said."""

    def __init__(self):
        self.keras = Keras()
        self.beside = Beside(self.keras.thorough)
        self.said = []
        self.analysis = Analysis(CATALOG, self.keras.quick, self.said.append, self.beside)
        self.document = Document()
        self.revision = 0

    def open(self, document, design=1):
        self.document, self.revision = document, self.revision + 1
        self.analysis.handle(protocol.analyze_whole(design, self.revision, document))

    def edit(self, document, design=1):
        change = between(self.document, document)
        base, self.revision, self.document = self.revision, self.revision + 1, document
        self.analysis.handle(
            protocol.analyze_change(
                design,
                self.revision,
                document,
                base=base,
                nodes=change.nodes,
                layers=change.layers,
            )
        )

    def go_on(self):
        """Do all that can wait, as if nobody asked anything meanwhile."""
        self.analysis.go_on()
        while self.beside.pieces:
            self.beside.work_on()()
            self.analysis.go_on()

    def take(self, event):
        """Return what was said of a kind, and forget all that was."""
        found = [message for message in self.said if message["event"] == event]
        self.said.clear()
        return found

    def last_word(self):
        """Return all that a second look has told, the last word on a revision being said."""
        *parts, last = self.take("reconsidered")
        assert all("part" in part for part in parts) and "part" not in last
        found = {}
        for message in (*parts, last):
            found |= protocol.verdicts_of(message)
        return found


@pytest.fixture
def worker(monkeypatch):
    monkeypatch.setattr(Cautions, "found", lambda self, document, verdicts: {})
    return Worker()


def put(document, number, class_name, *sources, name=""):
    layer = KerasLayer(f"l{number}", name or class_name.lower(), class_name, Map({"units": 2}))
    if class_name != "Dense":
        layer = KerasLayer(layer.id, layer.name, class_name)
    wires = Map({"inputs": tuple(Source(source) for source in sources)})
    return doc.put(document, layer, Call(f"n{number}", layer.id, inputs=wires)).settled()


def start(*shape):
    return doc.put(Document(), Input("n1", "x", shape or (3,))).settled()


def chain():
    """Return Input, Softmax, ReLU."""
    return put(put(start(), 2, "Softmax", "n1"), 3, "ReLU", "n2")


# The second opinion -----------------------------------------------------------------------------


def test_the_first_answer_does_not_wait_for_a_thorough_look(worker):
    worker.open(chain())
    (answer,) = worker.take("analyzed")
    assert protocol.verdicts_of(answer)["n2"].kind == FINE
    assert worker.keras.asked == []


def test_a_verdict_that_turns_is_told_with_what_is_behind_it(worker):
    worker.open(chain())
    worker.go_on()
    news = worker.last_word()
    assert {k: v.kind for k, v in news.items()} == {"n2": WRONG, "n3": BLOCKED}


def test_a_shape_that_turns_out_otherwise_is_looked_at_further_on(worker):
    worker.open(put(put(start(), 2, "Dense", "n1"), 3, "Softmax", "n2"))
    worker.go_on()
    news = worker.last_word()
    assert news["n2"].spec("output").shape == (None, 1)
    # and once of what it seemed to get, since both were asked in one go
    assert worker.keras.asked == ["dense", "softmax", "softmax"]


def test_what_is_confirmed_is_told_to_be_so_once(worker):
    worker.open(put(start(), 2, "ReLU", "n1"))
    worker.go_on()
    worker.go_on()
    (message,) = worker.take("reconsidered")
    assert message["verdicts"] == {} and message["revision"] == worker.revision


def test_what_was_found_is_kept_and_an_undo_gets_it_back_without_asking(worker):
    worker.open(chain())
    worker.go_on()
    other = doc.put(worker.document, Input("n1", "x", (4,))).settled()
    first = worker.document
    worker.edit(other)
    worker.go_on()
    assert worker.keras.asked == ["softmax", "softmax"]
    worker.said.clear()
    worker.edit(first)
    (answer,) = worker.take("analyzed")
    assert protocol.verdicts_of(answer)["n2"].kind == WRONG, "at once, with the first verdicts"
    worker.go_on()
    assert worker.keras.asked == ["softmax", "softmax"]
    assert worker.last_word() == {}


def test_two_calls_alike_are_looked_at_once(worker):
    worker.open(put(put(start(), 2, "Softmax", "n1"), 3, "Softmax", "n1"))
    worker.go_on()
    assert len(worker.keras.asked) == 1
    assert {k: v.kind for k, v in worker.last_word().items()} == {"n2": WRONG, "n3": WRONG}


def test_an_edit_while_keras_looks_is_answered_before_it_has_looked(worker):
    worker.open(chain())
    worker.analysis.go_on()
    worker.said.clear()
    worker.edit(put(worker.document, 4, "ReLU", "n1"))
    (answer,) = worker.take("analyzed")
    assert set(answer["verdicts"]) == {"n4"}
    worker.beside.work_on()()
    worker.go_on()
    news = worker.last_word()
    assert {k: v.kind for k, v in news.items()} == {"n2": WRONG, "n3": BLOCKED}


def test_an_opinion_on_what_is_no_more_changes_nothing(worker):
    worker.open(chain())
    worker.analysis.go_on()
    late = worker.beside.work_on()
    worker.edit(put(worker.document, 2, "ReLU", "n1"))
    worker.said.clear()
    late()
    assert worker.said == []
    worker.go_on()
    assert worker.last_word() == {}


def test_a_node_that_came_back_gets_what_was_found_meanwhile(worker):
    first = chain()
    worker.open(first)
    worker.analysis.go_on()
    late = worker.beside.work_on()
    worker.edit(put(first, 2, "ReLU", "n1"))
    worker.edit(first)
    late()
    worker.go_on()
    assert worker.last_word()["n2"].kind == WRONG
    assert worker.keras.asked == ["softmax"]


def test_a_design_that_was_let_go_of_is_said_nothing_of(worker):
    worker.open(chain())
    worker.analysis.go_on()
    worker.analysis.handle(protocol.forget(1))
    worker.said.clear()
    worker.beside.work_on()()
    worker.go_on()
    assert worker.said == []


def test_of_two_designs_the_one_edited_last_comes_first(worker):
    worker.open(put(start(), 2, "Softmax", "n1", name="old"), design=1)
    worker.open(put(start(), 2, "Softmax", "n1", name="new"), design=2)
    worker.go_on()
    assert worker.keras.asked == ["new", "old"]
    last_words = [m["design"] for m in worker.take("reconsidered") if "part" not in m]
    assert last_words == [2, 1]


def test_an_opinion_that_may_be_another_next_time_is_not_held_against_a_node(worker):
    worker.keras.lasts = False
    worker.open(chain())
    worker.go_on()
    assert worker.last_word() == {}
    assert worker.keras.asked == ["softmax"], "it is not asked for ever"


def test_a_bug_in_a_thorough_look_leaves_the_first_verdict(worker):
    worker.keras.fails = True
    worker.open(chain())
    worker.go_on()
    assert worker.last_word() == {}


def test_a_submodel_is_doubtful_when_something_in_it_is(worker):
    from composer_gui.core.document import OUTPUT_PORT, Output, head
    from composer_gui.core.layer_kinds import Submodel

    output = Output("n9", "y", Map({OUTPUT_PORT: (Source("n3"),)}))
    inner = head(doc.put(chain(), output), inputs=("n1",), outputs=("n9",)).settled()
    call = Call("n2", "l2", inputs=Map({"x": (Source("n1"),)}))
    worker.open(doc.put(start(), Submodel("l2", "inside", inner), call).settled())
    (answer,) = worker.take("analyzed")
    assert protocol.verdicts_of(answer)["n2"].kind == FINE
    worker.go_on()
    verdict = worker.last_word()["n2"]
    assert verdict.kind == WRONG
    assert verdict.problems[0].inner == "softmax"


def test_of_a_long_second_look_the_first_findings_are_told_early(worker, monkeypatch):
    monkeypatch.setattr("composer_gui.engine.worker_analysis.PART_EVERY", -1.0)
    worker.open(put(put(start(3), 2, "Softmax", "n1"), 3, "Dense", "n1"))
    worker.go_on()
    first, second, last = worker.take("reconsidered")
    assert first["part"] and second["part"] and "part" not in last
    assert (set(first["verdicts"]), set(second["verdicts"])) == ({"n2"}, {"n3"})


def test_a_thorough_look_at_many_is_broken_off_when_somebody_asks(worker):
    worker.open(put(put(start(3), 2, "Softmax", "n1"), 3, "Dense", "n1"))
    worker.analysis.go_on()
    worker.beside.called = True
    worker.beside.work_on()()
    assert worker.keras.asked == ["softmax"]
    worker.go_on()
    assert worker.keras.asked == ["softmax", "dense"]


# Warnings ---------------------------------------------------------------------------------------


@pytest.fixture
def warns(monkeypatch):
    """Warn of every ReLU by its label, and of whatever is named in the list returned."""
    also = []

    def found(self, document, verdicts):
        nodes = {n: document.label(n) for n in document.nodes}
        names = {n: name for n, name in nodes.items() if name == "relu" or n in also}
        return {
            n: (Problem("odd", f"{name} is odd.", n, severity=WARNING),)
            for n, name in names.items()
        }

    monkeypatch.setattr(Cautions, "found", found)
    return also


def codes(verdict):
    return [problem.code for problem in verdict.problems]


def test_warnings_of_a_small_design_come_with_the_first_verdicts(worker, warns):
    worker.open(put(start(), 2, "ReLU", "n1"))
    (answer,) = worker.take("analyzed")
    assert codes(protocol.verdicts_of(answer)["n2"]) == ["odd"]
    worker.go_on()
    assert worker.last_word() == {}


def test_those_of_a_large_one_come_when_nobody_waits(worker, warns, monkeypatch):
    monkeypatch.setattr(worker_designs, "WARNED_AT_ONCE", 1)
    worker.open(put(start(), 2, "ReLU", "n1"))
    (answer,) = worker.take("analyzed")
    assert codes(protocol.verdicts_of(answer)["n2"]) == []
    worker.go_on()
    assert codes(worker.last_word()["n2"]) == ["odd"]


def test_warnings_found_for_an_earlier_revision_are_not_told(worker, warns, monkeypatch):
    monkeypatch.setattr(worker_designs, "WARNED_AT_ONCE", 1)
    worker.open(put(start(), 2, "ReLU", "n1"))
    worker.analysis.go_on()
    late = worker.beside.work_on()
    worker.edit(put(worker.document, 2, "Flatten", "n1"))
    worker.said.clear()
    late()
    assert worker.said == []
    worker.go_on()
    assert worker.last_word() == {}


def test_a_warning_that_an_edit_elsewhere_brings_and_takes_is_told(worker, warns):
    worker.open(put(start(), 2, "Flatten", "n1"))
    worker.go_on()
    worker.said.clear()
    warns.append("n2")
    worker.edit(put(worker.document, 3, "Flatten", "n1"))
    (answer,) = worker.take("analyzed")
    assert codes(protocol.verdicts_of(answer)["n2"]) == ["odd"]
    warns.clear()
    worker.edit(put(worker.document, 4, "Flatten", "n1"))
    (answer,) = worker.take("analyzed")
    assert codes(protocol.verdicts_of(answer)["n2"]) == []


def test_a_bug_in_the_warnings_costs_no_verdict(worker, monkeypatch):
    def fail(self, document, verdicts):
        raise ZeroDivisionError

    monkeypatch.setattr(Cautions, "found", fail)
    worker.open(put(start(), 2, "ReLU", "n1"))
    (answer,) = worker.take("analyzed")
    assert protocol.verdicts_of(answer)["n2"].kind == FINE


# Trials -----------------------------------------------------------------------------------------


def try_out(worker, *afters, ticket=7, design=1):
    trials = [(after, between(worker.document, after)) for after in afters]
    worker.analysis.handle(protocol.try_out(design, worker.revision, ticket, trials))


def test_a_design_is_gone_through_before_anything_is_tried_on_it(worker):
    """Else the trial would be blamed for what was wrong before."""
    worker.open(chain())
    after = put(worker.document, 3, "Flatten", "n2")
    try_out(worker, after)
    worker.go_on()
    (answer,) = worker.take("tried")
    (result,) = protocol.results_of(answer)
    assert result.found == () and result.touched["n3"].kind == BLOCKED


def test_a_trial_sees_thoroughly_and_what_it_found_is_known_when_it_is_made(worker):
    worker.open(put(start(), 2, "ReLU", "n1"))
    after = put(worker.document, 2, "Softmax", "n1")
    try_out(worker, after)
    worker.go_on()
    (answer,) = worker.take("tried")
    assert [p.node for p in protocol.results_of(answer)[0].brings] == ["n2"]
    worker.edit(after)
    (answer,) = worker.take("analyzed")
    assert protocol.verdicts_of(answer)["n2"].kind == WRONG
    assert worker.keras.asked == ["softmax"]


def test_a_warning_that_a_change_brings_or_takes_counts(worker, warns):
    worker.open(put(start(), 2, "Flatten", "n1"))
    after = put(worker.document, 2, "ReLU", "n1")
    try_out(worker, after)
    worker.go_on()
    (result,) = protocol.results_of(worker.take("tried")[0])
    assert [problem.code for problem in result.brings] == ["odd"]
    worker.edit(after)
    try_out(worker, put(after, 2, "Flatten", "n1"))
    worker.go_on()
    (result,) = protocol.results_of(worker.take("tried")[0])
    assert [problem.code for problem in result.gone] == ["odd"]


def test_an_edit_between_two_trials_goes_first_and_ends_them(worker):
    worker.open(start())
    worker.go_on()
    try_out(worker, put(worker.document, 2, "ReLU", "n1"), put(worker.document, 2, "Flatten", "n1"))
    worker.analysis.go_on()
    late = worker.beside.work_on()
    worker.edit(put(worker.document, 5, "ReLU", "n1"))
    worker.said.clear()
    late()
    worker.go_on()
    assert worker.take("tried") == []


def test_tickets_are_answered_in_the_order_in_which_they_were_asked(worker):
    worker.open(start())
    for ticket in (3, 4):
        try_out(worker, put(worker.document, 2, "ReLU", "n1"), ticket=ticket)
    worker.go_on()
    assert [message["ticket"] for message in worker.take("tried")] == [3, 4]


def test_no_trial_is_left_behind_in_the_design(worker):
    worker.open(chain())
    try_out(worker, put(put(worker.document, 2, "ReLU", "n1"), 4, "Dense", "n3"))
    worker.go_on()
    worker.said.clear()
    worker.edit(put(worker.document, 6, "ReLU", "n1"))
    (answer,) = worker.take("analyzed")
    assert set(answer["verdicts"]) == {"n6"}
    worker.go_on()
    assert worker.last_word() == {}
