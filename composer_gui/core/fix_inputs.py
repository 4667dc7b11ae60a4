"""Fixes at the ends of a design: its Inputs, and the inputs of the models in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from composer_gui.core import edits
from composer_gui.core.document import Call, Document, Input, Node, Shape, Source, Wire, in_order
from composer_gui.core.edit_layers import existing_layer
from composer_gui.core.edit_wires import existing
from composer_gui.core.fix_sight import Misfit, Sight
from composer_gui.core.fix_table import FIX_KINDS, Fix
from composer_gui.core.fix_wanted import ONLY_TEXT, WHOLE_NUMBERS, rank_of
from composer_gui.core.layer_kinds import SavedModel, SavedPort, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.ports import model_ports
from composer_gui.core.shapes.tensor_spec import TensorSpec, show_shape

STEP = 240.0
"""How far before or behind a node, in pixels, a fix puts a new one."""

INPUT_STEP = 96.0
"""Vertical distance in pixels between Inputs that are added together."""

_USUAL = {2: (64,), 3: (32, 64), 4: (64, 64, 3), 5: (16, 64, 64, 3)}
"""Sizes of a sample where nothing says them, by the number of axes with the batch."""

# Shape and dtype --------------------------------------------------------------------------------


def set_input_shape(sight: Sight) -> Iterator[Fix]:
    """Offer the shape that is wanted at the Input that it comes from."""
    for bundle in sight.bundles:
        shapes = [list(_shapes_for(misfit)) for misfit in bundle]
        entries = [sight.entry(misfit.wire.source) for misfit in bundle]
        if None in entries or not all(shapes):
            continue
        for shape in shapes[0]:
            chosen = {entries[0].id: shape}
            for entry, others in zip(entries[1:], shapes[1:], strict=True):
                chosen.setdefault(entry.id, others[0])
            if any(sight.document.nodes[key].shape != new for key, new in chosen.items()):
                yield _shaped("set_input_shape", sight, chosen)


def _shapes_for(misfit: Misfit) -> Iterator[Shape]:
    """Yield the shapes, without the batch, that an Input could have instead."""
    shape, wanted = misfit.shape, misfit.wanted
    if wanted is None:
        return
    if len(shape) == len(wanted):
        pairs = zip(shape[1:], wanted[1:], strict=True)
        filled = tuple(have if want is None else want for have, want in pairs)
        if filled != shape[1:]:
            yield filled
        return
    if len(wanted) == len(shape) + 1 and wanted[-1] in (None, 1):
        yield (*shape[1:], 1)
    if len(wanted) == len(shape) + 1 and wanted[-1] in (None, 3) and len(wanted) > 3:
        yield (*shape[1:], 3)
    if None not in wanted[1:]:
        yield wanted[1:]
    elif len(wanted) in _USUAL:
        usual = _USUAL[len(wanted)]
        pairs = zip(usual, wanted[1:], strict=True)
        yield tuple(size if want is None else want for size, want in pairs)


def _shaped(kind: str, sight: Sight, chosen: dict[str, Shape]) -> Fix:
    def edit(document: Document) -> Document:
        for node_id, shape in chosen.items():
            document = edits.set_input(document, node_id, shape=shape)
        return document

    first, *others = chosen.items()
    fix = FIX_KINDS[kind].fix(
        edit, source=sight.document.label(first[0]), shape=show_shape((None, *first[1]))
    )
    more = (f"{sight.document.label(k)}’s to {show_shape((None, *new))}" for k, new in others)
    return replace(fix, title=" and ".join((fix.title, *more)))


def set_free_size(sight: Sight) -> Iterator[Fix]:
    """Offer a size for the free axes of the Inputs upstream: of the last one, then of all."""
    sources = [wire.source for wire in sight.wires()]
    free = [
        node
        for source in sources
        for node in sight.upstream(source)
        if isinstance(node, Input) and None in node.shape
    ]
    for entry in dict.fromkeys(free):
        usual = _USUAL.get(len(entry.shape) + 1, (64,) * len(entry.shape))
        filled = _wanted_at(sight, entry) or usual
        pairs = list(zip(entry.shape, filled, strict=True))
        every = tuple(size or new or 64 for size, new in pairs)
        last = (*entry.shape[:-1], every[-1])
        for shape in dict.fromkeys((last, every)):
            if shape != entry.shape:
                yield _shaped("set_free_size", sight, {entry.id: shape})


def _wanted_at(sight: Sight, entry: Input) -> Shape | None:
    """Return the shape that a model wants that an Input feeds, as far as its axes go."""
    for misfit in sight.misfits:
        same = misfit.wanted is not None and len(misfit.wanted) == len(entry.shape) + 1
        if same and sight.entry(misfit.wire.source) == entry:
            return misfit.wanted[1:]
    return None


def set_input_dtype(sight: Sight) -> Iterator[Fix]:
    """Offer the dtype that is wanted at the Input that it comes from."""
    for bundle in sight.bundles:
        chosen = {}
        for misfit in bundle:
            entry = _any_entry(sight, misfit)
            if misfit.dtype is not None and entry is not None and entry.dtype != misfit.dtype:
                chosen[entry.id] = misfit.dtype
        if chosen:
            first, dtype = next(iter(chosen.items()))
            words = {"source": sight.document.label(first), "dtype": dtype}
            yield FIX_KINDS["set_input_dtype"].fix(_dtyped(chosen), **words)


def _any_entry(sight: Sight, misfit: Misfit) -> Input | None:
    """Return the Input that a tensor comes from, whatever has become of its shape."""
    nodes = [node for node in sight.upstream(misfit.wire.source) if isinstance(node, Input)]
    return nodes[0] if nodes else None


def _dtyped(chosen: dict[str, str]) -> Callable[[Document], Document]:
    def edit(document: Document) -> Document:
        for node_id, dtype in chosen.items():
            document = edits.set_input(document, node_id, dtype=dtype)
        return document

    return edit


def usual_dtype(sight: Sight) -> Iterator[Fix]:
    """Offer float32 for an Input whose dtype Keras does not have."""
    if isinstance(sight.node, Input) and sight.node.dtype not in sight.catalog.dtypes:
        words = {"source": sight.label, "dtype": "float32"}
        yield FIX_KINDS["set_input_dtype"].fix(_dtyped({sight.node.id: "float32"}), **words)


def make_symmetric(sight: Sight) -> Iterator[Fix]:
    """Offer a free batch size, then each that is there, for all Inputs upstream."""
    found = [_first_input(sight, wire.source) for wire in sight.wires()]
    entries = list(dict.fromkeys(entry for entry in found if entry is not None))
    sizes = list(dict.fromkeys(entry.batch_size for entry in entries))
    if sizes in ([], [None]) or (len(sizes) < 2 and sight.problem.code != "batch_size"):
        return
    names = " and ".join(entry.label for entry in entries)
    for size in dict.fromkeys((None, *sizes)):
        ids = [entry.id for entry in entries]
        said = "any number" if size is None else size
        yield FIX_KINDS["make_symmetric"].fix(_batched(ids, size), source=names, size=said)


def _first_input(sight: Sight, source: Source) -> Input | None:
    nodes = [node for node in sight.upstream(source) if isinstance(node, Input)]
    return nodes[0] if nodes else None


def _batched(ids: list[str], size: int | None) -> Callable[[Document], Document]:
    def edit(document: Document) -> Document:
        for node_id in ids:
            document = edits.set_input(document, node_id, batch_size=size)
        return document

    return edit


def remove_input(sight: Sight) -> Iterator[Fix]:
    """Offer to take an Input away that feeds nothing."""
    if isinstance(sight.node, Input) and not sight.consumers(sight.node.id):
        node_id = sight.node.id

        def edit(document: Document) -> Document:
            return edits.delete(document, [existing(document, node_id).id])

        yield FIX_KINDS["remove_input"].fix(edit, source=sight.label)


# New Inputs -------------------------------------------------------------------------------------


def add_input_to_design(document: Document) -> Iterator[tuple[str, SavedPort]]:
    """Yield the first open port of a model, as (node, port)."""
    for node in in_order(document.nodes):
        for port in open_ports(document, node):
            yield node.id, port
            return


def add_input(sight: Sight) -> Iterator[Fix]:
    """Offer an Input that fits an open port: as the model says, or as is usual for the layer."""
    node = sight.node
    if not isinstance(node, Call):
        return
    models = _ports(sight.document, node)
    lower = {port.name: at * INPUT_STEP for at, port in enumerate(models)}
    for port in open_ports(sight.document, node)[:3]:
        if sight.problem.port in (None, port.name):
            yield _adding(sight.catalog, node.id, port, port.name, lower[port.name])
    if not models and sight.spec is not None and sight.spec.inputs:
        name = sight.problem.port or sight.spec.inputs[0].name
        if any(port.name == name for port in sight.spec.inputs):
            yield _adding(sight.catalog, node.id, _usual_port(sight, name), sight.label)


def _usual_port(sight: Sight, name: str) -> SavedPort:
    """Return what an Input for a port of a layer could be: as its other wires, or as is usual."""
    from_others = (sight.given(wire.source) for wire in sight.wires())
    spec = next(filter(None, from_others), None)
    if spec is not None:
        return SavedPort(name, spec.shape, spec.dtype)
    return usual_port(sight.catalog, sight.class_name, name)


def usual_port(catalog: Catalog, class_name: str, name: str) -> SavedPort:
    """Return what a class usually takes."""
    dtype = "string" if class_name in ONLY_TEXT else "float32"
    if class_name in WHOLE_NUMBERS:
        return SavedPort(name, (None, 32), "int32")
    rank = rank_of(catalog, class_name) or 2
    return SavedPort(name, (None, *_USUAL.get(rank, _USUAL[2])), dtype)


def _adding(catalog: Catalog, node_id: str, port: SavedPort, said: str, lower: float = 0.0) -> Fix:
    shape = show_shape(port.shape)
    edit = input_before(catalog, node_id, port, lower=lower)
    return FIX_KINDS["add_input"].fix(edit, shape=shape, port=said)


def input_before(
    catalog: Catalog, node_id: str, port: SavedPort, *, lower: float = 0.0
) -> Callable[[Document], Document]:
    """Return an edit that adds an Input for a port, `lower` pixels below the node's own height."""

    def edit(document: Document) -> Document:
        node = existing(document, node_id)
        after = edits.add_input(
            document,
            node.x - STEP,
            node.y + lower,
            label=port.name if _ports(document, node) else "input",
            shape=port.shape[1:],
            dtype=port.dtype,
        )
        (added,) = set(after.nodes) - set(document.nodes)
        index = len(node.inputs.get(port.name, ()))
        return edits.connect(after, catalog, Wire(Source(added), node_id, port.name, index))

    return edit


