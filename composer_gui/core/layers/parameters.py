"""What a parameter is, which values it accepts, and how what the user typed is read."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from immutables import Map

from composer_gui.core.layer_kinds import Construct
from composer_gui.core.layers.parameter_words import expected, show

if TYPE_CHECKING:
    from composer_gui.core.layers.catalog import Catalog

OBJECT_KINDS = ("initializer", "regularizer", "constraint")
LONGEST_TEXT = 100_000


@dataclass(frozen=True, slots=True)
class Parameter:
    """One constructor parameter or call argument.

    `kind` is one of integer, number, boolean, text, choice, integers, shape, axis, values,
    initializer, regularizer, constraint, activation, dtype, layer, layers, seed, any. `optional`
    means None is a value; `minimum` and `maximum` bound each number. For integers, axis and values:
    `single` tells whether one item may stand without a list, `lengths` how many items a list may
    have (empty: any number), `pairs` whether an item may be a pair. `items` is what values holds:
    number, integer or text. `classes` are those a nested layer may be of (empty: any).
    """

    name: str
    kind: str
    required: bool = False
    optional: bool = False
    default: Any = None
    choices: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    help: str = ""
    single: bool = True
    lengths: tuple[int, ...] = ()
    pairs: bool = False
    items: str = "number"
    classes: tuple[str, ...] = ()


# Judging ----------------------------------------------------------------------------------------


def refusal(parameter: Parameter, value: Any, catalog: Catalog | None = None) -> str | None:
    """Return one sentence on why `value` will not do, or None where it will.

    Without a catalog, names of activations, dtypes and classes go unchecked.
    """
    if value is None:
        fits = parameter.optional
    elif isinstance(value, Construct):
        return _construct_refusal(parameter, value, catalog)
    elif parameter.kind == "layers" and isinstance(value, tuple) and value:
        return next(filter(None, (_construct_refusal(parameter, v, catalog) for v in value)), None)
    else:
        fits = _JUDGES[parameter.kind](parameter, value, catalog)
    if fits:
        return None
    return f"{parameter.name} wants {expected(parameter)}, not {_quoted(value)}."


def alike(one: Any, other: Any) -> bool:
    """Return whether two values are equal and written alike: 1, 1.0 and True are not."""
    return one == other and repr(one) == repr(other)


def _quoted(value: Any) -> str:
    text = f"'{value}'" if isinstance(value, str) else show(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return _is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def _in_range(parameter: Parameter, value: float) -> bool:
    low, high = parameter.minimum, parameter.maximum
    return (low is None or value >= low) and (high is None or value <= high)


def _fits_integer(parameter: Parameter, value: Any, _: Any) -> bool:
    return _is_whole(value) and _in_range(parameter, value)


def _fits_number(parameter: Parameter, value: Any, _: Any) -> bool:
    return _is_number(value) and _in_range(parameter, value)


def _fits_choice(parameter: Parameter, value: Any, _: Any) -> bool:
    # True == 1 in Python, but not to a reader
    return any(value == choice and type(value) is type(choice) for choice in parameter.choices)


def _fits_integers(parameter: Parameter, value: Any, _: Any) -> bool:
    if _is_whole(value):
        return parameter.single and _in_range(parameter, value)
    return _fits_length(parameter, value) and all(_fits_item(parameter, item) for item in value)


def _fits_item(parameter: Parameter, item: Any) -> bool:
    if parameter.pairs and isinstance(item, tuple):
        return len(item) == 2 and all(_fits_integer(parameter, part, None) for part in item)
    return _fits_integer(parameter, item, None)


def _fits_length(parameter: Parameter, value: Any) -> bool:
    if not isinstance(value, tuple):
        return False
    return not parameter.lengths or len(value) in parameter.lengths


def _fits_shape(parameter: Parameter, value: Any, _: Any) -> bool:
    return isinstance(value, tuple) and all(
        size is None or _fits_integer(parameter, size, None) for size in value
    )


def _fits_values(parameter: Parameter, value: Any, _: Any) -> bool:
    fits = _ITEMS[parameter.items]
    if isinstance(value, tuple):
        return _fits_length(parameter, value) and all(fits(parameter, v, None) for v in value)
    return parameter.single and fits(parameter, value, None)


def _fits_object(parameter: Parameter, value: Any, catalog: Catalog | None) -> bool:
    if not isinstance(value, str) or not value:
        return False
    return catalog is None or any(spec.alias == value for spec in catalog.objects(parameter.kind))


def _fits_activation(_: Parameter, value: Any, catalog: Catalog | None) -> bool:
    return isinstance(value, str) and (catalog is None or value in catalog.activations)


def _fits_dtype(parameter: Parameter, value: Any, catalog: Catalog | None) -> bool:
    if not isinstance(value, str):
        return False
    if parameter.choices:
        return value in parameter.choices
    return catalog is None or value in catalog.layer_dtypes


def _fits_any(_: Parameter, value: Any, __: Any) -> bool:
    if isinstance(value, tuple):
        return all(_fits_any(_, item, None) for item in value)
    return isinstance(value, bool | str) or _is_number(value)


_JUDGES: dict[str, Callable[[Parameter, Any, Any], bool]] = {
    "integer": _fits_integer,
    "number": _fits_number,
    "boolean": lambda _, value, __: isinstance(value, bool),
    "text": lambda _, value, __: isinstance(value, str),
    "choice": _fits_choice,
    "integers": _fits_integers,
    "shape": _fits_shape,
    "axis": _fits_integers,
    "values": _fits_values,
    "initializer": _fits_object,
    "regularizer": _fits_object,
    "constraint": _fits_object,
    "activation": _fits_activation,
    "dtype": _fits_dtype,
    "layer": lambda *_: False,  # only a Construct will do, and that is judged apart
    "layers": lambda *_: False,
    "seed": _fits_integer,
    "any": _fits_any,
}

_ITEMS = {"number": _fits_number, "integer": _fits_integer, "text": _JUDGES["text"]}


def _construct_refusal(parameter: Parameter, value: Any, catalog: Catalog | None) -> str | None:
    """Judge a nested object: its kind, its class, and each of its own parameters."""
    kind = "layer" if parameter.kind == "layers" else parameter.kind
    unfit = not isinstance(value, Construct) or value.kind != kind
    if unfit or (parameter.classes and value.class_name not in parameter.classes):
        return f"{parameter.name} wants {expected(parameter)}, not {_quoted(value)}."
    spec = catalog.construct(value) if catalog is not None else None
    if catalog is not None and spec is None:
        return f"{parameter.name} wants {expected(parameter)}; there is no {value.class_name}."
    if spec is None:
        return None
    for inner in spec.parameters:
        if inner.required and inner.name not in value.parameters:
            return f"{parameter.name}: {value.class_name} wants a value for {inner.name}."
    known = {inner.name: inner for inner in spec.parameters}
    for name, inner_value in sorted(value.parameters.items()):
        if name not in known:
            return f"{parameter.name}: {value.class_name} has no parameter {name}."
        if sentence := refusal(known[name], inner_value, catalog):
            return f"{parameter.name}: {sentence}"
    return None


# Reading ----------------------------------------------------------------------------------------


def parse(parameter: Parameter, text: str, catalog: Catalog | None = None) -> Any:
    """Return the value that `text` says; raises ValueError with a sentence for the user.

    What `show` wrote is read back as the same value. Text is never run: numbers, strings and lists
    are read as literals, `HeNormal(seed=3)` as a class name with literals.
    """
    text = text.strip()
    if parameter.optional and text in ("", "None", "none"):
        return None
    try:
        value = _READERS.get(parameter.kind, _read_literal)(parameter, text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        sentence = f"{parameter.name} wants {expected(parameter)}, not {_quoted(text)}."
        raise ValueError(sentence) from None
    if sentence := refusal(parameter, value, catalog):
        raise ValueError(sentence)
    return value


def _read_boolean(_: Parameter, text: str) -> bool:
    word = text.lower()
    if word not in ("true", "false", "yes", "no", "on", "off"):
        raise ValueError(text)
    return word in ("true", "yes", "on")


def _read_choice(parameter: Parameter, text: str) -> Any:
    for choice in parameter.choices:
        if show(choice).lower() == text.strip("\"'").lower():
            return choice
    raise ValueError(text)


def _read_list(parameter: Parameter, text: str) -> Any:
    """Read "3", "3, 3" or "(3, 3)"; a single item becomes a list where only a list will do."""
    value = _read_literal(parameter, text)
    alone = not isinstance(value, tuple) and (parameter.kind == "shape" or not parameter.single)
    return (value,) if alone else value


def _read_values(parameter: Parameter, text: str) -> Any:
    if parameter.items != "text":
        return _read_list(parameter, text)
    try:
        value = _literal(text)
        if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
            return value
    except (ValueError, SyntaxError):
        pass
    return tuple(part.strip().strip("\"'") for part in text.split(",") if part.strip())


def _read_name(parameter: Parameter, text: str) -> Any:
    """Read a name, or a class with its parameters as a Construct."""
    if "(" not in text and parameter.kind not in ("layer", "layers"):
        return text.strip("\"'")
    if len(text) > LONGEST_TEXT:
        raise ValueError("too long")
    tree = ast.parse(text, mode="eval").body
    kind = "layer" if parameter.kind == "layers" else parameter.kind
    if parameter.kind != "layers":
        return _construct(tree, kind)
    items = tree.elts if isinstance(tree, ast.Tuple | ast.List) else [tree]
    return tuple(_construct(item, kind) for item in items)


def _construct(tree: ast.expr, kind: str) -> Construct:
    """Return the Construct that `HeNormal(seed=3)` or the bare name `HeNormal` says."""
    name = tree.func if isinstance(tree, ast.Call) else tree
    if not isinstance(name, ast.Name) or (isinstance(tree, ast.Call) and tree.args):
        raise ValueError("not a class with named parameters")
    keywords = tree.keywords if isinstance(tree, ast.Call) else []
    if any(word.arg is None for word in keywords):
        raise ValueError("not a named parameter")
    return Construct(kind, name.id, Map({word.arg: _value(word) for word in keywords}))


def _value(keyword: ast.keyword) -> Any:
    """Return the value of one named parameter; the parameter's name tells the kind of a class."""
    tree = keyword.value
    kind = next((k for k in OBJECT_KINDS if keyword.arg.endswith(f"_{k}")), "layer")
    if isinstance(tree, ast.Call):
        return _construct(tree, kind)
    if isinstance(tree, ast.List | ast.Tuple) and any(isinstance(e, ast.Call) for e in tree.elts):
        return tuple(_construct(element, kind) for element in tree.elts)
    return _plain(ast.literal_eval(tree))


