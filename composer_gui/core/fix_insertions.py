"""Puts new layers on wires: what all fixes have in common that do so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from immutables import Map

from composer_gui.core import edits
from composer_gui.core.document import Call, Document, Frame, Node, Note, Wire, new_id, put
from composer_gui.core.edit_wires import existing
from composer_gui.core.fix_sight import Misfit, Sight
from composer_gui.core.fix_table import FIX_KINDS, Fix
from composer_gui.core.labels import default_label, unique_label
from composer_gui.core.layer_kinds import KerasLayer, Layer, Operation, Slot
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.room import HEIGHT, WIDTH

_MOST_TRIES = 12
"""How many places for a new node are looked at before it is put on another one."""

STEP_ASIDE = 144.0
"""How far from one such place to the next, in pixels: a node's height and room for its wires."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Layers that bring one wire to what is wanted, first the one that comes first.

    `words` fill the title of the fix.
    """

    layers: tuple[Layer, ...]
    words: dict[str, Any] = field(default_factory=dict)


Cook = Callable[[Sight, Misfit], Iterator[Recipe]]


def layer(class_name: str, name: str = "", **parameters: Any) -> KerasLayer:
    """Return a layer that is not in a design yet."""
    return KerasLayer("", name, class_name, Map(parameters))


def cast(dtype: str) -> Operation:
    """Return a cast that is not in a design yet."""
    return Operation("", "cast", "cast", (Slot(0), dtype))


def inserting(kind: str, cook: Cook) -> Callable[[Sight], Iterator[Fix]]:
    """Return what offers the fixes of a kind: all recipes for one wire, the first for several."""

    def offer(sight: Sight) -> Iterator[Fix]:
        for bundle in sight.bundles:
            if len(bundle) == 1:
                yield from (_fix(kind, sight, bundle, [r]) for r in cook(sight, bundle[0]))
                continue
            firsts = [next(cook(sight, misfit), None) for misfit in bundle]
            if all(firsts):
                yield _fix(kind, sight, bundle, firsts)

    return offer


def _fix(kind: str, sight: Sight, bundle: tuple[Misfit, ...], recipes: list[Recipe]) -> Fix:
    steps = [(misfit.wire, r.layers) for misfit, r in zip(bundle, recipes, strict=True)]
    source = sight.document.label(bundle[0].wire.source.node)
    several = len(sight.wires()) > 1 and len(bundle) == 1
    place = f"between {source} and {sight.label}" if several else f"before {sight.label}"
    words = {"node": sight.label, "source": source, "place": place} | recipes[0].words
    fix = FIX_KINDS[kind].fix(between(sight.catalog, *steps), **words)
    if len(bundle) == 1:
        return fix
    if all(recipe.words == recipes[0].words for recipe in recipes):
        return replace(fix, title=f"{fix.title}, on {len(bundle)} wires")
    others = dict.fromkeys(sight.document.label(m.wire.source.node) for m in bundle[1:])
    return replace(fix, title=f"{fix.title}, and make {' and '.join(others)} fit likewise")


def between(
    catalog: Catalog, *steps: tuple[Wire, Iterable[Layer]]
) -> Callable[[Document], Document]:
    """Return an edit that leads each of these wires through new layers."""

    def edit(document: Document) -> Document:
        for wire, layers in steps:
            document = _led_through(document, catalog, wire, tuple(layers))
        return document

    return edit


def _led_through(
    document: Document, catalog: Catalog, wire: Wire, layers: tuple[Layer, ...]
) -> Document:
    start, end = existing(document, wire.source.node), existing(document, wire.node)
    for number, new in enumerate(reversed(layers), start=1):
        part = 1 - number / (len(layers) + 1)
        x = start.x + (end.x - start.x) * part
        y = start.y + (end.y - start.y) * part
        document, node_id = added(document, new, *free_place(document, x, y))
        document = edits.insert_on_wire(document, catalog, wire, node_id)
        wire = Wire(wire.source, node_id, _entry(document, node_id))
    return document


def _entry(document: Document, node_id: str) -> str:
    """Return the port that the only wire into a node ends at."""
    return next(iter(document.nodes[node_id].inputs))


def added(document: Document, new: Layer, x: float, y: float) -> tuple[Document, str]:
    """Return `document` with a new layer and a node at (x, y) that calls it, and that node's id."""
    document, layer_id = new_id(document, "l")
    document, node_id = new_id(document, "n")
    stem = new.name or default_label(getattr(new, "class_name", ""))
    named = replace(new, id=layer_id, name=unique_label(document, stem))
    return put(document, named, Call(node_id, layer_id, x=x, y=y)), node_id


def free_place(document: Document, x: float, y: float) -> tuple[float, float]:
    """Return a place at or near (x, y), in pixels, where a node covers no other and no note."""
    near = [
        (node.y, node.height if isinstance(node, Note) else HEIGHT)
        for node in document.nodes.values()
        if not isinstance(node, Frame) and node.x - WIDTH < x < node.x + _width(node)
    ]
    for number in range(_MOST_TRIES):
        down = y + STEP_ASIDE * ((number + 1) // 2) * (1 if number % 2 else -1)
        if not any(top - HEIGHT < down < top + height for top, height in near):
            return x, down
    return x, y


def _width(node: Node) -> float:
    return node.width if isinstance(node, Note) else WIDTH
