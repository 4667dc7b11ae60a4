"""Real Keras behind the walk: what it refuses comes out as one problem in the user's words."""

import sys
from dataclasses import replace

import keras
import pytest
from immutables import Map
from keras.src.backend.common import global_state

from composer_gui.core.document import EMPTY, Call, Document, Input, Source, put
from composer_gui.core.explanations import REFUSED
from composer_gui.core.layer_kinds import Construct, KerasLayer, SavedWeights
from composer_gui.core.shapes.shape_flow import ShapeFlow
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.engine.keras_models import KerasModels
from composer_gui.engine.keras_shapes import KerasShapes
from composer_gui.storage import resources

CATALOG = resources.catalog()
SHAPES = KerasShapes(CATALOG)


def verdict(class_name, *shapes, ports=None, dtypes=("float32",) * 3, **parameters):
    """Return the verdict on a layer that gets inputs `a`, `b`, … of these shapes."""
    spec = CATALOG.layer(class_name)
    ports = ports or [spec.inputs[0].name] * len(shapes)
    wires = {}
    document = put(Document(), KerasLayer("l1", "it", class_name, spec.sample.update(parameters)))
    for index, (shape, port) in enumerate(zip(shapes, ports, strict=True)):
        node_id = f"n{index + 1}"
        document = put(document, Input(node_id, "abc"[index], shape, dtypes[index]))
        wires.setdefault(port, []).append(Source(node_id))
    inputs = Map({port: tuple(sources) for port, sources in wires.items()})
    document = put(document, Call("n9", "l1", inputs=inputs))
    return ShapeFlow(CATALOG, SHAPES.infer).update(document)["n9"]


def problem(*arguments, **more):
    (found,) = verdict(*arguments, **more).problems
    return found


@pytest.mark.parametrize(
    ("class_name", "shapes", "parameters", "code", "message"),
    [
        (
            "Dense",
            [()],
            {},
            "rank",
            "it wants at least 1 axis for each sample. a gives one number, which has no axis.",
        ),
        (
            "Conv2D",
            [(28, 28)],
            {},
            "rank",
            "it wants at least 3 axes (height×width×channels) for each sample. "
            "a gives 28×28, which has 2 axes.",
        ),
        (
            "LSTM",
            [(10,)],
            {},
            "rank",
            "it wants 2 axes (steps×features) for each sample. a gives 10, which has 1 axis.",
        ),
        (
            "Add",
            [(10,), (64,)],
            {},
            "merge",
            "10 and 64 do not add, since the last axis is 64, not 10. "
            "a gives 10 and b gives 64 to it.",
        ),
        (
            "Concatenate",
            [(4, 3), (5, 3)],
            {},
            "concatenate",
            "it joins on the last axis, and all other axes have to be equal: axis 1 is 4 and 5. "
            "a gives 4×3 and b gives 5×3.",
        ),
        (
            "Conv2D",
            [(3, 3, 1)],
            {"kernel_size": 5},
            "nothing_left",
            "it slides a window of 5 over something smaller: a gives 3×3×1, and at least 5×5×1 is "
            "needed (axes 1 and 2). Make the window smaller, or set padding to same.",
        ),
        (
            "Dense",
            [(10, None)],
            {},
            "free_size",
            "it has to know that size to make its weights. a gives 10×?, where the last axis may "
            "be of any size. Set that size at the Input.",
        ),
        (
            "Conv1D",
            [(10, None)],
            {},
            "free_size",
            "it has to know that size to make its weights. a gives 10×?, where the last axis may "
            "be of any size. Set that size at the Input.",
        ),
        (
            "Reshape",
            [(4, 2)],
            {"target_shape": (5,)},
            "reshape",
            "it cannot make 5 of 4×2: the axes that a gives hold 8 values for each sample, and "
            "those of its target hold 5.",
        ),
        (
            "BatchNormalization",
            [(4,)],
            {"axis": 3},
            "axis",
            "it works on axis 3. a gives 4: its axes are 0 (the batch) to 1.",
        ),
        (
            "Resizing",
            [(32, 32)],
            {},
            "rank",
            "it wants images: 3 axes (height×width×channels) for each sample. "
            "a gives 32×32, which has 2 axes.",
        ),
    ],
)
def test_a_refusal_comes_out_in_words(class_name, shapes, parameters, code, message):
    found = problem(class_name, *shapes, **parameters)
    assert (found.code, found.message) == (code, message)
    assert found.node == "n9"


def test_every_refusal_of_keras_is_kept_as_the_detail():
    found = problem("Add", (10,), (64,))
    assert found.detail == "Inputs have incompatible shapes. Received shapes (10,) and (64,)"
    assert (found.expected, found.actual) == ("equal shapes", "10 and 64")


def test_what_comes_otherwise_than_keras_announces_is_refused():
    """A layer behind it would be made for what was announced, and then get something else."""
    found = problem("AdaptiveAveragePooling2D", (6, 8), output_size=4)
    assert found.message.startswith("it wants 3 axes (height×width×channels) for each sample.")
    found = problem("CategoryEncoding", (6, 8), dtypes=("int32",), num_tokens=16)
    assert (found.code, found.expected, found.actual) == ("two_shapes", "6×16", "8×16")


