"""Documents, nodes and layers written as plain JSON values; defaults are left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from immutables import Map

from composer_gui.core.document import RIGHT, Call, Document, Dot, Frame, Input, Node, Output
from composer_gui.core.layer_kinds import (
    Construct,
    Dots,
    KerasLayer,
    Layer,
    Operation,
    SavedInterface,
    SavedModel,
    SavedPort,
    Slice,
    Slot,
    Submodel,
)


def value_to_plain(value: Any) -> Any:
    """Return a value as JSON: tuples become lists, a Construct or a place in a call an object."""
    if isinstance(value, Construct):
        return {
            "kind": value.kind,
            "class_name": value.class_name,
            "parameters": {k: value_to_plain(v) for k, v in value.parameters.items()},
        }
    if isinstance(value, tuple):
        return [value_to_plain(item) for item in value]
    if isinstance(value, Slot):
        return {"kind": "tensor", "index": value.index}
    if isinstance(value, Slice):
        return {"kind": "slice", "of": [value.start, value.stop, value.step]}
    return {"kind": "dots"} if isinstance(value, Dots) else value


def structure_to_plain(structure: Any) -> Any:
    """Return a structure of ports as JSON."""
    if isinstance(structure, Map):
        return {key: structure_to_plain(item) for key, item in structure.items()}
    if isinstance(structure, tuple):
        return [structure_to_plain(item) for item in structure]
    return structure


def layer_to_plain(layer: Layer) -> dict[str, Any]:
    """Return a layer as JSON, without its id."""
    plain = _LAYER_WRITERS[type(layer)](layer)
    if not layer.trainable:
        plain["trainable"] = False
    return plain


def _keras_to_plain(layer: KerasLayer) -> dict[str, Any]:
    plain: dict[str, Any] = {"kind": "keras", "name": layer.name, "class": layer.class_name}
    if layer.parameters:
        plain["parameters"] = _values_to_plain(layer.parameters)
    saved = layer.weights
    if saved is not None:
        plain["weights"] = {"path": saved.path, "sha256": saved.sha256, "part": saved.part}
        if not layer.is_as_saved:
            plain["weights"]["class"] = saved.class_name
            plain["weights"]["parameters"] = _values_to_plain(saved.parameters)
    return plain


def _saved_model_to_plain(layer: SavedModel) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "kind": "saved_model",
        "name": layer.name,
        "path": layer.path,
        "sha256": layer.sha256,
        "interface": interface_to_plain(layer.interface),
    }
    if layer.part:
        plain["part"] = layer.part
    if layer.taps:
        plain["taps"] = _ports_to_plain(layer.taps)
    if layer.cut is not None:
        inputs, outputs = _ports_to_plain(layer.cut.inputs), _ports_to_plain(layer.cut.outputs)
        plain["cut"] = {"inputs": inputs, "outputs": outputs}
    if layer.reinput:
        plain["reinput"] = _ports_to_plain(layer.reinput)
    if layer.frozen:
        plain["frozen"] = list(layer.frozen)
    return plain | ({"inference": True} if layer.inference else {})


def _operation_to_plain(layer: Operation) -> dict[str, Any]:
    return {
        "kind": "operation",
        "name": layer.name,
        "function": layer.function,
        "arguments": value_to_plain(layer.arguments),
        "keywords": _values_to_plain(layer.keywords),
        "outputs": layer.outputs,
    }


def _submodel_to_plain(layer: Submodel) -> dict[str, Any]:
    plain = {"kind": "submodel", "name": layer.name, "design": document_to_plain(layer.design)}
    return plain | ({"inference": True} if layer.inference else {})


_LAYER_WRITERS: dict[type, Callable[[Any], dict[str, Any]]] = {
    KerasLayer: _keras_to_plain,
    SavedModel: _saved_model_to_plain,
    Operation: _operation_to_plain,
    Submodel: _submodel_to_plain,
}


def _values_to_plain(values: Map) -> dict[str, Any]:
    return {name: value_to_plain(value) for name, value in values.items()}


def interface_to_plain(interface: SavedInterface) -> dict[str, Any]:
    """Return the ports of a saved model as JSON."""
    plain = {
        "class": interface.class_name,
        "inputs": _ports_to_plain(interface.inputs),
        "outputs": _ports_to_plain(interface.outputs),
        "input_structure": structure_to_plain(interface.input_structure),
        "output_structure": structure_to_plain(interface.output_structure),
        "layers": interface.layer_count,
        "parameters": interface.parameters,
    }
    return plain | ({"foreign": list(interface.foreign)} if interface.foreign else {})


def _ports_to_plain(ports: tuple[SavedPort, ...]) -> list[dict[str, Any]]:
    return [_port_to_plain(port) for port in ports]


def _port_to_plain(port: SavedPort) -> dict[str, Any]:
    shape = None if port.shape is None else list(port.shape)
    plain = {"name": port.name, "shape": shape, "dtype": port.dtype}
    return plain | ({"address": port.address} if port.address else {})


def node_to_plain(node: Node) -> dict[str, Any]:
    """Return a node as JSON, without its id."""
    plain: dict[str, Any] = {"at": [_short(node.x), _short(node.y)]}
    if isinstance(node, Input):
        plain |= {"kind": "input", "label": node.label, "shape": list(node.shape)}
        plain |= {"dtype": node.dtype}
        if node.batch_size is not None:
            plain["batch_size"] = node.batch_size
    elif isinstance(node, Call):
        plain |= {"kind": "call", "layer": node.layer}
        if node.label:
            plain["label"] = node.label
        if node.arguments:
            plain["arguments"] = _values_to_plain(node.arguments)
    elif isinstance(node, Output):
        plain |= {"kind": "output", "label": node.label}
    elif isinstance(node, Dot):
        plain |= {"kind": "dot"}
    elif isinstance(node, Frame):
        size = [_short(node.width), _short(node.height)]
        plain |= {"kind": "frame", "label": node.label, "size": size, "color": node.color}
        if node.folded:
            plain["folded"] = list(node.folded)
    else:
        size = [_short(node.width), _short(node.height)]
        plain |= {"kind": "note", "text": node.text, "size": size}
    if getattr(node, "silenced", ()):
        plain["silenced"] = list(node.silenced)
    for mark in ("pinned", "bypassed"):
        if getattr(node, mark, False):
            plain[mark] = True
    if node.inputs:
        plain["inputs"] = {
            port: [[source.node, source.port] for source in sources]
            for port, sources in node.inputs.items()
        }
    return plain


def _short(number: float) -> float | int:
    """Return whole coordinates as integers, so that files stay short and stable."""
    return int(number) if float(number).is_integer() else number


def head_to_plain(document: Document) -> dict[str, Any]:
    """Return what a document holds besides nodes and layers."""
    plain = {
        "name": document.name,
        "seed": document.seed,
        "inputs": list(document.inputs),
        "outputs": list(document.outputs),
    }
    code = [{"path": file.path, "sha256": file.sha256} for file in document.code]
    plain |= {"code": code} if code else {}
    return plain | ({"flow": document.flow} if document.flow != RIGHT else {})


def document_to_plain(document: Document) -> dict[str, Any]:
    """Return a whole document as JSON: head, nodes and layers by id."""
    return head_to_plain(document) | {
        "nodes": {node_id: node_to_plain(node) for node_id, node in document.nodes.items()},
        "layers": {layer_id: layer_to_plain(layer) for layer_id, layer in document.layers.items()},
    }
