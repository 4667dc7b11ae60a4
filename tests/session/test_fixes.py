"""Repairs through the real engine: applied, each leaves nothing wrong, and undo takes it back."""

import pytest
from immutables import Map

from composer_gui.core import edits
from composer_gui.core.document import OUTPUT_PORT, Source, Wire
from composer_gui.core.errors import EditRefused
from composer_gui.core.layer_kinds import SavedInterface, SavedPort
from composer_gui.core.problems import ERROR
from composer_gui.session.session import Session
from composer_gui.storage import keras_archive, resources

WAIT = 120_000


@pytest.fixture(scope="module")
def head_file(tmp_path_factory):
    """A saved model that takes 6x6x64 and ends in one number."""
    import keras

    path = tmp_path_factory.mktemp("models") / "conv_head.keras"
    inputs = keras.Input((6, 6, 64), name="features")
    outputs = keras.layers.Dense(1, name="score")(keras.layers.Flatten(name="flat")(inputs))
    keras.Model(inputs, outputs, name="conv_head").save(path)
    return path


@pytest.fixture(scope="module")
def tokens_file(tmp_path_factory):
    """A saved model that takes whole numbers."""
    import keras

    path = tmp_path_factory.mktemp("models") / "reader.keras"
    inputs = keras.Input((10,), dtype="int32", name="tokens")
    outputs = keras.layers.LSTM(4, name="read")(keras.layers.Embedding(9, 4, name="look")(inputs))
    keras.Model(inputs, outputs, name="reader").save(path)
    return path


@pytest.fixture
def session(engine):
    made = Session(engine, resources.catalog())
    yield made
    made.close()


def added(change):
    (node,) = change.added
    return node


def settle(qtbot, session):
    qtbot.waitUntil(lambda: session.is_settled, timeout=WAIT)


def add_model(session, path):
    interface, sha256 = keras_archive.read(path), keras_archive.fingerprint(path)
    change = session.apply("Add", edits.add_saved_model, str(path), sha256, interface, 300, 0)
    return added(change)


def wire(session, source, target, port, index=0):
    session.apply(
        "Connect", edits.connect, session.catalog, Wire(Source(source), target, port, index)
    )


def finish(session, node, port="output"):
    out = added(session.apply("Add", edits.add_output, 600, 0))
    edge = Wire(Source(node, port), out, OUTPUT_PORT)
    session.apply("Connect", edits.connect, session.catalog, edge)


def errors(session):
    return [problem for problem in session.problems() if problem.severity == ERROR]


def apply_and_see_nothing_wrong(qtbot, session, title):
    """Apply the repair whose title begins so; what was wrong is right, and undo brings it back."""
    before = session.document
    (problem,) = errors(session)
    fix = next(fix for fix in session.fixes(problem) if fix.title.startswith(title))
    session.apply(fix.title, fix.edit)
    settle(qtbot, session)
    assert errors(session) == []
    session.undo()
    assert session.document == before
    settle(qtbot, session)


def test_an_image_of_another_size_is_padded_resized_or_set_at_the_input(qtbot, session, head_file):
    picture = added(session.apply("Add", edits.add_input, 0, 0, label="maps", shape=(5, 5, 64)))
    head = add_model(session, head_file)
    wire(session, picture, head, "features")
    finish(session, head, "score")
    settle(qtbot, session)
    for title in ("Set maps’s shape to 6×6×64", "Pad it to 6×6", "Resize it to 6×6"):
        apply_and_see_nothing_wrong(qtbot, session, title)


def test_a_larger_image_is_cropped(qtbot, session, head_file):
    picture = added(session.apply("Add", edits.add_input, 0, 0, label="maps", shape=(9, 8, 64)))
    head = add_model(session, head_file)
    wire(session, picture, head, "features")
    finish(session, head, "score")
    settle(qtbot, session)
    apply_and_see_nothing_wrong(qtbot, session, "Crop it to 6×6")


def test_a_sum_of_two_widths_gets_a_projection(qtbot, session):
    features = added(session.apply("Add", edits.add_input, 0, 0, shape=(10,)))
    parameters = Map({"units": 64})
    change = session.apply("Add", edits.add_keras_layer, "Dense", 200, 0, parameters=parameters)
    dense = added(change)
    total = added(session.apply("Add", edits.add_keras_layer, "Add", 400, 0))
    wire(session, features, dense, "inputs")
    wire(session, features, total, "inputs", 0)
    wire(session, dense, total, "inputs", 1)
    finish(session, total)
    settle(qtbot, session)
    apply_and_see_nothing_wrong(qtbot, session, "Bring input to 64")


def test_a_design_without_output_gets_one_behind_its_loose_end(qtbot, session):
    features = added(session.apply("Add", edits.add_input, 0, 0, shape=(10,)))
    flat = added(session.apply("Add", edits.add_keras_layer, "Flatten", 200, 0))
    wire(session, features, flat, "inputs")
    settle(qtbot, session)
    apply_and_see_nothing_wrong(qtbot, session, "Add an Output behind flatten")


def test_an_open_port_of_a_saved_model_gets_an_input_that_fits(qtbot, session, tokens_file):
    model = add_model(session, tokens_file)
    added(session.apply("Add", edits.add_input, 0, 0, shape=(10,)))
    finish(session, model, keras_archive.read(tokens_file).outputs[0].name)
    settle(qtbot, session)
    apply_and_see_nothing_wrong(qtbot, session, "Add an Input of 10 for tokens")


def test_floats_into_a_model_of_tokens_get_the_inputs_dtype_set(qtbot, session, tokens_file):
    caption = added(session.apply("Add", edits.add_input, 0, 0, label="caption", shape=(10,)))
    model = add_model(session, tokens_file)
    wire(session, caption, model, "tokens")
    finish(session, model, keras_archive.read(tokens_file).outputs[0].name)
    settle(qtbot, session)
    apply_and_see_nothing_wrong(qtbot, session, "Set caption’s dtype to int32")


def test_a_problem_of_a_node_that_is_gone_offers_nothing(session):
    change = session.apply("Add", edits.add_keras_layer, "Dense", 0, 0)
    problem = session.problems()[-1]
    assert problem.node == added(change)
    session.undo()
    assert session.fixes(problem) == ()


def test_a_port_of_unknown_shape_offers_no_shape(session):
    interface = SavedInterface("Sequential", (SavedPort("input", None),), (SavedPort("out", None),))
    change = session.apply("Add", edits.add_saved_model, "gone.keras", "", interface, 0, 0)
    start = added(session.apply("Add", edits.add_input, 0, 0, shape=(4,), dtype="int32"))
    wire(session, start, added(change), "input")
    titles = [fix.title for problem in session.problems() for fix in session.fixes(problem)]
    assert "Set input’s dtype to float32" in titles
    assert all("shape" not in title and "unknown" not in title for title in titles)


@pytest.mark.parametrize("code", ["no_output", "missing_wire"])
def test_a_repair_of_a_node_that_went_meanwhile_is_refused(session, code):
    interface = SavedInterface("Functional", (SavedPort("x", (None, 3)),), (SavedPort("y", None),))
    change = session.apply("Add", edits.add_saved_model, "/a.keras", "", interface, 0, 0)
    (problem,) = [found for found in session.problems() if found.code == code]
    (fix,) = session.fixes(problem)
    session.apply("Delete", edits.delete, change.added)
    with pytest.raises(EditRefused):
        session.apply(fix.title, fix.edit)
