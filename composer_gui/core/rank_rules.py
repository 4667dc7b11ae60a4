"""Rules for refusals over the number of axes: too few, too many, and which they should be."""

from __future__ import annotations

import re

from composer_gui.core.refused import Refused, Words, axes, when
from composer_gui.core.shapes.tensor_spec import TensorSpec

_LAYOUTS = {1: "steps", 2: "height×width", 3: "depth×height×width"}
_SEQUENCES = frozenset({"Bidirectional", "GRU", "LSTM", "RNN", "SimpleRNN"})
_ATTENTION = frozenset(
    {"AdditiveAttention", "Attention", "GroupQueryAttention", "MultiHeadAttention"}
)


@when(r"expected (min_|max_)?ndim=(\d+), found ndim=(\d+)")
def rank(match: re.Match, refused: Refused) -> Words:
    """Too few or too many axes, by the layer's own account."""
    bound = {"min_": "at least ", "max_": "at most "}.get(match[1] or "", "")
    return _wrong_rank(refused, int(match[2]) - 1, int(match[3]) - 1, bound)


@when(r"[Kk]ernel shape must have the same length as input")
def convolution_rank(match: re.Match, refused: Refused) -> Words | None:
    """More axes than a convolution slides over."""
    return _rank_of_first(refused, _window_axes(refused) + 1)


@when(r"tuple index out of range")
def transposed_rank(match: re.Match, refused: Refused) -> Words | None:
    """More axes than a transposed convolution slides over; Keras stumbles over it."""
    if not refused.class_name.endswith("Transpose"):
        return None
    return _rank_of_first(refused, _window_axes(refused) + 1)


@when(r"adaptive_\w+_pool supports|values to unpack")
def pooling_rank(match: re.Match, refused: Refused) -> Words | None:
    """Another number of axes than an adaptive pooling or an attention is made for."""
    wanted = 2 if refused.class_name in _ATTENTION else _window_axes(refused) + 1
    return _rank_of_first(refused, wanted)


@when(r"`TimeDistributed` Layer should be passed")
def time_distributed_rank(match: re.Match, refused: Refused) -> Words:
    """No sequence to go through."""
    return _wrong_rank(refused, 2, _rank_in(refused.specs[0]), "at least ")


def sequence_rank(refused: Refused) -> Words | None:
    """A recurrent or attention layer that stumbled because its input is no sequence."""
    if refused.class_name not in _SEQUENCES | _ATTENTION:
        return None
    first = refused.specs[:1] if refused.class_name in _SEQUENCES else refused.specs
    odd = [spec for spec in first if _rank_in(spec) != 2]
    return _wrong_rank(refused, 2, _rank_in(odd[0])) if odd else None


def _rank_of_first(refused: Refused, wanted: int) -> Words | None:
    found = _rank_in(refused.specs[0]) if refused.specs else wanted
    return None if found == wanted else _wrong_rank(refused, wanted, found)


def _wrong_rank(refused: Refused, wanted: int, found: int, bound: str = "") -> Words:
    layout = _layout(refused, wanted)
    expected = f"{bound}{axes(wanted)}" + (f" ({layout})" if layout else "")
    port, name, spec = next(
        (wire for wire in refused.wires if _rank_in(wire[2]) == found), refused.wires[0]
    )
    message = (
        f"{refused.label} wants {expected} for each sample. "
        f"{name} gives {spec.show()}, which is {axes(found)}."
    )
    title = "Too few axes" if found < wanted else "Too many axes"
    return Words("rank", title, message, expected, spec.show(), port)


def _layout(refused: Refused, count: int) -> str:
    """Return what the axes are, such as `height×width×channels`."""
    if refused.class_name in _SEQUENCES | _ATTENTION and count == 2:
        return "steps×features"
    window = _window_axes(refused)
    if window + 1 == count and window in _LAYOUTS:
        return f"{_LAYOUTS[window]}×channels"
    return ""


def _window_axes(refused: Refused) -> int:
    """Return the number in a class's name, such as 2 for Conv2D, 0 where there is none."""
    found = re.search(r"([123])D", refused.class_name)
    return int(found[1]) if found else 0


def _rank_in(spec: TensorSpec) -> int:
    return len(spec.shape or ()) - 1
