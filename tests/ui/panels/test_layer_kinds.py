"""The inspector of layers that came out of saved models, of submodels and of operations."""

from dataclasses import replace

import pytest
from immutables import Map
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton

from composer_gui.core import edits
from composer_gui.core.document import Call, new_id, put
from composer_gui.core.layer_kinds import Dots, Operation, SavedWeights, Slice, Slot
from composer_gui.core.problems import Problem
from composer_gui.core.verdicts import WRONG, Verdict
from composer_gui.ui import file_dialogs
from composer_gui.ui.operation_words import expression
from composer_gui.ui.panels.inspector import Inspector
from composer_gui.ui.panels.problem_row import ProblemRow
from tests.ui.panels import inner_models

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def inspector(session, show):
    return show(Inspector(session), 331, 900)


def press(inspector, button, qtbot):
    QApplication.processEvents()
    inspector.ensureWidgetVisible(button)
    qtbot.mouseClick(button, LEFT)


def retype(editor, text, qtbot):
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, text)


# A layer with weights of its own ------------------------------------------------------------------


@pytest.fixture
def kept(design, session):
    """A Dense of 4 units that keeps the weights of `head` in resnet.keras."""
    node = design.layer("Dense", units=4)
    layer = design.called(node)
    weights = SavedWeights("/models/resnet.keras", "00", "top/head", "Dense", layer.parameters)
    session.apply("Weights", lambda document: put(document, replace(layer, weights=weights)))
    return node


def test_a_layer_says_whose_weights_it_keeps(inspector, kept):
    inspector.show_nodes((kept,))
    assert inspector.view.saved.text() == "Weights of top/head in resnet.keras, kept."


def test_a_layer_that_starts_anew_says_why(inspector, kept, design, session):
    layer = design.document.nodes[kept].layer
    session.apply("Set", edits.set_parameter, session.catalog, layer, "units", 10)
    inspector.show_nodes((kept,))
    assert inspector.view.saved.text().endswith("kept if they still fit.")
    fine = design.fine(10, parameters=50)
    why = "its kernel was (4, 4) and is now (4, 10)"
    design.judge(**{kept: replace(fine, anew=why)})
    inspector.refresh()
    assert inspector.view.saved.text() == (
        "Starts anew: its kernel was (4, 4) and is now (4, 10). It was top/head in resnet.keras."
    )
    assert inspector.view.saved.property("tone") == "warning"


def test_a_layer_that_was_changed_and_still_fits_says_so(inspector, kept, design, session):
    layer = design.document.nodes[kept].layer
    session.apply("Set", edits.set_parameter, session.catalog, layer, "activation", "relu")
    design.judge(**{kept: design.fine(4, parameters=20)})
    inspector.show_nodes((kept,))
    assert "still fit and are kept" in inspector.view.saved.text()


def test_a_layer_that_has_no_weights_keeps_none(inspector, kept, design):
    design.judge(**{kept: design.fine(4)})
    inspector.show_nodes((kept,))
    assert inspector.view.saved.text() == "It is top/head in resnet.keras."


def test_a_layer_without_a_file_says_nothing_of_it(inspector, design):
    inspector.show_nodes((design.layer("Dense", units=4),))
    assert inspector.view.saved.isHidden()


def test_the_lost_file_of_such_a_layer_can_be_found(
    inspector, kept, design, session, monkeypatch, tmp_path, qtbot
):
    problem = Problem("file_absent", "The file of dense is not there any more.", kept)
    design.judge(**{kept: Verdict(WRONG, (), (problem,))})
    inspector.show_nodes((kept,))
    asked = []
    monkeypatch.setattr(file_dialogs, "one_model", lambda *_: tmp_path / "resnet.keras")
    monkeypatch.setattr(session, "relocate_model", lambda *found: asked.append(found))
    buttons = inspector.view.problems.findChildren(QPushButton)
    (button,) = (button for button in buttons if button.text() == "Choose its file…")
    press(inspector, button, qtbot)
    assert asked == [(design.document.nodes[kept].layer, tmp_path / "resnet.keras")]


