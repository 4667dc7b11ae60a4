"""Stretches that are alike but for what some of them leave out, laid over one another.

A step may be left out where what takes its result can as well take what went in: the activation
between two convolutions, the projection beside a skip, the addition at the end.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Piece:
    """One call of a stretch: what it is called in it, its kind, and what it takes.

    `takes` are the numbers of calls in the stretch, or -1, -2 … for a tensor from outside.
    """

    key: Hashable
    kind: int
    takes: tuple[int, ...]


Shape = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Stretches as one. `keys` are its steps; `takes` what each takes; `end` is what comes out.

    `orders` holds for each stretch the number of its call for each step, None where it has none.
    `instead` says what stands for the result of a step that is left out.
    """

    keys: tuple[Hashable, ...]
    takes: tuple[tuple[int, ...], ...]
    end: int
    orders: tuple[tuple[int | None, ...], ...]
    instead: Mapping[int, int]


def align(shapes: Sequence[Shape]) -> Alignment | None:
    """Return the stretches laid over one another; None where that would not say the same."""
    keys = _keys(shapes)
    if keys is None:
        return None
    steps = {key: number for number, key in enumerate(keys)}
    orders = [_order(shape, keys) for shape in shapes]
    takes: list[tuple[int, ...]] = []
    instead: dict[int, int] = {}
    for key in keys:
        rows = [
            tuple(_step(shape, taken, steps) for taken in piece.takes)
            for shape in shapes
            for piece in shape
            if piece.key == key
        ]
        if len({len(row) for row in rows}) != 1:
            return None
        takes.append(tuple(_target(sources, instead) for sources in zip(*rows, strict=True)))
    end = _target([steps[shape[-1].key] for shape in shapes], instead)
    if not _is_forward(instead, orders):
        return None
    found = Alignment(tuple(keys), tuple(takes), end, tuple(orders), instead)
    return found if _says_the_same(found, shapes, steps) else None


def _keys(shapes: Sequence[Shape]) -> list[Hashable] | None:
    """Return the steps of all stretches in an order that is that of each; None if there is none."""
    kinds: dict[Hashable, int] = {}
    keys: list[Hashable] = []
    for shape in sorted(shapes, key=len, reverse=True):
        place = 0
        for piece in shape:
            if kinds.setdefault(piece.key, piece.kind) != piece.kind:
                return None
            if piece.key not in keys:
                keys.insert(place, piece.key)
            place = keys.index(piece.key) + 1
    number = {key: place for place, key in enumerate(keys)}
    for shape in shapes:
        places = [number[piece.key] for piece in shape]
        if places != sorted(set(places)):
            return None
    return keys


def _order(shape: Shape, keys: list[Hashable]) -> tuple[int | None, ...]:
    there = {piece.key: number for number, piece in enumerate(shape)}
    return tuple(there.get(key) for key in keys)


def _step(shape: Shape, taken: int, steps: Mapping[Hashable, int]) -> int:
    return taken if taken < 0 else steps[shape[taken].key]


def _target(sources: Sequence[int], instead: dict[int, int]) -> int:
    """Return the last of what is taken in one place; the others stand for it in turn."""
    ordered = sorted(set(sources), reverse=True)
    for last, before in pairwise(ordered):
        instead.setdefault(last, before)
    return ordered[0]


def _is_forward(instead: Mapping[int, int], orders: Sequence[tuple[int | None, ...]]) -> bool:
    """Return whether what stands for a step is there before the steps left out with it begin."""
    for last, before in instead.items():
        presence = [order[last] is not None for order in orders]
        first = last
        while first and [order[first - 1] is not None for order in orders] == presence:
            first -= 1
        if all(presence) or before >= first:
            return False
    return True


def _says_the_same(found: Alignment, shapes: Sequence[Shape], steps: Mapping) -> bool:
    """Return whether each stretch comes out again where the steps it has not are left out."""
    for shape, order in zip(shapes, found.orders, strict=True):

        def resolved(target: int, order: tuple = order) -> int | None:
            while target is not None and target >= 0 and order[target] is None:
                target = found.instead.get(target)
            return target

        for piece in shape:
            wanted = [_step(shape, taken, steps) for taken in piece.takes]
            if [resolved(target) for target in found.takes[steps[piece.key]]] != wanted:
                return False
        if resolved(found.end) != steps[shape[-1].key]:
            return False
    return True
