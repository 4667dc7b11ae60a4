"""Documents, nodes and layers as plain JSON values, for files, pipes and the clipboard.

Defaults are left out, keys come sorted from whoever writes the JSON, and every reader checks what
it reads: a design file is a stranger's data.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from immutables import Map

from composer_gui.core.document import (
    EMPTY,
    FARTHEST,
    Call,
    Construct,
    Document,
    Frame,
    Input,
    KerasLayer,
    Layer,
    Node,
    Note,
    Output,
    SavedInterface,
    SavedModel,
    SavedPort,
    Source,
    number_of,
)

CONSTRUCT_KINDS = ("layer", "initializer", "regularizer", "constraint")


class NotPlain(ValueError):
    """A plain value that does not describe what it should; the text says where and why."""


# Writing ----------------------------------------------------------------------------------------


def value_to_plain(value: Any) -> Any:
    """Return a parameter's value as JSON: tuples become lists, a Construct an object."""
    if isinstance(value, Construct):
        return {
            "kind": value.kind,
            "class_name": value.class_name,
            "parameters": {k: value_to_plain(v) for k, v in value.parameters.items()},
        }
    if isinstance(value, tuple):
        return [value_to_plain(item) for item in value]
    return value


def structure_to_plain(structure: Any) -> Any:
    """Return a structure of ports as JSON."""
    if isinstance(structure, Map):
        return {key: structure_to_plain(item) for key, item in structure.items()}
    if isinstance(structure, tuple):
        return [structure_to_plain(item) for item in structure]
    return structure


def layer_to_plain(layer: Layer) -> dict[str, Any]:
    """Return a layer as JSON, without its id."""
    if isinstance(layer, KerasLayer):
        plain: dict[str, Any] = {"kind": "keras", "name": layer.name, "class": layer.class_name}
        if layer.parameters:
            plain["parameters"] = {k: value_to_plain(v) for k, v in layer.parameters.items()}
    else:
        plain = {
            "kind": "saved_model",
            "name": layer.name,
            "path": layer.path,
            "sha256": layer.sha256,
            "interface": interface_to_plain(layer.interface),
        }
    if not layer.trainable:
        plain["trainable"] = False
    return plain


def interface_to_plain(interface: SavedInterface) -> dict[str, Any]:
    """Return the ports of a saved model as JSON."""
    return {
        "class": interface.class_name,
        "inputs": [_port_to_plain(port) for port in interface.inputs],
        "outputs": [_port_to_plain(port) for port in interface.outputs],
        "input_structure": structure_to_plain(interface.input_structure),
        "output_structure": structure_to_plain(interface.output_structure),
        "layers": interface.layer_count,
        "parameters": interface.parameters,
    }


def _port_to_plain(port: SavedPort) -> dict[str, Any]:
    shape = None if port.shape is None else list(port.shape)
    return {"name": port.name, "shape": shape, "dtype": port.dtype}


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
            plain["arguments"] = {k: value_to_plain(v) for k, v in node.arguments.items()}
    elif isinstance(node, Output):
        plain |= {"kind": "output", "label": node.label}
    elif isinstance(node, Frame):
        size = [_short(node.width), _short(node.height)]
        plain |= {"kind": "frame", "label": node.label, "size": size, "color": node.color}
    else:
        size = [_short(node.width), _short(node.height)]
        plain |= {"kind": "note", "text": node.text, "size": size}
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
    return {
        "name": document.name,
        "seed": document.seed,
        "inputs": list(document.inputs),
        "outputs": list(document.outputs),
    }


def document_to_plain(document: Document) -> dict[str, Any]:
    """Return a whole document as JSON: head, nodes and layers by id."""
    return head_to_plain(document) | {
        "nodes": {node_id: node_to_plain(node) for node_id, node in document.nodes.items()},
        "layers": {layer_id: layer_to_plain(layer) for layer_id, layer in document.layers.items()},
    }


# Reading ----------------------------------------------------------------------------------------


