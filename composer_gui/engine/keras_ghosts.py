"""Keeps models without weights, made from the descriptions in their files, and their parts."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import keras

from composer_gui.core import safety
from composer_gui.core.document import CodeFile
from composer_gui.core.kinds_of_files import KINDS
from composer_gui.core.misfits import NODE
from composer_gui.core.problems import Problem
from composer_gui.core.refused import clean
from composer_gui.engine.keras_code import UserCode
from composer_gui.engine.keras_files import drop_compilation, read_config, stamp
from composer_gui.engine.keras_specs import CannotCall, ghosts

KEPT = 64
"""How many ghosts are kept; one of 177 layers takes some 3 MB."""

Code = tuple[CodeFile, ...]


class ClassMissing(CannotCall):
    """A model of which Keras does not have all classes, though a Python file may define them."""


class Ghosts:
    """Models without weights, and the layers in them. A file that changed is read again.

    A model that has no shapes yet takes those of its first call, so each caller gets one of its
    own. All others are kept and used again: who calls one has to strike the traces of it.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._ghosts: dict[tuple, Any] = {}
        self._names: dict[int, tuple[Any, dict[str, Any]]] = {}
        self._code = UserCode()

    def whole(self, path: str, code: Code = ()) -> Any:
        """Return the model of a file; raises CannotCall, and of that ClassMissing."""
        return self._kept_or_made(path, "", code)

    def part(self, path: str, part: str, code: Code = ()) -> Any:
        """Return the layer or model at the path `part` in a file, the whole for an empty one.

        Where the whole cannot be built because of what is elsewhere in it, the part is built by
        itself. Raises CannotCall, and of that ClassMissing.
        """
        if not part:
            return self.whole(path, code)
        try:
            model = self.whole(path, code)
        except CannotCall as error:
            if error.problem.code not in (MISSING, REFUSED_CLASSES, BROKEN):
                raise
            return self._kept_or_made(path, part, code)
        for name in part.split("/"):
            model = self._layers(model).get(name)
            if model is None:
                raise CannotCall(_no_part(part), lasting=False)
        return model

    def _kept_or_made(self, path: str, part: str, code: Code) -> Any:
        key = (path, *stamp(path), part, code)
        model = self._ghosts.pop(key, None)
        if model is None:
            model = self._made(path, part, code)
        if isinstance(model, CannotCall):
            self._ghosts[key] = model
            raise model
        if not model.built:
            return model
        self._ghosts[key] = model
        if len(self._ghosts) > self._kept:
            gone = self._ghosts.pop(next(iter(self._ghosts)))
            self._names.pop(id(gone), None)
        return model

    def _layers(self, model: Any) -> Mapping[str, Any]:
        """Return the layers of a model by their names, found once for each model."""
        known = self._names.get(id(model))
        if known is None or known[0] is not model:
            layers = {layer.name: layer for layer in getattr(model, "layers", ())}
            if len(self._names) > 16 * self._kept:
                self._names.clear()
            self._names[id(model)] = known = (model, layers)
        return known[1]

    def _made(self, path: str, part: str, code: Code) -> Any:
        """Return the model or, when it is refused for what is in its file, why."""
        config = read_config(path)
        if part:
            config = _config_of_part(config, part)
        try:
            return made(config, self._code.objects(code) if code else {})
        except CannotCall as error:
            if error.lasting:
                return error
            raise


def made(config: dict[str, Any], own: Mapping[str, Any]) -> Any:
    """Build what a config describes without weights, of Keras's parts and the user's `own`.

    The config is used up. Raises CannotCall, and of that ClassMissing.
    """
    refuse(config, own)
    drop_compilation(config)
    try:
        with ghosts():
            return keras.saving.deserialize_keras_object(
                config, custom_objects=registered(config, own), safe_mode=True
            )
    except Exception as error:
        raise CannotCall(
            _not_buildable(clean(str(error))[:2000] or type(error).__name__)
        ) from error


