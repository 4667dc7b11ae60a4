"""A repair is seen on the canvas before it is made; the design stays as it is."""

import pytest
from immutables import Map
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from composer_gui.core import edits
from composer_gui.core.change import between
from composer_gui.core.fix_table import Fix
from composer_gui.core.problems import Problem
from composer_gui.core.trials import Offer, TrialResult
from composer_gui.core.verdicts import WRONG, Verdict
from composer_gui.ui.canvas.ghosts import Remark
from composer_gui.ui.canvas.preview import FAINT
from composer_gui.ui.canvas.what_changes import differences


@pytest.fixture
def chain(design):
    """An Input of 5 numbers, a Dense that wants others, and the wire between."""
    source, node = design.input(0, 0, label="photo", shape=(5,)), design.layer("Dense", 500, 0)
    return source, node, design.wire(source, node)


@pytest.fixture
def offer(session):
    """Make an offer of an edit; `touched` are the verdicts that nodes would have."""

    def offer(edit, *args, touched=(), **kwargs):
        after = edit(session.document, *args, **kwargs)
        fix = Fix("x", "Do it", lambda document: edit(document, *args, **kwargs))
        change = between(session.document, after)
        return Offer(fix, Problem("x", "x"), after, change, TrialResult(dict(touched)))

    return offer


def inserted(document, catalog, wire):
    """Put a Dense of 7 units on a wire."""
    parameters = Map(units=7)
    after = edits.add_keras_layer(document, "Dense", 240, 0, name="between", parameters=parameters)
    (added,) = set(after.nodes) - set(document.nodes)
    return edits.insert_on_wire(after, catalog, wire, added)


def test_what_would_come_is_a_ghost_with_the_spec_that_it_would_have(
    view, scene, session, design, offer, chain
):
    before, history = session.document, session.history.undo_label
    tried = offer(inserted, session.catalog, chain[2])
    (added,) = tried.change.added
    tried = offer(inserted, session.catalog, chain[2], touched={added: design.fine(7)})
    view.preview.show(tried)
    ghost = view.preview.ghosts[added]
    assert ghost.scene() is scene
    assert (ghost.painted.face.label, ghost.painted.face.kind_text) == ("between", "Dense")
    assert ghost.painted.face.foot == "7  float32"
    assert added not in scene.nodes
    assert (session.document, session.history.undo_label) == (before, history)


def test_the_wire_that_would_go_is_faint_and_two_would_come(view, scene, session, offer, chain):
    _, _, wire = chain
    items = len(scene.items())
    view.preview.show(offer(inserted, session.catalog, wire))
    assert scene.wires[wire].opacity() == FAINT
    assert len(scene.items()) == items + 4  # a card, two wires, a cross
    view.preview.clear()
    assert scene.wires[wire].opacity() == 1.0
    assert len(scene.items()) == items


def test_a_node_that_would_differ_says_how(view, offer, chain):
    view.preview.show(offer(edits.set_input, chain[0], shape=(4,), dtype="int32"))
    assert view.preview.remarks == [("shape 5 → 4", "dtype float32 → int32")]


def test_it_says_what_would_flow_where_the_words_do_not(view, session, design, offer, chain):
    design.judge(**{chain[1]: design.fine(9)})
    layer = session.document.nodes[chain[1]].layer
    tried = offer(
        edits.set_parameter, session.catalog, layer, "units", 8, touched={chain[1]: design.fine(8)}
    )
    view.preview.show(tried)
    ((first, *_),) = view.preview.remarks
    assert first == "units – → 8"


def test_a_node_that_would_go_is_struck(view, scene, offer, chain):
    view.preview.show(offer(edits.delete, [chain[1]]))
    assert scene.nodes[chain[1]].opacity() == FAINT
    view.preview.show(None)
    assert scene.nodes[chain[1]].opacity() == 1.0


def test_no_mouse_finds_a_ghost(view, session, offer, chain):
    view.preview.show(offer(inserted, session.catalog, chain[2]))
    (ghost,) = view.preview.ghosts.values()
    assert view.hit(ghost.card().center()).node == ""


def test_a_change_of_the_design_ends_it(view, scene, session, offer, chain):
    view.preview.show(offer(inserted, session.catalog, chain[2]))
    session.apply("Delete", edits.delete, [chain[1]])
    assert view.preview.offer is None
    assert len(scene.items()) == len(scene.nodes)


def test_it_is_painted_at_any_zoom(view, session, offer, chain):
    view.preview.show(offer(inserted, session.catalog, chain[2]))
    for zoom in (1.0, 0.5, 0.2):
        view.look(zoom, QPointF(300, 50))
        view.grab()
        assert view.preview.ghosts


# In words -----------------------------------------------------------------------------------------


def words(session, node, edit, *args, **kwargs):
    after = edit(session.document, *args, **kwargs)
    change = between(session.document, after)
    return differences(session.document, after, change, session.catalog).get(node, ())


def test_parameters_are_told_with_what_they_were(session, design):
    node = design.layer("Conv2D", filters=8, kernel_size=3)
    layer = session.document.nodes[node].layer
    edit = (edits.set_parameter, session.catalog, layer)
    assert words(session, node, *edit, "filters", 16) == ("filters 8 → 16",)
    assert words(session, node, *edit, "padding", "same") == ("padding valid → same",)


def test_another_label_and_freezing_are_told(session, design):
    node = design.layer("Dense", name="a", units=3)
    layer = session.document.nodes[node].layer
    assert words(session, node, edits.rename, node, "b") == ("label a → b",)
    assert words(session, node, edits.set_trainable, layer, False) == ("is frozen",)