def value_from_plain(plain: Any) -> Any:
    """Return a parameter's value from JSON.

    Raises NotPlain for anything that is neither a plain value nor a known kind of Construct.
    """
    if isinstance(plain, list):
        return tuple(value_from_plain(item) for item in plain)
    if isinstance(plain, dict):
        if plain.get("kind") not in CONSTRUCT_KINDS:
            raise NotPlain(f"{plain.get('kind')!r} is not a kind of value")
        class_name = _identifier(plain, "class_name")
        parameters = _named_values(plain.get("parameters", {}))
        return Construct(plain["kind"], class_name, parameters)
    if plain is None or isinstance(plain, bool | int | str):
        return plain
    if isinstance(plain, float) and math.isfinite(plain):
        return plain
    raise NotPlain(f"{plain!r} is not a value")


def structure_from_plain(plain: Any, count: int) -> Any:
    """Return a structure of `count` ports from JSON; raises NotPlain for an index out of range."""
    if isinstance(plain, dict):
        return Map({str(k): structure_from_plain(v, count) for k, v in plain.items()})
    if isinstance(plain, list):
        return tuple(structure_from_plain(item, count) for item in plain)
    if isinstance(plain, int) and not isinstance(plain, bool) and 0 <= plain < count:
        return plain
    raise NotPlain(f"{plain!r} is not a port of the saved model")


def _whole_structure(plain: Any, count: int) -> Any:
    """Return a structure in which each of `count` ports stands once; raises NotPlain."""
    structure = structure_from_plain(plain, count)
    if sorted(_leaves(structure)) != list(range(count)):
        raise NotPlain(f"{plain!r} does not name each port of the saved model once")
    return structure


def _leaves(structure: Any) -> Iterator[int]:
    if isinstance(structure, Map | tuple):
        items = structure.values() if isinstance(structure, Map) else structure
        for item in items:
            yield from _leaves(item)
    else:
        yield structure


def layer_from_plain(layer_id: str, plain: Any) -> Layer:
    """Return a layer from JSON; raises NotPlain."""
    kind = _of(plain, "kind", str)
    name = _of(plain, "name", str)
    trainable = plain.get("trainable", True) is not False
    if kind == "keras":
        parameters = _named_values(plain.get("parameters", {}))
        return KerasLayer(layer_id, name, _identifier(plain, "class"), parameters, trainable)
    if kind == "saved_model":
        interface = interface_from_plain(_of(plain, "interface", dict))
        path, sha256 = _of(plain, "path", str), _of(plain, "sha256", str)
        return SavedModel(layer_id, name, path, sha256, interface, trainable)
    raise NotPlain(f"{kind!r} is not a kind of layer")


def interface_from_plain(plain: Any) -> SavedInterface:
    """Return the ports of a saved model from JSON; raises NotPlain."""
    inputs = tuple(_port_from_plain(port) for port in _of(plain, "inputs", list))
    outputs = tuple(_port_from_plain(port) for port in _of(plain, "outputs", list))
    parameters = plain.get("parameters")
    return SavedInterface(
        class_name=_of(plain, "class", str),
        inputs=inputs,
        outputs=outputs,
        input_structure=_whole_structure(plain.get("input_structure", 0), len(inputs)),
        output_structure=_whole_structure(plain.get("output_structure", 0), len(outputs)),
        layer_count=_of(plain, "layers", int),
        parameters=None if parameters is None else _of(plain, "parameters", int),
    )


def _port_from_plain(plain: Any) -> SavedPort:
    shape = plain.get("shape") if isinstance(plain, dict) else None
    return SavedPort(
        _of(plain, "name", str),
        None if shape is None else shape_from_plain(shape),
        _of(plain, "dtype", str),
    )


def shape_from_plain(plain: Any) -> tuple[int | None, ...]:
    """Return a shape from JSON; raises NotPlain unless it is a list of sizes and nulls."""
    if not isinstance(plain, list):
        raise NotPlain(f"{plain!r} is not a shape")
    for size in plain:
        if size is not None and (type(size) is not int or size < 0):
            raise NotPlain(f"{size!r} is not the size of an axis")
    return tuple(plain)


def node_from_plain(node_id: str, plain: Any) -> Node:
    """Return a node from JSON; raises NotPlain."""
    kind = _of(plain, "kind", str)
    x, y = _pair(plain, "at")
    reader = _NODE_READERS.get(kind)
    if reader is None:
        raise NotPlain(f"{kind!r} is not a kind of node")
    return reader(node_id, plain, x, y)


