"""A saved model of the user's own classes: from the warning to an export, with the real engine."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("keras")

import keras

from composer_gui.core import edits
from composer_gui.core.document import Call, CodeFile, Source, Wire
from composer_gui.core.errors import ExportFailed
from composer_gui.session.exports import Export
from composer_gui.session.session import Session
from composer_gui.session.settings import Settings
from composer_gui.storage import resources
from tests.session.test_exports import names_in, outcome

WITHIN = 60_000

CLASSES = """
import keras


class Scale(keras.layers.Layer):
    def build(self, shape):
        self.factor = self.add_weight(shape=(shape[-1],), initializer="ones", name="factor")

    def call(self, inputs):
        return inputs * self.factor
"""

RUN = """
import sys
import numpy as np
from composed import build_model
given = np.load("given.npy")
np.save("source.npy", build_model()(given).numpy())
import keras
from my_layers import Scale
loaded = keras.models.load_model("composed.keras", custom_objects={"Scale": Scale})
np.save("file.npy", loaded(given).numpy())
"""
"""What a person does with an export, in its folder and without Composer."""


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """Return a saved model of a class that a Python file defines, that file, and the model."""
    folder = tmp_path_factory.mktemp("own")
    code = folder / "my_layers.py"
    code.write_text(CLASSES)
    namespace = {"__name__": "my_layers"}
    exec(compile(CLASSES, str(code), "exec"), namespace)
    inputs = keras.Input((4,), name="x")
    scaled = namespace["Scale"](name="scale")(keras.layers.Dense(4, name="dense")(inputs))
    model = keras.Model(inputs, scaled, name="scaled")
    model.get_layer("scale").set_weights([np.array([1.0, -2.0, 0.5, 3.0])])
    model.save(folder / "scaled.keras")
    return folder / "scaled.keras", code, model


@pytest.fixture
def session(engine, tmp_path, qtbot):
    made = Session(engine, resources.catalog(), settings=Settings(tmp_path / "composer.ini"))
    yield made
    made.close()


def settle(session, qtbot):
    qtbot.waitUntil(lambda: session.is_settled, timeout=WITHIN)


def drop(session, path, qtbot):
    """Drop the saved model on the canvas and give it an Output; return its node."""
    with qtbot.waitSignal(session.changed, timeout=WITHIN):
        session.add_models([path], 0, 0)
    (node,) = (n.id for n in session.document.nodes.values() if isinstance(n, Call))
    session.apply("Add output", edits.add_output, 400, 0, label="y")
    (output,) = session.document.outputs
    port = session.document.layer_of(session.document.nodes[node]).outputs[0].name
    session.apply(
        "Connect", edits.connect, session.catalog, Wire(Source(node, port), output, "input")
    )
    settle(session, qtbot)
    return node


def test_without_the_file_of_its_class_a_model_is_wired_and_not_exported(
    session, own, tmp_path, qtbot
):
    node = drop(session, own[0], qtbot)
    (problem,) = session.problems()
    assert (problem.code, problem.severity, problem.node) == ("missing_class", "warning", node)
    out = tmp_path / "out"
    out.mkdir()
    failure = outcome(Export(session, [out / "composed.keras", out / "composed.py"]))
    assert isinstance(failure, ExportFailed)
    assert str(failure) == (
        "scaled uses Scale, which Keras does not have. It is wired by the shapes in its file. "
        "Name the Python file that defines it, and it is whole."
    )
    assert names_in(out) == []


def test_a_design_whose_file_nobody_allowed_here_is_not_exported_and_nothing_runs(
    session, own, tmp_path, qtbot
):
    """The design knows the file, as one that came from elsewhere does."""
    model = own[0]
    trace = tmp_path / "trace"
    trap = tmp_path / "my_layers.py"
    trap.write_text(f"open({str(trace)!r}, 'w').close()\n{CLASSES}")
    drop(session, model, qtbot)
    file = CodeFile(str(trap), hashlib.sha256(trap.read_bytes()).hexdigest())
    session.apply("Name", edits.set_code, [file])
    settle(session, qtbot)
    assert session.code_to_allow() == (file,) and session.allowed_code() == ()
    out = tmp_path / "out"
    out.mkdir()
    failure = outcome(Export(session, [out / "composed.keras", out / "composed.py"]))
    assert "Name the Python file that defines it" in str(failure)
    assert names_in(out) == [] and not trace.exists()


@pytest.mark.parametrize("opened", [False, True], ids=["whole", "opened"])
def test_once_its_file_is_allowed_it_is_exported_and_runs_without_composer(
    session, own, tmp_path, qtbot, opened
):
    path, code, model = own
    node = drop(session, path, qtbot)
    session.allow_code(code)
    qtbot.waitUntil(lambda: bool(session.allowed_code()), timeout=WITHIN)
    settle(session, qtbot)
    assert session.problems() == []
    if opened:
        with qtbot.waitSignal(session.opened, timeout=WITHIN):
            session.open_up(node)
        settle(session, qtbot)
        assert session.problems() == []
    out = tmp_path / "out"
    out.mkdir()
    report = outcome(Export(session, [out / "composed.keras", out / "composed.py"]))
    assert report.ok
    assert {"outputs", "weights", "source_outputs", "source_config", "kept"} <= {
        check.name for check in report.checks
    }
    assert out / "my_layers.py" in report.files
    assert (out / "my_layers.py").read_text() == CLASSES
    assert any("my_layers.py, so it was copied" in said for said in report.warnings)
    given = np.random.default_rng(1).normal(size=(3, 4)).astype("float32")
    np.save(out / "given.npy", given)
    subprocess.run([sys.executable, "-c", RUN], cwd=out, check=True, timeout=120)
    wanted = model(given).numpy()
    np.testing.assert_array_equal(np.load(out / "source.npy"), wanted)
    np.testing.assert_array_equal(np.load(out / "file.npy"), wanted)