def test_a_layer_that_hands_back_its_input_is_refused():
    """Keras 3.15 calls it without complaint, and only a model of it fails, with a cycle."""
    found = problem("Equalization", (8, 8, 3))
    assert found.code == "gives_back" and found.message.startswith("it cannot be part of a model")


def test_whole_numbers_into_a_convolution_fail_though_keras_lets_them_pass():
    found = problem("Conv2D", (28, 28, 3), dtypes=("uint8",))
    assert found.message == "it wants floating-point numbers. a sends 28×28×3 uint8."
    assert found.code == "whole_numbers"


def test_whole_numbers_through_a_dropout_stay_whole():
    found = verdict("Dropout", (4,), dtypes=("int32",))
    assert found.spec("output") == TensorSpec((None, 4), "int32")


def test_text_goes_where_text_is_wanted_and_nowhere_else():
    assert verdict("TextVectorization", (), dtypes=("string",)).problems == ()
    assert problem("StringLookup", (4,)).message == "it wants text. a sends 4 float32."
    found = problem("Embedding", (10,), dtypes=("string",))
    assert found.message == "it wants numbers. a sends text (10 string)."
    assert problem("Dense", (10,), dtypes=("string",)).code == "text_given"


def test_attention_over_sizes_that_differ_fails_though_keras_lets_it_pass():
    found = problem("Attention", (5, 4), (6, 3), ports=("query", "value"))
    assert found.message == (
        "it compares its query with its value, and they do not fit: b gives 6×3 to its value, and "
        "6×4 would fit. The last axis is 3, not 4."
    )


def test_a_shared_recurrent_layer_fails_on_another_width_though_keras_lets_it_pass():
    layer = KerasLayer("l1", "gru", "GRU", Map({"units": 4}))
    one, other = ({"sequences": (TensorSpec((None, 10, width)),)} for width in (3, 5))
    assert SHAPES.infer(layer, EMPTY, other, built_on=one).is_error
    assert not SHAPES.infer(layer, EMPTY, one, built_on=one).is_error


def test_a_shared_dense_is_built_by_the_first_call():
    layer = KerasLayer("l1", "dense", "Dense", Map({"units": 4}))
    ten, twenty = ({"inputs": (TensorSpec((None, width)),)} for width in (10, 20))
    longer = {"inputs": (TensorSpec((None, 7, 10)),)}
    assert SHAPES.infer(layer, EMPTY, twenty, built_on=ten).is_error
    outcome = SHAPES.infer(layer, EMPTY, longer, built_on=ten)
    assert outcome.outputs[0][1].shape == (None, 7, 4)


def test_optional_ports_and_arguments_reach_the_layer():
    sequence = TensorSpec((None, 6, 8))
    layer = KerasLayer("l1", "mha", "MultiHeadAttention", Map({"num_heads": 2, "key_dim": 4}))
    inputs = {"query": (sequence,), "value": (sequence,), "key": (sequence,)}
    outcome = SHAPES.infer(layer, Map({"return_attention_scores": True}), inputs)
    assert dict(outcome.outputs)["attention_scores"].shape == (None, 2, 6, 6)
    layer = KerasLayer("l1", "lstm", "LSTM", Map({"units": 3, "return_state": True}))
    state = TensorSpec((None, 3))
    inputs = {"sequences": (sequence,), "initial_state": (state, state)}
    outcome = SHAPES.infer(layer, EMPTY, inputs)
    assert [port for port, _ in outcome.outputs] == ["output", "state_h", "state_c"]


def test_parameters_are_counted_and_freezing_leaves_none_to_train():
    layer = KerasLayer("l1", "bn", "BatchNormalization", EMPTY)
    outcome = SHAPES.infer(layer, EMPTY, {"inputs": (TensorSpec((None, 5)),)})
    assert (outcome.parameters, outcome.trainable_parameters) == (20, 10)
    frozen = KerasLayer("l1", "bn", "BatchNormalization", EMPTY, trainable=False)
    outcome = SHAPES.infer(frozen, EMPTY, {"inputs": (TensorSpec((None, 5)),)})
    assert (outcome.parameters, outcome.trainable_parameters) == (20, 0)


# Memory and safety ------------------------------------------------------------------------------


def test_weights_beyond_all_memory_cost_nothing():
    resource = pytest.importorskip("resource")
    layer = KerasLayer("l1", "dense", "Dense", Map({"units": 2_000_000_000}))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome = SHAPES.infer(layer, EMPTY, {"inputs": (TensorSpec((None, 100)),)})
    (found,) = outcome.problems
    assert found.code == "weights_too_large" and found.actual == "808 GB"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 64 << (20 if sys.platform == "darwin" else 10)


