"""Text, whole numbers and fractions in the wrong places, and what dtype really comes out.

Keras takes the dtype that a layer computes in for that of what it gives, and casts fractions to
it, but neither whole numbers nor text. The tables were made by real calls of every layer with
every kind of dtype; tests/conformance/test_ghosts.py makes them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import keras

from composer_gui.core.kinds_of_doubts import KINDS
from composer_gui.core.layer_kinds import Construct, KerasLayer
from composer_gui.core.layers.families import (
    ATTENTION,
    CONV_LSTM,
    ELEMENTWISE,
    READS_TEXT_ONLY,
    for_each_rank,
)
from composer_gui.core.layers.layer_spec import LayerSpec
from composer_gui.core.misfits import NODE, SOURCE, sent
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.outcome import Inputs
from composer_gui.core.shapes.tensor_spec import WHOLE, TensorSpec, kind_of
from composer_gui.engine.keras_specs import CannotCall

READS_TEXT = frozenset({"HashedCrossing", "Hashing", "StringLookup", "TextVectorization"})
"""The layers of preprocessing that take text; two of them take nothing else."""

_NOISE = frozenset({"AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise"})
_MOVES = for_each_rank("Cropping", "SpatialDropout", "UpSampling", "ZeroPadding") | {"RepeatVector"}
_SAME = frozenset({"Flatten", "Identity", "Permute", "Reshape"})

PASSES_TEXT = _NOISE | _MOVES | _SAME | READS_TEXT | {"Add", "Concatenate"}
"""Layers that text goes through; Add joins the words."""

CONVOLUTIONS = (
    for_each_rank("Conv")
    | CONV_LSTM
    | {f"Conv{axes}DTranspose" for axes in (1, 2, 3)}
    | {"DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"}
)

FRACTIONS_ONLY = (
    CONVOLUTIONS
    | for_each_rank("AdaptiveAveragePooling", "AveragePooling")
    | {"AdaptiveMaxPooling3D", "MaxPooling3D"}
    | {"ELU", "PReLU", "RandomContrast", "RandomSaturation", "Softmax", "UnitNormalization"}
)
"""Layers that fail when they run on whole numbers."""

NO_TRUTH = ELEMENTWISE | {"AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D", "AdditiveAttention"}
NO_TRUTH |= {"LeakyReLU", "MaxPooling1D", "MaxPooling2D", "RandomBrightness", "ReLU", "Resizing"}
"""Layers that take whole numbers, and fail when everything that they get is true or false."""

KEEPS_WHOLE = (
    _NOISE
    | _MOVES
    | (ELEMENTWISE - {"Average"})
    | for_each_rank("GlobalMaxPooling")
    | {"AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D", "MaxPooling1D", "MaxPooling2D"}
    | {"ActivityRegularization", "Concatenate", "Dot", "Masking", "RMSNormalization", "ReLU"}
)
"""Layers that give whole numbers for whole numbers, where Keras announces fractions."""

KEEPS_TEXT = PASSES_TEXT - READS_TEXT - _SAME
"""Layers that give text for text, where Keras announces fractions."""

WHOLE_ACTIVATIONS = frozenset({"linear", "relu", "relu6"})
"""Activations that keep whole numbers whole."""

MADE_FRACTIONS = frozenset({"exponential", "leaky_relu", "tanh"})
"""Activations that make fractions of whole numbers; all others fail on them."""

COMPUTES_IN_FRACTIONS = (
    CONVOLUTIONS
    | {"Embedding", "ReversibleEmbedding"}
    | for_each_rank("AdaptiveAveragePooling", "AveragePooling")
    | {"Dense", "EinsumDense", "GRU", "LSTM", "SimpleRNN"}
    | ATTENTION
    | {"ELU", "MaxPooling3D", "Softmax", "UnitNormalization"}
)
"""Layers that fail where they themselves are of a dtype of whole numbers."""

WRAPPERS = frozenset({"Bidirectional", "SpectralNormalization", "TimeDistributed"})
"""Layers that hand what they get to the layer inside them."""


def _is_whole(dtype: str) -> bool:
    return kind_of(dtype) == WHOLE


def of_whole_numbers(inputs: Inputs) -> bool:
    """Return whether something comes in that is neither fractions nor, in a mask, the usual."""
    return any("float" not in item.dtype for _, _, item in values_of(inputs))


def refuse_values(spec: LayerSpec, layer: KerasLayer, inputs: Inputs, *, images: bool) -> None:
    """Raise CannotCall for text and whole numbers where the layer fails on them."""
    for name, parameters in at_work(spec.class_name, layer.parameters):
        preprocesses = spec.category == "preprocessing"
        inverts = parameters.get("invert") is True
        _refuse_text(name, inputs, images=images, preprocesses=preprocesses, inverts=inverts)
        _refuse_whole(name, parameters, inputs)


def real_dtypes(
    spec: LayerSpec, layer: KerasLayer, inputs: Inputs, found: list[TensorSpec]
) -> list[TensorSpec]:
    """Return what comes out with the dtypes that it really has."""
    dtypes = [item.dtype for _, _, item in values_of(inputs)]
    if spec.class_name == "LeakyReLU" and _is_whole(found[0].dtype):
        return [TensorSpec(one.shape, "float32") for one in found]  # its slope is a fraction
    if not dtypes or any("float" in dtype for dtype in dtypes):
        return found
    dtype = _real_dtype(spec.class_name, layer.parameters, dtypes)
    return found if dtype is None else [TensorSpec(one.shape, dtype) for one in found]


def _real_dtype(name: str, parameters: Any, dtypes: list[str]) -> str | None:
    if name == "StringLookup" and parameters.get("invert") is True:
        return "string"
    if set(dtypes) == {"string"}:
        return "string" if name in KEEPS_TEXT else None
    if "string" in dtypes:
        return None
    keeps = parameters.get("activation") in WHOLE_ACTIVATIONS
    if name not in KEEPS_WHOLE and not (name == "Activation" and keeps):
        return None
    if name == "Masking" and dtypes[0] == "bool":
        return "int32"
    return keras.backend.result_type(*dtypes)


# The three kinds --------------------------------------------------------------------------------


def _refuse_text(
    name: str, inputs: Inputs, *, images: bool, preprocesses: bool, inverts: bool
) -> None:
    values = list(values_of(inputs, masks=True))
    for port, index, item in values:
        if item.dtype != "string":
            if name in READS_TEXT_ONLY and not inverts:
                raise CannotCall(wrong("text_wanted", port, index, item))
        elif name not in PASSES_TEXT or images or inverts:
            raise CannotCall(wrong("text_given", port, index, item))
    if preprocesses or len({item.dtype == "string" for _, _, item in values}) < 2:
        return
    port, index, item = next(value for value in values if value[2].dtype == "string")
    raise CannotCall(wrong("text_given", port, index, item))


def _refuse_whole(name: str, parameters: Any, inputs: Inputs) -> None:
    values = list(values_of(inputs))
    whole = [value for value in values if _is_whole(value[2].dtype)]
    if not whole:
        return
    if fails(name, parameters, [item.dtype for _, _, item in values]):
        raise CannotCall(wrong("whole_numbers", *whole[0]))


def fails(name: str, parameters: Any, dtypes: list[str]) -> bool:
    """Return whether a layer fails on these, of which one at least is of whole numbers."""
    only_whole = all(map(_is_whole, dtypes))
    only_truth = set(dtypes) == {"bool"}
    if name == "Activation":
        function = parameters.get("activation")
        if not isinstance(function, str) or function in WHOLE_ACTIVATIONS:
            return only_truth and function != "linear"
        return function not in MADE_FRACTIONS or (only_truth and function == "leaky_relu")
    if name == "Attention":
        return only_whole
    if name == "AdditiveAttention":
        return only_truth or not only_whole
    return name in FRACTIONS_ONLY or (only_truth and name in NO_TRUTH)


def at_work(name: str, parameters: Any) -> Iterator[tuple[str, Any]]:
    """Yield the classes that get what comes, with their parameters: a wrapper's is the inner."""
    inner = parameters.get("layer")
    if name in WRAPPERS and isinstance(inner, Construct):
        yield from at_work(inner.class_name, inner.parameters)
    else:
        yield name, parameters


def values_of(inputs: Inputs, *, masks: bool = False) -> Iterable[tuple[str, int, TensorSpec]]:
    """Yield what comes in with its port and place; masks may be of any dtype but text."""
    for port, specs in inputs.items():
        if masks or "mask" not in port:
            for index, item in enumerate(specs):
                yield port, index, item


def wrong(code: str, port: str, index: int, item: TensorSpec) -> Problem:
    expected = {
        "text_given": "numbers",
        "text_wanted": "text",
        "whole_numbers": "floating-point numbers",
    }
    return KINDS[code].problem(
        port=port,
        words={"node": NODE, "source": SOURCE, "given": sent(item)},
        index=index,
        expected=expected[code],
        actual=sent(item),
        given=item.shape,
    )
