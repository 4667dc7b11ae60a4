"""Looking: wheel, touchpad, pinch, pan, fit, the minimap, and what happens at the edges."""

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication, QMainWindow

from composer_gui.core import edits

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NO_KEY = Qt.KeyboardModifier.NoModifier
MIDDLE = Qt.MouseButton.MiddleButton


@pytest.fixture
def wheel(hand, view):
    def wheel(at, clicks=0, pixels=(0, 0), keys=NO_KEY):
        place = hand.screen(at)
        event = QWheelEvent(
            place,
            QPointF(view.viewport().mapToGlobal(place.toPoint())),
            QPoint(*pixels),
            QPoint(0, 120 * clicks),
            Qt.MouseButton.NoButton,
            keys,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(view.viewport(), event)

    return wheel


@pytest.mark.parametrize("keys", [NO_KEY, CTRL])
def test_the_wheel_zooms_around_the_mouse(wheel, hand, view, keys):
    before = hand.screen((123, 45))
    wheel((123, 45), clicks=3, keys=keys)
    assert view.camera.zoom > 1.5
    assert (hand.screen((123, 45)) - before).manhattanLength() < 3


def test_shift_and_wheel_pan_sideways(wheel, view):
    before = view.center()
    wheel((100, 100), clicks=-1, keys=SHIFT)
    assert view.center().x() > before.x()
    assert view.center().y() == pytest.approx(before.y())
    assert view.camera.zoom == 1


def test_two_fingers_on_a_touchpad_pan(wheel, view):
    before = view.center()
    wheel((100, 100), clicks=-1, pixels=(-30, -20))
    assert view.center() - before == QPointF(30, 20)


def test_a_pinch_on_a_touchpad_zooms(hand, view):
    place = hand.screen((123, 45))
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        place,
        place,
        QPointF(view.viewport().mapToGlobal(place.toPoint())),
        0.25,
        QPointF(),
    )
    QApplication.sendEvent(view.viewport(), event)
    assert view.camera.zoom == pytest.approx(1.25)
    assert (hand.screen((123, 45)) - place).manhattanLength() < 3


def test_the_zoom_has_ends(wheel, view):
    wheel((0, 0), clicks=100)
    assert view.camera.zoom == 4
    wheel((0, 0), clicks=-200)
    assert view.camera.zoom == pytest.approx(0.005)


def test_the_middle_button_pans(hand, view):
    before = view.center()
    start = before
    hand.press(start, MIDDLE)
    hand.send_to_screen(hand.screen(start) + QPointF(80, 50), MIDDLE)
    assert view.center() - before == QPointF(-80, -50)


def test_space_and_drag_pan_and_select_nothing(hand, view, design):
    node = design.layer("Dense", 300, 200)
    before = view.center()
    hand.key_down(Qt.Key.Key_Space)
    hand.press(hand.middle(node))
    hand.send_to_screen(hand.screen(hand.middle(node)) + QPointF(-60, 0))
    hand.release(hand.middle(node))
    hand.key_up(Qt.Key.Key_Space)
    assert view.center() - before == QPointF(60, 0)
    assert view.selected() == ()


def test_escape_takes_a_pan_back(hand, view):
    before = view.center()
    hand.press(before, MIDDLE)
    hand.send_to_screen(hand.screen(before) + QPointF(80, 50), MIDDLE)
    hand.key(Qt.Key.Key_Escape)
    assert (view.center() - before).manhattanLength() <= 1


def test_fit_shows_everything_and_never_magnifies(view, scene, design):
    design.layer("Dense", 0, 0)
    view.fit()
    assert view.camera.zoom == 1
    design.layer("Dense", 6000, 4000)
    view.fit()
    assert view.camera.seen().contains(scene.content_rect())
    assert view.camera.zoom < 0.5


def test_a_canvas_that_is_shown_late_fits_its_design(session, design, new_view, qtbot):
    for x in (0, 5000):
        design.layer("Dense", x, 0)
    late = new_view(session)
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(late)
    window.resize(900, 600)
    window.show()
    assert late.camera.seen().contains(late.scene().content_rect())
    assert late.camera.zoom > 0.1, "the room of the window is used"


