"""stages: code from picture, with image_encoder.

Composed with Composer. Needs keras >= 3.14 and the model in models/. Run it for a summary.
"""

from pathlib import Path

import keras

MODELS = Path(__file__).parent / "models"


def build_lower(image_encoder: keras.Model) -> keras.Model:
    """lower: pooled from picture."""
    picture = keras.Input((64, 64, 3), name="picture")

    x = image_encoder.get_layer("conv2d")(picture)
    pool = image_encoder.get_layer("pool")(x)

    return keras.Model(picture, pool, name="lower")


def build_middle(image_encoder: keras.Model) -> keras.Model:
    """middle: features from pooled."""
    pooled = keras.Input((32, 32, 32), name="pooled")

    features = image_encoder.get_layer("conv2d_1")(pooled)

    return keras.Model(pooled, features, name="middle")


def build_upper(image_encoder: keras.Model) -> keras.Model:
    """upper: means from pooled."""
    pooled = keras.Input((32, 32, 32), name="pooled")

    middle = build_middle(image_encoder)

    x = middle(pooled)
    gap = image_encoder.get_layer("gap")(x)

    return keras.Model(pooled, gap, name="upper")


def build_model() -> keras.Model:
    picture = keras.Input((64, 64, 3), name="picture")

    # 5 layers of image_encoder.keras, with their weights
    image_encoder = keras.models.load_model(MODELS / "image_encoder.keras", compile=False)
    image_encoder.get_layer("conv2d").trainable = False
    image_encoder.get_layer("conv2d_1").trainable = False

    lower = build_lower(image_encoder)
    upper = build_upper(image_encoder)

    x = lower(picture)
    x = upper(x)
    code = image_encoder.get_layer("dense")(x)

    return keras.Model(picture, code, name="stages")


if __name__ == "__main__":
    build_model().summary()
