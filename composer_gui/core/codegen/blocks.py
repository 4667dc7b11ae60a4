"""Blocks of a design that go by their names: `conv2_block1_…`, `conv2_block2_…`, and variants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from composer_gui.core.codegen.alignment import Alignment, Piece, Shape, align
from composer_gui.core.codegen.conditions import conditions
from composer_gui.core.codegen.differences import differences
from composer_gui.core.codegen.stems import Label, Stems
from composer_gui.core.codegen.stretches import FRAME, LONGEST, SHORTEST, Repeat, Stretches


class Blocks:
    """Finds the blocks that repeated stretches belong to, among the calls of one design."""

    def __init__(self, of: Stretches) -> None:
        self._of = of

    def whole(self, repeat: Repeat, saved: int) -> Repeat | None:
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
        while number < len(self._of.calls):
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
        name = self._of.names[number]
        found = ""
        for ahead in range(number, min(number + LONGEST, len(self._of.calls)) if name else number):
            other = self._of.names[ahead] or name
            if other.split("_")[0] != name.split("_")[0]:
                break
            tags = (other.removesuffix(end) for end in ends if other.endswith(end))
            fitting = [tag for tag in tags if tag and name.startswith(f"{tag}_")]
            found = min(filter(None, [found, *fitting]), key=len, default="")
        return found

    def _block_end(self, start: int, tag: str) -> int:
        """Return where a block ends: the calls named so, and operations among and behind them."""
        stop = start
        while stop < len(self._of.calls) and not self._of.taken[stop]:
            layer, name = self._of.layers[stop], self._of.names[stop]
            if layer is None or not (name is None or name.startswith(f"{tag}_")):
                break
            if name is None and not any(
                self._of.numbers.get(source.node, -1) >= start for source in self._of.sources[stop]
            ):
                break
            stop += 1
        return stop

    def _stands_alone(self, start: int, stop: int) -> bool:
        """Return whether a stretch takes one tensor and gives nothing but its end."""
        inside = all(last < stop for last in self._of.last_uses[start : stop - 1])
        return inside and len(self._of.outside(start, stop)) == 1

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
            [None if number is None else self._of.layers[start + number] for number in order]
            for start, order in zip(starts, orders, strict=True)
        ]
        words = [key if isinstance(key, str) else "" for key in found.keys]
        differing = differences(layers, self._of.wiring.catalog, {"name"}, words)
        columns = list(zip(*layers, strict=True))
        presence = [tuple(layer is not None for layer in column) for column in columns]
        said = differing and conditions(presence, found, columns, differing)
        places = tuple(
            tuple(None if number is None else self._of.calls[start + number] for number in order)
            for start, order in zip(starts, orders, strict=True)
        )
        steps = zip(zip(*places, strict=True), found.takes, strict=True)
        models = [self._model(nodes, takes) for nodes, takes in steps]
        if not said or None in models:
            return None
        return Repeat(
            places=places,
            sources=tuple(self._of.outside(*blocks[tag]) for tag in tags),
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
                pairs = set(zip(self._of.wiring.sources(node_id), takes, strict=True))
                if len(pairs) == len({source for source, _ in pairs}):
                    return node_id
        return None

    def _keyed(self, tag: str, start: int, stop: int) -> Shape:
        """Return what a block is made of; its pieces go by what they are named besides `tag`."""
        outside = self._of.outside(start, stop)
        pieces = []
        before, count = "", 0
        for number in range(start, stop):
            name = self._of.names[number]
            if name is None:
                count += 1
                key: tuple | str = (before, count, self._of.kinds[number])
            else:
                before, count = name.removeprefix(f"{tag}_"), 0
                key = before
            pieces.append(
                Piece(key, self._of.kinds[number], self._of.takes(number, start, outside))
            )
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
