"""opened: dense from picture, with image_encoder.

Composed with Composer. Needs keras >= 3.14 and the model in models/. Run it for a summary.
"""

from pathlib import Path

import keras
from keras import layers

MODELS = Path(__file__).parent / "models"


def build_model() -> keras.Model:
    keras.utils.set_random_seed(7)  # new layers start with the same weights every time

    picture = keras.Input((64, 64, 3), name="picture")

    # 4 layers of image_encoder.keras, with their weights
    image_encoder = keras.models.load_model(MODELS / "image_encoder.keras", compile=False)
    image_encoder.get_layer("conv2d_1").trainable = False

    # "conv2d" of image_encoder.keras with its weights: activation "relu" became "gelu"
    conv2d = layers.Conv2D(32, 3, padding="same", activation="gelu", name="conv2d")

    x = conv2d(picture)
    conv2d.set_weights(image_encoder.get_layer("conv2d").get_weights())
    x = image_encoder.get_layer("pool")(x)
    x = image_encoder.get_layer("conv2d_1")(x)
    x = image_encoder.get_layer("gap")(x)
    # Replaces "dense" of image_encoder.keras: units 128 became 10, so its weights start anew
    dense = layers.Dense(10, name="dense")(x)

    return keras.Model(picture, dense, name="opened")


if __name__ == "__main__":
    build_model().summary()
