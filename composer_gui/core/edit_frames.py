"""Edits of how a design lies on the canvas: folded and coloured frames, pins, the way of wires."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from composer_gui.core.document import (
    DOWN,
    RIGHT,
    Call,
    Document,
    Dot,
    Frame,
    Input,
    Output,
    head,
    put,
)
from composer_gui.core.edit_wires import existing
from composer_gui.core.errors import EditRefused
from composer_gui.core.folding import may_hold


def fold(document: Document, frame_id: str, ids: Iterable[str]) -> Document:
    """Show a frame as one node, and none of the nodes `ids`, which lie in it."""
    frame = _frame(document, frame_id)
    inside = tuple(dict.fromkeys(key for key in ids if may_hold(document, frame_id, key)))
    if not inside:
        raise EditRefused("Nothing lies in this frame. Put nodes into it, then fold it.")
    return document if inside == frame.folded else put(document, replace(frame, folded=inside))


def unfold(document: Document, frame_id: str) -> Document:
    """Show what is folded away in a frame again."""
    frame = _frame(document, frame_id)
    return put(document, replace(frame, folded=())) if frame.folded else document


def set_frame_color(document: Document, frame_id: str, color: str) -> Document:
    """Give a frame a colour, by its name in the theme."""
    frame = _frame(document, frame_id)
    if not color.strip():
        raise EditRefused("A colour needs a name.")
    return document if color == frame.color else put(document, replace(frame, color=color))


def _frame(document: Document, frame_id: str) -> Frame:
    frame = existing(document, frame_id)
    if not isinstance(frame, Frame):
        raise EditRefused(f"{document.label(frame_id)} is no frame. Select one.")
    return frame


def set_pinned(document: Document, ids: Iterable[str], pinned: bool) -> Document:
    """Let nodes stay where they are when others are arranged, or be arranged with them."""
    kinds = Input | Call | Output | Dot
    nodes = [node for key in ids if isinstance(node := document.nodes.get(key), kinds)]
    if not nodes:
        raise EditRefused("Frames and notes are not arranged, so they need no pin.")
    return put(document, *(replace(n, pinned=pinned) for n in nodes if n.pinned != pinned))


def set_flow(document: Document, flow: str) -> Document:
    """Let wires run from left to right, `RIGHT`, or from above to below, `DOWN`."""
    if flow not in (RIGHT, DOWN):
        raise EditRefused(f"Wires run {RIGHT} or {DOWN}.")
    return document if flow == document.flow else head(document, flow=flow)
