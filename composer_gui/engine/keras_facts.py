"""What is compared of two models; run by itself, the clean interpreter that tries out a script.

Started as a program it must find nothing of Composer: it reads one request from standard input,
runs the script with Keras alone, and answers as the engine does, in lines of JSON.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import sys
import threading
import time
import traceback
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

RECURSION_LIMIT = 20_000
STACK_SIZES = (512 << 20, 64 << 20, 0)
"""As in the worker: Keras walks deep models by recursion."""

BATCH = 2
FREE_SIZES = (8, 32, 64, 128, 256)
"""Sizes tried for axes whose size is free, until the model takes one."""

FREE_IMAGE_SIZES = (64, 128, 256, 32, 8)
"""The same for images: where a window is larger than what it slides over, some layers of
TensorFlow do not refuse but give whatever is in memory, otherwise each time."""

WORDS = ("a", "dog", "and", "two", "quick", "brown", "foxes", "")
SEED = 2024

HIGHEST = 100
"""No integer that is tried is as high."""

_TABLES = {
    "Embedding": "input_dim",
    "ReversibleEmbedding": "input_dim",
    "CategoryEncoding": "num_tokens",
}
"""Layers that take whole numbers, and what says how many there are."""

Progress = Callable[[str, float], None]


# Running a script ---------------------------------------------------------------------------------


class ScriptFailed(Exception):
    """A script that raised; `line` is where, counted from 1, None where that is not known."""

    def __init__(self, error: BaseException, line: int | None) -> None:
        super().__init__(str(error) or type(error).__name__)
        self.line = line


def built(text: str, path: str) -> Any:
    """Return `build_model()` of the script `text`, run as if it stood at `path`.

    Raises ScriptFailed with the line of the script that was at work.
    """
    import keras

    keras.backend.clear_session()  # names that Keras itself gives are counted from here
    namespace = {"__name__": "composed", "__file__": path}
    try:
        exec(compile(text, path, "exec"), namespace)
        return namespace["build_model"]()
    except MemoryError:
        raise
    except Exception as error:
        raise ScriptFailed(error, _line_of(error, path)) from error


@contextmanager
def without_loading() -> Iterator[None]:
    """Have models in the block load no weights: the file of them is still to be written."""
    import keras

    load, keras.Model.load_weights = keras.Model.load_weights, lambda *_, **__: None
    try:
        yield
    finally:
        keras.Model.load_weights = load


def _line_of(error: BaseException, path: str) -> int | None:
    """Return the line of `build_model`: in a function of the script it might be of any place."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == path]
    lines = [frame.lineno for frame in frames if frame.name == "build_model"]
    lines = lines or [frame.lineno for frame in frames]
    return lines[-1] if lines else None


# The user's own classes ---------------------------------------------------------------------------


class CodeChanged(Exception):
    """A Python file that is not there, or not the one that was allowed to run."""


def run_code(path: str, sha256: str, module: str = "") -> dict[str, Any]:
    """Run a Python file that the user allowed; return its classes and functions by name.

    What it registers with Keras is among them under the name that it has there. With `module` it
    stays registered and can be imported by that name; without, nothing is left behind but what is
    returned. Raises CodeChanged, and whatever the file raises.
    """
    import keras
    from keras.src.saving.object_registration import GLOBAL_CUSTOM_NAMES, GLOBAL_CUSTOM_OBJECTS

    try:
        text = Path(path).read_bytes()
    except OSError as error:
        raise CodeChanged(path) from error
    if hashlib.sha256(text).hexdigest() != sha256:
        raise CodeChanged(path)
    name = module or f"composer_code_{sha256[:12]}"
    made = sys.modules[name] = types.ModuleType(name)
    made.__file__ = path
    objects, names = dict(GLOBAL_CUSTOM_OBJECTS), dict(GLOBAL_CUSTOM_NAMES)
    try:
        exec(compile(text, path, "exec"), made.__dict__)
        found = {
            key: value
            for key, value in vars(made).items()
            if getattr(value, "__module__", None) == name
            and (isinstance(value, types.FunctionType) or hasattr(value, "from_config"))
        }
        for key, value in keras.saving.get_custom_objects().items():
            if objects.get(key) is not value:
                found[key] = value
        return found
    except BaseException:
        del sys.modules[name]
        raise
    finally:
        if not module:
            GLOBAL_CUSTOM_OBJECTS.clear()
            GLOBAL_CUSTOM_OBJECTS.update(objects)
            GLOBAL_CUSTOM_NAMES.clear()
            GLOBAL_CUSTOM_NAMES.update(names)


def admit_code(files: list[dict[str, str]]) -> dict[str, Any]:
    """Run the files `{"path", "sha256"}`, so that scripts can import them; return what they define.

    Each is imported by the name of its file. Raises CodeChanged, and whatever the files raise.
    """
    found: dict[str, Any] = {}
    for file in files:
        found |= run_code(file["path"], file["sha256"], Path(file["path"]).stem)
    return found


# Facts --------------------------------------------------------------------------------------------


