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

EMPTY: Map = Map()

Shape = tuple[int | None, ...]
"""Sizes of the axes of a tensor; None is an axis whose size is free."""

Structure = int | tuple | Map
"""How a saved model wants its tensors: a port's index, a tuple of structures, or a map of them."""


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
class Construct:
    """A parameter's value that is itself built from a class, such as an initializer or an RNN cell.

    `kind` is "layer", "initializer", "regularizer" or "constraint".
    """

    kind: str
    class_name: str
    parameters: Map = EMPTY


# Layers -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a tensor among the arguments of an `Operation`, counted from 0."""

    index: int


@dataclass(frozen=True, slots=True)
class Slice:
    """What `start:stop:step` says between brackets; None is left out."""

    start: int | None = None
    stop: int | None = None
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Dots:
    """What `...` says between brackets."""


@dataclass(frozen=True, slots=True)
class SavedWeights:
    """Where the weights of a layer come from: one layer of a saved model.

    `part` is the path of that layer in the model (see `core.inside`). `class_name` and
    `parameters` are what it was when it was saved.
    """

    path: str
    sha256: str
    part: str
    class_name: str
    parameters: Map = EMPTY


@dataclass(frozen=True, slots=True)
class KerasLayer:
    """A layer of a public Keras class, and the parameters that were set on it.

    Parameter values are None, bool, int, float, str, tuples of values, and `Construct`. Parameters
    that are absent have Keras's default. With `weights` it was part of a saved model and keeps its
    weights as long as they fit; without, it starts anew.
    """

    id: str
    name: str
    class_name: str
    parameters: Map = EMPTY
    trainable: bool = True
    weights: SavedWeights | None = None

    @property
    def is_as_saved(self) -> bool:
        """Whether this is, but for its name and freezing, the very layer of its saved model."""
        saved = self.weights
        return (
            saved is not None
            and saved.class_name == self.class_name
            and (saved.parameters is self.parameters or saved.parameters == self.parameters)
        )


@dataclass(frozen=True, slots=True)
class SavedPort:
    """An input or output of a saved model, as its archive tells: `shape` counts the batch axis.

    `shape` is None where the archive alone does not say it. `address` is that of the tensor inside
    the model (see `core.inside`), empty for the inputs and outputs of the model itself.
    """

    name: str
    shape: Shape | None
    dtype: str = "float32"
    address: str = ""


@dataclass(frozen=True, slots=True)
class SavedInterface:
    """What can be wired to a saved model, read from its archive without Keras.

    The structures say how the ports are handed over: `0` is the first port by itself, `(0, 1)` a
    list of two, a map a dictionary. `parameters` is None where the weights were not counted.
    `foreign` are the names of classes and functions in it that are not Keras's.
    """

    class_name: str
    inputs: tuple[SavedPort, ...]
    outputs: tuple[SavedPort, ...]
    input_structure: Structure = 0
    output_structure: Structure = 0
    layer_count: int = 0
    parameters: int | None = None
    foreign: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of a saved model: the tensors where it begins and those that come out of it."""

    inputs: tuple[SavedPort, ...]
    outputs: tuple[SavedPort, ...]


@dataclass(frozen=True, slots=True)
class SavedModel:
    """A saved model, or a part of one, used as a layer with the weights in its file.

    `path` is absolute while the design is open and relative to the design in its file. `sha256`
    is that of the file when it was added. `part` is the path of a layer or model inside the saved
    model, empty for the whole; `interface` is that of the part. `taps` are tensors inside it that
    come out besides its outputs. With a `cut` only that stretch is used. `reinput` are its inputs
    with other shapes or dtypes than it was saved with, all of them, or none. `frozen` are patterns
    (see `core.freezing`) of the layers inside that do not train. With `inference` it behaves in
    training as it does afterwards: nothing in it trains and no Dropout acts.
    """

    id: str
    name: str
    path: str
    sha256: str
    interface: SavedInterface
    trainable: bool = True
    part: str = ""
    taps: tuple[SavedPort, ...] = ()
    cut: Cut | None = None
    reinput: tuple[SavedPort, ...] = ()
    frozen: tuple[str, ...] = ()
    inference: bool = False

    @property
    def inputs(self) -> tuple[SavedPort, ...]:
        """The ports that wires end at."""
        return self.reinput or (self.cut.inputs if self.cut else self.interface.inputs)

    @property
    def outputs(self) -> tuple[SavedPort, ...]:
        """The ports that wires start from: the outputs, then the taps."""
        return (self.cut.outputs if self.cut else self.interface.outputs) + self.taps


@dataclass(frozen=True, slots=True)
class Operation:
    """A function of `keras.ops`, as it is found inside saved models. It has no weights.

    `function` is its name below `keras.ops`, such as "add" or "image.resize", or "getitem" for
    brackets. `arguments` and `keywords` are as in the call, with a `Slot` for each tensor.
    `outputs` is 0 where one tensor comes out by itself, else the length of the list of them.
    """

    id: str
    name: str
    function: str
    arguments: tuple = ()
    keywords: Map = EMPTY
    outputs: int = 0
    trainable: bool = True


@dataclass(frozen=True, slots=True)
class Submodel:
    """A design used as a layer. Its ports are its Inputs and Outputs, by their labels.

    Its layers are its own: no layer of it is called outside of it. `inference` is as for a
    `SavedModel`.
    """

    id: str
    name: str
    design: Document
    trainable: bool = True
    inference: bool = False


Layer = KerasLayer | SavedModel | Operation | Submodel
LAYERS = (KerasLayer, SavedModel, Operation, Submodel)


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A Python file that defines classes which saved models of the design use."""

    path: str
    sha256: str


# Nodes ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Input:
    """An input of the whole model. `shape` leaves out the batch axis, as `keras.Input` does."""

    id: str
    label: str
    shape: Shape = ()
    dtype: str = "float32"
    batch_size: int | None = None
    x: float = 0.0
    y: float = 0.0

    inputs = EMPTY


@dataclass(frozen=True, slots=True)
class Call:
    """A place where a layer is called. Two calls of one layer share its weights.

    `inputs` maps an input port to the sources of its wires, in order. `arguments` holds call
    arguments that are plain values. An empty `label` means the layer's name is shown.
    """

    id: str
    layer: str
    label: str = ""
    inputs: Map = EMPTY
    arguments: Map = EMPTY
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Output:
    """An output of the whole model, and its name where the model has several."""

    id: str
    label: str
    inputs: Map = EMPTY
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A titled rectangle around nodes; it has no effect on the model."""

    id: str
    label: str
    width: float = 480.0
    height: float = 320.0
    color: str = "accent"
    x: float = 0.0
    y: float = 0.0

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


Node = Input | Call | Output | Frame | Note

OUTPUT_PORT = "input"
"""The one input port of an Output node."""

FARTHEST = 1e9
"""Coordinates and sizes on the canvas stay below this, in pixels."""


@dataclass(frozen=True, slots=True)
class Document:
    """A design: everything that is saved in a `.composer` file.

    `inputs` and `outputs` hold the ids of the Input and Output nodes in the order of the model's
    signature. `code` are the Python files that the user named for classes that are not Keras's.
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
    """Return what the user calls `node`: its own label, else its layer's name or its text."""
    if isinstance(node, Call):
        return node.label or document.layers[node.layer].name
    return node.text if isinstance(node, Note) else node.label


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
