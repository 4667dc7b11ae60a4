"""Masks that Keras wrote into a saved model by itself, and will find by itself again.

An Embedding or a Masking says which steps count; Keras hands that on from layer to layer and writes
it into the file as operations and as the argument `mask` of the layers that want it. Nobody wrote
these, so nobody wants to see them. A mask is taken for such a one only where the very layers whose
masks it is made of are those that Keras would have it from.
"""

from __future__ import annotations

from collections.abc import Mapping

from composer_gui.core.inside import (
    LAYER,
    OPERATION,
    InnerCall,
    InnerTensor,
    Inside,
    Part,
    tensors_in,
)
from composer_gui.core.layers.families import ELEMENTWISE, KEEPS_SHAPE

_OTHERS = {
    *("GroupNormalization", "Masking", "RMSNormalization"),
    *("SpatialDropout2D", "SpatialDropout3D"),
}
HAND_ON = KEEPS_SHAPE - _OTHERS | {"Dense", "TimeDistributed"}
"""Layers whose output has the mask of their input."""

HAND_ON_SEQUENCES = frozenset({"Bidirectional", "GRU", "LSTM", "SimpleRNN"})
"""Layers that do so where they give a sequence."""

JOIN = ELEMENTWISE | {"Concatenate"}
"""Layers that make one mask of those of all their inputs."""

_BEGINS = "NotEqual"
_JOINS = frozenset({"Any", "Concatenate", "ExpandDims", "LogicalAnd", "LogicalOr"})
_NEUTRAL = frozenset({"OnesLike", "ZerosLike"})
_MOST = 50
"""Masks that one is made of, at most, before it is taken for something else."""

Key = tuple[str, int]
Origins = frozenset[tuple[str, int, int]] | None
"""The tensors that masks come from, None where there is no mask that one would know."""


class AutomaticMasks:
    """Tells the masks of one model that Keras finds by itself."""

    def __init__(self, inside: Inside) -> None:
        self._parts: Mapping[str, Part] = inside.by_name
        self._handed_on: dict[Key, Origins] = {}
        self._made: dict[Key, Origins] = {}
        for call in inside.calls:
            part = self._parts[call.part]
            key = call.part, call.number
            if part.kind == OPERATION:
                self._made[key] = self._made_of(part, call)
            elif part.kind == LAYER and not part.foreign:
                self._handed_on[key] = self._has(part, call)

    def is_one(self, data: object, mask: object) -> bool:
        """Return whether `mask` is what Keras knows about the tensor `data` by itself."""
        if not isinstance(data, InnerTensor) or not isinstance(mask, InnerTensor):
            return False
        origins = self._of(data)
        return origins is not None and origins == self._made.get((mask.part, mask.call))

    def _of(self, tensor: InnerTensor) -> Origins:
        return None if tensor.output else self._handed_on.get((tensor.part, tensor.call))

    def _has(self, part: Part, call: InnerCall) -> Origins:
        """Return what the mask of a layer's output comes from."""
        taken = list(tensors_in(list(call.arguments)))
        if not taken:
            return None
        name, config = part.class_name, part.config["config"]
        if name == "Masking" or (name == "Embedding" and config.get("mask_zero") is True):
            return frozenset({taken[0].key})
        if name in HAND_ON or (name in HAND_ON_SEQUENCES and _gives_sequence(config)):
            return self._of(taken[0])
        return self._joined([self._of(tensor) for tensor in taken]) if name in JOIN else None

    def _made_of(self, part: Part, call: InnerCall) -> Origins:
        """Return what an operation makes a mask of."""
        taken = list(tensors_in(list(call.arguments)))
        if part.class_name == _BEGINS:
            return frozenset({taken[0].key}) if len(taken) == 1 else None
        if part.class_name in _NEUTRAL:
            return frozenset()
        if part.class_name not in _JOINS:
            return None
        return self._joined([self._made.get((tensor.part, tensor.call)) for tensor in taken])

    @staticmethod
    def _joined(parts: list[Origins]) -> Origins:
        if not parts or any(part is None for part in parts) or len(parts) > _MOST:
            return None
        joined = frozenset().union(*parts)
        return joined if len(joined) <= _MOST else None


def _gives_sequence(config: Mapping) -> bool:
    inner = config.get("layer")
    if isinstance(inner, Mapping) and isinstance(inner.get("config"), Mapping):
        config = inner["config"]
    return config.get("return_sequences") is True
