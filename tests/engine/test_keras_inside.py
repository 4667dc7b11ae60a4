"""What ghosts say of taps, cuts and other inputs is compared with what Keras makes of them."""

from dataclasses import replace

import keras
import pytest
from keras import layers

from composer_gui.core.document import EMPTY
from composer_gui.core.layer_kinds import Cut, SavedInterface, SavedModel, SavedPort
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.engine.keras_inside import graph_of
from composer_gui.engine.keras_models import KerasModels
from composer_gui.engine.keras_shapes import KerasShapes
from composer_gui.engine.keras_specs import count, spec_of
from composer_gui.storage import keras_archive, resources

CATALOG = resources.catalog()


def residual():
    """Two branches that meet again, a shared layer, and a head that wants one size."""
    image = keras.Input((16, 16, 3), name="image")
    shared = layers.Conv2D(4, 1, name="shared")
    a = layers.Conv2D(4, 3, padding="same", name="conv")(image)
    b = layers.BatchNormalization(name="bn")(a)
    c = layers.Add(name="both")([shared(a), shared(b)])
    d = keras.ops.relu(c + 1.0)
    e = layers.Flatten(name="flat")(d)
    return keras.Model(image, layers.Dense(5, name="head")(e), name="residual")


def bottom():
    x = keras.Input((8, 8, 3), name="x")
    y = layers.Conv2D(4, 3, name="conv")(x)
    return keras.Model(x, layers.ReLU(name="relu")(y), name="bottom")


def middle():
    x = keras.Input((8, 8, 3), name="x")
    inner = bottom()
    y = layers.Add(name="sum")([inner(x), inner(x * 2.0)])
    return keras.Model(x, [layers.Conv2D(2, 1, name="last")(y), y], name="middle")


def deep():
    """Models three deep, the innermost called twice, and a Sequential."""
    x = keras.Input((8, 8, 3), name="photo")
    near, far = middle()(x)
    tail = keras.Sequential(
        [keras.Input((6, 6, 2)), layers.Flatten(name="flat"), layers.Dense(3, name="dense")],
        name="tail",
    )
    return keras.Model(
        {"photo": x}, {"score": tail(near), "map": layers.ReLU(name="out")(far)}, name="deep"
    )


def stacked():
    return keras.Sequential(
        [
            keras.Input((12, 3), name="steps"),
            layers.Conv1D(4, 3, name="conv"),
            layers.LSTM(5, return_sequences=True, name="lstm"),
            layers.Dense(2, name="dense"),
        ]
    )


def states():
    """Encoder and decoder: states go along as call arguments, and lists come out."""
    a, b = keras.Input((None, 3), name="source"), keras.Input((None, 4), name="target")
    _, h, c = layers.LSTM(6, return_state=True, name="encoder")(a)
    out, *rest = layers.LSTM(6, return_sequences=True, return_state=True, name="decoder")(
        b, initial_state=[h, c]
    )
    near = layers.MultiHeadAttention(2, 3, name="attention")(out, out, use_causal_mask=True)
    return keras.Model([a, b], [layers.Dense(7, name="words")(near), rest])


def masked():
    words = keras.Input((9,), dtype="int32", name="words")
    x = layers.Embedding(20, 6, mask_zero=True, name="table")(words)
    x = layers.MultiHeadAttention(2, 3, name="look")(x, x)
    x = layers.Bidirectional(layers.GRU(4), name="both")(x)
    return keras.Model(words, layers.Dense(1, dtype="mixed_float16", name="score")(x))


def quantized():
    x = keras.Input((8,), name="x")
    model = keras.Model(x, layers.Dense(3, name="b")(layers.Dense(4, name="a")(x)))
    model.quantize("int8")
    return model


def lora():
    x = keras.Input((8,), name="x")
    model = keras.Model(x, layers.Dense(3, name="b")(layers.Dense(4, name="a")(x)))
    model.get_layer("a").enable_lora(2)
    return model


def text():
    words = keras.Input((), dtype="string", name="words")
    table = layers.TextVectorization(
        vocabulary=["a", "dog"], output_sequence_length=5, name="tokens"
    )
    norm = layers.Normalization(mean=1.0, variance=2.0, name="norm")
    x = layers.Embedding(9, 3, name="embedding")(table(words))
    return keras.Model(words, norm(layers.Flatten(name="flat")(x)))


