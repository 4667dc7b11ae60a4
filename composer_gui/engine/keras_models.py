"""Makes ghosts of saved models, from the descriptions in their files: no weight is read."""

from __future__ import annotations

import json
import os
import stat
import zipfile
import zlib
from typing import Any

import keras
from immutables import Map

from composer_gui.core import safety
from composer_gui.core.document import SavedInterface, SavedModel, Shape, Structure
from composer_gui.core.explanations import REFUSED
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.outcome import Inputs, Outcome
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.engine.keras_shapes import (
    CannotCall,
    count,
    ghosts,
    may_be_one,
    merged,
    specs_of,
    tensors,
    trace,
    wrong_dtype,
)

KEPT = 64
"""How many ghosts are kept; one of 177 layers takes some 3 MB."""

MAX_CONFIG = 64 << 20
MAX_RATIO = 200
MAX_DEPTH = 200
CONFIG = "config.json"


class KerasModels:
    """Calls saved models on specs. A file is read again when its time or size is another."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._ghosts: dict[tuple[str, int, int], Any] = {}

    def call(self, layer: SavedModel, inputs: Inputs) -> Outcome:
        """Return what the model puts out; raises CannotCall, or what Keras raises."""
        model = self.ghost(layer.path)
        interface = layer.interface
        _refuse_dtypes(model, interface, inputs)

        def run(wired: dict[str, tuple]) -> list[Any]:
            names = [port.name for port in interface.inputs]
            result = _called(model, _filled(interface.input_structure, names, wired))
            ports: dict[int, Any] = {}
            _take_apart(interface.output_structure, result, ports)
            return [ports[index] for index in range(len(interface.outputs))]

        with ghosts():
            found = specs_of(run({port: tuple(tensors(specs)) for port, specs in inputs.items()}))
            odd = _odd_port(interface, inputs)
            if odd is not None:
                found = _seen_twice(found, trace(run, inputs), odd)
            names = (port.name for port in interface.outputs)
            return Outcome(
                outputs=tuple(zip(names, found, strict=True)),
                parameters=count(model.weights),
                trainable_parameters=count(model.trainable_weights) if layer.trainable else 0,
            )

    def ghost(self, path: str) -> Any:
        """Return the model without weights, from the store or newly made; raises CannotCall."""
        key = (path, *_stamp(path))
        model = self._ghosts.pop(key, None)
        if model is None:
            model = _made(path)
        if not model.built:
            return model  # takes the shape of its first call, so each call gets one of its own
        self._ghosts[key] = model
        if len(self._ghosts) > self._kept:
            del self._ghosts[next(iter(self._ghosts))]
        return model


def _made(path: str) -> Any:
    """Build the model that an archive describes, if it is made of Keras's own parts only."""
    config = read_config(path)
    refused = safety.refused_names(config)
    if refused:
        raise CannotCall(_uses_others(refused))
    _drop_compilation(config)
    try:
        with ghosts():
            return keras.saving.deserialize_keras_object(config, safe_mode=True)
    except Exception as error:
        text = f"{type(error).__name__}: {error}"[:2000]
        raise CannotCall(_not_buildable(text)) from error


