"""Wires are led around the nodes that lie across them, and keep their way while things move."""

import pytest
from PySide6.QtCore import QPointF, QRectF

from composer_gui.core import edits
from composer_gui.core.document import DOWN, Source, Wire


@pytest.fixture
def crossed(design):
    """A wire from an input to an output, and a layer that lies across it."""
    source, middle = design.input(0, 100), design.layer("Dense", 300, 100, units=2)
    end = design.output(700, 100)
    return design.wire(source, end), middle


def passes_through(item, card: QRectF) -> bool:
    return item.mapToScene(item.path()).intersects(card)


def test_a_wire_is_led_around_a_node_that_lies_across_it(crossed, scene):
    wire, middle = crossed
    scene.ways.finish()
    item = scene.wires[wire]
    assert item.is_led
    assert not passes_through(item, scene.nodes[middle].card())


def test_ways_are_found_by_themselves(crossed, scene, qtbot):
    wire, _ = crossed
    qtbot.waitUntil(lambda: scene.wires[wire].is_led)


def test_a_wire_keeps_its_ends(crossed, scene):
    wire, _ = crossed
    scene.ways.finish()
    item = scene.wires[wire]
    path = item.mapToScene(item.path())
    assert path.pointAtPercent(0) == scene.ring_centre(wire.source.node, "out", "output")
    assert path.pointAtPercent(1) == scene.ring_centre(wire.node, "in", wire.port)


def test_a_wire_that_nothing_lies_across_is_a_plain_curve(design, scene):
    source, end = design.input(0, 100), design.output(700, 100)
    wire = design.wire(source, end)
    scene.ways.finish()
    assert not scene.wires[wire].is_led


def test_a_node_dragged_away_gives_the_way_free_and_undo_takes_it_back(
    crossed, scene, session, hand
):
    wire, middle = crossed
    scene.ways.finish()
    card = scene.nodes[middle].card()
    hand.drag(card.center(), card.center() + QPointF(0, 300))
    scene.ways.finish()
    assert not scene.wires[wire].is_led
    session.undo()
    scene.ways.finish()
    assert scene.wires[wire].is_led


def test_a_wire_whose_both_ends_move_takes_its_way_along(crossed, scene, session):
    wire, _ = crossed
    scene.ways.finish()
    before = scene.wires[wire].path()
    places = {i: (n.x + 48, n.y + 24) for i, n in session.document.nodes.items()}
    session.apply("Move", edits.move, places)
    assert scene.wires[wire].path() == before
    scene.ways.finish()
    assert scene.wires[wire].is_led


def test_a_node_that_grows_pushes_wires_aside(design, scene, session):
    source, end = design.input(0, 100), design.output(700, 100)
    wire = design.wire(source, end)
    layer = design.layer("Conv2D", 300, 40, filters=2, kernel_size=3)
    session.apply("Move", edits.move, {layer: (300, scene.wires[wire].middle().y() - 118)})
    scene.ways.finish()
    was_led = scene.wires[wire].is_led
    more = {"padding": "same", "strides": 2, "activation": "relu"}
    for name, value in more.items():
        parameters = (session.catalog, design.document.nodes[layer].layer, name, value)
        session.apply("Set", edits.set_parameter, *parameters)
    scene.ways.finish()
    assert (was_led, scene.wires[wire].is_led) == (False, True)


def test_what_is_folded_away_is_in_nobodys_way(crossed, scene, session, design):
    wire, middle = crossed
    frame = design.add(edits.add_frame, 280, 300, 300, 200)
    session.apply("Fold", edits.fold, frame, (middle,))
    scene.ways.finish()
    assert not scene.wires[wire].is_led


def test_a_wire_that_is_gone_is_forgotten(crossed, scene, session):
    wire, _ = crossed
    scene.ways.finish()
    session.apply("Disconnect", edits.disconnect, wire)
    scene.ways.finish()
    assert wire not in scene.wires
    session.undo()
    scene.ways.finish()
    assert scene.wires[wire].is_led


def test_wires_that_run_down_are_led_around_nodes_too(design, session, scene):
    source, middle = design.input(0, 0), design.layer("Dense", 0, 200, units=2)
    end = design.output(0, 500)
    wire = design.wire(source, end)
    session.apply("Flow", edits.set_flow, DOWN)
    scene.ways.finish()
    assert scene.wires[wire].is_led
    assert not passes_through(scene.wires[wire], scene.nodes[middle].card())


def test_of_a_residual_block_no_wire_runs_under_a_node(design, scene):
    nodes = [design.input(0, 100)]
    for number in range(4):
        nodes.append(design.layer("Dense", 300 * (number + 1), 100, units=2))
        design.wire(nodes[-2], nodes[-1])
    merge = design.layer("Add", 1600, 100)
    design.wire(nodes[-1], merge)
    design.wire(nodes[0], merge, index=1)
    scene.ways.finish()
    for wire, item in scene.wires.items():
        for node_id in set(nodes) - {wire.node, wire.source.node}:
            assert not passes_through(item, scene.nodes[node_id].card())
    assert Wire(Source(nodes[0]), merge, design.port(merge), 1) in scene.wires
