"""Every example opens in the window, shows its shapes, and is right, or wrong as it says."""

import pytest

from composer_gui.core.document import Frame, Note
from composer_gui.core.verdicts import FINE
from composer_gui.session import gallery

NAMES = [example.name for example in gallery.examples()]
BROKEN = {"mismatch": "6×6×64", "residual": "10 and 64"}


@pytest.mark.parametrize("name", NAMES)
def test_an_example_opens_and_shows_its_shapes(trip, name):
    trip.open_example(name)
    errors = trip.errors()
    if name in BROKEN:
        (problem,) = errors
        assert BROKEN[name] in problem.message
        trip.until(lambda: bool(trip.session.fixes(problem)))
        return
    assert errors == []
    for node_id, node in trip.session.document.nodes.items():
        verdict = trip.session.verdict(node_id)
        assert verdict.kind == FINE
        if not isinstance(node, Frame | Note):
            assert all(spec.shape is not None for _port, spec in verdict.outputs)


def test_the_broken_residual_is_repaired_by_one_click(trip):
    trip.open_example("residual")
    (problem,) = trip.errors()
    trip.canvas.select([problem.node])
    trip.until(lambda: bool(trip.canvas.card.buttons))
    trip.canvas.card.buttons[0].click()
    trip.settle()
    assert trip.errors() == []
