"""Wires by keys: C at a node, a few letters of where it shall lead, Enter."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QGraphicsPathItem

from composer_gui.core import edits
from composer_gui.session.fitting import CANNOT, FITS, Fit

K = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def loose(design):
    """An input, two layers and an output, none of them wired."""
    image = design.input(0, 0, label="photo")
    near = design.layer("Dense", 300, 0, name="hidden")
    far = design.layer("Dense", 600, 0, name="scores")
    return image, near, far, design.output(900, 0, label="digit")


@pytest.fixture
def ask(hand, view):
    """Select a node and press C, or with Shift the other way; return the field's panel."""

    def ask(node, keys=Qt.KeyboardModifier.NoModifier):
        view.select([node])
        hand.key(K.Key_C, keys)
        return view.keyboard.connect

    return ask


def write(mode, text):
    QTest.keyClicks(mode.field, text)


def press(mode, *keys):
    for key in keys:
        QTest.keyClick(mode.field, key)


def drafts(scene):
    return [item for item in scene.items() if type(item) is QGraphicsPathItem and item.isVisible()]


def test_the_nearest_node_ahead_is_offered_first(ask, loose):
    mode = ask(loose[1])
    assert mode.isVisible() and mode.field.hasFocus()
    assert mode.titles() == ["scores", "digit"]
    assert mode.field.placeholderText() == "Wire from hidden to"


def test_letters_and_enter_draw_the_wire_as_one_step(ask, session, view, design, loose):
    image, near, far, _ = loose
    mode = ask(image)
    write(mode, "sco")
    assert mode.titles() == ["scores"]
    press(mode, K.Key_Return)
    assert design.sources(far) == [image]
    assert mode.isHidden() and view.hasFocus()
    assert view.selected() == (image,)  # the next wire may begin here
    session.undo()
    assert not session.document.nodes[far].inputs
    assert not session.document.nodes[near].inputs


def test_with_shift_the_wire_leads_into_the_node(ask, design, loose):
    image, _near, far, _ = loose
    mode = ask(far, SHIFT)
    assert mode.titles() == ["hidden", "photo"]
    press(mode, K.Key_Down, K.Key_Return)
    assert design.sources(far) == [image]


def test_a_node_without_a_port_there_is_asked_for_the_other_side(ask, loose):
    image, _, _, out = loose
    assert ask(out).field.placeholderText() == "Wire into digit from"
    assert ask(image, SHIFT).field.placeholderText() == "Wire from photo to"


def test_escape_draws_nothing_and_leaves_no_trace(ask, session, scene, view, loose):
    before, items = session.document, set(scene.items())
    mode = ask(loose[0])
    assert drafts(scene)
    assert scene.nodes[loose[1]].twin
    press(mode, K.Key_Down, K.Key_Escape)
    assert session.document is before
    assert mode.isHidden() and view.hasFocus()
    assert not drafts(scene)
    assert not any(scene.nodes[node].twin for node in loose)
    assert {item for item in scene.items() if item.isVisible()} <= items | {
        view.keyboard.mark._item
    }


def test_what_would_close_a_loop_is_not_offered(ask, design, loose):
    _image, near, far, _out = loose
    design.wire(near, far)
    mode = ask(far)
    assert mode.titles() == ["digit"]
    write(mode, "hidd")
    assert mode.titles() == []
    assert mode._hint.text() == "hidden already leads to scores: this wire would close a loop."
    press(mode, K.Key_Return)
    assert mode.isVisible()


def test_a_wire_that_is_there_can_be_taken_away(ask, session, design, loose):
    image, near, *_ = loose
    design.wire(image, near)
    mode = ask(image)
    assert mode.titles()[-1] == "hidden"  # behind what could be drawn
    write(mode, "hidden")
    assert mode._hint.text() == "Wired already; Enter takes the wire away."
    press(mode, K.Key_Return)
    assert not session.document.nodes[near].inputs
    session.undo()
    assert design.sources(near) == [image]


def test_a_taken_port_is_offered_later_and_says_whose_place_it_is(ask, session, design, loose):
    image, near, far, _out = loose
    design.wire(image, far)
    mode = ask(near)
    assert mode.titles() == ["digit", "scores"]
    press(mode, K.Key_Down)
    assert mode._hint.text() == "Takes the place of photo."
    press(mode, K.Key_Return)
    assert design.sources(far) == [near]
    session.undo()
    assert design.sources(far) == [image]


def test_a_merge_takes_the_wire_behind_those_it_has(ask, design, loose):
    _image, near, far, _ = loose
    merge = design.layer("Add", 300, 300)
    design.wire(near, merge)
    mode = ask(far)
    write(mode, "add")
    press(mode, K.Key_Return)
    assert design.sources(merge) == [near, far]


def test_a_dot_is_an_end_like_any_other(ask, session, design, loose):
    image, near, *_ = loose
    dot = design.add(edits.add_dot, 150, 30)
    mode = ask(dot, SHIFT)
    write(mode, "photo")
    press(mode, K.Key_Return)
    assert session.graph.sources(dot) == [image]
    mode = ask(dot)
    write(mode, "hidden")
    press(mode, K.Key_Return)
    assert design.sources(near) == [dot]


def test_ports_are_named_where_there_are_several(ask, design, loose):
    design.layer("MultiHeadAttention", 300, 300, name="look")
    mode = ask(loose[0])
    write(mode, "look")
    assert {"look · query", "look · value"} <= set(mode.titles())


def test_the_engine_says_what_would_fit_and_that_comes_first(ask, session, design, loose, qtbot):
    image, near, far, _ = loose
    mode = ask(image)
    assert mode.titles()[0] == "hidden"
    fitting = session.fitting
    known = {end.wire: end.other for end in mode._ends}
    fitting._known.update(
        {wire: Fit(CANNOT, "hidden wants more.") for wire, other in known.items() if other == near}
    )
    fitting._known.update({wire: Fit(FITS) for wire, other in known.items() if other == far})
    fitting.found.emit()
    assert mode.titles()[0] == "scores"
    assert mode.titles()[-1] == "hidden"
    press(mode, K.Key_End)
    write(mode, "hidden")
    assert mode._hint.text() == "hidden wants more."


def test_a_node_that_has_no_wires_says_so(ask, session, design, qtbot):
    note = design.add(edits.add_note, 0, 0)
    with qtbot.waitSignal(session.noticed) as told:
        mode = ask(note)
    assert "has no wires" in told.args[0]
    assert mode.isHidden()


def test_without_a_node_it_says_what_to_do(hand, view, session, loose, qtbot):
    with qtbot.waitSignal(session.noticed) as told:
        hand.key(K.Key_C)
    assert told.args == ["Select the node that the wire shall begin at."]


def test_it_closes_when_the_design_becomes_another_one(ask, session, design, loose):
    mode = ask(loose[0])
    design.layer("Dense", 0, 600)
    assert mode.isHidden()


def test_a_click_elsewhere_closes_it(ask, hand, loose, scene):
    mode = ask(loose[0])
    hand.click((0, 500))
    hand.view.setFocus()
    assert mode.isHidden()
    assert not drafts(scene)


def test_every_row_says_all_of_itself_to_a_reader(ask, loose):
    mode = ask(loose[0])
    role = Qt.ItemDataRole.AccessibleTextRole
    assert mode._model.index(0, 0).data(role).startswith("hidden")
    assert mode.accessibleName() and mode.field.accessibleName() and mode.list.accessibleName()
