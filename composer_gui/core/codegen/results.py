"""Which variables take what a call returns: one tensor, several, or a structure of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from immutables import Map

from composer_gui.core.codegen.literals import text_literal
from composer_gui.core.layer_kinds import Structure

MOST_UNPACKED = 4
"""Results that are unpacked into variables; of more, the wanted ones are picked by index."""

LONGEST_TARGET = 60
"""Characters to the left of the equals sign."""

_SAYS_NOTHING = re.compile(r"(keras_tensor|output|tensor|dense|activation|lambda)s?(_?\d+)?(_\d+)?")


@dataclass(frozen=True, slots=True)
class Unpacking:
    """`target = call(...)suffix`, and by index of the port the text that stands for its tensor."""

    target: str
    suffix: str
    tensors: Mapping[int, str]


def unpack(
    structure: Structure,
    ports: Sequence[str],
    used: set[int],
    variable: str,
    claim: Callable[..., str],
) -> Unpacking:
    """Return how to take apart what a call returns.

    `used` are the indices of the ports that something is wired to, `variable` is the name of the
    call's own result, and `claim(*wanted)` gives a new variable.
    """
    paths = dict(_paths(structure))
    if isinstance(structure, int):
        return Unpacking(variable, "", {structure: variable})
    is_flat = isinstance(structure, tuple) and not any(
        isinstance(s, tuple | Map) for s in structure
    )
    if is_flat and 1 < len(structure) <= MOST_UNPACKED and used:
        names = {index: _own_name(index, ports, variable, claim) for index in sorted(used)}
        target = ", ".join(names.get(index, "_") for index in structure)
        if len(target) <= LONGEST_TARGET:
            return Unpacking(target, "", names)
    if len(used) == 1:
        (index,) = used
        return Unpacking(variable, paths[index], {index: variable})
    return Unpacking(variable, "", {index: variable + path for index, path in paths.items()})


def _paths(structure: Structure, before: str = "") -> Iterator[tuple[int, str]]:
    """Yield each port's index and how to get at it: `["mask"]`, `[0][1]`, or nothing."""
    if isinstance(structure, Map):
        for key in sorted(structure):
            yield from _paths(structure[key], f"{before}[{text_literal(key)}]")
    elif isinstance(structure, tuple):
        for place, item in enumerate(structure):
            yield from _paths(item, f"{before}[{place}]")
    else:
        yield structure, before


def _own_name(index: int, ports: Sequence[str], variable: str, claim: Callable[..., str]) -> str:
    """Return the variable for one of several results: the first goes by the call's own name."""
    port = ports[index]
    if port == "output":
        return variable
    if _SAYS_NOTHING.fullmatch(port):
        return claim(f"{variable}_{index + 1}")
    return claim(port, f"{variable}_{port}")
