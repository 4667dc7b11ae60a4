"""Designs for the tests of the core, sketched in one line for each node."""

import json

import pytest
from immutables import Map

from composer_gui.core import edits
from composer_gui.core.document import Document, Source, Wire
from composer_gui.core.layer_kinds import SavedInterface, SavedPort
from composer_gui.core.plain import document_to_plain
from composer_gui.core.ports import input_ports
from composer_gui.storage import resources


@pytest.fixture(scope="session")
def catalog():
    """Return the catalog that Composer ships."""
    return resources.catalog()


@pytest.fixture(scope="session")
def interface():
    """Return a function that makes the ports of a saved model from their names."""

    def make(inputs=("inputs",), outputs=("output",)):
        sides = [tuple(SavedPort(name, (None, 8)) for name in names) for names in (inputs, outputs)]
        structures = [0 if len(side) == 1 else tuple(range(len(side))) for side in sides]
        return SavedInterface("Functional", *sides, *structures)

    return make


@pytest.fixture(scope="session")
def written():
    """Return a function that gives a document as text, equal only where all is equal."""

    def write(document):
        return json.dumps(document_to_plain(document), sort_keys=True)

    return write


class Sketch:
    """A document and the ids of its nodes by the names they have in the sketch."""

    def __init__(self, document, ids):
        self.document = document
        self.ids = ids

    def __getitem__(self, name):
        return self.ids[name]

    def node(self, name):
        """Return the node."""
        return self.document.nodes[self.ids[name]]

    def layer(self, name):
        """Return the layer that the node calls."""
        return self.document.layers[self.node(name).layer]

    def wire(self, start, end, port="", index=0):
        """Return a wire between two nodes; the first port of the end is meant where none is named.

        `start` may name an output port: "lstm.state_h".
        """
        name, _, exit_port = start.partition(".")
        node = self.document.nodes[self.ids[end]]
        ports = input_ports(self.document, resources.catalog(), node)
        port = port or (ports[0].name if ports else "inputs")
        return Wire(Source(self.ids[name], exit_port or "output"), node.id, port, index)


@pytest.fixture(scope="session")
def sketch(catalog, interface):
    """Return a function that makes a design: `sketch(photo="Input", dense="Dense photo")`.

    The first word is Input, Output, Frame, Note, Saved, Again (with the node whose layer is called
    once more) or a layer class; the others are the nodes wired to it in order, to its first port
    or to the port named as in "value=photo".
    """

    def make(**lines):
        made = Sketch(Document(), {})
        for name, line in lines.items():
            kind, *starts = line.split()
            before = set(made.document.nodes)
            made.document = _added(made, name, kind, starts)
            (made.ids[name],) = set(made.document.nodes) - before
            for start in starts if kind != "Again" else starts[1:]:
                port, _, start = start.rpartition("=")
                wire = made.wire(start, name, port, 99)
                made.document = edits.connect(made.document, catalog, wire)
        made.document = made.document.settled()
        return made

    def _added(made, name, kind, starts):
        document = made.document
        if kind == "Input":
            return edits.add_input(document, 0, 0, label=name, shape=(8,))
        if kind == "Output":
            return edits.add_output(document, 0, 0, label=name)
        if kind == "Frame":
            return edits.add_frame(document, 0, 0, 100, 100, label=name)
        if kind == "Note":
            return edits.add_note(document, 0, 0, text=name)
        if kind == "Again":
            return edits.add_call(document, made.layer(starts[0]).id, 0, 0)
        if kind == "Saved":
            path = f"/models/{name}.keras"
            return edits.add_saved_model(document, path, "0" * 64, interface(), 0, 0)
        parameters = catalog.layers[kind].sample if kind in catalog.layers else Map()
        return edits.add_keras_layer(document, kind, 0, 0, name=name, parameters=parameters)

    return make
