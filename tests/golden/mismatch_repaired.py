"""mismatch-repaired: digit from photo, with conv_base and conv_head.

Composed with Composer. Needs keras >= 3.14 and the two models in models/. Run it for a summary.
"""

from pathlib import Path

import keras
from keras import layers

MODELS = Path(__file__).parent / "models"


def build_model() -> keras.Model:
    photo = keras.Input((28, 28, 1), name="photo")

    # 28x28x1 -> 5x5x64
    conv_base = keras.models.load_model(MODELS / "conv_base.keras", compile=False)
    conv_base.name = "conv_base"

    # 6x6x64 -> 10
    conv_head = keras.models.load_model(MODELS / "conv_head.keras", compile=False)
    conv_head.name = "conv_head"

    x = conv_base(photo)
    x = layers.ZeroPadding2D(padding=((0, 1), (0, 1)), name="one_more_row")(x)
    digit = conv_head(x)

    return keras.Model(photo, digit, name="mismatch_repaired")


if __name__ == "__main__":
    build_model().summary()
