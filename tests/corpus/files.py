"""The saved models that designs of the corpus use."""

import keras

layers = keras.layers


def make_models(folder):
    """Save the models in a folder; return their paths by name."""
    keras.utils.set_random_seed(4)
    made = (_head, _photos, _conv_head, _reader, _sentences, _pair, _twins, _named, _stack)
    found = {}
    for make in made:
        name = make.__name__[1:]
        found[name] = folder / f"{name}.keras"
        make(name).save(found[name])
    return found


def _head(name):
    x = keras.Input((8,), name="features")
    hidden = layers.Dense(4, activation="relu", name="hidden")(x)
    return keras.Model(x, layers.Dense(2, name="score")(hidden), name=name)


def _photos(name):
    x = keras.Input((16, 16, 3), name="photo")
    y = layers.Conv2D(4, 3, name="conv")(x)
    y = layers.BatchNormalization(name="norm")(y)
    y = layers.GlobalAveragePooling2D(name="pool")(y)
    return keras.Model(x, layers.Dense(5, name="features")(y), name=name)


def _conv_head(name):
    x = keras.Input((6, 6, 64), name="features")
    y = layers.Flatten(name="flat")(x)
    return keras.Model(x, layers.Dense(3, name="score")(y), name=name)


def _reader(name):
    x = keras.Input((10,), dtype="int32", name="tokens")
    y = layers.Embedding(9, 4, name="table")(x)
    return keras.Model(x, layers.LSTM(4, name="read")(y), name=name)


def _sentences(name):
    x = keras.Input((1,), dtype="string", name="text")
    y = layers.TextVectorization(
        vocabulary=["good", "bad"], output_sequence_length=5, name="tokens"
    )(x)
    y = layers.Embedding(4, 6, name="table")(y)
    return keras.Model(x, layers.GlobalAveragePooling1D(name="mean")(y), name=name)


def _pair(name):
    left, right = keras.Input((4,), name="left"), keras.Input((6,), name="right")
    both = layers.Concatenate(name="both")([left, right])
    return keras.Model([left, right], layers.Dense(2, name="score")(both), name=name)


def _twins(name):
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    difference = layers.Subtract(name="difference")([a, b])
    return keras.Model([a, b], layers.Dense(2, name="score")(difference), name=name)


def _named(name):
    inputs = {"first": keras.Input((4,), name="first"), "second": keras.Input((6,), name="second")}
    both = layers.Concatenate(name="both")([inputs["first"], inputs["second"]])
    return keras.Model(inputs, layers.Dense(2, name="score")(both), name=name)


def _stack(name):
    return keras.Sequential(
        [keras.Input((None, 4)), layers.LSTM(6, name="read"), layers.Dense(2, name="score")],
        name=name,
    )