# Another class ------------------------------------------------------------------------------------


def test_a_few_letters_and_enter_change_the_class(inspector, design, session, qtbot):
    node = design.layer("Conv2D", filters=8, kernel_size=3)
    inspector.show_nodes((node,))
    editor = inspector.view.class_field.editor
    retype(editor, "sepconv2", qtbot)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert design.called(node).class_name == "SeparableConv2D"
    assert design.called(node).parameters["filters"] == 8
    qtbot.waitUntil(lambda: inspector.view.class_field.editor.text() == "SeparableConv2D")
    session.undo()
    assert design.called(node).class_name == "Conv2D"


def test_a_class_is_chosen_from_the_list_below_the_field(inspector, design, qtbot):
    node = design.layer("LSTM", units=4)
    inspector.show_nodes((node,))
    field = inspector.view.class_field
    retype(field.editor, "GR", qtbot)
    popup = field.editor.completer().popup()
    qtbot.waitUntil(popup.isVisible)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert design.called(node).class_name == "GRU"


def test_a_class_that_is_not_there_is_refused_in_a_sentence(inspector, design, qtbot):
    node = design.layer("Dense", units=4)
    inspector.show_nodes((node,))
    field = inspector.view.class_field
    retype(field.editor, "Zzz", qtbot)
    qtbot.keyClick(field.editor, Qt.Key.Key_Return)
    assert design.called(node).class_name == "Dense"
    assert field.sentence.text() == "No layer class is called Zzz. It stays Dense."


# Sharing ------------------------------------------------------------------------------------------


def test_a_saved_model_is_used_again_and_made_independent(inspector, design, session, qtbot):
    node = inner_models.add(design, inner_models.encoder())
    inspector.show_nodes((node,))
    assert inspector.view.use.independent.parentWidget().isHidden()
    with qtbot.waitSignal(inspector.node_chosen) as told:
        press(inspector, inspector.view.use.again, qtbot)
    (twin,) = told.args
    assert design.called(twin) is design.called(node)
    inspector.show_nodes((twin,))
    press(inspector, inspector.view.use.independent, qtbot)
    assert design.called(twin) is not design.called(node)
    assert session.history.undo_label == "Give encoder its own weights"


def test_open_up_asks_the_session_to_take_the_node_apart(
    inspector, design, session, monkeypatch, qtbot
):
    node = inner_models.add(design, inner_models.encoder())
    asked = []
    monkeypatch.setattr(session, "open_up", asked.append)
    inspector.show_nodes((node,))
    press(inspector, inspector.view.use.open_up, qtbot)
    assert asked == [node]


# Other inputs -------------------------------------------------------------------------------------


@pytest.fixture
def resized(inspector, design, qtbot):
    """A saved model whose fields for other inputs are open."""
    node = inner_models.add(design, inner_models.encoder())
    inspector.show_nodes((node,))
    press(inspector, inspector.view.reinput.fold, qtbot)
    return node


def test_another_size_is_typed_and_is_one_undo_step(inspector, resized, design, session, qtbot):
    field = inspector.view.reinput.fields["image", "shape"]
    assert not field.is_set
    retype(field.editor, "16, 16, 3", qtbot)
    (port,) = design.called(resized).inputs
    assert port.shape == (None, 16, 16, 3)
    session.undo()
    assert design.called(resized).reinput == ()


def test_batch_size_and_dtype_of_an_input_are_set_and_taken_back(inspector, resized, design, qtbot):
    fields = inspector.view.reinput.fields
    retype(fields["image", "batch size"].editor, "32", qtbot)
    dtype = fields["image", "dtype"].editor
    dtype.setCurrentText("float16")
    dtype.activated.emit(dtype.currentIndex())
    (port,) = design.called(resized).reinput
    assert (port.shape, port.dtype) == ((32, 8, 8, 3), "float16")
    inspector.refresh()
    press(inspector, inspector.view.reinput.back, qtbot)
    assert design.called(resized).reinput == ()


