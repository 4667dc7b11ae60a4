"""The export dialog: names what it writes, says what is in the way, ends with the proof."""

from dataclasses import replace
from typing import ClassVar

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QLabel

from composer_gui.core import edits
from composer_gui.core.document import Call
from composer_gui.core.errors import ExportFailed
from composer_gui.core.problems import WARNING, Problem
from composer_gui.session.exports import Check, Report
from composer_gui.ui import export_dialog
from composer_gui.ui.export_dialog import CHOOSE, DONE, RUN, ExportDialog
from composer_gui.ui.export_report import FileRow, Verdict


class FakeExport(QObject):
    """An export whose fate the test decides."""

    progressed = Signal(str, float)
    finished = Signal(object)
    failed = Signal(object)
    made: ClassVar[list] = []

    def __init__(self, session, targets, *, prove, force, style, weights, parent):
        super().__init__(parent)
        self.style, self.weights = style, weights
        self.targets, self.prove, self.force = targets, prove, force
        self.is_started = self.is_cancelled = False
        FakeExport.made.append(self)

    def start(self):
        self.is_started = True

    def cancel(self):
        self.is_cancelled = True


@pytest.fixture
def exports(monkeypatch):
    FakeExport.made = []
    monkeypatch.setattr(export_dialog, "Export", FakeExport)
    return FakeExport.made


@pytest.fixture
def ready(design):
    """A design that could be exported."""
    source, node, end = design.input(shape=(4,)), design.layer("Dense", units=4), design.output()
    design.wire(source, node)
    design.wire(node, end)
    design.session.apply("Name", edits.set_name, "twins")
    return design


@pytest.fixture
def dialog(ready, session, settings, show, exports, tmp_path):
    return show(ExportDialog(session, tmp_path, settings), 540, 400)


def report(folder, *, ok=True):
    files = (folder / "twins.keras", folder / "twins.py")
    checks = (Check("outputs", ok, "The outputs are equal to the bit."), Check("names", True, ""))
    return Report(files, checks, "twins.keras and twins.py are written and proved.", ("A note.",))


def words(widget):
    return [label.text() for label in widget.findChildren(QLabel)]


def test_both_files_are_named_before_anything_is_written(dialog, tmp_path):
    assert dialog.targets() == [tmp_path / "twins.keras", tmp_path / "twins.py"]
    assert dialog.model.text() == "twins.keras, the model"
    assert dialog.export_button.isEnabled()


def test_a_process_is_made_ready_while_the_user_reads(dialog, session):
    assert session.engine.prepared == 1


def test_one_file_alone_can_be_chosen(dialog, tmp_path, qtbot):
    qtbot.mouseClick(dialog.source, Qt.MouseButton.LeftButton)
    assert dialog.targets() == [tmp_path / "twins.keras"]
    qtbot.mouseClick(dialog.model, Qt.MouseButton.LeftButton)
    assert not dialog.export_button.isEnabled()
    assert dialog.sentence.text() == "Choose the model, the source, or both."


def test_another_name_is_typed(dialog, tmp_path, qtbot):
    dialog.name.selectAll()
    qtbot.keyClicks(dialog.name, "v2")
    assert dialog.targets()[0] == tmp_path / "v2.keras"


@pytest.mark.parametrize("name", ["", "a/b", "what?", " "])
def test_a_name_that_no_file_can_have_is_refused(dialog, qtbot, name):
    dialog.name.selectAll()
    qtbot.keyClick(dialog.name, Qt.Key.Key_Delete)
    qtbot.keyClicks(dialog.name, name)
    assert not dialog.export_button.isEnabled()
    assert dialog.sentence.text() == "The files need a name that a file can have."


def test_a_folder_that_is_not_there_is_refused(dialog, qtbot):
    qtbot.keyClicks(dialog.folder, "/nowhere")
    assert not dialog.export_button.isEnabled()
    assert "folder is not there" in dialog.sentence.text()


def test_files_that_would_be_replaced_are_named_first(dialog, tmp_path, qtbot):
    (tmp_path / "twins.keras").write_text("earlier")
    dialog._look()
    assert dialog.sentence.text() == "twins.keras will be replaced."
    assert dialog.export_button.isEnabled()


