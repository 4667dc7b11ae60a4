"""Why a wire may not be drawn, by one rule for hover and drop; and what a file's wires need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from immutables import Map

from composer_gui.core.document import (
    DOT_PORT,
    Call,
    Document,
    Dot,
    Frame,
    Input,
    Node,
    Note,
    Output,
    Source,
    Wire,
    drop,
    head,
    number_of,
    put,
)
from composer_gui.core.folding import may_hold
from composer_gui.core.layer_kinds import Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.layer_spec import InputPort
from composer_gui.core.plain import NotPlain
from composer_gui.core.ports import (
    ONLY_OUTPUT,
    input_port,
    input_ports,
    layer_output_ports,
    output_ports,
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a wire may not be drawn, in one sentence or two.

    `path` holds the ids of the nodes, in the direction of flow, that the wire would close to a
    loop; it is empty for any other reason.
    """

    sentence: str
    path: tuple[str, ...] = ()


def refusal(
    document: Document, catalog: Catalog, wire: Wire, *, replacing: bool = False
) -> Refusal | None:
    """Return why `wire` may not be drawn, or None where it may.

    With `replacing` a wire that sits in the same place already is in the way no more: it would go.
    Looks at the target and at what is upstream of the wire's start.
    """
    start, end = document.nodes.get(wire.source.node), document.nodes.get(wire.node)
    # 1. Both ends are still there
    if start is None or end is None:
        return Refusal("One end of this wire is no longer in the design.")
    # 2. Both can have wires
    for node in (start, end):
        if isinstance(node, Frame | Note):
            return Refusal(f"A {type(node).__name__.lower()} takes no wires.")
    # 3. They are two nodes
    name, target = document.label(start.id), _end_name(document, end)
    if start is end:
        name = target if isinstance(start, Dot) else name
        return Refusal(f"{name} cannot lead to itself.", (start.id,))
    # 4. The wire runs from an output to an input, and both ports exist
    if wire.source.port not in output_ports(document, catalog, start):
        return Refusal(_no_output(start, name, wire.source.port))
    port = input_port(document, catalog, end, wire.port)
    if port is None:
        return Refusal(_no_input(end, target, wire.port))
    # 5. It closes no loop
    path = path_between(document, end.id, start.id)
    if path:
        return Refusal(f"{target} already leads to {name}: this wire would close a loop.", path)
    # 6. There is room for it
    return _no_room(document, catalog, port, wire, replacing=replacing)


def _end_name(document: Document, node: Node) -> str:
    """Return what a wire's end is called; a dot's label is that of the node which feeds it."""
    return "This dot" if isinstance(node, Dot) else document.label(node.id)


def _no_output(node: Node, label: str, port: str) -> str:
    if isinstance(node, Output):
        return f"{label} is an output of the whole model: nothing comes after it."
    return f"{label} has no output named {port}."


def _no_input(node: Node, label: str, port: str) -> str:
    if isinstance(node, Input):
        return f"{label} is an input of the whole model: nothing comes before it."
    return f"{label} has no input named {port}."


def _no_room(
    document: Document, catalog: Catalog, port: InputPort, wire: Wire, *, replacing: bool
) -> Refusal | None:
    """Return the refusal of a port that has all the wires it takes."""
    node = document.nodes[wire.node]
    sources = node.inputs.get(port.name, ())
    name, target = document.label(wire.source.node), _end_name(document, node)
    here = sources[wire.index : wire.index + 1] if port.many else sources
    if wire.source in here and (replacing or not port.many):
        return Refusal(f"{name} is already wired to {target}.")
    most = port.maximum if port.many else 1
    if most is None or len(sources) < most or (replacing and here):
        return None
    tensors = "one tensor" if most == 1 else f"{most} tensors"
    taken = "its wire" if most == 1 else "one of its wires"
    into = target if len(input_ports(document, catalog, node)) == 1 else f"{port.name} of {target}"
    return Refusal(f"{into} takes {tensors}. Remove {taken} first.")


def path_between(document: Document, first: str, last: str) -> tuple[str, ...]:
    """Return the ids of a shortest path of wires from `first` to `last`, or () where none leads.

    The search runs upstream from `last`, so it costs no more than what is upstream of it.
    """
    after = {last: ""}
    waiting = [last]
    for node_id in waiting:
        if node_id == first:
            return _unwound(after, first)
        for sources in document.nodes[node_id].inputs.values():
            for source in sources:
                if source.node not in after:
                    after[source.node] = node_id
                    waiting.append(source.node)
    return ()


def _unwound(after: dict[str, str], first: str) -> tuple[str, ...]:
    path = [first]
    while after[path[-1]]:
        path.append(after[path[-1]])
    return tuple(path)


# What was read from a file ------------------------------------------------------------------------


def check(document: Document, catalog: Catalog | None) -> Document:
    """Return a document that was read from a file or the clipboard with its small faults mended.

    Wires whose start, port or place is gone are left out, layers that nothing calls too, and the
    lists of inputs and outputs are made to name every Input and Output once, and folded frames to
    hold what is there; all of this in the designs of submodels first. Without a catalog the ports
    go unchecked. Raises NotPlain where a node calls a layer that is not there, or where the wires
    close a loop.
    """
    for node in document.nodes.values():
        if isinstance(node, Call) and node.layer not in document.layers:
            raise NotPlain(f"{node.id} calls {node.layer}, which is not there")
    mended = _without_dangling_wires(_with_whole_designs(document, catalog), catalog)
    loop = _loop(mended)
    if loop:
        labels = " to ".join(mended.label(node_id) for node_id in loop)
        raise NotPlain(f"its wires close a loop, from {labels}")
    return _with_whole_lists(_with_whole_frames(_without_idle_layers(mended)))


