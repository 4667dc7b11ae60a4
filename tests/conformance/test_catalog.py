"""The committed layer catalog against the Keras that is installed."""

import importlib
import inspect
import json
import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from composer_gui.core.layer_kinds import Construct
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.parameters import parse
from composer_gui.core.plain import value_from_plain, value_to_plain

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "resources" / "layers.json"

PLAIN = json.loads(FILE.read_text(encoding="utf-8"))
CATALOG = Catalog.from_plain(PLAIN)
PLACED = [name for name, spec in CATALOG.layers.items() if spec.palette]
NESTS = [
    (spec.class_name, parameter.name, inner)
    for spec in CATALOG.layers.values()
    for parameter in spec.parameters
    for inner in parameter.classes
]


@pytest.fixture(scope="module")
def generator():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "packaging"))
        yield importlib.import_module("make_catalog")


@pytest.fixture(scope="module")
def keras(generator):
    return generator.keras


@pytest.fixture(scope="module")
def realized(generator):
    return importlib.import_module("catalog_probe").realized


@pytest.fixture(scope="module")
def build(realized):
    """Return a function that makes a Keras layer of a class name and a map of values."""
    return lambda name, parameters: realized(value_to_plain(Construct("layer", name, parameters)))


# The file ---------------------------------------------------------------------------------------


def test_the_file_is_what_the_generator_makes_of_the_installed_keras(generator, keras):
    try:
        made = generator.make_catalog()
        differing = differences(made, PLAIN)
    except LookupError as error:  # names what is new and wants a person's decision
        differing = [str(error)]
    if keras.__version__ != CATALOG.keras_version:
        pytest.skip(f"Written for {CATALOG.keras_version}; in {keras.__version__}: {differing}")
    assert differing == []
    assert generator.render(made) == FILE.read_text(encoding="utf-8")


def differences(made, kept):
    """Return the names under which two catalogs differ: layers with their parameters, else keys."""
    keys = [key for key in made | kept if key != "layers" and made.get(key) != kept.get(key)]
    ours, theirs = (
        {entry["class_name"]: entry for entry in catalog["layers"]} for catalog in (made, kept)
    )
    for name in sorted(ours.keys() | theirs.keys()):
        if ours.get(name) != theirs.get(name):
            keys += [f"{name}.{part}" for part in changed_parts(ours.get(name), theirs.get(name))]
    return keys


def changed_parts(ours, theirs):
    """Return the parameters, or the other keys, in which two entries for a layer differ."""
    if ours is None or theirs is None:
        return ["(new)" if theirs is None else "(gone)"]
    keys = [key for key in ours | theirs if ours.get(key) != theirs.get(key)]
    if "parameters" not in keys:
        return keys
    mine, kept = ({p["name"]: p for p in entry["parameters"]} for entry in (ours, theirs))
    changed = [name for name in mine | kept if mine.get(name) != kept.get(name)]
    return [key for key in keys if key != "parameters"] + changed


def test_a_changed_parameter_is_told_by_name():
    changed = json.loads(json.dumps(PLAIN))
    dense = next(entry for entry in changed["layers"] if entry["class_name"] == "Dense")
    dense["parameters"][0]["minimum"] = 7
    assert differences(changed, PLAIN) == ["Dense.units"]


def test_every_public_layer_class_is_in_the_catalog_or_left_out_with_a_reason(keras):
    public = {
        item
        for item in vars(keras.layers).values()
        if inspect.isclass(item) and issubclass(item, keras.layers.Layer)
    }
    named = {getattr(keras.layers, name) for name in [*CATALOG.layers, *CATALOG.left_out]}
    assert named == public
    assert len(CATALOG.layers) == len(public) - len(CATALOG.left_out)
    assert all(CATALOG.left_out.values())


def test_the_words_are_whole_sentences_without_markup():
    texts = [spec.description for spec in CATALOG.layers.values()]
    texts += [p.help for s in CATALOG.layers.values() for p in (*s.parameters, *s.arguments)]
    texts += [port.help for spec in CATALOG.layers.values() for port in spec.inputs]
    texts += [
        s.description
        for k in ("initializer", "regularizer", "constraint")
        for s in CATALOG.objects(k)
    ]
    odd = [t for t in texts if not re.fullmatch(r"[A-Z1-9][^`\n]{3,118}\.", t)]
    assert odd == []


# Parameters -------------------------------------------------------------------------------------


@pytest.mark.parametrize("class_name", list(CATALOG.layers))
def test_a_layer_builds_from_its_sample_and_from_every_choice(build, class_name):
    spec = CATALOG.layer(class_name)
    build(class_name, spec.sample)
    for parameter in spec.parameters:
        for choice in offered(parameter):
            # a vocabulary wants weights with it where its words are weighed
            sample = spec.sample.delete("vocabulary") if choice == "tf_idf" else spec.sample
            build(class_name, sample.set(parameter.name, choice))


