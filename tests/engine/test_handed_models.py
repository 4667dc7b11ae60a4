"""Saved models that functions of a source are handed: loaded once where weights may be shared."""

import re

import pytest

from composer_gui.core.layer_kinds import Submodel
from tests.saved_drawing import Saved, assert_same, built, keras, load

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


ROWS = {
    "conv": ("Conv2D", {"filters": 4, "kernel_size": 3, "activation": "relu"}),
    "norm": ("BatchNormalization", {}),
    "drop": ("Dropout", {"rate": 0.5}),
    "deep": ("Conv2D", {"filters": 6, "kernel_size": 3}),
    "gap": ("GlobalAveragePooling2D", {}),
    "dense": ("Dense", {"units": 5}),
}


def encoder_layer(drawing, name, source, *, label="", trainable=True):
    """Add a layer of the encoder as it was saved."""
    class_name, saved = ROWS[name]
    node_id = drawing.kept("encoder", name, label or name, class_name, source, **saved)
    if not trainable:
        drawing.freeze(node_id)
    return node_id


def stage(folder, name, shape, *rows, frozen=()):
    """Return a submodel of some of the encoder's layers, one behind the other."""
    inner = Saved(folder, name)
    x = inner.input("x", *shape)
    for row in rows:
        x = encoder_layer(inner, row, x, trainable=row not in frozen)
    inner.output("result", x)
    return Submodel("", name, inner.document)


LOWER, UPPER = ("conv", "norm", "drop"), ("deep", "gap", "dense")


def halves(folder, frozen=()):
    """Return the encoder in two submodels."""
    drawing = Saved(folder, "halves")
    x = drawing.input("picture", 8, 8, 3)
    x = drawing.called(stage(folder, "lower", (8, 8, 3), *LOWER, frozen=frozen), x)
    x = drawing.called(stage(folder, "upper", (6, 6, 4), *UPPER, frozen=frozen), x)
    drawing.output("result", x)
    return drawing


def loads(text):
    return text.count("load_model(")


def test_a_model_in_several_submodels_is_loaded_once_and_handed_to_them(folder, tmp_path):
    text = halves(folder).text()
    assert loads(text) == 1
    assert "def build_lower(encoder: keras.Model) -> keras.Model:" in text
    assert "upper = build_upper(encoder)" in text
    assert_same(built(text, tmp_path), load(folder, "encoder"))


def test_a_file_of_one_submodel_alone_is_loaded_in_it(folder, tmp_path):
    drawing = Saved(folder)
    x = drawing.input("picture", 8, 8, 3)
    drawing.output("x", drawing.called(stage(folder, "lower", (8, 8, 3), *LOWER), x))
    text = drawing.text()
    assert "def build_lower() -> keras.Model:" in text and "lower = build_lower()" in text
    encoder = load(folder, "encoder")
    until = keras.Model(encoder.input, encoder.get_layer("drop").output)
    assert_same(built(text, tmp_path), until)


def test_submodels_hand_on_what_those_in_them_take(folder, tmp_path):
    """The file is loaded in the innermost function around all that take of it."""
    outer = Saved(folder, "outer")
    middle = Saved(folder, "middle")
    inner = stage(folder, "inner", (6, 6, 4), "deep", "gap")
    middle.output("result", middle.called(inner, middle.input("x", 6, 6, 4)))
    x = outer.input("x", 8, 8, 3)
    x = outer.called(stage(folder, "lower", (8, 8, 3), *LOWER), x)
    outer.output("result", outer.called(Submodel("", "middle", middle.document), x))
    drawing = Saved(folder)
    x = drawing.called(Submodel("", "outer", outer.document), drawing.input("picture", 8, 8, 3))
    drawing.output("result", x)
    text = drawing.text()
    assert loads(text) == 1
    heads = re.findall(r"^def (\w+)\((.*)\)", text, re.MULTILINE)
    handed = {name for name, parameters in heads if parameters == "encoder: keras.Model"}
    assert handed == {"build_lower", "build_middle", "build_inner"}
    encoder = load(folder, "encoder")
    assert_same(built(text, tmp_path), keras.Model(encoder.input, encoder.get_layer("gap").output))


