"""What is added without a hand comes where it covers nothing, near the middle of what is seen."""

import pytest

from composer_gui.core import edits
from composer_gui.ui.placing import GRID, free_place, place


@pytest.fixture
def canvas(working):
    return working.canvas


def cards(canvas):
    return [item.card() for item in canvas.scene().nodes.values()]


def test_the_first_node_comes_into_the_middle(canvas):
    middle = canvas.center()
    place(canvas, "layer", "Dense")
    (card,) = cards(canvas)
    assert card.adjusted(-GRID, -GRID, GRID, GRID).contains(middle)


def test_no_node_covers_another(canvas):
    for name in ("Dense", "Conv2D", "LSTM", "Embedding", "MultiHeadAttention") * 4:
        place(canvas, "layer", name)
    placed = cards(canvas)
    assert len(placed) == 20
    pairs = [(a, b) for n, a in enumerate(placed) for b in placed[:n]]
    assert not [pair for pair in pairs if pair[0].intersects(pair[1])]


def test_the_place_is_on_the_grid(canvas):
    for _ in range(6):
        place(canvas, "input")
    for node in canvas.session.document.nodes.values():
        assert node.x % GRID == 0 and node.y % GRID == 0


def test_where_all_is_full_it_comes_into_the_middle(canvas):
    def crowd(document):
        for x in range(-2000, 2000, 100):
            for y in range(-1200, 1200, 80):
                document = edits.add_keras_layer(document, "Dense", x, y)
        return document

    seen = canvas.camera.seen()
    canvas.session.apply("Crowd", crowd)
    assert seen.contains(*free_place(canvas))