def facts(model: Any, *, with_config: bool = False) -> dict[str, Any]:
    """Return what must be the same in a model and its double: names, shapes, counts, weights.

    `config` is Keras's own description; a saved model may describe the same in other words.
    """
    found = {
        "name": model.name,
        "layers": [layer.name for layer in model.layers],
        "inputs": [_spec(tensor) for tensor in model.inputs],
        "outputs": [[name, *_spec(t)[1:]] for name, t in zip(*_outputs(model), strict=True)],
        "trainable": _count(model.trainable_weights),
        "total": _count(model.weights),
        "weights": _digest(model.weights),
    }
    if with_config:
        found["config"] = described(model)
    return found


def facts_of_weights(model: Any) -> tuple[int, str]:
    """Return how many numbers a model's weights are, and a fingerprint of them all."""
    return _count(model.weights), _digest(model.weights)


def described(model: Any) -> Any:
    """Return a model's configuration as plain JSON values."""
    import keras

    return json.loads(json.dumps(keras.saving.serialize_keras_object(model), default=str))


def _spec(tensor: Any) -> list[Any]:
    import keras

    shape = [None if size is None else int(size) for size in tensor.shape]
    return [tensor.name, shape, keras.backend.standardize_dtype(tensor.dtype)]


def _outputs(model: Any) -> tuple[list[str], list[Any]]:
    """Return the model's outputs with the keys of a dictionary or the names Keras gives."""
    return list(model.output_names), list(model.outputs)


def _count(variables: list[Any]) -> int:
    return sum(size_of(variable) for variable in variables)


def size_of(variable: Any) -> int:
    """Return how many numbers a weight holds."""
    return math.prod(variable.shape)


def _digest(variables: list[Any]) -> str:
    """Return a fingerprint of shapes, dtypes and values, in order."""
    import keras
    import numpy

    digest = hashlib.sha256()
    for variable in variables:
        array = numpy.ascontiguousarray(keras.ops.convert_to_numpy(variable))
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


# Input and output ---------------------------------------------------------------------------------


def sample_input(model: Any, free_size: int, seed: int = SEED) -> list[Any]:
    """Return random arrays that suit the model's inputs, always the same ones for a seed.

    Integers stay below what the model's embeddings can look up. Axes of free size get `free_size`.
    """
    import numpy

    random = numpy.random.default_rng(seed)
    highest = _vocabulary(model)
    batches = (tensor.shape[0] for tensor in model.inputs if len(tensor.shape))
    batch = next(filter(None, batches), BATCH)  # where one is fixed, the others have to follow
    return [_sample(random, tensor, batch, free_size, highest) for tensor in model.inputs]


def _sample(random: Any, tensor: Any, batch: int, free_size: int, highest: int) -> Any:
    import keras
    import numpy

    first, *rest = tensor.shape if len(tensor.shape) else (batch,)
    shape = [first or batch, *(free_size if size is None else size for size in rest)]
    dtype = keras.backend.standardize_dtype(tensor.dtype)
    if dtype == "string":
        return numpy.array(random.choice(WORDS, shape), dtype="S16")
    if dtype == "bool":
        return random.random(shape) < 0.5
    if "int" in dtype:
        return random.integers(0, min(highest, HIGHEST), shape).astype(dtype)
    return random.uniform(-1, 1, shape)  # Keras casts it


def _vocabulary(model: Any) -> int:
    """Return below which number every table in the model has an entry; 2 where it has none."""
    sizes = [
        getattr(layer, name)
        for layer in model._flatten_layers()
        for cls, name in _TABLES.items()
        if type(layer).__name__ == cls
    ]
    return max(1, min((size for size in sizes if isinstance(size, int)), default=2))


def outputs_of(model: Any, arrays: list[Any]) -> list[Any]:
    """Return what the model gives for these inputs, flattened, as arrays."""
    import keras
    import numpy

    results = tensors_of(model, arrays)
    return [numpy.asarray(keras.ops.convert_to_numpy(result)) for result in results]


def tensors_of(model: Any, arrays: list[Any]) -> list[Any]:
    """Return what the model gives for these inputs, flattened."""
    import keras

    tensors = [
        keras.ops.convert_to_tensor(array, dtype=tensor.dtype)
        for array, tensor in zip(arrays, model.inputs, strict=True)
    ]
    given = keras.tree.pack_sequence_as(model.input, tensors)
    return keras.tree.flatten(model(given, training=False))


def try_out(model: Any, seed: int = SEED) -> tuple[list[Any], list[Any]]:
    """Return sample inputs the model takes and what it gives for them; raises what Keras raises."""
    free = any(size is None for tensor in model.inputs for size in tensor.shape[1:])
    images = any(len(tensor.shape) > 3 for tensor in model.inputs)
    sizes = FREE_IMAGE_SIZES if images else FREE_SIZES
    for size in sizes if free else sizes[:1]:
        try:
            arrays = sample_input(model, size, seed)
            results = outputs_of(model, arrays)
            if not free or not output_difference(outputs_of(model, arrays), results):
                return arrays, results
            error = ValueError("twice called on the same numbers, it gives others")
        except MemoryError:
            raise
        except Exception as raised:
            error = raised
    raise error


