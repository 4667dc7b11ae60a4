"""Where a step of a repeated stretch is left out, and how the function is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from composer_gui.core.codegen.alignment import Alignment
from composer_gui.core.codegen.differences import (
    MISSING,
    RESERVED_INSIDE,
    SMALLEST_SIZE,
    Differences,
    Variable,
    alike,
)
from composer_gui.core.codegen.literals import text_literal
from composer_gui.core.codegen.naming import identifier
from composer_gui.core.layer_kinds import KerasLayer, Layer
from composer_gui.core.layers.parameters import Parameter

MOST_FLAGS = 3

Presence = tuple[bool, ...]
"""Whether a step is there, for each place."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is written behind `if` for each step, "" for one that is always there."""

    texts: tuple[str, ...]
    differences: Differences


def conditions(
    presence: Sequence[Presence],
    found: Alignment,
    layers: Sequence[Sequence[Layer | None]],
    differing: Differences,
) -> Conditions | None:
    """Return the conditions of the steps; None where there would be too many parameters for them.

    `layers` are those of each step, in all places.
    """
    variables = list(differing.variables)
    taken = {*RESERVED_INSIDE, "name", *(variable.name for variable in variables)}
    texts: dict[Presence, str] = {}
    for there in dict.fromkeys(presence):
        if all(there):
            texts[there] = ""
            continue
        text = _said_by(variables, there)
        if text is None:
            steps = [number for number, other in enumerate(presence) if other == there]
            text = _free(_flag(steps, found, layers), taken)
            variables.append(Variable(text, Parameter(text, "boolean", default=False), there))
        texts[there] = text
    if len(variables) - len(differing.variables) > MOST_FLAGS:
        return None
    said = Differences(tuple(variables), differing.written)
    return Conditions(tuple(texts[there] for there in presence), said)


def _said_by(variables: list[Variable], there: Presence) -> str | None:
    """Return a condition on a variable that holds where a step is there, None if there is none."""
    for variable in variables:
        if MISSING in variable.values:
            continue
        with_it = [v for v, is_there in zip(variable.values, there, strict=True) if is_there]
        without = [v for v, is_there in zip(variable.values, there, strict=True) if not is_there]
        value = with_it[0]
        if type(value) is int and value >= SMALLEST_SIZE:
            continue
        if not isinstance(value, bool | int | str):
            continue
        if all(alike(v, value) for v in with_it) and not any(alike(v, value) for v in without):
            written = text_literal(value) if isinstance(value, str) else repr(value)
            return f"{variable.name} == {written}"
    for variable in variables:
        missing = tuple(value is not MISSING for value in variable.values)
        if missing == there and variable.default is None:
            return f"{variable.name} is not None"
    return None


def _flag(steps: list[int], found: Alignment, layers: Sequence[Sequence[Layer | None]]) -> str:
    """Return what to call the parameter that asks for these steps."""
    layer = next(layer for layer in layers[steps[-1]] if layer is not None)
    if isinstance(layer, KerasLayer) and layer.class_name in ("Add", "Multiply"):
        return "skip"
    if any(found.instead.get(step, 0) < 0 for step in steps) and len(steps) <= 3:
        return "projection"
    word = next((key for n in steps if isinstance(key := found.keys[n], str)), "more")
    match = re.search(r"[A-Za-z]{2,}.*", word)
    return identifier(match[0]) if match else "more"


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    taken.add(name)
    return name
