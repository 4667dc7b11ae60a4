"""What is warned of, found in designs that are judged by Keras; and what masks do in Keras."""

import warnings
from dataclasses import replace
from pathlib import Path

import keras
import pytest
from immutables import Map

from composer_gui.core import caution_calls, edits
from composer_gui.core import caution_masks as masks
from composer_gui.core.cautions import Cautions
from composer_gui.core.kinds_of_warnings import KINDS
from composer_gui.core.layer_kinds import (
    Construct,
    KerasLayer,
    Operation,
    SavedWeights,
    Slot,
)
from composer_gui.core.problems import ERROR, WARNING
from composer_gui.core.saved_files import with_paths
from composer_gui.core.shapes.shape_flow import ShapeFlow
from composer_gui.core.shapes.tensor_spec import show_shape
from composer_gui.engine import example_models, keras_operations
from composer_gui.engine.keras_models import KerasModels
from composer_gui.engine.keras_shapes import KerasShapes
from composer_gui.session import gallery
from composer_gui.storage import document_file, resources
from tests.conformance.realized import layer_of
from tests.corpus.files import make_models
from tests.corpus.written import design
from tests.drawing import Drawing

CATALOG = resources.catalog()


@pytest.fixture(scope="module")
def infer():
    return KerasShapes(CATALOG, KerasModels(), keras_operations.call).infer


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return make_models(tmp_path_factory.mktemp("models"))


@pytest.fixture
def warned(infer, models):
    """Return a function that gives the warnings of a document, or of a design in a few lines."""

    def found(what):
        document = design(what, models) if isinstance(what, str) else what
        flow = ShapeFlow(CATALOG, infer)
        flow.update(document)
        wrong = [p for v in flow.verdicts.values() for p in v.problems if p.severity == ERROR]
        assert not wrong, wrong
        told = Cautions(CATALOG).found(document, flow.verdicts)
        problems = [problem for own in told.values() for problem in own]
        for problem in problems:
            assert document.label(problem.node) in problem.message
            assert problem.severity == WARNING
        return [(problem.code, document.label(problem.node)) for problem in problems], problems

    return found


