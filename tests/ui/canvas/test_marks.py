"""What a node says of its layer: weights, taps, cut, other inputs, freezing, copies, operations."""

from dataclasses import replace

import pytest
from immutables import Map

from composer_gui.core import edits
from composer_gui.core.document import Document, put
from composer_gui.core.inside import Inside, Part
from composer_gui.core.layer_kinds import (
    Cut,
    Dots,
    KerasLayer,
    Operation,
    SavedPort,
    SavedWeights,
    Slice,
    Slot,
    Submodel,
)
from composer_gui.core.verdicts import FINE
from composer_gui.ui.canvas.marks import design_share, inside_share
from composer_gui.ui.operation_words import expression

TAP = SavedPort("conv", (None, 8, 8, 4), address="block/conv")


@pytest.fixture
def face(scene):
    return lambda node: scene.nodes[node].face


@pytest.fixture
def alter(design, session):
    """Replace fields of the layer that a node calls."""

    def alter(node, **fields):
        layer = session.document.layer_of(session.document.nodes[node])
        session.apply("Alter", lambda document: put(document, replace(layer, **fields)))

    return alter


@pytest.fixture
def model(design):
    return design.model("/models/encoder.keras", 0, 0)


def row(face, name):
    return dict(face.rows).get(name)


def test_a_tapped_model_names_the_layer_and_shows_the_port(face, alter, model):
    alter(model, taps=(TAP,))
    assert row(face(model), "tapped") == "conv"
    assert "conv" in [ring.port for ring in face(model).outputs]


def test_several_taps_are_counted_behind_the_first(face, alter, model):
    alter(model, taps=(TAP, replace(TAP, name="other", address="dense"), replace(TAP, name="z")))
    assert row(face(model), "tapped") == "conv +2"


def test_a_cut_model_names_both_ends(face, alter, model):
    alter(model, cut=Cut((TAP,), (replace(TAP, name="end", address="block/last"),)))
    assert (row(face(model), "from"), row(face(model), "to")) == ("conv", "last")


def test_a_cut_from_the_input_of_the_model_says_only_where_it_ends(face, alter, model, session):
    saved = session.document.layer_of(session.document.nodes[model]).interface.inputs
    own = tuple(replace(port, address=port.name) for port in saved)
    alter(model, cut=Cut(own, (TAP,)))
    assert (row(face(model), "from"), row(face(model), "to")) == (None, "conv")
    inner = replace(TAP, name="skip", address="block/skip")
    alter(model, cut=Cut((*own, inner), (TAP,)))
    assert row(face(model), "from") == "skip"


def test_another_size_of_input_is_told_and_another_dtype_too(face, alter, model, session):
    saved = session.document.layer_of(session.document.nodes[model]).interface.inputs
    alter(model, reinput=(replace(saved[0], shape=(None, 160, 160, 3)), *saved[1:]))
    assert row(face(model), "input") == "160×160×3"
    alter(model, reinput=(replace(saved[0], shape=(None, 5), dtype="int32"), *saved[1:]))
    assert row(face(model), "input") == "5 int32"


def test_a_model_that_only_infers_says_so_and_is_locked(face, alter, model):
    alter(model, inference=True)
    assert row(face(model), "training") == "inference only"
    assert face(model).frozen


def test_patterns_are_told_until_it_is_known_how_much_they_freeze(
    face, alter, model, session, monkeypatch, scene
):
    alter(model, frozen=("conv*",))
    assert row(face(model), "frozen") == "conv*"
    assert face(model).partly_frozen
    parts = tuple(Part(name, "layer", "Dense", {}) for name in ("conv1", "conv2", "head"))
    inside = Inside("encoder", "Functional", parts, (), (), ())
    monkeypatch.setattr(session, "inside", lambda layer: inside)
    session.insides_changed.emit()
    assert row(face(model), "frozen") == "2 of 3"
    alter(model, frozen=("*",))
    assert face(model).frozen and not face(model).partly_frozen


def test_the_last_pattern_that_matches_decides():
    parts = tuple(Part(name, "layer", "Dense", {}) for name in ("conv1", "conv2", "head"))
    inside = Inside("encoder", "Functional", parts, (), (), ())
    assert inside_share(inside, ("*", "!conv2")) == (2, 3)


def test_layers_of_one_part_of_a_file_are_marked_as_copies(face, design, session, model):
    assert not face(model).copies
    other = design.model("/models/encoder.keras", 300, 0)
    third = design.model("/models/decoder.keras", 600, 0)
    assert (face(model).copies, face(other).copies, face(third).copies) == (2, 2, 0)
    assert not face(model).shared
    session.apply("Delete", edits.delete, {other})
    assert not face(model).copies


