"""Makes the saved models that the gallery's examples are composed of.

Small models with fixed seeds, never compiled, named as their makers would have named them. A file
holds no date and no address of memory, so making it again on one machine gives the same bytes.
"""

from __future__ import annotations

import io
import json
import os
import re
import secrets
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

# Building -----------------------------------------------------------------------------------------


def _feature_extractor(name: str) -> Any:
    return _functional(
        name,
        _input("photo", (28, 28, 1)),
        _layer("Conv2D", 32, 3, activation="relu", name="conv"),
        _layer("Flatten", name="flatten"),
    )


def _classifier(name: str) -> Any:
    return _functional(
        name,
        _input("features", (26 * 26 * 32,)),
        _layer("Dense", 64, activation="relu", name="hidden"),
        _layer("Dense", 10, activation="softmax", name="digit"),
    )


def _profile_branch(name: str) -> Any:
    return _functional(
        name,
        _input("profile", (100,)),
        _layer("Dense", 64, activation="relu", name="profile_features"),
    )


def _history_branch(name: str) -> Any:
    return _functional(
        name,
        _input("history", (50,)),
        _layer("Dense", 32, activation="relu", name="history_features"),
    )


def _conv_base(name: str) -> Any:
    return _functional(
        name,
        _input("photo", (28, 28, 1)),
        _layer("Conv2D", 32, 3, activation="relu", name="conv_1"),
        _layer("MaxPooling2D", name="pool_1"),
        _layer("Conv2D", 64, 3, activation="relu", name="conv_2"),
        _layer("MaxPooling2D", name="pool_2"),
    )


def _conv_head(name: str) -> Any:
    return _functional(
        name,
        _input("features", (6, 6, 64)),
        _layer("Flatten", name="flatten"),
        _layer("Dense", 10, activation="softmax", name="digit"),
    )


def _image_encoder(name: str) -> Any:
    return _functional(
        name,
        _input("photo", (64, 64, 3)),
        _layer("Conv2D", 16, 3, strides=2, activation="relu", name="conv_1"),
        _layer("MaxPooling2D", name="pool_1"),
        _layer("Conv2D", 32, 3, activation="relu", name="conv_2"),
        _layer("GlobalAveragePooling2D", name="average"),
        _layer("Dense", 128, activation="relu", name="photo_features"),
    )


def _text_encoder(name: str) -> Any:
    return _functional(
        name,
        _input("tokens", (100,), dtype="int32"),
        _layer("Embedding", 1000, 32, name="embedding"),
        _layer("LSTM", 32, name="lstm"),
        _layer("Dense", 128, activation="relu", name="text_features"),
    )


def _small_classifier(name: str) -> Any:
    return _functional(
        name,
        _input("photo", (32, 32, 3)),
        _layer("Conv2D", 16, 3, activation="relu", name="conv"),
        _layer("GlobalAveragePooling2D", name="average"),
        _layer("Dense", 10, activation="softmax", name="kind"),
    )


def _deep_classifier(name: str) -> Any:
    return _functional(
        name,
        _input("photo", (32, 32, 3)),
        _layer("Conv2D", 16, 3, activation="relu", name="conv_1"),
        _layer("BatchNormalization", name="norm_1"),
        _layer("MaxPooling2D", name="pool_1"),
        _layer("Conv2D", 32, 3, activation="relu", name="conv_2"),
        _layer("GlobalAveragePooling2D", name="average"),
        _layer("Dense", 10, activation="softmax", name="kind"),
    )


def _measurements_to_32(name: str) -> Any:
    return _sequential(
        name, _input("measurements", (10,)), _layer("Dense", 32, activation="relu", name="dense")
    )


def _measurements_to_64(name: str) -> Any:
    return _sequential(
        name, _input("measurements", (10,)), _layer("Dense", 64, activation="relu", name="dense")
    )


def _price_model(name: str) -> Any:
    return _sequential(name, _input("features", (32,)), _layer("Dense", 1, name="price"))


def _step_price_model(name: str) -> Any:
    return _sequential(
        name,
        _input("steps", (8, 4)),
        _layer("Conv1D", 8, 3, activation="relu", name="conv"),
        _layer("GlobalAveragePooling1D", name="average"),
        _layer("Dense", 1, name="price"),
    )


def _photo_extractor(name: str) -> Any:
    return _functional(
        name,
        _input("photo", (64, 64, 3)),
        _layer("Conv2D", 16, 3, activation="relu", name="conv_1"),
        _layer("BatchNormalization", name="norm_1"),
        _layer("MaxPooling2D", name="pool_1"),
        _layer("Conv2D", 32, 3, activation="relu", name="conv_2"),
        _layer("GlobalAveragePooling2D", name="average"),
    )


def _photo_classifier(name: str) -> Any:
    return _functional(
        name,
        _input("features", (32,)),
        _layer("Dense", 64, activation="relu", name="hidden"),
        _layer("Dropout", 0.2, name="dropout"),
        _layer("Dense", 5, activation="softmax", name="kind"),
    )


def _step_encoder(name: str) -> Any:
    return _functional(
        name, _input("steps", (20, 128)), _layer("LSTM", 64, return_sequences=True, name="lstm")
    )


def _step_summary(name: str) -> Any:
    return _functional(name, _input("encoded_steps", (20, 64)), _layer("LSTM", 32, name="lstm"))


