"""A ghost call must tell what the real call gives, for every layer that can be placed."""

import re

import keras
import numpy as np
import pytest
from immutables import Map
from keras.src.backend.common import global_state

from composer_gui.core.document import EMPTY
from composer_gui.core.layer_kinds import Construct, KerasLayer
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.engine import keras_doubts, keras_shapes, keras_specs
from composer_gui.engine.keras_shapes import KerasShapes
from composer_gui.storage import resources

CATALOG = resources.catalog()
BATCH = 2

NOT_CALLABLE = {
    "Equalization": "gives back the tensor it gets, in which Keras sees a cycle",
    "InputLayer": "is what an Input node is",
    "Layer": "computes nothing",
    "StackedRNNCells": "takes lists of lists of states",
    "Wrapper": "computes nothing",
}

SHAPES = {
    "1D": (16, 8),
    "2D": (16, 16, 3),
    "3D": (8, 8, 8, 3),
    "ConvLSTM1D": (4, 16, 3),
    "ConvLSTM2D": (4, 8, 8, 3),
    "ConvLSTM3D": (2, 6, 6, 6, 3),
    "recurrent": (6, 8),
    "attention": (6, 8),
    "wrapper": (6, 8),
    "preprocessing": (32, 32, 3),
    "CategoryEncoding": (4,),
    "Discretization": (4,),
    "GRUCell": (8,),
    "GroupNormalization": (32,),
    "HashedCrossing": (),
    "Hashing": (4,),
    "IntegerLookup": (4,),
    "LSTMCell": (8,),
    "Masking": (6, 8),
    "MelSpectrogram": (4000,),
    "Normalization": (8,),
    "Permute": (6, 8),
    "RepeatVector": (8,),
    "STFTSpectrogram": (2000, 1),
    "SimpleRNNCell": (8,),
    "StringLookup": (4,),
    "TextVectorization": (),
}
"""A shape without the batch for a class, for the rank in its name, or for its category."""

DTYPES = {
    "CategoryEncoding": "int32",
    "Embedding": "int32",
    "HashedCrossing": "string",
    "Hashing": "string",
    "IntegerLookup": "int64",
    "ReversibleEmbedding": "int32",
    "StringLookup": "string",
    "TextVectorization": "string",
}

VOCABULARIES = {
    "IntegerLookup": (1, 2),
    "StringLookup": ("word", "other"),
    "TextVectorization": ("word", "other"),
}
"""Without one, these can be wired but not run before they are adapted to data."""

STATES = {"GRUCell": 1, "LSTMCell": 2, "SimpleRNNCell": 1}

FLAVOURS = [
    ("LSTM", {"return_state": True, "return_sequences": True}, {}),
    ("GRU", {"return_state": True}, {}),
    ("ConvLSTM2D", {"return_state": True, "data_format": "channels_last"}, {}),
    ("Bidirectional", {"merge_mode": None}, {}),
    (
        "Bidirectional",
        {"layer": Construct("layer", "GRU", Map({"units": 4, "return_state": True}))},
        {},
    ),
    ("RNN", {"return_state": True}, {}),
    ("RNN", {"cell": Construct("layer", "SimpleRNNCell", Map({"units": 3}))}, {}),
    ("MultiHeadAttention", {}, {"return_attention_scores": True, "use_causal_mask": True}),
    ("Attention", {"use_scale": True}, {"return_attention_scores": True}),
    ("TimeDistributed", {"layer": Construct("layer", "LayerNormalization", EMPTY)}, {}),
    (
        "Dense",
        {
            "units": 5,
            "dtype": "mixed_float16",
            "kernel_initializer": Construct("initializer", "HeNormal", Map({"seed": 3})),
            "kernel_regularizer": Construct("regularizer", "L1L2", Map({"l1": 0.1})),
            "bias_constraint": "non_neg",
            "use_bias": False,
        },
        {},
    ),
    ("Conv2D", {"filters": 4, "padding": "same", "strides": (2, 1), "activation": "gelu"}, {}),
    ("Concatenate", {"axis": 1}, {}),
    ("CategoryEncoding", {"output_mode": "one_hot"}, {}),
]


