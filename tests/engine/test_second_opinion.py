"""The thread beside the one that answers, with Keras in both: right, and in nobody's way."""

import random
from dataclasses import replace

import pytest
from immutables import Map

from composer_gui.core.cautions import Cautions
from composer_gui.core.document import OUTPUT_PORT, Call, Document, Input, Output, Source, head, put
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.shapes.shape_flow import ShapeFlow
from composer_gui.engine import protocol
from composer_gui.engine.worker_designs import _warned
from composer_gui.storage import resources
from tests.engine.test_worker import change, whole

CATALOG = resources.catalog()

KINDS = (
    ("Softmax", {}),
    ("Dense", {"units": 4}),
    ("Dense", {"units": 8}),
    ("Activation", {"activation": "softmax"}),
    ("Conv1D", {"filters": 4, "kernel_size": 2}),
    ("LSTM", {"units": 4}),
    ("BatchNormalization", {}),
    ("LayerNormalization", {}),
    ("AdaptiveAveragePooling1D", {"output_size": 2}),
    ("Flatten", {}),
    ("EinsumDense", {"equation": "ab,bc->ac", "output_shape": (3,)}),
    ("Attention", {}),
)
DTYPES = ("float32", "int32", "float16", "string")
SHAPES = ((4,), (5, 4), (2, 5, 4), (8,), ())


@pytest.fixture(scope="module")
def judge():
    """Return what judges a document with Keras in this one thread, thoroughly from the first."""
    from composer_gui.engine import keras_operations
    from composer_gui.engine.keras_models import KerasModels
    from composer_gui.engine.keras_shapes import KerasShapes

    infer = KerasShapes(CATALOG, KerasModels(), keras_operations.call).infer

    def judge(document):
        flow = ShapeFlow(CATALOG, infer)
        flow.update(document)
        warnings = Cautions(CATALOG).found(document, flow.verdicts)
        return {k: _warned(v, warnings.get(k, ())) for k, v in flow.verdicts.items()}

    return judge


class Told:
    """What the other side knows of a design, by all that was told of it."""

    def __init__(self, worker, design):
        self.worker, self.design = worker, design
        self.verdicts = {}
        self.events = []

    def hear(self):
        """Take in one message of the design; return what it was."""
        message = self.worker.hear_of("analyzed", "reconsidered")
        assert message["design"] == self.design
        self.verdicts.update(protocol.verdicts_of(message))
        is_last = "part" not in message
        self.events.append((message["event"], message["revision"], is_last))
        return self.events[-1]

    def hear_until(self, event, revision):
        while self.hear() != (event, revision, True):
            pass


