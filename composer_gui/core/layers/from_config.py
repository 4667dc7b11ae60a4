"""A layer's configuration in a saved model as the catalog's parameters, the defaults left out.

Keras writes every parameter, worked out: strides where none were given, pairs for single numbers,
a policy for a dtype. What a person would have written is found again, so that the same class with
these parameters has the same configuration; tests/conformance/test_from_config.py holds it to that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from immutables import Map

from composer_gui.core.layer_kinds import Construct
from composer_gui.core.layers import parameters as judging
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.layer_spec import LayerSpec
from composer_gui.core.layers.parameters import OBJECT_KINDS, Parameter

_MODULES = {
    "layer": ("keras.layers", "keras.src.layers", "keras"),
    "initializer": ("keras.initializers",),
    "regularizer": ("keras.regularizers",),
    "constraint": ("keras.constraints",),
}
_FUNCTIONS = ("builtins", "keras.activations", "keras.src.activations.activations")

_LEFT_TO_KERAS: dict[str, tuple[Any, ...]] = {
    "activity_regularizer": (None,),
    "autocast": (True,),
    "data_format": ("channels_last",),
    "oov_method": ("floormod",),
    "quantization_config": (None,),
    "renorm_clipping": (None,),
    "rms_scaling": (False,),
    "seed": (None,),
    "unroll": (False,),
    "zero_output_for_mask": (False,),
}
"""What configurations hold besides the catalog's parameters, and the values that say nothing."""

_SAYS_NOTHING = frozenset({"name", "trainable", "vocabulary_size", "build_input_shape"})

_HASHES = frozenset({"Hashing", "HashedCrossing"})
"""Layers that give whole numbers unless told otherwise."""

_AROUND_ZERO = frozenset(
    {"RandomBrightness", "RandomColorDegeneration", "RandomRotation", "RandomSaturation"}
)
"""Layers whose factor f, written alone, is the range from -f to f."""

_FROM_ZERO = frozenset({"RandomContrast", "RandomHue", "RandomSharpness"})
"""Layers whose factor f, written alone, is the range from 0 to f."""

_SEALED = ("lora_rank",)
"""Parameters that say that a layer was changed after it was made: there is more to its weights."""

DEEPEST = 20
"""Layers within layers, at most."""


class _NotSaid(ValueError):
    """Something that the catalog has no words for."""


