"""Graphs to be arranged, and what is seen of them then: crossings, overlaps, wires under nodes."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from canvas_frames import layered
from immutables import Map

from composer_gui.core.document import EMPTY, Call, Document, Source, Wire, put, wires_into
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.routing import Place, Rect, Routes, curves

WIDTHS, HEIGHTS = (168.0, 192.0, 240.0), (72.0, 90.0, 108.0, 126.0)
STRIP = 400.0
"""Side in pixels of the squares in which crossings are looked for."""
SAMPLES = 24
"""So many places of each curve are looked at."""

Wires = list[tuple[int, int]]
Line = tuple[Place, Place]


def random_layers(count: int) -> Wires:
    """Return the wires of the graph that the canvas is measured with: 1.3 a node."""
    return [(s, end) for end, (_, _, sources) in enumerate(layered(count)) for s in sources]


def residual_net(name: str) -> Wires:
    """Return the wires between the layers of a model in `keras.applications`."""
    import keras

    model = getattr(keras.applications, name)(weights=None)
    number = {layer.name: place for place, layer in enumerate(model.layers)}
    found = {}
    for layer in model.layers:
        for node in layer._inbound_nodes:
            for tensor in node.input_tensors:
                found[number[tensor._keras_history.operation.name], number[layer.name]] = None
    return list(found)


def design(wires: Wires) -> Document:
    """Return a design of merging layers that are wired so."""
    sources: dict[int, list[Source]] = {n: [] for n in range(max(map(max, wires)) + 1)}
    for start, end in wires:
        sources[end].append(Source(f"n{start}"))
    nodes = [
        Call(f"n{n}", "l0", inputs=Map({"inputs": tuple(starts)}) if starts else EMPTY)
        for n, starts in sources.items()
    ]
    return put(Document(), KerasLayer("l0", "add", "Add"), *nodes).settled()


def sizes_of(document: Document) -> dict[str, tuple[float, float]]:
    """Return sizes such as the canvas gives, the same every time."""
    dice = random.Random(7)
    ids = sorted(document.nodes, key=lambda key: int(key[1:]))
    return {key: (dice.choice(WIDTHS), dice.choice(HEIGHTS)) for key in ids}


# What is seen -------------------------------------------------------------------------------------


def crossings(lines: list[Line]) -> int:
    """Return how many pairs of straight lines cross that have no end in common."""
    squares: dict[tuple[int, int], list[int]] = {}
    for number, line in enumerate(lines):
        for square in _squares(line):
            squares.setdefault(square, []).append(number)
    pairs = set()
    for numbers in squares.values():
        for place, one in enumerate(numbers):
            pairs.update((other, one) for other in numbers[:place] if _cross(lines, one, other))
    return len(pairs)


def _squares(line: Line) -> Iterator[tuple[int, int]]:
    (x0, y0), (x1, y1) = sorted(line)
    slope = (y1 - y0) / (x1 - x0) if x1 > x0 else 0.0
    for column in range(int(x0 // STRIP), int(x1 // STRIP) + 1):
        left, right = max(x0, column * STRIP), min(x1, (column + 1) * STRIP)
        ends = (y0 + slope * (left - x0), y0 + slope * (right - x0)) if x1 > x0 else (y0, y1)
        for row in range(int(min(ends) // STRIP), int(max(ends) // STRIP) + 1):
            yield column, row


def _cross(lines: list[Line], one: int, other: int) -> bool:
    (a, b), (c, d) = lines[one], lines[other]
    if {a, b} & {c, d}:
        return False
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Place, b: Place, c: Place) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def overlapping(rects: dict[str, Rect]) -> int:
    """Return how many nodes lie on another one."""
    near = _Near(rects)
    return sum(any(key != other for other in near.at(rect)) for key, rect in rects.items())


def ends_of(document: Document, rects: dict[str, Rect]) -> dict[Wire, Line]:
    """Return from where to where each wire runs: rings are spread evenly over a node's edge."""
    found = {}
    for node in document.nodes.values():
        wires = list(wires_into(node))
        left, top, _, bottom = rects[node.id]
        for place, wire in enumerate(wires, start=1):
            source = rects[wire.source.node]
            start = source[2], (source[1] + source[3]) / 2
            found[wire] = start, (left, top + (bottom - top) * place / (len(wires) + 1))
    return found


def under_nodes(rects: dict[str, Rect], ends: dict[Wire, Line], routes: Routes | None) -> int:
    """Return how many wires run under a node that is not at their ends, as they are drawn."""
    near = _Near(rects)
    count = 0
    for wire, (start, end) in ends.items():
        own = {wire.source.node, wire.node}
        way = routes.of(wire) if routes is not None else ()
        points = _points(start, curves(start, end, way))
        count += any(
            key not in own
            for x, y in points
            for key in near.at((x - 0.5, y - 0.5, x + 0.5, y + 0.5))
        )
    return count


def _points(start: Place, pieces) -> Iterator[Place]:
    at = start
    for one, other, last in pieces:
        steps = max(SAMPLES, int(math.dist(at, last) / 40))
        for number in range(steps + 1):
            t = number / steps
            a, b, c, d = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t * t, t**3
            yield (
                a * at[0] + b * one[0] + c * other[0] + d * last[0],
                a * at[1] + b * one[1] + c * other[1] + d * last[1],
            )
        at = last


class _Near:
    """Rectangles, found by where they are."""

    def __init__(self, rects: dict[str, Rect]) -> None:
        self._rects = rects
        self._squares: dict[tuple[int, int], list[str]] = {}
        for key, rect in rects.items():
            for square in self._covered(rect):
                self._squares.setdefault(square, []).append(key)

    def at(self, rect: Rect) -> Iterator[str]:
        left, top, right, bottom = rect
        for square in self._covered(rect):
            for key in self._squares.get(square, ()):
                other = self._rects[key]
                if left < other[2] and other[0] < right and top < other[3] and other[1] < bottom:
                    yield key

    def _covered(self, rect: Rect) -> Iterator[tuple[int, int]]:
        for column in range(int(rect[0] // STRIP), int(rect[2] // STRIP) + 1):
            for row in range(int(rect[1] // STRIP), int(rect[3] // STRIP) + 1):
                yield column, row
