"""What a design is: nodes on a canvas, the layers they call, and the wires between them.

Everything here is a value. An edit makes a new `Document` that shares what it did not touch with
the old one (the maps are persistent), so undo is a list of documents and a comparison by identity
is cheap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from immutables import Map

from composer_gui.core.layer_kinds import EMPTY, LAYERS, Layer, Shape


@dataclass(frozen=True, slots=True)
class Source:
    """An output port that a wire comes from."""

    node: str
    port: str = "output"


@dataclass(frozen=True, slots=True)
class Wire:
    """One wire, as the canvas sees it: from `source` to place `index` of the input port `port`."""

    source: Source
    node: str
    port: str
    index: int = 0


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A Python file that defines classes which saved models of the design use."""

    path: str
    sha256: str


# Nodes ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Input:
    """An input of the whole model. `shape` leaves out the batch axis, as `keras.Input` does.

    `silenced` are the codes of the warnings that are not wanted here, sorted. A `pinned` node
    stays where it is when the others are arranged.
    """

    id: str
    label: str
    shape: Shape = ()
    dtype: str = "float32"
    batch_size: int | None = None
    x: float = 0.0
    y: float = 0.0
    silenced: tuple[str, ...] = ()
    pinned: bool = False

    inputs = EMPTY


@dataclass(frozen=True, slots=True)
class Call:
    """A place where a layer is called. Two calls of one layer share its weights.

    `inputs` maps an input port to the sources of its wires, in order. `arguments` holds call
    arguments that are plain values. An empty `label` means the layer's name is shown. `silenced`
    and `pinned` are as for an Input. A `bypassed` call hands its first tensor on as it is: neither
    the model nor its source knows of it.
    """

    id: str
    layer: str
    label: str = ""
    inputs: Map = EMPTY
    arguments: Map = EMPTY
    x: float = 0.0
    y: float = 0.0
    silenced: tuple[str, ...] = ()
    pinned: bool = False
    bypassed: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """An output of the whole model, and its name where the model has several.

    `silenced` and `pinned` are as for an Input.
    """

    id: str
    label: str
    inputs: Map = EMPTY
    x: float = 0.0
    y: float = 0.0
    silenced: tuple[str, ...] = ()
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A point that wires are led through and branch from; it hands its one tensor on as it is.

    (x, y) is its middle. The model and its source do not know of it.
    """

    id: str
    inputs: Map = EMPTY
    x: float = 0.0
    y: float = 0.0
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A titled rectangle around nodes; it has no effect on the model.

    A `folded` frame shows as one node, and the nodes whose ids it names are not seen; they and
    the size stay what they are. It is empty for one that is open.
    """

    id: str
    label: str
    width: float = 480.0
    height: float = 320.0
    color: str = "accent"
    x: float = 0.0
    y: float = 0.0
    folded: tuple[str, ...] = ()

    inputs = EMPTY


@dataclass(frozen=True, slots=True)
class Note:
    """Free text on the canvas; it has no effect on the model."""

    id: str
    text: str
    width: float = 240.0
    height: float = 96.0
    x: float = 0.0
    y: float = 0.0

    inputs = EMPTY


Node = Input | Call | Output | Dot | Frame | Note

DOT_PORT = "input"
"""The one input port of a Dot; its one output port is "output"."""

RIGHT, DOWN = "right", "down"
"""The ways in which the wires of a design run, from left to right or from above to below."""

OUTPUT_PORT = "input"
"""The one input port of an Output node."""

FARTHEST = 1e9
"""Coordinates and sizes on the canvas stay below this, in pixels."""


