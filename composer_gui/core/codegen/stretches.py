"""Stretches of the calls of a design: what they are made of, and what they have around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from composer_gui.core.codegen.alignment import Piece, Shape
from composer_gui.core.codegen.differences import Differences
from composer_gui.core.codegen.reading import Reading
from composer_gui.core.codegen.stems import Stems
from composer_gui.core.document import Source
from composer_gui.core.layer_kinds import KerasLayer, Operation

SHORTEST, LONGEST = 3, 80
"""Calls in a stretch."""

FRAME = 5
"""Lines around the body of a function."""


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


class Stretches:
    """The calls of one design in reading order, and what is to be known of stretches of them.

    By the number of each call: its layer where that is its own, the layer's name, the tensors that
    it takes, its kind, the last call that takes from it, and whether a function has it already.
    """

    def __init__(self, read: Reading, names: Mapping[str, str]) -> None:
        self._read = read
        self.wiring = read.wiring
        self._document = read.wiring.document
        self.calls = read.calls
        self.numbers = {node_id: number for number, node_id in enumerate(read.calls)}
        self.layers = [self._own_layer(node_id) for node_id in read.calls]
        self.names = [
            names.get(layer.id, "") if isinstance(layer, KerasLayer) else None
            for layer in self.layers
        ]
        self.sources = [self.wiring.sources(node_id) for node_id in read.calls]
        self.kinds = self._numbered_kinds()
        self.last_uses = self._find_last_uses()
        self.taken = [False] * len(read.calls)

    def _own_layer(self, node_id: str) -> KerasLayer | Operation | None:
        """Return the layer that a call makes for itself alone, None where that is not so."""
        layer = self._document.layers[self._document.nodes[node_id].layer]
        is_new = isinstance(layer, KerasLayer) and layer.weights is None
        fits = (
            (is_new or isinstance(layer, Operation))
            and layer.id not in self._read.held
            and node_id not in self._read.waiting
            and len(self.wiring.outputs(node_id)) == 1
        )
        return layer if fits else None

    def _numbered_kinds(self) -> list[int]:
        """Return a number for each call: equal where class, freezing and ports are the same."""
        numbers: dict[tuple, int] = {}
        found = []
        for node_id, layer in zip(self.calls, self.layers, strict=True):
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
        last = [0] * len(self.calls)
        for number, sources in enumerate(self.sources):
            for source in sources:
                if source.node in self.numbers:
                    last[self.numbers[source.node]] = number
        for node_id in self._document.outputs:
            for source in self.wiring.sources(node_id):
                if source.node in self.numbers:
                    last[self.numbers[source.node]] = len(self.calls)
        return last

    def shape(self, start: int, stop: int) -> Shape:
        """Return what a stretch is made of; its pieces go by their numbers."""
        outside = self.outside(start, stop)
        return tuple(
            Piece(number - start, self.kinds[number], self.takes(number, start, outside))
            for number in range(start, stop)
        )

    def takes(self, number: int, start: int, outside: tuple[Source, ...]) -> tuple[int, ...]:
        """Return what a call of a stretch takes, as in a Piece."""
        return tuple(
            -1 - outside.index(s) if s in outside else self.numbers[s.node] - start
            for s in self.sources[number]
        )

    def outside(self, start: int, stop: int) -> tuple[Source, ...]:
        """Return the tensors from which a stretch begins, each once."""
        taken = (s for sources in self.sources[start:stop] for s in sources)
        return tuple(dict.fromkeys(s for s in taken if self.numbers.get(s.node, -1) < start))
