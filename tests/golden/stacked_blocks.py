"""stacked-blocks: category from measurements, with first_block and second_block.

Composed with Composer. Needs keras >= 3.14 and the two models in models/. Run it for a summary.
"""

from pathlib import Path

import keras
from keras import layers

MODELS = Path(__file__).parent / "models"


def build_model() -> keras.Model:
    keras.utils.set_random_seed(7)  # new layers start with the same weights every time

    measurements = keras.Input((20,), name="measurements")

    # 20 -> 16
    first_block = keras.models.load_model(MODELS / "first_block.keras", compile=False)
    first_block.name = "first_block"

    # 16 -> 32
    second_block = keras.models.load_model(MODELS / "second_block.keras", compile=False)
    second_block.name = "second_block"

    x = first_block(measurements)
    x = second_block(x)
    class_scores = layers.Dense(10, activation="softmax", name="class_scores")(x)

    return keras.Model(measurements, class_scores, name="stacked_blocks")


if __name__ == "__main__":
    build_model().summary()
