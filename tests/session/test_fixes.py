"""Repairs through the real engine: each kind is offered for a design, and leaves it right."""

import pytest
from immutables import Map

from composer_gui.core import edits
from composer_gui.core.declined import Declined
from composer_gui.core.document import OUTPUT_PORT, Input, Source, Wire
from composer_gui.core.errors import EditRefused
from composer_gui.core.fix_table import FIX_KINDS
from composer_gui.core.fixes import fixes_for
from composer_gui.core.layer_kinds import SavedInterface, SavedPort
from composer_gui.core.problems import errors
from composer_gui.session.session import Session
from composer_gui.storage import resources
from tests.corpus import files, written

WAIT = 120_000

OFFERED = {
    "insert_flatten": (
        "a = Input(8, 8, 3); b = Input(4); both = Concatenate(a, b)",
        "Insert a Flatten between a and both",
    ),
    "insert_global_pooling": (
        "a = Input(8, 8, 3); b = Input(4); both = Concatenate(a, b)",
        "Insert a GlobalAveragePooling2D between a and both",
    ),
    "insert_reshape": (
        "photo = Input(28, 28); c = Conv2D(photo, filters=8, kernel_size=3)",
        "Reshape 28×28 of photo to 28×28×1 before c",
    ),
    "insert_permute": (
        "photo = Input(3, 16, 16); net = photos(photo)",
        "Turn 3×16×16 of photo into 16×16×3 before net",
    ),
    "insert_dense": (
        "x = Input(12); h = Dense(x, units=9); a = Activation(h, activation='relu'); net = head(a)",
        "Insert a Dense of 8 units before net",
    ),
    "insert_convolution": (
        "maps = Input(6, 6, 32); net = conv_head(maps)",
        "Insert a 1×1 convolution to 64 channels before net",
    ),
    "insert_resizing": (
        "maps = Input(5, 8, 64); net = conv_head(maps)",
        "Resize maps to 6×6 before net",
    ),
    "insert_cropping": (
        "maps = Input(9, 8, 64); net = conv_head(maps)",
        "Crop maps to 6×6 before net",
    ),
    "insert_padding": (
        "maps = Input(5, 5, 64); net = conv_head(maps)",
        "Pad maps with zeros to 6×6 before net",
    ),
    "insert_rescaling": (
        "photo = Input(8, 8, 3, dtype='uint8'); c = Conv2D(photo, filters=4, kernel_size=3)",
        "Scale photo from 0–255 to 0–1 before c",
    ),
    "insert_cast": (
        "x = Input(4, dtype='int32'); s = Softmax(x)",
        "Cast x to float32 before s",
    ),
    "insert_lookup": (
        "words = Input(4, dtype='string'); d = Dense(words, units=2)",
        "Look up the words of words before d, vocabulary to be set",
    ),
    "insert_vectorization": (
        "text = Input(1, dtype='string'); net = reader(text)",
        "Split text into words before net, vocabulary to be set",
    ),
    "insert_embedding": (
        "words = Input(10, dtype='int32'); read = LSTM(words, units=4)",
        "Embed words, 10000 tokens of 64 numbers each, before read",
    ),
    "insert_repeat": (
        "a = Input(8); b = Input(10, 8); both = Concatenate(a, b)",
        "Repeat a 10 times before both",
    ),
    "project_skip": (
        "photo = Input(16, 16, 3)\n"
        "a = Conv2D(photo, filters=8, kernel_size=3, strides=2, padding='same')\n"
        "s = Add(photo, a)",
        "Bring photo to 8×8×8 with a 1×1 convolution before s",
    ),
    "set_input_shape": (
        "maps = Input(5, 5, 64); net = conv_head(maps)",
        "Set maps’s shape to 6×6×64",
    ),
    "set_usual_shape": (
        "x = Input(10); c = Conv2D(x, filters=4, kernel_size=3)",
        "Set x’s shape to 64×64×3",
    ),
    "set_free_size": (
        "photo = Input(None, None, 3); f = Flatten(photo); d = Dense(f, units=2)",
        "Set photo’s shape to 64×64×3",
    ),
    "set_input_dtype": (
        "caption = Input(10); net = reader(caption)",
        "Set caption’s dtype to int32",
    ),
    "make_symmetric": (
        "a = Input(4, batch_size=2); b = Input(4, batch_size=3); s = Add(a, b)",
        "Set the batch size of a and b to any number",
    ),
    "add_input": ("net = reader()", "Add an Input of 10 for tokens"),
    "remove_input": (
        "x = Input(4); b = Input(4); d = Dense(x, units=2)",
        "Remove b, which feeds nothing",
    ),
    "reinput_model": ("photo = Input(32, 32, 3); net = photos(photo)", "Let net take 32×32×3"),
    "set_parameter": (
        "x = Input(8, 8, 6); g = GroupNormalization(x, groups=4)",
        "Set groups of g to 3",
    ),
    "reset_parameter": ("x = Input(4); d = Dense(x, units=2, colour='red')", "Reset colour of d"),
    "set_width": ("x = Input(12); h = Dense(x, units=9); net = head(h)", "Set units of h to 8"),
    "set_padding_same": (
        "x = Input(3, 3, 1); c = Conv2D(x, filters=2, kernel_size=5)",
        "Set padding of c to same",
    ),
    "smaller_window": (
        "x = Input(3, 3, 1); c = Conv2D(x, filters=2, kernel_size=5)",
        "Set kernel_size of c to 3",
    ),
    "return_sequences": (
        "x = Input(10, 4); a = LSTM(x, units=8); b = LSTM(a, units=4)",
        "Let a return every step",
    ),
    "drop_mask": (
        "w = Input(10, dtype='int32')\n"
        "e = Embedding(w, input_dim=20, output_dim=4, mask_zero=True)\n"
        "c = Conv1D(e, filters=4, kernel_size=3, padding='same')\n"
        "r = LSTM(c, units=4)",
        "Let e mark no padding",
    ),
    "wrap_in_time": (
        "film = Input(4, 8, 8, 3); c = Conv2D(film, filters=4, kernel_size=3)",
        "Apply c to every step with TimeDistributed",
    ),
    "replace_class": (
        "x = Input(10, 4); p = MaxPooling2D(x, pool_size=2)",
        "Make p a MaxPooling1D",
    ),
    "set_layer_dtype": (
        "x = Input(4); a = Dense(x, units=4, dtype='float16'); s = Add(x, a)",
        "Let a compute with float32",
    ),
    "make_independent": (
        "a = Input(8); b = Input(12)\n"
        "one = Dense(a, units=4); two = one(b); c = Concatenate(one, two)",
        "Give one weights of its own",
    ),
    "set_initial_state": (
        "x = Input(5, 3); h = Input(6); g = GRU(x, initial_state=h, units=8)",
        "Set units of g to 6, as wide as its states",
    ),
    "set_merge_axis": (
        "a = Input(4, 3); b = Input(5, 3); both = Concatenate(a, b)",
        "Set axis of both to 1",
    ),
    "reorder_inputs": ("b = Input(4); a = Input(4); net = twins(b, a)", "Swap b and a at net"),
    "connect": (
        "x = Input(4); a = Dense(x, units=3); b = Dense(units=2); r = Output(b)",
        "Wire a to b",
    ),
    "remove_wire": (
        "x = Input(5, 3); h = Input(6); g = GRU(x, initial_state=h, units=8)",
        "Take h away from initial_state of g",
    ),
    "add_output": ("x = Input(10); f = Dense(x, units=2); pass", "Add an Output behind f"),
    "remove_node": (
        "x = Input(4); a = Dense(x, units=3); b = Dense(x, units=2); r = Output(b)",
        "Remove a",
    ),
    "heal_node": (
        "x = Input(4); d = Dropout(x, rate=0.0); e = Dense(d, units=2)",
        "Remove d and close the gap",
    ),
    "rename": ("b = Input(4); a = Input(4); net = twins(b, a)", "Rename b to a and a to b"),
    "freeze_normalization": (
        "photo = Input(8, 8, 3)\n"
        "a = Conv2D(photo, filters=4, kernel_size=3, trainable=False)\n"
        "b = BatchNormalization(a)\n"
        "c = Conv2D(b, filters=4, kernel_size=3, trainable=False)\n"
        "d = GlobalAveragePooling2D(c)\n"
        "e = Dense(d, units=2)",
        "Freeze b with its stretch",
    ),
    "unfreeze_normalization": (
        "photo = Input(8, 8, 3)\n"
        "a = Conv2D(photo, filters=4, kernel_size=3, trainable=False)\n"
        "b = BatchNormalization(a)\n"
        "c = Conv2D(b, filters=4, kernel_size=3, trainable=False)\n"
        "d = GlobalAveragePooling2D(c)\n"
        "e = Dense(d, units=2)",
        "Let a and c train as b does",
    ),
    "thaw": (
        "x = Input(4); a = Dense(x, units=3, trainable=False)\n"
        "b = Dense(a, units=2, trainable=False)",
        "Let b train",
    ),
}
"""By kind of fix a design, in the lines that `written` reads, and what its button says there."""

