"""Find in the design: what fits is counted, lit and gone through, by keys alone."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from composer_gui.core import edits
from composer_gui.core.inside import LAYER, Inside, Part
from composer_gui.ui.canvas.finding import Finding, Match

K = Qt.Key
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def three(design):
    """Two convolutions and a dense layer, from left to right."""
    return [
        design.layer("Conv2D", 0, 0, name="edges", filters=16),
        design.layer("Conv2D", 300, 0, name="shapes", filters=32),
        design.layer("Dense", 600, 0, name="scores", units=10),
    ]


@pytest.fixture
def bar(hand, view, three):
    """The bar, opened by its key."""
    hand.key(K.Key_F, CTRL)
    return view.keyboard.find


def write(bar, text):
    bar.field.clear()
    QTest.keyClicks(bar.field, text)


def press(bar, key, held=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(bar.field, key, held)


def test_letters_count_and_light_what_fits_and_go_to_the_first(bar, view, three):
    assert bar.isVisible() and bar.field.hasFocus()
    write(bar, "conv")
    assert bar.count.text() == "1 of 2"
    assert view.keyboard.spotlight.lit == frozenset(three[:2])
    assert view.selected() == (three[0],)


def test_enter_and_the_arrows_go_round_both_ways(bar, view, three):
    write(bar, "conv")
    press(bar, K.Key_Return)
    assert (bar.count.text(), view.selected()) == ("2 of 2", (three[1],))
    press(bar, K.Key_Return)
    assert view.selected() == (three[0],)
    press(bar, K.Key_Return, SHIFT)
    assert view.selected() == (three[1],)
    press(bar, K.Key_Up)
    assert view.selected() == (three[0],)
    bar.next.click()
    assert view.selected() == (three[1],)


def test_escape_gives_the_keys_back_and_takes_the_veil_away(bar, view, three):
    write(bar, "scores")
    press(bar, K.Key_Escape)
    assert bar.isHidden() and view.hasFocus()
    assert not view.keyboard.spotlight.is_on
    assert view.selected() == (three[2],)


def test_escape_on_the_canvas_closes_the_search_before_all_else(bar, hand, view, three):
    write(bar, "scores")
    view.setFocus()
    hand.key(K.Key_Escape)
    assert bar.isHidden()
    assert view.selected() == (three[2],)


def test_the_search_begins_at_the_node_at_hand(hand, view, three):
    view.select([three[1]])
    hand.key(K.Key_F, CTRL)
    write(view.keyboard.find, "conv")
    assert view.keyboard.find.count.text() == "2 of 2"
    assert view.selected() == (three[1],)


def test_where_nothing_fits_that_is_said_and_the_buttons_say_why(bar, view, three):
    bar.field.setText("lstm")
    assert bar.count.text() == "None"
    assert not bar.next.isEnabled() and bar.next.accessibleDescription()
    press(bar, K.Key_Return)
    assert view.selected() == ()
    write(bar, "dense")
    assert bar.next.isEnabled()


def test_f3_goes_on_when_the_bar_is_closed(bar, hand, view, three):
    write(bar, "conv")
    press(bar, K.Key_Escape)
    hand.key(K.Key_F3)
    assert view.selected() == (three[1],)
    press(bar, K.Key_F3, SHIFT)
    assert view.selected() == (three[0],)


def test_what_is_found_is_brought_into_view(bar, view, design):
    far = design.layer("Dropout", 9000, 4000)
    write(bar, "dropout")
    assert view.camera.seen().contains(view.scene().nodes[far].card())


def test_from_afar_enter_comes_so_near_that_it_can_be_read(bar, view, three):
    view.look(0.05, QPointF(300, 0))
    write(bar, "conv")
    assert view.camera.zoom == pytest.approx(0.05)
    press(bar, K.Key_Return)
    assert view.camera.zoom == pytest.approx(1.0)


def test_it_follows_the_design(bar, view, session, design, three):
    write(bar, "conv")
    press(bar, K.Key_Return)
    new = design.layer("Conv1D", 900, 0)
    assert bar.count.text() == "2 of 3"
    assert new in view.keyboard.spotlight.lit
    session.apply("Delete", edits.delete, [three[1], new])
    assert bar.count.text() == "1 of 1"


def test_a_match_that_one_walks_to_is_the_one_at_which_one_is(bar, hand, view, design, three):
    design.wire(three[0], three[1])
    write(bar, "conv")
    view.setFocus()
    hand.key(K.Key_Right)
    assert view.selected() == (three[1],)
    assert bar.count.text() == "2 of 2"


def test_what_is_not_meant_is_veiled_near_and_far(bar, view, three):
    def colour(node, at):
        place = view.camera.screen_at(view.scene().nodes[node].card().topLeft() + at)
        return view.viewport().grab().toImage().pixelColor(place.toPoint()).name()

    for zoom, at in ((1.0, QPointF(3, 30)), (0.06, QPointF(60, 30))):
        bar.close_bar()
        view.look(zoom, QPointF(450, 300))
        view.select([])
        before = [colour(node, at) for node in three]
        bar.open_bar()
        write(bar, "units=10")
        view.look(zoom, QPointF(450, 300))
        view.select([])
        after = [colour(node, at) for node in three]
        assert after[2] == before[2]
        assert after[0] != before[0]


def test_a_match_in_a_folded_frame_leads_to_the_frame(bar, view, session, design, three):
    frame = design.add(edits.add_frame, -40, -60, 600, 300)
    session.apply("Fold", edits.fold, frame, three[:2])
    write(bar, "edges")
    assert view.selected() == (frame,)


# What fits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("EDGES", ["edges"]),
        ("dense", ["scores"]),
        ("filters=32", ["shapes"]),
        ("conv 16", ["edges"]),
        ("note", ["todo: more"]),
        ("todo", ["todo: more"]),
        ("frame", ["block"]),
        ("input", ["photo"]),
        ("bypassed", ["shapes"]),
        ("frozen", ["scores"]),
        ("", []),
        ("   ", []),
    ],
)
def test_labels_classes_kinds_and_values_fit(session, design, three, text, labels):
    design.input(900, 0, label="photo")
    design.add(edits.add_note, 900, 300, text="todo: more")
    design.add(edits.add_frame, 900, 600, 200, 200, label="block")
    session.apply("Bypass", edits.set_bypassed, [three[1]], True)
    layer = design.document.nodes[three[2]].layer
    session.apply("Freeze", edits.set_trainable, layer, False)
    found = Finding(session).matches(text)
    assert [session.document.label(match.node) for match in found] == labels


def test_a_layer_inside_a_submodel_is_found_and_named(session, design, three):
    session.apply("Group", edits.group, session.catalog, three[:2])
    (found,) = Finding(session).matches("edges")
    assert found.inside == "edges"


def test_a_layer_inside_a_saved_model_is_found_once_it_is_read(
    bar, view, session, design, monkeypatch
):
    node = design.model("/models/encoder.keras", 0, 600)
    known = {}
    monkeypatch.setattr(type(session), "inside", lambda self, layer: known.get(layer.path))
    write(bar, "block3")
    assert bar.count.text() == "None"
    part = Part("block3_conv", LAYER, "Conv2D", {})
    known["/models/encoder.keras"] = Inside("encoder", "Functional", (part,), (), (), ())
    session.insides_changed.emit()
    assert bar.count.text() == "1 of 1"
    assert bar.matches == [Match(node, "block3_conv")]
    assert "block3_conv" in bar.count.toolTip()


# Into submodels -----------------------------------------------------------------------------------


@pytest.fixture
def nested(session, design, three):
    """A submodel with two convolutions in it, and a third one behind it."""
    session.apply("Group", edits.group, session.catalog, three[:2])
    (submodel,) = set(session.document.nodes) - {three[2]}
    behind = design.layer("Conv2D", 1500, 0, name="behind")
    return submodel, behind


def label(view):
    (chosen,) = view.selected()
    return view.session.document.label(chosen)


def test_the_way_on_leads_into_a_submodel_and_out_again(hand, view, session, nested, three):
    hand.key(K.Key_F, CTRL)
    bar = view.keyboard.find
    write(bar, "conv2d")
    assert view.selected() == (nested[0],)
    seen = []
    for _ in range(4):
        press(bar, K.Key_F3)
        seen.append((len(session.trail), label(view), bar.count.text()))
    outer = session.document.label(nested[0])
    assert seen == [
        (1, "edges", "1 of 2"),
        (1, "shapes", "2 of 2"),
        (0, "behind", "2 of 2"),
        (0, outer, "1 of 2"),
    ]
    view.act("view_back")
    view.act("view_back")
    assert len(session.trail) == 1


def test_the_way_back_leads_out_of_a_submodel_to_itself(hand, view, session, nested):
    hand.key(K.Key_F, CTRL)
    bar = view.keyboard.find
    write(bar, "conv2d")
    press(bar, K.Key_F3)
    press(bar, K.Key_F3, SHIFT)
    assert not session.trail and view.selected() == (nested[0],)


def test_a_submodel_that_was_left_by_another_way_is_not_left_again(hand, view, session, nested):
    hand.key(K.Key_F, CTRL)
    bar = view.keyboard.find
    write(bar, "conv2d")
    press(bar, K.Key_F3)
    session.leave()
    press(bar, K.Key_F3)
    press(bar, K.Key_F3)
    assert len(session.trail) <= 1 and bar.current is not None


def test_what_fits_only_together_with_its_submodel_is_not_entered(hand, view, session, nested):
    session.apply("Label", edits.rename, nested[0], "encoder")
    hand.key(K.Key_F, CTRL)
    bar = view.keyboard.find
    write(bar, "encoder shapes")
    assert bar.count.text() == "1 of 1"
    press(bar, K.Key_F3)
    assert not session.trail and view.selected() == (nested[0],)