MODELS = (residual, deep, stacked, states, masked, quantized, lora, text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("models")
    for make in MODELS:
        make().save(found / f"{make.__name__}.keras")
    return found


@pytest.fixture(scope="module")
def models():
    return KerasModels()


@pytest.fixture(scope="module")
def shapes(models):
    return KerasShapes(CATALOG, models)


def saved(folder, name, taps=(), **fields):
    path = folder / f"{name}.keras"
    taps = tuple(SavedPort(address, None, "float32", address) for address in taps)
    return SavedModel("l1", name, str(path), "", keras_archive.read(path), taps=taps, **fields)


def specs_for(layer):
    return {p.name: (TensorSpec(p.shape, p.dtype),) for p in layer.inputs}


def told(shapes, layer, inputs=None):
    """Return the specs that come out, in order; there must be no problem."""
    outcome = shapes.infer(layer, EMPTY, inputs or specs_for(layer))
    assert outcome.problems == ()
    return [spec for _, spec in outcome.outputs]


def nodes_inside(model):
    """Return how often the layers at every depth were called, and have fed others."""
    graph = graph_of(model)
    if graph is None:
        return len(model._inbound_nodes) + len(model._outbound_nodes)
    found = len(model._inbound_nodes) + len(model._outbound_nodes)
    return found + sum(nodes_inside(operation) for operation in graph._operations)


# Taps -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [make.__name__ for make in MODELS])
def test_every_layer_of_a_model_can_be_tapped_with_the_spec_that_keras_gives(
    folder, shapes, models, name
):
    layer = saved(folder, name)
    real = keras.models.load_model(layer.path)
    addresses = [la.name for la in real.layers]
    outputs = [keras.tree.flatten(la.output) for la in real.layers]
    wanted = [
        (f"{address}:{index}" if index else address, tensor)
        for address, found in zip(addresses, outputs, strict=True)
        for index, tensor in enumerate(found)
    ]
    before = nodes_inside(models.ghost(layer.path))
    found = told(shapes, saved(folder, name, [address for address, _ in wanted]))
    own = len(layer.outputs)
    assert found[own:] == [spec_of(tensor) for _, tensor in wanted]
    assert found[:own] == told(shapes, layer)
    assert nodes_inside(models.ghost(layer.path)) == before


def test_taps_reach_three_models_deep_and_into_the_second_call(folder, shapes):
    addresses = ["middle/bottom/conv", "middle/bottom#1/relu", "tail/flat", "middle/sum"]
    addresses.append("middle:1")
    found = told(shapes, saved(folder, "deep", addresses))
    inner = [(None, 6, 6, 4), (None, 6, 6, 4), (None, 72), (None, 6, 6, 4), (None, 6, 6, 4)]
    assert [spec.shape for spec in found[2:]] == inner
    by_port = dict(zip([p.name for p in saved(folder, "deep").outputs], found, strict=False))
    assert by_port["score"].shape == (None, 3)
    assert by_port["map"].shape == (None, 6, 6, 4)


def test_operations_between_layers_can_be_tapped(folder, shapes):
    real = keras.models.load_model(folder / "residual.keras")
    operations = [op for op in real.operations if not isinstance(op, layers.Layer)]
    found = told(shapes, saved(folder, "residual", [op.name for op in operations]))
    assert len(operations) == 2
    assert found[1:] == [spec_of(op.output) for op in operations]


def test_a_tapped_model_follows_another_batch(folder, shapes):
    layer = saved(folder, "residual", ["bn"])
    found = told(shapes, layer, {"image": (TensorSpec((5, 16, 16, 3)),)})
    assert [spec.shape for spec in found] == [(5, 5), (5, 16, 16, 4)]


def test_a_tapped_model_refuses_a_shape_that_is_not_its_own(folder, shapes):
    layer = saved(folder, "residual", ["bn"])
    (problem,) = shapes.infer(layer, EMPTY, {"image": (TensorSpec((None, 8, 8, 3)),)}).problems
    assert (problem.code, problem.axes) == ("shape", (1, 2))
    assert (problem.wanted, problem.given) == ((None, 16, 16, 3), (None, 8, 8, 3))


def test_a_tap_that_is_not_there_any_more_is_named(folder, shapes):
    layer = saved(folder, "residual", ["gone"])
    (problem,) = shapes.infer(layer, EMPTY, specs_for(layer)).problems
    assert problem.code == "tensor_absent" and "gone" in problem.message


# Parts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["middle", "middle/bottom", "middle/bottom/conv"])
def test_a_part_is_called_as_the_layer_of_the_loaded_model(folder, shapes, part):
    inner = keras.models.load_model(folder / "deep.keras")
    for name in part.split("/"):
        inner = inner.get_layer(name)
    tensors = keras.tree.flatten(inner.output)
    interface = SavedInterface(
        type(inner).__name__,
        (SavedPort("x", (None, 8, 8, 3)),),
        tuple(SavedPort(f"y{index}", None) for index in range(len(tensors))),
        output_structure=tuple(range(len(tensors))) if len(tensors) > 1 else 0,
    )
    layer = SavedModel("l1", part, str(folder / "deep.keras"), "", interface, part=part)
    assert told(shapes, layer) == [spec_of(tensor) for tensor in tensors]
    outcome = shapes.infer(layer, EMPTY, specs_for(layer))
    assert outcome.parameters == count(inner.weights)


def test_a_part_that_is_not_in_the_file_any_more_is_named(folder, shapes):
    layer = replace(saved(folder, "deep"), part="middle/gone")
    (problem,) = shapes.infer(layer, EMPTY, specs_for(layer)).problems
    assert problem.code == "part_absent" and "middle/gone" in problem.message


# Cuts -------------------------------------------------------------------------------------------


def cut(inputs, outputs):
    """Return a Cut between addresses; inputs come with their shapes."""
    starts = tuple(SavedPort(a, shape, "float32", a) for a, shape in inputs.items())
    return Cut(starts, tuple(SavedPort(a, None, "float32", a) for a in outputs))


def test_a_stretch_through_a_skip_connection_gives_what_keras_gives(folder, shapes):
    real = keras.models.load_model(folder / "residual.keras")
    between = {"conv": (None, 16, 16, 4), "bn": (None, 16, 16, 4)}
    layer = saved(folder, "residual", cut=cut(between, ["both", "head"]))
    made = keras.Model(
        [real.get_layer(name).output for name in between],
        [real.get_layer(name).output for name in ("both", "head")],
    )
    assert told(shapes, layer) == [spec_of(tensor) for tensor in made.outputs]
    outcome = shapes.infer(layer, EMPTY, specs_for(layer))
    assert outcome.parameters == count(made.weights)
    assert outcome.trainable_parameters == count(made.trainable_weights)


def test_a_stretch_inside_a_model_inside_is_found(folder, shapes):
    ends = cut({"middle/bottom/conv": (None, 6, 6, 4)}, ["middle/bottom/relu"])
    assert told(shapes, saved(folder, "deep", cut=ends)) == [TensorSpec((None, 6, 6, 4))]


def test_a_stretch_from_an_input_to_a_layer_has_a_tap_on_the_way(folder, shapes):
    ends = cut({"image": (None, 16, 16, 3)}, ["both"])
    found = told(shapes, saved(folder, "residual", ["shared#1"], cut=ends))
    assert [spec.shape for spec in found] == [(None, 16, 16, 4)] * 2


def test_a_stretch_that_still_needs_an_input_says_which(folder, shapes):
    layer = saved(folder, "residual", cut=cut({"bn": (None, 16, 16, 4)}, ["both"]))
    (problem,) = shapes.infer(layer, EMPTY, specs_for(layer)).problems
    assert problem.code == "cut_open" and "image" in problem.message


# Other inputs -----------------------------------------------------------------------------------


def reinput(folder, name, *shapes_of_ports, dtype=None):
    layer = saved(folder, name)
    pairs = zip(layer.inputs, shapes_of_ports, strict=True)
    ports = tuple(replace(port, shape=s, dtype=dtype or port.dtype) for port, s in pairs)
    return replace(layer, reinput=ports)


def test_a_model_of_convolutions_takes_another_size(folder, shapes, models):
    wide = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(96, 96, 3))
    wide.save(folder / "mobile.keras")
    before = nodes_inside(models.ghost(str(folder / "mobile.keras")))
    for size in ((None, 160, 160, 3), (7, 64, 64, 3), (None, None, None, 3)):
        layer = reinput(folder, "mobile", size)
        x = keras.Input(batch_shape=size)
        real = keras.models.clone_model(wide, input_tensors=x, clone_function=lambda la: la)
        assert told(shapes, layer) == [spec_of(real.output)]
    assert nodes_inside(models.ghost(str(folder / "mobile.keras"))) == before


