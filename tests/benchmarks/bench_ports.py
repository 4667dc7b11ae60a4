"""Ports of a saved model read from its archive, against `load_model` of the same file.

Run: python tests/benchmarks/bench_ports.py
"""

import os
import tempfile
from pathlib import Path

from measure import QUIET, median, ratio, report, seconds

from composer_gui.storage import keras_archive

os.environ.update(QUIET)


def main() -> None:
    """Save a ResNet50 (177 layers) with fresh weights, then open it in both ways, in turn."""
    import keras

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "resnet50.keras"
        keras.applications.ResNet50(weights=None).save(path)
        keras.models.load_model(path, compile=False)
        keras_archive.read(path)
        ports, whole = [], []
        for _ in range(5):
            ports.extend(seconds(lambda: keras_archive.read(path)) for _ in range(10))
            whole.append(seconds(lambda: keras.models.load_model(path, compile=False)))
        report(
            "ports",
            archive_s=median(ports),
            load_model_s=median(whole),
            archive_to_load_model=ratio(median(ports), median(whole)),
        )


if __name__ == "__main__":
    main()
