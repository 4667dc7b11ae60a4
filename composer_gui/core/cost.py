"""What a model costs: operations, and the memory of activations and weights."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """What one call costs.

    `flops` are floating-point operations for one sample, a multiplication and an addition being
    two; None where nobody can say. `activations` are the bytes of all tensors that the call makes
    for one sample, `weights` the bytes of its layer's weights. Where a batch size is fixed, figures
    are still those of one sample.
    """

    flops: int | None = 0
    activations: int = 0
    weights: int = 0


NOTHING = Cost()
