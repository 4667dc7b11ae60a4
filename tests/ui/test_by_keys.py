"""A design made, changed, looked through and saved in the real window without a mouse."""

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from composer_gui.core.document import Call, Frame, Input, Output

K = Qt.Key
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
NONE = Qt.KeyboardModifier.NoModifier


class Keys:
    """Keys go to what has the focus, as those of a keyboard do."""

    def __init__(self, window):
        self.window = window

    def press(self, key, held=NONE):
        QCoreApplication.processEvents()
        QTest.keyClick(QApplication.focusWidget() or self.window, key, held)
        QCoreApplication.processEvents()

    def write(self, text):
        QTest.keyClicks(QApplication.focusWidget(), text)
        QCoreApplication.processEvents()

    def enter(self, text):
        self.write(text)
        self.press(K.Key_Return)


@pytest.fixture
def keys(working, qtbot):
    working.activateWindow()
    qtbot.waitUntil(working.isActiveWindow)
    working.canvas.setFocus()
    return Keys(working)


def labelled(session, label):
    document = session.document
    return next(node for node in document.nodes if document.label(node) == label)


def chain(session, start):
    """Return the labels of nodes that follow each other along the wires."""
    found, here = [session.document.label(start)], start
    while consumers := session.graph.consumers(here):
        (here,) = consumers
        found.append(session.document.label(here))
    return found


@pytest.fixture
def made(keys, working):
    """An input, two layers and an output, added and wired by keys."""
    keys.press(K.Key_Tab)
    keys.enter("input 28 28 1")
    keys.press(K.Key_Tab)
    keys.enter("flatten")
    keys.press(K.Key_Tab)
    keys.enter("dense 10")
    keys.press(K.Key_Tab)
    keys.enter("output")
    return working.session


def test_nodes_are_added_behind_each_other(made):
    (start,) = made.document.inputs
    assert isinstance(made.document.nodes[start], Input)
    assert chain(made, start)[1:3] == ["flatten", "dense"]
    assert len(chain(made, start)) == 4
    (out,) = made.document.outputs
    assert isinstance(made.document.nodes[out], Output)


def test_wires_are_cut_and_drawn_elsewhere(keys, working, made):
    flatten, dense = labelled(made, "flatten"), labelled(made, "dense")
    (start,) = made.document.inputs
    working.canvas.select([flatten])
    keys.press(K.Key_C)
    keys.enter("dense")  # it is there already, so Enter takes it away
    assert made.graph.sources(dense) == []
    keys.press(K.Key_Left)
    assert working.canvas.selected() == (start,)
    keys.press(K.Key_C)
    keys.enter("dense")
    assert made.graph.sources(dense) == [start]
    keys.press(K.Key_Z, CTRL)
    keys.press(K.Key_Z, CTRL)
    assert made.graph.sources(dense) == [flatten]


def test_a_node_is_renamed_written_bypassed_and_deleted(keys, working, made):
    keys.press(K.Key_Home)
    keys.press(K.Key_Right)
    keys.press(K.Key_Right)
    dense = labelled(made, "dense")
    assert working.canvas.selected() == (dense,)
    keys.press(K.Key_F2)
    keys.enter("scores")
    assert made.document.label(dense) == "scores"
    keys.press(K.Key_Return)
    keys.press(K.Key_A, CTRL)
    keys.enter("12")
    layer = made.document.layers[made.document.nodes[dense].layer]
    assert layer.parameters["units"] == 12
    assert working.canvas.hasFocus()
    keys.press(K.Key_B, CTRL)
    assert made.document.nodes[dense].bypassed
    keys.press(K.Key_Delete, CTRL)
    assert dense not in made.document.nodes
    assert len(chain(made, made.document.inputs[0])) == 3


def test_layers_are_framed_folded_grouped_and_entered(keys, working, made):
    keys.press(K.Key_Home)
    keys.press(K.Key_Right)
    keys.press(K.Key_Right, SHIFT)
    chosen = working.canvas.selected()
    assert len(chosen) == 2
    keys.press(K.Key_F, CTRL | ALT)
    (frame,) = working.canvas.selected()
    keys.press(K.Key_G, CTRL | ALT)
    folded = made.document.nodes[frame]
    assert isinstance(folded, Frame) and set(folded.folded) == set(chosen)
    keys.press(K.Key_Return)
    assert made.document.nodes[frame].folded == ()
    working.canvas.select(chosen)
    keys.press(K.Key_G, CTRL)
    (submodel,) = working.canvas.selected()
    assert isinstance(made.document.nodes[submodel], Call)
    keys.press(K.Key_Return)
    assert made.place
    keys.press(K.Key_Escape)
    keys.press(K.Key_Escape)
    assert made.place == ()


def test_nodes_are_found_and_one_goes_back(keys, working, made):
    keys.press(K.Key_Home)
    keys.press(K.Key_F, CTRL)
    keys.write("dense")
    keys.press(K.Key_Return)
    keys.press(K.Key_Escape)
    assert working.canvas.selected() == (labelled(made, "dense"),)
    assert working.canvas.hasFocus()
    keys.press(K.Key_BracketLeft, CTRL)
    assert len(working.canvas.selected()) == 3
    keys.press(K.Key_1, CTRL)
    keys.press(K.Key_Left, ALT)
    assert working.canvas.hasFocus()


def test_every_panel_is_reached_and_left_by_f6(keys, working, made):
    reached = []
    for _ in range(12):
        keys.press(K.Key_F6)
        reached.append(QApplication.focusWidget())
    assert working.canvas in reached
    assert len(set(map(id, reached))) > 3
