"""recurrent-pair: summary from steps, with step_encoder and step_summary.

Composed with Composer. Needs keras >= 3.14 and the two models in models/. Run it for a summary.
"""

from pathlib import Path

import keras

MODELS = Path(__file__).parent / "models"


def build_model() -> keras.Model:
    steps = keras.Input((20, 128), name="steps")

    # 20x128 -> 20x64; frozen
    step_encoder = keras.models.load_model(MODELS / "step_encoder.keras", compile=False)
    step_encoder.name = "step_encoder"
    step_encoder.trainable = False

    # 20x64 -> 32
    step_summary = keras.models.load_model(MODELS / "step_summary.keras", compile=False)
    step_summary.name = "step_summary"

    encoded = step_encoder(steps)
    summary = step_summary(encoded)

    return keras.Model(steps, summary, name="recurrent_pair")


if __name__ == "__main__":
    build_model().summary()
