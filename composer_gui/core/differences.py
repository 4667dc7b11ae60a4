"""Where two shapes differ: the axes, and these in words. Batch first, None for a free axis."""

from __future__ import annotations

from collections.abc import Sequence

from composer_gui.core.layer_kinds import Shape
from composer_gui.core.wording import listed


def differing(wanted: Shape | None, given: Shape | None) -> tuple[int, ...]:
    """Return the axes in which two shapes differ, the batch left out.

    A free axis differs from nothing. Of shapes with different numbers of axes it is those that
    only the longer one has.
    """
    if wanted is None or given is None:
        return ()
    shared = min(len(wanted), len(given))
    if len(wanted) != len(given):
        return tuple(range(shared, max(len(wanted), len(given))))
    pairs = enumerate(zip(wanted, given, strict=True))
    return tuple(i for i, (a, b) in pairs if i and a != b and None not in (a, b))


def where(wanted: Shape | None, given: Shape | None) -> str:
    """Return where they differ: `axis 1 is 5, not 6`; nothing where they do not."""
    found = differing(wanted, given)
    if not found:
        return ""
    if len(wanted) != len(given):
        return f"that is {count_of_axes(len(given) - 1)}, not {len(wanted) - 1}"
    if len(found) > 3:
        return f"{named(found, len(given))} differ"
    last = len(given) - 1
    told = [f"{named((i,), last + 1)} is {given[i]}, not {wanted[i]}" for i in found]
    return ", and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)


def named(axes: Sequence[int], length: int) -> str:
    """Return what axes are called, of a shape with `length` of them: `axis 1`, `the last axis`."""
    if len(axes) == 1:
        return axis_name(-1 if axes[0] == length - 1 else axes[0])
    return f"axes {listed([str(axis) for axis in axes])}"


def axis_name(axis: int) -> str:
    """Return how an axis is called in a sentence; Keras counts the batch as axis 0."""
    return {-1: "the last axis", 0: "the batch"}.get(axis, f"axis {axis}")


def count_of_axes(count: int) -> str:
    """Return a number of axes in words, those of one sample."""
    return {0: "no axis", 1: "1 axis"}.get(count, f"{count} axes")
