"""The walk is tested with an `infer` that knows a few rules and counts how often it is asked."""

import random

import pytest
from immutables import Map

from composer_gui.core import document as doc
from composer_gui.core.change import between
from composer_gui.core.document import OUTPUT_PORT, Call, Document, Input, Note, Output, Source
from composer_gui.core.explanations import REFUSED
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.problems import WARNING, Problem
from composer_gui.core.shapes.outcome import Outcome
from composer_gui.core.shapes.shape_flow import ShapeFlow
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import BLOCKED, FINE, WRONG
from composer_gui.storage import resources

CATALOG = resources.catalog()


class Fake:
    """Dense sets the last axis and remembers what it was built on; Add wants equal shapes."""

    def __init__(self):
        self.asked = []

    def __call__(self, layer, arguments, inputs, built_on=None):
        self.asked.append(layer.name)
        specs = [spec for specs in inputs.values() for spec in specs]
        if layer.class_name == "Dense":
            if built_on is not None and built_on["inputs"][0].shape[-1] != specs[0].shape[-1]:
                return wrong(f"expected axis -1 to have value {built_on['inputs'][0].shape[-1]}")
            return fine((*specs[0].shape[:-1], layer.parameters["units"]))
        if layer.class_name == "Add" and len({spec.shape for spec in specs}) > 1:
            return wrong("Inputs have incompatible shapes.")
        if layer.class_name == "Dropout":
            warning = Problem("odd", "{node} is odd.", severity=WARNING)
            return Outcome((("output", specs[0]),), (warning,))
        return fine(specs[0].shape)


def fine(shape):
    return Outcome((("output", TensorSpec(shape)),), parameters=7, trainable_parameters=5)


def wrong(text):
    return Outcome(problems=(Problem(REFUSED, "", detail=text),))


class Design:
    """A document that is edited step by step, with a flow that follows it."""

    def __init__(self):
        self.fake = Fake()
        self.flow = ShapeFlow(CATALOG, self.fake)
        self.document = Document()
        self.shown = {}
        self.numbers = iter(range(1, 100_000))

    def id(self, letter):
        return f"{letter}{next(self.numbers)}"

    def put(self, *items):
        self.document = doc.put(self.document, *items)
        return items[0].id

    def input(self, *shape):
        node_id = self.id("n")
        return self.put(Input(node_id, f"input_{node_id}", shape))

    def layer(self, class_name, **parameters):
        layer_id = self.id("l")
        return self.put(
            KerasLayer(layer_id, f"{class_name}_{layer_id}", class_name, Map(parameters))
        )

    def call(self, layer, *sources, port="inputs"):
        wires = Map({port: tuple(Source(source) for source in sources)}) if sources else doc.EMPTY
        return self.put(Call(self.id("n"), layer, inputs=wires))

    def dense(self, units, *sources):
        return self.call(self.layer("Dense", units=units), *sources)

    def relu(self, *sources):
        return self.call(self.layer("ReLU"), *sources)

    def add(self, *sources):
        return self.call(self.layer("Add"), *sources)

    def output(self, source):
        return self.put(Output(self.id("n"), "result", Map({OUTPUT_PORT: (Source(source),)})))

    def set(self, node_id, **fields):
        node = self.document.nodes[node_id]
        self.put(doc.replace(node, **fields))

    def set_layer(self, node_id, **parameters):
        layer = self.document.layer_of(self.document.nodes[node_id])
        self.put(doc.replace(layer, parameters=layer.parameters.update(parameters)))

    def rewire(self, node_id, *sources, port="inputs"):
        wires = Map({port: tuple(Source(source) for source in sources)}) if sources else doc.EMPTY
        self.set(node_id, inputs=wires)

    def whole(self):
        """Have everything looked at; return the verdicts."""
        self.seen = self.document = self.document.settled()
        self.fake.asked.clear()
        self.shown = self.flow.update(self.document)
        return self.shown

    def step(self):
        """Have what changed looked at; return the verdicts that differ."""
        change = between(self.seen, self.document)
        self.seen = self.document = self.document.settled()
        self.fake.asked.clear()
        differing = self.flow.update(self.document, change)
        self.shown = {k: v for k, v in (self.shown | differing).items() if k in self.document.nodes}
        return differing


@pytest.fixture
def design():
    return Design()


def shape(verdict):
    return verdict.outputs[0][1].shape


