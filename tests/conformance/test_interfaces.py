"""What the archive says without Keras is what Keras says once it has loaded the file."""

import itertools
import json
import time
import zipfile

import pytest
from immutables import Map

from composer_gui.core import saved_shapes
from composer_gui.core.layer_kinds import SavedPort
from composer_gui.core.layers import families
from composer_gui.core.saved_shapes import output_dtype, output_shape
from composer_gui.storage import document_file, keras_archive, resources

keras = pytest.importorskip("keras")
layers = keras.layers
Input, Model, Sequential = keras.Input, keras.Model, keras.Sequential


# What Keras says ----------------------------------------------------------------------------------


def reported(model):
    """Return (names, shapes, dtypes) of the inputs and of the outputs of a loaded model."""
    if isinstance(model, Sequential):
        last = model.layers[-1].name
        return _ports([(model.inputs[0].name, model.inputs[0])]), _ports([(last, model.outputs[0])])
    inputs = _named(model._inputs_struct, lambda tensor: tensor.name)
    outputs = _named(model._outputs_struct, lambda tensor: tensor._keras_history[0].name)
    return _ports(inputs), _ports(outputs)


def _named(structure, name_of):
    """Return each tensor with its key in a dictionary, or else the name of its layer."""
    leaves = keras.tree.flatten_with_path(structure)
    assert [id(t) for _, t in leaves] == [id(t) for t in keras.tree.flatten(structure)]
    return [
        (path[-1] if path and isinstance(path[-1], str) else name_of(tensor), tensor)
        for path, tensor in leaves
    ]


def _ports(named):
    return tuple(SavedPort(name, tuple(t.shape), t.dtype) for name, t in named)


def structure_of(struct):
    """Return a structure of tensors as the interface has it: the index of a port in each place."""
    count = itertools.count()
    packed = keras.tree.map_structure(lambda _: next(count), struct)

    def frozen(value):
        if isinstance(value, dict):
            return Map({key: frozen(item) for key, item in value.items()})
        return tuple(map(frozen, value)) if isinstance(value, list | tuple) else value

    # flattening goes by sorted key, mapping may not
    order = {number: place for place, number in enumerate(keras.tree.flatten(packed))}
    return frozen(keras.tree.map_structure(order.get, packed))


# Models -------------------------------------------------------------------------------------------


def one_to_one():
    numbers = Input((4,), name="numbers")
    return Model(numbers, layers.Dense(3, name="score")(numbers))


def list_of_one():
    numbers = Input((4,), name="numbers")
    return Model([numbers], [layers.Dense(3, name="score")(numbers)])


def lists():
    a, b = Input((4,), name="zebra"), Input((5,), name="ant", dtype="int32")
    return Model([a, b], [layers.Embedding(9, 2, name="z")(b), layers.Dense(3, name="a")(a)])


def dictionaries():
    a, b = Input((4,), name="zebra"), Input((5,), name="ant", dtype="int32")
    outputs = {"y": layers.Dense(3, name="d")(a), "x": layers.Embedding(9, 2, name="e")(b)}
    return Model({"zebra": a, "ant": b}, outputs)


def dictionary_with_other_keys():
    a, b = Input((4,), name="a"), Input((5,), name="b")
    return Model({"right": a, "left": b}, layers.Concatenate(name="join")([a, b]))


def nested_structures():
    a, b, c = (Input((4,), name=name) for name in "abc")
    outputs = {"p": [layers.Dense(3, name="d")(a), layers.Dense(2, name="e")(b)], "q": (c,)}
    return Model({"x": [a, c], "m": {"inner": b}}, outputs)


def states():
    steps = Input((7, 3), name="steps")
    return Model(steps, list(layers.LSTM(5, return_sequences=True, return_state=True)(steps)))


def an_input_is_an_output():
    a = Input((4,), name="a")
    return Model(a, [layers.Dense(3, name="d")(a), a])


def an_output_that_is_used_further():
    a = Input((4,), name="a")
    hidden = layers.Bidirectional(layers.LSTM(3), name="both")(layers.Reshape((2, 2))(a))
    return Model(a, [hidden, layers.Dense(2, name="d")(hidden)])


def shared_layer():
    a, b = Input((4,), name="a"), Input((4,), name="b")
    dense = layers.Dense(3, name="twice")
    return Model([a, b], layers.Subtract(name="difference")([dense(a), dense(b)]))


def batch_and_free_axes():
    fixed = Input(batch_shape=(2, None, 8), name="fixed", dtype="float16")
    return Model(fixed, layers.Dense(3, name="d", dtype="float16")(fixed))


def mixed_precision():
    a = Input((4,), name="a", dtype="uint8")
    return Model(a, layers.Dense(3, name="d", dtype="mixed_float16")(layers.Rescaling(0.1)(a)))


def operations():
    a = Input((4,), name="a")
    return Model(a, layers.Dense(2, name="d")(keras.ops.relu(a) * 2.0))


def nested_model():
    a = Input((4,), name="a")
    return Model(a, one_to_one()(a))


