"""Operations of saved models as functions of `keras.ops`, with arguments as one writes them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from immutables import Map

from composer_gui.core.inside import InnerCall, InnerTensor, Part
from composer_gui.core.layer_kinds import Dots, Operation, Slice, Slot
from composer_gui.core.operation_table import REQUIRED, Signature, signature

GETITEM = "getitem"

_MOST_NUMBERS = 10_000
"""Numbers in one argument, at most; more would be weights that nobody trains."""

_MOST_OUTPUTS = 10_000

_PLAIN_ARRAYS = ("float32", "int32", "bool")
"""The dtypes of arrays that a list of Python's numbers becomes again."""

_PAIRS = {
    *("CTCDecode", "Eig", "Eigh", "FFT", "FFT2", "Histogram", "IFFT2", "LuFactor"),
    *("Moments", "Qr", "RFFT", "STFT", "Slogdet", "TopK"),
}
_SPLITS = {"ArraySplit", "Dsplit", "Hsplit", "Split", "Vsplit"}


class _NotPlain(ValueError):
    """An argument that cannot be written down."""


def operation(
    part: Part, call: InnerCall, *, layer_id: str = "", name: str = ""
) -> Operation | None:
    """Return what an operation does in one of its calls; None where it cannot be written down.

    The places of tensors are numbered in the order in which they stand in the arguments.
    """
    slots = _Slots()
    try:
        function, arguments, keywords = _written(part, call)
        placed = slots.placed(arguments)
        placed_keywords = Map({key: slots.placed(keywords[key]) for key in keywords})
        count = _outputs(part, call, slots.tensors)
    except (LookupError, TypeError, ValueError, AttributeError):
        return None  # a stranger's configuration: Keras writes none of these
    if type(count) is not int or not 0 <= count <= _MOST_OUTPUTS:
        return None
    return Operation(layer_id, name or part.name, function, placed, placed_keywords, count)


def tensors_of(part: Part, call: InnerCall) -> list[InnerTensor]:
    """Return the tensors that a call of an operation takes, in the order of their places."""
    _, arguments, keywords = _written(part, call)
    slots = _Slots()
    slots.placed(arguments)
    for key in keywords:
        slots.placed(keywords[key])
    return slots.tensors


class _Slots:
    """Puts places where tensors were, and remembers the tensors."""

    def __init__(self) -> None:
        self.tensors: list[InnerTensor] = []

    def placed(self, value: Any) -> Any:
        if isinstance(value, InnerTensor):
            self.tensors.append(value)
            return Slot(len(self.tensors) - 1)
        if isinstance(value, tuple):
            return tuple(self.placed(item) for item in value)
        return value


# How it is written --------------------------------------------------------------------------------


def _written(part: Part, call: InnerCall) -> tuple[str, tuple, dict[str, Any]]:
    """Return the function, and its arguments and keywords with tensors in them."""
    if part.class_name == "GetItem":
        if len(call.arguments) != 2 or call.keywords:
            raise _NotPlain(part.name)
        tensor, key = call.arguments
        return GETITEM, (_value(tensor), _value(key)), {}
    known = signature(part.class_name)
    if known is None:
        raise _NotPlain(part.class_name)
    first = 0 if known.star else len(call.arguments)
    return (known.function, *_arranged(known, _given(known, part, call), known.called[:first]))


def _given(known: Signature, part: Part, call: InnerCall) -> dict[str, Any]:
    """Return the values of the function's parameters by name."""
    config = part.config["config"]
    given = {key: _value(value) for key, value in config.items() if key != "name"}
    if given.get("rms_scaling") is False:
        del given["rms_scaling"]
    called = list(known.called)
    if known.star:
        place = called.index(known.star)
        given[known.star] = tuple(_value(value) for value in call.arguments[place:])
        called = called[:place]
    if not known.star and len(call.arguments) > len(called):
        raise _NotPlain(part.name)
    given |= {key: _value(v) for key, v in zip(called, call.arguments, strict=False)}
    given |= {key: _value(value) for key, value in call.keywords.items()}
    if not known.free and not given.keys() <= known.parameters.keys():
        raise _NotPlain(part.name)
    return given


def _arranged(
    known: Signature, given: dict[str, Any], first: tuple[str, ...]
) -> tuple[tuple, dict[str, Any]]:
    """Return by position what has no default, and the `first` as in the call; the rest by keyword.

    What has its default is left out.
    """
    arguments: list[Any] = []
    keywords: dict[str, Any] = {}
    for name, default in known.parameters.items():
        if name == known.star:
            arguments += given[name]
        elif default is REQUIRED or (name in first and not keywords):
            if name not in given:
                raise _NotPlain(name)
            arguments.append(given[name])
        elif name in given and not _same(given[name], default):
            keywords[name] = given[name]
    keywords |= {key: value for key, value in given.items() if key not in known.parameters}
    return tuple(arguments), keywords


def _same(value: Any, default: Any) -> bool:
    if isinstance(value, bool) or isinstance(default, bool) or value is None or default is None:
        return value is default
    return type(value) in (int, float, str, tuple) and value == default


def _value(value: Any) -> Any:
    """Return an argument of the file as one of a design; raises _NotPlain."""
    if value is None or isinstance(value, bool | int | str | InnerTensor):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, list | tuple):
        return tuple(_value(item) for item in value)
    if isinstance(value, Mapping):
        return _named_value(value)
    raise _NotPlain(repr(value))


def _named_value(value: Mapping[str, Any]) -> Any:
    kind, config = value.get("class_name"), value.get("config")
    if kind == "__ellipsis__":
        return Dots()
    if kind in ("__slice__", "slice") and isinstance(config, Mapping):
        bounds = [config.get(key) for key in ("start", "stop", "step")]
        if all(bound is None or type(bound) is int for bound in bounds):
            return Slice(*bounds)
    array = kind in ("__numpy__", "__tensor__") and isinstance(config, Mapping)
    plain = array and config.get("dtype") in _PLAIN_ARRAYS
    if plain and _count(config.get("value")) <= _MOST_NUMBERS:
        return _value(config["value"])
    raise _NotPlain(str(kind))


def _count(value: Any) -> int:
    return sum(map(_count, value)) if isinstance(value, list) else 1


# What comes out -----------------------------------------------------------------------------------


def _outputs(part: Part, call: InnerCall, tensors: list[InnerTensor]) -> int | None:
    """Return how many tensors come out as a list, 0 for one by itself, None where unknown."""
    name, config = part.class_name, part.config["config"]
    shape = tensors[0].shape if tensors else None
    if name in _PAIRS:
        return 2
    if name in _SPLITS:
        sections = config.get("indices_or_sections")
        return len(sections) + 1 if isinstance(sections, list) else sections
    if name == "SVD":
        return 3 if config.get("compute_uv", True) else 0
    if name == "Unstack":
        return config.get("num") or _size(shape, config.get("axis", 0))
    if name == "Nonzero":
        return None if shape is None else len(shape)
    if name == "UnravelIndex":
        return len(config["shape"])
    if name == "Meshgrid":
        return len(call.arguments)
    if name == "Unique":
        flags = ("return_index", "return_inverse", "return_counts")
        extra = sum(bool(config.get(flag)) for flag in flags)
        return extra + 1 if extra else 0
    return None if name == "Linspace" and config.get("retstep") else 0


def _size(shape: tuple[int | None, ...] | None, axis: int) -> int | None:
    if shape is None or not -len(shape) <= axis < len(shape):
        return None
    return shape[axis]
