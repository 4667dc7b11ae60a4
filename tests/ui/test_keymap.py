"""Which keys do what: one meaning for each, the user's choice first, kept between runs."""

import pytest
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QAction, QKeyEvent

from composer_gui.session.settings import Settings
from composer_gui.ui.canvas.view import CanvasView
from composer_gui.ui.keymap import Keymap, Shortcuts, commands, current, key_of
from tests.hand import Hand

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NO_KEY = Qt.KeyboardModifier.NoModifier


def pressed(key, held=NO_KEY, text=""):
    return QKeyEvent(QEvent.Type.KeyPress, key, held, text)


@pytest.fixture
def keymap(qapp, settings):
    found = Keymap()
    found.use(settings)
    return found


@pytest.fixture
def window_keys(qapp, settings):
    """The keymap of the program, as it was afterwards."""
    current().use(settings)
    yield current()
    current().use(None)


def test_no_key_means_two_things_by_default():
    keys = [key for command in commands().values() for key in command.defaults]
    assert len(keys) == len(set(keys))


def test_ids_of_actions_and_of_canvas_keys_differ(keymap):
    assert keymap.keys("save") == ("Ctrl+S",)
    assert keymap.keys("edit") == ("Enter", "Return")


@pytest.mark.parametrize(
    ("event", "key", "command"),
    [
        (pressed(Qt.Key.Key_C, text="c"), "C", "connect"),
        (pressed(Qt.Key.Key_C, CONTROL), "Ctrl+C", "copy"),
        (pressed(Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier), "Enter", "edit"),
        (pressed(Qt.Key.Key_Left, CONTROL | SHIFT), "Ctrl+Shift+Left", "nudge_left_far"),
        (pressed(Qt.Key.Key_Tab), "Tab", "quick_add"),
        (pressed(Qt.Key.Key_Backtab, SHIFT), "Shift+Tab", ""),
        (pressed(Qt.Key.Key_Period, CONTROL), "Ctrl+.", "repairs"),
        (pressed(Qt.Key.Key_Shift, SHIFT), "", ""),
        (pressed(Qt.Key.Key_F19), "F19", ""),
    ],
)
def test_a_press_is_told_as_the_command_it_means(keymap, event, key, command):
    assert key_of(event) == key
    assert keymap.command(event) == command


def test_assigned_keys_are_taken_from_who_had_them(keymap, qtbot):
    with qtbot.waitSignal(keymap.changed):
        keymap.assign("connect", ["Ctrl+S", "W"])
    assert keymap.keys("connect") == ("Ctrl+S", "W")
    assert keymap.keys("save") == ()
    assert keymap.owner("Ctrl+S") == "connect" and keymap.owner("C") == ""
    assert keymap.is_changed("save") and keymap.is_changed("connect")


def test_what_loses_one_of_its_keys_keeps_the_others(keymap):
    keymap.assign("export", ["Ctrl+Y"])
    assert keymap.keys("redo") == ("Ctrl+Shift+Z",)


def test_keys_are_kept_between_runs(keymap, settings):
    keymap.assign("connect", ["W", "Ctrl+|"])
    keymap.assign("save", [])
    later = Keymap()
    later.use(settings)
    assert later.keys("connect") == ("W", "Ctrl+|")
    assert later.keys("save") == ()
    assert later.keys("open") == ("Ctrl+O",)


def test_resetting_gives_the_defaults_back_and_forgets(keymap, settings):
    keymap.assign("connect", ["Ctrl+S"])
    keymap.reset("save")
    assert keymap.keys("save") == ("Ctrl+S",) and keymap.keys("connect") == ()
    keymap.reset_all()
    assert keymap.keys("connect") == ("C",)
    assert settings.value("keys/connect") is None and settings.value("keys/save") is None


def test_a_kept_key_goes_before_a_default(settings):
    """A later version may give a key to a new command that the user has long given to another."""
    settings.remember("keys/connect", "Ctrl+O")
    keymap = Keymap()
    keymap.use(settings)
    assert keymap.keys("connect") == ("Ctrl+O",) and keymap.keys("open") == ()


