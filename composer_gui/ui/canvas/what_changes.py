"""What a change does to the nodes that stay, in a few words each: `units 9 → 8`."""

from __future__ import annotations

from collections.abc import Iterator

from composer_gui.core.change import Change
from composer_gui.core.document import Call, Document, Frame, Input, Node, Note
from composer_gui.core.layer_kinds import KerasLayer, Layer, Operation, SavedModel, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.parameters import show
from composer_gui.core.ports import model_ports
from composer_gui.core.shapes.tensor_spec import TensorSpec, show_shape

TURNS_TO = " → "


def differences(
    before: Document, after: Document, change: Change, catalog: Catalog
) -> dict[str, tuple[str, ...]]:
    """Return what becomes of each node that stays and does something else then, by its id.

    A node that is only moved or wired otherwise is not among them, but for one whose wires are put
    into another order: nothing else would show that.
    """
    stays = {node_id for node_id in change.changed if node_id in before.nodes}
    for node_id, node in after.nodes.items() if change.layers else ():
        if isinstance(node, Call) and node.layer in change.layers and node_id in before.nodes:
            stays.add(node_id)
    found = {}
    for node_id in sorted(stays - change.added - change.removed):
        words = tuple(_of_node(before, after, node_id, catalog))
        if words:
            found[node_id] = words
    return found


def moved(before: Document, after: Document, change: Change) -> dict[str, tuple[float, float]]:
    """Return where the nodes that a change moves come to lie."""
    there = {i: (before.nodes[i], after.nodes[i]) for i in change.changed}
    return {i: (b.x, b.y) for i, (a, b) in there.items() if (a.x, a.y) != (b.x, b.y)}


def _of_node(before: Document, after: Document, node_id: str, catalog: Catalog) -> Iterator[str]:
    old, new = before.nodes[node_id], after.nodes[node_id]
    if isinstance(old, Frame | Note):
        return
    if before.label(node_id) != after.label(node_id):
        yield _turn("label", before.label(node_id), after.label(node_id))
    if isinstance(old, Input):
        yield from _of_input(old, new)
    if isinstance(old, Call) and isinstance(new, Call):
        yield from _of_call(before, after, old, new, catalog)
    yield from _of_order(before, old, new)


def _of_input(old: Input, new: Input) -> Iterator[str]:
    if (old.shape, old.batch_size) != (new.shape, new.batch_size):
        shapes = ((node.batch_size, *(node.shape or ())) for node in (old, new))
        yield _turn("shape", *map(show_shape, shapes))
    if old.dtype != new.dtype:
        yield _turn("dtype", old.dtype, new.dtype)


def _of_call(
    before: Document, after: Document, old: Call, new: Call, catalog: Catalog
) -> Iterator[str]:
    was, will = before.layers[old.layer], after.layers[new.layer]
    if old.layer != new.layer and was.name != will.name and type(was) is type(will):
        yield "a layer of its own"
    yield from _of_layer(was, will, catalog)
    for name in sorted({*old.arguments, *new.arguments}):
        values = (old.arguments.get(name), new.arguments.get(name))
        if values[0] != values[1]:
            yield _turn(name, *map(show, values))


def _of_layer(was: Layer, will: Layer, catalog: Catalog) -> Iterator[str]:
    if type(was) is not type(will):
        yield f"{_kind(was)}{TURNS_TO}{_kind(will)}"
        return
    if isinstance(was, KerasLayer):
        yield from _of_parameters(was, will, catalog)
    elif isinstance(was, SavedModel | Submodel):
        yield from _of_ports(was, will)
    if getattr(was, "inference", False) != getattr(will, "inference", False):
        yield "inference only" if will.inference else "trains as usual"
    if getattr(was, "frozen", ()) != getattr(will, "frozen", ()):
        yield "freezes other layers inside"
    if was.trainable != will.trainable:
        yield "trains again" if will.trainable else "is frozen"


def _of_parameters(was: KerasLayer, will: KerasLayer, catalog: Catalog) -> Iterator[str]:
    if was.class_name != will.class_name:
        yield f"{was.class_name}{TURNS_TO}{will.class_name}"
        return
    spec = catalog.layers.get(was.class_name)
    known = {p.name: p for p in spec.parameters} if spec is not None else {}
    names = [*known, *sorted({*was.parameters, *will.parameters} - set(known))]
    for name in names:
        default = known[name].default if name in known else None
        old, new = was.parameters.get(name, default), will.parameters.get(name, default)
        if old != new:
            required = name in known and known[name].required
            shown = "–" if required and name not in was.parameters else show(old)
            yield _turn(name, shown, show(new))


def _of_ports(was: SavedModel | Submodel, will: SavedModel | Submodel) -> Iterator[str]:
    old = {port.name: port for port in model_ports(was)}
    for port in model_ports(will):
        before = old.get(port.name)
        if before is not None and (before.shape, before.dtype) != (port.shape, port.dtype):
            same = before.dtype == port.dtype
            specs = (TensorSpec(p.shape, p.dtype).show(dtype=not same) for p in (before, port))
            yield _turn(port.name, *specs)


def _of_order(before: Document, old: Node, new: Node) -> Iterator[str]:
    for port, sources in old.inputs.items():
        then = new.inputs.get(port, ())
        if (
            len(sources) > 1
            and sources != then
            and sorted(map(_key, sources)) == sorted(map(_key, then))
        ):
            yield "order: " + ", ".join(before.label(source.node) for source in then)


def _key(source) -> tuple[str, str]:
    return source.node, source.port


def _turn(name: str, old: str, new: str) -> str:
    return f"{name} {old}{TURNS_TO}{new}"


def _kind(layer: Layer) -> str:
    if isinstance(layer, KerasLayer):
        return layer.class_name
    if isinstance(layer, Operation):
        return layer.function
    return "saved model" if isinstance(layer, SavedModel) else "submodel"
