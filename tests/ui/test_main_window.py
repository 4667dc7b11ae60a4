"""The window: gallery first, then the workspace; title, menus, drops and closing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QDialog, QWidget

from composer_gui.core import edits
from composer_gui.core.errors import FileProblem
from composer_gui.ui import file_dialogs, later, theme
from composer_gui.ui.main_window import MainWindow
from composer_gui.ui.panels import code_consent

ROOT = Path(__file__).resolve().parents[2]


def drop(window, *paths):
    """Drop files on the window, as a file manager does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    at, copy = QPointF(40, 300), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(at.toPoint(), copy, data, left, none))
    QApplication.sendEvent(window, QDropEvent(at, copy, data, left, none))


def test_the_window_opens_on_the_gallery(window):
    assert window.pages.currentWidget() is window.gallery_page
    assert window.windowTitle() == "Composer"


def test_a_new_design_is_shown_on_the_canvas(window, qtbot):
    qtbot.mouseClick(window.gallery_page.new, Qt.MouseButton.LeftButton)
    assert window.is_working
    assert window.windowTitle() == "untitled[*] - Composer"


def test_the_title_names_the_file_and_marks_changes(working, session, tmp_path):
    session.save(tmp_path / "twins.composer")
    assert working.windowTitle() == "twins.composer[*] - Composer"
    assert not working.isWindowModified()
    session.apply("Add", edits.add_note, 0, 0)
    assert working.isWindowModified()
    assert working.top.tabs.accessibleTabName(0) == "twins.composer, not saved"


def test_a_name_that_looks_like_the_mark_stays_a_name(working, session):
    session.apply("Name", edits.set_name, "odd[*]name")
    assert working.windowTitle() == "odd[*][*]name[*] - Composer"


def test_undo_says_what_it_takes_back(working, session):
    undo = working.actions_by_id["undo"]
    assert not undo.isEnabled()
    session.apply("Add note", edits.add_note, 0, 0)
    assert undo.text() == "Undo “Add note”"
    undo.trigger()
    assert not session.document.nodes
    assert working.actions_by_id["redo"].text() == "Redo “Add note”"