def test_shapes_flow_from_the_input_through_layers_to_the_output(design):
    start = design.input(4, 8)
    dense = design.dense(3, start)
    end = design.output(dense)
    note = design.put(Note(design.id("n"), "remember"))
    verdicts = design.whole()
    assert shape(verdicts[start]) == (None, 4, 8)
    assert shape(verdicts[dense]) == (None, 4, 3)
    assert shape(verdicts[end]) == (None, 4, 3)
    assert verdicts[note].kind == FINE
    assert (verdicts[dense].parameters, verdicts[dense].trainable_parameters) == (7, 5)


def test_what_an_output_receives_is_its_spec(design):
    dense = design.dense(3, design.input(8))
    end = design.output(dense)
    assert design.whole()[end].spec(OUTPUT_PORT) == TensorSpec((None, 3))


def test_a_change_that_leaves_the_specs_alone_stops_at_its_node(design):
    dense = design.dense(3, design.input(8))
    for _ in range(5):
        dense_behind = design.relu(dense)
    design.whole()
    design.set_layer(dense, use_bias=False)
    assert set(design.step()) == set()
    assert len(design.fake.asked) == 1
    design.set_layer(dense, units=4)
    assert len(design.step()) == 6
    assert shape(design.shown[dense_behind]) == (None, 4)


def test_equal_calls_are_asked_about_once(design):
    start = design.input(8)
    for _ in range(10):
        start = design.relu(start)
    design.whole()
    assert len(design.fake.asked) == 1


def test_one_and_true_are_not_the_same_parameter(design):
    start = design.input(8)
    design.dense(1, start)
    design.dense(1.0, start)
    first = design.dense(2, start)
    design.whole()
    asked = len(design.fake.asked)
    design.set_layer(first, use_bias=1)
    design.step()
    design.set_layer(first, use_bias=True)
    design.step()
    assert asked == 2, "1.0 units are refused by the structural rules and never asked about"


def test_undoing_asks_nobody(design):
    dense = design.dense(3, design.input(8))
    design.whole()
    before = design.document
    design.set_layer(dense, units=5)
    design.step()
    design.document = before
    differing = design.step()
    assert shape(differing[dense]) == (None, 3)
    assert design.fake.asked == []


def test_nodes_behind_a_wrong_one_are_blocked_by_the_first_cause(design):
    start = design.input(8)
    add = design.add(start, design.dense(3, start))
    behind = design.relu(add)
    far = design.output(design.relu(behind))
    verdicts = design.whole()
    assert verdicts[add].kind == WRONG
    assert verdicts[behind].kind == verdicts[far].kind == BLOCKED
    assert verdicts[behind].blocked_by == verdicts[far].blocked_by == add


def test_of_two_causes_the_one_behind_the_first_wire_is_named(design):
    start = design.input(8)
    one = design.relu(design.add(start, design.dense(3, start)))
    other = design.add(start)
    both = design.add(one, other)
    verdicts = design.whole()
    assert verdicts[both].blocked_by == verdicts[one].blocked_by
    design.rewire(both, other, one)
    assert design.step()[both].blocked_by == other


def test_mending_the_cause_frees_what_was_blocked(design):
    start = design.input(8)
    dense = design.dense(3, start)
    add = design.add(start, dense)
    behind = design.relu(add)
    design.whole()
    design.set_layer(dense, units=8)
    differing = design.step()
    assert differing[behind].kind == FINE
    assert differing[add].problems == ()


def test_a_problem_names_the_node_and_where_its_wires_come_from(design):
    start = design.input(8)
    dense = design.dense(3, start)
    add = design.add(start, dense)
    (problem,) = design.whole()[add].problems
    assert problem.node == add
    assert design.document.label(start) in problem.message
    assert design.document.label(dense) in problem.message
    assert "8 and 3 do not add" in problem.message


def test_renaming_a_source_renames_it_in_the_problems_behind(design):
    start = design.input(8)
    dense = design.dense(3, start)
    add = design.add(start, dense)
    design.whole()
    design.set(start, label="photo")
    differing = design.step()
    assert "photo gives 8" in differing[add].problems[0].message
    layer = design.document.layer_of(design.document.nodes[dense])
    design.put(doc.replace(layer, name="narrow"))
    assert "narrow gives 3" in design.step()[add].problems[0].message


def test_moving_a_node_asks_and_tells_nothing(design):
    dense = design.dense(3, design.input(8))
    design.whole()
    design.set(dense, x=100.0)
    assert design.step() == {}
    assert design.fake.asked == []