def cases():
    for name in CATALOG.layers:
        if name not in NOT_CALLABLE:
            parameters = {"vocabulary": VOCABULARIES[name]} if name in VOCABULARIES else {}
            yield pytest.param(name, parameters, {}, id=name)
    for number, (name, parameters, arguments) in enumerate(FLAVOURS):
        yield pytest.param(name, parameters, arguments, id=f"{name}-{number}")


def spec_for(name):
    category = CATALOG.layer(name).category
    rank = re.search(r"[123]D", name)
    keys = (name, rank[0] if rank else "", category)
    shape = next((SHAPES[key] for key in keys if key in SHAPES), (8,))
    return TensorSpec((BATCH, *shape), DTYPES.get(name, "float32"))


def inputs_for(name):
    spec = spec_for(name)
    inputs = {
        port.name: (spec,) * max(1, port.minimum if port.many else 1)
        for port in CATALOG.layer(name).inputs
        if port.required
    }
    if name in STATES:
        inputs["states"] = (TensorSpec((BATCH, 64)),) * STATES[name]
    return inputs


def values(specs):
    """Return an array of small numbers, or of words, for each spec."""
    return [
        keras.ops.convert_to_tensor(
            np.full(spec.shape, "word") if spec.dtype == "string" else np.ones(spec.shape),
            dtype=spec.dtype,
        )
        for spec in specs
    ]


def agrees(ghost, real):
    """Return whether the specs are equal, an axis that the ghost leaves free being any size."""
    pairs = zip(ghost.shape, real.shape, strict=True)
    return ghost.dtype == real.dtype and all(free in (None, size) for free, size in pairs)


@pytest.mark.parametrize(("name", "parameters", "arguments"), list(cases()))
def test_a_ghost_call_tells_what_the_real_call_gives(name, parameters, arguments, monkeypatch):
    layer = KerasLayer("l1", name, name, CATALOG.layer(name).sample.update(parameters))
    inputs = inputs_for(name)
    shapes = KerasShapes(CATALOG)
    outcome = shapes.infer(layer, Map(arguments), inputs)
    assert outcome.problems == ()
    assert global_state.get_global_attribute("uninitialized_variables") == []

    spec = CATALOG.layer(name)
    real = shapes._construct(Construct("layer", name, layer.parameters))
    monkeypatch.setattr(keras_shapes, "tensors", values)
    result = keras.tree.flatten(keras_shapes.call(real, spec, arguments, inputs))
    names = CATALOG.output_ports(spec, layer.parameters, arguments)
    assert [port for port, _ in outcome.outputs] == list(names)
    assert len(result) == len(names)
    for (port, ghost), tensor in zip(outcome.outputs, result, strict=True):
        assert agrees(ghost, keras_specs.spec_of(tensor)), port
    assert outcome.parameters == keras_specs.count(real.weights)
    assert outcome.trainable_parameters == keras_specs.count(real.trainable_weights)


def test_what_cannot_be_called_is_said_so_and_not_raised():
    shapes = KerasShapes(CATALOG)
    for name in NOT_CALLABLE:
        layer = KerasLayer("l1", name, name, CATALOG.layer(name).sample)
        assert shapes.infer(layer, EMPTY, inputs_for(name)).is_error, name


# What Keras takes too easily --------------------------------------------------------------------

ODD_SHAPES = [(), (8,), (6, 8), (8, 8, 3), (4, 4, 4, 3), (2, 4, 4, 4, 3)]

