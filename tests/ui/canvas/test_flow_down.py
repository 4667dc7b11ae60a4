"""A design whose wires run from above to below: rings, wires and words are where they belong."""

import pytest
from PySide6.QtCore import QPointF

from composer_gui.core.document import DOWN, RIGHT, Source, Wire, head
from composer_gui.ui.canvas.courses import label_room, plain, segments, wire_bounds, wire_path
from composer_gui.ui.canvas.faces import Face, Ring
from composer_gui.ui.canvas.geometry import HEADER, NAMES, ROW, WIDEST, lay_out


def measure(_style, text):
    return 7.0 * len(text)


def down(**fields):
    return Face("call", "core", "dense", "Dense", flow=DOWN, **fields)


@pytest.fixture
def flowing_down(design, session):
    """An input above a layer, in a design that runs down."""
    source, node = design.input(0, 0), design.layer("Dense", 0, 200, units=2)
    design.wire(source, node)
    session.apply("Let wires run down", head, flow=DOWN)
    return source, node


def test_wires_leave_a_node_below_and_arrive_above(flowing_down, design, scene):
    source, node = flowing_down
    wire = scene.wires[Wire(Source(source), node, design.port(node))]
    above, below = scene.nodes[source].card(), scene.nodes[node].card()
    start, end = wire.ends()
    assert start == QPointF(above.center().x(), above.bottom())
    assert end == QPointF(below.center().x(), below.top())


def test_undo_lets_the_wires_run_to_the_right_again(flowing_down, design, session, scene):
    source, node = flowing_down
    session.undo()
    wire = scene.wires[Wire(Source(source), node, design.port(node))]
    card = scene.nodes[source].card()
    assert wire.ends()[0] == QPointF(card.right(), card.center().y())


def test_the_flow_is_that_of_the_level(flowing_down, design, session, scene):
    from_right = scene.flow
    session.undo()
    assert (from_right, scene.flow) == (DOWN, RIGHT)


def test_a_wire_is_drawn_from_the_lower_edge(flowing_down, design, session, scene, hand):
    source, _ = flowing_down
    other = design.layer("Dense", 400, 200, units=2)
    start = scene.ring_centre(source, "out", "output")
    end = scene.ring_centre(other, "in", design.port(other))
    hand.drag(start, end)
    assert design.sources(other) == [source]
    session.undo()
    assert design.sources(other) == []


def test_a_plain_wire_down_is_one_to_the_right_seen_in_a_mirror():
    right = plain(100.0, 40.0, RIGHT)
    assert plain(40.0, 100.0, DOWN) == tuple(place[::-1] for place in right)


@pytest.mark.parametrize("flow", [RIGHT, DOWN])
@pytest.mark.parametrize("span", [(200, 80), (-150, 60), (30, -240)])
@pytest.mark.parametrize("way", [(), ((40.0, -60.0), (140.0, -60.0))])
def test_a_wire_lies_within_its_bounds_and_ends_where_it_shall(flow, span, way):
    path, bounds = wire_path(*span, flow, way), wire_bounds(*span, flow, way)
    assert bounds.contains(path.boundingRect())
    assert path.pointAtPercent(1.0) == QPointF(*span)


def test_the_curves_of_a_wire_join_without_a_gap():
    found = segments(300, 50, RIGHT, ((60.0, -40.0), (200.0, -40.0)))
    assert [first[3] for first in found[:-1]] == [second[0] for second in found[1:]]


def test_a_label_across_a_wire_needs_a_line_of_height_only():
    assert label_room([plain(0.0, 80.0, DOWN)], DOWN) > 500
    assert label_room([plain(0.0, 40.0, DOWN)], DOWN) == 0
    assert label_room([plain(0.0, -80.0, DOWN)], DOWN) == 0


def test_names_of_ports_stand_below_their_rings_where_they_fit():
    rings = (Ring("query"), Ring("value"))
    layout = lay_out(down(inputs=rings, outputs=(Ring("output"),)), measure)
    assert [slot.named for slot in layout.inputs] == [True, True]
    assert layout.head_top == NAMES
    assert layout.rows_top == NAMES + HEADER


def test_names_that_do_not_fit_are_left_to_the_mouse():
    rings = tuple(Ring(f"a_port_with_a_long_name_{n}") for n in range(6))
    layout = lay_out(down(inputs=rings, outputs=(Ring("output"),)), measure)
    assert not any(slot.named for slot in layout.inputs)
    assert layout.head_top == 0


def test_many_rings_widen_a_node_so_that_each_can_be_hit():
    rings = tuple(Ring("tensors", n, wired=True) for n in range(30))
    layout = lay_out(down(inputs=rings, outputs=(Ring("output"),)), measure)
    gaps = {b.x - a.x for a, b in zip(layout.inputs, layout.inputs[1:], strict=False)}
    assert min(gaps) >= ROW - 1
    assert layout.width > WIDEST


def test_rings_that_wait_at_the_left_edge_all_lie_on_it():
    rings = (Ring("query", wired=True), *(Ring(f"mask_{n}", quiet=True) for n in range(9)))
    layout = lay_out(down(inputs=rings, outputs=(Ring("output"),)), measure)
    waiting = [slot for slot in layout.inputs if slot.ring.quiet]
    assert len(waiting) == 9
    assert all(slot.x == 0 and 0 < slot.y < layout.height for slot in waiting)
