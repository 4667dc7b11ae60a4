"""Designs with dots and bypassed calls are judged as, and become, the model without them."""

import random

import pytest

from composer_gui.core import edits
from composer_gui.core.bill import bill, rows
from composer_gui.core.cautions import Cautions
from composer_gui.core.passing import hands_on
from composer_gui.core.shapes.shape_flow import ShapeFlow
from composer_gui.engine import keras_facts, keras_operations
from composer_gui.engine.keras_models import KerasModels
from composer_gui.engine.keras_shapes import KerasShapes
from composer_gui.storage import resources
from tests.conformance.test_cautions import MEANT
from tests.corpus.files import make_models
from tests.corpus.written import design
from tests.drawing import Drawing
from tests.littered import littered

keras = pytest.importorskip("keras")
CATALOG = resources.catalog()


@pytest.fixture(scope="module")
def infer():
    return KerasShapes(CATALOG, KerasModels(), keras_operations.call).infer


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return make_models(tmp_path_factory.mktemp("models"))


def drawn():
    """Return a drawing with a shared layer, a merge, states of a layer and two outputs."""
    made = Drawing("passing")
    start = made.input("photo", 6, 8)
    lstm = made.layer("LSTM", "reader", start, units=8, return_state=True, return_sequences=True)
    states = [(lstm, "state_h"), (lstm, "state_c")]
    again = made.layer("LSTM", "writer", start, units=8, wires={"initial_state": states})
    dense = made.layer("Dense", "shared", again, units=8, activation="tanh")
    merged = made.layer("Add", "sum", again, made.again(dense, dense))
    made.output("result", made.layer("Dropout", "noise", merged, rate=0.5))
    made.output("state", (lstm, "state_h"))
    return made


def grouped(made, infer):
    """Group the shared layer of a drawing, with its two calls, into a submodel."""
    nodes = made.document.nodes.values()
    ids = [n.id for n in nodes if made.document.label(n.id).startswith("shared")]
    verdicts = ShapeFlow(CATALOG, infer).update(made.document)
    made.document = edits.group(made.document, CATALOG, ids, "block", verdicts=verdicts)
    return made


def built(made):
    return keras_facts.built(made.script().text, "script.py")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("within", [False, True])
def test_the_model_is_the_same_to_the_bit(infer, seed, within):
    plain, made = drawn(), drawn()
    if within:
        plain, made = grouped(plain, infer), grouped(made, infer)
    made.document = littered(made.document, random.Random(seed))
    assert any(hands_on(node) for node in made.document.nodes.values())
    one, other = built(plain), built(made)
    expected = keras_facts.facts(one, with_config=True)
    assert keras_facts.facts(other, with_config=True) == expected
    arrays = keras_facts.sample_input(one, 6)
    difference = keras_facts.output_difference(
        keras_facts.outputs_of(one, arrays), keras_facts.outputs_of(other, arrays)
    )
    assert difference == ""


@pytest.mark.parametrize("within", [False, True])
def test_what_keras_says_and_what_it_costs_is_the_same(infer, within):
    made = grouped(drawn(), infer) if within else drawn()
    with_them = littered(made.document, random.Random(5))
    plain = ShapeFlow(CATALOG, infer).update(made.document)
    verdicts = ShapeFlow(CATALOG, infer).update(with_them)
    for node_id in made.document.nodes:
        assert verdicts[node_id] == plain[node_id]
    assert bill(rows(with_them, verdicts)) == bill(rows(made.document, plain))


@pytest.mark.parametrize("name", sorted(MEANT))
def test_the_warnings_are_the_same(infer, models, name):
    for what in MEANT[name] if isinstance(MEANT[name], list | tuple) else [MEANT[name]]:
        if not isinstance(what, str):
            continue
        document = design(what, models)
        with_them = littered(document, random.Random(name))
        told = []
        for each in (document, with_them):
            flow = ShapeFlow(CATALOG, infer)
            flow.update(each)
            told.append(Cautions(CATALOG).found(each, flow.verdicts))
        assert told[0] == told[1]


def test_a_layer_that_is_bypassed_wherever_it_is_called_has_no_weights_in_the_model():
    made = drawn()
    total = keras_facts.facts(built(made))["total"]
    document = made.document
    shared = [key for key in document.nodes if document.label(key) == "shared"]
    made.document = edits.set_bypassed(document, shared[:1], True)
    assert keras_facts.facts(built(made))["total"] == total
    made.document = edits.set_bypassed(document, shared, True)
    assert keras_facts.facts(built(made))["total"] == total - (8 * 8 + 8)
