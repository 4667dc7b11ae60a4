"""Aligning and distributing nodes, and the guides for one that is dragged."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer_gui.core.alignment import (
    ACROSS,
    BOTTOM,
    CENTRE,
    DOWN,
    LEFT,
    MIDDLE,
    NEAREST,
    RIGHT,
    SHARES,
    TOP,
    Guide,
    align,
    distribute,
    guides,
)

BOXES = {"n1": (0.0, 0.0, 200.0, 80.0), "n2": (50.0, 300.0, 100.0, 120.0), "n3": (400, 90, 240, 96)}


def moved(boxes, places):
    return {key: (*places.get(key, box[:2]), *box[2:]) for key, box in boxes.items()}


@pytest.mark.parametrize(
    ("line", "axis", "at"),
    [
        (LEFT, 0, 0),
        (CENTRE, 0, 320),
        (RIGHT, 0, 640),
        (TOP, 1, 0),
        (MIDDLE, 1, 210),
        (BOTTOM, 1, 420),
    ],
)
def test_aligned_boxes_have_their_line_where_the_outermost_or_the_middle_of_all_was(line, axis, at):
    after = moved(BOXES, align(BOXES, line))
    assert {box[axis] + SHARES[line] * box[axis + 2] for box in after.values()} == {at}
    assert all(after[key][1 - axis] == BOXES[key][1 - axis] for key in BOXES)


def test_only_boxes_that_move_are_named():
    assert "n1" not in align(BOXES, LEFT)
    assert align({"n1": BOXES["n1"]}, LEFT) == {} == align({}, LEFT)


def test_a_fixed_box_stays_and_gives_the_line():
    places = align(BOXES, LEFT, fixed={"n3"})
    assert places == {"n1": (400.0, 0.0), "n2": (400.0, 300.0)}


def test_distributed_boxes_have_the_same_room_between_them_and_the_outermost_stay():
    boxes = {"n1": (0, 0, 100, 50), "n2": (110, 10, 50, 50), "n3": (400, 0, 100, 50)}
    places = distribute(boxes, ACROSS)
    assert places == {"n2": (225.0, 10)}


def test_boxes_without_room_are_put_so_far_apart_that_none_covers_another():
    boxes = {f"n{number}": (0, 10.0 * number, 100, 80) for number in range(5)}
    after = moved(boxes, distribute(boxes, DOWN))
    tops = sorted(box[1] for box in after.values())
    assert tops[0] == 0 and {low - high for high, low in pairwise(tops)} == {80 + NEAREST}


def test_two_boxes_cannot_be_distributed():
    assert distribute({key: BOXES[key] for key in ("n1", "n2")}, DOWN) == {}


boxes_drawn = st.dictionaries(
    st.integers(1, 40).map(lambda number: f"n{number}"),
    st.tuples(*[st.integers(-2000, 2000)] * 2, *[st.integers(1, 300)] * 2),
    max_size=12,
)


@given(boxes_drawn, st.sampled_from(sorted(SHARES)), st.sampled_from([ACROSS, DOWN]))
def test_doing_it_again_changes_nothing(boxes, line, axis):
    aligned = moved(boxes, align(boxes, line))
    assert align(aligned, line) == {}
    spread = moved(boxes, distribute(boxes, axis))
    assert distribute(spread, axis) == {}


# Guides -------------------------------------------------------------------------------------------


def test_a_box_near_the_edge_of_another_comes_in_line_with_it():
    snap = guides((104.0, 500.0, 200.0, 80.0), [(100.0, 0.0, 150.0, 60.0)], 6.0)
    assert (snap.dx, snap.dy, snap.across, snap.down) == (-4.0, 0.0, True, False)
    assert snap.guides == (Guide(True, 100.0, 0.0, 580.0),)


def test_out_of_reach_nothing_happens():
    snap = guides((107.0, 500.0, 200.0, 80.0), [(100.0, 0.0, 150.0, 60.0)], 6.0)
    assert (snap.dx, snap.dy, snap.guides) == (0.0, 0.0, ())


def test_centres_are_compared_with_centres_and_not_with_edges():
    other = (0.0, 0.0, 100.0, 60.0)
    assert guides((52.0, 300.0, 10.0, 80.0), [other], 6.0).across is False
    assert guides((44.0, 300.0, 10.0, 80.0), [other], 6.0).dx == 1.0


def test_the_smallest_step_wins_and_then_the_nearest_box():
    near, far = (97.0, 300.0, 50.0, 50.0), (103.0, 5000.0, 50.0, 50.0)
    assert guides((100.0, 0.0, 400.0, 80.0), [far, near], 6.0).dx == -3.0
    closer = (102.0, 9000.0, 50.0, 50.0)
    assert guides((100.0, 0.0, 400.0, 80.0), [far, near, closer], 6.0).dx == 2.0


def test_both_directions_come_in_line_at_once_and_every_line_is_shown():
    others = [(0.0, 0.0, 200.0, 80.0), (500.0, 300.0, 200.0, 80.0)]
    snap = guides((3.0, 298.0, 200.0, 80.0), others, 6.0)
    assert (snap.dx, snap.dy) == (-3.0, 2.0)
    upright = [guide.at for guide in snap.guides if guide.upright]
    level = [guide.at for guide in snap.guides if not guide.upright]
    assert upright == [0.0, 100.0, 200.0] and level == [300.0, 340.0, 380.0]
