"""Which parameters differ between the places of a repeated stretch, and what is written for them.

Sizes that go together are one parameter of the function: `filters` and `4 * filters`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from composer_gui.core.codegen.expressions import Atom, Display, Expression, flat
from composer_gui.core.codegen.literals import literal
from composer_gui.core.codegen.naming import RUNNING, identifier
from composer_gui.core.layer_kinds import KerasLayer, Layer
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.parameters import Parameter

MOST_VARIABLES = 4
CALLS_PER_VARIABLE = 4
"""A function takes four parameters besides its names, and one more for each so many calls."""

SMALLEST_SIZE = 4
"""Whole numbers from here on are sizes: where two parameters always have the same, they are one."""

MOST_MULTIPLE = 8

FEWEST_TO_TELL = 2
"""Places of each of two kinds from which on it is no accident that two parameters go together."""

_MAIN = ("filters", "units")
"""Parameters by whose name a size goes rather than by another's."""

_SAYS_NOTHING = ("conv", "dense", "block", "layer")

POOL = (*RUNNING, "z", "w")
"""The running variables of a function. It begins from the first of them."""

OTHER = "other"
"""The second tensor from which a function begins."""

RESERVED_INSIDE = frozenset({*POOL, OTHER, "shortcut"})
"""What no parameter of a function is called."""


class _Missing:
    """Stands for the parameter of a call that a place has not."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()


@dataclass(frozen=True, slots=True)
class Variable:
    """A parameter of a function: where it comes from, and its value in each place."""

    name: str
    parameter: Parameter
    values: tuple[Any, ...]

    @property
    def default(self) -> Any:
        """What it is where nothing is said: the value of most places; MISSING if it is always said.

        None where some places have no use for it.
        """
        (value, count), *_ = Counter(v for v in self.values if v is not MISSING).most_common(1)
        if not self.parameter.required and count > 1:
            return value
        return None if MISSING in self.values else MISSING

    def is_left_out(self, place: int) -> bool:
        """Return whether the call for a place need not say it."""
        value = self.values[place]
        return value is MISSING or alike(value, self.default)


@dataclass(frozen=True, slots=True)
class Differences:
    """The variables, and what stands for a parameter of a call, by (number of call, parameter)."""

    variables: tuple[Variable, ...]
    written: Mapping[tuple[int, str], Expression]


def differences(
    places: Sequence[Sequence[Layer | None]],
    catalog: Catalog,
    taken: set[str],
    words: Sequence[str] = (),
) -> Differences | None:
    """Return what differs between the layers of some places; None if that is too much.

    A place has None for a layer that is left out there. `taken` are names that no variable may
    have, `words` what each layer is named in all places.
    """
    found = [
        _Differing(number, parameter, values)
        for number, layers in enumerate(zip(*places, strict=True))
        for parameter, values in _differing(layers, catalog)
    ]
    finder = _Finder()
    # what is smallest comes first, so that others are multiples of it
    for item in sorted(found, key=_size):
        finder.take(item)
    if len(finder.owners) > MOST_VARIABLES + len(places[0]) // CALLS_PER_VARIABLE:
        return None
    return finder.result(found, taken | RESERVED_INSIDE, words)


@dataclass(frozen=True, slots=True)
class _Differing:
    """A parameter of one call that differs, and its values in all places."""

    number: int
    parameter: Parameter
    values: tuple


def _differing(
    layers: Sequence[Layer | None], catalog: Catalog
) -> Iterator[tuple[Parameter, tuple]]:
    there = [layer for layer in layers if layer is not None]
    first = there[0]
    if not isinstance(first, KerasLayer):
        return
    if all(layer.parameters == first.parameters for layer in there):
        return
    for parameter in catalog.layer(first.class_name).parameters:
        values = tuple(MISSING if layer is None else _value(layer, parameter) for layer in layers)
        known = _known(values)
        if any(not alike(value, known[0]) for value in known):
            yield parameter, values


def _value(layer: KerasLayer, parameter: Parameter) -> Any:
    """Return a parameter's value; one size for all axes as a single number."""
    value = layer.parameters.get(parameter.name, parameter.default)
    may_be_one = parameter.kind == "integers" and parameter.single
    if may_be_one and isinstance(value, tuple) and value and type(value[0]) is int:
        return value[0] if all(alike(item, value[0]) for item in value) else value
    return value


def _size(item: _Differing) -> float:
    """Return how large the sizes are that differ; 0 for what is no size."""
    known = _known(item.values)
    axis = _axis_that_differs(known)
    sizes = known if axis is None else [value[axis] for value in known]
    if not _are_sizes([(size,) for size in sizes]):
        return 0
    return sum(sizes) / len(sizes)


def alike(one: Any, other: Any) -> bool:
    """Return whether two values are equal and of one type."""
    return one == other and type(one) is type(other)


def _known(values: tuple) -> list:
    return [value for value in values if value is not MISSING]


