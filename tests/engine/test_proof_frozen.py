"""What is frozen comes back frozen, or it is said what to do about it."""

import pytest
from immutables import Map

from composer_gui.core import opening
from composer_gui.core.layer_kinds import Construct, SavedModel
from composer_gui.core.ports import output_ports
from composer_gui.core.shapes.shape_flow import ShapeFlow
from composer_gui.engine import keras_facts, keras_operations, proof, proof_frozen, proof_training
from composer_gui.engine.keras_models import KerasModels
from composer_gui.engine.keras_shapes import KerasShapes
from composer_gui.storage import keras_archive
from tests.conformance.test_ghosts import CATALOG, NOT_CALLABLE, inputs_for
from tests.drawing import Drawing
from tests.engine.test_proof import Proof
from tests.saved_drawing import Saved

keras = pytest.importorskip("keras")
layers = keras.layers
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def construct(class_name, **parameters):
    return Construct("layer", class_name, Map(parameters))


WRAPPED = [
    ("Bidirectional", {"layer": construct("LSTM", units=3)}),
    ("Bidirectional", {"layer": construct("RNN", cell=construct("GRUCell", units=3))}),
    ("RNN", {"cell": construct("LSTMCell", units=3)}),
    ("SpectralNormalization", {"layer": construct("Dense", units=3)}),
    ("TimeDistributed", {"layer": construct("BatchNormalization")}),
    ("Dense", {"units": 5, "lora_rank": 2}),
]
CASES = [(name, {}) for name in CATALOG.layers if name not in NOT_CALLABLE] + WRAPPED


def frozen_alone(class_name, parameters):
    """Return the design of a frozen layer of a class, and nothing else."""
    drawing = Drawing()
    wires = {
        port: [
            drawing.input(f"{port}{number}", *spec.shape[1:], dtype=spec.dtype)
            for number, spec in enumerate(specs)
        ]
        for port, specs in inputs_for(class_name).items()
    }
    sample = CATALOG.layer(class_name).sample.update(parameters)
    node_id = drawing.layer(class_name, "it", wires=wires, **sample)
    node = drawing.document.nodes[node_id]
    for port in output_ports(drawing.document, drawing.catalog, node):
        drawing.output(port, (node_id, port))
    drawing.freeze(node_id)
    return drawing


@pytest.mark.parametrize(("class_name", "parameters"), CASES, ids=str)
def test_a_frozen_layer_of_the_catalog_comes_back_frozen_or_is_known(
    class_name, parameters, tmp_path
):
    drawing = frozen_alone(class_name, parameters)
    model = keras_facts.built(drawing.script().text, "script.py")
    assert model.trainable_weights == []
    if not model.weights:
        return
    states = proof_frozen.states(model)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    thawed = proof_frozen.thawed(states, again)
    assert bool(again.trainable_weights) == bool(thawed)
    assert proof_frozen.expected(model) == list(thawed)
    for path in thawed:
        again.get_layer(path).trainable = True
        again.get_layer(path).trainable = False
    assert again.trainable_weights == []


def attention():
    """Return a drawing of a frozen attention and a head that trains."""
    drawing = Drawing("reader")
    steps = drawing.input("steps", 6, 8)
    x = drawing.layer("MultiHeadAttention", "attention", steps, steps, num_heads=2, key_dim=3)
    drawing.freeze(x)
    drawing.output("score", drawing.layer("Dense", "head", x, units=2))
    return drawing


SENTENCE = (
    "attention is frozen, but a .keras file cannot keep that: when it is loaded, Keras makes the "
    "layers inside anew, and they train. After load_model, set "
    'model.get_layer("attention").trainable = True and then = False. '
    "The Python source freezes by itself."
)


