"""What we say models cost against Keras's count, TensorFlow's profiler, and the files themselves.

`profiler` is what the profiler counts by itself. It counts no `Einsum`, to which the products of
queries and keys come down in Keras's attention: `flops_ratio` compares with what it counts with
these added, `bare_ratio` without. Its LSTM is unrolled, for it goes once through a loop.
`milliseconds` is how long costs take, beside making the ghost and calling it, which a verdict takes
anyway; `again_milliseconds` the second time.

Run: python tests/benchmarks/bench_cost.py
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from measure import QUIET, ROOT, ratio, report, seconds

os.environ |= QUIET
sys.path.insert(0, str(ROOT))

# After the environment is quiet
import keras
from keras import layers

from composer_gui.core.cost import FILE_BASE, FILE_INPUT
from composer_gui.engine.keras_cost import of_model
from composer_gui.engine.keras_specs import ghosts, spec_of
from tests.profiled import profiled, with_einsum


def recurrent() -> keras.Model:
    """Return an LSTM over 20 steps with a classifier behind it."""
    given = keras.Input((20, 64))
    state = layers.LSTM(128, unroll=True)(given)
    return keras.Model(given, layers.Dense(10, activation="softmax")(state))


def encoder() -> keras.Model:
    """Return two blocks of a Transformer's encoder, 64 tokens of 256 numbers."""
    given = made = keras.Input((64, 256))
    for _ in range(2):
        seen = layers.MultiHeadAttention(8, 32)(made, made)
        made = layers.LayerNormalization()(layers.Add()([made, seen]))
        wide = layers.Dense(256)(layers.Dense(1024, activation="relu")(made))
        made = layers.LayerNormalization()(layers.Add()([made, wide]))
    return keras.Model(given, made)


MODELS = {
    "ResNet50": lambda: keras.applications.ResNet50(weights=None),
    "MobileNetV2": lambda: keras.applications.MobileNetV2(weights=None),
    "EfficientNetB0": lambda: keras.applications.EfficientNetB0(weights=None),
    "LSTM": recurrent,
    "Transformer encoder": encoder,
}


def main() -> int:
    """Compare the models; return how many are more than 3 % off or not exact in parameters."""
    off = 0
    for name, make in MODELS.items():
        model = make()
        cost = cost_of(model)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.keras"
            given = keras.Input(model.input_shape[1:])
            keras.Model(given, model(given)).save(path)  # as designs call their saved models
            size = path.stat().st_size
        bare, counted = profiled(model), with_einsum(model)
        weights = sum(weight.numpy().nbytes for weight in model.weights)
        exact = cost.weights == weights
        off += not exact or abs(cost.flops / counted - 1) > 0.03
        report(
            "cost",
            model=name,
            flops=cost.flops,
            profiler=bare,
            flops_ratio=ratio(cost.flops, counted),
            bare_ratio=ratio(cost.flops, bare),
            parameters=model.count_params(),
            weights_exact=exact,
            file_ratio=ratio(FILE_BASE + FILE_INPUT * len(model.inputs) + cost.file, size),
        )
    for name in ("ResNet50", "NASNetLarge"):
        report("cost_time", model=name, **times(name))
    return off


def cost_of(model: keras.Model):
    """Return what a model costs on its own inputs."""
    given, made = ([spec_of(x) for x in side] for side in (model.inputs, model.outputs))
    return of_model(model, given, made)


def times(name: str) -> dict[str, float]:
    """Return how long a ghost takes to make and to call on inputs, and how long its costs take."""
    make = getattr(keras.applications, name)
    found: dict[str, float] = {}

    def timed(what: str, function) -> None:
        found[what] = round(1000 * seconds(function), 2)

    with ghosts():
        made: list[keras.Model] = []
        timed("ghost_milliseconds", lambda: made.append(make(weights=None)))
        timed("milliseconds", lambda: cost_of(made[0]))
        timed("again_milliseconds", lambda: cost_of(made[0]))
        if name == "ResNet50":
            body = make(weights=None, include_top=False)
            other = keras.KerasTensor((None, 256, 256, 3))
            timed("other_sizes_call_milliseconds", lambda: body(other))
            timed("other_sizes_milliseconds", lambda: of_model(body, [spec_of(other)], []))
    return found


if __name__ == "__main__":
    sys.exit(main())
