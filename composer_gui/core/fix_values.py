"""Layers on a wire that make other values of what comes: fractions, whole numbers, words."""

from __future__ import annotations

from collections.abc import Iterator

from composer_gui.core.fix_insertions import Recipe, cast, layer
from composer_gui.core.fix_sight import Misfit, Sight, class_of, sort_of
from composer_gui.core.layer_kinds import KerasLayer

WORDS = ("replace", "these", "words")
"""The vocabulary of new layers, which says itself what is to be done with it."""

MOST_TOKENS = 10_000
"""How many different tokens are taken to be there where nothing says it."""

WIDTH = 64
"""How many numbers stand for a token where nothing says it."""

STEPS = 32
"""How many words of a text are read where nothing says it."""


def rescaling(sight: Sight, misfit: Misfit) -> Iterator[Recipe]:
    """A Rescaling of the whole numbers of a picture to fractions from 0 to 1."""
    numbers = sort_of(misfit.given.dtype) == "integer" and len(misfit.shape) > 3
    if numbers and misfit.dtype is not None and sort_of(misfit.dtype) == "float":
        yield Recipe((layer("Rescaling", scale=1 / 255),))


def casting(sight: Sight, misfit: Misfit) -> Iterator[Recipe]:
    """A cast to the dtype that is wanted; text becomes no number by it."""
    if misfit.dtype is None or misfit.dtype == misfit.given.dtype:
        return
    if "string" not in (misfit.dtype, misfit.given.dtype):
        yield Recipe((cast(misfit.dtype),), {"dtype": misfit.dtype})


# Text -------------------------------------------------------------------------------------------


def lookup(sight: Sight, misfit: Misfit) -> Iterator[Recipe]:
    """A StringLookup of the words: numbers for tokens, else which of the words are there."""
    if misfit.given.dtype != "string" or misfit.dtype == "string":
        return
    if _reads_tokens(misfit):
        yield Recipe((layer("StringLookup", vocabulary=WORDS),))
    elif _reads_steps(misfit) and len(misfit.shape) == 2:
        yield Recipe((layer("StringLookup", vocabulary=WORDS), _embedding(misfit, _count())))
    else:
        hot = layer("StringLookup", vocabulary=WORDS, output_mode="multi_hot")
        if len(misfit.shape) == 2:
            yield from _to_width(misfit, (hot,))
        tokens = layer("StringLookup", vocabulary=WORDS)
        yield Recipe((tokens, cast("float32")))


def vectorization(sight: Sight, misfit: Misfit) -> Iterator[Recipe]:
    """A TextVectorization of whole texts, one for each sample."""
    texts = misfit.shape[1:] in ((), (1,))
    if misfit.given.dtype != "string" or misfit.dtype == "string" or not texts:
        return
    steps = misfit.wanted[1] if misfit.wanted and len(misfit.wanted) > 1 else None
    steps = steps or STEPS
    tokens = layer("TextVectorization", vocabulary=WORDS, output_sequence_length=steps)
    if _reads_tokens(misfit):
        yield Recipe((tokens,))
    elif _reads_steps(misfit):
        yield Recipe((tokens, _embedding(misfit, _count())))
    else:
        hot = layer("TextVectorization", vocabulary=WORDS, output_mode="multi_hot")
        more = (layer("Flatten"),) if len(misfit.shape) == 2 else ()
        yield from _to_width(misfit, (hot, *more))
        yield Recipe((tokens, cast("float32")))


def _reads_tokens(misfit: Misfit) -> bool:
    return misfit.dtype is not None and sort_of(misfit.dtype) == "integer"


def _reads_steps(misfit: Misfit) -> bool:
    return misfit.wanted is not None and len(misfit.wanted) == 3


def _to_width(misfit: Misfit, layers: tuple[KerasLayer, ...]) -> Iterator[Recipe]:
    """Yield these layers, and a Dense behind them where a certain width is wanted.

    The words and one place for all others come out of a lookup.
    """
    wanted = misfit.wanted
    units = wanted[-1] if wanted is not None and len(wanted) == 2 else None
    if units is not None and units != len(WORDS) + 1:
        layers = (*layers, layer("Dense", units=units))
    yield Recipe(layers)


def _count() -> int:
    """Return how many numbers a lookup gives: for padding, for unknown words, and for each word."""
    return len(WORDS) + 2


# Tokens -----------------------------------------------------------------------------------------


def embedding(sight: Sight, misfit: Misfit) -> Iterator[Recipe]:
    """An Embedding of whole numbers, where a sequence of vectors is wanted."""
    if sort_of(misfit.given.dtype) != "integer" or len(misfit.shape) != 2:
        return
    if misfit.wanted is not None and len(misfit.wanted) == 3:
        count = _tokens_before(sight, misfit) or MOST_TOKENS
        made = _embedding(misfit, count)
        width = made.parameters["output_dim"]
        yield Recipe((made,), {"count": count, "width": width})


def _embedding(misfit: Misfit, count: int) -> KerasLayer:
    width = misfit.wanted[-1] if misfit.wanted and len(misfit.wanted) == 3 else None
    return layer("Embedding", input_dim=count, output_dim=width or WIDTH)


def _tokens_before(sight: Sight, misfit: Misfit) -> int | None:
    """Return how many tokens the vocabulary upstream has, where there is one."""
    for node in sight.upstream(misfit.wire.source):
        known = sight.layer_of(node.id)
        words = sight.parameter("vocabulary", known)
        if class_of(known) in ("StringLookup", "TextVectorization") and isinstance(words, tuple):
            return len(words) + 2
    return None
