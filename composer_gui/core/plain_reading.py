"""Documents, nodes and layers read from plain JSON values, which a stranger may have written."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from immutables import Map

from composer_gui.core.document import (
    DOWN,
    EMPTY,
    FARTHEST,
    RIGHT,
    Call,
    CodeFile,
    Document,
    Dot,
    Frame,
    Input,
    Node,
    Note,
    Output,
    Source,
    number_of,
)
from composer_gui.core.layer_kinds import (
    Construct,
    Cut,
    Dots,
    KerasLayer,
    Layer,
    Operation,
    SavedInterface,
    SavedModel,
    SavedPort,
    SavedWeights,
    Slice,
    Slot,
    Submodel,
)

CONSTRUCT_KINDS = ("layer", "initializer", "regularizer", "constraint")

DEEPEST = 40
"""Designs within designs, at most, that are read."""


class NotPlain(ValueError):
    """A plain value that does not describe what it should; the text says where and why."""


def value_from_plain(plain: Any, *, places: bool = False) -> Any:
    """Return a value from JSON; with `places` it may hold what stands in a call.

    Raises NotPlain for anything that is neither a plain value nor a known kind of Construct.
    """
    if isinstance(plain, list):
        return tuple(value_from_plain(item, places=places) for item in plain)
    if isinstance(plain, dict):
        if places and plain.get("kind") in ("tensor", "slice", "dots"):
            return _place_from_plain(plain)
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


def _place_from_plain(plain: dict) -> Slot | Slice | Dots:
    if plain["kind"] == "tensor":
        index = _of(plain, "index", int)
        if not 0 <= index < MOST_OUTPUTS:
            raise NotPlain(f"{index} is not the place of a tensor")
        return Slot(index)
    if plain["kind"] == "dots":
        return Dots()
    bounds = _of(plain, "of", list)
    if len(bounds) != 3 or any(b is not None and type(b) is not int for b in bounds):
        raise NotPlain(f"{bounds!r} are not the bounds of a slice")
    return Slice(*bounds)


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


def layer_from_plain(layer_id: str, plain: Any, depth: int = 0) -> Layer:
    """Return a layer from JSON; raises NotPlain. `depth` counts the designs it lies within."""
    kind = _of(plain, "kind", str)
    reader = _LAYER_READERS.get(kind)
    if reader is None:
        raise NotPlain(f"{kind!r} is not a kind of layer")
    trainable = plain.get("trainable", True) is not False
    if reader is _submodel_from_plain:
        return _submodel_from_plain(layer_id, plain, trainable, depth)
    return reader(layer_id, plain, trainable)


def _keras_from_plain(layer_id: str, plain: dict, trainable: bool) -> KerasLayer:
    name, class_name = _of(plain, "name", str), _identifier(plain, "class")
    parameters = _named_values(plain.get("parameters", {}))
    weights = None
    if plain.get("weights") is not None:
        weights = _weights_from_plain(plain["weights"], class_name, parameters)
    return KerasLayer(layer_id, name, class_name, parameters, trainable, weights)


def _weights_from_plain(plain: Any, class_name: str, parameters: Map) -> SavedWeights:
    where = _of(plain, "path", str), _of(plain, "sha256", str), _of(plain, "part", str)
    if "class" not in plain:
        return SavedWeights(*where, class_name, parameters)
    saved = _named_values(plain.get("parameters", {}))
    return SavedWeights(*where, _identifier(plain, "class"), saved)


def _saved_model_from_plain(layer_id: str, plain: dict, trainable: bool) -> SavedModel:
    cut = plain.get("cut")
    if cut is not None:
        cut = Cut(_ports_from_plain(cut, "inputs"), _ports_from_plain(cut, "outputs"))
    frozen = plain.get("frozen", [])
    if not isinstance(frozen, list) or not all(isinstance(pattern, str) for pattern in frozen):
        raise NotPlain(f"the frozen layers are {frozen!r}")
    return SavedModel(
        layer_id,
        _of(plain, "name", str),
        _of(plain, "path", str),
        _of(plain, "sha256", str),
        interface_from_plain(_of(plain, "interface", dict)),
        trainable,
        part=_of(plain, "part", str) if "part" in plain else "",
        taps=_ports_from_plain(plain, "taps") if "taps" in plain else (),
        cut=cut,
        reinput=_ports_from_plain(plain, "reinput") if "reinput" in plain else (),
        frozen=tuple(frozen),
        inference=plain.get("inference") is True,
    )


def _operation_from_plain(layer_id: str, plain: dict, trainable: bool) -> Operation:
    function, outputs = _of(plain, "function", str), _of(plain, "outputs", int)
    if not all(part.isidentifier() and part.isascii() for part in function.split(".")):
        raise NotPlain(f"{function!r} is not the name of a function")
    if not 0 <= outputs <= MOST_OUTPUTS:
        raise NotPlain(f"{function} cannot have {outputs} outputs")
    arguments = value_from_plain(_of(plain, "arguments", list), places=True)
    keywords = _named_values(plain.get("keywords", {}), places=True)
    leaves = _leaves((arguments, keywords))
    places = sorted(leaf.index for leaf in leaves if isinstance(leaf, Slot))
    if places != list(range(len(places))):
        raise NotPlain(f"{function} does not name the place of each of its tensors once")
    name = _of(plain, "name", str)
    return Operation(layer_id, name, function, arguments, keywords, outputs, trainable)


def _submodel_from_plain(layer_id: str, plain: dict, trainable: bool, depth: int) -> Submodel:
    if depth >= DEEPEST:
        raise NotPlain("designs lie within designs without end")
    design = document_from_plain(_of(plain, "design", dict), depth + 1)
    inference = plain.get("inference") is True
    return Submodel(layer_id, _of(plain, "name", str), design, trainable, inference)


MOST_OUTPUTS = 10_000

_LAYER_READERS: dict[str, Callable[..., Layer]] = {
    "keras": _keras_from_plain,
    "saved_model": _saved_model_from_plain,
    "operation": _operation_from_plain,
    "submodel": _submodel_from_plain,
}


def interface_from_plain(plain: Any) -> SavedInterface:
    """Return the ports of a saved model from JSON; raises NotPlain."""
    inputs, outputs = _ports_from_plain(plain, "inputs"), _ports_from_plain(plain, "outputs")
    parameters, foreign = plain.get("parameters"), plain.get("foreign", [])
    if not isinstance(foreign, list) or not all(isinstance(name, str) for name in foreign):
        raise NotPlain(f"the foreign classes are {foreign!r}")
    return SavedInterface(
        class_name=_of(plain, "class", str),
        inputs=inputs,
        outputs=outputs,
        input_structure=_whole_structure(plain.get("input_structure", 0), len(inputs)),
        output_structure=_whole_structure(plain.get("output_structure", 0), len(outputs)),
        layer_count=_of(plain, "layers", int),
        parameters=None if parameters is None else _of(plain, "parameters", int),
        foreign=tuple(foreign),
    )


def _ports_from_plain(plain: Any, key: str) -> tuple[SavedPort, ...]:
    return tuple(_port_from_plain(port) for port in _of(plain, key, list))


def _port_from_plain(plain: Any) -> SavedPort:
    shape = plain.get("shape") if isinstance(plain, dict) else None
    return SavedPort(
        _of(plain, "name", str),
        None if shape is None else shape_from_plain(shape),
        _of(plain, "dtype", str),
        _of(plain, "address", str) if "address" in plain else "",
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
    label, dtype = _of(plain, "label", str), _of(plain, "dtype", str)
    pinned = _mark(plain, "pinned")
    return Input(node_id, label, shape, dtype, batch_size, x, y, _silenced(plain), pinned)


def _call_from_plain(node_id: str, plain: dict, x: float, y: float) -> Call:
    label = plain.get("label", "")
    if not isinstance(label, str):
        raise NotPlain(f"{label!r} is not a label")
    arguments = _named_values(plain.get("arguments", {}))
    layer, wires = _of(plain, "layer", str), _wires(plain)
    marks = _silenced(plain), _mark(plain, "pinned"), _mark(plain, "bypassed")
    return Call(node_id, layer, label, wires, arguments, x, y, *marks)


def _output_from_plain(node_id: str, plain: dict, x: float, y: float) -> Output:
    label, pinned = _of(plain, "label", str), _mark(plain, "pinned")
    return Output(node_id, label, _wires(plain), x, y, _silenced(plain), pinned)


def _dot_from_plain(node_id: str, plain: dict, x: float, y: float) -> Dot:
    return Dot(node_id, _wires(plain), x, y, _mark(plain, "pinned"))


def _frame_from_plain(node_id: str, plain: dict, x: float, y: float) -> Frame:
    width, height = _pair(plain, "size")
    label, color = _of(plain, "label", str), _of(plain, "color", str)
    folded = plain.get("folded", [])
    if not isinstance(folded, list):
        raise NotPlain(f"the folded nodes are {folded!r}")
    ids = tuple(
        dict.fromkeys(_id(key, "n") if type(key) is str else _id("", "n") for key in folded)
    )
    return Frame(node_id, label, width, height, color, x, y, ids)


def _note_from_plain(node_id: str, plain: dict, x: float, y: float) -> Note:
    width, height = _pair(plain, "size")
    return Note(node_id, _of(plain, "text", str), width, height, x, y)


_NODE_READERS: dict[str, Callable[..., Node]] = {
    "input": _input_from_plain,
    "call": _call_from_plain,
    "output": _output_from_plain,
    "dot": _dot_from_plain,
    "frame": _frame_from_plain,
    "note": _note_from_plain,
}


def document_from_plain(plain: Any, depth: int = 0) -> Document:
    """Return a document from JSON; raises NotPlain with the place that is wrong.

    Reads values only: whether wires meet ports and the graph is acyclic is for
    `connections.check` to say.
    """
    nodes = {k: node_from_plain(_id(k, "n"), v) for k, v in _of(plain, "nodes", dict).items()}
    layers = {
        k: layer_from_plain(_id(k, "l"), v, depth) for k, v in _of(plain, "layers", dict).items()
    }
    highest = max((number_of(key) for key in (*nodes, *layers)), default=0)
    return Document(
        name=_of(plain, "name", str),
        seed=_of(plain, "seed", int),
        nodes=Map(nodes),
        layers=Map(layers),
        inputs=tuple(_of(plain, "inputs", list)),
        outputs=tuple(_of(plain, "outputs", list)),
        code=code_from_plain(plain.get("code", [])),
        flow=_flow(plain),
        next_number=highest + 1,
    )


def code_from_plain(plain: Any) -> tuple[CodeFile, ...]:
    """Return the Python files of a design from JSON; raises NotPlain."""
    if not isinstance(plain, list):
        raise NotPlain(f"the Python files are {plain!r}")
    return tuple(CodeFile(_of(file, "path", str), _of(file, "sha256", str)) for file in plain)


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


def _named_values(plain: Any, *, places: bool = False) -> Map:
    if not isinstance(plain, dict):
        raise NotPlain(f"{plain!r} should be an object")
    for name in plain:
        if not (name.isidentifier() and name.isascii()):
            raise NotPlain(f"{name!r} is not the name of a parameter")
    return Map({k: value_from_plain(value, places=places) for k, value in plain.items()})


def _pair(plain: dict, key: str) -> tuple[float, float]:
    value = _of(plain, key, list)
    good = len(value) == 2 and all(type(number) in (int, float) for number in value)
    if not good or not all(-FARTHEST <= number <= FARTHEST for number in value):
        raise NotPlain(f"{key!r} is {value!r}")
    return float(value[0]), float(value[1])


def _mark(plain: dict, key: str) -> bool:
    value = plain.get(key, False)
    if type(value) is not bool:
        raise NotPlain(f"{key!r} is {value!r}")
    return value


def _flow(plain: dict) -> str:
    flow = plain.get("flow", RIGHT)
    if flow not in (RIGHT, DOWN):
        raise NotPlain(f"wires cannot run {flow!r}")
    return flow


def _silenced(plain: dict) -> tuple[str, ...]:
    """Return the codes of warnings, in order; also those that only a later Composer knows."""
    codes = plain.get("silenced", [])
    if not isinstance(codes, list) or not all(type(code) is str for code in codes):
        raise NotPlain(f"the silenced warnings are {codes!r}")
    return tuple(sorted(set(codes)))


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