def test_calls_of_one_layer_are_counted_and_are_no_copies(face, design, session, model):
    again = design.add(edits.use_again, model, 0, 300)
    assert (face(model).shared, face(again).shared) == (2, 2)
    assert not face(model).copies
    session.apply("Make independent", edits.make_independent, again)
    assert (face(model).shared, face(model).copies, face(again).copies) == (0, 2, 2)


def test_a_layer_of_a_saved_model_keeps_its_weights_or_starts_anew(face, design, alter, scene):
    node = design.layer("Dense", 0, 0, units=3)
    assert face(node).origin == ""
    weights = SavedWeights("/m/a.keras", "00", "dense", "Dense", Map(units=3))
    alter(node, weights=weights)
    assert face(node).origin == "weights kept"
    size = scene.size_of(node)
    design.judge(**{node: design.fine(3)})
    assert face(node).origin == ""  # an Activation, say, has no weights to keep
    verdict = replace(design.fine(3), anew="its kernel was (8, 4) and is now (8, 3)")
    design.judge(**{node: verdict})
    assert face(node).origin == "starts anew"
    assert scene.size_of(node) == size  # an answer of the engine moves no wire


def test_hovering_tells_why_a_layer_starts_anew(design, alter, view, hand):
    node = design.layer("Dense", 0, 0, units=3)
    alter(node, weights=SavedWeights("/m/a.keras", "00", "top/dense", "Dense"))
    assert "Keeps the weights of top/dense in a.keras." in view.hover.explain(
        view.hit(hand.middle(node))
    )
    design.judge(**{node: replace(design.fine(3), anew="its kernel was (8, 4).")})
    assert "Starts anew: its kernel was (8, 4)." in view.hover.explain(view.hit(hand.middle(node)))


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        (("add", (Slot(0), Slot(1))), "add(x_1, x_2)"),
        (("multiply", (Slot(0), 0.5)), "multiply(x, 0.5)"),
        (("getitem", (Slot(0), (Slice(), 0))), "x[:, 0]"),
        (("getitem", (Slot(0), (Dots(), Slice(1, None, 2)))), "x[..., 1::2]"),
        (("getitem", (Slot(0), -1)), "x[-1]"),
        (("concatenate", ((Slot(0), Slot(1)),), Map(axis=-1)), "concatenate((x_1, x_2), axis=-1)"),
    ],
)
def test_an_operation_is_written_as_in_python(operation, said):
    assert expression(Operation("l1", "op", *operation)) == said


def submodel(*trainable):
    layers = [KerasLayer(f"l{n + 1}", "d", "Dense", Map(), t) for n, t in enumerate(trainable)]
    return Submodel("l99", "block", put(Document(), *layers))


def test_the_share_of_a_submodel_counts_the_layers_within_submodels():
    outer = put(submodel(True, False).design, replace(submodel(True, True), trainable=False))
    assert design_share(outer) == (3, 4)


def test_a_part_of_a_saved_model_names_its_class_and_file(face, alter, model):
    assert face(model).kind_text == "saved model · 4 layers"
    alter(model, part="stage/scale")
    assert face(model).kind_text == "Functional of encoder.keras"


def test_a_submodel_shows_its_ports_and_how_much_of_it_is_frozen(design, session, face):
    first, second = design.layer("Dense", 0, 0, units=2), design.layer("Dense", 300, 0, units=2)
    design.wire(first, second)
    design.wire(design.input(-300, 0, label="left", shape=(4,)), first)
    session.apply("Freeze", edits.set_trainable, session.document.nodes[first].layer, False)
    node = design.add(edits.group, session.catalog, [first, second], name="pair")
    shown = face(node)
    assert (shown.kind_text, shown.category) == ("submodel · 2 layers", "submodel")
    assert row(shown, "frozen") == "1 of 2"
    assert [ring.port for ring in shown.inputs] == ["left"]
    assert shown.partly_frozen


def test_a_fine_verdict_leaves_an_operation_without_a_lock(design, session, face):
    node = design.layer("Dense", 0, 0, units=2)
    layer = session.document.nodes[node].layer
    operation = Operation(layer, "double", "multiply", (Slot(0), 2.0), trainable=False)
    session.apply("Turn", lambda document: put(document, operation))
    design.judge(**{node: design.fine(2)})
    assert face(node).state == FINE
    assert not face(node).frozen
    assert face(node).kind_text == "multiply(x, 2.0)"
