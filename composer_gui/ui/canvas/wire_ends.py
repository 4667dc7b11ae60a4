"""Where a wire that begins at a node, or leads to it, could have its other end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from composer_gui.core.connections import refusal
from composer_gui.core.document import DOWN, Document, Dot, Input, Output, Source, Wire
from composer_gui.core.graph import Graph
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.ports import input_ports, output_ports
from composer_gui.ui import fuzzy

MOST = 40
"""Nodes whose ports are looked at; who has more to choose from types another letter."""

BACKWARDS = 3.0
"""How much farther away a node counts that lies against the way the wires run."""


@dataclass(frozen=True, slots=True)
class WireEnd:
    """A wire that could be drawn, or taken away where it `is_there`.

    `other` is the node at its far end and `title` what that is called, with the ports where there
    are several. The wire would take the place of `instead_of`, a label. `refused` says why it may
    not be drawn.
    """

    wire: Wire
    other: str
    title: str
    is_there: bool = False
    instead_of: str = ""
    refused: str = ""


class WireEnds:
    """The ends that a wire from a node (`side` "out") or to it ("in") could have in a design.

    With `kept`, a wire that is not in the design now, its port at that node is the only one there.
    """

    def __init__(
        self,
        document: Document,
        catalog: Catalog,
        graph: Graph,
        node_id: str,
        side: str,
        *,
        kept: Wire | None = None,
    ) -> None:
        self._document = document
        self._catalog = catalog
        self._node_id = node_id
        self._is_out = side == "out"
        self._kept = kept
        behind = graph.upstream if self._is_out else graph.downstream
        self._closing = behind((node_id,))

    @property
    def has_port(self) -> bool:
        """Whether the node has a port on that side."""
        return bool(self._ports_of(self._node_id, own=True))

    def named(self, text: str) -> list[WireEnd]:
        """Return the ends at nodes that `text` fits, the likeliest first: what is free and near."""
        text = text.strip()
        fits = {}
        for node_id in self._candidates():
            found = fuzzy.fit(text, self._document.label(node_id))
            if found is not None:
                fits[node_id] = found.weight if text else 0.0
        near = sorted(fits, key=lambda node_id: (-fits[node_id], self._distance(node_id)))[:MOST]
        ends = [end for node_id in near for end in self._at(node_id)]
        order = {node_id: number for number, node_id in enumerate(near)}
        return sorted(ends, key=lambda end: (_rank(end), order[end.other]))

    def why_none(self, text: str) -> str:
        """Return why no node that `text` fits is among the ends."""
        label = self._document.label
        for node_id in self._closing - {self._node_id}:
            if fuzzy.fit(text, label(node_id)) is not None:
                ends = (node_id, self._node_id) if self._is_out else (self._node_id, node_id)
                first, last = map(label, ends)
                return f"{first} already leads to {last}: this wire would close a loop."
        return "No node of that name could have the wire's other end."

    def _candidates(self) -> Iterable[str]:
        without = (Input if self._is_out else Output,)
        for node_id, node in self._document.nodes.items():
            wired = hasattr(node, "layer") or isinstance(node, Input | Output | Dot)
            if wired and node_id not in self._closing and not isinstance(node, without):
                yield node_id

    def _distance(self, node_id: str) -> float:
        here, there = self._document.nodes[self._node_id], self._document.nodes[node_id]
        dx, dy = there.x - here.x, there.y - here.y
        if self._document.flow == DOWN:
            dx, dy = dy, dx
        ahead = dx if self._is_out else -dx
        return abs(dy) + (ahead if ahead >= 0 else -ahead * BACKWARDS)

    # The ports of one node -----------------------------------------------------------------------

    def _at(self, node_id: str) -> list[WireEnd]:
        """Return an end for each pair of ports of the two nodes."""
        own = self._ports_of(self._node_id, own=True)
        others = self._ports_of(node_id, own=False)
        found = []
        for mine in own:
            for theirs in others:
                source, consumer = (mine, theirs) if self._is_out else (theirs, mine)
                named = [mine] if len(own) > 1 else []
                named += [theirs] if len(others) > 1 else []
                found.append(self._end(node_id, source, consumer, " · ".join(named)))
        return [end for end in found if end.wire != self._kept]

    def _ports_of(self, node_id: str, *, own: bool) -> list[str]:
        node, kept = self._document.nodes[node_id], self._kept
        if own and kept is not None:
            return [kept.source.port if self._is_out else kept.port]
        if own == self._is_out:
            return list(output_ports(self._document, self._catalog, node) or ())
        return [port.name for port in input_ports(self._document, self._catalog, node)]

    def _end(self, node_id: str, out: str, into: str, ports: str) -> WireEnd:
        start, end = self._node_id, node_id
        if not self._is_out:
            start, end = end, start
        document, source = self._document, Source(start, out)
        title = document.label(node_id) + (f" · {ports}" if ports else "")
        sources = document.nodes[end].inputs.get(into, ())
        if source in sources:
            wire = Wire(source, end, into, sources.index(source))
            return WireEnd(wire, node_id, title, is_there=True)
        ports_in = input_ports(document, self._catalog, document.nodes[end])
        many = any(port.name == into and port.many for port in ports_in)
        replaced = document.label(sources[0].node) if sources and not many else ""
        same_place = self._kept is not None and (end, into) == (self._kept.node, self._kept.port)
        last = self._kept.index if same_place else len(sources)
        wire = Wire(source, end, into, last if many else 0)
        refused = refusal(document, self._catalog, wire, replacing=bool(replaced))
        sentence = refused.sentence if refused is not None else ""
        return WireEnd(wire, node_id, title, instead_of=replaced, refused=sentence)


def _rank(end: WireEnd) -> int:
    """Return what comes first: what is free, what takes a place, what is there, what may not be."""
    return 3 if end.refused else 2 if end.is_there else 1 if end.instead_of else 0
