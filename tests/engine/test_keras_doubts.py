"""What Keras lets pass is found at once, without going through any layer's code."""

from dataclasses import replace

import keras
import pytest
from immutables import Map
from keras import layers

from composer_gui.core.document import EMPTY
from composer_gui.core.layer_kinds import Construct, KerasLayer, SavedModel
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.engine import keras_doubts_memory, keras_shapes
from composer_gui.engine.keras_models import KerasModels
from composer_gui.engine.keras_shapes import KerasShapes
from composer_gui.storage import keras_archive, resources

CATALOG = resources.catalog()
SHAPES = KerasShapes(CATALOG, KerasModels())


@pytest.fixture(autouse=True)
def nothing_is_traced(monkeypatch):
    def trace(*_):
        raise AssertionError("a layer's code was gone through")

    monkeypatch.setattr(keras_shapes, "trace", trace)


def spec(*shape, dtype="float32"):
    return TensorSpec((None, *shape), dtype)


def outcome(class_name, inputs, **parameters):
    """Return the first opinion on a layer that gets these specs, one or several at each port."""
    given = CATALOG.layer(class_name).sample.update(parameters)
    wired = {
        port: specs if isinstance(specs, tuple) else (specs,) for port, specs in inputs.items()
    }
    layer = KerasLayer("l1", "it", class_name, given)
    return SHAPES.infer(layer, EMPTY, wired, thorough=False)


def problem(class_name, inputs, **parameters):
    (found,) = outcome(class_name, inputs, **parameters).problems
    return found


def code(class_name, inputs, **parameters):
    """Return the code of the problem; nothing where the call is right and certain."""
    found = outcome(class_name, inputs, **parameters)
    assert found.problems or not found.doubtful
    return "".join(one.code for one in found.problems)


# Text and whole numbers -------------------------------------------------------------------------


@pytest.mark.parametrize("class_name", ["Dense", "Embedding", "LayerNormalization", "ReLU"])
def test_text_is_refused_by_what_computes(class_name):
    found = problem(class_name, {"inputs": spec(8, dtype="string")})
    assert (found.code, found.port, found.given) == ("text_given", "inputs", (None, 8))
    assert found.message == "{node} wants numbers. {source} sends text (8 string)."


def test_text_is_refused_at_the_wire_that_brings_it():
    words, numbers = spec(4, dtype="string"), spec(4)
    for class_name in ("Add", "Concatenate", "Maximum", "Multiply"):
        found = problem(class_name, {"inputs": (numbers, words)})
        assert (found.code, found.index) == ("text_given", 1)


def test_text_goes_through_what_only_moves_it():
    words = spec(4, dtype="string")
    for class_name in ("Concatenate", "Dropout", "RepeatVector", "Flatten"):
        given = (words, words) if class_name == "Concatenate" else words
        found = outcome(class_name, {"inputs": given})
        assert [item.dtype for _, item in found.outputs] == ["string"]


@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool"])
@pytest.mark.parametrize(
    ("class_name", "shape"),
    [("Conv2D", (8, 8, 3)), ("AveragePooling1D", (8, 3)), ("Softmax", (4,)), ("PReLU", (4,))],
)
def test_whole_numbers_are_refused_where_only_fractions_do(class_name, shape, dtype):
    found = problem(class_name, {"inputs": spec(*shape, dtype=dtype)})
    assert found.code == "whole_numbers"
    assert dtype in found.message and found.expected == "floating-point numbers"


def test_an_activation_takes_whole_numbers_by_what_it_computes():
    whole = {"inputs": spec(4, dtype="int32")}
    assert code("Activation", whole, activation="softmax") == "whole_numbers"
    assert outcome("Activation", whole, activation="relu").outputs[0][1].dtype == "int32"
    assert outcome("Activation", whole, activation="tanh").outputs[0][1].dtype == "float32"


