"""Aligns and distributes what is selected: one undo step, and the items glide there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from composer_gui.core import alignment, edits
from composer_gui.ui.canvas.interactions.move_nodes import with_carried
from composer_gui.ui.reasons import WHY_NOT

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

ALIGNED, DISTRIBUTED = "two", "three"
"""How many nodes have to be selected, by the needs of the actions' table."""

_FEWEST = {ALIGNED: 2, DISTRIBUTED: 3}


def abilities(view) -> set[str]:
    """Return for what enough is selected; what frames carry is looked at when it is to be done."""
    count = len(view.scene().selected_nodes)
    return {need for need, fewest in _FEWEST.items() if count >= fewest}


def align(view, line: str, label: str) -> None:
    """Put the selected nodes in line; pinned ones stay, and give the line."""
    boxes = _boxes(view)
    nodes = view.session.document.nodes
    pinned = {node_id for node_id in boxes if getattr(nodes[node_id], "pinned", False)}
    if len(boxes) < _FEWEST[ALIGNED]:
        view.session.noticed.emit(WHY_NOT[ALIGNED])
        return
    _move(view, label, boxes, alignment.align(boxes, line, pinned))


def distribute(view, axis: str, label: str) -> None:
    """Give the selected nodes the same room between them."""
    boxes = _boxes(view)
    if len(boxes) < _FEWEST[DISTRIBUTED]:
        view.session.noticed.emit(WHY_NOT[DISTRIBUTED])
        return
    _move(view, label, boxes, alignment.distribute(boxes, axis))


def why_not(view, need: str) -> str:
    """Return why what is selected cannot be `ALIGNED` or `DISTRIBUTED`, "" where it can."""
    return "" if len(_boxes(view)) >= _FEWEST[need] else WHY_NOT[need]


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
