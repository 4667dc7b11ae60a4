"""What is wrong with a design by our own rules: instant, and known without the engine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from composer_gui.core.document import DOT_PORT, Call, Document, Input, Node, Output, label_of
from composer_gui.core.kinds_of_structure import KINDS
from composer_gui.core.layer_kinds import KerasLayer, Layer, Operation, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.layer_spec import InputPort
from composer_gui.core.layers.parameters import refusal
from composer_gui.core.ports import input_ports
from composer_gui.core.problems import Problem

FUNCTIONS = re.compile(r"((image|linalg|nn)\.)?[a-z][a-z0-9_]*")
"""What functions below `keras.ops` are called."""

NEEDED = {
    "Discretization": "bin_boundaries",
    "IntegerLookup": "vocabulary",
    "StringLookup": "vocabulary",
    "TextVectorization": "vocabulary",
}
"""Parameters that Keras does not ask for, since data may be given to the layer instead before it
is called. A design holds no data, so without them the model would not run."""


def design_problems(document: Document) -> tuple[Problem, ...]:
    """Return what is wrong with the design as a whole."""
    found = []
    if not document.inputs:
        found.append(_problem("no_input"))
    if not document.outputs:
        found.append(_problem("no_output"))
    return tuple(found)


def problems(document: Document, catalog: Catalog, node_id: str) -> tuple[Problem, ...]:
    """Return what is wrong with one node; looks at that node and its layer only.

    Nothing is wrong with one that only hands a tensor on; `unfed` says it of one that gets none.
    """
    node = document.nodes[node_id]
    label = label_of(document, node)
    if isinstance(node, Input):
        return tuple(_bad_dtype(catalog, node))
    if isinstance(node, Output):
        return () if node.inputs else (_problem("output_without_wire", node, label=label),)
    if not isinstance(node, Call) or node.bypassed:
        return ()
    layer = document.layers[node.layer]
    if not isinstance(layer, KerasLayer):
        own = _submodel_problems(node, label, layer) or _operation_problems(node, label, layer)
        return own or tuple(_missing_wires(document, catalog, node, label))
    if layer.class_name not in catalog.layers:
        return (_unknown_class(catalog, node, label, layer.class_name),)
    return (
        *_parameter_problems(catalog, node, label, layer),
        *_missing_wires(document, catalog, node, label),
    )


def unfed(document: Document, catalog: Catalog, node: Node) -> Problem:
    """Return the problem of a dot or bypassed call that is to hand on a tensor and gets none."""
    ports = input_ports(document, catalog, node)
    port = ports[0] if ports else InputPort(DOT_PORT)
    return _missing_wire(node, label_of(document, node), port, 1, 0, alone=len(ports) < 2)


def _problem(
    code: str,
    node: Node | None = None,
    port: str | None = None,
    *,
    label: str = "",
    expected: str | None = None,
    actual: str | None = None,
    parameter: str = "",
    **words: Any,
) -> Problem:
    """Return a problem of that kind; `label` is the node's, and `words` fill the templates.

    `parameter` is the one at fault, which the templates call {name}.
    """
    node_id = node.id if node is not None else None
    known = {"node": label, "name": parameter, **words}
    fields = {"expected": expected, "actual": actual, "parameter": parameter}
    return KINDS[code].problem(node_id, port, words=known, **fields)


def on_a_loop(node_id: str, label: str) -> Problem:
    """Return the problem of a node on a loop of wires, or behind one."""
    return KINDS["loop"].problem(node_id, words={"node": label})


def _submodel_problems(node: Call, label: str, layer: Layer) -> tuple[Problem, ...]:
    if not isinstance(layer, Submodel):
        return ()
    sides = {"input": layer.design.inputs, "output": layer.design.outputs}
    missing = (side for side, ids in sides.items() if not ids)
    return tuple(_problem(f"submodel_without_{side}", node, label=label) for side in missing)


def _operation_problems(node: Call, label: str, layer: Layer) -> tuple[Problem, ...]:
    if not isinstance(layer, Operation) or FUNCTIONS.fullmatch(layer.function):
        return ()
    return (_problem("unknown_operation", node, label=label, function=layer.function),)


def _unknown_class(catalog: Catalog, node: Call, label: str, class_name: str) -> Problem:
    words = {"class_name": class_name, "keras_version": catalog.keras_version}
    return _problem("unknown_class", node, label=label, **words)


# Wires ------------------------------------------------------------------------------------------


def _missing_wires(
    document: Document, catalog: Catalog, node: Call, label: str
) -> Iterator[Problem]:
    ports = input_ports(document, catalog, node)
    for port in ports:
        count = len(node.inputs.get(port.name, ()))
        least = port.minimum if port.many else 1
        if count < least and (port.required or count):
            yield _missing_wire(node, label, port, least, count, alone=len(ports) == 1)


def _missing_wire(
    node: Node, label: str, port: InputPort, least: int, count: int, *, alone: bool
) -> Problem:
    wires = "1 wire" if least == 1 else f"{least} wires"
    exact = not port.many or port.maximum == least
    wanted = wires if exact else f"at least {wires}"
    return _problem(
        "missing_wire",
        node,
        port.name,
        label=label,
        wanted=wanted,
        port_named="" if alone else f" at {port.name}",
        count=count or "none",
        expected=wanted,
        actual=str(count),
    )


# Parameters -------------------------------------------------------------------------------------


def _parameter_problems(
    catalog: Catalog, node: Call, label: str, layer: KerasLayer
) -> Iterator[Problem]:
    spec = catalog.layer(layer.class_name)
    known = {parameter.name: parameter for parameter in spec.parameters}
    for name, parameter in known.items():
        if name in layer.parameters:
            sentence = refusal(parameter, layer.parameters[name], catalog)
            if sentence is not None:
                yield _problem(
                    "bad_parameter", node, label=label, parameter=name, sentence=sentence
                )
        if name not in layer.parameters and (
            parameter.required or NEEDED.get(layer.class_name) == name
        ):
            yield _problem("missing_parameter", node, label=label, parameter=name)
    yield from _unknown_names(node, label, layer.class_name, layer.parameters, known)
    arguments = {argument.name: argument for argument in spec.arguments}
    for name in sorted(arguments.keys() & node.arguments.keys()):
        sentence = refusal(arguments[name], node.arguments[name], catalog)
        if sentence is not None:
            yield _problem("bad_parameter", node, label=label, parameter=name, sentence=sentence)
    yield from _unknown_names(node, label, layer.class_name, node.arguments, arguments)


def _unknown_names(node, label, class_name, given, known) -> Iterator[Problem]:
    for name in sorted(given.keys() - known.keys()):
        sentence = f"{class_name} has no parameter {name}. Reset it, and Keras does without."
        yield _problem("bad_parameter", node, label=label, parameter=name, sentence=sentence)


def _bad_dtype(catalog: Catalog, node: Input) -> Iterator[Problem]:
    if node.dtype not in catalog.dtypes:
        sentence = f"Keras has no dtype {node.dtype!r}. Choose one of the list, such as float32."
        yield _problem(
            "bad_parameter", node, label=node.label, parameter="dtype", sentence=sentence
        )
