"""The ways of wires around nodes, and how they are kept in step with what moves."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from composer_gui.core.document import DOWN, RIGHT, Source, Wire
from composer_gui.core.routing import Routes, curves, route

WIDTH, HEIGHT = 168.0, 90.0


def drawn(start, end, way, flow=RIGHT, steps=24):
    """The points of a wire as it is drawn."""
    points, at = [start], start
    for one, other, last in curves(start, end, way, flow):
        for number in range(1, steps + 1):
            t = number / steps
            parts = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t * t, t**3)
            controls = (at, one, other, last)
            points.append(
                tuple(
                    sum(p * control[axis] for p, control in zip(parts, controls, strict=True))
                    for axis in (0, 1)
                )
            )
        at = last
    return points


def runs_under(points, rects):
    return [
        rect
        for rect in rects
        if any(rect[0] < x < rect[2] and rect[1] < y < rect[3] for x, y in points)
    ]


def box(left, top):
    return (left, top, left + WIDTH, top + HEIGHT)


IN_A_ROW = [box(264.0 * number, 0.0) for number in range(1, 4)]
START, END = (168.0, 45.0), (1056.0, 45.0)


def test_where_the_plain_curve_is_free_there_is_no_route():
    assert route((0.0, 0.0), (300.0, 40.0), [box(0.0, 200.0)]) == ()


def test_a_wire_runs_beside_the_nodes_between_its_ends():
    way = route(START, END, IN_A_ROW)
    assert runs_under(drawn(START, END, ()), IN_A_ROW)
    assert not runs_under(drawn(START, END, way), IN_A_ROW)


def test_the_runs_are_level_and_come_two_and_two():
    way = route(START, END, IN_A_ROW)
    assert len(way) == 2  # one run over all three
    assert all(first[1] == last[1] for first, last in zip(way[::2], way[1::2], strict=True))


def test_it_takes_the_shorter_side():
    low = [box(264.0, -70.0)]
    assert all(y > 20.0 for _, y in route((168.0, 0.0), (600.0, 0.0), low))
    high = [box(264.0, -20.0)]
    assert all(y < -20.0 for _, y in route((168.0, 0.0), (600.0, 0.0), high))


def test_a_gap_between_two_nodes_is_used_even_if_it_is_narrow():
    wall = [(264.0, -2000.0, 432.0, -12.0), (264.0, 12.0, 432.0, 2000.0)]
    start, end = (168.0, 60.0), (600.0, 60.0)
    way = route(start, end, wall)
    assert {y for _, y in way} == {0.0}
    assert not runs_under(drawn(start, end, way), wall)


def test_where_there_is_no_way_the_plain_curve_stays():
    assert route((168.0, 0.0), (600.0, 0.0), [(264.0, -9000.0, 432.0, 9000.0)]) == ()


def test_in_a_design_that_runs_down_all_is_the_same_with_x_and_y_exchanged():
    turned = [(top, left, bottom, right) for left, top, right, bottom in IN_A_ROW]
    way = route(START[::-1], END[::-1], turned, DOWN)
    assert way == tuple(place[::-1] for place in route(START, END, IN_A_ROW))
    assert not runs_under(drawn(START[::-1], END[::-1], way, DOWN), turned)


def test_a_wire_has_no_corner_where_its_curves_meet():
    way = route(START, END, IN_A_ROW)
    at, pieces = START, []
    for one, other, last in curves(START, END, way):
        pieces.append((at, one, other, last))
        at = last
    for before, after in pairwise(pieces):
        arriving = (before[3][0] - before[2][0], before[3][1] - before[2][1])
        leaving = (after[1][0] - after[0][0], after[1][1] - after[0][1])
        assert abs(arriving[0] * leaving[1] - arriving[1] * leaving[0]) < 1e-6
        assert arriving[0] * leaving[0] > 0


def test_a_wire_back_to_a_row_below_runs_between_the_rows():
    rows = [box(264.0 * number, 300.0 * row) for number in range(10) for row in range(2)]
    start, end = (264.0 * 9 + WIDTH, 45.0), (0.0, 345.0)
    others = [rect for rect in rows if rect[2] != start[0] or rect[0] != end[0]]
    way = route(start, end, others)
    assert way and all(HEIGHT < y < 300.0 for _, y in way)
    assert way[0][0] > way[1][0]
    assert not runs_under(drawn(start, end, way), rows)


places = st.tuples(st.integers(1, 12).map(lambda n: 96.0 * n), st.integers(-40, 40).map(float))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(places, max_size=14, unique=True),
    st.integers(-400, 400).map(float),
    st.sampled_from([RIGHT, DOWN]),
)
def test_a_route_that_was_found_touches_nothing(corners, height, flow):
    rects = [(x, 12 * y, x + WIDTH, 12 * y + HEIGHT) for x, y in corners]
    start, end = (0.0, 0.0), (1600.0, height)
    if flow == DOWN:
        rects = [(top, left, bottom, right) for left, top, right, bottom in rects]
        start, end = start[::-1], end[::-1]
    way = route(start, end, rects, flow)
    if way or not runs_under(drawn(start, end, ()), rects):
        assert not runs_under(drawn(start, end, way, flow), rects)


# Kept in step -------------------------------------------------------------------------------------


def wire(start, end):
    return Wire(Source(f"n{start}"), f"n{end}", "inputs")


def a_row(count, moved=None):
    """Nodes in a row, and wires from the first to all others."""
    rects = {f"n{number}": box(264.0 * number, 0.0) for number in range(count)} | (moved or {})
    return rects, {wire(0, number): ends(rects, 0, number) for number in range(1, count)}


def ends(rects, start, end):
    one, other = rects[f"n{start}"], rects[f"n{end}"]
    return (one[2], (one[1] + one[3]) / 2), (other[0], (other[1] + other[3]) / 2)


def test_only_routes_that_differ_are_told():
    rects, wires = a_row(4)
    routes = Routes()
    assert routes.update(rects, wires) == {wire(0, 2), wire(0, 3)}
    assert routes.update(rects, wires) == set()


def test_when_a_node_steps_out_of_the_way_the_wire_is_plain_again():
    routes = Routes()
    routes.update(*a_row(3))
    assert routes.of(wire(0, 2)) != ()
    assert routes.update({"n1": box(264.0, 400.0)}) == {wire(0, 2)}
    assert routes.of(wire(0, 2)) == ()


def test_when_a_node_comes_into_the_way_the_wire_goes_around_it():
    routes = Routes()
    routes.update(*a_row(3, {"n1": box(264.0, 400.0)}))
    assert routes.of(wire(0, 2)) == ()
    assert routes.update({"n1": box(264.0, 10.0)}) == {wire(0, 2)}


def test_what_is_gone_is_in_nobodys_way():
    routes = Routes()
    routes.update(*a_row(3))
    assert routes.update({"n1": None}, {wire(0, 1): None}) == {wire(0, 2)}
    assert routes.update(wires={wire(0, 2): None}) == set()
    assert routes.of(wire(0, 2)) == ()


def test_much_is_routed_in_slices():
    routes = Routes()
    told = routes.update(*a_row(20), most=5)
    while not routes.is_done:
        told |= routes.work(5)
    assert told == {wire(0, number) for number in range(2, 20)}


moves = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(-9, 9)), max_size=12)


@settings(max_examples=60, deadline=None)
@given(moves)
def test_after_any_moves_the_routes_are_those_that_would_be_found_afresh(steps):
    rects, wires = a_row(10)
    kept = Routes()
    kept.update(rects, wires)
    for number, across, down in steps:
        rects[f"n{number}"] = box(200.0 * across, 60.0 * down)
        moved = {
            w: ends(rects, 0, int(w.node[1:])) for w in wires if number in (0, int(w.node[1:]))
        }
        kept.update({f"n{number}": rects[f"n{number}"]}, moved)
        wires |= moved
    fresh = Routes()
    fresh.update(rects, wires)
    assert {w: kept.of(w) for w in wires} == {w: fresh.of(w) for w in wires}