def parameters(class_name: str, config: Mapping[str, Any], catalog: Catalog) -> Map | None:
    """Return the parameters of a layer of this class and configuration, None if unsayable.

    `config` is what Keras's `get_config` gives, as it is in the file.
    """
    try:
        return _parameters(class_name, config, catalog, "", 0)
    except (_NotSaid, LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
        return None


def layer_parameters(entry: Mapping[str, Any], catalog: Catalog) -> Map | None:
    """Return the parameters of a layer from its whole entry in a file, None if unsayable."""
    return parameters(entry["class_name"], entry["config"], catalog) if _is_ours(entry) else None


def _is_ours(entry: Mapping[str, Any], kind: str = "layer") -> bool:
    """Return whether an entry names a class of Keras, by the name it has there."""
    module, registered = entry.get("module"), entry.get("registered_name")
    return (module is None and registered is None) or module in _MODULES[kind]


def _parameters(
    class_name: str, config: Mapping[str, Any], catalog: Catalog, within: str, depth: int
) -> Map:
    spec = catalog.layers.get(class_name)
    if spec is None or depth > DEEPEST or any(config.get(key) is not None for key in _SEALED):
        raise _NotSaid(class_name)
    known = {parameter.name: parameter for parameter in spec.parameters}
    _refuse_unknown(config, known, within)
    found: dict[str, Any] = {}
    for name, parameter in known.items():
        if name not in config:
            if parameter.required:
                raise _NotSaid(name)
            continue
        if name == "dtype":
            value = _dtype(config[name], _own_dtype(class_name, config))
        else:
            value = _value(parameter, config[name], catalog, class_name, depth)
        if not _is_default(spec, parameter, value, config):
            found[name] = value
    if class_name == "Bidirectional":
        _drop_mirrored(found, config)
    for name, value in found.items():
        if judging.refusal(known[name], value, catalog):
            raise _NotSaid(name)
    return Map(found)


def _refuse_unknown(config: Mapping[str, Any], known: Mapping, within: str) -> None:
    """Raise _NotSaid where a configuration holds more than the catalog has parameters for."""
    for key, value in config.items():
        if key in known or key in _SAYS_NOTHING:
            continue
        if key == "zero_output_for_mask" and within == "Bidirectional":
            continue  # it sets this itself
        if not any(value is silent or value == silent for silent in _LEFT_TO_KERAS.get(key, ())):
            raise _NotSaid(key)


# Values -------------------------------------------------------------------------------------------


def _value(parameter: Parameter, value: Any, catalog: Catalog, class_name: str, depth: int) -> Any:
    if parameter.kind in OBJECT_KINDS:
        return _object(parameter.kind, value, catalog)
    if parameter.kind == "integer" and isinstance(value, list) and len(value) == 1:
        return value[0]  # RMSNormalization writes its axis so once it is built
    if parameter.kind == "activation":
        return _activation(value)
    if parameter.kind == "layer":
        if isinstance(value, list):
            return tuple(_layer(item, catalog, class_name, depth) for item in value)
        return None if value is None else _layer(value, catalog, class_name, depth)
    if parameter.kind == "layers":
        return tuple(_layer(item, catalog, class_name, depth) for item in value)
    if parameter.kind == "dtype":
        return _dtype(value, "")
    plain = plain_value(value)
    if parameter.name == "factor":
        return _lone_factor(parameter, class_name, plain)
    return _short(parameter, plain) if parameter.kind == "integers" else plain


def _lone_factor(parameter: Parameter, class_name: str, value: Any) -> Any:
    """Return the one number that stands for a range of factors, where one does."""
    if isinstance(value, tuple) and len(value) == 2 and value[1] > 0:
        low, high = value
        if class_name in _AROUND_ZERO and low == -high:
            return high
        if low == 0 and (class_name in _FROM_ZERO or parameter.kind == "number"):
            return high
    return value


def plain_value(value: Any) -> Any:
    """Return a plain value of a file with tuples for lists; raises ValueError for what is none.

    An array is the list of its numbers.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, list):
        return tuple(plain_value(item) for item in value)
    if isinstance(value, Mapping) and value.get("class_name") == "__numpy__":
        return plain_value(value["config"]["value"])
    raise _NotSaid(str(value)[:80])


def _short(parameter: Parameter, value: Any) -> Any:
    """Return one number for a list of the same number, where one will do."""
    if not isinstance(value, tuple) or not value or not parameter.single:
        return value
    numbers = [n for item in value for n in (item if isinstance(item, tuple) else (item,))]
    alike = all(type(number) is int and number == numbers[0] for number in numbers)
    return numbers[0] if alike else value


def _own_dtype(class_name: str, config: Mapping[str, Any]) -> str:
    """Return the dtype that a layer has when none is given."""
    whole = class_name in _HASHES and config.get("output_mode", "int") == "int"
    return "int64" if whole else "float32"


def _dtype(value: Any, own: str) -> str | None:
    """Return the dtype or policy as text, None where Keras would choose `own` itself."""
    if isinstance(value, Mapping):
        if value.get("class_name") != "DTypePolicy":
            raise _NotSaid("dtype")  # of quantized layers
        value = value["config"]["name"]
    if value is not None and not isinstance(value, str):
        raise _NotSaid("dtype")
    return None if value == own else value


def _activation(value: Any) -> str | None:
    """Return an activation by name; a function is one as Keras writes it."""
    if isinstance(value, Mapping):
        if value.get("class_name") != "function" or value.get("module") not in _FUNCTIONS:
            raise _NotSaid("activation")
        value = value["config"]
    if value is not None and not isinstance(value, str):
        raise _NotSaid("activation")
    return value


def _object(kind: str, value: Any, catalog: Catalog) -> Any:
    """Return an initializer, regularizer or constraint: its alias, or a Construct."""
    if value is None or isinstance(value, str):
        return value
    if not _is_ours(value, kind):
        raise _NotSaid(value["class_name"])
    spec = catalog.construct(Construct(kind, value["class_name"]))
    if spec is None:
        raise _NotSaid(value["class_name"])
    config, known = value["config"], {parameter.name: parameter for parameter in spec.parameters}
    if not config.keys() <= known.keys():
        raise _NotSaid(value["class_name"])
    found = {}
    for name, parameter in known.items():
        given = plain_value(config[name]) if name in config else parameter.default
        if parameter.required or not _equal(given, parameter.default):
            found[name] = given
    if spec.alias and not found:
        return spec.alias
    return Construct(kind, value["class_name"], Map(found))


def _layer(value: Any, catalog: Catalog, within: str, depth: int) -> Construct:
    """Return a layer or cell inside a layer; its name is nobody's concern."""
    if not _is_ours(value):
        raise _NotSaid(value["class_name"])
    config = value["config"]
    if config.get("trainable") is False:
        raise _NotSaid("trainable")
    found = _parameters(value["class_name"], config, catalog, within, depth + 1)
    return Construct("layer", value["class_name"], found)


# Defaults -----------------------------------------------------------------------------------------


def _is_default(spec: LayerSpec, parameter: Parameter, value: Any, config: Mapping) -> bool:
    """Return whether a parameter left out comes to the same, worked out from others or not."""
    if parameter.required:
        return False
    name, default = parameter.name, parameter.default
    if _equal(value, default):
        return True
    if isinstance(default, tuple) and _short(parameter, default) == value:
        return True
    if parameter.kind == "axis" and value == (default,):
        return True
    if default is not None:
        symmetric = spec.class_name == "RandomShear" and value == (-default, default)
        ranged = value == (0, default) and parameter.kind == "values"
        return symmetric or ranged
    if name == "data_format":
        return value == "channels_last"
    if name == "activation":
        return value == "linear"
    if name == "strides" and "pool_size" in config:
        return config[name] == config["pool_size"]
    if name == "value_dim":
        return value == config["key_dim"]
    if name == "sequence_length" and "fft_length" in config:
        return value == config["fft_length"]
    return name == "max_freq" and value == config["sampling_rate"] / 2


def _equal(value: Any, default: Any) -> bool:
    if isinstance(value, bool) or isinstance(default, bool) or value is None or default is None:
        return value is default
    return value == default


def _drop_mirrored(found: dict[str, Any], config: Mapping[str, Any]) -> None:
    """Leave out the layer that goes backwards where it is but the other one in a mirror."""
    there, back = dict(config["layer"]["config"]), dict(config["backward_layer"]["config"])
    for one in (there, back):
        for key in ("name", "dtype", "zero_output_for_mask"):
            one.pop(key, None)
    there["go_backwards"] = not there.get("go_backwards", False)
    if _unmarked(there) == _unmarked(back) and "backward_layer" in found:
        del found["backward_layer"]


def _unmarked(value: Any) -> Any:
    """Return a configuration without the numbers by which Keras finds what is shared."""
    if isinstance(value, Mapping):
        return {k: _unmarked(v) for k, v in value.items() if k != "shared_object_id"}
    return [_unmarked(item) for item in value] if isinstance(value, list) else value
