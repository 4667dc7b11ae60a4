"""Edits that put something in a node's place: a layer of another class, or what lies before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from immutables import Map

from composer_gui.core.document import EMPTY, Call, Document, Dot, Source, put, wires_into
from composer_gui.core.edit_layers import callers
from composer_gui.core.edit_nodes import delete
from composer_gui.core.edit_wires import existing, with_ends
from composer_gui.core.errors import EditRefused
from composer_gui.core.labels import Labels, default_label, stem_of
from composer_gui.core.layer_kinds import KerasLayer, Layer
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.layer_spec import LayerSpec
from composer_gui.core.layers.parameters import Parameter, alike, refusal
from composer_gui.core.ports import input_ports, layer_output_ports, output_ports

# Another class ----------------------------------------------------------------------------------


def replace_class(document: Document, catalog: Catalog, node_id: str, class_name: str) -> Document:
    """Let a node, and all that share its layer, call a layer of another Keras class.

    Wires stay with the port of the same name, or lead from first port to first port, as many as
    there is room for; parameters that both classes have stay. A layer out of a saved model goes on
    naming its weights there, for the engine to say whether they fit; of its own class it becomes
    again what it was.
    """
    node = existing(document, node_id)
    if not isinstance(node, Call):
        raise EditRefused(f"{document.label(node_id)} calls no layer, so none can be replaced.")
    spec = catalog.layers.get(class_name)
    if spec is None:
        raise EditRefused(f"{class_name} is not in the catalog. Choose a class that is.")
    old = document.layers[node.layer]
    if isinstance(old, KerasLayer) and old.class_name == class_name:
        return document
    new = _of_class(document, catalog, old, spec)
    calls = callers(document, {old.id})
    ends: dict[Source, Source | None] = {}
    altered = {}
    for call in calls:
        arguments = _common(call.arguments, spec.arguments, catalog)
        inputs = _inputs(document, catalog, call, spec)
        altered[call.id] = replace(call, arguments=arguments, inputs=inputs)
        ends |= _ends(document, catalog, call, layer_output_ports(catalog, new, altered[call.id]))
    nodes = [with_ends(altered.get(key, each), ends) for key, each in document.nodes.items()]
    return put(document, new, *(each for each in nodes if each is not document.nodes[each.id]))


def _of_class(document: Document, catalog: Catalog, old: Layer, spec: LayerSpec) -> KerasLayer:
    """Return the layer that comes in the place of `old`, under its id."""
    if not isinstance(old, KerasLayer):
        return KerasLayer(old.id, old.name, spec.class_name, EMPTY, old.trainable)
    parameters = _common(old.parameters, spec.parameters, catalog)
    if old.weights is not None and old.weights.class_name == spec.class_name:
        parameters = old.weights.parameters.update(parameters)
    name = old.name
    if stem_of(name) == default_label(old.class_name):
        name = Labels.of(document).unique(default_label(spec.class_name))
    return replace(old, class_name=spec.class_name, parameters=parameters, name=name)


def _common(values: Map, parameters: Iterable[Parameter], catalog: Catalog) -> Map:
    """Return those values that these parameters may have and do not have by default."""
    return Map(
        {
            parameter.name: values[parameter.name]
            for parameter in parameters
            if parameter.name in values
            and refusal(parameter, values[parameter.name], catalog) is None
            and (parameter.required or not alike(values[parameter.name], parameter.default))
        }
    )


def _inputs(document: Document, catalog: Catalog, call: Call, spec: LayerSpec) -> Map:
    """Return the wires of a call at the ports of another class, as many as there is room for."""
    before = [port.name for port in input_ports(document, catalog, call)]
    led = _followers(before, [port.name for port in spec.inputs])
    kept = {}
    for port in spec.inputs:
        sources = (s for old in before if led[old] == port.name for s in call.inputs.get(old, ()))
        most = port.maximum if port.many else 1
        if sources := tuple(sources)[:most]:
            kept[port.name] = sources
    return Map(kept)


def _ends(
    document: Document, catalog: Catalog, call: Call, after: Iterable[str] | None
) -> dict[Source, Source | None]:
    before = list(output_ports(document, catalog, call))
    led = _followers(before, before if after is None else list(after))
    return {
        Source(call.id, old): None if new is None else Source(call.id, new)
        for old, new in led.items()
        if new != old
    }


def _followers(before: list[str], after: list[str]) -> dict[str, str | None]:
    """Return the new name of each port, None for one that is gone; the first one stays first."""
    led: dict[str, str | None] = {name: name if name in after else None for name in before}
    if before and after and led[before[0]] is None and after[0] not in led.values():
        led[before[0]] = after[0]
    return led


# What lies before it ----------------------------------------------------------------------------


def delete_and_heal(document: Document, catalog: Catalog, ids: Iterable[str]) -> Document:
    """Delete nodes, and lead what came into each of them on to where its first output went.

    A node that has more than one wire coming in, or none, leaves a gap.
    """
    gone = {node_id for node_id in ids if node_id in document.nodes}
    through: dict[Source, Source] = {}
    for node_id in gone:
        node = document.nodes[node_id]
        wires = list(wires_into(node))
        if isinstance(node, Call | Dot) and len(wires) == 1:
            for port in output_ports(document, catalog, node)[:1]:
                through[Source(node_id, port)] = wires[0].source
    ends = {start: _end(start, through, gone) for start in through}
    healed = (with_ends(n, ends) for key, n in document.nodes.items() if key not in gone)
    document = put(document, *(n for n in healed if n is not document.nodes[n.id]))
    return delete(document, gone)


def _end(start: Source, through: dict[Source, Source], gone: set[str]) -> Source | None:
    """Return where a wire begins when everything on the way is gone, None for nowhere."""
    end: Source | None = start
    while end is not None and end.node in gone:
        end = through.get(end)
    return end
