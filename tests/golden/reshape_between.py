"""reshape-between: price from measurements, with measurements_to_32 and step_price_model.

Composed with Composer. Needs keras >= 3.14 and the two models in models/. Run it for a summary.
"""

from pathlib import Path

import keras
from keras import layers

MODELS = Path(__file__).parent / "models"


def build_model() -> keras.Model:
    measurements = keras.Input((10,), name="measurements")

    # 10 -> 32
    measurements_to_32 = keras.models.load_model(MODELS / "measurements_to_32.keras", compile=False)
    measurements_to_32.name = "measurements_to_32"

    # 8x4 -> 1
    step_price_model = keras.models.load_model(MODELS / "step_price_model.keras", compile=False)
    step_price_model.name = "step_price_model"

    x = measurements_to_32(measurements)
    x = layers.Reshape((8, 4), name="as_steps")(x)
    price = step_price_model(x)

    return keras.Model(measurements, price, name="reshape_between")


if __name__ == "__main__":
    build_model().summary()
