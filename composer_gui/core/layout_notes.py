"""Where notes go that what was arranged would come to lie below: under all of it, side by side."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from composer_gui.core.document import Document, Note, in_order
from composer_gui.core.layout_boxes import BETWEEN_ROWS

Size = tuple[float, float]
Place = tuple[float, float]
Rect = tuple[float, float, float, float]
"""Left, top, width and height, in pixels."""

BESIDE = 12.0
"""Least distance of a note from a node, in pixels."""


def notes_aside(
    document: Document,
    wanted: Collection[str],
    before: Mapping[str, Rect],
    after: Mapping[str, Rect],
) -> dict[str, Place]:
    """Return places for those notes in `wanted` that something else lies below now.

    `before` and `after` are the rectangles of all that is seen. What a note covered before, it may
    cover again.
    """
    moved = {key: rect for key, rect in after.items() if before.get(key) != rect}
    notes = [n for n in in_order(document.nodes) if isinstance(n, Note) and n.id in wanted]
    hit = [note for note in notes if _covers_more(note, before, moved)]
    if not hit:
        return {}
    gone = {note.id for note in hit}
    x, y = _below(rect for key, rect in after.items() if key not in gone)
    places = {}
    for note in hit:
        places[note.id] = (x, y)
        x += note.width + BETWEEN_ROWS
    return places


def _covers_more(note: Note, before: Mapping[str, Rect], moved: Mapping[str, Rect]) -> bool:
    place = note.x, note.y, note.width, note.height
    return any(
        _meet(place, rect) and not (key in before and _meet(place, before[key]))
        for key, rect in moved.items()
    )


def _meet(one: Rect, other: Rect) -> bool:
    """Return whether two rectangles are nearer to each other than they should be."""
    return (
        one[0] < other[0] + other[2] + BESIDE
        and other[0] < one[0] + one[2] + BESIDE
        and one[1] < other[1] + other[3] + BESIDE
        and other[1] < one[1] + one[3] + BESIDE
    )


def _below(rects: Iterable[Rect]) -> Place:
    rects = list(rects)
    return min(rect[0] for rect in rects), max(rect[1] + rect[3] for rect in rects) + BETWEEN_ROWS
