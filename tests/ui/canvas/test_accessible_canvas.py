"""What screen readers are told of the canvas: its nodes, where the keys are, what became wrong."""

import gc

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QAccessibleActionInterface
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from composer_gui.core import edits
from composer_gui.core.document import Source, Wire
from composer_gui.core.problems import Problem
from composer_gui.core.verdicts import BLOCKED, WRONG, Verdict
from composer_gui.ui.canvas import ears
from composer_gui.ui.canvas.view import CanvasView

K = Qt.Key
T = QAccessible.Text


@pytest.fixture
def listening(qapp):
    """A screen reader is there."""
    before = QAccessible.isActive()
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(before)


@pytest.fixture
def chain(design):
    """An input, two layers and an output, wired."""
    image = design.input(0, 0, label="photo", shape=(28, 28, 1))
    first = design.layer("Conv2D", 300, 0, name="edges", filters=8, kernel_size=3)
    second = design.layer("Dense", 600, 0, name="scores", units=10)
    out = design.output(900, 0, label="digit")
    for source, node in ((image, first), (first, second), (second, out)):
        design.wire(source, node)
    return image, first, second, out


@pytest.fixture
def canvas(listening, view, chain):
    """The canvas as a screen reader sees it."""
    return QAccessible.queryAccessibleInterface(view)


def children(canvas):
    return [canvas.child(number) for number in range(canvas.childCount())]


def entry(canvas, name):
    """Return the child of a name."""
    return next(child for child in children(canvas) if child.text(T.Name) == name)


def wrong(*sentences):
    return Verdict(WRONG, problems=tuple(Problem("wrong_shape", text) for text in sentences))


def test_the_canvas_is_a_list_of_the_nodes_in_the_order_of_the_wires(canvas, view):
    assert canvas.role() == QAccessible.Role.List
    assert canvas.text(T.Name) == "Design canvas"
    assert canvas.text(T.Description).startswith("4 nodes.")
    nodes = children(canvas)[:-1]
    assert [node.text(T.Name) for node in nodes] == ["photo", "edges", "scores", "digit"]
    assert {node.role() for node in nodes} == {QAccessible.Role.ListItem}
    assert [canvas.indexOfChild(node) for node in nodes] == [0, 1, 2, 3]
    assert all(node.parent().object() is view for node in nodes)
    assert children(canvas)[-1].object() is view.viewport()


def test_a_node_says_kind_verdict_and_neighbours(canvas, design, chain):
    image, first, *_ = chain
    design.judge(**{image: design.fine(28, 28, 1), first: design.fine(26, 26, 8)})
    edges = entry(canvas, "edges")
    assert edges.text(T.Value) == "26×26×8 float32"
    assert edges.text(T.Description) == "Conv2D. Fine. Fed by photo. Feeds scores."
    assert entry(canvas, "photo").text(T.Description) == "Input. Fine. Feeds edges."


def test_what_is_wrong_and_what_waits_for_it_is_told(canvas, design, chain):
    _, first, second, _ = chain
    blocked = Verdict(BLOCKED, blocked_by=first)
    design.judge(**{first: wrong("edges wants three axes."), second: blocked})
    edges = entry(canvas, "edges")
    assert "Wrong: edges wants three axes." in edges.text(T.Description)
    assert edges.state().invalidEntry
    assert "Waits for edges." in entry(canvas, "scores").text(T.Description)
    assert "1 of them wrong" in canvas.text(T.Description)


def test_frozen_bypassed_pinned_and_shared_are_told(canvas, session, design, chain):
    _, first, *_ = chain
    layer = session.document.nodes[first].layer
    twin = design.add(edits.add_call, layer, 300, 300)
    session.apply("Label", edits.rename, twin, "again")
    session.apply("Freeze", edits.set_trainable, layer, False)
    session.apply("Bypass", edits.set_bypassed, [first], True)
    session.apply("Pin", edits.set_pinned, [first], True)
    told = entry(canvas, "edges").text(T.Description)
    for word in ("bypassed", "frozen", "pinned in place", "weights shared with again"):
        assert word in told
    assert "frozen" not in entry(canvas, "scores").text(T.Description)


def test_notes_frames_and_dots_are_entries_too(canvas, session, design, chain):
    design.add(edits.add_note, 0, 400, text="more data")
    frame = design.add(edits.add_frame, 250, -60, 800, 300, label="head")
    wire = Wire(Source(chain[1]), chain[2], "inputs")
    design.add(edits.dot_on_wire, session.catalog, wire, 500, 50)
    dot = entry(canvas, "dot on edges")
    assert dot.text(T.Description).endswith("Fed by edges. Feeds scores.")
    note = next(child for child in children(canvas) if child.text(T.Description) == "note")
    assert note.text(T.Value) == "more data"
    assert entry(canvas, "head").text(T.Description) == "frame"
    session.apply("Fold", edits.fold, frame, chain[1:3])
    assert entry(canvas, "head").text(T.Description) == "folded frame of 2 nodes"
    assert "edges" not in [child.text(T.Name) for child in children(canvas)]


