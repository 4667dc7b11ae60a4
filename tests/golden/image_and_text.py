"""image-and-text: match from photo and caption, with image_encoder and text_encoder.

Composed with Composer. Needs keras >= 3.14 and the two models in models/. Run it for a summary.
"""

from pathlib import Path

import keras
from keras import layers

MODELS = Path(__file__).parent / "models"


def build_model() -> keras.Model:
    keras.utils.set_random_seed(7)  # new layers start with the same weights every time

    photo = keras.Input((64, 64, 3), name="photo")
    caption = keras.Input((100,), dtype="int32", name="caption")

    # 64x64x3 -> 128
    image_encoder = keras.models.load_model(MODELS / "image_encoder.keras", compile=False)
    image_encoder.name = "image_encoder"

    # 100 int32 -> 128
    text_encoder = keras.models.load_model(MODELS / "text_encoder.keras", compile=False)
    text_encoder.name = "text_encoder"

    fusion = layers.Concatenate(name="fusion")([image_encoder(photo), text_encoder(caption)])
    head = layers.Dense(64, activation="relu", name="head")(fusion)
    score = layers.Dense(1, activation="sigmoid", name="score")(head)

    return keras.Model([photo, caption], score, name="image_and_text")


if __name__ == "__main__":
    build_model().summary()
