"""Writing a parameter in place: double click, Tab, Escape, wrong values; one undo step."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from composer_gui.core import edits
from composer_gui.ui.canvas.inline_editor import InlineEditor, edit_value
from composer_gui.ui.canvas.interactions.rename import LabelField, NoteField

ENTER, TAB, BACKTAB = Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Backtab
UP, DOWN, ESCAPE = Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Escape


@pytest.fixture
def editor(view):
    """Return the editor that is open now, None where none is."""
    return lambda: view.pointer.editor


@pytest.fixture
def write(editor):
    def write(text, *keys):
        field = editor().field
        field.selectAll()
        QTest.keyClicks(field, text) if text else QTest.keyClick(field, Qt.Key.Key_Delete)
        for key in keys:
            QTest.keyClick(editor().field, key)

    return write


@pytest.fixture
def dense(design):
    return design.layer("Dense", 0, 0, units=3, activation="relu")


def row(view, node, name):
    """Return the middle of a parameter's row."""
    item = view.scene().nodes[node]
    number = [shown for shown, _ in item.face.rows].index(name)
    return item.pos() + QPointF(40, item.layout.rows_top + 18 * number + 9)


def test_a_double_click_on_a_row_opens_its_parameter(hand, view, editor, dense):
    hand.double_click(row(view, dense, "activation"))
    assert editor().name == "activation"
    assert editor().field.text() == "relu"
    assert editor().field.hasFocus()
    assert view.viewport().rect().contains(editor().geometry())


def test_the_field_stands_over_its_row(hand, view, editor, dense):
    hand.double_click(row(view, dense, "units"))
    at = view.camera.screen_at(row(view, dense, "units")).toPoint()
    assert editor().geometry().contains(at)


def test_enter_keeps_what_was_written(hand, view, session, design, editor, write, dense):
    hand.double_click(row(view, dense, "units"))
    write("12", ENTER)
    assert design.called(dense).parameters["units"] == 12
    assert editor() is None
    assert view.hasFocus()
    session.undo()
    assert design.called(dense).parameters["units"] == 3


def test_escape_keeps_nothing(hand, view, session, editor, write, dense):
    before = session.document
    hand.double_click(row(view, dense, "units"))
    write("12", ESCAPE)
    assert session.document is before
    assert editor() is None
    assert view.hasFocus()
    assert not view.findChildren(QLineEdit, options=Qt.FindChildOption.FindDirectChildrenOnly)


def test_tab_goes_on_and_all_of_it_is_one_undo_step(hand, view, session, design, write, dense):
    before = session.document
    hand.double_click(row(view, dense, "units"))
    write("12", TAB)
    assert view.pointer.editor.name == "activation"
    assert design.called(dense).parameters["units"] == 12
    write("tanh", ENTER)
    assert design.called(dense).parameters["activation"] == "tanh"
    session.undo()
    assert session.document == before


def test_shift_tab_goes_back_and_round(hand, view, editor, write, dense):
    hand.double_click(row(view, dense, "units"))
    QTest.keyClick(editor().field, BACKTAB)
    last = editor().name
    assert last not in ("units", "activation")
    QTest.keyClick(editor().field, TAB)
    assert editor().name == "units"


@pytest.mark.parametrize("key", [ENTER, TAB])
def test_what_will_not_do_is_said_below_and_the_field_stays(
    hand, view, session, editor, write, dense, key
):
    before = session.document
    hand.double_click(row(view, dense, "units"))
    write("minus two", key)
    assert editor().name == "units"
    assert editor().sentence.text() == (
        "units wants a whole number of at least 1, not 'minus two'."
    )
    assert editor().sentence.isVisible()
    assert editor().sentence.y() > editor().field.y()
    assert session.document is before
    write("4", ENTER)
    assert editor() is None


def test_what_is_wanted_is_said_before_anything_is_wrong(hand, view, editor, dense):
    hand.double_click(row(view, dense, "units"))
    assert editor().sentence.text() == "A whole number of at least 1"
    QTest.keyClick(editor().field, TAB)
    assert editor().sentence.text() == "An activation such as relu, or None. Up and Down choose."


