"""Stretches of a design that come several times, to be written once as a function.

A stretch repeats where the same classes are wired in the same way behind one tensor or two, one
tensor comes out, and the names are made alike: `block1_conv`, `block2_conv`, or `conv`, `conv_1`.
The places need not lie side by side. What a stretch has in some places only, and what could be
left out there, is written behind an `if`.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from composer_gui.core.codegen.alignment import Alignment, Piece, Shape, align
from composer_gui.core.codegen.conditions import conditions
from composer_gui.core.codegen.differences import Differences, differences
from composer_gui.core.codegen.reading import Reading
from composer_gui.core.codegen.stems import Label, Stems, stems
from composer_gui.core.document import KerasLayer, Operation, Source

SHORTEST, LONGEST = 3, 80
"""Calls in a stretch."""

LONG = 12
"""Calls from which on a function is long."""

LEAST_SAVED = 2
"""Lines that have to be saved, or it reads better written out."""

FRAME = 5
"""Lines around the body of a function."""

MOST_SOURCES = 2
"""Tensors from which a stretch begins."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """One stretch and its places in the design.

    `places` holds the node ids of each, with None for a step that it leaves out, `sources` the
    tensors each begins from. `takes` says for each step what it takes: numbers of steps, or -1, -2
    for what the stretch begins from; `end` is the step whose result comes out. `models` holds a
    node for each step, in a place where what it takes is told apart. A step with a condition is
    left out where that does not hold, and what is in `instead` stands for its result.
    """

    places: tuple[tuple[str | None, ...], ...]
    sources: tuple[tuple[Source, ...], ...]
    stems: Stems
    differences: Differences
    takes: tuple[tuple[int, ...], ...]
    models: tuple[str, ...]
    end: int
    conditions: tuple[str, ...]
    instead: Mapping[int, int] = field(default_factory=dict)

    def nodes(self, place: int) -> list[str]:
        """Return the nodes of a place in order, that of what comes out last."""
        return [node_id for node_id in self.places[place] if node_id is not None]


def find(read: Reading, names: Mapping[str, str]) -> list[Repeat]:
    """Return the repeated stretches, those that save most lines first; they do not overlap."""
    return list(_Search(read, names).found())


@dataclass(slots=True)
class _Family:
    """Stretches of one length that are wired alike, by where they start."""

    length: int
    starts: list[int]

    def saved(self, count: int) -> int:
        """Return how many lines are saved where `count` places become calls of a function.

        Of a long function less is thought: two shorter ones may read better.
        """
        too_long = 3 * max(self.length - LONG, 0) // 2
        return count * (self.length - 1) - self.length - FRAME - too_long


class _Search:
    """Looks for stretches that are alike among the calls of one design."""

    def __init__(self, read: Reading, names: Mapping[str, str]) -> None:
        self._read = read
        self._wiring = read.wiring
        self._document = read.wiring.document
        self._calls = read.calls
        self._number = {node_id: number for number, node_id in enumerate(read.calls)}
        self._layers = [self._layer(node_id) for node_id in read.calls]
        self._names = [
            names.get(layer.id, "") if isinstance(layer, KerasLayer) else None
            for layer in self._layers
        ]
        self._sources = [self._wiring.sources(node_id) for node_id in read.calls]
        self._kinds = self._numbered_kinds()
        self._last_uses = self._find_last_uses()
        self._taken = [False] * len(read.calls)

    def _layer(self, node_id: str) -> KerasLayer | Operation | None:
        """Return the layer that a call makes for itself alone, None where that is not so."""
        layer = self._document.layers[self._document.nodes[node_id].layer]
        is_new = isinstance(layer, KerasLayer) and layer.weights is None
        fits = (
            (is_new or isinstance(layer, Operation))
            and layer.id not in self._read.held
            and node_id not in self._read.waiting
            and len(self._wiring.outputs(node_id)) == 1
        )
        return layer if fits else None

    def _numbered_kinds(self) -> list[int]:
        """Return a number for each call: equal where class, freezing and ports are the same."""
        numbers: dict[tuple, int] = {}
        found = []
        for node_id, layer in zip(self._calls, self._layers, strict=True):
            node = self._document.nodes[node_id]
            ports = tuple((port, len(node.inputs[port])) for port in sorted(node.inputs))
            if isinstance(layer, Operation):
                what = layer.function, repr(layer.arguments), repr(sorted(layer.keywords.items()))
            else:
                what = (layer.class_name, layer.trainable) if layer else node_id
            key = what, repr(sorted(node.arguments.items())), ports
            found.append(numbers.setdefault(key, len(numbers)))
        return found

    def _find_last_uses(self) -> list[int]:
        """Return the number of the last call that takes from each; Outputs are behind them all."""
        last = [0] * len(self._calls)
        for number, sources in enumerate(self._sources):
            for source in sources:
                if source.node in self._number:
                    last[self._number[source.node]] = number
        for node_id in self._document.outputs:
            for source in self._wiring.sources(node_id):
                if source.node in self._number:
                    last[self._number[source.node]] = len(self._calls)
        return last

    # Stretches ------------------------------------------------------------------------------------

    def found(self) -> Iterator[Repeat]:
        """Yield repeats, the one that saves most lines first."""
        families = self._families()
        heap = [(-f.saved(len(f.starts)), f.starts[0], n) for n, f in enumerate(families)]
        heapq.heapify(heap)
        while heap:
            promised, _, number = heapq.heappop(heap)
            family = families[number]
            starts = self._apart(family)
            saved = family.saved(len(starts))
            if len(starts) < 2 or saved < LEAST_SAVED:
                continue
            if saved < -promised:
                family.starts = starts
                heapq.heappush(heap, (-saved, starts[0], number))
                continue
            repeat = self._repeat(family.length, starts)
            if repeat is None:
                continue
            # a second label is a further argument in every place
            places = len(repeat.places)
            saved = family.saved(places) - (len(repeat.stems.labels) - 1) * places
            if saved < LEAST_SAVED:
                continue
            if heap and saved < min(-heap[0][0], -promised):
                heapq.heappush(heap, (-saved, starts[0], number))
                continue
            repeat = self._whole_blocks(repeat, saved) or repeat
            for place in range(len(repeat.places)):
                for node_id in repeat.nodes(place):
                    self._taken[self._number[node_id]] = True
            yield repeat

    def _families(self) -> list[_Family]:
        found: dict[tuple[int, int], _Family] = {}
        for start in range(len(self._calls)):
            for length, shape in self._shapes(start):
                family = found.setdefault((length, shape), _Family(length, []))
                family.starts.append(start)
        alike = (family for family in found.values() if len(family.starts) > 1)
        return [family for family in alike if family.saved(len(family.starts)) >= LEAST_SAVED]

    def _shapes(self, start: int) -> Iterator[tuple[int, int]]:
        """Yield length and shape of the stretches from here that give nothing but their end."""
        outside: list[Source] = []
        shape, furthest = 0, start
        for number in range(start, min(start + LONGEST, len(self._calls))):
            if self._layers[number] is None:
                return
            wires = []
            for source in self._sources[number]:
                place = self._number.get(source.node, -1)
                if place >= start:
                    wires.append(number - place)
                    continue
                if source not in outside:
                    outside.append(source)
                wires.append(-outside.index(source))
            if len(outside) > MOST_SOURCES or furthest == len(self._calls):
                return
            shape = hash((shape, self._kinds[number], *wires))
            if furthest <= number and number - start + 1 >= SHORTEST:
                yield number - start + 1, shape
            furthest = max(furthest, self._last_uses[number])

    def _apart(self, family: _Family) -> list[int]:
        """Return the starts of stretches that touch neither each other nor what is taken."""
        found: list[int] = []
        free = 0
        for start in family.starts:
            if start >= free and not any(self._taken[start : start + family.length]):
                found.append(start)
                free = start + family.length
        return found

    # Names and parameters -------------------------------------------------------------------------

    def _repeat(self, length: int, starts: Sequence[int]) -> Repeat | None:
        """Return the stretches as a repeat; None where names or parameters do not go together."""
        shapes = {self._shape(start, start + length) for start in starts}
        coherent = [start for start in starts if self._is_coherent(start, start + length)]
        starts = coherent if len(coherent) > 1 else starts
        named = stems([self._names[start : start + length] for start in starts])
        if named is None or len(shapes) > 1:
            return None
        layers = [self._layers[start : start + length] for start in starts]
        differing = differences(layers, self._wiring.catalog, {x.parameter for x in named.labels})
        if differing is None:
            return None
        return Repeat(
            places=tuple(self._calls[start : start + length] for start in starts),
            sources=tuple(self._outside(start, start + length) for start in starts),
            stems=named,
            differences=differing,
            takes=tuple(piece.takes for piece in shapes.pop()),
            models=self._calls[starts[0] : starts[0] + length],
            end=length - 1,
            conditions=("",) * length,
        )

    def _is_coherent(self, start: int, stop: int) -> bool:
        """Return whether all names of a stretch begin with the same word."""
        words = {name.split("_")[0] for name in self._names[start:stop] if name is not None}
        return len(words) == 1

    def _shape(self, start: int, stop: int) -> Shape:
        """Return what a stretch is made of; its pieces go by their numbers."""
        outside = self._outside(start, stop)
        return tuple(
            Piece(number - start, self._kinds[number], self._takes(number, start, outside))
            for number in range(start, stop)
        )

    def _takes(self, number: int, start: int, outside: tuple[Source, ...]) -> tuple[int, ...]:
        return tuple(
            -1 - outside.index(s) if s in outside else self._number[s.node] - start
            for s in self._sources[number]
        )

    def _outside(self, start: int, stop: int) -> tuple[Source, ...]:
        taken = (s for sources in self._sources[start:stop] for s in sources)
        return tuple(dict.fromkeys(s for s in taken if self._number.get(s.node, -1) < start))

    # Blocks by their names ------------------------------------------------------------------------

    def _whole_blocks(self, repeat: Repeat, saved: int) -> Repeat | None:
        """Return the blocks by whose names a repeat goes, whole and with their variants.

        None where that does not work out, or saves fewer lines than the repeat does.
        """
        blocks = self._blocks(repeat)
        while len(blocks) > 1:
            found = self._aligned(blocks)
            if found is not None:
                lines = sum(len(found.nodes(place)) - 1 for place in range(len(found.places)))
                optional = len({c for c in found.conditions if c})
                better = lines - len(found.takes) - 2 * optional - FRAME >= saved
                return found if better else None
            blocks = self._without_rarest(blocks)
        return None

    def _blocks(self, repeat: Repeat) -> dict[str, tuple[int, int]]:
        """Return the stretches of calls named alike, by the word that their names begin with."""
        texts = [text for text in repeat.stems.texts if text is not None]
        if len(repeat.stems.labels) != 1 or not all(t.startswith("{name}_") for t in texts):
            return {}
        ends = tuple(text.removeprefix("{name}") for text in texts)
        found: dict[str, tuple[int, int]] = {}
        number = 0
        while number < len(self._calls):
            tag = self._tag(number, ends)
            stop = self._block_end(number, tag) if tag and tag not in found else number
            if stop - number >= SHORTEST and self._stands_alone(number, stop):
                found[tag] = (number, stop)
                number = stop
            else:
                number += 1
        return found

    def _tag(self, number: int, ends: tuple[str, ...]) -> str:
        """Return what a name is made of besides one of these ends, looking a few calls ahead."""
        name = self._names[number]
        found = ""
        for ahead in range(number, min(number + LONGEST, len(self._calls)) if name else number):
            other = self._names[ahead] or name
            if other.split("_")[0] != name.split("_")[0]:
                break
            tags = (other.removesuffix(end) for end in ends if other.endswith(end))
            fitting = [tag for tag in tags if tag and name.startswith(f"{tag}_")]
            found = min(filter(None, [found, *fitting]), key=len, default="")
        return found

    def _block_end(self, start: int, tag: str) -> int:
        """Return where a block ends: the calls named so, and operations among and behind them."""
        stop = start
        while stop < len(self._calls) and not self._taken[stop]:
            layer, name = self._layers[stop], self._names[stop]
            if layer is None or not (name is None or name.startswith(f"{tag}_")):
                break
            if name is None and not any(
                self._number.get(source.node, -1) >= start for source in self._sources[stop]
            ):
                break
            stop += 1
        return stop

    def _stands_alone(self, start: int, stop: int) -> bool:
        """Return whether a stretch takes one tensor and gives nothing but its end."""
        inside = all(last < stop for last in self._last_uses[start : stop - 1])
        return inside and len(self._outside(start, stop)) == 1

    def _aligned(self, blocks: Mapping[str, tuple[int, int]]) -> Repeat | None:
        tags = tuple(blocks)
        shapes = [self._keyed(tag, *blocks[tag]) for tag in tags]
        kinds = list(dict.fromkeys(shapes))
        found = align(kinds)
        if found is None:
            return None
        orders = [found.orders[kinds.index(shape)] for shape in shapes]
        starts = [start for start, _ in blocks.values()]
        layers = [
            [None if number is None else self._layers[start + number] for number in order]
            for start, order in zip(starts, orders, strict=True)
        ]
        words = [key if isinstance(key, str) else "" for key in found.keys]
        differing = differences(layers, self._wiring.catalog, {"name"}, words)
        columns = list(zip(*layers, strict=True))
        presence = [tuple(layer is not None for layer in column) for column in columns]
        said = differing and conditions(presence, found, columns, differing)
        places = tuple(
            tuple(None if number is None else self._calls[start + number] for number in order)
            for start, order in zip(starts, orders, strict=True)
        )
        steps = zip(zip(*places, strict=True), found.takes, strict=True)
        models = [self._model(nodes, takes) for nodes, takes in steps]
        if not said or None in models:
            return None
        return Repeat(
            places=places,
            sources=tuple(self._outside(*blocks[tag]) for tag in tags),
            stems=_named(found, tags),
            differences=said.differences,
            takes=found.takes,
            models=tuple(models),
            end=found.end,
            conditions=said.texts,
            instead=found.instead,
        )

    def _model(self, nodes: Sequence[str | None], takes: tuple[int, ...]) -> str | None:
        """Return a node of a step in which no tensor stands for two; None if there is none."""
        for node_id in nodes:
            if node_id is not None:
                pairs = set(zip(self._wiring.sources(node_id), takes, strict=True))
                if len(pairs) == len({source for source, _ in pairs}):
                    return node_id
        return None

    def _keyed(self, tag: str, start: int, stop: int) -> Shape:
        """Return what a block is made of; its pieces go by what they are named besides `tag`."""
        outside = self._outside(start, stop)
        pieces = []
        before, count = "", 0
        for number in range(start, stop):
            name = self._names[number]
            if name is None:
                count += 1
                key: tuple | str = (before, count, self._kinds[number])
            else:
                before, count = name.removeprefix(f"{tag}_"), 0
                key = before
            pieces.append(Piece(key, self._kinds[number], self._takes(number, start, outside)))
        return tuple(pieces)

    def _without_rarest(self, blocks: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
        """Return the blocks without those of the rarest kind."""
        kinds = {tag: self._keyed(tag, *bounds) for tag, bounds in blocks.items()}
        count = Counter(kinds.values())
        rarest = min(count.values())
        return {tag: bounds for tag, bounds in blocks.items() if count[kinds[tag]] > rarest}


def _named(found: Alignment, tags: tuple[str, ...]) -> Stems:
    words = tuple(key if isinstance(key, str) else "" for key in found.keys)
    texts = tuple(f"{{name}}_{word}" if word else None for word in words)
    return Stems((Label("name", tags),), texts, words)
