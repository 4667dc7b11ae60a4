"""Exports from scratch, with weights beside the source, and with classes of the user's own."""

import numpy as np
import pytest
from immutables import Map

pytest.importorskip("keras")

import keras

from composer_gui.core import edits
from composer_gui.core.document import CodeFile
from composer_gui.core.errors import ExportFailed
from composer_gui.core.layer_kinds import Construct
from composer_gui.core.problems import Problem
from composer_gui.engine.client import EngineClient
from composer_gui.session import importing
from composer_gui.session.exports import Export
from composer_gui.storage import keras_archive, resources
from tests.drawing import Drawing
from tests.session.test_exports import Opened, names_in, outcome, saved

SCRATCH = "scratch"

CLASSES = """
import keras


@keras.saving.register_keras_serializable("mine")
class Scale(keras.layers.Layer):
    def build(self, shape):
        self.factor = self.add_weight(shape=(shape[-1],), initializer="ones")

    def call(self, inputs):
        return inputs * self.factor
"""


@pytest.fixture(scope="module")
def engine(qapp):
    client = EngineClient()
    yield client
    client.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a saved model that knows many words."""
    folder = tmp_path_factory.mktemp("saved")
    words = [f"word{number}" for number in range(300)]
    lookup = keras.layers.StringLookup(vocabulary=words, name="words")
    text = keras.Input((3,), dtype="string", name="text")
    numbers = keras.layers.Embedding(301, 4, name="meaning")(lookup(text))
    pooled = keras.layers.GlobalAveragePooling1D(name="mean")(numbers)
    score = keras.layers.Dense(2, name="score")(pooled)
    keras.Model(text, score, name="reader").save(folder / "reader.keras")
    return folder


class Imported(Opened):
    """A session with the design of a saved model open."""

    def __init__(self, path, engine):
        self.root = importing.imported(path, resources.catalog())
        self.catalog = resources.catalog()
        self.engine = engine
        self.problems = list
        self.place, self.verdicts, self.allowed_code = (), {}, tuple


def given():
    return keras.ops.convert_to_tensor([["word1", "word2", "none"], ["word7", "x", "word299"]])


def names_of(report):
    return [check.name for check in report.checks]


def test_from_scratch_with_weights_everything_lies_beside_the_source(engine, folder, tmp_path):
    opened = Imported(folder / "reader.keras", engine)
    targets = [tmp_path / "a.keras", tmp_path / "a.py"]
    report = outcome(Export(opened, targets, style=SCRATCH, weights=True))
    assert report.ok and {"outputs", "source_outputs", "scratch_weights", "kept"} <= set(
        names_of(report)
    )
    assert names_in(tmp_path) == ["a.keras", "a.py", "a.weights.h5", "words_vocabulary.txt"]
    assert {path.name for path in report.files} == set(names_in(tmp_path))
    original = keras.models.load_model(folder / "reader.keras")
    again = keras.models.load_model(tmp_path / "a.keras")
    np.testing.assert_array_equal(original(given()), again(given()))
    assert "load_model" not in (tmp_path / "a.py").read_text()
    # what lies there already is replaced only when the user says so
    refused = outcome(Export(opened, targets[1:], style=SCRATCH, prove=False))
    assert refused.code == "exists"


def test_a_file_beside_the_source_that_is_there_already_is_not_replaced(engine, folder, tmp_path):
    (tmp_path / "words_vocabulary.txt").write_text("mine")
    opened = Imported(folder / "reader.keras", engine)
    refused = outcome(Export(opened, [tmp_path / "a.py"], style=SCRATCH, prove=False))
    assert refused.code == "exists" and "words_vocabulary.txt" in str(refused)
    assert names_in(tmp_path) == ["words_vocabulary.txt"]
    assert (tmp_path / "words_vocabulary.txt").read_text() == "mine"
    report = outcome(Export(opened, [tmp_path / "a.py"], style=SCRATCH, prove=False, force=True))
    assert {path.name for path in report.files} == {"a.py", "words_vocabulary.txt"}
    assert len((tmp_path / "words_vocabulary.txt").read_text().split("\n")) == 300


def test_weights_go_only_with_a_source_from_scratch(engine, folder, tmp_path):
    opened = Imported(folder / "reader.keras", engine)
    for target, style in (("a.keras", SCRATCH), ("a.py", "saved")):
        refused = outcome(Export(opened, [tmp_path / target], style=style, weights=True))
        assert isinstance(refused, ExportFailed) and "from scratch" in str(refused)
    assert names_in(tmp_path) == []


def test_a_frozen_design_is_trained_one_step_to_see_that_it_is(engine, folder, tmp_path):
    drawing = Drawing("half")
    features = drawing.input("features", 8)
    frozen = drawing.layer("Dense", "frozen", features, units=4)
    drawing.output("score", drawing.layer("Dense", "head", frozen, units=2))
    layer = drawing.document.nodes[frozen].layer
    drawing.document = edits.set_trainable(drawing.document, layer, False)
    report = outcome(Export(Opened(drawing, engine), [tmp_path / "half.keras"]))
    assert report.ok
    assert any("frozen" in check.detail for check in report.checks)


def test_what_is_odd_about_what_is_frozen_is_told_and_does_not_stop_an_export(engine, tmp_path):
    """An attention that no file can keep frozen, and a head that can never learn."""
    drawing = Drawing("reader")
    steps = drawing.input("steps", 6, 8)
    frozen = drawing.layer("MultiHeadAttention", "attention", steps, steps, num_heads=2, key_dim=3)
    drawing.freeze(frozen)
    low = Construct("initializer", "Constant", Map({"value": -90.0}))
    head = {"units": 2, "activation": "relu", "bias_initializer": low}
    drawing.output("score", drawing.layer("Dense", "head", frozen, **head))
    report = outcome(Export(Opened(drawing, engine), [tmp_path / "a.keras", tmp_path / "a.py"]))
    assert report.ok and report.facts["trainable"] == 18
    still, thawed = report.warnings
    assert "moved nothing, though 18 weights are not frozen" in still
    assert thawed.startswith("attention is frozen, but a .keras file cannot keep that")
    again = keras.models.load_model(tmp_path / "a.keras")
    assert len(again.trainable_weights) == 10
    layer = again.get_layer("attention")
    layer.trainable = True
    layer.trainable = False
    assert len(again.trainable_weights) == 2


# Classes of the user's own ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """Return a saved model of a class that a Python file defines, and that file."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "my_layers.py").write_text(CLASSES)
    namespace = {"__name__": "my_layers"}
    exec(compile(CLASSES, "my_layers.py", "exec"), namespace)
    inputs = keras.Input((4,), name="x")
    model = keras.Model(inputs, namespace["Scale"](name="scale")(inputs), name="scaled")
    model.save(folder / "scaled.keras")
    keras.saving.get_custom_objects().clear()
    return folder / "scaled.keras", folder / "my_layers.py"


