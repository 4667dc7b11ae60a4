"""Every key that means something on the canvas alone, as data; windows have theirs in `actions`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence

WALK, WIRES, NODES = "Walking on the canvas", "Wires by keys", "Nodes by keys"


@dataclass(frozen=True, slots=True)
class CanvasKey:
    """What keys do on the canvas: `keys` in Qt's notation, `group` for who lists them."""

    id: str
    text: str
    group: str
    keys: tuple[str, ...]


CANVAS_KEYS = (
    CanvasKey("walk_left", "To the node on the left, along a wire", WALK, ("Left",)),
    CanvasKey("walk_right", "To the node on the right, along a wire", WALK, ("Right",)),
    CanvasKey("walk_up", "To the sibling above", WALK, ("Up",)),
    CanvasKey("walk_down", "To the sibling below", WALK, ("Down",)),
    CanvasKey("take_left", "Select the node on the left too", WALK, ("Shift+Left",)),
    CanvasKey("take_right", "Select the node on the right too", WALK, ("Shift+Right",)),
    CanvasKey("take_up", "Select the sibling above too", WALK, ("Shift+Up",)),
    CanvasKey("take_down", "Select the sibling below too", WALK, ("Shift+Down",)),
    CanvasKey("next_node", "Next node", WALK, ("PgDown",)),
    CanvasKey("previous_node", "Previous node", WALK, ("PgUp",)),
    CanvasKey("first_node", "First node", WALK, ("Home",)),
    CanvasKey("last_node", "Last node", WALK, ("End",)),
    CanvasKey("step_back", "Step back: card, search, selection, submodel", WALK, ("Esc",)),
    CanvasKey("wire_from", "Wire from this node to …", WIRES, ("C",)),
    CanvasKey("wire_into", "Wire into this node from …", WIRES, ("Shift+C",)),
    CanvasKey("edit", "Edit, mend, or enter the node", NODES, ("Return", "Enter")),
    CanvasKey("rename", "Rename", NODES, ("F2",)),
    CanvasKey("quick_add", "Add a node", NODES, ("Tab",)),
    CanvasKey("delete", "Delete, with the wires", NODES, ("Del", "Backspace")),
    CanvasKey("delete_and_heal", "Delete, and lead the wires on", NODES,
              ("Ctrl+Del", "Ctrl+Backspace")),
    CanvasKey("card", "To the repairs of the node", NODES, ("Ctrl+.",)),
    CanvasKey("nudge_left", "Move to the left", NODES, ("Ctrl+Left",)),
    CanvasKey("nudge_right", "Move to the right", NODES, ("Ctrl+Right",)),
    CanvasKey("nudge_up", "Move up", NODES, ("Ctrl+Up",)),
    CanvasKey("nudge_down", "Move down", NODES, ("Ctrl+Down",)),
    CanvasKey("push_left", "Move far to the left", NODES, ("Ctrl+Shift+Left",)),
    CanvasKey("push_right", "Move far to the right", NODES, ("Ctrl+Shift+Right",)),
    CanvasKey("push_up", "Move far up", NODES, ("Ctrl+Shift+Up",)),
    CanvasKey("push_down", "Move far down", NODES, ("Ctrl+Shift+Down",)),
)  # fmt: skip


def bound(keys: Mapping[str, tuple[str, ...]] = MappingProxyType({})) -> dict[str, str]:
    """Return what each key does by its id; `keys` holds others than the usual ones, by ids."""
    return {
        QKeySequence(key).toString(): entry.id
        for entry in CANVAS_KEYS
        for key in keys.get(entry.id, entry.keys)
    }


def key_of(event) -> str:
    """Return the key that was pressed, in Qt's notation; a keypad's as any other."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return QKeySequence(QKeyCombination(held, Qt.Key(event.key()))).toString()
