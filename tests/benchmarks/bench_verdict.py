"""First verdict after a cold start of the engine, against a bare `import keras` and the same calls.

Run: python tests/benchmarks/bench_verdict.py
"""

from measure import median, process_seconds, ratio, report

COMPOSER = """
import sys
from PySide6.QtCore import QCoreApplication, QEventLoop
sys.path.insert(0, sys.argv[1])
from designs import residual_chain
from composer_gui.engine.client import EngineClient
from composer_gui.session.session import Session
from composer_gui.storage import resources
QCoreApplication([])
engine = EngineClient()
engine.start()
session = Session(engine, resources.catalog())
loop = QEventLoop()
session.settled.connect(loop.quit)
session.replace(residual_chain(session.catalog, 40), None)
loop.exec()
assert session.verdict(session.document.outputs[0]).kind == "fine", session.problems()
engine.stop()
"""

KERAS = """
import keras
from keras import layers
x = keras.Input((32,))
for block in range(13):
    y = layers.Dense(32)(x)
    y = layers.LayerNormalization()(y)
    x = layers.Add()([x, y])
"""

RUNS = 5


def main() -> None:
    """Start both cold, in turn."""
    from pathlib import Path

    here = str(Path(__file__).parent)
    composer, keras = [], []
    process_seconds(KERAS)
    for _ in range(RUNS):
        composer.append(process_seconds(COMPOSER, here))
        keras.append(process_seconds(KERAS))
    report(
        "first_verdict",
        composer_s=median(composer),
        keras_s=median(keras),
        composer_to_keras=ratio(median(composer), median(keras)),
    )


if __name__ == "__main__":
    main()
