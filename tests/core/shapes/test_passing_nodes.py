"""Dots and bypassed calls give what they get, and change nothing else that is known of a design."""

import random

import pytest
from immutables import Map

from composer_gui.core import document as doc
from composer_gui.core.document import DOT_PORT, OUTPUT_PORT, Call, Dot, Output, Source
from composer_gui.core.passing import hands_on, origin
from composer_gui.core.resolved import gap, resolved
from composer_gui.core.shapes.shape_flow import ShapeFlow
from composer_gui.core.verdicts import BLOCKED, FINE, WRONG
from tests.core.shapes.test_shape_flow import CATALOG, Design, Fake, disturb, shape


class Dotted(Design):
    """A design in which wires are led through dots, and calls are bypassed."""

    def dot(self, source=None):
        wires = Map({DOT_PORT: (Source(source),)}) if source else doc.EMPTY
        return self.put(Dot(self.id("n"), wires))

    def bypass(self, node_id, bypassed=True):
        self.set(node_id, bypassed=bypassed)


@pytest.fixture
def design():
    return Dotted()


def test_what_comes_into_a_dot_goes_out_and_nobody_is_asked(design):
    dense = design.dense(3, design.input(8))
    dot = design.dot(design.dot(dense))
    end = design.output(dot)
    verdicts = design.whole()
    assert verdicts[dot].outputs == verdicts[dense].outputs
    assert shape(verdicts[end]) == (None, 3)
    assert len(design.fake.asked) == 1
    assert verdicts[dot].parameters == 0


def test_a_bypassed_call_gives_its_first_tensor_and_is_not_asked_about(design):
    start = design.input(8)
    dense = design.dense(3, start)
    merged = design.add(start, dense)
    behind = design.relu(merged)
    design.bypass(merged)
    design.bypass(dense)
    verdicts = design.whole()
    assert shape(verdicts[merged]) == shape(verdicts[behind]) == (None, 8)
    assert verdicts[dense].parameters == 0
    assert design.fake.asked == [design.document.layer_of(design.document.nodes[behind]).name]


def test_a_call_that_acts_again_is_judged_again(design):
    dense = design.dense(3, design.input(8))
    behind = design.relu(dense)
    design.whole()
    design.bypass(dense)
    assert shape(design.step()[behind]) == (None, 8)
    design.bypass(dense, False)
    assert shape(design.step()[behind]) == (None, 3)


def test_nothing_is_wrong_with_a_call_that_is_bypassed(design):
    wrong = design.call(design.layer("Dense", units="many"), design.input(8))
    design.bypass(wrong)
    assert design.whole()[wrong].kind == FINE
    design.bypass(wrong, False)
    assert design.step()[wrong].kind == WRONG


def test_shapes_that_do_not_fit_past_a_bypass_are_the_problem_of_who_takes_them(design):
    start = design.input(8)
    dense = design.dense(3, start)
    add = design.add(design.dense(3, start), dense)
    assert design.whole()[add].kind == FINE
    design.bypass(dense)
    (problem,) = design.step()[add].problems
    assert f"{design.document.label(dense)} (bypassed) gives 8" in problem.message
    assert design.shown[dense].kind == FINE


def test_every_output_of_a_bypassed_call_gives_the_same_tensor(design):
    lstm = design.call(
        design.layer("LSTM", units=3, return_state=True), design.input(4, 8), port="sequences"
    )
    design.bypass(lstm)
    specs = dict(design.whole()[lstm].outputs)
    assert list(specs) == ["output", "state_h", "state_c"]
    assert {spec.shape for spec in specs.values()} == {(None, 4, 8)}
    design.set_layer(lstm, return_state=False)
    assert [port for port, _ in design.step()[lstm].outputs] == ["output"]


def test_what_lies_behind_a_dot_names_the_first_cause(design):
    start = design.input(8)
    add = design.add(start, design.dense(3, start))
    behind = design.relu(design.dot(add))
    verdicts = design.whole()
    assert verdicts[behind].kind == BLOCKED
    assert verdicts[behind].blocked_by == add


def test_renaming_upstream_of_dots_renames_it_in_the_problems_behind(design):
    start = design.input(8)
    add = design.add(design.dot(design.dot(start)), design.dense(3, start))
    design.whole()
    design.set(start, label="photo")
    assert "photo gives 8" in design.step()[add].problems[0].message


def test_a_dot_that_is_fed_by_another_of_the_same_shape_renames_it_behind(design):
    start, other = design.input(8), design.input(8)
    dot = design.dot(start)
    add = design.add(design.dot(dot), design.dense(3, start))
    design.whole()
    design.rewire(dot, other, port=DOT_PORT)
    assert design.document.label(other) in design.step()[add].problems[0].message


def test_renaming_a_bypassed_layer_renames_it_in_the_problems_behind(design):
    start = design.input(8)
    relu = design.relu(start)
    add = design.add(relu, design.dense(3, start))
    design.bypass(relu)
    design.whole()
    design.put(doc.replace(design.document.layer_of(design.document.nodes[relu]), name="idle"))
    assert "idle (bypassed) gives 8" in design.step()[add].problems[0].message


# Nothing comes in -------------------------------------------------------------------------------


