"""A step of training shows whether what is frozen stays as it is, and what is not moves."""

import keras
import numpy
import pytest
from keras import layers

from composer_gui.engine.proof_training import NotTried, checks

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def model(*, frozen=(), outputs=("score",)):
    """Two convolutions with a normalization between them and two heads."""
    x = keras.Input((8, 8, 3), name="image")
    y = layers.Conv2D(4, 3, name="conv")(x)
    y = layers.BatchNormalization(name="bn")(y)
    y = layers.Dropout(0.5, name="dropout")(y)
    y = layers.GlobalAveragePooling2D(name="pool")(layers.Conv2D(4, 3, name="last")(y))
    heads = {
        "score": layers.Dense(1, name="score")(y),
        "kind": keras.ops.argmax(layers.Dense(3, name="kind")(y), axis=-1),
    }
    made = keras.Model(x, {name: heads[name] for name in outputs})
    for name in frozen:
        made.get_layer(name).trainable = False
    return made


def test_what_is_frozen_stays_and_what_is_not_moves():
    (found,), _ = checks(model(frozen=("conv", "bn")))
    assert found["ok"]
    assert found["detail"] == (
        "A training step left all 128 frozen weights as they were, and moved others."
    )


def test_statistics_of_a_normalization_that_is_not_frozen_may_move():
    made = model(frozen=("conv",))
    before = numpy.array(made.get_layer("bn").moving_mean)
    (found,), _ = checks(made)
    assert found["ok"]
    assert not numpy.array_equal(before, made.get_layer("bn").moving_mean)


def test_a_frozen_weight_that_moves_is_named():
    """A layer that alters its own weights does so however frozen it is."""

    class Counter(layers.Layer):
        def build(self, shape):
            self.count = self.add_weight(shape=(), name="count", trainable=False)

        def call(self, x, training=False):
            if training:
                self.count.assign_add(1.0)
            return x

    x = keras.Input((4,))
    made = keras.Model(x, layers.Dense(2)(Counter(name="counter")(x)))
    made.get_layer("counter").trainable = False
    (found,), _ = checks(made)
    assert not found["ok"]
    assert found["detail"] == "A training step changed frozen weights: counter/count."


def test_with_everything_frozen_there_is_nothing_to_train():
    made = model(frozen=("conv", "bn", "last", "score"))
    (found,), _ = checks(made)
    assert found["ok"] and found["detail"].endswith("; there is nothing else.")


def test_outputs_of_whole_numbers_are_left_out():
    (found,), _ = checks(model(frozen=("conv", "bn"), outputs=("kind", "score")))
    assert found["ok"]
    with pytest.raises(NotTried, match="no output of it is of real numbers"):
        checks(model(frozen=("conv", "bn"), outputs=("kind",)))


def test_weights_that_nothing_can_be_learnt_for_are_no_failure():
    x = keras.Input((4,))
    y = keras.ops.stop_gradient(layers.Dense(3)(x))
    with pytest.raises(NotTried, match="No gradients"):
        checks(keras.Model(x, y))


def dead():
    """A model whose output is always zero, whatever its weights are."""
    x = keras.Input((4,))
    y = layers.Dense(3, name="kept", trainable=False)(x)
    y = layers.Dense(2, bias_initializer=keras.initializers.Constant(-9), name="head")(y)
    return keras.Model(x, layers.ReLU()(y))


def unused():
    """A model whose head has weights of which nothing is seen in the output."""
    x = keras.Input((4,))
    y = layers.Dense(3, name="kept", trainable=False)(x)
    return keras.Model(x, layers.Dense(2, name="head")(y) * 0.0)


@pytest.mark.parametrize("make", [dead, unused])
def test_weights_that_do_not_move_are_odd_and_no_failure(make):
    (found,), (odd,) = checks(make())
    assert found["ok"]
    assert found["detail"] == "A training step left all 15 frozen weights as they were."
    assert odd.startswith("5 training steps moved nothing, though 8 weights are not frozen: no ")


def test_a_frozen_statistic_that_moves_is_an_error_where_nothing_can_be_learnt():
    """A step that comes to no end has called the layers all the same."""

    class Stubborn(layers.BatchNormalization):
        def call(self, x, training=None):
            if training:
                self.moving_mean.assign_add(self.moving_mean + 1.0)
            return super().call(x, training=False)

    x = keras.Input((4,))
    y = Stubborn(name="norm", trainable=False)(layers.Dense(3)(x))
    (found,), _ = checks(keras.Model(x, keras.ops.stop_gradient(y)))
    assert not found["ok"]
    assert found["detail"] == "A training step changed frozen weights: norm/moving_mean."


def test_models_of_every_kind_take_a_step():
    """Text, lists of inputs, mixed precision and states: a step takes what the model takes."""
    words = keras.Input((5,), dtype="string", name="words")
    steps = keras.Input((None, 3), name="steps")
    tokens = layers.StringLookup(vocabulary=["a", "dog"], name="lookup")(words)
    table = layers.Embedding(9, 4, mask_zero=True, name="table")(tokens)
    one = layers.LSTM(4, dtype="mixed_float16", name="lstm")(table)
    two, *rest = layers.GRU(4, return_state=True, name="gru")(steps)
    made = keras.Model([words, steps], [layers.Add()([one, two]), *rest])
    made.get_layer("lstm").trainable = False
    (found,), _ = checks(made)
    assert found["ok"] and "and moved others" in found["detail"]


def test_a_step_that_keras_cannot_take_says_why():
    x = keras.Input((4, 4), name="x")

    class Broken(layers.Layer):
        def call(self, x, training=False):
            if training:
                raise ValueError("only for looking")
            return x

    with pytest.raises(NotTried, match="only for looking"):
        checks(keras.Model(x, Broken()(layers.Dense(2)(x))))
