"""All layer classes that can be placed, looked up by name and searched by what a user types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from immutables import Map

from composer_gui.core.document import EMPTY
from composer_gui.core.layer_kinds import Construct
from composer_gui.core.layers.layer_spec import InputPort, LayerSpec, ObjectSpec, OutputPort
from composer_gui.core.layers.parameters import Parameter
from composer_gui.core.plain import value_from_plain

FORMAT = 1

CATEGORIES = (
    "core",
    "convolution",
    "pooling",
    "recurrent",
    "attention",
    "merge",
    "reshaping",
    "normalization",
    "regularization",
    "activation",
    "preprocessing",
    "wrapper",
)
"""The palette's drawers, those that most models need first."""


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """Every layer class of one Keras version, with its objects, activations and dtypes.

    `dtypes` are those of tensors; `layer_dtypes` are those, and the policies, that a layer may
    compute with. `left_out` maps a public layer class that cannot be placed to the reason.
    """

    keras_version: str
    layers: Mapping[str, LayerSpec]
    activations: tuple[str, ...]
    dtypes: tuple[str, ...]
    layer_dtypes: tuple[str, ...]
    left_out: Mapping[str, str]
    _objects: Mapping[str, Mapping[str, ObjectSpec]]

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Catalog:
        """Return the catalog that `resources/layers.json` holds; raises ValueError if it is newer.

        `plain` is the file's content as `json.load` gives it.
        """
        if plain.get("format") != FORMAT:
            raise ValueError(f"The layer catalog has format {plain.get('format')!r}, not {FORMAT}.")
        layers = {entry["class_name"]: _layer(entry) for entry in plain["layers"]}
        objects = {
            kind: MappingProxyType({entry["class_name"]: _object(kind, entry) for entry in entries})
            for kind, entries in plain["objects"].items()
        }
        return cls(
            keras_version=plain["keras_version"],
            layers=MappingProxyType(layers),
            activations=tuple(plain["activations"]),
            dtypes=tuple(plain["dtypes"]),
            layer_dtypes=tuple(plain["layer_dtypes"]),
            left_out=MappingProxyType({e["class_name"]: e["reason"] for e in plain["left_out"]}),
            _objects=MappingProxyType(objects),
        )

    def layer(self, class_name: str) -> LayerSpec:
        """Return what is known about a class; raises KeyError."""
        return self.layers[class_name]

    def objects(self, kind: str) -> tuple[ObjectSpec, ...]:
        """Return the initializers, regularizers or constraints; raises KeyError."""
        return tuple(self._objects[kind].values())

    def construct(self, value: Construct) -> LayerSpec | ObjectSpec | None:
        """Return what is known about the class of a nested value, None where it is unknown."""
        known = self.layers if value.kind == "layer" else self._objects.get(value.kind, {})
        return known.get(value.class_name)

    def categories(self) -> dict[str, tuple[LayerSpec, ...]]:
        """Return the palette's layers by category, both in the order in which they are shown."""
        placed = [spec for spec in self.layers.values() if spec.palette]
        found = {name: tuple(s for s in placed if s.category == name) for name in CATEGORIES}
        return {name: specs for name, specs in found.items() if specs}

    def search(self, text: str) -> list[LayerSpec]:
        """Return the palette's layers that `text` may mean, the likeliest first.

        First come names that begin so, then names whose words do ("mha", "bn", "avgpool"), then
        names, then descriptions with `text` inside. Upper case and spaces do not matter; an empty
        text finds everything.
        """
        wanted = "".join(text.lower().split())
        ranked = [
            (rank, len(spec.class_name), spec.class_name, spec)
            for spec in self.layers.values()
            if spec.palette and (rank := _rank(spec, wanted, text)) is not None
        ]
        return [spec for *_, spec in sorted(ranked, key=lambda entry: entry[:3])]

    def output_ports(
        self, spec: LayerSpec, parameters: Mapping[str, Any], arguments: Mapping[str, Any] = EMPTY
    ) -> tuple[str, ...]:
        """Return the names of a layer's outputs under these parameters and call arguments.

        They are in the order in which Keras puts the tensors out, nested lists flattened.
        """
        rule = _NESTED_OUTPUTS.get(spec.class_name)
        if rule is not None:
            return rule(self, parameters)
        given = _with_defaults(spec, parameters, arguments)
        return tuple(
            port.name
            for port in spec.outputs
            if all(given.get(name) == value for name, value in port.when.items())
        )


def _with_defaults(spec: LayerSpec, parameters: Mapping, arguments: Mapping) -> dict[str, Any]:
    given = {item.name: item.default for item in (*spec.parameters, *spec.arguments)}
    return given | dict(parameters) | dict(arguments)