def test_a_design_with_problems_cannot_be_exported_and_says_why(dialog, ready, qtbot):
    ready.layer("Dense")
    assert not dialog.export_button.isEnabled()
    assert "units, which is not set" in dialog.sentence.text()


def test_exporting_shows_progress_then_the_proof(dialog, exports, tmp_path, qtbot):
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    (export,) = exports
    assert export.is_started
    assert export.prove
    assert dialog.pages.currentIndex() == RUN
    export.progressed.emit("Building the model", 0.4)
    assert dialog.progress.words.text() == "Building the model"
    with qtbot.waitSignal(dialog.exported):
        export.finished.emit(report(tmp_path))
    assert dialog.pages.currentIndex() == DONE
    shown = words(dialog.report)
    assert "The outputs are equal to the bit." in shown
    assert {"twins.keras", "twins.py", "A note."} <= set(shown)
    assert len(dialog.report.findChildren(FileRow)) == 2
    assert [v.accessibleName() for v in dialog.report.findChildren(Verdict)] == ["holds", "holds"]


def test_enter_exports_and_enter_again_closes(dialog, exports, tmp_path, qtbot):
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    exports[0].finished.emit(report(tmp_path))
    with qtbot.waitSignal(dialog.accepted):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)


def test_a_check_that_does_not_hold_is_read_out_as_such(dialog, exports, tmp_path):
    dialog.start()
    exports[0].finished.emit(report(tmp_path, ok=False))
    assert dialog.report.findChildren(Verdict)[0].accessibleName() == "does not hold"


