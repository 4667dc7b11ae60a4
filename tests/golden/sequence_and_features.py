"""sequence-and-features: rating from tokens and features.

Composed with Composer. Needs keras >= 3.14. Run it for a summary.
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    keras.utils.set_random_seed(7)  # new layers start with the same weights every time

    tokens = keras.Input((200,), dtype="int32", name="tokens")
    features = keras.Input((10,), name="features")

    x = layers.Embedding(1000, 64, name="embedding")(tokens)
    x = layers.LSTM(64, name="reading")(x)
    text_features = layers.Dense(128, activation="relu", name="text_features")(x)

    plain_features = layers.Dense(128, activation="relu", name="plain_features")(features)

    joined = layers.Concatenate(name="joined")([text_features, plain_features])
    head = layers.Dense(64, activation="relu", name="head")(joined)
    estimate = layers.Dense(1, name="estimate")(head)

    return keras.Model([tokens, features], estimate, name="sequence_and_features")


if __name__ == "__main__":
    build_model().summary()