def test_states_follow_selection_and_keys(canvas, hand, view, chain):
    view.select([chain[0]])
    hand.key(K.Key_Right)
    edges, photo = entry(canvas, "edges").state(), entry(canvas, "photo").state()
    assert edges.focusable and edges.selectable and edges.focused and edges.selected
    assert not photo.focused and not photo.selected
    assert canvas.focusChild().text(T.Name) == "edges"


def test_a_node_is_found_on_the_screen_where_it_is_painted(canvas, hand, view, chain):
    edges = entry(canvas, "edges")
    middle = edges.rect().center()
    expected = view.viewport().mapToGlobal(hand.screen(hand.middle(chain[1])).toPoint())
    assert (middle - expected).manhattanLength() <= 3
    assert canvas.childAt(middle.x(), middle.y()) is edges
    nowhere = view.viewport().mapToGlobal(QPoint(5, 5))
    assert canvas.childAt(nowhere.x(), nowhere.y()).object() is view.viewport()
    assert not edges.state().offscreen
    view.camera.look_at(QPointF(9000, 9000))
    assert edges.state().offscreen


def test_a_reader_can_go_to_a_node_edit_it_and_open_its_menu(canvas, view, chain):
    own = QAccessibleActionInterface
    actions = entry(canvas, "scores").actionInterface()
    actions.doAction(own.setFocusAction())
    assert view.selected() == (chain[2],)
    actions.doAction(own.pressAction())
    field = QApplication.focusWidget()
    assert field is not view and view.isAncestorOf(field)
    view.setFocus()
    actions.doAction(own.showMenuAction())
    assert view.menu.isVisible()
    view.menu.close()


def test_a_reader_may_ask_for_whatever_an_interface_could_have(canvas):
    edges = entry(canvas, "edges")
    for kind in ("text", "value", "attributes", "selection", "tableCell", "editableText"):
        assert getattr(edges, f"{kind}Interface")() is None
    assert edges.childCount() == 0
    assert edges.window() is not None


def test_an_entry_goes_with_its_node(canvas, session, chain):
    edges = entry(canvas, "edges")
    session.apply("Delete", edits.delete, [chain[1]])
    assert not isValid(edges)
    assert canvas.childCount() == 4


def test_levels_have_entries_of_their_own(canvas, session, chain):
    session.apply("Group", edits.group, session.catalog, chain[1:3])
    (submodel,) = set(session.document.nodes) - set(chain)
    names = {child.text(T.Name) for child in children(canvas)[:-1]}
    session.enter(submodel)
    assert {child.text(T.Name) for child in children(canvas)[:-1]} != names
    session.leave()
    assert {child.text(T.Name) for child in children(canvas)[:-1]} == names


def test_a_canvas_that_is_gone_leaves_nothing_that_could_be_asked(listening, session, design):
    design.layer("Dense", 0, 0)
    view = CanvasView(session)
    canvas = QAccessible.queryAccessibleInterface(view)
    node = canvas.child(0)
    assert node.text(T.Name) == "dense"
    del view
    gc.collect()
    assert not isValid(canvas)
    assert not isValid(node)


# What is said -------------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch, view):
    view.keyboard.ears._rest.setInterval(1)
    return view.keyboard.ears


def test_a_verdict_of_the_node_at_hand_is_said_when_it_changes(
    canvas, quick, hand, view, design, chain, qtbot
):
    design.judge(**{chain[1]: design.fine(26, 26, 8)})
    view.select([chain[1]])
    with qtbot.waitSignal(quick.said) as heard:
        design.judge(**{chain[1]: wrong("edges wants three axes.")})
    assert heard.args == ["edges: Wrong: edges wants three axes. 1 node is wrong."]
    with qtbot.waitSignal(quick.said) as heard:
        design.judge(**{chain[1]: design.fine(26, 26, 8)})
    assert heard.args == ["edges: Fine. No node is wrong."]


def test_verdicts_that_come_together_are_said_once(canvas, quick, view, design, chain, qtbot):
    heard = []
    quick.said.connect(heard.append)
    for node in chain[1:]:
        design.judge(**{node: wrong("It does not fit.")})
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == ["3 nodes are wrong."]


