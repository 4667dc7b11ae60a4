"""Repairs offered for a Problem: each a sentence that begins with a verb, and an edit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from immutables import Map

from composer_gui.core import edits
from composer_gui.core.document import (
    OUTPUT_PORT,
    Call,
    Document,
    Input,
    Node,
    Shape,
    Source,
    Wire,
    in_order,
)
from composer_gui.core.edit_layers import existing_layer
from composer_gui.core.edit_wires import existing
from composer_gui.core.layer_kinds import SavedModel, SavedPort, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.ports import model_ports, output_ports
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.tensor_spec import TensorSpec, show_shape
from composer_gui.core.verdicts import UNKNOWN, Verdict

INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
STEP = 240.0
"""How far behind a node, in pixels, a fix puts a new one."""

INPUT_STEP = 96.0
"""Vertical distance in pixels between Inputs that are added together."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair: `title` is what its button says, `edit` what it does to the design.

    `kind` is what the table of fixes calls such a repair. The edit may come long after it was offered: it raises EditRefused where its nodes are gone.
    """

    kind: str
    title: str
    edit: Callable[[Document], Document]


def fixes_for(
    document: Document, catalog: Catalog, verdicts: Mapping[str, Verdict], problem: Problem
) -> tuple[Fix, ...]:
    """Return the repairs for `problem`, likeliest first; none for a node that is gone."""
    if problem.node is None:
        offers = _OFFERS_FOR_DESIGN.get(problem.code, ())
    elif problem.node in document.nodes:
        offers = _OFFERS_FOR_NODE
    else:
        offers = ()
    found: list[Fix] = []
    for offer in offers:
        found.extend(offer(document, catalog, verdicts, problem))
    return tuple(found)


# The design as a whole ---------------------------------------------------------------------------


def _add_output(document, catalog, verdicts, problem) -> list[Fix]:
    """Offer an Output behind each loose end, at most three."""
    used = {source for node in document.nodes.values() for source in _sources(node)}
    offered = []
    for node in in_order(document.nodes):
        loose = [
            Source(node.id, port)
            for port in output_ports(document, catalog, node)[:1]
            if Source(node.id, port) not in used and not isinstance(node, Input)
        ]
        for source in loose:
            title = f"Add an Output behind {document.label(node.id)}"
            offered.append(Fix("add_output", title, _output_behind(catalog, source)))
    return offered[:3]


def _output_behind(catalog: Catalog, source: Source) -> Callable[[Document], Document]:
    def edit(document: Document) -> Document:
        node = existing(document, source.node)
        after = edits.add_output(document, node.x + STEP, node.y, label=document.label(node.id))
        added = next(iter(set(after.nodes) - set(document.nodes)))
        return edits.connect(after, catalog, Wire(source, added, OUTPUT_PORT))

    return edit


def _add_input(document, catalog, verdicts, problem) -> list[Fix]:
    """Offer an Input that fits the first open port of a saved model, else a plain one."""
    for node in in_order(document.nodes):
        for port in _open_ports(document, node):
            title = f"Add an Input of {show_shape(port.shape)} to {document.label(node.id)}"
            return [Fix("add_input", title, _input_before(catalog, node.id, port))]
    return []


def _input_before(catalog: Catalog, node_id: str, port: SavedPort, *, lower: float = 0.0):
    """Return an edit that adds an Input for a port, `lower` pixels below the node's own height."""

    def edit(document: Document) -> Document:
        node = existing(document, node_id)
        after = edits.add_input(
            document,
            node.x - STEP,
            node.y + lower,
            label=port.name,
            shape=port.shape[1:],
            dtype=port.dtype,
        )
        added = next(iter(set(after.nodes) - set(document.nodes)))
        return edits.connect(after, catalog, Wire(Source(added), node_id, port.name))

    return edit


def add_inputs(document: Document, catalog: Catalog, node_id: str) -> Document:
    """Return `document` with an Input for each open port of a saved model whose shape is known."""
    for index, port in enumerate(_open_ports(document, document.nodes[node_id])):
        document = _input_before(catalog, node_id, port, lower=index * INPUT_STEP)(document)
    return document


# One node ----------------------------------------------------------------------------------------


def _missing_wire(document, catalog, verdicts, problem) -> list[Fix]:
    """Offer an Input that fits an open port of a saved model."""
    if problem.code != "missing_wire":
        return []
    node = document.nodes[problem.node]
    lower = {port.name: at * INPUT_STEP for at, port in enumerate(_ports(document, node))}
    return [
        Fix(
            "add_input",
            f"Add an Input of {show_shape(port.shape)} for {port.name}",
            _input_before(catalog, problem.node, port, lower=lower[port.name]),
        )
        for port in _open_ports(document, node)
        if problem.port in (None, port.name)
    ][:3]


