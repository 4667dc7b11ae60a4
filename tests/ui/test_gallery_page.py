"""The gallery: every example as a card, a new design, recent ones, and progress with a way out."""

import pytest
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter

from composer_gui.core.document import DOWN, Document
from composer_gui.core.errors import EngineFailed
from composer_gui.session.gallery import examples
from composer_gui.storage import resources
from composer_gui.ui import theme, thumbnails
from composer_gui.ui.gallery_cards import EXAMPLE_ROLE
from composer_gui.ui.gallery_page import GalleryPage
from composer_gui.ui.problem_page import ProblemPage
from composer_gui.ui.recent_row import RecentRow
from composer_gui.ui.shortcut_sheet import ShortcutSheet


class SlowMaking(QObject):
    """An example whose models take their time."""

    progressed = Signal(str, float)
    done = Signal(object)
    failed = Signal(object)

    def __init__(self):
        super().__init__()
        self.cancelled = False

    def cancel(self):
        self.cancelled = True


@pytest.fixture
def making(window, monkeypatch):
    slow = SlowMaking()
    monkeypatch.setattr(window.examples.gallery, "open", lambda name: slow)
    return slow


def press(window, name, qtbot):
    cards = window.gallery_page.cards
    model = cards.model()
    index = next(
        model.index(n)
        for n in range(model.rowCount())
        if model.index(n).data(EXAMPLE_ROLE).name == name
    )
    cards.scrollTo(index)
    at = cards.visualRect(index).center()
    qtbot.mouseClick(cards.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_every_example_has_a_card(window):
    model = window.gallery_page.cards.model()
    shown = [model.index(n).data(EXAMPLE_ROLE).name for n in range(model.rowCount())]
    assert shown == [example.name for example in examples()]


def test_a_card_is_pressed_to_open_its_example(window, session, qtbot):
    press(window, "functional-mlp", qtbot)
    qtbot.waitUntil(lambda: window.is_working)
    assert session.document.nodes


def test_a_card_is_opened_by_key(window, qtbot):
    cards = window.gallery_page.cards
    cards.setFocus()
    with qtbot.waitSignal(cards.chosen) as told:
        qtbot.keyClick(cards, Qt.Key.Key_Return)
    assert told.args == [examples()[0].name]


def test_cards_share_the_width(window):
    cards = window.gallery_page.cards
    width = cards.gridSize().width()
    columns = cards.viewport().width() // width
    assert 0 <= cards.viewport().width() - columns * width < columns + 4


def test_progress_is_shown_while_models_are_made(window, making, qtbot):
    press(window, "chain", qtbot)
    making.progressed.emit("Making feature_extractor.keras", 0.25)
    progress = window.gallery_page.progress
    assert progress.isVisible()
    assert progress.words.text() == "Making feature_extractor.keras"
    assert progress.bar.value() == 250
    making.done.emit(Document(name="chain"))
    assert window.is_working
    assert not progress.isVisible()


def test_making_models_can_be_cancelled(window, making, qtbot):
    press(window, "chain", qtbot)
    making.progressed.emit("Making feature_extractor.keras", 0.25)
    qtbot.mouseClick(window.gallery_page.progress.stop, Qt.MouseButton.LeftButton)
    assert making.cancelled
    assert not window.is_working
    assert window.gallery_page.cards.isEnabled()


def test_models_that_cannot_be_made_are_told(window, making, qtbot):
    press(window, "chain", qtbot)
    making.failed.emit(EngineFailed("Keras could not be started.", "Look at the installation."))
    assert window.notices.notices[0].sentence == "Keras could not be started."
    assert not window.is_working


def test_a_second_press_while_models_are_made_does_nothing(window, making, qtbot):
    press(window, "chain", qtbot)
    press(window, "ensemble", qtbot)
    assert window.examples.making is making


def test_recent_designs_are_listed_and_opened(window, settings, examples_folder, tmp_path, qtbot):
    settings.remember_recent(tmp_path / "gone.composer")
    settings.remember_recent(examples_folder / "functional-mlp.composer")
    window.show_gallery()
    there, gone = window.gallery_page.findChildren(RecentRow)
    assert not gone.isEnabled()
    qtbot.mouseClick(there, Qt.MouseButton.LeftButton)
    assert window.is_working


@pytest.mark.parametrize("name", resources.example_names())
def test_every_example_has_a_drawing(name):
    drawing = thumbnails.of_example(name, resources.catalog())
    assert len(drawing.nodes) >= 3
    assert drawing.wires
    categories = {category for _, category in drawing.nodes.values()}
    assert {"input", "output"} <= categories
    assert "unknown" not in categories


@pytest.mark.parametrize("name", resources.example_names())
def test_no_node_of_a_drawing_covers_another_or_leaves_the_card(name):
    room = QRectF(10, 10, 250, 70)
    cards = list(thumbnails.of_example(name, resources.catalog()).cards(room).values())
    assert all(room.adjusted(-0.1, -0.1, 0.1, 0.1).contains(card) for card in cards)
    pairs = [(a, b) for n, a in enumerate(cards) for b in cards[:n]]
    assert not [pair for pair in pairs if pair[0].intersects(pair[1])]


@pytest.mark.parametrize("look", ["dark", "light"])
def test_a_drawing_is_drawn_in_the_colours_of_the_theme(look, qapp):
    theme.apply(qapp, look)
    image = QImage(260, 80, QImage.Format.Format_RGB32)
    image.fill(theme.current().panel)
    painter = QPainter(image)
    thumbnails.of_example("ensemble", resources.catalog()).paint(painter, QRectF(5, 5, 250, 70))
    painter.end()
    theme.apply(qapp, "dark")
    seen = {image.pixelColor(x, y).name() for x in range(260) for y in range(80)}
    wanted = theme.named(look)
    assert {wanted.category("input").name(), wanted.tertiary.name()} <= seen


def test_a_design_that_runs_downwards_is_drawn_so():
    nodes = {"n1": (QPointF(0, 0), "input"), "n2": (QPointF(0, 300), "output")}
    drawing = thumbnails.Thumbnail(nodes, (("n1", "n2"),), DOWN)
    cards = drawing.cards(QRectF(0, 0, 200, 70))
    assert cards["n1"].bottom() < cards["n2"].top()


def test_nothing_is_drawn_before_the_first_paint(session, qapp):
    page = GalleryPage(session.catalog)
    assert not page.cards.cards.draws
    page.deleteLater()


def test_help_is_a_press_away(window, qtbot):
    page = window.gallery_page
    qtbot.mouseClick(page.problems, Qt.MouseButton.LeftButton)
    assert window.findChildren(ProblemPage)
    qtbot.mouseClick(page.keys, Qt.MouseButton.LeftButton)
    assert window.findChildren(ShortcutSheet)
