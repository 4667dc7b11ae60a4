"""The words and marks that tell how a layer is used: weights kept, tapped, cut, frozen, shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePath

from composer_gui.core.document import Call, Document
from composer_gui.core.freezing import frozen_paths
from composer_gui.core.inside import Inside, path_of
from composer_gui.core.layer_kinds import (
    KerasLayer,
    Layer,
    Operation,
    SavedModel,
    SavedPort,
    Submodel,
)
from composer_gui.core.ports import operation_ports
from composer_gui.core.shapes.tensor_spec import show_shape
from composer_gui.core.verdicts import FINE, Verdict
from composer_gui.ui.operation_words import expression
from composer_gui.ui.words import count_of

JOINT = " · "
"""Between two things that are said on one line."""

KEPT, ANEW = "weights kept", "starts anew"
"""What is said of a layer that comes from a saved model."""

BYPASSED = "bypassed"
"""What is said of a call that hands its first tensor on."""

Share = tuple[int, int]
"""How many layers inside are frozen, and how many there are."""

ShareOf = Callable[[Layer], Share | None]


def no_share(_layer: Layer) -> Share | None:
    """Return the share of a layer of which nothing is known."""
    return None


# What a layer is --------------------------------------------------------------------------------


def kind_words(layer: Layer) -> str:
    """Return the line below the label: a class, a size, a file, or what an operation computes."""
    if isinstance(layer, Operation):
        return expression(layer)
    if isinstance(layer, KerasLayer):
        return layer.class_name
    count = layer_count(layer)
    size = count_of(count, "layer") if count else ""
    if isinstance(layer, Submodel):
        return JOINT.join(filter(None, ("submodel", size)))
    kind = layer.interface.class_name
    return f"{kind} of {file_name(layer)}" if layer.part else f"saved model{JOINT}{size or kind}"


def file_name(layer: SavedModel) -> str:
    """Return the name of a saved model's file without its folder."""
    return PurePath(layer.path).name


def operation_category(layer: Operation) -> str:
    """Return the category whose colour an operation has."""
    if len(operation_ports(layer)) > 1:
        return "merge"
    return "reshaping" if layer.function in _RESHAPING else "core"


_RESHAPING = frozenset(
    ("getitem", "reshape", "transpose", "split", "squeeze", "expand_dims", "flip", "roll", "pad",
     "ravel", "swapaxes", "moveaxis", "repeat", "tile", "broadcast_to", "cast", "shape")
)  # fmt: skip


# How it is used ---------------------------------------------------------------------------------


def use_rows(layer: SavedModel | Submodel, share: Share | None) -> tuple[tuple[str, str], ...]:
    """Return the rows of a saved model or submodel: how it is used."""
    return tuple(_uses(layer, share))[:5]


def _uses(layer: SavedModel | Submodel, share: Share | None) -> Iterator[tuple[str, str]]:
    if isinstance(layer, SavedModel):
        if layer.cut is not None:
            if begins := _begins_inside(layer):
                yield "from", _ends(begins)
            yield "to", _ends(layer.cut.outputs)
        if layer.taps:
            yield "tapped", _ends(layer.taps)
        if layer.reinput:
            yield "input", _other_inputs(layer)
    if layer.inference:
        yield "training", "inference only"
    elif is_partly_frozen(layer, share):
        yield "frozen", f"{share[0]} of {share[1]}" if share else ", ".join(layer.frozen)


def _begins_inside(layer: SavedModel) -> tuple[SavedPort, ...]:
    """Return where a cut begins, but for the inputs that the model has anyway."""
    own = {replace(port, address="") for port in layer.interface.inputs}
    begins = layer.cut.inputs
    return tuple(p for p in begins if "/" in p.address or replace(p, address="") not in own)


def layer_count(layer: SavedModel | Submodel) -> int:
    """Return how many layers a saved model or submodel is said to have."""
    if isinstance(layer, SavedModel):
        return layer.interface.layer_count
    return sum(isinstance(node, Call) for node in layer.design.nodes.values())


def _ends(ports: tuple[SavedPort, ...]) -> str:
    """Return the last names of tensors inside a model, the first of them written out."""
    if not ports:
        return "–"
    first = path_of(ports[0].address).rpartition("/")[2] or ports[0].name
    return first if len(ports) == 1 else f"{first} +{len(ports) - 1}"


def _other_inputs(layer: SavedModel) -> str:
    saved = {port.name: port for port in layer.interface.inputs}
    differing = [port for port in layer.reinput if saved.get(port.name) != port]
    port = (differing or layer.reinput)[0]
    before = saved.get(port.name)
    dtype = f" {port.dtype}" if before is not None and before.dtype != port.dtype else ""
    more = f" +{len(differing) - 1}" if len(differing) > 1 else ""
    return f"{show_shape(port.shape)}{dtype}{more}"


# Freezing ---------------------------------------------------------------------------------------


def is_partly_frozen(layer: Layer, share: Share | None) -> bool:
    """Return whether some of the layers inside do not train, and others may."""
    if not layer.trainable or not isinstance(layer, SavedModel | Submodel) or layer.inference:
        return False
    if share is not None:
        return 0 < share[0] < share[1]
    return isinstance(layer, SavedModel) and bool(layer.frozen)


def is_frozen(layer: Layer, share: Share | None) -> bool:
    """Return whether nothing of the layer trains."""
    if not layer.trainable or getattr(layer, "inference", False):
        return True
    return share is not None and 0 < share[1] == share[0]


def design_share(design: Document) -> Share:
    """Return how many of the layers in a submodel's design are frozen, and how many there are."""
    frozen = count = 0
    for layer in design.layers.values():
        if isinstance(layer, Submodel):
            inner = design_share(layer.design)
            still = is_frozen(layer, None)
            frozen, count = frozen + (inner[1] if still else inner[0]), count + inner[1]
        elif not isinstance(layer, Operation):
            frozen, count = frozen + is_frozen(layer, None), count + 1
    return frozen, count


def inside_share(inside: Inside, patterns: tuple[str, ...]) -> Share:
    """Return how many of the layers in a saved model these patterns freeze, and how many it has."""
    leaves = [(path, part.class_name) for path, part in inside.leaves()]
    return len(frozen_paths(patterns, leaves)), len(leaves)


# Weights ----------------------------------------------------------------------------------------


def comes_from_model(layer: Layer | None) -> bool:
    """Return whether a layer was part of a saved model."""
    return isinstance(layer, KerasLayer) and layer.weights is not None


def origin_words(layer: Layer | None, verdict: Verdict) -> str:
    """Return what became of the weights that a layer had in a saved model; "" where it had none."""
    if not comes_from_model(layer):
        return ""
    if verdict.anew:
        return ANEW
    return KEPT if verdict.parameters or verdict.kind != FINE else ""


def origin_of(layer: Layer) -> tuple[str, str] | None:
    """Return the file and the part in it that a layer has its weights from, or None.

    Layers of one origin are copies of each other: each has weights of its own.
    """
    if isinstance(layer, SavedModel):
        return layer.path, layer.part
    if isinstance(layer, KerasLayer) and layer.weights is not None:
        return layer.weights.path, layer.weights.part
    return None
