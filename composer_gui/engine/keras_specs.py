"""Specs as Keras's symbolic tensors and back, and blocks in which no weight is made."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
from keras.src import backend
from keras.src.backend.common import global_state

from composer_gui.core.document import Shape
from composer_gui.core.explanations import to_be_worded
from composer_gui.core.kinds_of_calls import KINDS
from composer_gui.core.misfits import NODE
from composer_gui.core.problems import Problem
from composer_gui.core.refused import clean
from composer_gui.core.shapes.outcome import Inputs
from composer_gui.core.shapes.tensor_spec import TensorSpec


class CannotCall(Exception):
    """A call that does not come to Keras; `problem` says why."""

    def __init__(self, problem: Problem, *, lasting: bool = True) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.lasting = lasting


@contextmanager
def ghosts() -> Iterator[None]:
    """Run a block in which Keras layers are built and called with no memory for their weights.

    A `StatelessScope` keeps new variables to shape and initializer. Keras would allocate them
    later, with the next thing it traces, so they are struck from its list in the end.
    """
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        global_state.set_global_attribute("uninitialized_variables", [])


def tensors(specs: tuple[TensorSpec, ...]) -> list[Any]:
    """Return symbolic tensors of these specs."""
    return [keras.KerasTensor(spec.shape, spec.dtype) for spec in specs]


def spec_of(tensor: Any) -> TensorSpec:
    """Return the spec of a symbolic tensor."""
    shape = tuple(None if size is None else int(size) for size in tensor.shape)
    return TensorSpec(shape, keras.backend.standardize_dtype(tensor.dtype))


def specs_of(result: Any) -> list[TensorSpec]:
    """Return the specs of all tensors in a result, nested lists flattened."""
    return [spec_of(tensor) for tensor in keras.tree.flatten(result)]


def count(variables: Iterable[Any]) -> int:
    """Return how many numbers these variables hold."""
    return sum(math.prod(variable.shape) for variable in variables)


def trace(function: Any, inputs: Inputs) -> list[TensorSpec]:
    """Return what comes out of `function(tensors by port)` when Keras really goes through it.

    The layer's code runs on placeholders of a throw-away graph, still without any weights.
    """
    counts = {port: len(specs) for port, specs in inputs.items()}
    flat = [tensor for specs in inputs.values() for tensor in tensors(specs)]

    def run(*given: Any) -> Any:
        rest = iter(given)
        return function({p: tuple(next(rest) for _ in range(n)) for p, n in counts.items()})

    return specs_of(backend.compute_output_spec(run, *flat))


def merged(formula: TensorSpec, traced: TensorSpec, *, keep_dtype: bool = False) -> TensorSpec:
    """Return what was traced, and of the sizes that tracing left open what the formula says.

    Preprocessing casts otherwise under tracing than at other times, so there the dtype is kept.
    """
    dtype = formula.dtype if keep_dtype else traced.dtype
    if len(formula.shape) != len(traced.shape):
        return TensorSpec(traced.shape, dtype)
    shape = (b if b is not None else a for a, b in zip(formula.shape, traced.shape, strict=True))
    return TensorSpec(tuple(shape), dtype)


def may_be_one(one: Shape, other: Shape) -> bool:
    """Return whether two shapes may be those of one tensor: a free axis may be of any size."""
    return len(one) == len(other) and all(
        a == b or None in (a, b) for a, b in zip(one, other, strict=True)
    )


def refused(error: Exception) -> Problem:
    """Return what Keras raised, to be put into words by the core."""
    if isinstance(error, MemoryError):
        return KINDS["memory"].problem(words={"node": NODE})
    return to_be_worded(clean(str(error)) or type(error).__name__)
