"""The worker as a process: what it answers, what it survives, and when it ends."""

import json
import os
import signal
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from immutables import Map

from composer_gui.core.change import between
from composer_gui.core.document import Call, Document, Input, Source, put
from composer_gui.core.layer_kinds import KerasLayer, SavedInterface, SavedModel, SavedPort
from composer_gui.core.verdicts import FINE, Verdict
from composer_gui.engine import protocol
from composer_gui.engine.worker_analysis import LARGEST_PART

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-P", "-m", "composer_gui", "--engine"]
WAIT = 60


class Worker:
    """A real engine process that is spoken to line by line."""

    def __init__(self, *arguments):
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        self._guard = threading.Timer(WAIT, self.process.kill)
        self._guard.daemon = True
        self._guard.start()

    def send(self, message):
        line = message if isinstance(message, bytes) else protocol.encode(message)
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def hear(self):
        """Return the next message; fails when the process ends or is silent for long."""
        line = self.process.stdout.readline()
        assert line.endswith(b"\n"), "the worker has ended"
        return json.loads(line)

    def hear_of(self, *events):
        """Return the next message of some kinds, passing over what else is told unasked."""
        while (message := self.hear())["event"] not in events:
            assert message["event"] in ("analyzed", "reconsidered", "tried")
        return message

    def ask(self, message):
        """Return the answer to a request, the parts of a long one put together."""
        self.send(message)
        parts = [self.hear_of("analyzed", "failed")]
        while parts[-1].get("part"):
            parts.append(self.hear_of("analyzed", "failed"))
        for part in parts[:-1]:
            parts[-1]["verdicts"] |= part["verdicts"]
        return parts[-1] | {"parts": len(parts)}

    def wait_until_ready(self):
        assert self.hear() == {"event": "starting"}
        message = self.hear()
        assert message["event"] == "ready"
        return message

    def end(self):
        """Close standard input and return the exit code."""
        self.process.stdin.close()
        code = self.process.wait(WAIT)
        self.process.stdout.close()
        self._guard.cancel()
        return code


def dense(document, number, units, source, name="dense"):
    layer = KerasLayer(f"l{number}", name, "Dense", Map({"units": units}))
    call = Call(f"n{number}", layer.id, inputs=Map({"inputs": (Source(source),)}))
    return put(document, layer, call).settled()


def small():
    return dense(put(Document(), Input("n1", "x", (10,))), 2, 3, "n1")


def whole(document, revision=1, design=1):
    return protocol.analyze_whole(design, revision, document)


def change(old, new, revision, design=1, base=None):
    found = between(old, new)
    return protocol.analyze_change(
        design,
        revision,
        new,
        base=revision - 1 if base is None else base,
        nodes=found.nodes,
        layers=found.layers,
    )


# Answers ----------------------------------------------------------------------------------------


def test_it_tells_the_versions_it_runs(worker):
    assert worker.versions["keras"].startswith("3.")
    assert worker.versions["tensorflow"].startswith("2.")


def test_a_whole_document_is_answered_with_every_verdict(worker):
    for revision in (1, 2):
        answer = worker.ask(whole(small(), revision, design=10))
        assert (answer["event"], answer["design"], answer["revision"]) == ("analyzed", 10, revision)
        verdicts = protocol.verdicts_of(answer)
        assert verdicts["n2"].spec("output").shape == (None, 3)
        assert verdicts["n2"].parameters == 33
        assert set(verdicts) == {"n1", "n2"}


def test_a_change_is_answered_with_what_differs_and_what_it_named(worker):
    first = dense(small(), 3, 4, "n2")
    worker.ask(whole(first, design=11))
    second = dense(first, 2, 8, "n1")
    answer = protocol.verdicts_of(worker.ask(change(first, second, 2, design=11)))
    assert answer["n2"].spec("output").shape == (None, 8)
    assert answer["n3"].parameters == 36
    third = put(second, Input("n1", "x", (10,), x=5.0)).settled()
    assert set(worker.ask(change(second, third, 3, design=11))["verdicts"]) == {"n1"}


def test_a_change_to_a_revision_that_it_does_not_have_is_refused(worker):
    first = small()
    worker.ask(whole(first, design=12))
    answer = worker.ask(change(first, dense(first, 3, 4, "n2"), 5, design=12, base=4))
    assert answer["event"] == "failed"
    assert worker.ask(whole(first, 6, design=12))["event"] == "analyzed"


def test_a_forgotten_design_has_to_be_sent_again_as_a_whole(worker):
    first = small()
    worker.ask(whole(first, design=13))
    worker.send(protocol.forget(13))
    assert worker.ask(change(first, dense(first, 3, 4, "n2"), 2, design=13))["event"] == "failed"


def test_a_long_analysis_tells_what_it_has_in_between(worker):
    document = put(Document(), Input("n1", "x", (8,)))
    for number in range(2, 900):
        document = dense(document, number, number, f"n{number - 1}")
    answer = worker.ask(whole(document, design=14))
    assert answer["parts"] >= 899 / LARGEST_PART
    assert len(answer["verdicts"]) == 899


