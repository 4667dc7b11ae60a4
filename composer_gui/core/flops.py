"""How many floating-point operations a call of a Keras layer or function takes, from its shapes.

Every formula is that of the inference pass for one sample. A multiplication and an addition are
two operations, as TensorFlow's profiler counts them (`RegisterStatistics(…, "flops")` in
`tensorflow/python/ops/nn_ops.py` and `tensorflow/python/profiler/internal/flops_registry.py`).
Where the profiler counts nothing, as for sigmoid, one operation an element is counted; moving,
copying and looking up numbers costs none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from composer_gui.core.document import Shape
from composer_gui.core.flops_table import ACTIVATIONS, FREE, PER_ELEMENT, PER_GIVEN, STEP


@dataclass(frozen=True, slots=True)
class Called:
    """One call of a layer or function of Keras.

    `kind` is the layer's class, or `ops.` and the function's class in small letters. `given` and
    `made` are the shapes of what comes in and out, without the batch axis. `weights` are names and
    shapes of the layer's weights in Keras's order, `facts` its attributes of the names in `FACTS`.
    """

    kind: str
    given: tuple[Shape, ...]
    made: tuple[Shape, ...]
    weights: tuple[tuple[str, Shape], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


FACTS = (
    *("activation", "pool_size", "interpolation", "axes", "normalize", "equation", "subscripts"),
    *("num_heads", "num_query_heads", "key_dim", "value_dim", "head_dim"),
    *("use_scale", "score_mode"),
)
"""Attributes that a formula may ask for."""


class Unsaid(Exception):
    """A size is free, or nobody can say what a layer does."""


def flops(called: Called) -> int | None:
    """Return the operations of a call for one sample, None where nobody can say."""
    if called.kind in FREE:
        return 0
    try:
        formula = FORMULAS.get(called.kind)
        if formula is not None:
            return int(formula(called))
        if called.kind in PER_ELEMENT:
            return PER_ELEMENT[called.kind] * elements(called.made)
        if called.kind in PER_GIVEN:
            return PER_GIVEN[called.kind] * elements(called.given[:1])
    except (Unsaid, IndexError, KeyError, TypeError, ValueError):
        return None
    return None


def elements(shapes: Sequence[Shape]) -> int:
    """Return how many numbers tensors hold for one sample; raises Unsaid for a free size."""
    return sum(_product(shape) for shape in shapes)


def _product(sizes: Sequence[int | None]) -> int:
    if any(size is None for size in sizes):
        raise Unsaid
    return math.prod(sizes)


def activated(name: Any, count: int) -> int:
    """Return the operations of an activation on `count` numbers."""
    return ACTIVATIONS.get(name or "linear", 1) * count


# Layers with kernels ----------------------------------------------------------------------------


def _shapes(called: Called, *names: str) -> list[Shape]:
    return [shape for name, shape in called.weights if name in names]


def _bias(called: Called) -> int:
    """One addition an element of the output, as for the profiler's BiasAdd."""
    return elements(called.made) if _shapes(called, "bias") else 0


def _behind(called: Called) -> int:
    return _bias(called) + activated(called.facts.get("activation"), elements(called.made))


def _dense(called: Called) -> int:
    """2 m k n: the profiler's MatMul, for kernel (k, n) and m positions."""
    (kernel,) = _shapes(called, "kernel")
    positions = elements(called.made) // kernel[-1]
    return 2 * positions * _product(kernel) + _behind(called)


def _convolution(called: Called) -> int:
    """2 · kernel height · width · channels in · elements out: the profiler's Conv2D."""
    (kernel,) = _shapes(called, "kernel")
    positions = elements(called.made) // kernel[-1]
    return 2 * positions * _product(kernel) + _behind(called)


def _transposed(called: Called) -> int:
    """2 · kernel · positions in: the profiler's Conv2DBackpropInput, for kernel (…, out, in)."""
    (kernel,) = _shapes(called, "kernel")
    positions = elements(called.given[:1]) // kernel[-1]
    return 2 * positions * _product(kernel) + _behind(called)


def _depthwise(called: Called) -> int:
    """2 · kernel height · width · elements out: the profiler's DepthwiseConv2dNative."""
    (kernel,) = _shapes(called, "kernel", "depthwise_kernel")
    positions = elements(called.made) // (kernel[-1] * kernel[-2])
    return 2 * positions * _product(kernel) + _behind(called)


