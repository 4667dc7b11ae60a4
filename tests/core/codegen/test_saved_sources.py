"""Sources that are made of saved models, as a person who knows Keras would write them."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from immutables import Map

from composer_gui.core import edits, inside_reader, opening
from composer_gui.core.codegen.expressions import Atom, flat
from composer_gui.core.codegen.keras_script import SCRATCH, generate
from composer_gui.core.codegen.operation_calls import operation_call
from composer_gui.core.document import Call, Source, Wire, put
from composer_gui.core.errors import CannotGenerate
from composer_gui.core.layer_kinds import (
    Cut,
    Operation,
    SavedInterface,
    SavedModel,
    SavedPort,
    SavedWeights,
    Slot,
    Submodel,
)
from composer_gui.core.layers import from_config
from composer_gui.core.saved_files import saved_files
from composer_gui.storage import resources
from tests.drawing import Drawing

GOLDEN = Path(__file__).parents[2] / "golden"
ENCODER = "/models/image_encoder.keras"
NESTED = "/models/classifier.keras"


# What is in the files -----------------------------------------------------------------------------


def tensor(name, shape):
    """Return a tensor as a config names it."""
    config = {"shape": [None, *shape], "dtype": "float32", "keras_history": [name, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


def functional(name, shape, rows):
    """Return the config of a model whose layers lie one behind the other: (class, name, …) rows."""
    first = {"batch_shape": [None, *shape], "dtype": "float32", "name": "picture"}
    layers = [
        {"module": "keras.layers", "class_name": "InputLayer", "config": first, "name": "picture"}
    ]
    layers[0] |= {"registered_name": None, "inbound_nodes": []}
    before = tensor("picture", shape)
    for entry, after in rows:
        entry = entry | {"registered_name": None, "inbound_nodes": [{"args": [before]}]}
        entry["inbound_nodes"][0]["kwargs"] = {}
        layers.append(entry | {"name": entry["config"]["name"]})
        before = tensor(entry["config"]["name"], after)
    config = {"name": name, "trainable": True, "layers": layers}
    config |= {"input_layers": ["picture", 0, 0]}
    config |= {"output_layers": [layers[-1]["name"], 0, 0]}
    module = "keras.src.models.functional"
    return {"module": module, "class_name": "Functional", "config": config}


def row(class_name, name, after, **config):
    """Return a layer for `functional`, and the shape that comes out of it."""
    entry = {"module": "keras.layers", "class_name": class_name, "config": config | {"name": name}}
    return entry, after


def encoder():
    """Return the config of the encoder of the house's second example."""
    wide = {"strides": [1, 1], "padding": "same", "activation": "relu"}
    return functional(
        "image_encoder",
        (64, 64, 3),
        [
            row("Conv2D", "conv2d", (64, 64, 32), filters=32, kernel_size=[3, 3], **wide),
            row("MaxPooling2D", "pool", (32, 32, 32), pool_size=[2, 2], strides=[2, 2]),
            row("Conv2D", "conv2d_1", (32, 32, 64), filters=64, kernel_size=[3, 3], **wide),
            row("GlobalAveragePooling2D", "gap", (64,)),
            row("Dense", "dense", (128,), units=128),
        ],
    )


INSIDES = {
    ENCODER: inside_reader.read(encoder()),
    NESTED: inside_reader.read(
        functional(
            "classifier",
            (64, 64, 3),
            [(encoder(), (128,)), row("Dense", "label", (10,), units=10, activation="softmax")],
        )
    ),
}


def interface(given, *outputs):
    """Return the ports of a model with one input and one output."""
    taken = (SavedPort("picture", (None, 64, 64, 3)),)
    return SavedInterface("Functional", taken, (SavedPort(given, (None, *outputs)),))


# Designs ------------------------------------------------------------------------------------------


def model(drawing, path, *sources, name="", **fields):
    """Add a saved model, used as `fields` say; return the id of its node."""
    ports = interface("dense", 128) if path == ENCODER else interface("label", 10)
    node_id = drawing.model(name or Path(path).stem, ports, path=path)
    layer = drawing.document.layers[drawing.document.nodes[node_id].layer]
    layer = replace(layer, **fields)
    drawing.document = put(drawing.document, layer)
    for source, port in zip(sources, layer.inputs, strict=True):
        wire = Wire(Source(source), node_id, port.name)
        drawing.document = edits.connect(drawing.document, drawing.catalog, wire)
    return node_id


