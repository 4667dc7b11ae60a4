"""However a saved model is used, the engine says of it what its source then builds."""

from dataclasses import replace

import keras
import pytest
from immutables import Map

from composer_gui.core import cutting, opening
from composer_gui.core.codegen import keras_script
from composer_gui.core.document import OUTPUT_PORT, Call, Document, Input, Output, Source, head, put
from composer_gui.core.layer_kinds import SavedModel
from composer_gui.core.shapes.shape_flow import ShapeFlow
from composer_gui.engine import keras_facts, keras_operations, proof_training, proof_weights
from composer_gui.engine.keras_models import KerasModels
from composer_gui.engine.keras_shapes import KerasShapes
from composer_gui.engine.keras_specs import count, spec_of
from composer_gui.storage import keras_archive, resources
from tests.engine import test_keras_inside as models

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning",
    "ignore:The model does not have any trainable weights:UserWarning",
)
CATALOG = resources.catalog()

TAPS = {
    "residual": ("conv", "bn", "shared#1", "both"),
    "deep": ("middle/bottom/conv", "middle/bottom#1/relu", "tail/flat", "middle/sum"),
    "stacked": ("conv", "lstm"),
    "states": ("encoder:1", "attention"),
    "masked": ("look", "table"),
    "quantized": ("a",),
    "lora": ("a",),
    "text": ("tokens", "norm"),
}
FROZEN = ("conv", "BatchNormalization", "*/bottom/*", "lstm", "a", "table", "!both")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("models")
    keras.utils.set_random_seed(5)
    for make in models.MODELS:
        make().save(found / f"{make.__name__}.keras")
    return found


@pytest.fixture(scope="module")
def shapes():
    return KerasShapes(CATALOG, KerasModels(), keras_operations.call)


def read(folder, name):
    """Return a saved model as a layer, and what it is made of."""
    path = folder / f"{name}.keras"
    layer = SavedModel("l1", name, str(path), "", keras_archive.read(path))
    return layer, keras_archive.contents(path)


def tapped(layer, inside):
    taken = [port.name for port in layer.outputs]
    taps = []
    for address in TAPS[layer.name]:
        taps.append(opening.tap(inside, address, taken))
        taken.append(taps[-1].name)
    return replace(layer, taps=tuple(taps))


def design_of(layer):
    """Return a design of nothing but a saved model, an Input and an Output for each port."""
    document, wires, outputs = Document(), {}, []
    for number, port in enumerate(layer.inputs, start=1):
        batch, *rest = port.shape
        document = put(document, Input(f"n{number}", port.name, tuple(rest), port.dtype, batch))
        wires[port.name] = (Source(f"n{number}"),)
    document = put(document, layer, Call("n50", "l1", inputs=Map(wires)))
    for number, port in enumerate(layer.outputs, start=60):
        wire = Map({OUTPUT_PORT: (Source("n50", port.name),)})
        document = put(document, Output(f"n{number}", port.name, wire))
        outputs.append(f"n{number}")
    inputs = tuple(f"n{number + 1}" for number in range(len(layer.inputs)))
    return head(document, inputs=inputs, outputs=tuple(outputs), next_number=200)


def assert_told_as_built(shapes, layer, inside, tmp_path):
    """Compare specs and counts, look at where the weights are from, and take a training step."""
    document = design_of(layer)
    verdicts = ShapeFlow(CATALOG, shapes.infer).update(document)
    assert [problem for verdict in verdicts.values() for problem in verdict.problems] == []
    script = keras_script.generate(
        document, CATALOG, {layer.path: layer.path}, insides={layer.path: inside}
    )
    built = keras_facts.built(script.text, str(tmp_path / "script.py"))
    told = [spec for node_id in document.outputs for _, spec in verdicts[node_id].outputs]
    given = [spec_of(tensor) for tensor in keras.tree.flatten(built.output)]
    assert sorted(map(str, told)) == sorted(map(str, given))
    counts = count(built.weights), count(built.trainable_weights)
    verdict = verdicts["n50"]
    assert (verdict.parameters, verdict.trainable_parameters) == counts
    assert proof_weights.origins(built, [layer.path])["new"] == 0
    (check,), _ = proof_training.checks(built)
    assert check["ok"], check["detail"]


@pytest.mark.parametrize("name", TAPS)
def test_tapped_and_frozen_it_is_what_is_built(folder, shapes, name, tmp_path):
    layer, inside = read(folder, name)
    assert_told_as_built(shapes, replace(tapped(layer, inside), frozen=FROZEN), inside, tmp_path)


@pytest.mark.parametrize("name", ["residual", "deep", "masked", "lora"])
def test_for_inference_only_it_is_what_is_built(folder, shapes, name, tmp_path):
    layer, inside = read(folder, name)
    assert_told_as_built(shapes, replace(layer, inference=True), inside, tmp_path)


@pytest.mark.parametrize(
    ("name", "starts", "stops"),
    [
        ("residual", ["bn"], ["both", "head"]),
        ("residual", [], ["both"]),
        ("deep", ["middle/bottom/conv"], ["middle/bottom/relu"]),
    ],
)
def test_cut_it_is_what_is_built(folder, shapes, name, starts, stops, tmp_path):
    layer, inside = read(folder, name)
    cut = cutting.cut(inside, starts, stops)
    assert_told_as_built(shapes, replace(layer, cut=cut), inside, tmp_path)


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("stacked", [(None, 30, 3)]),
        ("states", [(4, 7, 3), (4, 5, 4)]),
        ("deep", [(2, 8, 8, 3)]),
    ],
)
def test_with_inputs_of_other_sizes_it_is_what_is_built(folder, shapes, name, sizes, tmp_path):
    layer, inside = read(folder, name)
    ports = zip(layer.inputs, sizes, strict=True)
    layer = replace(layer, reinput=tuple(replace(port, shape=size) for port, size in ports))
    assert_told_as_built(shapes, layer, inside, tmp_path)


@pytest.mark.parametrize("name", TAPS)
def test_opened_up_it_says_the_same(folder, shapes, name):
    layer, inside = read(folder, name)
    layer = tapped(layer, inside)
    closed = shapes.infer(
        layer,
        Map(),
        {p.name: (spec_of(keras.KerasTensor(p.shape, p.dtype)),) for p in layer.inputs},
    )
    for all_levels in (False, True):
        opened = opening.opened(inside, layer, CATALOG, all_levels=all_levels)
        verdicts = ShapeFlow(CATALOG, shapes.infer).update(opened)
        told = [spec for node_id in opened.outputs for _, spec in verdicts[node_id].outputs]
        assert told == [spec for _, spec in closed.outputs]
        assert [verdict.anew for verdict in verdicts.values() if verdict.anew] == []
        calls = {n.layer: n.id for n in opened.nodes.values() if isinstance(n, Call)}
        assert sum(verdicts[call].parameters for call in calls.values()) <= closed.parameters
