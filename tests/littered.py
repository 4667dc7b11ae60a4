"""Designs with dots on their wires and bypassed layers between, which change nothing."""

from contextlib import suppress

from composer_gui.core import edits
from composer_gui.core.document import Wire, wires_into
from composer_gui.core.errors import EditRefused
from composer_gui.core.layer_kinds import Submodel
from composer_gui.storage import resources

CATALOG = resources.catalog()


def littered(document, luck):
    """Return a design with dots on its wires and bypassed layers between, at every depth."""
    for layer in document.layers.values():
        if isinstance(layer, Submodel):
            document = edits.with_design(document, layer.id, littered(layer.design, luck))
    wires = sorted((w for n in document.nodes.values() for w in wires_into(n)), key=repr)
    for wire in wires:
        for _ in range(luck.randrange(1, 3)):
            source = document.nodes[wire.node].inputs[wire.port][wire.index]
            wire = Wire(source, wire.node, wire.port, wire.index)
            if luck.random() < 0.5:
                document = edits.dot_on_wire(document, CATALOG, wire, 0, 0)
                continue
            known = set(document.nodes)
            name = luck.choice(["Dense", "Dropout", "Add"])
            document = edits.add_keras_layer(document, name, 0, 0, name=f"idle_{len(known)}")
            (added,) = set(document.nodes) - known
            document = edits.insert_on_wire(document, CATALOG, wire, added)
            document = edits.set_bypassed(document, [added], True)
    return document


def dotted(document):
    """Return a design with two dots on each of its wires."""
    wires = sorted((w for n in document.nodes.values() for w in wires_into(n)), key=repr)
    for wire in wires:
        for x in (10, 20):
            source = document.nodes[wire.node].inputs[wire.port][wire.index]
            wire = Wire(source, wire.node, wire.port, wire.index)
            with suppress(EditRefused):  # what a broken file holds is drawn by no hand
                document = edits.dot_on_wire(document, CATALOG, wire, x, 0)
    return document