class _Finder:
    """Finds the fewest variables that say what differs.

    `owners` are the variables, not named yet, each with the call that it was first seen at.
    """

    def __init__(self) -> None:
        self.owners: list[tuple[int, Variable]] = []
        self._texts: dict[tuple[int, str], tuple[int, str, _Differing]] = {}

    def take(self, item: _Differing) -> None:
        """Find a variable for an item, or make it one."""
        values = item.values
        axis = _axis_that_differs(_known(values))
        if axis is not None:
            values = tuple(v if v is MISSING else v[axis] for v in values)
        self._texts[item.number, item.parameter.name] = (*self._owner(item, values), item)

    def _owner(self, item: _Differing, values: tuple) -> tuple[int, str]:
        """Return the number of a variable, and how its name is written."""
        for number, (first, variable) in enumerate(self.owners):
            if _same(variable, item.parameter, values):
                filled = (
                    new if old is MISSING else old
                    for old, new in zip(variable.values, values, strict=True)
                )
                whole = replace(variable, values=tuple(filled))
                if item.parameter.name in _MAIN:
                    whole = replace(whole, parameter=item.parameter)
                self.owners[number] = min(first, item.number), whole
                return number, "{}"
        for number, (_, variable) in enumerate(self.owners):
            times = _multiple(values, variable.values)
            if times:
                return number, f"{times} * {{}}"
            choice = _choice(values, variable.values)
            if choice:
                return number, choice
        self.owners.append((item.number, Variable("", item.parameter, values)))
        return len(self.owners) - 1, "{}"

    def result(
        self, found: Sequence[_Differing], taken: set[str] | frozenset, words: Sequence[str]
    ) -> Differences:
        """Return the variables in the order in which they are first wanted, with names."""
        order = sorted(range(len(self.owners)), key=lambda number: self.owners[number][0])
        names: dict[int, str] = {}
        used = set(taken)
        # a variable that all places have gets the plain name
        for number in sorted(order, key=lambda n: MISSING in self.owners[n][1].values):
            first, variable = self.owners[number]
            word = words[first] if first < len(words) else ""
            names[number] = _name(variable.parameter.name, word, used)
            used.add(names[number])
        variables = tuple(replace(self.owners[n][1], name=names[n]) for n in order)
        written = {}
        for item in found:
            key = item.number, item.parameter.name
            number, text, _ = self._texts[key]
            written[key] = _written(item, Atom(text.format(names[number])))
        return Differences(variables, written)


def _written(item: _Differing, text: Atom) -> Expression:
    known = _known(item.values)
    axis = _axis_that_differs(known)
    if axis is None:
        return text
    items: list[Expression] = [literal(size) for size in known[0]]
    items[axis] = text
    return Display("()", tuple(items))


def _name(parameter: str, word: str, taken: set[str]) -> str:
    """Return `filters`, else `expand_filters` for a layer named "expand", else `filters_2`."""
    plain = identifier(parameter)
    telling = re.match(r"[A-Za-z]{2,}", word)
    longer = [f"{identifier(telling[0])}_{plain}"] if telling else []
    if telling and telling[0].lower() in _SAYS_NOTHING:
        longer = []
    free = (name for name in (plain, *longer) if name not in taken)
    name, number = next(free, plain), 1
    while name in taken:
        number += 1
        name = f"{plain}_{number}"
    return name


def _pairs(one: tuple, other: tuple) -> list[tuple[Any, Any]]:
    """Return the values in the places that have both, none if these do not tell much."""
    pairs = zip(one, other, strict=True)
    both = [pair for pair in pairs if MISSING not in pair]
    return both if len({repr(pair) for pair in both}) > 1 else []


def _same(variable: Variable, parameter: Parameter, values: tuple) -> bool:
    pairs = _pairs(variable.values, values)
    if not pairs or not all(alike(*pair) for pair in pairs):
        return False
    return variable.parameter.name == parameter.name or _are_sizes(pairs)


def _are_sizes(pairs: Sequence[tuple]) -> bool:
    return all(type(value) is int and value >= SMALLEST_SIZE for pair in pairs for value in pair)


def _multiple(values: tuple, of: tuple) -> int | None:
    """Return how many times as much one is as the other, where that is the same in all places."""
    if any(v is not MISSING and o is MISSING for v, o in zip(values, of, strict=True)):
        return None
    pairs = _pairs(values, of)
    if not pairs or not _are_sizes(pairs) or pairs[0][0] % pairs[0][1]:
        return None
    times = pairs[0][0] // pairs[0][1]
    fits = all(value == times * base for value, base in pairs)
    return times if fits and 1 < times <= MOST_MULTIPLE else None


def _choice(values: tuple, of: tuple) -> str:
    """Return how one of two values goes with one of two others, "" where it does not."""
    if MISSING in of or not all(_is_small(other) for other in of):
        return ""
    pairs = [p for p in zip(values, of, strict=True) if p[0] is not MISSING]
    if not all(_is_small(value) for value, _ in pairs):
        return ""
    kinds = Counter((repr(value), repr(other)) for value, other in pairs)
    if len(kinds) != 2 or min(kinds.values()) < FEWEST_TO_TELL:
        return ""
    if len({k for k, _ in kinds}) != 2 or len({k for _, k in kinds}) != 2:
        return ""
    told = {repr(other): (value, other) for value, other in pairs}
    one, rest = sorted(told.values(), key=lambda pair: sum(alike(pair[1], o) for o in of))
    words = [flat(literal(value)) for value in (one[0], one[1], rest[0])]
    if "{" in "".join(words):
        return ""
    return f"{words[0]} if {{}} == {words[1]} else {words[2]}"


def _is_small(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_small, value))
    return (type(value) is int and 0 <= value < SMALLEST_SIZE * 2) or type(value) is str


def _axis_that_differs(values: list) -> int | None:
    """Return the one item in which tuples of whole numbers differ, None where it is not so."""
    if not all(type(value) is tuple and len(value) == len(values[0]) for value in values):
        return None
    axes = [a for a in range(len(values[0])) if len({value[a] for value in values}) > 1]
    plain = all(type(item) is int for value in values for item in value)
    return axes[0] if plain and len(axes) == 1 else None
