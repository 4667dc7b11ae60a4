"""Builds, saves and reloads the model of a generated script, and compares what comes out.

The source that is run here is the one that is exported: what can be read is what was run. The
first process builds, saves and writes down facts, sample inputs and outputs; another reloads the
file and a third, without Composer, runs the source, and both compare.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from composer_gui.core import safety
from composer_gui.core.errors import ExportFailed
from composer_gui.core.refused import clean
from composer_gui.engine import (
    keras_facts,
    keras_files,
    proof_frozen,
    proof_training,
    proof_weights,
)
from composer_gui.engine.keras_facts import Progress, ScriptFailed, check
from composer_gui.engine.keras_specs import CannotCall

LONGEST_REASON = 600


class JobRefused(ExportFailed):
    """A step that came to nothing; `line` is the line of the script that was at work, if known."""

    def __init__(self, sentence: str, next_step: str = "", line: int | None = None) -> None:
        super().__init__(sentence, next_step)
        self.line = line


def run(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Do one step of an export and return what it came to; raises ExportFailed.

    The operations are "build", "reload" and "run_script", and for what goes with an export
    "weights" and "convert". `progress(text, part)` is told how far it is, from 0 to 1. `code` are
    Python files that may be run, each `{"path", "sha256"}`, for what is not Keras's own.
    """
    return _OPERATIONS[request["op"]](request, progress)


def _admitted(request: dict[str, Any]) -> dict[str, Any]:
    """Run the Python files that are allowed and return what they define; raises ExportFailed."""
    try:
        return keras_facts.admit_code(request.get("code") or [])
    except keras_facts.CodeChanged as error:
        raise JobRefused(
            f"{error} is not there, or is another file than the one that was allowed to run.",
            "Name the Python file once more.",
        ) from error
    except MemoryError:
        raise
    except (Exception, SystemExit) as error:
        raise JobRefused(
            f"A Python file of the design does not run: {_reason(error)}",
            "Mend it, and name it once more.",
        ) from error


# Building ---------------------------------------------------------------------------------------


def _build(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Run the script `text` as if it stood at `path`; save the model at `target`, if there is one.

    With `facts`, `inputs` and `outputs`, files to write, it is tried out for the others to compare;
    `ready` is made when all is written. `models` are the files that the script loads. With `train`
    a step of training is taken in the end, to see that what is frozen stays as it is.
    """
    own = _admitted(request)
    for path in request["models"]:
        _refuse_foreign(path, own)
    progress("Building the model", 0.1)
    with proof_weights.watched() as loaded:
        model = _built(request["text"], request["path"])
    if request.get("target"):
        progress("Saving", 0.5)
        _save(model, request["target"])
    found = keras_facts.facts(model, with_config=bool(request.get("facts")))
    checks, warnings = [], []
    if request.get("facts"):
        progress("Trying it out", 0.7)
        _write_evidence(model, found | {"states": proof_frozen.states(model)}, request)
    elif request.get("target") and (forgotten := proof_frozen.expected(model)):
        warnings.append(proof_frozen.warning(forgotten, proof_frozen.states(model)))
    found.pop("config", None)
    if request["models"] and request.get("facts"):
        origins = proof_weights.origins(model, request["models"], loaded, own)
        found |= origins
        checks.append(proof_weights.check_of(origins))
    if request.get("train"):
        progress("Training one step", 0.9)
        try:
            shown, odd = proof_training.checks(model)
            checks += shown
            warnings += odd
        except proof_training.NotTried as error:
            warnings.append(f"A training step could not be tried: {error}.")
    told = {"checks": checks, "warnings": warnings}
    return found | {key: value for key, value in told.items() if value}


def _refuse_foreign(path: str, own: Collection[str]) -> None:
    """Raise ExportFailed for a saved model that names what is neither Keras's nor the user's."""
    name = Path(path).name
    try:
        config = keras_files.read_config(path)
    except CannotCall as error:
        reason = error.problem.message.replace("{node}", name)
        raise JobRefused(reason, "Choose where the file is, or export again.") from error
    _refuse_names(config, name, own)


def _refuse_names(config: Any, name: str, own: Collection[str]) -> None:
    """Raise ExportFailed for a config that names what is neither Keras's nor the user's."""
    refused = safety.refused_names(config, own)
    if refused:
        shown = ", ".join(refused[:5])
        raise JobRefused(
            f"{name} uses things Composer does not run: {shown}.",
            "Nothing of it was run. Use a model that is made of Keras layers alone.",
        )


def _built(text: str, path: str) -> Any:
    try:
        return keras_facts.built(text, path)
    except ScriptFailed as error:
        raise JobRefused(f"Keras refuses: {_reason(error)}", line=error.line) from error


def _reason(error: Exception) -> str:
    """Return Keras's text in one paragraph that can be read."""
    text = " ".join(clean(str(error)).split())
    return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON - 1]}…"


