"""The menus of the right button: what they hold where, and that their entries do it."""

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from composer_gui.core import edits
from composer_gui.core.document import Call, Frame
from composer_gui.ui import keymap
from composer_gui.ui.canvas.interactions.node_menu import FRAME_COLOURS


@pytest.fixture
def menu_at(hand, view):
    """Open the menu at a place of the scene with a real event; return its entries by text."""
    opened = []

    def menu_at(at):
        place = hand.screen(at).toPoint()
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse, place, view.viewport().mapToGlobal(place)
        )
        QApplication.sendEvent(view.viewport(), event)
        opened.append(view.menu)
        assert isinstance(view.menu, QMenu)
        return {a.text().split("\t")[0]: a for a in view.menu.actions() if a.text()}

    yield menu_at
    for menu in opened:
        menu.close()


def test_the_canvas_offers_to_add_paste_and_arrange(menu_at):
    entries = menu_at((300, 300))
    assert {"Add…", "Add Input", "Add note", "Paste", "Arrange", "Fit design"} <= set(entries)


def test_add_puts_the_node_where_the_menu_was(menu_at, session):
    menu_at((300, 300))["Add Input"].trigger()
    (node,) = session.document.nodes.values()
    assert (node.x, node.y) == (300, 300)


def test_a_right_click_selects_the_node(menu_at, hand, view, design):
    node = design.layer("Dense", 0, 0)
    menu_at(hand.middle(node))
    assert view.selected() == (node,)


def test_a_right_click_on_one_of_several_keeps_them(menu_at, hand, view, design):
    nodes = [design.layer("Dense", x, 0) for x in (0, 300)]
    view.select(nodes)
    menu_at(hand.middle(nodes[0]))["Delete"].trigger()
    assert not view.session.document.nodes


def test_use_again_shares_the_layer(menu_at, hand, session, design):
    node = design.layer("Dense", 0, 0)
    menu_at(hand.middle(node))["Use again with shared weights"].trigger()
    one, other = (node for node in session.document.nodes.values() if isinstance(node, Call))
    assert one.layer == other.layer


def test_make_independent_is_offered_to_twins_only(menu_at, hand, session, design):
    node = design.layer("Dense", 0, 0)
    assert "Make independent" not in menu_at(hand.middle(node))
    twin = design.add(edits.add_call, session.document.nodes[node].layer, 0, 300)
    menu_at(hand.middle(twin))["Make independent"].trigger()
    nodes = session.document.nodes
    assert nodes[node].layer != nodes[twin].layer


def test_freeze_and_unfreeze_change_places(menu_at, hand, session, design):
    node = design.layer("Dense", 0, 0)
    layer = session.document.nodes[node].layer
    menu_at(hand.middle(node))["Freeze"].trigger()
    assert not session.document.layers[layer].trainable
    menu_at(hand.middle(node))["Thaw"].trigger()
    assert session.document.layers[layer].trainable


def test_disconnect_takes_all_wires_of_the_node(menu_at, hand, session, design):
    source, merge = design.input(0, 0), design.layer("Add", 300, 0)
    for index in range(3):
        design.wire(source, merge, index=index)
    menu_at(hand.middle(merge))["Disconnect"].trigger()
    assert not session.document.nodes[merge].inputs
    session.undo()
    assert design.sources(merge) == [source] * 3


def test_a_frame_goes_around_what_is_selected(menu_at, hand, view, scene, session, design):
    nodes = [design.layer("Dense", x, 0) for x in (0, 300)]
    view.select(nodes)
    menu_at(hand.middle(nodes[0]))["Frame the selection"].trigger()
    (frame,) = (node for node in session.document.nodes.values() if isinstance(node, Frame))
    card = scene.nodes[frame.id].card()
    assert all(card.contains(scene.nodes[node].card()) for node in nodes)


def test_rename_opens_a_field(menu_at, hand, view, design):
    node = design.layer("Dense", 0, 0)
    menu_at(hand.middle(node))["Rename"].trigger()
    assert any(field.accessibleName() == "Label" for field in view.findChildren(QLineEdit))