def test_a_warning_leaves_the_node_fine(design):
    dropout = design.call(design.layer("Dropout", rate=0.5), design.input(8))
    verdict = design.whole()[dropout]
    assert verdict.kind == FINE
    assert verdict.problems[0].message == f"{design.document.label(dropout)} is odd."


def test_a_node_without_its_wire_is_wrong_and_not_asked_about(design):
    dense = design.dense(3)
    assert design.whole()[dense].kind == WRONG
    assert design.fake.asked == []


# Shared layers ----------------------------------------------------------------------------------


def test_a_shared_layer_is_judged_as_its_first_call_built_it(design):
    layer = design.layer("Dense", units=3)
    first = design.call(layer, design.input(10))
    second = design.call(layer, design.input(20))
    third = design.call(layer, design.input(10))
    verdicts = design.whole()
    assert [verdicts[k].kind for k in (first, second, third)] == [FINE, WRONG, FINE]
    assert design.document.label(first) in verdicts[second].problems[0].message


def test_changing_what_the_first_call_gets_looks_at_the_second_again(design):
    layer = design.layer("Dense", units=3)
    start = design.input(10)
    first = design.call(layer, start)
    second = design.call(layer, design.input(20))
    design.whole()
    design.set(start, shape=(20,))
    assert design.step()[second].kind == FINE
    design.set(start, shape=(30,))
    assert design.step()[second].kind == WRONG
    assert design.shown[first].kind == FINE


def test_where_the_first_call_fails_the_next_one_builds(design):
    layer = design.layer("Dense", units=3)
    lonely = design.call(layer)
    second = design.call(layer, design.input(20))
    third = design.call(layer, design.input(30))
    assert design.whole()[second].kind == FINE
    assert design.shown[third].kind == WRONG
    source = design.input(30)
    design.rewire(lonely, source)
    design.step()
    assert [design.shown[k].kind for k in (lonely, second, third)] == [FINE, WRONG, FINE]


def test_dropping_the_first_call_hands_the_building_on(design):
    layer = design.layer("Dense", units=3)
    first = design.call(layer, design.input(10))
    second = design.call(layer, design.input(20))
    design.whole()
    assert design.shown[second].kind == WRONG
    design.document = doc.drop(design.document, first)
    design.step()
    assert design.shown[second].kind == FINE


def test_a_layer_called_on_its_own_result_is_built_by_the_call_upstream(design):
    layer = design.layer("Dense", units=3)
    later = design.call(layer)
    earlier = design.call(layer, design.input(10))
    design.rewire(later, earlier)
    verdicts = design.whole()
    assert verdicts[earlier].kind == FINE
    assert verdicts[later].kind == WRONG


# Odd documents ----------------------------------------------------------------------------------


def test_a_loop_is_a_problem_and_no_endless_walk(design):
    start = design.input(8)
    first = design.add(start)
    second = design.relu(first)
    design.rewire(first, start, second)
    verdicts = design.whole()
    assert verdicts[first].problems[0].code == "loop"
    assert verdicts[second].problems[0].code == "loop"
    design.rewire(first, start, start)
    design.step()
    assert design.shown[second].kind == FINE


def test_a_loop_that_an_edit_closes_is_found_too(design):
    start = design.input(8)
    first = design.add(start, start)
    second = design.relu(first)
    design.whole()
    design.rewire(first, start, second)
    design.step()
    assert design.shown[first].problems[0].code == "loop"


def test_a_wire_from_nowhere_blocks(design):
    node = design.relu("n77777")
    assert design.whole()[node].kind == BLOCKED


def test_an_outcome_that_does_not_last_is_asked_for_again(design):
    node = design.relu(design.input(8))
    outcome = Outcome(problems=(Problem("file_absent", "{node} is gone."),), lasting=False)
    asked = []
    flow = ShapeFlow(CATALOG, lambda *call, **_: asked.append(call) or outcome)
    assert flow.update(design.document)[node].kind == WRONG
    flow.update(design.document)
    assert len(asked) == 2


def test_only_so_many_outcomes_are_remembered():
    design = Design()
    design.flow = ShapeFlow(CATALOG, design.fake, remembered=3)
    start = design.input(8)
    nodes = [design.dense(units, start) for units in range(1, 6)]
    design.whole()
    design.whole()
    assert len(design.fake.asked) == 5, "the first were forgotten when they came round again"
    assert all(design.shown[node].kind == FINE for node in nodes)


