"""Edits of how a saved model is used: its taps, cut, inputs and freezing, and where its file is."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import replace

from composer_gui.core.document import Document, put
from composer_gui.core.edit_layers import existing_layer, rewired
from composer_gui.core.errors import EditRefused
from composer_gui.core.layer_kinds import (
    Cut,
    KerasLayer,
    Layer,
    SavedInterface,
    SavedModel,
    SavedPort,
    Submodel,
)

Ports = tuple[SavedPort, ...]

# Taps and cuts ----------------------------------------------------------------------------------


def set_taps(document: Document, layer_id: str, taps: Iterable[SavedPort]) -> Document:
    """Let tensors inside a saved model come out besides its outputs: these, and no others.

    A tap that was there keeps its name; a new one whose name is taken gets a number. Wires of taps
    that go, go.
    """
    layer = _saved_model(document, layer_id)
    outputs = replace(layer, taps=()).outputs
    given = {port.address for port in outputs if port.address}
    wanted = {tap.address: tap for tap in taps if tap.address not in given}
    names = {tap.address: tap.name for tap in layer.taps if tap.address in wanted}
    taken = {port.name for port in outputs} | set(names.values())
    kept = tuple(
        replace(tap, name=names[address]) if address in names else _named(tap, taken)
        for address, tap in wanted.items()
    )
    return _with_ports(document, layer, replace(layer, taps=kept))


def set_cut(document: Document, layer_id: str, cut: Cut | None) -> Document:
    """Use only a stretch of a saved model, or with None the whole again.

    Wires stay with the tensor that they carried, or with the port of the same name; others go, as
    do other shapes for inputs that are ports no more, and taps of what comes out anyway.
    """
    layer = _saved_model(document, layer_id)
    if cut is not None:
        if not (cut.inputs and cut.outputs):
            raise EditRefused("A stretch of a model needs a beginning and an end.")
        cut = Cut(_each_named(cut.inputs), _each_named(cut.outputs))
    if cut == layer.cut:
        return document
    altered = replace(layer, cut=cut, taps=(), reinput=())
    if _names(altered.inputs) == _names(layer.inputs):
        altered = replace(altered, reinput=layer.reinput)
    given = {port.address for port in altered.outputs if port.address}
    taken = {port.name for port in altered.outputs}
    taps = tuple(_named(tap, taken) for tap in layer.taps if tap.address not in given)
    return _with_ports(document, layer, replace(altered, taps=taps))


def _each_named(ports: Ports) -> Ports:
    taken: set[str] = set()
    return tuple(_named(port, taken) for port in ports)


def _named(port: SavedPort, taken: set[str]) -> SavedPort:
    """Return a port with a name that is free, and take that."""
    name, number = port.name, 1
    while name in taken:
        number += 1
        name = f"{port.name}_{number}"
    taken.add(name)
    return port if name == port.name else replace(port, name=name)


def _names(ports: Ports) -> tuple[str, ...]:
    return tuple(port.name for port in ports)


def _with_ports(document: Document, before: SavedModel, after: SavedModel) -> Document:
    """Return `document` with a saved model altered, and its wires led to the ports it has now."""
    if after == before:
        return document
    entries = _followers(before.inputs, after.inputs)
    exits = _followers(before.outputs, after.outputs)
    document = put(document, after)
    if all(new == old for names in (entries, exits) for old, new in names.items()):
        return document
    return put(document, *rewired(document, before.id, entries, exits))


def _followers(before: Ports, after: Ports) -> dict[str, str | None]:
    """Return for each port by name the name of the one that it is now, None where it is gone."""
    by_address = {port.address: port.name for port in after if port.address}
    by_name = {port.name: port for port in after}
    led: dict[str, str | None] = {port.name: by_address.get(port.address) for port in before}
    for port in before:
        same = by_name.get(port.name)
        if led[port.name] is None and same is not None and _may_be(port, same, led.values()):
            led[port.name] = same.name
    return led


def _may_be(old: SavedPort, new: SavedPort, taken: Container[str | None]) -> bool:
    """Return whether a port of the same name may be the same, for all that is known."""
    return new.name not in taken and not (old.address and new.address)


# Inputs and freezing ----------------------------------------------------------------------------


def set_reinput(document: Document, layer_id: str, ports: Iterable[SavedPort]) -> Document:
    """Give a saved model's inputs other shapes or dtypes; none, or its own, give it these again."""
    layer = _saved_model(document, layer_id)
    own, ports = replace(layer, reinput=()).inputs, tuple(ports)
    if ports and _names(ports) != _names(own):
        raise EditRefused(f"The inputs of {layer.name} have changed in the meantime. Look again.")
    pairs = zip(own, ports, strict=True) if ports else ()
    ports = tuple(replace(new, address=old.address) for old, new in pairs)
    altered = replace(layer, reinput=() if ports == own else ports)
    return document if altered == layer else put(document, altered)


