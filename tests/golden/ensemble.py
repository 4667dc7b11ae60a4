"""ensemble: kind from photo, with small_classifier and deep_classifier.

Composed with Composer. Needs keras >= 3.14 and the two models in models/. Run it for a summary.
"""

from pathlib import Path

import keras
from keras import layers

MODELS = Path(__file__).parent / "models"


def build_model() -> keras.Model:
    photo = keras.Input((32, 32, 3), name="photo")

    # 32x32x3 -> 10
    small_classifier = keras.models.load_model(MODELS / "small_classifier.keras", compile=False)
    small_classifier.name = "small_classifier"

    # 32x32x3 -> 10
    deep_classifier = keras.models.load_model(MODELS / "deep_classifier.keras", compile=False)
    deep_classifier.name = "deep_classifier"

    vote = layers.Average(name="vote")([small_classifier(photo), deep_classifier(photo)])

    return keras.Model(photo, vote, name="ensemble")


if __name__ == "__main__":
    build_model().summary()
