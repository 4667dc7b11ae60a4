"""Which repairs come first: what most likely was meant, by what comes and from where."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import permutations

from composer_gui.core.connections import path_between
from composer_gui.core.document import Shape
from composer_gui.core.fix_sight import Misfit, Sight, class_of, is_model
from composer_gui.core.fix_table import FIX_KINDS, Fix

CHANNELS = (1, 3, 4)
"""How many channels pictures have."""

USUAL_PLACE = 5
"""The place of what keeps the order of the tables."""

_OF_SEQUENCES = frozenset(
    {"Bidirectional", "Conv1D", "Embedding", "GRU", "LSTM", "MultiHeadAttention", "SimpleRNN"}
)
_PICTURE = 16
"""Places along an edge from which on two axes are thought to be a picture, or a spectrum."""

_OF_VALUES = frozenset(
    {
        *("insert_convolution", "insert_cropping", "insert_dense", "insert_embedding"),
        *("insert_global_pooling", "insert_lookup", "insert_padding", "insert_repeat"),
        *("insert_rescaling", "insert_resizing", "insert_vectorization", "project_skip"),
        *("replace_class", "set_width", "wrap_in_time"),
    }
)
"""Kinds that make other values of what comes, which a mask of true and false is not for."""


def is_suitable(sight: Sight, kind: str) -> bool:
    """Return whether a kind of fix can be meant for a problem at all."""
    if sight.problem.code == "float_indices" and kind == "heal_node":
        return _comes_from(sight, ("Embedding",))
    return kind not in _OF_VALUES or not (sight.problem.port or "").endswith("mask")


def place(sight: Sight, fix: Fix) -> int:
    """Return a number that is the lower, the likelier a fix is what was meant.

    What stands out comes before all others, which stay as the tables say.
    """
    if _fits_exactly(sight, fix.kind) or _undoes(sight, fix) or _is_the_other(sight, fix.kind):
        return 0
    if fix.kind == "set_width" and sight.problem.code == "merge" and not _is_a_skip(sight):
        return 1
    if fix.kind in ("insert_lookup", "insert_vectorization") and sight.problem.code == "dtype":
        return 1
    if sight.problem.code != "rank":
        return USUAL_PLACE
    if sight.class_name == "Permute":
        return 1 if fix.kind == "set_parameter" else USUAL_PLACE
    kinds = _kinds_by_axes(sight)
    return 1 + kinds.index(fix.kind) if fix.kind in kinds else USUAL_PLACE


def _fits_exactly(sight: Sight, kind: str) -> bool:
    """Return whether all fits without another layer's weights or sizes, only in another order.

    Wires of a model are swapped, and axes turned, only where that is so; it is hardly by chance.
    """
    if kind == "reorder_inputs":
        return is_model(sight.layer)
    if kind == "set_merge_axis":
        return sight.class_name == "Dot" and sight.problem.code == "merge"
    sizes = [size for misfit in sight.misfits for size in (misfit.wanted or ())[1:]]
    return kind == "insert_permute" and len(sizes) > 1 and None not in sizes


def _undoes(sight: Sight, fix: Fix) -> bool:
    """Return whether a fix takes the Flatten or pooling away that is all that is amiss."""
    itself = FIX_KINDS["heal_node"].title.format(node=sight.label)
    if sight.problem.code == "float_indices":
        return fix.kind == "heal_node"
    return sight.problem.code == "rank" and fix.kind == "heal_node" and fix.title != itself


def _is_the_other(sight: Sight, kind: str) -> bool:
    """Return whether the values that come are of another kind, and this is what makes them fit.

    A lookup becomes the one for what comes, categories are looked up one by one, and whole numbers
    in a row are tokens that want an Embedding.
    """
    code = sight.problem.code
    if kind == "replace_class":
        return code in ("text_given", "text_wanted")
    if kind == "insert_lookup":
        return code == "text_given" and sight.class_name == "CategoryEncoding"
    return kind == "insert_embedding" and code == "rank"


def _is_a_skip(sight: Sight) -> bool:
    """Return whether one of what is merged leads to another one."""
    starts = [wire.source.node for wire in sight.wires()]
    return any(
        path_between(sight.document, one, other) for one, other in permutations(set(starts), 2)
    )


def _comes_from(sight: Sight, classes: Iterable[str]) -> bool:
    """Return whether what comes was made by a layer of one of these classes."""
    nodes = (misfit.wire.source.node for misfit in sight.misfits)
    return any(class_of(sight.layer_of(node_id)) in classes for node_id in nodes)


# Numbers of axes --------------------------------------------------------------------------------


def _kinds_by_axes(sight: Sight) -> tuple[str, ...]:
    """Return the kinds to begin with where a layer is for another number of axes than come.

    A film goes through a layer for pictures frame by frame. Else the layer for what comes is
    meant, unless it is a picture of which each place is one number.
    """
    misfits = [misfit for misfit in sight.misfits if misfit.wanted is not None]
    name = sight.class_name
    if len(misfits) != 1 or not re.search("[123]D", name) or name.startswith("ConvLSTM"):
        return ()
    (misfit,) = misfits
    if len(misfit.shape) == len(misfit.wanted) + 1:
        is_film = len(misfit.shape) == 5
        return ("wrap_in_time", "replace_class") if is_film else ("replace_class",)
    lacks = len(misfit.shape) == len(misfit.wanted) - 1 and lacks_channels(sight, misfit)
    return () if lacks else ("return_sequences", "replace_class")


def lacks_channels(sight: Sight, misfit: Misfit) -> bool:
    """Return whether what comes looks like a picture or volume without an axis for channels."""
    sizes: Shape = misfit.shape[1:]
    if len(sizes) < 2 or sizes[-1] in CHANNELS:
        return len(sizes) < 2
    before = (class_of(sight.layer_of(node.id)) for node in sight.upstream(misfit.wire.source))
    if _OF_SEQUENCES & set(before):
        return False
    known = [size for size in sizes if size is not None]
    return len(set(sizes)) == 1 or min(known, default=_PICTURE) >= _PICTURE