def test_the_layer_that_forbids_another_size_is_named_with_what_it_expects(folder, shapes):
    layer = reinput(folder, "residual", (None, 20, 20, 3))
    (problem,) = shapes.infer(layer, EMPTY, specs_for(layer)).problems
    assert problem.message == (
        "{node} cannot be used like this, because of a layer in it: "
        "head wants 1024 on the last axis. flat gives 1600."
    )
    assert (problem.expected, problem.inner) == ("1024", "head")


def test_the_layer_that_forbids_a_size_is_named_before_anything_of_that_size_is_wired(
    folder, shapes
):
    layer = reinput(folder, "residual", (None, 20, 20, 3))
    wired_still = {"image": (TensorSpec((None, 16, 16, 3)),)}
    (problem,) = shapes.infer(layer, EMPTY, wired_still).problems
    assert "head wants 1024 on the last axis. flat gives 1600." in problem.message
    fits = reinput(folder, "residual", (None, 16, 16, 3), dtype="float16")
    assert shapes.infer(fits, EMPTY, wired_still).problems == ()


def test_a_layer_that_forbids_it_is_named_with_its_way_through_models_inside(folder, shapes):
    layer = reinput(folder, "deep", (None, 10, 10, 3))
    (problem,) = shapes.infer(layer, EMPTY, specs_for(layer)).problems
    assert "tail/dense wants 72 on the last axis. flat gives 128." in problem.message
    assert (problem.wanted, problem.given) == ((None, 72), (None, 128))
    assert (problem.axes, problem.port) == ((1,), None)


