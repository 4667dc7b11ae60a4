"""adapter-between: price from measurements, with measurements_to_64 and price_model.

Composed with Composer. Needs keras >= 3.14 and the two models in models/. Run it for a summary.
"""

from pathlib import Path

import keras
from keras import layers

MODELS = Path(__file__).parent / "models"


def build_model() -> keras.Model:
    keras.utils.set_random_seed(7)  # new layers start with the same weights every time

    measurements = keras.Input((10,), name="measurements")

    # 10 -> 64
    measurements_to_64 = keras.models.load_model(MODELS / "measurements_to_64.keras", compile=False)
    measurements_to_64.name = "measurements_to_64"

    # 32 -> 1
    price_model = keras.models.load_model(MODELS / "price_model.keras", compile=False)
    price_model.name = "price_model"

    x = measurements_to_64(measurements)
    x = layers.Dense(32, name="adapter")(x)
    price = price_model(x)

    return keras.Model(measurements, price, name="adapter_between")


if __name__ == "__main__":
    build_model().summary()
