"""Tries plain values on Keras's own constructors, to learn what a parameter accepts."""

from __future__ import annotations

import re
from typing import Any

import catalog_tables as tables
import keras

OBJECT_KINDS = ("initializer", "regularizer", "constraint")
NOT_ACCEPTED = "no_such_value"


def by_name(table: dict, owner: str, name: str) -> Any:
    """Return the entry for (owner, name), else for the name, else None."""
    return table.get((owner, name), table.get(name))


def build(cls: type, values: dict[str, Any]) -> Any:
    """Return an instance of `cls` from plain values."""
    return cls(**{name: realized(value) for name, value in values.items()})


def builds(cls: type, values: dict[str, Any]) -> bool:
    """Return whether Keras accepts these values when it constructs `cls`."""
    try:
        build(cls, values)
    except Exception:
        return False
    return True


def realized(value: Any) -> Any:
    """Return the Keras object that a plain value stands for."""
    if isinstance(value, dict):
        module = getattr(keras, f"{value['kind']}s")
        return build(getattr(module, value["class_name"]), value["parameters"])
    if isinstance(value, list):
        items = [realized(item) for item in value]
        layers = any(isinstance(item, keras.layers.Layer) for item in items)
        return items if layers else tuple(items)  # Keras saves a tuple of layers, but loads a list
    return value


class Attempt:
    """Tries values for one parameter on Keras's own constructor."""

    def __init__(
        self, cls: type, sample: dict[str, Any], name: str, *, required: bool, default: Any
    ) -> None:
        self.cls, self.sample, self.name = cls, sample, name
        self.required, self.default = required, default

    def accepts(self, value: Any) -> bool:
        """Return whether Keras constructs the class with this value."""
        return builds(self.cls, self.sample | {self.name: value})

    def takes_none(self, kind: str, doc: str) -> bool:
        """Return whether None is a value with a meaning of its own."""
        if not self.required and self.default is None:
            return True
        said = re.search(r"(?<![\w:])`?None`?(?![\w])", re.sub(r"Default\w*:? `?None`?", "", doc))
        optional = kind in ("activation", *OBJECT_KINDS) and not self.required
        return bool(said or optional) and self.accepts(None)

    def lists(self, kind: str) -> dict[str, Any]:
        """Return whether one number may stand by itself, and how many a list may hold."""
        numbers = [2, 1, 0] if kind in ("integers", "axis") else [0.2, 2, 200]
        tried = range(1, 5)
        lengths = [n for n in tried if any(self.accepts([v] * n) for v in numbers)]
        return {
            "single": any(self.accepts(value) for value in numbers),
            "lengths": [] if lengths == list(tried) else lengths,
        }

    def takes_pairs(self, lengths: list[int]) -> bool:
        """Return whether a list may hold a pair of numbers for each axis."""
        return any(not self.accepts([[[1]]] * n) and self.accepts([[1, 1]] * n) for n in lengths)


def choices(owner: str, attempt: Attempt, doc: str) -> list[Any]:
    """Return the words a parameter offers: quoted in its docstring, and accepted by Keras.

    Keras does not look at every parameter when it constructs a class; the docstring is believed
    then. Text that is free has no choices.
    """
    if attempt.required or attempt.name in tables.FREE_TEXT:
        return []
    fixed = by_name(tables.CHOICES, owner, attempt.name)
    if fixed is not None:
        return fixed
    said = quoted(doc) if attempt.default is None else [attempt.default, *quoted(doc)]
    offered = list(dict.fromkeys([*tables.CANDIDATES.get(attempt.name, []), *said]))
    if attempt.accepts(NOT_ACCEPTED):
        return [value for value in offered if value in said]
    return [value for value in offered if attempt.accepts(value)]


def quoted(doc: str) -> list[str]:
    """Return the words that a docstring puts in quotation marks, in order, each once."""
    return list(dict.fromkeys(re.findall(r"[\"']([a-z][a-z0-9_]*)`?[\"'`]", doc)))


def bounds(owner: str, attempt: Attempt, kind: str) -> tuple[float | None, float | None]:
    """Return the least and the greatest number, from the tables or from Keras's own refusals."""
    if kind not in ("integer", "integers", "number", "shape", "values"):
        return None, None
    low = by_name(tables.MINIMUM, owner, attempt.name)
    high = by_name(tables.MAXIMUM, owner, attempt.name)
    whole = kind in ("integer", "integers")
    if low is None and kind != "shape":
        low = edge(attempt, [0, 1] if whole else [-1, 0, 1], -1)
    if high is None and kind in ("number", "values"):
        high = edge(attempt, [1, 8], 1)
    return low, high


def edge(attempt: Attempt, candidates: list[int], direction: int) -> int | None:
    """Return the candidate that Keras accepts, or nearly so, while it refuses what lies beyond."""
    for value in candidates:
        inside = attempt.accepts(value) or attempt.accepts(value - direction * 0.5)
        if inside and not attempt.accepts(value + direction):
            return value
    return None