def test_what_is_kept_and_is_no_key_is_left_out(settings):
    settings.remember("keys/connect", "nonsense of a kind | W")
    keymap = Keymap()
    keymap.use(settings)
    assert keymap.keys("connect") == ("W",)


def test_what_was_changed_can_be_taken_back_as_a_whole(keymap):
    keymap.assign("connect", ["W"])
    before = keymap.own()
    keymap.assign("connect", ["Ctrl+S"])
    keymap.assign("open", [])
    keymap.restore(before)
    assert keymap.keys("connect") == ("W",)
    assert keymap.keys("save") == ("Ctrl+S",) and keymap.keys("open") == ("Ctrl+O",)


def test_other_settings_bring_other_keys(keymap, tmp_path):
    keymap.assign("connect", ["W"])
    keymap.use(Settings(tmp_path / "other.ini"))
    assert keymap.keys("connect") == ("C",)


def test_the_actions_of_a_window_follow(window_keys):
    owner = QObject()
    made = {"save": QAction(owner), "open": QAction(owner)}
    Shortcuts(owner, made)
    assert [key.toString() for key in made["save"].shortcuts()] == ["Ctrl+S"]
    window_keys.assign("open", ["Ctrl+S"])
    assert made["save"].shortcuts() == []
    assert [key.toString() for key in made["open"].shortcuts()] == ["Ctrl+S"]


def test_the_canvas_follows(window_keys, design, show, qtbot):
    node = design.layer("Dense")
    view = show(CanvasView(design.session))
    view.select((node,))
    window_keys.assign("erase", ["Ctrl+9"])
    qtbot.keyClick(view, Qt.Key.Key_Backspace)
    assert node in design.document.nodes
    qtbot.keyClick(view, Qt.Key.Key_9, CONTROL)
    assert node not in design.document.nodes


def test_another_key_than_space_can_move_the_view(window_keys, design, show):
    node = design.layer("Dense")
    view = show(CanvasView(design.session))
    hand = Hand(view)
    window_keys.assign("pan", ["G"])
    before, at = view.center(), hand.middle(node)
    hand.key_down(Qt.Key.Key_Space)
    hand.key_up(Qt.Key.Key_Space)
    hand.key_down(Qt.Key.Key_G)
    hand.drag(at, at + QPointF(50, 30))
    hand.key_up(Qt.Key.Key_G)
    assert view.center() != before and design.document.nodes[node].x == 0
    hand.drag(hand.middle(node), hand.middle(node) + QPointF(48, 0))
    assert design.document.nodes[node].x == 48


def test_another_key_than_escape_gives_a_gesture_up(window_keys, design, show):
    node = design.layer("Dense")
    view = show(CanvasView(design.session))
    hand = Hand(view)
    window_keys.assign("step_back", ["Q"])
    at = hand.middle(node)
    hand.press(at)
    hand.move(at + QPointF(60, 0))
    hand.key(Qt.Key.Key_Q)
    hand.release(at + QPointF(60, 0))
    assert design.document.nodes[node].x == 0 and view.gesture is None


def test_a_changed_key_works_in_the_window(working, settings, qtbot):
    working.activateWindow()
    current().assign("add_output", ["Ctrl+9"])
    qtbot.keyClick(working, Qt.Key.Key_2, CONTROL | SHIFT)
    assert not working.session.document.outputs
    qtbot.keyClick(working, Qt.Key.Key_9, CONTROL)
    assert len(working.session.document.outputs) == 1
    current().use(None)


def test_no_tip_names_keys_that_may_be_others():
    for command in commands().values():
        for key in ("Tab", "Esc", "Ctrl+", "Alt+"):
            assert key not in command.tip, command.id


def test_buttons_that_do_the_same_tell_the_keys_that_hold(working, settings):
    current().assign("export", ["Ctrl+9"])
    assert working.top.export.toolTip().endswith("(Ctrl+9)")
    current().assign("export", [])
    assert "(" not in working.top.export.toolTip()
    current().use(None)


def test_the_words_of_keys_are_those_of_the_system(keymap):
    assert keymap.shown("redo") == "Ctrl+Shift+Z or Ctrl+Y"
    keymap.assign("redo", [])
    assert keymap.shown("redo") == ""