def test_the_proof_can_be_left_out(dialog, exports, qtbot):
    qtbot.mouseClick(dialog.prove, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    assert not exports[0].prove


def test_cancel_ends_the_export(dialog, exports, session, qtbot):
    dialog.start()
    with qtbot.waitSignal(session.noticed):
        qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
    assert exports[0].is_cancelled
    assert not dialog.isVisible()


def test_a_failed_export_says_why_and_leads_to_the_node(dialog, exports, qtbot):
    dialog.start()
    failed = ExportFailed("head: 64 does not fit 32.", "Mend it.", "n2")
    exports[0].failed.emit(failed)
    assert dialog.pages.currentIndex() == CHOOSE
    assert dialog.sentence.text() == "head: 64 does not fit 32. Mend it."
    assert dialog.export_button.text() == "Try again"
    with qtbot.waitSignal(dialog.node_chosen) as told:
        qtbot.mouseClick(dialog.go_to, Qt.MouseButton.LeftButton)
    assert told.args == ["n2"]


def test_where_and_how_is_remembered(dialog, exports, ready, session, settings, show, qtbot):
    folder = dialog.folder.text()
    qtbot.mouseClick(dialog.prove, Qt.MouseButton.LeftButton)
    dialog.start()
    again = show(ExportDialog(session, None, settings), 540, 400)
    assert again.folder.text() == folder
    assert not again.prove.isChecked()


def test_the_menu_opens_the_dialog(working, ready, exports):
    working.actions_by_id["export"].trigger()
    dialog = working.findChild(ExportDialog)
    assert dialog.isVisible()
    dialog.reject()


def test_one_works_on_while_the_dialog_is_open(working, ready, exports):
    export = working.actions_by_id["export"].trigger
    export()
    dialog = working.findChild(ExportDialog)
    assert not dialog.isModal()
    dialog.start()
    ready.layer("Dense", units=2)
    assert dialog.pages.currentIndex() == RUN
    export()
    assert working.findChildren(ExportDialog) == [dialog]
    dialog.reject()


def test_closing_a_design_ends_its_export(working, ready, exports):
    working.actions_by_id["export"].trigger()
    dialog = working.findChild(ExportDialog)
    dialog.start()
    working.close_tab()
    assert not dialog.isVisible()
    assert exports[-1].is_cancelled


# From saved models, or from scratch ---------------------------------------------------------------


@pytest.fixture
def encoding(ready, session, settings, show, exports, tmp_path):
    """The dialog for a design with a saved model in it."""
    (tmp_path / "e.keras").touch()
    source, node = ready.input(shape=(8, 8, 3)), ready.model(tmp_path / "e.keras")
    ready.wire(source, node, "image")
    ready.wire(node, ready.output(), out="code")
    return show(ExportDialog(session, tmp_path, settings), 540, 460)


def choose_scratch(dialog, qtbot):
    qtbot.keyClick(dialog.style.box, Qt.Key.Key_Down)


def test_a_design_without_saved_models_has_no_style_to_choose(dialog, exports):
    assert dialog.style.isHidden()
    dialog.start()
    assert (exports[0].style, exports[0].weights) == ("saved", False)


def test_a_source_is_made_from_the_saved_models_unless_another_style_is_chosen(
    encoding, exports, qtbot
):
    assert encoding.style.box.currentText() == "from the saved models"
    assert encoding.style.weights_field.isHidden()
    encoding.start()
    assert (exports[0].style, exports[0].weights) == ("saved", False)


def test_from_scratch_the_weights_are_a_file_of_their_own(encoding, exports, tmp_path, qtbot):
    (tmp_path / "twins.weights.h5").write_text("earlier")
    choose_scratch(encoding, qtbot)
    assert encoding.style.weights.text() == "twins.weights.h5, the weights"
    assert encoding.sentence.text() == "twins.weights.h5 will be replaced."
    encoding.start()
    assert (exports[0].style, exports[0].weights) == ("scratch", True)


def test_without_its_file_all_weights_start_anew_and_the_dialog_says_so(encoding, exports, qtbot):
    choose_scratch(encoding, qtbot)
    qtbot.mouseClick(encoding.style.weights, Qt.MouseButton.LeftButton)
    assert encoding.style.words.text().startswith("Only layers are kept: all weights start anew")
    encoding.start()
    assert (exports[0].style, exports[0].weights) == ("scratch", False)


def test_a_model_alone_keeps_its_weights(encoding, exports, qtbot):
    choose_scratch(encoding, qtbot)
    qtbot.mouseClick(encoding.source, Qt.MouseButton.LeftButton)
    assert encoding.style.isHidden()
    encoding.start()
    assert (exports[0].style, exports[0].weights) == ("saved", False)


def test_the_style_is_remembered(encoding, exports, session, settings, show, qtbot):
    choose_scratch(encoding, qtbot)
    encoding.start()
    again = show(ExportDialog(session, None, settings), 540, 460)
    assert again.style.chosen_style == "scratch"


def test_a_missing_class_stands_in_the_way(dialog, ready, session):
    node = next(iter(session.document.nodes))
    missing = Problem("missing_class", "encoder uses Attend, which Keras does not have.", node)
    warning = replace(missing, severity=WARNING)
    ready.judge(**{node: replace(ready.fine(4), problems=(warning,))})
    assert not dialog.export_button.isEnabled()
    assert "uses Attend" in dialog.sentence.text()


def test_what_stands_in_the_way_is_shown_from_the_dialog(dialog, ready, session, qtbot):
    (node,) = (n.id for n in session.document.nodes.values() if isinstance(n, Call))
    message = "dense uses Attend, which Keras does not have."
    problem = Problem("missing_class", message, node, severity=WARNING)
    ready.judge(**{node: replace(ready.fine(4), problems=(problem,))})
    assert dialog.go_to.isVisible()
    with qtbot.waitSignal(dialog.node_chosen) as told:
        qtbot.mouseClick(dialog.go_to, Qt.MouseButton.LeftButton)
    assert told.args == [node]


def test_nothing_is_pressed_together_by_what_is_said(encoding, exports, qtbot):
    encoding.style.box.setCurrentIndex(1)
    encoding.style.box.activated.emit(1)
    qtbot.mouseClick(encoding.export_button, Qt.MouseButton.LeftButton)
    exports[0].failed.emit(ExportFailed("It is not possible to say this. " * 6, "", "n1"))
    for field in (encoding.style.box, encoding.name, encoding.go_to):
        assert field.height() >= field.minimumSizeHint().height()
        assert encoding.rect().contains(field.mapTo(encoding, field.rect().bottomRight()))
    for words in (encoding.style.words, encoding.sentence):
        assert words.height() >= words.heightForWidth(words.width())
    shown = encoding.style.box
    assert shown.mapTo(encoding.style, shown.rect().bottomLeft()).y() < encoding.style.height()
    holder = shown.parentWidget()
    assert holder.height() >= shown.height()
