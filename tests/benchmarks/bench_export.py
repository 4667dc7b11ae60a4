"""Export of the image-and-text example from the open window's session, against a script by hand.

The script does the same from a cold start: load both models, compose, save the `.keras`.
Run: python tests/benchmarks/bench_export.py
"""

import os
import tempfile
import time
from pathlib import Path

from measure import QUIET, median, process_seconds, ratio, report
from PySide6.QtCore import QCoreApplication, QEventLoop

from composer_gui.engine.client import EngineClient
from composer_gui.session import gallery
from composer_gui.session.exports import Export
from composer_gui.session.session import Session
from composer_gui.storage import resources

os.environ.update(QUIET)

BY_HAND = """
import sys
from pathlib import Path
import keras
from keras import layers
folder = Path(sys.argv[1])
keras.utils.set_random_seed(7)
photo = keras.Input((64, 64, 3), name="photo")
caption = keras.Input((100,), dtype="int32", name="caption")
image = keras.models.load_model(folder / "models" / "image_encoder.keras", compile=False)
image.name = "image"
text = keras.models.load_model(folder / "models" / "text_encoder.keras", compile=False)
text.name = "text"
fused = layers.Concatenate()([image(photo), text(caption)])
head = layers.Dense(64, activation="relu")(fused)
score = layers.Dense(1, activation="sigmoid")(head)
keras.Model([photo, caption], score).save(sys.argv[2])
"""

RUNS = 5


def main() -> None:
    """Export with and without proof and run the script, in turn, on the same saved models."""
    QCoreApplication([])
    engine = EngineClient()
    engine.start()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        writing = gallery.write("image-and-text", folder / "image-and-text.composer", engine)
        _run_until(writing.done)
        session = Session(engine, resources.catalog())
        session.open(folder / "image-and-text.composer")
        _run_until(session.settled)
        hand, plain, proved = [], [], []
        for _ in range(RUNS):
            hand.append(process_seconds(BY_HAND, str(folder), str(folder / "hand.keras")))
            engine.prepare()
            _pause(8)
            plain.append(_export_seconds(session, folder / "plain.keras", prove=False))
            engine.prepare()
            _pause(8)
            proved.append(_export_seconds(session, folder / "proved.keras", prove=True))
    engine.stop()
    report(
        "export",
        by_hand_s=median(hand),
        without_proof_s=median(plain),
        with_proof_s=median(proved),
        without_proof_to_hand=ratio(median(plain), median(hand)),
        with_proof_to_hand=ratio(median(proved), median(hand)),
    )


def _run_until(signal) -> None:
    loop = QEventLoop()
    signal.connect(loop.quit)
    loop.exec()


def _pause(seconds: float) -> None:
    """Let the event loop run, as it does while a person looks at the canvas."""
    loop = QEventLoop()
    from PySide6.QtCore import QTimer

    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


def _export_seconds(session: Session, target: Path, *, prove: bool) -> float:
    export = Export(session, [target], prove=prove, force=True)
    ended = []
    export.finished.connect(ended.append)
    export.failed.connect(ended.append)
    start = time.perf_counter()
    loop = QEventLoop()
    export.finished.connect(loop.quit)
    export.failed.connect(loop.quit)
    export.start()
    if not ended:
        loop.exec()
    if not getattr(ended[0], "ok", False):
        raise SystemExit(f"the export failed: {ended[0]}")
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
