"""Puts the nodes of a design in the place of the calls of a layer: what opening and ungrouping do.

The wires of a call are led on to the ends inside, and the names, places and freezing of what comes
out are those that it has for the user who looks at it from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from immutables import Map

from composer_gui.core import opened_layers
from composer_gui.core.document import (
    EMPTY,
    Call,
    Document,
    Dot,
    Frame,
    Input,
    Node,
    Note,
    Output,
    Source,
    drop,
    head,
    in_order,
    number_of,
    put,
)
from composer_gui.core.edit_layers import callers
from composer_gui.core.edit_nodes import place
from composer_gui.core.edit_wires import existing
from composer_gui.core.errors import EditRefused
from composer_gui.core.folding import frames_without
from composer_gui.core.labels import Labels
from composer_gui.core.layer_kinds import KerasLayer, Layer, SavedModel, Submodel
from composer_gui.core.ports import design_ports
from composer_gui.core.room import Place, grown, holds, middle, snapped, stepped, steps_aside


def splice(document: Document, node_id: str, design: Document) -> Document:
    """Put the nodes of `design` in the place of a node, and of all that call the same layer.

    The design has the ports of that layer. Wires are led through its Inputs and Outputs, which stay
    out; a wire straight from one to the other passes through. The calls go on sharing weights:
    each gets nodes of its own, all of them the same new layers. What comes out is frozen where the
    layer was, and silent in training where that was for inference only. Nodes come to lie around
    the places of the calls, and push others aside where they would cover them.
    """
    node = existing(document, node_id)
    if not isinstance(node, Call):
        raise EditRefused(f"{document.label(node_id)} calls no layer, so nothing is inside.")
    container = document.layers[node.layer]
    calls = sorted(callers(document, {container.id}), key=lambda call: number_of(call.id))
    if any(call.bypassed for call in calls):
        label = next(document.label(call.id) for call in calls if call.bypassed)
        raise EditRefused(f"{label} is bypassed. Let it act again first.")
    rest = drop(document, container.id, *(call.id for call in calls))
    rest, layers = _layers_of(rest, design, container)
    rest, pieces = _pieces(rest, design, calls)
    ends = _Ends(design, pieces)
    followers = [
        replace(consumer, inputs=ends.led(consumer.inputs))
        for consumer in rest.nodes.values()
        if ends.starts_of(consumer)
    ]
    new = [_brought(node, piece, layers, ends) for piece in pieces for node in piece.nodes]
    spliced = put(rest, *layers.values(), *followers, *new)
    for piece in pieces:
        spliced = put(spliced, *frames_without(spliced, [piece.call.id], piece.ids.values()))
    code = tuple(file for file in design.code if file not in document.code)
    spliced = head(spliced, code=document.code + code) if code else spliced
    return _with_room(spliced, pieces)


def _layers_of(
    document: Document, design: Document, container: Layer
) -> tuple[Document, dict[str, Layer]]:
    """Return the layers that come out by the ids that they have in the design."""
    inner = in_order(design.layers)
    names = Labels.of(document).all_unique(layer.name for layer in inner)
    number = document.next_number
    layers = {}
    for index, (layer, name) in enumerate(zip(inner, names, strict=True)):
        fresh = replace(layer, id=f"l{number + index}", name=name)
        layers[layer.id] = _as_within(container, fresh)
    return head(document, next_number=number + len(inner)), layers


def _as_within(container: Layer, layer: Layer) -> Layer:
    """Return a layer as it was within `container`, which may not train or act."""
    inference = isinstance(container, SavedModel | Submodel) and container.inference
    if inference:
        layer = silenced(layer)
    elif not container.trainable and layer.trainable:
        layer = replace(layer, trainable=False)
    return layer


def silenced(layer: Layer) -> Layer:
    """Return a layer that behaves in training as it does afterwards: frozen, and without noise."""
    layer = replace(layer, trainable=False)
    if isinstance(layer, SavedModel | Submodel):
        return replace(layer, inference=True)
    if isinstance(layer, KerasLayer):
        quiet = opened_layers.silenced(layer.class_name, layer.parameters)
        return layer if quiet == layer.parameters else replace(layer, parameters=quiet)
    return layer


# Nodes and wires ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    """What comes in the place of one call: the design's nodes and their fresh ids."""

    call: Call
    nodes: tuple[Node, ...]
    ids: Mapping[str, str]


def _pieces(
    document: Document, design: Document, calls: list[Call]
) -> tuple[Document, list[_Piece]]:
    inner = [node for node in in_order(design.nodes) if not isinstance(node, Input | Output)]
    number = document.next_number
    pieces = []
    for call in calls:
        ids = {node.id: f"n{number + index}" for index, node in enumerate(inner)}
        pieces.append(_Piece(call, tuple(inner), ids))
        number += len(inner)
    return head(document, next_number=number), pieces


