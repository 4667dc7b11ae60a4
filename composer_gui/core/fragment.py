"""Copy, paste and duplicate: a piece of a design is a small document of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from immutables import Map

from composer_gui.core.connections import check
from composer_gui.core.document import (
    Call,
    Document,
    Frame,
    Input,
    Node,
    Output,
    Source,
    Wire,
    head,
    in_order,
    number_of,
    put,
    wires_into,
)
from composer_gui.core.edit_nodes import place
from composer_gui.core.edit_wires import with_sources
from composer_gui.core.labels import Labels
from composer_gui.core.layer_kinds import Layer, SavedModel, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.plain import NotPlain, document_from_plain, document_to_plain
from composer_gui.core.ports import input_port, output_ports

MIME = "application/vnd.composer.fragment+json"
MARK = "composer_fragment"
FORMAT = 1
LONGEST = 64 * 2**20
"""Characters of a text that is looked at; a longer one is no fragment."""


@dataclass(frozen=True, slots=True)
class OutsideWire:
    """A wire into a fragment from a node that is not in it, and what that node was called."""

    wire: Wire
    label: str


@dataclass(frozen=True, slots=True)
class Fragment(Document):
    """A piece of a design that remembers which wires led into it."""

    outside: tuple[OutsideWire, ...] = field(default=(), compare=False)


def copy(document: Document, ids: Iterable[str], *, outside: bool = False) -> Document:
    """Return these nodes, the wires among them and the layers that they call.

    The Python files of the design come along with a saved model that needs them. With `outside`
    the wires that come from other nodes are remembered.
    """
    chosen = {node_id for node_id in ids if node_id in document.nodes}
    nodes = {node_id: _inside(document.nodes[node_id], chosen) for node_id in chosen}
    called = {node.layer for node in nodes.values() if isinstance(node, Call)}
    layers = {layer_id: document.layers[layer_id] for layer_id in called}
    wires = tuple(_outside_wires(document, chosen)) if outside else ()
    return Fragment(
        name=document.name,
        seed=document.seed,
        nodes=Map(nodes),
        layers=Map(layers),
        inputs=tuple(node_id for node_id in document.inputs if node_id in chosen),
        outputs=tuple(node_id for node_id in document.outputs if node_id in chosen),
        code=document.code if any(map(_needs_code, layers.values())) else (),
        flow=document.flow,
        next_number=document.next_number,
        outside=wires,
    )


def _outside_wires(document: Document, chosen: set[str]) -> Iterator[OutsideWire]:
    for node_id in sorted(chosen, key=number_of):
        for wire in wires_into(document.nodes[node_id]):
            if wire.source.node not in chosen:
                yield OutsideWire(wire, document.label(wire.source.node))


def _needs_code(layer: Layer) -> bool:
    """Return whether classes that are not Keras's are used in a layer, at whatever depth."""
    if isinstance(layer, Submodel):
        return any(map(_needs_code, layer.design.layers.values()))
    return isinstance(layer, SavedModel) and bool(layer.interface.foreign)


def _inside(node: Node, chosen: set[str]) -> Node:
    """Return `node` with only the wires that come from chosen nodes, and folded nodes that are."""
    if isinstance(node, Frame) and node.folded:
        return replace(node, folded=tuple(key for key in node.folded if key in chosen))
    if not node.inputs:
        return node
    kept = {
        port: tuple(source for source in sources if source.node in chosen)
        for port, sources in node.inputs.items()
    }
    return replace(node, inputs=Map({port: sources for port, sources in kept.items() if sources}))


def paste(
    document: Document,
    fragment: Document,
    dx: float,
    dy: float,
    *,
    shared: bool = False,
    outside: bool = False,
    catalog: Catalog | None = None,
) -> Document:
    """Add a fragment, moved by (dx, dy) pixels, under fresh ids and names.

    Layers are copied. With `shared`, nodes go on calling the layers that `document` holds just as
    the fragment does, and so share their weights. With `outside`, wires that led into the fragment
    are drawn again from the nodes that they came from, where `document` holds these under the same
    label; the catalog says whether these have the port.
    """
    labels = Labels.of(document), Labels.of_outputs(document)
    kept = _kept_layers(document, fragment) if shared else set()
    document, ids = _fresh_ids(document, fragment, kept)
    layers = [
        _named(replace(layer, id=ids[layer.id]), labels)
        for layer in in_order(fragment.layers)
        if layer.id not in kept
    ]
    nodes = [
        _named(_moved(renumbered(node, ids), dx, dy), labels) for node in in_order(fragment.nodes)
    ]
    if outside:
        nodes = _led_in(document, fragment, {node.id: node for node in nodes}, ids, catalog)
    document = put(document, *layers, *nodes)
    code = tuple(file for file in fragment.code if file not in document.code)
    document = head(document, code=document.code + code) if code else document
    inputs = tuple(ids[node_id] for node_id in fragment.inputs)
    outputs = tuple(ids[node_id] for node_id in fragment.outputs)
    if not inputs and not outputs:
        return document
    return head(document, inputs=document.inputs + inputs, outputs=document.outputs + outputs)


def _led_in(
    document: Document,
    fragment: Document,
    nodes: dict[str, Node],
    ids: Mapping[str, str],
    catalog: Catalog | None,
) -> list[Node]:
    """Return pasted nodes with the wires from outside, as far as their sources are there."""
    # In the order of their places, so that each finds those before it already there
    for led in sorted(getattr(fragment, "outside", ()), key=lambda led: led.wire.index):
        source, node = led.wire.source, nodes[ids[led.wire.node]]
        start = document.nodes.get(source.node)
        if start is None or document.label(start.id) != led.label:
            continue
        if catalog is None or source.port in output_ports(document, catalog, start):
            sources = list(node.inputs.get(led.wire.port, ()))
            sources.insert(led.wire.index, source)
            nodes[node.id] = with_sources(node, led.wire.port, sources)
    return list(nodes.values())


