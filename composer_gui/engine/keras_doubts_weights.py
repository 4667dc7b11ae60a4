"""Initializers and regularizers that work on matrices, where a layer has something else for them.

A ghost makes no weights, so that Keras does not come to use an initializer; nor are regularizers
used before the model is trained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from composer_gui.core.differences import count_of_axes
from composer_gui.core.kinds_of_doubts import KINDS
from composer_gui.core.layer_kinds import Construct, Shape
from composer_gui.core.misfits import NODE
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.tensor_spec import TensorSpec, show_shape
from composer_gui.engine.keras_specs import CannotCall

_WEIGHTS = {
    "recurrent": ("recurrent_kernel",),
    "depthwise": ("depthwise_kernel", "kernel"),
    "pointwise": ("pointwise_kernel",),
}
"""How the weights are called that a parameter is for, where not by the beginning of its name."""


def refuse_weights(parameters: Mapping, weights: Sequence[Any], found: list[TensorSpec]) -> None:
    """Raise CannotCall for what works on matrices and gets another number of axes.

    `weights` are the layer's own, and `found` is what it puts out.
    """
    for name, chosen in _chosen(parameters):
        begin, _, what = name.rpartition("_")
        if begin == "activity":
            shapes = [item.shape for item in found[:1] if chosen.startswith("orthogonal")]
        else:
            known = _WEIGHTS.get(begin, (begin,))
            shapes = [tuple(weight.shape) for weight in weights if weight.name in known]
        for shape in shapes:
            if not _works_on(chosen, what, len(shape)):
                raise CannotCall(_cannot(name, chosen, begin, shape))


def _chosen(parameters: Mapping) -> Iterator[tuple[str, str]]:
    """Yield the parameters that hold an initializer or a regularizer, with its name in Keras."""
    for name, value in parameters.items():
        if name.endswith(("_initializer", "_regularizer")):
            if isinstance(value, Construct):
                value = value.class_name
            if isinstance(value, str) and value.lower().startswith(("identity", "orthogonal")):
                yield name, value.lower()


def _works_on(chosen: str, what: str, axes: int) -> bool:
    if chosen.startswith("identity") or what == "regularizer":
        return axes == 2
    return axes >= 2


def _cannot(name: str, chosen: str, begin: str, shape: Shape) -> Problem:
    if begin == "activity":
        gets = f"what comes out is {show_shape(shape)} for each sample, which is no matrix"
    else:
        sizes, count = show_shape((None, *shape)), count_of_axes(len(shape))
        gets = f"the weights {begin} are {sizes}, which is {count}"
    does = f"works on matrices, of 2 axes; {gets}"
    words = {"node": NODE, "name": name, "value": chosen, "does": does}
    return KINDS["setting"].problem(words=words, actual=chosen, parameter=name)
