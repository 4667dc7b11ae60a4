"""Exports with real processes: proved to the bit, cancelled at once, nothing left of failures."""

import importlib.util
import json
import time
from dataclasses import replace
from pathlib import Path

import numpy
import pytest
from PySide6.QtCore import QEventLoop, QTimer

from composer_gui.core import edits
from composer_gui.core.document import Source, Wire
from composer_gui.core.problems import Problem
from composer_gui.engine.client import EngineClient
from composer_gui.session.exports import Export
from composer_gui.storage import keras_archive
from tests.drawing import Drawing

LONGEST_WAIT = 120_000

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


class Opened:
    """What an export wants of a session: a design, the catalog, an engine and what is wrong."""

    def __init__(self, drawing, engine, problems=()):
        self.root = drawing.document
        self.place = ()
        self.verdicts = {}
        self.allowed_code = tuple
        self.catalog = drawing.catalog
        self.engine = engine
        self.problems = lambda: list(problems)


@pytest.fixture(scope="module")
def engine(qapp):
    """Return a client that only starts jobs; its analysis is not wanted here."""
    client = EngineClient()
    yield client
    client.stop()


@pytest.fixture(scope="module")
def keras():
    """Return Keras, which the tests use to look at what was exported."""
    return pytest.importorskip("keras")


@pytest.fixture(scope="module")
def models(tmp_path_factory, keras):
    """Return the paths of saved models: one tensor, a list, a dictionary."""
    folder = tmp_path_factory.mktemp("saved")
    dense = keras.layers.Dense
    one, two = keras.Input((8,), name="one"), keras.Input((8,), name="two")
    normal = keras.layers.BatchNormalization()(dense(8, activation="relu")(one))
    both = keras.layers.Concatenate()([one, two])
    made = {
        "encoder": keras.Sequential([keras.Input((8,)), dense(8, activation="tanh")]),
        "normal": keras.Model(one, normal),
        "pair": keras.Model([one, two], {"sum": dense(8)(both), "flag": dense(1)(both)}),
        "by_name": keras.Model({"one": one, "two": two}, [dense(4)(both), dense(3)(both)]),
    }
    for name, model in made.items():
        model.save(folder / f"{name}.keras")
    return {name: folder / f"{name}.keras" for name in made}


def saved(drawing, models, name, *sources, **more):
    """Add a saved model to a drawing as a session would."""
    path = models[name]
    return drawing.model(name, keras_archive.read(path), *sources, path=str(path), **more)


def small(name="small", units=3):
    """Return a drawing of one new layer."""
    drawing = Drawing(name)
    x = drawing.layer("Dense", "head", drawing.input("features", 8), units=units)
    drawing.output("score", x)
    return drawing


def outcome(export):
    """Run an export to its end; return its report or what it failed with, and the progress."""
    loop, ended, progress = QEventLoop(), [], []
    for signal in (export.finished, export.failed):
        signal.connect(ended.append)
        signal.connect(loop.quit)
    export.progressed.connect(lambda text, part: progress.append((text, part)))
    QTimer.singleShot(LONGEST_WAIT, loop.quit)
    export.start()
    assert not ended, "signals come only from the event loop"
    loop.exec()
    assert len(ended) == 1
    parts = [part for _, part in progress]
    assert parts == sorted(parts) and all(0 <= part <= 1 for part in parts)
    return ended[0]


def names_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def everything(models):
    """Return a design with all that an export has to get right at once."""
    drawing = Drawing("everything, “at once”")
    left, right = drawing.input("left", 8), drawing.input("right", 8)
    one = saved(drawing, models, "encoder", left)
    other = drawing.again(one, right)
    copy = saved(drawing, models, "encoder", right, trainable=False)
    frozen = saved(drawing, models, "normal", copy, trainable=False)
    pair = saved(drawing, models, "pair", one, other)
    by_name = saved(drawing, models, "by_name", frozen, (pair, "sum"))
    shared = drawing.layer("Dense", "shared", one, units=8)
    again = drawing.again(shared, frozen)
    drawing.freeze(shared)
    joined = drawing.layer("Concatenate", "joined", shared, again, by_name)
    dropped = drawing.layer("Dropout", "drop", joined, rate=0.5)
    drawing.layer("Dense", "leads nowhere", dropped, units=2)
    head = drawing.layer("Dense", "Größe", dropped, units=2)
    drawing.output("size", head)
    drawing.output("flag", (pair, "flag"))
    return drawing


@pytest.fixture(scope="module")
def exported(engine, models, tmp_path_factory):
    """Return the folder and report of one whole export with its proof."""
    folder = tmp_path_factory.mktemp("out")
    targets = [folder / "all.keras", folder / "all.py"]
    report = outcome(Export(Opened(everything(models), engine), targets))
    return folder, report


