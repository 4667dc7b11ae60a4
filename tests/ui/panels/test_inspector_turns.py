"""The inspector keeps views for other nodes of their kind; nothing of one node reaches another."""

import gc

import pytest
from PySide6.QtCore import Qt

from composer_gui.core import edits
from composer_gui.core.problems import Problem
from composer_gui.core.verdicts import WRONG, Verdict
from composer_gui.ui.panels.inspector import SHELF, Inspector
from composer_gui.ui.panels.parameters_part import ParametersPart
from composer_gui.ui.panels.problem_row import ProblemRow


@pytest.fixture
def inspector(session, show):
    ParametersPart.is_open = False
    return show(Inspector(session), 331, 800)


@pytest.fixture
def pair(design):
    """Two Dense layers of other sizes."""
    return (
        design.layer("Dense", name="wide", units=64),
        design.layer("Dense", 300, name="narrow", units=8),
    )


def units(inspector):
    return inspector.view.parameters.fields["units"].editor


def retype(editor, text, qtbot):
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, text)


def test_a_view_is_turned_to_the_next_node_of_its_class(inspector, pair, design):
    wide, narrow = pair
    inspector.show_nodes((wide,))
    view = inspector.view
    inspector.show_nodes((narrow,))
    assert inspector.view is view
    assert (view.title.text(), units(inspector).text()) == ("narrow", "8")
    inspector.show_nodes((design.layer("Dropout", 600),))
    assert inspector.view is not view
    inspector.show_nodes((wide,))
    assert inspector.view is view
    assert (view.title.text(), units(inspector).text()) == ("wide", "64")


def test_what_is_typed_then_goes_to_the_node_that_is_shown(inspector, pair, design, qtbot):
    wide, narrow = pair
    for node in (wide, narrow):
        inspector.show_nodes((node,))
    retype(units(inspector), "9", qtbot)
    assert design.called(wide).parameters["units"] == 64
    assert design.called(narrow).parameters["units"] == 9


def test_typing_in_one_and_then_in_the_other_are_two_steps(inspector, pair, design, session, qtbot):
    shared = design.add(edits.use_again, pair[0], 0, 200)
    for node, text in ((pair[0], "5"), (shared, "6")):
        inspector.show_nodes((node,))
        retype(units(inspector), text, qtbot)
        inspector.setFocus()
    session.undo()
    assert design.called(pair[0]).parameters["units"] == 5


def test_nonsense_stays_behind_with_its_node(inspector, pair, design, qtbot):
    wide, narrow = pair
    session_value = design.called(narrow).parameters["units"]
    inspector.show_nodes((wide,))
    retype(units(inspector), "many", qtbot)
    inspector.setFocus()
    inspector.show_nodes((narrow,))
    assert units(inspector).text() == str(session_value)
    assert not inspector.view.parameters.fields["units"].is_told


def test_a_field_that_has_the_keys_is_not_handed_on(inspector, pair, qtbot):
    wide, narrow = pair
    inspector.show_nodes((wide,))
    units(inspector).setFocus()
    view = inspector.view
    inspector.show_nodes((narrow,))
    assert inspector.view is not view


def test_the_fold_is_open_where_something_below_it_is_set(inspector, design):
    plain = design.layer("Dense", units=3)
    rare = design.layer("Dense", 300, units=3, kernel_regularizer="l2")
    for node, opened in ((plain, False), (rare, True), (plain, False)):
        inspector.show_nodes((node,))
        assert inspector.view.parameters.fold.isChecked() is opened


def test_a_problem_of_one_is_not_seen_at_the_other(inspector, pair, design):
    wide, narrow = pair
    wrong = Verdict(WRONG, problems=(Problem("rank", "wide wants more axes.", wide),))
    design.judge(**{wide: wrong, narrow: design.fine(8)})
    inspector.show_nodes((wide,))
    assert inspector.view.problems.isVisible()
    inspector.show_nodes((narrow,))
    assert not inspector.view.problems.isVisible()
    assert inspector.view.problems.rows == []


def test_a_view_that_waits_holds_no_rows_of_problems(inspector, pair, design, qtbot):
    design.judge(**{pair[0]: Verdict(WRONG, problems=(Problem("rank", "Why.", pair[0]),))})
    inspector.show_nodes((pair[0],))
    view = inspector.view
    inspector.show_nodes(())
    qtbot.waitUntil(lambda: not view.findChildren(ProblemRow))


def test_the_weights_that_can_be_shared_are_those_of_the_node_shown(inspector, design):
    one, other = (design.layer("Dense", name=name, units=4) for name in ("one", "other"))
    for node in (one, other):
        inspector.show_nodes((node,))
    choice = inspector.view.weights.editor
    offered = [choice.itemText(n) for n in range(choice.count())]
    assert "share with one" in offered
    assert "share with other" not in offered


def test_inputs_are_turned_too(inspector, design, qtbot):
    image = design.input(label="image", shape=(8, 8, 3))
    text = design.input(0, 200, label="text", shape=(40,), dtype="int32")
    for node, label, dtype in ((image, "image", "float32"), (text, "text", "int32")):
        inspector.show_nodes((node,))
        assert inspector.view.title.text() == label
        assert inspector.view.fields["Dtype"].editor.currentText() == dtype
    retype(inspector.view.label.editor, "words", qtbot)
    assert design.document.label(text) == "words"
    assert design.document.label(image) == "image"


def test_no_more_views_wait_than_the_shelf_holds(inspector, design, session, qtbot):
    kinds = [spec.class_name for spec in session.catalog.search("")][: SHELF + 6]
    for name in kinds:
        sample = session.catalog.layer(name).sample
        inspector.show_nodes((design.layer(name, **sample),))
    inspector.show_nodes(())
    gc.collect()
    assert len(inspector._shelf) == SHELF


def test_keys_that_go_through_nodes_find_each_of_them_shown(working, qtbot):
    session, canvas = working.session, working.canvas
    for n in range(6):
        session.apply("Add", edits.add_keras_layer, "Dense", 240 * n, 0, name=f"d{n}")
    for node in canvas.scene().nodes:
        canvas.select((node,))
        assert working.workspace.inspector.view.title.text() == session.document.label(node)
        qtbot.keyClick(canvas, Qt.Key.Key_Escape)
