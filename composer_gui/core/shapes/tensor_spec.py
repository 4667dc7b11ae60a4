"""The shape and dtype of a tensor that flows on a wire."""

from __future__ import annotations

from dataclasses import dataclass

from composer_gui.core.document import Shape


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Shape, batch axis first, and dtype of one tensor; `shape` None means that it is not known."""

    shape: Shape | None
    dtype: str = "float32"

    @property
    def rank(self) -> int | None:
        """Number of axes without the batch axis, or None where the shape is not known."""
        return None if self.shape is None else max(0, len(self.shape) - 1)

    def show(self, *, dtype: bool = False) -> str:
        """Return the shape for the screen: `64×64×3`; with the batch axis only when it is fixed."""
        text = show_shape(self.shape)
        return f"{text} {self.dtype}" if dtype else text


TEXT, WHOLE, REAL = "text", "whole numbers", "numbers"


def kind_of(dtype: str) -> str:
    """Return what a dtype holds: TEXT, WHOLE for whole numbers or true and false, else REAL."""
    if dtype == "string":
        return TEXT
    return WHOLE if dtype == "bool" or "int" in dtype else REAL


MOST_SHOWN = 12
"""Axes of a shape that are written out; nobody has as many but a crafted file."""


def show_shape(shape: Shape | None) -> str:
    """Return a shape, batch axis first, as Composer prints it: `64×64×3`, `?` for a free axis.

    A shape of no axes, a single value for each sample, is `one number`.
    """
    if shape is None:
        return "unknown"
    axes = shape if shape and shape[0] is not None else shape[1:]
    if not axes:
        return "one number"
    shown = ["?" if size is None else str(size) for size in axes]
    if len(shown) > MOST_SHOWN:
        return "×".join([*shown[: MOST_SHOWN // 2], "…", shown[-1]]) + f" ({len(shown)} axes)"
    return "×".join(shown)
