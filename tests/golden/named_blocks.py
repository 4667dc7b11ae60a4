"""small-resnet, blocks named: label from image.

Composed with Composer. Needs keras >= 3.14. Run it for a summary.
"""

import keras
from keras import layers


def residual_block(x, filters, name):
    """Eight layers with a skip around them, in four places of the model."""
    y = layers.Conv2D(filters, 1, padding="same", name=f"{name}_skip")(x)
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"{name}_conv1")(x)
    x = layers.BatchNormalization(name=f"{name}_bn1")(x)
    x = layers.ReLU(name=f"{name}_relu1")(x)
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"{name}_conv2")(x)
    x = layers.BatchNormalization(name=f"{name}_bn2")(x)
    y = layers.Add(name=f"{name}_add")([y, x])
    return layers.ReLU(name=f"{name}_out")(y)


def build_model() -> keras.Model:
    keras.utils.set_random_seed(7)  # new layers start with the same weights every time

    image = keras.Input((32, 32, 3), name="image")

    stem = layers.Conv2D(16, 3, padding="same", name="stem")(image)
    x = residual_block(stem, 16, name="block1")
    x = residual_block(x, 16, name="block2")
    x = residual_block(x, 32, name="block3")
    x = residual_block(x, 32, name="block4")
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    label = layers.Dense(10, name="label")(x)

    return keras.Model(image, label, name="small_resnet_blocks_named")


if __name__ == "__main__":
    build_model().summary()