def offered(parameter):
    """Return the values that an editor lists for a parameter."""
    if parameter.name == "window" and find_spec("scipy") is None:
        return []  # a window that goes by name wants SciPy
    return parameter.choices or (["float16"] if parameter.name == "dtype" else [])


@pytest.mark.parametrize(("outer", "parameter", "inner"), NESTS)
def test_a_layer_takes_the_nested_classes_it_names(build, outer, parameter, inner):
    value = Construct("layer", inner, CATALOG.layer(inner).sample)
    if parameter == "backward_layer":
        value = Construct("layer", inner, value.parameters.set("go_backwards", True))
        forward = Construct("layer", inner, CATALOG.layer(inner).sample)
        sample = CATALOG.layer(outer).sample.set("layer", forward)
    else:
        sample = CATALOG.layer(outer).sample
    if CATALOG.layer(outer).parameter(parameter).kind == "layers":
        value = (value,)
    build(outer, sample.set(parameter, value))


@pytest.mark.parametrize("kind", ["initializer", "regularizer", "constraint"])
def test_an_alias_stands_for_the_class_with_its_defaults(keras, kind):
    module = getattr(keras, f"{kind}s")
    for spec in CATALOG.objects(kind):
        if spec.alias is not None:
            assert type(module.get(spec.alias)) is getattr(module, spec.class_name)


def test_typed_text_becomes_a_layer_that_keras_builds(realized, keras):
    layer = CATALOG.layer("Bidirectional").parameter("layer")
    text = "LSTM(units=4, kernel_initializer=HeNormal(seed=3), return_sequences=True)"
    built = realized(value_to_plain(parse(layer, text, CATALOG)))
    assert isinstance(built, keras.layers.LSTM)
    assert isinstance(built.cell.kernel_initializer, keras.initializers.HeNormal)
    assert built.return_sequences


# Ports ------------------------------------------------------------------------------------------

SPACE = {"1": (16,), "2": (16, 16), "3": (8, 8, 8)}
BY_CATEGORY = {
    "attention": (6, 8),
    "merge": (8,),
    "recurrent": (6, 8),
    "preprocessing": (8,),
}
BY_NAME = {
    "BatchNormalization": (6, 8),
    "Bidirectional": (6, 8),
    "GroupNormalization": (64,),
    "HashedCrossing": (1,),
    "Masking": (6, 8),
    "MelSpectrogram": (4096,),
    "Permute": (6, 8),
    "STFTSpectrogram": (4096, 1),
    "TextVectorization": (),
    "TimeDistributed": (6, 8),
}
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

# How many states the sample holds, where the port alone cannot tell.
WIRES = {("Bidirectional", "initial_state"): 4, ("RNN", "initial_state"): 2}

# Parameters without which Keras refuses what is wired to an optional port.
WANTED_BY_PORTS = {"CategoryEncoding": {"output_mode": "count"}}


def shape_for(spec):
    """Return a shape without the batch axis that suits a layer's first port."""
    if spec.class_name in BY_NAME:
        return BY_NAME[spec.class_name]
    if spec.inputs[0].name == "data" or spec.class_name == "Pipeline":
        return (32, 32, 3)
    rank = re.search(r"([123])D", spec.class_name)
    if rank:
        steps = (4,) if spec.class_name.startswith("ConvLSTM") else ()
        return (*steps, *SPACE[rank[1]], 3)
    return BY_CATEGORY.get(spec.category, (8,))


def called(keras, layer, spec, *, optional):
    """Return what a layer puts out when real tensors are wired to its ports."""
    tensors = {
        port.name: wired(keras, spec, port) for port in spec.inputs if port.required or optional
    }
    listed = [tensors.pop(p.name) for p in spec.inputs if p.listed and p.name in tensors]
    if not listed:
        first = tensors.pop(spec.inputs[0].name)
    else:
        first = listed[0] if spec.inputs[0].many else listed
    return keras.tree.flatten(layer(first, **tensors))


def wired(keras, spec, port):
    """Return a tensor for a port, or a list of them for one that takes many."""
    shape, dtype = shape_for(spec), DTYPES.get(spec.class_name, "float32")
    if port.name == "attention_mask":
        shape, dtype = (shape[0], shape[0]), "bool"
    elif "mask" in port.name:
        shape, dtype = shape if spec.class_name == "Softmax" else shape[:1], "bool"
    elif port.name == "initial_state":
        shape = state_shape(spec, shape)
    value = np.full((2, *shape), "yes") if dtype == "string" else np.ones((2, *shape), dtype)
    tensor = keras.ops.convert_to_tensor(value)
    return [tensor] * WIRES.get((spec.class_name, port.name), port.minimum) if port.many else tensor


