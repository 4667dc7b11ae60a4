"""Which layers take a tensor at all, by its number of axes and the kind of its values.

The table was found by calling Keras (`packaging/make_takes.py`); sizes are for the engine to judge.
"""

from __future__ import annotations

import functools
import json

from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.wording import counted
from composer_gui.storage import resources

MOST_AXES = 5
"""So many axes were tried at most; a layer that takes as many is believed to take more."""

_KINDS = {"float": "numbers", "int": "whole numbers", "bool": "true or false", "string": "text"}


@functools.cache
def _table() -> dict[str, dict[str, str]]:
    return json.loads(resources.text("takes.json"))


def why_not(class_name: str, spec: TensorSpec | None) -> str:
    """Return in a few words what a layer takes in place of such a tensor, "" where it takes it.

    A layer or a tensor of which too little is known is no reason against it.
    """
    row = _table().get(class_name)
    if row is None or spec is None:
        return ""
    axes = row[_kind(spec.dtype)]
    if not axes:
        return f"takes {_kinds_of(row)}"
    if spec.rank is None or str(min(spec.rank, MOST_AXES)) in axes:
        return ""
    return f"takes {_axes_words(axes)}"


def _kind(dtype: str) -> str:
    if dtype in ("bool", "string"):
        return dtype
    return "int" if "int" in dtype else "float"


def _kinds_of(row: dict[str, str]) -> str:
    """Return the kinds of values that a layer takes; who takes numbers need not say more."""
    kinds = [kind for kind in _KINDS if row[kind]]
    return _KINDS[kinds[0]] if kinds else "something else"


def _axes_words(axes: str) -> str:
    """Return "3 axes", "2 or 3 axes", "at least 2 axes"."""
    low, high = int(axes[0]), int(axes[-1])
    if low == high:
        return counted(low, "axis") if low == 1 else f"{low} axes"
    if high >= MOST_AXES:
        return f"at least {counted(low, 'axis') if low == 1 else f'{low} axes'}"
    return f"{low} to {high} axes"
