"""Fixes of wires and whole nodes: joined elsewhere, swapped, connected, taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations, islice

from composer_gui.core import edits
from composer_gui.core.connections import path_between, refusal
from composer_gui.core.document import (
    OUTPUT_PORT,
    Call,
    Document,
    Dot,
    Frame,
    Input,
    Note,
    Output,
    Source,
    Wire,
    put,
    wires_into,
)
from composer_gui.core.edit_wires import existing, with_sources
from composer_gui.core.errors import EditRefused
from composer_gui.core.fix_inputs import STEP
from composer_gui.core.fix_insertions import between, layer
from composer_gui.core.fix_layers import setting
from composer_gui.core.fix_sight import Sight, fits, is_model, loose_ends, sort_of
from composer_gui.core.fix_table import FIX_KINDS, Fix
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.passing import handed_on, origin
from composer_gui.core.ports import input_ports, model_ports, output_ports
from composer_gui.core.problems import ERROR

_FARTHEST = 1_000_000
"""The place of a wire behind all others of its port."""

_WEIGHTLESS = frozenset({"pooling", "regularization", "reshaping"})
"""The drawers of the palette whose layers are taken away without much loss."""

_LACKING = ("missing_wire", "output_without_wire")

MOST = 3
"""How many ways of the same kind are offered at most where there are many."""

# Merges and order -------------------------------------------------------------------------------


def set_merge_axis(sight: Sight) -> Iterator[Fix]:
    """Offer an axis on which the shapes may be joined or multiplied."""
    specs = [sight.given(wire.source) for wire in sight.wires()]
    if None in specs or len(specs) < 2 or len({len(spec.shape) for spec in specs}) > 1:
        yield from _product_axes(sight, specs)
        return
    shapes = [spec.shape for spec in specs]
    if sight.class_name == "Concatenate":
        for axis in range(len(shapes[0]) - 1, 0, -1):
            others = {(*shape[:axis], *shape[axis + 1 :]) for shape in shapes}
            last = axis == len(shapes[0]) - 1
            if len(others) == 1 and sight.parameter("axis") != (-1 if last else axis):
                yield _axis(sight, "axis", -1 if last else axis)
    yield from _product_axes(sight, specs)


def _product_axes(sight: Sight, specs: list) -> Iterator[Fix]:
    if sight.class_name != "Dot" or len(specs) != 2 or None in specs:
        return
    one, other = (spec.shape for spec in specs)
    pairs = [
        (a, b)
        for a in range(len(one) - 1, 0, -1)
        for b in range(len(other) - 1, 0, -1)
        if one[a] == other[b] and one[a] is not None
    ]
    for pair in pairs[:MOST]:
        if pair != sight.parameter("axes"):
            yield _axis(sight, "axes", pair)
    if not pairs and one[-1] is not None and len(one) > 1 and len(other) > 1:
        yield _last_axes(sight, (len(one) - 1, len(other) - 1), one[-1])


def _last_axes(sight: Sight, axes: tuple[int, int], width: int) -> Fix:
    """Return a fix for a product over the last axes, the second as wide as the first by a Dense."""
    wire = sight.wires()[1]
    fix = _axis(sight, "axes", axes)
    bring = between(sight.catalog, (wire, (layer("Dense", units=width),)))
    source = sight.document.label(wire.source.node)
    title = f"{fix.title}, and bring {source} to {width} with a Dense"
    return replace(fix, title=title, edit=lambda document: fix.edit(bring(document)))


def _axis(sight: Sight, name: str, value: int | tuple[int, int]) -> Fix:
    edit = setting(sight, sight.layer, name, value)
    said = value if isinstance(value, int) else f"{value[0]} and {value[1]}"
    words = {"parameter": name, "node": sight.label, "value": said}
    return FIX_KINDS["set_merge_axis"].fix(edit, **words)


def reorder_inputs(sight: Sight) -> Iterator[Fix]:
    """Offer to swap two wires where both fit then, or where their names say that they belong so."""
    if not isinstance(sight.node, Call):
        return
    wires = sight.wires()
    for one, other in combinations(wires, 2):
        apart = one.source != other.source and (one.port != other.port or len(wires) == 2)
        if apart and _belong_swapped(sight, one, other):
            labels = [sight.document.label(wire.source.node) for wire in (one, other)]
            words = {"one": labels[0], "other": labels[1], "node": sight.label}
            yield FIX_KINDS["reorder_inputs"].fix(_swapped(one, other), **words)


def _belong_swapped(sight: Sight, one: Wire, other: Wire) -> bool:
    if not is_model(sight.layer):
        return True
    ports = {port.name: port for port in model_ports(sight.layer)}
    specs = sight.given(one.source), sight.given(other.source)
    if None in specs or not {one.port, other.port} <= ports.keys():
        return False
    wanted = ports[other.port].shape, ports[one.port].shape
    return fits(specs[0].shape, wanted[0]) and fits(specs[1].shape, wanted[1])


def _swapped(one: Wire, other: Wire) -> Callable[[Document], Document]:
    def edit(document: Document) -> Document:
        node = existing(document, one.node)
        for wire, source in ((one, other.source), (other, one.source)):
            sources = list(node.inputs.get(wire.port, ()))
            if sources[wire.index : wire.index + 1] != [wire.source]:
                raise EditRefused("This wire is no longer in the design.")
            sources[wire.index] = source
            node = with_sources(node, wire.port, sources)
        return put(document, node)

    return edit


# Wires ------------------------------------------------------------------------------------------


def connect(sight: Sight) -> Iterator[Fix]:
    """Offer what is there for a port that has no wire: what feeds the others, then loose ends.

    What feeds nothing yet is offered to the ports of other nodes that have no wire.
    """
    node = sight.node
    if isinstance(node, Call | Output | Dot):
        for port, missing in _lacking(sight, node):
            sources = list(islice(_free_sources(sight, port), MOST + missing - 1))
            for first in range(max(0, len(sources) - missing + 1)):
                yield _connecting(sight, node, port, sources[first : first + missing])
    if isinstance(node, Call | Input) and not sight.consumers(node.id):
        yield from islice(_onward(sight), MOST)


def _lacking(sight: Sight, node: Call | Output) -> Iterator[tuple[str, int]]:
    """Yield the ports of a node that lack wires, and how many."""
    for port in input_ports(sight.document, sight.catalog, node):
        missing = (port.minimum if port.many else 1) - len(node.inputs.get(port.name, ()))
        about = sight.problem.port if node.id == sight.problem.node else None
        if missing > 0 and about in (None, port.name) and (port.required or about):
            yield port.name, missing


def _onward(sight: Sight) -> Iterator[Fix]:
    """Yield the ways from a node that feeds nothing to the ports that lack one wire."""
    document = sight.document
    for port in output_ports(document, sight.catalog, sight.node)[:1]:
        for other in _waiting(sight):
            for name, missing in _lacking(sight, other):
                wire = Wire(Source(sight.node.id, port), other.id, name, _FARTHEST)
                if missing == 1 and refusal(document, sight.catalog, wire) is None:
                    yield _connecting(sight, other, name, [wire.source])


def _waiting(sight: Sight) -> Iterator[Call | Output]:
    """Yield the other nodes of which it is known that they lack a wire."""
    for node_id, verdict in sight.verdicts.items():
        lacking = any(problem.code in _LACKING for problem in verdict.problems)
        if lacking and node_id in sight.document.nodes and node_id != sight.problem.node:
            yield sight.document.nodes[node_id]


def _free_sources(sight: Sight, port: str) -> Iterator[Source]:
    """Yield what may be wired to a port of the node, the likeliest first."""
    for source in _sources_for(sight):
        wire = Wire(source, sight.node.id, port, _FARTHEST)
        if refusal(sight.document, sight.catalog, wire) is None:
            yield source


def _sources_for(sight: Sight) -> Iterator[Source]:
    """Yield ports that could be wired to the node, the likeliest first, each once."""
    document = sight.document
    own = [wire.source for wire in sight.wires()] if sight.category == "attention" else []
    # What was made last is what somebody is just working at
    yield from dict.fromkeys((*own, *reversed(loose_ends(document, sight.catalog))))


def _connecting(sight: Sight, node: Call | Output, port: str, sources: list[Source]) -> Fix:
    document, catalog = sight.document, sight.catalog

    def edit(document: Document) -> Document:
        for source in sources:
            wire = Wire(source, node.id, port, _FARTHEST)
            document = edits.connect(document, catalog, wire)
        return document

    label = document.label(node.id)
    alone = len(input_ports(document, catalog, node)) == 1
    names = " and ".join(document.label(source.node) for source in sources)
    words = {"source": names, "port": label if alone else f"{port} of {label}"}
    return FIX_KINDS["connect"].fix(edit, **words)


def remove_wire(sight: Sight) -> Iterator[Fix]:
    """Offer to take a wire away that the node can do without, or that closes a loop."""
    ports = {p.name: p for p in input_ports(sight.document, sight.catalog, sight.node)}
    for wire in sight.wires():
        port = ports.get(wire.port)
        more = port is not None and port.many and len(sight.node.inputs[wire.port]) > port.minimum
        named = sight.problem.port in (None, wire.port)
        more = more or (named and sight.problem.code == "one_wire")
        circular = sight.problem.code == "loop" and _leads_back(sight, wire)
        if circular or (port is not None and (not port.required or more) and named):
            source = sight.document.label(wire.source.node)
            words = {"source": source, "port": f"{wire.port} of {sight.label}"}
            yield FIX_KINDS["remove_wire"].fix(_unwiring(wire), **words)


def _leads_back(sight: Sight, wire: Wire) -> bool:
    """Return whether what a wire into the node starts at comes from the node itself."""
    return bool(path_between(sight.document, wire.node, wire.source.node))


def _unwiring(wire: Wire) -> Callable[[Document], Document]:
    """Return an edit that takes a wire away, and the Input that would feed nothing then."""

    def edit(document: Document) -> Document:
        document = edits.disconnect(document, wire)
        start = document.nodes[wire.source.node]
        used = any(
            w.source.node == start.id for n in document.nodes.values() for w in wires_into(n)
        )
        return (
            edits.delete(document, [start.id])
            if isinstance(start, Input) and not used
            else document
        )

    return edit


# Nodes ------------------------------------------------------------------------------------------


def add_output(sight: Sight) -> Iterator[Fix]:
    """Offer an Output behind a node that nothing takes from."""
    document, node = sight.document, sight.node
    if isinstance(node, Call | Input) and not sight.consumers(node.id):
        for port in output_ports(document, sight.catalog, node)[:1]:
            yield _output(document, sight.catalog, Source(node.id, port))


def outputs_of_design(document: Document, catalog: Catalog) -> Iterator[Fix]:
    """Offer an Output behind each loose end, at most three."""
    ends = loose_ends(document, catalog)
    loose = [end for end in ends if not isinstance(document.nodes[end.node], Input)] or ends
    for source in loose[:MOST]:
        yield _output(document, catalog, source)


def _output(document: Document, catalog: Catalog, source: Source) -> Fix:
    def edit(document: Document) -> Document:
        node = existing(document, source.node)
        after = edits.add_output(document, node.x + STEP, node.y, label=document.label(node.id))
        (added,) = set(after.nodes) - set(document.nodes)
        return edits.connect(after, catalog, Wire(source, added, OUTPUT_PORT))

    return FIX_KINDS["add_output"].fix(edit, source=document.label(source.node))


def remove_node(sight: Sight) -> Iterator[Fix]:
    """Offer to take a node away that nothing hangs on."""
    node = sight.node
    if isinstance(node, Frame | Note | Input) or sight.consumers(node.id):
        return
    yield FIX_KINDS["remove_node"].fix(_deleting(node.id), node=sight.label)


def _deleting(node_id: str) -> Callable[[Document], Document]:
    return lambda document: edits.delete(document, [existing(document, node_id).id])


def heal_node(sight: Sight) -> Iterator[Fix]:
    """Offer to take away a layer without weights, or the one before that makes it not fit."""
    yield from _before_that_spoils(sight)
    weightless = sight.category in _WEIGHTLESS or sight.class_name == "Identity"
    named = sight.problem.severity != ERROR
    alone = isinstance(sight.node, Call) and len(sight.wires()) == 1
    if alone and (weightless or named) and sight.consumers(sight.node.id):
        yield _healing(sight, sight.node.id)


def _before_that_spoils(sight: Sight) -> Iterator[Fix]:
    """Yield for the layer before, where what it gets would fit and what it gives does not.

    One with weights stays, unless it makes another sort of numbers.
    """
    for misfit in sight.misfits:
        node_id = _maker(sight, misfit.wire.source)
        if node_id is None:
            continue
        wires = list(wires_into(sight.document.nodes[node_id]))
        spec = sight.given(wires[0].source) if len(wires) == 1 else None
        if spec is None or len(sight.consumers(node_id)) > 1:
            continue
        sort = sort_of(misfit.dtype or misfit.given.dtype)
        other = sort != sort_of(misfit.given.dtype)
        fitting = misfit.wanted is not None and fits(spec.shape, misfit.wanted)
        light = other or not sight.verdicts[node_id].parameters
        if fitting and light and sort_of(spec.dtype) == sort:
            yield _healing(sight, node_id)


def _maker(sight: Sight, source: Source) -> str | None:
    """Return the node that makes a tensor which only dots and bypassed calls lead here, if so."""
    start = origin(sight.document, sight.catalog, source)
    while start is not None and source.node != start.node:
        if len(sight.consumers(source.node)) > 1:
            return None
        source = handed_on(sight.document, sight.catalog, sight.document.nodes[source.node])
    return None if start is None else start.node


def _healing(sight: Sight, node_id: str) -> Fix:
    catalog = sight.catalog

    def edit(document: Document) -> Document:
        return edits.delete_and_heal(document, catalog, [existing(document, node_id).id])

    return FIX_KINDS["heal_node"].fix(edit, node=sight.document.label(node_id))