def test_the_size_as_saved_is_no_other_size(inspector, resized, design, qtbot):
    field = inspector.view.reinput.fields["image", "shape"]
    retype(field.editor, "16, 16, 3", qtbot)
    inspector.refresh()
    retype(field.editor, "8, 8, 3", qtbot)
    assert design.called(resized).reinput == ()


@pytest.fixture
def fed(inspector, resized, design):
    """The Input that a resized model is fed by, of the size it was saved with."""
    node = design.input(label="image", shape=(8, 8, 3))
    design.wire(node, resized, "image")
    return node


def test_an_input_that_feeds_only_this_model_follows_in_the_same_undo_step(
    inspector, resized, fed, design, session, qtbot
):
    retype(inspector.view.reinput.fields["image", "shape"].editor, "16, 16, 3", qtbot)
    retype(inspector.view.reinput.fields["image", "batch size"].editor, "4", qtbot)
    assert design.document.nodes[fed].shape == (16, 16, 3)
    assert design.document.nodes[fed].batch_size == 4
    inspector.refresh()
    press(inspector, inspector.view.reinput.back, qtbot)
    assert design.document.nodes[fed].shape == (8, 8, 3)
    assert design.document.nodes[fed].batch_size is None
    for _ in range(3):
        session.undo()
    assert design.document.nodes[fed].shape == (8, 8, 3)
    assert design.called(resized).reinput == ()


def test_an_input_that_feeds_others_or_differs_already_stays(
    inspector, resized, fed, design, session, qtbot
):
    other = design.output()
    design.wire(fed, other)
    field = inspector.view.reinput.fields["image", "shape"]
    retype(field.editor, "16, 16, 3", qtbot)
    assert design.document.nodes[fed].shape == (8, 8, 3)
    session.apply("Delete", edits.delete, (other,))
    retype(field.editor, "24, 24, 3", qtbot)
    assert design.document.nodes[fed].shape == (8, 8, 3)


def test_what_the_engine_says_of_a_size_stands_at_the_fields(inspector, resized, design, qtbot):
    retype(inspector.view.reinput.fields["image", "shape"].editor, "9, 9, 3", qtbot)
    problem = Problem("reinput", "old_head wants 64 features and would get 81.", resized)
    design.judge(**{resized: Verdict(WRONG, (), (problem,))})
    inspector.refresh()
    part = inspector.view.reinput.problems
    assert [row.problem for row in part.findChildren(ProblemRow)] == [problem]
    press(inspector, inspector.view.reinput.back, qtbot)
    inspector.refresh()
    assert part.isHidden()


def test_what_is_typed_in_stays_in_its_place_when_something_is_said_above_it(
    inspector, resized, design, qtbot
):
    editor = inspector.view.reinput.fields["image", "shape"].editor
    inspector.resize(331, 420)
    inspector.ensureWidgetVisible(editor)
    editor.setFocus()
    place = editor.mapTo(inspector, QPoint())
    problem = Problem("shape", "It wants another size. " * 12, resized)
    design.judge(**{resized: Verdict(WRONG, (), (problem,))})
    inspector.refresh()
    for _ in range(5):
        QApplication.processEvents()
    assert inspector.view.problems.height() > 100
    assert editor.mapTo(inspector, QPoint()) == place


# Submodels ----------------------------------------------------------------------------------------


@pytest.fixture
def group(inspector, design, session):
    """A submodel of an Add of two Dense layers: two inputs and one output."""
    a, b, end = design.input(label="a"), design.input(label="b"), design.output()
    one, two, add = design.layer(units=4), design.layer(units=4), design.layer("Add")
    design.wire(a, one)
    design.wire(b, two)
    design.wire(one, add)
    design.wire(two, add, index=1)
    design.wire(add, end)
    change = session.apply("Group", edits.group, session.catalog, [one, two, add])
    (node,) = (item for item in change.added if item in design.document.nodes)
    inspector.show_nodes((node,))
    return node


