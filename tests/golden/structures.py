"""Structures, in long lines: joined, kind and scores from sound and words.

Composed with Composer. Needs keras >= 3.14 and the two models in models/. Run it for a summary.
"""

from pathlib import Path

import keras
from keras import layers

MODELS = Path(__file__).parent / "models"


def build_model() -> keras.Model:
    keras.utils.set_random_seed(11)  # new layers start with the same weights every time

    sound = keras.Input((None, 16), name="sound")
    words = keras.Input((20,), dtype="int64", name="words")

    # ?x16, 20x8 -> 4, 3; frozen
    two_heads = keras.models.load_model(MODELS / "two_heads.keras", compile=False)
    two_heads.name = "two_heads"
    two_heads.trainable = False

    # 4, 4 -> 2, 2
    picker = keras.models.load_model(MODELS / "picker.keras", compile=False)
    picker.name = "picker"

    shared = layers.Dense(4, activation="tanh", trainable=False, name="shared")

    embedded = layers.Embedding(500, 8, mask_zero=True, name="embedded")(words)
    reader = layers.Bidirectional(
        layers.LSTM(16, return_state=True), merge_mode="sum", name="reader"
    )(embedded)
    decoder = layers.LSTM(16, name="decoder")(sound, initial_state=[reader[1], reader[2]])
    shared_output_decoder = shared(decoder)

    shared_output_reader = shared(reader[0])
    two_heads_output = two_heads([sound, embedded])
    _, q = picker({"a": two_heads_output["mask"], "b": shared_output_decoder})

    joined = layers.Concatenate(name="joined")(
        [shared_output_decoder, shared_output_reader, two_heads_output["mask"], q]
    )
    _, attention_scores = layers.MultiHeadAttention(
        num_heads=2,
        key_dim=8,
        kernel_initializer=keras.initializers.HeNormal(seed=3),
        bias_regularizer=keras.regularizers.L2(0.001),
        name="attended",
    )(sound, embedded, return_attention_scores=True)

    return keras.Model(
        [sound, words],
        {"joined": joined, "kind": two_heads_output["kind"], "scores": attention_scores},
        name="Structures_in_long_lines",
    )


if __name__ == "__main__":
    build_model().summary()