def test_an_attention_that_is_frozen_is_exported_with_what_to_do_after_loading(tmp_path):
    steps, text = Proof(tmp_path), attention().script().text
    built = steps.build(text, train=True)
    assert built["trainable"] == 18 and "warnings" not in built
    assert built["checks"][0]["detail"].endswith("frozen weights as they were, and moved others.")
    request = {"op": "reload", "target": str(tmp_path / "model.keras")} | steps.files
    found = proof.run(request, lambda text, part: None)
    assert found["warnings"] == [SENTENCE]
    assert {c["name"]: c["ok"] for c in found["checks"]}.keys() == {
        "outputs",
        "names",
        "parameters",
        "weights",
    }
    assert all(c["ok"] for c in found["checks"])
    assert found["checks"][2]["detail"] == (
        "It has 236 parameters, 18 of them trainable, and 218 more until they are frozen again."
    )
    assert set(steps.run_script(text).values()) == {True}


def test_without_a_proof_it_is_said_as_well(tmp_path):
    target = str(tmp_path / "m.keras")
    request = {"op": "build", "text": attention().script().text, "path": "x.py", "models": []}
    found = proof.run(request | {"target": target}, lambda text, part: None)
    assert found["warnings"] == [SENTENCE]


def test_other_layers_that_train_again_are_a_failure(tmp_path):
    """Only what a file cannot hold is explained: this one just holds something else."""
    text = attention().script().text
    steps = Proof(tmp_path)
    steps.build(text.replace('name="head"', 'name="head", trainable=False'))
    model = keras.models.load_model(tmp_path / "model.keras")
    model.get_layer("head").trainable = True
    model.save(tmp_path / "model.keras")
    assert steps.reload() == {"outputs": True, "names": True, "parameters": False, "weights": True}


def nested():
    """Return a model with an encoder that is frozen, and one more layer that is."""
    x = keras.Input((6, 8), name="x")
    inner = keras.Input((6, 8))
    y = layers.MultiHeadAttention(2, 3, name="first")(inner, inner)
    y = layers.GroupQueryAttention(3, 2, 1, name="second")(y, y)
    encoder = keras.Model(inner, layers.Dense(8, name="dense")(y), name="encoder")
    other = keras.Input((6, 8))
    z = layers.MultiHeadAttention(2, 3, name="third")(other, other)
    half = keras.Model(other, layers.Dense(8, name="open")(z), name="half")
    encoder.trainable = False
    half.get_layer("third").trainable = False
    return keras.Model(x, half(encoder(x)))


def test_of_a_frozen_model_inside_it_is_the_model_that_is_named():
    model = nested()
    states = proof_frozen.states(model)
    found = proof_frozen.expected(model)
    assert found == ["encoder/first", "encoder/second", "half/third"]
    said = proof_frozen.warning(found, states)
    assert said.startswith("encoder and half/third are frozen, but a .keras file cannot keep")
    assert 'set model.get_layer("encoder").trainable = True and then = False, and so with' in said
    deep = proof_frozen.warning(["half/third"], states)
    assert 'set model.get_layer("half").get_layer("third").trainable = True' in deep


# Models that say that they are frozen, with layers in them that were thawed after it --------------


def half_frozen(folder):
    """Save a model like that, and one in which such a model lies."""
    x, inner = keras.Input((4,), name="x"), keras.Input((4,))
    rows = []
    for given in (x, inner):
        rows.append(layers.Dense(4, name="b")(layers.Dense(4, name="a")(given)))
    outer, model = keras.Model(x, rows[0], name="outer"), keras.Model(inner, rows[1], name="inner")
    for one in (outer, model):
        one.trainable = False
        one.get_layer("b").trainable = True
    outer.save(folder / "outer.keras")
    keras.Model(x, layers.Dense(3, name="head")(model(x)), name="nest").save(folder / "nest.keras")


USES = [
    {},
    {"trainable": False},
    {"frozen": ("*",)},
    {"frozen": ("head",)},
    {"inference": True},
    {"opened": True},
]