def _read_literal(_: Parameter, text: str) -> Any:
    return _literal(text)


def _literal(text: str) -> Any:
    """Return the plain value that a literal says; 1/255 is read as a number too."""
    if len(text) > LONGEST_TEXT:
        raise ValueError("too long")
    ratio = re.fullmatch(r"([-+]?[\d.e]+)\s*/\s*([\d.e]+)", text)
    if ratio:
        try:
            return float(ratio[1]) / float(ratio[2])
        except ZeroDivisionError:
            raise ValueError(text) from None
    return _plain(ast.literal_eval(text))


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_plain(item) for item in value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ValueError(f"{value!r} is not a plain value")


def _read_any(_: Parameter, text: str) -> Any:
    try:
        return _literal(text)
    except (ValueError, SyntaxError):
        return text


_READERS: dict[str, Callable[[Parameter, str], Any]] = {
    "boolean": _read_boolean,
    "text": lambda _, text: text,
    "choice": _read_choice,
    "integers": _read_list,
    "shape": _read_list,
    "axis": _read_list,
    "values": _read_values,
    "initializer": _read_name,
    "regularizer": _read_name,
    "constraint": _read_name,
    "activation": lambda _, text: text.strip("\"'"),
    "dtype": lambda _, text: text.strip("\"'"),
    "layer": _read_name,
    "layers": _read_name,
    "any": _read_any,
}
