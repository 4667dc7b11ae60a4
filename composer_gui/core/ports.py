"""Which ports a node has: from the catalog for Keras layers, from the archive for saved models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from composer_gui.core.document import (
    DOT_PORT,
    OUTPUT_PORT,
    Call,
    Document,
    Dot,
    Input,
    Node,
    Output,
)
from composer_gui.core.layer_kinds import Layer, Operation, SavedModel, SavedPort, Slot, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.layer_spec import InputPort

ONLY_OUTPUT = ("output",)
_OUTPUT_NODE_PORTS = (InputPort(OUTPUT_PORT, help="The tensor that the model puts out."),)
_DOT_PORTS = (InputPort(DOT_PORT, help="The tensor that the dot hands on."),)


def input_ports(document: Document, catalog: Catalog, node: Node) -> tuple[InputPort, ...]:
    """Return the ports that wires may end at, in order.

    A layer whose class the catalog does not know has the ports that its wires name.
    """
    if isinstance(node, Output):
        return _OUTPUT_NODE_PORTS
    if isinstance(node, Dot):
        return _DOT_PORTS
    if not isinstance(node, Call):
        return ()
    layer = document.layers[node.layer]
    if isinstance(layer, SavedModel):
        return tuple(InputPort(port.name) for port in layer.inputs)
    if isinstance(layer, Operation):
        return operation_ports(layer)
    if isinstance(layer, Submodel):
        names = design_ports(layer.design, layer.design.inputs)
        return tuple(InputPort(name) for name in names)
    spec = catalog.layers.get(layer.class_name)
    if spec is not None:
        return spec.inputs
    wired = ((name, len(node.inputs[name])) for name in sorted(node.inputs))
    return tuple(InputPort(name, many=count > 1) for name, count in wired)


def wired_ports(document: Document, catalog: Catalog, node: Node) -> list[str]:
    """Return the names of the ports that have wires, in the order of the ports, others last.

    The order of a Map is another in every process.
    """
    names = sorted(node.inputs)
    if len(names) < 2:
        return names
    known = input_ports(document, catalog, node)
    places = {port.name: place for place, port in enumerate(known)}
    return sorted(names, key=lambda name: places.get(name, len(places)))


def input_port(document: Document, catalog: Catalog, node: Node, name: str) -> InputPort | None:
    """Return the input port of that name, or None."""
    ports = input_ports(document, catalog, node)
    return next((port for port in ports if port.name == name), None)


def output_ports(document: Document, catalog: Catalog, node: Node) -> tuple[str, ...]:
    """Return the names of the ports that wires may start from, in order.

    A layer whose class the catalog does not know has "output" and what its wires name besides;
    finding those looks at the whole document.
    """
    if isinstance(node, Input | Dot):
        return ONLY_OUTPUT
    if not isinstance(node, Call):
        return ()
    ports = layer_output_ports(catalog, document.layers[node.layer], node)
    return _wired_outputs(document, node.id) if ports is None else ports


def layer_output_ports(catalog: Catalog, layer: Layer, node: Call) -> tuple[str, ...] | None:
    """Return the output ports of `node` when it calls `layer`; None where the class is unknown."""
    if isinstance(layer, SavedModel):
        return tuple(port.name for port in layer.outputs)
    if isinstance(layer, Operation):
        return _numbered("output", layer.outputs)
    if isinstance(layer, Submodel):
        return design_ports(layer.design, layer.design.outputs)
    spec = catalog.layers.get(layer.class_name)
    if spec is None:
        return None
    return catalog.output_ports(spec, layer.parameters, node.arguments)


def operation_ports(layer: Operation) -> tuple[InputPort, ...]:
    """Return a port for each tensor that an operation takes: "x", or "x_1", "x_2" and so on."""
    count = sum(1 for _ in slots((layer.arguments, tuple(layer.keywords.values()))))
    return tuple(InputPort(name) for name in _numbered("x", count if count > 1 else 0))


def slots(value: Any) -> Iterator[Slot]:
    """Yield the places of tensors in the arguments of an operation."""
    if isinstance(value, Slot):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from slots(item)


def design_ports(design: Document, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the ports that these Inputs or Outputs of a submodel's design are.

    They are the labels; where two are alike the later one gets a number.
    """
    names: dict[str, None] = {}
    last: dict[str, int] = {}
    for node_id in ids:
        label = name = design.nodes[node_id].label
        number = last.get(label, 1)
        while name in names:
            number += 1
            name = f"{label}_{number}"
        last[label] = number
        names[name] = None
    return tuple(names)


def model_ports(layer: Layer) -> tuple[SavedPort, ...]:
    """Return the input ports of a saved model or submodel with their specs; none of a layer."""
    if isinstance(layer, SavedModel):
        return layer.inputs
    if not isinstance(layer, Submodel):
        return ()
    names = design_ports(layer.design, layer.design.inputs)
    nodes = (layer.design.nodes[node_id] for node_id in layer.design.inputs)
    return tuple(
        SavedPort(name, (node.batch_size, *node.shape), node.dtype)
        for name, node in zip(names, nodes, strict=True)
    )


def _numbered(stem: str, count: int) -> tuple[str, ...]:
    """Return `stem` by itself for 0, else `stem_1`, `stem_2` and so on."""
    return tuple(f"{stem}_{number + 1}" for number in range(count)) if count else (stem,)


def _wired_outputs(document: Document, node_id: str) -> tuple[str, ...]:
    wired = {port for name, port in _sources(document) if name == node_id}
    return ONLY_OUTPUT + tuple(sorted(wired - set(ONLY_OUTPUT)))


def _sources(document: Document) -> Iterator[tuple[str, str]]:
    for node in document.nodes.values():
        for sources in node.inputs.values():
            for source in sources:
                yield source.node, source.port
