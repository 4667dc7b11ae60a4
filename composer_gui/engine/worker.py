"""The engine's own process: reads requests from standard input, answers on standard output."""

from __future__ import annotations

import gc
import json
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from composer_gui.core.errors import ComposerError
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.shapes.questions import Infer
from composer_gui.engine import limits, protocol
from composer_gui.engine.protocol import Message
from composer_gui.engine.worker_analysis import Analysis, Send
from composer_gui.engine.worker_beside import Beside

RECURSION_LIMIT = 20_000
STACK_SIZES = (512 << 20, 256 << 20, 64 << 20)
"""Bytes for the thread that works, the first that the system grants. Keras walks graphs by
recursion: a model 1,000 layers deep takes more than the usual limit of Python and 8 MB of stack."""

QUIET = 1.0
"""Seconds without a request after which all garbage is looked for, which takes a while."""

SWITCH_INTERVAL = 0.001
"""Seconds that the thread beside may keep the interpreter while a request waits."""

Requests = queue.SimpleQueue
"""Messages, None for a line that is none, and functions that the thread beside hands back."""


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
    requests: Requests = queue.SimpleQueue()
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


def _guarded(work: Callable, requests: Requests, send: Send) -> None:
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


def _serve_analysis(requests: Requests, send: Send) -> None:
    """Answer requests one after the other, and have the rest done in between and beside."""
    catalog = read_catalog()
    _import_keras(send)
    beside = Beside(
        lambda: _keras_of_this_thread(catalog), requests.put, lambda: not requests.empty()
    )
    _start_thread(beside.serve)
    analysis = Analysis(catalog, _keras_of_this_thread(catalog), send, beside)
    gc.set_threshold(5_000, 20, 1_000)
    sys.setswitchinterval(SWITCH_INTERVAL)
    while True:
        try:
            request = requests.get(timeout=QUIET)
        except queue.Empty:
            gc.collect()
            request = requests.get()
        if callable(request):
            request()
        else:
            analysis.handle(request)
        if requests.empty():
            analysis.go_on()


def _keras_of_this_thread(catalog: Catalog) -> Infer:
    """Return what answers with Keras, for use in the thread that calls this and in no other."""
    import keras

    from composer_gui.engine import keras_operations
    from composer_gui.engine.keras_models import KerasModels
    from composer_gui.engine.keras_shapes import KerasShapes

    keras.config.disable_traceback_filtering()  # its long lists of arguments would only be cut off
    return KerasShapes(catalog, KerasModels(), keras_operations.call).infer


# Jobs -------------------------------------------------------------------------------------------


def _serve_one_job(requests: Requests, send: Send) -> None:
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