def test_no_text_sets_back_to_the_default(hand, view, design, write, dense):
    hand.double_click(row(view, dense, "activation"))
    write("", ENTER)
    assert "activation" not in design.called(dense).parameters


def test_a_required_value_cannot_be_taken_away(hand, view, design, editor, write, dense):
    hand.double_click(row(view, dense, "units"))
    write("", ENTER)
    assert design.called(dense).parameters["units"] == 3
    assert "units wants" in editor().sentence.text()


def test_arrows_count_and_choose(hand, view, design, editor, write, dense):
    hand.double_click(row(view, dense, "units"))
    QTest.keyClick(editor().field, UP)
    assert editor().field.text() == "4"
    write("1", DOWN)
    assert editor().field.text() == "1"
    QTest.keyClick(editor().field, TAB)
    QTest.keyClick(editor().field, UP)
    assert editor().field.text() not in ("relu", "")
    QTest.keyClick(editor().field, ENTER)
    assert design.called(dense).parameters["activation"] != "relu"


def test_leaving_keeps_what_will_do(hand, view, design, editor, write, dense):
    hand.double_click(row(view, dense, "units"))
    write("12")
    hand.click((600, 400))
    view.setFocus()
    assert editor() is None
    assert design.called(dense).parameters["units"] == 12


def test_leaving_drops_what_will_not(hand, view, session, editor, write, dense):
    before = session.document
    hand.double_click(row(view, dense, "units"))
    write("x")
    view.setFocus()
    assert editor() is None
    assert session.document is before


def test_what_is_missing_comes_first(view, design, editor):
    node = design.layer("Conv2D", 0, 0, filters=8, activation="relu")
    edit_value(view, node)
    assert editor().name == "kernel_size"


def test_beside_the_rows_what_matters_most_is_meant(hand, view, editor, dense):
    item = view.scene().nodes[dense]
    hand.double_click(item.card().bottomLeft() + QPointF(40, -8))
    assert editor().name == "units"


def test_a_parameter_that_is_not_shown_can_be_written_too(view, design, write, dense):
    edit_value(view, dense, "use_bias")
    write("False", ENTER)
    assert design.called(dense).parameters["use_bias"] is False


def test_an_input_takes_its_shape_and_dtype_in_place(hand, view, session, design, editor, write):
    node = design.input(0, 0, shape=(4,))
    item = view.scene().nodes[node]
    hand.double_click(item.card().bottomLeft() + QPointF(40, -8))
    write("28, 28, 1", TAB)
    assert editor().name == "dtype"
    write("int32", ENTER)
    changed = session.document.nodes[node]
    assert (changed.shape, changed.dtype) == ((28, 28, 1), "int32")
    session.undo()
    assert session.document.nodes[node].shape == (4,)


def test_where_there_are_no_parameters_the_words_are_written(view, design):
    output, note = design.output(0, 0), design.add(edits.add_note, 300, 0)
    assert isinstance(edit_value(view, output), LabelField)
    assert isinstance(edit_value(view, note), NoteField)
    assert isinstance(edit_value(view, design.model(x=600)), LabelField)


def test_the_field_follows_when_the_view_moves(hand, view, editor, dense):
    hand.double_click(row(view, dense, "units"))
    before = editor().pos()
    view.camera.pan(40, 60)
    assert (editor().pos() - before).toTuple() == (40, 60)
    view.zoom_by(1.5)
    at = view.camera.screen_at(row(view, dense, "units")).toPoint()
    assert editor().geometry().contains(at)


def test_it_goes_with_its_node(hand, view, session, editor, dense):
    hand.double_click(row(view, dense, "units"))
    session.apply("Delete", edits.delete, [dense])
    assert editor() is None
    assert not [child for child in view.findChildren(InlineEditor) if child.isVisible()]


def test_nothing_is_opened_for_a_node_that_is_gone(view):
    assert edit_value(view, "n99") is None
