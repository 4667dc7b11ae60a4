"""Edits of designs within designs: a selection becomes a submodel, and the other way round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from immutables import Map

from composer_gui.core.document import (
    OUTPUT_PORT,
    Call,
    Document,
    Dot,
    Frame,
    Input,
    Node,
    Note,
    Output,
    Shape,
    Source,
    drop,
    head,
    in_order,
    new_id,
    number_of,
    put,
)
from composer_gui.core.edit_layers import callers, rewired
from composer_gui.core.edit_splice import anchors, splice
from composer_gui.core.edit_wires import existing, with_ends
from composer_gui.core.errors import EditRefused
from composer_gui.core.folding import frames_without
from composer_gui.core.labels import Labels
from composer_gui.core.layer_kinds import SavedModel, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.passing import past_dots
from composer_gui.core.plain import DEEPEST
from composer_gui.core.ports import (
    ONLY_OUTPUT,
    design_ports,
    input_ports,
    layer_output_ports,
)
from composer_gui.core.room import HEIGHT, Place, box_of, middle, snapped
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import UNKNOWN, Verdict

STEP = 288.0
"""From a group's nodes to its Inputs and Outputs, in pixels."""

ROW = HEIGHT + 18.0
"""From one Input of a group to the next, in pixels."""

NO_VERDICTS: Mapping[str, Verdict] = Map()

# Grouping ---------------------------------------------------------------------------------------


def group(
    document: Document,
    catalog: Catalog,
    node_ids: Iterable[str],
    name: str = "",
    *,
    verdicts: Mapping[str, Verdict] = NO_VERDICTS,
) -> Document:
    """Put calls, with the dots, frames and notes among these nodes, into a new submodel.

    Inputs and Outputs stay outside. The submodel gets an Input for each outer port that feeds its
    nodes, with the shape that the verdicts tell, and an Output for each inner port that is used
    outside. Raises EditRefused where the submodel could not be: it would feed itself, or a layer
    in it would also be called outside.
    """
    kinds = Call | Dot | Frame | Note
    chosen = {key for key in node_ids if isinstance(document.nodes.get(key), kinds)}
    members = [node for node in in_order(document.nodes) if node.id in chosen]
    if not any(isinstance(node, Call) for node in members):
        raise EditRefused("A submodel is made of layers. Select at least one.")
    _refuse_shared(document, members)
    _refuse_loop(document, members)
    border = _Border(document, catalog, members)
    rest = drop(document, *chosen, *border.layers)
    frames = [frame for frame in frames_without(document, chosen) if frame.id not in chosen]
    rest, layer_id = new_id(rest, "l")
    rest, node_id = new_id(rest, "n")
    label = Labels.of(rest).unique(" ".join(name.split()) or "submodel")
    design = border.design(label, verdicts)
    _refuse_depth(design)
    x, y = map(snapped, middle((node.x, node.y) for node in anchors(members)))
    entries = zip(design_ports(design, design.inputs), border.feeding, strict=True)
    call = Call(node_id, layer_id, inputs=Map({p: (s,) for p, s in entries}), x=x, y=y)
    exits = zip(border.used, design_ports(design, design.outputs), strict=True)
    ends = {source: Source(node_id, port) for source, port in exits}
    followers = [with_ends(node, ends) for node in border.consumers]
    held = [replace(frame, folded=(*frame.folded, node_id)) for frame in frames]
    return put(rest, Submodel(layer_id, label, design), call, *followers, *held)


def _refuse_shared(document: Document, members: list[Node]) -> None:
    """Raise where a layer is called inside and outside: Keras could not load such a model."""
    inside = {node.id for node in members}
    called = {node.layer: node.id for node in members if isinstance(node, Call)}
    for other in callers(document, called):
        if other.id not in inside:
            here, there = document.label(called[other.layer]), document.label(other.id)
            sharing = f"{here} and {there} share" if here != there else f"Two nodes {here} share"
            raise EditRefused(
                f"{sharing} their weights, and only one of them is selected. "
                "Select both, or make one independent first."
            )


def _refuse_loop(document: Document, members: list[Node]) -> None:
    """Raise where a way leads out of the members and back in: the submodel would feed itself."""
    inside = {node.id for node in members}
    outside = (source.node for node in members for source in _sources(node))
    waiting = list(dict.fromkeys(node_id for node_id in outside if node_id not in inside))
    seen = set(waiting)
    for node_id in waiting:
        for source in _sources(document.nodes[node_id]):
            if source.node in inside:
                between, first = document.label(node_id), document.label(source.node)
                raise EditRefused(
                    f"{first} leads to {between}, and from there a way leads back into the "
                    f"selection: the submodel would feed itself. Select {between} as well."
                )
            if source.node not in seen:
                seen.add(source.node)
                waiting.append(source.node)


