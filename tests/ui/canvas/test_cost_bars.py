"""Bars below the nodes: each node's share of what the design costs."""

import pytest
from PySide6.QtCore import QPointF

from composer_gui.core import edits
from composer_gui.core.cost import Cost
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import FINE, WRONG, Verdict
from composer_gui.ui.canvas.cost_bars import BARS_KEY, CostBars


@pytest.fixture
def bars(view, settings):
    return CostBars(view.scene(), settings)


def costing(flops, parameters=0):
    outputs = (("output", TensorSpec((None, 10), "float32")),)
    return Verdict(FINE, outputs, parameters=parameters, cost=Cost(flops, 40, 4 * parameters))


@pytest.fixture
def judged(design):
    given = design.input(shape=(10,))
    small, large = design.layer("Dense", units=4), design.layer("Dense", units=64)
    design.judge(**{given: costing(0), small: costing(250, 30), large: costing(750, 10)})
    return given, small, large


def shown(bars):
    return {node: (round(bar.share, 3), bar.words) for node, bar in bars.bars.items()}


def test_there_are_no_bars_till_somebody_asks(bars, judged):
    bars.refresh()
    assert shown(bars) == {}


def test_a_bar_says_how_much_of_the_whole_is_a_nodes_own(bars, judged):
    _given, small, large = judged
    bars.show("flops")
    assert shown(bars) == {small: (0.25, "250 · 25 %"), large: (0.75, "750 · 75 %")}
    bars.show("parameters")
    assert shown(bars) == {small: (0.75, "30 · 75 %"), large: (0.25, "10 · 25 %")}


def test_bars_hang_below_the_cards(bars, judged, view):
    _given, small, _large = judged
    bars.show("flops")
    item, bar = view.scene().nodes[small], bars.bars[small]
    assert bar.parentItem() is item
    assert bar.boundingRect().top() >= item.layout.height
    assert bar.boundingRect().width() == item.layout.width


def test_bars_go_when_nothing_is_chosen(bars, judged, view):
    bars.show("flops")
    items = list(bars.bars.values())
    bars.show("none")
    assert shown(bars) == {}
    assert not any(item in view.scene().items() for item in items)


def test_other_verdicts_are_followed(bars, judged, design, qtbot):
    _given, small, large = judged
    bars.show("flops")
    design.judge(**{small: costing(2_250, 30)})
    qtbot.waitUntil(lambda: shown(bars).get(small) == (0.75, "2.25 K · 75 %"))
    assert shown(bars)[large] == (0.25, "750 · 25 %")
    design.judge(**{small: Verdict(WRONG)})
    qtbot.waitUntil(lambda: shown(bars) == {large: (1.0, "750 · 100 %")})


def test_a_node_that_is_gone_takes_its_bar_along_and_undo_brings_both_back(
    bars, judged, design, qtbot
):
    _given, small, large = judged
    bars.show("flops")
    design.session.apply("Delete", edits.delete, [large])
    qtbot.waitUntil(lambda: set(bars.bars) == {small})
    design.session.undo()
    design.judge(**{large: costing(750, 10)})
    qtbot.waitUntil(lambda: set(bars.bars) == {small, large})


def test_a_card_that_grows_pushes_its_bar_down(bars, judged, design, view, qtbot):
    _given, small, _large = judged
    bars.show("flops")
    before = bars.bars[small].boundingRect().top()
    layer = design.document.nodes[small].layer
    catalog = design.session.catalog
    design.session.apply("Set", edits.set_parameter, catalog, layer, "activation", "relu")
    design.judge(**{small: costing(250, 30)})
    qtbot.waitUntil(lambda: bars.bars[small].boundingRect().top() > before)


def test_what_was_chosen_is_remembered(bars, view, settings):
    bars.show("activations")
    assert CostBars(view.scene(), settings).figure == "activations"
    settings.remember(BARS_KEY, "nonsense")
    assert CostBars(view.scene(), settings).figure == ""


@pytest.mark.parametrize("zoom", [1.0, 0.5])
def test_bars_are_drawn_from_near_and_from_far(bars, judged, view, zoom):
    _given, small, _large = judged
    bars.show("flops")
    accent = view.ink.theme.accent.rgb()
    bar = bars.bars[small]
    view.camera.look_at(bar.mapToScene(bar.boundingRect().center()))
    view.camera.zoom_to(zoom)
    image = view.viewport().grab().toImage()
    place = bar.mapToScene(QPointF(3.0, bar.boundingRect().top() + 2.0))
    at = view.mapFromScene(place) * image.devicePixelRatio()
    assert image.pixel(at.x(), at.y()) == accent


def test_the_menu_shows_and_hides_them(working, session):
    workspace = working.workspace
    working.actions_by_id["bars_flops"].trigger()
    assert workspace.bars.figure == "flops"
    assert working.actions_by_id["bars_flops"].isChecked()
    working.actions_by_id["bars_none"].trigger()
    assert workspace.bars.figure == ""
