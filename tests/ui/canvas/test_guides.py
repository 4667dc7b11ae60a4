"""Lines that a dragged node falls in with: edges and middles, near on the screen, not with Ctrl."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QGraphicsPathItem

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def lines(scene):
    """Return the lines that are shown now: (x1, y1, x2, y2) each."""

    def lines():
        found = [item for item in scene.items() if type(item) is QGraphicsPathItem]
        ends = []
        for path in (item.path() for item in found):
            points = [path.elementAt(n) for n in range(path.elementCount())]
            ends += zip(points[::2], points[1::2], strict=True)
        return [(start.x, start.y, end.x, end.y) for start, end in ends]

    return lines


@pytest.fixture
def two(design):
    """A node off the grid, and one far below it."""
    return design.layer("Dense", 5, 7), design.layer("Dense", 300, 400)


def drag_to(hand, node, x, y, keys=Qt.KeyboardModifier.NoModifier):
    """Hold a node as if its corner were dragged to (x, y)."""
    item = hand.view.scene().nodes[node]
    start = hand.middle(node)
    end = start + QPointF(x, y) - item.pos()
    hand.press(start)
    hand.move((start + end) / 2, keys=keys)
    hand.move(end, keys=keys)
    return end


def test_a_node_falls_in_line_with_one_that_is_not_on_the_grid(hand, session, two, lines):
    _, moved = two
    end = drag_to(hand, moved, 9, 400)
    (line,) = [line for line in lines() if line[0] == 5]
    assert line[1] < 7 and line[3] > 400
    hand.release(end)
    assert session.document.nodes[moved].x == 5
    assert not lines()


def test_middles_line_up_too(hand, scene, session, design, two, lines):
    still, _ = two
    wide = design.layer("Dense", 600, 300, name="a_much_longer_name_than_most")
    offset = (scene.nodes[still].card().width() - scene.nodes[wide].card().width()) / 2
    assert offset
    hand.release(drag_to(hand, wide, 5 + offset + 3, 300))
    assert scene.nodes[wide].card().center().x() == scene.nodes[still].card().center().x()


def test_away_from_all_lines_the_grid_holds(hand, session, two, lines):
    _, moved = two
    end = drag_to(hand, moved, 400, 301)
    assert not lines()
    hand.release(end)
    assert (session.document.nodes[moved].x, session.document.nodes[moved].y) == (396, 300)


def test_ctrl_leaves_lines_and_grid(hand, session, two, lines):
    _, moved = two
    end = drag_to(hand, moved, 9, 401, keys=CTRL)
    assert not lines()
    hand.release(end, keys=CTRL)
    assert (session.document.nodes[moved].x, session.document.nodes[moved].y) == (9, 401)


def test_the_reach_is_that_of_the_screen(hand, view, session, two):
    _, moved = two
    view.look(2.0, QPointF(150, 250))
    hand.release(drag_to(hand, moved, 10, 300))
    assert session.document.nodes[moved].x == 12  # 5 of the scene are 10 of the screen here


def test_what_is_not_seen_draws_nothing_near(hand, session, design, two, lines):
    _, moved = two
    design.layer("Dense", 317, 9000)
    end = drag_to(hand, moved, 316, 301)
    assert not lines()
    hand.release(end)
    assert session.document.nodes[moved].x == 312


def test_escape_takes_the_lines_away(hand, scene, session, two, lines):
    _, moved = two
    before = session.document
    drag_to(hand, moved, 9, 400)
    assert lines()
    hand.key(Qt.Key.Key_Escape)
    assert not lines()
    assert session.document is before
    assert scene.nodes[moved].x() == 300


def test_several_nodes_line_up_as_one(hand, view, session, design, two):
    _, moved = two
    other = design.layer("Dense", 600, 460)
    view.select([moved, other])
    hand.release(drag_to(hand, moved, 8, 400))
    assert session.document.nodes[moved].x == 5
    assert session.document.nodes[other].x == 305
