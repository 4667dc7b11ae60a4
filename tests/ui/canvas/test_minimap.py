"""The map in the corner: there or not, as it was chosen, in every view at once."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from composer_gui.core import edits
from composer_gui.ui import preferences


@pytest.fixture
def mapped(working, design):
    design.layer("Dense", 0, 0)
    design.layer("Dense", 900, 500)
    yield working
    preferences.current().use(None)


def test_a_key_takes_the_map_away_and_brings_it_again(mapped, settings, qtbot):
    minimap = mapped.canvas.minimap
    assert not minimap.rect().isEmpty()
    assert mapped.actions_by_id["minimap"].isChecked()
    qtbot.keyClick(mapped, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert minimap.rect().isEmpty() and not mapped.actions_by_id["minimap"].isChecked()
    assert settings.value(preferences.MINIMAP) == "false"
    qtbot.keyClick(mapped, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert not minimap.rect().isEmpty()


def test_without_the_map_its_corner_is_canvas(mapped, qtbot):
    minimap = mapped.canvas.minimap
    corner = minimap.rect().center()
    zoom = minimap.zoom_rect()
    preferences.current().choose(preferences.MINIMAP, False)
    assert not minimap.region().contains(corner)
    assert minimap.region().contains(zoom.center())
    preferences.current().choose(preferences.MINIMAP, True)
    assert minimap.region().contains(corner)


def test_the_map_shows_wires_as_they_are_led_now(mapped, design, qtbot):
    minimap, scene = mapped.canvas.minimap, mapped.canvas.scene()
    source, end = design.input(0, 100), design.output(700, 100)
    wire = design.wire(source, end)
    scene.ways.finish()
    mapped.canvas.grab()
    before = minimap._picture
    design.layer("Dense", 300, 100, units=2)
    qtbot.waitUntil(lambda: scene.wires[wire].is_led)
    mapped.canvas.grab()
    qtbot.waitUntil(lambda: minimap._picture is None or minimap._later.isActive() is False)
    mapped.canvas.grab()
    assert minimap._picture is not before


def test_the_zoom_can_be_read_above_a_node(mapped, design):
    view = mapped.canvas
    place = view.minimap.zoom_rect()
    design.add(edits.add_note, 0, 0)
    view.look(1.0, view.center())
    at = view.camera.scene_at(QPointF(place.center()))
    design.add(edits.add_frame, at.x() - 200, at.y() - 200, 400, 400)
    picture = view.grab().toImage()
    ground = picture.pixelColor(place.topLeft() + QPoint(5, place.height() // 2))
    assert ground == view.ink.theme.canvas
