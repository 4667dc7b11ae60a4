"""A node is led into a wire, and what it would cover makes room."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer_gui.core import edits
from composer_gui.core.document import DOWN, RIGHT, Frame
from composer_gui.core.edit_room import rectangle

SIZE = (160.0, 80.0)


def placed(drawn, **places):
    """Return a sketch's document with its nodes at these places."""
    return edits.move(drawn.document, {drawn[name]: at for name, at in places.items()})


def sizes(document):
    return {key: SIZE for key, n in document.nodes.items() if not isinstance(n, Frame)}


def covered(document):
    """Return the pairs of nodes that overlap."""
    boxes = {key: rectangle(document.nodes[key], size) for key, size in sizes(document).items()}
    return {
        frozenset((one, other))
        for one, other in combinations(boxes, 2)
        if boxes[one][0] < boxes[other][2]
        and boxes[other][0] < boxes[one][2]
        and boxes[one][1] < boxes[other][3]
        and boxes[other][1] < boxes[one][3]
    }


@pytest.fixture
def drawn(sketch):
    return sketch(a="Input", dense="Dense a", out="Output dense", beside="Input", relu="ReLU")


def test_what_lies_behind_moves_on_and_takes_its_neighbour_along(drawn, catalog):
    document = placed(drawn, a=(0, 0), relu=(180, 0), dense=(216, 0), out=(424, 0), beside=(0, 400))
    wire = drawn.wire("a", "dense")
    after = edits.insert_with_room(document, catalog, wire, drawn["relu"], sizes(document))
    inserted = edits.insert_on_wire(document, catalog, wire, drawn["relu"])
    moved = {key for key in after.nodes if after.nodes[key] != inserted.nodes[key]}
    assert moved == {drawn["dense"], drawn["out"]}
    assert after.nodes[drawn["dense"]].y == after.nodes[drawn["out"]].y == 0
    assert not covered(after)


def test_where_nothing_is_covered_nothing_moves(drawn, catalog):
    document = placed(drawn, a=(0, 0), relu=(200, 0), dense=(400, 0), out=(600, 0), beside=(0, 400))
    wire = drawn.wire("a", "dense")
    after = edits.insert_with_room(document, catalog, wire, drawn["relu"], sizes(document))
    assert after == edits.insert_on_wire(document, catalog, wire, drawn["relu"])


@pytest.mark.parametrize(("flow", "at", "axis"), [(RIGHT, (210, 60), "y"), (DOWN, (280, 0), "x")])
def test_what_lies_beside_moves_aside(drawn, catalog, flow, at, axis):
    far = (0, 900), (900, 900), (900, 0)
    document = placed(drawn, a=far[0], dense=far[1], out=far[2], relu=(200, 0), beside=at)
    document = edits.set_flow(document, flow)
    wire = drawn.wire("a", "dense")
    after = edits.insert_with_room(document, catalog, wire, drawn["relu"], sizes(document))
    node, before = after.nodes[drawn["beside"]], document.nodes[drawn["beside"]]
    other = "x" if axis == "y" else "y"
    assert getattr(node, axis) > getattr(before, axis)
    assert getattr(node, other) == getattr(before, other)
    assert not covered(after)


def test_a_pinned_node_stays_and_others_pass_it(drawn, catalog):
    document = placed(drawn, a=(0, 0), relu=(180, 0), dense=(216, 0), out=(424, 0), beside=(0, 400))
    document = edits.set_pinned(document, [drawn["out"]], True)
    wire = drawn.wire("a", "dense")
    after = edits.insert_with_room(document, catalog, wire, drawn["relu"], sizes(document))
    assert after.nodes[drawn["out"]] == document.nodes[drawn["out"]]
    assert after.nodes[drawn["dense"]].x > 424 + SIZE[0]
    assert not covered(after)


def test_a_frame_grows_with_what_moves_in_it(drawn, catalog):
    document = placed(drawn, a=(0, 0), relu=(180, 0), dense=(216, 0), out=(900, 0), beside=(0, 400))
    document = edits.add_frame(document, 200, -40, 200, 160)
    (frame,) = (n.id for n in document.nodes.values() if isinstance(n, Frame))
    wire = drawn.wire("a", "dense")
    after = edits.insert_with_room(document, catalog, wire, drawn["relu"], sizes(document))
    grown, dense = after.nodes[frame], after.nodes[drawn["dense"]]
    assert (grown.x, grown.y, grown.height) == (200, -40, 160)
    assert grown.x + grown.width > dense.x + SIZE[0] > 400


def test_what_is_folded_away_moves_along_with_its_frame(drawn, catalog):
    document = placed(
        drawn, a=(0, 0), relu=(180, 0), dense=(900, 0), out=(950, 0), beside=(230, 10)
    )
    document = edits.add_frame(document, 220, 10, 400, 300)
    (frame,) = (n.id for n in document.nodes.values() if isinstance(n, Frame))
    document = edits.fold(document, frame, [drawn["beside"]])
    seen = {key: SIZE for key in document.nodes if key != drawn["beside"]}
    wire = drawn.wire("a", "dense")
    after = edits.insert_with_room(document, catalog, wire, drawn["relu"], seen)
    step = after.nodes[frame].y - 10
    assert step > 0
    assert after.nodes[drawn["beside"]].y == 10 + step


coordinates = st.integers(-20, 20).map(lambda step: step * 24.0)


@given(
    places=st.lists(st.tuples(coordinates, coordinates), min_size=9, max_size=9),
    flow=st.sampled_from([RIGHT, DOWN]),
    pinned=st.integers(0, 12),
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_no_node_is_covered_that_was_free(sketch, catalog, places, flow, pinned):
    drawn = sketch(
        a="Input",
        b="Dense a",
        c="Dense b",
        d="Add b c",
        e="Dense d",
        f="Input",
        g="Dense f",
        h="Output e",
        new="ReLU",
    )
    names = list(drawn.ids)
    document = placed(drawn, **dict(zip(names, places, strict=True)))
    document = edits.set_flow(document, flow)
    if pinned < len(names) - 1:
        document = edits.set_pinned(document, [drawn[names[pinned]]], True)
    wire = drawn.wire("b", "d")
    after = edits.insert_with_room(document, catalog, wire, drawn["new"], sizes(document))
    stays = frozenset((drawn["new"], drawn[names[pinned]] if pinned < len(names) - 1 else ""))
    assert covered(after) <= covered(document) | {stays}
    assert all(drawn["new"] not in pair for pair in covered(after) - {stays})
    assert after.nodes[drawn["new"]].x == document.nodes[drawn["new"]].x
