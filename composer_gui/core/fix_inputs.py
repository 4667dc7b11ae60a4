"""Fixes at the ends of a design: its Inputs, and the inputs of the models in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from composer_gui.core import edits
from composer_gui.core.document import Call, Document, Input, Node, Shape, Source, Wire
from composer_gui.core.edit_layers import existing_layer
from composer_gui.core.edit_wires import existing
from composer_gui.core.fix_names import nearest_names
from composer_gui.core.fix_sight import Misfit, Sight, sort_of
from composer_gui.core.fix_table import FIX_KINDS, Fix
from composer_gui.core.fix_wanted import rank_of
from composer_gui.core.layer_kinds import SavedModel, SavedPort, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.families import READS_INDICES, READS_TEXT_ONLY
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
    """Offer the shape that is wanted at the Input that it comes from, and the dtype with it."""
    yield from _shapes(sight, "set_input_shape", _shapes_for)


def set_usual_shape(sight: Sight) -> Iterator[Fix]:
    """Offer a shape as it is usual where only the number of axes is known."""
    yield from _shapes(sight, "set_usual_shape", _usual_shape)


def _shapes(
    sight: Sight, kind: str, shapes_for: Callable[[Misfit], Iterator[Shape]]
) -> Iterator[Fix]:
    for bundle in sight.bundles:
        shapes = [list(shapes_for(misfit)) for misfit in bundle]
        entries = [sight.entry(misfit.wire.source) for misfit in bundle]
        if None in entries or not all(shapes):
            continue
        for shape in shapes[0]:
            chosen = {entries[0].id: _fields(entries[0], bundle[0], shape)}
            for entry, misfit, others in zip(entries[1:], bundle[1:], shapes[1:], strict=True):
                chosen.setdefault(entry.id, _fields(entry, misfit, others[0]))
            if any("shape" in fields for fields in chosen.values()):
                yield _given(sight, kind, chosen)


def _fields(entry: Input, misfit: Misfit, shape: Shape) -> dict[str, Any]:
    fields: dict[str, Any] = {} if shape == entry.shape else {"shape": shape}
    other = misfit.dtype is not None and sort_of(misfit.dtype) != sort_of(entry.dtype)
    return fields | ({"dtype": misfit.dtype} if other else {})


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
    if len(wanted) == len(shape) + 1 and len(wanted) > 3 and wanted[-1] in (None, 3):
        yield (*shape[1:], 3)
    if None not in wanted[1:]:
        yield wanted[1:]


def _usual_shape(misfit: Misfit) -> Iterator[Shape]:
    wanted = misfit.wanted
    if wanted is None or len(wanted) == len(misfit.shape) or None not in wanted[1:]:
        return
    if len(wanted) in _USUAL:
        pairs = zip(_USUAL[len(wanted)], wanted[1:], strict=True)
        yield tuple(size if want is None else want for size, want in pairs)


def _given(sight: Sight, kind: str, chosen: dict[str, dict[str, Any]]) -> Fix:
    """Return a fix that gives Inputs, by their ids, other shapes and dtypes."""

    def edit(document: Document) -> Document:
        for node_id, fields in chosen.items():
            document = edits.set_input(document, node_id, **fields)
        return document

    said = [
        f"{sight.document.label(node_id)}’s {name} to {_said(value)}"
        for node_id, fields in chosen.items()
        for name, value in fields.items()
    ]
    return Fix(kind, f"Set {' and '.join(said)}", edit)


def _said(value: Any) -> str:
    return show_shape((None, *value)) if isinstance(value, tuple) else str(value)


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
        wanted = _wanted_at(sight, entry) or (None,) * len(entry.shape)
        usual = _USUAL.get(len(entry.shape) + 1, (64,) * len(entry.shape))
        usual = (*usual[:-1], _in_groups(sight, usual[-1]))
        sizes = zip(entry.shape, wanted, usual, strict=True)
        every = tuple(have or want or new for have, want, new in sizes)
        last = (*entry.shape[:-1], every[-1])
        for shape in dict.fromkeys((last, every)):
            if shape != entry.shape:
                yield _given(sight, "set_free_size", {entry.id: {"shape": shape}})


def _in_groups(sight: Sight, size: int) -> int:
    """Return a number of channels like `size` that the layer's groups divide."""
    groups = sight.parameter("groups") if sight.has_parameter("groups") else 1
    return -(-size // groups) * groups if isinstance(groups, int) and groups > 0 else size


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
            entry = _first_input(sight, misfit.wire.source)
            if misfit.dtype is not None and entry is not None and entry.dtype != misfit.dtype:
                chosen[entry.id] = {"dtype": misfit.dtype}
        if chosen:
            yield _given(sight, "set_input_dtype", chosen)
    node = sight.node
    if isinstance(node, Input) and node.dtype not in sight.catalog.dtypes:
        for dtype in nearest_names(node.dtype, ("float32", "int32", *sight.catalog.dtypes)):
            yield _given(sight, "set_input_dtype", {node.id: {"dtype": dtype}})


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


def add_input(sight: Sight) -> Iterator[Fix]:
    """Offer an Input that fits an open port: as the model says, or as is usual for the layer."""
    node = sight.node
    if not isinstance(node, Call):
        return
    models = _ports(sight.document, node)
    lower = {port.name: at * INPUT_STEP for at, port in enumerate(models)}
    for port in open_ports(sight.document, node)[:3]:
        if sight.problem.port in (None, port.name):
            yield _adding(sight, port, port.name, lower=lower[port.name])
    for port in sight.spec.inputs if sight.spec is not None else ():
        missing = (port.minimum if port.many else 1) - len(node.inputs.get(port.name, ()))
        wanted = port.required or sight.problem.port == port.name
        if missing > 0 and wanted and sight.problem.port in (None, port.name):
            alone = len(sight.spec.inputs) == 1 or not node.inputs
            said = sight.label if alone else f"{port.name} of {sight.label}"
            yield _adding(sight, _usual_port(sight, port.name), said, count=missing)


def first_input() -> Fix:
    """Return a fix that adds an Input to a design in which none has a place yet."""

    def edit(document: Document) -> Document:
        return edits.add_input(document, 0.0, 0.0, shape=_USUAL[2])

    words = {"inputs": "an Input", "shape": show_shape((None, *_USUAL[2])), "port": "the model"}
    return FIX_KINDS["add_input"].fix(edit, **words)


def _usual_port(sight: Sight, name: str) -> SavedPort:
    """Return what an Input for a port of a layer could be: as its other wires, or as is usual."""
    from_others = (sight.given(wire.source) for wire in sight.wires())
    spec = next(filter(None, from_others), None)
    if spec is not None:
        return SavedPort(name, spec.shape, spec.dtype)
    return usual_port(sight.catalog, sight.class_name, name)


def usual_port(catalog: Catalog, class_name: str, name: str) -> SavedPort:
    """Return what a class usually takes."""
    dtype = "string" if class_name in READS_TEXT_ONLY else "float32"
    if class_name in READS_INDICES:
        return SavedPort(name, (None, 32), "int32")
    rank = rank_of(catalog, class_name) or 2
    return SavedPort(name, (None, *_USUAL.get(rank, _USUAL[2])), dtype)


def _adding(sight: Sight, port: SavedPort, said: str, *, lower: float = 0.0, count: int = 1) -> Fix:
    node_id, catalog = sight.problem.node, sight.catalog

    def edit(document: Document) -> Document:
        for number in range(count):
            place = lower + number * INPUT_STEP
            document = input_before(catalog, node_id, port, lower=place)(document)
        return document

    inputs = "an Input" if count == 1 else f"{count} Inputs"
    words = {"inputs": inputs, "shape": show_shape(port.shape), "port": said}
    return FIX_KINDS["add_input"].fix(edit, **words)


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
