"""The inspector: one view for what is selected, every change an undo step, every refusal said."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from composer_gui.core import edits
from composer_gui.core.layer_kinds import Construct
from composer_gui.core.problems import WARNING, Problem
from composer_gui.core.verdicts import FINE, WRONG, Verdict
from composer_gui.ui import file_dialogs
from composer_gui.ui.canvas.problem_words import OriginLink
from composer_gui.ui.controls import SignButton
from composer_gui.ui.panels.call_view import CallView
from composer_gui.ui.panels.design_view import DesignView, SeveralView
from composer_gui.ui.panels.end_views import FrameView, InputView, NoteView, OutputView
from composer_gui.ui.panels.inspector import Inspector
from composer_gui.ui.panels.parameters_part import ParametersPart
from composer_gui.ui.words import Line


@pytest.fixture
def inspector(session, show):
    ParametersPart.is_open = False
    return show(Inspector(session), 331, 800)


@pytest.fixture
def dense(design, inspector):
    """A Dense of 64 units, shown in the inspector."""
    node = design.layer("Dense", units=64)
    inspector.show_nodes((node,))
    return node


def retype(editor, text, qtbot):
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, text)


def lines(widget):
    QApplication.processEvents()  # what is new in a layout is shown with the next event
    return [line.text() for line in widget.findChildren(Line) if line.isVisible()]


# Which view ---------------------------------------------------------------------------------------


def test_each_kind_of_selection_has_its_view(inspector, design):
    shown = [
        ((), DesignView),
        ((design.input(),), InputView),
        ((design.output(),), OutputView),
        ((design.layer("Dense"),), CallView),
        ((design.model(),), CallView),
        ((design.add(edits.add_note, 0, 0),), NoteView),
        ((design.add(edits.add_frame, 0, 0, 300, 200),), FrameView),
        ((design.input(), design.output()), SeveralView),
    ]
    for ids, view in shown:
        inspector.show_nodes(ids)
        assert type(inspector.view) is view


def test_an_edit_and_what_keras_says_of_it_are_shown_in_one_go(
    inspector, design, dense, session, qtbot, monkeypatch
):
    qtbot.waitUntil(lambda: not inspector._later.isActive())
    followed = []
    follow = inspector.view.follow
    monkeypatch.setattr(inspector.view, "follow", lambda: (followed.append(1), follow()))
    session.apply("Set", edits.set_parameter, session.catalog, design.called(dense).id, "units", 9)
    design.judge(**{dense: design.fine(9, parameters=1234)})
    assert not followed
    qtbot.waitUntil(lambda: bool(followed))
    assert "1\u202f234" in " ".join(line.text() for line in inspector.findChildren(Line))
    QApplication.processEvents()
    assert len(followed) == 1


def test_figures_that_are_there_say_something_else(inspector, design, dense):
    design.judge(**{dense: design.fine(9, parameters=1234)})
    inspector.refresh()
    before = inspector.view.cost.findChildren(Line)
    design.judge(**{dense: design.fine(9, parameters=5678)})
    inspector.refresh()
    assert inspector.view.cost.findChildren(Line) == before
    assert any("5\u202f678" in line.text() for line in before)


def test_a_deleted_node_leaves_the_design_on_show(inspector, dense, session, qtbot):
    session.apply("Delete", edits.delete, [dense])
    qtbot.waitUntil(lambda: isinstance(inspector.view, DesignView))


def test_every_layer_of_the_catalog_can_be_inspected(inspector, design, session):
    for spec in session.catalog.search(""):
        node = design.layer(spec.class_name, **spec.sample)
        inspector.show_nodes((node,))
        inspector.view.parameters.follow()
        assert inspector.view.title.text() == design.document.label(node)


def test_a_view_is_kept_while_its_node_changes(inspector, dense, session):
    view = inspector.view
    session.apply("Set", edits.set_trainable, design_layer(session, dense), False)
    inspector.refresh()
    assert inspector.view is view


def design_layer(session, node):
    return session.document.nodes[node].layer


# Parameters ---------------------------------------------------------------------------------------


def test_typing_a_parameter_changes_the_design_in_one_undo_step(
    inspector, dense, design, session, qtbot
):
    field = inspector.view.parameters.fields["units"]
    retype(field.editor, "128", qtbot)
    assert design.called(dense).parameters["units"] == 128
    session.undo()
    assert design.called(dense).parameters["units"] == 64


def test_a_number_may_begin_with_the_default(inspector, design, qtbot):
    node = design.layer("LSTM", units=4)
    inspector.show_nodes((node,))
    editor = inspector.view.parameters.fields["dropout"].editor
    editor.setFocus()
    for key in "0.05":
        qtbot.keyClicks(editor, key)
        inspector.refresh()
    assert design.called(node).parameters["dropout"] == 0.05


def test_a_default_that_was_typed_becomes_the_placeholder_again(inspector, design, qtbot):
    node = design.layer("LSTM", units=4)
    inspector.show_nodes((node,))
    editor = inspector.view.parameters.fields["dropout"].editor
    retype(editor, "0.0", qtbot)
    inspector.refresh()
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert (editor.text(), editor.placeholderText()) == ("", "0.0")


def test_coming_back_to_a_field_is_another_undo_step(inspector, dense, design, session, qtbot):
    field = inspector.view.parameters.fields["units"]
    retype(field.editor, "12", qtbot)
    qtbot.keyClick(field.editor, Qt.Key.Key_Return)
    retype(field.editor, "34", qtbot)
    session.undo()
    assert design.called(dense).parameters["units"] == 12


def test_nonsense_is_refused_below_the_field_and_changes_nothing(
    inspector, dense, design, session, qtbot
):
    field = inspector.view.parameters.fields["units"]
    document = session.document
    retype(field.editor, "many", qtbot)
    assert session.document is document
    assert field.sentence.isVisible()
    assert field.sentence.text().endswith("It stays 64.")


def test_the_way_back_to_the_default_takes_the_parameter_out(inspector, design, qtbot):
    node = design.layer("Dense", units=4, activation="relu")
    inspector.show_nodes((node,))
    field = inspector.view.parameters.fields["activation"]
    qtbot.mouseClick(field.back, Qt.MouseButton.LeftButton)
    assert "activation" not in design.called(node).parameters
    inspector.refresh()
    assert field.editor.is_quiet


def test_undo_is_seen_in_the_fields(inspector, dense, session, qtbot):
    field = inspector.view.parameters.fields["units"]
    retype(field.editor, "7", qtbot)
    session.undo()
    inspector.refresh()
    assert field.editor.text() == "64"


def test_rare_parameters_are_below_a_fold(inspector, dense, qtbot):
    part = inspector.view.parameters
    assert "kernel_initializer" not in part.fields
    qtbot.mouseClick(part.fold, Qt.MouseButton.LeftButton)
    assert part.fields["kernel_initializer"].isVisible()


def test_the_fold_is_open_when_something_below_it_is_set(inspector, design):
    he = Construct("initializer", "HeNormal")
    node = design.layer("Dense", units=4, kernel_initializer=he)
    inspector.show_nodes((node,))
    assert inspector.view.parameters.fields["kernel_initializer"].is_set


def test_a_class_that_nobody_knows_shows_what_it_holds(inspector, design):
    node = design.layer("OfTheFuture", width=3)
    inspector.show_nodes((node,))
    assert "width" in lines(inspector.view)


def test_call_arguments_have_fields_of_their_own(inspector, design, qtbot):
    node = design.layer("MultiHeadAttention", num_heads=2, key_dim=4)
    inspector.show_nodes((node,))
    field = inspector.view.arguments.fields["use_causal_mask"]
    inspector.ensureWidgetVisible(field)
    qtbot.mouseClick(field.editor.box, Qt.MouseButton.LeftButton)
    assert design.document.nodes[node].arguments["use_causal_mask"] is True


# Names, weights, files ----------------------------------------------------------------------------


def test_typing_a_label_renames_the_layer_in_one_step(inspector, dense, design, session, qtbot):
    retype(inspector.view.label.editor, "head", qtbot)
    assert design.document.label(dense) == "head"
    session.undo()
    assert design.document.label(dense) == "dense"


def test_a_label_without_characters_is_refused_in_a_sentence(inspector, design, qtbot):
    node = design.input(label="photo")
    inspector.show_nodes((node,))
    editor = inspector.view.label.editor
    editor.selectAll()
    qtbot.keyClick(editor, Qt.Key.Key_Backspace)
    assert design.document.label(node) == "photo"
    assert "at least one character" in inspector.view.label.sentence.text()


def test_freezing_is_one_choice(inspector, dense, design, session, qtbot):
    choice = inspector.view.trainable.editor
    qtbot.keyClick(choice, Qt.Key.Key_Down)
    assert not design.called(dense).trainable
    assert session.history.undo_label == "Freeze dense"


def test_a_layer_can_be_used_again(inspector, dense, design, qtbot):
    with qtbot.waitSignal(inspector.node_chosen) as told:
        qtbot.mouseClick(inspector.view.use.again, Qt.MouseButton.LeftButton)
    (again,) = told.args
    assert design.called(again) is design.called(dense)


def test_shared_weights_can_become_a_copy_and_back(inspector, dense, design, session, qtbot):
    twin = design.add(edits.add_call, design_layer(session, dense), 0, 100)
    inspector.show_nodes((twin,))
    choice = inspector.view.weights.editor
    assert choice.currentText() == "shared by 2 nodes"  # of the same name
    session.apply("Rename", edits.rename, twin, "twin")
    inspector.refresh()
    assert choice.currentText() == "shared with dense"
    qtbot.keyClick(choice, Qt.Key.Key_Up)
    assert design.called(twin) is not design.called(dense)
    assert choice.currentText() == "own copy"
    qtbot.keyClick(choice, Qt.Key.Key_Down)
    assert design.called(twin) is design.called(dense)


def test_a_layer_without_weights_has_no_such_fields(inspector, design):
    node = design.layer("Concatenate")
    inspector.show_nodes((node,))
    assert inspector.view.weights is None


def test_a_saved_model_names_its_file_and_takes_another(
    inspector, design, session, monkeypatch, tmp_path, qtbot
):
    node = design.model("/models/encoder.keras")
    inspector.show_nodes((node,))
    assert inspector.view.path.text() == "encoder.keras"
    asked = []
    monkeypatch.setattr(file_dialogs, "one_model", lambda *_: tmp_path / "other.keras")
    monkeypatch.setattr(session, "relocate_model", lambda *found: asked.append(found))
    qtbot.mouseClick(inspector.view.choose, Qt.MouseButton.LeftButton)
    assert asked == [(design_layer(session, node), tmp_path / "other.keras")]


# Ends, notes, frames ------------------------------------------------------------------------------


def test_the_shape_of_an_input_is_typed(inspector, design, session, qtbot):
    node = design.input()
    inspector.show_nodes((node,))
    retype(inspector.view.fields["Shape"].editor, "28, 28, 1", qtbot)
    assert design.document.nodes[node].shape == (28, 28, 1)
    session.undo()
    assert design.document.nodes[node].shape == ()


def test_a_shape_that_is_none_is_refused(inspector, design, qtbot):
    node = design.input(shape=(4,))
    inspector.show_nodes((node,))
    field = inspector.view.fields["Shape"]
    retype(field.editor, "4, 0", qtbot)
    assert design.document.nodes[node].shape == (4,)
    assert field.sentence.isVisible()


def test_dtype_and_batch_size_of_an_input(inspector, design, qtbot):
    node = design.input(shape=(4,))
    inspector.show_nodes((node,))
    dtype = inspector.view.fields["Dtype"].editor
    dtype.setCurrentText("int32")
    dtype.activated.emit(dtype.currentIndex())
    retype(inspector.view.fields["Batch size"].editor, "32", qtbot)
    changed = design.document.nodes[node]
    assert (changed.dtype, changed.batch_size) == ("int32", 32)


def test_outputs_are_put_in_order(inspector, design, qtbot):
    one, two = design.output(), design.output()
    inspector.show_nodes((two,))
    assert inspector.view.place.text() == "2 of 2"
    qtbot.mouseClick(inspector.view.earlier, Qt.MouseButton.LeftButton)
    assert design.document.outputs == (two, one)


def test_a_note_is_written_in_one_undo_step(inspector, design, session, qtbot):
    node = design.add(edits.add_note, 0, 0)
    inspector.show_nodes((node,))
    qtbot.keyClicks(inspector.view.text, "hello")
    assert design.document.nodes[node].text == "hello"
    session.undo()
    assert design.document.nodes[node].text == ""


def test_a_frame_has_a_title(inspector, design, qtbot):
    node = design.add(edits.add_frame, 0, 0, 300, 200)
    inspector.show_nodes((node,))
    retype(inspector.view.label.editor, "encoder", qtbot)
    assert design.document.nodes[node].label == "encoder"


# Ports, problems, cost ----------------------------------------------------------------------------


def test_ports_show_what_flows(inspector, design, qtbot):
    source, node = design.input(shape=(8,)), design.layer("Dense", units=4)
    design.wire(source, node)
    design.judge(**{source: design.fine(8), node: design.fine(4, parameters=36)})
    inspector.show_nodes((node,))
    shown = lines(inspector.view.ports)
    assert {"inputs", "8 float32", "output", "4 float32"} <= set(shown)


def test_wires_from_twins_say_what_the_twins_are_called_on(inspector, design, session):
    left, right, both = design.input(label="left"), design.input(label="right"), "Concatenate"
    one, join = design.layer("Dense", name="twin", units=4), design.layer(both)
    two = design.add(edits.add_call, design_layer(session, one), 0, 100)
    for source, node in ((left, one), (right, two)):
        design.wire(source, node)
    design.wire(one, join)
    design.wire(two, join, index=1)
    inspector.show_nodes((join,))
    assert {"twin of left", "twin of right"} <= set(lines(inspector.view.ports))


def test_the_order_of_wires_is_changed_by_a_button(inspector, design, qtbot):
    a, b, node = design.input(label="a"), design.input(label="b"), design.layer("Concatenate")
    design.wire(a, node)
    design.wire(b, node, index=1)
    inspector.show_nodes((node,))
    down = next(
        button
        for button in inspector.view.ports.findChildren(SignButton)
        if button.accessibleName() == "Move a down"
    )
    qtbot.mouseClick(down, Qt.MouseButton.LeftButton)
    assert [s.node for s in design.document.nodes[node].inputs["inputs"]] == [b, a]


def test_problems_stand_below_the_title_with_their_repairs(inspector, design, session, qtbot):
    source = design.input(label="caption", shape=(8, 8, 3), dtype="int32")
    node = design.model()
    design.wire(source, node, port="image")
    problem = Problem("dtype", "encoder wants numbers.", node, "image", expected="float32")
    design.judge(
        **{source: design.fine(8, 8, 3, dtype="int32"), node: Verdict(WRONG, (), (problem,))}
    )
    inspector.show_nodes((node,))
    design.try_repairs()
    buttons = inspector.view.problems.rows[0].buttons
    assert buttons[0].words == "Set caption’s dtype to float32"
    qtbot.mouseClick(buttons[0], Qt.MouseButton.LeftButton)
    assert design.document.nodes[source].dtype == "float32"


def test_repairs_there_wrap_and_all_begin_at_the_left(inspector, design):
    design.input(label="a picture of something that somebody has seen", shape=(4, 4, 3))
    node = design.layer("Dense", units=4, name="the_head_of_all_that_is_decided_here")
    inspector.show_nodes((node,))
    inspector.resize(300, 500)
    design.try_repairs()
    QApplication.processEvents()
    buttons = [button for row in inspector.view.problems.rows for button in row.buttons]
    assert buttons
    assert len({button.mapTo(inspector, button.rect().topLeft()).x() for button in buttons}) == 1
    for button in buttons:
        (label,) = button.findChildren(QLabel)
        assert label.height() >= label.heightForWidth(label.width())
        assert button.mapTo(inspector, button.rect().topRight()).x() < inspector.width()


def show_misfit(inspector, design):
    """Show a saved model that gets photos of another size; return what sends them."""
    source = design.input(label="photo", shape=(8, 8, 3))
    node = design.model(takes=(9, 9, 3))
    design.wire(source, node, port="image")
    fields = {"index": 0, "wanted": (None, 9, 9, 3), "given": (None, 8, 8, 3), "axes": (1, 2)}
    problem = Problem("shape", "encoder wants 9×9×3.", node, "image", **fields)
    design.judge(**{source: design.fine(8, 8, 3), node: Verdict(WRONG, (), (problem,))})
    inspector.show_nodes((node,))
    return source


def test_the_cause_leads_to_its_node_and_no_press_elsewhere_does(inspector, design, qtbot):
    source = show_misfit(inspector, design)
    (row,) = inspector.view.problems.rows
    (link,) = row.findChildren(OriginLink)
    with qtbot.assertNotEmitted(inspector.node_chosen):
        qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(inspector.node_chosen) as told:
        qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert told.args == [source]


def test_tab_leads_from_the_repairs_to_the_fields(inspector, design, qtbot):
    show_misfit(inspector, design)
    design.try_repairs()
    (row,) = inspector.view.problems.rows
    (link,) = row.findChildren(OriginLink)
    link.setFocus(Qt.FocusReason.TabFocusReason)
    reached = [link]
    for _ in range(len(row.buttons) + 2):
        qtbot.keyClick(reached[-1], Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    assert reached[1:-2] == row.buttons
    assert reached[-2].text() == "More"
    assert reached[-1].accessibleName() == "Label"


def test_the_cost_counts_what_trains(inspector, dense, design):
    design.judge(**{dense: design.fine(64, parameters=40448, trainable=0)})
    inspector.refresh()
    shown = lines(inspector.view.cost)
    assert "40\u202f448" in shown
    assert "0" in shown


def test_a_bypassed_layer_and_what_is_selected_with_it_have_no_parameters(
    inspector, dense, session, design
):
    other = design.layer("Dense", units=4)
    design.judge(**{dense: design.fine(64, parameters=640), other: design.fine(4, parameters=36)})
    session.apply("Bypass", edits.set_bypassed, [dense], True)
    inspector.refresh()
    assert "none while bypassed" in lines(inspector.view.cost)
    inspector.show_nodes((dense, other))
    assert "36" in lines(inspector.view.cost)


# The design and several nodes ---------------------------------------------------------------------


def test_name_and_seed_of_the_design_are_typed(inspector, design, session, qtbot):
    inspector.show_nodes(())
    retype(inspector.view.name.editor, "twins", qtbot)
    retype(inspector.view.seed.editor, "11", qtbot)
    assert (session.document.name, session.document.seed) == ("twins", 11)


def test_the_signature_is_listed(inspector, design):
    design.input(label="photo", shape=(8,))
    inspector.show_nodes(())
    assert "photo" in lines(inspector.view)


def test_several_layers_are_frozen_in_one_step(inspector, design, session, qtbot):
    nodes = tuple(design.layer("Dense", units=4) for _ in range(3))
    inspector.show_nodes(nodes)
    qtbot.keyClick(inspector.view.trainable.editor, Qt.Key.Key_Down)
    assert not any(design.called(node).trainable for node in nodes)
    session.undo()
    assert all(design.called(node).trainable for node in nodes)


def test_layers_that_differ_are_shown_as_some(inspector, design, session):
    one, two = design.layer("Dense", units=4), design.layer("Dense", units=4)
    session.apply("Freeze", edits.set_trainable, design_layer(session, one), False)
    inspector.show_nodes((one, two))
    assert inspector.view.trainable.editor.currentIndex() == -1


def test_keys_undo_while_a_field_has_the_focus(working, design, session, qtbot):
    node = design.layer("Dense", units=4)
    working.canvas.select([node])
    editor = working.workspace.inspector.view.parameters.fields["units"].editor
    retype(editor, "9", qtbot)
    qtbot.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert design.called(node).parameters["units"] == 4


# Warnings that are silenced -----------------------------------------------------------------------


@pytest.fixture
def warned(design, inspector):
    """A Dropout with a warning, shown in the inspector."""
    node = design.layer("Dropout", rate=0)
    warning = Problem("no_effect", "dropout changes nothing.", node, severity=WARNING)
    fine = design.fine(4)
    design.judge(**{node: Verdict(FINE, fine.outputs, (warning,))})
    inspector.show_nodes((node,))
    return node


def button_named(inspector, text):
    return next(b for b in inspector.view.problems.findChildren(QPushButton) if b.text() == text)


def test_a_warning_is_silenced_and_counted_and_wanted_again(
    inspector, design, session, warned, qtbot
):
    qtbot.mouseClick(button_named(inspector, "Silence here"), Qt.MouseButton.LeftButton)
    assert design.document.nodes[warned].silenced == ("no_effect",)
    design.judge(**{warned: design.fine(4)})
    inspector.refresh()
    assert "1 warning silenced" in lines(inspector.view.problems)
    qtbot.mouseClick(button_named(inspector, "Warn again"), Qt.MouseButton.LeftButton)
    assert design.document.nodes[warned].silenced == ()
    assert session.history.undo_label == "Warn again at dropout"
    inspector.refresh()
    assert "1 warning silenced" not in lines(inspector.view.problems)


def test_what_goes_with_a_file_cannot_be_silenced(inspector, design):
    node = design.model("/nowhere/encoder.keras")
    inspector.show_nodes((node,))
    texts = [b.text() for b in inspector.view.problems.findChildren(QPushButton)]
    assert "Choose its file…" in texts
    assert "Silence here" not in texts


def test_a_repair_that_is_pointed_at_is_told(inspector, design, qtbot):
    design.model()
    node = next(iter(design.document.nodes))
    inspector.show_nodes((node,))
    design.try_repairs()
    button = inspector.view.problems.rows[0].buttons[0]
    with qtbot.waitSignal(inspector.looked_at) as told:
        QApplication.sendEvent(button, QEnterEvent(QPointF(), QPointF(), QPointF()))
    assert told.args == [button.offer]
    with qtbot.waitSignal(inspector.looked_at) as told:
        QApplication.sendEvent(button, QEvent(QEvent.Type.Leave))
    assert told.args == [None]
