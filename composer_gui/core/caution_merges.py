"""Warnings about what comes together at one node: shapes, dtypes and the order of wires."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from composer_gui.core.caution_sight import FLOATS, Arrival, Sight, names
from composer_gui.core.differences import named
from composer_gui.core.document import Input
from composer_gui.core.layer_kinds import KerasLayer, Operation, SavedModel, Shape, Submodel
from composer_gui.core.layers.families import ELEMENTWISE
from composer_gui.core.problems import Problem
from composer_gui.core.wording import listed

IN_ORDER = frozenset({"Concatenate", "Subtract"})
"""The merges of which the order of the wires decides what comes out."""

STATES = ("state_h", "state_c")
"""What an LSTM puts out as its states, in the order in which it takes them."""


def found(sight: Sight) -> Iterator[Problem]:
    """Yield the warnings about the wires into a node."""
    if len(sight.arrivals) > 1:
        if sight.class_name in ELEMENTWISE:
            yield from _broadcast(sight)
        yield from _whole_with_real(sight)
        yield from _mixed_precision(sight)
        yield from _swapped(sight)
        yield from _other_order(sight)


# Shapes -----------------------------------------------------------------------------------------


def _broadcast(sight: Sight) -> Iterator[Problem]:
    """Warn of a smaller tensor that is repeated, where nobody can have meant it.

    Axes of 1 in all of them, each where another has more, pair each with each: that takes pains.
    A Multiply by something computed with axes of 1 weighs places or channels; only an Input of a
    single channel may have been meant to have as many as the other.
    """
    result = sight.result.shape
    stretched = [(one, _stretched(one.shape, result)) for one in sight.arrivals]
    small = [(one, axes) for one, axes in stretched if axes]
    if not small or len(small) == len(stretched):
        return
    one, axes = small[0]
    if sight.class_name == "Multiply" and _weighs(sight, one, axes):
        return
    other = next(item for item, their in stretched if not their)
    words = {
        "given": one.spec.show(),
        "wanted": other.spec.show(),
        "other": other.label,
        "axes": f"along {named(axes, len(result))}",
    }
    yield sight.warn(
        "broadcast",
        one,
        words=words,
        expected=other.spec.show(),
        actual=one.spec.show(),
        wanted=other.shape,
        axes=axes,
    )


def _weighs(sight: Sight, small: Arrival, axes: tuple[int, ...]) -> bool:
    """Return whether a factor with axes of 1 was made to weigh what it is multiplied with."""
    rank = len(sight.result.shape)
    if any(len(one.shape) != rank for one in sight.arrivals):
        return False
    given = isinstance(sight.document.nodes[small.node], Input)
    return not given or rank - 1 not in axes


def _stretched(shape: Shape, result: Shape) -> tuple[int, ...]:
    """Return the axes of `result` along which a tensor is repeated; Keras aligns the last axes."""
    missing = len(result) - len(shape)
    aligned = (*shape[:1], *[1] * missing, *shape[1:])
    pairs = enumerate(zip(aligned, result, strict=True))
    return tuple(axis for axis, (own, whole) in pairs if axis and own == 1 and whole != 1)


# Dtypes -----------------------------------------------------------------------------------------


def _whole_with_real(sight: Sight) -> Iterator[Problem]:
    if sight.known is None or sight.known.category != "merge":
        return
    whole = next((one for one in sight.arrivals if one.is_whole), None)
    real = next((one for one in sight.arrivals if one.is_real), None)
    if whole is not None and real is not None:
        words = {"wanted": real.spec.show(dtype=True), "other": real.label}
        words["result"] = sight.result.dtype
        yield sight.warn("whole_with_real", whole, words=words, expected=real.spec.dtype)


def _mixed_precision(sight: Sight) -> Iterator[Problem]:
    if not isinstance(sight.layer, KerasLayer | Operation):
        return
    real = [one for one in sight.arrivals if one.spec.dtype in FLOATS]
    dtypes = {one.spec.dtype for one in real}
    if len(dtypes) < 2:
        return
    result = sight.result.dtype
    odd = next((one for one in real if one.spec.dtype != result), real[0])
    other = next(one for one in real if one.spec.dtype != odd.spec.dtype)
    finest = max(dtypes, key=FLOATS.get)
    loses = FLOATS.get(result, 64) < FLOATS[finest]
    words = {
        "given_dtype": odd.spec.dtype,
        "wanted_dtype": other.spec.dtype,
        "wanted": other.spec.show(dtype=True),
        "other": other.label,
        "result": result,
        "loss": f", which drops digits of the {finest}" if loses else "",
    }
    yield sight.warn("mixed_precision", odd, words=words, expected=other.spec.dtype)


# Order ------------------------------------------------------------------------------------------


def _swapped(sight: Sight) -> Iterator[Problem]:
    """Warn of a wire that ends beside the input of its name, where the shapes would let it."""
    if not isinstance(sight.layer, SavedModel | Submodel | KerasLayer):
        return
    at = {one.port: one for one in sight.arrivals if one.index == 0}
    if len(at) < 2:
        return
    by_name = {_plain(port): port for port in at}
    belongs = {port: _named_after(sight, one, by_name) for port, one in at.items()}
    told: set[str] = set()
    for port, own in belongs.items():
        if own is None or own == port or belongs[own] == own or own in told:
            continue
        one, other = at[port], at[own]
        if one.spec != other.spec:
            continue
        told.add(port)
        words = {"port": port, "name": own, "other": other.label}
        yield sight.warn("swapped", one, words=words, expected=own, actual=one.label)


def _named_after(sight: Sight, arrival: Arrival, by_name: dict[str, str]) -> str | None:
    """Return the input that is called as the start of a wire, its own one first."""
    own = {by_name.get(_plain(name)) for name in names(sight.document, arrival)} - {None}
    if arrival.port in own:
        return arrival.port
    return min(own) if own else None


def _plain(name: str) -> str:
    return name.casefold().strip()


def _other_order(sight: Sight) -> Iterator[Problem]:
    """Warn of wires in an order that runs against what their starts are called."""
    for port in {one.port: None for one in sight.arrivals}:
        wires = [one for one in sight.arrivals if one.port == port]
        if len(wires) < 2 or len({one.spec for one in wires}) > 1:
            continue
        if port == "initial_state":
            told = [one.start if one.start in STATES else _plain(one.label) for one in wires]
            against = tuple(told) == STATES[::-1]
        else:
            against = sight.class_name in IN_ORDER and _descends(sight, wires)
        if against:
            words = {"names": listed([one.label for one in wires])}
            if len({one.label for one in wires}) < len(wires):
                words["names"] = listed([one.start for one in wires])
            yield sight.warn("other_order", wires[0], words=words)


def _descends(sight: Sight, wires: list[Arrival]) -> bool:
    """Return whether inputs whose labels count up, or go through the alphabet, come backwards."""
    if not all(isinstance(sight.document.nodes[one.node], Input) for one in wires):
        return False
    told = [re.fullmatch(r"(.*?)(\d+|(?<![^\W\d_])[a-z])", _plain(one.label)) for one in wires]
    if not all(told) or len({match[1] for match in told}) > 1:
        return False
    marks = [match[2] for match in told]
    if len({mark.isdigit() for mark in marks}) > 1:
        return False
    values = [int(mark) if mark.isdigit() else ord(mark) for mark in marks]
    return all(a > b for a, b in pairwise(values))
