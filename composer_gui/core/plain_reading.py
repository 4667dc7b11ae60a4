"""Documents and layers read from plain JSON values, which a stranger may have written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from immutables import Map

from composer_gui.core.document import (
    DOWN,
    RIGHT,
    CodeFile,
    Document,
    number_of,
)
from composer_gui.core.layer_kinds import (
    Cut,
    KerasLayer,
    Layer,
    Operation,
    SavedInterface,
    SavedModel,
    SavedPort,
    SavedWeights,
    Slot,
    Submodel,
)
from composer_gui.core.plain_nodes import node_from_plain
from composer_gui.core.plain_values import (
    MOST_OUTPUTS,
    NotPlain,
    id_of,
    identifier,
    member,
    named_values,
    shape_from_plain,
    value_from_plain,
)

DEEPEST = 40
"""Designs within designs, at most, that are read."""


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
    kind = member(plain, "kind", str)
    reader = _LAYER_READERS.get(kind)
    if reader is None:
        raise NotPlain(f"{kind!r} is not a kind of layer")
    trainable = plain.get("trainable", True) is not False
    if reader is _submodel_from_plain:
        return _submodel_from_plain(layer_id, plain, trainable, depth)
    return reader(layer_id, plain, trainable)


def _keras_from_plain(layer_id: str, plain: dict, trainable: bool) -> KerasLayer:
    name, class_name = member(plain, "name", str), identifier(plain, "class")
    parameters = named_values(plain.get("parameters", {}))
    weights = None
    if plain.get("weights") is not None:
        weights = _weights_from_plain(plain["weights"], class_name, parameters)
    return KerasLayer(layer_id, name, class_name, parameters, trainable, weights)


def _weights_from_plain(plain: Any, class_name: str, parameters: Map) -> SavedWeights:
    where = member(plain, "path", str), member(plain, "sha256", str), member(plain, "part", str)
    if "class" not in plain:
        return SavedWeights(*where, class_name, parameters)
    saved = named_values(plain.get("parameters", {}))
    return SavedWeights(*where, identifier(plain, "class"), saved)


def _saved_model_from_plain(layer_id: str, plain: dict, trainable: bool) -> SavedModel:
    cut = plain.get("cut")
    if cut is not None:
        cut = Cut(_ports_from_plain(cut, "inputs"), _ports_from_plain(cut, "outputs"))
    frozen = plain.get("frozen", [])
    if not isinstance(frozen, list) or not all(isinstance(pattern, str) for pattern in frozen):
        raise NotPlain(f"the frozen layers are {frozen!r}")
    return SavedModel(
        layer_id,
        member(plain, "name", str),
        member(plain, "path", str),
        member(plain, "sha256", str),
        interface_from_plain(member(plain, "interface", dict)),
        trainable,
        part=member(plain, "part", str) if "part" in plain else "",
        taps=_ports_from_plain(plain, "taps") if "taps" in plain else (),
        cut=cut,
        reinput=_ports_from_plain(plain, "reinput") if "reinput" in plain else (),
        frozen=tuple(frozen),
        inference=plain.get("inference") is True,
    )


def _operation_from_plain(layer_id: str, plain: dict, trainable: bool) -> Operation:
    function, outputs = member(plain, "function", str), member(plain, "outputs", int)
    if not all(part.isidentifier() and part.isascii() for part in function.split(".")):
        raise NotPlain(f"{function!r} is not the name of a function")
    if not 0 <= outputs <= MOST_OUTPUTS:
        raise NotPlain(f"{function} cannot have {outputs} outputs")
    arguments = value_from_plain(member(plain, "arguments", list), places=True)
    keywords = named_values(plain.get("keywords", {}), places=True)
    leaves = _leaves((arguments, keywords))
    places = sorted(leaf.index for leaf in leaves if isinstance(leaf, Slot))
    if places != list(range(len(places))):
        raise NotPlain(f"{function} does not name the place of each of its tensors once")
    name = member(plain, "name", str)
    return Operation(layer_id, name, function, arguments, keywords, outputs, trainable)


def _submodel_from_plain(layer_id: str, plain: dict, trainable: bool, depth: int) -> Submodel:
    if depth >= DEEPEST:
        raise NotPlain("designs lie within designs without end")
    design = document_from_plain(member(plain, "design", dict), depth + 1)
    inference = plain.get("inference") is True
    return Submodel(layer_id, member(plain, "name", str), design, trainable, inference)


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
        class_name=member(plain, "class", str),
        inputs=inputs,
        outputs=outputs,
        input_structure=_whole_structure(plain.get("input_structure", 0), len(inputs)),
        output_structure=_whole_structure(plain.get("output_structure", 0), len(outputs)),
        layer_count=member(plain, "layers", int),
        parameters=None if parameters is None else member(plain, "parameters", int),
        foreign=tuple(foreign),
    )


def _ports_from_plain(plain: Any, key: str) -> tuple[SavedPort, ...]:
    return tuple(_port_from_plain(port) for port in member(plain, key, list))


def _port_from_plain(plain: Any) -> SavedPort:
    shape = plain.get("shape") if isinstance(plain, dict) else None
    return SavedPort(
        member(plain, "name", str),
        None if shape is None else shape_from_plain(shape),
        member(plain, "dtype", str),
        member(plain, "address", str) if "address" in plain else "",
    )


def document_from_plain(plain: Any, depth: int = 0) -> Document:
    """Return a document from JSON; raises NotPlain with the place that is wrong.

    Reads values only: whether wires meet ports and the graph is acyclic is for
    `connections.check` to say.
    """
    nodes, layers = member(plain, "nodes", dict), member(plain, "layers", dict)
    nodes = {k: node_from_plain(id_of(k, "n"), v) for k, v in nodes.items()}
    layers = {k: layer_from_plain(id_of(k, "l"), v, depth) for k, v in layers.items()}
    highest = max((number_of(key) for key in (*nodes, *layers)), default=0)
    return Document(
        name=member(plain, "name", str),
        seed=member(plain, "seed", int),
        nodes=Map(nodes),
        layers=Map(layers),
        inputs=tuple(member(plain, "inputs", list)),
        outputs=tuple(member(plain, "outputs", list)),
        code=code_from_plain(plain.get("code", [])),
        flow=_flow(plain),
        next_number=highest + 1,
    )


def code_from_plain(plain: Any) -> tuple[CodeFile, ...]:
    """Return the Python files of a design from JSON; raises NotPlain."""
    if not isinstance(plain, list):
        raise NotPlain(f"the Python files are {plain!r}")
    return tuple(CodeFile(member(file, "path", str), member(file, "sha256", str)) for file in plain)


def _flow(plain: dict) -> str:
    flow = plain.get("flow", RIGHT)
    if flow not in (RIGHT, DOWN):
        raise NotPlain(f"wires cannot run {flow!r}")
    return flow