class _Ends:
    """Where the wires of the calls that go begin from now on."""

    def __init__(self, design: Document, pieces: list[_Piece]) -> None:
        self._pieces = {piece.call.id: piece for piece in pieces}
        names = design_ports(design, design.inputs)
        self._entries = dict(zip(design.inputs, names, strict=True))
        self._exits: dict[str, Source] = {}
        outputs = zip(design.outputs, design_ports(design, design.outputs), strict=True)
        for output_id, port in outputs:
            for sources in design.nodes[output_id].inputs.values():
                self._exits[port] = sources[0]

    def starts_of(self, consumer: Node) -> bool:
        """Whether a wire into `consumer` starts at a call that goes."""
        gone = self._pieces
        return any(s.node in gone for sources in consumer.inputs.values() for s in sources)

    def outside(self, source: Source) -> Source | None:
        """Return where a wire that began at `source` begins now; None where nothing comes."""
        while (piece := self._pieces.get(source.node)) is not None:
            inner = self._exits.get(source.port)
            if inner is None:
                return None
            if inner.node not in self._entries:
                return Source(piece.ids[inner.node], inner.port)
            given = piece.call.inputs.get(self._entries[inner.node], ())
            if not given:
                return None
            source = given[0]
        return source

    def inside(self, piece: _Piece, source: Source) -> Source | None:
        """Return where a wire within the design begins when that stands in the place of a call."""
        if source.node not in self._entries:
            return Source(piece.ids[source.node], source.port)
        given = piece.call.inputs.get(self._entries[source.node], ())
        return self.outside(given[0]) if given else None

    def led(self, inputs: Map, piece: _Piece | None = None) -> Map:
        """Return wires, of the design where `piece` is given, that begin at their ends."""
        led = {}
        for port, sources in inputs.items():
            ends = (self.inside(piece, s) if piece else self.outside(s) for s in sources)
            if kept := tuple(end for end in ends if end is not None):
                led[port] = kept
        return Map(led) if led else EMPTY


def _brought(node: Node, piece: _Piece, layers: Mapping[str, Layer], ends: _Ends) -> Node:
    """Return a node of the design as it stands outside, at its old place."""
    if isinstance(node, Frame):
        inside = (piece.ids[key] for key in node.folded if key in piece.ids)
        return replace(node, id=piece.ids[node.id], folded=tuple(inside))
    if isinstance(node, Note):
        return replace(node, id=piece.ids[node.id])
    inputs = ends.led(node.inputs, piece)
    if isinstance(node, Dot):
        return replace(node, id=piece.ids[node.id], inputs=inputs)
    return replace(node, id=piece.ids[node.id], layer=layers[node.layer].id, inputs=inputs)


# Places -------------------------------------------------------------------------------------------


def _with_room(document: Document, pieces: list[_Piece]) -> Document:
    """Return `document` with the pieces moved to where their calls stood, and others aside."""
    nodes = dict(document.nodes)
    waiting = {node_id for piece in pieces for node_id in piece.ids.values()}
    others = {key: node for key, node in nodes.items() if key not in waiting}
    others |= {piece.call.id: piece.call for piece in pieces}
    for piece in pieces:
        call = others.pop(piece.call.id)
        if piece.nodes:
            own = _moved_to((call.x, call.y), [nodes[key] for key in piece.ids.values()])
            others = _made_room(others, own, (call.x, call.y)) | {node.id: node for node in own}
    return put(document, *(node for key, node in others.items() if node is not nodes[key]))


def _made_room(others: dict[str, Node], own: list[Node], center: Place) -> dict[str, Node]:
    """Return the other nodes, where needed aside; a frame around the call grows instead."""
    crowd = [(node.x, node.y) for node in anchors(own)]
    solid = ((n.x, n.y) for n in others.values() if not isinstance(n, Frame | Note))
    steps = steps_aside(solid, crowd, center)
    return {
        key: grown(node, crowd, steps)
        if isinstance(node, Frame) and holds(node, center)
        else _at(node, stepped((node.x, node.y), center, steps))
        for key, node in others.items()
    }


def _moved_to(center: Place, nodes: list[Node]) -> list[Node]:
    """Return nodes moved to where one node stood."""
    x, y = middle((node.x, node.y) for node in anchors(nodes))
    dx, dy = snapped(center[0] - x), snapped(center[1] - y)
    return [_at(node, (node.x + dx, node.y + dy)) for node in nodes]


def _at(node: Node, at: Place) -> Node:
    x, y = place(*at)
    return node if (x, y) == (node.x, node.y) else replace(node, x=x, y=y)


def anchors(nodes: Iterable[Node]) -> list[Node]:
    """Return the nodes that say where a group of them stands: the calls, or whatever there is."""
    nodes = list(nodes)
    return [node for node in nodes if isinstance(node, Call)] or nodes