def test_fit_of_an_empty_design_is_one_hundred_per_cent(view):
    view.zoom_out()
    view.fit()
    assert view.camera.zoom == 1


def test_the_selection_can_be_fitted(view, scene, design):
    design.layer("Dense", 0, 0)
    far = design.layer("Dense", 6000, 4000)
    view.select([far])
    view.fit_selection()
    assert view.camera.zoom > 1
    assert view.camera.seen().contains(scene.nodes[far].card())


def test_opening_a_design_shows_all_of_it(view, scene, session, design):
    design.layer("Dense", 8000, 3000)
    design.layer("Dense", 9000, 3000)
    document = session.document
    session.new()
    assert not scene.nodes
    session.replace(document, None)
    assert view.camera.seen().contains(scene.content_rect())


def test_zoom_steps_and_reset(view, qtbot):
    with qtbot.waitSignal(view.zoomed):
        view.zoom_in()
    assert view.camera.zoom > 1
    view.zoom_reset()
    assert view.camera.zoom == pytest.approx(1)


def test_the_minimap_leads_to_where_it_is_pressed(hand, view, design):
    design.layer("Dense", 0, 0)
    far = design.layer("Dense", 8000, 4000)
    view.grab()
    rect = view.minimap.rect()
    assert not rect.isEmpty()
    hand.send_to_screen(QPointF(rect.bottomRight() - QPoint(14, 40)), kind=hand.PRESS)
    seen = view.camera.seen()
    assert abs(seen.center().x() - 8000) < 900
    hand.send_to_screen(QPointF(rect.center()), kind=hand.RELEASE)
    assert far not in view.selected()


def test_there_is_no_minimap_of_a_single_node(view, design):
    design.layer("Dense", 0, 0)
    assert view.minimap.rect().isEmpty()


def test_a_wheel_pans_what_is_below_a_drag(hand, view, scene, wheel, design):
    node = design.layer("Dense", 300, 200)
    start = hand.middle(node)
    hand.press(start)
    hand.move(start + QPointF(60, 0))
    before, at = hand.screen(hand.middle(node)), scene.nodes[node].x()
    wheel(start + QPointF(60, 0), pixels=(-96, 0))
    assert scene.nodes[node].x() == at + 96
    assert (hand.screen(hand.middle(node)) - before).manhattanLength() < 3
    hand.key(Qt.Key.Key_Escape)
    assert scene.nodes[node].x() == 300


def test_a_drag_at_the_edge_moves_the_view(hand, view, scene, design):
    node = design.layer("Dense", 300, 200)
    hand.press(hand.middle(node))
    right = QPointF(view.viewport().width() - 2, 300)
    hand.send_to_screen(right)
    before, at = view.center(), scene.nodes[node].x()
    view.pointer.auto_scroll.step(0.1)
    assert view.center().x() > before.x() + 50
    assert scene.nodes[node].x() > at + 50
    hand.send_to_screen(QPointF(400, 300))
    assert not view.pointer.auto_scroll.is_running
    hand.key(Qt.Key.Key_Escape)
    assert scene.nodes[node].x() == 300


def test_the_canvas_has_a_name_for_screen_readers(view):
    assert view.accessibleName()


def test_shift_tab_leaves_the_canvas(hand, view, qtbot):
    assert view.focusNextPrevChild(True) is False
    hand.key(Qt.Key.Key_Backtab, SHIFT)
    assert not view.search.isVisible()


def test_an_empty_canvas_says_how_to_begin_until_there_is_something(view, design, session):
    def words_in_the_middle():
        picture = view.grab(QRect(350, 320, 300, 30)).toImage()
        tone = view.ink.theme.secondary.name()
        return any(picture.pixelColor(x, y).name() == tone for x in range(300) for y in range(30))

    assert words_in_the_middle()
    node = design.layer("Dense", 5000, 5000)
    assert not words_in_the_middle()
    session.apply("Delete", edits.delete, [node])
    assert words_in_the_middle()
