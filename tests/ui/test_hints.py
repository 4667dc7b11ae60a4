"""Hints: few, where there is room, dismissed for good, and never in the way."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAccessible

from composer_gui.core import edits
from composer_gui.core.document import Document
from composer_gui.session.settings import Settings
from composer_gui.ui import hints, keymap, preferences
from composer_gui.ui.hints import HINTS, Hints, Moment
from tests.hand import Hand


@pytest.fixture
def giver(working):
    """What gives hints in a window, as soon as work rests."""
    found = working.commands.of_program.hints
    found.rest.setInterval(0)
    found.quiet.setInterval(0)
    yield found
    preferences.current().use(None)
    hints.current().use(None)


@pytest.fixture
def shown(giver, working, design, qtbot):
    """The hint on how a wire is drawn, on a canvas with two nodes that have none."""
    design.input()
    design.layer("Dense", 300, 0)
    qtbot.waitUntil(lambda: giver.bubble is not None and giver.bubble.isVisible())
    return giver.bubble


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def cards(view):
    """The rectangles of all nodes, on the viewport."""
    rects = [item.mapRectToScene(item.boundingRect()) for item in view.scene().nodes.values()]
    return [view.mapFromScene(rect).boundingRect() for rect in rects]


def test_an_empty_design_gets_no_hint(giver, working):
    giver.look()
    assert giver.bubble is None


def test_the_hint_that_helps_is_given_where_nothing_is(shown, working):
    assert shown.hint.id == "wire"
    assert shown.words.text().startswith("To draw a wire, drag from a ring to another. C at")
    assert not [card for card in cards(working.canvas) if card.intersects(shown.geometry())]
    assert working.canvas.viewport().rect().contains(shown.geometry())
    assert not working.canvas.minimap.region().intersects(shown.geometry())


def test_a_hint_takes_no_keys(shown, working):
    assert working.canvas.hasFocus()


def test_a_node_that_is_dragged_there_makes_the_hint_go(shown, working, qtbot):
    hand = Hand(working.canvas)
    place = shown.geometry()
    target = working.canvas.camera.scene_at(QPointF(place.center()))
    (node,) = working.session.document.inputs
    start = hand.title(node)
    hand.press(start)
    for part in (0.3, 0.7, 1.0):
        hand.move(start + (target - start) * part)
    assert shown.geometry() != place and shown.isVisible()
    assert not [card for card in cards(working.canvas) if card.intersects(shown.geometry())]
    hand.key(Qt.Key.Key_Escape)


def test_where_there_is_no_room_a_hint_waits_unseen(shown, working):
    working.canvas.zoom_by(3.0)
    working.canvas.select_all()
    working.canvas.fit_selection()
    working.canvas.zoom_by(4.0)
    overlapping = [c for c in cards(working.canvas) if c.intersects(shown.geometry())]
    assert shown.isHidden() or not overlapping
    working.canvas.fit()
    assert shown.isVisible()


def test_got_it_dismisses_for_good(shown, giver, settings, qtbot, tmp_path):
    click(qtbot, shown.got_it)
    assert giver.bubble is None
    later = Hints()
    settings._store.sync()
    later.use(Settings(tmp_path / "composer.ini"))
    assert later.dismissed == {"wire"}


def test_no_more_hints_is_a_setting(shown, giver, qtbot):
    click(qtbot, shown.no_more)
    assert giver.bubble is None
    assert preferences.current().value(preferences.HINTS) is False
    giver.look()
    assert giver.bubble is None


def test_keys_alone_dismiss_a_hint(shown, giver, working, qtbot):
    shown.got_it.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(shown.got_it, Qt.Key.Key_Space)
    assert giver.bubble is None and working.canvas.hasFocus()


def test_a_hint_that_helps_no_more_goes(shown, giver, design, qtbot):
    (source,) = design.document.inputs
    (node,) = set(design.document.nodes) - {source}
    design.wire(source, node)
    qtbot.waitUntil(lambda: giver.bubble is None)


def test_the_gallery_has_no_hint(shown, giver, working, qtbot):
    working.show_gallery()
    assert giver.bubble is None
    giver.look()
    assert giver.bubble is None


def test_nobody_is_told_anything_in_the_middle_of_a_gesture(giver, working, design, qtbot):
    design.input()
    node = design.layer("Dense", 300, 0)
    hand = Hand(working.canvas)
    hand.press(hand.title(node))
    hand.move(hand.title(node) + QPointF(40, 0))
    giver.look()
    assert giver.bubble is None
    hand.key(Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: giver.bubble is not None)


def test_a_reader_is_told_the_hint(shown):
    named = QAccessible.queryAccessibleInterface(shown)
    assert named.text(QAccessible.Text.Name) == "Hint"
    assert named.text(QAccessible.Text.Description) == shown.words.text()


def test_the_hint_on_exporting_waits_until_everything_fits(design, working, qapp):
    node, output = design.input(), design.output(300, 0)
    design.wire(node, output)
    now = Moment(design.document, is_right=False)
    assert next(h for h in HINTS if h.id == "export").helps(now) is False
    now = Moment(design.document, is_right=True)
    assert hints.current().next(now).id == "export"


def test_every_hint_is_given_at_some_moment_and_none_at_the_beginning(qapp):
    store = Hints()
    assert store.next(Moment(Document())) is None
    document = edits.add_keras_layer(edits.add_input(Document(), 0, 0), "Dense", 0, 0)
    assert store.next(Moment(document)).id == "wire"
    assert store.next(Moment(document, is_whole=False, steps=99)).id == "wire"
    store.dismissed = frozenset({"wire"})
    assert store.next(Moment(document, is_whole=False, steps=99)).id == "view"
    store.dismissed = frozenset({"wire", "view"})
    assert store.next(Moment(document, is_whole=False, steps=99)).id == "palette"


def test_hints_name_the_keys_that_hold(qapp, settings):
    wire = next(hint for hint in HINTS if hint.id == "wire")
    keymap.current().use(settings)
    keymap.current().assign("connect", ["W"])
    assert "W at a selected node" in wire.words()
    keymap.current().assign("connect", [])
    assert wire.words() == "To draw a wire, drag from a ring to another."
    keymap.current().use(None)


def test_every_command_named_in_a_hint_exists():
    for hint in HINTS:
        assert hint.words() and "{" not in hint.words()


def test_hints_are_short():
    assert len(HINTS) <= 6
    assert max(len(hint.words()) for hint in HINTS) < 140


def test_a_hint_about_the_view_goes_when_all_is_seen(giver, working, design, qtbot):
    design.input(0, 0)
    design.output(6000, 0)
    working.canvas.look(1.0, QPointF(0, 0))
    hints.current().restore(hint.id for hint in HINTS if hint.id != "view")
    qtbot.waitUntil(lambda: giver.bubble is not None and giver.bubble.hint.id == "view")
    working.canvas.fit()
    qtbot.waitUntil(lambda: giver.bubble is None)