def write_arrays(path: str, arrays: list[Any]) -> None:
    """Write arrays so that `read_arrays` gives back every bit, whatever their dtype."""
    import numpy

    packed = {}
    for index, array in enumerate(arrays):
        array = numpy.array(array.tolist(), dtype="S") if array.dtype == object else array
        packed[f"a{index}"] = array
    numpy.savez(path, **packed)


def read_arrays(path: str) -> list[Any]:
    """Return the arrays in a file, in order."""
    import numpy

    with numpy.load(path, allow_pickle=False) as file:
        return [file[f"a{index}"] for index in range(len(file.files))]


def output_difference(these: list[Any], those: list[Any]) -> str:
    """Return in a few words how two lists of arrays differ, nothing where every bit is the same."""
    import numpy

    if len(these) != len(those):
        return f"{len(these)} outputs against {len(those)}"
    for number, (one, other) in enumerate(zip(these, those, strict=True), start=1):
        one = numpy.array(one.tolist(), dtype="S") if one.dtype == object else one
        if one.shape != other.shape or one.dtype.itemsize != other.dtype.itemsize:
            return f"output {number} is {one.dtype}{one.shape} against {other.dtype}{other.shape}"
        if one.tobytes() != other.tobytes():
            return f"output {number} differs{_largest(one, other)}"
    return ""


def _largest(one: Any, other: Any) -> str:
    import numpy

    try:
        largest = numpy.nanmax(numpy.abs(one.astype("float64") - other.astype("float64")))
        return f" by up to {largest:.3g}"
    except (TypeError, ValueError):
        return ""


# The program --------------------------------------------------------------------------------------


def checks_of_script(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Run the script at `script` and compare its model with what was built: `facts`, arrays.

    The files may still be in the making when this begins: it waits for `ready` to be there.
    """
    import keras

    admit_code(request.get("code") or [])
    progress("Waiting for the model", 0.3)
    wait_for(request["ready"])
    script = Path(request["script"])
    expected = json.loads(Path(request["facts"]).read_text(encoding="utf-8"))
    progress("Running the source with Keras alone", 0.4)
    model = built(script.read_text(encoding="utf-8"), str(script))
    if not isinstance(model, keras.Model):
        raise TypeError("build_model() gives no keras.Model")
    found = facts(model, with_config=True)
    progress("Comparing outputs", 0.8)
    results = outputs_of(model, read_arrays(request["inputs"]))
    difference = output_difference(results, read_arrays(request["outputs"]))
    same_config = found.pop("config") == expected["config"]
    return {
        "checks": [
            check(
                "source_outputs",
                not difference,
                "Run by itself, the source gives the same outputs, bit for bit.",
                f"The source run by itself gives other outputs: {difference}.",
            ),
            check(
                "source_weights",
                found["weights"] == expected["weights"],
                "Its weights are the same, bit for bit.",
                "Its weights are not the same.",
            ),
            check(
                "source_config",
                same_config,
                "Keras describes both models in the same words.",
                "Keras describes the two models in different words.",
            ),
        ]
    }


def check(name: str, ok: bool, yes: str, no: str) -> dict[str, Any]:
    """Return one thing that was checked, with the sentence that is true."""
    return {"name": name, "ok": bool(ok), "detail": yes if ok else no}


def wait_for(path: str) -> None:
    """Wait until a file is there; who started this process ends it when that will never be."""
    while not os.path.exists(path):
        time.sleep(0.01)


def main() -> None:
    """Answer the request on standard input and end; end at once when the other side is gone."""
    sys.modules["composer_gui"] = None  # type: ignore[assignment]  # importing it fails
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.setrecursionlimit(RECURSION_LIMIT)
    pipe = os.dup(1)
    os.dup2(2, 1)
    request = json.loads(sys.stdin.buffer.readline())

    def send(message: dict[str, Any]) -> None:
        os.write(pipe, json.dumps(message).encode() + b"\n")

    for size in STACK_SIZES:
        try:
            threading.stack_size(size)
            threading.Thread(target=_answer, args=(request, send), daemon=True).start()
            break
        except (ValueError, RuntimeError, MemoryError):
            continue
    while sys.stdin.buffer.readline():
        pass
    os._exit(0)


def _answer(request: dict[str, Any], send: Callable[[dict[str, Any]], None]) -> None:
    def progress(text: str, part: float) -> None:
        send({"event": "progress", "text": text, "part": part})

    try:
        result = checks_of_script(request, progress)
        send({"event": "done", "result": result})
    except BaseException as error:
        traceback.print_exc()
        line = getattr(error, "line", None)
        sentence = f"The source does not run by itself: {type(error).__name__}: {error}"
        send({"event": "failed", "sentence": sentence[:2000], "next_step": "", "line": line})
    os._exit(0)


if __name__ == "__main__":
    main()
