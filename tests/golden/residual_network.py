"""small-resnet: label from image.

Composed with Composer. Needs keras >= 3.14. Run it for a summary.
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    keras.utils.set_random_seed(7)  # new layers start with the same weights every time

    image = keras.Input((32, 32, 3), name="image")

    stem = layers.Conv2D(16, 3, padding="same", name="stem")(image)

    x = layers.Conv2D(16, 3, padding="same", use_bias=False, name="conv2d")(stem)
    x = layers.BatchNormalization(name="batch_normalization")(x)
    x = layers.ReLU(name="re_lu")(x)
    x = layers.Conv2D(16, 3, padding="same", use_bias=False, name="conv2d_1")(x)
    x = layers.BatchNormalization(name="batch_normalization_1")(x)
    x = layers.Add(name="add")([stem, x])
    x = layers.ReLU(name="re_lu_1")(x)

    widen = layers.Conv2D(32, 1, name="widen")(x)

    x = layers.Conv2D(32, 3, padding="same", use_bias=False, name="conv2d_2")(x)
    x = layers.BatchNormalization(name="batch_normalization_2")(x)
    x = layers.ReLU(name="re_lu_2")(x)
    x = layers.Conv2D(32, 3, padding="same", use_bias=False, name="conv2d_3")(x)
    x = layers.BatchNormalization(name="batch_normalization_3")(x)

    x = layers.Add(name="add_1")([widen, x])
    x = layers.ReLU(name="re_lu_3")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    label = layers.Dense(10, activation="softmax", name="label")(x)

    return keras.Model(image, label, name="small_resnet")


if __name__ == "__main__":
    build_model().summary()