def tap(address, *shape):
    return SavedPort(address.rpartition("/")[2], (None, *shape), address=address)


def two_heads():
    """A frozen backbone, tapped at its second convolution, its last layer replaced."""
    drawing = Drawing("two-heads")
    picture = drawing.input("picture", 64, 64, 3)
    taps = (tap("conv2d_1", 32, 32, 64), tap("gap", 64))
    backbone = model(drawing, ENCODER, picture, name="backbone", taps=taps, trainable=False)
    softmax = {"units": 10, "activation": "softmax"}
    kind = drawing.layer("Dense", "kind", (backbone, "gap"), **softmax)
    layer = drawing.document.layers[drawing.document.nodes[kind].layer]
    weights = SavedWeights(ENCODER, "", "dense", "Dense", Map({"units": 128}))
    drawing.document = put(drawing.document, replace(layer, weights=weights))
    sigmoid = {"filters": 1, "kernel_size": 1, "activation": "sigmoid"}
    mask = drawing.layer("Conv2D", "mask", (backbone, "conv2d_1"), **sigmoid)
    drawing.output("kind", kind)
    drawing.output("mask", mask)
    return drawing, [layer.id]


def submodel_twice():
    """A comparator of two encoded pictures, used with shared weights."""
    inner = Drawing("comparator")
    left, right = inner.input("left", 128), inner.input("right", 128)
    distance = inner.layer("Subtract", "distance", left, right)
    inner.output("likeness", inner.layer("Dense", "likeness", distance, units=1))
    drawing = Drawing("submodel-twice")
    query, good, bad = (drawing.input(name, 64, 64, 3) for name in ("query", "good", "bad"))
    encoded = model(drawing, ENCODER, query, trainable=False)
    better, worse = (drawing.again(encoded, picture) for picture in (good, bad))
    submodel = Submodel("", "comparator", inner.document)
    taken = drawing.called(submodel, encoded, better)
    again = drawing.again(taken, encoded, worse)
    drawing.output("good", taken)
    drawing.output("bad", again)
    return drawing, []


def encoder_layer(drawing, name, *sources, trainable=True):
    """Add a layer of the encoder as it was saved."""
    part = INSIDES[ENCODER].part(name)
    given = from_config.parameters(part.class_name, part.config["config"], drawing.catalog)
    node_id = drawing.layer(part.class_name, name, *sources, **given)
    layer = drawing.document.layers[drawing.document.nodes[node_id].layer]
    weights = SavedWeights(ENCODER, "", name, part.class_name, given)
    drawing.document = put(drawing.document, replace(layer, weights=weights, trainable=trainable))
    return node_id


def stages():
    """The encoder in two submodels, one of them with a third in it, and a layer beside them."""
    lower = Drawing("lower")
    x = encoder_layer(lower, "conv2d", lower.input("picture", 64, 64, 3), trainable=False)
    lower.output("pooled", encoder_layer(lower, "pool", x))
    middle = Drawing("middle")
    x = middle.input("pooled", 32, 32, 32)
    middle.output("features", encoder_layer(middle, "conv2d_1", x, trainable=False))
    upper = Drawing("upper")
    x = upper.input("pooled", 32, 32, 32)
    x = upper.called(Submodel("", "middle", middle.document), x)
    upper.output("means", encoder_layer(upper, "gap", x))
    drawing = Drawing("stages")
    x = drawing.input("picture", 64, 64, 3)
    x = drawing.called(Submodel("", "lower", lower.document), x)
    x = drawing.called(Submodel("", "upper", upper.document), x)
    drawing.output("code", encoder_layer(drawing, "dense", x))
    return drawing, []


def opened_and_replaced():
    """The encoder laid out, its last layer with other units, its first with another activation."""
    drawing = Drawing("opened")
    layer = SavedModel("l1", "opened", ENCODER, "", interface("dense", 128))
    document = opening.opened(INSIDES[ENCODER], layer, drawing.catalog)
    by_name = {layer.name: layer for layer in document.layers.values()}
    changed = [
        replace(by_name["dense"], parameters=Map({"units": 10})),
        replace(
            by_name["conv2d"],
            parameters=by_name["conv2d"].parameters.set("activation", "gelu"),
        ),
        replace(by_name["conv2d_1"], trainable=False),
    ]
    drawing.document = put(document, *changed)
    return drawing, [by_name["dense"].id]


