"""Values for parameters that are missing, refused, or that do not suit the shape that comes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from composer_gui.core import edits
from composer_gui.core.document import Document, Shape
from composer_gui.core.edit_wires import existing
from composer_gui.core.fix_names import nearest_names
from composer_gui.core.fix_shapes import MOST_REPEATED
from composer_gui.core.fix_sight import Sight
from composer_gui.core.fix_table import FIX_KINDS, Fix
from composer_gui.core.fix_values import WORDS
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.layers.families import AXIS_PARAMETERS
from composer_gui.core.layers.layer_spec import LayerSpec
from composer_gui.core.layers.parameter_words import show
from composer_gui.core.layers.parameters import Parameter, refusal

_LONGEST_SAID = 40

_MOST = {
    **dict.fromkeys(("units", "filters", "output_dim", "input_dim", "height", "width"), 1024),
    **{"n": 10, "size": 2, "kernel_size": 7, "padding": 8},
}
"""Above which a size is thought to be a mistake, where memory does not suffice."""

_NEEDED = ("bin_boundaries", "vocabulary")
"""What Keras would learn from data, which a design has none of."""

_SUITABLE = {
    "activation": {"activation": "relu"},
    "crashes": {"output_size": 2},
    "stateful_batch": {"stateful": False},
    "whole_dtype": {"dtype": "float32"},
}
"""What does where a value cannot work that Keras takes, by the problem."""


def set_parameter(sight: Sight) -> Iterator[Fix]:
    """Offer values for all parameters of a layer that are missing or refused, then by shape."""
    if not isinstance(sight.layer, KerasLayer) or sight.spec is None:
        return
    needed = {**dict(_bad(sight, sight.spec)), **dict(_missing(sight, sight.spec))}
    if needed:
        yield _setting(sight, needed)
        return
    for values in _by_shape(sight):
        new = {k: v for k, v in values.items() if sight.layer.parameters.get(k, values) != v}
        known = all(sight.has_parameter(name) for name in new)
        if new and known and not any(_refused(sight, k, v) for k, v in new.items()):
            yield _setting(sight, new)


def reset_parameter(sight: Sight) -> Iterator[Fix]:
    """Offer Keras's own value for what is refused, or does not belong to the class."""
    layer, spec = sight.layer, sight.spec
    if not isinstance(layer, KerasLayer) or spec is None:
        return
    known = {parameter.name: parameter for parameter in spec.parameters}
    for name in sorted(layer.parameters):
        parameter = known.get(name)
        refused = parameter is None or refusal(parameter, layer.parameters[name], sight.catalog)
        if refused and not (parameter is not None and parameter.required):
            yield _resetting(sight, layer.id, name)
    known_arguments = {argument.name: argument for argument in spec.arguments}
    for name, value in sorted(sight.node.arguments.items()):
        argument = known_arguments.get(name)
        if argument is None or refusal(argument, value, sight.catalog):
            yield _argument_reset(sight, name)


def _argument_reset(sight: Sight, name: str) -> Fix:
    node_id = sight.node.id

    def edit(document: Document) -> Document:
        return edits.reset_argument(document, sight.catalog, existing(document, node_id).id, name)

    return FIX_KINDS["reset_parameter"].fix(edit, parameter=name, layer=sight.label)


def _resetting(sight: Sight, layer_id: str, name: str) -> Fix:
    def edit(document: Document) -> Document:
        return edits.reset_parameter(document, sight.catalog, layer_id, name)

    return FIX_KINDS["reset_parameter"].fix(edit, parameter=name, layer=sight.label)


def _refused(sight: Sight, name: str, value: Any) -> bool:
    return refusal(sight.spec.parameter(name), value, sight.catalog) is not None


def _setting(sight: Sight, values: Mapping[str, Any]) -> Fix:
    layer, catalog = sight.layer, sight.catalog

    def edit(document: Document) -> Document:
        for name, value in values.items():
            document = edits.set_parameter(document, catalog, layer.id, name, value)
        return document

    (name, value), *others = values.items()
    words = {"parameter": name, "layer": sight.label, "value": said(value, name)}
    fix = FIX_KINDS["set_parameter"].fix(edit, **words)
    more = (f"{other} to {said(value, other)}" for other, value in others)
    return replace(fix, title=" and ".join((fix.title, *more)))


