"""Reroute dots on the canvas: where they are, and what the mouse means at them."""

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QLineEdit

from composer_gui.core.document import DOT_PORT, DOWN, Dot, Source, Wire, head, put
from composer_gui.ui.canvas.dot_item import DotItem
from composer_gui.ui.canvas.geometry import DOT
from composer_gui.ui.canvas.hits import hit_at
from composer_gui.ui.panels.inspector import Inspector


def with_dot(document, source, x, y, **fields):
    """Return a design with a dot that hangs on the output of a node."""
    inputs = {DOT_PORT: (Source(source),)}
    return put(document, Dot("n900", type(document.nodes)(inputs), x, y, **fields))


@pytest.fixture
def dotted(design, session):
    """An input and a dot that hands it on."""
    source = design.input(0, 0)
    session.apply("Add dot", with_dot, source, 400, 120)
    return source


def test_the_place_of_a_dot_is_its_middle(dotted, scene):
    item = scene.nodes["n900"]
    assert isinstance(item, DotItem)
    assert item.card().center() == QPointF(400, 120)


def test_the_wire_ends_at_the_edge_of_the_dot(dotted, scene):
    wire = scene.wires[Wire(Source(dotted), "n900", DOT_PORT)]
    assert wire.ends()[1] == QPointF(400 - DOT, 120)


def test_where_wires_run_down_they_come_to_a_dot_from_above(dotted, session, scene):
    session.apply("Let wires run down", head, flow=DOWN)
    wire = scene.wires[Wire(Source(dotted), "n900", DOT_PORT)]
    assert wire.ends()[1] == QPointF(400, 120 - DOT)


def test_the_middle_of_a_dot_is_taken_hold_of_and_its_sides_are_rings(dotted, scene):
    assert hit_at(scene, QPointF(402, 120), 1.0).kind == "node"
    out = hit_at(scene, QPointF(411, 120), 1.0)
    assert (out.kind, out.side, out.node) == ("ring", "out", "n900")
    assert hit_at(scene, QPointF(389, 120), 1.0).side == "in"


@pytest.mark.parametrize("zoom", [1.0, 0.5, 0.4])
def test_a_dot_can_be_taken_hold_of_at_any_zoom_at_which_it_is_drawn(zoom, dotted, scene):
    assert hit_at(scene, QPointF(400, 120) + QPointF(4, 0) / zoom, zoom).kind == "node"


def test_a_dot_is_dragged_by_its_middle(dotted, session, hand):
    hand.drag((400, 120), (448, 168))
    node = session.document.nodes["n900"]
    assert (node.x, node.y) == pytest.approx((448, 168), abs=12)  # on the grid, or a guide
    session.undo()
    assert session.document.nodes["n900"].x == 400


def test_a_dot_tells_what_it_hands_on(dotted, view, scene):
    words = view.hover.explain(hit_at(scene, QPointF(400, 120), 1.0))
    assert words.startswith("input (reroute dot)")


def test_a_selected_dot_differs_from_one_that_is_not(dotted, view):
    before = view.grab().toImage()
    view.select(("n900",))
    assert view.grab().toImage() != before


def test_from_afar_and_on_the_map_a_dot_is_in_its_place(dotted, view, scene):
    view.zoom_by(0.2)
    assert view.overview.holds(view)
    view.grab()
    assert view.overview.outlines.cards["dot"]["n900"] == scene.nodes["n900"].card()


def test_the_inspector_says_what_a_dot_is_for(dotted, session, show):
    inspector = show(Inspector(session))
    inspector.show_nodes(("n900",))
    assert inspector.view.title.text() == "Reroute dot"
    assert "input" in inspector.view.subtitle.text()


def test_a_dot_has_no_name_to_write(dotted, view):
    before = len(view.findChildren(QLineEdit))
    view.rename("n900")
    assert len(view.findChildren(QLineEdit)) == before
