"""Copy, cut, paste, duplicate: within a canvas, between two, from text."""

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest

from composer_gui.core import fragment
from composer_gui.session.session import Session


@pytest.fixture
def pair(design):
    source, dense = design.input(0, 0, shape=(4,)), design.layer("Dense", 300, 0, units=3)
    design.wire(source, dense)
    return source, dense


def test_a_copy_is_pasted_beside_the_original_and_selected(view, session, pair):
    view.select(pair)
    view.copy()
    view.paste()
    added = view.selected()
    assert len(session.document.nodes) == 4
    assert not set(added) & set(pair)
    assert len(view.scene().wires) == 2


def test_two_pastes_do_not_lie_on_each_other(view, session, pair):
    view.select(pair[:1])
    view.copy()
    view.paste()
    view.paste()
    places = {(node.x, node.y) for node in session.document.nodes.values()}
    assert len(places) == 4


def test_cut_is_one_undo_step(view, session, pair):
    view.select(pair)
    view.cut()
    assert not session.document.nodes
    session.undo()
    assert set(session.document.nodes) == set(pair)


def test_duplicate_leaves_the_clipboard_alone(view, session, pair):
    QGuiApplication.clipboard().setText("mine")
    view.select(pair)
    view.duplicate()
    assert len(session.document.nodes) == 4
    assert QGuiApplication.clipboard().text() == "mine"
    assert session.history.undo_label == "Duplicate"


def test_the_clipboard_holds_our_own_form_and_text(view, pair):
    view.select(pair)
    view.copy()
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasFormat(fragment.MIME)
    assert fragment.from_text(data.text()) is not None


def test_another_window_can_paste_it(view, session, pair, new_view):
    view.select(pair)
    view.copy()
    other = new_view(Session(session.engine, session.catalog))
    other.paste()
    assert len(other.session.document.nodes) == 2
    assert len(other.scene().wires) == 1


def test_text_that_is_a_fragment_can_be_pasted(view, session, pair):
    text = fragment.to_text(fragment.copy(session.document, pair))
    data = QMimeData()
    data.setText(text)
    QGuiApplication.clipboard().setMimeData(data)
    view.paste()
    assert len(session.document.nodes) == 4


def test_other_text_is_refused_with_a_sentence(view, session, pair, qtbot):
    QGuiApplication.clipboard().setText("hello")
    with qtbot.waitSignal(session.noticed) as said:
        view.paste()
    assert "clipboard" in said.args[0]
    assert len(session.document.nodes) == 2


def test_nothing_selected_leaves_the_clipboard_alone(view, pair):
    QGuiApplication.clipboard().setText("mine")
    view.copy()
    view.cut()
    assert QGuiApplication.clipboard().text() == "mine"


def test_with_wires_a_copy_hangs_on_what_the_original_hangs_on(view, session, design, pair):
    source, dense = pair
    view.select([dense])
    view.copy()
    view.act("paste_wired")
    (copy,) = view.selected()
    assert design.sources(copy) == [source]
    session.undo()
    assert copy not in session.document.nodes
    view.paste()
    (plain,) = view.selected()
    assert design.sources(plain) == []


def test_with_wires_nothing_is_wired_in_a_design_that_has_no_such_node(
    view, session, pair, new_view
):
    view.select([pair[1]])
    view.copy()
    other = Session(session.engine, session.catalog)
    target = new_view(other)
    target.act("paste_wired")
    (copy,) = target.selected()
    assert not other.document.nodes[copy].inputs


def test_the_usual_keys_do_it_on_a_canvas_without_a_window(view, session, pair):
    for key in (
        QKeySequence.StandardKey.SelectAll,
        QKeySequence.StandardKey.Copy,
        QKeySequence.StandardKey.Paste,
    ):
        QTest.keySequence(view, QKeySequence(key))
    assert len(session.document.nodes) == 4


def test_backspace_deletes(view, session, pair):
    view.select_all()
    QTest.keyClick(view, Qt.Key.Key_Backspace)
    assert not session.document.nodes


def test_arrange_is_one_step_and_puts_sources_first(view, session, design):
    source, dense = design.input(600, 0), design.layer("Dense", 0, 300)
    design.wire(source, dense)
    view.arrange()
    nodes = session.document.nodes
    assert nodes[source].x < nodes[dense].x
    assert session.history.undo_label == "Arrange"
    session.undo()
    assert session.document.nodes[source].x == 600