def _save(model: Any, target: str) -> None:
    try:
        model.save(target)
    except OSError as error:
        raise _unwritten("The model", target, error) from error


def _unwritten(what: str, path: str, error: OSError) -> JobRefused:
    """Return what to say where there is no room; unfinished files lie in a folder of their own."""
    folder = Path(path).parent.parent
    reason = (error.strerror or str(error)).rstrip(".")
    return JobRefused(
        f"{what} could not be saved in {folder}: {reason}.", "Make room, or choose another folder."
    )


def _write_evidence(model: Any, found: dict[str, Any], request: dict[str, Any]) -> None:
    try:
        inputs, outputs = keras_facts.try_out(model)
    except MemoryError:
        raise
    except Exception as error:
        raise JobRefused(
            f"The model was built, but it does not run: {_reason(error)}",
            "Look at dtypes first: Keras checks some of them only when numbers flow.",
        ) from error
    try:
        keras_facts.write_arrays(request["inputs"], inputs)
        keras_facts.write_arrays(request["outputs"], outputs)
        Path(request["facts"]).write_text(json.dumps(found), encoding="utf-8")
        Path(request["ready"]).touch()
    except OSError as error:
        raise _unwritten("What the proof compares", request["facts"], error) from error


# Reloading --------------------------------------------------------------------------------------


