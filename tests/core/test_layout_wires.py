"""Where nodes were arranged, every wire finds a way on which it runs under no node."""

from __future__ import annotations

import pytest

from composer_gui.core.document import DOWN, RIGHT, wires_into
from composer_gui.core.layout import arrange
from composer_gui.core.routing import Routes
from tests.core.test_layout import GRAPHS, graph, residual, sized, tangle
from tests.core.test_routing import drawn, runs_under

MORE = {
    "sixty blocks": residual(60, 3),
    "long blocks": residual(12, 9),
    "a tangle of 200": tangle(200, 4),
}


@pytest.mark.parametrize("flow", [RIGHT, DOWN])
@pytest.mark.parametrize("wires", (GRAPHS | MORE).values(), ids=GRAPHS | MORE)
def test_no_wire_runs_under_a_node(wires, flow):
    document = graph(wires)
    sizes = sized(document)
    places = arrange(document, sizes, flow=flow)
    rects = {key: (x, y, x + sizes[key][0], y + sizes[key][1]) for key, (x, y) in places.items()}
    ends = {}
    for node in document.nodes.values():
        into = list(wires_into(node))
        for place, wire in enumerate(into, start=1):
            share = place / (len(into) + 1)
            ends[wire] = _ends(rects[wire.source.node], rects[node.id], share, flow)
    routes = Routes(flow)
    routes.update(rects, ends)
    hidden = []
    for wire, (start, end) in ends.items():
        others = [r for key, r in rects.items() if key not in (wire.source.node, wire.node)]
        if runs_under(drawn(start, end, routes.of(wire), flow, steps=40), others):
            hidden.append(wire)
    assert not hidden


def _ends(source, target, share, flow):
    """Where a wire begins and ends, its ring at a share of its node's edge."""
    left, top, right, bottom = source
    if flow == DOWN:
        return ((left + right) / 2, bottom), (
            target[0] + (target[2] - target[0]) * share,
            target[1],
        )
    return (right, (top + bottom) / 2), (target[0], target[1] + (target[3] - target[1]) * share)