ELSEWHERE = {"freeze_normalizations_inside", "reinput_as_saved", "take_what_comes"}
"""Kinds that have a test of their own, since their designs are not said in lines."""


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return files.make_models(tmp_path_factory.mktemp("models"))


@pytest.fixture
def session(engine):
    made = Session(engine, resources.catalog())
    yield made
    made.close()


@pytest.fixture
def shown(qtbot, session, models):
    """Return a function that shows a design and waits until all is said of it."""

    def show(design):
        document = design if not isinstance(design, str) else drawn(design, models)
        session.replace(document.settled(), None)
        confirm(qtbot, session)
        return session

    return show


def drawn(lines, models):
    return written.design(lines.replace("; ", "\n"), models)


def confirm(qtbot, session):
    qtbot.waitUntil(lambda: session.is_confirmed, timeout=WAIT)


def offers(qtbot, session, problem):
    """Return what is offered for a problem once it has been tried."""
    session.fixes(problem)
    qtbot.waitUntil(lambda: not session.is_trying(problem), timeout=WAIT)
    return session.fixes(problem)


def offered(qtbot, session, title):
    """Return the offer of that title, whatever problem it is for."""
    titles = []
    for problem in session.problems():
        for offer in offers(qtbot, session, problem):
            titles.append(offer.title)
            if offer.title == title:
                return offer
    raise AssertionError(f"{title!r} is not among {titles}")


