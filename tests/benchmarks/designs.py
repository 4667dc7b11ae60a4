"""Designs of any size for the benchmarks: chains of blocks with skips, built by edits."""

from __future__ import annotations

from immutables import Map

from composer_gui.core import edits
from composer_gui.core.document import OUTPUT_PORT, Document, Source, Wire, in_order
from composer_gui.core.layers.catalog import Catalog


def residual_chain(catalog: Catalog, count: int, width: int = 32) -> Document:
    """Return a design of about `count` nodes: Input, then blocks of Dense, LayerNorm and Add."""
    document = edits.add_input(Document(), 0, 0, label="features", shape=(width,))
    last = document.inputs[0]
    while len(document.nodes) < count - 1:
        document, dense = _layer(catalog, document, "Dense", last, {"units": width})
        document, norm = _layer(catalog, document, "LayerNormalization", dense, {})
        document, last = _sum(catalog, document, last, norm)
    document = edits.add_output(document, 0, 0, label="result")
    wire = Wire(Source(last), document.outputs[0], OUTPUT_PORT)
    return edits.connect(document, catalog, wire).settled()


def _layer(catalog, document, class_name, source, parameters):
    after = edits.add_keras_layer(document, class_name, 0, 0, parameters=Map(parameters))
    added = f"n{after.next_number - 1}"
    wire = Wire(Source(source), added, "inputs")
    return edits.connect(after, catalog, wire), added


def _sum(catalog, document, first, second):
    after = edits.add_keras_layer(document, "Add", 0, 0)
    added = f"n{after.next_number - 1}"
    after = edits.connect(after, catalog, Wire(Source(first), added, "inputs", 0))
    return edits.connect(after, catalog, Wire(Source(second), added, "inputs", 1)), added


def middle_layer(document: Document) -> str:
    """Return the id of a LayerNormalization half way down."""
    layers = in_order(document.layers)
    norms = [layer.id for layer in layers if layer.class_name == "LayerNormalization"]
    return norms[len(norms) // 2]