def _sources(node: Node) -> Iterator[Source]:
    for port in sorted(node.inputs):
        yield from node.inputs[port]


class _Border:
    """Which wires lead into some nodes and out of them, in the order in which they are met."""

    def __init__(self, document: Document, catalog: Catalog, members: list[Node]) -> None:
        self._document, self._catalog, self._members = document, catalog, members
        self._inside = {node.id for node in members}
        called = {node.layer for node in members if isinstance(node, Call)}
        self.layers = sorted(called, key=number_of)
        feeding = (
            source
            for node in members
            for port in input_ports(document, catalog, node)
            for source in node.inputs.get(port.name, ())
            if source.node not in self._inside
        )
        self.feeding = tuple(dict.fromkeys(feeding))
        self.consumers = [
            node
            for node in document.nodes.values()
            if node.id not in self._inside and any(s.node in self._inside for s in _sources(node))
        ]
        self.used = self._used()

    def _used(self) -> tuple[Source, ...]:
        """Return the ports that are used outside, and those of nodes that lead nowhere yet."""
        inside = self._inside
        outer = {s for node in self.consumers for s in _sources(node) if s.node in inside}
        leading = {s.node for s in outer} | {s.node for n in self._members for s in _sources(n)}
        used = []
        for node in self._members:
            if not isinstance(node, Call | Dot):
                continue
            ports = self._ports(node, outer)
            ends = ports[:1] if node.id not in leading and isinstance(node, Call) else ()
            used += [Source(node.id, p) for p in ports if p in ends or Source(node.id, p) in outer]
        return tuple(used)

    def _ports(self, node: Call | Dot, outer: set[Source]) -> tuple[str, ...]:
        if isinstance(node, Dot):
            return ONLY_OUTPUT
        layer = self._document.layers[node.layer]
        known = layer_output_ports(self._catalog, layer, node)
        if known is not None:
            return known
        return tuple(sorted(s.port for s in outer if s.node == node.id)) or ONLY_OUTPUT

    def design(self, name: str, verdicts: Mapping[str, Verdict]) -> Document:
        """Return the members as a design of its own, in which they have the ids they had."""
        document = self._document
        layers = {layer_id: document.layers[layer_id] for layer_id in self.layers}
        number = document.next_number
        ids = [f"n{number + index}" for index in range(len(self.feeding) + len(self.used))]
        inputs, outputs = ids[: len(self.feeding)], ids[len(self.feeding) :]
        ends = dict(zip(self.feeding, (Source(node_id) for node_id in inputs), strict=True))
        nodes = [
            *(self._inner(with_ends(node, ends)) for node in self._members),
            *self._inputs(inputs, Labels(layer.name for layer in layers.values()), verdicts),
            *self._outputs(outputs),
        ]
        return Document(
            name=name,
            seed=document.seed,
            nodes=Map({node.id: node for node in nodes}),
            layers=Map(layers),
            inputs=tuple(inputs),
            outputs=tuple(outputs),
            next_number=number + len(ids),
        )

    def _inner(self, node: Node) -> Node:
        """Return a member as it stands inside: a folded frame holds what comes along."""
        if isinstance(node, Frame) and node.folded:
            return replace(node, folded=tuple(key for key in node.folded if key in self._inside))
        return node

    def _inputs(
        self, ids: list[str], labels: Labels, verdicts: Mapping[str, Verdict]
    ) -> Iterator[Input]:
        left, top, _, bottom = box_of((node.x, node.y) for node in anchors(self._members))
        places = _column(left - STEP, (top + bottom) / 2, len(ids))
        for node_id, source, at in zip(ids, self.feeding, places, strict=True):
            label = labels.unique(self._name(source))
            shape, dtype, batch_size = self._spec(source, verdicts)
            yield Input(node_id, label, shape, dtype, batch_size, *at)

    def _outputs(self, ids: list[str]) -> Iterator[Output]:
        _, top, right, bottom = box_of((node.x, node.y) for node in anchors(self._members))
        places = _column(right + STEP, (top + bottom) / 2, len(ids))
        labels = Labels(())
        for node_id, source, at in zip(ids, self.used, places, strict=True):
            label = labels.unique(self._name(source))
            yield Output(node_id, label, Map({OUTPUT_PORT: (source,)}), *at)

    def _name(self, source: Source) -> str:
        """Return what a port is called in words: its node's label, and its own name if needed."""
        node, label = self._document.nodes[source.node], self._document.label(source.node)
        if source.port in ONLY_OUTPUT or self._is_lone(node):
            return label
        return source.port if source.port.startswith(label) else f"{label}_{source.port}"

    def _is_lone(self, node: Node) -> bool:
        """Return whether only one tensor comes out of a call, so that its label says it all."""
        if not isinstance(node, Call):
            return True
        return len(self._ports(node, set())) == 1

    def _spec(
        self, source: Source, verdicts: Mapping[str, Verdict]
    ) -> tuple[Shape, str, int | None]:
        """Return shape, dtype and batch size of what comes from outside, as far as it is known."""
        start = past_dots(self._document, source)
        if start is None:
            return (), "float32", None
        source = start
        node = self._document.nodes[source.node]
        if isinstance(node, Input):
            return node.shape, node.dtype, node.batch_size
        spec = verdicts.get(source.node, UNKNOWN).spec(source.port) or self._saved(node, source)
        if spec is None or spec.shape is None:
            return (), "float32" if spec is None else spec.dtype, None
        if not spec.shape:
            label = self._document.label(source.node)
            raise EditRefused(
                f"{label} gives a single number without a batch axis, which no Input takes. "
                f"Select {label} as well."
            )
        return spec.shape[1:], spec.dtype, spec.shape[0]

    def _saved(self, node: Node, source: Source) -> TensorSpec | None:
        layer = self._document.layers[node.layer]
        ports = layer.outputs if isinstance(layer, SavedModel) else ()
        return next((TensorSpec(p.shape, p.dtype) for p in ports if p.name == source.port), None)


