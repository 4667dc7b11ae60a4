"""The card beside a wrong node: when it shows, what it says, its buttons and keys."""

import pytest
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from composer_gui.core import edits
from composer_gui.core.change import Change, between
from composer_gui.core.declined import Declined
from composer_gui.core.fix_table import Fix
from composer_gui.core.origins import Origin
from composer_gui.core.problem_table import KINDS
from composer_gui.core.problems import WARNING, Problem
from composer_gui.core.trials import Offer, TrialResult
from composer_gui.core.verdicts import FINE, WRONG, Verdict
from composer_gui.ui import theme
from composer_gui.ui.canvas.problem_card import WIDTH
from composer_gui.ui.words import Paragraph


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


# Repairs that come later --------------------------------------------------------------------------


def test_it_says_that_repairs_are_being_tried(view, card, wrong):
    view.select([wrong])
    assert card.repairs.waiting.text() == "Trying repairs..."
    assert card.buttons == []


def test_repairs_come_below_and_move_nothing_under_the_mouse(
    view, design, card, wrong, monkeypatch
):
    view.select([wrong])
    QApplication.processEvents()
    monkeypatch.setattr(card, "underMouse", lambda: True)
    place = card.pos(), card.words.geometry(), card.repairs.pos()
    design.try_repairs()
    assert card.buttons
    assert card.repairs.waiting is None
    assert (card.pos(), card.words.geometry(), card.repairs.pos()) == place


def test_what_was_found_stays_while_it_is_tried_anew(view, design, card, wrong):
    view.select([wrong])
    design.try_repairs()
    buttons = list(card.buttons)
    design.add(edits.add_note, 0, 400)
    assert card.buttons == buttons
    design.try_repairs()
    assert card.buttons == buttons


def test_repairs_of_one_problem_are_never_shown_for_another(view, design, card, wrong):
    view.select([wrong])
    design.try_repairs()
    assert card.buttons
    other = design.layer("Dense", 300, 400, units=3)
    design.judge(**{other: Verdict(WRONG, problems=(Problem("rank", "No.", other),))})
    view.select([other])
    assert card.problem.node == other
    assert card.buttons == []
    assert not card.apply_first()


def test_where_there_are_many_the_likeliest_are_shown_first(
    view, session, card, wrong, monkeypatch
):
    problem = session.verdict(wrong).problems[0]
    offers = [
        Offer(Fix("x", f"Do {n}", lambda d: d), problem, session.document, Change(), TrialResult())
        for n in range(7)
    ]
    monkeypatch.setattr(session, "fixes", lambda problem: tuple(offers))
    view.select([wrong])
    assert [b.offer.title for b in card.buttons] == ["Do 0", "Do 1", "Do 2", "Do 3"]
    assert card.repairs.more.text() == "3 more"
    QTest.mouseClick(card.repairs.more, Qt.MouseButton.LeftButton)
    assert len(card.buttons) == 7


# Where it comes from, what is meant ---------------------------------------------------------------


def test_why_a_repair_does_not_do_is_said_below_the_others(
    view, session, design, card, wrong, monkeypatch
):
    reason = "encoder cannot take 5: its dense was made for 4 values, and photo would give it 5"
    told = {}
    monkeypatch.setattr(type(session), "declined", lambda self, problem: told.get(problem, ()))
    view.select([wrong])
    assert not [text for text in words(card) if text.startswith("Not possible")]
    told[card.problem] = (Declined("Let encoder take 5", reason),)
    design.try_repairs()
    (line,) = (label for label in card.findChildren(Paragraph) if "Not possible" in label.text())
    assert line.text() == f"Not possible: {reason}."
    assert line.isVisible() and card.rect().contains(line.mapTo(card, line.rect().bottomRight()))
    below = line.mapTo(card, line.rect().topLeft()).y()
    assert all(
        button.mapTo(card, button.rect().bottomLeft()).y() < below for button in card.buttons
    )