MEANT = {
    "broadcast": [
        # along an axis that one of them lacks, or of which it has 1
        "a = Input(8)\nb = Input(4, 8)\nm = Add(a, b)",
        "a = Input(5, 6)\nb = Input(1, 6)\nm = Average(a, b)",
        "a = Input(8, 8, 4)\nb = Input(8, 8, 1)\nm = Multiply(a, b)",
        "a = Input(4, 8)\nb = Input(8)\nm = Multiply(a, b)",
        "a = Input(3)\nb = Input(1)\nc = Input(3)\nm = Maximum(a, c, b)",
        "a = Input(None, 8)\nb = Input(1, 8)\nm = Subtract(a, b)",
    ],
    "float_indices": [
        "x = Input(4)\nm = Embedding(x, input_dim=5, output_dim=2)",
        "x = Input(4)\nm = ReversibleEmbedding(x, input_dim=5, output_dim=2)",
        "x = Input(4)\nm = CategoryEncoding(x, num_tokens=5)",
        "x = Input(4)\nm = IntegerLookup(x, vocabulary=(1, 2))",
    ],
    "whole_with_real": [
        "a = Input(4)\nb = Input(4, dtype='int32')\nm = Concatenate(a, b)",
        "a = Input(4)\nb = Input(4, dtype='uint8')\nm = Add(a, b)",
    ],
    "mixed_precision": [
        "a = Input(4)\nb = Input(4, dtype='float16')\nm = Add(a, b)",
        "a = Input(4)\nb = Input(4, dtype='bfloat16')\nm = Concatenate(a, b)",
        "a = Input(5, 4)\nb = Input(5, 4, dtype='float64')\nm = Attention(query=a, value=b)",
        "a = Input(4)\nb = Input(4, dtype='float16')\nm = Add(a, b, dtype='float16')",
    ],
    "normalization_trains": [
        "x = Input(4)\na = Dense(x, units=3, trainable=False)\nm = BatchNormalization(a)\n"
        "r = ReLU(m)\nb = Dense(r, units=3, trainable=False)\nc = Dense(b, units=1)",
        "x = Input(8)\na = head(x, trainable=False)\nm = BatchNormalization(a)\n"
        "b = Dense(m, units=8, trainable=False)\nc = head(b)",
    ],
    "frozen_anew": [
        "x = Input(4)\nm = Dense(x, units=3, trainable=False)",
        "x = Input(4)\na = Dense(x, units=3)\nm = Dense(a, units=3, trainable=False)",
        "x = Input(4)\na = Dense(x, units=8, trainable=False)\nr = RepeatVector(a, n=2)\n"
        "m = LSTM(r, units=8, trainable=False)",
    ],
    "lost_mask": [
        "w = Input(9, dtype='int32')\ne = Embedding(w, input_dim=9, output_dim=4, mask_zero=True)"
        "\nm = Conv1D(e, filters=4, kernel_size=3)\nl = LSTM(m, units=2)",
        # a normalization that knows no masks, and one step further
        "x = Input(9, 4)\ne = Masking(x)\nm = RMSNormalization(e)\nd = Dense(m, units=4)\n"
        "l = GlobalAveragePooling1D(d)",
        # the positions have no mask
        "w = Input(9, dtype='int32')\np = Input(9, 4)\n"
        "e = Embedding(w, input_dim=9, output_dim=4, mask_zero=True)\nm = Add(e, p)\n"
        "h = MultiHeadAttention(query=m, value=m, num_heads=2, key_dim=2)",
        # through layers that hand it on
        "x = Input(9, 4)\ne = Masking(x)\nb = Bidirectional(e, layer=LSTM(units=3, "
        "return_sequences=True))\nt = TimeDistributed(b, layer=Dense(units=3))\n"
        "m = Reshape(t, target_shape=(9, 3, 1))\nr = Reshape(m, target_shape=(9, 3))\n"
        "l = GRU(r, units=2)",
        # the scores of a query that has a mask
        "x = Input(9, 4)\ny = Input(7, 4)\ne = Masking(x)\na = Attention(query=e, value=y)\n"
        "m = UpSampling1D(a)\nl = SimpleRNN(m, units=2)",
    ],
    "unknown_size": [
        "x = Input(None, 3)\nm = Flatten(x)",
        "x = Input(None, None, 3)\nm = Reshape(x, target_shape=(-1,))",
    ],
    "unused_input": ["m = Input(4)\nx = Input(4)\ny = Dense(x, units=2)\nOutput(y)"],
    "loose_end": ["x = Input(4)\nm = Dense(x, units=2)\ny = Dense(x, units=2)\nOutput(y)"],
    "swapped": [
        "b = Input(4)\na = Input(4)\nm = twins(b, a)",
        "value = Input(5, 4)\nquery = Input(5, 4)\nm = Attention(query=value, value=query)",
        "b = Input(4)\nx = Input(4)\nm = twins(b, x)",
    ],
    "other_order": [
        "b = Input(4)\na = Input(4)\nm = Concatenate(b, a)",
        "photo_2 = Input(4)\nphoto_10 = Input(4)\nm = Subtract(photo_10, photo_2)",
        "x = Input(5, 4)\nl = LSTM(x, units=3, return_state=True)\n"
        "m = LSTM(x, units=3, initial_state=(l.state_c, l.state_h))\nd = Dense(l, units=2)\n"
        "Output(m)\nout = Output(d)",
    ],
    "repeats_once": ["x = Input(4)\nm = RepeatVector(x, n=1)"],
    "unadapted": ["x = Input(4)\nm = Normalization(x)"],
    "no_effect": [
        "x = Input(4, 2)\nm = Reshape(x, target_shape=(4, 2))",
        "x = Input(None, 2)\nm = Reshape(x, target_shape=(-1, 2))",
        "x = Input(4)\nm = Flatten(x)",
        "x = Input(4, 2)\nm = Permute(x, dims=(1, 2))",
        "x = Input(4, 2)\nm = SpatialDropout1D(x, rate=0)",
        "x = Input(4)\nm = GaussianNoise(x, stddev=0.0)",
        "x = Input(4)\nm = Activation(x, activation='linear')",
        "x = Input(4)\nm = LeakyReLU(x, negative_slope=1.0)",
        "x = Input(4)\nm = ActivityRegularization(x)",
        "x = Input(4)\nm = Concatenate(x)",
        "x = Input(4, 4, 3)\nm = UpSampling2D(x, size=(1, 1))",
        "x = Input(4, 4, 3)\nm = ZeroPadding2D(x, padding=((0, 0), (0, 0)))",
        "x = Input(4, 4, 3)\nm = Cropping2D(x)",
        "x = Input(4, 4, 3)\nm = AveragePooling2D(x, pool_size=1)",
        "x = Input(4, 4, 3)\nm = MaxPooling2D(x, pool_size=1, strides=1, padding='same')",
        "x = Input(4, 4, 3)\nm = Resizing(x, height=4, width=4)",
        "x = Input(4, 4, 3)\nm = CenterCrop(x, height=4, width=4)",
        "x = Input(4, 4, 3)\nm = Rescaling(x, scale=1)",
        "x = Input(4, 4, 3)\nm = RandomRotation(x, factor=0.0)",
        "x = Input(4, 4, 3)\nm = RandomTranslation(x, height_factor=0, width_factor=(0, 0))",
        "x = Input(4, 4, 3)\nm = RandomZoom(x, height_factor=0)",
        "x = Input(4, 4, 3)\nm = RandomShear(x)",
    ],
}
"""By code, designs in which the node `m` is warned of this, and nothing else is warned of."""


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code, texts in MEANT.items() for text in texts]
)
def test_what_is_hardly_meant_is_warned_of(warned, code, text):
    codes, problems = warned(text)
    assert codes == [(code, "m")]
    if KINDS[code].shapes:
        (problem,) = problems
        assert problem.port and problem.axes and problem.index is not None
        assert show_shape(problem.given) in problem.message
        assert show_shape(problem.wanted) in problem.message