# Outputs that a nested layer decides --------------------------------------------------------------


def _inner_outputs(catalog: Catalog, value: Any) -> tuple[str, ...]:
    """Return the outputs of a nested layer or cell; one output where it is not known."""
    if isinstance(value, tuple):  # RNN takes a list of cells as if they were stacked
        return _stacked_outputs(catalog, {"cells": value})
    spec = catalog.construct(value) if isinstance(value, Construct) else None
    return catalog.output_ports(spec, value.parameters) if spec is not None else ("output",)


def _bidirectional_outputs(catalog: Catalog, parameters: Mapping) -> tuple[str, ...]:
    states = _inner_outputs(catalog, parameters.get("layer"))[1:]
    apart = "merge_mode" in parameters and parameters["merge_mode"] is None
    return (
        "output",
        *(["backward_output"] if apart else []),
        *(f"forward_{name}" for name in states),
        *(f"backward_{name}" for name in states),
    )


def _rnn_outputs(catalog: Catalog, parameters: Mapping) -> tuple[str, ...]:
    if parameters.get("return_state") is not True:
        return ("output",)
    return _inner_outputs(catalog, parameters.get("cell"))


def _stacked_outputs(catalog: Catalog, parameters: Mapping) -> tuple[str, ...]:
    cells = parameters.get("cells")
    states = [
        name.replace("state", f"state_{number}", 1)
        for number, cell in enumerate(cells if isinstance(cells, tuple) else (), start=1)
        for name in _inner_outputs(catalog, cell)[1:]
    ]
    return ("output", *states)


def _pipeline_outputs(catalog: Catalog, parameters: Mapping) -> tuple[str, ...]:
    layers = parameters.get("layers")
    last = layers[-1] if isinstance(layers, tuple) and layers else None
    return _inner_outputs(catalog, last)


_NESTED_OUTPUTS = {
    "Bidirectional": _bidirectional_outputs,
    "Pipeline": _pipeline_outputs,
    "RNN": _rnn_outputs,
    "StackedRNNCells": _stacked_outputs,
}


# Searching --------------------------------------------------------------------------------------

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|\d+D?|[a-z]+")


def _rank(spec: LayerSpec, wanted: str, text: str) -> int | None:
    names = (spec.class_name, *spec.aliases)
    if any(name.lower().startswith(wanted) for name in names):
        return 0
    if any(_starts_words(_words(name), wanted) for name in names):
        return 1
    if any(wanted in name.lower() for name in names):
        return 2
    return 3 if text.lower().strip() in spec.description.lower() else None


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _starts_words(words: list[str], wanted: str) -> bool:
    """Return whether `wanted` is made of the beginnings of words, in order: m-h-a, avg-pool."""
    if not wanted:
        return True
    for index, word in enumerate(words):
        rest = words[index + 1 :]
        lengths = (n for n in range(len(word), 0, -1) if wanted.startswith(word[:n]))
        if any(_starts_words(rest, wanted[n:]) for n in lengths):
            return True
    return False


# Reading ----------------------------------------------------------------------------------------


def _layer(plain: dict[str, Any]) -> LayerSpec:
    return LayerSpec(
        class_name=plain["class_name"],
        category=plain["category"],
        description=plain["description"],
        palette=plain["palette"],
        inputs=tuple(InputPort(**port) for port in plain["inputs"]),
        outputs=tuple(_output(port) for port in plain["outputs"]),
        arguments=tuple(_parameters(plain["arguments"])),
        parameters=tuple(_parameters(plain["parameters"])),
        outputs_from=plain.get("outputs_from"),
        sample=_values(plain["sample"]),
        why=plain.get("why", ""),
        aliases=tuple(plain.get("aliases", ())),
    )


def _object(kind: str, plain: dict[str, Any]) -> ObjectSpec:
    return ObjectSpec(
        kind=kind,
        class_name=plain["class_name"],
        alias=plain["alias"],
        description=plain["description"],
        parameters=tuple(_parameters(plain["parameters"])),
        sample=_values(plain["sample"]),
    )


def _output(plain: dict[str, Any]) -> OutputPort:
    return OutputPort(plain["name"], _values(plain.get("when", {})))


def _values(plain: dict[str, Any]) -> Map:
    return Map({k: value_from_plain(v) for k, v in plain.items()}) if plain else EMPTY


def _parameters(entries: list[dict[str, Any]]) -> Iterator[Parameter]:
    for entry in entries:
        fields = {
            key: _frozen(value) if type(value) is list else value for key, value in entry.items()
        }
        yield Parameter(**fields)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