def set_frozen(document: Document, layer_id: str, patterns: Iterable[str]) -> Document:
    """Say by patterns (see `core.freezing`) which layers inside a saved model do not train."""
    layer = _saved_model(document, layer_id)
    patterns = tuple(dict.fromkeys(pattern.strip() for pattern in patterns))
    patterns = tuple(pattern for pattern in patterns if pattern.strip("! "))
    return document if patterns == layer.frozen else put(document, replace(layer, frozen=patterns))


def set_inference(document: Document, layer_id: str, inference: bool) -> Document:
    """Let a saved model or submodel behave in training as it does afterwards, or no longer."""
    layer = existing_layer(document, layer_id)
    if not isinstance(layer, SavedModel | Submodel):
        raise EditRefused(f"{layer.name} is no model. Freeze it, or set its own parameters.")
    same = bool(inference) == layer.inference
    return document if same else put(document, replace(layer, inference=bool(inference)))


def _saved_model(document: Document, layer_id: str) -> SavedModel:
    layer = existing_layer(document, layer_id)
    if not isinstance(layer, SavedModel):
        raise EditRefused(f"{layer.name} is not a saved model.")
    return layer


# Where a saved model is -------------------------------------------------------------------------


def relocate_model(
    document: Document, layer_id: str, path: str, sha256: str, interface: SavedInterface
) -> Document:
    """Use another file for a saved model.

    Wires stay with the port of the same name; where a port of that name is gone, with the one in
    the same place, as long as the count is the same; else they go. Of a part, and of what is tapped
    or cut, the file is another and the ports stay.
    """
    layer = _saved_model(document, layer_id)
    moved = replace(layer, path=path, sha256=sha256)
    if not layer.part:
        moved = replace(moved, interface=interface)
    if moved == layer:
        return document
    if _names(replace(moved, reinput=()).inputs) != _names(layer.inputs):
        moved = replace(moved, reinput=())
    taken = {port.name for port in replace(moved, taps=()).outputs}
    moved = replace(moved, taps=tuple(_named(tap, taken) for tap in moved.taps))
    entries = _successors(layer.inputs, moved.inputs)
    exits = _successors(layer.outputs, moved.outputs)
    document = put(document, moved)
    return put(document, *rewired(document, layer_id, entries, exits))


def _successors(before: Ports, after: Ports) -> dict[str, str]:
    """Return the new name of each port that lives on, by its old name."""
    names = _names(after)
    same = {port.name: port.name for port in before if port.name in names}
    if len(before) == len(after):
        for old, new in zip(before, names, strict=True):
            if old.name not in same and new not in same:
                same[old.name] = new
    return same


def relocate_file(document: Document, path: str, new_path: str, sha256: str) -> Document:
    """Take all that comes out of one file from another, at whatever depth; ports stay as they are.

    For a file that has moved, and for the layers of an opened model.
    """

    def moved(layer: Layer) -> Layer:
        if isinstance(layer, SavedModel) and layer.path == path:
            return replace(layer, path=new_path, sha256=sha256)
        if isinstance(layer, KerasLayer) and layer.weights and layer.weights.path == path:
            weights = replace(layer.weights, path=new_path, sha256=sha256)
            return replace(layer, weights=weights)
        if isinstance(layer, Submodel):
            design = _each_layer(layer.design, moved)
            return layer if design is layer.design else replace(layer, design=design.settled())
        return layer

    return _each_layer(document, moved)


def _each_layer(document: Document, altered: Callable[[Layer], Layer]) -> Document:
    pairs = ((layer, altered(layer)) for layer in document.layers.values())
    return put(document, *(new for old, new in pairs if new != old))