def test_it_says_where_the_value_was_set_and_leads_there(
    view, session, design, card, wrong, monkeypatch
):
    source = next(iter(session.document.inputs))
    origin = Origin(source, "shape", "5 comes from photo’s shape, set at the Input photo")
    monkeypatch.setattr(session, "origin", lambda problem: origin)
    view.select([wrong])
    (link,) = (b for b in card.findChildren(QPushButton) if "photo’s" in b.accessibleName())
    assert link.accessibleName() == f"Cause: {origin.sentence}."
    QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    assert view.selected() == (source,)


def test_an_origin_at_the_node_itself_is_no_link(view, session, card, wrong, monkeypatch):
    origin = Origin(wrong, "", "encoder was saved for 4")
    monkeypatch.setattr(session, "origin", lambda problem: origin)
    view.select([wrong])
    assert "Cause: encoder was saved for 4." in words(card)
    assert not any("saved for" in b.accessibleName() for b in card.findChildren(QPushButton))


def test_it_says_what_usually_is_meant(view, card, wrong):
    view.select([wrong])
    assert f"Usually: {KINDS['shape'].usual}" in words(card)


# Keys ---------------------------------------------------------------------------------------------


def test_tab_goes_round_within_the_card_and_never_adds_a_node(
    hand, view, session, design, card, wrong, monkeypatch
):
    origin = Origin(next(iter(session.document.inputs)), "shape", "5 comes from photo’s shape")
    monkeypatch.setattr(session, "origin", lambda problem: origin)
    view.select([wrong])
    design.try_repairs()
    hand.key(Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    seen = []
    for _ in range(20):
        focused = QApplication.focusWidget()
        if focused in seen:
            break
        seen.append(focused)
        hand.key(Qt.Key.Key_Tab, widget=focused)
    assert seen[0] is card.buttons[0]
    assert {b for b in card.findChildren(QPushButton) if b.isVisible()} == set(seen)
    hand.key(Qt.Key.Key_Backtab, widget=seen[0])
    assert QApplication.focusWidget() is seen[-1]


def test_without_repairs_the_keys_go_to_what_else_can_be_done(hand, view, card, warned):
    view.select([warned])
    card.repairs.forget()
    hand.key(Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.focusWidget().text() == "Silence here"


def test_the_keys_stay_on_the_words_of_keras_that_come_and_go(hand, view, card, wrong):
    view.select([wrong])
    for text, then in (("What Keras says", "Less"), ("Less", "What Keras says")):
        button = next(b for b in card.findChildren(QPushButton) if b.text() == text)
        button.setFocus()
        hand.key(Qt.Key.Key_Space, widget=button)
        assert QApplication.focusWidget().text() == then


# Looks and room -----------------------------------------------------------------------------------


def test_its_words_and_repairs_follow_the_theme_while_it_is_hidden(view, card, design, wrong, qapp):
    view.select([wrong])
    design.try_repairs()
    view.select([])
    theme.apply(qapp, "contrast-light")
    try:
        view.select([wrong])
        (title,) = (b for b in card.findChildren(QLabel) if b.text() == "encoder wants 4 numbers")
        (fix, *_) = card.buttons[0].findChildren(QLabel)
        for label in (title, fix):
            label.ensurePolished()
            assert label.palette().windowText().color() == theme.current().text
    finally:
        theme.apply(qapp, "dark")


def test_on_a_low_canvas_it_says_the_most_important_only(view, card, design, wrong):
    view.resize(500, 400)
    view.select([wrong])
    design.try_repairs()
    assert len(card.buttons) == 1
    assert not any(text.startswith("Usually") for text in words(card))
    card.repairs.more.click()
    assert len(card.buttons) > 1


def test_where_there_is_no_room_it_is_moved_and_never_cut_off_at_the_side(view, card, wrong):
    view.resize(430, 400)
    view.select([wrong])
    view.fit()
    QApplication.processEvents()
    assert card.x() >= 0
    assert card.geometry().right() < view.viewport().width()


def test_on_a_narrow_canvas_it_is_narrower_and_its_words_wrap(view, design, card, wrong):
    view.select([wrong])
    design.try_repairs()
    view.resize(300, 600)
    view.fit()
    QApplication.processEvents()
    assert card.geometry().right() < view.viewport().width()
    for label in card.findChildren(QLabel):
        if label.isVisible() and label.wordWrap():
            assert label.mapTo(card, label.rect().topRight()).x() < card.width()
            assert label.height() >= label.heightForWidth(label.width())
    view.resize(900, 600)
    QApplication.processEvents()
    assert card.width() == 400


@pytest.mark.parametrize("height", range(500, 760, 20))
def test_it_does_not_cover_its_node_where_there_is_room_beside_it(
    view, design, scene, card, wrong, height
):
    view.resize(1100, height)
    view.select([wrong])
    design.try_repairs()
    QApplication.processEvents()
    corners = [view.camera.screen_at(p) for p in _corners(scene.nodes[wrong].card())]
    node = QRect(*(c.toPoint() for c in corners))
    assert view.viewport().rect().contains(node)
    assert not card.geometry().intersects(node)


@pytest.mark.parametrize("beyond", [0, 60, 120])
def test_it_does_not_cover_the_map_where_there_is_as_good_a_place(
    view, design, scene, card, wrong, beyond
):
    view.resize(1000, 560)
    item, map_ = scene.nodes[wrong], view.minimap
    view.look(1.0, item.card().center())
    # The card would reach so far into the map
    left = map_.rect().left() + beyond - WIDTH
    view.look(1.0, item.card().topLeft() + QPointF(500 - left, 60))
    view.select([wrong])
    design.try_repairs()
    QApplication.processEvents()
    assert not card.geometry().intersects(map_.rect())
    assert not card.geometry().intersects(card._on_screen(item.card()))


def _corners(rect):
    return rect.topLeft(), rect.bottomRight()


# Warnings -----------------------------------------------------------------------------------------


@pytest.fixture
def warned(design):
    """A fine node with a warning that can be silenced."""
    node = design.layer("Dropout", 300, 100, rate=0)
    code = "no_effect"
    warning = Problem(code, "drop changes nothing.", node, title="No effect", severity=WARNING)
    fine = design.fine(4)
    design.judge(**{node: Verdict(FINE, fine.outputs, (warning,))})
    return node


def test_a_warning_has_a_card_too(view, card, warned):
    view.select([warned])
    assert card.problem.code == "no_effect"
    assert "No effect" in words(card)


def test_a_warning_can_be_silenced_there(view, session, card, warned):
    view.select([warned])
    (silence,) = (b for b in card.findChildren(QPushButton) if b.text() == "Silence here")
    QTest.mouseClick(silence, Qt.MouseButton.LeftButton)
    assert session.document.nodes[warned].silenced == ("no_effect",)
    assert session.history.undo_label == "Silence a warning of dropout"
    assert not card.isVisible()


def test_an_error_cannot_be_silenced(view, card, wrong):
    view.select([wrong])
    assert not any(b.text() == "Silence here" for b in card.findChildren(QPushButton))


def test_errors_come_first_and_the_others_are_one_press_away(view, session, design, card, wrong):
    (error,) = session.verdict(wrong).problems
    warning = Problem("swapped", "They may be swapped.", wrong, title="Order", severity=WARNING)
    design.judge(**{wrong: Verdict(WRONG, problems=(warning, error))})
    view.select([wrong])
    assert card.problem == error
    (following,) = (b for b in card.findChildren(QPushButton) if b.text() == "1 of 2 →")
    QTest.mouseClick(following, Qt.MouseButton.LeftButton)
    assert card.problem == warning


def test_it_leaves_free_where_a_repair_would_put_a_node(
    view, scene, session, card, wrong, monkeypatch
):
    problem = session.verdict(wrong).problems[0]
    below = scene.nodes[wrong].card().bottomLeft() + QPointF(-80, 20)
    after = edits.add_keras_layer(session.document, "Dense", below.x(), below.y())
    change = between(session.document, after)
    offer = Offer(Fix("x", "Do it", lambda d: d), problem, after, change, TrialResult())
    monkeypatch.setattr(session, "fixes", lambda problem: (offer,))
    view.select([wrong])
    view.preview.show(offer)
    (ghost,) = view.preview.ghosts.values()
    corner = view.camera.screen_at(ghost.card().topLeft()).toPoint()
    far_corner = view.camera.screen_at(ghost.card().bottomRight()).toPoint()
    assert not card.geometry().intersects(QRect(corner, far_corner))
    assert view.viewport().rect().contains(card.geometry())