def duplicate(
    document: Document,
    ids: Iterable[str],
    dx: float,
    dy: float,
    *,
    shared: bool = False,
    outside: bool = False,
) -> Document:
    """Add a copy of these nodes, moved by (dx, dy) pixels."""
    piece = copy(document, ids, outside=outside)
    return paste(document, piece, dx, dy, shared=shared, outside=outside)


def _kept_layers(document: Document, fragment: Document) -> set[str]:
    """Return the layers that `document` holds just as the fragment does."""
    layers = fragment.layers.items()
    return {layer_id for layer_id, layer in layers if document.layers.get(layer_id) == layer}


def _fresh_ids(
    document: Document, fragment: Document, kept: set[str]
) -> tuple[Document, dict[str, str]]:
    """Return the new id for each of the fragment's, in the order in which things were made.

    The layers in `kept` go by the ids that they have.
    """
    ids = {layer_id: layer_id for layer_id in kept}
    number = document.next_number
    for old_id in sorted((*fragment.layers, *fragment.nodes), key=number_of):
        if old_id not in kept:
            ids[old_id] = f"{old_id[0]}{number}"
            number += 1
    return head(document, next_number=number) if len(ids) > len(kept) else document, ids


def renumbered(node: Node, ids: Mapping[str, str]) -> Node:
    """Return a node under another id, and so with what it calls and where its wires begin."""
    fields: dict[str, Any] = {"id": ids[node.id]}
    if isinstance(node, Call):
        fields["layer"] = ids[node.layer]
    if isinstance(node, Frame) and node.folded:
        fields["folded"] = tuple(ids[key] for key in node.folded)
    if node.inputs:
        fields["inputs"] = Map(
            {
                port: tuple(Source(ids[source.node], source.port) for source in sources)
                for port, sources in node.inputs.items()
            }
        )
    return replace(node, **fields)


def _moved(node: Node, dx: float, dy: float) -> Node:
    x, y = place(node.x + dx, node.y + dy)
    return replace(node, x=x, y=y)


def _named(item: Node | Layer, labels: tuple[Labels, Labels]) -> Node | Layer:
    """Return a layer, Input or Output with a name of its own; other nodes as they are."""
    of_layers, of_outputs = labels
    if isinstance(item, Output):
        return replace(item, label=of_outputs.unique(item.label))
    if isinstance(item, Input):
        return replace(item, label=of_layers.unique(item.label))
    return replace(item, name=of_layers.unique(item.name)) if hasattr(item, "name") else item


# On the clipboard -------------------------------------------------------------------------------


def to_text(fragment: Document) -> str:
    """Return a fragment as JSON for the clipboard, in ASCII: not all text can be encoded else."""
    plain = {MARK: FORMAT, **document_to_plain(fragment)}
    if outside := getattr(fragment, "outside", ()):
        plain["outside"] = [_wire_to_plain(led) for led in outside]
    return json.dumps(plain, sort_keys=True, indent=1)


def from_text(text: str, catalog: Catalog | None = None) -> Document | None:
    """Return the fragment that `text` holds, or None for anything else.

    With a catalog, wires to ports that do not exist here are left out.
    """
    if len(text) > LONGEST or MARK not in text:
        return None
    try:
        plain = json.loads(text)
        if not isinstance(plain, dict) or plain.get(MARK) != FORMAT:
            return None
        document = check(document_from_plain(plain), catalog).settled()
        outside = [_wire_from_plain(led) for led in plain.get("outside", [])]
    except (NotPlain, ValueError, RecursionError, AttributeError, TypeError):
        return None
    given = {f.name: getattr(document, f.name) for f in fields(document)}
    return Fragment(**given, outside=_with_room(document, catalog, outside))


def _wire_to_plain(led: OutsideWire) -> list[Any]:
    wire = led.wire
    return [wire.source.node, wire.source.port, led.label, wire.node, wire.port, wire.index]


def _wire_from_plain(plain: Any) -> OutsideWire:
    """Return a wire from outside; raises ValueError or TypeError for what is none."""
    start, exit_port, label, node, port, index = plain
    if not all(isinstance(text, str) for text in (start, exit_port, label, node, port)):
        raise NotPlain(f"{plain!r} is no wire")
    if type(index) is not int or index < 0:
        raise NotPlain(f"{index!r} is not the place of a wire")
    return OutsideWire(Wire(Source(start, exit_port), node, port, index), label)


def _with_room(
    document: Document, catalog: Catalog | None, outside: Iterable[OutsideWire]
) -> tuple[OutsideWire, ...]:
    """Return the wires from outside for which a fragment has a port with a free place."""
    taken: dict[tuple[str, str], int] = {}
    kept = []
    for led in outside:
        node = document.nodes.get(led.wire.node)
        key = led.wire.node, led.wire.port
        if node is None:
            continue
        taken.setdefault(key, len(node.inputs.get(led.wire.port, ())))
        if catalog is not None:
            port = input_port(document, catalog, node, led.wire.port)
            most = 0 if port is None else port.maximum if port.many else 1
            if most is not None and taken[key] >= most:
                continue
        taken[key] += 1
        kept.append(led)
    return tuple(kept)