def _column(x: float, y: float, count: int) -> list[Place]:
    """Return the places of nodes one below the other, in the middle of which `y` lies."""
    top = y - ROW * (count - 1) / 2
    return [(x, top + ROW * index) for index in range(count)]


# And back ---------------------------------------------------------------------------------------


def ungroup(document: Document, node_id: str) -> Document:
    """Put what a submodel is made of in the place of a node that calls it, and of all others."""
    return splice(document, node_id, _submodel(document, node_id).design)


def with_design(document: Document, layer_id: str, design: Document) -> Document:
    """Give a submodel another design: the one that it had, after edits inside.

    Wires follow the Inputs and Outputs inside, whatever these are called and wherever they stand
    now. Wires of those that are gone go. Python files that it names are named outside from now on.
    """
    layer = document.layers.get(layer_id)
    if not isinstance(layer, Submodel):
        raise EditRefused("This submodel is no longer in the design.")
    if design is layer.design:
        return document
    _refuse_depth(design)
    code = tuple(file for file in design.code if file not in document.code)
    document = head(document, code=document.code + code) if code else document
    if design.code or design.touched or design.origin is not None:
        design = replace(design, code=()).settled()
    document = put(document, replace(layer, design=design))
    entries = _followers(layer.design, design, layer.design.inputs, design.inputs)
    exits = _followers(layer.design, design, layer.design.outputs, design.outputs)
    if all(new == old for names in (entries, exits) for old, new in names.items()):
        return document
    return put(document, *rewired(document, layer_id, entries, exits))


def _followers(
    old: Document, new: Document, before: tuple[str, ...], after: tuple[str, ...]
) -> dict[str, str | None]:
    """Return the new name of each port by its old one, None for a port that is gone."""
    names = dict(zip(after, design_ports(new, after), strict=True))
    ports = zip(before, design_ports(old, before), strict=True)
    return {port: names.get(node_id) for node_id, port in ports}


def _refuse_depth(design: Document) -> None:
    """Raise for a design with so many levels that it could not be read from a file again."""
    depth, level = 1, [design]
    while level := [
        layer.design
        for each in level
        for layer in each.layers.values()
        if isinstance(layer, Submodel)
    ]:
        depth += 1
    if depth > DEEPEST:
        raise EditRefused(f"Submodels lie within each other {DEEPEST} deep at most.")


def _submodel(document: Document, node_id: str) -> Submodel:
    node = existing(document, node_id)
    layer = document.layers[node.layer] if isinstance(node, Call) else None
    if not isinstance(layer, Submodel):
        raise EditRefused(f"{document.label(node_id)} is no submodel.")
    return layer