def add_inputs(document: Document, catalog: Catalog, node_id: str) -> Document:
    """Return `document` with an Input for each open port of a saved model whose shape is known."""
    for index, port in enumerate(open_ports(document, document.nodes[node_id])):
        document = input_before(catalog, node_id, port, lower=index * INPUT_STEP)(document)
    return document


def _ports(document: Document, node: Node) -> tuple[SavedPort, ...]:
    """Return the input ports of the model that `node` calls, none if it calls none."""
    return model_ports(document.layers[node.layer]) if isinstance(node, Call) else ()


def open_ports(document: Document, node: Node) -> list[SavedPort]:
    """Return the ports of a model that have no wire and a shape that is known."""
    ports = _ports(document, node)
    return [port for port in ports if port.name not in node.inputs and port.shape is not None]


# Models -----------------------------------------------------------------------------------------


def reinput_model(sight: Sight) -> Iterator[Fix]:
    """Offer to give a saved model the shapes that come as its inputs."""
    layer = sight.layer
    if not isinstance(layer, SavedModel):
        return
    coming = {misfit.wire.port: misfit.given for misfit in sight.misfits}
    ports = tuple(
        replace(port, shape=coming[port.name].shape) if port.name in coming else port
        for port in layer.inputs
    )
    if ports != layer.inputs:
        pairs = zip(ports, layer.inputs, strict=True)
        shown = " and ".join(show_shape(new.shape) for new, old in pairs if new != old)

        def edit(document: Document) -> Document:
            return edits.use_inputs(document, layer.id, ports)

        yield FIX_KINDS["reinput_model"].fix(edit, node=sight.label, shape=shown)