def test_a_whole_design_is_written_and_proved(exported):
    folder, report = exported
    assert report.ok and report.is_proved
    assert [check.name for check in report.checks][:7] == [
        "outputs",
        "names",
        "parameters",
        "weights",
        "source_outputs",
        "source_weights",
        "source_config",
    ]
    assert [path.name for path in report.files[:2]] == ["all.keras", "all.py"]
    copies = [f"models/{name}.keras" for name in ("by_name", "encoder", "normal", "pair")]
    assert names_in(folder) == ["all.keras", "all.py", "models", *copies]


def test_the_report_as_json_holds_files_checks_and_counts(exported):
    _, report = exported
    plain = json.loads(json.dumps(report.to_plain()))
    assert plain["ok"] is True and plain["proved"] is True
    for file in plain["files"]:
        assert keras_archive.fingerprint(file["path"]) == file["sha256"]
        assert Path(file["path"]).stat().st_size == file["bytes"]
    assert plain["model"]["total"] > plain["model"]["trainable"] > 0
    assert "leads nowhere leads to no Output and so is not in the model." in plain["warnings"]
    assert any("copied to models/encoder.keras" in warning for warning in plain["warnings"])


def test_file_and_source_agree_with_each_other_and_the_design(exported, keras):
    """Looked at from outside: whoever imports the source gets the model in the file."""
    folder, _ = exported
    spec = importlib.util.spec_from_file_location("all_of_it", folder / "all.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    built, loaded = module.build_model(), keras.models.load_model(folder / "all.keras")
    assert [layer.name for layer in built.layers] == [layer.name for layer in loaded.layers]
    assert {"encoder", "encoder_1", "Grosse", "left"} <= {layer.name for layer in built.layers}
    for one, other in zip(built.weights, loaded.weights, strict=True):
        numpy.testing.assert_array_equal(one.numpy(), other.numpy())
    frozen = {layer.name for layer in built.layers if layer.weights and not layer.trainable}
    assert frozen == {"encoder_1", "normal", "shared"}
    trainable = [sum(w.numpy().size for w in m.trainable_weights) for m in (built, loaded)]
    assert trainable[0] == trainable[1] > 0
    data = [numpy.ones((2, 8), "float32"), numpy.zeros((2, 8), "float32")]
    results, others = built(data), loaded(data)
    assert set(results) == set(others) == {"size", "flag"}
    for key, result in results.items():
        numpy.testing.assert_array_equal(result, others[key])


# Without a proof, and over what is there ----------------------------------------------------------


def test_a_source_alone_is_written_without_any_process(engine, tmp_path):
    target = tmp_path / "small.py"
    target.write_text("mine")
    opened = Opened(small(), engine)
    refused = outcome(Export(opened, [target], prove=False))
    assert refused.code == "exists" and target.read_text() == "mine"
    report = outcome(Export(opened, [target], prove=False, force=True))
    assert not report.is_proved and report.ok and report.seconds < 2
    assert "without a proof" in report.sentence
    assert "def build_model() -> keras.Model:" in target.read_text()
    assert names_in(tmp_path) == ["small.py"]


def test_without_a_proof_the_model_is_written_and_nothing_besides(engine, models, tmp_path, keras):
    drawing = Drawing("chain")
    x = saved(drawing, models, "encoder", drawing.input("features", 8))
    drawing.output("code", x)
    target = tmp_path / "chain.keras"
    report = outcome(Export(Opened(drawing, engine), [target], prove=False))
    assert report.files == (target,) and names_in(tmp_path) == ["chain.keras"]
    assert report.facts["outputs"][0][1:] == [[None, 8], "float32"]
    assert keras.models.load_model(target).name == "chain"


def test_what_a_deep_model_needs_to_be_loaded_is_told(engine, models, tmp_path):
    """Keras loads by recursion; the source raises the limit, whoever loads the file has to."""
    drawing = Drawing("deep")
    interface = replace(keras_archive.read(models["encoder"]), layer_count=1100)
    path = str(models["encoder"])
    x = drawing.model("encoder", interface, drawing.input("features", 8), path=path)
    drawing.output("code", x)
    report = outcome(Export(Opened(drawing, engine), [tmp_path / "deep.keras"], prove=False))
    assert [w for w in report.warnings if "sys.setrecursionlimit(22000) before load_model" in w]
    report = outcome(Export(Opened(drawing, engine), [tmp_path / "deep.py"], prove=False))
    assert not [w for w in report.warnings if "load_model" in w]


# Failures -----------------------------------------------------------------------------------------


def test_what_keras_refuses_is_told_of_the_node_and_nothing_is_touched(engine, tmp_path):
    drawing = Drawing("bad")
    x = drawing.input("features", 8)
    drawing.output("sum", drawing.layer("Add", "total", x, drawing.layer("Dense", "d", x, units=3)))
    targets = [tmp_path / "bad.keras", tmp_path / "bad.py"]
    for target in targets:
        target.write_text("earlier")
    failure = outcome(Export(Opened(drawing, engine), targets, force=True))
    assert drawing.document.label(failure.node) == "total"
    assert str(failure).startswith("total: Keras refuses:")
    assert [target.read_text() for target in targets] == ["earlier"] * 2
    assert names_in(tmp_path) == ["bad.keras", "bad.py"]


def test_the_first_error_in_the_design_stops_it_before_anything_runs(engine, tmp_path):
    warning = Problem("w", "Only a warning.", severity="warning")
    errors = [Problem("e", "10 and 64 do not add.", node="n1"), Problem("f", "More.")]
    opened = Opened(small(), engine, [warning, *errors])
    failure = outcome(Export(opened, [tmp_path / "small.py"]))
    assert str(failure) == "10 and 64 do not add." and failure.node == "n1"
    assert names_in(tmp_path) == []


def test_a_design_without_an_output_is_told(engine, tmp_path):
    drawing = Drawing("none")
    drawing.input("features", 8)
    failure = outcome(Export(Opened(drawing, engine), [tmp_path / "none.py"], prove=False))
    assert "no Output" in str(failure)


def test_a_saved_model_that_is_gone_is_told_and_leaves_no_copies(engine, models, tmp_path):
    drawing = Drawing("gone")
    x = saved(drawing, models, "encoder", drawing.input("features", 8))
    gone = tmp_path / "gone.keras"
    x = drawing.model("gone", keras_archive.read(models["normal"]), x, path=str(gone))
    drawing.output("o", x)
    (tmp_path / "out").mkdir()
    failure = outcome(Export(Opened(drawing, engine), [tmp_path / "out" / "a.py"], prove=False))
    assert "gone.keras" in str(failure)
    assert names_in(tmp_path) == ["out"]


def test_a_saved_model_that_became_another_is_told_when_it_does_not_fit(engine, models, tmp_path):
    drawing = Drawing("other")
    interface, path = keras_archive.read(models["encoder"]), str(models["pair"])
    x = drawing.input("features", 8)
    added = edits.add_saved_model(drawing.document, path, "0" * 64, interface, 0, 0)
    drawing.document = edits.add_output(added, 0, 0)
    (call,) = set(added.nodes) - {x}
    for wire in (
        Wire(Source(x), call, interface.inputs[0].name),
        Wire(Source(call, interface.outputs[0].name), drawing.document.outputs[0], "input"),
    ):
        drawing.document = edits.connect(drawing.document, drawing.catalog, wire)
    failure = outcome(Export(Opened(drawing, engine), [tmp_path / "a.keras"], prove=False))
    assert str(failure).startswith("pair: Keras refuses:")
    assert "pair.keras has changed since it was added" in failure.next_step
    assert names_in(tmp_path) == []


def test_a_model_that_is_built_but_does_not_run_is_told(engine, tmp_path):
    drawing = Drawing("uint8")
    photo = drawing.input("photo", 8, 8, 3, dtype="uint8")
    drawing.output("o", drawing.layer("Conv2D", "conv", photo, filters=2, kernel_size=3))
    failure = outcome(Export(Opened(drawing, engine), [tmp_path / "a.keras"]))
    assert "does not run" in str(failure)
    assert names_in(tmp_path) == []


# Cancelling ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["Collecting", "Building"])
def test_cancelled_at_any_moment_it_ends_at_once_and_leaves_nothing(
    engine, models, tmp_path, moment
):
    target = tmp_path / "all.keras"
    target.write_text("earlier")
    targets = [target, tmp_path / "all.py"]
    export = Export(Opened(everything(models), engine), targets, force=True)
    loop, told, took = QEventLoop(), [], []

    def look(text, part):
        if text.startswith(moment) and not took:
            began = time.monotonic()
            export.cancel()
            took.append(time.monotonic() - began)
            QTimer.singleShot(300, loop.quit)

    export.progressed.connect(look)
    for signal in (export.finished, export.failed):
        signal.connect(told.append)
    QTimer.singleShot(LONGEST_WAIT, loop.quit)
    export.start()
    loop.exec()
    assert took and took[0] < 1
    assert not told, "after cancel nothing is told"
    assert names_in(tmp_path) == ["all.keras"] and target.read_text() == "earlier"