def test_a_dot_that_gets_nothing_is_wrong_as_long_as_somebody_takes_from_it(design):
    dot = design.dot()
    design.input(8)
    assert design.whole()[dot].kind == FINE
    behind = design.relu(dot)
    design.step()
    assert design.shown[dot].kind == WRONG
    assert design.shown[dot].problems[0].message == "reroute dot wants 1 wire; it has none."
    assert design.shown[behind].blocked_by == dot
    design.rewire(behind)
    design.step()
    assert design.shown[dot].kind == FINE


def test_what_only_a_bypass_ignores_is_not_missed(design):
    dot, start = design.dot(), design.input(8)
    merged = design.add(start, dot)
    design.output(merged)
    design.bypass(merged)
    verdicts = design.whole()
    assert {verdicts[key].kind for key in (dot, merged)} == {FINE}
    assert gap(design.document, CATALOG) is None
    design.bypass(merged, False)
    assert design.step()[dot].kind == WRONG


def test_a_bypassed_call_without_a_wire_is_missed_behind_it(design):
    relu = design.relu()
    end = design.output(relu)
    design.document = doc.head(design.document, outputs=(end,))
    design.bypass(relu)
    verdicts = design.whole()
    assert verdicts[relu].kind == WRONG
    assert verdicts[end].blocked_by == relu
    assert gap(design.document, CATALOG) == relu


# Shared layers and loops ------------------------------------------------------------------------


def test_a_bypassed_call_builds_no_layer(design):
    layer = design.layer("Dense", units=3)
    first = design.call(layer, design.input(10))
    second = design.call(layer, design.input(20))
    design.whole()
    assert design.shown[second].kind == WRONG
    design.bypass(first)
    design.step()
    assert design.shown[second].kind == FINE
    design.bypass(first, False)
    design.step()
    assert design.shown[second].kind == WRONG


def test_a_dot_before_a_call_does_not_make_another_one_the_first(design):
    layer = design.layer("Dense", units=3)
    dot = design.dot(design.dot(design.input(10)))
    first = design.call(layer, dot)
    second = design.call(layer, design.input(20))
    verdicts = design.whole()
    assert [verdicts[key].kind for key in (first, second)] == [FINE, WRONG]


def test_a_loop_of_dots_is_a_problem_and_no_endless_walk(design):
    one = design.dot()
    other = design.dot(one)
    behind = design.relu(other)
    design.rewire(one, other, port=DOT_PORT)
    design.whole()
    assert {design.shown[key].kind for key in (one, other, behind)} == {WRONG}
    assert origin(design.document, CATALOG, Source(other)) is None


# A design without them --------------------------------------------------------------------------


def test_a_design_without_dots_and_bypasses_is_the_resolved_one(design):
    design.output(design.dense(3, design.input(8)))
    assert resolved(design.document, CATALOG) is design.document


def test_layers_that_are_only_bypassed_are_not_in_the_resolved_design(design):
    layer = design.layer("Dense", units=8)
    start = design.input(8)
    calls = [design.call(layer, start), design.call(layer, start)]
    design.bypass(calls[0])
    assert layer in resolved(design.document, CATALOG).layers
    design.bypass(calls[1])
    assert layer not in resolved(design.document, CATALOG).layers


@pytest.mark.parametrize("seed", range(12))
def test_following_comes_to_what_a_fresh_look_sees_and_to_the_design_without_them(seed):
    """A machine plays the user, who leads wires through dots and bypasses calls besides."""
    luck = random.Random(seed)
    design = Dotted()
    inputs = [design.input(luck.choice((4, 8))) for _ in range(3)]
    layers = [design.layer("Dense", units=luck.choice((4, 8))) for _ in range(3)]
    nodes = list(inputs)
    design.whole()
    compared = 0
    for _ in range(150):
        calls = [key for key in nodes if isinstance(design.document.nodes[key], Call)]
        what = luck.randrange(4)
        if what == 0 and calls:
            node = luck.choice(calls)
            design.bypass(node, not design.document.nodes[node].bypassed)
        elif what == 1 and calls:
            lead_through_dot(design, luck.choice(calls))
        else:
            disturb(design, luck, inputs, layers, nodes)
        design.step()
        fresh = ShapeFlow(CATALOG, Fake()).update(design.document)
        assert design.flow.verdicts == fresh
        assert design.shown == fresh
        compared += compare_without(design, fresh)
    assert compared > 300


def lead_through_dot(design, node_id):
    inputs = design.document.nodes[node_id].inputs
    for port, sources in inputs.items():
        dot = design.dot(sources[0].node)
        design.set(node_id, inputs=inputs.set(port, (Source(dot), *sources[1:])))
        return


def compare_without(design, verdicts):
    """Compare with the design without what hands on; return how many nodes were compared."""
    without = resolved(design.document, CATALOG)
    assert not any(hands_on(node) for node in without.nodes.values())
    expected = ShapeFlow(CATALOG, Fake()).update(without)
    fine = [key for key, verdict in verdicts.items() if verdict.kind == FINE]
    both = [key for key in fine if key in without.nodes]
    for key in both:
        assert expected[key] == verdicts[key]
    return len(both)


def test_the_output_names_where_its_tensor_is_made(design):
    dense = design.dense(3, design.input(8))
    relu = design.relu(design.dot(dense))
    design.bypass(relu)
    end = design.put(Output(design.id("n"), "y", Map({OUTPUT_PORT: (Source(relu),)})))
    without = resolved(design.document, CATALOG)
    assert without.nodes[end].inputs[OUTPUT_PORT] == (Source(dense),)
