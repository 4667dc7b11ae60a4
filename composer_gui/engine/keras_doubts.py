"""Where Keras is too trusting: calls that it lets pass and that fail, or come out otherwise."""

from __future__ import annotations

from typing import Any

import keras

from composer_gui.core.explanations import REFUSED
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.layers.layer_spec import LayerSpec
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.outcome import Inputs
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.engine.keras_specs import CannotCall, may_be_one, wrong_dtype

READS_TEXT = frozenset({"HashedCrossing", "Hashing", "StringLookup", "TextVectorization"})
"""The layers of preprocessing that take text; two of them take nothing else."""

ONLY_TEXT = frozenset({"StringLookup", "TextVectorization"})

READS_INDICES = frozenset({"Embedding", "ReversibleEmbedding"})

SLOW_TO_TRACE = frozenset({"MelSpectrogram", "STFTSpectrogram"})


def wants_second_opinion(spec: LayerSpec, inputs: Inputs) -> bool:
    """Return whether a symbolic call of this kind is known to say yes too easily.

    For most layers Keras computes shapes with a formula and takes the dtype for granted, so whole
    numbers, text, and odd shapes in some layers pass that fail when the model runs, or come out as
    something else. Tried against real calls on every layer, dtype and number of axes.
    """
    specs = [spec for specs in inputs.values() for spec in specs]
    ranks = {len(item.shape) for item in specs}
    name = spec.class_name
    if spec.category == "preprocessing" and name not in SLOW_TO_TRACE:
        return not is_for_images(name)
    return (
        not ranks
        or min(ranks) < 2
        or name == "EinsumDense"
        or (name not in READS_INDICES and any("float" not in item.dtype for item in specs))
        or (spec.category == "attention" and (ranks != {3} or len(set(specs)) > 1))
        or (name == "RNN" and ranks != {3})
        or (spec.category == "recurrent" and len(inputs) > 1)
        or (name.startswith("Adaptive") and ranks != {int(name[-2]) + 2})
        or (name in SLOW_TO_TRACE and max(ranks) > 3)
    )


def is_for_images(class_name: str) -> bool:
    """Return whether a layer of the catalog prepares or alters images."""
    return "image_preprocessing" in getattr(keras.layers, class_name).__module__


def refuse_before(spec: LayerSpec, layer: KerasLayer, inputs: Inputs) -> None:
    """Raise CannotCall for what not even tracing finds: text, numbers and images in wrong places.

    Layers for images take a single one without a batch as well, and would take the batch of
    something flatter for the height of an image.
    """
    images = is_for_images(spec.class_name)
    numbers_only = spec.class_name in READS_INDICES or (
        spec.category == "preprocessing" and spec.class_name not in READS_TEXT
    )
    for port, specs in inputs.items():
        for item in specs:
            if images and len(item.shape) != 4:
                raise CannotCall(_no_image(port, item))
            if item.dtype == "string" and numbers_only:
                raise CannotCall(wrong_dtype(port, "numbers", item))
            if item.dtype != "string" and spec.class_name in ONLY_TEXT:
                raise CannotCall(wrong_dtype(port, "text", item))


def refuse_after(
    spec: LayerSpec, layer: KerasLayer, instance: Any, inputs: Inputs, found: list[TensorSpec]
) -> None:
    """Raise CannotCall for what Keras has called, and what it comes to cannot be."""


def refuse_two_shapes(spec: LayerSpec, told: list[TensorSpec], seen: list[TensorSpec]) -> None:
    """Raise CannotCall where Keras announces one shape and gives another.

    It would make what is behind it for the one, and that would then get the other. Only the
    scores of an attention, which are looked at and not worked on, may be so.
    """
    if spec.category == "attention":
        return
    for one, other in zip(told, seen, strict=True):
        if len(one.shape) != len(other.shape) and spec.class_name.startswith("Adaptive"):
            detail = f"expected ndim={len(one.shape)}, found ndim={len(other.shape)}"
            raise CannotCall(Problem(REFUSED, "{node} cannot be called like this.", detail=detail))
        if not may_be_one(one.shape, other.shape):
            raise CannotCall(_two_shapes(one.show(), other.show()))


# Problems ---------------------------------------------------------------------------------------


def _no_image(port: str, item: TensorSpec) -> Problem:
    wanted = "3 axes (height×width×channels)"
    message = f"{{node}} wants images: {wanted} for each sample. {{source}} gives {item.show()}."
    title = "Too few axes" if len(item.shape) < 4 else "Too many axes"
    return Problem("rank", message, port=port, title=title, expected=wanted, actual=item.show())


def _two_shapes(told: str, given: str) -> Problem:
    message = (
        f"{{node}} would not give what Keras says it does: {told} is announced and {given} comes, "
        "so that nothing behind it would fit. Bring what it gets to another number of axes."
    )
    title = "Keras announces another shape"
    return Problem("two_shapes", message, title=title, expected=told, actual=given)