def _take_what_comes(document, catalog, verdicts, problem) -> list[Fix]:
    """Offer to let a submodel's Input take the shape and dtype that is wired to its port."""
    node = document.nodes[problem.node]
    layer = document.layers[node.layer] if isinstance(node, Call) else None
    if not isinstance(layer, Submodel):
        return []
    found = []
    for input_id, port in zip(layer.design.inputs, model_ports(layer), strict=True):
        for source in node.inputs.get(port.name, ()):
            spec = verdicts.get(source.node, UNKNOWN).spec(source.port)
            if spec is None or not spec.shape or _fits(spec, port):
                continue
            title = f"Let {port.name} of {document.label(node.id)} take {spec.show(dtype=True)}"
            found.append(Fix("take_what_comes", title, _set_inner_input(layer.id, input_id, spec)))
    return found


def _as_saved(document, catalog, verdicts, problem) -> list[Fix]:
    """Offer the sizes that a saved model was saved with, where a layer in it takes no others."""
    node = document.nodes[problem.node]
    layer = document.layers[node.layer] if isinstance(node, Call) else None
    if problem.code != "refused_inside" or not isinstance(layer, SavedModel) or not layer.reinput:
        return []
    sizes = " and ".join(show_shape(p.shape) for p in replace(layer, reinput=()).inputs)
    title = f"Set {document.label(node.id)} back to {sizes}"
    return [Fix("reinput_as_saved", title, lambda changed: edits.use_inputs(changed, layer.id, ()))]


def _fits(spec: TensorSpec, port: SavedPort) -> bool:
    same = spec.dtype == port.dtype and len(spec.shape) == len(port.shape)
    return same and all(
        have == want or want is None for have, want in zip(spec.shape, port.shape, strict=True)
    )


def _set_inner_input(layer_id: str, input_id: str, spec: TensorSpec):
    def edit(document: Document) -> Document:
        design = getattr(existing_layer(document, layer_id), "design", Document())
        batch_size, *shape = spec.shape
        fields = {"shape": shape, "dtype": spec.dtype, "batch_size": batch_size}
        return edits.with_design(document, layer_id, edits.set_input(design, input_id, **fields))

    return edit


def _set_input_dtype(document, catalog, verdicts, problem) -> list[Fix]:
    """Offer to set the dtype of the Input that feeds a saved model's port of another dtype."""
    found = []
    for port, source in _fed_by_inputs(document, problem):
        if source.dtype != port.dtype and _kind(source.dtype) != _kind(port.dtype):
            title = f"Set {source.label}’s dtype to {port.dtype}"
            found.append(Fix("set_input_dtype", title, _set_input(source.id, dtype=port.dtype)))
    return found


def _set_input_shape(document, catalog, verdicts, problem) -> list[Fix]:
    """Offer to set the shape of the Input that feeds a saved model's port of another shape."""
    found = []
    for port, source in _fed_by_inputs(document, problem):
        if port.shape is not None and source.shape != port.shape[1:]:
            title = f"Set {source.label}’s shape to {show_shape(port.shape)}"
            found.append(Fix("set_input_shape", title, _set_input(source.id, shape=port.shape[1:])))
    return found


def _set_input(node_id: str, **fields) -> Callable[[Document], Document]:
    return lambda document: edits.set_input(document, node_id, **fields)


def _project_a_term(document, catalog, verdicts, problem) -> list[Fix]:
    """Offer a Dense that brings one term of a sum to the width of the others."""
    node = document.nodes[problem.node]
    layer = document.layers.get(node.layer) if isinstance(node, Call) else None
    spec = catalog.layers.get(getattr(layer, "class_name", ""))
    if spec is None or spec.category != "merge" or layer.class_name in ("Concatenate", "Dot"):
        return []
    sources = node.inputs.get("inputs", ())
    shapes = [_shape(verdicts, source) for source in sources]
    if len(sources) < 2 or None in shapes or len({shape[:-1] for shape in shapes}) != 1:
        return []
    widths = [shape[-1] for shape in shapes]
    widest = max((width for width in widths if width is not None), default=None)
    return [
        _projection(catalog, document, Wire(source, node.id, "inputs", index), widest)
        for index, (source, width) in enumerate(zip(sources, widths, strict=True))
        if widest is not None and width != widest
    ]


def _projection(catalog: Catalog, document: Document, wire: Wire, units: int) -> Fix:
    title = f"Bring {document.label(wire.source.node)} to {units} with a Dense before the sum"
    return _layer_between(catalog, wire, title, "Dense", {"units": units}, name="projection")


def _adapt_width(document, catalog, verdicts, problem) -> list[Fix]:
    """Offer a Dense in front of a saved model's port when only the last axis differs."""
    found = []
    for wire, shape, wanted in _into_saved_model(document, verdicts, problem):
        if _differ_in_width_only(shape, wanted):
            units = wanted[-1]
            title = f"Insert a Dense of {units} units in between"
            found.append(_layer_between(catalog, wire, title, "Dense", {"units": units}))
    return found