def test_every_warning_is_tried_here():
    by_the_engine = {"normalization_trains_inside"}
    assert set(MEANT) == set(KINDS) - by_the_engine


RIGHT = [
    # weighing channels, and pairing each with each
    "a = Input(8, 8, 4)\ng = GlobalAveragePooling2D(a, keepdims=True)\nMultiply(a, g)",
    "x = Input(12, 8)\nw = Dense(x, units=1, activation='sigmoid')\nMultiply(x, w)",
    "a = Input(1, 6)\nb = Input(5, 1)\nAdd(a, b)",
    "a = Input(None, 6)\nb = Input(5, 6)\nAdd(a, b)",
    # whole numbers by themselves, and truth values that mask
    "a = Input(4, dtype='int32')\nb = Input(4, dtype='int32')\nConcatenate(a, b)",
    "x = Input(4)\ne = ReversibleEmbedding(x, input_dim=5, output_dim=4, reverse=True)",
    # a table backwards, a cast at the end of a net of half floats
    "x = Input(4, dtype='float16')\nActivation(x, activation='linear', dtype='float32')",
    # frozen, and rightly so
    "x = Input(8)\na = head(x, trainable=False)",
    "x = Input(8)\na = head(x, trainable=False)\nDense(a, units=2)",
    "x = Input(4)\na = Dense(x, units=3, trainable=False)\nDense(a, units=2)",
    "x = Input(4)\na = Dense(x, units=8)\nhead(a, trainable=False)",
    "x = Input(4)\na = Dense(x, units=3, trainable=False, kernel_initializer='identity')",
    "x = Input(4)\nNormalization(x, mean=1.0, variance=2.0, trainable=False)",
    "x = Input(4)\na = Dense(x, units=3, trainable=False)\n"
    "n = BatchNormalization(a, trainable=False)\nDense(n, units=2)",
    "x = Input(4)\nn = BatchNormalization(x)\na = Dense(n, units=3, trainable=False)\n"
    "Dense(a, units=2)",
    # masks that are used, that end, that come to everybody, and that nobody wants
    "w = Input(9, dtype='int32')\ne = Embedding(w, input_dim=9, output_dim=4, mask_zero=True)\n"
    "a = MultiHeadAttention(query=e, value=e, num_heads=2, key_dim=2)\ns = Add(e, a)\n"
    "n = LayerNormalization(s)\nGlobalAveragePooling1D(n)",
    "w = Input(9, dtype='int32')\ne = Embedding(w, input_dim=9, output_dim=4, mask_zero=True)\n"
    "l = LSTM(e, units=3)\nr = RepeatVector(l, n=4)\nLSTM(r, units=2)",
    "w = Input(9, dtype='int32')\ne = Embedding(w, input_dim=9, output_dim=4, mask_zero=True)\n"
    "c = Conv1D(e, filters=3, kernel_size=3)\nGlobalMaxPooling1D(c)",
    "x = Input(9, 4)\ne = Masking(x)\nf = Flatten(e)\nr = Reshape(f, target_shape=(9, 4))\n"
    "LSTM(r, units=2)",
    "x = Input(9, 4)\nk = Input(9, dtype='bool')\ne = Masking(x)\n"
    "c = Conv1D(e, filters=3, kernel_size=1)\nLSTM(c, mask=k, units=2)",
    # sizes that are free and may be
    "x = Input(None, 3)\nGlobalAveragePooling1D(x)",
    "x = Input(None, 3, dtype='int32')\nFlatten(x)",
    # names that say nothing about the order
    "b = Input(4)\ntwins(b, b)",
    "a = Input(4)\nb = Input(4)\nx = Concatenate(a, b)",
    "y = Input(4)\nhidden = Input(4)\nConcatenate(y, hidden)",
    "b = Input(5)\na = Input(4)\nConcatenate(b, a)",
    "b = Input(4)\na = Input(4)\nAdd(b, a)",
    "query = Input(5, 4)\nAttention(query=query, value=query, key=query)",
    "x = Input(5, 4)\nl = LSTM(x, units=3, return_state=True)\n"
    "m = LSTM(x, units=3, initial_state=(l.state_h, l.state_c))\nAdd(l, m)",
    # what is there to be called by a name, or for the loss
    "x = Input(4)\nIdentity(x)",
    "x = Input(4)\nActivityRegularization(x, l2=0.1)",
    "x = Input(4, 4, 3)\nMaxPooling2D(x, pool_size=1, strides=2)",
    "x = Input(None, None, 2)\nReshape(x, target_shape=(5, -1, 2))",
    "x = Input(None, None, 3)\nResizing(x, height=4, width=4)",
    "x = Input(4, 4, 3)\nRandomZoom(x, height_factor=0, width_factor=0.1)",
    "x = Input(4)\nRepeatVector(x, n=2)",
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_may_be_meant_is_not_warned_of(warned, text):
    assert warned(text)[0] == []


# What only a design made otherwise has ------------------------------------------------------------


def test_what_a_saved_model_is_made_of_may_do_nothing(warned):
    drawing = Drawing()
    x = drawing.input("x", 4)
    node = drawing.layer("Dropout", "drop", x, rate=0.0)
    drawing.output("y", node)
    assert warned(drawing.document)[0] == [("no_effect", "drop")]
    layer = drawing.document.layers[drawing.document.nodes[node].layer]
    saved = SavedWeights("/m.keras", "0" * 64, "drop", "Dropout", Map(rate=0.5))
    assert caution_calls.was_saved(replace(layer, weights=saved))
    assert not caution_calls.was_saved(replace(layer, weights=saved, class_name="Dense"))


def test_an_operation_loses_a_mask(warned):
    drawing = Drawing()
    masked = drawing.layer("Masking", "masked", drawing.input("x", 5, 4))
    twice = drawing.called(Operation("", "twice", "multiply", (Slot(0), 2)), masked)
    drawing.output("y", drawing.layer("LSTM", "read", twice, units=3))
    codes, (problem,) = warned(drawing.document)
    assert codes == [("lost_mask", "twice")]
    assert "masked" in problem.message and "read" in problem.message


def test_a_submodel_that_is_frozen_before_it_learnt_is_warned_of(warned):
    drawing = Drawing()
    x = drawing.input("x", 4)
    hidden = drawing.layer("Dense", "hidden", x, units=3)
    drawing.output("y", hidden)
    document, node_id = grouped(drawing.document, hidden)
    assert warned(document)[0] == []
    frozen = edits.set_trainable(document, document.nodes[node_id].layer, False)
    assert warned(frozen)[0] == [("frozen_anew", document.label(node_id))]


def grouped(document, *ids):
    after = edits.group(document, CATALOG, ids)
    (node_id,) = set(after.nodes) - set(document.nodes)
    return after, node_id


def test_a_layer_that_is_called_twice_is_told_of_once(warned):
    text = "x = Input(4)\nm = Dense(x, units=4, trainable=False)\nz = Input(4)\nn = m(z)\nAdd(m, n)"
    codes, (problem,) = warned(text)
    assert codes == [("frozen_anew", "m")]
    assert problem.node == min(problem.node, "n9")


def test_what_is_loose_is_told_once_there_is_an_output_and_every_wire(infer, models):
    def codes(text):
        document = design(text, models)
        flow = ShapeFlow(CATALOG, infer)
        flow.update(document)
        told = Cautions(CATALOG).found(document, flow.verdicts)
        return [problem.code for own in told.values() for problem in own]

    loose = "x = Input(4)\nspare = Input(4)\ny = Dense(x, units=2)\n"
    assert codes(loose + "pass") == []
    assert codes(loose + "Output(y)\nz = Dense(units=2)") == []
    assert codes(loose + "Output(y)\nz = Output()") == []
    assert codes(loose + "Output(y)") == ["unused_input"]


def test_a_row_of_free_length_is_no_warning_where_an_error_says_it(infer):
    document = design(
        "x = Input(None, 3)\nf = Flatten(x)\nd = Dropout(f, rate=0.5)\nDense(d, units=2)"
    )
    flow = ShapeFlow(CATALOG, infer)
    flow.update(document)
    assert any(verdict.kind == "wrong" for verdict in flow.verdicts.values())
    assert Cautions(CATALOG).found(document, flow.verdicts) == {}


def test_the_gallery_has_no_warnings(infer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    names = {name for example in gallery.examples() for name in example.models}
    example_models.make(sorted(names), str(folder))
    for example in gallery.examples():
        document = document_file.read(resources.example_design(example.name))
        flow = ShapeFlow(CATALOG, infer)
        document = with_paths(document, lambda path: str(folder / Path(path).name))
        flow.update(document)
        assert example.is_broken or all(v.kind == "fine" for v in flow.verdicts.values())
        assert Cautions(CATALOG).found(document, flow.verdicts) == {}, example.name


# What masks do in Keras ---------------------------------------------------------------------------

SHAPES = ((5, 4), (5, 4, 4), (5, 6, 4, 4), (5, 6, 6, 6, 4), (5,))
"""Those that some layer of the palette takes, without the batch."""

ON_SEQUENCES = {
    name
    for name, spec in CATALOG.layers.items()
    if spec.palette and (spec.category != "preprocessing" or name in masks.PASSES)
} - {"GroupNormalization"}
"""The layers that may be called on what has steps, and so a mask."""


@pytest.mark.parametrize(
    ("class_name", "more"),
    [
        *((name, {}) for name in sorted(ON_SEQUENCES)),
        ("GroupNormalization", {"groups": 2}),
        *(
            (name, {"return_sequences": True})
            for name in sorted(masks.RECURRENT - {"Bidirectional"})
        ),
        (
            "Bidirectional",
            {"layer": Construct("layer", "GRU", Map(units=3, return_sequences=True))},
        ),
        ("Embedding", {"mask_zero": True}),
    ],
)
def test_the_table_of_masks_says_what_keras_does(class_name, more):
    spec = CATALOG.layers[class_name]
    parameters = Map({**spec.sample, **more})
    layer = KerasLayer("l1", "x", class_name, parameters)
    wired = [port for port in spec.inputs if port.required]
    goes_on = _goes_on(layer_of(class_name, parameters), wired)
    come = ["mask"] * sum(port.minimum for port in wired)
    assert goes_on == bool(masks.makes(layer) or masks.hands_on(layer, come))


def test_a_reversible_table_marks_padding_when_it_runs():
    layer = KerasLayer("l1", "x", "ReversibleEmbedding", Map(mask_zero=True))
    made = keras.layers.ReversibleEmbedding(5, 4, mask_zero=True)
    assert masks.makes(layer)
    assert made(keras.ops.array([[1, 0]]))._keras_mask is not None


@pytest.mark.parametrize(
    "class_name", sorted(masks.ALL_OR_NONE | masks.ATTENTION | {"Concatenate"})
)
@pytest.mark.parametrize("come", [["mask", ""], ["", "mask"]])
def test_the_table_says_what_becomes_of_the_mask_of_one_input(class_name, come):
    spec = CATALOG.layers[class_name]
    wired = [port for port in spec.inputs if port.required]
    goes_on = _goes_on(layer_of(class_name, spec.sample), wired, come)
    layer = KerasLayer("l1", "x", class_name, spec.sample)
    assert goes_on == bool(masks.hands_on(layer, come))


def _goes_on(layer, ports, come=()):
    """Return whether a mask comes out where one comes in."""
    for shape in SHAPES:
        for dtype in ("float32", "int32"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    output = _call(layer, ports, shape, dtype, come)
                except (ValueError, TypeError, IndexError, AttributeError, NotImplementedError):
                    continue
            first = output[0] if isinstance(output, list | tuple) else output
            return getattr(first, "_keras_mask", None) is not None
    raise AssertionError(f"{layer.name} can be called on no shape that is tried here")


def _call(layer, ports, shape, dtype, come):
    marks = iter(come)
    given = {}
    for port in ports:
        tensors = []
        for _ in range(max(port.minimum, len(come)) if port.many else 1):
            tensor = keras.Input(shape, dtype=dtype)
            if next(marks, "mask"):
                tensor._keras_mask = keras.KerasTensor((None, shape[0]), dtype="bool")
            tensors.append(tensor)
        given[port.name] = tensors if port.many else tensors[0]
    if ports[0].listed:
        return layer(given["inputs"] if ports[0].many else list(given.values()))
    first, *others = given
    return layer(given[first], **{name: given[name] for name in others})
