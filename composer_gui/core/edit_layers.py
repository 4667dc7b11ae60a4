"""Edits of layers: parameters, call arguments, names, freezing, sharing."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from immutables import Map

from composer_gui.core.document import Call, Document, Node, Source, drop, new_id, put
from composer_gui.core.edit_wires import existing, without_starts
from composer_gui.core.errors import EditRefused
from composer_gui.core.labels import unique_label
from composer_gui.core.layer_kinds import KerasLayer, Layer, Operation, SavedModel, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.layer_spec import LayerSpec
from composer_gui.core.layers.parameters import Parameter, alike
from composer_gui.core.layers.parameters import refusal as value_refusal
from composer_gui.core.ports import layer_output_ports

# Parameters and call arguments ------------------------------------------------------------------


def set_parameter(
    document: Document, catalog: Catalog, layer_id: str, name: str, value: Any
) -> Document:
    """Set a constructor parameter; Keras's own default is not kept. Wires of lost outputs go."""
    layer = existing_layer(document, layer_id)
    spec = _spec(catalog, layer)
    parameter = _named(spec.parameters, name, layer.name)
    values = _with_value(layer.parameters, catalog, parameter, value)
    return _with_parameters(document, catalog, layer, values)


def reset_parameter(document: Document, catalog: Catalog, layer_id: str, name: str) -> Document:
    """Let a constructor parameter have Keras's default again."""
    layer = existing_layer(document, layer_id)
    if not isinstance(layer, KerasLayer) or name not in layer.parameters:
        return document
    return _with_parameters(document, catalog, layer, layer.parameters.delete(name))


def set_argument(
    document: Document, catalog: Catalog, node_id: str, name: str, value: Any
) -> Document:
    """Set a call argument of one node; its default is not kept. Wires of lost outputs go."""
    node = existing(document, node_id)
    if not isinstance(node, Call):
        raise EditRefused(f"{document.label(node_id)} calls no layer, so it has no arguments.")
    layer = document.layers[node.layer]
    argument = _named(_spec(catalog, layer).arguments, name, layer.name)
    values = _with_value(node.arguments, catalog, argument, value)
    return _with_arguments(document, catalog, node, values)


def reset_argument(document: Document, catalog: Catalog, node_id: str, name: str) -> Document:
    """Let a call argument have its default again."""
    node = existing(document, node_id)
    if not isinstance(node, Call) or name not in node.arguments:
        return document
    return _with_arguments(document, catalog, node, node.arguments.delete(name))


def _with_arguments(document: Document, catalog: Catalog, node: Call, values: Map) -> Document:
    if values is node.arguments:
        return document
    layer, altered = document.layers[node.layer], replace(node, arguments=values)
    lost = _lost_outputs(catalog, (node, layer), (altered, layer))
    return _without_lost(put(document, altered), lost)


def _with_parameters(
    document: Document, catalog: Catalog, layer: KerasLayer, values: Map
) -> Document:
    if values is layer.parameters:
        return document
    altered = replace(layer, parameters=values)
    if not _outputs_vary(_spec(catalog, layer)):
        return put(document, altered)  # without a look at every node
    lost: set[Source] = set()
    for node in callers(document, {layer.id}):
        lost |= _lost_outputs(catalog, (node, layer), (node, altered))
    return _without_lost(put(document, altered), lost)


def _with_value(values: Map, catalog: Catalog, parameter: Parameter, value: Any) -> Map:
    """Return `values` with one set, or without it where `value` is the default; raises."""
    refused = value_refusal(parameter, value, catalog)
    if refused is not None:
        raise EditRefused(refused)
    if not parameter.required and alike(value, parameter.default):
        return values.delete(parameter.name) if parameter.name in values else values
    if parameter.name in values and alike(values[parameter.name], value):
        return values
    return values.set(parameter.name, value)


def _outputs_vary(spec: LayerSpec) -> bool:
    """Return whether parameters decide which output ports there are."""
    return bool(spec.outputs_from) or any(port.when for port in spec.outputs)


def _lost_outputs(
    catalog: Catalog, before: tuple[Call, Layer], after: tuple[Call, Layer]
) -> set[Source]:
    ports = layer_output_ports(catalog, before[1], before[0]) or ()
    kept = layer_output_ports(catalog, after[1], after[0]) or ()
    return {Source(before[0].id, port) for port in ports if port not in kept}


def _without_lost(document: Document, lost: set[Source]) -> Document:
    return put(document, *without_starts(document, lost.__contains__)) if lost else document


def _spec(catalog: Catalog, layer: Layer) -> LayerSpec:
    if isinstance(layer, SavedModel):
        raise EditRefused(f"{layer.name} is a saved model: open it up to change what is in it.")
    if isinstance(layer, Submodel):
        raise EditRefused(f"{layer.name} is a submodel: enter it to change what is in it.")
    if isinstance(layer, Operation):
        raise EditRefused(f"{layer.name} is an operation, which has no parameters to set.")
    spec = catalog.layers.get(layer.class_name)
    if spec is None:
        raise EditRefused(f"{layer.class_name} is not in the catalog, so it cannot be changed.")
    return spec