@dataclass(frozen=True, slots=True)
class Document:
    """A design: everything that is saved in a `.composer` file.

    `inputs` and `outputs` hold the ids of the Input and Output nodes in the order of the model's
    signature. `code` are the Python files that the user named for classes that are not Keras's.
    `flow` is the way the wires run on the canvas, `RIGHT` or `DOWN`.
    `touched` and `origin` serve `change.between` only: which nodes and layers were put or dropped
    since the document `origin`, so a difference costs what it holds.
    """

    name: str = "untitled"
    seed: int = 7
    nodes: Map = EMPTY
    layers: Map = EMPTY
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    code: tuple[CodeFile, ...] = ()
    flow: str = RIGHT
    next_number: int = field(default=1, compare=False)
    touched: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    origin: Document | None = field(default=None, compare=False, repr=False)

    def layer_of(self, node: Call) -> Layer:
        """Return the layer that `node` calls."""
        return self.layers[node.layer]

    def label(self, node_id: str) -> str:
        """Return what the user calls the node."""
        return label_of(self, self.nodes[node_id])

    def settled(self) -> Document:
        """Return this document without the memory of how it came about."""
        return replace(self, touched=frozenset(), origin=None)


def label_of(document: Document, node: Node) -> str:
    """Return what the user calls `node`: its own label, else its layer's name or its text.

    A Dot is called by what it hands on.
    """
    if isinstance(node, Dot):
        node = _fed_by(document, node)
        if isinstance(node, Dot):
            return "reroute dot"
    if isinstance(node, Call):
        return node.label or document.layers[node.layer].name
    return node.text if isinstance(node, Note) else node.label


def _fed_by(document: Document, dot: Dot) -> Node:
    """Return what a row of dots begins at; a dot where nothing feeds it.

    A broken file may close a loop of dots, which `connections.check` then wants to name.
    """
    seen: set[str] = set()
    node: Node = dot
    while isinstance(node, Dot) and node.id not in seen:
        seen.add(node.id)
        sources = node.inputs.get(DOT_PORT)
        node = document.nodes.get(sources[0].node, node) if sources else node
    return node


def wires_into(node: Node) -> Iterator[Wire]:
    """Yield the wires that end at `node`, port by port in order of name."""
    for port in sorted(node.inputs):
        for index, source in enumerate(node.inputs[port]):
            yield Wire(source, node.id, port, index)


def number_of(item_id: str) -> int:
    """Return the number in an id such as "n12": the order in which things were made."""
    return int(item_id[1:])


def in_order(items: Map) -> list[Any]:
    """Return the nodes or layers of a map in the order in which they were made."""
    return [items[key] for key in sorted(items, key=number_of)]


# The primitives of which every edit is made -------------------------------------------------------


def new_id(document: Document, letter: str) -> tuple[Document, str]:
    """Return `document` with one more number used, and the fresh id ("n…" nodes, "l…" layers)."""
    number = document.next_number
    return _edited(document, (), next_number=number + 1), f"{letter}{number}"


def put(document: Document, *items: Node | Layer) -> Document:
    """Return `document` with these nodes and layers added or replaced, by their ids."""
    if not items:
        return document
    nodes, layers = document.nodes, document.layers
    for item in items:
        if isinstance(item, LAYERS):
            layers = layers.set(item.id, item)
        else:
            nodes = nodes.set(item.id, item)
    return _edited(document, {item.id for item in items}, nodes=nodes, layers=layers)


def drop(document: Document, *ids: str) -> Document:
    """Return `document` without these nodes and layers; wires to them are the caller's concern."""
    if not ids:
        return document
    nodes, layers = document.nodes, document.layers
    for item_id in ids:
        if item_id in nodes:
            nodes = nodes.delete(item_id)
        else:
            layers = layers.delete(item_id)
    return _edited(document, ids, nodes=nodes, layers=layers)


def head(document: Document, **fields: Any) -> Document:
    """Return `document` with its name, seed or signature (`inputs`, `outputs`) replaced."""
    return _edited(document, (), **fields)


def _edited(document: Document, ids, **fields: Any) -> Document:
    origin = document.origin if document.origin is not None else document
    return replace(document, touched=document.touched | set(ids), origin=origin, **fields)