def nested_model_used_twice():
    a, b, inner = Input((4,), name="a"), Input((4,), name="b"), one_to_one()
    return Model([a, b], [inner(a), inner(b)])


def nested_sequential():
    a = Input((4,), name="a")
    return Model(a, sequential()(a))


def sequential():
    return Sequential([Input((4,), name="numbers"), layers.Dense(3), layers.Dense(2, name="last")])


def sequential_built_later():
    model = Sequential([layers.Dense(3), layers.Dropout(0.1, name="drop")])
    model.build((None, 4))
    return model


def sequential_of_models():
    return Sequential([one_to_one(), layers.Dense(2, name="last")])


def convolutional():
    return Sequential(
        [
            Input((28, 28, 1), name="photo"),
            layers.Conv2D(8, 3, strides=2, padding="same"),
            layers.MaxPooling2D(),
            layers.Dropout(0.1),
            layers.Flatten(name="flat"),
        ]
    )


def attention():
    a = Input((6, 8), name="a")
    mixed = layers.MultiHeadAttention(2, 4, name="attend")(a, a)
    return Model(a, layers.LayerNormalization(name="norm")(layers.Add()([a, mixed])))


def quantized():
    model = one_to_one()
    model.quantize("int8")
    return model


def application(name, **options):
    return lambda: getattr(keras.applications, name)(weights=None, **options)


KNOWN = {
    build.__name__: build
    for build in (
        one_to_one,
        list_of_one,
        lists,
        dictionaries,
        dictionary_with_other_keys,
        nested_structures,
        states,
        an_input_is_an_output,
        an_output_that_is_used_further,
        shared_layer,
        batch_and_free_axes,
        mixed_precision,
        operations,
        nested_model,
        nested_model_used_twice,
        nested_sequential,
        sequential,
        sequential_built_later,
        sequential_of_models,
        convolutional,
        attention,
        quantized,
    )
} | {
    "MobileNetV2": application("MobileNetV2", input_shape=(64, 64, 3), alpha=0.35, classes=7),
    "MobileNetV3": application("MobileNetV3Small", input_shape=(64, 64, 3), include_top=False),
    "EfficientNetB0": application("EfficientNetB0", input_shape=(64, 64, 3), pooling="avg"),
}
"""Models whose shapes the archive tells completely."""


def transposed():
    return Sequential([Input((4, 4, 1), name="a"), layers.Conv2DTranspose(8, 3, name="up")])


def ends_in_an_operation():
    a = Input((4,), name="a")
    return Model(a, keras.ops.sum(a, axis=1))


UNKNOWN = {build.__name__: build for build in (transposed, ends_in_an_operation)}
"""Models whose last shape is left to the engine."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return a function that saves a model and gives its path, its interface and it reloaded."""

    def save(name, build):
        path = tmp_path_factory.mktemp("models") / f"{name}.keras"
        build().save(path)
        loaded = keras.models.load_model(path, compile=False)
        return path, keras_archive.read(path, keras_version=keras.__version__), loaded

    return save


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", KNOWN)
def test_names_shapes_dtypes_and_structures_are_those_of_the_loaded_model(saved, name):
    _, interface, model = saved(name, KNOWN[name])
    inputs, outputs = reported(model)
    assert interface.inputs == inputs
    assert _without_numbers(interface.outputs) == outputs
    assert len({port.name for port in interface.outputs}) == len(outputs)
    assert interface.class_name == type(model).__name__
    assert interface.layer_count == len(model.layers)
    if not isinstance(model, Sequential):
        assert interface.input_structure == structure_of(model._inputs_struct)
        assert interface.output_structure == structure_of(model._outputs_struct)


def _without_numbers(ports):
    """Return ports with the names of their layers, which several outputs of one layer share."""
    names = {port.name for port in ports}

    def layer_of(name):
        stem, _, number = name.rpartition("_")
        return stem if stem in names and number.isdigit() else name

    return tuple(SavedPort(layer_of(port.name), port.shape, port.dtype) for port in ports)


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_the_archive_does_not_tell_is_left_open(saved, name):
    _, interface, model = saved(name, UNKNOWN[name])
    inputs, outputs = reported(model)
    assert interface.inputs == inputs
    assert [port.shape for port in interface.outputs] == [None]
    assert [port.dtype for port in interface.outputs] == [port.dtype for port in outputs]


