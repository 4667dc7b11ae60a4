"""Writing on the canvas: labels, titles of frames, notes."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from composer_gui.core import edits


@pytest.fixture
def field(view):
    def field(kind=QLineEdit):
        found = [w for w in view.viewport().findChildren(kind) if w.parent() is view.viewport()]
        return found[-1] if found else None

    return field


def test_f2_renames_the_selected_node(hand, view, session, design, field):
    node = design.layer("Dense", 0, 0)
    view.select([node])
    hand.key(Qt.Key.Key_F2)
    assert field().hasFocus()
    QTest.keyClicks(field(), "head")
    QTest.keyClick(field(), Qt.Key.Key_Return)
    assert session.document.label(node) == "head"
    assert session.history.undo_label == "Rename"
    assert view.hasFocus()


def test_a_double_click_on_a_title_renames(hand, session, design, field):
    node = design.input(0, 0)
    hand.double_click(hand.title(node))
    QTest.keyClicks(field(), "photo")
    QTest.keyClick(field(), Qt.Key.Key_Return)
    assert session.document.label(node) == "photo"


def test_escape_keeps_the_old_label(hand, session, design, field):
    node = design.input(0, 0)
    before = session.document
    hand.double_click(hand.title(node))
    QTest.keyClicks(field(), "photo")
    QTest.keyClick(field(), Qt.Key.Key_Escape)
    assert session.document is before


def test_leaving_keeps_what_was_written(hand, view, session, design, field):
    node = design.input(0, 0)
    hand.double_click(hand.title(node))
    QTest.keyClicks(field(), "photo")
    view.setFocus()
    assert session.document.label(node) == "photo"


def test_the_same_label_is_no_undo_step(hand, session, design, field):
    node = design.input(0, 0)
    before = session.document
    hand.double_click(hand.title(node))
    QTest.keyClick(field(), Qt.Key.Key_Return)
    assert session.document is before


def test_a_field_does_not_write_on_a_node_that_is_gone(hand, session, design, field):
    node = design.input(0, 0)
    hand.double_click(hand.title(node))
    QTest.keyClicks(field(), "photo")
    session.undo()
    QTest.keyClick(field(), Qt.Key.Key_Return)
    assert not session.document.nodes


def test_a_frames_title_can_be_written(hand, session, design, field):
    frame = design.add(edits.add_frame, 0, 0, 300, 200)
    hand.double_click((100, 12))
    QTest.keyClicks(field(), "encoder")
    QTest.keyClick(field(), Qt.Key.Key_Return)
    assert session.document.nodes[frame].label == "encoder"


def test_a_double_click_on_a_note_edits_its_text(hand, session, design, field):
    note = design.add(edits.add_note, 0, 0)
    hand.double_click((100, 40))
    QTest.keyClicks(field(QPlainTextEdit), "first")
    QTest.keyClick(field(QPlainTextEdit), Qt.Key.Key_Return)
    QTest.keyClicks(field(QPlainTextEdit), "second")
    QTest.keyClick(field(QPlainTextEdit), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert session.document.nodes[note].text == "first\nsecond"


def test_the_field_lies_over_the_label(hand, view, design, field):
    node = design.input(120, 96)
    hand.double_click(hand.title(node))
    assert field().geometry().contains(hand.screen(hand.title(node)).toPoint())


@pytest.mark.parametrize("zoom", [1.0, 0.7, 0.45])
def test_the_field_covers_the_label_at_any_zoom(view, design, field, zoom):
    node = design.layer("Dense", 0, 0, units=4, activation="relu")
    view.look(zoom, view.scene().nodes[node].card().center())
    view.rename(node)
    card = view.scene().nodes[node].card()
    label = card.center() if zoom < 0.8 else card.topLeft() + QPointF(60, 17)
    assert field().geometry().contains(view.camera.screen_at(label).toPoint())
    assert field().fontMetrics().height() <= field().height() <= 30
    assert field().width() <= 180
