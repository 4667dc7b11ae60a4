"""Reads from the configuration of a saved model what can be wired to it, without Keras.

A model is Functional (it has a graph), Sequential (a list of layers) or anything else, which is
then one thing with an input and an output. The order of ports is that in which Keras flattens
the structures of tensors: lists in their order, dictionaries by sorted key.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from immutables import Map

from composer_gui.core.document import Shape
from composer_gui.core.inside_ports import distinct
from composer_gui.core.layer_kinds import SavedInterface, SavedPort, Structure
from composer_gui.core.saved_shapes import Config, compute_dtype, output_dtype, output_shape

Spec = tuple[Shape | None, str]
"""The shape, if known, and the dtype of one tensor."""

Tensor = tuple[str, int, int]
"""Where a tensor comes from: the name of a layer, which of its calls, which output of that."""

_TENSOR = "__keras_tensor__"
_OPERATIONS = ("keras.src.ops", "keras.ops")

# What keeps a crafted file from costing more time than reading it: far above any honest model.
_MAX_NAME = 500
_MAX_RANK = 64
_MAX_PORTS = 10_000
_MAX_ARGUMENTS = 1_000


class NotUnderstood(ValueError):
    """A configuration that does not describe a model; the message says what is odd about it."""


def interface_of(model: Any) -> SavedInterface:
    """Return the ports of a model from its entry in `config.json`; raises NotUnderstood."""
    try:
        return _Reading().interface(model)
    except NotUnderstood:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise NotUnderstood(f"{type(error).__name__}: {error}") from error
    except RecursionError as error:
        raise NotUnderstood("models are nested in it without end") from error


def is_functional(layer: Config) -> bool:
    """Return whether a layer is a model with a graph in its configuration."""
    config = layer["config"]
    return "input_layers" in config and "output_layers" in config and "layers" in config


def _is_sequential(layer: Config) -> bool:
    return layer["class_name"] == "Sequential" and "layers" in layer["config"]


class _Reading:
    """One reading of a configuration; every model nested in it is read once."""

    def __init__(self) -> None:
        self._interfaces: dict[int, SavedInterface] = {}

    def interface(self, model: Config) -> SavedInterface:
        """Return the ports of a model or of a model nested in it."""
        found = self._interfaces.get(id(model))
        if found is None:
            if is_functional(model):
                found = self._functional(model)
            else:
                found = self._sequential(model) if _is_sequential(model) else _opaque(model)
            self._interfaces[id(model)] = found
        return found

    def _functional(self, model: Config) -> SavedInterface:
        config = model["config"]
        graph = _Graph(config["layers"], self)
        inputs, input_structure = _structure(config["input_layers"])
        outputs, output_structure = _structure(config["output_layers"])
        return SavedInterface(
            class_name=_name(model["class_name"]),
            inputs=_ports([(name, graph.spec(*tensor)) for name, tensor in inputs]),
            outputs=_ports([(name, graph.output_spec(*tensor)) for name, tensor in outputs]),
            input_structure=input_structure,
            output_structure=output_structure,
            layer_count=sum(not _is_operation(layer) for layer in config["layers"]),
        )

    def _sequential(self, model: Config) -> SavedInterface:
        layers = model["config"]["layers"]
        name, given, rest = "input", self._first_spec(model), layers
        if layers and layers[0]["class_name"] == "InputLayer":
            name, given, rest = layers[0]["config"]["name"], _input_spec(layers[0]), layers[1:]
        last = layers[-1]["config"]["name"] if layers else "output"
        return SavedInterface(
            class_name=_name(model["class_name"]),
            inputs=_ports([(name, given)]),
            outputs=_ports([(last, self._result(rest, given))]),
            layer_count=len(rest),
        )

    def _result(self, layers: list[Config], given: Spec) -> Spec:
        """Return what layers in a row give, from the last one on whose input the file tells."""
        told = [n for n, layer in enumerate(layers) if n and _built_specs(layer)]
        start = told[-1] if told else 0
        specs = _built_specs(layers[start]) if told else [given]
        for layer in layers[start:]:
            specs = [self.output_spec(layer, specs)]
        return specs[0]

    def _first_spec(self, model: Config) -> Spec:
        """Return what a Sequential without an InputLayer takes: its first layer may know."""
        layers = model["config"]["layers"]
        if layers and is_functional(layers[0]):
            inner = self.interface(layers[0]).inputs
            return (inner[0].shape, inner[0].dtype) if len(inner) == 1 else (None, "float32")
        shape = model["config"].get("build_input_shape")
        dtype = compute_dtype((layers[0] if layers else model)["config"].get("dtype"))
        return (None if shape is None else _shape(shape), dtype)

    def output_spec(self, layer: Config, inputs: list[Spec], index: int = 0) -> Spec:
        """Return what a layer gives when it is called on `inputs`, as far as the file tells."""
        shapes = [shape for shape, _ in inputs if shape is not None]
        known = len(shapes) == len(inputs) > 0
        if is_functional(layer) or _is_sequential(layer):
            inner = self.interface(layer)
            port = inner.outputs[index]
            same = known and [port.shape for port in inner.inputs] == shapes
            return (port.shape if same else None, port.dtype)
        try:
            shape = output_shape(layer, shapes, index) if known else None
            shape = None if shape is None else _shape(list(shape))
        except (LookupError, TypeError, ValueError, ArithmeticError):
            shape = None  # only a help until Keras is asked: the rest of the file may be sound
        return (shape, output_dtype(layer, [dtype for _, dtype in inputs]))


def _opaque(model: Config) -> SavedInterface:
    """Return one input and one output: a subclassed model's file does not tell what is inside."""
    class_name = _name(model["class_name"])
    if not isinstance(model["config"], dict):
        raise NotUnderstood("it has no configuration")
    given = _built_specs(model)
    dtype = compute_dtype(model["config"].get("dtype"))
    shape = given[0][0] if len(given) == 1 else None
    return SavedInterface(
        class_name=class_name,
        inputs=(SavedPort("input", shape, dtype),),
        outputs=(SavedPort("output", None, dtype),),
    )