def refused_once_all_is_gone(session):
    document = session.document
    emptied = edits.delete(document, document.nodes)
    for problem in session.problems():
        for fix in fixes_for(document, session.catalog, session.verdicts, problem):
            with pytest.raises(EditRefused):
                fix.edit(emptied)
    assert session.document is document


def test_every_kind_of_fix_is_tested():
    assert set(OFFERED) | ELSEWHERE == set(FIX_KINDS)


@pytest.mark.parametrize("kind", sorted(OFFERED))
def test_a_fix_of_each_kind_mends_a_design_and_undo_brings_it_back(qtbot, shown, kind):
    lines, title = OFFERED[kind]
    session = shown(lines)
    before = session.document
    wrong = {problem.key for problem in session.problems()}
    refused_once_all_is_gone(session)
    offer = offered(qtbot, session, title)
    assert offer.kind == kind
    assert session.apply_offer(offer) is not None
    assert session.history.undo_label == title
    confirm(qtbot, session)
    left = {problem.key for problem in session.problems()}
    assert offer.problem.key not in left and left < wrong
    session.undo()
    assert session.document == before


def test_a_model_goes_back_to_the_sizes_that_it_was_saved_with(qtbot, shown, models):
    document = drawn("maps = Input(6, 6, 64); net = conv_head(maps)", models)
    (layer,) = document.layers
    ports = (SavedPort("features", (None, 8, 8, 64)),)
    session = shown(edits.use_inputs(document, layer, ports))
    assert errors(session.problems())
    session.apply_offer(offered(qtbot, session, "Set net back to 6×6×64"))
    confirm(qtbot, session)
    assert session.problems() == []


@pytest.mark.parametrize(
    ("lines", "reasons"),
    [
        ("maps = Input(5, 5, 64); net = conv_head(maps)", [("5×5×64", 1600)]),
        ("maps = Input(6, 6, 32); net = conv_head(maps)", [("6×6×32", 1152)]),
        ("photo = Input(32, 32, 3); net = photos(photo)", []),
        ("a = Input(3); b = Input(4); s = Add(a, b)", []),
    ],
)
def test_a_model_that_cannot_have_other_inputs_says_why(qtbot, shown, models, lines, reasons):
    session = shown(drawn(lines, models))
    (problem,) = session.problems()
    assert session.declined(problem) == ()
    offers(qtbot, session, problem)
    because = "its score was made for 2304 values, and flat would give it"
    assert session.declined(problem) == tuple(
        Declined(f"Let net take {shape}", f"net cannot take {shape}: {because} {values}")
        for shape, values in reasons
    )


def test_what_was_declined_is_forgotten_with_the_design_that_it_was_tried_on(qtbot, shown, models):
    session = shown(drawn("maps = Input(5, 5, 64); net = conv_head(maps)", models))
    (problem,) = session.problems()
    offers(qtbot, session, problem)
    assert session.declined(problem)
    session.apply("Move", edits.move, {problem.node: (5, 5)})
    assert session.declined(problem) == ()


def test_normalizations_between_frozen_layers_of_a_model_are_frozen_too(qtbot, shown, models):
    document = drawn("photo = Input(16, 16, 3); net = photos(photo)", models)
    (layer,) = document.layers
    session = shown(edits.set_frozen(document, layer, ("conv", "features")))
    (problem,) = session.problems()
    (offer,) = offers(qtbot, session, problem)
    assert offer.kind == "freeze_normalizations_inside"
    session.apply_offer(offer)
    confirm(qtbot, session)
    assert session.problems() == []