def test_a_layer_is_looked_at_inside_its_wrapper():
    inner = Construct("layer", "Conv2D", Map({"filters": 4, "kernel_size": 3}))
    bytes_of_images = {"inputs": spec(5, 8, 8, 3, dtype="uint8")}
    assert code("TimeDistributed", bytes_of_images, layer=inner) == "whole_numbers"


def test_sums_of_whole_numbers_are_whole_and_of_the_wider_dtype():
    narrow, wide = spec(4, dtype="int32"), spec(4, dtype="int64")
    found = outcome("Add", {"inputs": (narrow, wide)})
    assert (found.outputs[0][1].dtype, found.doubtful) == ("int64", False)
    found = outcome("Add", {"inputs": (narrow, spec(4))})
    assert found.outputs[0][1].dtype == "float32"


def test_a_layer_of_whole_numbers_cannot_compute():
    assert code("Dense", {"inputs": spec(4)}, dtype="int32") == "whole_dtype"
    assert code("Flatten", {"inputs": spec(4)}, dtype="int32") == ""


@pytest.mark.parametrize(
    ("class_name", "shape", "dtype"),
    [
        ("Dropout", (4,), "string"),
        ("TimeDistributed", (6, 8), "string"),
        ("ReLU", (4,), "bool"),
        ("RandomContrast", (8, 8, 3), "int32"),
        ("Resizing", (8, 8, 3), "bool"),
        ("Softmax", (4,), "complex64"),
        ("GRUCell", (8,), "int32"),
    ],
)
def test_a_layer_is_refused_in_a_dtype_that_it_has_no_numbers_for(class_name, shape, dtype):
    (port, *_) = CATALOG.layer(class_name).inputs
    wired = {port.name: spec(*shape)}
    if class_name == "GRUCell":
        wired["states"] = (spec(64),)
    found = problem(class_name, wired, dtype=dtype)
    assert (found.code, found.parameter) == ("whole_dtype", "dtype")
    assert found.message.startswith(f"{{node}} is set to compute in {dtype}, ")


def test_a_layer_may_compute_in_what_does_for_it():
    image = {"data": spec(8, 8, 3)}
    assert code("RandomFlip", image, dtype="int32") == ""
    assert code("RandomBrightness", image, dtype="int32") == ""
    assert code("ReLU", {"inputs": spec(4)}, dtype="int32") == ""
    assert code("Dropout", {"inputs": spec(4, dtype="int32")}, dtype="string") == ""
    assert code("LSTM", {"sequences": spec(6, 8)}, dtype="float16") == ""


def test_a_slope_makes_fractions_of_whole_numbers():
    found = outcome("LeakyReLU", {"inputs": spec(4)}, dtype="uint8")
    assert [item.dtype for _, item in found.outputs] == ["float32"]


def test_what_tensorflow_lacks_in_a_dtype_is_a_setting_that_cannot_work():
    films = {"inputs": spec(4, 8, 8, 3)}
    assert code("MaxPooling3D", films, dtype="float16") == "setting"
    assert code("MaxPooling3D", films, dtype="bfloat16") == ""
    words = {"sequences": spec(6, 8)}
    assert code("LSTM", words, dtype="bfloat16") == "setting"
    assert code("LSTM", words, dtype="bfloat16", recurrent_initializer="glorot_uniform") == ""


def test_complex_numbers_are_refused_where_only_real_ones_do():
    found = problem("Dense", {"inputs": spec(4, dtype="complex64")})
    assert (found.code, found.index) == ("whole_numbers", 0)
    assert code("Dropout", {"inputs": spec(4, dtype="complex64")}) == ""


def test_images_of_whole_numbers_are_refused_where_colours_are_worked_out():
    image = {"data": spec(8, 8, 3, dtype="uint8")}
    assert code("RandomSaturation", image) == "whole_numbers"
    assert code("RandomContrast", image) == "whole_numbers"
    assert code("RandomBrightness", image) == ""
    assert code("RandomBrightness", {"data": spec(8, 8, 3, dtype="bool")}) == "whole_numbers"


