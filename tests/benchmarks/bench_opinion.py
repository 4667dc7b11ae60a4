"""From an edit to the first verdicts and to the second opinion, against tracing everything.

Of every four layers in the design one is doubtful, so that Keras has to go through its code. The
small edit adds a layer, the large one gives all doubtful layers another width. "Tracing everything"
goes through the code of every layer that the edit reaches before it answers,
as a run of the model would, in one thread and with the same ghosts.

Run: python tests/benchmarks/bench_opinion.py
"""

import os
import sys
import time

from measure import QUIET, ROOT, median, ratio, report

os.environ |= QUIET
sys.path.insert(0, str(ROOT))

from immutables import Map
from PySide6.QtCore import QCoreApplication, QEventLoop

from composer_gui.core import edits
from composer_gui.core.change import between
from composer_gui.core.document import OUTPUT_PORT, Call, Document, Input, Output, Source, head, put
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.shapes.shape_flow import ShapeFlow
from composer_gui.engine.client import EngineClient
from composer_gui.session.session import Session
from composer_gui.storage import resources

SIZES = (100, 1_000)
RUNS = 5
DOUBTFUL_EVERY = 4


def mixed(count: int) -> Document:
    """Return a chain of `count` nodes in which every fourth layer is an EinsumDense."""
    document = put(Document(), Input("n1", "x", (16,)))
    for number in range(2, count):
        if number % DOUBTFUL_EVERY == 0:
            words = {"equation": "ab,bc->ac", "output_shape": (16 + number,)}
            layer = KerasLayer(f"l{number}", f"mix_{number}", "EinsumDense", Map(words))
        else:
            layer = KerasLayer(f"l{number}", f"norm_{number}", "LayerNormalization")
        call = Call(f"n{number}", layer.id, inputs=Map({"inputs": (Source(f"n{number - 1}"),)}))
        document = put(document, layer, call)
    last = Output(f"n{count}", "y", Map({OUTPUT_PORT: (Source(f"n{count - 1}"),)}))
    document = put(document, last)
    return head(document, inputs=("n1",), outputs=(last.id,), next_number=count + 1).settled()


def widened(document: Document, width: int) -> Document:
    """Return the design with other widths in all its doubtful layers."""
    changed = []
    for layer in document.layers.values():
        if layer.class_name == "EinsumDense":
            units = layer.parameters["output_shape"][0] + width
            parameters = layer.parameters.set("output_shape", (units,))
            changed.append(KerasLayer(layer.id, layer.name, layer.class_name, parameters))
    return put(document, *changed).settled()


class Bench:
    """A session with a real engine, and a clock."""

    def __init__(self) -> None:
        self.engine = EngineClient()
        self.engine.start()
        self.session = Session(self.engine, resources.catalog())
        self.settled = self.confirmed = 0.0
        self._loop = QEventLoop()
        self.session.settled.connect(self._settled)
        self.session.confirmed.connect(self._confirmed)
        self.replace(Document())

    def replace(self, document: Document) -> None:
        """Open a design and wait for the second opinion."""
        self.session.replace(document, None)
        self._loop.exec()

    def timed(self, edit, *arguments: object) -> tuple[float, float]:
        """Return seconds from an edit to the first verdicts and to the second opinion."""
        start = time.perf_counter()
        self.session.apply("Edit", edit, *arguments)
        self._loop.exec()
        return self.settled - start, self.confirmed - start

    def timed_while_busy(self, count: int) -> list[float]:
        """Return seconds to the first verdicts of edits that come amid a second opinion."""
        found = []
        while not self.session.is_settled:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        for number in range(count):
            start = time.perf_counter()
            self.session.apply("Edit", one_more, 10 * len(self.session.document.nodes) + number)
            while self.settled < start:
                QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            if self.session.is_confirmed:
                break
            found.append(self.settled - start)
        if not self.session.is_confirmed:
            self._loop.exec()
        return found

    def _settled(self) -> None:
        self.settled = time.perf_counter()

    def _confirmed(self) -> None:
        self.confirmed = time.perf_counter()
        self._loop.quit()


def one_more(document: Document, number: int) -> Document:
    """Return the design with one more layer at its Input."""
    after = edits.add_keras_layer(document, "Dense", 0, 0, parameters=Map({"units": 100 + number}))
    node = after.nodes[f"n{after.next_number - 1}"]
    wired = Call(node.id, node.layer, inputs=Map({"inputs": (Source("n1"),)}))
    return put(after, wired)


def traced_seconds(document: Document, after: Document) -> float:
    """Return how long the edit takes when every layer it reaches is gone through at once."""
    from composer_gui.engine import keras_operations, keras_shapes
    from composer_gui.engine.keras_models import KerasModels

    catalog = resources.catalog()
    keras_shapes.wants_second_opinion = lambda *arguments: True
    shapes = keras_shapes.KerasShapes(catalog, KerasModels(), keras_operations.call)
    flow = ShapeFlow(catalog, shapes.infer)
    flow.update(document)
    start = time.perf_counter()
    flow.update(after, between(document, after))
    return time.perf_counter() - start


def main() -> None:
    """Measure designs of each size."""
    application = QCoreApplication([])
    bench = Bench()
    for size in SIZES:
        document = mixed(size)
        bench.replace(document)
        assert not [p for p in bench.session.problems() if p.severity == "error"]
        small, large = [], []
        for run in range(RUNS):
            small.append(bench.timed(one_more, run))
            large.append(bench.timed(widened, run + 1))
        bench.session.apply("Edit", widened, 100)
        busy = bench.timed_while_busy(50)
        everything = traced_seconds(document, widened(document, 1))
        first, second = (median([times[i] for times in large]) for i in (0, 1))
        report(
            "opinion",
            nodes=size,
            doubtful=len([k for k in document.layers if "mix" in document.layers[k].name]),
            small_edit_first_s=median([times[0] for times in small]),
            small_edit_second_s=median([times[1] for times in small]),
            small_edit_amid_second_opinion_s=median(busy) if busy else None,
            small_edit_amid_second_opinion_worst_s=round(max(busy), 6) if busy else None,
            large_edit_first_s=first,
            large_edit_second_s=second,
            trace_everything_s=round(everything, 6),
            first_to_everything=ratio(first, everything),
            second_to_everything=ratio(second, everything),
        )
    bench.session.close()
    bench.engine.stop()
    del application


if __name__ == "__main__":
    main()
