"""Designs as a script can say them: deep taps, cuts and other inputs become layers with weights.

What a line or two of Keras can say of a saved model stays as it is: outputs of its own layers
beside or instead of its own outputs, and other inputs for a model in which no other lies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from immutables import Map

from composer_gui.core.codegen.surroundings import inside_of
from composer_gui.core.document import Call, Document
from composer_gui.core.edit_splice import silenced
from composer_gui.core.inside import LAYER, MODEL, Inside, NotOpenable, path_of, steps_of
from composer_gui.core.layer_kinds import Layer, SavedModel, SavedPort, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.opening import opened
from composer_gui.core.ports import design_ports

REMEMBERED = 8
"""Saved models that are remembered as they were spelled out: a preview comes after every edit."""


@dataclass(frozen=True)
class Lowered:
    """A design to be printed. `unready` says by layer what it waits for itself.

    `origins` are the saved models that became submodels, by their ids.
    """

    document: Document
    unready: Mapping[str, str]
    origins: Mapping[str, SavedModel]


def lowered(document: Document, catalog: Catalog, insides: Mapping[str, Inside]) -> Lowered:
    """Return a design in which every layer can be printed; ids and wires are as they were.

    `insides` are of the whole files, by path. What is inside a submodel stays for later, but for
    what being for inference only means there.
    """
    layers: dict[str, Layer] = {}
    unready: dict[str, str] = {}
    for layer in document.layers.values():
        if isinstance(layer, Submodel) and layer.inference:
            layers[layer.id] = _silent(layer)
        elif isinstance(layer, SavedModel) and not _is_sayable(layer, insides):
            try:
                spelled = _spelled_out(layer, catalog, insides)
                layers[layer.id] = _without_outputs(spelled, document)
            except NotOpenable as problem:
                if not (layer.inference and _is_sayable_loudly(layer, insides)):
                    unready[layer.id] = str(problem)
    origins: dict[str, Layer] = {key: document.layers[key] for key in layers}
    origins = {key: layer for key, layer in origins.items() if isinstance(layer, SavedModel)}
    if not layers:
        return Lowered(document, unready, origins)
    return Lowered(replace(document, layers=document.layers.update(layers)), unready, origins)


def _silent(layer: Submodel) -> Submodel:
    """Return a submodel of which every layer behaves in training as it does afterwards."""
    layers = Map({key: silenced(inner) for key, inner in layer.design.layers.items()})
    design = replace(layer.design, layers=layers)
    return replace(layer, design=design, trainable=False, inference=False)


def _spelled_out(layer: SavedModel, catalog: Catalog, insides: Mapping[str, Inside]) -> Submodel:
    """Return the submodel of layers with weights that a saved model is; raises NotOpenable."""
    inside = insides.get(layer.path)
    if inside is None:
        raise NotOpenable(f"What {layer.name} is made of has not been read yet.")
    design = _design(_Same(inside), layer, _Same(catalog))
    trainable = layer.trainable and not layer.inference
    return Submodel(layer.id, layer.name, design, trainable)


class _Same:
    """Something that is equal to itself alone, so that what comes of it can be remembered."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


@lru_cache(REMEMBERED)
def _design(inside: _Same, layer: SavedModel, catalog: _Same) -> Document:
    # a model that lies in it would refuse other shapes, however little its layers mind
    all_levels = bool(layer.reinput)
    return opened(inside.value, layer, catalog.value, all_levels=all_levels)


def _without_outputs(layer: Submodel, document: Document) -> Submodel:
    """Return a submodel without the outputs that no wire begins at, unless that is all of them."""
    design = layer.design
    used = {
        source.port
        for node in document.nodes.values()
        for sources in node.inputs.values()
        for source in sources
        if isinstance(caller := document.nodes.get(source.node), Call) and caller.layer == layer.id
    }
    ports = zip(design.outputs, design_ports(design, design.outputs), strict=True)
    kept = tuple(node_id for node_id, port in ports if port in used)
    dropped = set(design.outputs) - set(kept)
    if not kept or not dropped:
        return layer
    nodes = Map({key: node for key, node in design.nodes.items() if key not in dropped})
    return replace(layer, design=replace(design, nodes=nodes, outputs=kept))


# What can be said of a saved model ----------------------------------------------------------------


def _is_sayable(layer: SavedModel, insides: Mapping[str, Inside]) -> bool:
    """Return whether a script can say in a line or two how this saved model is used."""
    inside = inside_of(layer, insides)
    if layer.inference and inside is not None and any(map(_drops, _configs(inside))):
        return False  # a recurrent layer computes otherwise when it is made without what it drops
    return _is_sayable_loudly(layer, insides)


def _configs(inside: Inside) -> Iterator[Mapping[str, Any]]:
    return (leaf.config for _, leaf in inside.leaves())


def _drops(config: Any) -> bool:
    if isinstance(config, Mapping):
        noisy = config.get("dropout") or config.get("recurrent_dropout")
        return bool(noisy) or any(map(_drops, config.values()))
    return isinstance(config, list) and any(map(_drops, config))


def _is_sayable_loudly(layer: SavedModel, insides: Mapping[str, Inside]) -> bool:
    """Return whether a script can say in a line or two what comes in and out of a model."""
    inside = inside_of(layer, insides)
    if layer.reinput and not _takes_others(layer, inside):
        return False
    if not (layer.taps or layer.cut):
        return True
    if inside is not None and _is_overruled(inside):
        return False
    if layer.cut and not _begins_where_it_does(layer, inside):
        return False
    return all(_is_own(port, inside) for port in layer.outputs if port.address)


def _takes_others(layer: SavedModel, inside: Inside | None) -> bool:
    """Return whether a model can be cloned on other inputs: no model lies in it, nor it in one."""
    parts = inside.parts if inside is not None else ()
    if _is_mapped(layer) or any(part.kind == MODEL for part in parts):
        return False
    if not (layer.taps or layer.cut):
        return True
    # an unbuilt Sequential has no tensors yet that could be tapped
    is_built = all(port.shape is not None for port in layer.interface.inputs)
    return inside is not None and is_built and not layer.part


def _is_overruled(inside: Inside) -> bool:
    """Return whether a model says that it does not train and its layers say otherwise."""
    return not inside.trainable and any(leaf.trainable for _, leaf in inside.leaves())


def _is_mapped(layer: SavedModel) -> bool:
    """Return whether the inputs come in dictionaries, or in lists within lists."""
    structure = layer.interface.input_structure
    return isinstance(structure, Map) or (
        isinstance(structure, tuple) and not all(isinstance(item, int) for item in structure)
    )


def _begins_where_it_does(layer: SavedModel, inside: Inside | None) -> bool:
    """Return whether a cut takes what the whole model takes."""
    begin = [path_of(port.address) for port in layer.cut.inputs]
    return inside is not None and begin == [tensor.part for tensor in inside.inputs]


def _is_own(port: SavedPort, inside: Inside | None) -> bool:
    """Return whether a tensor is what one of the model's own layers gives when first called."""
    steps, _ = steps_of(port.address)
    if len(steps) > 1 or steps[0][1]:
        return False
    if inside is None:
        return True
    part = inside.by_name.get(steps[0][0])
    return part is not None and part.kind == LAYER
