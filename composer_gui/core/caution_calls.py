"""Warnings about one call by itself: what it does not change, and what it takes for something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from composer_gui.core.caution_sight import Sight
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.layers.families import READS_INDICES
from composer_gui.core.problems import Problem


def found(sight: Sight) -> Iterator[Problem]:
    """Yield the warnings about a layer and what comes to it."""
    if sight.known is None or not sight.arrivals or sight.result is None:
        return
    yield from _float_indices(sight)
    if sight.class_name == "Normalization":
        yield from _unadapted(sight)
    elif was_saved(sight.layer):
        return
    elif sight.class_name == "RepeatVector":
        yield from _repeats_once(sight)
    else:
        yield from _no_effect(sight)


def _float_indices(sight: Sight) -> Iterator[Problem]:
    if sight.class_name not in READS_INDICES or sight.node.arguments.get("reverse") is True:
        return
    one = sight.arrivals[0]
    if one.is_real:
        yield sight.warn("float_indices", one, expected="int32")


def _unadapted(sight: Sight) -> Iterator[Problem]:
    saved = sight.layer.weights is not None and not sight.verdict.anew
    if not saved and sight.parameter("mean") is None and sight.parameter("variance") is None:
        yield sight.warn("unadapted", sight.arrivals[0])


def was_saved(layer: KerasLayer) -> bool:
    """Return whether a layer is one of a saved model: nobody here chose that it does nothing.

    A model that is opened up for inference has Dropouts that drop nothing.
    """
    return layer.weights is not None and layer.weights.class_name == layer.class_name


def _repeats_once(sight: Sight) -> Iterator[Problem]:
    if sight.parameter("n") == 1:
        yield sight.warn("repeats_once", sight.arrivals[0])


# What changes nothing -----------------------------------------------------------------------------


def _no_effect(sight: Sight) -> Iterator[Problem]:
    """Warn of a layer that puts out what comes in: the same spec and, by its parameters, numbers.

    An Identity says so itself, and a layer with a regularizer is there for the loss.
    """
    one = sight.arrivals[0]
    if len(sight.arrivals) > 1 or sight.result != one.spec or _regularizes(sight.layer):
        return
    rule = _RULES.get(sight.class_name)
    why = rule(sight) if rule is not None else ""
    if why:
        yield sight.warn("no_effect", one, words={"why": why})


def _regularizes(layer: KerasLayer) -> bool:
    return any(name.endswith("regularizer") and value for name, value in layer.parameters.items())


def _is(name: str, *values: float) -> Callable[[Sight], str]:
    """Return a rule: a parameter holds nothing but one of these numbers, at whatever depth."""

    def rule(sight: Sight) -> str:
        given = sight.parameter(name)
        return f"its {name} is {_shown(given)}" if _only(given, values) else ""

    return rule


def _all_are(value: float, *parameters: str) -> Callable[[Sight], str]:
    """Return a rule: all of these parameters are this number."""

    def rule(sight: Sight) -> str:
        if not all(_only(sight.parameter(name), (value,)) for name in parameters):
            return ""
        return f"its {' and '.join(parameters)} are {_shown(value)}"

    return rule


def _only(value: Any, wanted: tuple[float, ...]) -> bool:
    if isinstance(value, tuple):
        return bool(value) and all(_only(item, wanted) for item in value)
    return type(value) in (int, float) and value in wanted


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return _shown(value[0])
    return str(int(value)) if float(value).is_integer() else str(value)


def _single(sight: Sight) -> str:
    return "it joins one input only"


def _same_shape(sight: Sight) -> str:
    """The shape that it makes is the one that comes, and at most one size of that is free."""
    if sum(size is None for size in sight.arrivals[0].shape[1:]) > 1:
        return ""
    return "the shape that it makes is the one that comes"


def _flat_already(sight: Sight) -> str:
    return "what comes is flat already"


def _permutes(sight: Sight) -> str:
    dims = sight.parameter("dims")
    unmoved = isinstance(dims, tuple) and dims == tuple(range(1, len(dims) + 1))
    return "each axis stays where it is" if unmoved else ""


def _pools(sight: Sight) -> str:
    strides = sight.parameter("strides")
    windows = _only(sight.parameter("pool_size"), (1,)) and (
        strides is None or _only(strides, (1,))
    )
    return "its windows hold one place each" if windows else ""


def _activates(sight: Sight) -> str:
    return "its activation is linear" if sight.parameter("activation") == "linear" else ""


def _rescales(sight: Sight) -> str:
    scale, offset = sight.parameter("scale"), sight.parameter("offset")
    return "its scale is 1 and its offset 0" if _only(scale, (1,)) and _only(offset, (0,)) else ""


def _sizes(sight: Sight) -> str:
    """Height and width are those that come, and are known."""
    first = sight.parameter("data_format") == "channels_first"
    height, width = sight.arrivals[0].shape[-2:] if first else sight.arrivals[0].shape[-3:-1]
    wanted = sight.parameter("height"), sight.parameter("width")
    return "the images are of that size already" if (height, width) == wanted else ""


def _zooms(sight: Sight) -> str:
    height, width = sight.parameter("height_factor"), sight.parameter("width_factor")
    nothing = _only(height, (0,)) and (width is None or _only(width, (0,)))
    return "its factors are 0" if nothing else ""


_DROPOUTS = ("AlphaDropout", "Dropout", "GaussianDropout")
_BY_FACTOR = (
    "RandomBrightness",
    "RandomContrast",
    "RandomErasing",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomRotation",
)

_RULES: dict[str, Callable[[Sight], str]] = {
    **dict.fromkeys(_DROPOUTS, _is("rate", 0)),
    **{f"SpatialDropout{n}D": _is("rate", 0) for n in (1, 2, 3)},
    **{f"UpSampling{n}D": _is("size", 1) for n in (1, 2, 3)},
    **{f"ZeroPadding{n}D": _is("padding", 0) for n in (1, 2, 3)},
    **{f"Cropping{n}D": _is("cropping", 0) for n in (1, 2, 3)},
    **{f"{kind}Pooling{n}D": _pools for kind in ("Average", "Max") for n in (1, 2, 3)},
    **dict.fromkeys(_BY_FACTOR, _is("factor", 0)),
    "Activation": _activates,
    "ActivityRegularization": _all_are(0, "l1", "l2"),
    "CenterCrop": _sizes,
    "Concatenate": _single,
    "Flatten": _flat_already,
    "GaussianNoise": _is("stddev", 0),
    "LeakyReLU": _is("negative_slope", 1),
    "Permute": _permutes,
    "RandomShear": _all_are(0, "x_factor", "y_factor"),
    "RandomTranslation": _all_are(0, "height_factor", "width_factor"),
    "RandomZoom": _zooms,
    "Rescaling": _rescales,
    "Reshape": _same_shape,
    "Resizing": _sizes,
}
"""What says, by the class of a layer, why it changes nothing; "" where it may change something."""
