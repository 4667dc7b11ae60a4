"""residual-repaired: result from features.

Composed with Composer. Needs keras >= 3.14. Run it for a summary.
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    keras.utils.set_random_seed(7)  # new layers start with the same weights every time

    features = keras.Input((10,), name="features")

    projection = layers.Dense(64, name="projection")(features)
    hidden = layers.Dense(64, activation="relu", name="hidden")(features)
    sum_ = layers.Add(name="sum")([projection, hidden])

    return keras.Model(features, sum_, name="residual_repaired")


if __name__ == "__main__":
    build_model().summary()