def _separable(called: Called) -> int:
    """A depthwise convolution, then one of 1x1."""
    (depthwise,) = _shapes(called, "depthwise_kernel")
    (pointwise,) = _shapes(called, "pointwise_kernel")
    positions = elements(called.made) // pointwise[-1]
    return 2 * positions * (_product(depthwise) + _product(pointwise)) + _behind(called)


def _einsum_dense(called: Called) -> int:
    """2 · the sizes of all axes that the equation names, and the bias."""
    (kernel,) = _shapes(called, "kernel")
    equation = called.facts["equation"]
    return einsum(equation, (called.given[0], kernel), batch=(True, False)) + _behind(called)


def einsum(equation: str, shapes: Sequence[Shape], batch: Sequence[bool]) -> int:
    """Return 2 · the sizes of all distinct axes of an equation such as "abc,cd->abd".

    `batch` says which of `shapes` come without their first axis, the batch. Axes that an ellipsis
    stands for count once.
    """
    sizes: dict[str, int] = {}
    before, _, _ = equation.replace(" ", "").partition("->")
    for term, shape, is_short in zip(before.split(","), shapes, batch, strict=True):
        left, dots, right = term.partition("...")
        whole = [1, *shape] if is_short else list(shape)
        hidden = len(whole) - len(left) - len(right) if dots else 0
        letters = [*left, *(f"…{i}" for i in range(hidden, 0, -1)), *right]
        for letter, size in zip(letters, whole, strict=True):
            if size is None:
                raise Unsaid
            sizes[letter] = max(size, sizes.get(letter, 1))
    several = 2 if before.count(",") else 1
    return several * math.prod(sizes.values())


def _reversible(called: Called) -> int:
    """A look-up, or with `reverse` the product with the transposed table."""
    table = called.weights[0][1]
    if len(called.made[0]) > len(called.given[0]):
        return 0
    return 2 * elements(called.made) * table[-1]


# Attention --------------------------------------------------------------------------------------


def _heads(called: Called) -> int:
    """Four projections, and for each head the products with keys and values.

    Vaswani et al., Attention Is All You Need, 3.2: 2 T S d for the scores, 5 T S for the softmax,
    2 T S d for the weighted sum; T and S are the lengths of query and value.
    """
    facts = called.facts
    targets = _product(called.given[0][:-1])
    sources = _product(called.given[1 if len(called.given) > 1 else 0][:-1])
    heads = facts.get("num_heads") or facts["num_query_heads"]
    key = facts.get("key_dim") or facts["head_dim"]
    value = facts.get("value_dim") or key
    kernels = _shapes(called, "kernel")
    positions = (targets, sources, sources, targets)
    found = sum(2 * n * _product(k) for n, k in zip(positions, kernels, strict=True))
    biases = _shapes(called, "bias")
    found += sum(n * _product(b) for n, b in zip(positions, biases, strict=False))
    found += 2 * heads * targets * sources * (key + value)
    return found + 5 * heads * targets * sources + heads * targets * key


def _attention(called: Called) -> int:
    """2 T S d for the scores, softmax, and 2 T S d for the weighted sum."""
    query, value = called.given[0], called.given[1]
    pairs = _product(query[:-1]) * _product(value[:-1])
    depth, width = _product(query[-1:]), _product(value[-1:])
    each = 4 * depth if called.facts.get("score_mode") == "concat" else 2 * depth
    return pairs * (each + 5 + 2 * width + bool(called.facts.get("use_scale")))


def _additive_attention(called: Called) -> int:
    """Addition, tanh, product and sum for each pair and feature, then as `Attention`."""
    query, value = called.given[0], called.given[1]
    pairs = _product(query[:-1]) * _product(value[:-1])
    depth, width = _product(query[-1:]), _product(value[-1:])
    return pairs * (4 * depth + 5 + 2 * width)


# Recurrent layers -------------------------------------------------------------------------------


def _recurrent(called: Called) -> int:
    """For each step 2 · kernel + 2 · recurrent kernel, and what `STEP` says of the gates."""
    steps = _product(called.given[0][:1])
    return steps * _step(called)


def _cell(called: Called) -> int:
    return _step(called)


def _step(called: Called) -> int:
    kernels = _shapes(called, "kernel", "recurrent_kernel")
    kind = called.kind.removesuffix("Cell")
    recurrent = _shapes(called, "recurrent_kernel")
    units = sum(shape[0] for shape in recurrent)
    return sum(2 * _product(kernel) for kernel in kernels) + STEP.get(kind, 3) * units


