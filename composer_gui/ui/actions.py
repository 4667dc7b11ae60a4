"""Every menu entry as data: words, keys and needs; menus and shortcuts are made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from composer_gui.ui.reasons import WHY_NOT, allow

MENUS = ("File", "Edit", "View", "Design", "Layer", "Help")


@dataclass(frozen=True, slots=True)
class Action:
    """One entry of a menu.

    `menu` may name a submenu behind a slash. `keys` are shortcuts in Qt's notation, the first is
    shown. `needs` says when it can be used: always (empty), with a "design" on the screen, with a
    "selection", when there is something to "undo" or "redo", and what the selected nodes call: a
    "call", "one call", layers with "weights", a "model", one that is "openable", a "submodel", or
    a "shared" layer; "inside" a submodel. Entries of one `group` exclude each
    other; other `ticked` ones are on at first. `apart` sets a line above. A `submenu` is filled by
    somebody else.
    """

    id: str
    text: str
    menu: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    needs: str = ""
    ticked: bool = False
    group: str = ""
    apart: bool = False
    submenu: bool = False


ACTIONS = (
    Action("new", "New Design", "File", ("Ctrl+N",), "Begin an empty design in a tab of its own"),
    Action("new_window", "New Window", "File", ("Ctrl+Shift+N",), "Open another window"),
    Action("open", "Open…", "File", ("Ctrl+O",), "Open a design, or a saved model in a new design"),
    Action("recent", "Open Recent", "File", submenu=True),
    Action("gallery", "Gallery", "File", ("Ctrl+Shift+H",), "Show the examples"),
    Action("add_model", "Add Saved Model…", "File", ("Ctrl+Shift+O",),
           "Put saved .keras models on the canvas", "design", apart=True),
    Action("save", "Save", "File", ("Ctrl+S",), "Write the design to its file", "design",
           apart=True),
    Action("save_as", "Save As…", "File", ("Ctrl+Shift+S",), "Write the design to another file",
           "design"),
    Action("export", "Export…", "File", ("Ctrl+E",),
           "Make the .keras model and its Python source", "design", apart=True),
    Action("export_picture", "Export Picture…", "File", ("Ctrl+Shift+E",),
           "Draw the design, or what is selected, as SVG, PNG or PDF", "design"),
    Action("close_design", "Close Design", "File", ("Ctrl+W",), "Close the tab in front",
           "tab", apart=True),
    Action("close", "Close Window", "File", ("Ctrl+Shift+W",)),
    Action("quit", "Quit", "File", ("Ctrl+Q",)),
    Action("undo", "Undo", "Edit", ("Ctrl+Z",), needs="undo"),
    Action("redo", "Redo", "Edit", ("Ctrl+Shift+Z", "Ctrl+Y"), needs="redo"),
    Action("cut", "Cut", "Edit", ("Ctrl+X",), needs="selection", apart=True),
    Action("copy", "Copy", "Edit", ("Ctrl+C",), needs="selection"),
    Action("paste", "Paste", "Edit", ("Ctrl+V",),
           "Add what was copied; a single layer goes on the wire that is selected", "design"),
    Action("paste_shared", "Paste Sharing Weights", "Edit", ("Ctrl+Shift+V",),
           "Paste, calling the layers that were copied instead of copies of them", "design"),
    Action("paste_wired", "Paste with Wires", "Edit", ("Ctrl+Alt+V",),
           "Paste, and draw the wires again that led into what was copied", "design"),
    Action("duplicate", "Duplicate", "Edit", ("Ctrl+D",), needs="selection"),
    Action("duplicate_shared", "Duplicate Sharing Weights", "Edit", ("Ctrl+Shift+D",),
           "Call the layers of the selected nodes once more", "call"),
    Action("delete", "Delete", "Edit", ("Del",), needs="anything"),
    Action("delete_and_heal", "Delete and Heal", "Edit", ("Ctrl+Del", "Ctrl+Backspace"),
           "Delete, and lead the wires on that went through", "call"),
    Action("pull_out", "Pull Out", "Edit", ("Ctrl+Shift+X",),
           "Take the nodes out of the flow; the wires that went through are led on", "call"),
    Action("bypass", "Bypass", "Edit", ("Ctrl+B",),
           "Hand on what comes in, as if the layer were not there", "call", apart=True),
    Action("reroute", "Reroute Dot", "Edit", ("Ctrl+Alt+D",),
           "Lead the wire through a dot that can be moved", "wire"),
    Action("pin", "Pin in Place", "Edit", ("Ctrl+P",),
           "Let the nodes stay where they are when others are arranged", "wired"),
    Action("frame_selection", "Frame the Selection", "Edit", ("Ctrl+Alt+F",),
           "Put a frame with a title around the selected nodes", "selection"),
    Action("frame_colour", "Next Frame Colour", "Edit", ("Ctrl+Alt+C",),
           "Give the frame the next colour; the menu of the right button lists them all", "frame"),
    Action("fold", "Fold Frame", "Edit", ("Ctrl+Alt+G",),
           "Show the frame as one node, or what it holds again", "frame"),
    Action("select_all", "Select All", "Edit", ("Ctrl+A",), needs="design", apart=True),
    Action("select_upstream", "Select Upstream", "Edit", ("Ctrl+[",),
           "Select too what leads to the selected nodes", "wired"),
    Action("select_downstream", "Select Downstream", "Edit", ("Ctrl+]",),
           "Select too what the selected nodes lead to", "wired"),
    Action("select_between", "Select Between", "Edit", ("Ctrl+\\",),
           "Select too what lies between the selected nodes", "several"),
    Action("find", "Find in Design…", "Edit", ("Ctrl+F",),
           "Find nodes by label, class, kind, value, or a layer inside a model", "design",
           apart=True),
    Action("find_next", "Find Next", "Edit", ("F3",), needs="design"),
    Action("find_previous", "Find Previous", "Edit", ("Shift+F3",), needs="design"),
    Action("settings", "Settings…", "Edit", ("Ctrl+,",),
           "Choose how Composer looks and what its keys do", apart=True),
    Action("command_palette", "Command Palette…", "View", ("Ctrl+Shift+P",),
           "Do anything by a few letters of its name"),
    Action("zoom_in", "Zoom In", "View", ("Ctrl++", "Ctrl+="), needs="design"),
    Action("zoom_out", "Zoom Out", "View", ("Ctrl+-",), needs="design"),
    Action("zoom_reset", "Actual Size", "View", ("Ctrl+0",), needs="design"),
    Action("fit", "Fit Design", "View", ("Ctrl+1",), "Show the whole design", "design"),
    Action("fit_selection", "Fit Selection", "View", ("Ctrl+2",), needs="selection"),
    Action("view_back", "Back to the View Before", "View", ("Alt+Left",),
           "Look from where you looked before the last jump", "design"),
    Action("view_forward", "Forward to the Next View", "View", ("Alt+Right",),
           "Look from where you looked before going back", "design"),
    Action("next_design", "Next Design", "View", ("Ctrl+Tab", "Ctrl+PgDown"),
           "Bring the next tab to the front", "tabs", apart=True),
    Action("previous_design", "Previous Design", "View", ("Ctrl+Shift+Tab", "Ctrl+PgUp"),
           "Bring the tab before to the front", "tabs"),
    Action("show_palette", "Palette", "View/Panels", ("Ctrl+Shift+L",), needs="design",
           ticked=True, apart=True),
    Action("show_inspector", "Inspector", "View/Panels", ("Ctrl+Shift+I",), needs="design",
           ticked=True),
    Action("show_python", "Python", "View/Panels", needs="design", ticked=True),
    Action("show_problems", "Problems", "View/Panels", needs="design", ticked=True),
    Action("show_cost", "Cost", "View/Panels", needs="design", ticked=True),
    Action("show_history", "History", "View/Panels", ("Ctrl+Alt+H",),
           "Every step as a list; a press goes there", "design", ticked=True),
    Action("show_bottom", "All below the Canvas", "View/Panels", ("Ctrl+Shift+J",),
           "Close the panels below the canvas, or show them again", "design", ticked=True),
    Action("reset_layout", "Reset Layout", "View/Panels",
           tip="Put every panel where it was at first", needs="design"),
    Action("next_panel", "Next Panel", "View", ("F6",), needs="design"),
    Action("minimap", "Minimap", "View", ("Ctrl+M",),
           "Show a small map of the whole design in the corner of the canvas", "design",
           ticked=True),
    Action("wire_specs", "Shapes on Wires", "View", ("Ctrl+Alt+S",),
           "Show what flows in every wire, or only in those under the mouse", "design",
           ticked=True),
    Action("bars_none", "Nothing", "View/Cost on Nodes", needs="design", group="bars",
           ticked=True, apart=True),
    Action("bars_parameters", "Parameters", "View/Cost on Nodes",
           tip="Show below each node how many of the design's parameters are its own",
           needs="design", group="bars", ticked=True),
    Action("bars_activations", "Activations", "View/Cost on Nodes",
           tip="Show below each node how much of the memory of activations it takes",
           needs="design", group="bars", ticked=True),
    Action("bars_flops", "FLOPs", "View/Cost on Nodes",
           tip="Show below each node how much of the work of a forward pass is its own",
           needs="design", group="bars", ticked=True),
    Action("theme_system", "As the System", "View/Theme", group="theme", ticked=True, apart=True),
    Action("theme_dark", "Dark", "View/Theme", group="theme", ticked=True),
    Action("theme_light", "Light", "View/Theme", group="theme", ticked=True),
    Action("theme_contrast-dark", "High Contrast, Dark", "View/Theme", group="theme", ticked=True),
    Action("theme_contrast-light", "High Contrast, Light", "View/Theme", group="theme",
           ticked=True),
    Action("add_layer", "Add a Layer…", "Design", ("Ctrl+K",),
           "Search for a layer and put it on the canvas",
           "design"),
    Action("add_input", "Add Input", "Design", ("Ctrl+Shift+1",), needs="design"),
    Action("add_output", "Add Output", "Design", ("Ctrl+Shift+2",), needs="design"),
    Action("find_in_palette", "Find in the Palette", "Design", ("Ctrl+Shift+F",), needs="design"),
    Action("arrange", "Arrange", "Design", ("Ctrl+L",),
           "Put all nodes in order from left to right, or the selected ones as the wires run",
           "design", apart=True),
    Action("arrange_down", "Arrange from Above to Below", "Design", ("Ctrl+Alt+L",),
           "Put all nodes in order from above to below, or the selected ones as the wires run",
           "design"),
    Action("align_left", "Left Edges", "Design/Align", needs="two"),
    Action("align_centre", "Centres", "Design/Align", needs="two"),
    Action("align_right", "Right Edges", "Design/Align", needs="two"),
    Action("align_top", "Top Edges", "Design/Align", needs="two"),
    Action("align_middle", "Middles", "Design/Align", needs="two"),
    Action("align_bottom", "Bottom Edges", "Design/Align", needs="two"),
    Action("distribute_across", "Distribute Across", "Design/Align",
           tip="Give the selected nodes the same room from left to right", needs="three"),
    Action("distribute_down", "Distribute Down", "Design/Align",
           tip="Give the selected nodes the same room from above to below", needs="three"),
    Action("next_problem", "Next Problem", "Design", ("F8",),
           "Go to the next node that is not right", "design"),
    Action("previous_problem", "Previous Problem", "Design", ("Shift+F8",),
           "Go to the node before that is not right", "design"),
    Action("set_name", "Name…", "Design", tip="What the exported model is called", needs="design",
           apart=True),
    Action("set_seed", "Seed…", "Design",
           tip="The number that makes the weights of new layers repeatable", needs="design"),
    Action("open_up", "Open Up", "Layer", ("Ctrl+U",),
           "Put the layers of a saved model in its place, each with its weights", "openable"),
    Action("group", "Group into Submodel", "Layer", ("Ctrl+G",),
           "Make a submodel of the selected nodes", "call"),
    Action("ungroup", "Ungroup", "Layer", ("Ctrl+Shift+G",),
           "Put what is in a submodel in its place", "submodel"),
    Action("enter", "Enter Submodel", "Layer", ("Alt+Down",),
           "Show what is in the submodel; a double click does the same", "submodel"),
    Action("leave", "Leave Submodel", "Layer", ("Alt+Up",),
           "Show the level around this one", "inside"),
    Action("use_again", "Use Again with Shared Weights", "Layer", ("Ctrl+Shift+U",),
           "Call the layer once more, with the same weights", "one call", apart=True),
    Action("make_independent", "Make Independent", "Layer", ("Ctrl+I",),
           "Give the node a copy of the layer, with weights of its own", "shared"),
    Action("freeze", "Freeze", "Layer", ("Ctrl+T",),
           "Keep the weights as they are in training, or let them train again", "weights",
           apart=True),
    Action("inference_only", "Inference Only", "Layer", ("Ctrl+Shift+T",),
           "Behave in training as afterwards: nothing trains and no Dropout acts", "model"),
    Action("replace_with", "Replace With…", "Layer", ("Ctrl+R",),
           "Put a layer of another class in the node's place", "one call", apart=True),
    Action("shortcuts", "Keyboard Shortcuts", "Help", ("Ctrl+/",), "What every key does"),
    Action("problem_help", "What the Problems Mean", "Help",
           tip="Read about every problem that a design can have, and what to do"),
    Action("explain_problem", "Explain This Problem", "Help", ("Shift+F1",),
           "Read about the problem of the selected node, or else about the first", "design"),
    Action("about", "About Composer", "Help"),
)  # fmt: skip

Handlers = Mapping[str, Callable[..., None]]


def build(owner: QObject, handlers: Handlers) -> dict[str, QAction]:
    """Return a QAction for each entry of the table that is not a submenu, wired to its handler.

    Raises KeyError for an entry without handler.
    """
    groups: dict[str, QActionGroup] = {}
    made = {}
    for entry in ACTIONS:
        if entry.submenu:
            continue
        action = QAction(entry.text, owner)
        action.setObjectName(entry.id)
        action.setShortcuts([QKeySequence(key) for key in entry.keys])
        action.setStatusTip(entry.tip)
        action.setToolTip(entry.tip or entry.text)
        action.setMenuRole(_ROLES.get(entry.id, QAction.MenuRole.NoRole))
        action.setCheckable(entry.ticked)
        action.setChecked(entry.ticked and not entry.group)
        if entry.group:
            group = groups.setdefault(entry.group, QActionGroup(owner))
            group.addAction(action)
        action.triggered.connect(handlers[entry.id])
        made[entry.id] = action
    return made


_ROLES = {
    "quit": QAction.MenuRole.QuitRole,
    "about": QAction.MenuRole.AboutRole,
    "settings": QAction.MenuRole.PreferencesRole,
}


def fill(bar: QMenuBar, made: Mapping[str, QAction]) -> dict[str, QMenu]:
    """Put the actions into the menus of `bar`; return the menus by their paths."""
    menus = {name: bar.addMenu(f"&{name}") for name in MENUS}
    for entry in ACTIONS:
        parent, _, below = entry.menu.partition("/")
        starts_submenu = below and entry.menu not in menus
        if entry.apart and (starts_submenu or not below):
            menus[parent].addSeparator()
        if starts_submenu:
            menus[entry.menu] = menus[parent].addMenu(below)
        if entry.submenu:
            menus[f"{entry.menu}/{entry.text}"] = menus[entry.menu].addMenu(entry.text)
        else:
            menus[entry.menu].addAction(made[entry.id])
    for menu in menus.values():
        menu.setToolTipsVisible(True)
    return menus


def enable(
    made: Mapping[str, QAction], present: frozenset[str], told: dict[str, str] | None = None
) -> None:
    """Let exactly those actions be used whose needs are `present`; the others say what they lack.

    Nothing but a design is missed where there is none. `told` keeps what was said of each action,
    and only those are touched of which something else is to be said.
    """
    told = {} if told is None else told
    for entry in ACTIONS:
        if entry.id in made:
            is_there = not entry.needs or entry.needs in present
            lacking = entry.needs if "design" in present else "design"
            why_not = "" if is_there else WHY_NOT[lacking]
            if told.get(entry.id) != why_not:
                told[entry.id] = why_not
                allow(made[entry.id], why_not)
