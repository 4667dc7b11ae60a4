"""What TensorFlow's own profiler counts in a Keras model, to compare with what we count."""

from __future__ import annotations

import math
from typing import Any

import keras
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import (
    convert_variables_to_constants_v2_as_graph,
)


def profiled(model: keras.Model) -> int:
    """Return the floating-point operations of a forward pass on a batch of one.

    The profiler counts a frozen graph. It knows nothing of `Einsum`, to which Keras's attention
    comes down, and goes once through a loop whatever the number of steps: recurrent layers are to
    be unrolled, and for einsum see `with_einsum`.
    """
    profiler = tf.compat.v1.profiler
    wanted = profiler.ProfileOptionBuilder(profiler.ProfileOptionBuilder.float_operation())
    with frozen(model).as_default() as graph:
        found = profiler.profile(
            graph=graph,
            options=wanted.with_empty_output().build(),
            run_meta=tf.compat.v1.RunMetadata(),
            cmd="op",
        )
    return found.total_float_ops


def frozen(model: keras.Model) -> tf.Graph:
    """Return the graph of a forward pass, with the weights as constants."""
    specs = [tf.TensorSpec((1, *tensor.shape[1:]), tensor.dtype) for tensor in model.inputs]
    run = tf.function(lambda *given: model(_one_or_all(given), training=False))
    _, definition = convert_variables_to_constants_v2_as_graph(run.get_concrete_function(*specs))
    graph = tf.Graph()
    with graph.as_default():
        tf.graph_util.import_graph_def(definition, name="")
    return graph


def _one_or_all(given: tuple) -> Any:
    return given[0] if len(given) == 1 else list(given)


def with_einsum(model: keras.Model) -> int:
    """Return what the profiler counts, and 2 · the sizes of all axes for each einsum besides."""
    graph = frozen(model)
    return profiled(model) + sum(
        _einsum(operation) for operation in graph.get_operations() if operation.type == "Einsum"
    )


def _einsum(operation: Any) -> int:
    """TensorFlow writes an einsum's equation with a letter for each axis."""
    terms = operation.get_attr("equation").decode().partition("->")[0].split(",")
    sizes = {
        letter: size
        for term, tensor in zip(terms, operation.inputs, strict=True)
        for letter, size in zip(term, tensor.shape, strict=True)
    }
    return 2 * math.prod(sizes.values())