ONLY_AT_RUN_TIME = {
    ("AdditiveAttention", 5): "a softmax over six axes",
    ("Attention", 5): "a softmax over six axes",
    ("MultiHeadAttention", 5): "a softmax over six axes",
    ("Softmax", 5): "a softmax over six axes",
    ("CategoryEncoding", "uint8"): "a count of bytes",
}
"""What only a run brings to light, by class and number of axes or dtype."""

OF_A_KIND = {
    "MaxNumBoundingBoxes": "is meant for dictionaries",
    "MelSpectrogram": "fails for a sound shorter than its window, as the shapes here are",
    "STFTSpectrogram": "runs, but cannot be placed, for a sound shorter than its window",
}


def verdicts_on(name, shape, dtype):
    """Return what the ghost and a real call make of every required port getting this spec."""
    spec = CATALOG.layer(name)
    given = {"vocabulary": VOCABULARIES[name]} if name in VOCABULARIES else {}
    layer = KerasLayer("l1", name, name, spec.sample.update(given))
    inputs = {
        port.name: (TensorSpec((BATCH, *shape), dtype),) * max(1, port.minimum * port.many)
        for port in spec.inputs
        if port.required
    }
    shapes = KerasShapes(CATALOG)
    quick = shapes.infer(layer, EMPTY, inputs, thorough=False)
    outcome = shapes.infer(layer, EMPTY, inputs)
    assert quick.doubtful or quick.outputs == outcome.outputs, name
    assert quick.is_error or not outcome.is_error or is_seen_late(name), name
    real = shapes._construct(Construct("layer", name, layer.parameters))
    wired = {port: tuple(values(specs)) for port, specs in inputs.items()}
    try:
        result = keras_specs.specs_of(keras_shapes.call(real, spec, {}, wired))
    except Exception:
        result = None
    return outcome, result


def is_seen_late(name):
    """Return whether what fails on a layer may be seen by going through its code alone."""
    prepares = CATALOG.layer(name).category == "preprocessing"
    return prepares or name in ("EinsumDense", "SpectralNormalization")


NOT_ASKED = {**NOT_CALLABLE, **STATES, **OF_A_KIND}
PLACED = [name for name in CATALOG.layers if name not in NOT_ASKED]


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "bool", "float16", "string"])
def test_a_dtype_passes_if_and_only_if_it_passes_in_a_real_call(dtype):
    """Layers for images cast one way within a model and another way outside, so they are left."""
    wrong = []
    for name in PLACED:
        if keras_doubts.is_for_images(name) and dtype != "string":
            continue
        outcome, result = verdicts_on(name, spec_for(name).shape[1:], dtype)
        dtypes = [spec.dtype for _, spec in outcome.outputs]
        known = (name, dtype) in ONLY_AT_RUN_TIME
        if not known and dtypes != [spec.dtype for spec in result or ()]:
            wrong.append((name, outcome, result))
    assert wrong == []


@pytest.mark.parametrize("shape", ODD_SHAPES, ids=str)
def test_an_odd_shape_passes_if_and_only_if_it_passes_in_a_real_call(shape):
    """Images without a batch are the exception: in a model there always is one.

    So is what Keras announces otherwise than it comes, as of adaptive poolings of flatter input,
    and an attention without steps, which compares the samples of a batch with each other.
    """
    wrong = []
    for name in PLACED:
        outcome, result = verdicts_on(name, shape, DTYPES.get(name, "float32"))
        if outcome.is_error:
            announced = name.startswith("Adaptive") or outcome.problems[0].code == "two_shapes"
            mixes_samples = CATALOG.layer(name).category == "attention" and len(shape) == 1
            excepted = keras_doubts.is_for_images(name) or announced or mixes_samples
            good = result is None or excepted
        elif result is None:
            good = (name, len(shape)) in ONLY_AT_RUN_TIME
        else:
            good = all(agrees(s, r) for (_, s), r in zip(outcome.outputs, result, strict=True))
        if not good:
            wrong.append((name, outcome, result))
    assert wrong == []
