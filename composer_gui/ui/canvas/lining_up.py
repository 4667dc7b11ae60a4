"""Aligns and distributes what is selected: one undo step, and the items glide there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from composer_gui.core import alignment, edits
from composer_gui.core.wording import counted
from composer_gui.ui.canvas.interactions.move_nodes import with_carried

ALIGN = {
    "align_left": (alignment.LEFT, "Align Left Edges"),
    "align_centre": (alignment.CENTRE, "Align Centres"),
    "align_right": (alignment.RIGHT, "Align Right Edges"),
    "align_top": (alignment.TOP, "Align Top Edges"),
    "align_middle": (alignment.MIDDLE, "Align Middles"),
    "align_bottom": (alignment.BOTTOM, "Align Bottom Edges"),
}
"""By the name of the command: the line on which nodes come to lie, and what it is called."""

DISTRIBUTE = {
    "distribute_across": (alignment.ACROSS, "Distribute Across"),
    "distribute_down": (alignment.DOWN, "Distribute Down"),
}

FEWEST_ALIGNED, FEWEST_DISTRIBUTED = 2, 3


def align(view, line: str, label: str) -> None:
    """Put the selected nodes in line; pinned ones stay, and give the line."""
    boxes = _boxes(view)
    nodes = view.session.document.nodes
    pinned = {node_id for node_id in boxes if getattr(nodes[node_id], "pinned", False)}
    if len(boxes) < FEWEST_ALIGNED:
        _say_how_many(view, FEWEST_ALIGNED)
        return
    _move(view, label, boxes, alignment.align(boxes, line, pinned))


def distribute(view, axis: str, label: str) -> None:
    """Give the selected nodes the same room between them."""
    boxes = _boxes(view)
    if len(boxes) < FEWEST_DISTRIBUTED:
        _say_how_many(view, FEWEST_DISTRIBUTED)
        return
    _move(view, label, boxes, alignment.distribute(boxes, axis))


def why_not(view, fewest: int) -> str:
    """Return why so many nodes cannot be lined up, "" where they can."""
    if len(_boxes(view)) >= fewest:
        return ""
    return (
        f"Select at least {counted(fewest, 'node')}; what lies in a selected frame is part of it."
    )


def _say_how_many(view, fewest: int) -> None:
    view.session.noticed.emit(why_not(view, fewest))


def _boxes(view) -> dict[str, alignment.Box]:
    """Return the rectangles of what is selected; what a selected frame carries goes with it."""
    scene = view.scene()
    chosen = scene.selected_nodes
    carried = set().union(*(with_carried(scene, (node_id,)) - {node_id} for node_id in chosen))
    return {i: scene.nodes[i].card().getRect() for i in view.selected() if i not in carried}


def _move(view, label: str, boxes: Mapping, places: Mapping[str, alignment.Place]) -> None:
    scene, moved = view.scene(), {}
    for node_id, (x, y) in places.items():
        dx, dy = x - boxes[node_id][0], y - boxes[node_id][1]
        for carried in with_carried(scene, (node_id,)):
            node = view.session.document.nodes[carried]
            moved[carried] = node.x + dx, node.y + dy
    before = {node_id: (scene.nodes[node_id].x(), scene.nodes[node_id].y()) for node_id in moved}
    if moved and view.session.try_apply(label, edits.move, moved) is not None:
        view.arranging.glide.begin(before)


COMMANDS: Mapping[str, Callable] = {
    **{name: partial(align, line=line, label=label) for name, (line, label) in ALIGN.items()},
    **{
        name: partial(distribute, axis=axis, label=label)
        for name, (axis, label) in DISTRIBUTE.items()
    },
}
"""What the entries of the menu do with what is selected on a view, by their ids."""
