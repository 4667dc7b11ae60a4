"""Makes the Keras model that a design is by calling its layers, without any generated source."""

import keras
from immutables import Map

from composer_gui.core.document import Call, Input, in_order
from composer_gui.core.layer_kinds import (
    Construct,
    Dots,
    KerasLayer,
    Operation,
    SavedModel,
    Slice,
    Slot,
    Submodel,
)
from composer_gui.core.operations import GETITEM
from composer_gui.core.ports import input_ports, layer_output_ports

_MODULES = {
    "layer": keras.layers,
    "initializer": keras.initializers,
    "regularizer": keras.regularizers,
    "constraint": keras.constraints,
}


def value(plain):
    """Return what a parameter's value is in Keras."""
    if isinstance(plain, Construct):
        made = getattr(_MODULES[plain.kind], plain.class_name)
        return made(**{name: value(item) for name, item in plain.parameters.items()})
    if isinstance(plain, tuple):
        items = [value(item) for item in plain]
        return items if any(isinstance(item, Construct) for item in plain) else tuple(items)
    return plain


def layer_of(class_name, parameters, **more):
    """Return a Keras layer of a class with a design's parameters."""
    given = {name: value(item) for name, item in parameters.items()}
    return getattr(keras.layers, class_name)(**given, **more)


def part_of(model, path):
    """Return the layer or model at a path inside a model."""
    for name in path.split("/") if path else ():
        model = model.get_layer(name)
    return model


def model_of(document, catalog, source):
    """Return the Keras model that a design is, with the weights of `source` as they are."""
    return _Realizing(document, catalog, source).model()


class _Realizing:
    def __init__(self, document, catalog, source):
        self.document, self.catalog, self.source = document, catalog, source
        self.layers, self.tensors = {}, {}

    def model(self):
        document = self.document
        for node in in_order(document.nodes):
            if isinstance(node, Input):
                self.tensors[node.id, "output"] = keras.Input(
                    node.shape, batch_size=node.batch_size, dtype=node.dtype, name=node.label
                )
            elif isinstance(node, Call):
                self._call(node)
        outputs = [self._taken(document.nodes[node_id], "input")[0] for node_id in document.outputs]
        return keras.Model([self.tensors[n, "output"] for n in document.inputs], outputs)

    def _taken(self, node, port):
        return [self.tensors[source.node, source.port] for source in node.inputs.get(port, ())]

    def _call(self, node):
        layer = self.document.layers[node.layer]
        if layer.id not in self.layers:
            self.layers[layer.id] = self._made(layer)
        made = self.layers[layer.id]
        ports = [port.name for port in input_ports(self.document, self.catalog, node)]
        if isinstance(layer, Operation):
            result = _operated(layer, [self._taken(node, port)[0] for port in ports])
        elif isinstance(layer, SavedModel):
            taken = [self._taken(node, port)[0] for port in ports]
            result = made(_structured(layer.interface.input_structure, taken))
        elif isinstance(layer, Submodel):
            result = made([self._taken(node, port)[0] for port in ports])
        else:
            result = self._layer_called(layer, made, node)
        names = layer_output_ports(self.catalog, layer, node)
        for name, tensor in zip(names, keras.tree.flatten(result), strict=True):
            self.tensors[node.id, name] = tensor

    def _layer_called(self, layer, made, node):
        spec = self.catalog.layer(layer.class_name)
        listed = [port for port in spec.inputs if port.listed]
        positional, keywords = [], dict(node.arguments)
        if listed:
            positional = [[t for port in listed for t in self._taken(node, port.name)]]
        for port in spec.inputs:
            taken = self._taken(node, port.name)
            if port.listed or not taken:
                continue
            given = taken if port.many else taken[0]
            if port is spec.inputs[0]:
                positional = [given]
            else:
                keywords[port.name] = given
        return made(*positional, **keywords)

    def _made(self, layer):
        if isinstance(layer, KerasLayer):
            if layer.weights is not None and layer.is_as_saved:
                made = part_of(self.source, layer.weights.part)
                made.trainable = layer.trainable
                made.name = layer.name
                return made
            more = {} if layer.trainable else {"trainable": False}
            return layer_of(layer.class_name, layer.parameters, name=layer.name, **more)
        if isinstance(layer, SavedModel):
            made = part_of(self.source, layer.part)
            if layer.taps:
                tapped = [made.get_layer(port.address).output for port in layer.taps]
                made = keras.Model(made.inputs, [*made.outputs, *tapped])
            return made
        if isinstance(layer, Submodel):
            return model_of(layer.design, self.catalog, self.source)
        return None


def _structured(structure, tensors):
    if isinstance(structure, Map):
        return {key: _structured(structure[key], tensors) for key in structure}
    if isinstance(structure, tuple):
        return [_structured(item, tensors) for item in structure]
    return tensors[structure]


def _operated(layer, tensors):
    """Return what the function of an operation gives."""
    arguments = [_argument(item, tensors) for item in layer.arguments]
    keywords = {name: _argument(item, tensors) for name, item in layer.keywords.items()}
    if layer.function == GETITEM:
        return arguments[0][arguments[1]]
    function = keras.ops
    for name in layer.function.split("."):
        function = getattr(function, name)
    return function(*arguments, **keywords)


def _argument(item, tensors):
    if isinstance(item, Slot):
        return tensors[item.index]
    if isinstance(item, Slice):
        return slice(item.start, item.stop, item.step)
    if isinstance(item, Dots):
        return ...
    return tuple(_argument(part, tensors) for part in item) if isinstance(item, tuple) else item
