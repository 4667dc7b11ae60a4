"""A bypassed node is hatched, and a line leads through it from ring to ring, past its words."""

import pytest
from PySide6.QtCore import QRectF

from composer_gui.core import edits
from composer_gui.core.document import DOWN, RIGHT
from composer_gui.ui.canvas import passage
from composer_gui.ui.canvas.geometry import PADDING
from composer_gui.ui.canvas.geometry import RIGHT as MARGIN


@pytest.fixture
def bypassed(design, session, scene):
    """The item of a layer that is bypassed, in a design that runs as told."""

    def bypassed(flow=RIGHT):
        node = design.layer("Conv2D", 100, 100, filters=8, kernel_size=3)
        session.apply("Bypass", edits.set_bypassed, (node,), True)
        session.apply("Flow", edits.set_flow, flow)
        return scene.nodes[node]

    return bypassed


@pytest.mark.parametrize("flow", [RIGHT, DOWN])
def test_the_line_leads_from_ring_to_ring(bypassed, flow):
    layout = bypassed(flow).layout
    first, last = layout.inputs[0], layout.outputs[0]
    lead = passage._lead_down if flow == DOWN else passage._lead_right
    path = lead(layout, first, last)
    start, end = path.pointAtPercent(0), path.pointAtPercent(1)
    assert (start.x(), start.y(), end.x(), end.y()) == (first.x, first.y, last.x, last.y)


@pytest.mark.parametrize("flow", [RIGHT, DOWN])
def test_the_line_runs_through_no_words(bypassed, flow):
    layout = bypassed(flow).layout
    lead = passage._lead_down if flow == DOWN else passage._lead_right
    path = lead(layout, layout.inputs[0], layout.outputs[0])
    words = QRectF(PADDING, 10, layout.width - PADDING - MARGIN, layout.height - 18)
    assert not any(words.contains(path.pointAtPercent(n / 200)) for n in range(201))


def test_the_strokes_stay_within_the_card():
    card = QRectF(0, 0, 168, 90)
    for line in passage._strokes(168.0, 90.0):
        assert card.contains(line.p1())
        assert card.contains(line.p2())


def test_a_bypassed_node_says_so_and_looks_so(bypassed, design, session, view):
    item = bypassed()
    assert item.face.bypassed
    with_it = view.grab().toImage()
    session.apply("End bypass", edits.set_bypassed, (item.node_id,), False)
    assert view.grab().toImage() != with_it


def test_undo_ends_a_bypass(bypassed, session, scene):
    item = bypassed()
    session.undo()
    assert not scene.nodes[item.node_id].face.bypassed
