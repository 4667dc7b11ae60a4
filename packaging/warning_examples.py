"""Words of a made-up design, for the warnings on the page of all problems."""

from __future__ import annotations

OF_WARNING: dict[str, dict[str, object]] = {
    "broadcast": {
        "node": "total",
        "source": "scores",
        "given": "8",
        "wanted": "4×8",
        "other": "rows",
        "axes": "along axis 1",
    },
    "float_indices": {"node": "table", "source": "words", "given": "10 float32"},
    "whole_with_real": {
        "node": "both",
        "source": "age",
        "given": "1 int32",
        "wanted": "4 float32",
        "other": "figures",
        "result": "float32",
    },
    "mixed_precision": {
        "node": "total",
        "given_dtype": "float16",
        "wanted_dtype": "float32",
        "source": "half",
        "given": "4 float16",
        "wanted": "4 float32",
        "other": "whole",
        "result": "float32",
        "loss": "",
    },
    "unused_input": {"node": "spare", "given": "4 float32"},
    "loose_end": {"node": "features", "given": "64 float32"},
    "normalization_trains": {
        "node": "norm",
        "before": "conv_1",
        "after": "conv_2",
        "given": "26×26×32 float32",
    },
    "normalization_trains_inside": {
        "node": "backbone",
        "inner": "block_3/norm",
        "more": ", as 11 more do",
        "them": "them",
    },
    "frozen_anew": {"node": "head", "count": "650", "given": "10 float32"},
    "lost_mask": {
        "node": "conv",
        "maker": "table",
        "user": "read",
        "given": "10×16 float32",
        "why": "",
    },
    "unknown_size": {"node": "flat", "source": "picture", "given": "?×?×3 float32"},
    "swapped": {
        "node": "scorer",
        "source": "left",
        "port": "right",
        "name": "left",
        "other": "right",
        "given": "64 float32",
    },
    "other_order": {"node": "both", "names": "b and a", "given": "4 float32"},
    "repeats_once": {"node": "steps", "source": "features", "given": "64 float32"},
    "no_effect": {
        "node": "drop",
        "source": "hidden",
        "given": "64 float32",
        "why": "its rate is 0",
    },
    "unadapted": {"node": "norm", "source": "figures", "given": "4 float32"},
}
"""Words for the warnings of `core.kinds_of_warnings`, by code."""