def _with_whole_designs(document: Document, catalog: Catalog | None) -> Document:
    """Return `document` with the designs of its submodels mended; their ports come from these."""
    return with_designs(document, lambda design: check(design, catalog))


def with_designs(document: Document, treat: Callable[[Document], Document]) -> Document:
    """Return `document` with each submodel's design as `treat` returns it; deeper ones are its."""
    altered = []
    for layer in document.layers.values():
        if isinstance(layer, Submodel):
            design = treat(layer.design)
            if design is not layer.design:
                altered.append(replace(layer, design=design.settled()))
    return put(document, *altered)


def _without_dangling_wires(document: Document, catalog: Catalog | None) -> Document:
    start_exists = _start_exists(document, catalog)
    mended = []
    for node in document.nodes.values():
        if not node.inputs:
            continue
        room = _room(document, catalog, node)
        inputs = {}
        for port, sources in node.inputs.items():
            kept = tuple(source for source in sources if start_exists(source))
            inputs[port] = kept[: room(port)]
        if inputs != dict(node.inputs):
            mended.append(replace(node, inputs=Map({k: v for k, v in inputs.items() if v})))
    return put(document, *mended)


def _start_exists(document: Document, catalog: Catalog | None) -> Callable[[Source], bool]:
    """Return a function that tells whether a wire may start there; each node is looked at once."""

    @cache
    def ports(node_id: str) -> tuple[str, ...] | None:
        node = document.nodes.get(node_id)
        if not isinstance(node, Call):
            return ONLY_OUTPUT if isinstance(node, Input | Dot) else ()
        return layer_output_ports(catalog, document.layers[node.layer], node) if catalog else None

    def exists(source: Source) -> bool:
        known = ports(source.node)
        return known is None or source.port in known

    return exists


def _room(document: Document, catalog: Catalog | None, node: Node) -> Callable[[str], int | None]:
    """Return a function from the name of a port to how many wires it takes, None for any number."""
    if isinstance(node, Dot):
        return lambda port: 1 if port == DOT_PORT else 0
    if catalog is None:
        return lambda port: None
    ports = {port.name: port for port in input_ports(document, catalog, node)}

    def room(name: str) -> int | None:
        port = ports.get(name)
        if port is None:
            return 0
        return port.maximum if port.many else 1

    return room


def _without_idle_layers(document: Document) -> Document:
    called = {node.layer for node in document.nodes.values() if isinstance(node, Call)}
    idle = [layer_id for layer_id in document.layers if layer_id not in called]
    return drop(document, *idle)


def _with_whole_frames(document: Document) -> Document:
    """Return `document` with its folded frames holding what is there, and none of them itself."""
    frames = (n for n in document.nodes.values() if isinstance(n, Frame) and n.folded)
    for node in sorted(frames, key=lambda frame: number_of(frame.id)):
        kept = tuple(key for key in node.folded if may_hold(document, node.id, key))
        if kept != node.folded:
            document = put(document, replace(node, folded=kept))
    return document


def _with_whole_lists(document: Document) -> Document:
    inputs = _whole_list(document, document.inputs, Input)
    outputs = _whole_list(document, document.outputs, Output)
    if (inputs, outputs) == (document.inputs, document.outputs):
        return document
    return head(document, inputs=inputs, outputs=outputs)


def _whole_list(document: Document, ids: tuple, kind: type) -> tuple[str, ...]:
    there = {node_id for node_id, node in document.nodes.items() if isinstance(node, kind)}
    listed = [node_id for node_id in ids if isinstance(node_id, str) and node_id in there]
    missing = sorted(there - set(listed), key=number_of)
    return tuple(dict.fromkeys([*listed, *missing]))


def _loop(document: Document) -> tuple[str, ...]:
    """Return the ids of a loop of wires, first and last the same, or () where there is none."""
    waiting = {
        node_id: {source.node for sources in node.inputs.values() for source in sources}
        for node_id, node in document.nodes.items()
        if node.inputs
    }
    # Nodes that wait for nothing are taken away until there are none; what stays leads in a circle.
    consumers: dict[str, list[str]] = {}
    for node_id, sources in waiting.items():
        for source in sources:
            consumers.setdefault(source, []).append(node_id)
    open_wires = {node_id: len(sources) for node_id, sources in waiting.items()}
    ready = [node_id for node_id in document.nodes if node_id not in waiting]
    for node_id in ready:
        for consumer in consumers.get(node_id, ()):
            open_wires[consumer] -= 1
            if not open_wires[consumer]:
                ready.append(consumer)
    stuck = sorted((node for node, count in open_wires.items() if count), key=number_of)
    return _loop_among(stuck, waiting) if stuck else ()


def _loop_among(stuck: list[str], sources: dict[str, set[str]]) -> tuple[str, ...]:
    """Return a loop among nodes of which some lie on one."""
    import networkx  # here, because only a broken file needs it

    graph = networkx.DiGraph()
    for node_id in stuck:
        graph.add_edges_from(
            (source, node_id) for source in sorted(sources[node_id], key=number_of)
        )
    loop = [start for start, _end in networkx.find_cycle(graph)]
    first = loop.index(min(loop, key=number_of))
    return (*loop[first:], *loop[: first + 1])
