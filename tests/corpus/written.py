"""Designs written as a few lines that read like Keras, for the many of a corpus.

    photo = Input(28, 28, 3, dtype="uint8")
    conv = Conv2D(photo, filters=8, kernel_size=3)
    again = conv(other)
    two = Add(conv, again.output)
    score = head(two)

A name of another line is a wire, in place or by the name of a port; anything else is a parameter.
Calling a name shares its layer; calling a file of `models` adds that saved model. What comes last
leads to an Output, unless the lines add Outputs themselves or end in `pass`.
"""

import ast
from dataclasses import replace

from immutables import Map

from composer_gui.core import edits
from composer_gui.core.document import put
from composer_gui.core.layer_kinds import Construct
from composer_gui.core.ports import input_ports
from composer_gui.storage import keras_archive
from tests.drawing import Drawing


def design(text, models=None):
    """Return the document that the lines of `text` describe; `models` are files by name."""
    return _Reading(models or {}).document_of(text)


class _Reading:
    def __init__(self, models):
        self.models = models
        self.drawing = Drawing()
        self.nodes = {}

    def document_of(self, text):
        lines = ast.parse(text.strip()).body
        last = None
        for line in lines:
            if isinstance(line, ast.Pass):
                return self.drawing.document
            name = line.targets[0].id if isinstance(line, ast.Assign) else ""
            last = self._added(name, line.value)
        if last is not None and not self.drawing.document.outputs:
            self.drawing.output("result", last)
        return self.drawing.document

    def _added(self, name, call):
        made = call.func.id
        if made == "Input":
            node_id = self._input(name, call)
        elif made == "Output":
            node_id = self._output(name, call)
        elif made in self.nodes:
            node_id = self.drawing.again(self.nodes[made])
            self._wire(node_id, call)
        elif made in self.models:
            node_id = self._model(made, name, call)
        else:
            node_id = self._layer(made, name, call)
        self.nodes[name] = node_id
        return None if made == "Output" else node_id

    def _input(self, name, call):
        fields = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
        shape = [ast.literal_eval(item) for item in call.args]
        node_id = self.drawing.input(name, *shape, dtype=fields.pop("dtype", "float32"))
        if fields:
            self.drawing.document = edits.set_input(self.drawing.document, node_id, **fields)
        return node_id

    def _output(self, name, call):
        if call.args:
            return self.drawing.output(name or "result", self._source(call.args[0]))
        return self.drawing._added(edits.add_output(self.drawing.document, 0, 0, label=name))

    def _model(self, file, name, call):
        path = self.models[file]
        node_id = self.drawing.model(name or file, keras_archive.read(path), path=str(path))
        for word in call.keywords:
            if word.arg == "trainable":
                self._set_trainable(node_id, ast.literal_eval(word.value))
        self._wire(node_id, call)
        return node_id

    def _layer(self, class_name, name, call):
        known = self.drawing.catalog.layers.get(class_name)
        arguments = {item.name for item in known.arguments} if known else set()
        given = {w.arg: w.value for w in call.keywords if not self._is_wire(w.value)}
        values = {k: _value(v) for k, v in given.items() if k not in arguments | {"trainable"}}
        node_id = self.drawing.layer(class_name, name or class_name.lower(), **values)
        said = {k: _value(v) for k, v in given.items() if k in arguments}
        if said:
            node = self.drawing.document.nodes[node_id]
            node = replace(node, arguments=Map(said))
            self.drawing.document = put(self.drawing.document, node)
        if "trainable" in given:
            self._set_trainable(node_id, _value(given["trainable"]))
        self._wire(node_id, call)
        return node_id

    def _set_trainable(self, node_id, trainable):
        layer_id = self.drawing.document.nodes[node_id].layer
        self.drawing.document = edits.set_trainable(self.drawing.document, layer_id, trainable)

    def _wire(self, node_id, call):
        document = self.drawing.document
        ports = input_ports(document, self.drawing.catalog, document.nodes[node_id])
        for index, item in enumerate(call.args):
            port = ports[0] if ports[0].many else ports[index]
            self.drawing._connect(self._source(item), node_id, port.name, index if port.many else 0)
        for word in call.keywords:
            if self._is_wire(word.value):
                items = word.value.elts if isinstance(word.value, ast.Tuple) else [word.value]
                for index, item in enumerate(items):
                    self.drawing._connect(self._source(item), node_id, word.arg, index)

    def _is_wire(self, item):
        if isinstance(item, ast.Tuple):
            return bool(item.elts) and all(map(self._is_wire, item.elts))
        start = item.value if isinstance(item, ast.Attribute) else item
        return isinstance(start, ast.Name) and start.id in self.nodes

    def _source(self, item):
        if isinstance(item, ast.Attribute):
            return self.nodes[item.value.id], item.attr
        return self.nodes[item.id]


def _value(item):
    """Return a parameter's value; a call in it is a layer or another object of Keras."""
    if isinstance(item, ast.Call):
        kind = "layer" if item.func.id[0].isupper() else item.func.id
        values = {word.arg: _value(word.value) for word in item.keywords}
        return Construct(kind, item.func.id, Map(values))
    if isinstance(item, ast.Tuple | ast.List):
        return tuple(_value(part) for part in item.elts)
    return ast.literal_eval(item)