@pytest.mark.filterwarnings("ignore")
def test_a_sequential_without_shapes_and_a_subclassed_model_are_opaque(saved):
    _, interface, _ = saved("unbuilt", lambda: Sequential([layers.Dense(3, name="d")]))
    assert interface.inputs == (SavedPort("input", None),)
    assert interface.outputs == (SavedPort("d", None),)

    @keras.saving.register_keras_serializable("tests")
    class Mine(Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.dense = layers.Dense(2)

        def call(self, given):
            return self.dense(given)

    def built():
        model = Mine()
        model(keras.ops.ones((1, 4)))
        return model

    _, interface, _ = saved("subclassed", built)
    assert interface.class_name == "Mine"
    assert interface.inputs == (SavedPort("input", (1, 4)),)
    assert interface.outputs == (SavedPort("output", None),)


def test_interior_vocabularies_and_normalization_change_nothing(saved):
    def build():
        text = Input((), name="text", dtype="string")
        words = layers.TextVectorization(output_sequence_length=6, vocabulary=["a", "b"])(text)
        return Model(text, layers.Embedding(4, 2, name="embed")(words))

    _, interface, model = saved("text", build)
    assert (interface.inputs, interface.outputs) == reported(model)


# The readings of single layers --------------------------------------------------------------------

SHAPES = ((None, 8), (3, None), (None, 6, 8), (None, None, 8), (2, 9, 8, 3), (None, 4, 6, 8, 3))
VARIANTS = {
    "GroupNormalization": [{"groups": 2}, {"groups": 1, "axis": 1}],
    "Reshape": [{"target_shape": [-1, 2]}, {"target_shape": [2, -1, 2]}, {"target_shape": []}],
    "Concatenate": [{"axis": 1}, {"axis": -2}],
    "Conv2D": [{"padding": "same", "strides": 2}, {"dilation_rate": 2, "kernel_size": [3, 1]}],
    "Conv1D": [{"padding": "causal", "strides": 2}, {"kernel_size": 9}],
    "Conv3D": [{"strides": [1, 2, 2]}],
    "MaxPooling2D": [{"strides": 1}, {"padding": "same"}, {"pool_size": 20}],
    "AveragePooling1D": [{"padding": "same", "strides": 3}],
    "LSTM": [{"return_sequences": True}, {"return_sequences": True, "go_backwards": True}],
    "GRU": [{"return_sequences": True, "dtype": "mixed_bfloat16"}],
    "GlobalMaxPooling2D": [{"keepdims": True}],
    "GlobalAveragePooling1D": [{"keepdims": True}],
    "Dense": [{"dtype": "float16"}],
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted({*saved_shapes._RULES, *families.KEEPS_SHAPE}))
def test_a_reading_says_what_keras_says_or_nothing(name):
    spec = resources.catalog().layers[name]
    sample = json.loads(resources.text("layers.json"))["layers"]
    sample = next(entry["sample"] for entry in sample if entry["class_name"] == name)
    said = 0
    for variant, shape in itertools.product([{}, *VARIANTS.get(name, [])], SHAPES):
        layer = getattr(layers, name)(**sample | variant)
        try:
            given = [Input(batch_shape=shape) for _ in range(2 if spec.inputs[0].many else 1)]
            result = keras.tree.flatten(layer(given if len(given) > 1 else given[0]))
        except (ValueError, TypeError, IndexError, ZeroDivisionError):
            continue
        entry = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
        for index, tensor in enumerate(result):
            try:
                told = output_shape(entry, [shape] * len(given), index)
            except (LookupError, TypeError, ValueError, ArithmeticError):
                continue
            assert told in (None, tuple(tensor.shape)), (variant, shape)
            assert output_dtype(entry, ["float32"] * len(given)) == tensor.dtype
            said += told is not None
    assert said, f"nothing was said of {name}"


# The gallery --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def example_files(tmp_path_factory):
    from composer_gui.engine import example_models

    folder = tmp_path_factory.mktemp("examples")
    told = []
    made = example_models.make(example_models.MODELS, str(folder), lambda *p: told.append(p))
    assert told[0][1] == 0 and told[-1][1] == 1 and sorted(told, key=lambda p: p[1]) == told
    assert sorted(path.name for path in folder.iterdir()) == sorted(made)
    return made


def test_the_gallerys_models_are_what_its_designs_were_drawn_with(example_files):
    for name in resources.example_names():
        document = document_file.read(resources.example_design(name))
        for layer in document.layers.values():
            if hasattr(layer, "interface"):
                path = example_files[layer.path.rpartition("/")[2]]
                assert keras_archive.read(path) == layer.interface
                assert (layer.interface.inputs, layer.interface.outputs) == reported(
                    keras.models.load_model(path)
                )


def test_making_the_gallerys_models_again_gives_the_same_bytes(example_files, tmp_path):
    from composer_gui.engine import example_models

    keras.utils.set_random_seed(99)
    some = ["price_model.keras", "image_encoder.keras", "step_encoder.keras"]
    for name, path in example_models.make(some, str(tmp_path)).items():
        with open(path, "rb") as one, open(example_files[name], "rb") as other:
            assert one.read() == other.read()


def test_the_gallerys_models_are_small_and_not_compiled(example_files):
    for path in example_files.values():
        with zipfile.ZipFile(path) as archive:
            assert "optimizer" not in archive.read("config.json").decode()
            assert sum(member.file_size for member in archive.infolist()) < 6 << 20


# Speed --------------------------------------------------------------------------------------------


def test_ports_are_there_in_a_hundredth_of_the_time_that_loading_takes(saved):
    path, _, _ = saved("ResNet50", application("ResNet50", input_shape=(64, 64, 3)))
    read = min(_seconds(lambda: keras_archive.read(path)) for _ in range(10))
    load = min(_seconds(lambda: keras.models.load_model(path, compile=False)) for _ in range(2))
    assert read < load / 100


def _seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
