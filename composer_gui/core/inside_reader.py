"""Reads what a saved model is made of from its configuration, which is a stranger's plain data.

Keras writes three shapes of model: Functional has a graph, Sequential a row of layers, and of
anything else only its code knows what is inside.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from typing import Any

from immutables import Map

from composer_gui.core import safety
from composer_gui.core.document import Shape, Structure
from composer_gui.core.inside import (
    INPUT,
    LAYER,
    MODEL,
    OPERATION,
    InnerCall,
    InnerTensor,
    Inside,
    NotOpenable,
    Part,
)
from composer_gui.core.saved_shapes import compute_dtype, output_dtype, output_shape

Spec = tuple[Shape | None, str]
Key = tuple[str, int, int]

_TENSOR = "__keras_tensor__"
_OPERATIONS = ("keras.src.ops", "keras.ops")
_MODELS = ("keras", "keras.models", "keras.src.models.functional", "keras.src.models.sequential")
_LOOSE_DEFAULT = "input"
"""What the input of a Sequential is called that was saved without one."""

# What keeps a crafted file from costing more than reading it: far above any honest model.
DEEPEST = 40
_LONGEST_NAME = 500
_MOST_AXES = 64
_MOST_PORTS = 10_000


def read(
    config: Mapping[str, Any],
    *,
    counts: Mapping[str, int] | None = None,
    vocabularies: Mapping[str, tuple[Any, ...]] | None = None,
) -> Inside:
    """Return what the model of this configuration is made of.

    `config` is the model's whole entry, as `config.json` holds it. `counts` and `vocabularies` are
    by the path of a layer: the elements of its weights, and the words that it knows. Raises
    NotOpenable for a model of which only its code knows what is inside, and for what is none.
    """
    reading = _Reading(counts, vocabularies or {})
    try:
        if _kind(config) == MODEL:
            return reading.model(config, "", 0)
        raise _sealed(config)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise _odd(f"{type(error).__name__}: {error}") from error
    except RecursionError as error:
        raise _too_deep() from error


def _odd(what: str) -> NotOpenable:
    text = "".join(c if c.isprintable() else "?" for c in " ".join(what.split()))
    text = text if len(text) <= 160 else f"{text[:160]}…"
    return NotOpenable(
        "The configuration of this model is unusual, so its layers cannot be told.",
        f"What is odd: {text}.",
    )


def _too_deep() -> NotOpenable:
    return NotOpenable(
        f"Models lie within models in it, more than {DEEPEST} deep.",
        "No ordinary model needs that; ask where the file comes from.",
    )


def _sealed(config: Mapping[str, Any]) -> NotOpenable:
    name = _name(config["class_name"])
    return NotOpenable(
        f"What is inside is known to the code of {name} only: it is neither a Functional nor a "
        "Sequential model.",
        "It can be used as a whole.",
    )


# Kinds of entries ---------------------------------------------------------------------------------


def _kind(entry: Mapping[str, Any]) -> str:
    """Return what an entry of a configuration is: a LAYER, MODEL, OPERATION or INPUT."""
    class_name, module = entry["class_name"], str(entry.get("module") or "")
    if class_name == "InputLayer":
        return INPUT
    if module.startswith(_OPERATIONS):
        return OPERATION
    ours = class_name in ("Functional", "Model", "Sequential") and module in (*_MODELS, "")
    row = class_name == "Sequential" and "layers" in entry["config"]
    return MODEL if ours and (row or has_graph(entry)) else LAYER


def has_graph(entry: Mapping[str, Any]) -> bool:
    """Return whether an entry is that of a model with a graph, of whatever class."""
    config = entry["config"]
    return "input_layers" in config and "output_layers" in config and "layers" in config


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > _LONGEST_NAME:
        raise _odd(f"{str(value)[:80]!r} is not a name")
    return value


def _part_name(entry: Mapping[str, Any]) -> str:
    """Return the name of a layer, which may stand in addresses."""
    name = _name(entry.get("name") or entry["config"].get("name"))
    if any(character in name for character in "/#:"):
        raise _odd(f"{name[:80]!r} is not the name of a layer")
    return name


class _Reading:
    """One reading of a file, with what is known of its layers by their paths."""

    def __init__(self, counts: Mapping[str, int] | None, vocabularies: Mapping) -> None:
        self._counts = counts
        self._vocabularies = vocabularies

    def model(self, entry: Mapping[str, Any], before: str, depth: int) -> Inside:
        if depth > DEEPEST:
            raise _too_deep()
        if has_graph(entry):
            return _Graph(entry, self._parts(entry["config"]["layers"], before, depth)).inside()
        return self._sequential(entry, before, depth)

    def _parts(self, entries: list[Any], before: str, depth: int) -> list[Part]:
        parts = [self._part(entry, before, depth) for entry in entries]
        names = {part.name for part in parts}
        if len(names) != len(parts):
            raise _odd("two layers have one name")
        return parts

    def _part(self, entry: Mapping[str, Any], before: str, depth: int) -> Part:
        name, kind = _part_name(entry), _kind(entry)
        path = f"{before}{name}"
        inside = self.model(entry, f"{path}/", depth + 1) if kind == MODEL else None
        return Part(
            name=name,
            kind=kind,
            class_name=_name(entry["class_name"]),
            config=entry,
            trainable=entry["config"].get("trainable", True) is not False,
            parameters=self._count(path, kind, inside),
            foreign=inside is None and _is_foreign(entry),
            inside=inside,
            vocabulary=self._vocabularies.get(path),
        )

    def _count(self, path: str, kind: str, inside: Inside | None) -> int | None:
        if self._counts is None:
            return None
        if inside is not None:
            return sum(part.parameters or 0 for part in inside.parts)
        return self._counts.get(path, 0) if kind == LAYER else 0

    # A row of layers ------------------------------------------------------------------------------

    def _sequential(self, entry: Mapping[str, Any], before: str, depth: int) -> Inside:
        config = entry["config"]
        parts = self._parts(config["layers"], before, depth)
        if not parts or parts[0].kind != INPUT:
            parts.insert(0, _loose_input(entry, parts))
        last = InnerTensor(parts[0].name)
        last_spec = input_spec(parts[0].config)
        specs: dict[Key, Spec] = {last.key: last_spec}
        calls = []
        first = InnerTensor(last.part, 0, 0, *last_spec)
        last = first
        for part in parts[1:]:
            built = built_shapes(part.config)
            if len(built) == 1:
                last_spec = (built[0], last_spec[1])
                last = InnerTensor(*last.key, *last_spec)
                specs[last.key] = last_spec
            calls.append(InnerCall(part.name, 0, (last,)))
            last_spec = _result(part, [last_spec], 0)
            last = InnerTensor(part.name, 0, 0, *last_spec)
            specs[last.key] = last_spec
        return Inside(
            name=_name(config.get("name") or "sequential"),
            class_name=_name(entry["class_name"]),
            parts=tuple(parts),
            calls=tuple(calls),
            inputs=(InnerTensor(*first.key, *specs[first.key]),),
            outputs=(last,),
            specs=specs,
        )


def _is_foreign(entry: Mapping[str, Any]) -> bool:
    return bool(safety.refused_names({**entry, "inbound_nodes": None}))


def _loose_input(entry: Mapping[str, Any], parts: list[Part]) -> Part:
    """Return the input that a Sequential lacks in the file; its first layer may know the shape."""
    shape = entry["config"].get("build_input_shape")
    dtype = "float32"
    if parts and parts[0].inside is not None and len(parts[0].inside.inputs) == 1:
        inner = parts[0].inside.inputs[0]
        shape, dtype = inner.shape, inner.dtype
    elif parts:
        dtype = compute_dtype(parts[0].config["config"].get("dtype"))
    taken = {part.name for part in parts}
    name = _LOOSE_DEFAULT
    while name in taken:
        name += "_"
    config = {"name": name, "batch_shape": shape, "dtype": dtype}
    loose = {"module": "keras.layers", "class_name": "InputLayer", "config": config}
    return Part(name, INPUT, "InputLayer", loose, parameters=0)


# A graph of layers --------------------------------------------------------------------------------


class _Graph:
    """The layers of a Functional model, and what the file tells of the tensors between them."""

    def __init__(self, entry: Mapping[str, Any], parts: list[Part]) -> None:
        self._entry = entry
        self._parts = {part.name: part for part in parts}
        self._specs: dict[Key, Spec] = {}
        self._calls: dict[tuple[str, int], InnerCall] = {}

    def inside(self) -> Inside:
        config = self._entry["config"]
        for part in self._parts.values():
            if part.kind == INPUT:
                self._specs[part.name, 0, 0] = input_spec(part.config)
                continue
            nodes = part.config.get("inbound_nodes")
            if not isinstance(nodes, list):
                raise _odd(f"{part.name} has no list of calls")
            for number, node in enumerate(nodes):
                self._calls[part.name, number] = self._call(part, number, node)
        calls = self._sorted()
        inputs, input_structure = self._structure(config["input_layers"])
        outputs, output_structure = self._structure(config["output_layers"])
        if any(self._parts[tensor.part].kind != INPUT for tensor in inputs):
            raise _odd("one of its inputs is the output of a layer")
        return Inside(
            name=_name(config.get("name") or "functional"),
            class_name=_name(self._entry["class_name"]),
            parts=tuple(self._parts.values()),
            calls=calls,
            inputs=inputs,
            outputs=outputs,
            input_structure=input_structure,
            output_structure=output_structure,
            specs=self._specs,
        )

    # Calls ----------------------------------------------------------------------------------------

    def _call(self, part: Part, number: int, node: Any) -> InnerCall:
        if isinstance(node, list):  # how Keras wrote a call before version 3
            return self._old_call(part, number, node)
        arguments, keywords = node["args"], node["kwargs"]
        if not isinstance(arguments, list) or not isinstance(keywords, dict):
            raise _odd(f"a call of {part.name} has no arguments")
        return InnerCall(
            part.name,
            number,
            tuple(self._argument(value) for value in arguments),
            {_name(key): self._argument(value) for key, value in keywords.items()},
        )

    def _old_call(self, part: Part, number: int, node: list[Any]) -> InnerCall:
        tensors = [self._referred(item[:3]) for item in node]
        keywords = node[0][3] if len(node[0]) > 3 else {}
        taken = tensors[0] if len(tensors) == 1 else tensors
        return InnerCall(
            part.name, number, (taken,), {_name(key): keywords[key] for key in keywords}
        )

    def _argument(self, value: Any) -> Any:
        """Return an argument with InnerTensors in the place of what stands for tensors."""
        if isinstance(value, list):
            return [self._argument(item) for item in value]
        if not isinstance(value, dict):
            return value
        if value.get("class_name") != _TENSOR:
            return {key: self._argument(item) for key, item in value.items()}
        config = value["config"]
        part, call, output = config["keras_history"]
        tensor = self._checked(part, call, output)
        spec = (_shape(config["shape"]), _name(config["dtype"]))
        self._specs.setdefault(tensor.key, spec)
        return InnerTensor(part, call, output, *spec)

    def _referred(self, triple: list[Any]) -> InnerTensor:
        """Return the tensor of a `[name, node, tensor]`, which counts a Functional's from 1."""
        part, node, output = triple
        tensor = self._checked(part, node - has_graph(self._parts[part].config), output)
        return InnerTensor(*tensor.key, *self._specs.get(tensor.key, (None, "float32")))

    def _checked(self, part: Any, call: Any, output: Any) -> InnerTensor:
        known = self._parts.get(part) if isinstance(part, str) else None
        if known is None or type(call) is not int or type(output) is not int:
            raise _odd(f"{[part, call, output]!r} is not a tensor in it")
        nodes = [None] if known.kind == INPUT else known.config["inbound_nodes"]
        if not 0 <= call < len(nodes) or not 0 <= output < _MOST_PORTS:
            raise _odd(f"{[part, call, output]!r} is not a tensor in it")
        return InnerTensor(part, call, output)

    def _sorted(self) -> tuple[InnerCall, ...]:
        """Return the calls in the order of the file as far as each comes behind what it takes."""
        place = {key: number for number, key in enumerate(self._calls)}
        waits: dict[tuple[str, int], int] = {}
        takers: dict[tuple[str, int], list[tuple[str, int]]] = {}
        for key, call in self._calls.items():
            taken = {(t.part, t.call) for t in tensors_of(call)} & place.keys()
            waits[key] = len(taken)
            for other in taken:
                takers.setdefault(other, []).append(key)
        ready = [place[key] for key, count in waits.items() if not count]
        keys, ordered = list(self._calls), []
        heapq.heapify(ready)
        while ready:
            key = keys[heapq.heappop(ready)]
            ordered.append(self._calls[key])
            for taker in takers.get(key, ()):
                waits[taker] -= 1
                if not waits[taker]:
                    heapq.heappush(ready, place[taker])
        if len(ordered) != len(keys):
            raise _odd("its layers are connected in a circle")
        return tuple(ordered)

    # Inputs and outputs ---------------------------------------------------------------------------

    def _structure(self, tensors: Any) -> tuple[tuple[InnerTensor, ...], Structure]:
        """Return the tensors in Keras's order, and how they are nested."""
        leaves: list[InnerTensor] = []

        # one tensor is [name, node, number]; whatever else is a list holds several
        def walk(value: Any) -> Structure:
            if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
                if len(leaves) >= _MOST_PORTS:
                    raise _odd("it has too many inputs or outputs")
                leaves.append(self._with_spec(self._referred(value)))
                return len(leaves) - 1
            if isinstance(value, dict):
                return Map({_name(name): walk(value[name]) for name in sorted(value)})
            return tuple(walk(item) for item in value)

        structure = walk(tensors)
        return tuple(leaves), structure

    def _with_spec(self, tensor: InnerTensor) -> InnerTensor:
        """Return a tensor with its spec: the file tells those that layers take, not the last."""
        spec = self._specs.get(tensor.key)
        if spec is None:
            call = self._calls[tensor.part, tensor.call]
            given = [(t.shape, t.dtype) for t in tensors_of(call, positional=True)]
            spec = _result(self._parts[tensor.part], given, tensor.output)
            self._specs[tensor.key] = spec
        return InnerTensor(*tensor.key, *spec)


