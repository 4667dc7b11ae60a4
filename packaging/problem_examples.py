"""Words of a made-up design, for the page of all problems."""

from __future__ import annotations

EXAMPLES = {
    "node": "head",
    "source": "picture",
    "given": "5×5×64",
    "wanted": "6×6×64",
    "where": "axis 1 is 5, not 6, and axis 2 is 5, not 6",
    "class_name": "Dense",
    "keras_version": "3.15.1",
    "path": "/models/head.keras",
    "classes": "Gate",
    "them": "it",
    "title": "Gate is missing",
    "one": "left",
    "other": "right",
    "first": "encoder",
    "user": "head",
}
"""Words for any kind of problem."""

_TWO = "left gives 10 and right gives 64"

OF_KIND: dict[str, dict[str, object]] = {
    "output_without_wire": {"node": "score"},
    "missing_wire": {
        "node": "total",
        "wanted": "at least 2 wires",
        "port_named": "",
        "count": "1",
    },
    "unknown_class": {"class_name": "FutureLayer"},
    "unknown_operation": {"function": "nosuch"},
    "missing_parameter": {"name": "units"},
    "bad_parameter": {
        "name": "units",
        "sentence": "units wants a whole number of at least 1, not -3.",
    },
    "shape": {"where": ": axis 1 is 5, not 6, and axis 2 is 5, not 6"},
    "axis_size": {"size": 64, "axis": "the last axis", "given": "32", "source": "features"},
    "shared_shape": {
        "wanted": "10",
        "given": "20",
        "where": " (the last axis is 20, not 10)",
    },
    "rank": {
        "many": "Too few",
        "node": "conv",
        "wanted": "at least 3 axes (height×width×channels)",
        "given": "28×28",
        "count": "2 axes",
    },
    "free_size": {
        "needs": "makes its weights to measure",
        "given": "10×?",
        "axis": "the last axis",
    },
    "nothing_left": {
        "node": "conv",
        "does": "slides a window of 5 over something smaller",
        "given": "3×3×1",
        "needed": "at least 5×5×1 is needed (axes 1 and 2)",
        "advice": "Make the window smaller, or set padding to same.",
    },
    "reshape": {
        "wanted": "5",
        "given": "4×2",
        "values": 8,
        "needed": ", and that would be 5",
    },
    "groups": {
        "node": "norm",
        "axis": "the last axis",
        "groups": 32,
        "channels": 48,
        "nearest": 64,
        "given": "8×8×48",
    },
    "concatenate": {
        "node": "join",
        "axis": "the last axis",
        "why": "the others have to be equal, and axis 1 is 4 and 5",
        "gives": "left gives 4×3 and right gives 5×3",
    },
    "batch_size": {
        "node": "total",
        "sizes": "8 and 16",
        "gives": "left gives 8×4 and right gives 16×4",
    },
    "merge": {
        "node": "total",
        "shapes": "10 and 64",
        "verb": "do not add",
        "where": "the last axis is 64, not 10",
        "gives": _TWO,
    },
    "together": {
        "node": "cross",
        "where": "4 and 3 have to be equal on the last axis",
        "gives": "left gives 5×4 and right gives 6×3",
    },
    "states": {
        "node": "decoder",
        "wanted": "1 state of 64",
        "given": "32",
        "where": ": the last axis is 32, not 64",
    },
    "state_count": {"node": "decoder", "wanted": "2 states of 64", "given": "64"},
    "axis": {
        "node": "norm",
        "axis": 3,
        "gives": "features gives 4",
        "last": 1,
    },
    "equation": {"node": "mix", "equation": "ab,bc->ac", "gives": "words gives 4×3"},
    "parameters": {
        "node": "conv",
        "one": "strides",
        "other": "dilation_rate above 1",
        "gets": "",
        "advice": "Set one of them to 1.",
    },
    "missing_input": {"port": "value"},
    "dtype": {"wanted": "whole numbers", "source": "words", "given": "100 float32"},
    "gives_back": {"class_name": "Equalization"},
    "keras": {"given": " with 4×3", "said": "the first sentence of what Keras says."},
    "file_unreadable": {"reason": "it is damaged"},
    "part_absent": {"part": "block_3/conv"},
    "tensor_absent": {"address": "block_3/conv"},
    "cut_open": {"name": "mask"},
    "refused_classes": {
        "title": "A Lambda layer is not run",
        "sentence": "contains a Lambda layer, which holds Python code in the file itself. "
        "Composer does not run that, and nothing of it was run. Save the model with a layer of "
        "Keras, or of a class of its own, instead.",
    },
    "code_changed": {"path": "/models/layers.py"},
    "code_failed": {
        "path": "/models/layers.py",
        "said": "ModuleNotFoundError: No module named 'own'",
    },
    "other_outputs": {"node": "split", "given": "3 outputs", "wanted": 2},
    "refused_inside": {
        "inner": "dense",
        "sentence": "dense wants 1024 on the last axis. flat gives 1600.",
    },
    "other_outputs_inside": {"inner": "split"},
}
"""Further words, and others, for one kind of problem by its code."""

FIX_WORDS = {
    "class_name": "Dense",
    "count": "3",
    "dtype": "int32",
    "given": "28×28",
    "inputs": "an Input",
    "layer": "conv",
    "layers": "a Dense of 64",
    "node": "head",
    "one": "left",
    "other": "right",
    "pairs": "a to b",
    "parameter": "units",
    "place": "before head",
    "port": "head",
    "shape": "28×28×1",
    "size": "6×6",
    "source": "picture",
    "value": "8",
    "what": "it",
    "width": "64",
}
"""Words for the titles of repairs."""