class Player:
    """Changes a design at random: other Inputs, wires, layers; many calls share a layer."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.document = Document()
        for number in range(1, 5):
            self.document = put(self.document, self.an_input(number))
        for number in range(5, 40):
            self.document = put(self.document, *self.a_call(number))
        self.document = head(self.document, inputs=("n1", "n2", "n3", "n4")).settled()

    def an_input(self, number):
        shape, dtype = self.chance.choice(SHAPES), self.chance.choice(DTYPES)
        return Input(f"n{number}", f"x{number}", shape, dtype)

    def a_call(self, number):
        kind = self.chance.randrange(len(KINDS))
        class_name, parameters = KINDS[kind]
        # every other call is of a layer that others call as well
        layer_id = f"l{100 + kind}" if self.chance.random() < 0.5 else f"l{number}"
        layer = KerasLayer(layer_id, layer_id, class_name, Map(parameters))
        ports = ("query", "value") if class_name == "Attention" else ("inputs",)
        wires = Map({port: (self.a_source(number),) for port in ports})
        return layer, Call(f"n{number}", layer.id, inputs=wires)

    def a_source(self, number):
        return Source(f"n{self.chance.randrange(max(1, number - 6), number)}")

    def change(self):
        number = self.chance.randrange(1, 40)
        items = (self.an_input(number),) if number < 5 else self.a_call(number)
        self.document = put(self.document, *items).settled()
        return self.document


def without_file(verdict):
    """Return a verdict less what is reckoned of the file.

    How long a configuration is is measured on the first layer of a class that a process sees.
    """
    return replace(verdict, cost=replace(verdict.cost, file=0))


@pytest.mark.parametrize("seed", range(4))
def test_however_one_edits_in_the_end_everything_is_as_one_thread_would_say(worker, judge, seed):
    player = Player(seed)
    told = Told(worker, design=seed + 1)
    worker.send(whole(player.document, 1, told.design))
    told.hear_until("analyzed", 1)
    kept = [player.document]
    for revision in range(2, 30):
        old = kept[-1]
        # now and then back to where one was, as undo does
        new = kept[revision // 2] if revision % 7 == 0 else player.change()
        worker.send(change(old, new, revision, told.design))
        kept.append(new)
        if revision % 3 == 0:
            told.hear_until("analyzed", revision)
    told.hear_until("reconsidered", 29)
    expected = judge(kept[-1])
    assert {k: without_file(told.verdicts[k]) for k in expected} == {
        k: without_file(verdict) for k, verdict in expected.items()
    }
    for k, verdict in expected.items():
        assert told.verdicts[k].cost.file == pytest.approx(verdict.cost.file, rel=0.01), k
    kinds = {verdict.kind for verdict in expected.values()}
    assert kinds >= {"wrong", "fine"}, "the play must be worth it"


def many(count):
    """Return calls of one layer on Inputs of as many shapes, each to be gone through."""
    document = put(Document(), KerasLayer("l1", "shared", "Dense", Map({"units": 4})))
    inputs, outputs = [], []
    for number in range(1, 3 * count, 3):
        x, call, y = (f"n{number + i}" for i in range(3))
        wires = Map({"inputs": (Source(x),)}), Map({OUTPUT_PORT: (Source(call),)})
        document = put(
            document,
            Input(x, x, (number, 8)),
            Call(call, "l1", inputs=wires[0]),
            Output(y, y, wires[1]),
        )
        inputs.append(x)
        outputs.append(y)
    return head(document, inputs=tuple(inputs), outputs=tuple(outputs)).settled()


def test_edits_are_answered_while_keras_goes_through_what_is_doubtful(worker):
    """Each edit is answered; only the last revision is confirmed, and after its answer."""
    document = many(60)
    told = Told(worker, design=50)
    worker.send(whole(document, 1, told.design))
    told.hear_until("analyzed", 1)
    for revision in range(2, 12):
        later = put(document, Input("n1", "x", (revision, 8))).settled()
        worker.send(change(document, later, revision, told.design))
        told.hear_until("analyzed", revision)
        document = later
    before = list(told.events)
    told.hear_until("reconsidered", 11)
    confirmed = [revision for event, revision, last in before if event == "reconsidered" and last]
    assert confirmed == [], "60 thorough looks take longer than 10 answers"


def test_a_quick_look_traces_nothing_and_says_where_it_should_have(monkeypatch):
    from composer_gui.core.layer_kinds import Operation, Slot
    from composer_gui.core.shapes.tensor_spec import TensorSpec
    from composer_gui.engine import keras_operations, keras_shapes

    traced = []

    def traces(function, inputs):
        traced.append(inputs)
        return trace(function, inputs)

    trace = keras_shapes.trace
    monkeypatch.setattr(keras_shapes, "trace", traces)
    monkeypatch.setattr(keras_operations, "trace", traces)
    infer = keras_shapes.KerasShapes(CATALOG, None, keras_operations.call).infer
    words = Map({"equation": "ab,bc->ac", "output_shape": (3,)})
    whole_numbers = {"x": (TensorSpec((None, 4), "int32"),)}
    numbers = {"inputs": (TensorSpec((None, 4)),)}
    calls = [
        (KerasLayer("l1", "mix", "EinsumDense", words), numbers, {}),
        (KerasLayer("l1", "shared", "Dense", Map({"units": 2})), numbers, {"built_on": numbers}),
        (Operation("l1", "half", "multiply", (Slot(0), 2)), whole_numbers, {}),
    ]
    for layer, inputs, more in calls:
        if isinstance(layer, Operation):
            from composer_gui.core.ports import operation_ports

            inputs = {port.name: inputs["x"] for port in operation_ports(layer)}
        quick = infer(layer, {}, inputs, thorough=False, **more)
        assert (quick.doubtful, traced) == (True, []), layer.name
        thorough = infer(layer, {}, inputs, **more)
        assert not thorough.doubtful and traced.pop()
        assert [spec.shape for _, spec in quick.outputs] == [s.shape for _, s in thorough.outputs]
