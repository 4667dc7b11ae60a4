"""Designs drawn node by node with exact parameters, for tests of what becomes of them in Keras."""

from dataclasses import replace
from pathlib import Path

from immutables import Map

from composer_gui.core import edits
from composer_gui.core.codegen import keras_script
from composer_gui.core.document import Document, Source, Wire, put
from composer_gui.core.layer_kinds import SavedModel
from composer_gui.core.ports import input_ports, output_ports
from composer_gui.core.saved_files import saved_files
from composer_gui.storage import resources


class Drawing:
    """A document under construction; every method that adds a node returns its id.

    A source is a node's id, or `(id, port)` for another than the first of its outputs.
    """

    def __init__(self, name="design"):
        self.catalog = resources.catalog()
        self.document = edits.set_name(Document(), name)

    def _added(self, document):
        (node_id,) = set(document.nodes) - set(self.document.nodes)
        self.document = document
        return node_id

    def input(self, label, *shape, dtype="float32"):
        """Add an Input."""
        added = edits.add_input(self.document, 0, 0, label=label, shape=shape, dtype=dtype)
        return self._added(added)

    def layer(self, class_name, name, *sources, wires=None, arguments=None, **parameters):
        """Add a Keras layer wired by position, `wires` by the name of the port."""
        given = Map(parameters)
        added = edits.add_keras_layer(self.document, class_name, 0, 0, name=name, parameters=given)
        node_id = self._added(added)
        if arguments:
            node = replace(self.document.nodes[node_id], arguments=Map(arguments))
            self.document = put(self.document, node)
        self._wire(node_id, sources)
        for port, started in (wires or {}).items():
            for index, source in enumerate(started):
                self._connect(source, node_id, port, index)
        return node_id

    def model(self, name, interface, *sources, path=None, trainable=True):
        """Add a saved model."""
        path = path or f"/models/{name}.keras"
        added = edits.add_saved_model(self.document, path, "", interface, 0, 0, name=name)
        node_id = self._added(added)
        if not trainable:
            self.freeze(node_id)
        self._wire(node_id, sources)
        return node_id

    def again(self, node_id, *sources):
        """Call the layer of a node once more."""
        layer_id = self.document.nodes[node_id].layer
        again = self._added(edits.add_call(self.document, layer_id, 0, 0))
        self._wire(again, sources)
        return again

    def called(self, layer, *sources):
        """Add a call of a layer of any kind, made with an id of its own."""
        node_id = self.layer("Dense", "taken", units=1)
        layer_id = self.document.nodes[node_id].layer
        self.document = put(self.document, replace(layer, id=layer_id))
        self._wire(node_id, sources)
        return node_id

    def output(self, label, source):
        """Add an Output."""
        node_id = self._added(edits.add_output(self.document, 0, 0, label=label))
        self._connect(source, node_id, "input", 0)
        return node_id

    def freeze(self, node_id):
        """Freeze the layer of a node."""
        layer_id = self.document.nodes[node_id].layer
        self.document = edits.set_trainable(self.document, layer_id, False)

    def _wire(self, node_id, sources):
        ports = input_ports(self.document, self.catalog, self.document.nodes[node_id])
        for index, source in enumerate(sources):
            port = ports[0] if ports[0].many else ports[index]
            self._connect(source, node_id, port.name, index if port.many else 0)

    def _connect(self, source, node_id, port, index):
        if isinstance(source, str):
            node = self.document.nodes[source]
            source = (source, output_ports(self.document, self.catalog, node)[0])
        wire = Wire(Source(*source), node_id, port, index)
        self.document = edits.connect(self.document, self.catalog, wire)

    def script(self, paths=None, *, partial=False):
        """Return the generated script; saved models lie in models/ unless `paths` says more."""
        models = (x for x in self.document.layers.values() if isinstance(x, SavedModel))
        known = {path: f"models/{Path(path).name}" for path, _ in saved_files(self.document)}
        known |= {x.path: paths[x.name] for x in models if x.name in (paths or {})}
        return keras_script.generate(self.document, self.catalog, known, partial=partial)

    def body(self, **options):
        """Return the lines of `build_model` without indentation and blank lines."""
        lines = self.script(**options).text.split("def build_model() -> keras.Model:\n")[1]
        lines = lines.split("\n\n\nif __name__")[0].splitlines()
        return [line.removeprefix("    ") for line in lines if line.strip()]
