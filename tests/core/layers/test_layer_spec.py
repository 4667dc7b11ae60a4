"""What a layer's entry tells by name."""

import dataclasses

import pytest


def test_parameters_arguments_and_ports_are_found_by_name(catalog):
    attention = catalog.layer("MultiHeadAttention")
    assert attention.parameter("num_heads").required
    assert attention.argument("use_causal_mask").default is False
    assert not attention.input("key").required


def test_an_unknown_name_is_a_key_error(catalog):
    dense = catalog.layer("Dense")
    for look_up in (dense.parameter, dense.argument, dense.input):
        with pytest.raises(KeyError, match="nothing"):
            look_up("nothing")


def test_a_spec_cannot_be_changed(catalog):
    with pytest.raises(dataclasses.FrozenInstanceError):
        catalog.layer("Dense").category = "other"


def test_merge_layers_take_any_number_of_ordered_wires_in_one_list(catalog):
    (port,) = catalog.layer("Add").inputs
    assert (port.name, port.many, port.listed, port.minimum) == ("inputs", True, True, 2)
    assert port.maximum is None


def test_subtract_and_dot_take_exactly_two(catalog):
    for name in ("Subtract", "Dot"):
        (port,) = catalog.layer(name).inputs
        assert (port.minimum, port.maximum) == (2, 2)


def test_attention_lists_query_value_and_key_but_not_its_masks(catalog):
    ports = catalog.layer("Attention").inputs
    assert [port.name for port in ports if port.listed] == ["query", "value", "key"]
    assert [port.name for port in ports if port.many] == ["mask"]


def test_the_mode_of_training_is_never_a_port_or_an_argument(catalog):
    for spec in catalog.layers.values():
        assert "training" not in {item.name for item in (*spec.inputs, *spec.arguments)}
