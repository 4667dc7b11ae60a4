"""two-sequentials: price from measurements, with measurements_to_32 and price_model.

Composed with Composer. Needs keras >= 3.14 and the two models in models/. Run it for a summary.
"""

from pathlib import Path

import keras

MODELS = Path(__file__).parent / "models"


def build_model() -> keras.Model:
    measurements = keras.Input((10,), name="measurements")

    # 10 -> 32
    measurements_to_32 = keras.models.load_model(MODELS / "measurements_to_32.keras", compile=False)
    measurements_to_32.name = "measurements_to_32"

    # 32 -> 1
    price_model = keras.models.load_model(MODELS / "price_model.keras", compile=False)
    price_model.name = "price_model"

    x = measurements_to_32(measurements)
    price = price_model(x)

    return keras.Model(measurements, price, name="two_sequentials")


if __name__ == "__main__":
    build_model().summary()