def test_submodels_with_the_same_layer_have_a_load_each(folder, tmp_path):
    """Of three, two have other layers and share the first load."""
    drawing = Saved(folder)
    x = drawing.input("x", 6)
    ends = [drawing.called(stage(folder, "one", (6,), "dense"), x) for _ in range(2)]
    ends.append(
        drawing.called(stage(folder, "other", (8, 8, 3), *LOWER), drawing.input("y", 8, 8, 3))
    )
    for number, end in enumerate(ends):
        drawing.output(f"end{number}", end)
    text = drawing.text()
    assert loads(text) == 2
    assert "def build_one(encoder: keras.Model)" in text and "def build_one_1() ->" in text
    model = built(text, tmp_path)
    kernels = [model.get_layer(name).weights[0] for name in ("one", "one_1")]
    assert kernels[0] is not kernels[1] and len(model.weights) == 10


def test_the_second_load_that_functions_are_handed_is_numbered(folder, tmp_path):
    drawing = Saved(folder)
    x = drawing.input("picture", 8, 8, 3)
    for copy in ("left", "right"):
        lower = drawing.called(stage(folder, f"{copy}_lower", (8, 8, 3), *LOWER), x)
        upper = drawing.called(stage(folder, f"{copy}_upper", (6, 6, 4), *UPPER), lower)
        drawing.output(copy, upper)
    text = drawing.text()
    assert loads(text) == 2
    assert "build_left_upper(encoder)" in text and "build_right_upper(encoder_2)" in text
    model, encoder = built(text, tmp_path), load(folder, "encoder")
    assert len(model.weights) == 2 * len(encoder.weights)
    picture = encoder.input
    assert_same(model, keras.Model(picture, {"left": encoder(picture), "right": encoder(picture)}))


@pytest.mark.parametrize(
    "frozen", [("conv", "dense"), LOWER, (*LOWER, "deep", "gap"), LOWER + UPPER]
)
def test_layers_are_frozen_where_the_model_is_loaded_and_others_are_not(folder, tmp_path, frozen):
    model = built(halves(folder, frozen).text(), tmp_path)
    inner = [x for name in ("lower", "upper") for x in model.get_layer(name).layers[1:]]
    assert {layer.name for layer in inner if not layer.trainable} == set(frozen)


def test_a_name_that_a_layer_gets_in_one_function_misleads_no_other(folder, tmp_path):
    """The layer `a` comes to be called `b` in one submodel, while another looks for `b`."""
    drawing = Saved(folder)
    one, other = Saved(folder, "one"), Saved(folder, "other")
    one.output("x", one.kept("nested", "head/a", "b", "Dense", one.input("x", 5), units=4))
    other.output("x", other.kept("nested", "head/b", "b", "Dense", other.input("x", 4), units=3))
    x = drawing.called(Submodel("", "one", one.document), drawing.input("x", 5))
    drawing.output("result", drawing.called(Submodel("", "other", other.document), x))
    text = drawing.text()
    assert loads(text) == 2
    assert_same(built(text, tmp_path), load(folder, "nested").get_layer("head"))


def test_a_layer_named_like_a_model_does_not_hide_what_lies_in_that(folder, tmp_path):
    """The model `head` is looked for after an earlier layer has come to have its name."""
    x = keras.Input((5,), name="x")
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="b")], name="head")
    first = keras.layers.Dense(4, name="a")
    source = keras.Model(x, inner(first(x)), name="pair")
    source.save(tmp_path / "pair.keras")
    drawing = Saved(tmp_path)
    a = drawing.kept("pair", "a", "head", "Dense", drawing.input("x", 5), units=4)
    drawing.output("result", drawing.kept("pair", "head/b", "b", "Dense", a, units=3))
    assert_same(built(drawing.text(), tmp_path), source)