def state_shape(spec, shape):
    """Return the shape of a state: units, or a picture with as many channels as filters."""
    if spec.class_name.startswith("ConvLSTM"):
        return (*(size - 2 for size in shape[1:-1]), spec.sample["filters"])
    return (spec.sample.get("units", 32),)


@pytest.mark.parametrize("class_name", PLACED)
def test_a_layer_can_be_called_through_its_required_ports(build, keras, class_name):
    spec = CATALOG.layer(class_name)
    outputs = called(keras, build(class_name, spec.sample), spec, optional=False)
    assert len(outputs) == len(CATALOG.output_ports(spec, spec.sample))


@pytest.mark.parametrize(
    "class_name", [n for n in PLACED if not all(p.required for p in CATALOG.layer(n).inputs)]
)
def test_a_layer_can_be_called_through_all_its_ports(build, keras, class_name):
    spec = CATALOG.layer(class_name)
    sample = spec.sample.update(WANTED_BY_PORTS.get(class_name, {}))
    outputs = called(keras, build(class_name, sample), spec, optional=True)
    assert len(outputs) == len(CATALOG.output_ports(spec, sample))


@pytest.mark.parametrize(
    "class_name", [n for n in PLACED if any(port.when for port in CATALOG.layer(n).outputs)]
)
def test_further_outputs_come_out_where_they_are_asked_for(build, keras, class_name):
    spec = CATALOG.layer(class_name)
    asked = {name: True for port in spec.outputs for name in port.when}
    arguments = {name: v for name, v in asked.items() if name in {a.name for a in spec.arguments}}
    parameters = spec.sample.update({k: v for k, v in asked.items() if k not in arguments})
    layer = build(class_name, parameters)
    outputs = called(keras, lambda *a, **k: layer(*a, **k, **arguments), spec, optional=False)
    assert len(outputs) == len(CATALOG.output_ports(spec, parameters, arguments)) > 1


def cell(class_name, units):
    return {"kind": "layer", "class_name": class_name, "parameters": {"units": units}}


STATEFUL_RNN = {
    "cell": {
        "kind": "layer",
        "class_name": "StackedRNNCells",
        "parameters": {"cells": [cell("LSTMCell", 4), cell("GRUCell", 5)]},
    },
    "return_state": True,
}
KEEPING = {"units": 4, "return_state": True}


@pytest.mark.parametrize(
    ("class_name", "parameters", "expected"),
    [
        (
            "Bidirectional",
            {"layer": {"kind": "layer", "class_name": "LSTM", "parameters": KEEPING}},
            {"output": 8, "forward_state_h": 4, "forward_state_c": 4,
             "backward_state_h": 4, "backward_state_c": 4},
        ),
        (
            "Bidirectional",
            {"layer": {"kind": "layer", "class_name": "GRU", "parameters": KEEPING},
             "merge_mode": None},
            {"output": 4, "backward_output": 4, "forward_state": 4, "backward_state": 4},
        ),
        ("RNN", {"cell": cell("LSTMCell", 4), "return_state": True},
         {"output": 4, "state_h": 4, "state_c": 4}),
        ("RNN", {"cell": cell("GRUCell", 4)}, {"output": 4}),
        ("RNN", STATEFUL_RNN, {"output": 5, "state_1_h": 4, "state_1_c": 4, "state_2": 5}),
        (
            "Bidirectional",
            {"layer": {"kind": "layer", "class_name": "RNN", "parameters": STATEFUL_RNN}},
            {"output": 10, "forward_state_1_h": 4, "forward_state_1_c": 4, "forward_state_2": 5,
             "backward_state_1_h": 4, "backward_state_1_c": 4, "backward_state_2": 5},
        ),
        (
            "Pipeline",
            {"layers": [{"kind": "layer", "class_name": "GRU", "parameters": KEEPING}]},
            {"output": 4, "state": 4},
        ),
    ],
)  # fmt: skip
def test_outputs_of_nested_layers_are_named_in_the_order_of_keras(
    realized, keras, class_name, parameters, expected
):
    layer = realized({"kind": "layer", "class_name": class_name, "parameters": parameters})
    outputs = keras.tree.flatten(layer(keras.Input((6, 8))))
    given = {name: value_from_plain(value) for name, value in parameters.items()}
    ports = CATALOG.output_ports(CATALOG.layer(class_name), given)
    assert {port: tensor.shape[-1] for port, tensor in zip(ports, outputs, strict=True)} == expected
