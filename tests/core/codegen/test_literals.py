"""Values come out as literals that read back the same, and nothing else comes out."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from immutables import Map

from composer_gui.core.codegen.expressions import flat
from composer_gui.core.codegen.literals import construction, literal, text_literal
from composer_gui.core.errors import CannotGenerate
from composer_gui.core.layer_kinds import Construct
from composer_gui.storage import resources

CATALOG = resources.catalog()


def written(class_name, **parameters):
    """Return the constructor call of a layer."""
    return flat(construction(CATALOG.layer(class_name), Map(parameters), CATALOG))


@given(st.text())
@example("'\"\\")
@example('"""')
@example("\udc80\u202e\n")
def test_every_string_reads_back_the_same_on_one_line(text):
    source = text_literal(text)
    assert eval(source, {"__builtins__": {}}) == text
    assert source.isprintable()


@given(st.floats(allow_nan=False, allow_infinity=False))
@example(1 / 255)
@example(-1 / 127.5)
@example(1e22)
def test_every_number_reads_back_the_same(number):
    assert eval(flat(literal(number)), {"__builtins__": {}}) == number


def test_a_fraction_is_written_as_one():
    assert written("Rescaling", scale=1 / 255) == "layers.Rescaling(1 / 255)"


@pytest.mark.parametrize("value", [{"a": 1}, b"x", object(), Map(), 1j])
def test_anything_but_a_plain_value_is_refused(value):
    with pytest.raises(CannotGenerate):
        literal(value)


@pytest.mark.parametrize(
    ("expected", "class_name", "parameters"),
    [
        ("layers.Dense(64)", "Dense", {"units": 64, "use_bias": True, "activation": None}),
        ("layers.Dense(64, use_bias=False)", "Dense", {"units": 64, "use_bias": False}),
        ("layers.Conv2D(32, (3, 5))", "Conv2D", {"filters": 32, "kernel_size": (3, 5)}),
        ("layers.Embedding(1000, 32)", "Embedding", {"input_dim": 1000, "output_dim": 32}),
        ("layers.Reshape((4, 4))", "Reshape", {"target_shape": (4, 4)}),
        ("layers.MaxPooling2D(pool_size=3)", "MaxPooling2D", {"pool_size": 3}),
        (
            "layers.MultiHeadAttention(num_heads=2, key_dim=16)",
            "MultiHeadAttention",
            {"num_heads": 2, "key_dim": 16},
        ),
    ],
)
def test_required_parameters_lead_and_defaults_are_left_out(expected, class_name, parameters):
    assert written(class_name, **parameters) == expected


def test_one_is_not_true():
    """In Python they are equal; Keras reads `sparse=1` and `axis=True` differently."""
    assert written("Dot", axes=1, normalize=0) == "layers.Dot(1, normalize=0)"


def test_an_initializer_with_its_defaults_goes_by_its_short_name():
    short = Construct("initializer", "HeNormal")
    assert written("Dense", units=1, kernel_initializer=short) == (
        'layers.Dense(1, kernel_initializer="he_normal")'
    )
    default = Construct("initializer", "GlorotUniform")
    assert written("Dense", units=1, kernel_initializer=default) == "layers.Dense(1)"


def test_an_initializer_with_parameters_is_constructed():
    seeded = Construct("initializer", "HeNormal", Map({"seed": 1}))
    assert "keras.initializers.HeNormal(seed=1)" in written(
        "Dense", units=1, kernel_initializer=seeded
    )


def test_constant_never_goes_by_a_short_name():
    """Keras resolves "constant" to a class that it then cannot construct."""
    constant = Construct("initializer", "Constant")
    assert written("Dense", units=1, bias_initializer=constant) == (
        "layers.Dense(1, bias_initializer=keras.initializers.Constant())"
    )


def test_layers_inside_layers_are_written_out():
    lstm = Construct("layer", "LSTM", Map({"units": 32, "return_sequences": True}))
    assert written("Bidirectional", layer=lstm) == (
        "layers.Bidirectional(layers.LSTM(32, return_sequences=True))"
    )
    cells = tuple(Construct("layer", "GRUCell", Map({"units": n})) for n in (8, 4))
    stacked = Construct("layer", "StackedRNNCells", Map({"cells": cells}))
    assert written("RNN", cell=stacked) == (
        "layers.RNN(layers.StackedRNNCells([layers.GRUCell(8), layers.GRUCell(4)]))"
    )


def test_a_class_that_the_catalog_does_not_know_is_refused():
    for kind in ("layer", "initializer"):
        with pytest.raises(CannotGenerate):
            written("Dense", units=1, kernel_initializer=Construct(kind, "os.system"))


def test_words_are_a_list_and_numbers_a_tuple():
    assert flat(literal(("a", "b"))) == '["a", "b"]'
    assert flat(literal((1, (2, None)))) == "(1, (2, None))"
