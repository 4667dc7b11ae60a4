"""siamese: same_hand from known and questioned, with signature_encoder.

Composed with Composer. Needs keras >= 3.14 and the model in models/. Run it for a summary.
"""

from pathlib import Path

import keras
from keras import layers

MODELS = Path(__file__).parent / "models"


def build_model() -> keras.Model:
    keras.utils.set_random_seed(7)  # new layers start with the same weights every time

    known = keras.Input((28, 28, 1), name="known")
    questioned = keras.Input((28, 28, 1), name="questioned")

    # 28x28x1 -> 32
    signature_encoder = keras.models.load_model(MODELS / "signature_encoder.keras", compile=False)
    signature_encoder.name = "signature_encoder"

    encoded_known = signature_encoder(known)
    encoded_questioned = signature_encoder(questioned)

    difference = layers.Subtract(name="difference")([encoded_known, encoded_questioned])
    squared = layers.Multiply(name="squared")([difference, difference])
    score = layers.Dense(1, activation="sigmoid", name="score")(squared)

    return keras.Model([known, questioned], score, name="siamese")


if __name__ == "__main__":
    build_model().summary()
