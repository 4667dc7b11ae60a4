"""Back and forward through views: jumps are remembered, panning is not."""

import pytest
from PySide6.QtCore import QPointF, Qt

from composer_gui.core import edits
from composer_gui.core.document import Document

K = Qt.Key
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def far(design):
    """Three layers far from each other."""
    return [design.layer("Dense", x, 0) for x in (0, 5000, 10000)]


def sees(view, node):
    return view.camera.seen().contains(view.scene().nodes[node].card())


def test_one_goes_back_to_where_one_jumped_from_and_forward_again(hand, view, far):
    view.camera.look_at(QPointF(100, 50))
    view.show_node(far[1])
    view.show_node(far[2])
    hand.key(K.Key_Left, ALT)
    assert sees(view, far[1]) and not sees(view, far[2])
    hand.key(K.Key_Left, ALT)
    assert sees(view, far[0])
    hand.key(K.Key_Right, ALT)
    hand.key(K.Key_Right, ALT)
    assert sees(view, far[2])
    assert not view.keyboard.views.can_go_forward


def test_zoom_to_fit_is_a_jump_and_the_zoom_comes_back(hand, view, far):
    view.look(0.8, QPointF(5000, 0))
    hand.key(K.Key_1, CTRL)
    assert view.camera.zoom < 0.5
    hand.key(K.Key_Left, ALT)
    assert view.camera.zoom == pytest.approx(0.8)
    assert view.center().x() == pytest.approx(5000, abs=2)


def test_panning_and_zooming_are_not_remembered_but_are_come_back_to(hand, view, far):
    view.camera.look_at(QPointF(100, 50))
    view.show_node(far[1])
    for _ in range(30):
        view.camera.pan(-40, 0)
        view.zoom_by(1.01)
    hand.key(K.Key_Left, ALT)
    assert sees(view, far[0])
    assert not view.keyboard.views.can_go_back
    hand.key(K.Key_Right, ALT)
    assert view.center().x() > 5600  # where one had panned to, not where one had jumped to


def test_a_jump_to_where_one_is_is_none(view, far):
    view.show_node(far[1])
    view.keyboard.views.begin()
    view.show_node(far[1])
    assert not view.keyboard.views.can_go_back


def test_a_new_jump_ends_the_way_forward(hand, view, far):
    view.show_node(far[1])
    hand.key(K.Key_Left, ALT)
    view.show_node(far[2])
    assert not view.keyboard.views.can_go_forward


def test_levels_are_entered_and_left_on_the_way(hand, view, session, design, far):
    session.apply("Group", edits.group, session.catalog, [far[1]])
    (submodel,) = set(session.document.nodes) - set(far)
    view.keyboard.views.begin()
    session.enter(submodel)
    inside = session.place
    hand.key(K.Key_Left, ALT)
    assert session.place == ()
    hand.key(K.Key_Right, ALT)
    assert session.place == inside
    session.leave()
    hand.key(K.Key_Left, ALT)
    assert session.place == inside


def test_a_level_that_is_gone_is_passed_over(hand, view, session, far, qtbot):
    session.apply("Group", edits.group, session.catalog, [far[1]])
    (submodel,) = set(session.document.nodes) - set(far)
    view.keyboard.views.begin()
    session.enter(submodel)
    session.leave()
    session.apply("Ungroup", edits.ungroup, submodel)
    place = session.place
    hand.key(K.Key_Left, ALT)
    assert session.place == place
    with qtbot.waitSignal(session.noticed) as told:
        hand.key(K.Key_Left, ALT)
    assert told.args == ["There is no earlier view."]


def test_what_was_found_is_a_jump(hand, view, far):
    view.camera.look_at(QPointF(100, 50))
    view.select([far[0]])
    hand.key(K.Key_F, CTRL)
    bar = view.keyboard.find
    bar.field.setText("dense")
    bar.step(1)
    assert sees(view, far[1])
    bar.close_bar()
    hand.key(K.Key_Left, ALT)
    assert sees(view, far[0])


def test_another_design_begins_anew(view, session, far):
    view.show_node(far[1])
    session.replace(Document(), None)
    assert not view.keyboard.views.can_go_back


def test_where_there_is_nothing_to_go_to_that_is_said(hand, view, session, far, qtbot):
    with qtbot.waitSignal(session.noticed) as told:
        hand.key(K.Key_Right, ALT)
    assert told.args == ["There is no later view."]
