"""The values of a design as Python: plain literals, and constructors of classes of the catalog.

Nothing of a design reaches the source as it is: class and parameter names are those of the
catalog, and every value goes through `repr` of a plain type.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from composer_gui.core.codegen.expressions import (
    Atom,
    Call,
    Display,
    Expression,
    call,
    keyword,
)
from composer_gui.core.codegen.side_files import BesideList
from composer_gui.core.codegen.written_out import SOURCES
from composer_gui.core.errors import CannotGenerate
from composer_gui.core.layer_kinds import Construct, KerasLayer
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.layer_spec import LayerSpec, ObjectSpec
from composer_gui.core.layers.parameters import OBJECT_KINDS, Parameter

SHORT_NUMBER = 8
"""Characters up to which a number is written as it is; a longer one may be written as 1 / n."""

SMALLEST_FRACTION = 1e-5

_DRAWING = ("initializer", "seed", "layer", "layers")
"""Kinds of parameters that random numbers may be drawn for."""

_DRAWS_UNASKED = frozenset({"AdditiveAttention"})
"""Layers whose weights begin at random although no parameter says how."""

NAMED_THROUGHOUT = ("attention",)
"""Categories whose numbers say little by their place: MultiHeadAttention(num_heads=2, …)."""


def text_literal(text: str) -> str:
    """Return a string literal with the quotes that `ruff format` prefers."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    # repr takes single quotes unless only they occur; a lone one at the end forces its hand
    inside = repr(text + '"')[1:-2].replace("\\'", "'")
    return f"{quote}{inside.replace(quote, chr(92) + quote)}{quote}"


def literal(value: Any) -> Expression:
    """Return a plain value as Python; raises CannotGenerate for anything else."""
    if isinstance(value, str):
        return Atom(text_literal(str(value)))
    if isinstance(value, tuple):
        words = bool(value) and all(isinstance(item, str) for item in value)
        return Display("[]" if words else "()", tuple(map(literal, value)))
    if value is None or isinstance(value, bool | int):
        return Atom(repr(value))
    if isinstance(value, float):
        return Atom(_number(value))
    raise CannotGenerate(f"{type(value).__name__} is not a value that a design can hold.")


def _number(value: float) -> str:
    """Return a float that reads back the same; 0.00392156862745098 reads better as 1 / 255."""
    if not math.isfinite(value):
        return f'float("{value}")'
    text = repr(value).replace("e+", "e")
    if len(text) > SHORT_NUMBER and SMALLEST_FRACTION <= abs(value) < 1:
        below = round(2 / abs(value)) / 2
        if 1 / below == abs(value):
            return f"{'-' if value < 0 else ''}1 / {below:.10g}"
    return text


# Classes ----------------------------------------------------------------------------------------


def construction(
    spec: LayerSpec | ObjectSpec,
    parameters: Mapping[str, Any],
    catalog: Catalog,
    *more: Expression,
) -> Call:
    """Return the constructor call of a class; arguments equal to their defaults are left out.

    The required parameters that come first in the signature are given by position. `more` are
    further keyword arguments. Raises CannotGenerate.
    """
    given = list(_arguments(spec, parameters, catalog))
    if spec.class_name in SOURCES and isinstance(spec, LayerSpec):
        return call(spec.class_name, *given, *more)
    module = "layers" if isinstance(spec, LayerSpec) else f"keras.{spec.kind}s"
    return call(f"{module}.{spec.class_name}", *given, *more)


def _arguments(
    spec: LayerSpec | ObjectSpec, parameters: Mapping[str, Any], catalog: Catalog
) -> Iterator[Expression]:
    named = isinstance(spec, LayerSpec) and spec.category in NAMED_THROUGHOUT
    leading = not named
    for parameter in spec.parameters:
        alone = isinstance(spec, ObjectSpec) and len(spec.parameters) == 1
        leading = leading and (parameter.required or alone)
        if parameter.name not in parameters:
            if parameter.required:
                raise CannotGenerate(f"{spec.class_name} wants a value for {parameter.name}.")
            continue
        given = parameters[parameter.name]
        if parameter.required or not is_default(parameter, given, catalog):
            value = value_expression(parameter, given, catalog)
            yield value if leading else keyword(parameter.name, value)


def draws_random_numbers(layer: KerasLayer, catalog: Catalog) -> bool:
    """Return whether making this layer draws random numbers, for its weights or for a seed."""
    spec = catalog.layer(layer.class_name)
    asked = any(parameter.kind in _DRAWING for parameter in spec.parameters)
    return asked or layer.class_name in _DRAWS_UNASKED


def value_expression(parameter: Parameter, value: Any, catalog: Catalog) -> Expression:
    """Return a parameter's value as Python, or an expression as it is; raises CannotGenerate."""
    if isinstance(value, Atom | Display):
        return value
    if isinstance(value, Construct):
        return _construct(value, catalog)
    if isinstance(value, BesideList):
        return value.expression
    if parameter.kind == "layers" and isinstance(value, tuple):
        return Display("[]", tuple(value_expression(parameter, item, catalog) for item in value))
    return literal(value)


def _construct(value: Construct, catalog: Catalog) -> Expression:
    spec = catalog.construct(value)
    if spec is None:
        raise CannotGenerate(f"Keras {catalog.keras_version} has no {value.kind} of this class.")
    alias = _alias(value, catalog)
    if alias is not None:
        return literal(alias)
    return construction(spec, value.parameters, catalog)


def _alias(value: Any, catalog: Catalog) -> Any:
    """Return the short name that means the same as an initializer, regularizer or constraint."""
    if not isinstance(value, Construct) or value.kind not in OBJECT_KINDS:
        return None
    spec = catalog.construct(value)
    if spec is None or any(
        not is_default(parameter, value.parameters[parameter.name], catalog)
        for parameter in spec.parameters
        if parameter.name in value.parameters
    ):
        return None
    return spec.alias


def is_default(parameter: Parameter, value: Any, catalog: Catalog) -> bool:
    """Return whether leaving the parameter out means the same as giving `value`."""
    value = value if _alias(value, catalog) is None else _alias(value, catalog)
    same_kind = isinstance(value, bool) == isinstance(parameter.default, bool)
    return not parameter.required and same_kind and value == parameter.default
