"""Takes one training step with a model that was built, and looks at what it moved.

The step is taken with a copy of the graph around the same layers, when nothing needs the weights
as they were any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from composer_gui.core.refused import clean
from composer_gui.core.wording import listed
from composer_gui.engine import keras_facts
from composer_gui.engine.keras_facts import check
from composer_gui.engine.keras_inside import leaves

TRIES = 5
"""Steps with other random data, at most, until something trainable moves: a ReLU may be dead."""

MOST_NAMED = 3


class NotTried(Exception):
    """A step that could not be taken; the text says why."""


def checks(model: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """Return what one step of training shows, and what is odd about it, in sentences.

    What is frozen has to stay as it is. That nothing else moves is odd and may be meant. Only
    outputs of real numbers are trained. Raises NotTried where Keras cannot do it, as where no
    weight has any way to learn from an output.
    """
    frozen = frozen_weights(model)
    trainable = list(model.trainable_weights)
    before = _digests([*frozen.values(), *trainable])

    def moved(weights: Iterable[Any]) -> list[Any]:
        return [weight for weight in weights if before[id(weight)] != digest(weight)]

    has_moved = False
    for number in range(TRIES if trainable else 1):
        failure = _step(model, number)
        changed = {id(weight) for weight in moved(frozen.values())}
        if changed:
            return [_frozen_moved([x for x, w in frozen.items() if id(w) in changed])], []
        if failure is not None:
            raise failure
        has_moved = bool(moved(trainable))
        if has_moved:
            break
    odd = [_nothing_moved(trainable)] if trainable and not has_moved else []
    return [check("training", True, _fine(frozen, trainable, has_moved), "")], odd


def frozen_weights(model: Any) -> dict[str, Any]:
    """Return the weights of the layers that do not train, statistics among them, by their names.

    What a model inside says of itself is left out: Keras goes by the layers in it.
    """
    found: dict[int, tuple[str, Any]] = {}
    for _, layer in leaves(model):
        if not layer.trainable:
            for weight in layer.weights:
                found.setdefault(id(weight), (f"{layer.name}/{weight.name}", weight))
    named: dict[str, Any] = {}
    for name, weight in found.values():
        unique, number = name, 1
        while unique in named:
            number += 1
            unique = f"{name} ({number})"
        named[unique] = weight
    return named


def _step(model: Any, number: int) -> NotTried | None:
    """Take one step on random data; return why it could not be taken to its end."""
    import keras
    import numpy

    random = numpy.random.default_rng(keras_facts.SEED + number)
    real = [tensor for tensor in model.outputs if "float" in str(tensor.dtype)]
    if not real:
        return NotTried("no output of it is of real numbers")
    try:
        trained = keras.Model(model.inputs, real)
        arrays, results = keras_facts.try_out(trained, seed=keras_facts.SEED + number)
        given = [
            keras.ops.convert_to_tensor(array, dtype=tensor.dtype)
            for array, tensor in zip(arrays, model.inputs, strict=True)
        ]
        wanted = [random.normal(size=result.shape).astype("float32") for result in results]
        trained.compile(
            optimizer=keras.optimizers.Adam(0.01),  # moves whatever has a slope, however slight
            loss=["mse"] * len(real),
            run_eagerly=True,
            jit_compile=False,
            auto_scale_loss=False,
        )
        trained.train_on_batch(given, wanted)
    except MemoryError:
        raise
    except Exception as error:
        text = " ".join(clean(str(error)).split())[:300]
        return NotTried(text.rstrip(".") or type(error).__name__)
    return None


def _digests(weights: Iterable[Any]) -> dict[int, bytes]:
    return {id(weight): digest(weight) for weight in weights}


def digest(weight: Any) -> bytes:
    """Return a fingerprint of a weight's shape and values."""
    import keras
    import numpy

    array = numpy.ascontiguousarray(keras.ops.convert_to_numpy(weight))
    return fingerprint(array)


def fingerprint(array: Any) -> bytes:
    """Return a fingerprint of an array's shape and values."""
    found = hashlib.blake2b(str(array.shape).encode(), digest_size=16)
    found.update(array.tobytes())
    return found.digest()


# Sentences --------------------------------------------------------------------------------------


def _fine(frozen: dict[str, Any], trainable: list[Any], has_moved: bool) -> str:
    if not frozen:
        return "A training step was taken; nothing is frozen."
    count = sum(keras_facts.size_of(weight) for weight in frozen.values())
    stayed = f"A training step left all {count:,} frozen weights as they were"
    if not trainable:
        return f"{stayed}; there is nothing else."
    return f"{stayed}, and moved others." if has_moved else f"{stayed}."


def _frozen_moved(names: list[str]) -> dict[str, Any]:
    shown = listed(names[:MOST_NAMED])
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return check("training", False, "", f"A training step changed frozen weights: {shown}{more}.")


def _nothing_moved(trainable: list[Any]) -> str:
    count = sum(keras_facts.size_of(weight) for weight in trainable)
    return (
        f"{TRIES} training steps moved nothing, though {count:,} weights are not frozen: no output "
        "seems to depend on them. If they are meant to learn, look at what lies behind them."
    )
