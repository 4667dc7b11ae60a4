"""Which item shows which kind of node."""

from __future__ import annotations

from composer_gui.core.document import Frame, Node, Note
from composer_gui.ui.canvas.dot_item import DotItem
from composer_gui.ui.canvas.ink import Ink
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.plates import FrameItem, NoteItem, Plate
from composer_gui.ui.canvas.portraits import Portraits


def new_item(node: Node, portraits: Portraits, ink: Ink) -> NodeItem | Plate:
    """Return an item that shows a node; a folded frame is a card as nodes have one."""
    if isinstance(node, Frame) and not node.folded:
        return FrameItem(node, ink)
    if isinstance(node, Note):
        return NoteItem(node, ink)
    face = portraits.face(node.id)
    return (DotItem if face.kind == "dot" else NodeItem)(node.id, face, ink)