def read_config(path: str) -> dict[str, Any]:
    """Return the description in an archive as plain data; raises CannotCall."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise CannotCall(_unreadable("it is a folder, a device or a pipe"), lasting=False)
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(CONFIG)
            too_dense = info.file_size > (1 << 20) + MAX_RATIO * info.compress_size
            if info.file_size > MAX_CONFIG or too_dense:
                raise CannotCall(_unreadable("its description is too large"), lasting=False)
            with archive.open(info) as member:
                text = member.read(MAX_CONFIG + 1)
        config = json.loads(text)
    except (OSError, KeyError, ValueError, RecursionError, RuntimeError) as error:
        raise CannotCall(_unreadable(_short(error)), lasting=False) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise CannotCall(_unreadable("it is damaged"), lasting=False) from error
    if not isinstance(config, dict) or _depth_exceeds(config, MAX_DEPTH):
        raise CannotCall(_unreadable("its description is none of a model"), lasting=False)
    return config


def _stamp(path: str) -> tuple[int, int]:
    """Return time of change and size of a file; raises CannotCall where it is not there."""
    try:
        found = os.stat(path)
    except OSError as error:
        message = (
            f"The file of {{node}} is not there any more: {path}. Choose where it is now."
            if isinstance(error, FileNotFoundError)
            else f"The file of {{node}} cannot be read: {path}."
        )
        title = "{node} has lost its file"
        raise CannotCall(Problem("file_absent", message, title=title), lasting=False) from error
    return found.st_mtime_ns, found.st_size


def _depth_exceeds(config: Any, limit: int) -> bool:
    """Return whether lists and objects are nested deeper than `limit`, without recursion."""
    level = [config]
    for _ in range(limit):
        level = [
            item
            for value in level
            for item in (value.values() if isinstance(value, dict) else value)
            if isinstance(item, dict | list)
        ]
        if not level:
            return False
    return True


def _drop_compilation(config: Any) -> None:
    """Take out, at every level, how models were compiled: losses and optimizers are not wanted."""
    waiting = [config]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "class_name" in value:
                value.pop("compile_config", None)
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


# Calling ----------------------------------------------------------------------------------------


def _called(model: Any, inputs: Any) -> Any:
    """Call the model and have it forget the call, of which a kept ghost sees thousands."""
    known = len(model._inbound_nodes)
    try:
        return model(inputs)
    finally:
        del model._inbound_nodes[known:]


def _filled(structure: Structure, names: list[str], wired: dict[str, Any]) -> Any:
    """Return the tensors in the structure in which the model wants them."""
    if isinstance(structure, Map):
        return {key: _filled(item, names, wired) for key, item in structure.items()}
    if isinstance(structure, tuple):
        return [_filled(item, names, wired) for item in structure]
    return wired[names[structure]][0]


def _take_apart(structure: Structure, result: Any, ports: dict[int, Any]) -> None:
    """Put the tensors of `result` into `ports` by the number that the structure gives them."""
    if isinstance(structure, Map):
        for key, item in structure.items():
            _take_apart(item, result[key], ports)
    elif isinstance(structure, tuple):
        for item, part in zip(structure, result, strict=True):
            _take_apart(item, part, ports)
    else:
        ports[structure] = result


def _refuse_dtypes(model: Any, interface: SavedInterface, inputs: Inputs) -> None:
    """Raise CannotCall where Keras would cut numbers to whole ones or stumble over text."""
    dtypes = [tensor.dtype for tensor in getattr(model, "inputs", None) or ()]
    if len(dtypes) != len(interface.inputs):
        return
    for port, dtype in zip(interface.inputs, dtypes, strict=True):
        for item in inputs.get(port.name, ()):
            given, wanted = _kind(item.dtype), _kind(dtype)
            if given != wanted and (given, wanted) in _LOSSY:
                raise CannotCall(wrong_dtype(port.name, _KINDS[wanted], item))


def _kind(dtype: str) -> str:
    if dtype == "string":
        return "text"
    if dtype == "bool" or "int" in dtype:
        return "whole"
    return "real"


_KINDS = {"text": "text", "whole": "whole numbers", "real": "numbers"}
_LOSSY = {
    ("real", "whole"),
    ("real", "text"),
    ("whole", "text"),
    ("text", "real"),
    ("text", "whole"),
}


def _odd_port(interface: SavedInterface, inputs: Inputs) -> tuple[Shape, Shape] | None:
    """Return the shape of a port and the one it gets, where Keras adjusts the one to the other.

    It adds and drops a last axis of 1, symbolically without a look at the sizes before it; the
    model fails, or gives other shapes than announced, when it runs.
    """
    for port in interface.inputs:
        for item in inputs.get(port.name, ()):
            wanted, given = port.shape, item.shape
            if wanted is None or wanted == given:
                continue
            if len(given) != len(wanted) or (given[-1:] == (1,)) != (wanted[-1:] == (1,)):
                return wanted, given
    return None


def _seen_twice(
    found: list[TensorSpec], traced: list[TensorSpec], odd: tuple[Shape, Shape]
) -> list[TensorSpec]:
    """Return what a call gives by both opinions; raises CannotCall where they differ in shape.

    What is made behind it would be made for the one shape, and then get the other.
    """
    agreed = [merged(one, other) for one, other in zip(found, traced, strict=True)]
    pairs = zip(found, agreed, strict=True)
    if not all(may_be_one(one.shape, both.shape) for one, both in pairs):
        wanted, given = odd
        detail = f"expected shape={wanted}, found shape={given}"
        raise CannotCall(Problem(REFUSED, "{node} cannot be called like this.", detail=detail))
    return agreed


# Problems ---------------------------------------------------------------------------------------


def _uses_others(names: list[str]) -> Problem:
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return Problem(
        "refused_classes",
        f"{{node}} uses things Composer does not run: {shown}. Nothing of it was run.",
        title="Not all of it is Keras",
        expected="layers of Keras",
        actual=shown,
    )


def _not_buildable(detail: str) -> Problem:
    message = "Keras cannot build {node} from the description in its file."
    return Problem("model_broken", message, title="The model is not sound", detail=detail)


def _unreadable(reason: str) -> Problem:
    message = f"The file of {{node}} cannot be read: {reason}."
    return Problem("file_unreadable", message, title="The file cannot be read")


def _short(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return text if len(text) <= 120 else f"{text[:119]}…"
