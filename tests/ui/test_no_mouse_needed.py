"""Whatever the mouse does on the canvas can be done by keys, and from the menus or the palette."""

import pytest

from composer_gui.ui import keymap
from composer_gui.ui.actions import ACTIONS
from composer_gui.ui.canvas_keys import CANVAS_KEYS, MOUSE

BY_KEYS = {
    "Add a node": ("quick_add", "add_layer"),
    "Draw a wire": ("connect", "connect_into"),
    "Move a wire's end": ("wire_on", "wire_into", "connect", "connect_into"),
    "Put a node on a wire": ("wire_on", "quick_add", "cut", "paste"),
    "Bend a wire by a dot": ("wire_on", "reroute"),
    "Cut wires": ("wire_on", "wire_into", "delete"),
    "Pull a node out": ("pull_out",),
    "Copy a node": ("duplicate",),
    "Move off the grid": ("nudge_left", "nudge_right", "nudge_up", "nudge_down"),
    "Write a parameter, or a name": ("edit", "rename"),
    "Enter a submodel, fold a frame": ("edit", "enter", "fold"),
    "Select several": ("take_left", "take_right", "take_up", "take_down", "select_all"),
    "Select more, or fewer": ("take_left", "take_right", "take_up", "take_down", "let_go"),
    "Move the view": ("nudge_left", "nudge_right", "nudge_up", "nudge_down", "fit_selection"),
    "Zoom": ("zoom_in", "zoom_out", "zoom_reset", "fit"),
}
"""By what the mouse does: the commands that do it by keys."""

BESIDES = (
    *("bypass", "pin", "frame_selection", "fold", "frame_colour", "reroute", "pull_out"),
    *("delete_and_heal", "paste_shared", "paste_wired", "duplicate_shared"),
    *("select_upstream", "select_downstream", "select_between", "arrange", "arrange_down"),
    *("size_left", "size_right", "size_up", "size_down", "repairs", "explain_problem"),
    *("find", "find_next", "find_previous", "next_problem", "previous_problem"),
    *("view_back", "view_forward", "minimap", "enter", "leave", "next_panel", "command_palette"),
)
"""What has keys though no gesture in the sheet is named after it."""


def test_everything_that_the_mouse_does_has_keys():
    assert set(BY_KEYS) == {text for text, _ in MOUSE}


@pytest.mark.parametrize(
    "command", sorted({*BESIDES, *(c for each in BY_KEYS.values() for c in each)})
)
def test_each_of_these_commands_has_a_key(command):
    assert keymap.commands()[command].defaults


def test_what_has_no_keys_is_in_the_menus_and_so_in_the_palette(window):
    for action in ACTIONS:
        if not action.keys and not action.submenu:
            assert window.actions_by_id[action.id].text()
            assert any(action.menu.startswith(menu) for menu in window.menus)


def test_every_key_of_the_canvas_does_something(working):
    does = working.canvas.keyboard._commands.keys() | {"repairs", "pan"}
    assert {key.id for key in CANVAS_KEYS} <= does