def _cells(called: Called) -> int:
    """Cells of any kinds: the products, and of the gates what `STEP` says of each kind."""
    kernels = _shapes(called, "kernel", "recurrent_kernel")
    gates = sum(STEP[kind.removesuffix("Cell")] * units for kind, units in called.facts["cells"])
    step = sum(2 * _product(kernel) for kernel in kernels) + gates
    return step if called.kind == "StackedRNNCells" else step * _product(called.given[0][:1])


def _convolution_lstm(called: Called) -> int:
    """An LSTM whose products are convolutions at every position of the state (Shi et al., 2015)."""
    steps = _product(called.given[0][:1])
    kernel, recurrent = (_shapes(called, name)[0] for name in ("kernel", "recurrent_kernel"))
    filters = recurrent[-2]
    rank = len(recurrent) - 2
    positions = elements(called.made[:1]) // filters
    if len(called.made[0]) > rank + 1:  # every step is handed on
        positions //= steps
    each = 2 * (_product(kernel) + _product(recurrent)) + STEP["ConvLSTM"] * filters
    return steps * positions * each


# Pooling, merging, sizes ------------------------------------------------------------------------


def _pooling(called: Called) -> int:
    """One operation for each number under the window: the profiler's `_pool_flops`."""
    size = called.facts["pool_size"]
    window = math.prod(size) if isinstance(size, tuple | list) else size
    return window * elements(called.made)


def _merge(called: Called) -> int:
    """One operation an element for each further tensor: the profiler's AddV2, Mul and so on."""
    return (len(called.given) - 1) * elements(called.made)


def _average(called: Called) -> int:
    return len(called.given) * elements(called.made)


def _dot(called: Called) -> int:
    """2 · elements out · the size of the axis that is summed over: the profiler's BatchMatMul."""
    axes = called.facts["axes"]
    axis = axes[0] if isinstance(axes, tuple | list) else axes
    length = _product((called.given[0][axis - 1 if axis > 0 else axis],))
    found = 2 * elements(called.made) * length
    if called.facts.get("normalize"):
        found += 3 * elements(called.given)
    return found


def _resizing(called: Called) -> int:
    """Nothing for the nearest pixel; 7 for bilinear: 3 mixtures of a product and a sum, rounded."""
    name = called.facts.get("interpolation") or "nearest"
    each = {"nearest": 0, "bilinear": 7, "area": 4, "bicubic": 35, "lanczos3": 71, "lanczos5": 199}
    return each[name] * elements(called.made)


def _activation(called: Called) -> int:
    return activated(called.facts.get("activation"), elements(called.made))


def _matmul(called: Called) -> int:
    """2 m k n: the profiler's MatMul and BatchMatMul; k is the last axis of the first."""
    return 2 * elements(called.made) * _product(called.given[0][-1:])


def _einsum(called: Called) -> int:
    """As an EinsumDense, between tensors."""
    return einsum(called.facts["subscripts"], called.given, batch=[True] * len(called.given))


FORMULAS: dict[str, Callable[[Called], int]] = {
    "Dense": _dense,
    "EinsumDense": _einsum_dense,
    "ReversibleEmbedding": _reversible,
    "Activation": _activation,
    **{f"Conv{rank}D": _convolution for rank in (1, 2, 3)},
    **{f"Conv{rank}DTranspose": _transposed for rank in (1, 2, 3)},
    **{f"DepthwiseConv{rank}D": _depthwise for rank in (1, 2)},
    **{f"SeparableConv{rank}D": _separable for rank in (1, 2)},
    "MultiHeadAttention": _heads,
    "GroupedQueryAttention": _heads,
    "Attention": _attention,
    "AdditiveAttention": _additive_attention,
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN"), _recurrent),
    **dict.fromkeys(("LSTMCell", "GRUCell", "SimpleRNNCell"), _cell),
    **dict.fromkeys(("RNN", "StackedRNNCells"), _cells),
    **{f"ConvLSTM{rank}D": _convolution_lstm for rank in (1, 2, 3)},
    **{f"{kind}Pooling{rank}D": _pooling for kind in ("Average", "Max") for rank in (1, 2, 3)},
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Maximum", "Minimum"), _merge),
    "Average": _average,
    "Dot": _dot,
    "UpSampling2D": _resizing,
    "Resizing": _resizing,
    "ops.matmul": _matmul,
    "ops.einsum": _einsum,
    "ops.resize": _resizing,
}
