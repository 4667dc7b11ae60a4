"""What we say a model costs is compared with what Keras, TensorFlow's profiler and files say."""

import functools

import keras
import pytest
from immutables import Map
from keras import layers

from composer_gui.core import edits
from composer_gui.core.bill import bill, rows
from composer_gui.core.codegen import keras_script
from composer_gui.core.cost import FILE_BASE, FILE_INPUT
from composer_gui.core.document import OUTPUT_PORT, Document, Source, Wire
from composer_gui.core.flops import FORMULAS
from composer_gui.core.flops_table import FREE, PER_ELEMENT, PER_GIVEN
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.shapes.shape_flow import ShapeFlow
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.engine import keras_facts, keras_operations
from composer_gui.engine.keras_cost import of_call, of_model
from composer_gui.engine.keras_models import KerasModels
from composer_gui.engine.keras_shapes import KerasShapes
from composer_gui.engine.keras_specs import spec_of
from composer_gui.storage import keras_archive, resources
from tests.conformance.test_ghosts import cases, inputs_for
from tests.profiled import profiled, with_einsum

CATALOG = resources.catalog()
UNSAID = {"ContrastLimitedAdaptiveHistogramEqualization", "MelSpectrogram", "STFTSpectrogram"}
"""Layers of the palette of which nobody says how many operations they take."""


@pytest.fixture(scope="module")
def infer():
    return KerasShapes(CATALOG, KerasModels(), keras_operations.call).infer


def cost_of(model, *given):
    given = given or [spec_of(tensor) for tensor in model.inputs]
    return of_model(model, list(given), [spec_of(tensor) for tensor in model.outputs])


def model_of(*chain, shape, **more):
    given = made = keras.Input(shape, **more)
    for layer in chain:
        made = layer(made)
    return keras.Model(given, made)


# Against the profiler ---------------------------------------------------------------------------


def encoder():
    given = made = keras.Input((32, 64))
    for _ in range(2):
        seen = layers.MultiHeadAttention(4, 16)(made, made)
        made = layers.LayerNormalization()(layers.Add()([made, seen]))
        wide = layers.Dense(64)(layers.Dense(256, activation="relu")(made))
        made = layers.LayerNormalization()(layers.Add()([made, wide]))
    return keras.Model(given, made)


def grouped():
    given = keras.Input((16, 24))
    return keras.Model(given, layers.GroupQueryAttention(8, 4, 2)(given, given))


def dotted():
    query, value = keras.Input((12, 32)), keras.Input((20, 32))
    return keras.Model([query, value], layers.Attention()([query, value]))


MODELS = {
    "MobileNetV2": lambda: keras.applications.MobileNetV2(
        input_shape=(96, 96, 3), alpha=0.35, weights=None
    ),
    "LSTM": lambda: model_of(layers.LSTM(64, unroll=True), layers.Dense(10), shape=(12, 32)),
    "GRU": lambda: model_of(layers.GRU(64, unroll=True), layers.Dense(10), shape=(12, 32)),
    "SimpleRNN": lambda: model_of(layers.SimpleRNN(64, unroll=True), shape=(12, 32)),
    "both ways": lambda: model_of(
        layers.Bidirectional(layers.LSTM(32, unroll=True)), shape=(12, 32)
    ),
    "encoder": encoder,
    "grouped attention": grouped,
    "attention": dotted,
    "Conv1D": lambda: model_of(layers.Conv1D(16, 5, strides=2), shape=(60, 12)),
    "Conv2D widened": lambda: model_of(
        layers.Conv2D(16, 3, dilation_rate=2, padding="same"), shape=(16, 16, 8)
    ),
    "Conv3D": lambda: model_of(layers.Conv3D(8, 3), shape=(8, 8, 8, 4)),
    "Conv2DTranspose": lambda: model_of(
        layers.Conv2DTranspose(8, 4, strides=2, padding="same"), shape=(8, 8, 16)
    ),
    "depthwise": lambda: model_of(layers.DepthwiseConv2D(3, depth_multiplier=2), shape=(16, 16, 8)),
    "separable": lambda: model_of(layers.SeparableConv2D(16, 3), shape=(16, 16, 8)),
    "einsum": lambda: model_of(
        layers.EinsumDense("abc,cde->abde", (20, 4, 8), bias_axes="e"), shape=(20, 32)
    ),
    "in time": lambda: model_of(layers.TimeDistributed(layers.Dense(32)), shape=(9, 64)),
    "pooling": lambda: model_of(layers.MaxPooling2D(3), shape=(30, 30, 8)),
    "dot": lambda: keras.Model(
        (two := [keras.Input((12, 32)), keras.Input((20, 32))]), layers.Dot(axes=2)(two)
    ),
}


@functools.cache
def known(name):
    return MODELS[name]()


@functools.cache
def counted(name):
    """Return what the profiler counts, which takes seconds for a model of many layers."""
    return with_einsum(known(name))


@pytest.mark.parametrize("name", MODELS)
def test_operations_are_those_that_the_profiler_of_tensorflow_counts(name):
    assert cost_of(known(name)).flops == pytest.approx(counted(name), rel=0.03)


