"""Arranges nodes along the flow: where each one stands when the user asks for order.

The layered method of Sugiyama: every node gets a column behind its sources, long wires get
waypoints in the columns that they pass (`layout_columns`), columns are ordered so that few wires
cross (`layout_order`), and rows are found in which chains and passing wires run straight
(`layout_rows`); what is very long is broken into bands (`layout_bands`). A frame is arranged by
itself and is one box for what is around it (`layout_frames`), what is pinned stays
(`layout_pins`). The result depends on nothing but the design.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from composer_gui.core.document import DOWN, RIGHT, Document, Frame, Note, head, put
from composer_gui.core.edit_nodes import place as on_canvas
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layout_boxes import BETWEEN_COLUMNS, BETWEEN_ROWS, GRID
from composer_gui.core.layout_frames import Levels
from composer_gui.core.layout_notes import notes_aside

__all__ = ["BETWEEN_COLUMNS", "BETWEEN_ROWS", "GRID", "Arrangement", "arrange", "arrangement"]
__all__ += ["put_in_order"]

Size = tuple[float, float]
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where nodes come to lie, by their top left corners, and how large frames are around them.

    `flow` is the way in which the wires run then. Only what has a new place or size is named.
    """

    flow: str = RIGHT
    places: Mapping[str, Place] = field(default_factory=dict)
    sizes: Mapping[str, Size] = field(default_factory=dict)


def arrange(
    document: Document,
    sizes: Mapping[str, Size],
    ids: Iterable[str] | None = None,
    *,
    catalog: Catalog | None = None,
    flow: str | None = None,
) -> dict[str, Place]:
    """Return the place of the top left corner, in pixels, of all nodes or of those in `ids`.

    `sizes` holds widths and heights in pixels; a dot has none and is placed by its middle. What is
    arranged keeps its top left corner, pinned nodes their place. A frame that is arranged takes
    along what lies in it; notes outside of frames, and frames around nothing, stay and are not in
    the result. With a catalog the wires into a layer are told apart in the order of its ports, else
    by name. Centres of rows lie on half the grid, so that wires between nodes of different heights
    are straight. `flow` is `RIGHT` or `DOWN`, else that of the design.
    """
    return dict(_levels(document, sizes, ids, catalog, flow).places())


def arrangement(
    document: Document,
    sizes: Mapping[str, Size],
    ids: Iterable[str] | None = None,
    *,
    catalog: Catalog | None = None,
    flow: str | None = None,
) -> Arrangement:
    """Return what `arrange` does, and the sizes of frames that have to hold what lies in them.

    Notes outside of frames that would cover what they did not cover before are put below it all.
    """
    ids = None if ids is None else set(ids)
    levels = _levels(document, sizes, ids, catalog, flow)
    places = levels.places()
    frames = levels.frames_around(places)
    nodes = document.nodes
    moved = places | {key: box[:2] for key, box in frames.items()}
    moved |= _aside(document, sizes, ids, moved, frames)
    return Arrangement(
        flow or document.flow,
        {k: at for k, at in moved.items() if at != (nodes[k].x, nodes[k].y)},
        {
            key: box[2:]
            for key, box in frames.items()
            if box[2:] != (nodes[key].width, nodes[key].height)
        },
    )


def _aside(
    document: Document,
    sizes: Mapping[str, Size],
    ids: Iterable[str] | None,
    moved: Mapping[str, Place],
    frames: Mapping[str, tuple[float, float, float, float]],
) -> dict[str, Place]:
    """Return the places of notes that have to go out of the way of what is arranged."""
    before = {}
    for node in document.nodes.values():
        if isinstance(node, Frame | Note) and not getattr(node, "folded", ()):
            before[node.id] = (node.x, node.y, node.width, node.height)
        elif node.id in sizes:
            before[node.id] = (node.x, node.y, *sizes[node.id])
    after = {key: (*moved.get(key, rect[:2]), *rect[2:]) for key, rect in before.items()}
    wanted = document.nodes.keys() if ids is None else set(ids)
    return notes_aside(document, wanted - moved.keys(), before, after | dict(frames))


def put_in_order(document: Document, found: Arrangement) -> Document:
    """Put nodes where an arrangement has them, with frames as large and wires as it says.

    What is gone by now, as when it was found in the background, is left out.
    """
    if found.flow != document.flow:
        document = head(document, flow=found.flow)
    changed = []
    for key in found.places.keys() | found.sizes.keys():
        node = document.nodes.get(key)
        if node is None:
            continue
        x, y = on_canvas(*found.places.get(key, (node.x, node.y)))
        new = replace(node, x=x, y=y)
        if isinstance(node, Frame) and key in found.sizes:
            width, height = found.sizes[key]
            new = replace(new, width=width, height=height)
        if new != node:
            changed.append(new)
    return put(document, *changed)


def _levels(
    document: Document,
    sizes: Mapping[str, Size],
    ids: Iterable[str] | None,
    catalog: Catalog | None,
    flow: str | None,
) -> Levels:
    wanted = document.nodes.keys() if ids is None else set(ids)
    is_down = (flow or document.flow) == DOWN
    return Levels(document, sizes, wanted, catalog, is_down=is_down)
