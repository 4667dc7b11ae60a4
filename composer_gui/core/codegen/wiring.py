"""What is wired to each node of one design, and what each call gives: looked up once."""

from __future__ import annotations

from composer_gui.core.document import Call, Document, Source
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.ports import input_ports, layer_output_ports


class Wiring:
    """The sources and outputs of the nodes of a document, remembered for its script."""

    def __init__(self, document: Document, catalog: Catalog) -> None:
        self.document = document
        self.catalog = catalog
        self._sources: dict[str, list[Source]] = {}
        self._outputs: dict[str, tuple[str, ...]] = {}

    def sources(self, node_id: str) -> list[Source]:
        """Return what is wired to a node, port by port in the order they are handed over."""
        found = self._sources.get(node_id)
        if found is None:
            node = self.document.nodes[node_id]
            ports = input_ports(self.document, self.catalog, node) if node.inputs else ()
            wired = (node.inputs.get(port.name, ()) for port in ports)
            found = self._sources[node_id] = [source for port in wired for source in port]
        return found

    def outputs(self, node_id: str) -> tuple[str, ...]:
        """Return the output ports of a call; none for a class that the catalog does not know."""
        found = self._outputs.get(node_id)
        if found is None:
            node = self.document.nodes[node_id]
            layer = self.document.layers[node.layer] if isinstance(node, Call) else None
            ports = layer and layer_output_ports(self.catalog, layer, node)
            found = self._outputs[node_id] = ports or ()
        return found