def test_with_a_free_axis_what_is_wired_decides(folder, shapes):
    layer = reinput(folder, "residual", (None, None, None, 3))
    assert told(shapes, layer, {"image": (TensorSpec((None, 16, 16, 3)),)})[0].shape == (None, 5)
    given = {"image": (TensorSpec((None, 20, 16, 3)),)}
    (problem,) = shapes.infer(layer, EMPTY, given).problems
    assert "head wants 1024 on the last axis. flat gives 1280." in problem.message


def test_whole_numbers_for_a_convolution_are_refused_by_its_name(folder, shapes):
    layer = reinput(folder, "residual", (None, 16, 16, 3), dtype="uint8")
    (problem,) = shapes.infer(layer, EMPTY, specs_for(layer)).problems
    assert problem.code == "refused_inside" and ": conv" in problem.message


def test_a_recurrent_model_takes_another_number_of_steps(folder, shapes):
    assert told(shapes, reinput(folder, "stacked", (None, 30, 3)))[0].shape == (None, 28, 2)


def test_a_sequential_without_input_can_be_tapped_once_something_is_wired(folder, shapes):
    keras.Sequential([layers.Dense(4, name="one"), layers.Dense(2, name="two")]).save(
        folder / "open.keras"
    )
    ports = (SavedPort("input", None),), (SavedPort("output", None),)
    tap = (SavedPort("one", None, "float32", "one"),)
    layer = SavedModel(
        "l1", "m", str(folder / "open.keras"), "", SavedInterface("Sequential", *ports), taps=tap
    )
    for width in (3, 8):
        outcome = shapes.infer(layer, EMPTY, {"input": (TensorSpec((None, width)),)})
        assert [spec.shape for _, spec in outcome.outputs] == [(None, 2), (None, 4)]
        assert outcome.parameters == (width + 1) * 4 + 10


# Freezing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patterns", "frozen"),
    [
        (("bottom/*",), ()),
        (("middle/bottom/*",), ("middle/bottom/conv",)),
        (("conv", "dense"), ("middle/bottom/conv", "tail/dense")),
        (("Conv2D", "!last"), ("middle/bottom/conv",)),
    ],
)
def test_patterns_freeze_the_layers_they_match(folder, shapes, patterns, frozen):
    layer = saved(folder, "deep", frozen=patterns)
    real = keras.models.load_model(layer.path)
    for path in frozen:
        inner = real
        for name in path.split("/"):
            inner = inner.get_layer(name)
        inner.trainable = False
    outcome = shapes.infer(layer, EMPTY, specs_for(layer))
    assert outcome.trainable_parameters == count(real.trainable_weights)
    assert outcome.parameters == count(real.weights)


def test_for_inference_only_nothing_trains(folder, shapes):
    layer = saved(folder, "deep", inference=True)
    outcome = shapes.infer(layer, EMPTY, specs_for(layer))
    assert outcome.trainable_parameters == 0 < outcome.parameters
