"""The engine's own process: reads requests from standard input, answers on standard output."""

from __future__ import annotations

import gc
import json
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from composer_gui.core.document import Document
from composer_gui.core.errors import ComposerError
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.shapes.shape_flow import ShapeFlow
from composer_gui.core.verdicts import Verdict
from composer_gui.engine import limits, protocol
from composer_gui.engine.protocol import Message

RECURSION_LIMIT = 20_000
STACK_SIZES = (512 << 20, 256 << 20, 64 << 20)
"""Bytes for the thread that works, the first that the system grants. Keras walks graphs by
recursion: a model 1,000 layers deep takes more than the usual limit of Python and 8 MB of stack."""

PART_EVERY = 0.25
"""Seconds after which a long analysis tells what it has found so far."""

LARGEST_PART = 300
"""Verdicts in one message: the window takes one message in a turn."""

QUIET = 1.0
"""Seconds without a request after which all garbage is looked for, which takes a while."""

Send = Callable[[Message], None]


def main(arguments: list[str]) -> None:
    """Serve until standard input ends; never returns.

    `["job"]` serves one request of export, example or proof and ends; else the process analyzes
    designs. The reading thread ends the process at once when the other side is gone, whatever the
    working thread is at.
    """
    send = _own_standard_output()
    is_job = arguments[:1] == ["job"]
    limits.set_limits(nice=5 if is_job else 2)
    sys.setrecursionlimit(RECURSION_LIMIT)
    requests: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
    work = _serve_one_job if is_job else _serve_analysis
    _start_thread(lambda: _guarded(work, requests, send))
    for line in sys.stdin.buffer:
        message = protocol.decode(line)
        if message is not None and message.get("op") == "quit":
            break
        requests.put(message)
    os._exit(0)


def _own_standard_output() -> Send:
    """Keep the pipe for messages; what libraries print goes to standard error."""
    pipe = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr

    def send(message: Message) -> None:
        rest = memoryview(protocol.encode(message))
        while rest:
            rest = rest[os.write(pipe, rest) :]

    return send


def _start_thread(target: Callable[[], None]) -> None:
    """Run `target` in a thread with the largest stack that the system grants."""
    for size in STACK_SIZES:
        try:
            threading.stack_size(size)
            threading.Thread(target=target, daemon=True).start()
            break
        except (ValueError, RuntimeError, MemoryError):
            continue
    else:
        threading.stack_size(0)
        threading.Thread(target=target, daemon=True).start()
    threading.stack_size(0)


def _guarded(work: Callable, requests: queue.SimpleQueue, send: Send) -> None:
    """Run `work` to its end and end the process with it; a bug ends it with a trace."""
    try:
        work(requests, send)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _import_keras(send: Send) -> None:
    """Import Keras, which takes seconds, and say when it is done."""
    send(protocol.starting())
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import tensorflow

    gc.freeze()  # what was just imported stays for good: no use in looking through it again
    send(protocol.ready(keras.__version__, tensorflow.__version__))


def read_catalog() -> Catalog:
    """Return the layer catalog, which is inside the package in a wheel and beside it elsewhere."""
    package = Path(__file__).resolve().parent.parent
    folders = (package / "resources", package.parent / "resources")
    path = next(folder for folder in folders if folder.is_dir()) / "layers.json"
    return Catalog.from_plain(json.loads(path.read_bytes()))


# Analysis ---------------------------------------------------------------------------------------


def _serve_analysis(requests: queue.SimpleQueue, send: Send) -> None:
    catalog = read_catalog()
    _import_keras(send)
    import keras

    from composer_gui.engine import keras_operations
    from composer_gui.engine.keras_models import KerasModels
    from composer_gui.engine.keras_shapes import KerasShapes

    keras.config.disable_traceback_filtering()  # its long lists of arguments would only be cut off

    shapes = KerasShapes(catalog, KerasModels(), keras_operations.call)
    analysis = Analysis(catalog, shapes.infer, send)
    gc.set_threshold(5_000, 20, 1_000)
    while True:
        try:
            message = requests.get(timeout=QUIET)
        except queue.Empty:
            gc.collect()
            message = requests.get()
        analysis.handle(message)