def test_a_convolution_in_groups_sees_only_its_own_channels():
    """The profiler does not see these: TensorFlow has them compiled apart."""
    model = model_of(layers.Conv2D(16, 3, groups=4), shape=(16, 16, 8))
    made = 14 * 14 * 16
    assert cost_of(model).flops == made * 2 * 3 * 3 * (8 // 4) + made


def test_the_profiler_needs_no_help_for_a_model_without_einsum():
    assert counted("MobileNetV2") == profiled(known("MobileNetV2")) > 20_000_000


@pytest.mark.parametrize("name", ["MobileNetV2", "LSTM", "encoder"])
def test_weights_are_those_that_keras_counts(name):
    model = known(name)
    assert cost_of(model).weights == 4 * model.count_params() > 0


def test_activations_are_the_bytes_of_every_tensor_but_the_inputs():
    model = model_of(layers.Conv2D(8, 3), layers.Flatten(), layers.Dense(5), shape=(10, 10, 3))
    assert cost_of(model).activations == 4 * (8 * 8 * 8 + 8 * 8 * 8 + 5)


# Every layer ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("class_name", "parameters", "arguments"), list(cases()))
def test_every_layer_of_the_palette_is_counted(infer, class_name, parameters, arguments):
    values = dict(CATALOG.layer(class_name).sample) | parameters
    layer = KerasLayer("", "x", class_name, Map(values))
    cost = infer(layer, arguments, inputs_for(class_name)).cost
    assert (cost.flops is None) == (class_name in UNSAID)
    assert cost.file > cost.weights >= 0


def test_the_tables_name_only_what_keras_has():
    modules = (keras.src.ops.numpy, keras.src.ops.nn, keras.src.ops.core)
    modules += (keras.src.ops.image, keras.src.ops.linalg, keras.src.ops.math)
    operations = {f"ops.{name.lower()}" for module in modules for name in vars(module)}
    classes = {getattr(layers, name).__name__ for name in dir(layers) if name[0].isupper()}
    for table in (FREE, PER_ELEMENT, PER_GIVEN, FORMULAS):
        assert set(table) <= operations | classes


def test_no_call_is_in_two_tables():
    tables = [set(FREE), set(PER_ELEMENT), set(PER_GIVEN), set(FORMULAS)]
    assert sum(map(len, tables)) == len(set.union(*tables))


def test_a_layer_of_the_users_own_is_counted_by_nobody():
    class Dense(layers.Layer):
        pass

    spec = TensorSpec((None, 4), "float32")
    cost = of_call(Dense(), [spec], [spec])
    assert cost.flops is None
    assert cost.activations == 16


def test_where_a_size_is_free_nobody_can_say_what_is_done():
    model = model_of(layers.Dense(4), layers.Dropout(0.5), shape=(None, 3))
    cost = cost_of(model)
    assert (cost.flops, cost.activations) == (None, None)
    assert cost.weights == 4 * (3 * 4 + 4)


def test_a_free_size_does_not_matter_where_nothing_is_reckoned():
    model = model_of(layers.Dropout(0.5), shape=(None, 3))
    assert cost_of(model).flops == 0


# Models -----------------------------------------------------------------------------------------


def small():
    return model_of(
        layers.Conv2D(8, 3, activation="relu"),
        layers.BatchNormalization(),
        layers.GlobalAveragePooling2D(),
        layers.Dense(10),
        shape=(None, None, 3),
    )


def test_a_model_on_other_sizes_costs_what_one_made_for_them_costs():
    fixed = model_of(small(), shape=(20, 24, 3))
    same = cost_of(small(), TensorSpec((None, 20, 24, 3), "float32"))
    assert same.flops == cost_of(fixed).flops > 2 * 18 * 22 * 27 * 8
    assert same.activations == cost_of(fixed).activations > 0


def test_a_fixed_batch_is_told_for_one_sample():
    free, fixed = TensorSpec((None, 20, 24, 3), "float32"), TensorSpec((7, 20, 24, 3), "float32")
    assert cost_of(small(), fixed) == cost_of(small(), free)


def test_what_a_model_costs_in_time_is_what_it_costs_at_each_step():
    inner = model_of(layers.Dense(8, activation="relu"), layers.Dense(4), shape=(6,))
    model = model_of(layers.TimeDistributed(inner), shape=(5, 6))
    assert cost_of(model).flops == 5 * cost_of(inner).flops > 0


def test_layers_in_a_model_in_a_model_are_counted():
    inner = model_of(layers.Dense(8), layers.Dense(4), shape=(6,))
    model = model_of(inner, layers.Dense(2), shape=(6,))
    flat = model_of(layers.Dense(8), layers.Dense(4), layers.Dense(2), shape=(6,))
    assert cost_of(model).flops == cost_of(flat).flops > 0
    assert cost_of(model).activations == cost_of(flat).activations > 0
    assert cost_of(model).weights == cost_of(flat).weights > 0


@pytest.mark.parametrize("name", ["MobileNetV2", "LSTM", "encoder", "grouped attention"])
def test_the_file_of_what_calls_a_model_is_as_large_as_was_said(tmp_path, name):
    model = known(name)
    model_of(model, shape=model.input_shape[1:]).save(tmp_path / "model.keras")
    size = (tmp_path / "model.keras").stat().st_size
    said = FILE_BASE + FILE_INPUT * len(model.inputs) + cost_of(model).file
    assert said == pytest.approx(size, rel=0.03)


def test_functions_of_keras_take_little_of_a_file(tmp_path):
    given = made = keras.Input((6,))
    for _ in range(20):
        made = keras.ops.relu(made) + 1.0
    model = keras.Model(given, made)
    model_of(model, shape=(6,)).save(tmp_path / "model.keras")
    size = (tmp_path / "model.keras").stat().st_size
    assert FILE_BASE + FILE_INPUT + cost_of(model).file == pytest.approx(size, rel=0.06)


def test_a_mask_that_is_handed_on_is_no_input_of_a_model():
    inner = model_of(layers.LSTM(3), shape=(5, 4))
    given = keras.Input((5, 4))
    model = keras.Model(given, inner(layers.Masking()(given)))
    masking = 3 * 5 * 4
    mask = 5 * 4 + 5 * 4  # a comparison for each number, and whether any holds
    assert cost_of(model).flops == cost_of(inner).flops + masking + mask


# Designs ----------------------------------------------------------------------------------------


def wired(document, *ends):
    """Return the document with wires from node to node, each to the first port that is free."""
    for source, target in ends:
        node = document.nodes[target]
        port = OUTPUT_PORT if target in document.outputs else "inputs"
        index = len(node.inputs.get(port, ()))
        wire = Wire(Source(source), target, port, index)
        document = edits.connect(document, CATALOG, wire)
    return document


def twins():
    """A Dense that two Inputs share, and what comes of both added up."""
    document = Document()
    document = edits.add_input(document, 0, 0, shape=(6,))
    document = edits.add_input(document, 0, 0, shape=(6,))
    document = edits.add_keras_layer(document, "Dense", 0, 0, parameters=Map(units=4))
    (dense,) = set(document.nodes) - set(document.inputs)
    document = edits.use_again(document, dense, 0, 0)
    (again,) = set(document.nodes) - {*document.inputs, dense}
    before = set(document.nodes)
    document = edits.add_keras_layer(document, "Add", 0, 0)
    (merged,) = set(document.nodes) - before
    document = edits.add_output(document, 0, 0)
    first, second = document.inputs
    ends = ((first, dense), (second, again), (dense, merged), (again, merged))
    return wired(document, *ends, (merged, document.outputs[0]))


def billed(document, infer):
    flow = ShapeFlow(CATALOG, infer)
    flow.update(document)
    return bill(rows(document, flow.verdicts))


def built(document, tmp_path):
    text = keras_script.generate(document, CATALOG, {}).text
    return keras_facts.built(text, str(tmp_path / "model.py"))


def test_the_weights_of_a_shared_layer_count_once_and_its_operations_twice(infer, tmp_path):
    document = twins()
    found = billed(document, infer)
    assert found.is_whole
    assert found.parameters == found.trainable == built(document, tmp_path).count_params() == 28
    assert found.weights == 4 * 28
    assert found.flops == 2 * (2 * 6 * 4 + 4) + 4
    assert found.activations == 4 * (6 + 6 + 4 + 4 + 4)


def test_a_submodel_costs_what_is_in_it(infer):
    document = twins()
    calls = set(document.nodes) - {*document.inputs, *document.outputs}
    grouped = edits.group(document, CATALOG, calls)
    one, other = billed(document, infer), billed(grouped, infer)
    assert (other.parameters, other.weights) == (one.parameters, one.weights)
    assert (other.flops, other.activations) == (one.flops, one.activations)


def test_the_file_of_a_design_is_as_large_as_was_said(infer, tmp_path):
    document = twins()
    built(document, tmp_path).save(tmp_path / "model.keras")
    size = (tmp_path / "model.keras").stat().st_size
    assert billed(document, infer).file == pytest.approx(size, rel=0.03)


def test_a_saved_model_costs_what_it_holds(infer, tmp_path):
    model = model_of(layers.Dense(8, name="near"), layers.Dense(4), shape=(6,))
    model.save(tmp_path / "small.keras")
    path = str(tmp_path / "small.keras")
    document = edits.add_saved_model(Document(), path, "", keras_archive.read(path), 0, 0)
    document = edits.add_input(document, 0, 0, shape=(6,))
    (call,) = set(document.nodes) - set(document.inputs)
    layer = document.layers[document.nodes[call].layer]
    port = layer.inputs[0].name
    wire = Wire(Source(document.inputs[0]), call, port)
    found = billed(edits.connect(document, CATALOG, wire), infer)
    assert found.parameters == model.count_params()
    assert found.weights == 4 * model.count_params()
    assert found.flops == 2 * 6 * 8 + 8 + 2 * 8 * 4 + 4
    assert found.activations == 4 * (6 + 8 + 4)