def test_a_submodel_takes_what_comes(qtbot, shown, models):
    document = drawn("x = Input(8); d = Dense(x, units=4); e = Dense(d, units=2)", models)
    session = shown(document)
    (dense,) = (n.id for n in document.nodes.values() if document.label(n.id) == "d")
    session.apply("Group", edits.group, session.catalog, [dense], "block")
    (entry,) = (n.id for n in session.document.nodes.values() if isinstance(n, Input))
    session.apply("Set", edits.set_input, entry, shape=(5,))
    confirm(qtbot, session)
    assert errors(session.problems())
    session.apply_offer(offered(qtbot, session, "Let x of block take 5 float32"))
    confirm(qtbot, session)
    assert session.problems() == []


def test_two_wires_that_do_not_fit_are_mended_together(qtbot, shown):
    session = shown("a = Input(5); b = Input(7); net = pair(a, b)")
    offer = offered(qtbot, session, "Set a’s shape to 4 and b’s shape to 6")
    session.apply_offer(offer)
    confirm(qtbot, session)
    assert session.problems() == []


def test_the_wire_that_is_mended_keeps_its_place_at_the_port(qtbot, shown):
    lines = "a = Input(5, 3); b = Input(5, 4); c = Input(5, 3); s = Add(a, b, c)"
    session = shown(lines)
    session.apply_offer(offered(qtbot, session, "Bring b to 5×3 with a Dense before s"))
    document = session.document
    (total,) = (n for n in document.nodes.values() if document.label(n.id) == "s")
    labels = [document.label(source.node) for source in total.inputs["inputs"]]
    assert labels == ["a", "projection", "c"]


def test_a_node_that_was_put_in_covers_no_other(qtbot, shown):
    session = shown("x = Input(9); net = head(x)")
    x, net, *_ = sorted(session.document.nodes, key=lambda key: int(key[1:]))
    session.apply("Move", edits.move, {x: (0, 0), net: (260, 0)})
    before = set(session.document.nodes)
    confirm(qtbot, session)
    session.apply_offer(offered(qtbot, session, "Insert a Dense of 8 units before net"))
    (added,) = set(session.document.nodes) - before
    node = session.document.nodes[added]
    assert abs(node.y) >= 100


def test_a_problem_of_a_node_that_is_gone_offers_nothing(session):
    change = session.apply("Add", edits.add_keras_layer, "Dense", 0, 0)
    (added,) = change.added
    problem = next(found for found in session.problems() if found.node == added)
    session.undo()
    assert fixes_for(session.document, session.catalog, session.verdicts, problem) == ()


def test_a_port_of_unknown_shape_offers_no_shape(session):
    interface = SavedInterface("Sequential", (SavedPort("input", None),), (SavedPort("out", None),))
    added = session.apply("Add", edits.add_saved_model, "gone.keras", "", interface, 0, 0).added
    start = session.apply("Add", edits.add_input, 0, 0, shape=(4,), dtype="int32").added
    wire = Wire(Source(*start), *added, "input")
    session.apply("Connect", edits.connect, session.catalog, wire)
    for problem in session.problems():
        found = fixes_for(session.document, session.catalog, session.verdicts, problem)
        assert not any("unknown" in fix.title or "shape" in fix.title for fix in found)


@pytest.mark.parametrize("code", ["no_output", "missing_wire"])
def test_a_repair_of_a_node_that_went_meanwhile_is_refused(session, code):
    interface = SavedInterface("Functional", (SavedPort("x", (None, 3)),), (SavedPort("y", None),))
    change = session.apply("Add", edits.add_saved_model, "/a.keras", "", interface, 0, 0)
    (problem,) = [found for found in session.problems() if found.code == code]
    found = fixes_for(session.document, session.catalog, session.verdicts, problem)
    assert found
    session.apply("Delete", edits.delete, change.added)
    for fix in found:
        with pytest.raises(EditRefused):
            session.apply(fix.title, fix.edit)


def test_an_output_that_is_added_takes_what_the_node_gives(qtbot, session):
    features = session.apply("Add", edits.add_input, 0, 0, shape=(10,)).added
    parameters = Map({"units": 3})
    dense = session.apply("Add", edits.add_keras_layer, "Dense", 200, 0, parameters=parameters)
    wire = Wire(Source(*features), *dense.added, "inputs")
    session.apply("Connect", edits.connect, session.catalog, wire)
    confirm(qtbot, session)
    session.apply_offer(offered(qtbot, session, "Add an Output behind dense"))
    (output,) = session.document.outputs
    assert session.document.nodes[output].inputs[OUTPUT_PORT] == (Source(*dense.added),)
