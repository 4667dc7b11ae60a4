"""Arranging on the canvas: one step, both ways, eased unless motion is to be reduced."""

from __future__ import annotations

import gc
import threading
from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from composer_gui.core import edits
from composer_gui.core.document import DOWN, RIGHT, put
from composer_gui.ui import preferences
from composer_gui.ui.canvas import arranging
from tests.ui.canvas.test_backlog import chain
from tests.ui.canvas.test_following import assert_in_step


@pytest.fixture(autouse=True)
def motion():
    """What the user has chosen about motion, as it was again after the test."""
    yield preferences.current()
    preferences.current().choose(preferences.REDUCE_MOTION, False)


@pytest.fixture
def messy(design):
    """A chain of three that runs to the left; their ids in the order of the wires."""
    source = design.input(600, 0)
    first, last = design.layer("Dense", 300, 200), design.layer("ReLU", 0, 0)
    design.wire(source, first)
    design.wire(first, last)
    return source, first, last


def places(scene, ids):
    return [(scene.nodes[i].x(), scene.nodes[i].y()) for i in ids]


def wanted(session, ids):
    return [(session.document.nodes[i].x, session.document.nodes[i].y) for i in ids]


def said(session):
    found = []
    session.noticed.connect(found.append)
    return found


def test_the_document_is_arranged_at_once_and_the_items_glide_there(view, session, messy, qtbot):
    scene = view.scene()
    before = places(scene, messy)
    view.arrange()
    assert wanted(session, messy) != before == places(scene, messy)
    assert view.arranging.glide.is_under_way
    seen = []
    scene.moved.connect(lambda _: seen.append(scene.nodes[messy[2]].x()))
    qtbot.waitUntil(lambda: not view.arranging.glide.is_under_way)
    assert places(scene, messy) == wanted(session, messy)
    assert seen == sorted(seen) and len(seen) > 1  # to the right all the time
    assert_in_step(scene)


def test_wires_follow_while_their_nodes_glide(view, session, messy):
    view.arrange()
    view.arranging.glide._step()
    scene = view.scene()
    for wire, item in scene.wires.items():
        start, end = item.ends()
        assert start == scene.ring_centre(wire.source.node, "out", wire.source.port)
        assert end == scene.ring_centre(wire.node, "in", wire.port, wire.index)
    view.arranging.glide.finish()


def test_the_map_shows_where_they_came_to_rest(view, session, messy, qtbot):
    view.arrange()
    view.grab()
    half_way = view.minimap._picture.toImage()
    view.arranging.glide.finish()
    view.grab()
    assert view.minimap._picture.toImage() != half_way
    rested = view.minimap._picture.toImage()
    view.minimap.renew()
    view.grab()
    assert view.minimap._picture.toImage() == rested


def test_one_step_of_undo_takes_back_places_and_direction(view, session, messy, qtbot):
    before = session.document
    view.act("arrange_down")
    assert session.document.flow == DOWN
    assert session.history.undo_label == "Arrange from above to below"
    session.undo()
    assert session.document is before
    assert not view.arranging.glide.is_under_way
    assert_in_step(view.scene())
    session.redo()
    assert session.document.flow == DOWN
    assert_in_step(view.scene())


def test_the_two_entries_say_in_which_direction(view, session, messy):
    view.act("arrange_down")
    down = [y for _, y in wanted(session, messy)]
    assert down == sorted(down) and len(set(down)) == 3
    view.arrange()  # keeps it
    assert session.document.flow == DOWN
    view.act("arrange")
    across = [x for x, _ in wanted(session, messy)]
    assert session.document.flow == RIGHT and across == sorted(across)
    view.arranging.glide.finish()


def test_what_is_selected_is_arranged_as_the_design_runs(view, session, messy):
    view.select(messy[1:])
    view.act("arrange_down")
    assert session.document.flow == RIGHT
    assert wanted(session, messy[:1]) == [(600, 0)]
    first, last = (session.document.nodes[i] for i in messy[1:])
    assert first.x < last.x
    view.arranging.glide.finish()


def one_click(place):
    """A click of the wheel at a place of the viewport."""
    step, none = QPoint(0, 120), Qt.MouseButton.NoButton
    keys, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    return QWheelEvent(place, place, QPoint(), step, none, keys, phase, False)


@pytest.mark.parametrize("what", ["press", "wheel", "key"])
def test_whatever_the_user_does_ends_it_at_once(view, session, messy, hand, what):
    view.arrange()
    assert view.arranging.glide.is_under_way
    if what == "press":
        hand.press((900, 600))
    elif what == "wheel":
        QApplication.sendEvent(view.viewport(), one_click(hand.screen((500, 300))))
    else:
        QTest.keyClick(view, Qt.Key.Key_F5)
    assert not view.arranging.glide.is_under_way
    assert places(view.scene(), messy) == wanted(session, messy)


