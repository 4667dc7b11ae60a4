"""Saved models opened as designs compute what they computed before, bit for bit."""

import json
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("keras")

import keras

from composer_gui.core import connections, cutting, opening
from composer_gui.core.automatic_masks import HAND_ON, HAND_ON_SEQUENCES
from composer_gui.core.document import Call
from composer_gui.core.inside import NotOpenable
from composer_gui.core.layer_kinds import KerasLayer, Operation, SavedModel
from composer_gui.core.plain import document_from_plain, document_to_plain
from composer_gui.storage import keras_archive, resources
from tests.conformance import realized, zoo

CATALOG = resources.catalog()
SHA = "0" * 64


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return a function that saves a model of the zoo once: its path, and what it is made of."""
    folder, made = tmp_path_factory.mktemp("zoo"), {}

    def save(name):
        if name not in made:
            path = folder / f"{name}.keras"
            zoo.build(name).save(path)
            made[name] = path, keras_archive.contents(path)
        return made[name]

    return save


def whole(inside, path):
    return opening.model_of(inside, "", path=str(path), sha256=SHA)


def sample(model, batch=2):
    """Return random inputs for a model, by its flattened inputs."""
    random, given = np.random.default_rng(5), []
    for tensor in keras.tree.flatten(model.inputs):
        shape = [size or (batch if axis == 0 else 3) for axis, size in enumerate(tensor.shape)]
        if tensor.dtype == "string":
            words = random.choice(["the cat", "red", "a dog", "blue"], shape)
            given.append(words.astype(object))
        elif tensor.dtype == "bool":
            given.append(random.random(shape) > 0.3)
        elif "int" in tensor.dtype:
            given.append(random.integers(0, 4, shape).astype(tensor.dtype))
        else:
            given.append(random.normal(size=shape).astype(tensor.dtype))
    return [keras.ops.convert_to_tensor(tensor) for tensor in given]


def computed(model, given):
    """Return what a model gives, flattened; its inputs are handed over as it wants them."""
    structure = keras.tree.pack_sequence_as(model._inputs_struct, given)
    return [np.asarray(result) for result in keras.tree.flatten(model(structure, training=False))]


def functional(model):
    """Return a model with a graph, of a Sequential as well."""
    return model if hasattr(model, "_inputs_struct") else keras.Model(model.inputs, model.outputs)


def assert_same(model, other, given=None):
    model = functional(model)
    given = sample(model) if given is None else given
    expected, found = computed(model, given), computed(other, given)
    assert len(expected) == len(found)
    for one, two in zip(expected, found, strict=True):
        assert one.dtype == two.dtype
        assert np.array_equal(one, two, equal_nan=one.dtype.kind == "f")


@pytest.mark.parametrize("all_levels", [False, True])
@pytest.mark.parametrize("name", zoo.MODELS)
def test_an_opened_model_computes_the_same_bit_for_bit(saved, name, all_levels):
    path, inside = saved(name)
    design = opening.opened(inside, whole(inside, path), CATALOG, all_levels=all_levels)
    source = keras.models.load_model(path)
    assert_same(keras.models.load_model(path), realized.model_of(design, CATALOG, source))


@pytest.mark.parametrize("name", zoo.MODELS)
def test_an_opened_design_is_sound_and_reads_back_from_its_file(saved, name):
    path, inside = saved(name)
    design = opening.opened(inside, whole(inside, path), CATALOG)
    assert document_from_plain(json.loads(json.dumps(document_to_plain(design)))) == design
    assert connections.check(design, CATALOG) == design


def operations_in(design):
    return sorted(
        layer.function for layer in design.layers.values() if isinstance(layer, Operation)
    )


def test_masks_that_keras_finds_by_itself_are_left_to_it(saved):
    for name, kept in (("seq2seq", []), ("training_argument", []), ("masks", ["not_equal"])):
        path, inside = saved(name)
        design = opening.opened(inside, whole(inside, path), CATALOG)
        assert operations_in(design) == kept
        masked = [
            design.label(node.id)
            for node in design.nodes.values()
            if isinstance(node, Call) and "mask" in node.inputs
        ]
        assert masked == (["said"] if kept else [])


@pytest.mark.parametrize("name", sorted(HAND_ON | HAND_ON_SEQUENCES))
def test_a_layer_hands_its_mask_on(name):
    masked = keras.layers.Embedding(9, 4, mask_zero=True)(keras.Input((5,), dtype="int32"))
    sample = CATALOG.layer(name).sample
    if name == "Bidirectional":
        layer = keras.layers.Bidirectional(keras.layers.LSTM(2, return_sequences=True))
    elif name in HAND_ON_SEQUENCES:
        layer = realized.layer_of(name, sample.set("return_sequences", True))
    else:
        layer = realized.layer_of(name, sample)
    assert layer(masked)._keras_mask is masked._keras_mask


# Parts, taps, cuts --------------------------------------------------------------------------------


def used(inside, path, **fields):
    return replace(whole(inside, path), **fields)


@pytest.mark.parametrize("part", ["middle", "middle/core"])
def test_a_nested_model_opens_by_itself(saved, part):
    path, inside = saved("three_deep")
    model = opening.model_of(inside, part, path=str(path), sha256=SHA)
    design = opening.opened(inside, model, CATALOG)
    source = keras.models.load_model(path)
    expected = functional(realized.part_of(keras.models.load_model(path), part))
    assert_same(expected, realized.model_of(design, CATALOG, source))


def test_taps_come_out_behind_the_outputs(saved):
    path, inside = saved("skips")
    addresses = ["block0_add", "block1_bn"]
    taps = tuple(opening.tap(inside, address) for address in addresses)
    assert [(tap.name, tap.shape) for tap in taps] == [
        ("block0_add", (None, 12, 12, 4)),
        ("block1_bn", (None, 12, 12, 4)),
    ]
    design = opening.opened(inside, used(inside, path, taps=taps), CATALOG)
    model = keras.models.load_model(path)
    tensors = [model.get_layer(name).output for name in addresses]
    expected = keras.Model(model.inputs, [*model.outputs, *tensors])
    assert [design.label(node) for node in design.outputs] == ["score", *addresses]
    source = keras.models.load_model(path)
    assert_same(expected, realized.model_of(design, CATALOG, source))


@pytest.mark.parametrize("all_levels", [False, True])
def test_a_tap_in_a_nested_model_is_that_of_the_call_it_names(saved, all_levels):
    path, inside = saved("shared")
    taps = (opening.tap(inside, "chain#1/first"), opening.tap(inside, "chain/first", ["first"]))
    assert [tap.name for tap in taps] == ["first", "first_1"]
    model = used(inside, path, taps=taps)
    design = opening.opened(inside, model, CATALOG, all_levels=all_levels)
    source = keras.models.load_model(path)
    first = keras.models.load_model(path).get_layer("chain").get_layer("first")
    built = realized.model_of(design, CATALOG, source)
    left, right = sample(built)
    _, of_right, of_left = computed(built, [left, right])
    assert np.array_equal(of_right, first(right))
    assert np.array_equal(of_left, first(left))


def test_a_tap_that_is_not_there_is_refused_with_a_sentence(saved):
    _, inside = saved("shared")
    for address in ("nowhere", "chain#2/first", "chain/first/deeper", "both:0/x", "chain:7"):
        with pytest.raises(NotOpenable, match="There is no"):
            opening.tap(inside, address)


CUTS = [
    ("skips", ["block0_bn"], ["block1_add"], ["stem"]),
    ("skips", ["block0_conv"], ["block1_relu"], ["stem", "block0_bn"]),
    ("skips", [], ["pool"], ["image"]),
    ("skips", ["pool"], [], ["block1_add"]),
    ("sequential", ["n"], ["n"], ["a"]),
    ("shared", ["chain#1"], ["score"], ["right", "both"]),
    ("lists", ["a"], ["m"], ["a", "b"]),
    ("seq2seq", ["decoder"], ["next"], ["words", "encoder", "encoder_1"]),
]


@pytest.mark.parametrize(("name", "starts", "stops", "inputs"), CUTS)
def test_a_stretch_takes_what_comes_from_outside_of_it(saved, name, starts, stops, inputs):
    path, inside = saved(name)
    stretch = cutting.cut(inside, starts, stops)
    assert sorted(port.name for port in stretch.inputs) == sorted(inputs)
    design = opening.opened(inside, used(inside, path, cut=stretch), CATALOG)
    assert [design.label(node) for node in design.inputs] == [p.name for p in stretch.inputs]
    source = keras.models.load_model(path)
    built = realized.model_of(design, CATALOG, source)

    model = functional(keras.models.load_model(path))
    given = sample(model)
    addresses = [port.address for port in (*stretch.inputs, *stretch.outputs)]
    tensors = computed(_tapped(inside, path, addresses), given)
    results = computed(built, tensors[: len(stretch.inputs)])
    for one, two in zip(tensors[len(stretch.inputs) :], results, strict=True):
        assert np.array_equal(one, two)


def _tapped(inside, path, addresses):
    """Return a model that gives the tensors at these addresses, and nothing else."""
    taps = tuple(opening.tap(inside, address, f"{n}") for n, address in enumerate(addresses))
    named = tuple(replace(tap, name=f"tap{n}") for n, tap in enumerate(taps))
    design = opening.opened(inside, used(inside, path, taps=named), CATALOG, all_levels=True)
    design = replace(design, outputs=design.outputs[-len(addresses) :])
    return realized.model_of(design, CATALOG, keras.models.load_model(path))


DEEP_CUTS = [
    (["middle/core/core_dense"], ["middle/md"], ["before"]),
    (["middle/core/core_dense"], ["after"], ["before", "outer_in"]),
    ([], ["middle/core/core_dense"], ["outer_in"]),
    (["middle/md"], [], ["core", "outer_in"]),
]


@pytest.mark.parametrize(("starts", "stops", "inputs"), DEEP_CUTS)
def test_a_stretch_may_begin_and_end_at_any_depth(saved, starts, stops, inputs):
    path, inside = saved("three_deep")
    stretch = cutting.cut(inside, starts, stops)
    assert sorted(port.name for port in stretch.inputs) == inputs
    design = opening.opened(inside, used(inside, path, cut=stretch), CATALOG)
    built = realized.model_of(design, CATALOG, keras.models.load_model(path))
    given = sample(functional(keras.models.load_model(path)))
    addresses = [port.address for port in (*stretch.inputs, *stretch.outputs)]
    tensors = computed(_tapped(inside, path, addresses), given)
    results = computed(built, tensors[: len(stretch.inputs)])
    for one, two in zip(tensors[len(stretch.inputs) :], results, strict=True):
        assert np.array_equal(one, two)


# Freezing, inference, other inputs ----------------------------------------------------------------


def test_what_is_frozen_does_not_train(saved):
    path, inside = saved("frozen")
    model = used(inside, path, frozen=("chain/*", "!last"))
    design = opening.opened(inside, model, CATALOG, all_levels=True)
    trains = {layer.name: layer.trainable for layer in design.layers.values()}
    assert trains == {
        "first": False,
        "drop": False,
        "last": True,
        "norm": False,
        "head": True,
    }
    nested = opening.opened(inside, model, CATALOG)
    part = next(layer for layer in nested.layers.values() if isinstance(layer, SavedModel))
    again = opening.opened(inside, part, CATALOG)
    assert {layer.name: layer.trainable for layer in again.layers.values()} == {
        "first": False,
        "drop": False,
        "last": True,
    }


def test_for_inference_only_nothing_trains_and_nothing_is_dropped(saved):
    path, inside = saved("recurrent")
    model = used(inside, path, inference=True)
    design = opening.opened(inside, model, CATALOG)
    assert not any(layer.trainable for layer in design.layers.values())
    cell = next(layer for layer in design.layers.values() if layer.name == "cell")
    assert cell.parameters["cell"].parameters["dropout"] == 0.0
    assert cell.weights.parameters["cell"].parameters["dropout"] == 0.1
    assert not cell.is_as_saved

    path, inside = saved("skips")
    chain_path, chain = saved("shared")
    design = opening.opened(
        chain, used(chain, chain_path, inference=True), CATALOG, all_levels=True
    )
    drop = next(layer for layer in design.layers.values() if layer.name == "drop")
    assert drop.parameters["rate"] == 0.0


def test_other_inputs_stand_in_the_place_of_the_saved_ones(saved):
    path, inside = saved("skips")
    model = whole(inside, path)
    ports = (replace(model.inputs[0], shape=(4, 20, None, 3)),)
    design = opening.opened(inside, replace(model, reinput=ports), CATALOG)
    node = design.nodes[design.inputs[0]]
    assert (node.label, node.shape, node.batch_size) == ("image", (20, None, 3), 4)


@pytest.mark.parametrize("name", zoo.MODELS)
def test_without_weights_only_what_is_sealed_comes_from_the_file(saved, name):
    path, inside = saved(name)
    design = opening.opened(
        inside, whole(inside, path), CATALOG, all_levels=True, keep_weights=False
    )
    kept = [layer for layer in design.layers.values() if isinstance(layer, KerasLayer)]
    assert all(layer.weights is None for layer in kept)
    sealed = {layer.name for layer in design.layers.values() if isinstance(layer, SavedModel)}
    assert sealed == {"quantized": {"first"}, "low_rank": {"adapted"}}.get(name, set())


def test_words_of_a_vocabulary_come_along(saved):
    path, inside = saved("text")
    design = opening.opened(inside, whole(inside, path), CATALOG, keep_weights=False)
    vectorize = next(layer for layer in design.layers.values() if layer.name == "vectorize")
    words = vectorize.parameters["vocabulary"]
    assert words[0] == "the" and "größe" in words and "" not in words
    again = realized.layer_of("TextVectorization", vectorize.parameters)
    model = keras.models.load_model(path)
    assert again.get_vocabulary() == model.get_layer("vectorize").get_vocabulary()


# What the archive tells ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", zoo.MODELS)
def test_weights_are_counted_as_keras_counts_them(saved, name):
    path, inside = saved(name)
    model = keras.models.load_model(path)
    for part_path, part in inside.leaves():
        if part.class_name == "SpectralNormalization":
            continue  # Keras writes its kernel twice, for the wrapper and for what is wrapped
        counted = sum(w.value.shape.num_elements() for w in _weights(model, part_path))
        assert part.parameters == counted, part_path
    assert whole(inside, path).interface.parameters == sum(
        part.parameters for _, part in inside.leaves()
    )


def _weights(model, path):
    layer = realized.part_of(model, path)
    low_rank = getattr(layer, "lora_enabled", False)
    return [w for w in layer.weights if not (low_rank and "lora" in w.name)]


@pytest.mark.parametrize("name", zoo.MODELS)
def test_the_ports_are_those_that_the_file_is_said_to_have(saved, name):
    path, inside = saved(name)
    told, found = keras_archive.read(path), whole(inside, path).interface
    assert found.foreign == told.foreign == ()
    assert [port.name for port in found.inputs] == [port.name for port in told.inputs]
    assert [port.name for port in found.outputs] == [port.name for port in told.outputs]
    assert found.input_structure == told.input_structure
    assert found.output_structure == told.output_structure
    assert found.inputs == told.inputs
