"""three-copies: shape from front, side and back, with encoder, encoder_1 and encoder_2.

Composed with Composer. Needs keras >= 3.14 and the model in models/. Run it for a summary.
"""

from pathlib import Path

import keras
from keras import layers

MODELS = Path(__file__).parent / "models"


def build_model() -> keras.Model:
    keras.utils.set_random_seed(7)  # new layers start with the same weights every time

    front = keras.Input((64, 64, 3), name="front")
    side = keras.Input((64, 64, 3), name="side")
    back = keras.Input((64, 64, 3), name="back")

    # 64x64x3 -> 128
    encoder = keras.models.load_model(MODELS / "image_encoder.keras", compile=False)
    encoder.name = "encoder"

    # 64x64x3 -> 128
    encoder_1 = keras.models.load_model(MODELS / "image_encoder.keras", compile=False)
    encoder_1.name = "encoder_1"

    # 64x64x3 -> 128
    encoder_2 = keras.models.load_model(MODELS / "image_encoder.keras", compile=False)
    encoder_2.name = "encoder_2"

    views = layers.Concatenate(name="views")([encoder(front), encoder_1(side), encoder_2(back)])
    shape = layers.Dense(8, name="shape")(views)

    return keras.Model([front, side, back], shape, name="three_copies")


if __name__ == "__main__":
    build_model().summary()
