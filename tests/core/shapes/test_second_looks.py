"""A walk that is content with quick answers, what it leaves in doubt, and copies to go on with."""

import random

import pytest
from immutables import Map

from composer_gui.core import document as doc
from composer_gui.core.change import between
from composer_gui.core.document import Call, Document, Input, Source
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.shapes.call_memo import CallMemo
from composer_gui.core.shapes.outcome import Outcome
from composer_gui.core.shapes.shape_flow import ShapeFlow
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import FINE
from composer_gui.storage import resources

CATALOG = resources.catalog()


def infer(layer, arguments, inputs, *, built_on=None, code=(), thorough=True):
    """Say of a Softmax quickly that nothing changes, and thoroughly that one axis is left."""
    spec = inputs["inputs"][0]
    if layer.class_name != "Softmax":
        return Outcome((("output", spec),))
    found = TensorSpec(spec.shape[:1] + spec.shape[-1:]) if thorough else spec
    return Outcome((("output", found),), doubtful=not thorough)


@pytest.fixture
def flow():
    return ShapeFlow(CATALOG, infer, thorough=False)


def put(document, number, class_name, source):
    layer = KerasLayer(f"l{number}", class_name.lower(), class_name)
    call = Call(f"n{number}", layer.id, inputs=Map({"inputs": (Source(source),)}))
    return doc.put(document, layer, call).settled()


def chain(*classes):
    document = doc.put(Document(), Input("n1", "x", (5, 4))).settled()
    for number, class_name in enumerate(classes, 2):
        document = put(document, number, class_name, f"n{number - 1}")
    return document


def shapes(flow):
    return {k: v.spec("output").shape for k, v in flow.verdicts.items()}


def test_what_was_answered_quickly_is_in_doubt_till_somebody_learns_better(flow):
    flow.update(chain("Softmax", "ReLU"))
    assert list(flow.doubts) == ["n2"]
    question = flow.doubts["n2"]
    assert flow.known(question) is None
    flow.learn(question, flow.elsewhere(infer).answer(question))
    assert set(flow.reconsider("n2")) == {"n2", "n3"}
    assert not flow.doubts
    assert shapes(flow) == {"n1": (None, 5, 4), "n2": (None, 4), "n3": (None, 4)}


def test_what_was_learned_is_used_at_once_the_next_time(flow):
    document = chain("Softmax")
    flow.update(document)
    question = flow.doubts["n2"]
    flow.learn(question, flow.elsewhere(infer).answer(question))
    twice = put(document, 3, "Softmax", "n1")
    flow.update(twice, between(document, twice))
    assert list(flow.doubts) == ["n2"], "which was not judged anew yet"
    assert flow.verdicts["n3"].spec("output").shape == (None, 4)


def test_a_doubt_goes_with_its_node_and_with_what_raised_it(flow):
    document = chain("Softmax", "Softmax")
    flow.update(document)
    assert set(flow.doubts) == {"n2", "n3"}
    other = put(document, 2, "ReLU", "n1")
    flow.update(other, between(document, other))
    assert set(flow.doubts) == {"n3"}
    gone = doc.drop(other, "n3", "l3").settled()
    flow.update(gone, between(other, gone))
    assert not flow.doubts


def test_a_thorough_walk_leaves_nothing_in_doubt():
    flow = ShapeFlow(CATALOG, infer)
    flow.update(chain("Softmax", "Softmax"))
    assert not flow.doubts
    assert shapes(flow)["n3"] == (None, 4)


def test_a_thorough_walk_is_not_content_with_what_a_quick_one_remembers(flow):
    flow.update(chain("Softmax"))
    thorough = flow.elsewhere(infer)
    thorough.update(chain("Softmax"))
    assert shapes(thorough)["n2"] == (None, 4)


@pytest.mark.parametrize("seed", range(5))
def test_a_copy_goes_on_as_the_flow_itself_would_and_leaves_it_alone(flow, seed):
    chance = random.Random(seed)
    document = chain(*chance.choices(["ReLU", "Softmax", "Flatten"], k=12))
    flow.update(document)
    for _ in range(20):
        number = chance.randrange(2, 14)
        source = f"n{chance.randrange(1, number)}"
        after = put(document, number, chance.choice(["ReLU", "Softmax"]), source)
        if chance.random() < 0.3:
            after = doc.put(after, Input("n1", "x", (chance.randrange(2, 9), 4))).settled()
        before = dict(flow.verdicts), dict(flow.doubts)
        copy = flow.copy(infer)
        copy.update(after, between(document, after))
        while copy.doubts:  # those that the change did not touch
            node_id, question = next(iter(copy.doubts.items()))
            copy.learn(question, copy.answer(question))
            copy.reconsider(node_id)
        fresh = ShapeFlow(CATALOG, infer)
        fresh.update(after)
        assert copy.verdicts == fresh.verdicts
        assert (flow.verdicts, flow.doubts) == before
        flow.update(after, between(document, after))
        document = after


def test_a_copy_brings_home_what_it_has_found(flow):
    document = chain("ReLU")
    flow.update(document)
    after = put(document, 2, "Softmax", "n1")
    copy = flow.copy(infer)
    copy.update(after, between(document, after))
    flow.take_over(copy)
    flow.update(after, between(document, after))
    assert not flow.doubts
    assert flow.verdicts["n2"].spec("output").shape == (None, 4)


def test_a_memo_over_another_reads_both_and_writes_its_own():
    below = CallMemo(10)
    above = below.above()
    old, new = Outcome(parameters=1), Outcome(parameters=2)
    below.put("a", old)
    assert above.get("a") is old
    above.put("a", new)
    above.put("b", new)
    assert above.get("a") is new and below.get("a") is old and below.get("b") is None
    below.take_over(above)
    assert below.get("a") is new and below.get("b") is new


def test_a_wrong_call_behind_a_doubtful_one_is_looked_at_again(flow):
    """In a submodel, too, whose verdict hangs on what is in it."""
    from composer_gui.core.document import OUTPUT_PORT, Output, head
    from composer_gui.core.layer_kinds import Submodel

    output = Output("n9", "y", Map({OUTPUT_PORT: (Source("n3"),)}))
    inner = head(doc.put(chain("Softmax", "ReLU"), output), inputs=("n1",), outputs=("n9",))
    call = Call("n2", "l2", inputs=Map({"x": (Source("n1"),)}))
    document = doc.put(chain(), Submodel("l2", "inside", inner.settled()), call).settled()
    flow.update(document)
    assert flow.verdicts["n2"].kind == FINE
    question = flow.doubts["n2"]
    elsewhere = flow.elsewhere(infer)
    flow.learn(question, elsewhere.answer(question))
    flow.reconsider("n2")
    assert flow.verdicts["n2"].outputs[0][1].shape == (None, 4)
    assert not flow.doubts
