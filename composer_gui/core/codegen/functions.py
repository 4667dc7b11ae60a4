"""Functions for what a design repeats: one definition, and a call for each of its places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from composer_gui.core.codegen.calls import Calls, Statement, Wording
from composer_gui.core.codegen.differences import (
    MISSING,
    OTHER,
    POOL,
    RESERVED_INSIDE,
    Variable,
)
from composer_gui.core.codegen.expressions import (
    STEP,
    Atom,
    Call,
    Expression,
    assignment,
    call,
    keyword,
    wrapped,
)
from composer_gui.core.codegen.flow import Flow, Stretch, flow
from composer_gui.core.codegen.literals import literal, value_expression
from composer_gui.core.codegen.naming import RESERVED, identifier
from composer_gui.core.codegen.prose import number_word
from composer_gui.core.codegen.reading import Reading
from composer_gui.core.codegen.stems import Label
from composer_gui.core.codegen.stretches import Repeat
from composer_gui.core.document import EMPTY, Source
from composer_gui.core.layer_kinds import KerasLayer

LONGEST_WORDS = 3
"""Words in the name of a function."""


@dataclass(frozen=True)
class Function:
    """A function of a script: its name, its statements, each about a node of every place."""

    repeat: Repeat
    name: str
    statements: list[Statement]

    def call(
        self,
        place: int,
        tensors: list[str],
        read: Reading,
        labels: Mapping[str, Expression] = EMPTY,
    ) -> Call:
        """Return the call of the function in the place of this number, on `tensors`.

        `labels` are written in the place of the labels that it has there.
        """
        return call(self.name, *map(Atom, tensors), *self._arguments(place, read, labels))

    def _arguments(
        self, place: int, read: Reading, labels: Mapping[str, Expression]
    ) -> Iterator[Expression]:
        """Yield the arguments behind the tensors; those that are not required by keyword."""
        named: list[Expression] = []
        for variable in self.variables:
            if variable.default is not MISSING and variable.is_left_out(place):
                continue
            parameter, value = variable.parameter, variable.values[place]
            written = value_expression(parameter, value, read.wiring.catalog)
            if variable.default is MISSING and parameter.required:
                yield written
            else:
                named.append(keyword(variable.name, written))
        yield from named
        for label in self.repeat.stems.labels:
            value = labels.get(label.parameter) or literal(label.values[place])
            yield keyword(label.parameter, value)

    @property
    def variables(self) -> list[Variable]:
        """The parameters besides the names: required ones first, those with a default last."""
        variables = self.repeat.differences.variables
        return sorted(variables, key=lambda v: (v.default is not MISSING, not v.parameter.required))

    def parameters(self, read: Reading) -> list[Expression]:
        """Return the parameters of the definition, those with a default last."""
        repeat, catalog = self.repeat, read.wiring.catalog
        variables = self.variables
        needed = [v.name for v in variables if v.default is MISSING]
        names = [*_TENSORS[: len(repeat.sources[0])], *needed]
        names += [label.parameter for label in repeat.stems.labels]
        given = (
            keyword(v.name, value_expression(v.parameter, v.default, catalog))
            for v in variables
            if v.default is not MISSING
        )
        return [*map(Atom, names), *given]


_TENSORS = (POOL[0], OTHER)


def define(repeat: Repeat, read: Reading, outer: Calls) -> Function:
    """Return the function for a repeated stretch; `outer` knows which names are taken."""
    function = Function(repeat, outer.variables.claim_function(_wanted_name(repeat, read)), [])
    variables = _Inside(repeat)
    inner = Calls(replace(read, running=frozenset()), _wording(repeat, read), variables)
    made = flow(repeat, lambda step: variables.claim(repeat.stems.words[step] or "result"))
    function.statements.append(Statement([], _head(function, read)))
    for stretch in made.stretches:
        function.statements.extend(_stretch(stretch, made, repeat, read, inner))
    last = made.stretches[-1]
    if last.condition or last.steps[-1] != repeat.end:
        nodes = [repeat.nodes(place)[-1] for place in range(len(repeat.places))]
        line = f"{' ' * STEP}return {made.variables[repeat.end]}"
        function.statements.append(Statement(nodes, [line]))
    return function


def _stretch(
    stretch: Stretch, made: Flow, repeat: Repeat, read: Reading, inner: Calls
) -> Iterator[Statement]:
    """Yield the statements of steps that are always there, or behind one condition."""
    indent = 2 * STEP if stretch.condition else STEP
    if stretch.condition:
        about = _about(repeat, stretch.steps[0])
        lines = [f"{' ' * STEP}{name} = {value}" for name, value in stretch.before]
        yield Statement(about, [*lines, f"{' ' * STEP}if {stretch.condition}:"])
    for step in stretch.steps:
        node_id = repeat.models[step]
        for source, target in zip(read.wiring.sources(node_id), repeat.takes[step], strict=True):
            inner.tensors[source] = made.variables[target]
        value = inner.value(read.wiring.document.nodes[node_id])
        is_last = step == repeat.end == len(repeat.takes) - 1 and not stretch.condition
        if is_last:
            lines = list(wrapped(value, STEP, f"{' ' * STEP}return ", ""))
        else:
            lines = assignment(made.variables[step], value, indent)
        yield Statement(_about(repeat, step), lines)


def _about(repeat: Repeat, step: int) -> list[str]:
    return [place[step] for place in repeat.places if place[step] is not None]


def _head(function: Function, read: Reading) -> list[str]:
    repeat = function.repeat
    signature = call(function.name, *function.parameters(read))
    count = number_word(len(repeat.takes)).capitalize()
    skip = " with a skip around them" if _has_skip(repeat) else ""
    places = number_word(len(repeat.places))
    less = ", some left out" if any(repeat.conditions) else ""
    words = f"{count} layers{skip}, in {places} places of the model{less}."
    return [*wrapped(signature, 0, "def ", ":"), f'{" " * STEP}"""{words}"""']


# Names ------------------------------------------------------------------------------------------

_SHORT = {
    "BatchNormalization": "bn",
    "LayerNormalization": "norm",
    "Activation": "",
    "ReLU": "relu",
    "Conv1D": "conv",
    "Conv2D": "conv",
    "Conv3D": "conv",
    "SeparableConv2D": "separable_conv",
    "DepthwiseConv2D": "depthwise_conv",
    "Dense": "dense",
    "Dropout": "",
}


def _wanted_name(repeat: Repeat, read: Reading) -> str:
    """Return "block" for places named block1, block2 …; "residual_block" where it has a skip."""
    common = next(filter(None, map(_common_word, repeat.stems.labels)), "")
    if common in ("", "block") and _has_skip(repeat):
        return "residual_block"
    name = common or _by_classes(repeat, read) or "block"
    return f"{name}_block" if name in _SHORT.values() else name


def _common_word(label: Label) -> str:
    """Return the last word that is the same in all values of a label, but for its number."""
    rows = [re.findall(r"[A-Za-z]{2,}", str(value)) for value in label.values]
    shortest = min(map(len, rows))
    for place in range(-1, -1 - shortest, -1):
        words = {row[place].lower() for row in rows}
        if len(words) == 1:
            return words.pop()
    return ""


def _by_classes(repeat: Repeat, read: Reading) -> str:
    """Return "conv_bn" for what is that; nothing for a longer stretch."""
    document = read.wiring.document
    layers = [document.layers[document.nodes[node_id].layer] for node_id in repeat.models]
    if not all(isinstance(x, KerasLayer) and x.class_name in _SHORT for x in layers):
        return ""
    words = [_SHORT[layer.class_name] for layer in layers if _SHORT[layer.class_name]]
    return "_".join(words) if 0 < len(words) <= LONGEST_WORDS else ""


def _has_skip(repeat: Repeat) -> bool:
    """Return whether the tensor that a stretch begins from is taken once more further on."""
    return sum(takes.count(-1) for takes in repeat.takes) > 1


def _wording(repeat: Repeat, read: Reading) -> Wording:
    """Return how layers are named inside: by f-strings, and variables for what differs."""
    document = read.wiring.document
    names: dict[str, Expression] = {}
    parameters = {}
    for number, text in enumerate(repeat.stems.texts):
        layer = document.layers[document.nodes[repeat.models[number]].layer]
        if text is None or not isinstance(layer, KerasLayer):
            continue
        names[layer.id] = Atom(_text(text))
        given = layer.parameters
        for (position, parameter), written in repeat.differences.written.items():
            if position == number:
                given = given.set(parameter, written)
        parameters[layer.id] = given
    return Wording(names, parameters)


def _text(text: str) -> str:
    """Return an f-string, or the variable alone where that is all."""
    whole = re.fullmatch(r"\{(name|label)\}", text)
    return whole[1] if whole else f'f"{text}"'


class _Inside:
    """The variables of a function: those of its own calls, and none for layers."""

    def __init__(self, repeat: Repeat) -> None:
        self._taken = {variable.name for variable in repeat.differences.variables}
        self._taken |= {label.parameter for label in repeat.stems.labels}
        self._taken |= RESERVED | RESERVED_INSIDE
        self.layers: dict[str, str] = {}
        self.nodes: dict[str, str] = {}

    def claim(self, *wanted: str) -> str:
        """Return a further variable."""
        stem = name = identifier(wanted[0])
        number = 1
        while name in self._taken:
            number += 1
            name = f"{stem}_{number}"
        self._taken.add(name)
        return name


def sources_inside(repeat: Repeat, place: int, read: Reading) -> list[Source]:
    """Return the tensors that a place begins from, as often as its calls take them."""
    begin = repeat.sources[place]
    calls = repeat.nodes(place)
    return [s for node_id in calls for s in read.wiring.sources(node_id) if s in begin]
