"""A submodel is walked like a design of its own, with the specs that come in."""

from dataclasses import replace

import pytest
from immutables import Map

from composer_gui.core.change import between
from composer_gui.core.document import (
    EMPTY,
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
from composer_gui.core.explanations import REFUSED
from composer_gui.core.layer_kinds import (
    KerasLayer,
    SavedInterface,
    SavedModel,
    SavedPort,
    SavedWeights,
    Submodel,
)
from composer_gui.core.problems import WARNING, Problem
from composer_gui.core.shapes.outcome import Outcome
from composer_gui.core.shapes.shape_flow import ShapeFlow
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import BLOCKED, FINE, WRONG
from composer_gui.storage import resources

CATALOG = resources.catalog()


class Fake:
    """Dense sets the last axis; a saved model hands on what it gets, with a warning; Add refuses
    unequal shapes."""

    def __init__(self):
        self.asked = []
        self.code = []

    def __call__(self, layer, arguments, inputs, built_on=None, code=()):
        self.asked.append((layer.name, inputs, built_on))
        self.code.append(code)
        specs = [spec for specs in inputs.values() for spec in specs]
        if isinstance(layer, SavedModel):
            warning = Problem("odd", "{node} is odd.", severity=WARNING)
            return Outcome((("y", specs[0]),), (warning,), 3, 2, lasting=False)
        if layer.class_name == "Add" and len({spec.shape for spec in specs}) > 1:
            text = "Inputs have incompatible shapes."
            return Outcome(problems=(Problem(REFUSED, "", detail=text),))
        shape = (*specs[0].shape[:-1], layer.parameters.get("units", specs[0].shape[-1]))
        anew = "its kernel is larger" if layer.weights else ""
        spec = TensorSpec(shape, specs[0].dtype)
        return Outcome((("output", spec),), (), 7, 5 if layer.trainable else 0, anew=anew)


def wire(*sources):
    return Map({"inputs": tuple(Source(source) for source in sources)})


def inner(shape=(8,), **input_fields):
    """An Input through two calls of one Dense, and a ReLU that leads nowhere."""
    design = put(
        Document(),
        Input("n1", "photo", shape, **input_fields),
        KerasLayer("l1", "shared", "Dense", Map({"units": 8})),
        KerasLayer("l2", "spare", "Dense", Map({"units": 9})),
        Call("n2", "l1", inputs=wire("n1")),
        Call("n3", "l1", "again", inputs=wire("n2")),
        Call("n4", "l2", inputs=wire("n1")),
        Output("n5", "score", Map({OUTPUT_PORT: (Source("n3"),)})),
    )
    return head(design, inputs=("n1",), outputs=("n5",))


def outer(design, *shape, dtype="float32", batch_size=None, **fields):
    """An Input into a submodel, and what comes of it into a Dense."""
    return put(
        Document(),
        Input("n1", "image", shape, dtype, batch_size),
        Submodel("l1", "comparator", design, **fields),
        Call("n2", "l1", inputs=Map({"photo": (Source("n1"),)})),
        KerasLayer("l2", "behind", "Dense", Map({"units": 3})),
        Call("n3", "l2", inputs=Map({"inputs": (Source("n2", "score"),)})),
    )


@pytest.fixture
def fake():
    return Fake()


@pytest.fixture
def flow(fake):
    return ShapeFlow(CATALOG, fake)


def test_its_outputs_bear_the_labels_of_its_outputs_and_flow_on(flow):
    verdicts = flow.update(outer(inner(), 8))
    assert verdicts["n2"].outputs == (("score", TensorSpec((None, 8))),)
    assert verdicts["n3"].spec("output").shape == (None, 3)


def test_a_layer_called_twice_counts_once_and_what_leads_nowhere_not_at_all(flow):
    verdict = flow.update(outer(inner(), 8))["n2"]
    assert (verdict.parameters, verdict.trainable_parameters) == (7, 5)


@pytest.mark.parametrize("fields", [{"trainable": False}, {"inference": True}])
def test_frozen_nothing_in_it_trains(flow, fields):
    verdict = flow.update(outer(inner(), 8, **fields))["n2"]
    assert (verdict.parameters, verdict.trainable_parameters) == (7, 0)


def test_what_does_not_fit_its_input_is_told_with_both_shapes(flow):
    verdict = flow.update(outer(inner(), 9))["n2"]
    assert verdict.kind == WRONG
    assert (
        verdict.problems[0].message
        == "comparator wants 8. image gives 9: the last axis is 9, not 8."
    )
    assert flow.verdicts["n3"].kind == BLOCKED


@pytest.mark.parametrize(
    ("declared", "given", "message"),
    [
        ("int32", "float32", "comparator wants whole numbers. image sends 8 float32."),
        ("float32", "string", "comparator wants numbers. image sends text (8 string)."),
        ("string", "int32", "comparator wants text. image sends 8 int32."),
    ],
)
def test_what_is_of_another_kind_is_told(flow, declared, given, message):
    (problem,) = flow.update(outer(inner(dtype=declared), 8, dtype=given))["n2"].problems
    assert problem.message == message


def test_whole_numbers_are_cast_where_its_input_takes_any(flow, fake):
    verdict = flow.update(outer(inner(), 8, dtype="uint8"))["n2"]
    assert verdict.kind == FINE
    assert {spec.dtype for _, inputs, _ in fake.asked for (spec,) in inputs.values()} == {"float32"}


def test_its_layers_are_made_for_its_inputs_and_called_on_what_comes(flow, fake):
    """As in a Keras model, whose weights are there before it is called."""
    verdict = flow.update(outer(inner((None, 8)), 5, 8))["n2"]
    assert verdict.spec("score").shape == (None, 5, 8)
    made = [inputs["inputs"][0].shape for _, inputs, on in fake.asked[:2] if on is None]
    assert made[0] == (None, None, 8)
    later = [on["inputs"][0].shape for _, _, on in fake.asked if on is not None]
    assert set(later) == {(None, None, 8)}


def test_a_fixed_batch_goes_through(flow):
    assert flow.update(outer(inner(), 8, batch_size=4))["n2"].spec("score").shape == (4, 8)


def test_what_is_wrong_inside_is_told_with_the_label_inside(flow):
    design = put(
        inner(),
        KerasLayer("l3", "sum", "Add"),
        KerasLayer("l4", "wider", "Dense", Map({"units": 16})),
        Call("n6", "l4", inputs=wire("n3")),
        Call("n7", "l3", inputs=wire("n3", "n6")),
        Output("n5", "score", Map({OUTPUT_PORT: (Source("n7"),)})),
    )
    (problem,) = flow.update(outer(design, 8))["n2"].problems
    assert problem.message.startswith("Inside comparator: 8 and 16 do not add, since ")
    assert problem.node == "n2" and problem.port is None
    assert problem.inner == "sum"


def test_it_is_asked_about_once_however_often_it_is_called(flow, fake):
    document = outer(inner(), 8)
    flow.update(document)
    asked = len(fake.asked)
    flow.update(put(document, Call("n4", "l1", inputs=Map({"photo": (Source("n1"),)}))))
    assert len(fake.asked) == asked


def test_an_edit_inside_asks_about_no_more_than_what_it_changed(flow, fake):
    document = outer(inner(), 8).settled()
    flow.update(document)
    fake.asked.clear()
    layer = document.layers["l1"]
    relu = KerasLayer("l9", "relu", "ReLU")
    more = put(
        layer.design,
        relu,
        Call("n9", "l9", inputs=wire("n3")),
        Output("n5", "score", Map({OUTPUT_PORT: (Source("n9"),)})),
    )
    edited = put(document, replace(layer, design=more))
    flow.update(edited, between(document, edited))
    assert [name for name, _, _ in fake.asked] == ["relu"]


def test_moving_a_node_inside_asks_nothing(flow, fake):
    document = outer(inner(), 8).settled()
    flow.update(document)
    fake.asked.clear()
    layer = document.layers["l1"]
    moved = put(layer.design, replace(layer.design.nodes["n2"], x=50.0))
    edited = put(document, replace(layer, design=moved))
    assert flow.update(edited, between(document, edited)) == {}
    assert fake.asked == []


def saved():
    """A saved model that takes and gives one tensor."""
    port = (SavedPort("x", (None, 8)),)
    interface = SavedInterface("Functional", port, (SavedPort("y", (None, 8)),))
    return SavedModel("l3", "encoder", "/m.keras", "", interface)


def with_saved_model():
    return put(
        inner(),
        saved(),
        Call("n6", "l3", inputs=Map({"x": (Source("n1"),)})),
        Output("n5", "score", Map({OUTPUT_PORT: (Source("n6", "y"),)})),
    )


def test_warnings_inside_are_told_and_what_hangs_on_files_is_looked_at_again(flow, fake):
    document = outer(with_saved_model(), 8)
    verdict = flow.update(document)["n2"]
    assert verdict.kind == FINE
    first, *others = verdict.problems
    assert first.message == "Inside comparator: encoder is odd."
    assert {problem.severity for problem in verdict.problems} == {WARNING}
    ended = [(problem.code, problem.inner, problem.node) for problem in others]
    assert ended == [("loose_end", "again", "n2"), ("loose_end", "spare", "n2")]
    asked = len(fake.asked)
    flow.update(document)
    assert len(fake.asked) == asked + 1


def test_python_files_of_the_design_reach_what_is_saved_at_every_depth(flow, fake):
    code = (CodeFile("/own.py", "ab"),)
    document = outer(outer_of(with_saved_model()), 8).settled()
    flow.update(document)
    with_code = head(document, code=code).settled()
    flow.update(with_code, replace(between(document, with_code), head=True))
    assert [seen for seen in fake.code if seen] == [code]


def outer_of(design):
    """A submodel in a submodel."""
    document = put(
        Document(),
        Input("n1", "photo", (8,)),
        Submodel("l1", "deeper", design),
        Call("n2", "l1", inputs=Map({"photo": (Source("n1"),)})),
        Output("n3", "score", Map({OUTPUT_PORT: (Source("n2", "score"),)})),
    )
    return head(document, inputs=("n1",), outputs=("n3",))


def test_layers_that_start_anew_are_told_with_the_way_to_them(flow):
    layer = KerasLayer("l1", "shared", "Dense", Map({"units": 8}))
    kept = replace(layer, weights=SavedWeights("/m.keras", "", "dense", "Dense", EMPTY))
    verdict = flow.update(outer(outer_of(put(inner(), kept)), 8))["n2"]
    assert verdict.anew == ""
    assert verdict.anew_inside == (("l1/l1", "its kernel is larger"),)