# Attention --------------------------------------------------------------------------------------

QUERY = spec(5, 8)


@pytest.mark.parametrize(
    ("class_name", "inputs", "found"),
    [
        ("Attention", {"query": QUERY, "value": spec(6, 8)}, ""),
        ("Attention", {"query": QUERY, "value": spec(6, 4)}, "attention"),
        ("Attention", {"query": QUERY, "value": spec(6, 3), "key": spec(6, 8)}, ""),
        ("Attention", {"query": QUERY, "value": spec(6, 8), "key": spec(7, 8)}, "attention"),
        ("Attention", {"query": spec(8), "value": spec(8)}, "refused"),
        ("Attention", {"query": QUERY, "value": spec(None, None)}, ""),
        ("AdditiveAttention", {"query": QUERY, "value": spec(6, 4)}, "attention"),
        ("MultiHeadAttention", {"query": QUERY, "value": spec(6, 4)}, ""),
        ("MultiHeadAttention", {"query": QUERY, "value": spec(6, 5, 4)}, "attention"),
        ("MultiHeadAttention", {"query": spec(8), "value": spec(6, 8)}, "refused"),
        ("GroupQueryAttention", {"query": spec(5, 6, 8), "value": spec(5, 6, 8)}, "refused"),
    ],
)
def test_an_attention_compares_what_has_steps_and_equal_widths(class_name, inputs, found):
    assert code(class_name, inputs) == found


def test_widths_that_cannot_be_compared_are_told_with_both_shapes_and_the_axis():
    found = problem("Attention", {"query": QUERY, "value": spec(6, 4)})
    assert (found.port, found.index, found.axes) == ("value", 0, (2,))
    assert (found.wanted, found.given) == ((None, 6, 8), (None, 6, 4))
    assert found.message.endswith("The last axis is 4, not 8.")


def test_samples_of_different_batches_are_not_compared():
    two, three = TensorSpec((2, 6, 8)), TensorSpec((3, 6, 8))
    found = problem("Attention", {"query": two, "value": three})
    assert (found.code, found.axes) == ("attention", (0,))
    assert found.message.endswith("The batch is 3, not 2.")


# Masks and states -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("class_name", "main", "port", "right", "wrong"),
    [
        ("LSTM", {"sequences": spec(6, 8)}, "mask", (6,), (5,)),
        ("GlobalAveragePooling1D", {"inputs": spec(6, 8)}, "mask", (6,), (6, 8)),
        ("BatchNormalization", {"inputs": spec(6, 8)}, "mask", (6,), (8,)),
        ("TimeDistributed", {"inputs": spec(6, 8)}, "mask", (6,), (5,)),
        ("MultiHeadAttention", {"query": QUERY, "value": spec(6, 8)}, "value_mask", (6,), (5,)),
        (
            "MultiHeadAttention",
            {"query": QUERY, "value": spec(6, 8)},
            "attention_mask",
            (5, 6),
            (6, 5),
        ),
    ],
)
def test_a_mask_is_of_the_size_of_what_it_masks(class_name, main, port, right, wrong):
    fits = outcome(class_name, {**main, port: spec(*right, dtype="bool")})
    assert fits.problems == ()
    found = problem(class_name, {**main, port: spec(*wrong, dtype="bool")})
    assert (found.code, found.port) == ("mask", port)
    assert found.wanted == (None, *right) and found.given == (None, *wrong)


@pytest.mark.parametrize(
    ("class_name", "states", "found"),
    [
        ("LSTM", (spec(64), spec(64)), ""),
        ("LSTM", (spec(64),), "state_count"),
        ("LSTM", (spec(64), spec(32)), "states"),
        ("GRU", (spec(64),), ""),
        ("GRU", (spec(6, 64),), "states"),
        ("Bidirectional", (spec(32),) * 4, ""),
        ("Bidirectional", (spec(32),) * 2, "state_count"),
        ("RNN", (spec(32), spec(31)), "states"),
    ],
)
def test_states_are_as_many_and_as_wide_as_the_layer_has(class_name, states, found):
    given = outcome(class_name, {"sequences": spec(6, 8), "initial_state": states})
    assert "".join(one.code for one in given.problems) == found