def test_a_report_may_take_out_what_was_found_so_far(design):
    start = design.input(8)
    for units in range(1, 10):
        design.dense(units, start)
    taken = {}

    def report(found):
        taken.update(found)
        found.clear()

    rest = design.flow.update(design.document, None, report)
    assert set(taken) | set(rest) == set(design.document.nodes)
    assert not set(taken) & set(rest)


# Growth -----------------------------------------------------------------------------------------


def chain(design, count):
    node = design.input(8)
    nodes = []
    for _ in range(count):
        node = design.dense(8, node)
        nodes.append(node)
    return nodes


def test_five_thousand_nodes_in_a_chain_are_no_matter(design):
    nodes = chain(design, 5_000)
    verdicts = design.whole()
    assert verdicts[nodes[-1]].kind == FINE
    design.rewire(nodes[0])
    design.step()
    assert design.shown[nodes[-1]].blocked_by == nodes[0]


@pytest.mark.parametrize("count", [100, 5_000])
def test_one_parameter_costs_as_many_looks_in_a_large_design_as_in_a_small_one(count, monkeypatch):
    design = Design()
    nodes = chain(design, count)
    design.whole()
    looks = []
    judge = ShapeFlow._judge
    monkeypatch.setattr(
        ShapeFlow, "_judge", lambda self, node_id: looks.append(node_id) or judge(self, node_id)
    )
    design.set_layer(nodes[count // 2], use_bias=False)
    design.step()
    assert looks == [nodes[count // 2]]


@pytest.mark.parametrize("seed", range(8))
def test_following_changes_comes_to_what_a_fresh_look_sees(seed):
    """A machine plays the user: wires, layers and sizes change at random, shared layers too."""
    luck = random.Random(seed)
    design = Design()
    inputs = [design.input(luck.choice((4, 8))) for _ in range(3)]
    layers = [design.layer("Dense", units=luck.choice((4, 8))) for _ in range(3)]
    nodes = list(inputs)
    design.whole()
    for _ in range(120):
        disturb(design, luck, inputs, layers, nodes)
        design.step()
        fresh = ShapeFlow(CATALOG, Fake()).update(design.document)
        assert design.flow.verdicts == fresh
        assert design.shown == fresh


def disturb(design, luck, inputs, layers, nodes):
    what = luck.randrange(7)
    calls = [node for node in nodes if node not in inputs]
    if what == 0 or not calls:
        nodes.append(design.call(luck.choice(layers), luck.choice(nodes)))
    elif what == 1:
        nodes.append(design.add(luck.choice(nodes), luck.choice(nodes)))
    elif what == 2:
        design.set(luck.choice(inputs), shape=(luck.choice((4, 8)),))
    elif what == 3:
        layer = design.document.layers.get(luck.choice(layers))
        units = luck.choice((4, 8))
        design.put(doc.replace(layer, parameters=Map({"units": units})))
    elif what == 4:
        node = luck.choice(calls)
        before = nodes[: nodes.index(node)]
        design.rewire(node, *luck.sample(before, k=min(len(before), luck.choice((0, 1, 2)))))
    elif what == 5 and len(calls) > 4:
        node = luck.choice(calls)
        nodes.remove(node)
        design.document = doc.drop(design.document, node)
        for other in list(design.document.nodes.values()):
            if any(s.node == node for sources in other.inputs.values() for s in sources):
                design.rewire(other.id)
    else:
        node = design.document.nodes[luck.choice(calls)]
        design.set(node.id, layer=luck.choice(layers))


def test_a_value_that_equals_the_one_before_only_in_python_is_another(design):
    layer = design.layer("Dense", units=4, use_bias=0)
    node = design.call(layer, design.input(3))
    assert design.whole()[node].kind == WRONG
    design.set_layer(node, use_bias=False)
    assert design.step()[node].kind == FINE


def test_a_call_argument_that_equals_the_one_before_only_in_python_is_another(design):
    embedding = design.layer("ReversibleEmbedding", input_dim=4, output_dim=3)
    node = design.call(embedding, design.input(3))
    design.set(node, arguments=Map({"reverse": 1}))
    assert design.whole()[node].kind == WRONG
    design.set(node, arguments=Map({"reverse": True}))
    assert design.step()[node].kind == FINE