class Analysis:
    """The designs that are open on the other side, each with its verdicts."""

    def __init__(self, catalog: Catalog, infer: Callable, send: Send) -> None:
        self._catalog = catalog
        self._infer = infer
        self._send = send
        self._designs: dict[int, _Design] = {}

    def handle(self, message: Message | None) -> None:
        """Answer one message; whatever is wrong with it is answered too, never raised."""
        about = {}
        try:
            if message is None:
                raise ValueError("a line that is no message")
            about = {key: message[key] for key in ("design", "revision") if key in message}
            if not all(type(number) is int for number in about.values()):
                about = {}
                raise ValueError("a design or revision that is no number")
            if message["op"] == "forget":
                self._designs.pop(message["design"], None)
            elif message["op"] == "analyze":
                self._analyze(message)
            else:
                raise ValueError(f"no operation {message['op']!r}")
        except Exception as error:
            # The walk may have stopped anywhere: only a whole document brings this in step again
            self._designs.pop(about.get("design"), None)
            sentence = f"The engine could not take a request ({type(error).__name__}: {error})."
            self._send(protocol.failed(sentence, **about))

    def _analyze(self, message: Message) -> None:
        number, revision = message["design"], message["revision"]
        design = self._designs.get(number)
        report = _Report(self._send, number, revision)
        if "document" in message:
            design = design or _Design(ShapeFlow(self._catalog, self._infer))
            self._designs[number] = design
            design.document = protocol.whole_document(message)
            differing = design.flow.update(design.document, None, report)
        else:
            if design is None or design.revision != message["base"]:
                raise ValueError("a change to a revision that is not here")
            document, change = protocol.changed_document(message, design.document)
            design.document = document
            differing = design.flow.update(document, change, report)
            # The other side has set these to pending, so it waits for them even if nothing differs
            for node_id in change.added | change.changed:
                differing.setdefault(node_id, design.flow.verdicts[node_id])
        design.revision = revision
        *parts, last = _parts(differing)
        for part in parts:
            self._send(protocol.analyzed(number, revision, part, part=True))
        self._send(protocol.analyzed(number, revision, last))


def _parts(verdicts: dict[str, Verdict]) -> list[dict[str, Verdict]]:
    """Return verdicts in pieces, at least one, that are no longer than one message may be."""
    items = list(verdicts.items())
    starts = range(0, max(len(items), 1), LARGEST_PART)
    return [dict(items[start : start + LARGEST_PART]) for start in starts]


class _Design:
    """What the engine knows of one open design."""

    def __init__(self, flow: ShapeFlow) -> None:
        self.flow = flow
        self.document = Document()
        self.revision = -1


class _Report:
    """Sends, now and then, the verdicts that a long analysis has found so far."""

    def __init__(self, send: Send, design: int, revision: int) -> None:
        self._send, self._design, self._revision = send, design, revision
        self._last = time.monotonic()

    def __call__(self, verdicts: dict[str, Verdict]) -> None:
        if time.monotonic() - self._last >= PART_EVERY:
            for part in _parts(verdicts):
                self._send(protocol.analyzed(self._design, self._revision, part, part=True))
            verdicts.clear()
            self._last = time.monotonic()


# Jobs -------------------------------------------------------------------------------------------


def _serve_one_job(requests: queue.SimpleQueue, send: Send) -> None:
    """Import Keras, wait for the one request, answer it."""
    _import_keras(send)
    request = requests.get()
    run_job(request or {}, send)


def run_job(request: Message, send: Send) -> None:
    """Do what `request` asks for; what goes wrong is answered in a sentence."""
    operation = request.get("op")

    def progress(text: str, part: float) -> None:
        send(protocol.progress(text, part))

    try:
        if operation == "make_examples":
            result = _make_examples(request, progress)
        elif operation in protocol.JOB_OPERATIONS:
            from composer_gui.engine import proof

            result = proof.run(request, progress)
        else:
            raise ValueError(f"no operation {operation!r}")
        send(protocol.done(result))
    except ComposerError as error:
        more = {"line": line} if (line := getattr(error, "line", None)) is not None else {}
        send(protocol.failed(str(error), error.next_step, **more))
    except MemoryError:
        send(protocol.failed("There was not enough memory.", "Close other programs and try again."))
    except Exception as error:
        traceback.print_exc()
        send(protocol.failed(f"The engine stumbled: {type(error).__name__}: {error}"))


def _make_examples(request: Message, progress: Callable[[str, float], None]) -> Any:
    from composer_gui.engine import example_models

    made = example_models.make(request["models"], request["folder"], progress)
    return made if isinstance(made, dict) else {}