def cut():
    """What lies between the pooling and the last layer, on features that come from elsewhere."""
    drawing = Drawing("cut")
    features = drawing.input("features", 32, 32, 32)
    stretch = Cut((tap("pool", 32, 32, 32),), (tap("gap", 64),))
    pooled = model(drawing, ENCODER, features, name="upper half", cut=stretch)
    drawing.output("pooled", pooled)
    return drawing, []


def stretch_resized():
    """The layers up to the pooling on larger pictures, the first of them frozen."""
    drawing = Drawing("stretch-resized")
    picture = drawing.input("picture", 96, 96, 3)
    stretch = Cut((tap("picture", 64, 64, 3),), (tap("gap", 64),))
    reinput = (SavedPort("picture", (None, 96, 96, 3)),)
    fields = {"cut": stretch, "reinput": reinput, "frozen": ("conv2d*", "!conv2d_1")}
    drawing.output("pooled", model(drawing, ENCODER, picture, name="features", **fields))
    return drawing, []


def deep_tap():
    """A convolution of the model inside the classifier, beside the classifier's label."""
    drawing = Drawing("deep-tap")
    picture = drawing.input("picture", 64, 64, 3)
    taps = (tap("image_encoder/conv2d_1", 32, 32, 64),)
    frozen = ("image_encoder/*",)
    tapped = model(drawing, NESTED, picture, taps=taps, frozen=frozen)
    add = Operation("l90", "brighter", "add", (Slot(0), 0.5))
    drawing.document = edits.add_call(put(drawing.document, add), "l90", 0, 0)
    (node,) = (n for n in drawing.document.nodes.values() if getattr(n, "layer", "") == "l90")
    wire = Wire(Source(tapped, "conv2d_1"), node.id, "x")
    drawing.document = edits.connect(drawing.document, drawing.catalog, wire)
    drawing.output("label", tapped)
    drawing.output("features", node.id)
    return drawing, []


def three_copies():
    """One file three times, on three pictures, each with weights of its own."""
    drawing = Drawing("three-copies")
    pictures = [drawing.input(name, 64, 64, 3) for name in ("front", "side", "back")]
    encoded = [model(drawing, ENCODER, picture, name="encoder") for picture in pictures]
    joined = drawing.layer("Concatenate", "views", *encoded)
    drawing.output("shape", drawing.layer("Dense", "shape", joined, units=8))
    return drawing, []


DESIGNS = {
    "two_heads": two_heads,
    "submodel_twice": submodel_twice,
    "opened_and_replaced": opened_and_replaced,
    "stages": stages,
    "cut": cut,
    "stretch_resized": stretch_resized,
    "deep_tap": deep_tap,
    "three_copies": three_copies,
}


def script_of(name):
    drawing, anew = DESIGNS[name]()
    paths = {path: f"models/{Path(path).name}" for path, _ in saved_files(drawing.document)}
    catalog = resources.catalog()
    given = {"insides": INSIDES, "anew": frozenset(anew)}
    return generate(drawing.document, catalog, paths, **given)


