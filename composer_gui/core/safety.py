"""What a saved model's config may name: Keras's own building blocks and nothing else.

Keras builds whatever public name a config gives it, functions with side effects among them, even
in its safe mode. So a config is judged here, as plain data, before Keras sees it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

LONGEST_NAME = 80

RUNS_CODE = frozenset({"FlaxLayer", "JaxLayer", "Lambda", "TFSMLayer", "TorchModuleWrapper"})
"""Layers of Keras that run code or load what another file holds."""

DATA = frozenset(
    {"__keras_tensor__", "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__"}
)
"""What Keras writes for plain data in the place of a class."""

CLASS_MODULES = frozenset(
    {
        "keras.constraints",
        "keras.dtype_policies",
        "keras.initializers",
        "keras.layers",
        "keras.losses",
        "keras.metrics",
        "keras.optimizers",
        "keras.optimizers.schedules",
        "keras.quantizers",
        "keras.random",
        "keras.regularizers",
    }
)
"""Modules of which every class may be named."""

CLASSES = {
    "keras": {"DTypePolicy", "Functional", "Model", "Sequential"},
    "keras.models": {"Functional", "Model", "Sequential"},
    "keras.src.models.functional": {"Functional"},
    "keras.src.models.sequential": {"Sequential"},
    "keras.src.applications.convnext": {"LayerScale"},
    "keras.src.applications.inception_resnet_v2": {"CustomScaleLayer"},
}
"""Other modules, and those of their classes that may be named."""

OPERATIONS = re.compile(
    r"keras\.src\.ops\.(core|einops|function|image|linalg|math|nn|numpy|operation)"
)
"""Modules with the operations that `keras.ops` puts into a graph, all of them classes."""

FUNCTION_MODULES = frozenset({"builtins", "keras.activations", "keras.ops", "keras.ops.nn"})
"""Modules whose functions may be named; "builtins" is what Keras writes for its activations."""

_CLASS = re.compile(r"[A-Z][A-Za-z0-9]*")
_FUNCTION = re.compile(r"[a-z][a-z0-9_]*")


CODE, FOREIGN, UNSAFE = "code", "foreign", "unsafe"


@dataclass(frozen=True, slots=True)
class RefusedName:
    """A name in a config that Composer does not let Keras build, and why.

    `kind` is CODE for a layer of Keras that runs code or reads what another file holds, FOREIGN
    for what is not Keras's, so that a Python file may define it, and UNSAFE for the rest.
    """

    name: str
    kind: str


def refused_names(config: Any, own: Collection[str] = ()) -> list[str]:
    """Return the names in a model's config that Composer does not let Keras build, each once.

    `config` is the parsed `config.json`, or `layer.get_config()`; it is only looked at. How the
    model was compiled (`compile_config` at the top) does not count, for it is never restored.
    `own` are names of classes and functions that the user's own code defines.
    """
    return [refused.name for refused in refusals(config, own)]


def refusals(config: Any, own: Collection[str] = ()) -> list[RefusedName]:
    """Return what `refused_names` does, each name with the kind of refusal."""
    found: dict[RefusedName, None] = {}
    top = config
    if isinstance(config, dict):
        top = {key: value for key, value in config.items() if key != "compile_config"}
    for entry in _named(top):
        if not _is_known(entry) and not _is_own(entry, own):
            found[RefusedName(_shown(entry), _kind(entry))] = None
    return list(found)


def _kind(entry: dict[str, Any]) -> str:
    name, module = entry["class_name"], entry.get("module") or ""
    if name == "__lambda__" or (isinstance(name, str) and name in RUNS_CODE):
        return CODE
    from_keras = isinstance(module, str) and (module == "keras" or module.startswith("keras."))
    plain = isinstance(name, str) and name.isidentifier() and isinstance(module, str)
    return FOREIGN if plain and not from_keras else UNSAFE


def _is_own(entry: dict[str, Any], own: Collection[str]) -> bool:
    """Return whether an entry names what the user's code defines, and not something of Keras."""
    if _kind(entry) != FOREIGN:
        return False
    name = entry["class_name"]
    if name == "function":
        name = entry.get("config")
    return isinstance(name, str) and bare(name) in own


def bare(name: str) -> str:
    """Return the name of a class or function without its package: `mine>Scale` is Scale."""
    return re.split(r"[>.]", name)[-1]


def _named(config: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in the config that names something, in order, without recursion."""
    waiting = [config]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "class_name" in value:
                yield value
            waiting.extend(reversed(list(value.values())))
        elif isinstance(value, list | tuple):
            waiting.extend(reversed(value))


def _is_known(entry: dict[str, Any]) -> bool:
    name, module = entry["class_name"], entry.get("module", "")
    if not isinstance(name, str):
        return False
    if name in DATA:
        return True
    if not isinstance(module, str) or not _is_plainly_registered(entry):
        return False
    if name == "function":
        function = entry.get("config")
        return (
            module in FUNCTION_MODULES
            and isinstance(function, str)
            and _FUNCTION.fullmatch(function) is not None
        )
    if name in RUNS_CODE or not _CLASS.fullmatch(name):
        return False
    # Before Keras 3, and for short names, a config has no module: Keras then looks in its own lists
    return (
        module == ""
        or module in CLASS_MODULES
        or name in CLASSES.get(module, ())
        or OPERATIONS.fullmatch(module) is not None
    )


def _is_plainly_registered(entry: dict[str, Any]) -> bool:
    """Return whether `registered_name` says nothing that the class name does not."""
    registered = entry.get("registered_name")
    if registered is None:
        return True
    return registered in (entry["class_name"], entry.get("config"))


def _shown(entry: dict[str, Any]) -> str:
    """Return the name to show: that of a function, else the class with its package."""
    name = entry["class_name"]
    if name == "function" and isinstance(entry.get("config"), str):
        is_registered = ">" in entry["config"]
        name = entry["config"] if is_registered else f"{entry.get('module')}.{entry['config']}"
    elif name == "__lambda__":
        name = "a Python lambda"
    elif isinstance(entry.get("registered_name"), str) and not _is_plainly_registered(entry):
        name = entry["registered_name"]
    text = "".join(c if c.isprintable() else "?" for c in str(name))
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"
