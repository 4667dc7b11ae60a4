"""What is said under a resting mouse: all words that had no room, and what marks mean."""

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from composer_gui.core import edits
from composer_gui.ui.canvas.geometry import FRAME_TITLE
from composer_gui.ui.canvas.hits import hit_at


@pytest.fixture
def said(view, scene):
    """Return what is said of the middle of a node, as the tooltip says it."""

    def said(node_id, dy=None):
        card = scene.nodes[node_id].card()
        at = card.center() if dy is None else card.center() + (card.topLeft() - card.center()) * dy
        return view.hover.explain(hit_at(scene, at, 1.0))

    return said


def test_a_value_that_was_shortened_is_told_in_full(design, said):
    long = "a_name_that_no_card_has_room_for_" * 3
    node = design.layer("Dense", 0, 0, units=4, activation=long)
    assert f"activation: {long!r}" in said(node) or f"activation: {long}" in said(node)


def test_a_value_that_is_shown_is_not_told_again(design, said):
    node = design.layer("Dense", 0, 0, units=4)
    assert "units" not in said(node)


def test_a_label_that_was_shortened_is_told_in_full(design, said):
    name = "the_first_block_of_the_image_encoder_that_came_from_the_archive"
    node = design.layer("Dense", 0, 0, name=name, units=4)
    assert name in said(node)


def test_a_note_without_room_for_its_words_tells_them(design, session, said):
    note = design.add(edits.add_note, 0, 0)
    words = "Freeze the encoder for the first ten epochs. " * 12
    session.apply("Write", edits.set_text, note, words)
    assert said(note) == words.strip() or said(note) == words


def test_a_note_that_shows_all_its_words_says_nothing(design, session, said):
    note = design.add(edits.add_note, 0, 0)
    session.apply("Write", edits.set_text, note, "Freeze it.")
    assert said(note) == ""


def test_a_frames_title_that_was_shortened_is_told_in_full(design, session, view, scene):
    frame = design.add(edits.add_frame, 0, 0, 160, 120)
    title = "Everything that prepares the photographs for the encoder"
    session.apply("Rename", edits.rename, frame, title)
    at = scene.nodes[frame].card().topLeft()
    at.setY(at.y() + FRAME_TITLE / 2)
    at.setX(at.x() + 60)
    assert view.hover.explain(hit_at(scene, at, 1.0)) == title


def test_bypassed_and_pinned_nodes_say_what_that_means(design, session, said):
    node = design.layer("Dense", 0, 0, units=4)
    session.apply("Bypass", edits.set_bypassed, (node,), True)
    session.apply("Pin", edits.set_pinned, (node,), True)
    assert "hands on what comes in" in said(node)
    assert "Stays where it is" in said(node)


def test_a_folded_frame_says_what_it_holds(design, session, said, scene):
    inside = design.layer("Dense", 40, 40, name="encoder", units=4)
    frame = design.add(edits.add_frame, 0, 0, 400, 300)
    session.apply("Fold", edits.fold, frame, (inside,))
    assert "Holds encoder." in said(frame)


def test_the_words_come_as_a_tooltip(design, view, scene):
    node = design.layer("Dense", 300, 200, name="encoder", units=4)
    place = view.camera.screen_at(scene.nodes[node].card().center()).toPoint()
    event = QHelpEvent(QEvent.Type.ToolTip, place, view.viewport().mapToGlobal(QPoint(place)))
    QApplication.sendEvent(view.viewport(), event)
    assert "encoder" in QToolTip.text()
    QToolTip.hideText()


def test_from_afar_a_note_may_have_no_room_for_its_words_any_more(design, session, said, view):
    note = design.add(edits.add_note, 300, 200)
    words = "Freeze the encoder for the first ten epochs, then let all of it train slowly."
    session.apply("Write", edits.set_text, note, words)
    near = said(note)
    view.zoom_by(0.6)
    assert (near, said(note)) == ("", words)
