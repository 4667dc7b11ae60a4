"""Layers of selected nodes by key and mouse: group, enter, leave, share, freeze, replace, heal."""

from itertools import combinations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from composer_gui.core import edits
from composer_gui.core.document import Call
from composer_gui.core.layer_kinds import SavedPort, Submodel

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def chain(design):
    """An Input, three Dense in a row and an Output."""
    source = design.input(0, 0, label="features", shape=(4,))
    nodes = [source]
    for number in range(3):
        nodes.append(design.layer("Dense", 260 * (number + 1), 0, units=4))
        design.wire(nodes[-2], nodes[-1])
    nodes.append(design.output(1040, 0))
    design.wire(nodes[-2], nodes[-1])
    return nodes


@pytest.fixture
def submodel(view, session, design, chain):
    """Group the two last Dense of the chain; return the node that calls them."""
    view.select(chain[2:4])
    view.act("group")
    (node,) = view.selected()
    return node


def test_a_group_is_one_selected_node_with_the_wires_of_its_members(
    submodel, session, design, chain
):
    assert isinstance(session.document.layer_of(session.document.nodes[submodel]), Submodel)
    assert design.sources(chain[4]) == [submodel]
    assert set(session.document.nodes) == {chain[0], chain[1], submodel, chain[4]}
    session.undo()
    assert set(session.document.nodes) == set(chain)


def test_ungrouping_brings_the_members_back_and_selects_them(submodel, view, session, chain):
    view.act("ungroup")
    assert len(view.selected()) == 2
    assert len(session.document.nodes) == len(chain)


def test_opening_up_a_submodel_is_ungrouping_it(submodel, view, session, chain):
    view.act("open_up")
    assert len(session.document.nodes) == len(chain)


def test_a_double_click_enters_a_submodel(submodel, hand, session, scene):
    hand.double_click(hand.middle(submodel))
    assert [name for _, name in session.trail] == ["submodel"]
    assert set(scene.nodes) == set(session.document.nodes)
    assert sum(isinstance(node, Call) for node in session.document.nodes.values()) == 2


def test_enter_enters_and_escape_first_lets_go_then_leaves(submodel, hand, view, session):
    hand.key(Qt.Key.Key_Return)
    assert session.trail
    view.select_all()
    hand.key(Qt.Key.Key_Escape)
    assert session.trail and not view.selected()
    hand.key(Qt.Key.Key_Escape)
    assert not session.trail


def test_one_comes_out_where_one_went_in_and_on_the_submodel(submodel, hand, view, session):
    view.zoom_by(0.8)
    before = (round(view.camera.zoom, 6), view.center().toPoint())
    hand.key(Qt.Key.Key_Return)
    view.zoom_by(1.5)
    session.leave()
    now = (round(view.camera.zoom, 6), view.center().toPoint())
    assert now[0] == before[0]
    assert (now[1] - before[1]).manhattanLength() <= 2
    assert view.selected() == (submodel,)


def test_nodes_of_one_level_are_not_selected_on_another(submodel, view, session):
    view.select_all()
    session.enter(submodel)
    assert view.selected() == ()


def test_undo_from_outside_shows_the_level_that_it_changes(submodel, hand, session, scene):
    session.enter(submodel)
    inner = next(i for i, n in session.document.nodes.items() if isinstance(n, Call))
    session.apply("Move", edits.move, {inner: (480, 480)})
    session.leave()
    session.undo()
    assert session.trail
    assert (scene.nodes[inner].x(), scene.nodes[inner].y()) != (480, 480)


def test_the_key_deletes_a_layer_and_heals_the_wires(chain, hand, view, design, session):
    view.select([chain[2]])
    hand.key(Qt.Key.Key_Delete, CONTROL)
    assert chain[2] not in session.document.nodes
    assert design.sources(chain[3]) == [chain[1]]


def test_use_again_shares_and_independence_takes_it_back(chain, view, session, scene):
    view.select([chain[1]])
    view.act("use_again")
    (again,) = view.selected()
    assert scene.twins(again) == {chain[1]}
    assert "shared" in view.abilities()
    view.act("make_independent")
    assert scene.twins(again) == set()
    assert "shared" not in view.abilities()


def test_twins_lie_below_one_another_and_cover_nothing(view, scene, design, session):
    tall = design.model("/models/encoder.keras", 0, 0)
    taps = tuple(SavedPort(f"tap{n}", (None, 8), address=f"tap{n}") for n in range(9))
    layer = session.document.nodes[tall].layer
    session.apply("Tap", edits.set_taps, layer, taps)
    assert scene.size_of(tall)[1] > 200
    design.layer("Dense", 150, 330)
    design.add(edits.add_note, -100, 700, text="long")
    for _ in range(3):
        view.select([tall])
        view.act("use_again")
        view.camera.zoom_to(0.5)
    cards = [scene.content_rect([node_id]) for node_id in session.document.nodes]
    assert len(cards) == 6
    assert not any(one.intersects(other) for one, other in combinations(cards, 2))


def test_a_twin_is_put_right_below_where_there_is_room(view, design, session, scene):
    node = design.layer("Dense", 24, 36)
    design.layer("Dense", 24 + 240, 120)
    session.apply("Frame", edits.add_frame, 0, 0, 600, 600)
    view.select([node])
    view.act("use_again")
    (again,) = view.selected()
    twin = session.document.nodes[again]
    assert twin.x == 24 and 48 <= twin.y - 36 - scene.size_of(node)[1] < 60


