"""The workspace: canvas, palette, inspector, source and problems know of each other."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from composer_gui.core import edits
from composer_gui.core.change import between
from composer_gui.core.document import Note
from composer_gui.core.fix_table import Fix
from composer_gui.core.layer_kinds import KerasLayer, SavedModel
from composer_gui.core.trials import Offer, TrialResult
from composer_gui.ui.desk import Desk
from composer_gui.ui.panels.palette_rows import LAYER
from composer_gui.ui.workspace import COST, PROBLEMS, Workspace


@pytest.fixture
def workspace(session, settings, show):
    desk = show(Desk(settings), 1280, 800)
    desk.lay_out(desk.size())
    made = Workspace(session, settings, desk)
    desk.take_in(made)
    desk.show_workspace(made)
    return made


def drop(view, data, at):
    """Drag over the canvas and drop, as the palette's own drag does."""
    place, copy = QPointF(at), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    target = view.viewport()
    QApplication.sendEvent(target, QDragEnterEvent(at, copy, data, left, none))
    QApplication.sendEvent(target, QDragMoveEvent(at, copy, data, left, none))
    QApplication.sendEvent(target, QDropEvent(place, copy, data, left, none))


def test_a_layer_chosen_in_the_palette_stands_in_the_middle_and_is_selected(workspace, session):
    workspace.layer_palette.layer_chosen.emit("Dense")
    (node,) = session.document.nodes.values()
    assert isinstance(session.document.layers[node.layer], KerasLayer)
    assert workspace.canvas.selected() == (node.id,)
    centre = workspace.canvas.center()
    assert abs(node.x + 95 - centre.x()) <= 24
    assert abs(node.y + 48 - centre.y()) <= 24


def test_two_layers_chosen_in_a_row_do_not_hide_each_other(workspace, session):
    workspace.layer_palette.layer_chosen.emit("Dense")
    workspace.layer_palette.layer_chosen.emit("Dense")
    places = {(node.x, node.y) for node in session.document.nodes.values()}
    assert len(places) == 2


def test_what_is_dragged_from_the_palette_lands_where_it_is_dropped(workspace, session, qtbot):
    model = workspace.layer_palette.model
    qtbot.waitUntil(lambda: bool(model.rows))
    at = next(n for n, row in enumerate(model.rows) if row.kind == LAYER and row.key == "Conv2D")
    drop(workspace.canvas, model.mimeData([model.index(at)]), workspace.canvas.rect().center())
    qtbot.waitUntil(lambda: bool(session.document.nodes))
    (layer,) = session.document.layers.values()
    assert layer.class_name == "Conv2D"


def test_a_note_is_added_from_the_palette(workspace, session):
    workspace.layer_palette.node_chosen.emit("note")
    (node,) = session.document.nodes.values()
    assert isinstance(node, Note)


def test_a_saved_model_is_added_from_the_palette(workspace, session, tmp_path, write_model, qtbot):
    workspace.layer_palette.model_chosen.emit(write_model(tmp_path / "encoder.keras"))
    qtbot.waitUntil(lambda: bool(session.document.nodes))
    (layer,) = session.document.layers.values()
    assert isinstance(layer, SavedModel)
    assert layer.name == "encoder"


def test_a_file_that_is_no_model_is_told(workspace, session, tmp_path, qtbot):
    path = tmp_path / "broken.keras"
    path.write_text("no zip")
    with qtbot.waitSignal(session.failed):
        workspace.add_models([path])
    assert not session.document.nodes


def test_the_inspector_and_the_source_follow_the_selection(workspace, design, qtbot):
    source, node, end = design.input(shape=(4,)), design.layer("Dense", units=8), design.output()
    design.wire(source, node)
    design.wire(node, end)
    workspace.source.refresh()
    workspace.canvas.select([node])
    assert workspace.inspector.view.title.text() == "dense"
    assert workspace.source.extraSelections()


def test_a_node_named_in_a_panel_is_shown_on_the_canvas(workspace, design):
    node = design.layer("Dense", 5000, 5000)
    for panel in (workspace.source, workspace.problems, workspace.inspector):
        workspace.canvas.select(())
        panel.node_chosen.emit(node)
        assert workspace.canvas.selected() == (node,)


def test_the_head_of_problems_counts_them(workspace, design, qtbot):
    with qtbot.waitSignal(workspace.headed):
        design.layer("Dense", units=4)
    assert workspace.heads[PROBLEMS] == ("Problems  3", "")


def test_the_source_is_copied_by_the_button_in_its_corner(workspace, design, qtbot):
    design.input(shape=(4,))
    workspace.source.refresh()
    qtbot.mouseClick(workspace.copy, Qt.MouseButton.LeftButton)
    assert "keras.Input" in QApplication.clipboard().text()


def test_the_problem_before_is_gone_to_as_well(workspace, design):
    one, two = design.layer("Dense"), design.layer("LSTM")
    for expected in (two, one, two):
        workspace.next_problem(-1)
        assert workspace.canvas.selected() == (expected,)


def test_a_repair_in_the_list_is_seen_on_the_canvas(workspace, session):
    session.apply("Add", edits.add_input, 0, 0)
    problem = next(p for p in session.problems() if p.code == "no_output")
    after = edits.add_output(session.document, 200, 0)
    change = between(session.document, after)
    offer = Offer(Fix("x", "Add it", lambda d: d), problem, after, change, TrialResult())
    for panel in (workspace.problems, workspace.inspector):
        panel.looked_at.emit(offer)
        assert set(workspace.canvas.preview.ghosts) == change.added
        panel.looked_at.emit(None)
        assert not workspace.canvas.preview.ghosts


def test_a_press_on_a_row_of_costs_selects_its_node(workspace, design, qtbot):
    source, node = design.input(shape=(8,)), design.layer("Dense", units=4)
    design.judge(**{source: design.fine(8), node: design.fine(4, parameters=36)})
    workspace.parent().open_dock(COST)
    table = workspace.cost.table
    qtbot.waitUntil(lambda: bool(table.visualRect(table.model().index(1, 0)).height()))
    QApplication.processEvents()
    qtbot.mouseClick(
        table.viewport(),
        Qt.MouseButton.LeftButton,
        pos=table.visualRect(table.model().index(1, 0)).center(),
    )
    assert workspace.canvas.selected() == (node,)
