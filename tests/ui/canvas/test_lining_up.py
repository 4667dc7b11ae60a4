"""Aligning and distributing what is selected: one undo step; frames bring what is in them."""

import pytest
from PySide6.QtCore import Qt

from composer_gui.core import edits
from composer_gui.ui.canvas import lining_up
from composer_gui.ui.reasons import WHY_NOT


@pytest.fixture
def three(design):
    return [design.layer("Dense", x, y) for x, y in ((0, 0), (310, 130), (700, 50))]


def do(view, name):
    lining_up.COMMANDS[name](view)


def places(session, ids, axis):
    return [getattr(session.document.nodes[node], axis) for node in ids]


@pytest.mark.parametrize(
    ("name", "axis", "expected"),
    [("align_left", "x", 0), ("align_right", "x", 700), ("align_top", "y", 0),
     ("align_bottom", "y", 130)],
)  # fmt: skip
def test_edges_come_in_line(view, session, three, name, axis, expected):
    view.select(three)
    do(view, name)
    assert places(session, three, axis) == [expected] * 3


def test_it_is_one_undo_step(view, session, three):
    before = session.document
    view.select(three)
    do(view, "align_top")
    assert session.history.undo_label == "Align Top Edges"
    session.undo()
    assert session.document == before


def test_distributed_nodes_have_the_same_room_between_them(view, scene, session, three):
    view.select(three)
    do(view, "distribute_across")
    view.arranging.glide.finish()
    cards = [scene.nodes[node].card() for node in three]
    assert cards[1].left() - cards[0].right() == cards[2].left() - cards[1].right()
    assert places(session, (three[0], three[2]), "x") == [0, 700]


def test_a_pinned_node_gives_the_line(view, session, three):
    session.apply("Pin", edits.set_pinned, [three[1]], True)
    view.select(three)
    do(view, "align_left")
    assert places(session, three, "x") == [310] * 3


def test_a_frame_is_lined_up_with_what_is_in_it(view, session, design, three):
    frame = design.add(edits.add_frame, -40, 290, 300, 240)
    inside = design.layer("Dense", 0, 340)
    view.select([three[1], frame, inside])
    do(view, "align_left")
    assert places(session, (three[1], frame, inside), "x") == [-40, -40, 0]


def test_dots_are_lined_up_by_what_is_seen_of_them(view, scene, session, design, three):
    dot = design.add(edits.add_dot, 500, 33)
    view.select([three[0], dot])
    do(view, "align_middle")
    view.arranging.glide.finish()
    middles = [scene.nodes[node].card().center().y() for node in (three[0], dot)]
    assert middles[0] == middles[1]


@pytest.mark.parametrize(("name", "count"), [("align_left", 1), ("distribute_down", 2)])
def test_too_few_are_told_and_nothing_moves(view, session, three, qtbot, name, count):
    view.select(three[:count])
    before = session.document
    with qtbot.waitSignal(session.noticed) as said:
        do(view, name)
    assert said.args[0].startswith(f"Select at least {count + 1} nodes")
    assert session.document is before


def test_escape_on_the_way_finds_them_in_place(hand, view, scene, session, three):
    view.select(three)
    do(view, "align_top")
    hand.key(Qt.Key.Key_Escape)
    assert [scene.nodes[node].y() for node in three] == [0, 0, 0]
    assert view.selected() == tuple(three)


def test_notes_and_frames_can_be_lined_up_too_and_two_nodes_not_distributed(view, design):
    note = design.add(edits.add_note, 0, 0)
    frame = design.add(edits.add_frame, 300, 40, 200, 100)
    view.select((note, frame))
    can = view.abilities()
    assert "two" in can and "three" not in can
    assert lining_up.why_not(view, lining_up.ALIGNED) == ""
    assert lining_up.why_not(view, lining_up.DISTRIBUTED) == WHY_NOT["three"]
