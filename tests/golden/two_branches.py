"""two-branches: purchase from profile and history, with profile_branch and history_branch.

Composed with Composer. Needs keras >= 3.14 and the two models in models/. Run it for a summary.
"""

from pathlib import Path

import keras
from keras import layers

MODELS = Path(__file__).parent / "models"


def build_model() -> keras.Model:
    keras.utils.set_random_seed(7)  # new layers start with the same weights every time

    profile = keras.Input((100,), name="profile")
    history = keras.Input((50,), name="history")

    # 100 -> 64
    profile_branch = keras.models.load_model(MODELS / "profile_branch.keras", compile=False)
    profile_branch.name = "profile_branch"

    # 50 -> 32
    history_branch = keras.models.load_model(MODELS / "history_branch.keras", compile=False)
    history_branch.name = "history_branch"

    joined = layers.Concatenate(name="joined")([profile_branch(profile), history_branch(history)])
    score = layers.Dense(1, activation="sigmoid", name="score")(joined)

    return keras.Model([profile, history], score, name="two_branches")


if __name__ == "__main__":
    build_model().summary()
