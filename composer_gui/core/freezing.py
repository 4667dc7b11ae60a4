"""Which layers inside a saved model do not train, by patterns that a person writes.

A pattern is compared, as file names are, with the path of a layer, with its name and with its
class. One that begins with "!" thaws what an earlier one froze.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

THAW = "!"


def matches(pattern: str, path: str, class_name: str) -> bool:
    """Return whether `pattern`, with or without its "!", means this layer."""
    text = pattern.removeprefix(THAW)
    names = (path, path.rpartition("/")[2], class_name)
    return any(fnmatchcase(name, text) for name in names)


def frozen_paths(patterns: Sequence[str], leaves: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the paths of those `leaves`, (path, class name), that the patterns freeze."""
    found = set()
    for path, class_name in leaves:
        deciding = [pattern for pattern in patterns if matches(pattern, path, class_name)]
        if deciding and not deciding[-1].startswith(THAW):
            found.add(path)
    return frozenset(found)
