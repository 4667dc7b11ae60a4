"""Wires are drawn where somebody looks: what is seen at once, the rest when there is time."""

import pytest
from PySide6.QtCore import QPointF

from tests.ui.canvas.test_backlog import chain


@pytest.fixture
def drawn(session, view):
    """A chain of which the view shows the begin, at 100 %."""
    session.paste(chain(60), 0, 0)
    view.scene().finish()
    view.grab()
    return view


def last(scene):
    return max(scene.wires.values(), key=lambda item: item.x())


def picture_of(view, item):
    """Return what is seen of a wire."""
    shown = view.viewportTransform().mapRect(item.sceneBoundingRect()).toAlignedRect()
    return view.viewport().grab(shown).toImage()


def test_what_is_seen_is_drawn_at_once_and_the_rest_when_there_is_time(drawn, scene, qtbot):
    seen = drawn.camera.seen()
    waiting = {i for i in scene.wires.values() if scene.unseen.awaits(i)}
    assert waiting
    assert not any(seen.intersects(item.sceneBoundingRect()) for item in waiting)
    qtbot.waitUntil(lambda: scene.unseen.is_empty)


def test_what_comes_into_view_looks_as_if_it_had_always_been_drawn(drawn, scene):
    item = last(scene)
    assert scene.unseen.awaits(item)
    drawn.camera.look_at(item.middle())
    assert not scene.unseen.awaits(item)
    first = picture_of(drawn, item)
    scene.unseen.finish()
    scene.update()
    assert picture_of(drawn, item) == first


def test_a_wire_has_its_bounds_before_it_is_drawn(drawn, scene):
    item = last(scene)
    before = item.boundingRect()
    assert all(before.contains(item.mapFromScene(end)) for end in item.ends())
    assert scene.unseen.awaits(item)
    item.draw()
    assert item.boundingRect() == before


def test_who_asks_for_the_course_of_a_wire_has_it_drawn(drawn, scene):
    item = last(scene)
    assert item.path().elementCount() >= 4
    assert not scene.unseen.awaits(item)


def test_from_afar_nothing_is_drawn_before_there_is_time(drawn, scene):
    scene.unseen.finish()
    drawn.look(0.1, QPointF(0, 0))
    drawn.grab()
    node = next(iter(scene.nodes))
    scene.place({node: (-40.0, 60.0)})
    assert scene.unseen.awaits(scene.wires[next(iter(scene.wires_at[node]))])
    drawn.look(1.0, QPointF(0, 0))
    assert not scene.unseen.awaits(scene.wires[next(iter(scene.wires_at[node]))])


def test_a_wire_that_is_deleted_is_waited_for_no_longer(drawn, session, scene):
    session.undo()
    assert not scene.wires
    assert scene.unseen.is_empty
