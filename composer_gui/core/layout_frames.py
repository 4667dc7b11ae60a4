"""What lies in which frame, and how the levels of frames are arranged, the innermost first.

Everything here runs to the right: where wires run down, x and y are exchanged when a node is
looked at, and again when its place is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from composer_gui.core.document import (
    Call,
    Document,
    Dot,
    Frame,
    Node,
    Note,
    Wire,
    in_order,
    number_of,
    wires_into,
)
from composer_gui.core.folding import with_folded
from composer_gui.core.layer_kinds import SavedModel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layout_boxes import GRID, Box
from composer_gui.core.layout_boxes import in_order as boxes_in_order
from composer_gui.core.layout_pins import around
from composer_gui.core.layout_rows import SNAP
from composer_gui.core.ports import input_ports
from composer_gui.core.room import HEIGHT, WIDTH

MARGIN = 24.0
"""Between the edge of a frame and what lies in it, in pixels."""
TITLE = 36.0
"""What the title of a frame takes up above that."""
ASPECT = 1.6
"""How many times as wide as high a long design shall be."""

Size = tuple[float, float]
Place = tuple[float, float]
Rect = tuple[float, float, float, float]
"""Left, top, width and height in pixels."""

WHOLE = ""
"""The key of the level that no frame is around."""


class Levels:
    """The nodes to be arranged, each in the frame in which it lies or on the canvas itself."""

    def __init__(
        self,
        document: Document,
        sizes: Mapping[str, Size],
        wanted: Collection[str],
        catalog: Catalog | None,
        *,
        is_down: bool,
    ) -> None:
        self._document, self._catalog, self._is_down = document, catalog, is_down
        self._rects = {node.id: self._rect(node, sizes) for node in document.nodes.values()}
        self._shown = _shown(document)
        self._open = self._open_frames()
        self._holder = self._holders()
        nodes = [
            node
            for node in _by_signature(document)
            if self._chosen(node.id, wanted) and node.id not in self._shown
        ]
        self._boxes = self._by_level(nodes, wanted)
        self._sizes = {key: rect[2:] for key, rect in self._rects.items()}
        self._fixed: set[str] = set()
        self._inner: dict[str, dict[str, Place]] = {}

    # What lies where ------------------------------------------------------------------------------

    def _rect(self, node: Node, sizes: Mapping[str, Size]) -> Rect:
        width, height = sizes.get(node.id, (WIDTH, HEIGHT))
        if isinstance(node, Dot):
            width, height = 0.0, 0.0
        elif isinstance(node, Frame) and not node.folded:
            width, height = node.width, node.height
        return self._turned((node.x, node.y, width, height))

    def _turned(self, values: tuple) -> tuple:
        if not self._is_down:
            return values
        first, second, *rest = values
        return (second, first, *reversed(rest))

    def _open_frames(self) -> list[str]:
        """Return the frames that are open, the smallest first."""
        frames = [n for n in in_order(self._document.nodes) if isinstance(n, Frame)]
        seen = [n.id for n in frames if not n.folded and n.id not in self._shown]
        return sorted(seen, key=lambda key: self._rects[key][2] * self._rects[key][3])

    def _holders(self) -> dict[str, str]:
        """Return for everything that lies in an open frame the smallest such frame."""
        holder: dict[str, str] = {}
        for frame in self._open:
            outer = self._rects[frame]
            for key, rect in self._rects.items():
                is_free = key != frame and key not in holder and key not in self._shown
                if is_free and holder.get(frame) != key and _contains(outer, rect):
                    holder[key] = frame
        return holder

    def _chosen(self, key: str, wanted: Collection[str]) -> bool:
        while key:
            if key in wanted:
                return True
            key = self._holder.get(key, "")
        return False

    def _by_level(self, nodes: list[Node], wanted: Collection[str]) -> dict[str, list[str]]:
        """Return by level what is to be arranged on it, frames where their first member would be.

        A frame that was not chosen itself is no level: it only grows with what lies in it.
        """
        level_of = {}
        for node in nodes:
            frame = self._holder.get(node.id, WHOLE)
            level_of[node.id] = frame if self._chosen(frame, wanted) else WHOLE
        holding = {WHOLE}
        for node in nodes:
            level = level_of[node.id] if _is_solid(node) else WHOLE
            while level not in holding:
                holding.add(level)
                level = level_of.get(level, WHOLE)
        levels: dict[str, list[str]] = {}
        put: set[str] = set()
        for node in nodes:
            if isinstance(node, Note) and level_of[node.id] not in holding - {WHOLE}:
                continue
            if isinstance(node, Frame) and not node.folded:
                continue
            key = node.id
            while key and key not in put:
                level = level_of[key]
                put.add(key)
                levels.setdefault(level, []).append(key)
                key = level
        return levels

    # Level by level -------------------------------------------------------------------------------

    def places(self) -> dict[str, Place]:
        """Return the places of all that is arranged, as on the canvas."""
        if not self._boxes:
            return {}
        found: dict[str, Place] = {}
        self._spread(self._arranged(WHOLE), (0.0, 0.0), found)
        for frame in tuple(found):
            before = self._rects[frame]
            for key in set(self._within(frame)) - {frame}:
                x, y, *_ = self._rects[key]
                found[key] = x + found[frame][0] - before[0], y + found[frame][1] - before[1]
        return {key: self._turned(at) for key, at in found.items()}

    def _spread(self, level: dict[str, Place], at: Place, found: dict[str, Place]) -> None:
        for key, (x, y) in level.items():
            found[key] = x + at[0], y + at[1]
            if key in self._inner:
                self._spread(self._inner[key], found[key], found)

    def _arranged(self, level: str) -> dict[str, Place]:
        """Return the places on a level: those of the canvas, in a frame from its own corner."""
        keys = self._boxes[level]
        for key in keys:
            if key in self._boxes:
                self._wrap(key)
        here = frozenset(keys)
        boxes = [Box(key, *self._room(key), self._sources(key, here)) for key in keys]
        aspect = 1 / ASPECT if self._is_down else ASPECT
        places = boxes_in_order(boxes, aspect)
        fixed = {key: self._at(key) for key in keys if self._is_fixed(key)}
        if fixed:
            return around(places, self._sizes, fixed)
        return _anchored(places, [self._rects[key] for key in keys], boxes)

    def _room(self, key: str) -> Size:
        """Return the size that a box takes up: with a frame's title at both sides, so that a chain
        runs straight through its middle."""
        width, height = self._sizes[key]
        return width, height + TITLE * (key in self._inner and not self._is_down)

    def _wrap(self, frame: str) -> None:
        """Arrange what lies in a frame, and make the frame as large as that asks for."""
        inner = self._arranged(frame)
        is_fixed = any(self._is_fixed(key) for key in self._boxes[frame])
        left, top, right, bottom = _around(inner, self._sizes)
        before, after = self._margins()
        corner = left - before[0], top - before[1]
        size = right - left + before[0] + after[0], bottom - top + before[1] + after[1]
        if is_fixed:
            self._fixed.add(frame)
            self._rects[frame] = (*corner, *size)
        self._sizes[frame] = size
        self._inner[frame] = {key: (x - corner[0], y - corner[1]) for key, (x, y) in inner.items()}

    def _margins(self) -> tuple[Size, Size]:
        """Return the room in a frame before and behind its content, along and across the flow."""
        if self._is_down:
            return (MARGIN + TITLE, MARGIN), (MARGIN, MARGIN)
        return (MARGIN, MARGIN + TITLE), (MARGIN, MARGIN)

    def _is_fixed(self, key: str) -> bool:
        nodes = self._document.nodes
        if key in self._fixed or (isinstance(nodes[key], Frame) and key in self._inner):
            return key in self._fixed
        return any(getattr(nodes[one], "pinned", False) for one in self._within(key))

    def _within(self, key: str) -> Collection[str]:
        """Return a node, with all that is folded away in it."""
        is_folded = isinstance(self._document.nodes[key], Frame)
        return with_folded(self._document, [key]) if is_folded else (key,)

    def _at(self, key: str) -> Place:
        return self._rects[key][:2]

    def _sources(self, key: str, here: frozenset[str]) -> tuple[str, ...]:
        """Return what feeds a box from others on its level, from upper ports to lower ones."""
        found: dict[str, None] = {}
        for node in self._inside(key):
            for wire in _wires(self._document, self._document.nodes[node], self._catalog):
                source = self._on_level(wire.source.node, here)
                if source and source != key:
                    found[source] = None
        return tuple(found)

    def _inside(self, key: str) -> list[str]:
        """Return the nodes that a box stands for, in the order in which they lie in it."""
        if key in self._inner:
            inner = self._inner[key]
            order = sorted(inner, key=lambda one: (inner[one][1], inner[one][0], number_of(one)))
            return [node for one in order for node in self._inside(one)]
        return sorted(self._within(key), key=number_of)

    def _on_level(self, key: str, here: frozenset[str]) -> str:
        """Return the box of a level that stands for a node, "" where none does."""
        key = self._shown.get(key, key)
        while key and key not in here:
            key = self._holder.get(key, "")
        return key

    # Frames ---------------------------------------------------------------------------------------

    def frames_around(self, places: Mapping[str, Place]) -> dict[str, Rect]:
        """Return for each open frame the rectangle in which it holds what it held before.

        A frame that was arranged fits its content; one that was not only grows.
        """
        found: dict[str, Rect] = {}
        for frame in self._open:
            if frame in self._inner:
                found[frame] = (*places[frame], *self._turned(self._sizes[frame]))
                continue
            held = [key for key, holder in self._holder.items() if holder == frame]
            moved = [key for key in held if key in places or key in found]
            if moved:
                found[frame] = self._grown(frame, [self._now(k, places, found) for k in held])
        return found

    def _now(self, key: str, places: Mapping[str, Place], found: Mapping[str, Rect]) -> Rect:
        if key in found:
            return found[key]
        x, y, width, height = self._turned(self._rects[key])
        return (*places.get(key, (x, y)), width, height)

    def _grown(self, frame: str, held: Iterable[Rect]) -> Rect:
        left, top, width, height = self._turned(self._rects[frame])
        right, bottom = left + width, top + height
        for x, y, across, down in held:
            left, top = min(left, x - MARGIN), min(top, y - MARGIN - TITLE)
            right, bottom = max(right, x + across + MARGIN), max(bottom, y + down + MARGIN)
        return left, top, right - left, bottom - top


def _is_solid(node: Node) -> bool:
    return not isinstance(node, Note | Frame) or (isinstance(node, Frame) and bool(node.folded))


def _shown(document: Document) -> dict[str, str]:
    """Return for every node that is folded away the outermost folded frame, which is seen."""
    within = {
        key: node.id
        for node in in_order(document.nodes)
        if isinstance(node, Frame)
        for key in node.folded
    }
    shown = {}
    for key in within:
        at, seen = key, set()
        while at in within and at not in seen:
            seen.add(at)
            at = within[at]
        shown[key] = at
    return shown


def _contains(outer: Rect, inner: Rect) -> bool:
    left, top, width, height = inner
    return (
        outer[0] <= left
        and outer[1] <= top
        and left + width <= outer[0] + outer[2]
        and top + height <= outer[1] + outer[3]
    )


def _around(places: Mapping[str, Place], sizes: Mapping[str, Size]) -> Rect:
    """Return left, top, right and bottom of all boxes together."""
    return (
        min(x for x, _ in places.values()),
        min(y for _, y in places.values()),
        max(x + sizes[key][0] for key, (x, _) in places.items()),
        max(y + sizes[key][1] for key, (_, y) in places.items()),
    )


def _anchored(places: dict[str, Place], before: list[Rect], boxes: list[Box]) -> dict[str, Place]:
    """Return the places moved so that the top left corner of them all stays about where it was."""
    dx = round(min(rect[0] for rect in before) / GRID) * GRID
    # The first row's centre comes to lie on the grid, and stays there when one arranges again.
    first = min(places, key=lambda key: (places[key][1], number_of(key)))
    half = next(box.height for box in boxes if box.key == first) / 2
    dy = round((min(rect[1] for rect in before) + half) / SNAP) * SNAP - half
    return {key: (x + dx, y + dy) for key, (x, y) in places.items()}


def _by_signature(document: Document) -> list[Node]:
    """Return the nodes in the order in which they were made, inputs and outputs as in the model."""
    rank = {node_id: index for index, node_id in enumerate((*document.inputs, *document.outputs))}
    slots = sorted(number_of(node_id) for node_id in rank)
    numbers = dict(zip(sorted(rank, key=rank.__getitem__), slots, strict=True))
    nodes = in_order(document.nodes)
    return sorted(nodes, key=lambda node: numbers.get(node.id, number_of(node.id)))


def _wires(document: Document, node: Node, catalog: Catalog | None) -> list[Wire]:
    """Return the wires into `node`, from its upper ports to its lower ones."""
    wires = list(wires_into(node))
    if not isinstance(node, Call) or len(node.inputs) < 2:
        return wires
    if catalog is not None:
        names = [port.name for port in input_ports(document, catalog, node)]
    else:
        layer = document.layers[node.layer]
        ports = layer.inputs if isinstance(layer, SavedModel) else ()
        names = [port.name for port in ports]
    rank = {name: place for place, name in enumerate(names)}
    return sorted(wires, key=lambda wire: rank.get(wire.port, len(rank)))