def _image_features(name: str) -> Any:
    return _functional(
        name,
        _input("photo", (32, 32, 3)),
        _layer("Conv2D", 16, 3, activation="relu", name="conv"),
        _layer("MaxPooling2D", name="pool"),
        _layer("Flatten", name="flatten"),
    )


def _text_features(name: str) -> Any:
    return _functional(
        name, _input("word_counts", (100,)), _layer("Dense", 32, activation="relu", name="topics")
    )


def _first_block(name: str) -> Any:
    return _sequential(
        name,
        _input("measurements", (20,)),
        _layer("Dense", 32, activation="relu", name="dense_1"),
        _layer("Dense", 16, activation="relu", name="dense_2"),
    )


def _second_block(name: str) -> Any:
    return _sequential(
        name,
        _input("features", (16,)),
        _layer("Dense", 64, activation="relu", name="dense_1"),
        _layer("Dense", 32, activation="relu", name="dense_2"),
    )


def _signature_encoder(name: str) -> Any:
    return _functional(
        name,
        _input("signature", (28, 28, 1)),
        _layer("Conv2D", 16, 3, strides=2, activation="relu", name="conv_1"),
        _layer("Conv2D", 32, 3, strides=2, activation="relu", name="conv_2"),
        _layer("Flatten", name="flatten"),
        _layer("Dense", 32, name="signature_code"),
    )


MODELS: dict[str, Callable[[str], Any]] = {
    f"{build.__name__[1:]}.keras": build
    for build in (
        _feature_extractor,
        _classifier,
        _profile_branch,
        _history_branch,
        _conv_base,
        _conv_head,
        _image_encoder,
        _text_encoder,
        _small_classifier,
        _deep_classifier,
        _measurements_to_32,
        _measurements_to_64,
        _price_model,
        _step_price_model,
        _photo_extractor,
        _photo_classifier,
        _step_encoder,
        _step_summary,
        _image_features,
        _text_features,
        _first_block,
        _second_block,
        _signature_encoder,
    )
}
"""What builds the model of a file, by the file's name; the model is called like its file."""


def _input(name: str, shape: tuple[int | None, ...], dtype: str = "float32") -> Any:
    import keras

    return keras.Input(shape, dtype=dtype, name=name)


def _layer(class_name: str, *args: Any, **kwargs: Any) -> Any:
    import keras

    return getattr(keras.layers, class_name)(*args, **kwargs)


def _functional(name: str, inputs: Any, *layers: Any) -> Any:
    """Return a Functional model of layers in a row."""
    import keras

    result = inputs
    for layer in layers:
        result = layer(result)
    return keras.Model(inputs, result, name=name)


def _sequential(name: str, *layers: Any) -> Any:
    import keras

    return keras.Sequential(layers, name=name)


# Making files -------------------------------------------------------------------------------------


def make(
    models: Iterable[str], folder: str, progress: Callable[[str, float], None] = lambda *_: None
) -> dict[str, str]:
    """Make saved models in `folder` and return the path of each by the name of its file.

    `models` are keys of `MODELS`; `progress` is told what is at hand and how far it is, from 0 to
    1. Each file is put into place whole. Raises KeyError for an unknown name and OSError.
    """
    wanted = [(name, MODELS[name]) for name in dict.fromkeys(models)]
    os.makedirs(folder, exist_ok=True)
    made = {}
    for number, (name, build) in enumerate(wanted):
        progress(f"Making {name}", number / len(wanted))
        path = os.path.join(folder, name)
        _put(path, _reproducible(_saved(Path(name).stem, build)))
        made[name] = path
    progress("Made the saved models", 1.0)
    return made


def _saved(name: str, build: Callable[[str], Any]) -> bytes:
    """Return a model with weights that depend on its name only, as Keras saves it."""
    import keras

    keras.utils.set_random_seed(zlib.crc32(name.encode()))
    with tempfile.TemporaryDirectory(prefix="composer-") as folder:
        path = Path(folder) / "model.keras"
        build(name).save(path)
        return path.read_bytes()


def _reproducible(data: bytes) -> bytes:
    """Return a `.keras` archive without the times and addresses that Keras puts into it."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(written, "w") as archive:
        for member in sorted(given.namelist()):
            content = given.read(member)
            if member == "metadata.json":
                metadata = json.loads(content) | {"date_saved": "2026-01-01@00:00:00"}
                content = json.dumps(metadata).encode()
            elif member == "config.json":
                content = _without_addresses(content.decode()).encode()
            archive.writestr(zipfile.ZipInfo(member), content)
    return written.getvalue()


def _without_addresses(config: str) -> str:
    """Return a configuration in which shared objects are numbered as they come."""
    numbers: dict[str, int] = {}

    def number(found: re.Match) -> str:
        return f"{found[1]}{numbers.setdefault(found[2], len(numbers) + 1)}"

    return re.sub(r'("shared_object_id": )(\d+)', number, config)


def _put(path: str, data: bytes) -> None:
    """Write a file beside its place and rename it there."""
    folder, name = os.path.split(path)
    beside = os.path.join(folder, f".~{name}.{secrets.token_hex(4)}")
    try:
        with open(beside, "xb") as file:
            file.write(data)
        os.replace(beside, path)
    finally:
        if os.path.exists(beside):
            os.unlink(beside)