def test_a_wire_can_be_removed_and_its_ends_visited(menu_at, hand, view, session, design):
    source, dense = design.input(0, 0), design.layer("Dense", 500, 0)
    design.wire(source, dense)
    middle = (hand.output(source) + hand.input(dense)) / 2
    entries = menu_at(middle)
    entries["Go to dense"].trigger()
    assert view.selected() == (dense,)
    menu_at(middle)["Remove"].trigger()
    assert design.sources(dense) == []


def test_a_layer_can_be_inserted_into_a_wire(menu_at, hand, view, session, design):
    source, dense = design.input(0, 0), design.layer("Dense", 500, 0)
    design.wire(source, dense)
    menu_at((hand.output(source) + hand.input(dense)) / 2)["Insert a layer…"].trigger()
    view.search.field.setText("dropout 0.5")
    view.search.accept()
    (added,) = set(session.document.nodes) - {source, dense}
    assert design.sources(dense) == [added]


def inner(entries, name):
    """Return the entries of a menu in the menu, by their texts."""
    return {action.text(): action for action in entries[name].menu().actions() if action.text()}


def test_a_dot_can_be_put_on_a_wire_and_taken_away_healed(menu_at, hand, session, design):
    source, dense = design.input(0, 0), design.layer("Dense", 500, 0)
    design.wire(source, dense)
    middle = (hand.output(source) + hand.input(dense)) / 2
    menu_at(middle)["Add a reroute dot"].trigger()
    (dot,) = set(session.document.nodes) - {source, dense}
    assert design.sources(dense) == [dot]
    entries = menu_at(middle)
    assert "Rename" not in entries
    entries["Delete and heal"].trigger()
    assert design.sources(dense) == [source]


def test_a_frame_takes_another_colour(menu_at, session, design):
    frame = design.add(edits.add_frame, 0, 0, 300, 240)
    colours = inner(menu_at((100, 12)), "Colour")
    assert colours["Blue"].isChecked()
    assert all(not action.icon().isNull() for action in colours.values())
    colours["Green"].trigger()
    assert session.document.nodes[frame].color == "convolution"
    session.undo()
    assert session.document.nodes[frame].color == "accent"


def test_every_colour_of_a_frame_is_one_of_the_theme(view):
    grey = view.ink.frame("no such colour").name()
    names = [view.ink.frame(name).name() for name, _ in FRAME_COLOURS]
    assert len(set(names)) == len(names)
    assert [name for name, _ in FRAME_COLOURS if view.ink.frame(name).name() == grey] in (
        [],
        ["normalization"],
    )


def test_a_frame_is_folded_and_unfolded(menu_at, hand, session, design):
    inside = design.layer("Dense", 48, 60)
    frame = design.add(edits.add_frame, 0, 0, 300, 240)
    menu_at((100, 12))["Fold"].trigger()
    assert session.document.nodes[frame].folded == (inside,)
    menu_at(hand.middle(frame))["Unfold"].trigger()
    assert session.document.nodes[frame].folded == ()


def test_a_node_is_bypassed_pulled_out_and_pinned(menu_at, hand, session, design):
    source, dense = design.input(0, 0), design.layer("Dense", 300, 0)
    output = design.output(600, 0)
    design.wire(source, dense)
    design.wire(dense, output)
    menu_at(hand.middle(dense))["Bypass"].trigger()
    assert session.document.nodes[dense].bypassed
    menu_at(hand.middle(dense))["End bypass"].trigger()
    assert not session.document.nodes[dense].bypassed
    menu_at(hand.middle(dense))["Pin in place"].trigger()
    assert session.document.nodes[dense].pinned
    menu_at(hand.middle(dense))["Pull out"].trigger()
    assert design.sources(output) == [source]
    entry = menu_at(hand.middle(dense))["Pull out"]
    assert not entry.isEnabled() and "No wire" in entry.toolTip()


