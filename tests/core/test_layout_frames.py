"""Arranging in both directions, in frames, around pins, and in bands."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from immutables import Map

from composer_gui.core.document import DOWN, RIGHT, Dot, Frame, Note, Source, in_order, put
from composer_gui.core.layout import arrange, arrangement, put_in_order
from composer_gui.core.layout_bands import BETWEEN_BANDS
from composer_gui.core.layout_columns import without_cycles
from composer_gui.core.layout_frames import MARGIN, TITLE
from tests.core.test_layout import GRAPHS, WIDTH, alike, chain, graph, residual, sized, tangle


def placed(document, sizes, ids=None, flow=None):
    """The design as it is after arranging."""
    return put_in_order(document, arrangement(document, sizes, ids, flow=flow))


def with_sizes(document, sizes):
    """Where everything lies: left, top, right, bottom by id; open frames by their own size."""
    found = {}
    for node in document.nodes.values():
        width, height = sizes.get(node.id, (WIDTH, 90.0))
        if isinstance(node, Dot):
            width, height = 0.0, 0.0
        if isinstance(node, Frame) and not node.folded:
            width, height = node.width, node.height
        found[node.id] = (node.x, node.y, node.x + width, node.y + height)
    return found


def overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def holds(outer, inner):
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and inner[2] <= outer[2]
        and inner[3] <= outer[3]
    )


def scattered(document, seed=5, room=4000):
    """The design with its nodes anywhere, none on another."""
    choose = random.Random(seed)
    ids = [node.id for node in in_order(document.nodes)]
    cells = choose.sample(range((room // 240) ** 2), len(ids))
    across = room // 240
    return put(
        document,
        *(
            replace(document.nodes[key], x=240.0 * (cell % across), y=160.0 * (cell // across))
            for key, cell in zip(ids, cells, strict=True)
        ),
    ).settled()


# From above to below ------------------------------------------------------------------------------


@pytest.mark.parametrize("wires", GRAPHS.values(), ids=GRAPHS)
def test_downwards_no_node_lies_on_another_and_every_wire_runs_down(wires):
    document = graph(wires)
    sizes = sized(document)
    after = placed(document, sizes, flow=DOWN)
    lie = with_sizes(after, sizes)
    assert after.flow == DOWN
    assert not [pair for pair in combinations(lie.values(), 2) if overlap(*pair)]
    assert all(lie[f"n{start}"][3] < lie[f"n{end}"][1] for start, end in wires)


def test_a_chain_that_runs_down_is_straight_though_its_nodes_differ_in_width():
    document = graph(chain(6))
    sizes = {key: (168.0 + 24 * (number % 3), 90.0) for number, key in enumerate(document.nodes)}
    places = arrange(document, sizes, flow=DOWN)
    assert len({x + sizes[key][0] / 2 for key, (x, _) in places.items()}) == 1


def test_the_flow_of_the_design_holds_unless_another_is_asked_for():
    document = replace(graph(chain(4)), flow=DOWN)
    sizes = alike(document)
    assert arrange(document, sizes) == arrange(document, sizes, flow=DOWN)
    assert arrange(document, sizes, flow=RIGHT) != arrange(document, sizes, flow=DOWN)
    assert placed(document, sizes, flow=RIGHT).flow == RIGHT


@pytest.mark.parametrize("flow", [RIGHT, DOWN])
@pytest.mark.parametrize("wires", GRAPHS.values(), ids=GRAPHS)
def test_arranging_twice_changes_nothing_more(wires, flow):
    document = scattered(graph(wires))
    sizes = sized(document)
    once = placed(document, sizes, flow=flow)
    again = arrangement(once, sizes, flow=flow)
    assert (again.places, again.sizes) == ({}, {})


# Frames -------------------------------------------------------------------------------------------


def framed(wires, members, *, note=False):
    """A scattered design, its members in a frame below everything else."""
    document = scattered(graph(wires))
    inside = [
        replace(document.nodes[f"n{number}"], x=40.0 + 300 * place, y=9100.0 + 40 * (place % 2))
        for place, number in enumerate(members)
    ]
    more = [Frame("n900", "block", width=300.0 * len(members) + 40, height=400.0, x=0.0, y=9000.0)]
    more += [Note("n901", "why", x=60.0, y=9280.0)] if note else []
    return put(document, *inside, *more).settled()


FRAMES = {
    "part of a chain": (chain(9), [4, 5, 6]),
    "a block with its skip": (residual(3, 3), [5, 6, 7, 8]),
    "wires in a circle around it": (chain(6), [2, 5]),
    "without wires to it": ([*chain(4), (10, 11)], [10, 11]),
    "everything": (residual(2, 2), list(range(1, 8))),
}


@pytest.mark.parametrize("flow", [RIGHT, DOWN])
@pytest.mark.parametrize(("wires", "members"), FRAMES.values(), ids=FRAMES)
def test_a_frame_holds_what_it_held_and_nothing_else(wires, members, flow):
    document = framed(wires, members)
    sizes = sized(document)
    after = placed(document, sizes, flow=flow)
    lie = with_sizes(after, sizes)
    inside = {f"n{number}" for number in members}
    frame = lie.pop("n900")
    assert {key for key, rect in lie.items() if holds(frame, rect)} == inside
    assert not [key for key, rect in lie.items() if key not in inside and overlap(frame, rect)]
    assert not [pair for pair in combinations(lie.values(), 2) if overlap(*pair)]


def test_a_frame_fits_what_it_holds():
    document = framed(chain(5), [2, 3])
    sizes = alike(document)
    lie = with_sizes(placed(document, sizes), sizes)
    frame, first, last = lie["n900"], lie["n2"], lie["n3"]
    assert (first[0] - frame[0], frame[2] - last[2]) == (MARGIN, MARGIN)
    assert (first[1] - frame[1], frame[3] - last[3]) == (MARGIN + TITLE, MARGIN)


def test_a_chain_runs_straight_through_a_frame():
    document = framed(chain(6), [3, 4])
    sizes = alike(document)
    after = placed(document, sizes)
    assert len({after.nodes[f"n{number}"].y for number in range(1, 7)}) == 1


def test_frames_in_frames_keep_what_they_hold():
    document = framed(chain(8), [3, 4, 5, 6])
    inner = Frame("n902", "inner", width=260.0, height=260.0, x=330.0, y=9060.0)
    document = put(document, inner).settled()
    sizes = alike(document)
    lie = with_sizes(placed(document, sizes), sizes)
    assert {k for k in lie if k != "n902" and holds(lie["n902"], lie[k])} == {"n4"}
    within = {k for k in lie if k != "n900" and holds(lie["n900"], lie[k])}
    assert within == {"n3", "n4", "n5", "n6", "n902"}


def test_a_note_in_a_frame_goes_along_and_one_outside_stays():
    document = framed(chain(5), [2, 3], note=True)
    document = put(document, Note("n903", "alone", x=-900.0, y=-900.0)).settled()
    sizes = alike(document) | {"n901": (240.0, 96.0), "n903": (240.0, 96.0)}
    after = placed(document, sizes)
    lie = with_sizes(after, sizes)
    assert holds(lie["n900"], lie["n901"])
    assert not overlap(lie["n901"], lie["n2"]) and not overlap(lie["n901"], lie["n3"])
    assert (after.nodes["n903"].x, after.nodes["n903"].y) == (-900.0, -900.0)


def test_a_frame_around_nothing_stays():
    document = put(scattered(graph(chain(3))), Frame("n900", "empty", x=-5000.0)).settled()
    assert "n900" not in arrange(document, alike(document))


def test_a_frame_that_was_not_chosen_grows_with_what_was_arranged_in_it():
    document = framed(chain(6), [2, 3, 4, 5])
    stacked = [replace(document.nodes[f"n{n}"], x=60.0, y=9070.0 + 95 * (n - 2)) for n in (2, 3, 4)]
    frame = replace(document.nodes["n900"], width=300.0, height=420.0)
    fifth = replace(document.nodes["n5"], x=60.0, y=9300.0 + 60)
    document = put(document, *stacked, fifth, frame).settled()
    sizes = alike(document) | {f"n{n}": (WIDTH, 50.0) for n in (2, 3, 4, 5)}
    after = placed(document, sizes, {"n2", "n3", "n4"})
    lie = with_sizes(after, sizes)
    assert {after.nodes[k] is document.nodes[k] for k in ("n1", "n5", "n6")} == {True}
    assert all(holds(lie["n900"], lie[f"n{n}"]) for n in (2, 3, 4, 5))
    assert lie["n900"][2] - lie["n900"][0] > 300.0


def test_choosing_a_frame_arranges_what_lies_in_it():
    document = framed(chain(6), [3, 4])
    found = arrangement(document, alike(document), {"n900"})
    assert set(found.places) | set(found.sizes) <= {"n900", "n3", "n4"}
    assert {"n3", "n4"} & set(found.places)


def test_a_folded_frame_is_one_box_and_what_it_hides_goes_along():
    document = framed(chain(7), [3, 4, 5])
    frame = replace(document.nodes["n900"], folded=("n3", "n4", "n5"))
    document = put(document, frame).settled()
    sizes = alike(document) | {"n900": (216.0, 108.0)}
    after = placed(document, sizes)
    lie = with_sizes(after, sizes)
    assert lie["n2"][2] < lie["n900"][0] and lie["n900"][2] < lie["n6"][0]
    moved = after.nodes["n900"].x - frame.x, after.nodes["n900"].y - frame.y
    assert moved != (0.0, 0.0)
    for key in frame.folded:
        before, now = document.nodes[key], after.nodes[key]
        assert (now.x - before.x, now.y - before.y) == moved
    assert (after.nodes["n900"].width, after.nodes["n900"].height) == (frame.width, frame.height)


def test_wires_that_close_a_circle_are_left_out():
    assert without_cycles([[2], [0], [1]]) == [[], [0], [1]]
    assert without_cycles([[], [0, 2], [1]]) == [[], [0], [1]]


# Pins and dots ------------------------------------------------------------------------------------


@pytest.mark.parametrize("flow", [RIGHT, DOWN])
@pytest.mark.parametrize("seed", range(6))
def test_pinned_nodes_stay_and_are_not_covered(seed, flow):
    document = scattered(graph(tangle(60, seed)), seed)
    pinned = [f"n{number}" for number in random.Random(seed).sample(range(1, 61), 5)]
    document = put(
        document, *(replace(document.nodes[key], pinned=True) for key in pinned)
    ).settled()
    sizes = sized(document)
    after = placed(document, sizes, flow=flow)
    assert all(after.nodes[key] is document.nodes[key] for key in pinned)
    lie = with_sizes(after, sizes)
    assert not [pair for pair in combinations(lie.values(), 2) if overlap(*pair)]


def test_where_all_is_pinned_nothing_moves():
    document = scattered(graph(chain(5)))
    document = put(document, *(replace(n, pinned=True) for n in document.nodes.values())).settled()
    assert arrangement(document, alike(document)).places == {}


def test_a_frame_around_a_pinned_node_is_not_moved_away_from_it():
    document = framed(chain(6), [3, 4])
    document = put(document, replace(document.nodes["n4"], pinned=True)).settled()
    sizes = alike(document)
    after = placed(document, sizes)
    lie = with_sizes(after, sizes)
    assert after.nodes["n4"] is document.nodes["n4"]
    assert holds(lie["n900"], lie["n3"]) and holds(lie["n900"], lie["n4"])


def test_a_dot_lies_on_the_line_of_the_wire_that_it_is_on():
    document = graph(chain(3))
    dot = Dot("n50", inputs=Map({"input": (Source("n2"),)}))
    last = replace(document.nodes["n3"], inputs=Map({"inputs": (Source("n50"),)}))
    document = put(document, dot, last).settled()
    after = placed(document, alike(document))
    assert after.nodes["n50"].y == after.nodes["n2"].y + 45.0 == after.nodes["n3"].y + 45.0
    assert after.nodes["n2"].x + WIDTH < after.nodes["n50"].x < after.nodes["n3"].x


# Long ones ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("flow", [RIGHT, DOWN])
@pytest.mark.parametrize("wires", [chain(1000), residual(150, 4)], ids=["chain", "residual"])
def test_a_very_long_design_is_broken_to_the_shape_of_a_screen(wires, flow):
    document = graph(wires)
    sizes = alike(document)
    lie = with_sizes(placed(document, sizes, flow=flow), sizes)
    width = max(rect[2] for rect in lie.values()) - min(rect[0] for rect in lie.values())
    height = max(rect[3] for rect in lie.values()) - min(rect[1] for rect in lie.values())
    assert 1.2 < width / height < 2.1


def test_bands_are_read_like_lines_of_text():
    document = graph(chain(300))
    places = arrange(document, alike(document))
    order = [places[f"n{number}"] for number in range(1, 301)]
    rows = sorted({y for _, y in order})
    assert len(rows) > 3 and order == sorted(order, key=lambda at: (at[1], at[0]))
    assert all(low - high >= 90.0 + BETWEEN_BANDS for high, low in pairwise(rows))
    assert {x for x, y in order if (x, y) == min(p for p in order if p[1] == y)} == {order[0][0]}


def test_a_band_ends_where_few_wires_pass():
    wires = residual(150, 4)
    document = graph(wires)
    places = arrange(document, alike(document))
    back = [(a, b) for a, b in wires if places[f"n{b}"][0] < places[f"n{a}"][0]]
    assert len({y for _, y in places.values()}) > 10
    assert back and all(a % 5 == 1 for a, _ in back)  # where a block begins


@pytest.mark.parametrize("flow", [RIGHT, DOWN])
def test_a_note_that_would_lie_on_nodes_is_put_below_all(flow):
    document = scattered(graph(chain(8)))
    sizes = alike(document)
    there = with_sizes(placed(document, sizes, flow=flow), sizes)
    left, top, _, _ = there["n3"]
    notes = [Note(f"n90{n}", "why", x=left + 9000 + 8 * n, y=top) for n in (1, 2)]
    # Elsewhere at first, so that no note lies on a node
    far = [replace(node, x=node.x + 9000) for node in document.nodes.values()]
    start = put(document, *far, *notes, Note("n903", "far", x=-900.0, y=-900.0)).settled()
    before = with_sizes(start, sizes)
    lying = [key for key in sizes if overlap(before[key], before["n901"])]
    start = put(start, *(replace(start.nodes[key], y=9000.0) for key in lying)).settled()
    done = placed(start, sizes, flow=flow)
    boxes = [box for key, box in with_sizes(done, sizes).items() if key in sizes]
    for note in notes:
        now = done.nodes[note.id]
        assert now.y > note.y
        own = now.x, now.y, now.x + now.width, now.y + now.height
        assert not any(overlap(own, box) for box in boxes)
    assert (done.nodes["n903"].x, done.nodes["n903"].y) == (-900.0, -900.0)
    assert placed(done, sizes, flow=flow) == done
