"""Stretches of a design that come several times, to be written once as a function.

A stretch repeats where the same classes are wired in the same way behind one tensor or two, one
tensor comes out, and the names are made alike: `block1_conv`, `block2_conv`, or `conv`, `conv_1`.
The places need not lie side by side. What a stretch has in some places only, and what could be
left out there, is written behind an `if`.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from composer_gui.core.codegen.blocks import Blocks
from composer_gui.core.codegen.differences import differences
from composer_gui.core.codegen.reading import Reading
from composer_gui.core.codegen.stems import stems
from composer_gui.core.codegen.stretches import FRAME, LONGEST, SHORTEST, Repeat, Stretches
from composer_gui.core.document import Source

LONG = 12
"""Calls from which on a function is long."""

LEAST_SAVED = 2
"""Lines that have to be saved, or it reads better written out."""

MOST_SOURCES = 2
"""Tensors from which a stretch begins."""


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
        self._of = Stretches(read, names)
        self._blocks = Blocks(self._of)

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
            repeat = self._blocks.whole(repeat, saved) or repeat
            for place in range(len(repeat.places)):
                for node_id in repeat.nodes(place):
                    self._of.taken[self._of.numbers[node_id]] = True
            yield repeat

    def _families(self) -> list[_Family]:
        found: dict[tuple[int, int], _Family] = {}
        for start in range(len(self._of.calls)):
            for length, shape in self._shapes(start):
                family = found.setdefault((length, shape), _Family(length, []))
                family.starts.append(start)
        alike = (family for family in found.values() if len(family.starts) > 1)
        return [family for family in alike if family.saved(len(family.starts)) >= LEAST_SAVED]

    def _shapes(self, start: int) -> Iterator[tuple[int, int]]:
        """Yield length and shape of the stretches from here that give nothing but their end."""
        outside: list[Source] = []
        shape, furthest = 0, start
        for number in range(start, min(start + LONGEST, len(self._of.calls))):
            if self._of.layers[number] is None:
                return
            wires = []
            for source in self._of.sources[number]:
                place = self._of.numbers.get(source.node, -1)
                if place >= start:
                    wires.append(number - place)
                    continue
                if source not in outside:
                    outside.append(source)
                wires.append(-outside.index(source))
            if len(outside) > MOST_SOURCES or furthest == len(self._of.calls):
                return
            shape = hash((shape, self._of.kinds[number], *wires))
            if furthest <= number and number - start + 1 >= SHORTEST:
                yield number - start + 1, shape
            furthest = max(furthest, self._of.last_uses[number])

    def _apart(self, family: _Family) -> list[int]:
        """Return the starts of stretches that touch neither each other nor what is taken."""
        found: list[int] = []
        free = 0
        for start in family.starts:
            if start >= free and not any(self._of.taken[start : start + family.length]):
                found.append(start)
                free = start + family.length
        return found

    # Names and parameters -------------------------------------------------------------------------

    def _repeat(self, length: int, starts: Sequence[int]) -> Repeat | None:
        """Return the stretches as a repeat; None where names or parameters do not go together."""
        shapes = {self._of.shape(start, start + length) for start in starts}
        coherent = [start for start in starts if self._is_coherent(start, start + length)]
        starts = coherent if len(coherent) > 1 else starts
        named = stems([self._of.names[start : start + length] for start in starts])
        if named is None or len(shapes) > 1:
            return None
        layers = [self._of.layers[start : start + length] for start in starts]
        differing = differences(
            layers, self._of.wiring.catalog, {x.parameter for x in named.labels}
        )
        if differing is None:
            return None
        return Repeat(
            places=tuple(self._of.calls[start : start + length] for start in starts),
            sources=tuple(self._of.outside(start, start + length) for start in starts),
            stems=named,
            differences=differing,
            takes=tuple(piece.takes for piece in shapes.pop()),
            models=self._of.calls[starts[0] : starts[0] + length],
            end=length - 1,
            conditions=("",) * length,
        )

    def _is_coherent(self, start: int, stop: int) -> bool:
        """Return whether all names of a stretch begin with the same word."""
        words = {name.split("_")[0] for name in self._of.names[start:stop] if name is not None}
        return len(words) == 1
