"""What keys do on the canvas besides the menus, as data, and what the mouse does there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CanvasKey:
    """Something that keys do while the canvas has them; `keys` in Qt's notation, as in `Action`.

    Ids are not those of actions: whoever asks the keymap gets one or the other.
    """

    id: str
    text: str
    keys: tuple[str, ...]
    tip: str = ""


CANVAS_KEYS = (
    CanvasKey("quick_add", "Search for a node to add", ("Tab",),
              "What fits behind the selected node comes first"),
    CanvasKey("connect", "Draw a wire from the selected node", ("C",),
              "Then type where it shall end, and press Enter; a selected wire gets another end"),
    CanvasKey("connect_into", "Draw a wire into the selected node", ("Shift+C",),
              "Then type where it shall come from, and press Enter; so too for a selected wire"),
    CanvasKey("edit", "Edit the selected node", ("Enter", "Return"),
              "Applies the first repair where its card is open, else enters a submodel, else opens "
              "the first parameter; of a selected wire it asks for another end"),
    CanvasKey("wire_on", "Select a wire that leads on, then the next", ("W",),
              "Arrows along it lead to its ends, those across to the wires beside it"),
    CanvasKey("wire_into", "Select a wire that leads in, then the next", ("Shift+W",)),
    CanvasKey("rename", "Rename the selected node", ("F2",)),
    CanvasKey("erase", "Delete what is selected", ("Backspace",)),
    CanvasKey("repairs", "See the repairs one by one", ("Ctrl+.",),
              "The arrow keys go from one to the next, Enter applies it"),
    CanvasKey("step_back", "Give up, let go, or leave a submodel", ("Esc",)),
    CanvasKey("pan", "Move the view, held with the mouse", ("Space",)),
    CanvasKey("walk_left", "Go to what feeds the node", ("Left",)),
    CanvasKey("walk_right", "Go to what the node feeds", ("Right",)),
    CanvasKey("walk_up", "Go to the node above", ("Up",)),
    CanvasKey("walk_down", "Go to the node below", ("Down",)),
    CanvasKey("take_left", "Select what feeds the node as well", ("Shift+Left",)),
    CanvasKey("take_right", "Select what the node feeds as well", ("Shift+Right",)),
    CanvasKey("take_up", "Select the node above as well", ("Shift+Up",)),
    CanvasKey("take_down", "Select the node below as well", ("Shift+Down",)),
    CanvasKey("let_go", "Take the node out of what is selected", ("Shift+Space",)),
    CanvasKey("next_node", "Go to the next node, whichever it is", ("PgDown",)),
    CanvasKey("previous_node", "Go to the node before, whichever it is", ("PgUp",)),
    CanvasKey("first_node", "Go to the first node", ("Home",)),
    CanvasKey("last_node", "Go to the last node", ("End",)),
    CanvasKey("nudge_left", "Move the selection left", ("Ctrl+Left",),
              "With nothing selected, what is seen moves"),
    CanvasKey("nudge_right", "Move the selection right", ("Ctrl+Right",)),
    CanvasKey("nudge_up", "Move the selection up", ("Ctrl+Up",)),
    CanvasKey("nudge_down", "Move the selection down", ("Ctrl+Down",)),
    CanvasKey("nudge_left_far", "Move the selection far left", ("Ctrl+Shift+Left",)),
    CanvasKey("nudge_right_far", "Move the selection far right", ("Ctrl+Shift+Right",)),
    CanvasKey("nudge_up_far", "Move the selection far up", ("Ctrl+Shift+Up",)),
    CanvasKey("nudge_down_far", "Move the selection far down", ("Ctrl+Shift+Down",)),
    CanvasKey("size_left", "Make the frame or note narrower", ("Alt+Shift+Left",)),
    CanvasKey("size_right", "Make the frame or note wider", ("Alt+Shift+Right",)),
    CanvasKey("size_up", "Make the frame or note lower", ("Alt+Shift+Up",)),
    CanvasKey("size_down", "Make the frame or note higher", ("Alt+Shift+Down",)),
)  # fmt: skip

MOUSE = (
    ("Add a node", "double-click"),
    ("Draw a wire", "drag from a ring"),
    ("Move a wire's end", "drag it off its ring"),
    ("Put a node on a wire", "drop it there, Alt keeps it off"),
    ("Bend a wire by a dot", "double-click the wire"),
    ("Cut wires", "drag with Alt, or Ctrl and right"),
    ("Pull a node out", "shake it while dragging"),
    ("Copy a node", "drag it with Alt"),
    ("Move off the grid", "drag with Ctrl"),
    ("Write a parameter, or a name", "double-click it"),
    ("Enter a submodel, fold a frame", "double-click"),
    ("Select several", "drag a box, or Shift and click"),
    ("Select more, or fewer", "drag a box with Shift, or Ctrl"),
    ("Move the view", "middle button, or two fingers"),
    ("Zoom", "wheel, or pinch"),
)
"""What the mouse does on the canvas: in words, and how."""
