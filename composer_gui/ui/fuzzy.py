"""How well a few typed letters fit a name: the letters in order, best at the beginnings of words.

The idea is that of the quick open of editors; weights are our own.
"""

from __future__ import annotations

from dataclasses import dataclass

_HIT, _START, _JOINED, _FIRST = 1.0, 3.0, 3.5, 1.0
_PER_LETTER = 0.02
"""What each letter of a name costs: of two that fit alike the shorter one is meant."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a name fits, the larger the better, and which of its letters were typed."""

    weight: float
    letters: tuple[int, ...] = ()


def fit(wanted: str, name: str) -> Fit | None:
    """Return how `wanted` fits `name`; None where a letter is missing.

    Words of `wanted` may stand in any order. Nothing wanted fits everything equally.
    """
    weight, letters = 0.0, set()
    for word in wanted.lower().split():
        found = _word(word, name)
        if found is None:
            return None
        weight += found.weight
        letters.update(found.letters)
    return Fit(weight - _PER_LETTER * len(name), tuple(sorted(letters)))


def _word(word: str, name: str) -> Fit | None:
    """Return the best way in which the letters of one word follow each other in a name."""
    low = name.lower()
    if len(low) != len(name) or not _follow(word, low):
        return None
    whole = _as_it_is(word, name, low)
    if whole is not None:
        return whole
    ways: dict[int, tuple[float, tuple[int, ...]]] = {-1: (0.0, ())}
    for letter in word:
        further: dict[int, tuple[float, tuple[int, ...]]] = {}
        best, joined = None, None
        for at, other in enumerate(low):
            before = ways.get(at - 1)
            if before is not None and (best is None or before[0] > best[0]):
                best = before
            joined = before if before is not None and at > 0 else None
            if other != letter or best is None:
                continue
            earned = _earned(name, at)
            choice = (best[0] + earned, (*best[1], at))
            if joined is not None and joined[0] + _JOINED + earned > choice[0]:
                choice = (joined[0] + _JOINED + earned, (*joined[1], at))
            further[at] = choice
        ways = further
    weight, letters = max(ways.values())
    return Fit(weight, letters)


def _as_it_is(word: str, name: str, low: str) -> Fit | None:
    """Return the fit of a word that stands in a name as it is, at the beginning of a word first."""
    at = low.find(word)
    best = at
    while at >= 0:
        if _earned(name, at) > _earned(name, best):
            best = at
        at = low.find(word, at + 1)
    if best < 0:
        return None
    weight = _earned(name, best) + (len(word) - 1) * (_HIT + _JOINED)
    return Fit(weight, tuple(range(best, best + len(word))))


def _follow(word: str, name: str) -> bool:
    at = -1
    for letter in word:
        at = name.find(letter, at + 1)
        if at < 0:
            return False
    return True


def _earned(name: str, at: int) -> float:
    """Return what a letter that was hit is worth for where it stands."""
    if at == 0:
        return _HIT + _START + _FIRST
    begins = not name[at - 1].isalnum() or (name[at].isupper() and not name[at - 1].isupper())
    return _HIT + _START if begins else _HIT