def test_a_state_that_is_too_wide_is_told_with_its_wire():
    given = {"sequences": spec(6, 8), "initial_state": (spec(64), spec(32))}
    found = problem("LSTM", given)
    assert (found.port, found.index, found.axes) == ("initial_state", 1, (1,))
    assert (found.wanted, found.given) == ((None, 64), (None, 32))


def test_a_stateful_layer_needs_a_batch_size_and_is_right_with_one():
    assert code("LSTM", {"sequences": spec(6, 8)}, stateful=True) == "stateful_batch"
    found = outcome("LSTM", {"sequences": TensorSpec((4, 6, 8))}, stateful=True)
    assert found.problems == ()
    assert found.outputs[0][1].shape == (4, 64)


# Axes and other parameters ----------------------------------------------------------------------


def test_an_axis_that_is_not_there_or_is_the_batch_is_told():
    assert problem("Softmax", {"inputs": spec(4)}, axis=2).detail.startswith("Axis 2 is out of")
    assert code("Softmax", {"inputs": spec(4, 3)}, axis=2) == ""
    found = problem("Dot", {"inputs": (spec(4), spec(4))}, axes=0)
    assert (found.code, found.given) == ("batch_axis", (None, 4))
    assert code("RMSNormalization", {"x": spec(4)}, axis=0) == "batch_axis"
    assert code("LayerNormalization", {"inputs": spec(4)}, axis=0) == "batch_axis"
    assert code("LayerNormalization", {"inputs": TensorSpec((2, 4))}, axis=0) == ""


def test_a_value_for_each_channel_wants_that_many_channels():
    image = spec(8, 8, 3)
    assert code("Rescaling", {"inputs": image}, scale=(1.0, 2.0, 3.0)) == ""
    found = problem("Rescaling", {"inputs": image}, offset=(1.0, 2.0))
    assert (found.code, found.axes) == ("channel_values", (3,))
    assert found.message == (
        "{node} has 2 values of offset, one for each place on the last axis. {source} gives "
        "8×8×3, and 8×8×2 would fit: the last axis is 3, not 2."
    )


@pytest.mark.parametrize("activation", ["glu", "threshold"])
def test_an_activation_that_no_layer_can_have_is_refused(activation):
    found = problem("Dense", {"inputs": spec(4)}, activation=activation)
    assert (found.code, found.actual) == ("activation", activation)


def test_settings_that_keras_takes_and_fails_on_are_refused():
    bounds = (2.0, 1.0)
    found = problem("Discretization", {"inputs": spec(4)}, bin_boundaries=bounds)
    assert (
        found.message
        == "{node} has bin_boundaries set to (2.0, 1.0), which has to rise from each to the next."
    )
    pair = {"query": spec(5, 8), "value": spec(5, 8)}
    assert code("MultiHeadAttention", pair, flash_attention=True) == "setting"


def test_a_lookup_that_inverts_makes_text_of_numbers():
    words = {"vocabulary": ("red", "green"), "invert": True}
    found = outcome("StringLookup", {"inputs": spec(4, dtype="int64")}, **words)
    assert [item.dtype for _, item in found.outputs] == ["string"]
    assert problem("StringLookup", {"inputs": spec(4, dtype="string")}, **words).code == (
        "text_given"
    )


def test_a_pooling_at_which_tensorflow_crashes_is_never_run():
    given = {"inputs": spec(8, 8, 3)}
    assert code("AdaptiveMaxPooling2D", given, output_size=1) == "crashes"
    assert code("AdaptiveMaxPooling2D", given, output_size=2) == ""


def test_several_wires_at_a_port_for_one_are_counted():
    found = problem("Dense", {"inputs": (spec(4), spec(4))})
    assert (found.code, found.actual) == ("one_wire", "2 wires")


