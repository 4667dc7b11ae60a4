"""The statements that call layers: what is handed over, and which variables take the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from immutables import Map

from composer_gui.core.codegen.expressions import (
    STEP,
    Atom,
    Call,
    Display,
    Expression,
    Labelled,
    assignment,
    call,
    flat,
    keyword,
)
from composer_gui.core.codegen.literals import construction, is_default, literal, text_literal
from composer_gui.core.codegen.naming import RUNNING, Variables
from composer_gui.core.codegen.reading import TAKE_NO_TRAINABLE, Reading
from composer_gui.core.codegen.results import Unpacking, unpack
from composer_gui.core.document import Call as CallNode
from composer_gui.core.document import KerasLayer, Layer, SavedModel, Source, Structure
from composer_gui.core.layers.layer_spec import LayerSpec

MOST_INLINED = 3
LONGEST_INLINED = 40
"""A call of a layer in a variable is written inside the merge that alone uses it, if it is short
and the merge has so few wires: `Concatenate(name="fusion")([encoder(photo), caption])`."""

_CELLS = frozenset(["GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells"])


@dataclass
class Statement:
    """Lines that belong together and the nodes they are about, the one they are for first.

    `sources` are the tensors it takes. `value` is what could stand in its place inside a merge.
    """

    nodes: list[str]
    lines: list[str]
    sources: list[Source] = field(default_factory=list)
    value: Call | None = None


class Calls:
    """Writes calls one after the other and knows which text stands for each tensor so far."""

    def __init__(self, names: Mapping[str, str], read: Reading) -> None:
        self._document = read.wiring.document
        self._catalog = read.wiring.catalog
        self._names = names
        self._read = read
        self._makers: dict[Source, Statement] = {}
        self._left = dict(read.uses)
        self._running: dict[str, Source] = {}
        self.variables = Variables(self._document, names, read.held)
        self.tensors: dict[Source, str] = {}

    def statement(self, node: CallNode) -> Statement:
        """Return the statement that calls the node's layer; short calls it takes may move in."""
        layer = self._document.layers[node.layer]
        sources = self._read.wiring.sources(node.id)
        for source in sources:
            self._left[source] -= 1
        unpacking = self._unpacking(node, layer)
        inlined = self._inlinable(layer, sources)
        lines, value = self._written(node, layer, unpacking, inlined)
        if inlined and len(lines) > 1:
            inlined = []
            lines, value = self._written(node, layer, unpacking, inlined)
        statement = Statement([node.id], lines, sources)
        for source in inlined:
            maker = self._makers[source]
            statement.nodes += maker.nodes
            maker.lines = []
        self._remember(node, layer, statement, unpacking, value)
        return statement

    def _written(
        self, node: CallNode, layer: Layer, unpacking: Unpacking, inlined: list[Source]
    ) -> tuple[list[str], Call]:
        value = self._call(node, layer, inlined)
        return assignment(unpacking.target, value, STEP, unpacking.suffix), value

    def _remember(
        self,
        node: CallNode,
        layer: Layer,
        statement: Statement,
        unpacking: Unpacking,
        value: Call,
    ) -> None:
        ports = self._read.wiring.outputs(node.id)
        for index, text in unpacking.tensors.items():
            self.tensors[Source(node.id, ports[index])] = text
        if layer.id in self.variables.layers and len(ports) == 1 and not unpacking.suffix:
            statement.value = value
            self._makers[Source(node.id, ports[0])] = statement

    # What comes out -------------------------------------------------------------------------------

    def _unpacking(self, node: CallNode, layer: Layer) -> Unpacking:
        ports = self._read.wiring.outputs(node.id)
        used = {i for i, port in enumerate(ports) if Source(node.id, port) in self._read.uses}
        shape = _output_structure(layer, len(ports))
        variable = self._free_running_variable(node, Source(node.id, ports[0]))
        variable = variable or self.variables.nodes[node.id]
        return unpack(shape, ports, used, variable, self.variables.claim)

    def _free_running_variable(self, node: CallNode, result: Source) -> str | None:
        """Return the running variable that `result` may have: none is wanted, or all are in use.

        The one that held what the node takes comes first, so that a chain stays in one.
        """
        if node.id not in self._read.running:
            return None
        taken = [self.tensors[source] for source in self._read.wiring.sources(node.id)]
        free = [name for name in RUNNING if not self._left.get(self._running.get(name))]
        found = next((name for name in (*taken, *RUNNING) if name in free), None)
        if found is not None:
            self._running[found] = result
        return found

    # What goes in ---------------------------------------------------------------------------------

    def _call(self, node: CallNode, layer: Layer, inlined: list[Source]) -> Call:
        """Return the call itself; the makers of the `inlined` tensors are written inside it."""

        def tensor(source: Source) -> Expression:
            return self._makers[source].value if source in inlined else Atom(self.tensors[source])

        function = self._function(layer)
        if isinstance(layer, SavedModel):
            wired = [tensor(node.inputs[port.name][0]) for port in layer.interface.inputs]
            return Call(function, (_structured(layer.interface.input_structure, wired),))
        spec = self._catalog.layer(layer.class_name)
        value = Call(function, tuple(self._arguments(spec, node, tensor)))
        return call("keras.tree.flatten", value) if _gives_lists_in_lists(layer) else value

    def _function(self, layer: Layer) -> Expression:
        variable = self.variables.layers.get(layer.id)
        return self.constructor(layer) if variable is None else Atom(variable)

    def constructor(self, layer: KerasLayer) -> Call:
        """Return the constructor call of a new layer, with its name."""
        by_argument = not layer.trainable and layer.class_name not in TAKE_NO_TRAINABLE
        more = [keyword("trainable", Atom("False"))] if by_argument else []
        more.append(keyword("name", literal(self._names[layer.id])))
        spec = self._catalog.layer(layer.class_name)
        return construction(spec, layer.parameters, self._catalog, *more)

    def _arguments(
        self, spec: LayerSpec, node: CallNode, tensor: Callable[[Source], Expression]
    ) -> Iterator[Expression]:
        """Yield tensors by position as far as they are required, all else by keyword."""
        listed = [port for port in spec.inputs if port.listed]
        if listed:
            together = [source for port in listed for source in node.inputs.get(port.name, ())]
            yield Display("[]", tuple(map(tensor, together)))
        by_position = True
        for port in spec.inputs:
            by_position = by_position and port.required
            sources = node.inputs.get(port.name, ())
            if port.listed or not sources:
                continue
            tensors = tuple(map(tensor, sources))
            value = Display("[]", tensors) if port.many else tensors[0]
            yield value if by_position else keyword(port.name, value)
        for argument in spec.arguments:
            given = node.arguments.get(argument.name, argument.default)
            if not is_default(argument, given, self._catalog):
                yield keyword(argument.name, literal(given))

    # Calls inside calls ---------------------------------------------------------------------------

    def _inlinable(self, layer: Layer, sources: list[Source]) -> list[Source]:
        """Return the tensors of a merge whose makers are short calls that nothing else uses."""
        if isinstance(layer, SavedModel) or len(sources) > MOST_INLINED:
            return []
        if not any(
            port.listed and port.many for port in self._catalog.layer(layer.class_name).inputs
        ):
            return []
        return [source for source in sources if self._may_move(source)]

    def _may_move(self, source: Source) -> bool:
        maker = self._makers.get(source)
        return (
            maker is not None
            and self._read.uses[source] == 1
            and len(flat(maker.value)) <= LONGEST_INLINED
            and not any(self.tensors[taken] in RUNNING for taken in maker.sources)
        )


def _structured(structure: Structure, tensors: Sequence[Expression]) -> Expression:
    """Return the tensors in the structure in which a saved model wants them."""
    if isinstance(structure, Map):
        items = ((key, _structured(structure[key], tensors)) for key in sorted(structure))
        return Display("{}", tuple(Labelled(f"{text_literal(k)}: ", item) for k, item in items))
    if isinstance(structure, tuple):
        return Display("[]", tuple(_structured(item, tensors) for item in structure))
    return tensors[structure]


def _output_structure(layer: Layer, count: int) -> Structure:
    if isinstance(layer, SavedModel):
        return layer.interface.output_structure
    return tuple(range(count)) if count > 1 else 0


def _gives_lists_in_lists(layer: KerasLayer) -> bool:
    """Return whether states come as lists within what a layer returns: of cells, or of several."""
    if layer.class_name in _CELLS:
        return True
    cell = layer.parameters.get("cell") if layer.class_name == "RNN" else None
    stacked = isinstance(cell, tuple) or getattr(cell, "class_name", "") == "StackedRNNCells"
    return stacked and layer.parameters.get("return_state") is True