def said(value: Any, name: str = "") -> str:
    """Return a value as it stands in a title: sizes as `3×3`, axes by number, long ones cut off."""
    if name in (*AXIS_PARAMETERS, "dims") and isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, tuple) and value and all(isinstance(item, int) for item in value):
        return "×".join("?" if item == -1 else str(item) for item in value)
    text = show(value)
    return text if len(text) <= _LONGEST_SAID else f"{text[: _LONGEST_SAID - 1]}…"


# Missing or refused -----------------------------------------------------------------------------


def _missing(sight: Sight, spec: LayerSpec) -> Iterator[tuple[str, Any]]:
    """Yield what each parameter that is needed and not set could be."""
    for parameter in spec.parameters:
        name, value = parameter.name, spec.sample.get(parameter.name)
        if name in sight.layer.parameters or not (parameter.required or name in _NEEDED):
            continue
        if value is None and parameter.choices:
            value = parameter.choices[0]
        if value is not None:
            yield name, WORDS if name == "vocabulary" and _is_words(value) else value


def _is_words(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, str) for item in value)


def _bad(sight: Sight, spec: LayerSpec) -> Iterator[tuple[str, Any]]:
    """Yield the nearest value that Keras takes for each that it does not."""
    for parameter in spec.parameters:
        if parameter.name in sight.layer.parameters:
            value = sight.layer.parameters[parameter.name]
            if refusal(parameter, value, sight.catalog) is not None:
                for near in _nearest(sight, spec, parameter, value):
                    if refusal(parameter, near, sight.catalog) is None:
                        yield parameter.name, near
                        break


def _nearest(sight: Sight, spec: LayerSpec, parameter: Parameter, value: Any) -> Iterator[Any]:
    """Yield values like one that is refused: of its sign, its bounds, its kind; then the usual."""
    yield _bounded(parameter, value)
    if isinstance(value, tuple):
        within = tuple(_bounded(parameter, item) for item in value)
        yield within
        if parameter.lengths and within:
            for length in parameter.lengths:
                yield (*within, *within[-1:] * length)[:length]
        yield from within[:1]
    if isinstance(value, float) and math.isfinite(value):
        yield _bounded(parameter, round(value))
    if isinstance(value, int) and not isinstance(value, bool):
        yield _bounded(parameter, float(value))
        yield (value,)
    if isinstance(value, str):
        names = [*parameter.choices, *sight.catalog.activations, *sight.catalog.dtypes]
        yield from nearest_names(value, (name for name in names if isinstance(name, str)))
    yield parameter.default
    if parameter.name in spec.sample:
        yield spec.sample[parameter.name]