def ports(design, node):
    inside = design.called(node).design
    return [inside.nodes[item].label for item in (*inside.inputs, *inside.outputs)]


def test_a_port_of_a_submodel_is_renamed_and_the_wires_stay(
    inspector, group, design, session, qtbot
):
    first = design.called(group).design.inputs[0]
    retype(inspector.view.ports.names[first], "left", qtbot)
    assert ports(design, group)[0] == "left"
    assert "left" in design.document.nodes[group].inputs
    session.undo()
    assert ports(design, group)[0] == "a"


def test_the_ports_of_a_submodel_are_put_in_order(inspector, group, design, qtbot):
    first = design.called(group).design.inputs[0]
    press(inspector, inspector.view.ports.moves[first, 1], qtbot)
    assert ports(design, group)[:2] == ["b", "a"]
    assert set(design.document.nodes[group].inputs) == {"a", "b"}


def test_a_name_without_characters_is_refused_below_the_ports(inspector, group, design, qtbot):
    first = design.called(group).design.inputs[0]
    editor = inspector.view.ports.names[first]
    editor.selectAll()
    qtbot.keyClick(editor, Qt.Key.Key_Backspace)
    assert ports(design, group)[0] == "a"
    assert "at least one character" in inspector.view.ports.sentence.text()


def test_a_submodel_is_entered_and_what_is_inside_has_a_view_of_its_own(
    inspector, group, design, session, qtbot
):
    press(inspector, inspector.view.use.enter, qtbot)
    assert [name for _, name in session.trail] == [session.root.layers[session.place[0]].name]
    inspector.show_nodes((session.document.inputs[0],))
    assert inspector.view.title.text() == "a"


def test_a_submodel_is_ungrouped(inspector, group, design, session, qtbot):
    press(inspector, inspector.view.use.ungroup, qtbot)
    assert group not in design.document.nodes
    assert sum(isinstance(node, Call) for node in design.document.nodes.values()) == 3


def test_a_submodel_can_be_for_inference_only(inspector, group, design, qtbot):
    press(inspector, inspector.view.inference.editor, qtbot)
    assert design.called(group).inference


# Operations ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "arguments", "keywords", "said"),
    [
        ("add", (Slot(0), 1.0), {}, "keras.ops.add(x, 1.0)"),
        ("add", (Slot(0), Slot(1)), {}, "keras.ops.add(x_1, x_2)"),
        ("getitem", (Slot(0), (Slice(), 0)), {}, "x[:, 0]"),
        ("getitem", (Slot(0), (Dots(), Slice(1, -1, 2))), {}, "x[..., 1:-1:2]"),
        ("reshape", (Slot(0),), {"newshape": (-1, 4)}, "keras.ops.reshape(x, newshape=(-1, 4))"),
        ("concatenate", ((Slot(0), Slot(1)),), {}, "keras.ops.concatenate((x_1, x_2))"),
        ("cast", (Slot(0), "int32"), {}, "keras.ops.cast(x, 'int32')"),
    ],
)
def test_an_operation_reads_as_python_says_it(function, arguments, keywords, said):
    operation = Operation("l1", "op", function, arguments, Map(keywords))
    assert expression(operation, "keras.ops.") == said


def test_an_operation_shows_what_it_computes_and_no_weights(inspector, design, session):
    def add(document):
        document, layer_id = new_id(document, "l")
        document, node_id = new_id(document, "n")
        operation = Operation(layer_id, "scale", "multiply", (Slot(0), 2.0))
        return put(document, operation, Call(node_id, layer_id))

    change = session.apply("Add", add)
    (node,) = (item for item in change.added if item in design.document.nodes)
    inspector.show_nodes((node,))
    assert inspector.view.expression.text() == "keras.ops.multiply(x, 2.0)"
    assert inspector.view.weights is None
    assert inspector.view.subtitle.text() == "operation · multiply"