def _named(parameters: tuple[Parameter, ...], name: str, label: str) -> Parameter:
    for parameter in parameters:
        if parameter.name == name:
            return parameter
    raise EditRefused(f"{label} has no parameter named {name}.")


# Names and freezing -----------------------------------------------------------------------------


def rename_layer(document: Document, layer_id: str, name: str) -> Document:
    """Give a layer another name: the one that its Keras name is made from."""
    layer = existing_layer(document, layer_id)
    name = " ".join(name.split())
    if not name:
        raise EditRefused("A name needs at least one character.")
    return document if name == layer.name else put(document, replace(layer, name=name))


def set_trainable(document: Document, layer_id: str, trainable: bool) -> Document:
    """Freeze a layer, or let it train again."""
    layer = existing_layer(document, layer_id)
    same = bool(trainable) == layer.trainable
    return document if same else put(document, replace(layer, trainable=bool(trainable)))


def existing_layer(document: Document, layer_id: str) -> Layer:
    """Return a layer; raises EditRefused where it is gone."""
    layer = document.layers.get(layer_id)
    if layer is None:
        raise EditRefused("This layer is no longer in the design.")
    return layer


def callers(document: Document, layer_ids: Container[str]) -> list[Call]:
    """Return the nodes that call one of these layers; looks at every node."""
    nodes = document.nodes.values()
    return [node for node in nodes if isinstance(node, Call) and node.layer in layer_ids]


# Sharing ----------------------------------------------------------------------------------------


def make_independent(document: Document, node_id: str) -> Document:
    """Give a call that shares its layer a copy of it, with weights of its own."""
    node = existing(document, node_id)
    if not isinstance(node, Call) or len(callers(document, {node.layer})) == 1:
        raise EditRefused(f"{document.label(node_id)} shares its weights with no other node.")
    layer = document.layers[node.layer]
    document, layer_id = new_id(document, "l")
    name = unique_label(document, node.label or layer.name)
    copy = replace(layer, id=layer_id, name=name)
    return put(document, copy, replace(node, layer=layer_id, label=""))


def share_layer(document: Document, node_id: str, layer_id: str) -> Document:
    """Let a call use another layer of the same kind from now on, sharing its weights."""
    node, layer = existing(document, node_id), existing_layer(document, layer_id)
    if not isinstance(node, Call) or not same_kind(document.layers[node.layer], layer):
        label = document.label(node_id)
        raise EditRefused(f"{label} and {layer.name} differ in more than their weights.")
    if node.layer == layer_id:
        return document
    idle = len(callers(document, {node.layer})) == 1
    shared = put(document, replace(node, layer=layer_id))
    return drop(shared, node.layer) if idle else shared


def same_kind(one: Layer, other: Layer) -> bool:
    """Return whether two layers differ in their weights at most."""
    if isinstance(one, KerasLayer) and isinstance(other, KerasLayer):
        return (one.class_name, one.parameters) == (other.class_name, other.parameters)
    if isinstance(one, SavedModel) and isinstance(other, SavedModel):
        return _use_of(one) == _use_of(other)
    if isinstance(one, Operation) and isinstance(other, Operation):
        return replace(one, id="", name="") == replace(other, id="", name="")
    if isinstance(one, Submodel) and isinstance(other, Submodel):
        return _same_design(one.design, other.design)
    return False


def _use_of(layer: SavedModel) -> tuple:
    """Return which part of which file a saved model is, and with which ports."""
    return layer.sha256, layer.part, layer.interface, layer.cut, layer.reinput, layer.taps


def _same_design(one: Document, other: Document) -> bool:
    """Return whether two designs differ in the weights of their layers at most."""
    if (one.nodes, one.inputs, one.outputs) != (other.nodes, other.inputs, other.outputs):
        return False
    if set(one.layers) != set(other.layers):
        return False
    return all(same_kind(layer, other.layers[key]) for key, layer in one.layers.items())


# What other edits need of ports ------------------------------------------------------------------


def rewired(
    document: Document,
    layer_id: str,
    entries: Mapping[str, str | None],
    exits: Mapping[str, str | None],
) -> list[Node]:
    """Return the nodes whose wires have to follow the ports of a layer's calls.

    `entries` and `exits` hold the new name of each port that lives on, by its old one.
    """
    calls = {node.id for node in callers(document, {layer_id})}

    def follow(sources: Iterable[Source]) -> Iterator[Source]:
        for source in sources:
            if source.node not in calls:
                yield source
            elif exits.get(source.port) is not None:
                yield Source(source.node, exits[source.port])

    altered = []
    for node in document.nodes.values():
        if not node.inputs:
            continue
        names = entries if node.id in calls else {port: port for port in node.inputs}
        ports = ((names.get(port), sources) for port, sources in node.inputs.items())
        kept = {port: tuple(follow(sources)) for port, sources in ports if port is not None}
        kept = {port: sources for port, sources in kept.items() if sources}
        if kept != dict(node.inputs):
            altered.append(replace(node, inputs=Map(kept)))
    return altered
