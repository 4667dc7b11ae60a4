"""Which layers inside a saved model do not train, said by patterns.

A pattern is compared with the whole path of a layer, with its name alone, and with its class;
`*`, `?` and `[1-3]` stand for characters as in file names, and upper case matters. A "!" before a
pattern thaws what it matches. Later patterns win.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

THAWS = "!"


def matches(pattern: str, path: str, class_name: str) -> bool:
    """Return whether a pattern, its "!" aside, means the layer at `path` of this class."""
    pattern = pattern.removeprefix(THAWS)
    name = path.rpartition("/")[2]
    return any(fnmatchcase(text, pattern) for text in (path, name, class_name))


def frozen_paths(patterns: Iterable[str], leaves: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the paths that the patterns freeze, of layers given as (path, class name)."""
    ordered = [pattern for pattern in patterns if pattern.removeprefix(THAWS)]
    if not ordered:
        return frozenset()
    return frozenset(path for path, class_name in leaves if _is_frozen(ordered, path, class_name))


def _is_frozen(patterns: list[str], path: str, class_name: str) -> bool:
    for pattern in reversed(patterns):
        if matches(pattern, path, class_name):
            return not pattern.startswith(THAWS)
    return False


def exactly(frozen: Iterable[str], leaves: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return patterns that freeze the leaves at the paths in `frozen` and no others.

    A lone name would freeze layers of that name further inside as well, so these come after it.
    """
    wanted, leaves = set(frozen), list(leaves)
    if not wanted:
        return ()
    if wanted.issuperset(path for path, _ in leaves):
        return ("*",)
    shallow_first = sorted(leaves, key=lambda leaf: leaf[0].count("/"))
    patterns = [_literally(path) for path, _ in shallow_first if path in wanted]
    for path, class_name in shallow_first:
        if path not in wanted and _is_frozen(patterns, path, class_name):
            patterns.append(THAWS + _literally(path))
    for path, class_name in shallow_first:
        if path in wanted and not _is_frozen(patterns, path, class_name):
            patterns.append(_literally(path))
    return tuple(patterns)


def _literally(path: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in path)
