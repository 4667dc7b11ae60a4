"""What the catalog knows about one layer class: its ports, call arguments and parameters."""

from __future__ import annotations

from dataclasses import dataclass

from immutables import Map

from composer_gui.core.document import EMPTY
from composer_gui.core.layers.parameters import Parameter


@dataclass(frozen=True, slots=True)
class InputPort:
    """A place where tensors go into a layer.

    The first port of a layer is handed over by position, the others by keyword. A port that is
    `many` takes at least `minimum` and at most `maximum` wires (None: any number) in order, as one
    list. The wires of all ports that are `listed` go together into the one list that is the first
    argument.
    """

    name: str
    required: bool = True
    many: bool = False
    minimum: int = 1
    maximum: int | None = None
    listed: bool = False
    help: str = ""


@dataclass(frozen=True, slots=True)
class OutputPort:
    """A tensor that a layer puts out, where the parameters and arguments in `when` are so."""

    name: str
    when: Map = EMPTY


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """One layer class.

    `why` says, for a class that is not on the palette, why it is not. `sample` maps parameters to
    values that build the layer; it holds at least the required ones. `outputs_from` names the
    parameter whose nested layer decides what comes out, None for most classes. `aliases` are
    further names that Keras has for the class.
    """

    class_name: str
    category: str
    description: str
    palette: bool
    inputs: tuple[InputPort, ...]
    outputs: tuple[OutputPort, ...]
    arguments: tuple[Parameter, ...]
    parameters: tuple[Parameter, ...]
    outputs_from: str | None = None
    sample: Map = EMPTY
    why: str = ""
    aliases: tuple[str, ...] = ()

    def parameter(self, name: str) -> Parameter:
        """Return a constructor parameter; raises KeyError."""
        return _named(self.parameters, name)

    def argument(self, name: str) -> Parameter:
        """Return a call argument; raises KeyError."""
        return _named(self.arguments, name)

    def input(self, name: str) -> InputPort:
        """Return an input port; raises KeyError."""
        return _named(self.inputs, name)


@dataclass(frozen=True, slots=True)
class ObjectSpec:
    """One initializer, regularizer or constraint; `alias` is the name that stands for it, if any.

    A string says the class with its defaults; anything else is a `Construct`.
    """

    kind: str
    class_name: str
    alias: str | None
    description: str
    parameters: tuple[Parameter, ...]
    sample: Map = EMPTY

    def parameter(self, name: str) -> Parameter:
        """Return a constructor parameter; raises KeyError."""
        return _named(self.parameters, name)


def _named(items, name):
    for item in items:
        if item.name == name:
            return item
    raise KeyError(name)
