"""Builds, saves and reloads the model of a generated script, and compares what comes out.

The source that is run here is the one that is exported: what can be read is what was run. The
first process builds, saves and writes down facts, sample inputs and outputs; another reloads the
file and a third, without Composer, runs the source, and both compare.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from composer_gui.core import safety
from composer_gui.core.errors import ExportFailed
from composer_gui.core.refused import clean
from composer_gui.engine import keras_facts
from composer_gui.engine.keras_facts import Progress, ScriptFailed, check

LONGEST_REASON = 600


class JobRefused(ExportFailed):
    """A step that came to nothing; `line` is the line of the script that was at work, if known."""

    def __init__(self, sentence: str, next_step: str = "", line: int | None = None) -> None:
        super().__init__(sentence, next_step)
        self.line = line


def run(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Do one step of an export and return what it came to; raises ExportFailed.

    The operations are "build", "reload" and "run_script". `progress(text, part)` is told how far
    it is, from 0 to 1.
    """
    return _OPERATIONS[request["op"]](request, progress)


# Building ---------------------------------------------------------------------------------------


def _build(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Run the script `text` as if it stood at `path`; save the model at `target`, if there is one.

    With `facts`, `inputs` and `outputs`, files to write, it is tried out for the others to compare;
    `ready` is made when all is written. `models` are the files that the script loads.
    """
    for path in request["models"]:
        _refuse_foreign(path)
    progress("Building the model", 0.1)
    model = _built(request["text"], request["path"])
    if request.get("target"):
        progress("Saving", 0.5)
        _save(model, request["target"])
    found = keras_facts.facts(model, with_config=bool(request.get("facts")))
    if request.get("facts"):
        progress("Trying it out", 0.7)
        _write_evidence(model, found, request)
    found.pop("config", None)
    return found


def _refuse_foreign(path: str) -> None:
    """Raise ExportFailed for a saved model that names anything but Keras's own parts."""
    from composer_gui.engine.keras_files import read_config
    from composer_gui.engine.keras_shapes import CannotCall

    name = Path(path).name
    try:
        refused = safety.refused_names(read_config(path))
    except CannotCall as error:
        reason = error.problem.message.replace("{node}", name)
        raise JobRefused(reason, "Choose where the file is, or export again.") from error
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

    progress("Waiting for the model", 0.3)
    keras_facts.wait_for(request["ready"])
    expected = json.loads(Path(request["facts"]).read_text(encoding="utf-8"))
    progress("Reloading the file", 0.4)
    try:
        model = keras.models.load_model(request["target"], safe_mode=True, compile=False)
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
    return {"checks": _reload_checks(expected, found, difference)}


def _reload_checks(
    expected: dict[str, Any], found: dict[str, Any], difference: str
) -> list[dict[str, Any]]:
    names = [key for key in ("name", "layers", "inputs", "outputs") if expected[key] != found[key]]
    counts = all(expected[key] == found[key] for key in ("trainable", "total"))
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
            f"It has {found['total']:,} parameters, {found['trainable']:,} of them trainable.",
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


_OPERATIONS = {"build": _build, "reload": _reload, "run_script": _run_script}
