"""Rules for refusals of what a parameter was set to."""

from __future__ import annotations

import re

from composer_gui.core.differences import count_of_axes
from composer_gui.core.refused import Refused, Words, first_line, say, short, when


def filters_and_groups(refused: Refused, groups: int) -> Words | None:
    """Filters that do not divide into groups."""
    filters = refused.parameter("filters")
    if not isinstance(filters, int) or filters % groups == 0:
        return None
    words = {
        "one": f"filters {filters}",
        "other": f"groups {groups}",
        "gets": "",
        "advice": "Each group makes as many of the filters, so let groups divide them.",
    }
    return say("parameters", refused, words)


@when(r"`strides > 1` not supported in conjunction with `dilation_rate > 1`")
def strides_and_dilation(match: re.Match, refused: Refused) -> Words:
    """A window that both jumps and is spread."""
    words = {
        "one": "strides",
        "other": "dilation_rate above 1",
        "gets": "",
        "advice": "Set one of them to 1.",
    }
    return say("parameters", refused, words)


def equation(refused: Refused) -> Words | None:
    """An EinsumDense whose equation is for other axes."""
    if refused.class_name != "EinsumDense":
        return None
    written = short(str(refused.parameter("equation")))
    words = {"equation": written, "why": _other_axes(refused), "gives": refused.gives()}
    wire = refused.wires[0] if len(refused.wires) == 1 else None
    fields = {"expected": written, "actual": refused.given, "parameter": "equation"}
    return say("equation", refused, words, wire, **fields)


def _other_axes(refused: Refused) -> str:
    """Return of how many axes an equation tells, where another number of them comes."""
    term = str(refused.parameter("equation")).split(",")[0].strip()
    comes = len(refused.wires[0].shape) if refused.wires else 0
    if not comes or not term.isalpha() or len(term) == comes:
        return ""
    return f": it is for {count_of_axes(len(term))}, the batch among them, and {comes} come"


_BAD_VALUES = {
    r"tuple indices must be integers": ("axis", "axis has to be one number here."),
    r"Axis -?\d+ of input tensor should have a defined|unknown axis at index": (
        "axis",
        "axis names one whose size is not known, such as the batch. Choose another one.",
    ),
    r"list assignment index": (
        "shared_axes",
        "shared_axes counts the axes from 1, the batch left out.",
    ),
    r"float infinity": ("frame_length", "frame_length is too short for a window. Use 2 or more."),
    r"Expected string, but got|Dimensions must be equal, but are \d+ and \d+": (
        "mask_value",
        "mask_value has to be one value of the kind that comes: a word for text.",
    ),
    r"of dtype string|DataType string": (
        "dtype",
        "nothing can be computed in the dtype string. Reset it, or set another.",
    ),
    r"parameter 'values' has DataType float": (
        "sparse",
        "sparse does not work here: Keras counts in fractions and wants whole numbers. Reset it.",
    ),
    r"parameter 'weights' has DataType": ("dtype", "dtype has to be float32 here. Reset it."),
    r"kernel_size must be an odd": ("kernel_size", "kernel_size has to be odd, such as 3 or 5."),
    r"pad_to_max_tokens is True": (
        "pad_to_max_tokens",
        "pad_to_max_tokens needs max_tokens as well. Set it, or reset pad_to_max_tokens.",
    ),
    r"Cannot set an empty vocabulary": ("vocabulary", "vocabulary is empty. Put words into it."),
    r"at least one repeated term": (
        "vocabulary",
        "vocabulary has a word twice. Let each be there once.",
    ),
    r"num_tokens must be set": (
        "num_tokens",
        "num_tokens is not set. It is one more than the largest number that comes.",
    ),
    r"at most one unknown dimension": (
        "target_shape",
        "target_shape leaves more than one axis open. Set all of its -1 but one to a size.",
    ),
    r"Invalid permutation argument `dims`": (
        "dims",
        "dims has to name each axis once, counted from 1, the batch left out.",
    ),
    r"num_query_heads`? must be divisible": (
        "num_query_heads",
        "num_query_heads has to be a multiple of num_key_value_heads.",
    ),
    r"`output_padding` must be strictly less": (
        "output_padding",
        "output_padding has to be smaller than strides. Leave it out, and Keras chooses it.",
    ),
}
"""Values that Keras refuses, by its text: which parameter it is, and what is wrong with it."""


def bad_value(refused: Refused) -> Words | None:
    """A parameter with a value that does not go."""
    if not refused.class_name:
        return None
    for pattern, (name, sentence) in _BAD_VALUES.items():
        if name in refused.layer.parameters and re.search(pattern, refused.text):
            return bad_parameter(refused, name, sentence)
    return None


def bad_parameter(refused: Refused, name: str, sentence: str) -> Words:
    """Return the words for a parameter whose value does not go."""
    words = {"name": name, "sentence": sentence}
    return say("bad_parameter", refused, words, parameter=name)


@when(r"`count_weights` is not used")
def unused_weights(match: re.Match, refused: Refused) -> Words:
    """Weights for counts where nothing is counted."""
    mode = refused.parameter("output_mode", "multi_hot")
    words = {
        "one": "a wire at count_weights",
        "other": f"output_mode {mode}",
        "gets": f": {refused.gives()}",
        "advice": "Set output_mode to count, or take that wire away.",
    }
    return say("parameters", refused, words, port="count_weights", index=0)


def named_parameter(refused: Refused) -> Words | None:
    """A parameter that Keras names in its text, and that was set."""
    if not refused.class_name:
        return None
    if "no attribute 'from_config'" in refused.text:
        return _nothing_set(refused)
    for found in re.findall(r"\w+", refused.text):
        if found in refused.layer.parameters:
            sentence = f"Keras does not take this {found} here. It says: {first_line(refused)}"
            return bad_parameter(refused, found, sentence)
    return None


def _nothing_set(refused: Refused) -> Words | None:
    """A parameter that was set to nothing, where Keras wants an object."""
    empty = [n for n, value in sorted(refused.layer.parameters.items()) if value is None]
    if not empty:
        return None
    return bad_parameter(refused, empty[0], f"{empty[0]} cannot be left empty here. Reset it.")
