"""What would take more memory than this computer has, found before a byte of it is taken."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import keras

from composer_gui.core.cost import bytes_of, show_bytes
from composer_gui.core.kinds_of_doubts import KINDS
from composer_gui.core.misfits import NODE, SOURCE
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.outcome import Inputs
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.engine.keras_specs import CannotCall

WIDEST = 16
"""Bytes of a number, at most."""

_GROUP_LIMITS = (
    "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
)


def refuse_beyond_memory(weights: Iterable[Any], inputs: Inputs, found: list[TensorSpec]) -> None:
    """Raise CannotCall for weights, or one sample of what comes out, beyond the computer's memory.

    All of its memory counts and not what is free at the moment, so that a design is not right in
    one minute and wrong in the next.
    """
    memory = memory_at_hand()
    if memory is None:
        return
    needed = sum(
        _bytes(weight.shape, keras.backend.standardize_dtype(weight.dtype)) for weight in weights
    )
    if needed > memory:
        raise CannotCall(_too_large("weights_too_large", needed, memory, inputs))
    for spec in found:
        size = _bytes(spec.shape[1:], spec.dtype)
        if size > memory:
            problem = _too_large("values_too_large", size, memory, inputs, gives=spec.show())
            raise CannotCall(problem)


def refuse_model_beyond_memory(
    model: Any, parameters: int, inputs: Inputs, found: list[TensorSpec]
) -> None:
    """Raise CannotCall for a model beyond the computer's memory.

    Its weights are gone through only where their number gives cause.
    """
    memory = memory_at_hand()
    doubtful = memory is not None and parameters * WIDEST > memory
    refuse_beyond_memory(model.weights if doubtful else (), inputs, found)


@cache
def memory_at_hand() -> int | None:
    """Return how many bytes of memory there are for this process, None where nobody says."""
    found = []
    with suppress(AttributeError, OSError, ValueError):  # as on Windows
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for path in _GROUP_LIMITS:
        with suppress(OSError, ValueError):  # not a group of processes, or one without a limit
            found.append(int(Path(path).read_text()))
    positive = [size for size in found if size > 0]
    return min(positive) if positive else None


def _bytes(shape: Iterable[int | None], dtype: str) -> int:
    """Return the bytes of one tensor; a free axis counts as 1."""
    return bytes_of((None, *(1 if size is None else size for size in shape)), dtype) or 0


def _too_large(code: str, needed: int, memory: int, inputs: Inputs, **words: str) -> Problem:
    port, item = next(((p, specs[0]) for p, specs in inputs.items() if specs), (None, None))
    known = {
        "node": NODE,
        "source": SOURCE,
        "needed": show_bytes(needed),
        "memory": show_bytes(memory),
        "given": item.show() if item else "nothing",
        **words,
    }
    return KINDS[code].problem(
        port=port,
        words=known,
        expected=f"at most {known['memory']}",
        actual=known["needed"],
        index=0,
        given=item.shape if item else None,
    )