@pytest.mark.parametrize("used", USES, ids=str)
@pytest.mark.parametrize("name", ["outer", "nest"])
def test_what_was_thawed_in_a_frozen_model_is_judged_built_and_trained_alike(name, used, tmp_path):
    """Keras goes by the layers; told to freeze such a model, it does nothing."""
    half_frozen(tmp_path)
    drawing = Saved(tmp_path)
    path = str(tmp_path / f"{name}.keras")
    inside = keras_archive.contents(path)
    if "opened" in used:
        layer = SavedModel("l1", name, path, "", keras_archive.read(path))
        drawing.document = opening.opened(inside, layer, CATALOG)
    else:
        drawing.output("y", drawing.whole(name, name, drawing.input("x", 4), **used))
    shapes = KerasShapes(CATALOG, KerasModels(), keras_operations.call)
    verdicts = ShapeFlow(CATALOG, shapes.infer).update(drawing.document)
    model = keras_facts.built(drawing.text(insides={path: inside}), "script.py")
    told = sum(verdict.trainable_parameters for verdict in verdicts.values())
    assert told == sum(map(keras_facts.size_of, model.trainable_weights))
    assert (told == 0) == (used in USES[1:3] + USES[4:5] or (name == "outer" and used == USES[5]))
    (check,), odd = proof_training.checks(model)
    assert check["ok"] and odd == []


def test_of_many_layers_the_frozen_ones_are_frozen_though_their_model_says_so_already(tmp_path):
    x = y = keras.Input((4,), name="x")
    for number in range(8):
        y = layers.Dense(4, name=f"d{number}")(y)
    model = keras.Model(x, y, name="row")
    model.trainable = False
    for number in range(4):
        model.get_layer(f"d{number}").trainable = True
    model.save(tmp_path / "row.keras")
    drawing = Saved(tmp_path)
    y = drawing.input("x", 4)
    for number in range(8):
        is_open = number == 7
        y = drawing.kept("row", f"d{number}", f"d{number}", "Dense", y, trainable=is_open, units=4)
    drawing.output("y", y)
    built = keras_facts.built(drawing.text(), "script.py")
    assert [weight.path for weight in built.trainable_weights] == ["d7/kernel", "d7/bias"]


@pytest.mark.parametrize("used", [{}, {"frozen": ("head",)}, "one level", "all levels"], ids=str)
def test_an_attention_that_was_saved_frozen_stays_so_in_a_model_that_trains(used, tmp_path):
    """Keras thaws it when it loads the file; the source freezes it again, alone."""
    inner = keras.Input((4, 3))
    heads = layers.MultiHeadAttention(2, 2, name="heads")
    model = keras.Model(inner, layers.Dense(3, name="d")(heads(inner, inner)), name="inner")
    heads.trainable = False
    x = keras.Input((4, 3), name="x")
    path = str(tmp_path / "nest.keras")
    keras.Model(x, layers.Dense(2, name="head")(model(x)), name="nest").save(path)
    drawing, inside = Saved(tmp_path), keras_archive.contents(path)
    if isinstance(used, str):
        layer = SavedModel("l1", "nest", path, "", keras_archive.read(path))
        is_all = used == "all levels"
        drawing.document = opening.opened(inside, layer, CATALOG, all_levels=is_all)
    else:
        drawing.output("y", drawing.whole("nest", "nest", drawing.input("x", 4, 3), **used))
    shapes = KerasShapes(CATALOG, KerasModels(), keras_operations.call)
    verdicts = ShapeFlow(CATALOG, shapes.infer).update(drawing.document)
    built = keras_facts.built(drawing.text(insides={path: inside}), "script.py")
    trains = sum(map(keras_facts.size_of, built.trainable_weights))
    assert sum(verdict.trainable_parameters for verdict in verdicts.values()) == trains
    assert trains == (12 if used == {"frozen": ("head",)} else 20)
    (check,), odd = proof_training.checks(built)
    assert check["ok"] and odd == []
