"""Walking by keys: along wires, among siblings, through all nodes; where the keys are is seen."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QFocusEvent
from PySide6.QtWidgets import QApplication

from composer_gui.core import edits
from composer_gui.ui import keymap

K = Qt.Key
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def fork(design):
    """An input that feeds three layers, one below the other, which meet again."""
    image = design.input(0, 200)
    branches = [design.layer("Dense", 300, y) for y in (0, 200, 400)]
    merge = design.layer("Add", 600, 200)
    for index, branch in enumerate(branches):
        design.wire(image, branch)
        design.wire(branch, merge, index=index)
    return image, branches, merge


def walk(hand, *keys, held=Qt.KeyboardModifier.NoModifier):
    for key in keys:
        hand.key(key, held)


def test_the_first_arrow_goes_to_the_node_nearest_to_the_middle(hand, view, fork):
    view.camera.look_at(QPointF(690, 240))
    walk(hand, K.Key_Right)
    assert view.selected() == (fork[2],)


def test_arrows_follow_the_wires(hand, view, fork):
    image, branches, merge = fork
    view.select([image])
    walk(hand, K.Key_Right)
    assert view.selected() == (branches[1],)  # the one that lies straight ahead
    walk(hand, K.Key_Right)
    assert view.selected() == (merge,)
    walk(hand, K.Key_Left, K.Key_Left)
    assert view.selected() == (image,)


def test_one_goes_back_the_way_one_came(hand, view, fork):
    _, branches, merge = fork
    view.select([branches[2]])
    walk(hand, K.Key_Right)
    assert view.selected() == (merge,)
    walk(hand, K.Key_Left)
    assert view.selected() == (branches[2],)


def test_up_and_down_go_among_siblings_first(hand, view, design, fork):
    _, branches, _ = fork
    design.layer("Dropout", 320, 100)  # nearer, but no sibling
    view.select([branches[0]])
    walk(hand, K.Key_Down)
    assert view.selected() == (branches[1],)
    walk(hand, K.Key_Down, K.Key_Up)
    assert view.selected() == (branches[1],)
    walk(hand, K.Key_Left, K.Key_Right, K.Key_Up)
    assert view.selected() == (branches[0],)


def test_where_no_sibling_is_the_nearest_node_that_way_is_next(hand, view, design):
    first = design.layer("Dense", 0, 0)
    below = design.layer("Dense", 30, 300)
    design.layer("Dense", 900, 200)
    view.select([first])
    walk(hand, K.Key_Down)
    assert view.selected() == (below,)
    walk(hand, K.Key_Up)
    assert view.selected() == (first,)


def test_the_end_of_the_way_is_said_and_nothing_else_is_selected(hand, view, session, fork, qtbot):
    view.select([fork[2]])
    with qtbot.waitSignal(session.noticed) as told:
        walk(hand, K.Key_Right)
    assert told.args == ["No wire leads on from add."]
    assert view.selected() == (fork[2],)


def test_in_a_design_whose_wires_run_down_the_arrows_are_turned(hand, view, session, design):
    above, left = design.layer("Dense", 200, 0), design.layer("Dense", 0, 300)
    right = design.layer("Dense", 400, 300)
    design.wire(above, left)
    design.wire(above, right)
    session.apply("Flow", edits.set_flow, "down")
    view.select([above])
    walk(hand, K.Key_Down)
    assert view.selected() in [(left,), (right,)]
    walk(hand, K.Key_Left)
    assert view.selected() == (left,)
    walk(hand, K.Key_Right)
    assert view.selected() == (right,)
    walk(hand, K.Key_Up)
    assert view.selected() == (above,)


def test_shift_takes_the_nodes_along(hand, view, fork):
    image, branches, merge = fork
    view.select([image])
    walk(hand, K.Key_Right, K.Key_Right, held=SHIFT)
    assert view.selected() == (image, branches[1], merge)


def test_page_keys_reach_every_node_and_home_and_end_the_outermost(hand, view, design, fork):
    note = design.add(edits.add_note, 1000, 500)
    walk(hand, K.Key_Home)
    assert view.selected() == (fork[0],)
    reached = set()
    for _ in view.scene().nodes:
        reached.update(view.selected())
        walk(hand, K.Key_PageDown)
    assert reached == set(view.scene().nodes)
    assert view.selected() == (fork[0],)
    walk(hand, K.Key_PageUp)
    assert view.selected() == (note,)
    walk(hand, K.Key_Home, K.Key_End)
    assert view.selected() == (note,)


def test_what_one_walks_to_is_brought_into_view_without_zooming(hand, view, design):
    first, far = design.layer("Dense", 0, 0), design.layer("Dense", 6000, 0)
    design.wire(first, far)
    view.select([first])
    zoom = view.camera.zoom
    walk(hand, K.Key_Right)
    assert view.camera.seen().contains(view.scene().nodes[far].card())
    assert view.camera.zoom == zoom


def test_ctrl_arrows_move_the_nodes_and_undo_is_one_step(hand, view, session, design):
    node = design.layer("Dense", 0, 0)
    view.select([node])
    walk(hand, K.Key_Right, K.Key_Right, held=CTRL)
    walk(hand, K.Key_Down, held=CTRL | SHIFT)
    placed = session.document.nodes[node]
    assert (placed.x, placed.y) == (24, 48)
    session.undo()
    assert (session.document.nodes[node].x, session.document.nodes[node].y) == (0, 0)


def test_a_keypad_arrow_is_an_arrow(hand, view, fork):
    view.select([fork[0]])
    walk(hand, K.Key_Right, held=Qt.KeyboardModifier.KeypadModifier)
    assert view.selected() == (fork[1][1],)


def test_in_an_empty_design_the_arrows_do_nothing(hand, view):
    walk(hand, K.Key_Right, K.Key_PageDown, K.Key_Home)
    assert view.selected() == ()


def test_enter_writes_the_parameter_that_matters_most_and_escape_comes_back(hand, view, fork):
    view.select([fork[0]])
    walk(hand, K.Key_Right, K.Key_Return)
    editor = QApplication.focusWidget()
    assert editor is not view and view.isAncestorOf(editor)
    hand.key(K.Key_Escape, widget=editor)
    assert view.hasFocus()
    assert view.selected() == (fork[1][1],)


# Where the keys are -------------------------------------------------------------------------------


def test_the_node_at_hand_has_a_ring_that_goes_with_the_mouse(hand, view, fork):
    mark = view.keyboard.mark
    view.select([fork[0]])
    assert not mark.is_shown
    walk(hand, K.Key_Right)
    assert mark.is_shown and mark.node == fork[1][1]
    walk(hand, K.Key_Right, held=SHIFT)
    assert mark.node == fork[2]  # of the two that are selected, where the keys are
    hand.click(hand.middle(fork[0]))
    assert not mark.is_shown


def test_the_ring_moves_with_its_node_and_goes_with_it(hand, view, session, fork):
    view.select([fork[0]])
    walk(hand, K.Key_Right)
    ring = view.keyboard.mark._item
    walk(hand, K.Key_Down, held=CTRL)
    assert ring.rect().contains(view.scene().nodes[fork[1][1]].card())
    walk(hand, K.Key_Delete)
    assert ring.scene() is None


def test_the_canvas_shows_that_it_has_the_keys(view):
    accent = view.ink.theme.accent

    def corner() -> QColor:
        return view.viewport().grab().toImage().pixelColor(1, 100)

    assert corner() != accent
    arrives = QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason)
    QApplication.sendEvent(view, arrives)
    assert corner() == accent
    leaves = QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.TabFocusReason)
    QApplication.sendEvent(view, leaves)
    assert corner() != accent


def test_the_keys_are_those_of_the_keymap(hand, view, fork):
    keys = keymap.current()
    keys.assign("walk_right", ["L"])
    try:
        view.select([fork[0]])
        walk(hand, K.Key_Right)
        assert view.selected() == (fork[0],)
        walk(hand, K.Key_L)
        assert view.selected() == (fork[1][1],)
    finally:
        keys.reset("walk_right")