def test_keys_undo_and_redo_from_the_canvas(working, session, qtbot):
    session.apply("Add note", edits.add_note, 0, 0)
    working.canvas.setFocus()
    qtbot.keyClick(working.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not session.document.nodes
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(working.canvas, Qt.Key.Key_Z, keys)
    assert session.document.nodes


def test_entries_that_need_a_design_rest_while_the_gallery_is_shown(working):
    assert working.actions_by_id["save"].isEnabled()
    working.actions_by_id["gallery"].trigger()
    assert not working.actions_by_id["save"].isEnabled()
    assert not working.top.export.isVisible()


def test_entries_that_need_a_selection_follow_the_canvas(working, design):
    node = design.input()
    assert not working.actions_by_id["duplicate"].isEnabled()
    working.canvas.select([node])
    assert working.actions_by_id["duplicate"].isEnabled()
    working.actions_by_id["duplicate"].trigger()
    assert len(design.document.nodes) == 2


def test_the_delete_key_deletes_on_the_canvas_and_not_in_a_field(working, design, qtbot):
    node = design.input()
    working.canvas.select([node])
    search = working.workspace.layer_palette.search
    search.setFocus()
    qtbot.keyClicks(search, "ab")
    qtbot.keyClick(search, Qt.Key.Key_Home)
    qtbot.keyClick(search, Qt.Key.Key_Delete)
    assert search.text() == "b"
    assert node in design.document.nodes
    working.canvas.setFocus()
    qtbot.keyClick(working.canvas, Qt.Key.Key_Delete)
    assert node not in design.document.nodes


def test_what_a_panel_or_the_status_bar_is_told_is_shown(working, session):
    session.noticed.emit("That wire would close a loop.")
    assert working.status.said.text() == "That wire would close a loop."


def test_work_in_the_background_that_failed_is_told_in_the_message_bar(working, session):
    session.failed.emit(FileProblem("truncated", "a.keras is cut off.", "Copy it again."))
    assert working.notices.notices[0].sentence == "a.keras is cut off."


def test_counts_and_problems_stand_in_the_status_bar(working, design, qtbot):
    first, second = design.input(), design.layer("Dense")
    design.wire(first, second)
    design.judge(**{first: design.fine(4), second: design.fine(8, parameters=40)})
    qtbot.waitUntil(lambda: working.status.counts.text() == "2 nodes, 1 wire")
    assert working.status.problems.text() == "1 to finish"
    assert working.status.totals.text() == "40 parameters"


def test_pressing_the_count_of_problems_shows_them(working, design, qtbot):
    design.layer("Dense")
    qtbot.waitUntil(lambda: bool(working.status.problems.text()))
    qtbot.mouseClick(working.status.problems, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: working.desk.docks["problems"].is_seen)
    assert not working.desk.docks["python"].is_seen


def test_the_state_of_the_engine_is_said_in_words(working, session):
    session.engine.state_changed.emit("ready", "")
    assert working.status.engine.text() == "Keras ready"
    assert working.status.engine.tone == "right"


def test_a_design_dropped_on_the_window_is_opened(window, examples_folder, qtbot):
    drop(window, examples_folder / "functional-mlp.composer")
    qtbot.waitUntil(lambda: window.is_working)
    assert window.session.path.name == "functional-mlp.composer"


def test_a_saved_model_dropped_on_the_gallery_begins_a_design(window, session, monkeypatch, qtbot):
    added = []
    monkeypatch.setattr(session, "add_models", lambda paths, x, y: added.append(paths))
    drop(window, "/models/encoder.keras")
    qtbot.waitUntil(lambda: bool(added))
    assert added == [[Path("/models/encoder.keras")]]
    assert window.is_working


def test_text_that_is_dragged_over_the_window_is_not_taken(window):
    data = QMimeData()
    data.setText("hello")
    event = QDragEnterEvent(
        QPointF(10, 10).toPoint(),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    QApplication.sendEvent(window, event)
    assert not event.isAccepted()


def test_closing_asks_about_unsaved_changes(working, session, answers):
    session.apply("Add", edits.add_note, 0, 0)
    answers["keep"] = file_dialogs.CANCEL
    assert not working.close()
    assert answers["asked"] == ["untitled"]
    answers["keep"] = file_dialogs.DISCARD
    assert working.close()


def test_closing_a_saved_design_asks_nothing_and_tells_who_opened_it(working, answers, qtbot):
    with qtbot.waitSignal(working.closed) as told:
        working.close()
    assert told.args == [working]
    assert answers["asked"] == []


def test_another_theme_is_used_and_remembered(window, settings, qapp):
    window.actions_by_id["theme_light"].trigger()
    assert theme.current().name == "light"
    assert settings.value("theme") == "light"
    window.actions_by_id["theme_dark"].trigger()
    assert theme.current().name == "dark"


@pytest.mark.parametrize("panel", ["palette", "inspector", "python"])
def test_panels_can_be_put_away(working, panel):
    action = working.actions_by_id[f"show_{panel}"]
    assert action.isChecked()
    action.trigger()
    assert not working.workspace.panels[panel].isVisible()
    assert not action.isChecked()
    action.trigger()
    assert working.workspace.panels[panel].isVisible()
    assert action.isChecked()


def test_finding_in_the_palette_brings_it_back(working):
    working.actions_by_id["show_palette"].trigger()
    working.actions_by_id["find_in_palette"].trigger()
    assert working.workspace.layer_palette.search.hasFocus()
    assert working.actions_by_id["show_palette"].isChecked()


def test_inputs_and_outputs_are_added_from_the_menu(working, design):
    working.actions_by_id["add_input"].trigger()
    working.actions_by_id["add_output"].trigger()
    assert len(design.document.inputs) == len(design.document.outputs) == 1


@pytest.mark.parametrize("entry", ["set_name", "set_seed"])
def test_name_and_seed_are_edited_where_they_stand(working, design, entry):
    working.canvas.select([design.input()])
    working.actions_by_id["show_inspector"].trigger()
    working.actions_by_id[entry].trigger()
    view = working.workspace.inspector.view
    field = view.name if entry == "set_name" else view.seed
    assert field.editor.hasFocus()


def test_a_key_leads_from_panel_to_panel(working, qtbot):
    workspace = working.workspace
    working.canvas.setFocus()
    visited = []
    for _ in range(4):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
        visited.append(QApplication.focusWidget())
    assert workspace.inspector.isAncestorOf(visited[0])
    assert visited[1] is workspace.source
    assert visited[2] is workspace.layer_palette.search
    assert visited[3] is working.canvas


def test_whatever_takes_the_focus_has_a_name_to_be_read_out(working, design):
    node = design.layer("Bidirectional", **working.session.catalog.layer("Bidirectional").sample)
    working.canvas.select([node])
    QApplication.processEvents()
    viewports = {area.viewport() for area in working.findChildren(QAbstractScrollArea)}
    for widget in working.findChildren(QWidget):
        takes_focus = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible()
        if takes_focus and widget not in viewports and widget.focusProxy() is None:
            text = getattr(widget, "text", lambda: "")()
            assert widget.accessibleName() or text, (type(widget).__name__, widget.parent())


def test_the_next_problem_goes_round(working, design):
    one, two = design.layer("Dense"), design.layer("LSTM")
    for expected in (one, two, one):
        working.actions_by_id["next_problem"].trigger()
        assert working.canvas.selected() == (expected,)
    working.actions_by_id["previous_problem"].trigger()
    assert working.canvas.selected() == (two,)


def test_the_size_of_the_window_is_remembered(window, session, settings):
    window.resize(720, 600)
    window.close()
    other = MainWindow(session, settings=settings)
    assert (other.width(), other.height()) == (720, 600)
    other.deleteLater()


def test_a_bug_of_ours_is_told_with_a_report_to_copy(window, qtbot):
    window.show_bug("ZeroDivisionError: division by zero")
    notice = window.notices.notices[0]
    assert "ZeroDivisionError" in notice.next_step


def test_opening_an_example_shows_it(window, session, qtbot):
    window.gallery_page.example_chosen.emit("functional-mlp")
    qtbot.waitUntil(lambda: window.is_working)
    assert session.document.inputs
    assert session.path is None


START = """
import sys
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget
from composer_gui import app
from composer_gui.ui import later, theme
heavy = ("networkx", "numpy", "pygments", "keras", "tensorflow", "h5py",
         "composer_gui.session.session", "composer_gui.session.gallery",
         "composer_gui.engine.client", "composer_gui.core.document",
         "composer_gui.core.layers.catalog", "composer_gui.ui.workspace")
class Painted(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            print([name for name in heavy if name in sys.modules], flush=True)
            import os
            os._exit(0)
        return False
application = QApplication([])
theme.apply(application, "dark")
composer = app.Composer(application)
window = composer.open_window()
painted = Painted()
window.gallery_page.installEventFilter(painted)
application.exec()
"""


def test_nothing_heavy_is_imported_before_the_first_paint():
    done = subprocess.run(
        [sys.executable, "-c", START], cwd=ROOT, env=os.environ, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_keys_group_enter_leave_and_ungroup(working, session, design, qtbot):
    one, other = design.layer("Dense", 0, 0, units=2), design.layer("Dense", 300, 0, units=2)
    design.wire(one, other)
    canvas, keys = working.canvas, Qt.KeyboardModifier
    canvas.setFocus()
    canvas.select([one, other])
    qtbot.keyClick(canvas, Qt.Key.Key_G, keys.ControlModifier)
    assert len(session.document.nodes) == 1
    qtbot.keyClick(canvas, Qt.Key.Key_Down, keys.AltModifier)
    assert session.trail
    assert working.workspace.levels.isVisible()
    assert working.actions_by_id["leave"].isEnabled()
    qtbot.keyClick(canvas, Qt.Key.Key_Up, keys.AltModifier)
    assert not session.trail
    assert not working.workspace.levels.isVisible()
    qtbot.keyClick(canvas, Qt.Key.Key_G, keys.ControlModifier | keys.ShiftModifier)
    assert len(session.document.nodes) == 2


def test_the_entry_that_freezes_says_what_it_would_do(working, session, design, qtbot):
    node = design.layer("Dense", 0, 0, units=2)
    freeze = working.actions_by_id["freeze"]
    assert not freeze.isEnabled()
    working.canvas.select([node])
    assert (freeze.isEnabled(), freeze.text()) == (True, "Freeze")
    freeze.trigger()
    assert freeze.text() == "Thaw"
    assert not design.called(node).trainable


def test_a_python_file_dropped_on_the_canvas_is_asked_about(working, monkeypatch):
    asked = []
    monkeypatch.setattr(code_consent, "may_run", lambda *given: asked.append(given[1]))
    working.canvas.code_dropped.emit(Path("/m/my_layers.py"))
    assert asked == [Path("/m/my_layers.py")]


def test_what_the_workspace_needs_is_brought_in_pieces_while_the_gallery_is_looked_at(
    session, qtbot
):
    assert [piece.__name__ for piece in later.pieces()][-1] == "composer_gui.ui.desk"
    window = MainWindow(lambda: session)
    qtbot.addWidget(window)
    window.show()
    assert not window.designs.has_session
    qtbot.waitUntil(lambda: window.designs.has_session and window._desk is not None)
    assert window.session is session
    assert not window.is_working


@pytest.mark.parametrize("entry", ["shortcuts", "problem_help", "settings", "about"])
def test_a_dialog_that_was_closed_leaves_nothing_behind(window, entry, qtbot):
    def dialogs():
        return [child for child in window.children() if isinstance(child, QDialog)]

    window.actions_by_id[entry].trigger()
    (dialog,) = dialogs()
    dialog.close()
    qtbot.waitUntil(lambda: not dialogs())
