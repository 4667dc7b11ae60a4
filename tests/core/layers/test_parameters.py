"""What parameters accept, how they are typed and how they are shown."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from immutables import Map

from composer_gui.core.layer_kinds import Construct
from composer_gui.core.layers.parameters import Parameter, parse, refusal, show

UNITS = Parameter("units", "integer", required=True, minimum=1)
RATE = Parameter("rate", "number", required=True, minimum=0, maximum=1)
BIAS = Parameter("use_bias", "boolean", default=True)
PADDING = Parameter("padding", "choice", default="valid", choices=("valid", "same"))
CUDNN = Parameter("use_cudnn", "choice", default="auto", choices=("auto", True, False))
SIZE = Parameter("kernel_size", "integers", required=True, minimum=1, lengths=(2,))
EDGES = Parameter("padding", "integers", default=(1, 1), minimum=0, lengths=(2,), pairs=True)
SHAPE = Parameter("target_shape", "shape", required=True, minimum=-1)
AXIS = Parameter("axis", "axis", optional=True)
WORDS = Parameter("vocabulary", "values", optional=True, single=False, items="text")
SCALE = Parameter("scale", "values", required=True)
BOUNDS = Parameter("bin_boundaries", "values", single=False)
START = Parameter("kernel_initializer", "initializer", default="glorot_uniform")
PENALTY = Parameter("kernel_regularizer", "regularizer", optional=True)
FUNCTION = Parameter("activation", "activation", optional=True)
DTYPE = Parameter("dtype", "dtype", optional=True)
INNER = Parameter("layer", "layer", required=True)
CELLS = Parameter("cells", "layers", required=True, classes=("LSTMCell", "GRUCell"))
TOKEN = Parameter("oov_token", "text", default="[UNK]")
SEED = Parameter("seed", "seed", optional=True)
ANY = Parameter("mask_value", "any", optional=True)


def layer(class_name, **parameters):
    return Construct("layer", class_name, Map(parameters))


# Judging ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        (UNITS, 64),
        (RATE, 0),
        (RATE, 0.5),
        (BIAS, False),
        (PADDING, "same"),
        (CUDNN, "auto"),
        (CUDNN, True),
        (SIZE, 3),
        (SIZE, (3, 3)),
        (EDGES, 2),
        (EDGES, (1, 2)),
        (EDGES, ((1, 1), (2, 2))),
        (SHAPE, (7, -1)),
        (SHAPE, ()),
        (SHAPE, (None, 8)),
        (AXIS, -1),
        (AXIS, (1, 2)),
        (AXIS, None),
        (WORDS, ("a", "b")),
        (SCALE, 0.5),
        (SCALE, (0.5, 1)),
        (START, "he_normal"),
        (START, Construct("initializer", "HeNormal", Map({"seed": 3}))),
        (PENALTY, Construct("regularizer", "L2", Map({"l2": 0.1}))),
        (FUNCTION, "relu"),
        (DTYPE, "float16"),
        (DTYPE, "mixed_float16"),
        (INNER, layer("Dense", units=8)),
        (CELLS, (layer("LSTMCell", units=8), layer("GRUCell", units=8))),
        (TOKEN, ""),
        (SEED, 2**40),
        (ANY, 0),
        (ANY, "x"),
    ],
)
def test_a_fitting_value_is_not_refused(catalog, parameter, value):
    assert refusal(parameter, value, catalog) is None


@pytest.mark.parametrize(
    ("parameter", "value", "sentence"),
    [
        (UNITS, "abc", "units wants a whole number of at least 1, not 'abc'."),
        (UNITS, 0, "units wants a whole number of at least 1, not 0."),
        (UNITS, 2.5, "units wants a whole number of at least 1, not 2.5."),
        (UNITS, True, "units wants a whole number of at least 1, not True."),
        (UNITS, None, "units wants a whole number of at least 1, not None."),
        (RATE, 1.5, "rate wants a number from 0 to 1, not 1.5."),
        (RATE, math.nan, "rate wants a number from 0 to 1, not nan."),
        (BIAS, 1, "use_bias wants True or False, not 1."),
        (PADDING, "full", "padding wants valid or same, not 'full'."),
        (CUDNN, 1, "use_cudnn wants auto, True or False, not 1."),
        (
            SIZE,
            (3, 3, 3),
            "kernel_size wants a whole number or 2 of them, each at least 1, not 3, 3, 3.",
        ),
        (
            SIZE,
            (3, 0),
            "kernel_size wants a whole number or 2 of them, each at least 1, not 3, 0.",
        ),
        (
            EDGES,
            (1, -1),
            "padding wants a whole number, 2 of them or 2 pairs, each at least 0, not 1, -1.",
        ),
        (AXIS, 1.5, "axis wants a whole number or a list of them, or None, not 1.5."),
        (SHAPE, 3, "target_shape wants a shape such as 28, 28, 1, not 3."),
        (SHAPE, (-2,), "target_shape wants a shape such as 28, 28, 1, not (-2,)."),
        (WORDS, "/etc/passwd", "vocabulary wants a list of words, or None, not '/etc/passwd'."),
        (BOUNDS, 1.0, "bin_boundaries wants a list of numbers, not 1.0."),
        (
            START,
            "he_norml",
            "kernel_initializer wants an initializer such as glorot_uniform, not 'he_norml'.",
        ),
        (
            PENALTY,
            "he_normal",
            "kernel_regularizer wants a regularizer such as l2, or None, not 'he_normal'.",
        ),
        (FUNCTION, "rleu", "activation wants an activation such as relu, or None, not 'rleu'."),
        (DTYPE, "float31", "dtype wants a dtype such as float32, or None, not 'float31'."),
        (DTYPE, "int8", "dtype wants a dtype such as float32, or None, not 'int8'."),
        (
            Parameter("dtype", "dtype", choices=("int32", "int64")),
            "float32",
            "dtype wants int32 or int64, not 'float32'.",
        ),
        (INNER, "Dense", "layer wants a layer such as Dense(units=64), not 'Dense'."),
        (INNER, layer("Dense"), "layer: Dense wants a value for units."),
        (INNER, layer("Dense", units=0), "layer: units wants a whole number of at least 1, not 0."),
        (INNER, layer("Dense", unit=8, units=8), "layer: Dense has no parameter unit."),
        (
            INNER,
            layer("Denes", units=8),
            "layer wants a layer such as Dense(units=64); there is no Denes.",
        ),
        (
            CELLS,
            (layer("Dense", units=8),),
            "cells wants one or several of LSTMCell or GRUCell, not Dense(units=8).",
        ),
        (CELLS, (), "cells wants one or several of LSTMCell or GRUCell, not ()."),
        (
            UNITS,
            layer("Dense", units=8),
            "units wants a whole number of at least 1, not Dense(units=8).",
        ),
    ],
)
def test_a_refusal_says_what_is_wanted(catalog, parameter, value, sentence):
    assert refusal(parameter, value, catalog) == sentence


def test_a_long_value_is_cut_short_in_a_refusal(catalog):
    assert len(refusal(UNITS, "x" * 10_000, catalog)) < 140


def test_names_go_unchecked_without_a_catalog():
    assert refusal(FUNCTION, "no_such_function") is None
    assert refusal(INNER, layer("NoSuchLayer")) is None


# Typing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameter", "text", "value"),
    [
        (UNITS, " 64 ", 64),
        (RATE, "1e-3", 0.001),
        (RATE, ".5", 0.5),
        (SCALE, "1/255", 1 / 255),
        (SCALE, "0.5, 0.25", (0.5, 0.25)),
        (BIAS, "true", True),
        (BIAS, "No", False),
        (PADDING, "SAME", "same"),
        (CUDNN, "true", True),
        (SIZE, "3", 3),
        (SIZE, "3, 3", (3, 3)),
        (SIZE, "(3, 3)", (3, 3)),
        (SIZE, "[3, 3]", (3, 3)),
        (EDGES, "(1, 1), (2, 2)", ((1, 1), (2, 2))),
        (SHAPE, "28, 28, 1", (28, 28, 1)),
        (SHAPE, "64", (64,)),
        (SHAPE, "None, 8", (None, 8)),
        (SHAPE, "()", ()),
        (AXIS, "none", None),
        (AXIS, "", None),
        (WORDS, "a, b c", ("a", "b c")),
        (WORDS, "'a, b', 'c'", ("a, b", "c")),
        (WORDS, "cat", ("cat",)),
        (BOUNDS, "1", (1,)),
        (START, "he_normal", "he_normal"),
        (START, "HeNormal(seed=3)", Construct("initializer", "HeNormal", Map({"seed": 3}))),
        (INNER, "Dense(units=8)", layer("Dense", units=8)),
        (
            INNER,
            "LSTM(units=8, kernel_initializer=HeNormal())",
            layer("LSTM", units=8, kernel_initializer=Construct("initializer", "HeNormal")),
        ),
        (CELLS, "LSTMCell(units=8)", (layer("LSTMCell", units=8),)),
        (TOKEN, "None", "None"),
        (SEED, "7", 7),
        (ANY, "7", 7),
        (ANY, "seven", "seven"),
    ],
)
def test_text_is_read_as_the_value_it_says(catalog, parameter, text, value):
    read = parse(parameter, text, catalog)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("parameter", "text"),
    [
        (UNITS, ""),
        (UNITS, "abc"),
        (UNITS, "6 4"),
        (UNITS, "__import__('os').getpid()"),
        (UNITS, "1/0"),
        (RATE, "2"),
        (RATE, "nan"),
        (RATE, "1e999"),
        (BIAS, "maybe"),
        (PADDING, "full"),
        (SIZE, "3,"),
        (SIZE, "3, x"),
        (SIZE, "(" * 5000),
        (SHAPE, "a"),
        (START, "HeNormal(3)"),
        (START, "HeNormal(**{'seed': 3})"),
        (START, "HeNormal(seed=print())"),
        (START, "keras.initializers.HeNormal()"),
        (INNER, "Dense"),
        (INNER, "[Dense(units=8)]"),
        (INNER, "lambda: 1"),
        (CELLS, "()"),
    ],
)
def test_nonsense_is_refused_with_a_sentence_that_names_the_parameter(catalog, parameter, text):
    with pytest.raises(ValueError, match=rf"^{parameter.name}\b.+\.$"):
        parse(parameter, text, catalog)


@pytest.mark.parametrize("parameter", [UNITS, SIZE, SCALE, START, INNER, CELLS])
def test_what_is_typed_is_never_run(catalog, tmp_path, parameter):
    target = tmp_path / "made"
    for text in (f"open({str(target)!r}, 'w')", f"Dense(units=open({str(target)!r}, 'w'))"):
        with pytest.raises(ValueError):
            parse(parameter, text, catalog)
    assert not target.exists()


# Showing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (3, "3"),
        ((3, 3), "3, 3"),
        ((3,), "(3,)"),
        ((), "()"),
        (((1, 1), (2, 2)), "(1, 1), (2, 2)"),
        ("relu", "relu"),
        (("a", "b"), "'a', 'b'"),
        (Construct("initializer", "HeNormal", Map({"seed": 3})), "HeNormal(seed=3)"),
        (layer("Dense", units=8, activation="relu"), "Dense(activation='relu', units=8)"),
    ],
)
def test_a_value_is_shown_as_one_would_type_it(value, text):
    assert show(value) == text


whole = st.integers(-(10**12), 10**12)
numbers = whole | st.floats(allow_nan=False, allow_infinity=False)
some_text = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8)


@pytest.mark.parametrize(
    ("parameter", "values"),
    [
        (Parameter("p", "integer", optional=True), whole | st.none()),
        (Parameter("p", "number"), numbers),
        (Parameter("p", "boolean"), st.booleans()),
        (Parameter("p", "integers"), whole | st.lists(whole).map(tuple)),
        (Parameter("p", "shape"), st.lists(whole | st.none()).map(tuple)),
        (Parameter("p", "values"), numbers | st.lists(numbers).map(tuple)),
        (WORDS, st.none() | st.lists(some_text).map(tuple)),
        (
            INNER,
            st.builds(
                lambda units, seed: layer(
                    "Dense",
                    units=units,
                    activation="relu",
                    kernel_initializer=Construct("initializer", "HeNormal", Map({"seed": seed})),
                ),
                st.integers(1, 99),
                whole | st.none(),
            ),
        ),
    ],
)
@given(data=st.data())
def test_what_is_shown_is_read_back_as_the_same_value(parameter, values, data):
    value = data.draw(values)
    assert parse(parameter, show(value)) == value
