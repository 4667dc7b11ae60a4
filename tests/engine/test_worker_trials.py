"""Changes that the worker tries out before anybody makes them, with a real engine process."""

from immutables import Map

from composer_gui.core.change import between
from composer_gui.core.document import (
    OUTPUT_PORT,
    Call,
    CodeFile,
    Document,
    Input,
    Output,
    Source,
    head,
    put,
)
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.verdicts import FINE, WRONG
from composer_gui.engine import protocol
from tests.engine.test_worker import change, dense, whole


def call(document, number, class_name, *sources, port="inputs", **parameters):
    layer = KerasLayer(f"l{number}", class_name.lower(), class_name, Map(parameters))
    wires = Map({port: tuple(map(Source, sources))})
    return put(document, layer, Call(f"n{number}", layer.id, inputs=wires)).settled()


def mismatch():
    """Return a sum of two widths, and an Output behind it."""
    document = dense(dense(put(Document(), Input("n1", "x", (10,))), 2, 3, "n1"), 3, 4, "n1")
    document = call(document, 4, "Add", "n2", "n3")
    output = Output("n5", "y", Map({OUTPUT_PORT: (Source("n4"),)}))
    return head(put(document, output), inputs=("n1",), outputs=("n5",)).settled()


def try_out(worker, document, *afters, design, revision=1, ticket=7):
    worker.ask(whole(document, revision, design))
    trials = [(after, between(document, after)) for after in afters]
    worker.send(protocol.try_out(design, revision, ticket, trials))
    answer = worker.hear_of("tried")
    assert (answer["design"], answer["revision"], answer["ticket"]) == (design, revision, ticket)
    return protocol.results_of(answer)


def test_a_change_that_mends_is_told_from_one_that_does_not(worker):
    document = mismatch()
    good, bad = dense(document, 2, 4, "n1"), dense(document, 2, 5, "n1")
    mended, not_mended = try_out(worker, document, good, bad, design=1)
    (problem,) = mended.gone
    assert (problem.node, problem.severity) == ("n4", "error")
    assert mended.mends(problem) and not not_mended.mends(problem)
    assert mended.touched["n2"].spec("output").shape == (None, 4)
    assert mended.found == ()


def test_the_design_itself_is_left_as_it_is(worker):
    document = mismatch()
    try_out(worker, document, dense(document, 2, 4, "n1"), design=2)
    moved = put(document, Input("n1", "x", (10,), x=9.0)).settled()
    answer = protocol.verdicts_of(worker.ask(change(document, moved, 2, design=2)))
    assert set(answer) == {"n1"}, "nothing else differs from what was told"
    later = call(moved, 6, "ReLU", "n4")
    assert protocol.verdicts_of(worker.ask(change(moved, later, 3, design=2)))["n6"].blocked_by


def test_what_is_missing_in_the_design_as_a_whole_counts_too(worker):
    document = mismatch()
    lost = head(document, outputs=())
    (result,) = try_out(worker, document, lost, design=3)
    assert [problem.code for problem in result.found] == ["no_output"]
    assert result.brings == result.found


def test_an_error_at_what_was_blocked_is_revealed_not_brought(worker):
    document = call(mismatch(), 6, "Conv2D", "n4", filters=2, kernel_size=3)
    (result,) = try_out(worker, document, dense(document, 2, 4, "n1"), design=4)
    assert [problem.node for problem in result.revealed] == ["n6"]
    assert result.mends(result.gone[0])


def test_one_of_another_revision_is_not_tried(worker):
    document = mismatch()
    worker.ask(whole(document, 3, 5))
    trial = (document, between(document, document))
    worker.send(protocol.try_out(5, 2, 9, [trial, trial]))
    assert worker.hear_of("tried")["results"] == [None, None]


def test_a_change_that_makes_no_sense_is_answered_with_nothing_and_survived(worker):
    document = mismatch()
    worker.ask(whole(document, 1, 6))
    good = protocol.try_out(6, 1, 9, [(document, between(document, document))])
    rubbish = [{}, {"nodes": 3}, None, good["trials"][0]]
    worker.send(good | {"trials": rubbish})
    *nothing, found = worker.hear_of("tried")["results"]
    assert nothing == [None, None, None]
    assert found is not None
    worker.send(good | {"trials": "no list"})
    assert worker.hear_of("tried")["results"] == []


def test_an_edit_goes_first_and_what_was_to_be_tried_is_forgotten(worker):
    document = mismatch()
    worker.ask(whole(document, 1, 7))
    trials = [(after, between(document, after)) for after in [dense(document, 2, 4, "n1")] * 50]
    worker.send(protocol.try_out(7, 1, 9, trials))
    assert worker.ask(change(document, dense(document, 2, 8, "n1"), 2, design=7))["revision"] == 2
    worker.send(protocol.try_out(7, 2, 10, trials[:1]))
    assert worker.hear_of("tried")["ticket"] == 10


def test_what_is_given_up_is_not_answered(worker):
    document = mismatch()
    worker.ask(whole(document, 1, 8))
    trials = [(after, between(document, after)) for after in [dense(document, 2, 4, "n1")] * 50]
    worker.send(protocol.try_out(8, 1, 9, trials))
    worker.send(protocol.leave(9))
    worker.send(protocol.try_out(8, 1, 10, trials[:1]))
    assert worker.hear_of("tried")["ticket"] == 10


def test_only_a_thorough_look_is_good_enough_for_a_trial(worker):
    """Keras says symbolically that this layer takes whole numbers; it fails when it runs."""
    document = put(Document(), Input("n1", "x", (3, 4), "int32"), Input("n2", "y", (3, 4)))
    document = call(document, 3, "Softmax", "n2")
    after = call(document, 3, "Softmax", "n1")
    (result,) = try_out(worker, document, after, design=9)
    assert result.touched["n3"].kind == WRONG
    assert [problem.node for problem in result.brings] == ["n3"]
    (result,) = try_out(worker, after, document, design=10)
    assert result.touched["n3"].kind == FINE
    assert [problem.node for problem in result.gone] == ["n3"]


def test_a_result_comes_through_to_the_other_side_whole():
    from composer_gui.core.problems import Problem
    from composer_gui.core.trials import TrialResult
    from composer_gui.core.verdicts import Verdict

    one, other = Problem("rank", "a", "n1", wanted=(None, 3), axes=(1,)), Problem("loop", "b")
    result = TrialResult({"n1": Verdict(FINE)}, (one,), (other, one), (one,))
    message = protocol.decode(protocol.encode(protocol.tried(1, 2, 3, [None, result])))
    assert protocol.results_of(message) == (None, result)


def test_no_python_file_is_run_in_a_trial_that_the_design_may_not_run():
    from composer_gui.engine.client_designs import OpenDesign
    from composer_gui.engine.client_trials import OpenTickets

    after = head(Document(), code=(CodeFile("/tmp/own.py", "0" * 64),))
    tickets, design = OpenTickets(), OpenDesign()
    design.ask(1, Document(), None)
    design.request(1)
    tickets.add(1, 1, [(after, between(Document(), after))])
    (request,) = tickets.requests({1: design})
    assert not request["trials"][0]["head"].get("code")
