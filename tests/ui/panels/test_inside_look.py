"""How the layers inside a saved model look: counts, specs, and all in its place at once."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from composer_gui.ui import theme
from composer_gui.ui.panels.inside_delegate import kind_and_spec
from composer_gui.ui.panels.inside_rows import inside_rows, matching
from composer_gui.ui.panels.inspector import Inspector
from tests.ui.panels import inner_models


@pytest.fixture
def inspector(session, show):
    return show(Inspector(session), 331, 900)


@pytest.fixture
def part(inspector, design):
    """The part of the inspector that lists the layers inside a model."""
    inspector.show_nodes((inner_models.add(design, inner_models.encoder()),))
    return inspector.view.inside


def test_as_many_layers_are_counted_as_the_model_has_and_those_further_inside(part):
    layers = part.layer.interface.layer_count
    assert part.count.text() == f"{layers} layers, 2 further inside"


def test_of_class_and_spec_the_class_gives_way(part):
    fonts = theme.font(11), theme.mono(11)
    room = QFontMetrics(fonts[1]).horizontalAdvance("7×7×960") + 20
    for width in range(room, room + 90):
        _, at, spec = kind_and_spec("BatchNormalization", "7×7×960", width, fonts)
        assert spec == "7×7×960"
        assert at + QFontMetrics(fonts[1]).horizontalAdvance(spec) <= width
    assert kind_and_spec("BatchNormalization", "7×7×960", 30, fonts)[0] == ""


def test_a_quantized_layer_says_so_and_is_found_by_it(design):
    policy = {"class_name": "QuantizedDTypePolicy", "config": {"mode": "int8"}}
    part = inner_models.layer("small")
    part = replace(part, config={"class_name": "Dense", "config": {"dtype": policy}})
    rows = inside_rows(inner_models.chain("net", [part]), design.session.catalog)
    assert [row.kind_words for row in rows] == ["InputLayer", "Dense, int8"]
    assert matching(rows, "int8") == [1]


def test_what_is_said_below_the_list_is_said_in_the_status_bar_where_that_is_out_of_sight(
    part, inspector, session, qtbot
):
    said = []
    session.noticed.connect(said.append)
    locked = next(n for n, row in enumerate(part.rows) if row.name == "old_head")
    inspector.ensureWidgetVisible(part.buttons, 0, 200)
    part.toggle_freeze(locked)
    assert part.sentence.text().startswith("old_head was saved frozen") and said == []
    inspector.resize(331, 300)
    inspector.verticalScrollBar().setValue(0)
    part.toggle_freeze(locked)
    assert said == [part.sentence.text()]


def test_rows_without_a_known_shape_say_none(design):
    whole = inner_models.chain("open", [inner_models.layer("one")], shape=None)
    rows = inside_rows(whole, design.session.catalog)
    assert [row.spec for row in rows] == ["", ""]


def test_what_is_inside_is_in_its_place_as_soon_as_it_is_shown(inspector, design, monkeypatch):
    node = inner_models.add(design, inner_models.encoder())
    monkeypatch.setattr(design.session, "inside", lambda layer: None)
    inspector.show_nodes((node,))
    part = inspector.view.inside
    assert part.body.isHidden()
    monkeypatch.undo()
    inspector.refresh()
    widgets = (part.search, part.list, part.buttons, part.freezing, inspector.view.cost)
    at_once = [(w.mapTo(inspector, QPoint()), w.size()) for w in widgets]
    for _ in range(10):
        QApplication.processEvents()
    assert at_once == [(w.mapTo(inspector, QPoint()), w.size()) for w in widgets]
    bottom = part.list.mapTo(part, part.list.rect().bottomLeft()).y()
    assert part.buttons.mapTo(part, QPoint()).y() > bottom
