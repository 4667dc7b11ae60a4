"""functional-mlp: category from features.

Composed with Composer. Needs keras >= 3.14. Run it for a summary.
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    keras.utils.set_random_seed(7)  # new layers start with the same weights every time

    features = keras.Input((10,), name="features")

    hidden = layers.Dense(64, activation="relu", name="hidden")(features)
    class_scores = layers.Dense(10, activation="softmax", name="class_scores")(hidden)

    return keras.Model(features, class_scores, name="functional_mlp")


if __name__ == "__main__":
    build_model().summary()
