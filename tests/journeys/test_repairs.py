"""What is wrong is understood from what the screen says, and put right with one click."""

import json

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QLabel

from composer_gui.core import edits
from composer_gui.core.verdicts import BLOCKED, FINE, WRONG
from tests.journeys.test_first_model import export_by_dialog


def words_on(widget):
    """Return everything that a widget shows in words."""
    labels = [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]
    return " ".join(label.replace("\u200b", "") for label in labels)


def enter(button):
    """Lead the mouse onto a button."""
    middle = button.rect().center().toPointF()
    place = button.mapToGlobal(middle)
    QApplication.sendEvent(button, QEnterEvent(middle, middle, place))


def leave(button):
    """Lead the mouse away from a button."""
    QApplication.sendEvent(button, QEvent(QEvent.Type.Leave))


@pytest.fixture
def broken(trip):
    """Opens an example that is broken, presses the one node that is wrong, awaits the repairs."""

    def open_and_press(name):
        trip.open_example(name)
        (problem,) = trip.errors()
        trip.canvas.show_node(problem.node)
        trip.hand.click(trip.hand.title(problem.node))
        card = trip.canvas.card
        trip.until(lambda: card.isVisible() and bool(card.buttons))
        return problem

    return open_and_press


JOURNEYS = {"mismatch": ("5×5×64", "6×6×64", "axis 1"), "residual": ("10", "64", "last axis")}
"""The broken examples, and what the card has to say of each."""


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_broken_example_is_understood_repaired_with_one_click_and_exported(
    name, trip, broken, tmp_path
):
    problem = broken(name)
    session, card = trip.session, trip.canvas.card
    before = session.document
    told = words_on(card)
    for word in (session.document.label(problem.node), *JOURNEYS[name]):
        assert word in told
    assert session.origin(problem).sentence in told
    behind = [n for n, verdict in session.verdicts.items() if verdict.kind == BLOCKED]
    assert all(session.verdict(node).blocked_by == problem.node for node in behind)
    assert [n for n, v in session.verdicts.items() if v.kind == WRONG] == [problem.node]

    first = card.buttons[0]
    enter(first)
    assert trip.canvas.preview.offer is not None
    assert trip.canvas.preview.ghosts or trip.canvas.preview.remarks
    assert session.document is before
    leave(first)
    assert trip.canvas.preview.offer is None

    trip.qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    trip.settle()
    assert trip.errors() == []
    assert {v.kind for v in session.verdicts.values()} == {FINE}

    report = export_by_dialog(trip, tmp_path, name)
    assert report.ok
    assert (tmp_path / f"{name}.keras").exists()
    session.undo()
    assert session.document == before


@pytest.mark.parametrize("name", JOURNEYS)
def test_every_repair_of_a_broken_example_leaves_nothing_wrong(name, trip, broken):
    problem = broken(name)
    offers = trip.session.fixes(problem)
    assert len(offers) >= 2
    for offer in offers:
        trip.session.apply_offer(offer)
        trip.settle()
        assert trip.errors() == [], offer.title
        trip.session.undo()
        trip.settle()
        assert [p.key for p in trip.errors()] == [problem.key]


def test_a_repair_is_chosen_and_applied_by_keys_alone(trip, broken):
    broken("residual")
    card, hand = trip.canvas.card, trip.hand
    titles = [button.text() for button in card.buttons]
    assert card.take_keys()
    hand.key(Qt.Key.Key_Down, widget=card.buttons[0])
    trip.until(lambda: trip.canvas.preview.offer is not None)
    assert trip.canvas.preview.offer.title.startswith(titles[1][:10])
    hand.key(Qt.Key.Key_Return, widget=card.buttons[1])
    trip.settle()
    assert trip.errors() == []


def test_a_warning_is_silenced_and_stays_so_in_the_file(trip, tmp_path):
    trip.new_design()
    trip.type_new("Input")
    trip.type_new("Dropout")
    session = trip.session
    (dropout,) = (n for n in session.document.nodes if "dropout" in session.document.label(n))
    (photo,) = (n for n in session.document.nodes if n != dropout)
    trip.wire(photo, dropout, "inputs")
    layer = session.document.nodes[dropout].layer
    session.apply("Set rate", edits.set_parameter, session.catalog, layer, "rate", 0.0)
    trip.settle()
    trip.until(lambda: session.is_confirmed)
    codes = {p.code for p in session.verdict(dropout).problems}
    assert "no_effect" in codes
    for code in codes:
        session.apply("Silence", edits.silence, dropout, code)
    trip.settle()
    trip.until(lambda: session.is_confirmed)
    assert session.verdict(dropout).problems == ()
    path = tmp_path / "quiet.composer"
    session.save(path)
    assert sorted(codes) == json.loads(path.read_text())["nodes"][dropout]["silenced"]
    session.open(path)
    trip.settle()
    trip.until(lambda: session.is_confirmed)
    assert session.verdict(dropout).problems == ()