def tensors_of(call: InnerCall, *, positional: bool = False) -> Iterator[InnerTensor]:
    """Yield the tensors that a call takes, by position first, in the order they stand in it."""
    yield from tensors_in(list(call.arguments))
    if not positional:
        yield from tensors_in(call.keywords)


def tensors_in(value: Any) -> Iterator[InnerTensor]:
    """Yield the tensors in an argument; in a dictionary they are in the order of the keys."""
    if isinstance(value, InnerTensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from tensors_in(item)
    elif isinstance(value, Mapping):
        for key in sorted(value, key=str):
            yield from tensors_in(value[key])


# Shapes and dtypes --------------------------------------------------------------------------------


def _result(part: Part, given: list[Spec], output: int) -> Spec:
    """Return what a part gives when called on `given`, as far as that is plain to see."""
    shapes = [shape for shape, _ in given if shape is not None]
    known = len(shapes) == len(given) > 0
    if part.inside is not None:
        tensor = part.inside.outputs[output]
        same = known and [t.shape for t in part.inside.inputs] == shapes
        return (tensor.shape if same else None, tensor.dtype)
    if part.kind == OPERATION:
        return (None, given[0][1] if given else "float32")
    try:
        shape = output_shape(part.config, shapes, output) if known else None
        shape = None if shape is None else _shape(list(shape))
    except (LookupError, TypeError, ValueError, ArithmeticError):
        shape = None  # only a help until Keras is asked: the rest of the file may be sound
    return (shape, output_dtype(part.config, [dtype for _, dtype in given]))


def built_shapes(entry: Mapping[str, Any]) -> list[Shape]:
    """Return the shapes that a layer was built with, where they are plain to see."""
    shape = (entry.get("build_config") or {}).get("input_shape")
    return [tuple(shape)] if _is_shape(shape) else []


def input_spec(entry: Mapping[str, Any]) -> Spec:
    """Return what an InputLayer takes; Keras 2 wrote `batch_input_shape`."""
    config = entry["config"]
    shape = config["batch_shape"] if "batch_shape" in config else config["batch_input_shape"]
    if shape is not None:
        shape = _shape(list(shape))
    return shape, compute_dtype(config.get("dtype"))


def _is_shape(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= _MOST_AXES
        and all(size is None or (type(size) is int and size >= 0) for size in value)
    )


def _shape(value: Any) -> Shape:
    if not _is_shape(value):
        raise _odd(f"{str(value)[:80]} is not a shape")
    return tuple(value)