def test_several_nodes_are_lined_up(menu_at, hand, view, session, design):
    nodes = [design.layer("Dense", x, y) for x, y in ((0, 0), (300, 40))]
    view.select(nodes)
    lines = inner(menu_at(hand.middle(nodes[0])), "Align")
    assert not lines["Distribute Across"].isEnabled()
    assert "at least 3 nodes" in lines["Distribute Across"].toolTip()
    lines["Top Edges"].trigger()
    assert [session.document.nodes[node].y for node in nodes] == [0, 0]


def test_a_parameter_is_written_in_place(menu_at, hand, view, design):
    node = design.layer("Dense", 0, 0, units=2)
    menu_at(hand.middle(node))["Edit in place"].trigger()
    assert view.pointer.editor.name == "units"


def test_the_keys_shown_are_those_that_hold(menu_at, hand, view, design, monkeypatch):
    node = design.layer("Dense", 0, 0)
    monkeypatch.setitem(keymap.current()._keys, "freeze", ("F9",))
    menu_at(hand.middle(node))
    assert "Freeze\tF9" in [action.text() for action in view.menu.actions()]


def test_the_repairs_of_a_wrong_node_come_first(menu_at, hand, view, session, design, tmp_path):
    path = tmp_path / "m.keras"
    path.touch()
    model = design.model(path, 100, 100)
    entries = menu_at(hand.middle(model))
    assert next(iter(entries)) == "Trying repairs…"
    design.try_repairs()
    first = view.menu.actions()[0]
    assert first.text().startswith("Add an Input")
    assert not entries["Trying repairs…"].isVisible()
    first.trigger()
    assert len(session.document.inputs) == 1


def test_pointing_at_a_repair_shows_it_on_the_canvas(
    menu_at, hand, view, session, design, tmp_path
):
    path = tmp_path / "m.keras"
    path.touch()
    model = design.model(path, 100, 100)
    entries = menu_at(hand.middle(model))
    design.try_repairs()
    before = session.document
    view.menu.actions()[0].hover()
    assert view.preview.ghosts
    entries["Rename"].hover()
    assert not view.preview.ghosts
    assert session.document is before


def test_the_menu_key_opens_the_menu_of_what_is_selected(hand, view, design):
    node = design.layer("Dense", 0, 0)
    view.select([node])
    place = hand.screen((600, 500)).toPoint()
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Keyboard, place, view.viewport().mapToGlobal(place)
    )
    QApplication.sendEvent(view.viewport(), event)
    assert any(action.text().startswith("Rename") for action in view.menu.actions())
    view.menu.close()


def test_a_right_press_ends_a_drag(hand, view, scene, design, menu_at):
    node = design.layer("Dense", 0, 0)
    hand.press(hand.middle(node))
    hand.move(hand.middle(node) + QPointF(100, 0))
    menu_at((300, 300))
    assert view.gesture is None
    assert scene.nodes[node].x() == 0


def test_a_sealed_model_says_why_it_cannot_be_opened_up(
    menu_at, hand, design, session, monkeypatch, tmp_path
):
    path = tmp_path / "m.keras"
    path.touch()
    model = design.model(path, 100, 100)
    monkeypatch.setattr(session, "why_sealed", lambda layer: "")
    assert menu_at(hand.middle(model))["Open up"].isEnabled()
    monkeypatch.setattr(session, "why_sealed", lambda layer: "Only its code knows its layers.")
    entry = menu_at(hand.middle(model))["Open up"]
    assert not entry.isEnabled()
    assert "Only its code" in entry.toolTip()


def test_the_menu_of_a_saved_model_opens_it_up(menu_at, hand, design, session, monkeypatch):
    opened = []
    monkeypatch.setattr(session, "open_up", opened.append)
    model = design.model("/m/a.keras", 100, 100)
    menu_at(hand.middle(model))["Open up"].trigger()
    assert opened == [model]


def test_inside_a_submodel_the_menu_leads_out(menu_at, hand, design, session, view):
    node = design.add(edits.group, session.catalog, [design.layer("Dense", 0, 0, units=2)])
    assert "Leave this submodel" not in menu_at((700, 500))
    menu_at(hand.middle(node))["Enter"].trigger()
    menu_at(view.center() + QPointF(0, 300))["Leave this submodel"].trigger()
    assert not session.trail