def _reload(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Load `target` as anybody would and compare it with what was built."""
    import keras

    own = _admitted(request)
    progress("Waiting for the model", 0.3)
    keras_facts.wait_for(request["ready"])
    expected = json.loads(Path(request["facts"]).read_text(encoding="utf-8"))
    progress("Reloading the file", 0.4)
    try:
        model = keras.models.load_model(
            request["target"], custom_objects=own or None, safe_mode=True, compile=False
        )
    except MemoryError:
        raise
    except Exception as error:
        raise JobRefused(
            f"Keras saved the model but cannot load it again: {_reason(error)}",
            "Nothing was written. Export the Python source instead, which builds it.",
        ) from error
    found = keras_facts.facts(model)
    progress("Comparing outputs", 0.7)
    results = keras_facts.outputs_of(model, keras_facts.read_arrays(request["inputs"]))
    difference = keras_facts.output_difference(results, keras_facts.read_arrays(request["outputs"]))
    thawed = proof_frozen.thawed(expected["states"], model)
    told = [proof_frozen.warning(thawed, expected["states"])] if thawed else []
    again = sum(thawed.values())
    return {"checks": _reload_checks(expected, found, difference, again), "warnings": told}


def _reload_checks(
    expected: dict[str, Any], found: dict[str, Any], difference: str, again: int
) -> list[dict[str, Any]]:
    """Compare; `again` is how many numbers train because no file can hold that they are frozen."""
    names = [key for key in ("name", "layers", "inputs", "outputs") if expected[key] != found[key]]
    counts = expected["trainable"] + again == found["trainable"]
    counts = counts and expected["total"] == found["total"]
    but = f", and {again:,} more until they are frozen again" if again else ""
    return [
        check(
            "outputs",
            not difference,
            "Reloaded in a fresh process, the file gives the same outputs, bit for bit.",
            f"Reloaded in a fresh process, the file gives other outputs: {difference}.",
        ),
        check(
            "names",
            not names,
            f"The names of its inputs, outputs and {_layers(found)} are the same.",
            f"After reloading, its {' and '.join(names)} are named otherwise.",
        ),
        check(
            "parameters",
            counts,
            f"It has {found['total']:,} parameters, {expected['trainable']:,} of them "
            f"trainable{but}.",
            f"It had {expected['total']:,} parameters, {expected['trainable']:,} of them "
            f"trainable; reloaded it has {found['total']:,} and {found['trainable']:,}.",
        ),
        check(
            "weights",
            expected["weights"] == found["weights"],
            "Every weight is the same, bit for bit.",
            "Not every weight is the same.",
        ),
    ]


def _layers(found: dict[str, Any]) -> str:
    count = len(found["layers"])
    return "its only layer" if count == 1 else f"{count} layers"


# Running the source -------------------------------------------------------------------------------


def _run_script(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Run the source here, where no interpreter of its own can be had, as in a frozen program."""
    try:
        return keras_facts.checks_of_script(request, progress)
    except ScriptFailed as error:
        sentence = f"The source does not run by itself: {_reason(error)}"
        raise JobRefused(sentence, line=error.line) from error


# What goes with an export -------------------------------------------------------------------------


def _weights(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Save at `target` the weights of the script `text` for the script `scratch`, which loads them.

    `scratch` builds the same model from layers alone and loads `target`; both stand at `path`.
    """
    own = _admitted(request)
    for path in request["models"]:
        _refuse_foreign(path, own)
    progress("Building the model from the saved ones", 0.1)
    source = _built(request["text"], request["path"])
    progress("Building it from layers alone", 0.4)
    with keras_facts.without_loading():
        bare = _built(request["scratch"], request["path"])
    try:
        proof_weights.transfer(source, bare)
    except proof_weights.Unlike as error:
        raise JobRefused(
            f"The weights do not go into the source from layers alone: {error}.",
            "Export from the saved models, which keeps them.",
        ) from error
    progress("Saving the weights", 0.7)
    try:
        bare.save_weights(request["target"], overwrite=True)
    except OSError as error:
        raise _unwritten("The weights", request["target"], error) from error
    arrays, results = keras_facts.try_out(source)
    again = _built(request["scratch"], request["path"])
    difference = keras_facts.output_difference(keras_facts.outputs_of(again, arrays), results)
    return {
        "checks": [
            check(
                "scratch_weights",
                not difference,
                "Made from layers alone and given its weights, the model gives the same outputs, "
                "bit for bit.",
                f"Made from layers alone and given its weights, it gives others: {difference}.",
            )
        ]
    }


def _convert(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Load the older file `source` (.h5) and save it as `target` (.keras), which is not there yet.

    Returns the checks; the model is loaded again and compared.
    """
    import keras

    own = _admitted(request)
    source, target = Path(request["source"]), Path(request["target"])
    progress("Reading the file", 0.1)
    _refuse_names(_config_of_h5(source), source.name, own)
    try:
        model = keras.models.load_model(
            source, custom_objects=own or None, safe_mode=True, compile=False
        )
    except MemoryError:
        raise
    except Exception as error:
        raise JobRefused(
            f"Keras cannot load {source.name}: {_reason(error)}",
            "Load it where it was made, and save it there as .keras.",
        ) from error
    progress("Saving it as .keras", 0.5)
    if target.exists():
        raise JobRefused(f"{target.name} is there already.", "Choose another name.")
    _save(model, str(target))
    progress("Comparing both", 0.8)
    again = keras.models.load_model(
        target, custom_objects=own or None, safe_mode=True, compile=False
    )
    same = keras_facts.facts_of_weights(model) == keras_facts.facts_of_weights(again)
    if not same:
        target.unlink(missing_ok=True)
    detail = f"{target.name} has every weight of {source.name}, bit for bit."
    bad = f"{target.name} would not have the weights of {source.name}."
    return {"target": str(target), "checks": [check("converted", same, detail, bad)]}


def _config_of_h5(path: Path) -> dict[str, Any]:
    """Return the description of a model in an older file; raises ExportFailed."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            text = file.attrs.get("model_config")
    except OSError as error:
        raise JobRefused(
            f"{path.name} cannot be read: it is damaged, or no file of Keras.",
            "Save the model once more, as .keras.",
        ) from error
    if text is None:
        raise JobRefused(
            f"{path.name} holds weights only, and nothing says which layers they belong to.",
            "Save the whole model with model.save.",
        )
    try:
        return keras_files.parsed(text)
    except CannotCall as error:
        raise JobRefused(error.problem.message.replace("{node}", path.name)) from error


_OPERATIONS = {
    "build": _build,
    "reload": _reload,
    "run_script": _run_script,
    "weights": _weights,
    "convert": _convert,
}
