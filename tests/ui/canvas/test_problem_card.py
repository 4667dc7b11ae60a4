"""The card beside a wrong node: when it shows, what it says, its buttons and keys."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from composer_gui.core.problems import Problem
from composer_gui.core.verdicts import WRONG, Verdict


@pytest.fixture
def card(view):
    return view.card


@pytest.fixture
def wrong(design, tmp_path):
    """A saved model of width 4 that an Input of width 5 feeds; the engine says so."""
    path = tmp_path / "encoder.keras"
    path.touch()
    source = design.input(0, 100, label="photo", shape=(5,))
    model = design.model(path, 300, 100, takes=(4,))
    design.wire(source, model, "image")
    problem = Problem(
        "shape",
        "photo sends 5 numbers; encoder takes 4.",
        model,
        "image",
        title="encoder wants 4 numbers",
        expected="4",
        actual="5",
        detail="ValueError: expected 4, got 5",
    )
    design.judge(**{source: design.fine(5), model: Verdict(WRONG, problems=(problem,))})
    return model


def words(card):
    return [label.text() for label in card.findChildren(QLabel) if label.isVisible()]


def test_it_shows_when_a_wrong_node_is_selected(hand, card, wrong):
    assert not card.isVisible()
    hand.click(hand.middle(wrong))
    assert card.isVisible()
    assert card.problem.code == "shape"
    assert "encoder wants 4 numbers" in words(card)
    assert "photo sends 5 numbers; encoder takes 4." in words(card)


def test_it_goes_with_the_selection(hand, view, card, wrong):
    view.select([wrong])
    hand.click((500, 450))
    assert not card.isVisible()


def test_it_offers_the_repairs_and_enter_applies_the_first(
    hand, view, session, design, card, wrong
):
    view.select([wrong])
    design.try_repairs()
    assert card.buttons
    assert [b.accessibleName() for b in card.buttons] == [
        fix.title for fix in session.fixes(card.problem)[:4]
    ]
    hand.key(Qt.Key.Key_Return)
    assert session.history.undo_label == "Set photo’s shape to 4"
    assert not card.isVisible()


def test_a_button_applies_its_repair(view, session, design, card, wrong):
    view.select([wrong])
    design.try_repairs()
    last = card.buttons[-1]
    QTest.mouseClick(last, Qt.MouseButton.LeftButton)
    assert session.history.undo_label == last.accessibleName()


def test_what_keras_says_is_one_click_away(view, card, wrong):
    view.select([wrong])
    (more,) = (b for b in card.findChildren(QPushButton) if b.text() == "What Keras says")
    before = card.height()
    QTest.mouseClick(more, Qt.MouseButton.LeftButton)
    assert "ValueError: expected 4, got 5" in words(card)
    assert card.height() > before


def test_escape_closes_it_and_then_deselects(hand, view, card, wrong):
    view.select([wrong])
    hand.key(Qt.Key.Key_Escape)
    assert not card.isVisible()
    assert view.selected() == (wrong,)
    hand.key(Qt.Key.Key_Escape)
    assert view.selected() == ()


def test_what_was_closed_stays_closed_until_selected_again(hand, view, design, card, wrong):
    view.select([wrong])
    hand.key(Qt.Key.Key_Escape)
    design.layer("Dense", 0, 400)
    assert not card.isVisible()
    view.select([])
    view.select([wrong])
    assert card.isVisible()


def test_it_stands_beside_the_node_and_follows_it(hand, view, scene, card, wrong):
    view.select([wrong])
    top = hand.screen(scene.nodes[wrong].card().bottomLeft()).y()
    assert card.y() == pytest.approx(top + 14, abs=2)
    view.camera.pan(50, 30)
    assert card.y() == pytest.approx(top + 44, abs=2)
    assert view.viewport().rect().contains(card.geometry())


def test_a_node_that_is_merely_unfinished_has_no_card(hand, card, design):
    node = design.layer("Dense", 300, 100)
    hand.click(hand.middle(node))
    assert not card.isVisible()


def test_its_mark_shows_the_card_of_an_unfinished_node(hand, scene, card, design):
    node = design.layer("Dense", 300, 100)
    hand.click(scene.nodes[node].card().topRight() + QPointF(-20, 17))
    assert card.isVisible()
    assert card.problem.code in ("missing_wire", "missing_parameter")


def test_it_goes_when_the_engine_changes_its_mind(view, design, card, wrong):
    view.select([wrong])
    design.judge(**{wrong: design.fine(4)})
    assert not card.isVisible()


def test_a_press_on_it_is_not_one_on_the_canvas(view, card, wrong):
    view.select([wrong])
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, pos=card.rect().center())
    assert view.selected() == (wrong,)


def test_words_are_never_markup(view, design, card):
    node = design.layer("Dense", 300, 100, name="<b>bold</b>")
    problem = Problem("x", "<img src=x>", node, title="<i>no</i>")
    design.judge(**{node: Verdict(WRONG, problems=(problem,))})
    view.select([node])
    labels = [label for label in card.findChildren(QLabel) if label.text().startswith("<")]
    assert labels
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)
