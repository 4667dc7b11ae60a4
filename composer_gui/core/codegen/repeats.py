"""Stretches of a design that come several times, to be written once as a function.

A stretch repeats where the same classes are wired in the same way behind one tensor, one tensor
comes out, and the names differ in one place: `block1_conv`, `block2_conv`, or `conv`, `conv_1`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from composer_gui.core.codegen.naming import identifier
from composer_gui.core.codegen.reading import Reading
from composer_gui.core.document import KerasLayer, Source

SHORTEST, LONGEST = 3, 40
"""Calls in a stretch."""

LEAST_SAVED = 2
"""Lines that have to be saved, or it reads better written out."""

FRAME = 5
"""Lines around the body of a function."""

MOST_PARAMETERS = 3
"""What may differ from place to place, besides the name."""


_NUMBER = re.compile(r"(_\d+)?$")


@dataclass(frozen=True, slots=True)
class Repeat:
    """One stretch and its places in the design.

    `places` holds the node ids of each, `sources` the tensor each begins from. Names are made of a
    stem for each call and a tag for each place: before the stem if `is_prefix`, else behind it.
    `variables` maps (number of the call, parameter) to the variable that gives its value, and
    `values` holds these for each place.
    """

    places: tuple[tuple[str, ...], ...]
    sources: tuple[Source, ...]
    tags: tuple[str, ...]
    stems: tuple[str, ...]
    is_prefix: bool
    variables: Mapping[tuple[int, str], str]
    values: tuple[Mapping[str, Any], ...]


def find(read: Reading, names: Mapping[str, str]) -> list[Repeat]:
    """Return the repeated stretches, in reading order; they do not overlap."""
    search = _Search(read, names)
    found: list[Repeat] = []
    start = 0
    while start < len(read.calls):
        best = search.best_at(start)
        if best is None:
            start += 1
        else:
            found.append(best)
            start += len(best.places) * len(best.stems)
    return found


class _Search:
    """Looks for what comes again right behind itself."""

    def __init__(self, read: Reading, names: Mapping[str, str]) -> None:
        self._read = read
        self._wiring = read.wiring
        self._document = read.wiring.document
        self._number = {node_id: number for number, node_id in enumerate(read.calls)}
        layers = [self._layer(node_id) for node_id in read.calls]
        self._names = [names[layer.id] if layer else "" for layer in layers]
        self._last_words = [name.rpartition("_")[2] for name in self._names]
        self._numbers = [_NUMBER.search(name)[0] for name in self._names]

    def _layer(self, node_id: str) -> KerasLayer | None:
        """Return the layer that a call makes for itself alone, None where that is not so."""
        layer = self._document.layers[self._document.nodes[node_id].layer]
        fits = (
            isinstance(layer, KerasLayer)
            and layer.id not in self._read.held
            and node_id not in self._read.waiting
            and len(self._wiring.outputs(node_id)) == 1
        )
        return layer if fits else None

    def best_at(self, start: int) -> Repeat | None:
        """Return the stretch beginning here that saves most lines, if one is worth it."""
        best, saved = None, LEAST_SAVED - 1
        for length in range(SHORTEST, min(LONGEST, (len(self._names) - start) // 2) + 1):
            if not self._may_begin(start, length):
                continue
            tags = self._tags(start, length)
            if len(tags) < 2:
                continue
            repeat = self._repeat(start, length, tags)
            if repeat is None:
                continue
            count = len(repeat.places)
            if count * length - length - count - FRAME > saved:
                best, saved = repeat, count * length - length - count - FRAME
        return best

    # Names ---------------------------------------------------------------------------------------

    def _may_begin(self, start: int, length: int) -> bool:
        """Return whether the first two names of two places look alike; most do not."""
        one, two = start, start + length
        words, numbers = self._last_words, self._numbers
        if words[one] == words[two]:
            return words[one + 1] == words[two + 1]
        same = numbers[one] == numbers[one + 1] and numbers[two] == numbers[two + 1]
        return same and numbers[one] != numbers[two]

    def _tags(self, start: int, length: int) -> list[str]:
        """Return the tags of as many places as are named alike; a prefix ends in "_"."""
        one, other = self._names[start], self._names[start + length]
        if not one or not other or one == other:
            return []
        split = _split(one, other)
        if split is None:
            return []
        first, is_prefix = split
        stems = [_without(name, first, is_prefix) for name in self._stretch(start, length)]
        if None in stems:
            return []
        tags = [first]
        for begin in range(start + length, len(self._names) - length + 1, length):
            stretch = self._stretch(begin, length)
            tag = _tag(stretch[0], stems[0], is_prefix)
            if tag is None or tag in tags:
                break
            if any(_without(n, tag, is_prefix) != s for n, s in zip(stretch, stems, strict=True)):
                break
            tags.append(tag)
        return tags

    def _stretch(self, start: int, length: int) -> list[str]:
        return self._names[start : start + length]

    # Wires and parameters -------------------------------------------------------------------------

    def _repeat(self, start: int, length: int, tags: list[str]) -> Repeat | None:
        """Return the places that are wired alike, two or more of them."""
        places, sources, shape = [], [], None
        for number in range(len(tags)):
            begin = start + number * length
            found = self._shape(begin, length)
            if found is None or (shape is not None and found[0] != shape):
                break
            shape = found[0]
            places.append(self._read.calls[begin : begin + length])
            sources.append(found[1])
        if len(places) < 2:
            return None
        differing = self._differing(places)
        if differing is None:
            return None
        is_prefix = tags[0].endswith("_")
        names = self._stretch(start, length)
        return Repeat(
            places=tuple(places),
            sources=tuple(sources),
            tags=tuple(tags[: len(places)]),
            stems=tuple(_without(name, tags[0], is_prefix) for name in names),
            is_prefix=is_prefix,
            variables=differing[0],
            values=differing[1],
        )

    def _shape(self, start: int, length: int) -> tuple[tuple, Source] | None:
        """Return how a stretch is wired, and the one tensor it begins from.

        None where it takes several tensors, or gives more than that of its last call.
        """
        begin: Source | None = None
        inside: Counter[Source] = Counter()
        shape = []
        for node_id in self._read.calls[start : start + length]:
            node = self._document.nodes[node_id]
            wires = []
            for port in sorted(node.inputs):
                for source in node.inputs[port]:
                    number = self._number.get(source.node, -1) - start
                    if number >= 0:
                        inside[source] += 1
                    elif begin is None:
                        begin = source
                    if number < 0 and source != begin:
                        return None
                    wires.append((port, max(number, -1)))
            layer = self._document.layers[node.layer]
            shape.append((layer.class_name, layer.trainable, node.arguments, tuple(wires)))
        interior = self._read.calls[start : start + length - 1]
        ends = (Source(n, self._wiring.outputs(n)[0]) for n in interior)
        if begin is None or any(
            self._read.uses[end] != inside[end] or not inside[end] for end in ends
        ):
            return None
        return tuple(shape), begin

    def _differing(self, places: list[tuple[str, ...]]) -> tuple[dict, tuple[dict, ...]] | None:
        """Return the variables for parameters that differ, and their values; None if too many."""
        variables: dict[tuple[int, str], str] = {}
        by_values: dict[tuple, str] = {}
        for number, calls in enumerate(zip(*places, strict=True)):
            layers = [self._document.layers[self._document.nodes[n].layer] for n in calls]
            spec = self._wiring.catalog.layer(layers[0].class_name)
            for parameter in spec.parameters:
                given = [x.parameters.get(parameter.name, parameter.default) for x in layers]
                if all(value == given[0] and type(value) is type(given[0]) for value in given):
                    continue
                key = (parameter.name, tuple(map(repr, given)))
                if key not in by_values:
                    by_values[key] = _variable(parameter.name, set(by_values.values()))
                variables[number, parameter.name] = by_values[key]
        if len(by_values) > MOST_PARAMETERS:
            return None
        return variables, tuple(self._values(place, variables) for place in places)

    def _values(self, place: tuple[str, ...], variables: Mapping) -> dict[str, Any]:
        values = {}
        for (number, name), variable in variables.items():
            layer = self._document.layers[self._document.nodes[place[number]].layer]
            spec = self._wiring.catalog.layer(layer.class_name)
            values[variable] = layer.parameters.get(name, spec.parameter(name).default)
        return values


def _split(one: str, other: str) -> tuple[str, bool] | None:
    """Return the tag of `one`, and whether it is a prefix, from how `other` differs."""
    if one.split("_")[-1] == other.split("_")[-1]:
        common = list(_common_end(one.split("_"), other.split("_")))
        tag = one[: len(one) - len("_".join(common))]
        return (tag, True) if tag.endswith("_") and tag != "_" else None
    stem = re.sub(r"_\d+$", "", one)
    if re.sub(r"_\d+$", "", other) == stem:
        return one[len(stem) :], False
    return None


def _common_end(one: list[str], other: list[str]) -> Iterator[str]:
    count = 0
    while count < min(len(one), len(other)) - 1 and one[-1 - count] == other[-1 - count]:
        count += 1
    return iter(one[len(one) - count :])


def _tag(name: str, stem: str, is_prefix: bool) -> str | None:
    """Return what is left of a name beside its stem, None where that is no tag."""
    if is_prefix:
        return name[: -len(stem)] if name.endswith(f"_{stem}") else None
    rest = name.removeprefix(stem)
    return rest if name.startswith(stem) and re.fullmatch(r"(_\d+)?", rest) else None


def _without(name: str, tag: str, is_prefix: bool) -> str | None:
    """Return the stem of a name with this tag, None where it has another."""
    if is_prefix:
        return name.removeprefix(tag) if name.startswith(tag) and len(name) > len(tag) else None
    return name.removesuffix(tag) if name.endswith(tag) and len(name) > len(tag) else None


def _variable(parameter: str, taken: set[str]) -> str:
    wanted, number = identifier(parameter), 1
    while wanted in taken or wanted in ("name", "suffix"):
        number += 1
        wanted = identifier(f"{parameter}_{number}")
    return wanted
