"""cut: pooled from features, with upper half.

Composed with Composer. Needs keras >= 3.14 and the model in models/. Run it for a summary.
"""

from pathlib import Path

import keras

MODELS = Path(__file__).parent / "models"


def build_upper_half() -> keras.Model:
    """The stretch of image_encoder.keras that ends at 'gap', with its weights."""
    pool = keras.Input((32, 32, 32), name="pool")

    # 2 layers of image_encoder.keras, with their weights
    image_encoder = keras.models.load_model(MODELS / "image_encoder.keras", compile=False)

    x = image_encoder.get_layer("conv2d_1")(pool)
    gap = image_encoder.get_layer("gap")(x)

    return keras.Model(pool, gap, name="upper_half")


def build_model() -> keras.Model:
    features = keras.Input((32, 32, 32), name="features")

    upper_half = build_upper_half()

    pooled = upper_half(features)

    return keras.Model(features, pooled, name="cut")


if __name__ == "__main__":
    build_model().summary()
