"""What a model costs: operations, the memory of activations and weights, and the file's size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from composer_gui.core.document import Call, Node, Shape

FILE_BASE = 7_800
"""Bytes of a `.keras` file that holds nothing: its zip, its metadata and an empty HDF5 file."""

FILE_INPUT = 2_150
"""Bytes that an Input adds to a `.keras` file."""

FILE_CALL = 250
"""Bytes that every call of a layer but its first adds to a `.keras` file."""

_SIZES = {
    **{"bool": 1, "int8": 1, "uint8": 1, "float8_e4m3fn": 1, "float8_e5m2": 1},
    **{"int16": 2, "uint16": 2, "float16": 2, "bfloat16": 2},
    **{"int32": 4, "uint32": 4, "float32": 4, "int64": 8, "uint64": 8, "float64": 8},
    **{"complex64": 8, "complex128": 16, "string": 24},
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one call costs.

    `flops` are floating-point operations for one sample, a multiplication and an addition being
    two; `activations` are the bytes of all tensors that the call makes for one sample. Either is
    None where nobody can say, as for a tensor with a free size. `weights` are the bytes of its
    layer's weights, `file` those that the layer adds to a `.keras` file, its weights among them.
    Where a batch size is fixed, figures are still those of one sample.
    """

    flops: int | None = 0
    activations: int | None = 0
    weights: int = 0
    file: int = 0


NOTHING = Cost()

UNSAID = Cost(None, None)


def bytes_of(shape: Shape | None, dtype: str) -> int | None:
    """Return the bytes of a tensor for one sample, None where a size is free.

    `shape` begins with the batch axis, whose size does not count. A text counts as the 24 bytes
    by which TensorFlow refers to it.
    """
    if shape is None:
        return None
    found = _SIZES.get(dtype, 4)
    for size in shape[1:]:
        if size is None:
            return None
        found *= size
    return found


# Several calls --------------------------------------------------------------------------------


def together(costs: Iterable[Cost]) -> Cost:
    """Return what several calls cost that are made one after the other, each of its own layer."""
    found = list(costs)
    return Cost(
        flops=_sum(cost.flops for cost in found),
        activations=_sum(cost.activations for cost in found),
        weights=sum(cost.weights for cost in found),
        file=sum(cost.file for cost in found),
    )


def inside(called: Iterable[tuple[Node, Cost]]) -> Cost:
    """Return what the calls in a submodel cost: weights of a shared layer count once."""
    seen: set[str] = set()
    return together(_once(called, seen))


def _once(called: Iterable[tuple[Node, Cost]], seen: set[str]) -> Iterator[Cost]:
    for node, cost in called:
        if not isinstance(node, Call):
            continue
        if node.layer in seen:
            cost = Cost(cost.flops, cost.activations, 0, FILE_CALL)
        seen.add(node.layer)
        yield cost


def _sum(figures: Iterable[int | None]) -> int | None:
    """Return a sum, None where one of the figures is missing."""
    found = 0
    for figure in figures:
        if figure is None:
            return None
        found += figure
    return found


# Figures in words -------------------------------------------------------------------------------


def show_bytes(count: int) -> str:
    """Return a size in three figures, with a thousand bytes to the kilobyte: 650 B, 98.1 MB."""
    return _shown(count, "B", "kB", "MB", "GB", "TB", "PB")


def show_flops(count: int) -> str:
    """Return a number of operations in three figures: 650, 12.4 M, 7.72 G."""
    return _shown(count, "", "K", "M", "G", "T", "P").strip()


def _shown(count: int, *units: str) -> str:
    if count < 1_000:
        return f"{count} {units[0]}"
    value, place = float(count), 0
    while value >= 999.5 and place < len(units) - 1:
        value, place = value / 1_000, place + 1
    decimals = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{decimals}f} {units[place]}"
