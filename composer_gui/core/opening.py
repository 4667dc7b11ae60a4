"""A saved model as the design that it is: each layer of it a node, with the weights of its file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from immutables import Map

from composer_gui.core import layout, operations
from composer_gui.core.document import (
    EMPTY,
    OUTPUT_PORT,
    Call,
    Document,
    Input,
    Node,
    Output,
    Source,
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
from composer_gui.core.labels import Labels
from composer_gui.core.layer_kinds import Layer, SavedModel, SavedPort, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.opened_calls import Calls, NotSaid, Wired
from composer_gui.core.opened_layers import (
    Use,
    keras_layer,
    saved_part,
    use_of,
    use_within,
)
from composer_gui.core.opened_stretch import Stretch, no_tensor, tap
from composer_gui.core.ports import layer_output_ports
from composer_gui.core.unfolding import Unfolded, models_on_the_way, unfolded

__all__ = ["arranged", "model_of", "opened", "part_inside", "tap", "why_sealed"]

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
    one = f"{short_name(part.name)} is one {part.class_name} layer"
    if part.mode:
        return f"{one} with {short_name(part.mode)} weights, which is used as it was saved."
    return f"{one}, with nothing further inside."


def model_of(
    inside: Inside, part: str, *, path: str, sha256: str, layer_id: str = "", name: str = ""
) -> SavedModel:
    """Return a nested model, "" being the whole, as a SavedModel with its ports; NotOpenable."""
    found = part_inside(inside, part)
    named = name or (short_name(part) if part else found.name)
    return SavedModel(layer_id, named, path, sha256, interface(found), part=part)


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
            raise no_tensor(ports[0].address)
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
        self._inside = laid_out.inside
        self._stretch = Stretch(laid_out, layer)
        self._layer = layer
        self._use = use
        self._catalog = catalog
        self._calls = Calls(self._inside, catalog, whole=layer.cut is None)
        self._labels = Labels(())
        self._next = 1
        self._nodes: list[Node] = []
        self._layers: dict[str, Layer] = {}
        self._of_part: dict[str, Layer] = {}
        self._sources: dict[tuple[str, int, int], Source] = {}
        self._made: dict[tuple[str, int], tuple[str, tuple[str, ...]]] = {}

    def document(self) -> Document:
        stretch = self._stretch
        pairs = zip(self._layer.inputs, stretch.inputs, strict=True)
        ids_in = [self._input(*pair) for pair in pairs]
        by_part: dict[str, list[InnerCall]] = {}
        for call in stretch.calls:
            by_part.setdefault(call.part, []).append(call)
        used = stretch.used_outputs()
        for call in stretch.calls:
            self._call(call, by_part[call.part], used.get(call.part, 1))
        ids_out = [self._output(name, tensor) for name, tensor in stretch.outputs]
        self._drop_idle()
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

    def _drop_idle(self) -> None:
        """Drop the operations that only made masks which Keras finds by itself."""
        used: set[str] = set()
        kept = []
        for node in reversed(self._nodes):
            if not isinstance(node, Call) or node.id in used:
                used |= {s.node for sources in node.inputs.values() for s in sources}
                kept.append(node)
        if len(kept) < len(self._nodes):
            self._nodes = kept[::-1]
            called = {node.layer for node in kept if isinstance(node, Call)}
            self._layers = {key: self._layers[key] for key in self._layers if key in called}

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
        taps = self._stretch.tapped.get(part.name, ())
        made = saved_part(part, self._id("l"), self._name(part), self._use, taps=taps)
        if self._use.keep_weights:
            return made
        inner = use_within(self._use, part)
        design = _opened(part.inside, made, inner, self._catalog, all_levels=False)
        return Submodel(made.id, made.name, design, made.trainable, made.inference)

    def _sealed(
        self, part: Part, calls: list[InnerCall], used: int, said: str, name: str
    ) -> SavedModel:
        ports = sealed_interface(part, calls, used, self._inside.specs)
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
