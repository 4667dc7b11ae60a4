"""Reads a stranger's JSON: bounded in depth and in number of parts before it is parsed."""

from __future__ import annotations

import json
from typing import Any

MAX_DEPTH = 200
MAX_PARTS = 1_000_000
"""How many values a text may hold, about; a model of 1,000 layers has some 50,000."""

_NOT_STRUCTURE = bytes(set(range(256)) - set(b'[]{},"'))
_BRACKETS = bytes.maketrans(b"[]{}", b"()()")


class NotJson(ValueError):
    """A text that is not JSON; the message says where."""


class TooMuch(ValueError):
    """A JSON text that is nested too deep or has too many parts to be an honest file."""


def parse(data: bytes, *, strict: bool = False) -> Any:
    """Return the value of a JSON text.

    `strict` refuses what standard JSON has not: keys given twice, NaN and infinities. Raises
    NotJson and TooMuch.
    """
    refuse_excess(data)
    hooks = {"object_pairs_hook": _no_key_twice, "parse_constant": _refuse_constant}
    try:
        return json.loads(data.decode("utf-8-sig"), **hooks if strict else {})
    except json.JSONDecodeError as error:
        raise NotJson(f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise NotJson(f"byte {error.start} is not UTF-8") from error
    except RecursionError as error:
        raise TooMuch("it is nested too deep") from error
    except ValueError as error:
        if "integer string conversion" in str(error):
            raise NotJson("a number in it has thousands of digits") from error
        raise NotJson(str(error)) from error


def refuse_excess(data: bytes) -> None:
    """Raise TooMuch for a text nested deeper than `MAX_DEPTH` or of more than `MAX_PARTS` parts.

    Works without recursion and without parsing: what is left of the text is its brackets, and
    every round takes away the innermost pairs.
    """
    structure = _structure(data)
    if structure.count(b"(") + structure.count(b",") > MAX_PARTS:
        raise TooMuch(f"it has more than {MAX_PARTS:,} parts")
    brackets = structure.replace(b",", b"")
    for _ in range(MAX_DEPTH):
        fewer = brackets.replace(b"()", b"")
        if len(fewer) == len(brackets):
            break  # nothing is left, or what is left does not match and parsing will say so
        brackets = fewer
    if brackets.count(b"(") > MAX_DEPTH or b"()" in brackets:
        raise TooMuch(f"it is nested deeper than {MAX_DEPTH} levels")


def _structure(data: bytes) -> bytes:
    """Return the commas and brackets outside the strings of a text, all kinds as round ones."""
    if b"\\" in data:  # a quote behind an odd number of backslashes does not end a string
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    structure = data.translate(_BRACKETS, _NOT_STRUCTURE)
    # What is between a first and a second quote is a string; a pair of quotes may go in any case
    structure = structure.replace(b'""', b"")
    if structure.count(b'"') > 2 * MAX_PARTS:
        raise TooMuch(f"it has more than {MAX_PARTS:,} parts")
    return b"".join(structure.split(b'"')[::2])


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"{key!r} is given twice")
            seen.add(key)
    return value


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number")