def test_what_stays_as_it_is_is_not_said_again(canvas, quick, view, design, chain, qtbot):
    view.select([chain[1]])
    with qtbot.waitSignal(quick.said):
        design.judge(**{chain[1]: wrong("It does not fit.")})
    with qtbot.assertNotEmitted(quick.said, wait=60):
        design.judge(**{chain[1]: wrong("It does not fit.")})


def test_what_comes_out_is_told_of_nodes_that_are_seen(
    canvas, quick, view, design, chain, qtbot, monkeypatch
):
    told = []

    def note(event):
        if event.type() == QAccessible.Event.ValueChanged:
            told.append(event.accessibleInterface().text(T.Name))

    children(canvas)
    view.camera.look_at(QPointF(300, 50))
    far = design.layer("Dense", 9000, 9000, name="far")
    entry(canvas, "far")
    monkeypatch.setattr(ears.QAccessible, "updateAccessibility", note)
    design.judge(**{chain[1]: design.fine(26, 26, 8), far: wrong("It lacks a wire.")})
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["edges"]


def test_where_nobody_listens_nothing_is_said(quick, view, design, chain, qtbot):
    assert not QAccessible.isActive()
    view.select([chain[1]])
    with qtbot.assertNotEmitted(quick.said, wait=60):
        design.judge(**{chain[1]: wrong("It does not fit.")})


def test_where_the_keys_are_is_told_once_for_each_step(canvas, hand, view, chain, monkeypatch):
    told = []

    def note(event):
        told.append((event.type(), event.accessibleInterface().text(T.Name)))

    monkeypatch.setattr(ears.QAccessible, "updateAccessibility", note)
    view.select([chain[0]])
    hand.key(K.Key_Right)
    hand.key(K.Key_Right)
    focus = QAccessible.Event.Focus
    assert [name for kind, name in told if kind == focus] == ["edges", "scores"]


@pytest.fixture
def sent(monkeypatch):
    """What is sent to screen readers: (kind, of whom, in which words)."""
    events = []

    def note(event):
        name = event.accessibleInterface().text(T.Name)
        kind = event.type()
        words = {
            QAccessible.Event.Announcement: lambda: event.message(),
            QAccessible.Event.ValueChanged: lambda: event.value(),
        }.get(kind, str)()
        events.append((kind, name, words))

    monkeypatch.setattr(ears.QAccessible, "updateAccessibility", note)
    return events


def of_kind(events, kind):
    return [(name, words) for found, name, words in events if found == kind]


def test_a_verdict_that_changes_is_sent_as_announcement_and_as_value(
    canvas, quick, view, design, chain, qtbot, sent
):
    children(canvas)
    view.select([chain[1]])
    design.judge(**{chain[1]: design.fine(26, 26, 8)})
    qtbot.waitUntil(lambda: bool(of_kind(sent, QAccessible.Event.ValueChanged)))
    assert of_kind(sent, QAccessible.Event.ValueChanged) == [("edges", "26×26×8 float32")]
    said = of_kind(sent, QAccessible.Event.Announcement)
    assert said == [("Design canvas", "edges: Fine.")]
    sent.clear()
    design.judge(**{chain[1]: wrong("edges wants three axes.")})
    qtbot.waitUntil(lambda: bool(of_kind(sent, QAccessible.Event.ValueChanged)))
    assert of_kind(sent, QAccessible.Event.ValueChanged) == [("edges", "")]
    said = of_kind(sent, QAccessible.Event.Announcement)
    assert said == [("Design canvas", "edges: Wrong: edges wants three axes. 1 node is wrong.")]


def test_an_announcement_waits_for_what_is_being_read(canvas, view, monkeypatch):
    told = []
    monkeypatch.setattr(
        ears.QAccessible, "updateAccessibility", lambda event: told.append(event.politeness())
    )
    view.keyboard.ears.say("2 nodes are wrong.")
    assert told == [QAccessible.AnnouncementPoliteness.Polite]


def test_a_wire_that_is_gone_to_is_announced(canvas, hand, view, design, chain, sent):
    design.judge(**{chain[0]: design.fine(28, 28, 1)})
    view.select([chain[0]])
    hand.key(K.Key_W)
    said = of_kind(sent, QAccessible.Event.Announcement)
    assert said[-1] == ("Design canvas", "Wire from photo to edges, 28×28×1 float32.")


def test_every_new_interface_of_a_canvas_is_kept_till_qt_lets_go_of_it(listening, session, design):
    view = CanvasView(session)
    made = [view.keyboard.ears.nodes.make_canvas() for _ in range(3)]
    known = [QAccessible.uniqueId(interface) for interface in made]
    del made
    gc.collect()
    assert all(QAccessible.accessibleInterface(each) is not None for each in known)
    for each in known:
        QAccessible.deleteAccessibleInterface(each)
