"""deep-tap: label and features from picture, with classifier.

Composed with Composer. Needs keras >= 3.14 and the model in models/. Run it for a summary.
"""

from pathlib import Path

import keras

MODELS = Path(__file__).parent / "models"


def build_classifier() -> keras.Model:
    """The layers of classifier.keras with their weights, tapped at 'image_encoder/conv2d_1'."""
    picture = keras.Input((64, 64, 3), name="picture")

    # 2 layers of classifier.keras, with their weights
    classifier = keras.models.load_model(MODELS / "classifier.keras", compile=False)
    whole_image_encoder = classifier.get_layer("image_encoder")
    image_encoder = keras.Model(
        whole_image_encoder.input,
        [whole_image_encoder.output, whole_image_encoder.get_layer("conv2d_1").output],
        name="image_encoder",
    )
    image_encoder.trainable = False

    encoded_1, conv2d_1 = image_encoder(picture)
    label = classifier.get_layer("label")(encoded_1)

    return keras.Model(picture, [label, conv2d_1], name="classifier")


def build_model() -> keras.Model:
    picture = keras.Input((64, 64, 3), name="picture")

    classifier = build_classifier()

    label, conv2d_1 = classifier(picture)
    features = keras.ops.add(conv2d_1, 0.5)

    return keras.Model(picture, {"label": label, "features": features}, name="deep_tap")


if __name__ == "__main__":
    build_model().summary()
