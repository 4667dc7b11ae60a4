"""chain: digit from photo, with feature_extractor and classifier.

Composed with Composer. Needs keras >= 3.14 and the two models in models/. Run it for a summary.
"""

from pathlib import Path

import keras

MODELS = Path(__file__).parent / "models"


def build_model() -> keras.Model:
    photo = keras.Input((28, 28, 1), name="photo")

    # 28x28x1 -> 21632
    feature_extractor = keras.models.load_model(MODELS / "feature_extractor.keras", compile=False)
    feature_extractor.name = "feature_extractor"

    # 21632 -> 10
    classifier = keras.models.load_model(MODELS / "classifier.keras", compile=False)
    classifier.name = "classifier"

    features = feature_extractor(photo)
    digit = classifier(features)

    return keras.Model(photo, digit, name="chain")


if __name__ == "__main__":
    build_model().summary()