def test_escape_only_ends_it(view, session, messy):
    view.select(messy[:2])
    view.arrange()
    assert view.arranging.glide.is_under_way
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not view.arranging.glide.is_under_way
    assert set(view.selected()) == set(messy[:2])
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.selected() == ()


def test_a_node_that_goes_meanwhile_is_no_matter(view, session, messy):
    view.arrange()
    session.apply("Delete", edits.delete, [messy[1]])
    assert not view.arranging.glide.is_under_way
    assert_in_step(view.scene())


def test_with_reduced_motion_all_is_there_at_once(view, session, messy, motion):
    motion.choose(preferences.REDUCE_MOTION, True)
    view.arrange()
    assert not view.arranging.glide.is_under_way
    assert places(view.scene(), messy) == wanted(session, messy)


def test_very_many_are_there_at_once(view, session, messy, monkeypatch):
    monkeypatch.setattr(arranging, "MOST", 2)
    view.arrange()
    assert not view.arranging.glide.is_under_way
    assert places(view.scene(), messy) == wanted(session, messy)


def test_what_is_in_its_place_makes_no_step(view, session, messy):
    view.arrange()
    label, found = session.document, said(session)
    view.arrange()
    assert session.document is label
    assert found == ["Everything is in its place already."]


def test_pinned_nodes_stay(view, session, messy):
    session.apply("Pin", edits.set_pinned, [messy[1]], True)
    view.arrange()
    assert wanted(session, messy[1:2]) == [(300, 200)]
    view.arranging.glide.finish()


# Much ---------------------------------------------------------------------------------------------


@pytest.fixture
def much(session, monkeypatch):
    """A chain that counts as much, all its nodes in one place."""
    monkeypatch.setattr(arranging, "MUCH", 10)
    document = chain(20)
    nodes = (replace(node, x=0.0, y=0.0) for node in document.nodes.values())
    session.replace(put(document, *nodes).settled(), None)


def test_much_is_arranged_beside_the_window(view, session, much, qtbot):
    found = said(session)
    view.arrange()
    assert view.arranging.is_busy
    assert {node.x for node in session.document.nodes.values()} == {0.0}
    assert found[0].startswith("Arranging 20 nodes")
    qtbot.waitUntil(lambda: not view.arranging.is_busy)
    assert len({node.x for node in session.document.nodes.values()}) == 20
    session.undo()
    assert {node.x for node in session.document.nodes.values()} == {0.0}


def test_a_design_that_changed_meanwhile_stays_as_it_is(view, session, much, qtbot):
    view.arrange()
    found = said(session)
    session.apply("Move", edits.move, {"n1": (50.0, 60.0)})
    qtbot.waitUntil(lambda: not view.arranging.is_busy)
    assert {node.x for node in session.document.nodes.values()} == {0.0, 50.0}
    assert "Arrange it again." in found[-1]


def test_a_mistake_in_the_background_is_told_and_nothing_is_stuck(
    view, session, much, qtbot, monkeypatch
):
    def broken(*_):
        raise MemoryError

    monkeypatch.setattr(arranging, "_arranged", broken)
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    found = said(session)
    view.arrange()
    qtbot.waitUntil(lambda: not view.arranging.is_busy)
    assert found[-1] == "The design could not be arranged, and is as it was."


def test_a_canvas_that_is_closed_meanwhile_leaves_nothing_behind(
    session, much, new_view, monkeypatch
):
    go_on, collecting = threading.Event(), gc.isenabled()
    arranged = arranging._arranged
    monkeypatch.setattr(arranging, "_arranged", lambda *work: go_on.wait(30) and arranged(*work))
    gc.enable()
    view = new_view(session)
    view.arrange()
    thread, work = view.arranging._thread, view.arranging
    assert not gc.isenabled()
    shiboken6.delete(view)
    go_on.set()
    thread.join(30)
    assert not thread.is_alive() and not shiboken6.isValid(work)
    assert gc.isenabled()
    if not collecting:
        gc.disable()


def test_nodes_are_measured_as_they_will_be_in_the_other_direction(view, session, design):
    merge = design.layer("Concatenate")
    known = arranging.Arranging(view)
    assert known._size(merge, RIGHT) == view.scene().size_of(merge)
    session.apply("Flow", edits.set_flow, DOWN)
    turned = view.scene().size_of(merge)
    session.undo()
    assert known._size(merge, DOWN) == turned