# Memory -----------------------------------------------------------------------------------------


def test_weights_and_values_beyond_memory_are_told_with_both_figures(monkeypatch):
    monkeypatch.setattr(keras_doubts_memory, "memory_at_hand", lambda: 1_000_000)
    found = problem("Dense", {"inputs": spec(1_000)}, units=1_000)
    assert (found.code, found.expected, found.actual) == (
        "weights_too_large",
        "at most 1.00 MB",
        "4.00 MB",
    )
    assert "4.00 MB" in found.message and "1.00 MB" in found.message
    found = problem("UpSampling2D", {"inputs": spec(100, 100, 1)}, size=10)
    assert (found.code, found.actual) == ("values_too_large", "4.00 MB")
    assert code("Dense", {"inputs": spec(400)}, units=400) == ""


def test_the_memory_at_hand_is_a_number_of_bytes():
    found = keras_doubts_memory.memory_at_hand()
    assert found is None or found > 1 << 28


def test_a_free_batch_or_size_counts_as_one(monkeypatch):
    monkeypatch.setattr(keras_doubts_memory, "memory_at_hand", lambda: 1_000)
    assert code("Flatten", {"inputs": spec(None, 3)}) == ""


# Saved models -----------------------------------------------------------------------------------


def saved(path, model):
    """Save a model and return it as a layer."""
    model.save(path)
    return SavedModel("l1", "it", str(path), "", keras_archive.read(path))


def told(layer, **inputs):
    return SHAPES.infer(layer, EMPTY, {port: (item,) for port, item in inputs.items()})


def summing(*shape, dtype="float32"):
    x = keras.Input(shape, name="x", dtype=dtype)
    return keras.Model(x, layers.Dense(2)(x), name="summing")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (spec(5, 8), ""),
        (spec(8), "shape"),
        (spec(5, 8, 3), "shape"),
        (spec(5, 8, 1), "adjusted_axis"),
        (spec(5, 7, 1), "shape"),
        (spec(5, 1), "shape"),
    ],
)
def test_a_saved_model_gets_as_many_axes_as_it_was_made_for(tmp_path, given, found):
    result = told(saved(tmp_path / "sum.keras", summing(5, 8)), x=given)
    codes = [{"refused": "shape"}.get(one.code, one.code) for one in result.problems]
    assert codes == ([found] if found else [])


def test_an_axis_of_1_that_changes_nothing_is_dropped(tmp_path):
    x = keras.Input((), name="x")
    layer = saved(tmp_path / "scalar.keras", keras.Model(x, layers.Reshape((1,))(x)))
    assert told(layer, x=spec(1)).outputs[0][1].shape == (None, 1)


def test_an_axis_of_1_that_is_missing_is_told(tmp_path):
    x = keras.Input((4, 1), name="x")
    layer = saved(tmp_path / "steps.keras", keras.Model(x, layers.Conv1D(2, 2)(x)))
    (found,) = told(layer, x=spec(4)).problems
    assert (found.code, found.wanted, found.given) == ("adjusted_axis", (None, 4, 1), (None, 4))
    assert "Keras adds a last axis of 1" in found.message


def test_a_file_with_other_inputs_is_told_and_looked_at_again(tmp_path):
    layer = saved(tmp_path / "sum.keras", summing(8))
    left, right = keras.Input((8,), name="left"), keras.Input((8,), name="right")
    both = keras.Model({"left": left, "right": right}, layers.Add()([left, right]))
    both.save(layer.path)
    result = told(layer, x=spec(8))
    (found,) = result.problems
    assert (found.code, result.lasting) == ("other_inputs", False)
    assert found.expected == "1 input (x)" and found.actual == "2 inputs (left and right)"
    assert (
        told(
            replace(layer, interface=keras_archive.read(layer.path)),
            **{
                "left": spec(8),
                "right": spec(8),
            },
        ).problems
        == ()
    )