def test_a_duplicate_may_share_its_weights(chain, view, session):
    view.select([chain[1]])
    view.act("duplicate_shared")
    (twin,) = view.selected()
    nodes = session.document.nodes
    assert nodes[twin].layer == nodes[chain[1]].layer
    view.duplicate()
    (copy,) = view.selected()
    assert session.document.nodes[copy].layer != nodes[chain[1]].layer


def test_what_is_pasted_may_share_its_weights(chain, view, session):
    view.select([chain[1]])
    view.copy()
    view.act("paste_shared")
    (twin,) = view.selected()
    nodes = session.document.nodes
    assert nodes[twin].layer == nodes[chain[1]].layer


def test_freezing_takes_all_selected_layers_and_is_one_step(chain, view, session):
    view.select(chain)
    assert "frozen" not in view.abilities()
    view.act("freeze")
    assert not any(layer.trainable for layer in session.document.layers.values())
    assert "frozen" in view.abilities()
    view.act("freeze")
    assert all(layer.trainable for layer in session.document.layers.values())
    session.undo()
    session.undo()
    assert all(layer.trainable for layer in session.document.layers.values())
    assert session.history.undo_label == "Connect"


def test_inference_only_is_for_models(chain, view, design, session):
    view.select([chain[1]])
    assert "model" not in view.abilities()
    model = design.model("/models/encoder.keras", 0, 300)
    view.select([model])
    view.act("inference_only")
    assert session.document.layer_of(session.document.nodes[model]).inference
    assert "inference only" in view.abilities()


def test_a_layer_is_replaced_by_typing_another_class(chain, view, hand, design, session):
    view.select([chain[2]])
    view.act("replace_with")
    view.search.field.setText("dropout")
    assert view.search.titles()[0] == "Dropout"
    assert "Input" not in view.search.titles()
    hand.key(Qt.Key.Key_Return, widget=view.search.field)
    called = session.document.layer_of(session.document.nodes[chain[2]])
    assert called.class_name == "Dropout"
    assert design.sources(chain[2]) == [chain[1]]
    assert design.sources(chain[3]) == [chain[2]]


def test_what_can_be_done_depends_on_what_is_selected(chain, view, design, session):
    view.select([chain[0]])
    assert view.abilities() == {"anything", "wired"}
    view.select([chain[1]])
    assert {"call", "one call", "weights"} <= view.abilities()
    assert not {"submodel", "openable", "shared", "inside"} & view.abilities()
    model = design.model("/models/encoder.keras", 0, 300)
    view.select([model])
    assert {"saved model", "openable", "model"} <= view.abilities()
    view.scene().select((), [next(iter(view.scene().wires))])
    assert view.abilities() == {"anything", "wire"}
    view.select([])
    assert view.abilities() == set()


def test_selecting_one_call_of_a_layer_lights_the_others(chain, view, scene, hand):
    view.select([chain[1]])
    view.act("use_again")
    (again,) = view.selected()
    assert scene.nodes[chain[1]].kin and not scene.nodes[again].kin
    view.select([chain[2]])
    assert not scene.nodes[chain[1]].kin
    hand.hover(hand.middle(again))
    assert scene.nodes[chain[1]].twin and not scene.nodes[chain[2]].twin


def test_from_afar_too_the_other_calls_of_a_layer_are_outlined(chain, view, scene, hand, session):
    view.select([chain[1]])
    view.act("use_again")
    (again,) = view.selected()
    view.camera.zoom_to(0.2)
    assert view.overview.holds(view)
    assert is_outlined(view, chain[1]) and is_outlined(view, again)
    view.select([chain[2]])
    assert not is_outlined(view, chain[1]) and not is_outlined(view, again)
    hand.hover(hand.middle(again))
    assert is_outlined(view, chain[1])
    session.apply("Delete", edits.delete, [chain[1]])
    assert is_outlined(view, chain[2])


def is_outlined(view, node_id):
    """Whether a line in the colour of what is chosen runs above a node seen from afar."""
    image = QImage(view.viewport().size(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.fillRect(image.rect(), view.ink.theme.canvas)
    painter.setWorldTransform(view.viewportTransform())
    view.overview.paint_batch(painter, view.camera.zoom)
    painter.end()
    card = view.viewportTransform().mapRect(view.scene().nodes[node_id].card()).toRect()
    rows, columns = range(card.top() - 4, card.top() + 1), range(card.left(), card.right())
    accent = view.ink.theme.accent.rgb()
    return any(image.pixel(x, y) == accent for y in rows for x in columns)


def test_leaving_is_offered_inside_only(submodel, view, session):
    assert "inside" not in view.abilities()
    session.enter(submodel)
    assert "inside" in view.abilities()
    view.act("leave")
    assert not session.trail


def test_opened_nodes_are_selected_and_seen(chain, view, session):
    session.opened.emit(frozenset(chain[1:3]))
    assert set(view.selected()) == set(chain[1:3])
    QApplication.processEvents()
    assert view.camera.seen().contains(view.scene().content_rect(chain[1:3]))