def test_a_design_that_lacks_a_class_is_not_exported(engine, tmp_path):
    drawing = Drawing()
    drawing.output("o", drawing.layer("ReLU", "act", drawing.input("x", 3)))
    lacking = Problem("missing_class", "The class Scale is missing.", "n1", severity="warning")
    failure = outcome(Export(Opened(drawing, engine, [lacking]), [tmp_path / "a.py"]))
    assert str(failure) == "The class Scale is missing."


def test_the_file_that_defines_a_class_goes_beside_the_source(engine, own, tmp_path):
    model, code = own
    drawing = Drawing("scaled")
    out = saved(drawing, {"scaled": model}, "scaled", drawing.input("x", 4))
    drawing.output("y", out)
    file = CodeFile(str(code), keras_archive.fingerprint(code))
    drawing.document = edits.set_code(drawing.document, [file])
    opened = Opened(drawing, engine)
    opened.allowed_code = lambda: (file,)
    report = outcome(Export(opened, [tmp_path / "a.keras", tmp_path / "a.py"]))
    assert report.ok and "source_outputs" in names_of(report)
    assert (tmp_path / "my_layers.py").read_text() == CLASSES
    assert tmp_path / "my_layers.py" in report.files


def test_a_file_that_changed_since_it_was_allowed_is_not_run(engine, own, tmp_path):
    model, code = own
    drawing = Drawing("scaled")
    drawing.output("y", saved(drawing, {"scaled": model}, "scaled", drawing.input("x", 4)))
    opened = Opened(drawing, engine)
    opened.allowed_code = lambda: (CodeFile(str(code), "0" * 64),)
    failure = outcome(Export(opened, [tmp_path / "a.keras"]))
    assert "has changed since it was allowed" in str(failure)
    assert names_in(tmp_path) == []