# The graph of a Functional model ------------------------------------------------------------------


def _is_operation(layer: Config) -> bool:
    """Return whether an entry is one of `keras.ops`, which Keras does not count as layers."""
    return str(layer.get("module")).startswith(_OPERATIONS)


class _Graph:
    """The layers of a Functional model by name, and what is known of the tensors between them."""

    def __init__(self, layers: list[Config], reading: _Reading) -> None:
        self._layers = {_name(layer["name"]): layer for layer in layers}
        if len(self._layers) != len(layers):
            raise NotUnderstood("two layers have one name")
        self._reading = reading
        self._taken: dict[tuple[str, int], list[Spec]] = {}
        self._recorded: dict[Tensor, Spec] | None = None

    def output_spec(self, name: str, node: int, index: int) -> Spec:
        """Return the spec of an output of the model, which counts a Functional's nodes from 1."""
        return self.spec(name, node - is_functional(self._layers[name]), index)

    def spec(self, name: str, node: int, index: int) -> Spec:
        """Return the spec of output `index` of the `node`-th call of a layer."""
        layer = self._layers[name]
        if layer["class_name"] == "InputLayer":
            return _input_spec(layer)
        shape, dtype = self._reading.output_spec(layer, self._inputs(name, node), index)
        if shape is not None:
            return (shape, dtype)
        return self._record((name, node, index), (None, dtype))

    def _inputs(self, name: str, node: int) -> list[Spec]:
        """Return the specs of the tensors that a call of a layer is handed by position."""
        if (name, node) not in self._taken:
            layer = self._layers[name]
            calls = layer.get("inbound_nodes") or []
            call = calls[node] if 0 <= node < len(calls) else None
            found = list(_tensors(call["args"])) if isinstance(call, dict) else []
            specs = [spec for _, spec in found] or _built_specs(layer)
            self._taken[name, node] = specs if len(specs) <= _MAX_ARGUMENTS else []
        return self._taken[name, node]

    def _record(self, tensor: Tensor, otherwise: Spec) -> Spec:
        """Return what the file says of a tensor that some layer takes, read when first asked."""
        if self._recorded is None:
            calls = (call for layer in self._layers.values() for call in layer["inbound_nodes"])
            self._recorded = {key: spec for call in calls for key, spec in _tensors(call)}
        return self._recorded.get(tensor, otherwise)


def _tensors(value: Any) -> Iterator[tuple[Tensor, Spec]]:
    """Yield every tensor in the arguments of a call: where it comes from, and its spec."""
    if isinstance(value, list):
        for item in value:
            yield from _tensors(item)
    elif isinstance(value, dict):
        if value.get("class_name") == _TENSOR:
            config = value["config"]
            name, node, index = config["keras_history"]
            yield (name, node, index), (_shape(config["shape"]), _name(config["dtype"]))
        else:
            yield from _tensors(list(value.values()))


def _structure(tensors: Any) -> tuple[list[tuple[str, Tensor]], Structure]:
    """Return the leaves of a structure of tensors, named and in Keras's order, and the structure.

    A leaf is `[layer, node, tensor]`. It is named after its key in a dictionary, else its layer.
    """
    leaves: list[tuple[str, Tensor]] = []

    def walk(value: Any, key: str | None) -> Structure:
        if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
            layer, node, index = value
            if type(node) is not int or type(index) is not int or len(leaves) >= _MAX_PORTS:
                raise NotUnderstood(f"{value!r} is not a tensor")
            leaves.append((_name(layer if key is None else key), (layer, node, index)))
            return len(leaves) - 1
        if isinstance(value, dict):
            return Map({name: walk(value[name], name) for name in sorted(value)})
        return tuple(walk(item, None) for item in value)

    structure = walk(tensors, None)
    return leaves, structure


# Specs and ports ----------------------------------------------------------------------------------


def _built_specs(layer: Config) -> list[Spec]:
    """Return the specs a layer was built with; those of a call say more where it has several."""
    shape = (layer.get("build_config") or {}).get("input_shape")
    dtype = compute_dtype(layer["config"].get("dtype"))
    if _is_shape(shape):
        return [(_shape(shape), dtype)]
    several = isinstance(shape, list) and 0 < len(shape) <= _MAX_ARGUMENTS
    if several and all(map(_is_shape, shape)):
        return [(_shape(item), dtype) for item in shape]
    return []


def _input_spec(layer: Config) -> Spec:
    """Return what an InputLayer takes; Keras 2 wrote `batch_input_shape`."""
    config = layer["config"]
    shape = config["batch_shape"] if "batch_shape" in config else config["batch_input_shape"]
    return (None if shape is None else _shape(shape), compute_dtype(config.get("dtype")))


def _is_shape(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= _MAX_RANK
        and all(size is None or (type(size) is int and size >= 0) for size in value)
    )


def _shape(value: Any) -> Shape:
    if not _is_shape(value):
        raise NotUnderstood(f"{value!r} is not a shape")
    return tuple(value)


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > _MAX_NAME:
        raise NotUnderstood(f"{value!r} is not a name")
    return value


def _ports(named: list[tuple[str, Spec]]) -> tuple[SavedPort, ...]:
    """Return ports with a name each: "lstm", "lstm_1", … where one layer gives several tensors."""
    names = distinct([_name(name) for name, _ in named])
    return tuple(SavedPort(name, *spec) for name, (_, spec) in zip(names, named, strict=True))
