"""two-heads: kind and mask from picture, with backbone.

Composed with Composer. Needs keras >= 3.14 and the model in models/. Run it for a summary.
"""

from pathlib import Path

import keras
from keras import layers

MODELS = Path(__file__).parent / "models"


def build_model() -> keras.Model:
    keras.utils.set_random_seed(7)  # new layers start with the same weights every time

    picture = keras.Input((64, 64, 3), name="picture")

    # 64x64x3 -> 32x32x64, 64; tapped at "conv2d_1", "gap"; frozen
    image_encoder = keras.models.load_model(MODELS / "image_encoder.keras", compile=False)
    backbone = keras.Model(
        image_encoder.input,
        [image_encoder.get_layer("conv2d_1").output, image_encoder.get_layer("gap").output],
        name="backbone",
    )
    backbone.trainable = False

    conv2d_1, gap = backbone(picture)
    # Replaces "dense" of image_encoder.keras: units 128 became 10, so its weights start anew
    kind = layers.Dense(10, activation="softmax", name="kind")(gap)
    mask = layers.Conv2D(1, 1, activation="sigmoid", name="mask")(conv2d_1)

    return keras.Model(picture, {"kind": kind, "mask": mask}, name="two_heads")


if __name__ == "__main__":
    build_model().summary()
