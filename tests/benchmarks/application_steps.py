"""The steps of rebuilding a model of keras.applications, each for a fresh process.

Run: python application_steps.py make NAME FOLDER [OPTIONS], then `write`, `build` and `reload` with
the FOLDER. Each prints a line of JSON. OPTIONS are the application's own arguments, as JSON.
"""

from __future__ import annotations

import inspect
import json
import runpy
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

from composer_gui.core.codegen.naming import legal_name

ORIGINAL, EXPORTED = "original.keras", "exported.keras"
SAVED, SCRATCH = "saved.py", "scratch.py"
GIVEN, WANTED = "given.npy", "wanted.npy"

FREE_SIZE = 224
"""Pixels of a picture where the application leaves its size free."""

WRITTEN_OUT = ("CustomScaleLayer", "LayerScale", "StochasticDepth")
"""Classes that a source from scratch defines itself, so that they are from another module there."""


def names() -> dict[str, Any]:
    """Return the names of all applications."""
    import keras

    functions = vars(keras.applications).items()
    return {"names": sorted(name for name, item in functions if inspect.isfunction(item))}


def make(name: str, folder: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Save an application with weights of its own, an input for it, and what it gives for that."""
    import keras
    import numpy as np

    keras.utils.set_random_seed(len(name))
    model = getattr(keras.applications, name)(**{"weights": None, **options})
    draw = np.random.default_rng(7)
    _disturb(model, draw)
    model.save(folder / ORIGINAL)
    sizes = [FREE_SIZE if size is None else size for size in model.input_shape[1:]]
    given = draw.uniform(0, 255, (1, *sizes)).astype("float32")
    np.save(folder / GIVEN, given)
    np.save(folder / WANTED, _outputs(model, given))
    return {"layers": len(model.layers), "parameters": model.count_params()}


def _disturb(model: Any, draw: Any) -> None:
    """Give every layer weights that no initializer would: statistics and biases too."""
    import keras
    import numpy as np

    for layer in model._flatten_layers(recursive=True):
        if isinstance(layer, keras.layers.Normalization):
            if layer.input_mean is None:
                layer.adapt(draw.uniform(0, 9, (16, *layer._build_input_shape[1:])))
        elif not hasattr(layer, "layers"):
            for variable in layer.weights:
                value = keras.ops.convert_to_numpy(variable)
                noise = 0.05 * draw.standard_normal(value.shape)
                value = value * (1 + noise) if value.ndim > 1 else value + noise
                variable.assign(np.abs(value) if "variance" in variable.name else value)


def write(folder: Path) -> dict[str, Any]:
    """Lay the saved model out as designs with its weights, and write both sources; no Keras.

    All levels become one for the source out of the saved model; from scratch they stay.
    """
    from composer_gui.core.codegen.keras_script import generate
    from composer_gui.core.opening import model_of, opened
    from composer_gui.storage import keras_archive, resources

    catalog, path = resources.catalog(), folder / ORIGINAL
    sha256 = keras_archive.fingerprint(path)
    start = time.perf_counter()
    inside = keras_archive.contents(path)
    whole = model_of(inside, "", path=str(path), sha256=sha256, layer_id="l1")
    flat = opened(inside, whole, catalog, all_levels=True)
    seconds = time.perf_counter() - start
    insides = {str(path): inside}
    saved = generate(flat, catalog, {str(path): ORIGINAL}, insides=insides)
    nested = opened(inside, whole, catalog)
    scratch = generate(nested, catalog, {}, insides=insides, style="scratch")
    texts = {SAVED: saved.text, SCRATCH: scratch.text, **scratch.side_files}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return {
        "import_seconds": round(seconds, 3),
        "saved_lines": len(saved.text.splitlines()),
        "scratch_lines": len(scratch.text.splitlines()),
    }


def build(folder: Path) -> dict[str, Any]:
    """Run both sources; save what the first makes, compare the second with the saved model."""
    import numpy as np

    given, wanted = np.load(folder / GIVEN), np.load(folder / WANTED)
    model = run(folder / SAVED)
    built = bool(np.array_equal(_outputs(model, given), wanted))
    model.save(folder / EXPORTED)
    del model
    model = run(folder / SCRATCH)
    difference = _difference(_config_in(folder / ORIGINAL), _config_of(model))
    model.load_weights(folder / ORIGINAL)
    same = bool(np.array_equal(_outputs(model, given), wanted))
    return {"built_equal": built, "scratch_config": difference, "scratch_equal": same}


def reload(folder: Path) -> dict[str, Any]:
    """Load what was exported, and compare what it gives bit for bit."""
    import keras
    import numpy as np

    model = keras.models.load_model(folder / EXPORTED)
    outputs = _outputs(model, np.load(folder / GIVEN))
    return {"reloaded_equal": bool(np.array_equal(outputs, np.load(folder / WANTED)))}


def _outputs(model: Any, given: Any) -> Any:
    """Return the only output of a model, whether it is by itself or goes by a name."""
    import keras
    import numpy as np

    (output,) = keras.tree.flatten(model(given, training=False))
    assert np.isfinite(output).all(), "the weights make no sense"
    return np.array(output)


def run(script: Path) -> Any:
    """Return the model that a source builds."""
    return runpy.run_path(str(script), run_name="built")["build_model"]()


# Configurations -----------------------------------------------------------------------------------


def _config_in(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("config.json"))["config"]


def _config_of(model: Any) -> Any:
    from keras.src.saving import saving_lib

    text, _ = saving_lib._serialize_model_as_json(model)
    return json.loads(text)["config"]


def _difference(one: Any, other: Any) -> str:
    """Return "" for equal configurations, else the first place where they differ.

    Operations count by the order in which they come: nobody gives them their names. The model's
    own name is made from the design's.
    """
    one, other = _plain(one), _plain(other)
    one["name"] = legal_name(one["name"], "model")
    return _first_difference(one, other, "")


def _first_difference(one: Any, other: Any, place: str) -> str:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            found = _first_difference(one.get(key), other.get(key), f"{place}/{key}")
            if found:
                return found
        return ""
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = (
            _first_difference(a, b, f"{place}/{n}")
            for n, (a, b) in enumerate(zip(one, other, strict=True))
        )
        return next(filter(None, pairs), "")
    return "" if one == other else f"{place}: {one!r} is now {other!r}"[:300]


def _plain(config: Any) -> Any:
    """Return a configuration with operations numbered and no ids of objects in it.

    Classes that are written out are of no module.
    """
    names = {}

    def number(entries: Any) -> None:
        for entry in entries:
            if str(entry.get("module", "")).startswith("keras.src.ops"):
                names[entry["name"]] = f"operation {len(names)}"

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            if "layers" in value:
                number(e for e in value["layers"] if isinstance(e, dict))
            made = {k: renamed(item) for k, item in value.items() if k != "shared_object_id"}
            if made.get("class_name") in WRITTEN_OUT:
                made |= {"module": None, "registered_name": None}
            if str(made.get("module", "")).startswith("keras.src.ops"):
                made["name"] = made["config"]["name"] = names[value["name"]]
            if "keras_history" in made:
                first, *rest = made["keras_history"]
                made["keras_history"] = [names.get(first, first), *rest]
            return made
        return [renamed(item) for item in value] if isinstance(value, list) else value

    return renamed(config)


def main(arguments: list[str]) -> None:
    """Do the step that the arguments name."""
    step, *rest = arguments
    if step == "names":
        found = names()
    elif step == "make":
        found = make(rest[0], Path(rest[1]), json.loads(rest[2]) if rest[2:] else {})
    else:
        found = {"write": write, "build": build, "reload": reload}[step](Path(rest[0]))
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
