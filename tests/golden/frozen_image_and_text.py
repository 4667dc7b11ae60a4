"""frozen-image-and-text: category from photo and word_counts.

Composed with Composer. Needs keras >= 3.14 and the two models in models/. Run it for a summary.
"""

from pathlib import Path

import keras
from keras import layers

MODELS = Path(__file__).parent / "models"


def build_model() -> keras.Model:
    keras.utils.set_random_seed(7)  # new layers start with the same weights every time

    photo = keras.Input((32, 32, 3), name="photo")
    word_counts = keras.Input((100,), name="word_counts")

    # 32x32x3 -> 3600; frozen
    image_features = keras.models.load_model(MODELS / "image_features.keras", compile=False)
    image_features.name = "image_features"
    image_features.trainable = False

    # 100 -> 32; frozen
    text_features = keras.models.load_model(MODELS / "text_features.keras", compile=False)
    text_features.name = "text_features"
    text_features.trainable = False

    joined = layers.Concatenate(name="joined")([image_features(photo), text_features(word_counts)])
    head = layers.Dense(64, activation="relu", name="head")(joined)
    class_scores = layers.Dense(10, activation="softmax", name="class_scores")(head)

    return keras.Model([photo, word_counts], class_scores, name="frozen_image_and_text")


if __name__ == "__main__":
    build_model().summary()
