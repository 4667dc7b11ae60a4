"""The map in the corner: there or not, as it was chosen, in every view at once."""

import pytest
from PySide6.QtCore import Qt

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
