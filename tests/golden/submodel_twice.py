"""submodel-twice: good and bad from query, good and bad, with image_encoder.

Composed with Composer. Needs keras >= 3.14 and the model in models/. Run it for a summary.
"""

from pathlib import Path

import keras
from keras import layers

MODELS = Path(__file__).parent / "models"


def build_comparator() -> keras.Model:
    """comparator: likeness from left and right."""
    left = keras.Input((128,), name="left")
    right = keras.Input((128,), name="right")

    distance = layers.Subtract(name="distance")([left, right])
    likeness = layers.Dense(1, name="likeness")(distance)

    return keras.Model([left, right], likeness, name="comparator")


def build_model() -> keras.Model:
    keras.utils.set_random_seed(7)  # new layers start with the same weights every time

    query = keras.Input((64, 64, 3), name="query")
    good = keras.Input((64, 64, 3), name="good")
    bad = keras.Input((64, 64, 3), name="bad")

    # 64x64x3 -> 128; frozen
    image_encoder = keras.models.load_model(MODELS / "image_encoder.keras", compile=False)
    image_encoder.name = "image_encoder"
    image_encoder.trainable = False

    comparator = build_comparator()

    encoded_query = image_encoder(query)
    encoded_good = image_encoder(good)
    good_likeness = comparator([encoded_query, encoded_good])

    encoded_bad = image_encoder(bad)
    bad_likeness = comparator([encoded_query, encoded_bad])

    return keras.Model(
        [query, good, bad], {"good": good_likeness, "bad": bad_likeness}, name="submodel_twice"
    )


if __name__ == "__main__":
    build_model().summary()
