"""A parameter's values as the user would type them, and in a few words what it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from composer_gui.core.layer_kinds import Construct

if TYPE_CHECKING:
    from composer_gui.core.layers.parameters import Parameter


def show(value: Any) -> str:
    """Return a value as the user would type it: "3, 3", "relu", "HeNormal(seed=3)"."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple) and len(value) > 1:
        return ", ".join(_inner(item) for item in value)
    return _inner(value)


def _inner(value: Any) -> str:
    if isinstance(value, Construct):
        inside = ", ".join(f"{k}={_inner(v)}" for k, v in sorted(value.parameters.items()))
        return f"{value.class_name}({inside})"
    if isinstance(value, tuple):
        inside = ", ".join(_inner(item) for item in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    return repr(value)


# What is expected -------------------------------------------------------------------------------


def expected(parameter: Parameter) -> str:
    """Return in a few words what the parameter takes, to follow "wants"."""
    words = _EXPECTED[parameter.kind](parameter)
    return f"{words}, or None" if parameter.optional else words


def _range(parameter: Parameter) -> str:
    low, high = parameter.minimum, parameter.maximum
    if low is not None and high is not None:
        return f" from {low} to {high}"
    if low is not None:
        return f" of at least {low}"
    return f" of at most {high}" if high is not None else ""


def _list_of(parameter: Parameter, items: str) -> str:
    """Say what a list takes: "a whole number, 2 of them or 2 pairs, each at least 0"."""
    one, some = _ITEM_WORDS[items]
    if parameter.single and parameter.lengths == (1,):
        return f"a {one}{_range(parameter)}"
    count = " or ".join(str(length) for length in parameter.lengths if length > 1) or "a list of"
    if parameter.single:
        forms = [f"a {one}", f"{count} them" if count == "a list of" else f"{count} of them"]
    else:
        forms = [f"{count} {some}"]
    if parameter.pairs:
        forms.append(f"{count} pairs")
    each = _range(parameter).replace(" of at", ", each at").replace(" from", ", each from")
    return _either(forms) + each


def _one_of(names: tuple[Any, ...]) -> str:
    return _either([show(name) for name in names])


def _either(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _class_words(parameter: Parameter, any_of_them: str) -> str:
    return _one_of(parameter.classes) if parameter.classes else any_of_them


_ITEM_WORDS = {
    "number": ("number", "numbers"),
    "integer": ("whole number", "whole numbers"),
    "text": ("word", "words"),
}

_EXPECTED: dict[str, Callable[[Parameter], str]] = {
    "integer": lambda p: f"a whole number{_range(p)}",
    "number": lambda p: f"a number{_range(p)}",
    "boolean": lambda p: "True or False",
    "text": lambda p: "text",
    "choice": lambda p: _one_of(p.choices),
    "integers": lambda p: _list_of(p, "integer"),
    "shape": lambda p: "a shape such as 28, 28, 1",
    "axis": lambda p: _list_of(p, "integer"),
    "values": lambda p: _list_of(p, p.items),
    "initializer": lambda p: "an initializer such as glorot_uniform",
    "regularizer": lambda p: "a regularizer such as l2",
    "constraint": lambda p: "a constraint such as non_neg",
    "activation": lambda p: "an activation such as relu",
    "dtype": lambda p: _one_of(p.choices) if p.choices else "a dtype such as float32",
    "layer": lambda p: _class_words(p, "a layer such as Dense(units=64)"),
    "layers": lambda p: f"one or several of {_class_words(p, 'the layers')}",
    "seed": lambda p: "a whole number",
    "any": lambda p: "a plain value",
}
