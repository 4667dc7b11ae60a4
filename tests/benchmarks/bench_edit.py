"""One parameter edit to its verdict, through session and engine, at 100, 1,000 and 5,000 nodes.

Against rebuilding the `keras.Model` at 1,000 nodes, and 5,000 nodes against 100.
Run: python tests/benchmarks/bench_edit.py
"""

import os
import sys
import time

from designs import middle_layer, residual_chain
from measure import QUIET, median, ratio, report, seconds
from PySide6.QtCore import QCoreApplication, QEventLoop

from composer_gui.core import edits
from composer_gui.core.codegen import keras_script
from composer_gui.engine.client import EngineClient
from composer_gui.session.session import Session
from composer_gui.storage import resources

os.environ.update(QUIET)

RUNS = 30


def main() -> None:
    """Edit in turn in designs of three sizes; every edit is one the engine has not seen."""
    QCoreApplication([])
    catalog = resources.catalog()
    engine = EngineClient()
    engine.start()
    sessions = {}
    for count in (100, 1000, 5000):
        session = Session(engine, catalog)
        session.replace(residual_chain(catalog, count), None)
        _settle(session)
        sessions[count] = session
    times = {count: [] for count in sessions}
    for run in range(RUNS):
        for count, session in sessions.items():
            times[count].append(_edit_seconds(session, run))
    engine.stop()
    rebuilt = _rebuild_seconds(catalog, 1000)
    medians = {count: median(values) for count, values in times.items()}
    report(
        "edit",
        edit_s={str(count): value for count, value in medians.items()},
        rebuild_model_1000_s=rebuilt,
        edit_to_rebuild_1000=ratio(medians[1000], rebuilt),
        edit_5000_to_100=ratio(medians[5000], medians[100]),
    )


def _settle(session: Session) -> None:
    loop = QEventLoop()
    session.settled.connect(loop.quit)
    while not session.is_settled:
        loop.exec()
    session.settled.disconnect(loop.quit)


def _edit_seconds(session: Session, run: int) -> float:
    """Set an epsilon never seen before in the middle; return the seconds to the verdict."""
    layer = middle_layer(session.document)
    epsilon = 0.001 * (run + 2)
    start = time.perf_counter()
    session.apply("Set", edits.set_parameter, session.catalog, layer, "epsilon", epsilon)
    _settle(session)
    return time.perf_counter() - start


def _rebuild_seconds(catalog, count: int) -> float:
    """Return the seconds that building the same model with Keras takes, layer by layer."""
    import keras

    sys.setrecursionlimit(20_000)
    source = keras_script.generate(residual_chain(catalog, count), catalog, {}).text
    namespace = {"__name__": "script"}
    exec(compile(source, "script", "exec"), namespace)
    namespace["build_model"]()
    keras.backend.clear_session()
    return round(seconds(namespace["build_model"]), 6)


if __name__ == "__main__":
    main()
