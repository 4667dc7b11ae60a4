"""What the names of repeated layers have in common, and the labels that tell the places apart.

`block1_conv` and `block2_conv` are one f-string, `{name}_conv`, with a label for each place; so are
`conv2d_5` and `conv2d_9`, as `conv2d_{number}`. Names are compared word by word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST_LABELS = 2
"""Labels that a function takes, at most."""

_WORDS = re.compile(r"[A-Za-z0-9_.>-]*")
"""What may stand in an f-string as it is."""


@dataclass(frozen=True, slots=True)
class Label:
    """A parameter of a function that its names are made of, and its value in each place."""

    parameter: str
    values: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Stems:
    """The names of a stretch: a text for an f-string for each call, None for one without a name.

    `words` are the same without the labels.
    """

    labels: tuple[Label, ...]
    texts: tuple[str | None, ...]
    words: tuple[str, ...]


@dataclass(slots=True)
class _Step:
    """The names of one call in all places: words before, in the middle, and behind."""

    before: list[str]
    middles: list[str]
    behind: list[str]
    text: str = ""


def stems(rows: Sequence[Sequence[str | None]]) -> Stems | None:
    """Return what the names of some places share; None where they are not made alike.

    Each row holds the names of one place, with None for a call that has no name. No two names are
    alike.
    """
    steps = [_step(column) for column in zip(*rows, strict=True)]
    if any(step is False for step in steps):
        return None
    named = [step for step in steps if step]
    groups = _groups(named)
    if not groups or len(groups) > MOST_LABELS:
        return None
    labels: list[Label] = []
    for group in groups:
        labels.append(_label(group, {label.parameter for label in labels}))
    words = ("_".join(step.before + step.behind) if step else "" for step in steps)
    return Stems(tuple(labels), tuple(step.text if step else None for step in steps), tuple(words))


def _step(column: Sequence[str | None]) -> _Step | bool | None:
    """Return what one call is named by; None where it has no name, False where it will not do."""
    if all(name is None for name in column):
        return None
    if any(name is None or not _WORDS.fullmatch(name) for name in column):
        return False
    split = [name.split("_") for name in column]
    shortest = min(map(len, split))
    start = _alike(split, range(shortest))
    end = _alike(split, range(-1, -1 - shortest + start, -1))
    middles = [words[start : len(words) - end] for words in split]
    behind = split[0][len(split[0]) - end :]
    if all(middles):
        return _Step(split[0][:start], ["_".join(words) for words in middles], behind)
    if end or not start:
        return False
    # conv2d, conv2d_1, …: the first has no number at all
    return _Step(split[0][:start], ["".join(f"_{w}" for w in words) for words in middles], [])


def _alike(split: list[list[str]], places: range) -> int:
    count = 0
    for place in places:
        if any(words[place] != split[0][place] for words in split):
            break
        count += 1
    return count


def _groups(steps: list[_Step]) -> list[list[_Step]]:
    """Return the steps whose labels are the same, or numbers that go in step."""
    groups: dict[tuple, list[_Step]] = {}
    for step in steps:
        groups.setdefault(_key(step), []).append(step)
    return list(groups.values())


def _key(step: _Step) -> tuple:
    if _are_numbers(step.middles):
        first = int(step.middles[0])
        return "number", *(int(middle) - first for middle in step.middles)
    return tuple(step.middles)


def _are_numbers(texts: Sequence[str]) -> bool:
    return all(text.isdigit() and text.isascii() and text == str(int(text)) for text in texts)


def _label(group: list[_Step], taken: set[str]) -> Label:
    """Return the label of a group; its steps get their texts."""
    _widen(group)
    in_step = any(step.middles != group[0].middles for step in group)
    has_words = any(step.before for step in group)
    numbers = in_step or (has_words and _are_numbers(group[0].middles))
    is_end = group[0].middles[-1].startswith("_")
    words = ("suffix" if is_end else "label") if has_words else "name"
    parameter = _free("number" if numbers else words, taken)
    lowest = min(int(step.middles[0]) for step in group) if numbers else 0
    for step in group:
        more = int(step.middles[0]) - lowest if numbers else 0
        field = f"{{{parameter} + {more}}}" if more else f"{{{parameter}}}"
        step.text = "_".join([*step.before, field, *step.behind])
        if parameter.startswith("suffix"):
            step.text = f"{'_'.join(step.before)}{field}"
    values: Sequence[str | int] = group[0].middles
    if numbers:
        least = next(step for step in group if int(step.middles[0]) == lowest)
        values = [int(middle) for middle in least.middles]
    return Label(parameter, tuple(values))


def _widen(group: list[_Step]) -> None:
    """Take the words around the middle into it, as far as they are the same in all steps."""
    if any(step.middles != group[0].middles for step in group):
        return
    before = group[0].before
    if group[0].middles[-1].startswith("_") or any(step.before != before for step in group):
        return
    if before and _are_numbers(group[0].middles) and not all(step.behind for step in group):
        return  # conv2d_5, conv2d_9
    while len({tuple(step.behind[:1]) for step in group}) == 1:
        if any(len(step.behind) < 2 for step in group):
            break
        for step in group:
            word = step.behind.pop(0)
            step.middles = [f"{middle}_{word}" for middle in step.middles]
    for step in group:
        step.middles = ["_".join([*before, middle]) for middle in step.middles]
        step.before = []


def _free(parameter: str, taken: set[str]) -> str:
    number, name = 1, parameter
    while name in taken:
        number += 1
        name = f"{parameter}_{number}"
    return name