def _fit_image_size(document, catalog, verdicts, problem) -> list[Fix]:
    """Offer to pad, crop or resize an image in front of a saved model of another image size."""
    found = []
    for wire, shape, wanted in _into_saved_model(document, verdicts, problem):
        if _differ_in_size_only(shape, wanted):
            steps = _size_steps(shape[1:3], wanted[1:3])
            found.extend(_layer_between(catalog, wire, *step) for step in steps)
    return found


def _differ_in_width_only(shape: Shape, wanted: Shape) -> bool:
    """Return whether the last axis, and nothing else that is known, is of another size."""
    if len(shape) != len(wanted) or len(shape) < 2:
        return False
    pairs = zip(shape[1:-1], wanted[1:-1], strict=True)
    same = all(a == b or None in (a, b) for a, b in pairs)
    return same and bool(wanted[-1]) and shape[-1] != wanted[-1]


def _differ_in_size_only(shape: Shape, wanted: Shape) -> bool:
    """Return whether both are images (batch, height, width, channels) of known, other sizes."""
    if len(shape) != 4 or len(wanted) != 4:
        return False
    sizes = (*shape[1:3], *wanted[1:3])
    return None not in sizes and shape[3] == wanted[3] and shape[1:3] != wanted[1:3]


def _size_steps(given, wanted) -> list[tuple[str, str, dict]]:
    """Return title, class and parameters of the layers that bring `given` to `wanted`."""
    size = show_shape((None, *wanted))
    gaps = [want - have for have, want in zip(given, wanted, strict=True)]
    halves = tuple((abs(gap) // 2, abs(gap) - abs(gap) // 2) for gap in gaps)
    steps = []
    if all(gap >= 0 for gap in gaps):
        steps.append((f"Pad it to {size} with zeros", "ZeroPadding2D", {"padding": halves}))
    if all(gap <= 0 for gap in gaps):
        steps.append((f"Crop it to {size}", "Cropping2D", {"cropping": halves}))
    parameters = {"height": wanted[0], "width": wanted[1]}
    return [*steps, (f"Resize it to {size}", "Resizing", parameters)]


_INSERTED = {
    "Dense": "insert_dense",
    "ZeroPadding2D": "insert_padding",
    "Cropping2D": "insert_cropping",
    "Resizing": "insert_resizing",
}


def _layer_between(
    catalog: Catalog, wire: Wire, title: str, class_name: str, parameters, name=""
) -> Fix:
    def edit(document: Document) -> Document:
        start, end = existing(document, wire.source.node), existing(document, wire.node)
        x, y = (start.x + end.x) / 2, (start.y + end.y) / 2
        values = Map(parameters)
        after = edits.add_keras_layer(document, class_name, x, y, name=name, parameters=values)
        (added,) = set(after.nodes) - set(document.nodes)
        return edits.insert_on_wire(after, catalog, wire, added)

    kind = "project_skip" if name == "projection" else _INSERTED[class_name]
    return Fix(kind, title, edit)


_OFFERS_FOR_DESIGN = {"no_output": (_add_output,), "no_input": (_add_input,)}
_OFFERS_FOR_NODE = (
    _missing_wire,
    _take_what_comes,
    _as_saved,
    _set_input_dtype,
    _set_input_shape,
    _adapt_width,
    _fit_image_size,
    _project_a_term,
)


def _ports(document: Document, node: Node) -> tuple[SavedPort, ...]:
    """Return the input ports of the model that `node` calls, none if it calls none."""
    return model_ports(document.layers[node.layer]) if isinstance(node, Call) else ()


def _open_ports(document: Document, node: Node) -> list[SavedPort]:
    """Return the ports of a model that have no wire and a shape that is known."""
    ports = _ports(document, node)
    return [port for port in ports if port.name not in node.inputs and port.shape is not None]


def _into_saved_model(
    document: Document, verdicts: Mapping[str, Verdict], problem: Problem
) -> Iterator[tuple[Wire, Shape, Shape]]:
    """Yield each wire into the problem's saved model, what it brings, and what is wanted there."""
    node = document.nodes[problem.node]
    for port in _ports(document, node):
        for source in node.inputs.get(port.name, ()):
            shape = _shape(verdicts, source)
            if shape is not None and port.shape is not None:
                yield Wire(source, node.id, port.name), shape, port.shape


def _fed_by_inputs(document: Document, problem: Problem) -> list[tuple[SavedPort, Input]]:
    """Return the ports of the problem's saved model that Input nodes feed directly."""
    node = document.nodes[problem.node]
    pairs = []
    for port in _ports(document, node):
        for source in node.inputs.get(port.name, ()):
            feeder = document.nodes.get(source.node)
            if isinstance(feeder, Input):
                pairs.append((port, feeder))
    return pairs


def _shape(verdicts: Mapping[str, Verdict], source: Source) -> Shape | None:
    verdict = verdicts.get(source.node)
    spec = verdict.spec(source.port) if verdict else None
    return spec.shape if spec else None


def _sources(node) -> list[Source]:
    return [source for sources in node.inputs.values() for source in sources]


def _kind(dtype: str) -> str:
    if dtype in INTEGERS:
        return "integer"
    return "float" if "float" in dtype else dtype
