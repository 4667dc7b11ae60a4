"""Where Keras is too trusting: calls that it lets pass and that fail, or come out otherwise.

What small checks find is found at once (`refuse_before`, `refuse_after`): values in
keras_doubts_values, dtypes of the layer in keras_doubts_dtypes, sizes in keras_doubts_shapes,
parameters in keras_doubts_settings and keras_doubts_weights, memory in keras_doubts_memory. What
only the layer's own code shows is doubtful until that was gone through (`wants_second_opinion`).
"""

from __future__ import annotations

from typing import Any

import keras

from composer_gui.core.kinds_of_doubts import KINDS
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.layers.layer_spec import LayerSpec
from composer_gui.core.misfits import NODE
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.outcome import Inputs
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.engine.keras_doubts_dtypes import refuse_dtypes
from composer_gui.engine.keras_doubts_memory import refuse_beyond_memory
from composer_gui.engine.keras_doubts_settings import refuse_settings
from composer_gui.engine.keras_doubts_shapes import no_image, refuse_shapes, refuse_states
from composer_gui.engine.keras_doubts_values import WRAPPERS, of_whole_numbers, refuse_values
from composer_gui.engine.keras_doubts_weights import refuse_weights
from composer_gui.engine.keras_specs import CannotCall, may_be_one

SLOW_TO_TRACE = frozenset({"MelSpectrogram", "STFTSpectrogram"})

SURE = frozenset({"Rescaling"})
"""Preprocessing of which the tables and checks say all that going through the code would."""

UNSAID = frozenset({"Average", "GroupNormalization", *WRAPPERS})
"""Layers of which no table says what they make of whole numbers, or of true and false."""


def wants_second_opinion(spec: LayerSpec, inputs: Inputs) -> bool:
    """Return whether a symbolic call of this kind is known to say yes too easily.

    For most layers Keras computes shapes with a formula and takes the dtype for granted. Where
    our own checks do not say for certain what really comes, going through the code does. Tried
    against real calls on every layer, dtype and number of axes.
    """
    ranks = {len(item.shape) for items in inputs.values() for item in items}
    name = spec.class_name
    if spec.category == "preprocessing" and name not in SLOW_TO_TRACE:
        return name not in SURE and not is_for_images(name)
    odd_masks = any("mask" in port for port in inputs)
    several = len(inputs) > 1 and of_whole_numbers(inputs)
    return (
        not ranks
        or name == "EinsumDense"
        or (name in UNSAID and of_whole_numbers(inputs))
        or (spec.category == "attention" and (ranks != {3} or odd_masks or several))
        or (spec.category == "recurrent" and len(inputs) > 1)
        or (name in SLOW_TO_TRACE and max(ranks) > 3)
    )


def is_for_images(class_name: str) -> bool:
    """Return whether a layer of the catalog prepares or alters images."""
    return "image_preprocessing" in getattr(keras.layers, class_name).__module__


def refuse_before(spec: LayerSpec, layer: KerasLayer, inputs: Inputs) -> None:
    """Raise CannotCall for what Keras lets pass, or stumbles over without a word of use.

    Layers for images take a single one without a batch as well, and would take the batch of
    something flatter for the height of an image.
    """
    inputs = _in_order(spec, inputs)
    if not any(inputs.values()):
        return
    images = is_for_images(spec.class_name)
    refuse_values(spec, layer, inputs, images=images)
    refuse_dtypes(spec.class_name, layer.parameters, inputs)
    if images:
        _refuse_no_images(inputs)
    refuse_shapes(spec, layer, inputs)
    refuse_settings(spec.class_name, layer, inputs)


def refuse_after(
    spec: LayerSpec, layer: KerasLayer, instance: Any, inputs: Inputs, found: list[TensorSpec]
) -> None:
    """Raise CannotCall for what Keras has called, and what it comes to cannot be."""
    inputs = _in_order(spec, inputs)
    if spec.category in ("recurrent", "wrapper"):
        refuse_states(instance, inputs)
    refuse_weights(layer.parameters, instance.weights, found)
    refuse_beyond_memory(instance.weights, inputs, found)


def refuse_two_shapes(spec: LayerSpec, told: list[TensorSpec], seen: list[TensorSpec]) -> None:
    """Raise CannotCall where Keras announces one shape and gives another.

    It would make what is behind it for the one, and that would then get the other. Only the
    scores of an attention, which are looked at and not worked on, may be so.
    """
    if spec.category == "attention":
        return
    for one, other in zip(told, seen, strict=True):
        if not may_be_one(one.shape, other.shape):
            raise CannotCall(_two_shapes(one.show(), other.show()))


def _in_order(spec: LayerSpec, inputs: Inputs) -> Inputs:
    """Return what comes in by the order of the layer's ports: what it works on comes first."""
    return {port.name: inputs[port.name] for port in spec.inputs if port.name in inputs}


def _refuse_no_images(inputs: Inputs) -> None:
    for port, specs in inputs.items():
        for index, item in enumerate(specs):
            if len(item.shape) != 4:
                raise CannotCall(no_image(port, index, item))


def _two_shapes(told: str, given: str) -> Problem:
    words = {"node": NODE, "told": told, "comes": given}
    return KINDS["two_shapes"].problem(words=words, expected=told, actual=given)