def _input_from_plain(node_id: str, plain: dict, x: float, y: float) -> Input:
    batch_size = plain.get("batch_size")
    if batch_size is not None and (type(batch_size) is not int or batch_size < 1):
        raise NotPlain(f"{batch_size!r} is not a batch size")
    shape = shape_from_plain(_of(plain, "shape", list))
    return Input(
        node_id, _of(plain, "label", str), shape, _of(plain, "dtype", str), batch_size, x, y
    )


def _call_from_plain(node_id: str, plain: dict, x: float, y: float) -> Call:
    label = plain.get("label", "")
    if not isinstance(label, str):
        raise NotPlain(f"{label!r} is not a label")
    arguments = _named_values(plain.get("arguments", {}))
    return Call(node_id, _of(plain, "layer", str), label, _wires(plain), arguments, x, y)


def _output_from_plain(node_id: str, plain: dict, x: float, y: float) -> Output:
    return Output(node_id, _of(plain, "label", str), _wires(plain), x, y)


def _frame_from_plain(node_id: str, plain: dict, x: float, y: float) -> Frame:
    width, height = _pair(plain, "size")
    return Frame(node_id, _of(plain, "label", str), width, height, _of(plain, "color", str), x, y)


def _note_from_plain(node_id: str, plain: dict, x: float, y: float) -> Note:
    width, height = _pair(plain, "size")
    return Note(node_id, _of(plain, "text", str), width, height, x, y)


_NODE_READERS: dict[str, Callable[..., Node]] = {
    "input": _input_from_plain,
    "call": _call_from_plain,
    "output": _output_from_plain,
    "frame": _frame_from_plain,
    "note": _note_from_plain,
}


def document_from_plain(plain: Any) -> Document:
    """Return a document from JSON; raises NotPlain with the place that is wrong.

    Reads values only: whether wires meet ports and the graph is acyclic is for
    `connections.check` to say.
    """
    nodes = {k: node_from_plain(_id(k, "n"), v) for k, v in _of(plain, "nodes", dict).items()}
    layers = {k: layer_from_plain(_id(k, "l"), v) for k, v in _of(plain, "layers", dict).items()}
    highest = max((number_of(key) for key in (*nodes, *layers)), default=0)
    return Document(
        name=_of(plain, "name", str),
        seed=_of(plain, "seed", int),
        nodes=Map(nodes),
        layers=Map(layers),
        inputs=tuple(_of(plain, "inputs", list)),
        outputs=tuple(_of(plain, "outputs", list)),
        next_number=highest + 1,
    )


def _of(plain: Any, key: str, kind: type) -> Any:
    if not isinstance(plain, dict):
        raise NotPlain(f"{plain!r} should be an object")
    value = plain.get(key)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise NotPlain(f"{key!r} is {value!r}")
    return value


def _identifier(plain: dict, key: str) -> str:
    """Return a class name; anything but an identifier could reach generated source."""
    value = _of(plain, key, str)
    if not (value.isidentifier() and value.isascii()):
        raise NotPlain(f"{value!r} is not the name of a class")
    return value


def _id(key: str, letter: str) -> str:
    if key[:1] == letter and key[1:].isascii() and key[1:].isdigit() and len(key) < 12:
        return key
    raise NotPlain(f"{key!r} is not an id")


def _named_values(plain: Any) -> Map:
    if not isinstance(plain, dict):
        raise NotPlain(f"{plain!r} should be an object")
    for name in plain:
        if not (name.isidentifier() and name.isascii()):
            raise NotPlain(f"{name!r} is not the name of a parameter")
    return Map({name: value_from_plain(value) for name, value in plain.items()})


def _pair(plain: dict, key: str) -> tuple[float, float]:
    value = _of(plain, key, list)
    good = len(value) == 2 and all(type(number) in (int, float) for number in value)
    if not good or not all(-FARTHEST <= number <= FARTHEST for number in value):
        raise NotPlain(f"{key!r} is {value!r}")
    return float(value[0]), float(value[1])


def _wires(plain: dict) -> Map:
    ports = {}
    for port, sources in (plain.get("inputs") or {}).items():
        if not isinstance(sources, list) or not sources:
            raise NotPlain(f"the wires into {port!r} are {sources!r}")
        ports[port] = tuple(_source(source) for source in sources)
    return Map(ports) if ports else EMPTY


def _source(plain: Any) -> Source:
    if not (isinstance(plain, list) and len(plain) == 2 and all(type(p) is str for p in plain)):
        raise NotPlain(f"{plain!r} is not the start of a wire")
    return Source(*plain)