def test_another_order_of_wires_is_told(session, design):
    one, two = design.input(label="one", shape=(3,)), design.input(label="two", shape=(3,))
    node = design.layer("Subtract")
    design.wire(one, node, index=0)
    design.wire(two, node, index=1)
    assert words(session, node, edits.reorder, node, "inputs", (1, 0)) == ("order: two, one",)


def test_other_inputs_of_a_model_are_told(session, design):
    node = design.model()
    layer = session.document.nodes[node].layer
    port = design.called(node).inputs[0]
    told = words(
        session, node, edits.use_inputs, layer, (type(port)("image", (None, 6, 6, 3), "float32"),)
    )
    assert told == ("image 8×8×3 → 6×6×3",)


def test_a_node_that_is_only_moved_is_not_told(session, design):
    node = design.layer("Dense")
    assert words(session, node, edits.move, {node: (50, 50)}) == ()


# From the card ------------------------------------------------------------------------------------


@pytest.fixture
def card(view, design, tmp_path):
    """The card of a saved model of width 4 that an Input of width 5 feeds, with its repairs."""
    path = tmp_path / "encoder.keras"
    path.touch()
    source = design.input(0, 100, label="photo", shape=(5,))
    model = design.model(path, 300, 100, takes=(4,))
    design.wire(source, model, "image")
    problem = Problem(
        "shape", "photo sends 5.", model, "image", index=0, given=(None, 5), wanted=(None, 4)
    )
    design.judge(**{source: design.fine(5), model: Verdict(WRONG, problems=(problem,))})
    view.select([model])
    design.try_repairs()
    assert len(view.card.buttons) > 1
    return view.card


def enter(widget):
    at = QPointF(5, 5)
    QApplication.sendEvent(widget, QEnterEvent(at, at, at))


def leave(widget):
    QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))


def test_pointing_at_a_repair_shows_it_and_leaving_ends_it(view, session, card):
    before = session.document
    enter(card.buttons[0])
    assert view.preview.offer is card.buttons[0].offer
    leave(card.buttons[0])
    assert view.preview.offer is None
    assert session.document is before


def test_arrows_lead_from_one_repair_to_the_next_and_show_each(view, hand, card):
    hand.key(Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.focusWidget() is card.buttons[0]
    assert view.preview.offer is card.buttons[0].offer
    QTest.keyClick(card.buttons[0], Qt.Key.Key_Down)
    assert view.preview.offer is card.buttons[1].offer
    QTest.keyClick(card.buttons[1], Qt.Key.Key_Up)
    assert view.preview.offer is card.buttons[0].offer


def test_enter_on_a_repair_applies_it_and_the_picture_is_the_designs_own(
    view, scene, session, hand, card
):
    hand.key(Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(card.buttons[0], Qt.Key.Key_Down)
    title = card.buttons[1].offer.title
    QTest.keyClick(card.buttons[1], Qt.Key.Key_Return)
    assert session.history.undo_label == title
    assert view.preview.offer is None
    assert not view.preview.ghosts


def test_closing_the_card_ends_it(view, hand, card):
    enter(card.buttons[0])
    hand.key(Qt.Key.Key_Escape)
    assert view.preview.offer is None


def test_what_a_repair_changes_is_not_said_below_the_card_or_on_what_a_wire_says(
    view, scene, design, session
):
    source, node = design.input(0, 100, shape=(5,)), design.layer("Dense", 400, 100, units=3)
    wire = design.wire(source, node)
    fields = {"index": 0, "given": (None, 5), "wanted": (None, 6), "axes": (1,)}
    problem = Problem("shape", "x", node, "inputs", **fields)
    design.judge(**{source: design.fine(5), node: Verdict(WRONG, problems=(problem,))})
    view.select([node])
    view.tags.finish()
    corners = (view.camera.screen_at(QPointF(x, y)) for x, y in ((400, 20), (700, 90)))
    start, end = (corner.toPoint() for corner in corners)
    view.card.setGeometry(QRect(start, end))  # right above the node
    after = edits.set_input(session.document, source, shape=(6,))
    after = edits.set_parameter(after, session.catalog, design.called(node).id, "units", 4)
    change = between(session.document, after)
    view.preview.show(Offer(Fix("x", "Do it", None), problem, after, change, TrialResult({})))
    plates = [item.sceneBoundingRect() for item in scene.items() if isinstance(item, Remark)]
    assert len(plates) == 2
    card = QRectF(QPointF(400, 20), QPointF(700, 90)).adjusted(2, 2, -2, -2)
    tag = scene.wires[wire].tag.area().adjusted(2, 2, -2, -2)
    for plate in plates:
        assert not plate.intersects(card)
        assert not plate.intersects(tag)
    assert not plates[0].intersects(plates[1])


def test_the_cross_stands_in_the_place_of_what_a_wrong_wire_says(
    view, scene, session, design, offer, chain
):
    problem = Problem("shape", "x", chain[1], "inputs", index=0, given=(None, 5), wanted=(None, 6))
    design.judge(**{chain[0]: design.fine(5), chain[1]: Verdict(WRONG, problems=(problem,))})
    tag = scene.wires[chain[2]].tag
    assert tag.isVisible()
    view.preview.show(offer(inserted, session.catalog, chain[2]))
    assert not tag.isVisible()
    view.preview.show(None)
    assert tag.isVisible()
