"""Another class in the place of a layer: for other axes, for text, around it, or that is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from immutables import Map

from composer_gui.core import edits
from composer_gui.core.document import Document, Wire, put, wires_into
from composer_gui.core.edit_layers import existing_layer
from composer_gui.core.errors import EditRefused
from composer_gui.core.fix_names import nearest_names
from composer_gui.core.fix_sight import Misfit, Sight, class_of, loose_ends, parameters_of
from composer_gui.core.fix_table import FIX_KINDS, Fix
from composer_gui.core.fix_wanted import rank_of
from composer_gui.core.layer_kinds import Construct, KerasLayer
from composer_gui.core.layers.families import ELEMENTWISE
from composer_gui.core.shapes.tensor_spec import TensorSpec


def wrap_in_time(sight: Sight) -> Iterator[Fix]:
    """Offer to apply a layer to every step of what has one axis more than it takes."""
    layer, misfits = sight.layer, sight.misfits
    if not misfits or not isinstance(layer, KerasLayer) or sight.category in ("merge", "wrapper"):
        return
    spec = sight.catalog.layers.get("TimeDistributed")
    deeper = all(m.wanted and len(m.shape) == len(m.wanted) + 1 for m in misfits)
    if spec is not None and deeper and sight.wires() and len(sight.node.inputs) == 1:
        yield FIX_KINDS["wrap_in_time"].fix(_wrapped(sight, layer), node=sight.label)


def _wrapped(sight: Sight, layer: KerasLayer) -> Callable[[Document], Document]:
    def edit(document: Document) -> Document:
        known = existing_layer(document, layer.id)
        if not isinstance(known, KerasLayer) or known.class_name != layer.class_name:
            raise EditRefused(f"{known.name} is another layer by now.")
        inner = Construct("layer", known.class_name, known.parameters)
        node_id = sight.problem.node
        after = edits.replace_class(document, sight.catalog, node_id, "TimeDistributed")
        wrapper = replace(
            after.layers[layer.id], parameters=Map({"layer": inner}), name=known.name, weights=None
        )
        return put(after, wrapper)

    return edit


def replace_class(sight: Sight) -> Iterator[Fix]:
    """Offer a layer of a kindred class: for other axes, or that needs no fixed size."""
    name, misfits = sight.class_name, sight.misfits
    if name and sight.spec is None:
        for known in nearest_names(name, sight.catalog.layers):
            made = _made(sight, sight.problem.node, known)
            yield made if sight.node.inputs else _wired_as_well(sight, made, known)
        return
    ranks = {len(misfit.shape) for misfit in misfits}
    if name in ELEMENTWISE and len(ranks) == 1:
        yield _made(sight, sight.problem.node, "Concatenate")
    wanted = rank_of(sight.catalog, name)
    if len(ranks) == 1 and wanted is not None:
        (rank,) = ranks
        for count in "123":
            other = name.replace(f"{count}D", f"{rank - wanted + int(count)}D")
            if f"{count}D" in name and other != name and other in sight.catalog.layers:
                yield _made(sight, sight.problem.node, other)
    yield from _other_lookup(sight)
    if misfits and name == "Flatten":
        yield from _as_pooling(sight, sight.problem.node, misfits[0].given)
    for misfit in misfits:
        yield from _pooled(sight, misfit)


def _other_lookup(sight: Sight) -> Iterator[Fix]:
    """Offer the lookup of words for one of whole numbers, or the other way round.

    Its vocabulary goes along where it can be read as the other kind.
    """
    code, name = sight.problem.code, sight.class_name
    others = {("text_given", "IntegerLookup"): str, ("text_wanted", "StringLookup"): int}
    words = parameters_of(sight.layer).get("vocabulary")
    read = others.get((code, name))
    whole = all("int" in misfit.given.dtype for misfit in sight.misfits)
    if read is None or not isinstance(words, tuple) or (read is int and not whole):
        return
    try:
        vocabulary = tuple(read(word) for word in words)
    except ValueError:
        return
    made = _made(sight, sight.problem.node, "StringLookup" if read is str else "IntegerLookup")
    layer_id = sight.layer.id

    def edit(document: Document) -> Document:
        after = made.edit(document)
        return edits.set_parameter(after, sight.catalog, layer_id, "vocabulary", vocabulary)

    yield replace(made, edit=edit)


def _pooled(sight: Sight, misfit: Misfit) -> Iterator[Fix]:
    """Offer a pooling in the place of a Flatten upstream, whose result hangs on free sizes."""
    for node in sight.upstream(misfit.wire.source):
        wires = list(wires_into(node))
        if class_of(sight.layer_of(node.id)) == "Flatten" and wires:
            yield from _as_pooling(sight, node.id, sight.given(wires[0].source))
            return


def _wired_as_well(sight: Sight, made: Fix, class_name: str) -> Fix:
    """Return the fix with a wire from the last loose end, for a class of unknown ports has none."""
    node_id, catalog = sight.problem.node, sight.catalog
    ends = [end for end in loose_ends(sight.document, catalog) if end.node != node_id]
    ports = catalog.layer(class_name).inputs
    if not ends or not ports:
        return made
    wire = Wire(ends[-1], node_id, ports[0].name)
    title = f"{made.title} and wire {sight.document.label(wire.source.node)} to it"
    return replace(
        made,
        title=title,
        edit=lambda document: edits.connect(made.edit(document), catalog, wire),
    )


def _as_pooling(sight: Sight, node_id: str, spec: TensorSpec | None) -> Iterator[Fix]:
    count = len(spec.shape) - 2 if spec is not None else 0
    if count in (1, 2, 3) and spec.shape[-1] is not None:
        yield _made(sight, node_id, f"GlobalAveragePooling{count}D")


def _made(sight: Sight, node_id: str, class_name: str) -> Fix:
    spec = sight.catalog.layer(class_name)

    def edit(document: Document) -> Document:
        after = edits.replace_class(document, sight.catalog, node_id, class_name)
        layer = after.layers[after.nodes[node_id].layer]
        for name in (p.name for p in spec.parameters if p.required):
            if name not in layer.parameters and name in spec.sample:
                value = spec.sample[name]
                after = edits.set_parameter(after, sight.catalog, layer.id, name, value)
        return after

    article = "an" if class_name[:1] in "AEIOU" else "a"
    said = f"{article} {class_name}"
    words = {"layer": sight.document.label(node_id), "class_name": said}
    return FIX_KINDS["replace_class"].fix(edit, **words)
