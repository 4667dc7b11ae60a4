"""What a node may call: layers of Keras, saved models, operations, submodels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immutables import Map

if TYPE_CHECKING:
    from composer_gui.core.document import Document

EMPTY: Map = Map()

Shape = tuple[int | None, ...]
"""Sizes of the axes of a tensor; None is an axis whose size is free."""

Structure = int | tuple | Map
"""How a saved model wants its tensors: a port's index, a tuple of structures, or a map of them."""


@dataclass(frozen=True, slots=True)
class Construct:
    """A parameter's value that is itself built from a class, such as an initializer or an RNN cell.

    `kind` is "layer", "initializer", "regularizer" or "constraint".
    """

    kind: str
    class_name: str
    parameters: Map = EMPTY


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
