"""Rules for refusals over the number of axes: too few, too many, and which they should be."""

from __future__ import annotations

import re

from composer_gui.core.differences import count_of_axes, differing
from composer_gui.core.layers.families import ATTENTION, SEQUENCES
from composer_gui.core.refused import Arriving, Refused, Words, say, when
from composer_gui.core.window_sizes import window_axes

_LAYOUTS = {1: "steps", 2: "height×width", 3: "depth×height×width"}


@when(r"expected (min_|max_)?ndim=(\d+), found ndim=(\d+)")
def rank(match: re.Match, refused: Refused) -> Words:
    """Too few or too many axes, by the layer's own account."""
    bound = {"min_": "at least ", "max_": "at most "}.get(match[1] or "", "")
    return _wrong_rank(refused, int(match[2]) - 1, int(match[3]) - 1, bound)


@when(r"[Kk]ernel shape must have the same length as input")
def convolution_rank(match: re.Match, refused: Refused) -> Words | None:
    """More axes than a convolution slides over."""
    return _rank_of_first(refused, window_axes(refused.class_name) + 1)


@when(r"tuple index out of range|values to unpack|Tensor conversion requested|must be rank \d")
def transposed_rank(match: re.Match, refused: Refused) -> Words | None:
    """More or fewer axes than a layer for images or steps works on; Keras stumbles over it."""
    count = window_axes(refused.class_name)
    if not count or refused.class_name.startswith("Adaptive"):
        return None
    return _rank_of_first(refused, count + 1)


@when(r"adaptive_\w+_pool supports|values to unpack")
def pooling_rank(match: re.Match, refused: Refused) -> Words | None:
    """Another number of axes than an adaptive pooling or an attention is made for."""
    wanted = 2 if refused.class_name in ATTENTION else window_axes(refused.class_name) + 1
    return _rank_of_first(refused, wanted)


@when(r"must be fully-defined|[Kk]ernel shape must have the same length as input|ndim=\d")
def wrapped_rank(match: re.Match, refused: Refused) -> Words | None:
    """Another number of axes than the layer in a wrapper is made for."""
    inner = refused.parameter("layer")
    if refused.class_name not in ("SpectralNormalization", "TimeDistributed") or not refused.wires:
        return None
    name = getattr(inner, "class_name", "")
    wanted = 2 if name in SEQUENCES else window_axes(name) + 1 if window_axes(name) else 0
    if not wanted:
        return None
    steps = 1 if refused.class_name == "TimeDistributed" else 0
    return _rank_of_first(refused, wanted + steps)


@when(r"`TimeDistributed` Layer should be passed")
def time_distributed_rank(match: re.Match, refused: Refused) -> Words:
    """No sequence to go through."""
    return _wrong_rank(refused, 2, refused.wires[0].rank, "at least ")


@when(r"Expected image tensor to have rank|rank 3 \(single image\)")
def image_rank(match: re.Match, refused: Refused) -> Words | None:
    """No images, for a layer that prepares them."""
    wire = next((wire for wire in refused.wires if wire.rank != 3), None)
    return None if wire is None else wrong_rank(refused, wire, 3, layout="height×width×channels")


@when(r"pop from empty list|axis values \w+ \(at axis \d\) != None \(at axis 0\)")
def factor_rank(match: re.Match, refused: Refused) -> Words | None:
    """A factor of a product that is a single number for each sample."""
    return nothing_but_the_batch(refused)


def nothing_but_the_batch(refused: Refused) -> Words | None:
    """A single number for each sample, where a layer works along an axis."""
    wire = next((wire for wire in refused.wires if wire.rank == 0), None)
    return None if wire is None else wrong_rank(refused, wire, 1, "at least ")


def rank_of_a_window(refused: Refused) -> Words | None:
    """Another number of axes than a convolution or an adaptive pooling slides over."""
    name = refused.class_name
    if not re.match(r"(Conv|SeparableConv|DepthwiseConv|Adaptive\w+Pooling)[123]D", name):
        return None
    return _rank_of_first(refused, window_axes(name) + 1)


def sequence_rank(refused: Refused) -> Words | None:
    """A recurrent or attention layer that stumbled because its input is no sequence."""
    if refused.class_name not in SEQUENCES | ATTENTION:
        return None
    first = refused.wires[:1] if refused.class_name in SEQUENCES else refused.wires
    odd = [wire for wire in first if wire.rank != 2]
    return _wrong_rank(refused, 2, odd[0].rank) if odd else None


def _rank_of_first(refused: Refused, wanted: int) -> Words | None:
    found = refused.wires[0].rank if refused.wires else wanted
    return None if found == wanted or wanted < 1 else _wrong_rank(refused, wanted, found)


def _wrong_rank(refused: Refused, wanted: int, found: int, bound: str = "") -> Words:
    wire = next((wire for wire in refused.wires if wire.rank == found), refused.wires[0])
    return wrong_rank(refused, wire, wanted, bound, _layout(refused, wanted))


def wrong_rank(
    refused: Refused, wire: Arriving, wanted: int, bound: str = "", layout: str = ""
) -> Words:
    """Return the words for a wire that brings another number of axes than `wanted`.

    `bound` is "at least " or "at most ", and `layout` says what the axes are.
    """
    expected = f"{bound}{count_of_axes(wanted)}" + (f" ({layout})" if layout else "")
    shape = (wire.shape[0] if wire.shape else None, *(None,) * wanted)
    words = {
        "wanted": expected,
        "count": count_of_axes(wire.rank),
        "many": "Too few" if wire.rank < wanted else "Too many",
    }
    axes = differing(shape, wire.shape)
    return say("rank", refused, words, wire, expected=expected, wanted=shape, axes=axes)


def _layout(refused: Refused, count: int) -> str:
    """Return what the axes are, such as `height×width×channels`."""
    if refused.class_name in SEQUENCES | ATTENTION and count == 2:
        return "steps×features"
    window = window_axes(refused.class_name)
    if window + 1 == count and window in _LAYOUTS:
        if refused.parameter("data_format") == "channels_first":
            return f"channels×{_LAYOUTS[window]}"
        return f"{_LAYOUTS[window]}×channels"
    return ""