# Weights, colours and sounds --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("class_name", "shape", "name", "value"),
    [
        ("Conv2D", (8, 8, 3), "kernel_initializer", "identity"),
        ("Dense", (4,), "bias_initializer", "orthogonal"),
        ("Dense", (4,), "bias_initializer", Construct("initializer", "Identity", EMPTY)),
        ("LSTM", (6, 4), "bias_initializer", "identity"),
        ("Conv1D", (6, 4), "kernel_regularizer", "orthogonal_regularizer"),
        ("Dense", (6, 4), "activity_regularizer", "orthogonal_regularizer"),
    ],
)
def test_what_works_on_matrices_is_refused_elsewhere(class_name, shape, name, value):
    (port, *_) = CATALOG.layer(class_name).inputs
    found = problem(class_name, {port.name: spec(*shape)}, **{name: value})
    assert (found.code, found.parameter) == ("setting", name)
    assert "works on matrices" in found.message


def test_what_works_on_matrices_is_fine_with_one():
    row = {"inputs": spec(4)}
    assert code("Dense", row, kernel_initializer="identity") == ""
    assert code("Dense", row, kernel_regularizer="orthogonal_regularizer") == ""
    assert code("Dense", row, activity_regularizer="orthogonal_regularizer") == ""
    assert code("Conv2D", {"inputs": spec(8, 8, 3)}, kernel_initializer="orthogonal") == ""
    assert code("LSTM", {"sequences": spec(6, 4)}, recurrent_initializer="identity") == ""


@pytest.mark.parametrize("class_name", ["AugMix", "RandAugment", "RandomGrayscale", "RandomHue"])
def test_colours_are_worked_out_of_three_channels(class_name):
    found = problem(class_name, {"data": spec(8, 8, 4)})
    assert found.detail == "images must have 3 channels"
    assert code(class_name, {"data": spec(8, 8, 3)}) == ""
    assert code(class_name, {"data": spec(None, None, None)}) == ""


def test_sounds_are_long_enough_to_be_mirrored():
    found = problem("MelSpectrogram", {"inputs": spec(1024)})
    assert (found.code, found.wanted, found.axes) == ("axis_size", (None, 1025), (1,))
    assert found.message == ("{node} wants at least 1025 on the last axis. {source} gives 1024.")
    assert code("MelSpectrogram", {"inputs": spec(1025)}) == ""
    assert code("MelSpectrogram", {"inputs": spec(64)}, fft_length=64) == ""


def test_a_normalization_has_a_value_for_each_channel():
    found = problem("Normalization", {"inputs": spec(16)}, mean=(1.0, 2.0), variance=(1.0, 1.0))
    assert (found.code, found.wanted) == ("channel_values", (None, 2))


def test_a_graphics_card_is_no_part_of_a_design():
    assert code("GRU", {"sequences": spec(6, 4)}, use_cudnn=True) == "setting"


def test_a_maximum_over_an_axis_of_one_would_end_the_program():
    found = problem("AdaptiveMaxPooling2D", {"inputs": spec(1, 8, 3)}, output_size=2)
    assert found.code == "crashes"
    assert "pools over an axis of size 1, and" in found.message
    assert code("AdaptiveMaxPooling2D", {"inputs": spec(8, 8, 1)}, output_size=2) == ""
    assert code("AdaptiveMaxPooling2D", {"inputs": spec(None, 8, 3)}, output_size=2) == ""


def test_a_cell_wants_a_step_and_states_of_its_width():
    step, states = spec(8), (spec(4), spec(4))
    found = problem("LSTMCell", {"inputs": step, "states": (spec(4), spec(5))}, units=4)
    assert (found.code, found.index, found.wanted, found.axes) == ("shape", 1, (None, 4), (1,))
    assert found.message.startswith("{node} wants 4. {source} gives 5: ")
    assert code("LSTMCell", {"inputs": spec(3, 8), "states": states}, units=4) == "refused"
    assert outcome("LSTMCell", {"inputs": step, "states": states}, units=4).problems == ()
