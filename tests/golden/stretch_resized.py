"""stretch-resized: pooled from picture, with features.

Composed with Composer. Needs keras >= 3.14 and the model in models/. Run it for a summary.
"""

from fnmatch import fnmatchcase
from pathlib import Path

import keras

MODELS = Path(__file__).parent / "models"


def freeze(model, *patterns, path=""):
    """Freeze the layers whose path, name or class fits a pattern; "!" before one thaws them."""
    for layer in model.layers:
        here = f"{path}{layer.name}"
        if type(layer).__name__ in ("Functional", "Sequential"):
            freeze(layer, *patterns, path=f"{here}/")
            continue
        names = (here, layer.name, type(layer).__name__)
        fitting = [p for p in patterns if any(fnmatchcase(n, p.removeprefix("!")) for n in names)]
        is_meant = fitting and not fitting[-1].startswith("!")
        if is_meant or not layer.trainable:  # once loaded, what lies in a frozen layer trains
            for part in layer._flatten_layers():
                part.trainable = False


def build_model() -> keras.Model:
    picture = keras.Input((96, 96, 3), name="picture")

    # 96x96x3; saved for 64x64x3; ends at "gap"; frozen: "conv2d*", "!conv2d_1"
    image_encoder = keras.models.load_model(MODELS / "image_encoder.keras", compile=False)
    features = keras.Model(
        image_encoder.input, image_encoder.get_layer("gap").output, name="features"
    )
    features = keras.models.clone_model(
        features,
        input_tensors=keras.Input((96, 96, 3), name="picture"),
        clone_function=lambda layer: layer,
    )
    freeze(features, "conv2d*", "!conv2d_1")

    pooled = features(picture)

    return keras.Model(picture, pooled, name="stretch_resized")


if __name__ == "__main__":
    build_model().summary()