def _bounded(parameter: Parameter, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    low, high = parameter.minimum, parameter.maximum
    if low is not None and value < low:
        return -value if -value >= low else type(value)(low)
    return type(value)(high) if high is not None and value > high else value


# By what comes ----------------------------------------------------------------------------------


def _by_shape(sight: Sight) -> Iterator[dict[str, Any]]:
    """Yield values that suit the shape which comes better than what is set."""
    shapes = [spec.shape for spec in (sight.given(w.source) for w in sight.wires()) if spec]
    if not shapes:
        return
    yield _SUITABLE.get(sight.problem.code, {})
    if sight.problem.code == "channel_values":
        several = ((name, _value(sight, name)) for name in ("scale", "offset"))
        yield {name: value[0] for name, value in several if isinstance(value, tuple)}
    if sight.problem.code == "setting":
        bounds = _value(sight, "bin_boundaries")
        yield {"bin_boundaries": tuple(sorted(bounds))} if bounds else {"flash_attention": None}
    yield from _groups(sight, shapes[0])
    yield from _axes(sight, shapes)
    yield from _target(sight, shapes[0])
    yield from _equation(sight)
    for name in ("strides", "dilation_rate"):
        value = _value(sight, name) if sight.has_parameter("dilation_rate") else None
        if value not in (None, 1, (1,) * len(shapes[0][1:-1])):
            yield {name: 1}
    if _value(sight, "output_padding") is not None:
        yield {"output_padding": None}
    for name, most in _MOST.items():
        value = _value(sight, name)
        sizes = value if isinstance(value, tuple) else (value,)
        if any(isinstance(size, int) and size > most for size in sizes):
            yield {name: most}
    if sight.class_name == "RepeatVector" and _value(sight, "n") == 1:
        yield {"n": MOST_REPEATED}
    if _value(sight, "data_format") == "channels_first":
        yield {"data_format": "channels_last"}
    if sight.class_name == "Permute" and len(shapes[0]) > 2:
        yield {"dims": tuple(range(len(shapes[0]) - 1, 0, -1))}


def _value(sight: Sight, name: str) -> Any:
    """Return the value of a parameter, None too where the class has none of that name."""
    return sight.parameter(name) if sight.has_parameter(name) else None


def _groups(sight: Sight, shape: Shape) -> Iterator[dict[str, int]]:
    """Yield the largest number of groups that divides the channels, up to what is set."""
    channels, groups, filters = shape[-1], _value(sight, "groups"), _value(sight, "filters")
    if channels is not None and isinstance(groups, int) and groups > 0:
        whole = math.gcd(channels, filters) if isinstance(filters, int) else channels
        yield {"groups": _largest_divisor(whole, groups)}
        if isinstance(filters, int) and channels % groups == 0 and filters % groups:
            yield {"filters": groups * max(1, round(filters / groups))}
    heads, pairs = _value(sight, "num_query_heads"), _value(sight, "num_key_value_heads")
    if isinstance(heads, int) and isinstance(pairs, int) and heads % pairs:
        yield {"num_key_value_heads": _largest_divisor(heads, pairs)}


def _largest_divisor(whole: int, most: int) -> int:
    return max(n for n in range(1, min(most, whole) + 1) if whole % n == 0)


def _axes(sight: Sight, shapes: list[Shape]) -> Iterator[dict[str, Any]]:
    """Yield the last axis, where one is named that is not there."""
    last = min(map(len, shapes)) - 1
    for name in AXIS_PARAMETERS:
        value = _value(sight, name)
        named = value if isinstance(value, tuple) else (value,)
        if any(isinstance(axis, int) and not (axis and -last <= axis <= last) for axis in named):
            if isinstance(value, tuple):
                inside = (axis if axis and -last <= axis <= last else last for axis in named)
                yield {name: tuple(dict.fromkeys(inside))}
            yield {name: -1}
            yield {name: last}


def _target(sight: Sight, shape: Shape) -> Iterator[dict[str, tuple[int, ...]]]:
    """Yield targets of a Reshape that hold as many values as come, near to the one that is set."""
    target = sight.parameter("target_shape") if sight.class_name == "Reshape" else None
    if not isinstance(target, tuple) or None in shape[1:] or not target:
        return
    total = math.prod(shape[1:])
    for place in reversed(range(len(target))):
        others = math.prod(size for at, size in enumerate(target) if at != place)
        if others > 0 and total % others == 0:
            yield {"target_shape": (*target[:place], total // others, *target[place + 1 :])}
    rest, near = total, []
    for size in target[:-1]:
        near.append(_largest_divisor(rest, size) if size > 0 else 1)
        rest //= near[-1]
    yield {"target_shape": (*near, rest)}
    yield {"target_shape": (total,)}


def _equation(sight: Sight) -> Iterator[dict[str, Any]]:
    """Yield an equation for any number of axes: weights between the last axis and a new one."""
    if sight.class_name == "EinsumDense" and sight.problem.code in ("equation", "keras"):
        shape = _value(sight, "output_shape")
        last = shape[-1] if isinstance(shape, tuple) and shape else shape
        if isinstance(last, int):
            yield {"equation": "...x,xy->...y", "output_shape": (last,)}