def reinput_as_saved(sight: Sight) -> Iterator[Fix]:
    """Offer the sizes that a saved model was saved with, where it was given others."""
    layer = sight.layer
    if isinstance(layer, SavedModel) and layer.reinput:
        sizes = " and ".join(show_shape(p.shape) for p in replace(layer, reinput=()).inputs)

        def edit(document: Document) -> Document:
            return edits.use_inputs(document, layer.id, ())

        yield FIX_KINDS["reinput_as_saved"].fix(edit, node=sight.label, shape=sizes)


def take_what_comes(sight: Sight) -> Iterator[Fix]:
    """Offer to let a submodel's Inputs take the shape and dtype that are wired to its ports."""
    layer = sight.layer
    if not isinstance(layer, Submodel):
        return
    pairs = zip(layer.design.inputs, model_ports(layer), strict=True)
    by_port = {port.name: (input_id, port) for input_id, port in pairs}
    for misfit in sight.misfits:
        input_id, port = by_port[misfit.wire.port]
        spec = misfit.given
        if (spec.shape, spec.dtype) != (port.shape, port.dtype):
            words = {"port": port.name, "node": sight.label, "shape": spec.show(dtype=True)}
            edit = _set_inner_input(layer.id, input_id, spec)
            yield FIX_KINDS["take_what_comes"].fix(edit, **words)


def _set_inner_input(
    layer_id: str, input_id: str, spec: TensorSpec
) -> Callable[[Document], Document]:
    def edit(document: Document) -> Document:
        design = getattr(existing_layer(document, layer_id), "design", Document())
        batch_size, *shape = spec.shape
        fields = {"shape": shape, "dtype": spec.dtype, "batch_size": batch_size}
        return edits.with_design(document, layer_id, edits.set_input(design, input_id, **fields))

    return edit
