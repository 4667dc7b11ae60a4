"""A saved model as the design that it is: each layer of it a node, with the weights of its file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from immutables import Map

from composer_gui.core import layout, operations
from composer_gui.core.document import (
    EMPTY,
    OUTPUT_PORT,
    Call,
    Document,
    Input,
    Layer,
    Node,
    Output,
    SavedModel,
    SavedPort,
    Source,
    Submodel,
)
from composer_gui.core.inside import (
    INPUT,
    MODEL,
    OPERATION,
    InnerCall,
    InnerTensor,
    Inside,
    NotOpenable,
    Part,
    steps_of,
)
from composer_gui.core.inside_ports import interface, sealed_interface, short_name
from composer_gui.core.inside_reader import tensors_in
from composer_gui.core.labels import Labels
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.opened_calls import Calls, NotSaid, Wired
from composer_gui.core.opened_layers import (
    Use,
    keras_layer,
    saved_part,
    use_of,
    use_within,
)
from composer_gui.core.ports import layer_output_ports
from composer_gui.core.unfolding import Unfolded, models_on_the_way, unfolded

_WIDTH, _HEIGHT, _LETTER = 168.0, 72.0, 8.0
"""About how large a node is on the canvas, in pixels, and a letter of its label."""


def opened(
    inside: Inside,
    layer: SavedModel,
    catalog: Catalog,
    *,
    all_levels: bool = False,
    keep_weights: bool = True,
) -> Document:
    """Return the design that equals `layer` as it is used: cut, tapped, frozen, with other inputs.

    `inside` is what the whole file is made of. Its ports are Inputs and Outputs in their order, by
    the same labels; a layer that the catalog knows is a KerasLayer with its weights, another one a
    sealed SavedModel, and a model in it a SavedModel, or with `all_levels` laid out as well.
    Without `keep_weights` its layers start anew, models in it are Submodels, and only what is
    sealed still comes from the file. Raises NotOpenable.
    """
    root = part_inside(inside, layer.part)
    use = use_of(root, layer, keep_weights=keep_weights)
    return _opened(root, layer, use, catalog, all_levels=all_levels)


def part_inside(inside: Inside, part: str) -> Inside:
    """Return what a part of a model is made of, "" being all of it; raises NotOpenable."""
    if not part:
        return inside
    try:
        found = inside.part(part)
    except KeyError:
        raise NotOpenable(
            f"There is no {part} in the saved model.",
            "The file may have changed since it was added; add it again.",
        ) from None
    if found.inside is None:
        raise NotOpenable(why_sealed(found))
    return found.inside


def why_sealed(part: Part) -> str:
    """Return the sentence that says why a part cannot be looked into."""
    if part.foreign:
        return (
            f"{short_name(part.name)} is a {part.class_name}, and only its code knows the inside."
        )
    return f"{short_name(part.name)} is one {part.class_name} layer, with nothing further inside."


def model_of(
    inside: Inside, part: str, *, path: str, sha256: str, layer_id: str = "", name: str = ""
) -> SavedModel:
    """Return a nested model, "" being the whole, as a SavedModel with its ports; NotOpenable."""
    found = part_inside(inside, part)
    named = name or (short_name(part) if part else found.name)
    return SavedModel(layer_id, named, path, sha256, interface(found), part=part)


def tap(inside: Inside, address: str, taken: Iterable[str] = ()) -> SavedPort:
    """Return the port for the tensor at an address, of whatever depth; raises NotOpenable.

    Its name is that of the layer, numbered where it is `taken`.
    """
    steps, output = steps_of(address)
    level: Inside | None = inside
    for name, call in steps[:-1]:
        part = level.by_name.get(name) if level is not None else None
        if part is None or part.inside is None or not _has_call(level, name, call):
            raise _no_tensor(address)
        level = part.inside
    name, call = steps[-1]
    part = level.by_name.get(name)
    if part is None or not (_has_call(level, name, call) or (part.kind == INPUT and call == 0)):
        raise _no_tensor(address)
    if part.inside is not None and output >= len(part.inside.outputs):
        raise _no_tensor(address)
    shape, dtype = level.specs.get((name, call, output), (None, "float32"))
    labels = Labels(taken)
    return SavedPort(labels.unique(name), shape, dtype, address)


def _has_call(inside: Inside, name: str, call: int) -> bool:
    return (name, call) in inside.call_keys


def _no_tensor(address: str) -> NotOpenable:
    return NotOpenable(
        f"There is no {address} in the saved model.",
        "The file may have changed since it was added; add it again.",
    )


# From the model to the graph that is used ---------------------------------------------------------


def _opened(
    root: Inside, layer: SavedModel, use: Use, catalog: Catalog, *, all_levels: bool
) -> Document:
    root, layer, use = _descended(root, layer, use)
    ends: Sequence[SavedPort] = ()
    if layer.cut is not None:
        ends = (*layer.cut.inputs, *layer.cut.outputs)
    around = models_on_the_way(root, (port.address for port in ends))
    laid_out = unfolded(root, (lambda path: True) if all_levels else around.__contains__)
    return _Opening(laid_out, layer, use, catalog).document()


def _descended(root: Inside, layer: SavedModel, use: Use) -> tuple[Inside, SavedModel, Use]:
    """Return the model that a cut lies in as a whole, which need not be the outermost."""
    while layer.cut is not None:
        ports = (*layer.cut.inputs, *layer.cut.outputs, *layer.taps)
        firsts = {steps_of(port.address)[0][0] for port in ports}
        if len(firsts) != 1 or any(len(steps_of(port.address)[0]) < 2 for port in ports):
            break
        part = root.by_name.get(next(iter(firsts))[0])
        if part is None or part.inside is None:
            raise _no_tensor(ports[0].address)
        cut = replace(
            layer.cut,
            inputs=tuple(map(_inner, layer.cut.inputs)),
            outputs=tuple(map(_inner, layer.cut.outputs)),
        )
        layer = replace(layer, cut=cut, taps=tuple(map(_inner, layer.taps)))
        root, use = part.inside, use_within(use, part)
    return root, layer, use


def _inner(port: SavedPort) -> SavedPort:
    return replace(port, address=port.address.partition("/")[2])


class _Opening:
    """Makes the nodes and layers of one design."""

    def __init__(self, laid_out: Unfolded, layer: SavedModel, use: Use, catalog: Catalog) -> None:
        self._laid_out = laid_out
        self._inside = laid_out.inside
        self._layer = layer
        self._use = use
        self._catalog = catalog
        self._calls = Calls(self._inside, catalog)
        self._labels = Labels(())
        self._next = 1
        self._nodes: list[Node] = []
        self._layers: dict[str, Layer] = {}
        self._of_part: dict[str, Layer] = {}
        self._sources: dict[tuple[str, int, int], Source] = {}
        self._made: dict[tuple[str, int], tuple[str, tuple[str, ...]]] = {}
        self._tapped: dict[str, list[SavedPort]] = {}

    def document(self) -> Document:
        inputs, outputs = self._inputs(), self._outputs()
        needed = self._needed(inputs, [tensor for _, tensor in outputs])
        ids_in = [self._input(*pair) for pair in zip(self._layer.inputs, inputs, strict=True)]
        by_part: dict[str, list[InnerCall]] = {}
        for call in needed:
            by_part.setdefault(call.part, []).append(call)
        used = self._used_outputs(needed, outputs)
        for call in needed:
            self._call(call, by_part[call.part], used.get(call.part, 1))
        ids_out = [self._output(name, tensor) for name, tensor in outputs]
        return arranged(
            Document(
                name=self._layer.name or self._inside.name,
                nodes=Map({node.id: node for node in self._nodes}),
                layers=Map(self._layers),
                inputs=tuple(ids_in),
                outputs=tuple(ids_out),
                next_number=self._next,
            ),
            self._catalog,
        )

    def _id(self, letter: str) -> str:
        number = self._next
        self._next += 1
        return f"{letter}{number}"

    # Where it begins and ends ---------------------------------------------------------------------

    def _inputs(self) -> list[InnerTensor]:
        cut = self._layer.cut
        if cut is None:
            return list(self._inside.inputs)
        return [self._at(port.address) for port in cut.inputs]

    def _outputs(self) -> list[tuple[str, InnerTensor]]:
        """Return the tensors that come out, taps last, each with the label of its port."""
        layer = self._layer
        if layer.cut is None:
            ports, tensors = layer.interface.outputs, list(self._inside.outputs)
        else:
            ports = layer.cut.outputs
            tensors = [self._at(port.address) for port in ports]
        if len(ports) != len(tensors):
            raise NotOpenable(
                f"{layer.name} has other outputs than when it was added.",
                "Its file may have changed; add it again.",
            )
        tensors += [self._tap(port) for port in layer.taps]
        names = [port.name for port in (*ports, *layer.taps)]
        return list(zip(names, tensors, strict=True))

    def _at(self, address: str) -> InnerTensor:
        found = self._laid_out.tensor(address)
        if found is None:
            raise _no_tensor(address)
        return found

    def _tap(self, port: SavedPort) -> InnerTensor:
        """Return the tensor of a tap; inside a model that stays closed, that model is tapped."""
        found = self._laid_out.tensor(port.address)
        if found is not None:
            return found
        steps, _ = steps_of(port.address)
        for count in range(1, len(steps)):
            path = "/".join(name for name, _ in steps[:count])
            number = self._laid_out.numbers.get(steps[:count])
            part = self._inside.by_name.get(path)
            if number is not None and part is not None and part.inside is not None:
                address = "/".join(port.address.split("/")[count:])
                return self._inner_tap(part, number, address, port)
        raise _no_tensor(port.address)

    def _inner_tap(self, part: Part, number: int, address: str, port: SavedPort) -> InnerTensor:
        tapped = self._tapped.setdefault(part.name, [])
        known = [other.address for other in tapped]
        if address not in known:
            taken = [p.name for p in interface(part.inside).outputs] + [p.name for p in tapped]
            tapped.append(tap(part.inside, address, taken))
            known.append(address)
        output = len(part.inside.outputs) + known.index(address)
        return InnerTensor(part.name, number, output, port.shape, port.dtype)

    def _needed(self, inputs: list[InnerTensor], outputs: list[InnerTensor]) -> list[InnerCall]:
        """Return the calls between the inputs and the outputs, each behind what it takes from."""
        begin = {tensor.key for tensor in inputs}
        by_key = {(call.part, call.number): call for call in self._inside.calls}
        found: set[tuple[str, int]] = set()
        waiting = [tensor for tensor in outputs if tensor.key not in begin]
        while waiting:
            tensor = waiting.pop()
            key = tensor.part, tensor.call
            if key in found:
                continue
            call = by_key.get(key)
            if call is None:
                raise NotOpenable(
                    f"{self._layer.name} needs {short_name(tensor.part)}, which lies outside of "
                    "the stretch that is used.",
                    "Take away the tap, or begin the stretch earlier.",
                )
            found.add(key)
            taken = tensors_in([list(call.arguments), dict(call.keywords)])
            waiting += [t for t in taken if t.key not in begin]
        return [call for call in self._inside.calls if (call.part, call.number) in found]

    def _used_outputs(
        self, calls: list[InnerCall], outputs: list[tuple[str, InnerTensor]]
    ) -> dict[str, int]:
        """Return how many outputs of each part are used, counted to the last one."""
        used: dict[str, int] = {}
        for call in calls:
            for tensor in tensors_in([list(call.arguments), dict(call.keywords)]):
                used[tensor.part] = max(used.get(tensor.part, 1), tensor.output + 1)
        for _, tensor in outputs:
            used[tensor.part] = max(used.get(tensor.part, 1), tensor.output + 1)
        return used

    # Nodes ----------------------------------------------------------------------------------------

    def _input(self, port: SavedPort, tensor: InnerTensor) -> str:
        shape = port.shape if port.shape is not None else tensor.shape
        if shape is None or not shape:
            raise NotOpenable(
                f"{port.name} of {self._layer.name} has no stated shape.",
                "Say its size first: wire something to it, or give its input another size.",
            )
        part = self._inside.by_name.get(tensor.part)
        if part is not None and part.kind == INPUT:
            self._refuse_unusual(part)
        node_id = self._id("n")
        self._labels.unique(port.name)
        self._nodes.append(Input(node_id, port.name, shape[1:], port.dtype, shape[0]))
        self._sources[tensor.key] = Source(node_id)
        return node_id

    def _refuse_unusual(self, part: Part) -> None:
        config = part.config["config"]
        odd = [key for key in ("sparse", "ragged", "optional") if config.get(key)]
        if odd:
            raise NotOpenable(
                f"The input {short_name(part.name)} is {odd[0]}, which a design cannot say.",
                "The model can be used as a whole.",
            )

    def _output(self, label: str, tensor: InnerTensor) -> str:
        node_id = self._id("n")
        wires = Map({OUTPUT_PORT: (self._source(tensor),)})
        self._nodes.append(Output(node_id, label, wires))
        return node_id

    def _source(self, tensor: InnerTensor) -> Source:
        found = self._sources.get(tensor.key)
        if found is None:
            node_id, ports = self._made[tensor.part, tensor.call]
            if tensor.output >= len(ports):
                raise NotOpenable(
                    f"{short_name(tensor.part)} puts out more than its class is known to.",
                    "The model can be used as a whole.",
                )
            found = self._sources[tensor.key] = Source(node_id, ports[tensor.output])
        return found

    def _call(self, call: InnerCall, calls: list[InnerCall], used: int) -> None:
        part = self._inside.by_name[call.part]
        if part.kind == OPERATION:
            layer, wired = self._operation(part, call)
        else:
            layer = self._of_part.get(part.name)
            if layer is None:
                layer = self._of_part[part.name] = self._made_layer(part, calls, used)
            wired = self._wired(part, layer, call)
        self._layers[layer.id] = layer
        node_id = self._id("n")
        inputs = {port: tuple(map(self._source, tensors)) for port, tensors in wired.inputs.items()}
        arguments = Map(wired.arguments) if wired.arguments else EMPTY
        node = Call(node_id, layer.id, "", Map(inputs), arguments)
        self._nodes.append(node)
        ports = layer_output_ports(self._catalog, layer, node) or ()
        self._made[call.part, call.number] = node_id, ports

    def _name(self, part: Part) -> str:
        return self._labels.unique(short_name(part.name))

    # Layers ---------------------------------------------------------------------------------------

    def _operation(self, part: Part, call: InnerCall) -> tuple[Layer, Wired]:
        made = operations.operation(part, call, layer_id=self._id("l"), name=self._name(part))
        if made is None:
            raise NotOpenable(
                f"The operation {short_name(part.name)} ({part.class_name}) cannot be written "
                "down as a call of keras.ops.",
                "The model can be used as a whole.",
            )
        tensors = operations.tensors_of(part, call)
        count = len(tensors)
        ports = ["x"] if count == 1 else [f"x_{number + 1}" for number in range(count)]
        return made, Wired({p: [tensor] for p, tensor in zip(ports, tensors, strict=True)})

    def _made_layer(self, part: Part, calls: list[InnerCall], used: int) -> Layer:
        if part.kind == MODEL:
            return self._model(part)
        name = self._name(part)
        made = keras_layer(part, self._id("l"), name, self._use, self._catalog)
        said = ""
        if made is not None:
            try:
                spec = self._catalog.layer(part.class_name)
                for call in calls:
                    self._calls.of_layer(spec, call)
                return made
            except NotSaid as error:
                said = str(error)
        return self._sealed(part, calls, used, said, name)

    def _model(self, part: Part) -> Layer:
        taps = self._tapped.get(part.name, ())
        made = saved_part(part, self._id("l"), self._name(part), self._use, taps=taps)
        if self._use.keep_weights:
            return made
        inner = use_within(self._use, part)
        design = _opened(part.inside, made, inner, self._catalog, all_levels=False)
        return Submodel(made.id, made.name, design, made.trainable, made.inference)

    def _sealed(
        self, part: Part, calls: list[InnerCall], used: int, said: str, name: str
    ) -> SavedModel:
        ports = sealed_interface(part, calls, used)
        if ports is None:
            how = said or "with several arguments"
            raise NotOpenable(
                f"{short_name(part.name)} ({part.class_name}) is called {how}, which a design "
                "cannot say.",
                "The model can be used as a whole.",
            )
        return saved_part(part, self._id("l"), name, self._use, ports=ports)

    def _wired(self, part: Part, layer: Layer, call: InnerCall) -> Wired:
        try:
            if isinstance(layer, Submodel):
                names = [port.name for port in interface(part.inside).inputs]
                return self._calls.of_model(part.inside, names, call)
            if isinstance(layer, SavedModel):
                names = [port.name for port in layer.inputs]
                if part.inside is not None:
                    return self._calls.of_model(part.inside, names, call)
                return self._calls.of_sealed(names, call)
            return self._calls.of_layer(self._catalog.layer(part.class_name), call)
        except NotSaid as error:
            raise NotOpenable(
                f"{short_name(part.name)} is called {error}, which a design cannot say.",
                "The model can be used as a whole.",
            ) from error


# Where the nodes stand ----------------------------------------------------------------------------


def arranged(document: Document, catalog: Catalog) -> Document:
    """Return a design with its nodes arranged from left to right, at their usual sizes."""
    sizes = {node_id: _size(document, node_id) for node_id in document.nodes}
    places = layout.arrange(document, sizes, catalog=catalog)
    nodes = {
        node.id: replace(node, x=places[node.id][0], y=places[node.id][1])
        for node in document.nodes.values()
    }
    return replace(document, nodes=Map(nodes))


def _size(document: Document, node_id: str) -> tuple[float, float]:
    wanted = _WIDTH / 2 + _LETTER * len(document.label(node_id))
    return math.ceil(max(_WIDTH, min(wanted, 2 * _WIDTH)) / 24) * 24.0, _HEIGHT
