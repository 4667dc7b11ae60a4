"""Values in plain JSON, which a stranger may have written: read, or refused with where and why."""

from __future__ import annotations

import math
from typing import Any

from immutables import Map

from composer_gui.core.layer_kinds import Construct, Dots, Slice, Slot

CONSTRUCT_KINDS = ("layer", "initializer", "regularizer", "constraint")

MOST_OUTPUTS = 10_000
"""How many tensors one call may give back."""


class NotPlain(ValueError):
    """A plain value that does not describe what it should; the text says where and why."""


def value_from_plain(plain: Any, *, places: bool = False) -> Any:
    """Return a value from JSON; with `places` it may hold what stands in a call.

    Raises NotPlain for anything that is neither a plain value nor a known kind of Construct.
    """
    if isinstance(plain, list):
        return tuple(value_from_plain(item, places=places) for item in plain)
    if isinstance(plain, dict):
        if places and plain.get("kind") in ("tensor", "slice", "dots"):
            return _place_from_plain(plain)
        if plain.get("kind") not in CONSTRUCT_KINDS:
            raise NotPlain(f"{plain.get('kind')!r} is not a kind of value")
        class_name = identifier(plain, "class_name")
        parameters = named_values(plain.get("parameters", {}))
        return Construct(plain["kind"], class_name, parameters)
    if plain is None or isinstance(plain, bool | int | str):
        return plain
    if isinstance(plain, float) and math.isfinite(plain):
        return plain
    raise NotPlain(f"{plain!r} is not a value")


def _place_from_plain(plain: dict) -> Slot | Slice | Dots:
    if plain["kind"] == "tensor":
        index = member(plain, "index", int)
        if not 0 <= index < MOST_OUTPUTS:
            raise NotPlain(f"{index} is not the place of a tensor")
        return Slot(index)
    if plain["kind"] == "dots":
        return Dots()
    bounds = member(plain, "of", list)
    if len(bounds) != 3 or any(b is not None and type(b) is not int for b in bounds):
        raise NotPlain(f"{bounds!r} are not the bounds of a slice")
    return Slice(*bounds)


def member(plain: Any, key: str, kind: type) -> Any:
    """Return what an object has under a key; raises NotPlain unless it is of that kind."""
    if not isinstance(plain, dict):
        raise NotPlain(f"{plain!r} should be an object")
    value = plain.get(key)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise NotPlain(f"{key!r} is {value!r}")
    return value


def identifier(plain: dict, key: str) -> str:
    """Return a class name; raises NotPlain for what must not reach generated source."""
    value = member(plain, key, str)
    if not (value.isidentifier() and value.isascii()):
        raise NotPlain(f"{value!r} is not the name of a class")
    return value


def id_of(key: str, letter: str) -> str:
    """Return the id of a node ("n") or layer ("l"); raises NotPlain for what is none."""
    if key[:1] == letter and key[1:].isascii() and key[1:].isdigit() and len(key) < 12:
        return key
    raise NotPlain(f"{key!r} is not an id")


def named_values(plain: Any, *, places: bool = False) -> Map:
    """Return values by their names, which may reach generated source; raises NotPlain."""
    if not isinstance(plain, dict):
        raise NotPlain(f"{plain!r} should be an object")
    for name in plain:
        if not (name.isidentifier() and name.isascii()):
            raise NotPlain(f"{name!r} is not the name of a parameter")
    return Map({k: value_from_plain(value, places=places) for k, value in plain.items()})


def shape_from_plain(plain: Any) -> tuple[int | None, ...]:
    """Return a shape from JSON; raises NotPlain unless it is a list of sizes and nulls."""
    if not isinstance(plain, list):
        raise NotPlain(f"{plain!r} is not a shape")
    for size in plain:
        if size is not None and (type(size) is not int or size < 0):
            raise NotPlain(f"{size!r} is not the size of an axis")
    return tuple(plain)
