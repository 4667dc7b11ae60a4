"""Reads what a saved model is made of from its configuration, which is a stranger's plain data.

Keras writes three shapes of model: Functional has a graph, Sequential a row of layers, and of
anything else only its code knows what is inside.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from typing import Any

from immutables import Map

from composer_gui.core import safety
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
    tensors_of,
)
from composer_gui.core.inside_entries import (
    DEEPEST,
    MOST_PORTS,
    Spec,
    built_shapes,
    checked_name,
    checked_shape,
    has_graph,
    input_spec,
    kind_of,
    odd,
    part_name,
    too_deep,
)
from composer_gui.core.layer_kinds import Structure
from composer_gui.core.saved_shapes import compute_dtype, output_dtype, output_shape

Key = tuple[str, int, int]

_TENSOR = "__keras_tensor__"
_LOOSE_DEFAULT = "input"
"""What the input of a Sequential is called that was saved without one."""


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
        if kind_of(config) == MODEL:
            return reading.model(config, "", 0)
        raise _sealed(config)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise odd(f"{type(error).__name__}: {error}") from error
    except RecursionError as error:
        raise too_deep() from error


def _sealed(config: Mapping[str, Any]) -> NotOpenable:
    name = checked_name(config["class_name"])
    return NotOpenable(
        f"What is inside is known to the code of {name} only: it is neither a Functional nor a "
        "Sequential model.",
        "It can be used as a whole.",
    )


class _Reading:
    """One reading of a file, with what is known of its layers by their paths."""

    def __init__(self, counts: Mapping[str, int] | None, vocabularies: Mapping) -> None:
        self._counts = counts
        self._vocabularies = vocabularies

    def model(self, entry: Mapping[str, Any], before: str, depth: int) -> Inside:
        if depth > DEEPEST:
            raise too_deep()
        if has_graph(entry):
            return _Graph(entry, self._parts(entry["config"]["layers"], before, depth)).inside()
        return self._sequential(entry, before, depth)

    def _parts(self, entries: list[Any], before: str, depth: int) -> list[Part]:
        parts = [self._part(entry, before, depth) for entry in entries]
        names = {part.name for part in parts}
        if len(names) != len(parts):
            raise odd("two layers have one name")
        return parts

    def _part(self, entry: Mapping[str, Any], before: str, depth: int) -> Part:
        name, kind = part_name(entry), kind_of(entry)
        path = f"{before}{name}"
        inside = self.model(entry, f"{path}/", depth + 1) if kind == MODEL else None
        return Part(
            name=name,
            kind=kind,
            class_name=checked_name(entry["class_name"]),
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
            name=checked_name(config.get("name") or "sequential"),
            class_name=checked_name(entry["class_name"]),
            parts=tuple(parts),
            calls=tuple(calls),
            inputs=(InnerTensor(*first.key, *specs[first.key]),),
            outputs=(last,),
            specs=specs,
            trainable=config.get("trainable", True) is not False,
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
                raise odd(f"{part.name} has no list of calls")
            for number, node in enumerate(nodes):
                self._calls[part.name, number] = self._call(part, number, node)
        calls = self._sorted()
        inputs, input_structure = self._structure(config["input_layers"])
        outputs, output_structure = self._structure(config["output_layers"])
        if any(self._parts[tensor.part].kind != INPUT for tensor in inputs):
            raise odd("one of its inputs is the output of a layer")
        return Inside(
            name=checked_name(config.get("name") or "functional"),
            class_name=checked_name(self._entry["class_name"]),
            parts=tuple(self._parts.values()),
            calls=calls,
            inputs=inputs,
            outputs=outputs,
            input_structure=input_structure,
            output_structure=output_structure,
            specs=self._specs,
            trainable=config.get("trainable", True) is not False,
        )

    # Calls ----------------------------------------------------------------------------------------

    def _call(self, part: Part, number: int, node: Any) -> InnerCall:
        if isinstance(node, list):  # how Keras wrote a call before version 3
            return self._old_call(part, number, node)
        arguments, keywords = node["args"], node["kwargs"]
        if not isinstance(arguments, list) or not isinstance(keywords, dict):
            raise odd(f"a call of {part.name} has no arguments")
        return InnerCall(
            part.name,
            number,
            tuple(self._argument(value) for value in arguments),
            {checked_name(key): self._argument(value) for key, value in keywords.items()},
        )

    def _old_call(self, part: Part, number: int, node: list[Any]) -> InnerCall:
        tensors = [self._referred(item[:3]) for item in node]
        keywords = node[0][3] if len(node[0]) > 3 else {}
        taken = tensors[0] if len(tensors) == 1 else tensors
        return InnerCall(
            part.name, number, (taken,), {checked_name(key): keywords[key] for key in keywords}
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
        spec = (checked_shape(config["shape"]), checked_name(config["dtype"]))
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
            raise odd(f"{[part, call, output]!r} is not a tensor in it")
        nodes = [None] if known.kind == INPUT else known.config["inbound_nodes"]
        if not 0 <= call < len(nodes) or not 0 <= output < MOST_PORTS:
            raise odd(f"{[part, call, output]!r} is not a tensor in it")
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
            raise odd("its layers are connected in a circle")
        return tuple(ordered)

    # Inputs and outputs ---------------------------------------------------------------------------

    def _structure(self, tensors: Any) -> tuple[tuple[InnerTensor, ...], Structure]:
        """Return the tensors in Keras's order, and how they are nested."""
        leaves: list[InnerTensor] = []

        # one tensor is [name, node, number]; whatever else is a list holds several
        def walk(value: Any) -> Structure:
            if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
                if len(leaves) >= MOST_PORTS:
                    raise odd("it has too many inputs or outputs")
                leaves.append(self._with_spec(self._referred(value)))
                return len(leaves) - 1
            if isinstance(value, dict):
                return Map({checked_name(name): walk(value[name]) for name in sorted(value)})
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
        shape = None if shape is None else checked_shape(list(shape))
    except (LookupError, TypeError, ValueError, ArithmeticError):
        shape = None  # only a help until Keras is asked: the rest of the file may be sound
    return (shape, output_dtype(part.config, [dtype for _, dtype in given]))