def test_a_ghost_allocates_nothing_then_or_later(monkeypatch):
    made = []
    variable = keras.Variable._initialize
    monkeypatch.setattr(
        keras.Variable, "_initialize", lambda self, value: made.append(variable(self, value))
    )
    for class_name in ("Dense", "LSTM", "Dropout", "MultiHeadAttention", "BatchNormalization"):
        shapes = [(6, 8)] * (2 if class_name == "MultiHeadAttention" else 1)
        ports = ("query", "value") if len(shapes) == 2 else None
        assert verdict(class_name, *shapes, ports=ports).problems == ()
    assert global_state.get_global_attribute("uninitialized_variables") == []
    assert made == []


def test_the_scope_is_left_as_it_was_found_when_keras_refuses():
    assert problem("Add", (10,), (64,))
    assert not keras.src.backend.common.stateless_scope.in_stateless_scope()
    assert global_state.get_global_attribute("uninitialized_variables") == []


@pytest.mark.parametrize(
    ("class_name", "parameters"),
    [
        ("keras", {}),
        ("Lambda", {"function": "os.system"}),
        ("Dense", {"units": 3, "no_such": 1}),
        ("Dense", {"units": "many"}),
        ("Dense", {"units": 3, "activation": "keras.config.set_epsilon"}),
        ("Dense", {"units": 3, "kernel_initializer": Construct("initializer", "system", EMPTY)}),
        ("StringLookup", {"vocabulary": "/etc/passwd"}),
        ("TimeDistributed", {"layer": Construct("layer", "Lambda", EMPTY)}),
    ],
)
def test_what_the_catalog_does_not_know_never_reaches_keras(class_name, parameters):
    layer = KerasLayer("l1", "it", class_name, Map(parameters))
    outcome = SHAPES.infer(layer, EMPTY, {"inputs": (TensorSpec((None, 3)),)})
    (found,) = outcome.problems
    assert found.code in ("unknown_class", "bad_parameter")
    assert found.code != REFUSED


def test_running_out_of_memory_is_a_problem_that_is_asked_about_again(monkeypatch):
    def burst(*_arguments, **_keywords):
        raise MemoryError

    monkeypatch.setattr(keras.layers, "ReLU", burst)
    layer = KerasLayer("l1", "relu", "ReLU", EMPTY)
    outcome = SHAPES.infer(layer, EMPTY, {"inputs": (TensorSpec((None, 3)),)})
    assert outcome.problems[0].code == "memory"
    assert not outcome.lasting


# Weights that were saved ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return a function that makes a layer with the weights of one in a file."""
    path = tmp_path_factory.mktemp("models") / "m.keras"
    x = keras.Input((5,), name="x")
    y = keras.layers.Dense(6, name="dense")(x)
    z = keras.layers.LSTM(4, name="lstm")(keras.layers.Reshape((3, 2), name="shape")(y))
    keras.Model(x, z).save(path)

    def make(part, class_name, **parameters):
        weights = SavedWeights(str(path), "", part, "Dense", Map({"units": 6}))
        return KerasLayer("l1", "it", class_name, Map(parameters), weights=weights)

    return make


@pytest.mark.parametrize(
    ("part", "class_name", "shape", "parameters", "anew"),
    [
        ("dense", "Dense", (5,), {"units": 6}, ""),
        ("dense", "Dense", (5,), {"units": 6, "activation": "relu"}, ""),
        ("dense", "Dense", (5,), {"units": 7}, "its kernel was 5×6 and is now 5×7"),
        ("dense", "Dense", (9,), {"units": 6}, "its kernel was 5×6 and is now 9×6"),
        (
            "dense",
            "Dense",
            (5,),
            {"units": 6, "use_bias": False},
            "it had kernel and bias and now has kernel",
        ),
        ("dense", "ReLU", (5,), {}, "it had kernel and bias and now has no weights"),
        ("shape", "Dense", (5,), {"units": 2}, "it had no weights and now has kernel and bias"),
        ("shape", "ReLU", (5,), {}, ""),
        ("lstm", "GRU", (3, 2), {"units": 4}, "its kernel was 2×16 and is now 2×12"),
        ("lstm", "LSTM", (9, 2), {"units": 4}, ""),
    ],
)
def test_a_layer_keeps_the_weights_it_was_saved_with_where_they_fit(
    saved, part, class_name, shape, parameters, anew
):
    document = put(
        Document(),
        Input("n1", "a", shape),
        saved(part, class_name, **parameters),
        Call("n2", "l1", inputs=Map({CATALOG.layer(class_name).inputs[0].name: (Source("n1"),)})),
    )
    shapes = KerasShapes(CATALOG, KerasModels())
    found = ShapeFlow(CATALOG, shapes.infer).update(document)["n2"]
    assert (found.problems, found.anew) == ((), anew)


def test_a_layer_whose_file_is_gone_says_so(saved):
    layer = saved("dense", "Dense", units=6)
    layer = replace(layer, weights=replace(layer.weights, path="/nowhere/m.keras"))
    shapes = KerasShapes(CATALOG, KerasModels())
    outcome = shapes.infer(layer, EMPTY, {"inputs": (TensorSpec((None, 5)),)})
    assert outcome.problems[0].code == "file_absent" and not outcome.lasting
