"""The picture from far away: kept while nothing changes, mended in parts, right after all that."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF
from PySide6.QtWidgets import QGraphicsScene

from composer_gui.core import edits
from composer_gui.ui.canvas.backlog import AT_ONCE
from tests.ui.canvas.test_backlog import chain


class Paints(QObject):
    """Counts how often a viewport is painted."""

    def __init__(self, viewport):
        super().__init__()
        self.count = 0
        viewport.installEventFilter(self)

    def eventFilter(self, watched, event):
        self.count += event.type() == QEvent.Type.Paint
        return False


@pytest.fixture
def far(session, view):
    """Many nodes, seen from so far that they are painted in a batch."""
    session.paste(chain(3 * AT_ONCE), 0, 0)
    places = {
        node_id: (240.0 * (number % 16), 150.0 * (number // 16))
        for number, node_id in enumerate(session.document.nodes)
    }
    session.apply("Move", edits.move, places)
    finish(view)
    view.minimap.visible = False  # it is painted a moment later
    view.fit()
    view.zoom_by(0.2 / view.camera.zoom)
    assert view.overview.holds(view)
    settle()
    return view


def finish(view):
    """Draw and lead now what would come slice by slice: pictures before and after it differ."""
    view.scene().finish()
    view.scene().ways.finish()


def settle():
    for _ in range(4):
        QCoreApplication.processEvents()


def on_screen(view):
    """Return what the window shows, without painting it."""
    settle()
    place = view.viewport().mapTo(view.window(), view.viewport().rect().topLeft())
    size = view.viewport().size()
    shown = view.screen().grabWindow(view.window().winId(), place.x(), place.y(), *size.toTuple())
    return shown.toImage().convertToFormat(shown.toImage().Format.Format_RGB32)


def painted_anew(view):
    """Return what the window shows once all of it was painted anew."""
    view.overview.let_go()
    view.viewport().update()
    return on_screen(view)


def test_a_picture_that_is_kept_is_the_one_that_was_painted(far):
    first = painted_anew(far)
    for _ in range(3):
        far.viewport().update()
        assert on_screen(far) == first


@pytest.mark.parametrize(
    "change",
    [
        lambda view, nodes: view.select(nodes[:3]),
        lambda view, nodes: view.scene().place({nodes[5]: (3000.0, 1500.0)}),
        lambda view, nodes: view.session.apply("Delete", edits.delete, nodes[20:40]),
        lambda view, nodes: view.zoom_by(0.8),
        lambda view, nodes: view.camera.pan(30, 20),
    ],
)
def test_what_is_on_the_screen_after_a_change_is_what_would_be_painted_anew(far, change):
    for _ in range(3):
        far.viewport().update()  # a picture is kept
        settle()
    before = on_screen(far)
    change(far, list(far.session.document.nodes))
    finish(far)
    far.scene().ways.finish()
    after = on_screen(far)
    assert after == painted_anew(far)
    assert after != before


def test_many_nodes_are_dragged_and_all_is_watched_again_once_they_rest(far, hand, qtbot):
    nodes = list(far.session.document.nodes)
    far.select(nodes)
    at = hand.middle(nodes[100])
    paints = Paints(far.viewport())
    hand.press(at)
    for step in range(1, 4):
        before = paints.count
        hand.move(at + QPointF(240.0 * step, 120.0 * step))
        settle()
        assert paints.count > before
    finish(far)
    assert on_screen(far) == painted_anew(far)
    hand.release(at + QPointF(720.0, 360.0))
    assert far.session.document.nodes[nodes[100]].x == pytest.approx(at.x() - 84 + 720, abs=100)
    sorted_again = QGraphicsScene.ItemIndexMethod.BspTreeIndex
    qtbot.waitUntil(lambda: far.scene().itemIndexMethod() == sorted_again)
    before = paints.count
    far.scene().nodes[nodes[0]].mark(selected=False)
    settle()
    assert paints.count > before


def test_escape_in_the_middle_puts_many_nodes_back_on_the_screen_too(far, hand):
    nodes = list(far.session.document.nodes)
    far.select(nodes)
    before = on_screen(far)
    at = hand.middle(nodes[100])
    hand.press(at)
    hand.move(at + QPointF(500.0, 300.0))
    settle()
    far.pointer.cancel()
    finish(far)
    assert on_screen(far) == before


def test_a_rubber_band_is_seen_from_afar_and_gone_afterwards(far, hand):
    far.select(())
    before = on_screen(far)
    corner = far.camera.scene_at(QPointF(20, 20))
    hand.press(corner)
    hand.move(corner + QPointF(1500.0, 900.0))
    assert on_screen(far) != before
    far.pointer.cancel()
    assert on_screen(far) == before


def test_from_far_away_a_wire_is_led_around_nodes_too(session, design, view):
    source, between = design.input(0, 100), design.layer("Dense", 300, 100, units=2)
    wire = design.wire(source, design.output(700, 100))
    scene, outlines = view.scene(), view.overview.outlines
    scene.ways.finish()
    outlines.catch_up()
    card = scene.nodes[between].card()
    for part in (outlines.whole(), outlines.within(scene.content_rect())):
        assert len(part.lines) > 1
        assert not [line for line in part.lines if crosses(line, card)]
    scene.place({wire.node: (1500.0, 900.0)})
    outlines.catch_up()
    assert outlines.whole().lines[-1].p2() == scene.wires[wire].ends()[1]
    scene.place({between: (300.0, 900.0)})
    scene.ways.finish()
    outlines.catch_up()
    assert outlines.whole().lines == [scene.wires[wire].line]


def crosses(line, rect):
    """Return whether a line runs over a rectangle."""
    places = (line.pointAt(number / 50) for number in range(51))
    return any(rect.contains(place) for place in places)


def test_a_wire_that_is_led_another_way_is_painted_where_it_was_and_where_it_is(far):
    told = []
    far.scene().ways.led.connect(told.extend)
    node = far.session.document.nodes["n21"]
    on_screen(far)
    far.scene().place({"n21": (node.x, node.y + 75.0)})  # into the way of wires that run back
    on_screen(far)
    far.scene().ways.finish()
    assert 0 < len(told) <= AT_ONCE
    assert on_screen(far) == painted_anew(far)


def test_how_far_the_cards_reach_is_known_after_every_change(far, session, design):
    scene, outlines = far.scene(), far.overview.outlines
    first, *others = list(session.document.nodes)
    last = others[-1]

    def reach():
        assert outlines.bounds() == scene.content_rect()
        return outlines.bounds()

    whole = reach()
    session.apply("Move", edits.move, {first: (-900.0, -700.0), last: (9000.0, 9000.0)})
    assert reach().contains(whole)
    session.apply("Rename", edits.rename, last, "by a much longer name than it had before")
    reach()
    frame = design.add(edits.add_frame, 8000, 8000, 3000, 3000)
    session.apply("Fold", edits.fold, frame, [last])
    reach()
    session.apply("Delete", edits.delete, [first, frame, last])
    assert whole.contains(reach())
    for _ in range(5):
        session.undo()
        reach()
    assert outlines.bounds() == whole


def test_a_picture_that_fails_leaves_the_next_one_whole(far, monkeypatch):
    def fail(*_):
        raise ValueError("no picture")

    with monkeypatch.context() as failing:
        failing.setattr(far.overview, "_paint_part", fail)
        for _ in range(3):
            far.overview.let_go()
            far.viewport().update()
            with pytest.raises(ValueError, match="no picture"):
                far.viewport().repaint()
    far.viewport().update()
    assert on_screen(far) == painted_anew(far)
