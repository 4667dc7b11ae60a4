"""Looking layers up, searching them, and naming what they put out."""

import gc
import json
import time

import pytest
from immutables import Map

from composer_gui.core.layer_kinds import Construct
from composer_gui.core.layers.catalog import CATEGORIES, Catalog
from composer_gui.core.layers.parameters import parse, refusal, show


def names(specs):
    return [spec.class_name for spec in specs]


# Reading ----------------------------------------------------------------------------------------


def test_a_catalog_of_another_format_is_refused(plain_catalog):
    with pytest.raises(ValueError, match="format 2"):
        Catalog.from_plain(plain_catalog | {"format": 2})


def test_the_catalog_is_read_in_little_more_time_than_its_json(plain_catalog):
    text = json.dumps(plain_catalog)
    reading = best(lambda: json.loads(text))
    building = best(lambda: Catalog.from_plain(plain_catalog))
    assert building < 8 * reading


def best(work, rounds=9):
    """Return the processor's seconds for the fastest of several rounds, others' work left out."""
    seconds = []
    gc.disable()  # a collection takes as long as the tests before have left things to look at
    for _ in range(rounds):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    gc.enable()
    return min(seconds)


def test_the_catalog_cannot_be_changed(catalog):
    with pytest.raises(TypeError):
        catalog.layers["Dense"] = None


def test_an_unknown_layer_is_a_key_error(catalog):
    with pytest.raises(KeyError):
        catalog.layer("NoSuchLayer")


def test_every_default_is_accepted_and_survives_being_shown_and_typed(catalog):
    for spec in catalog.layers.values():
        for parameter in (*spec.parameters, *spec.arguments):
            if parameter.required:
                continue
            assert refusal(parameter, parameter.default, catalog) is None, spec.class_name
            assert parse(parameter, show(parameter.default), catalog) == parameter.default


def test_every_sample_gives_what_is_required_and_is_accepted(catalog):
    for spec in catalog.layers.values():
        required = {parameter.name for parameter in spec.parameters if parameter.required}
        assert required <= set(spec.sample)
        for name, value in spec.sample.items():
            assert refusal(spec.parameter(name), value, catalog) is None, spec.class_name


# The palette ------------------------------------------------------------------------------------


def test_categories_hold_the_palette_in_the_order_of_the_drawers(catalog):
    drawers = catalog.categories()
    assert list(drawers) == [name for name in CATEGORIES if name in drawers]
    shown = [spec for specs in drawers.values() for spec in specs]
    assert sorted(names(shown)) == sorted(n for n, s in catalog.layers.items() if s.palette)
    assert "Dense" in names(drawers["core"])


def test_what_is_not_on_the_palette_says_why(catalog):
    hidden = {name: spec.why for name, spec in catalog.layers.items() if not spec.palette}
    assert "LSTMCell" in hidden
    assert all(why.endswith(".") for why in hidden.values())
    assert not any(spec.why for spec in catalog.layers.values() if spec.palette)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("dense", "Dense"),
        ("Conv2D", "Conv2D"),
        ("conv2", "Conv2D"),
        ("mha", "MultiHeadAttention"),
        ("bn", "BatchNormalization"),
        ("max pool", "MaxPooling1D"),
        ("maxpool2d", "MaxPooling2D"),
        ("avgpool3", "AveragePooling3D"),
        ("gap2", "GlobalAveragePooling2D"),
        ("lstm", "LSTM"),
        ("relu", "ReLU"),
        ("convolution1", "Conv1D"),
        ("overfitting", "Dropout"),
    ],
)
def test_a_search_finds_first_what_was_meant(catalog, text, first):
    assert names(catalog.search(text))[0] == first


def test_a_search_puts_beginnings_before_words_before_parts(catalog):
    found = names(catalog.search("max"))
    beginning, word, part = (
        found.index(name) for name in ("Maximum", "GlobalMaxPooling1D", "Softmax")
    )
    assert beginning < word < part


def test_an_empty_search_finds_the_whole_palette_and_nonsense_nothing(catalog):
    assert len(catalog.search("")) == sum(spec.palette for spec in catalog.layers.values())
    assert catalog.search("qqqq") == []


def test_a_search_never_finds_what_is_not_on_the_palette(catalog):
    assert "LSTMCell" not in names(catalog.search("lstmcell"))


# Outputs ----------------------------------------------------------------------------------------


def ports(catalog, class_name, parameters=None, arguments=None):
    return catalog.output_ports(catalog.layer(class_name), parameters or {}, arguments or {})


def test_states_come_out_where_they_are_asked_for(catalog):
    assert ports(catalog, "LSTM") == ("output",)
    assert ports(catalog, "LSTM", {"return_state": True}) == ("output", "state_h", "state_c")
    assert ports(catalog, "GRU", {"return_state": True}) == ("output", "state")


def test_attention_scores_come_out_by_a_call_argument(catalog):
    asked = {"return_attention_scores": True}
    assert ports(catalog, "MultiHeadAttention", {}, asked) == ("output", "attention_scores")
    assert ports(catalog, "MultiHeadAttention", asked) == ports(catalog, "Attention", {}, asked)


def test_both_directions_hand_out_their_states(catalog):
    layer = Construct("layer", "LSTM", Map({"units": 4, "return_state": True}))
    assert ports(catalog, "Bidirectional", {"layer": layer}) == (
        "output",
        "forward_state_h",
        "forward_state_c",
        "backward_state_h",
        "backward_state_c",
    )


def test_directions_that_are_not_joined_are_two_outputs(catalog):
    layer = Construct("layer", "GRU", Map({"units": 4}))
    parameters = {"layer": layer, "merge_mode": None}
    assert ports(catalog, "Bidirectional", parameters) == ("output", "backward_output")


def test_rnn_hands_out_the_states_of_its_cells(catalog):
    cells = tuple(Construct("layer", name, Map({"units": 4})) for name in ("LSTMCell", "GRUCell"))
    stacked = Construct("layer", "StackedRNNCells", Map({"cells": cells}))
    for cell in (stacked, cells):
        assert ports(catalog, "RNN", {"cell": cell, "return_state": True}) == (
            "output",
            "state_1_h",
            "state_1_c",
            "state_2",
        )
    assert ports(catalog, "RNN", {"cell": stacked}) == ("output",)


@pytest.mark.parametrize("layer", [None, "LSTM", 3, Construct("layer", "NoSuchLayer"), ()])
def test_a_nested_layer_that_is_missing_or_unknown_leaves_one_output(catalog, layer):
    assert ports(catalog, "Bidirectional", {"layer": layer}) == ("output",)
    assert ports(catalog, "RNN", {"cell": layer, "return_state": True}) == ("output",)
    assert ports(catalog, "Pipeline", {"layers": (layer,)}) == ("output",)