def refuse(config: Any, own: Mapping[str, Any] = ()) -> None:
    """Raise CannotCall, and of that ClassMissing, for what a config names and Keras may not run."""
    found = safety.refusals(config, own)
    if not found:
        return
    code = [refusal.name for refusal in found if refusal.kind == safety.CODE]
    if code:
        raise CannotCall(runs_code(code[0]))
    if any(refusal.kind == safety.UNSAFE for refusal in found):
        raise CannotCall(_uses_others([refusal.name for refusal in found]))
    raise ClassMissing(missing([refusal.name for refusal in found]))


def registered(config: Any, own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the user's objects by every name that the config has for them."""
    found = dict(own)
    waiting = [config] if own else []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            names = (value.get("registered_name"), value.get("class_name"), value.get("config"))
            for name in names:
                if isinstance(name, str) and name not in found and safety.bare(name) in own:
                    found[name] = own[safety.bare(name)]
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return found


def _config_of_part(config: dict[str, Any], part: str) -> dict[str, Any]:
    """Return the entry of a layer in the config of its model; raises CannotCall."""
    for name in part.split("/"):
        inner = config.get("config")
        entries = inner.get("layers") if isinstance(inner, dict) else None
        found = next((e for e in entries or () if _name_of(e) == name), None)
        if found is None:
            raise CannotCall(_no_part(part), lasting=False)
        config = found
    return copy.deepcopy(config)


def _name_of(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return None
    inner = entry.get("config")
    return entry.get("name") or (inner.get("name") if isinstance(inner, dict) else None)


# Problems ---------------------------------------------------------------------------------------

MISSING = "missing_class"
REFUSED_CLASSES = "refused_classes"
BROKEN = "model_broken"


def missing(names: list[str]) -> Problem:
    """Return the warning about classes that Keras does not have."""
    bare = list(dict.fromkeys(safety.bare(name) for name in names))
    shown = _listed(bare)
    words = {
        "node": NODE,
        "classes": shown,
        "them": "it" if len(bare) == 1 else "them",
        "title": f"{shown} is missing" if len(bare) == 1 else "Classes are missing",
    }
    return KINDS[MISSING].problem(words=words, actual=", ".join(bare))


RUN_BY_OTHERS = {
    "TFSMLayer": "points to a folder with another model, which is not in its file",
    "TorchModuleWrapper": "wraps a module of PyTorch, which is stored as code",
    "JaxLayer": "wraps a function of JAX, which is stored as code",
    "FlaxLayer": "wraps a module of Flax, which is stored as code",
}


def runs_code(name: str) -> Problem:
    """Return why a layer of Keras that runs code is refused."""
    does = RUN_BY_OTHERS.get(safety.bare(name))
    what = "a Lambda layer" if does is None else f"a {safety.bare(name)}"
    does = does or "holds Python code in the file itself"
    sentence = (
        f"contains {what}, which {does}. Composer does not run that, and nothing of it was run. "
        "Save the model with a layer of Keras, or of a class of its own, instead."
    )
    return _refused_classes(f"{what[0].upper()}{what[1:]} is not run", sentence, name)


def _uses_others(names: list[str]) -> Problem:
    shown = _listed(names)
    sentence = (
        f"uses things Composer does not run: {shown}. Nothing of it was run. Save the model "
        "with layers of Keras instead."
    )
    return _refused_classes("Not all of it is Keras", sentence, shown)


def _refused_classes(title: str, sentence: str, names: str) -> Problem:
    words = {"node": NODE, "title": title, "sentence": sentence}
    fields = {"expected": "layers of Keras", "actual": names}
    return KINDS[REFUSED_CLASSES].problem(words=words, **fields)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _not_buildable(detail: str) -> Problem:
    return KINDS[BROKEN].problem(words={"node": NODE}, detail=detail)


def _no_part(part: str) -> Problem:
    return KINDS["part_absent"].problem(words={"node": NODE, "part": part})
