"""Loops for calls of a function that follow each other and are numbered one after the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from composer_gui.core.codegen.calls import Statement
from composer_gui.core.codegen.differences import alike
from composer_gui.core.codegen.expressions import STEP, Atom, Expression, assignment
from composer_gui.core.codegen.functions import Function
from composer_gui.core.codegen.reading import Reading
from composer_gui.core.codegen.stretches import Repeat

SHORTEST = 3
"""Calls that become a loop, at least."""

_NUMBERED = re.compile(r"(.*?)(0|[1-9]\d{0,5})", re.DOTALL)
_LETTERED = re.compile(r"(.*\d)([a-z])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PlaceCall:
    """The statement for one place of a function, and the variables that it takes and gives."""

    statement: Statement
    function: Function
    place: int
    taken: tuple[str, ...]
    given: str


def looped(
    statements: Sequence[Statement],
    calls: Mapping[int, PlaceCall],
    read: Reading,
    claim: Callable[[str], str],
) -> list[Statement]:
    """Return the statements with loops for what can be said in one.

    `calls` are those of functions, by the `id` of their statements; `claim` gives a name to a
    counter.
    """
    found: list[Statement] = []
    start = 0
    while start < len(statements):
        run = list(_run(statements, start, calls, read))
        if len(run) >= SHORTEST:
            found.append(_loop(run, read, claim))
            start += len(run)
        else:
            found.append(statements[start])
            start += 1
    return found


def _run(
    statements: Sequence[Statement], start: int, calls: Mapping[int, PlaceCall], read: Reading
) -> Iterator[PlaceCall]:
    """Yield the calls from a statement on that one loop can make."""
    before: PlaceCall | None = None
    for statement in statements[start:]:
        one = calls.get(id(statement))
        if one is None or one.taken != (one.given,):
            return
        if before is not None and not _follows(before, one, read):
            return
        yield one
        before = one


def _follows(before: PlaceCall, one: PlaceCall, read: Reading) -> bool:
    """Return whether a call takes only what the one before gives, and is the next in number."""
    repeat = one.function.repeat
    if one.function is not before.function or one.given != before.given:
        return False
    (source,) = repeat.sources[one.place]
    last = repeat.nodes(before.place)[-1]
    if source.node != last or read.uses[source] != _takes(repeat, one.place, read, last):
        return False
    variables = repeat.differences.variables
    if not all(alike(v.values[before.place], v.values[one.place]) for v in variables):
        return False
    return _is_next(_label(before), _label(one))


def _takes(repeat: Repeat, place: int, read: Reading, node_id: str) -> int:
    sources = (s for n in repeat.nodes(place) for s in read.wiring.sources(n))
    return sum(source.node == node_id for source in sources)


def _label(call: PlaceCall) -> str | int | None:
    """Return what tells a place by its names, None where that takes several labels."""
    labels = call.function.repeat.stems.labels
    return labels[0].values[call.place] if len(labels) == 1 else None


def _is_next(one: str | int | None, other: str | int | None) -> bool:
    if isinstance(one, int) and isinstance(other, int):
        return other == one + 1
    if not (isinstance(one, str) and isinstance(other, str)):
        return False
    split, other_split = _NUMBERED.fullmatch(one), _NUMBERED.fullmatch(other)
    if split and other_split:
        return split[1] == other_split[1] and int(other_split[2]) == int(split[2]) + 1
    split, other_split = _LETTERED.fullmatch(one), _LETTERED.fullmatch(other)
    if split and other_split:
        return split[1] == other_split[1] and ord(other_split[2]) == ord(split[2]) + 1
    return False


def _loop(run: list[PlaceCall], read: Reading, claim: Callable[[str], str]) -> Statement:
    """Return the statement that makes all these calls."""
    first, last = run[0], run[-1]
    counter, values, label = _counting(first, last, claim)
    (parameter,) = (x.parameter for x in first.function.repeat.stems.labels)
    value = first.function.call(first.place, list(first.taken), read, labels={parameter: label})
    lines = [f"{' ' * STEP}for {counter} in {values}:"]
    lines += assignment(first.given, value, 2 * STEP)
    nodes = [node for call in reversed(run) for node in call.statement.nodes]
    return Statement(nodes, lines, first.statement.sources)


def _counting(
    first: PlaceCall, last: PlaceCall, claim: Callable[[str], str]
) -> tuple[str, str, Expression]:
    """Return the counter of a loop, what it runs through, and the label made with it."""
    one, other = _label(first), _label(last)
    if isinstance(one, int) and isinstance(other, int):
        counter = claim("number")
        return counter, _range(one, other), Atom(counter)
    split, end = _NUMBERED.fullmatch(one), _NUMBERED.fullmatch(other)
    if split and end:
        word = re.search(r"([A-Za-z]{2,})_?$", split[1])
        counter = claim(word[1].lower() if word else "number")
        values = _range(int(split[2]), int(end[2]))
    else:
        split, end = _LETTERED.fullmatch(one), _LETTERED.fullmatch(other)
        counter = claim("letter")
        letters = "".join(map(chr, range(ord(split[2]), ord(end[2]) + 1)))
        values = f'"{letters}"'
    return counter, values, Atom(f'f"{split[1]}{{{counter}}}"')


def _range(first: int, last: int) -> str:
    return f"range({first}, {last + 1})" if first else f"range({last + 1})"
