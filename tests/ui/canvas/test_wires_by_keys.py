"""Wires by keys: one is selected at a node, gone along, cut, put through a dot, led elsewhere."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGraphicsRectItem

from composer_gui.core import edits
from composer_gui.core.document import DOWN, Dot, Source, Wire
from composer_gui.core.problems import Problem
from composer_gui.core.verdicts import WRONG, Verdict
from composer_gui.ui.canvas.wire_walking import NO_NODE

K = Qt.Key
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def fork(design):
    """An input that feeds three layers, one below the other, which meet again."""
    image = design.input(0, 200, label="photo")
    branches = [design.layer("Dense", 300, y, name=f"branch{y}") for y in (0, 200, 400)]
    merge = design.layer("Add", 600, 200, name="sum")
    into = [design.wire(image, branch) for branch in branches]
    out = [design.wire(branch, merge, index=index) for index, branch in enumerate(branches)]
    return image, branches, merge, into, out


def chosen(view):
    scene = view.scene()
    assert not scene.selected_nodes
    (wire,) = scene.selected_wires
    return wire


def test_a_key_selects_the_wires_that_lead_on_in_turn(hand, view, fork):
    image, _, _, into, _ = fork
    view.select([image])
    for wire in (*into, into[0]):
        hand.key(K.Key_W)
        assert chosen(view) == wire


def test_with_shift_it_selects_the_wires_that_lead_in(hand, view, fork):
    *_, merge, _, out = fork
    view.select([merge])
    for wire in (*out, out[0]):
        hand.key(K.Key_W, SHIFT)
        assert chosen(view) == wire


def test_arrows_lead_from_a_wire_to_its_ends_and_to_those_beside_it(hand, view, fork):
    image, branches, _, into, _ = fork
    view.select([image])
    hand.key(K.Key_W)
    hand.key(K.Key_Down)
    assert chosen(view) == into[1]
    hand.key(K.Key_Up)
    hand.key(K.Key_Up)
    assert chosen(view) == into[2]
    hand.key(K.Key_Right)
    assert view.selected() == (branches[2],) and not view.scene().selected_wires
    hand.key(K.Key_W, SHIFT)
    hand.key(K.Key_Left)
    assert view.selected() == (image,)


def test_where_wires_run_down_the_arrows_do_too(hand, view, session, fork):
    image, branches, _, into, _ = fork
    session.apply("Turn", edits.set_flow, DOWN)
    session.apply("Move", edits.move, {b: (300.0 * i, 300.0) for i, b in enumerate(branches)})
    view.select([image])
    hand.key(K.Key_W)
    hand.key(K.Key_Right)
    assert chosen(view) == into[1]
    hand.key(K.Key_Down)
    assert view.selected() == (branches[1],)


def test_what_has_no_wire_there_says_so(hand, view, session, fork, qtbot):
    view.select([fork[2]])
    with qtbot.waitSignal(session.noticed) as said:
        hand.key(K.Key_W)
    assert said.args == ["No wire leads on from sum."]
    view.select([])
    view.keyboard.walker.here = ""
    with qtbot.waitSignal(session.noticed) as said:
        hand.key(K.Key_W)
    assert said.args == [NO_NODE]


def test_wires_of_a_folded_frame_are_those_that_leave_it(hand, view, design, session, fork):
    _, branches, _, into, out = fork
    frame = design.add(edits.add_frame, 250, -60, 300, 700)
    session.apply("Fold", edits.fold, frame, branches)
    view.select([frame])
    hand.key(K.Key_W)
    assert chosen(view) in out
    hand.key(K.Key_Left)
    assert view.selected() == (frame,)
    hand.key(K.Key_W, SHIFT)
    assert chosen(view) in into


def ring(view):
    """Return the dashed ring that shows where the keys are, in the scene."""
    found = [item for item in view.scene().items() if type(item) is QGraphicsRectItem]
    (item,) = [item for item in found if item.pen().style() == Qt.PenStyle.CustomDashLine]
    return item.rect()


def test_the_ring_is_around_the_wires_words_and_follows_them(hand, view, session, fork):
    image, branches, _, into, _ = fork
    view.select([image])
    hand.key(K.Key_W)
    wire = view.scene().wires[into[0]]
    assert ring(view).contains(wire.middle())
    before = ring(view)
    session.apply("Move", edits.move, {branches[0]: (300.0, -400.0)})
    assert ring(view) != before and ring(view).contains(wire.middle())
    hand.key(K.Key_Right)
    assert ring(view).contains(view.scene().nodes[branches[0]].card())


def test_the_ring_goes_with_a_wire_that_is_cut(hand, view, fork):
    view.select([fork[0]])
    hand.key(K.Key_W)
    hand.key(K.Key_Delete)
    mark = view.keyboard.mark
    assert mark.wire is None and mark.node == fork[0]


def test_a_wire_is_read_out(hand, view, design, fork, qtbot):
    image, branches, *_ = fork
    problem = Problem("wrong_shape", "branch0 wants three axes.", port="inputs")
    design.judge(**{image: design.fine(28, 28), branches[0]: Verdict(WRONG, problems=(problem,))})
    view.select([image])
    with qtbot.waitSignal(view.keyboard.ears.said) as said:
        hand.key(K.Key_W)
    told = "Wire from photo to branch0, 28×28 float32. Wrong: branch0 wants three axes."
    assert said.args == [told]
    with qtbot.waitSignal(view.keyboard.ears.said) as said:
        hand.key(K.Key_Down)
    assert said.args == ["Wire from photo to branch200, 28×28 float32."]


def test_delete_cuts_the_wire_and_undo_draws_it_again(hand, view, session, fork):
    view.select([fork[0]])
    hand.key(K.Key_W)
    hand.key(K.Key_Delete)
    assert fork[3][0] not in view.scene().wires
    session.undo()
    assert fork[3][0] in view.scene().wires


def test_a_dot_is_put_on_the_wire_as_one_step(hand, view, session, fork):
    image, branches, _, into, _ = fork
    view.select([image])
    hand.key(K.Key_W)
    middle = view.scene().wires[into[0]].middle()
    hand.key(K.Key_D, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    (dot,) = view.selected()
    node = session.document.nodes[dot]
    assert isinstance(node, Dot) and (node.x, node.y) == (middle.x(), middle.y())
    assert session.document.nodes[branches[0]].inputs["inputs"] == (Source(dot),)
    session.undo()
    assert dot not in session.document.nodes and into[0] in view.scene().wires


def test_several_wires_get_a_dot_each_as_one_step(view, session, fork):
    before = session.document
    view.scene().select((), fork[4])
    view.act("reroute")
    dots = view.selected()
    assert len(dots) == 3
    sources = session.document.nodes[fork[2]].inputs["inputs"]
    assert {source.node for source in sources} == set(dots)
    session.undo()
    assert session.document is before


def test_tab_puts_a_layer_on_the_wire(hand, view, session, fork):
    image, branches, *_ = fork
    view.select([image])
    hand.key(K.Key_W)
    hand.key(K.Key_Tab)
    QTest.keyClicks(view.search.field, "dropout")
    QTest.keyClick(view.search.field, K.Key_Return)
    (added,) = view.selected()
    assert session.document.nodes[added].inputs["inputs"] == (Source(image),)
    assert session.document.nodes[branches[0]].inputs["inputs"] == (Source(added),)


def test_a_layer_is_pasted_on_the_wire_as_one_step(hand, view, design, session, fork):
    image, branches, _, into, _ = fork
    view.select([design.layer("Dropout", 0, 600, name="drop", rate=0.25)])
    hand.key(K.Key_X, CONTROL)
    before = session.document
    view.select([image])
    hand.key(K.Key_W)
    middle = view.scene().wires[into[0]].middle()
    hand.key(K.Key_V, CONTROL)
    (added,) = view.selected()
    assert session.document.label(added) == "drop"
    assert session.document.nodes[added].inputs["inputs"] == (Source(image),)
    assert session.document.nodes[branches[0]].inputs["inputs"] == (Source(added),)
    assert abs(session.document.nodes[added].y + 48 - middle.y()) < 60
    session.undo()
    assert session.document is before


def test_what_cannot_be_on_a_wire_is_pasted_beside(hand, view, design, session, fork):
    image, branches, *_ = fork
    note = design.add(edits.add_note, 0, 600, text="more")
    view.select([note])
    hand.key(K.Key_C, CONTROL)
    view.select([image])
    hand.key(K.Key_W)
    hand.key(K.Key_V, CONTROL)
    (added,) = view.selected()
    assert session.document.nodes[added].text == "more"
    assert session.document.nodes[branches[0]].inputs["inputs"] == (Source(image),)


def test_the_menu_key_opens_the_menu_of_the_wire(hand, view, fork):
    view.select([fork[0]])
    hand.key(K.Key_W)
    place = view.viewport().rect().center()
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, place)
    QApplication.sendEvent(view.viewport(), asked)
    entries = [action.text().split("\t")[0] for action in view.menu.actions()]
    assert "Add a reroute dot" in entries
    assert chosen(view) == fork[3][0]
    view.menu.close()


def test_the_key_of_repairs_goes_from_a_wrong_wire_to_the_card(hand, view, design, fork):
    image, branches, *_ = fork
    problem = Problem("wrong_shape", "branch0 wants three axes.", node=branches[0], port="inputs")
    design.judge(**{branches[0]: Verdict(WRONG, problems=(problem,))})
    view.select([image])
    hand.key(K.Key_W)
    hand.key(K.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert view.selected() == (branches[0],)
    assert view.card.isAncestorOf(QApplication.focusWidget())


# Another end --------------------------------------------------------------------------------------


@pytest.fixture
def moving(hand, view, fork):
    """Select the first wire into the branches and ask for another end of it."""

    def moving(key=K.Key_C, held=Qt.KeyboardModifier.NoModifier):
        view.select([fork[0]])
        hand.key(K.Key_W)
        hand.key(key, held)
        return view.keyboard.connect

    return moving


@pytest.mark.parametrize("key", [K.Key_C, K.Key_Return])
def test_a_wires_end_is_moved_as_one_step(moving, view, design, session, fork, key):
    image, branches, *_ = fork
    free = design.layer("Dense", 300, 600, name="free")
    before = session.document
    mode = moving(key)
    assert mode.field.placeholderText() == "Wire from photo to, instead of branch0"
    assert "branch0" not in mode.titles()
    QTest.keyClicks(mode.field, "free")
    QTest.keyClick(mode.field, K.Key_Return)
    assert session.document.nodes[free].inputs["inputs"] == (Source(image),)
    assert "inputs" not in session.document.nodes[branches[0]].inputs
    assert chosen(view) == Wire(Source(image), free, "inputs")
    session.undo()
    assert session.document is before


def test_a_wires_beginning_is_moved_and_its_place_is_kept(hand, view, design, session, fork):
    _, branches, merge, *_ = fork
    other = design.layer("Dense", 300, 600, name="other")
    view.select([merge])
    hand.key(K.Key_W, SHIFT)
    hand.key(K.Key_C, SHIFT)
    mode = view.keyboard.connect
    assert mode.field.placeholderText() == "Wire into sum, instead of branch0"
    QTest.keyClicks(mode.field, "other")
    QTest.keyClick(mode.field, K.Key_Return)
    sources = [source.node for source in session.document.nodes[merge].inputs["inputs"]]
    assert sources == [other, *branches[1:]]


def test_escape_leaves_the_wire_as_it_was(moving, view, session, fork):
    before = session.document
    mode = moving()
    QTest.keyClicks(mode.field, "sum")
    QTest.keyClick(mode.field, K.Key_Escape)
    assert session.document is before and view.hasFocus()
    assert chosen(view) == fork[3][0]


def test_the_next_wire_is_drawn_and_not_moved(moving, view, design, session, fork):
    image, branches, *_ = fork
    free = design.layer("Dense", 300, 600, name="free")
    QTest.keyClick(moving().field, K.Key_Escape)
    view.select([image])
    view.keyboard.connect.open_for(image)
    mode = view.keyboard.connect
    QTest.keyClicks(mode.field, "free")
    QTest.keyClick(mode.field, K.Key_Return)
    assert session.document.nodes[free].inputs["inputs"] == (Source(image),)
    assert session.document.nodes[branches[0]].inputs["inputs"] == (Source(image),)
