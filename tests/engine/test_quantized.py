"""Quantized layers, however their model is used, are exported and come back to the bit."""

import keras
import numpy as np
import pytest

from composer_gui.core import opening
from composer_gui.core.codegen import keras_script
from composer_gui.core.document import Call
from composer_gui.core.layer_kinds import SavedModel
from composer_gui.core.saved_files import saved_files
from composer_gui.core.shapes.shape_flow import ShapeFlow
from composer_gui.engine import keras_facts, keras_operations
from composer_gui.engine.keras_models import KerasModels
from composer_gui.engine.keras_shapes import KerasShapes
from composer_gui.storage import keras_archive, resources
from tests.engine.test_proof import Proof
from tests.saved_drawing import Saved

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
layers = keras.layers
CATALOG = resources.catalog()


def chain():
    """Return a model whose layers can all be quantized but one."""
    x = keras.Input((5, 8), name="x")
    y = layers.Dense(8, activation="relu", name="first")(x)
    y = layers.EinsumDense("abc,cd->abd", output_shape=(None, 6), name="second")(y)
    y = layers.LayerNormalization(name="norm")(y)
    return keras.Model(x, layers.Dense(3, name="last")(y), name="chain")


MODES = ("int8", "int4", "float8")
FILES = [f"{mode}_{how}" for mode in MODES for how in ("layer", "model")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with models of which a layer, or all that can be, was quantized."""
    found = tmp_path_factory.mktemp("quantized")
    keras.utils.set_random_seed(3)
    for mode in MODES:
        one, whole = chain(), chain()
        one.get_layer("first").quantize(mode)
        whole.quantize(mode)
        one.save(found / f"{mode}_layer.keras")
        whole.save(found / f"{mode}_model.keras")
    return found


@pytest.fixture(scope="module")
def shapes():
    return KerasShapes(CATALOG, KerasModels(), keras_operations.call)


def read(folder, name):
    path = folder / f"{name}.keras"
    return SavedModel("l1", name, str(path), "", keras_archive.read(path))


def whole(folder, name):
    drawing = Saved(folder)
    x = drawing.input("x", 5, 8)
    drawing.output("y", drawing.whole(name, name, x))
    return drawing.document


def tapped(folder, name):
    """Return a design with the quantized layer tapped, frozen in part, and a new head on it."""
    drawing = Saved(folder)
    inside = keras_archive.contents(folder / f"{name}.keras")
    taps = (opening.tap(inside, "first", ()), opening.tap(inside, "norm", ()))
    x = drawing.input("x", 5, 8)
    used = drawing.whole(name, name, x, taps=taps, frozen=("first",))
    drawing.output("first", (used, taps[0].name))
    drawing.output("head", drawing.layer("Dense", "head", (used, taps[1].name), units=2))
    drawing.output("y", used)
    return drawing.document


def copied(folder, name):
    """Return a design with two copies, one behind the other by a layer of the right width."""
    drawing = Saved(folder)
    one = drawing.whole(name, "one", drawing.input("x", 5, 8))
    wide = drawing.layer("Dense", "wide", one, units=8)
    drawing.output("y", drawing.whole(name, "other", wide, trainable=False))
    drawing.output("again", drawing.again(one, wide))
    return drawing.document


def opened(folder, name):
    """Return a design of the layers, those that are quantized sealed."""
    layer = read(folder, name)
    return opening.opened(keras_archive.contents(layer.path), layer, CATALOG)


def opened_with_copy(folder, name):
    """Return the layers with a copy of the whole behind them."""
    drawing = Saved(folder)
    drawing.document = opened(folder, name)
    (last,) = drawing.document.outputs
    (source,) = drawing.document.nodes[last].inputs["input"]
    wide = drawing.layer("Dense", "wide", (source.node, source.port), units=8)
    drawing.output("copy", drawing.whole(name, "copy", wide))
    return drawing.document


USES = [whole, tapped, copied, opened, opened_with_copy]


@pytest.mark.parametrize("use", USES, ids=lambda use: use.__name__)
@pytest.mark.parametrize("name", FILES)
def test_it_is_judged_exported_and_reloaded_to_the_bit(folder, shapes, name, use, tmp_path):
    document = use(folder, name)
    verdicts = ShapeFlow(CATALOG, shapes.infer).update(document)
    assert [problem for verdict in verdicts.values() for problem in verdict.problems] == []
    paths = {path: path for path, _ in saved_files(document)}
    insides = {path: keras_archive.contents(path) for path in paths}
    script = keras_script.generate(document, CATALOG, paths, insides=insides)
    steps = Proof(tmp_path)
    steps.models = list(paths)
    found = steps.build(script.text, train=True)
    assert all(check["ok"] for check in found["checks"]), found["checks"]
    assert {spec.split("/")[0] for spec in found.get("new_layers", ())} <= {"head", "wide"}
    assert set(steps.reload().values()) == {True}
    assert set(steps.run_script(script.text).values()) == {True}
    calls = {n.layer: n.id for n in document.nodes.values() if isinstance(n, Call)}
    told = [verdicts[node_id] for node_id in calls.values()]
    assert sum(verdict.parameters for verdict in told) == found["total"]
    assert sum(verdict.trainable_parameters for verdict in told) == found["trainable"]


@pytest.mark.parametrize("name", FILES)
def test_the_outputs_are_those_of_the_saved_model(folder, name):
    document = opened(folder, name)
    (path,) = {path for path, _ in saved_files(document)}
    inside = keras_archive.contents(path)
    script = keras_script.generate(document, CATALOG, {path: path}, insides={path: inside})
    given = np.random.default_rng(5).normal(size=(2, 5, 8)).astype("float32")
    built = keras_facts.built(script.text, "script.py")
    np.testing.assert_array_equal(built(given), keras.models.load_model(path)(given))
