"""The statements that call layers: what is handed over, and which variables take the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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
from composer_gui.core.codegen.operation_calls import operation_call
from composer_gui.core.codegen.prose import anew_comment
from composer_gui.core.codegen.reading import (
    FROZEN_WHEN_BUILT,
    TAKE_NO_TRAINABLE,
    Reading,
    is_tapped,
)
from composer_gui.core.codegen.results import Unpacking, unpack
from composer_gui.core.document import Call as CallNode
from composer_gui.core.document import Source
from composer_gui.core.layer_kinds import (
    KerasLayer,
    Layer,
    Operation,
    SavedModel,
    Structure,
    Submodel,
)
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


@dataclass(frozen=True)
class Wording:
    """What is written for the names of layers, and parameters that differ from a layer's own."""

    names: Mapping[str, Expression]
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Calls:
    """Writes calls one after the other and knows which text stands for each tensor so far.

    `fetched` holds what stands for layers of saved models that have no variable, `afterwards`
    the lines that follow the first call of a layer.
    """

    def __init__(self, read: Reading, wording: Wording, variables: Variables) -> None:
        self._document = read.wiring.document
        self._catalog = read.wiring.catalog
        self._wording = wording
        self._read = read
        self._makers: dict[Source, Statement] = {}
        self._left = dict(read.uses)
        self._running: dict[str, Source] = {}
        self.variables = variables
        self.tensors: dict[Source, str] = {}
        self.fetched: dict[str, Expression] = {}
        self.afterwards: dict[str, list[str]] = {}

    def value(self, node: CallNode) -> Call:
        """Return the call of a node's layer by itself."""
        return self._call(node, self._document.layers[node.layer], [])

    def result_of(self, value: Call, nodes: Sequence[str], sources: list[Source]) -> Statement:
        """Return the statement for the call of a function that stands for `nodes`, in order.

        `sources` are the tensors it takes; the result of the last node comes out.
        """
        self._take(sources)
        *others, last = nodes
        result = Source(last, self._read.wiring.outputs(last)[0])
        variable = self._free_running_variable(result, sources) or self.variables.nodes[last]
        self.tensors[result] = variable
        return Statement([last, *others], assignment(variable, value, STEP), sources)

    def _take(self, sources: list[Source]) -> None:
        for source in sources:
            self._left[source] -= 1

    def statement(self, node: CallNode) -> Statement:
        """Return the statement that calls the node's layer; short calls it takes may move in."""
        layer = self._document.layers[node.layer]
        sources = self._read.wiring.sources(node.id)
        self._take(sources)
        unpacking = self._unpacking(node, layer)
        inlined = self._inlinable(layer, sources)
        lines, value = self._written(node, layer, unpacking, inlined)
        if inlined and len(lines) > 1:
            inlined = []
            lines, value = self._written(node, layer, unpacking, inlined)
        before = self._remarks(layer)
        after = self.afterwards.pop(layer.id, [])
        statement = Statement([node.id], [*before, *lines, *after], sources)
        for source in inlined:
            maker = self._makers[source]
            statement.nodes += maker.nodes
            maker.lines = []
        self._remember(node, layer, statement, unpacking, value, may_move=not after)
        return statement

    def _remarks(self, layer: Layer) -> list[str]:
        """Return the comment on a layer whose saved weights do not fit any more."""
        is_new = layer.id in self._read.anew and layer.id not in self.variables.layers
        return [" " * STEP + anew_comment(layer, self._catalog)] if is_new else []

    def _written(
        self, node: CallNode, layer: Layer, unpacking: Unpacking, inlined: list[Source]
    ) -> tuple[list[str], Expression]:
        value = self._call(node, layer, inlined)
        return assignment(unpacking.target, value, STEP, unpacking.suffix), value

    def _remember(
        self,
        node: CallNode,
        layer: Layer,
        statement: Statement,
        unpacking: Unpacking,
        value: Expression,
        *,
        may_move: bool,
    ) -> None:
        ports = self._read.wiring.outputs(node.id)
        for index, text in unpacking.tensors.items():
            self.tensors[Source(node.id, ports[index])] = text
        is_held = layer.id in self.variables.layers and len(ports) == 1
        if is_held and may_move and not unpacking.suffix:
            statement.value = value
            self._makers[Source(node.id, ports[0])] = statement

    # What comes out -------------------------------------------------------------------------------

    def _unpacking(self, node: CallNode, layer: Layer) -> Unpacking:
        ports = self._read.wiring.outputs(node.id)
        used = {i for i, port in enumerate(ports) if Source(node.id, port) in self._read.uses}
        shape = self._output_structure(layer, len(ports))
        variable = None
        if node.id in self._read.running:
            sources = self._read.wiring.sources(node.id)
            variable = self._free_running_variable(Source(node.id, ports[0]), sources)
        variable = variable or self.variables.nodes[node.id]
        return unpack(shape, ports, used, variable, self.variables.claim)

    def _free_running_variable(self, result: Source, sources: list[Source]) -> str | None:
        """Return the running variable that `result` may have, None where all are in use.

        The one that held what was taken comes first, so that a chain stays in one.
        """
        taken = [self.tensors[source] for source in sources]
        free = [name for name in RUNNING if not self._left.get(self._running.get(name))]
        found = next((name for name in (*taken, *RUNNING) if name in free), None)
        if found is not None:
            self._running[found] = result
        return found

    def _output_structure(self, layer: Layer, count: int) -> Structure:
        if isinstance(layer, SavedModel):
            if not is_tapped(layer):
                return layer.interface.output_structure
            used = self._read.used_ports(layer.id)
            return used if len(used) > 1 else used[0]
        if isinstance(layer, Operation):
            return tuple(range(count)) if layer.outputs else 0
        return tuple(range(count)) if count > 1 else 0

    # What goes in ---------------------------------------------------------------------------------

    def _call(self, node: CallNode, layer: Layer, inlined: list[Source]) -> Expression:
        """Return the call itself; the makers of the `inlined` tensors are written inside it."""

        def tensor(source: Source) -> Expression:
            return self._makers[source].value if source in inlined else Atom(self.tensors[source])

        if isinstance(layer, Operation):
            return operation_call(layer, self._wired(node, tensor))
        function = self._function(layer)
        if isinstance(layer, SavedModel | Submodel):
            wired = self._wired(node, tensor)
            more = (keyword(name, literal(node.arguments[name])) for name in sorted(node.arguments))
            return Call(function, (structured(_input_structure(layer), wired), *more))
        spec = self._catalog.layer(layer.class_name)
        value = Call(function, tuple(self._arguments(spec, node, tensor)))
        return call("keras.tree.flatten", value) if _gives_lists_in_lists(layer) else value

    def _wired(self, node: CallNode, tensor: Callable[[Source], Expression]) -> list[Expression]:
        """Return the tensors that a node takes, each at a port of its own."""
        return [tensor(source) for source in self._read.wiring.sources(node.id)]

    def _function(self, layer: Layer) -> Expression:
        variable = self.variables.layers.get(layer.id)
        if variable is not None:
            return Atom(variable)
        fetched = self.fetched.get(layer.id)
        return self.constructor(layer) if fetched is None else fetched

    def constructor(self, layer: KerasLayer) -> Call:
        """Return the constructor call of a new layer, with its name."""
        otherwise = TAKE_NO_TRAINABLE | FROZEN_WHEN_BUILT
        by_argument = not layer.trainable and layer.class_name not in otherwise
        more = [keyword("trainable", Atom("False"))] if by_argument else []
        more.append(keyword("name", self._wording.names[layer.id]))
        spec = self._catalog.layer(layer.class_name)
        parameters = self._wording.parameters.get(layer.id, layer.parameters)
        return construction(spec, parameters, self._catalog, *more)

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
        if not isinstance(layer, KerasLayer) or len(sources) > MOST_INLINED:
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


def structured(structure: Structure, tensors: Sequence[Expression]) -> Expression:
    """Return tensors, or what stands for them, in the structure in which a model wants them."""
    if isinstance(structure, Map):
        items = ((key, structured(structure[key], tensors)) for key in sorted(structure))
        return Display("{}", tuple(Labelled(f"{text_literal(k)}: ", item) for k, item in items))
    if isinstance(structure, tuple):
        return Display("[]", tuple(structured(item, tensors) for item in structure))
    return tensors[structure]


def _input_structure(layer: SavedModel | Submodel) -> Structure:
    if isinstance(layer, SavedModel):
        return layer.interface.input_structure
    count = len(layer.design.inputs)
    return tuple(range(count)) if count > 1 else 0


def _gives_lists_in_lists(layer: KerasLayer) -> bool:
    """Return whether states come as lists within what a layer returns: of cells, or of several."""
    if layer.class_name in _CELLS:
        return True
    cell = layer.parameters.get("cell") if layer.class_name == "RNN" else None
    stacked = isinstance(cell, tuple) or getattr(cell, "class_name", "") == "StackedRNNCells"
    return stacked and layer.parameters.get("return_state") is True
