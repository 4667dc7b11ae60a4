"""Fixes of layers: what they return, how wide and large they are, what they compute with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from composer_gui.core import edits
from composer_gui.core.document import Call, Document, Input
from composer_gui.core.edit_layers import callers, existing_layer
from composer_gui.core.edit_wires import existing
from composer_gui.core.fix_sight import (
    Misfit,
    Sight,
    class_of,
    parameters_of,
    sort_of,
)
from composer_gui.core.fix_table import FIX_KINDS, Fix
from composer_gui.core.fix_wanted import recurrent_class, window_of
from composer_gui.core.layer_kinds import Construct, KerasLayer, Layer
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.parameter_words import show
from composer_gui.core.shapes.tensor_spec import show_shape
from composer_gui.core.wording import listed

EVERY_STEP, LAST_STEP = "every step", "its last step only"

_SEQUENCES = "return_sequences"

# Recurrent layers -------------------------------------------------------------------------------


def return_sequences(sight: Sight) -> Iterator[Fix]:
    """Offer every step of a recurrent layer upstream, or the last only, as one axis tells."""
    for misfit in sight.misfits:
        if misfit.wanted is None or abs(len(misfit.wanted) - len(misfit.shape)) != 1:
            continue
        longer = len(misfit.wanted) > len(misfit.shape)
        for node in sight.upstream(misfit.wire.source):
            found = sight.layer_of(node.id)
            if not recurrent_class(found):
                continue
            if _returns_sequences(sight, found) != longer:
                what = EVERY_STEP if longer else LAST_STEP
                words = {"layer": sight.document.label(node.id), "what": what}
                yield FIX_KINDS["return_sequences"].fix(_returning(sight, found, longer), **words)
            break


def _returns_sequences(sight: Sight, layer: KerasLayer) -> bool:
    inner = layer.parameters.get("layer")
    if layer.class_name == "Bidirectional" and isinstance(inner, Construct):
        return inner.parameters.get(_SEQUENCES, False) is True
    return sight.parameter(_SEQUENCES, layer) is True


def _returning(sight: Sight, layer: KerasLayer, value: bool) -> Callable[[Document], Document]:
    def edit(document: Document) -> Document:
        known = existing_layer(document, layer.id)
        if class_of(known) != "Bidirectional":
            return edits.set_parameter(document, sight.catalog, layer.id, _SEQUENCES, value)
        for name in ("layer", "backward_layer"):
            inner = existing_layer(document, layer.id).parameters.get(name)
            if isinstance(inner, Construct):
                changed = replace(inner, parameters=inner.parameters.set(_SEQUENCES, value))
                document = edits.set_parameter(document, sight.catalog, layer.id, name, changed)
        return document

    return edit


def drop_mask(sight: Sight) -> Iterator[Fix]:
    """Offer to do without the mask that is made upstream."""
    catalog = sight.catalog
    for wire in sight.wires():
        for node in sight.upstream(wire.source):
            layer = sight.layer_of(node.id)
            if layer is None:
                continue
            words = {"layer": sight.document.label(node.id)}
            if sight.has_parameter("mask_zero", layer) and sight.parameter("mask_zero", layer):
                edit = setting(sight, layer, "mask_zero", False)
                yield FIX_KINDS["drop_mask"].fix(edit, **words)
            elif class_of(layer) == "Masking":
                edit = _healed(catalog, node.id)
                yield FIX_KINDS["drop_mask"].fix(edit, **words)


def _healed(catalog: Catalog, node_id: str) -> Callable[[Document], Document]:
    return lambda document: edits.delete_and_heal(
        document, catalog, [existing(document, node_id).id]
    )


def set_initial_state(sight: Sight) -> Iterator[Fix]:
    """Offer to make a recurrent layer as wide as the states that it starts from."""
    states = sight.node.inputs.get("initial_state", ()) if isinstance(sight.node, Call) else ()
    widths = {spec.shape[-1] for spec in map(sight.given, states) if spec is not None}
    if len(widths) == 1 and sight.has_parameter("units") and None not in widths:
        (width,) = widths
        if width != sight.parameter("units"):
            edit = setting(sight, sight.layer, "units", width)
            yield FIX_KINDS["set_initial_state"].fix(edit, node=sight.label, value=width)


# Sizes ------------------------------------------------------------------------------------------


def set_width(sight: Sight) -> Iterator[Fix]:
    """Offer to let the layer upstream give as many units or channels as are wanted."""
    for bundle in sight.bundles:
        chosen: dict[str, tuple[Layer, str, int]] = {}
        for misfit in bundle:
            found = _width_of(sight, misfit)
            if found is None:
                break
            chosen[found[0].id] = found
        else:
            yield from _widths_set(sight, list(chosen.values()))


def _width_of(sight: Sight, misfit: Misfit) -> tuple[KerasLayer, str, int] | None:
    """Return the layer upstream that decides the last axis, its parameter and its new value."""
    width = misfit.wanted[-1] if misfit.wanted else None
    if width is None or width == misfit.shape[-1]:
        return None
    for node in sight.upstream(misfit.wire.source):
        layer = sight.layer_of(node.id)
        if isinstance(node, Input) or not isinstance(layer, KerasLayer) or layer.weights:
            return None
        for name in ("units", "filters", "output_dim"):
            if sight.has_parameter(name, layer):
                same = sight.parameter(name, layer) == misfit.shape[-1]
                return (layer, name, width) if same else None
        spec = sight.catalog.layers.get(layer.class_name)
        if spec is None or spec.category not in ("activation", "normalization", "regularization"):
            return None
    return None


def _widths_set(sight: Sight, chosen: list[tuple[KerasLayer, str, int]]) -> Iterator[Fix]:
    def edit(document: Document) -> Document:
        for layer, name, value in chosen:
            document = edits.set_parameter(document, sight.catalog, layer.id, name, value)
        return document

    layer, name, value = chosen[0]
    fix = FIX_KINDS["set_width"].fix(edit, parameter=name, layer=layer.name, value=value)
    more = (f"{name} of {other.name} to {value}" for other, name, value in chosen[1:])
    yield replace(fix, title=" and ".join((fix.title, *more)))


def set_padding_same(sight: Sight) -> Iterator[Fix]:
    """Offer a padding under which nothing gets smaller, of the layer or of the one in it."""
    if _could_be_same(sight, sight.class_name, parameters_of(sight.layer)):
        edit = setting(sight, sight.layer, "padding", "same")
        yield FIX_KINDS["set_padding_same"].fix(edit, layer=sight.label)
    yield from _padded_before(sight)
    inner = parameters_of(sight.layer).get("layer")
    if isinstance(inner, Construct) and _could_be_same(sight, inner.class_name, inner.parameters):
        changed = replace(inner, parameters=inner.parameters.set("padding", "same"))
        edit = setting(sight, sight.layer, "layer", changed)
        yield FIX_KINDS["set_padding_same"].fix(
            edit, layer=f"the {inner.class_name} in {sight.label}"
        )


def _padded_before(sight: Sight) -> Iterator[Fix]:
    """Offer it of the layers on a branch, where that is merged with what kept its size.

    First only of windows that move by one, which shrink a branch by their edges alone.
    """
    for bundle in sight.bundles if sight.category == "merge" else ():
        layers = {layer.id: layer for misfit in bundle for layer in _windows(sight, misfit)}
        smooth = [layer for layer in layers.values() if _moves_by_one(sight, layer)]
        for chosen in (smooth, list(layers.values())):
            if chosen:
                names = listed([layer.name for layer in chosen])
                edit = _all_same(sight, [layer.id for layer in chosen])
                yield FIX_KINDS["set_padding_same"].fix(edit, layer=names)


def _windows(sight: Sight, misfit: Misfit) -> Iterator[KerasLayer]:
    """Yield the layers on the way to a wire, up to where it branches off, that could pad."""
    for number, node in enumerate(sight.upstream(misfit.wire.source)):
        if number and len(sight.consumers(node.id)) > 1:
            return
        found = sight.layer_of(node.id)
        if _could_be_same(sight, class_of(found), parameters_of(found)):
            yield found


def _moves_by_one(sight: Sight, layer: KerasLayer) -> bool:
    strides = sight.parameter("strides", layer)
    return set(strides if isinstance(strides, tuple) else (strides,)) == {1}


def _all_same(sight: Sight, layer_ids: list[str]) -> Callable[[Document], Document]:
    def edit(document: Document) -> Document:
        for layer_id in layer_ids:
            args = document, sight.catalog, layer_id
            document = edits.set_parameter(*args, "padding", "same")
        return document

    return edit


def _could_be_same(sight: Sight, class_name: str, parameters: Mapping[str, Any]) -> bool:
    spec = sight.catalog.layers.get(class_name)
    found = [p for p in spec.parameters if p.name == "padding"] if spec is not None else []
    return any(
        "same" in p.choices and parameters.get("padding", p.default) != "same" for p in found
    )


def smaller_window(sight: Sight) -> Iterator[Fix]:
    """Offer a window no larger than what it is laid on, or a cropping that leaves something."""
    for misfit in sight.misfits[:1]:
        inner = misfit.shape[1:-1]
        if not inner or None in inner:
            continue
        name, reach = window_of(sight, len(inner))
        if name and len(reach) == len(inner):
            sizes = tuple(min(pair) for pair in zip(reach, inner, strict=True))
            spread = sight.parameter("dilation_rate")
            if sizes != reach and spread in (None, 1, (1,) * len(inner)):
                yield _smaller(sight, name, sizes[0] if len(set(sizes)) == 1 else sizes)
        cropping = sight.parameter("cropping")
        if isinstance(cropping, int):
            cropping = (cropping,) * 2 if len(inner) == 1 else ((cropping,) * 2,) * len(inner)
        if isinstance(cropping, tuple) and sight.class_name == f"Cropping{len(inner)}D":
            yield from _cropped_less(sight, cropping, inner)


def _cropped_less(sight: Sight, cropping: tuple, inner: tuple[int, ...]) -> Iterator[Fix]:
    flat = len(inner) == 1
    pairs = (cropping,) if flat else tuple(p if isinstance(p, tuple) else (p, p) for p in cropping)
    if len(pairs) != len(inner):
        return
    less = tuple(
        pair if sum(pair) < size else ((size - 1) // 2,) * 2
        for pair, size in zip(pairs, inner, strict=True)
    )
    if less != pairs:
        even = less[0][0] if len({size for pair in less for size in pair}) == 1 else None
        yield _smaller(sight, "cropping", even or (less[0] if flat else less))


def _smaller(sight: Sight, name: str, value: Any) -> Fix:
    edit = setting(sight, sight.layer, name, value)
    said = show_shape((None, *value)) if isinstance(value, tuple) and _plain(value) else show(value)
    words = {"parameter": name, "layer": sight.label, "value": said}
    return FIX_KINDS["smaller_window"].fix(edit, **words)


def _plain(value: tuple) -> bool:
    return all(isinstance(item, int) for item in value)


# Dtypes and sharing -----------------------------------------------------------------------------


def set_layer_dtype(sight: Sight) -> Iterator[Fix]:
    """Offer that the layer that feeds a wire computes with the dtype that is wanted there."""
    for misfit in sight.misfits:
        layer = sight.layer_of(misfit.wire.source.node)
        floats = sort_of(misfit.given.dtype) == "float" and sort_of(misfit.dtype or "") == "float"
        if floats and isinstance(layer, KerasLayer) and sight.has_parameter("dtype", layer):
            edit = setting(sight, layer, "dtype", misfit.dtype)
            words = {"layer": layer.name, "dtype": misfit.dtype}
            yield FIX_KINDS["set_layer_dtype"].fix(edit, **words)
    text = sight.parameter("dtype") if sight.has_parameter("dtype") else None
    if isinstance(text, str) and "float" not in text and sight.problem.code == "dtype":
        edit = setting(sight, sight.layer, "dtype", None)
        words = {"layer": sight.label, "dtype": "float32"}
        yield FIX_KINDS["set_layer_dtype"].fix(edit, **words)


def make_independent(sight: Sight) -> Iterator[Fix]:
    """Offer weights of its own for a call that shares its layer."""
    node = sight.node
    if isinstance(node, Call) and len(callers(sight.document, {node.layer})) > 1:

        def edit(document: Document) -> Document:
            return edits.make_independent(document, existing(document, node.id).id)

        yield FIX_KINDS["make_independent"].fix(edit, node=sight.label)


def setting(sight: Sight, layer: Layer, name: str, value: Any) -> Callable[[Document], Document]:
    """Return an edit that sets one parameter of a layer."""
    return lambda document: edits.set_parameter(document, sight.catalog, layer.id, name, value)