# Bad requests -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        b"not json\n",
        b"[1, 2]\n",
        b"\xff\xfe\n",
        b"{" * 50_000 + b"\n",
        {"op": "analyze"},
        {"op": "dance"},
        {},
        {"op": "analyze", "design": 20, "revision": 1, "document": {"nodes": 3}},
        {"op": "analyze", "design": 20, "revision": 1, "document": None},
        {"op": "analyze", "design": 20, "revision": 2, "base": 1, "change": {}},
        {"op": "analyze", "design": [], "revision": 1, "document": {}},
    ],
    ids=lambda message: str(message)[:40],
)
def test_a_bad_request_is_answered_and_survived(worker, message):
    answer = worker.ask(message)
    assert answer["event"] == "failed"
    assert answer["sentence"]
    assert worker.ask(whole(small(), design=20))["event"] == "analyzed"


def test_a_document_with_wires_from_nowhere_is_survived(worker):
    document = dense(Document(), 2, 3, "n99")
    assert worker.ask(whole(document, design=21))["verdicts"]["n2"]["kind"] == "blocked"


def test_a_saved_model_a_thousand_layers_deep_is_no_matter(worker, tmp_path):
    path = tmp_path / "deep.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(deep_model(1_100)))
    ports = (SavedPort("x0", (None, 4)),), (SavedPort("y", None),)
    layer = SavedModel("l1", "deep", str(path), "", SavedInterface("Functional", *ports))
    call = Call("n2", "l1", inputs=Map({"x0": (Source("n1"),)}))
    document = put(Document(), Input("n1", "x", (4,)), layer, call)
    verdict = protocol.verdicts_of(worker.ask(whole(document, design=22)))["n2"]
    assert verdict.problems == ()
    assert verdict.spec("y").shape == (None, 4)


def deep_model(depth):
    """Return the description of a Functional model of `depth` layers in a row."""

    def layer(number):
        name = f"x{number}"
        if number == 0:
            config, nodes = {"batch_shape": [None, 4], "dtype": "float32", "name": name}, []
            return {
                "module": "keras.layers",
                "class_name": "InputLayer",
                "config": config,
                "registered_name": None,
                "name": name,
                "inbound_nodes": nodes,
            }
        history = {
            "shape": [None, 4],
            "dtype": "float32",
            "keras_history": [f"x{number - 1}", 0, 0],
        }
        tensor = {"class_name": "__keras_tensor__", "config": history}
        return {
            "module": "keras.layers",
            "class_name": "ReLU",
            "config": {"name": name},
            "registered_name": None,
            "name": name,
            "inbound_nodes": [{"args": [tensor], "kwargs": {}}],
        }

    config = {
        "name": "deep",
        "layers": [layer(number) for number in range(depth)],
        "input_layers": [["x0", 0, 0]],
        "output_layers": [[f"x{depth - 1}", 0, 0]],
    }
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": config,
        "registered_name": "Functional",
    }


# Bounds -----------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="reads the limits from /proc")
def test_it_leaves_no_core_file_and_takes_no_more_than_the_machine_has(worker):
    text = Path(f"/proc/{worker.process.pid}/limits").read_text()
    limits = {line[:26].strip(): line[26:].split()[0] for line in text.splitlines()}
    assert limits["Max core file size"] == "0"
    assert limits["Max address space"].isdigit() or Path("/dev/nvidiactl").exists()


def test_what_libraries_print_does_not_get_between_the_messages():
    code = (
        "import os; from composer_gui.engine.worker import _own_standard_output\n"
        "send = _own_standard_output()\n"
        "print('Epoch 1/10'); os.write(1, b'from C'); os.system('echo from a child')\n"
        "send({'event': 'starting'})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=WAIT, cwd=ROOT, check=True
    )
    assert done.stdout == b'{"event":"starting"}\n'
    assert b"Epoch" in done.stderr


def test_it_imports_nothing_heavy_besides_keras():
    code = (
        "import sys; from composer_gui.engine import worker\n"
        "worker.read_catalog()\n"
        "heavy = {'keras', 'numpy', 'networkx', 'h5py', 'PySide6', 'composer_gui.storage'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=WAIT, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == b"[]"


# Its end ----------------------------------------------------------------------------------------


def test_it_ends_when_it_is_told_to_even_while_keras_is_being_imported():
    made = Worker()
    assert made.hear() == {"event": "starting"}
    made.send(protocol.quit_request())
    assert made.process.wait(WAIT) == 0
    made.end()


def test_it_ends_with_its_standard_input():
    made = Worker()
    assert made.hear() == {"event": "starting"}
    assert made.end() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="kills as Unix does")
def test_it_ends_when_the_window_is_killed():
    parent = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen({COMMAND!r}, stdin=subprocess.PIPE)\n"
        "time.sleep(60)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    window = subprocess.Popen(
        [sys.executable, "-c", parent],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    assert json.loads(window.stdout.readline()) == {"event": "starting"}
    os.kill(window.pid, signal.SIGKILL)
    window.wait(WAIT)
    assert window.stdout.read() == b"", "the pipe ends only when the worker is gone too"
    window.stdout.close()


# Jobs -------------------------------------------------------------------------------------------


def test_a_job_process_answers_one_request_and_ends():
    made = Worker("job")
    made.wait_until_ready()
    answer = made.ask({"op": "dance"})
    assert answer["event"] == "failed"
    assert "dance" in answer["sentence"]
    assert made.process.wait(WAIT) == 0
    made.end()


def test_what_starts_anew_comes_through_to_the_other_side():
    verdict = Verdict(
        FINE,
        anew="its kernel was 4×6 and is now 4×7",
        anew_inside=(("l2/l5", "it had no weights"),),
    )
    message = protocol.decode(protocol.encode(protocol.analyzed(1, 2, {"n1": verdict})))
    assert protocol.verdicts_of(message) == {"n1": verdict}
