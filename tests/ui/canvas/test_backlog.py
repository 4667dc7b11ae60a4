"""Large changes are drawn in slices: nearest first, in step at the end, whatever comes between."""

import pytest
from immutables import Map
from PySide6.QtCore import QPointF

from composer_gui.core import edits
from composer_gui.core.document import Call, Document, Input, Source, put
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.ui.canvas.backlog import AT_ONCE
from tests.ui.canvas.test_following import assert_in_step

LENGTH = 400


def chain(length):
    """A row of Dense layers, each wired to the one before."""
    items = [Input("n1", "features", (4,))]
    for number in range(2, length + 1):
        items.append(KerasLayer(f"l{number}", f"dense_{number}", "Dense", Map(units=4)))
        inputs = Map({"inputs": (Source(f"n{number - 1}"),)})
        items.append(Call(f"n{number}", f"l{number}", inputs=inputs, x=240.0 * (number - 1)))
    return put(Document(inputs=("n1",), next_number=length + 1), *items).settled()


@pytest.fixture
def pasted(session, view):
    """Paste a long chain; the canvas has drawn a part of it."""
    session.paste(chain(LENGTH), 0, 0)
    view.scene().work()
    assert view.scene().nodes and not view.scene().is_drawn
    return set(session.document.nodes)


def test_a_few_nodes_are_drawn_in_the_same_turn(session, scene):
    session.paste(chain(AT_ONCE // 2), 0, 0)
    assert scene.is_drawn
    assert_in_step(scene)


def test_the_nodes_nearest_to_what_is_seen_come_first(session, view):
    view.camera.look_at(QPointF(240 * 200, 0))
    session.paste(chain(LENGTH), 0, 0)
    view.scene().work()
    drawn = [item.x() for item in view.scene().nodes.values()]
    assert 0 < len(drawn) < LENGTH
    assert max(abs(x - 240 * 200) for x in drawn) <= 240 * (len(drawn) / 2 + 6)


def test_in_the_end_everything_is_in_step(pasted, scene, qtbot):
    qtbot.waitUntil(lambda: scene.is_drawn)
    assert_in_step(scene)


def test_undo_takes_back_what_is_half_drawn(pasted, session, scene, qtbot):
    session.undo()
    assert not scene.nodes and not scene.wires
    assert scene.items_near(scene.sceneRect()) == []
    session.redo()
    qtbot.waitUntil(lambda: scene.is_drawn)
    assert_in_step(scene)


def test_edits_of_what_is_not_drawn_yet_are_drawn_with_it(pasted, session, scene, qtbot):
    waiting = sorted(pasted - set(scene.nodes))
    first, second, third = waiting[-3:]
    drawn = next(i for i in scene.nodes if isinstance(session.document.nodes[i], Call))
    session.apply("Delete", edits.delete, {first})
    session.apply("Move", edits.move, {second: (7, 700)})
    session.apply("Rename", edits.rename, third, "another")
    session.apply("Move", edits.move, {drawn: (9, 900)})
    assert scene.nodes[drawn].y() == 900
    qtbot.waitUntil(lambda: scene.is_drawn)
    assert_in_step(scene)


def test_a_node_added_meanwhile_is_there_at_once(pasted, session, scene, design, qtbot):
    added = design.layer("Dense", 0, 500, units=2)
    assert added in scene.nodes
    waiting = next(iter(pasted - set(scene.nodes)))
    design.wire(waiting, added)
    qtbot.waitUntil(lambda: scene.is_drawn)
    assert_in_step(scene)


def test_what_is_to_be_selected_is_selected_once_it_is_drawn(pasted, session, view, qtbot):
    view.show_added(pasted)
    qtbot.waitUntil(lambda: view.scene().is_drawn)
    assert set(view.selected()) == pasted


def test_another_selection_made_meanwhile_stays(pasted, session, view, qtbot):
    view.show_added(pasted)
    one = next(iter(view.scene().nodes))
    view.select([one])
    qtbot.waitUntil(lambda: view.scene().is_drawn)
    assert view.selected() == (one,)


def test_verdicts_for_many_nodes_are_shown_in_slices(pasted, session, scene, design, qtbot):
    qtbot.waitUntil(lambda: scene.is_drawn)
    design.judge(**{node_id: design.fine(4) for node_id in pasted})
    assert not scene.is_drawn
    qtbot.waitUntil(lambda: scene.is_drawn)
    assert {item.face.state for item in scene.nodes.values()} == {"fine"}
    assert_in_step(scene)


def test_another_design_opened_meanwhile_is_all_that_is_shown(pasted, session, view, qtbot):
    session.replace(chain(3), None)
    assert set(view.scene().nodes) == {"n1", "n2", "n3"}
    qtbot.waitUntil(lambda: view.scene().is_drawn)
    assert_in_step(view.scene())


def test_a_large_submodel_is_entered_and_left_in_slices(pasted, session, view, qtbot):
    node = next(iter(session.apply("Group", edits.group, session.catalog, pasted).added))
    assert set(view.scene().nodes) == set(session.document.nodes)
    session.enter(node)
    view.scene().work()
    assert not view.scene().is_drawn
    session.leave()
    qtbot.waitUntil(lambda: view.scene().is_drawn)
    assert_in_step(view.scene())


def test_arranging_does_not_wait_for_what_is_not_drawn(pasted, session, view, qtbot):
    view.arrange()
    glide = view.arranging.glide
    qtbot.waitUntil(lambda: view.scene().is_drawn and not glide.is_under_way)
    assert_in_step(view.scene())
