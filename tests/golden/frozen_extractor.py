"""frozen-extractor: kind from photo, with photo_extractor and photo_classifier.

Composed with Composer. Needs keras >= 3.14 and the two models in models/. Run it for a summary.
"""

from pathlib import Path

import keras

MODELS = Path(__file__).parent / "models"


def build_model() -> keras.Model:
    photo = keras.Input((64, 64, 3), name="photo")

    # 64x64x3 -> 32; frozen
    photo_extractor = keras.models.load_model(MODELS / "photo_extractor.keras", compile=False)
    photo_extractor.name = "photo_extractor"
    photo_extractor.trainable = False

    # 32 -> 5
    photo_classifier = keras.models.load_model(MODELS / "photo_classifier.keras", compile=False)
    photo_classifier.name = "photo_classifier"

    features = photo_extractor(photo)
    kind = photo_classifier(features)

    return keras.Model(photo, kind, name="frozen_extractor")


if __name__ == "__main__":
    build_model().summary()
