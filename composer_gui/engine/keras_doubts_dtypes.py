"""Dtypes that a layer is set to compute in and fails in, and complex numbers that come to it.

Keras takes any dtype for any layer, turns the floating-point numbers that come into it, and then
the layer may do what there is not in that dtype. The tables were made by real calls of every layer
with every dtype.
"""

from __future__ import annotations

from typing import Any

from composer_gui.core.kinds_of_doubts import KINDS
from composer_gui.core.layers.families import ATTENTION, CONV_LSTM, for_each_rank
from composer_gui.core.misfits import NODE
from composer_gui.core.shapes.outcome import Inputs
from composer_gui.core.shapes.tensor_spec import WHOLE, kind_of
from composer_gui.engine.keras_doubts_values import (
    COMPUTES_IN_FRACTIONS,
    CONVOLUTIONS,
    at_work,
    fails,
    values_of,
    wrong,
)
from composer_gui.engine.keras_specs import CannotCall

_CELLS = frozenset({"GRUCell", "LSTMCell", "SimpleRNNCell"})
_RECURRENT = CONV_LSTM | {"GRU", "LSTM", "SimpleRNN"} | _CELLS

_ONLY_FRACTIONS = frozenset(
    {
        *("AugMix", "AutoContrast", "CutMix", "Equalization", "MixUp", "RandAugment"),
        *("RandomContrast", "RandomElasticTransform", "RandomErasing", "RandomGaussianBlur"),
        *("RandomPerspective", "RandomSaturation", "RandomSharpness", "RandomShear"),
        *("STFTSpectrogram", "Solarization"),
    }
)
"""Preprocessing that fails where it computes in whole numbers."""

_NO_TRUTH = frozenset(
    {
        *("RandomBrightness", "RandomColorDegeneration", "RandomInvert", "RandomRotation"),
        *("RandomTranslation", "RandomZoom", "Rescaling", "Resizing"),
    }
)
"""Preprocessing that fails where it computes in true and false."""

_NOT_COMPLEX = (
    CONVOLUTIONS
    | for_each_rank("AdaptiveAveragePooling", "AdaptiveMaxPooling", "AveragePooling")
    | for_each_rank("GlobalMaxPooling", "MaxPooling")
    | (_ONLY_FRACTIONS - {"Equalization", "MixUp", "RandomShear"})
    | ATTENTION
    | {"Bidirectional", "Dense", "ELU", "Embedding", "GRU", "LSTM", "LeakyReLU", "Maximum"}
    | {"Minimum", "PReLU", "RNN", "ReLU", "ReversibleEmbedding", "SimpleRNN", "Softmax"}
    | {"ContrastLimitedAdaptiveHistogramEqualization", "RandomBrightness", "RandomRotation"}
    | {"RandomColorDegeneration", "RandomTranslation", "RandomZoom", "UnitNormalization"}
)
"""Layers that fail on complex numbers."""

_POOLS = frozenset(
    {"AdaptiveAveragePooling3D", "AdaptiveMaxPooling3D", "AveragePooling3D", "MaxPooling3D"}
)


def refuse_dtypes(name: str, parameters: Any, inputs: Inputs) -> None:
    """Raise CannotCall for complex numbers and for a dtype of the layer in which it fails."""
    for port, index, item in values_of(inputs):
        if item.dtype.startswith("complex") and name in _NOT_COMPLEX:
            raise CannotCall(wrong("whole_numbers", port, index, item))
    given = [item.dtype for _, _, item in values_of(inputs)]
    _refuse_own(name, parameters, given)
    for inner, own in at_work(name, parameters):
        if own is not parameters:
            _refuse_own(inner, own, given)


def _refuse_own(name: str, parameters: Any, given: list[str]) -> None:
    dtype = parameters.get("dtype")
    if not isinstance(dtype, str):
        return
    if _fails_in(name, parameters, dtype, given):
        words = {"node": NODE, "dtype": dtype}
        raise CannotCall(KINDS["whole_dtype"].problem(words=words, parameter="dtype"))
    does = _lacks(name, parameters, dtype)
    if does:
        words = {"node": NODE, "name": "dtype", "value": dtype, "does": does}
        problem = KINDS["setting"].problem(words=words, actual=dtype, parameter="dtype")
        raise CannotCall(problem)


def _fails_in(name: str, parameters: Any, dtype: str, given: list[str]) -> bool:
    """Return whether a layer fails in a dtype that is not of floating-point numbers."""
    turned = any("float" in one for one in given)
    computes = name in COMPUTES_IN_FRACTIONS or name in _CELLS
    if dtype == "string":
        return turned or computes or name == "HashedCrossing"
    if dtype.startswith("complex"):
        return name in _NOT_COMPLEX and (turned or computes)
    if kind_of(dtype) != WHOLE:
        return False
    if computes or name in _ONLY_FRACTIONS or (dtype == "bool" and name in _NO_TRUTH):
        return True
    return turned and fails(name, parameters, [dtype if "float" in one else one for one in given])


def _lacks(name: str, parameters: Any, dtype: str) -> str:
    """Return what TensorFlow has not in a dtype of floating-point numbers, nothing if it has."""
    if name in _POOLS and dtype in ("float16", "float64", "mixed_float16"):
        return "TensorFlow has no pooling over three axes for"
    begins = parameters.get("recurrent_initializer", "orthogonal") == "orthogonal"
    if name in _RECURRENT and dtype == "bfloat16" and begins:
        return "an orthogonal initializer cannot draw weights in"
    if name in ("CutMix", "STFTSpectrogram") and dtype == "bfloat16":
        return "TensorFlow cannot do this in"
    return "TensorFlow cannot do this in" if (name, dtype) == ("MelSpectrogram", "float64") else ""
