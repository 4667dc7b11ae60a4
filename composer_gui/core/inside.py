"""What a saved model is made of, as its configuration tells, and the addresses of what is in it.

A *path* names a layer or model inside: the names of the layers on the way, joined by "/". An
*address* names a tensor inside: a path in which a step may say which call is meant, counted from
0, and which may end in the number of one of several outputs: `encoder/conv`, `encoder#1/lstm:2`.
The first call and the first output go without saying. Names in Keras hold no "/"; what was called
holds no "#" and no ":" either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from composer_gui.core.document import Shape
from composer_gui.core.errors import ComposerError
from composer_gui.core.layer_kinds import Structure

LAYER = "layer"
MODEL = "model"
OPERATION = "operation"
INPUT = "input"

_STEP = re.compile(r"(.*?)(?:#(\d{1,6}))?", re.DOTALL)
_END = re.compile(r"(.*?)(?::(\d{1,6}))?", re.DOTALL)


class NotOpenable(ComposerError):
    """A saved model that cannot be looked into or laid out; the sentence says why."""


@dataclass(frozen=True, slots=True)
class InnerTensor:
    """A tensor inside a model: the output of one of a part's calls, and its spec where known.

    `shape` counts the batch axis.
    """

    part: str
    call: int = 0
    output: int = 0
    shape: Shape | None = None
    dtype: str = "float32"

    @property
    def address(self) -> str:
        """The address of this tensor in the model that holds the part."""
        return address_of((self.part, self.call), output=self.output)

    @property
    def key(self) -> tuple[str, int, int]:
        """Part, call and output, without the spec."""
        return self.part, self.call, self.output


@dataclass(frozen=True, slots=True)
class InnerCall:
    """One call of a part. `arguments` and `keywords` are plain, with InnerTensors in them.

    Lists and dictionaries are as in the file; a slice is `{"class_name": "__slice__", …}` there.
    """

    part: str
    number: int
    arguments: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """A layer, model, operation or input inside a model.

    `config` is its whole entry in the file, plain and not to be altered. `parameters` counts the
    elements of its weights, None where they were not counted. `inside` is what a model is made of,
    None for a model whose code alone knows (`kind` is then LAYER). `foreign` says that its class
    is not Keras's.
    """

    name: str
    kind: str
    class_name: str
    config: Mapping[str, Any]
    trainable: bool = True
    parameters: int | None = None
    foreign: bool = False
    inside: Inside | None = None
    vocabulary: tuple[Any, ...] | None = None

    @property
    def mode(self) -> str:
        """How its weights are quantized, such as int8; empty where they are not."""
        config = self.config.get("config")
        policy = config.get("dtype") if isinstance(config, Mapping) else None
        inner = policy.get("config") if isinstance(policy, Mapping) else None
        mode = inner.get("mode") if isinstance(inner, Mapping) else None
        return mode[:20] if isinstance(mode, str) else ""


@dataclass(frozen=True)
class Inside:
    """What one model is made of.

    `parts` are in the order of the file, `calls` each behind those it takes from. The structures
    of inputs and outputs say how the tensors in `inputs` and `outputs` are handed over.
    `specs` holds (shape, dtype) of tensors by their key, as far as the file tells. Of a model that
    is not `trainable` nothing trains, whatever its layers say.
    """

    name: str
    class_name: str
    parts: tuple[Part, ...]
    calls: tuple[InnerCall, ...]
    inputs: tuple[InnerTensor, ...]
    outputs: tuple[InnerTensor, ...]
    input_structure: Structure = 0
    output_structure: Structure = 0
    specs: Mapping[tuple[str, int, int], tuple[Shape | None, str]] = field(default_factory=dict)
    trainable: bool = True

    @cached_property
    def by_name(self) -> Mapping[str, Part]:
        """The parts by their names."""
        return {part.name: part for part in self.parts}

    @cached_property
    def call_keys(self) -> frozenset[tuple[str, int]]:
        """The name of the part and the number of every call."""
        return frozenset((call.part, call.number) for call in self.calls)

    def part(self, path: str) -> Part:
        """Return what a path leads to; raises KeyError."""
        inside: Inside | None = self
        found: Part | None = None
        for name in path.split("/"):
            if inside is None:
                raise KeyError(path)
            found = inside.by_name[name]
            inside = found.inside
        if found is None:
            raise KeyError(path)
        return found

    def leaves(self, before: str = "") -> Iterator[tuple[str, Part]]:
        """Yield path and part of every layer at every depth; models and inputs are none."""
        for part in self.parts:
            path = f"{before}{part.name}"
            if part.inside is not None:
                yield from part.inside.leaves(f"{path}/")
            elif part.kind == LAYER:
                yield path, part


# Tensors in calls --------------------------------------------------------------------------------


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


# Addresses --------------------------------------------------------------------------------------


def address_of(*steps: tuple[str, int], output: int = 0) -> str:
    """Return the address with these (name, call) steps."""
    path = "/".join(f"{name}#{call}" if call else name for name, call in steps)
    return f"{path}:{output}" if output else path


def steps_of(address: str) -> tuple[tuple[tuple[str, int], ...], int]:
    """Return the (name, call) steps of an address, and the number of the output."""
    path, output = _END.fullmatch(address).groups()
    steps = (_STEP.fullmatch(step).groups() for step in path.split("/"))
    return tuple((name, int(call or 0)) for name, call in steps), int(output or 0)


def path_of(address: str) -> str:
    """Return the path of the part whose output an address names."""
    steps, _ = steps_of(address)
    return "/".join(name for name, _ in steps)
