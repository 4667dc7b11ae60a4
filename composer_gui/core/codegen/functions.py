"""Functions for what a design repeats: one definition, and a call for each of its places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import takewhile

from composer_gui.core.codegen.calls import Calls, Statement, Wording
from composer_gui.core.codegen.expressions import (
    STEP,
    Atom,
    Expression,
    call,
    keyword,
    wrapped,
)
from composer_gui.core.codegen.literals import literal, value_expression
from composer_gui.core.codegen.naming import RUNNING, identifier
from composer_gui.core.codegen.prose import number_word
from composer_gui.core.codegen.reading import Reading
from composer_gui.core.codegen.repeats import Repeat
from composer_gui.core.document import Source


@dataclass(frozen=True)
class Function:
    """A function of a script: its name, its statements, each about a node of every place."""

    repeat: Repeat
    name: str
    statements: list[Statement]

    @property
    def label(self) -> str:
        """The parameter that tells the places apart: their names begin with it, or end in it."""
        return "name" if self.repeat.is_prefix else "suffix"

    def call(self, place: int, tensor: str, read: Reading) -> Expression:
        """Return the call of the function in the place of this number, on `tensor`."""
        repeat, catalog = self.repeat, read.wiring.catalog
        values = []
        for variable in dict.fromkeys(repeat.variables.values()):
            number, name = next(k for k, v in repeat.variables.items() if v == variable)
            node = read.wiring.document.nodes[repeat.places[place][number]]
            spec = catalog.layer(read.wiring.document.layers[node.layer].class_name)
            value = repeat.values[place][variable]
            values.append(value_expression(spec.parameter(name), value, catalog))
        tag = repeat.tags[place].removesuffix("_") if repeat.is_prefix else repeat.tags[place]
        return call(self.name, Atom(tensor), *values, keyword(self.label, literal(tag)))


def define(repeat: Repeat, read: Reading, outer: Calls) -> Function:
    """Return the function for a repeated stretch; `outer` knows which names are taken."""
    name = outer.variables.claim(_wanted_name(repeat, read))
    place = repeat.places[0]
    inner = Calls(
        replace(read, running=frozenset(place)),
        _wording(repeat, read),
        _Inside({node: identifier(stem) for node, stem in zip(place, repeat.stems, strict=True)}),
    )
    inner.begin_with(repeat.sources[0], RUNNING[0], inside=place)
    nodes = read.wiring.document.nodes
    statements = [inner.statement(nodes[node_id]) for node_id in place[:-1]]
    value = inner.value(nodes[place[-1]])
    statements.append(Statement([], list(wrapped(value, STEP, f"{' ' * STEP}return ", ""))))
    for number, statement in enumerate(statements):
        statement.nodes = [calls[number] for calls in repeat.places]
    function = Function(repeat, name, statements)
    statements.insert(0, Statement([], _head(function, read)))
    return function


def _head(function: Function, read: Reading) -> list[str]:
    repeat = function.repeat
    variables = dict.fromkeys(repeat.variables.values())
    given = ", ".join([RUNNING[0], *variables, function.label])
    count = number_word(len(repeat.stems)).capitalize()
    skip = " with a skip around them" if _has_skip(repeat, read) else ""
    places = number_word(len(repeat.places))
    words = f"{count} layers{skip}, in {places} places of the model."
    return [f"def {function.name}({given}):", f'{" " * STEP}"""{words}"""']


def _wanted_name(repeat: Repeat, read: Reading) -> str:
    """Return "block" for places named block1, block2 …; "residual_block" where it has a skip."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*repeat.tags, strict=False))
    common = "".join(letters[0] for letters in alike).rstrip("_0123456789")
    if _has_skip(repeat, read) and common in ("", "block"):
        return "residual_block"
    return common or "block"


def _has_skip(repeat: Repeat, read: Reading) -> bool:
    """Return whether the tensor that a stretch begins from is taken once more further on."""
    taken = [
        source
        for node_id in repeat.places[0]
        for source in read.wiring.sources(node_id)
        if source == repeat.sources[0]
    ]
    return len(taken) > 1


def _wording(repeat: Repeat, read: Reading) -> Wording:
    """Return how layers are named inside: by f-strings, and variables for what differs."""
    document = read.wiring.document
    names: dict[str, Expression] = {}
    parameters = {}
    for number, (node_id, stem) in enumerate(zip(repeat.places[0], repeat.stems, strict=True)):
        layer = document.layers[document.nodes[node_id].layer]
        text = f"{{name}}_{stem}" if repeat.is_prefix else f"{stem}{{suffix}}"
        names[layer.id] = Atom(f'f"{text}"')
        given = layer.parameters
        for (position, parameter), variable in repeat.variables.items():
            if position == number:
                given = given.set(parameter, Atom(variable))
        parameters[layer.id] = given
    return Wording(names, parameters)


class _Inside:
    """The variables of a function: those of its own calls, and none for layers."""

    def __init__(self, nodes: Mapping[str, str]) -> None:
        self.nodes = nodes
        self.layers: dict[str, str] = {}

    def claim(self, *wanted: str) -> str:
        """Return a further variable; inside, every call has one result, so none is wanted."""
        return identifier(wanted[0])


def sources_inside(repeat: Repeat, place: int, read: Reading) -> list[Source]:
    """Return the tensor that a place begins from, as often as its calls take it."""
    begin = repeat.sources[place]
    calls = repeat.places[place]
    return [s for node_id in calls for s in read.wiring.sources(node_id) if s == begin]