@pytest.mark.parametrize("name", DESIGNS)
def test_the_source_is_the_golden_one(name):
    """Set COMPOSER_WRITE_GOLDEN to write them anew; then read what git shows."""
    text, path = script_of(name).text, GOLDEN / f"{name}.py"
    if os.environ.get("COMPOSER_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


# Single rules -------------------------------------------------------------------------------------


def test_from_scratch_nothing_is_said_of_weights_that_do_not_fit():
    drawing, anew = opened_and_replaced()
    assert anew
    given = {"insides": INSIDES, "anew": frozenset(anew), "style": SCRATCH}
    text = generate(drawing.document, resources.catalog(), {}, **given).text
    assert "anew" not in text and "load_model" not in text


@pytest.mark.parametrize("name", DESIGNS)
def test_every_call_leads_to_its_lines_and_lines_of_a_function_to_the_call_of_it(name):
    drawing, _ = DESIGNS[name]()
    script = script_of(name)
    lines = script.text.splitlines()
    calls = {node.id for node in drawing.document.nodes.values() if isinstance(node, Call)}
    assert calls <= set(script.lines)
    begin = [number for number, line in enumerate(lines, 1) if line.startswith("def build_")]
    for number in begin[:-1]:
        assert script.node_at(number + 2) in calls


def test_fifty_copies_of_one_file_have_fifty_names():
    drawing = Drawing("fifty")
    picture = drawing.input("picture", 64, 64, 3)
    copies = [model(drawing, ENCODER, picture, name="encoder") for _ in range(50)]
    drawing.output("sum", drawing.layer("Add", "sum", *copies))
    paths = {ENCODER: "models/image_encoder.keras"}
    text = generate(drawing.document, drawing.catalog, paths, insides=INSIDES).text
    names = re.findall(r'\.name = "(.*)"', text)
    assert len(names) == len(set(names)) == text.count("load_model(") == 50


def test_fifty_copies_that_were_opened_are_loaded_fifty_times():
    """Each layer goes by its own name in the model, and by the one it was saved with to find it."""
    drawing = Drawing("fifty")
    picture = drawing.input("picture", 64, 64, 3)
    layer = SavedModel("l1", "opened", ENCODER, "", interface("dense", 128))
    design = opening.opened(INSIDES[ENCODER], layer, drawing.catalog)
    ends = []
    for _ in range(50):
        node_id = model(drawing, ENCODER, picture, name="encoder")
        before = set(drawing.document.nodes)
        drawing.document = edits.splice(drawing.document, node_id, design)
        new = [drawing.document.nodes[n] for n in set(drawing.document.nodes) - before]
        ends += [n.id for n in new if drawing.document.label(n.id).startswith("dense")]
    drawing.output("sum", drawing.layer("Add", "sum", *ends))
    paths = {ENCODER: "models/image_encoder.keras"}
    text = generate(drawing.document, drawing.catalog, paths, insides=INSIDES).text
    assert text.count("load_model(") == 50
    assert text.count('.get_layer("conv2d_1")') == 50
    names = re.findall(r'\.name = "(.*)"', text)
    assert len(names) == len(set(names)) == 49 * 5


def test_layers_that_are_frozen_are_named_in_a_loop():
    drawing, _ = opened_and_replaced()
    document = drawing.document
    for layer in document.layers.values():
        if layer.name in ("pool", "conv2d_1", "gap"):
            document = put(document, replace(layer, trainable=False))
    paths = {ENCODER: "models/image_encoder.keras"}
    text = generate(document, drawing.catalog, paths, insides=INSIDES).text
    assert "    image_encoder.trainable = False\n" in text
    assert text.count("trainable") == 1


def test_nothing_is_said_of_the_weights_of_a_layer_that_had_none():
    drawing, _ = opened_and_replaced()
    (pool,) = (x for x in drawing.document.layers.values() if x.name == "pool")
    average = replace(pool, class_name="AveragePooling2D", parameters=Map({"pool_size": 2}))
    document = put(drawing.document, average)
    text = generate(document, drawing.catalog, {ENCODER: "a.keras"}, insides=INSIDES).text
    origin = '"pool" of image_encoder.keras'
    assert f"    # Replaces {origin}: MaxPooling2D became AveragePooling2D\n" in text
    assert text.count("with its weights: ") == text.count(".set_weights(") == 2


def test_a_design_says_of_what_it_waits_inside_a_submodel():
    inner = Drawing("inner")
    inner.input("unused", 3)
    inner.output("result", inner.layer("Dense", "lonely", units=1))
    drawing = Drawing("outer")
    x = drawing.input("x", 3)
    node = drawing.layer("Dense", "taken", x, units=1)
    layer_id = drawing.document.nodes[node].layer
    drawing.document = put(drawing.document, Submodel(layer_id, "scorer", inner.document))
    called = replace(drawing.document.nodes[node], inputs=Map({"unused": (Source(x),)}))
    drawing.document = put(drawing.document, called)
    drawing.output("result", node)
    with pytest.raises(CannotGenerate) as raised:
        generate(drawing.document, drawing.catalog, {})
    assert raised.value.node == node and "scorer is not ready inside" in str(raised.value)
    assert (
        "scorer is not ready inside"
        in generate(drawing.document, drawing.catalog, {}, partial=True).text
    )


@pytest.mark.parametrize(
    "function", ["add); import os; (", "os.system", "__class__", "image.a.b", "lambda"]
)
def test_no_operation_becomes_other_code(function):
    layer = Operation("l90", "odd", function, (Slot(0),))
    with pytest.raises(CannotGenerate):
        operation_call(layer, [Atom("x")])
    assert flat(operation_call(replace(layer, function="image.resize"), [Atom("x")])) == (
        "keras.ops.image.resize(x)"
    )
