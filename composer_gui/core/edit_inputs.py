"""Other inputs of saved models, and the Inputs of the design that follow them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from composer_gui.core.document import Document, Dot, Input, wires_into
from composer_gui.core.edit_layers import existing_layer
from composer_gui.core.edit_nodes import set_input
from composer_gui.core.edit_saved import set_reinput
from composer_gui.core.layer_kinds import SavedPort
from composer_gui.core.passing import past_dots


def use_inputs(document: Document, layer_id: str, ports: tuple[SavedPort, ...]) -> Document:
    """Give a saved model's inputs other shapes or dtypes, and the Inputs that feed only these.

    An Input follows in what was changed, and only while it was what the port wanted.
    """
    before = existing_layer(document, layer_id)
    after = set_reinput(document, layer_id, ports)
    old = {port.name: port for port in before.inputs}
    changed = {p.name: p for p in after.layers[layer_id].inputs if p != old.get(p.name)}
    for node_id, taken in _feeding_only(after, layer_id, changed).items():
        after = _followed(after, node_id, old[taken], changed[taken])
    return after


def _feeding_only(document: Document, layer_id: str, names: Mapping[str, Any]) -> dict[str, str]:
    """Return the Inputs all of whose wires end at one of these ports of a layer, with its name."""
    ends: dict[str, set[str]] = {}
    for node in document.nodes.values():
        if isinstance(node, Dot):
            continue
        is_call = getattr(node, "layer", "") == layer_id
        for wire in wires_into(node):
            start = past_dots(document, wire.source)
            if start is not None and isinstance(document.nodes[start.node], Input):
                ends.setdefault(start.node, set()).add(wire.port if is_call else "")
    return {
        node_id: next(iter(ports))
        for node_id, ports in ends.items()
        if len(ports) == 1 and ports <= names.keys()
    }


def _followed(document: Document, node_id: str, old: SavedPort, new: SavedPort) -> Document:
    node = document.nodes[node_id]
    fields: dict[str, Any] = {}
    if new.shape != old.shape and None not in (new.shape, old.shape):
        if new.shape[1:] != old.shape[1:] and node.shape == old.shape[1:]:
            fields["shape"] = new.shape[1:]
        if new.shape[0] != old.shape[0] and node.batch_size == old.shape[0]:
            fields["batch_size"] = new.shape[0]
    if new.dtype != old.dtype and node.dtype == old.dtype:
        fields["dtype"] = new.dtype
    return set_input(document, node_id, **fields) if fields else document
